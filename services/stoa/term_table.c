/* term_table.c - a table in the width there is.
 *
 * What does not fit is written as one block per row. */
#include "stoa/term_text.h"

#include "bot/table.h"

static void
row_print(struct term_out *o, const struct bot_table *t,
    struct bot_table_row row, enum term_style style)
{
	struct bot_table_line line;
	bool is_more;

	do {
		is_more = bot_table_next(t, &row, &line);
		for (size_t i = 0; i < line.count; i++) {
			term_spaces(o,
			    line.pieces[i].spaces + (i == 0 ? TERM_INDENT : 0));
			term_style_begin(o, style);
			term_text_add(o, line.pieces[i].text);
			term_style_end(o, style);
		}
		stoa_buf_add_byte(o->b, '\n');
	} while (is_more);
}

static void
grid_print(struct term_out *o, const struct bot_table *t)
{
	row_print(o, t, bot_table_head(t), TERM_BOLD);
	for (size_t j = 0; j < t->table->n_rows; j++) {
		row_print(o, t, bot_table_row(t, j), TERM_PLAIN);
	}
}

static void
blocks_print(struct term_out *o, const struct bot_table *t)
{
	for (size_t j = 0; j < t->table->n_rows; j++) {
		for (size_t i = 0; i < t->count; i++) {
			struct stoa_str cell = bot_table_cell(t, j, i);
			const char *name = t->table->columns[i]->name;

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
	struct bot_table t = bot_table_of(table, term_columns);

	if (t.count == 0) {
		return; /* no bot of ours makes such a table */
	}
	if (bot_table_fit(&t, o->width - TERM_INDENT)) {
		grid_print(o, &t);
	} else {
		blocks_print(o, &t);
	}
	if (table->next[0] != '\0') {
		term_spaces(o, TERM_INDENT);
		term_styled(o, TERM_DIM, "more: ");
		term_styled(o, TERM_CYAN, table->next);
		stoa_buf_add_byte(o->b, '\n');
	}
}
