/* draft.c - notes, shares, title, progress and files of a card. */
#include "discord/draft.h"

#include "base/check.h"
#include "base/time.h"
#include "bot/words.h"

#include <stdarg.h>
#include <stdio.h>

#define ELLIPSIS  "\u2026"
#define PARTS_MAX 6

void
draft_note(struct draft *d, const char *part, const char *format, ...)
{
	struct discord_rendered *out = d->out;
	char why[160];
	va_list args;
	char *copy;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	for (size_t i = 0; i < out->note_count; i++) {
		if (strcmp(out->notes[i].part, part) == 0 &&
		    strcmp(out->notes[i].why, why) == 0) {
			return;
		}
	}
	if (out->note_count == DISCORD_NOTES_MAX) {
		out->note_more++;
		return;
	}
	copy = stoa_arena_str(d->arena, stoa_str_of(why));
	if (copy != NULL) {
		out->notes[out->note_count++] =
		    (struct discord_note){part, copy};
	}
}

struct stoa_str
draft_keep(struct draft *d, struct stoa_buf *b)
{
	char *copy = stoa_arena_str(d->arena, stoa_buf_str(b));

	stoa_assert(!b->is_overflown);
	return copy == NULL ? STOA_STR("") : (struct stoa_str){copy, b->len};
}

static struct stoa_str
part_write(struct draft *d, draft_write *write, size_t weight_max)
{
	struct stoa_buf b;
	struct stoa_str text;

	stoa_buf_init(&b, DISCORD_BODY_MAX);
	write(d, &b, weight_max);
	text = draft_keep(d, &b);
	stoa_buf_fini(&b);
	stoa_assert(discord_weight(text) <= weight_max);
	return text;
}

/* Shares of what `left` is, for weights: the small ones are given all they
 * need, those that are left over share evenly. */
