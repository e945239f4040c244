/* plain.c - a card as plain text: the floor that every platform can show.
 * Columns are aligned by characters; what is drawn elsewhere is told here. */
#include "bot/card.h"

#include "base/check.h"

#include <inttypes.h>

#define COLUMNS_MAX 8
#define BAR_LEN	    20

static size_t
character_count(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++) {
		count += (*text & 0xc0) != 0x80;
	}
	return count;
}

static void
spaces_add(struct stoa_buf *out, size_t count)
{
	while (count-- > 0) {
		stoa_buf_add_byte(out, ' ');
	}
}

static void
line_print(struct stoa_buf *out, const Stoa__Chat__Table *table,
    const char *const *cells, const size_t *widths)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t pad = widths[i] - character_count(cells[i]);
		bool is_right =
		    table->columns[i]->align == STOA__CHAT__ALIGN__RIGHT;

		if (i > 0) {
			spaces_add(out, 2);
		}
		if (is_right) {
			spaces_add(out, pad);
		}
		stoa_buf_add_text(out, cells[i]);
		if (!is_right && i + 1 < table->n_columns) {
			spaces_add(out, pad);
		}
	}
	stoa_buf_add_byte(out, '\n');
}

static void
table_print(struct stoa_buf *out, const Stoa__Chat__Table *table)
{
	const char *names[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];

	stoa_assert(table->n_columns <= COLUMNS_MAX);
	for (size_t i = 0; i < table->n_columns; i++) {
		names[i] = table->columns[i]->name;
		widths[i] = character_count(names[i]);
		for (size_t j = 0; j < table->n_rows; j++) {
			size_t width =
			    character_count(table->rows[j]->cells[i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	line_print(out, table, names, widths);
	for (size_t j = 0; j < table->n_rows; j++) {
		line_print(out, table,
		    (const char *const *)table->rows[j]->cells, widths);
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
		size_t len = character_count(card->bars[i]->label);

		width = len > width ? len : width;
	}
	for (size_t i = 0; i < card->n_bars; i++) {
		const Stoa__Chat__Bar *bar = card->bars[i];

		stoa_buf_add_text(out, bar->label);
		spaces_add(out, width - character_count(bar->label) + 1);
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
