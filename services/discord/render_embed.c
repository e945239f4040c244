/* render_embed.c - a card as an embed: for where components v2 do not serve.
 *
 * An embed has fields of its own, so the fields' text does not go through the
 * shared parts; all else stands in the description. */
#include "discord/draft.h"

#include "base/check.h"

#define ELLIPSIS      "\u2026"
#define WEIGHT(units) ((size_t)(units)*DISCORD_WEIGHT_ONE)

/* Room for the field that says how many are missing. */
#define TAIL_UNITS 40

enum part {
	PART_TEXT,
	PART_TABLE,
	PART_BARS,
	PART_HINTS,
	PART_COUNT
};

/* How much of each value is kept when there is not enough room for all. */
static const size_t value_units[] = {DISCORD_EMBED_VALUE_MAX, 400, 160, 64};

struct fields {
	size_t left; /* weight */
	size_t shown, all;
	size_t value_max; /* weight of one */
};

static void
pair_write(struct discord_writer *w, struct stoa_str name,
    struct stoa_str value, bool is_inline)
{
	discord_open(w, NULL, '{');
	discord_str(w, "name", name);
	discord_str(w, "value", value);
	discord_flag(w, "inline", is_inline);
	discord_close(w, '}');
}

static void
field_write(struct draft *d, struct discord_writer *w,
    const Stoa__Chat__Field *f, struct fields *fields)
{
	const char *bare = discord_text_bare(
	    d->arena, stoa_str_of(f->name), DISCORD_NAME_MAX, NULL);
	struct stoa_buf name, value;
	struct discord_pen pen = discord_pen(&name, DISCORD_WEIGHT_NO_LIMIT);
	size_t weight;

	/* Escaped it is at most twice as long: within the limit of a name. */
	stoa_buf_init(&name, DISCORD_BODY_MAX);
	stoa_buf_init(&value, DISCORD_BODY_MAX);
	if (discord_is_blank(stoa_str_of(bare))) {
		bare = ELLIPSIS;
	}
	discord_pen_escape(&pen, stoa_str_of(bare), DISCORD_LINE);
	if (!draft_value(&value, f->value, fields->value_max)) {
		draft_note(d, "fields", "a value is shortened");
	}
	weight = discord_weight(stoa_buf_str(&name)) +
		 discord_weight(stoa_buf_str(&value));
	if (weight <= fields->left &&
	    fields->shown + 1 < DISCORD_EMBED_FIELDS_MAX) {
		fields->left -= weight;
		fields->shown++;
		pair_write(
		    w, stoa_buf_str(&name), stoa_buf_str(&value), f->is_short);
	} else {
		fields->left = 0; /* none of the later ones either */
	}
	stoa_buf_fini(&name);
	stoa_buf_fini(&value);
}

static struct fields
fields_write(struct draft *d, struct discord_writer *w, size_t weight_max,
    size_t value_max)
{
	struct fields fields = {.left = weight_max, .value_max = value_max};

	for (size_t i = 0; i < d->card->n_fields; i++) {
		const Stoa__Chat__Field *f = d->card->fields[i];

		if (!discord_is_blank(stoa_str_of(f->value))) {
			fields.all++;
			field_write(d, w, f, &fields);
		}
	}
	return fields;
}

/* What all fields weigh with values of at most `value_max`. */
static size_t
fields_weight(const struct draft *d, size_t value_max)
{
	struct discord_rendered ignored = {0}; /* nothing is told of a trial */
	struct draft trial = *d;
	struct stoa_buf scratch;
	struct discord_writer w = {.to = &scratch};
	struct fields fields;

	trial.out = &ignored;
	stoa_buf_init(&scratch, DISCORD_BODY_MAX);
	fields = fields_write(&trial, &w, DISCORD_WEIGHT_NO_LIMIT, value_max);
	stoa_buf_fini(&scratch);
	return fields.shown < fields.all
		   ? WEIGHT(DISCORD_EMBED_MAX)
		   : DISCORD_WEIGHT_NO_LIMIT - fields.left;
}

/* The longest values with which all fields fit, else the shortest. */
static size_t
value_fit(const struct draft *d, size_t weight_max)
{
	size_t last = STOA_COUNT(value_units) - 1;

	for (size_t i = 0; i < last; i++) {
		if (fields_weight(d, WEIGHT(value_units[i])) <= weight_max) {
			return WEIGHT(value_units[i]);
		}
	}
	return WEIGHT(value_units[last]);
}

