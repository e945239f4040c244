/* render.c - one card as the body of one message. */
#include "discord/render.h"

#include "discord/draft.h"

#define FLAG_EPHEMERAL	   64
#define FLAG_COMPONENTS_V2 (1 << 15)

#define TYPE_TEXT      10
#define TYPE_GALLERY   12
#define TYPE_SEPARATOR 14
#define TYPE_CONTAINER 17

#define HEADING "### "

/* Escaped, a title is at most twice as long. */
#define TITLE_WEIGHT ((size_t)2 * DISCORD_TITLE_MAX * DISCORD_WEIGHT_WIDE)

/* Of the texts of one message; each has its display. */
enum part {
	PART_TEXT,
	PART_FIELDS,
	PART_TABLE,
	PART_BARS,
	PART_HINTS,
	PART_COUNT
};

static draft_write *const writers[PART_COUNT] = {
    [PART_TEXT] = draft_text,
    [PART_FIELDS] = draft_fields,
    [PART_TABLE] = draft_table,
    [PART_BARS] = draft_bars,
    [PART_HINTS] = draft_hints,
};

struct texts {
	struct stoa_str title, progress, curves;
	struct draft_part parts[PART_COUNT];
};

static void
texts_begin(struct draft *d, struct texts *t)
{
	*t = (struct texts){.title = draft_title(d, TITLE_WEIGHT),
	    .progress = draft_progress(d),
	    .curves = draft_curves(d)};
	for (size_t i = 0; i < PART_COUNT; i++) {
		t->parts[i].write = writers[i];
	}
}

static size_t
fixed_weight(const struct texts *t)
{
	return discord_weight(t->title) + discord_weight(t->progress) +
	       discord_weight(t->curves) + discord_weight(STOA_STR(HEADING));
}

static void
flags_write(struct draft *d, struct discord_writer *w)
{
	bool is_private = d->options->is_ephemeral ||
			  d->card->visibility == STOA__CHAT__VISIBILITY__ASKER;
	int flags = d->options->use_embeds ? 0 : FLAG_COMPONENTS_V2;

	/* Fixed by the first answer for good: an edit cannot change it. */
	if (is_private && d->options->is_first) {
		flags |= FLAG_EPHEMERAL;
	}
	if (flags != 0) {
		discord_number(w, "flags", flags);
	}
}

/* What every body has: nobody is pinged, and old files go. */
static void
frame_write(struct draft *d, struct discord_writer *w)
{
	flags_write(d, w);
	discord_open(w, "allowed_mentions", '{');
	discord_open(w, "parse", '[');
	discord_close(w, ']');
	discord_close(w, '}');
	discord_open(w, "attachments", '[');
	for (size_t i = 0; i < d->out->file_count; i++) {
		const char *alt = draft_alt(d, d->out->files[i].kind);

		discord_open(w, NULL, '{');
		discord_text(w, "id", i == 0 ? "0" : "1");
		discord_text(w, "filename", d->out->files[i].name);
		if (alt[0] != '\0') {
			discord_text(w, "description", alt);
		}
		discord_close(w, '}');
	}
	discord_close(w, ']');
	if (d->options->nonce != NULL) {
		stoa_assert(discord_units(stoa_str_of(d->options->nonce)) <=
			    DISCORD_NONCE_MAX);
		discord_text(w, "nonce", d->options->nonce);
		discord_flag(w, "enforce_nonce", true);
	}
}

/* ---- components v2 ---- */

static void
display_write(struct discord_writer *w, struct stoa_str text)
{
	text = stoa_str_trim(text);
	if (!discord_is_blank(text)) {
		discord_open(w, NULL, '{');
		discord_number(w, "type", TYPE_TEXT);
		discord_str(w, "content", text);
		discord_close(w, '}');
	}
}

static void
title_write(struct draft *d, struct discord_writer *w, struct stoa_str title)
{
	const char *heading =
	    stoa_arena_printf(d->arena, HEADING "%.*s", STOA_STR_ARG(title));

	if (title.len > 0 && heading != NULL) {
		display_write(w, stoa_str_of(heading));
	}
}

static void
gallery_write(struct draft *d, struct discord_writer *w)
{
	if (d->out->file_count == 0) {
		return;
	}
	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_GALLERY);
	discord_open(w, "items", '[');
	for (size_t i = 0; i < d->out->file_count; i++) {
		const char *alt = draft_alt(d, d->out->files[i].kind);

		discord_open(w, NULL, '{');
		draft_media(w, "media", d->out->files[i].name);
		if (alt[0] != '\0') {
			discord_text(w, "description", alt);
		}
		discord_close(w, '}');
	}
	discord_close(w, ']');
	discord_close(w, '}');
}

static void
separator_write(struct discord_writer *w)
{
	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_SEPARATOR);
	discord_flag(w, "divider", true);
	discord_number(w, "spacing", 1);
	discord_close(w, '}');
}

static void
container_write(struct draft *d, struct discord_writer *w, struct texts *t)
{
	size_t start = w->to->len;

	title_write(d, w, t->title);
	display_write(w, t->parts[PART_TEXT].text);
	if (w->to->len > start && (t->parts[PART_FIELDS].text.len > 0 ||
				      t->parts[PART_TABLE].text.len > 0)) {
		separator_write(w);
	}
	display_write(w, t->parts[PART_FIELDS].text);
	display_write(w, t->parts[PART_TABLE].text);
	display_write(w, t->parts[PART_BARS].text);
	display_write(w, t->progress);
	gallery_write(d, w);
	display_write(w, t->curves);
	display_write(w, t->parts[PART_HINTS].text);
	draft_rows(d, w);
	if (w->to->len == start) {
		/* A container without children is refused. */
		display_write(w, STOA_STR("\u2026"));
		draft_note(d, "card", "it is empty");
	}
}

static void
components_write(struct draft *d, struct discord_writer *w)
{
	struct texts t;
	size_t fixed;

	texts_begin(d, &t);
	fixed = fixed_weight(&t);
	stoa_assert(fixed < (size_t)DISCORD_TEXT_MAX * DISCORD_WEIGHT_ONE);
	draft_share(d, t.parts, PART_COUNT,
	    (size_t)DISCORD_TEXT_MAX * DISCORD_WEIGHT_ONE - fixed);
	discord_open(w, "components", '[');
	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_CONTAINER);
	discord_number(w, "accent_color", draft_colour(d->card->severity));
	discord_open(w, "components", '[');
	container_write(d, w, &t);
	discord_close(w, ']');
	discord_close(w, '}');
	discord_close(w, ']');
}

bool
discord_render(struct stoa_arena *arena, const Stoa__Chat__Card *card,
    const struct discord_options *options,
    struct discord_rendered *ret_rendered)
{
	struct draft d = {arena, card, options, ret_rendered};
	struct stoa_buf b;
	struct discord_writer w = {.to = &b};

	memset(ret_rendered, 0, sizeof(*ret_rendered));
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	draft_files(&d);
	discord_open(&w, NULL, '{');
	frame_write(&d, &w);
	if (options->use_embeds) {
		draft_embeds(&d, &w);
	} else {
		components_write(&d, &w);
	}
	discord_close(&w, '}');
	ret_rendered->json = draft_keep(&d, &b);
	stoa_buf_fini(&b);
	if (arena->is_overflown) {
		ret_rendered->json = STOA_STR("");
	}
	return !arena->is_overflown;
}
