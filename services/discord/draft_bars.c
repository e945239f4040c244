/* draft_bars.c - what is compared, a line each: bar, label, value; or, beside a
 * picture of it, the names that want more than a picture. */
#include "discord/draft.h"

#include "bot/words.h"
#include "discord/limits.h"

/* Beside labels, on a phone. */
#define BAR_LEN 12

static void
bar_write(struct discord_pen *pen, double share)
{
	/* The comparisons also turn what is no number into 0. */
	int full =
	    (int)((share > 0 ? (share < 1 ? share : 1) : 0) * BAR_LEN + 0.5);

	struct stoa_buf bar; /* all of it or nothing: code must be closed */

	stoa_buf_init(&bar, 64);
	stoa_buf_add_text(&bar, "`");
	for (int i = 0; i < BAR_LEN; i++) {
		stoa_buf_add_text(&bar, i < full ? "\u2588" : "\u2591");
	}
	stoa_buf_add_text(&bar, "` ");
	(void)discord_pen_add(pen, stoa_buf_str(&bar));
	stoa_buf_fini(&bar);
}

static void
text_write(struct draft *d, struct discord_pen *pen, const char *text)
{
	discord_pen_escape(pen,
	    stoa_str_of(discord_text_bare(
		d->arena, stoa_str_of(text), DISCORD_NAME_MAX, NULL)),
	    DISCORD_LINE_REST);
}

/* Beside a picture: the names that it cannot show, or not to their end. */
static void
names_write(struct draft *d, struct discord_pen *pen)
{
	bool is_first = true;

	for (size_t i = 0; i < d->card->n_bars && i < DISCORD_BARS_MAX; i++) {
		struct stoa_str label = stoa_str_of(d->card->bars[i]->label);

		if (discord_is_drawable(label) &&
		    discord_units(label) <= DISCORD_BAR_NAME_MAX) {
			continue;
		}
		(void)discord_pen_text(
		    pen, bot_words_print(d->arena, "%s**%zu**  ",
			     is_first ? "" : "\n", i + 1));
		text_write(d, pen, d->card->bars[i]->label);
		is_first = false;
	}
}

static void
bars_write(struct draft *d, struct discord_pen *pen)
{
	for (size_t i = 0; i < d->card->n_bars && i < DISCORD_BARS_MAX; i++) {
		const Stoa__Chat__Bar *bar = d->card->bars[i];

		if (i > 0) {
			(void)discord_pen_text(pen, "\n");
		}
		bar_write(pen, bar->share);
		text_write(d, pen, bar->label);
		if (bar->value[0] != '\0') {
			(void)discord_pen_text(pen, " \u00b7 ");
			text_write(d, pen, bar->value);
		}
		if (bar->is_winner) {
			(void)discord_pen_text(pen, " \u2714");
		}
	}
}

void
draft_bars(struct draft *d, struct stoa_buf *to, size_t weight_max)
{
	struct discord_pen pen = discord_pen(to, weight_max);

	if (draft_has_vote(d)) {
		names_write(d, &pen);
	} else {
		bars_write(d, &pen);
	}
	if (pen.is_cut || d->card->n_bars > DISCORD_BARS_MAX) {
		draft_note(d, "bars", "not all are shown");
	}
}