static void
fields_close(struct draft *d, struct discord_writer *w, struct fields fields)
{
	struct stoa_buf more;

	if (fields.shown == fields.all) {
		return;
	}
	stoa_buf_init(&more, WEIGHT(TAIL_UNITS));
	stoa_buf_printf(&more, "%zu more", fields.all - fields.shown);
	pair_write(w, STOA_STR(ELLIPSIS), stoa_buf_str(&more), false);
	draft_note(d, "fields", "%zu of %zu are left out",
	    fields.all - fields.shown, fields.all);
	stoa_buf_fini(&more);
}

static void
line_add(struct stoa_buf *b, struct stoa_str text)
{
	text = stoa_str_trim(text);
	if (!discord_is_blank(text)) {
		if (b->len > 0) {
			stoa_buf_add_byte(b, '\n');
		}
		stoa_buf_add_str(b, text);
	}
}

/* Writes the description; gives its weight. */
static size_t
text_write(struct draft *d, struct discord_writer *w, size_t weight_max)
{
	struct draft_part parts[PART_COUNT] = {
	    [PART_TEXT] = {.write = draft_text},
	    [PART_TABLE] = {.write = draft_table},
	    [PART_BARS] = {.write = draft_bars},
	    [PART_HINTS] = {.write = draft_hints},
	};
	struct stoa_str progress = draft_progress(d);
	struct stoa_str curves = draft_curves(d);
	size_t fixed = discord_weight(progress) + discord_weight(curves) +
		       WEIGHT(PART_COUNT + 2);
	struct stoa_buf b;

	stoa_assert(fixed < weight_max);
	draft_share(d, parts, PART_COUNT, weight_max - fixed);
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	line_add(&b, parts[PART_TEXT].text);
	line_add(&b, parts[PART_TABLE].text);
	line_add(&b, parts[PART_BARS].text);
	line_add(&b, progress);
	line_add(&b, curves);
	line_add(&b, parts[PART_HINTS].text);
	if (b.len > 0) {
		discord_str(w, "description", stoa_buf_str(&b));
	}
	fixed = discord_weight(stoa_buf_str(&b));
	stoa_buf_fini(&b);
	stoa_assert(fixed <= weight_max);
	return fixed;
}

static void
embed_write(struct draft *d, struct discord_writer *w)
{
	struct stoa_str title = draft_title(d, WEIGHT(DISCORD_EMBED_TITLE_MAX));
	size_t room =
	    WEIGHT(DISCORD_EMBED_MAX - TAIL_UNITS) - discord_weight(title);
	size_t for_fields = fields_weight(d, WEIGHT(value_units[0]));
	size_t for_text =
	    room - (for_fields < room / 2 ? for_fields : room / 2);
	struct fields fields;
	size_t start = w->to->len;

	if (for_text > WEIGHT(DISCORD_EMBED_TEXT_MAX)) {
		for_text = WEIGHT(DISCORD_EMBED_TEXT_MAX);
	}
	if (title.len > 0) {
		discord_str(w, "title", title);
	}
	room -= text_write(d, w, for_text);
	discord_open(w, "fields", '[');
	fields = fields_write(d, w, room, value_fit(d, room));
	fields_close(d, w, fields);
	discord_close(w, ']');
	if (d->out->file_count > 0) {
		draft_media(w, "image", d->out->files[0].name);
	} else if (title.len == 0 && fields.all == 0 &&
		   w->to->len - start < sizeof("\"fields\":[],")) {
		discord_text(w, "description", ELLIPSIS);
		draft_note(d, "card", "it is empty");
	}
}

void
draft_embeds(struct draft *d, struct discord_writer *w)
{
	discord_open(w, "embeds", '[');
	for (size_t i = 0; i < 1 || i < d->out->file_count; i++) {
		discord_open(w, NULL, '{');
		discord_number(w, "color", draft_colour(d->card->severity));
		if (i == 0) {
			embed_write(d, w);
		} else {
			draft_media(w, "image", d->out->files[i].name);
		}
		discord_close(w, '}');
	}
	discord_close(w, ']');
	discord_open(w, "components", '[');
	draft_rows(d, w);
	discord_close(w, ']');
}