static void
shares_fill(const size_t *weights, size_t *shares, size_t count, size_t left)
{
	size_t open = count;
	bool has_changed = true;

	memset(shares, 0, count * sizeof(*shares));
	while (has_changed && open > 0) {
		size_t even = left / open;

		has_changed = false;
		for (size_t i = 0; i < count; i++) {
			if (shares[i] == 0 && weights[i] > 0 &&
			    weights[i] <= even) {
				shares[i] = weights[i];
				left -= weights[i];
				open--;
				has_changed = true;
			} else if (shares[i] == 0 && weights[i] == 0) {
				shares[i] = SIZE_MAX; /* settled: nothing */
				open--;
				has_changed = true;
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (shares[i] == 0) {
			shares[i] = left / open;
		}
	}
}

void
draft_share(
    struct draft *d, struct draft_part *parts, size_t count, size_t weight_max)
{
	size_t weights[PARTS_MAX], shares[PARTS_MAX], total = 0;

	stoa_assert(count <= PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		parts[i].text =
		    part_write(d, parts[i].write, DISCORD_WEIGHT_NO_LIMIT);
		weights[i] = discord_weight(parts[i].text);
		total += weights[i];
	}
	if (total <= weight_max) {
		return;
	}
	shares_fill(weights, shares, count, weight_max);
	for (size_t i = 0; i < count; i++) {
		if (weights[i] > shares[i]) {
			parts[i].text =
			    part_write(d, parts[i].write, shares[i]);
		}
	}
}

/* ---- title ---- */

uint32_t
draft_colour(Stoa__Chat__Severity severity)
{
	switch (severity) {
	case STOA__CHAT__SEVERITY__SUCCESS:
		return 0x2e9e5b;
	case STOA__CHAT__SEVERITY__WARNING:
		return 0xe0a106;
	case STOA__CHAT__SEVERITY__REFUSED:
		return 0xe07b39;
	case STOA__CHAT__SEVERITY__FAILED:
		return 0xd13c3c;
	case STOA__CHAT__SEVERITY__SEVERITY_UNSPECIFIED:
	case STOA__CHAT__SEVERITY__INFO:
	case _STOA__CHAT__SEVERITY_IS_INT_SIZE:
		break;
	}
	return 0x4a86c8;
}

/* Beside the colour, which not everybody can tell apart. */
static const char *
sign_of(Stoa__Chat__Severity severity)
{
	switch (severity) {
	case STOA__CHAT__SEVERITY__SUCCESS:
		return "\u2705 ";
	case STOA__CHAT__SEVERITY__WARNING:
		return "\u26a0\ufe0f ";
	case STOA__CHAT__SEVERITY__REFUSED:
		return "\u26d4 ";
	case STOA__CHAT__SEVERITY__FAILED:
		return "\u274c ";
	case STOA__CHAT__SEVERITY__SEVERITY_UNSPECIFIED:
	case STOA__CHAT__SEVERITY__INFO:
	case _STOA__CHAT__SEVERITY_IS_INT_SIZE:
		break;
	}
	return "";
}

struct stoa_str
draft_title(struct draft *d, size_t weight_max)
{
	bool is_cut = false;
	const char *bare = discord_text_bare(
	    d->arena, stoa_str_of(d->card->title), DISCORD_TITLE_MAX, &is_cut);
	struct discord_pen pen;
	struct stoa_buf b;
	struct stoa_str title;

	if (discord_is_blank(stoa_str_of(bare))) {
		return STOA_STR("");
	}
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	pen = discord_pen(&b, weight_max - discord_weight(STOA_STR(ELLIPSIS)));
	(void)discord_pen_text(&pen, sign_of(d->card->severity));
	discord_pen_escape(&pen, stoa_str_of(bare),
	    b.len > 0 ? DISCORD_LINE_REST : DISCORD_LINE);
	if (pen.is_cut) {
		stoa_buf_add_text(&b, ELLIPSIS);
	}
	if (pen.is_cut || is_cut) {
		draft_note(d, "title", "shortened");
	}
	title = draft_keep(d, &b);
	stoa_buf_fini(&b);
	return title;
}

void
draft_text(struct draft *d, struct stoa_buf *to, size_t weight_max)
{
	struct stoa_str text = stoa_str_of(d->card->text);

	if (!discord_is_blank(text) &&
	    !discord_markup_write(to, text, weight_max)) {
		draft_note(d, "text", "shortened to fit the message");
	}
}

/* ---- progress ---- */

/* Time left if it goes on as it went; -1: too early to tell. */
static int64_t
left_us(const Stoa__Chat__Progress *p, double done, int64_t now_us)
{
	int64_t gone, left;

	if (p->started_us <= 0 || p->updated_us <= p->started_us ||
	    done < 0.01 || done >= 1) {
		return -1;
	}
	gone = p->updated_us - p->started_us;
	if (gone > 365 * STOA_US_PER_DAY) {
		return -1;
	}
	left = (int64_t)((double)gone * (1 - done) / done);
	if (now_us > p->updated_us) {
		left -= now_us - p->updated_us;
	}
	/* Finer than a second is noise. */
	return left < STOA_US_PER_S ? STOA_US_PER_S : left;
}

static void
bar_write(struct discord_pen *pen, double done)
{
	int full = (int)(done * DISCORD_BAR_LEN);

	(void)discord_pen_text(pen, "`");
	for (int i = 0; i < DISCORD_BAR_LEN; i++) {
		(void)discord_pen_text(pen, i < full ? "\u2588" : "\u2591");
	}
	(void)discord_pen_text(pen, "` ");
}

struct stoa_str
draft_progress(struct draft *d)
{
	const Stoa__Chat__Progress *p = d->card->progress;
	struct discord_pen pen;
	struct stoa_buf b;
	struct stoa_str text;
	double done;
	int64_t left;

	if (p == NULL || draft_has_vote(d)) {
		return STOA_STR("");
	}
	/* The comparisons also turn what is no number into 0. */
	done = p->done > 0 ? (p->done < 1 ? p->done : 1) : 0;
	left = left_us(p, done, d->options->now_us);
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	pen = discord_pen(&b, DISCORD_WEIGHT_NO_LIMIT);
	bar_write(&pen, done);
	(void)discord_pen_text(
	    &pen, bot_words_print(d->arena, "**%d %%**", (int)(done * 100)));
	if (!discord_is_blank(stoa_str_of(p->text))) {
		bool is_cut = false;
		const char *bare = discord_text_bare(
		    d->arena, stoa_str_of(p->text), DISCORD_NAME_MAX, &is_cut);

		(void)discord_pen_text(&pen, " \u00b7 ");
		discord_pen_escape(&pen, stoa_str_of(bare), DISCORD_LINE_REST);
		if (is_cut) {
			draft_note(d, "progress", "its text is shortened");
		}
	}
	if (left >= 0) {
		(void)discord_pen_text(
		    &pen, bot_words_print(d->arena, " \u00b7 %s left",
			      bot_words_duration(d->arena, left)));
	}
	text = draft_keep(d, &b);
	stoa_buf_fini(&b);
	return text;
}

/* ---- files ---- */

static bool
is_image(const Stoa__Chat__Image *image)
{
	return image != NULL && image->cid[0] != '\0';
}

static bool
is_vote(const Stoa__Chat__Card *card)
{
	return card->n_bars > 0 && card->gauge != NULL;
}

bool
draft_has_vote(const struct draft *d)
{
	return d->out->file_count > 0 &&
	       d->out->files[0].kind == DISCORD_FILE_VOTE;
}

void
draft_files(struct draft *d)
{
	struct discord_rendered *out = d->out;
	bool has_curves = false;

	for (size_t i = 0; i < d->card->n_series; i++) {
		has_curves = has_curves || d->card->series[i]->n_ys > 0;
	}
	if (d->options->has_no_files) {
		if (has_curves) {
			draft_note(d, "series", "shown in words");
		}
		if (is_image(d->card->image)) {
			draft_note(d, "image", "shown in words");
		}
		return;
	}
	if (!has_curves && is_vote(d->card)) {
		out->files[out->file_count++] =
		    (struct discord_file){DISCORD_FILE_VOTE, "vote.png"};
	}
	if (has_curves) {
		out->files[out->file_count++] =
		    (struct discord_file){DISCORD_FILE_CHART, "chart.png"};
		if (d->card->n_series > DISCORD_SERIES_MAX) {
			draft_note(d, "series", "%zu of %zu are drawn",
			    (size_t)DISCORD_SERIES_MAX, d->card->n_series);
		}
	}
	if (is_image(d->card->image)) {
		out->files[out->file_count++] =
		    (struct discord_file){DISCORD_FILE_IMAGE, "image.png"};
	}
}

static void
curve_write(struct stoa_buf *to, const Stoa__Chat__Series *s)
{
	stoa_buf_add_text(to, s->name[0] == '\0' ? "curve" : s->name);
	stoa_buf_printf(to, ": %.4g", s->ys[0]);
	if (s->n_ys > 1) {
		stoa_buf_printf(to, " to %.4g over %zu points",
		    s->ys[s->n_ys - 1], s->n_ys);
	}
}

/* A line, escaped, cut to what a name may be. */
static void
line_write(struct draft *d, struct discord_pen *pen, struct stoa_str line)
{
	const char *bare =
	    discord_text_bare(d->arena, line, DISCORD_NAME_MAX, NULL);

	discord_pen_escape(pen, stoa_str_of(bare), DISCORD_LINE);
	(void)discord_pen_text(pen, "\n");
}

struct stoa_str
draft_curves(struct draft *d)
{
	struct stoa_buf b, line;
	struct discord_pen pen = discord_pen(&b, DISCORD_WEIGHT_NO_LIMIT);
	struct stoa_str text;

	if (!d->options->has_no_files) {
		return STOA_STR("");
	}
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	stoa_buf_init(&line, DISCORD_BODY_MAX);
	for (size_t i = 0; i < d->card->n_series && i < DISCORD_SERIES_MAX;
	     i++) {
		if (d->card->series[i]->n_ys > 0) {
			stoa_buf_clear(&line);
			curve_write(&line, d->card->series[i]);
			line_write(d, &pen, stoa_buf_str(&line));
		}
	}
	if (is_image(d->card->image)) {
		line_write(d, &pen, stoa_str_of(d->card->image->alt));
	}
	text = draft_keep(d, &b);
	stoa_buf_fini(&line);
	stoa_buf_fini(&b);
	return text;
}

void
draft_media(struct discord_writer *w, const char *key, const char *name)
{
	char url[48];

	(void)snprintf(url, sizeof(url), "attachment://%s", name);
	discord_open(w, key, '{');
	discord_text(w, "url", url);
	discord_close(w, '}');
}

static void
curves_tell(const Stoa__Chat__Card *card, struct stoa_buf *to)
{
	for (size_t i = 0, told = 0; i < card->n_series; i++) {
		if (card->series[i]->n_ys > 0 && told < DISCORD_SERIES_MAX) {
			stoa_buf_add_text(to, told++ > 0 ? "; " : "");
			curve_write(to, card->series[i]);
		}
	}
}

/* The gauge first: a long list may be cut. */
static void
vote_tell(const Stoa__Chat__Card *card, struct stoa_buf *to)
{
	const Stoa__Chat__Gauge *g = card->gauge;

	stoa_buf_printf(to, "%s: %s", g->label, g->value);
	if (g->mark_text[0] != '\0') {
		stoa_buf_printf(to, ", %s", g->mark_text);
	}
	for (size_t i = 0; i < card->n_bars && i < DISCORD_BARS_MAX; i++) {
		const Stoa__Chat__Bar *bar = card->bars[i];

		stoa_buf_printf(to, "; %zu. %s%s%s%s", i + 1, bar->label,
		    bar->value[0] == '\0' ? "" : ": ", bar->value,
		    bar->is_winner ? " (wins)" : "");
	}
}

const char *
draft_alt(struct draft *d, enum discord_file_kind kind)
{
	struct stoa_buf b;
	const char *alt;
	bool is_cut = false;

	stoa_buf_init(&b, DISCORD_BODY_MAX);
	switch (kind) {
	case DISCORD_FILE_IMAGE:
		stoa_buf_add_text(&b, d->card->image->alt);
		break;
	case DISCORD_FILE_CHART:
		curves_tell(d->card, &b);
		break;
	case DISCORD_FILE_VOTE:
		vote_tell(d->card, &b);
		break;
	}
	alt = discord_text_bare(
	    d->arena, stoa_buf_str(&b), DISCORD_ALT_MAX, &is_cut);
	stoa_buf_fini(&b);
	if (is_cut) {
		draft_note(d, "image", "its description is shortened");
	}
	return discord_is_blank(stoa_str_of(alt)) ? "" : alt;
}
