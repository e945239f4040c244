/* plain.c - a card as plain text: the floor that every platform can show.
 * Columns are aligned by characters; what is drawn elsewhere is told here. */
#include "bot/card.h"

#include "bot/table.h"

#include <inttypes.h>

#define BAR_LEN 20

static size_t
character_count(struct stoa_str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		count += (text.data[i] & 0xc0) != 0x80;
	}
	return count;
}

static void
row_print(
    struct stoa_buf *out, const struct bot_table *t, struct bot_table_row row)
{
	struct bot_table_line line;
	bool is_more;

	do {
		is_more = bot_table_next(t, &row, &line);
		for (size_t i = 0; i < line.count; i++) {
			stoa_buf_printf(out, "%*s%.*s",
			    (int)line.pieces[i].spaces, "",
			    STOA_STR_ARG(line.pieces[i].text));
		}
		stoa_buf_add_byte(out, '\n');
	} while (is_more);
}

static void
table_print(struct stoa_buf *out, const Stoa__Chat__Table *table)
{
	struct bot_table t = bot_table_of(table, character_count);

	row_print(out, &t, bot_table_head(&t));
	for (size_t j = 0; j < table->n_rows; j++) {
		row_print(out, &t, bot_table_row(&t, j));
	}
	if (table->next[0] != '\0') {
		stoa_buf_printf(out, "more: %s\n", table->next);
	}
}

static void
bar_print(struct stoa_buf *out, double share)
{
	int full = (int)(share * BAR_LEN);

	stoa_buf_add_byte(out, '[');
	for (int i = 0; i < BAR_LEN; i++) {
		stoa_buf_add_byte(out, i < full ? '#' : '.');
	}
	stoa_buf_add_byte(out, ']');
}

static void
bars_print(struct stoa_buf *out, const Stoa__Chat__Card *card)
{
	size_t width = 0;

	for (size_t i = 0; i < card->n_bars; i++) {
		size_t len = character_count(stoa_str_of(card->bars[i]->label));

		width = len > width ? len : width;
	}
	for (size_t i = 0; i < card->n_bars; i++) {
		const Stoa__Chat__Bar *bar = card->bars[i];

		stoa_buf_printf(out, "%s%*s", bar->label,
		    (int)(width - character_count(stoa_str_of(bar->label)) + 1),
		    "");
		bar_print(out, bar->share);
		stoa_buf_printf(out, " %s%s\n", bar->value,
		    bar->is_winner ? " (wins)" : "");
	}
}

static void
progress_print(struct stoa_buf *out, const Stoa__Chat__Progress *progress)
{
	bar_print(out, progress->done);
	stoa_buf_printf(out, " %d %%%s%s\n", (int)(progress->done * 100),
	    progress->text[0] == '\0' ? "" : ", ", progress->text);
}

static void
series_print(struct stoa_buf *out, const Stoa__Chat__Series *series)
{
	stoa_buf_printf(out, "%s: %.4g to %.4g over %zu points\n", series->name,
	    series->ys[0], series->ys[series->n_ys - 1], series->n_ys);
}

static void
button_print(struct stoa_buf *out, const Stoa__Chat__Button *button)
{
	if (button->does_case == STOA__CHAT__BUTTON__DOES_COMMAND) {
		stoa_buf_printf(
		    out, "%s: %s\n", button->label, button->command);
	} else if (button->does_case == STOA__CHAT__BUTTON__DOES_URL) {
		stoa_buf_printf(out, "%s: %s\n", button->label, button->url);
	}
	/* A token can only be pressed, which plain text cannot offer. */
}

/* What would be typed: for each choice, or with a place for what is chosen. */
static void
select_print(struct stoa_buf *out, const Stoa__Chat__Select *select)
{
	if (select->kind != STOA__CHAT__SELECT_KIND__CHOICES) {
		stoa_buf_printf(out, "%s: %s %s:...\n", select->label,
		    select->command, select->option);
	}
	for (size_t i = 0; i < select->n_choices; i++) {
		const char *value = select->choices[i]->value;
		const char *quote = strchr(value, ' ') == NULL ? "" : "\"";

		stoa_buf_printf(out, "%s: %s %s:%s%s%s\n",
		    select->choices[i]->label, select->command, select->option,
		    quote, value, quote);
	}
}

static void
parts_print(struct stoa_buf *out, const Stoa__Chat__Card *card)
{
	for (size_t i = 0; i < card->n_fields; i++) {
		stoa_buf_printf(out, "%s: %s\n", card->fields[i]->name,
		    card->fields[i]->value);
	}
	if (card->table != NULL) {
		table_print(out, card->table);
	}
	bars_print(out, card);
	if (card->progress != NULL) {
		progress_print(out, card->progress);
	}
	for (size_t i = 0; i < card->n_series; i++) {
		series_print(out, card->series[i]);
	}
	if (card->image != NULL) {
		stoa_buf_printf(out, "image: %s\n", card->image->alt);
	}
	for (size_t i = 0; i < card->n_buttons; i++) {
		button_print(out, card->buttons[i]);
	}
	if (card->select != NULL) {
		select_print(out, card->select);
	}
	for (size_t i = 0; i < card->n_selects; i++) {
		select_print(out, card->selects[i]);
	}
}

void
bot_card_print_plain(struct stoa_buf *out, const Stoa__Chat__Card *card)
{
	stoa_buf_printf(out, "%s\n", card->title);
	if (card->text[0] != '\0') {
		stoa_buf_printf(out, "%s\n", card->text);
	}
	parts_print(out, card);
}
