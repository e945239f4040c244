/* term_table.c - a table in the width there is.
 *
 * Columns get their natural width if that fits; else the widest ones are
 * narrowed, down to their longest word, and their cells wrap. What does not
 * fit even so is written as one block per row. */
#include "stoa/term_text.h"

#include "base/check.h"

#define COLUMNS_MAX 8
#define GAP	    2

struct layout {
	const Stoa__Chat__Table *table;
	size_t count;
	size_t width[COLUMNS_MAX];
	size_t least[COLUMNS_MAX];
};

/* Cells beyond the row's own are empty: a card may come from anybody. */
static struct stoa_str
cell_get(const Stoa__Chat__Row *row, size_t i)
{
	return stoa_str_of(i < row->n_cells ? row->cells[i] : "");
}

static void
layout_widen(struct layout *l, size_t i, struct stoa_str cell)
{
	size_t columns = term_columns(cell);
	size_t word = term_longest_word(cell);

	l->width[i] = columns > l->width[i] ? columns : l->width[i];
	l->least[i] = word > l->least[i] ? word : l->least[i];
}

static size_t
layout_total(const struct layout *l)
{
	size_t total = TERM_INDENT + GAP * (l->count - 1);

	for (size_t i = 0; i < l->count; i++) {
		total += l->width[i];
	}
	return total;
}

/* Takes a column off the widest one that can spare it. */
static bool
layout_narrow(struct layout *l)
{
	size_t widest = l->count;

	for (size_t i = 0; i < l->count; i++) {
		if (l->width[i] > l->least[i] &&
		    (widest == l->count || l->width[i] > l->width[widest])) {
			widest = i;
		}
	}
	if (widest == l->count) {
		return false;
	}
	l->width[widest]--;
	return true;
}

static bool
layout_fit(struct layout *l, const Stoa__Chat__Table *table, size_t width)
{
	*l = (struct layout){.table = table, .count = table->n_columns};
	for (size_t i = 0; i < l->count; i++) {
		layout_widen(l, i, stoa_str_of(table->columns[i]->name));
		for (size_t j = 0; j < table->n_rows; j++) {
			layout_widen(l, i, cell_get(table->rows[j], i));
		}
	}
	while (layout_total(l) > width) {
		if (!layout_narrow(l)) {
			return false;
		}
	}
	return true;
}

/* Prints one line of each cell; true while any has more. No spaces at the
 * end of a line: padding is written when text follows. */
static bool
line_print(struct term_out *o, const struct layout *l, struct stoa_str *cells,
    enum term_style style)
{
	size_t at = 0, start = TERM_INDENT;
	bool is_more = false;

	for (size_t i = 0; i < l->count; i++) {
		struct stoa_str piece = term_wrap_next(&cells[i], l->width[i]);
		size_t columns = term_columns(piece), to = start;

		if (l->table->columns[i]->align == STOA__CHAT__ALIGN__RIGHT) {
			to += l->width[i] - columns;
		}
		if (piece.len > 0) {
			term_spaces(o, to - at);
			term_style_begin(o, style);
			term_text_add(o, piece);
			term_style_end(o, style);
			at = to + columns;
		}
		start += l->width[i] + GAP;
		is_more = is_more || cells[i].len > 0;
	}
	stoa_buf_add_byte(o->b, '\n');
	return is_more;
}

static void
grid_print(struct term_out *o, const struct layout *l)
{
	struct stoa_str cells[COLUMNS_MAX];

	for (size_t i = 0; i < l->count; i++) {
		cells[i] = stoa_str_of(l->table->columns[i]->name);
	}
	while (line_print(o, l, cells, TERM_BOLD)) {
	}
	for (size_t j = 0; j < l->table->n_rows; j++) {
		for (size_t i = 0; i < l->count; i++) {
			cells[i] = cell_get(l->table->rows[j], i);
		}
		while (line_print(o, l, cells, TERM_PLAIN)) {
		}
	}
}

static void
blocks_print(struct term_out *o, const Stoa__Chat__Table *table)
{
	for (size_t j = 0; j < table->n_rows; j++) {
		for (size_t i = 0; i < table->n_columns; i++) {
			struct stoa_str cell = cell_get(table->rows[j], i);
			const char *name = table->columns[i]->name;

			if (cell.len == 0) {
				continue;
			}
			term_spaces(o, i == 0 ? TERM_INDENT : 2 * TERM_INDENT);
			if (i > 0 && name[0] != '\0') {
				term_styled(o, TERM_DIM, name);
				stoa_buf_add_text(o->b, ": ");
			}
			term_wrap(o, cell, 3 * TERM_INDENT);
		}
	}
}

void
term_table(struct term_out *o, const Stoa__Chat__Table *table)
{
	struct layout l;

	if (table->n_columns == 0 || table->n_columns > COLUMNS_MAX) {
		return; /* no bot of ours makes such a table */
	}
	if (layout_fit(&l, table, o->width)) {
		grid_print(o, &l);
	} else {
		blocks_print(o, table);
	}
	if (table->next[0] != '\0') {
		term_spaces(o, TERM_INDENT);
		term_styled(o, TERM_DIM, "more: ");
		term_styled(o, TERM_CYAN, table->next);
		stoa_buf_add_byte(o->b, '\n');
	}
}
