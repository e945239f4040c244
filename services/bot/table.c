/* table.c - see table.h. */
#include "bot/table.h"

#define GAP 2

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
longest_word(struct stoa_str text, bot_columns_fn *columns_of)
{
	size_t longest = 0;

	while (text.len > 0) {
		longest = larger(longest, columns_of(stoa_str_cut(&text, ' ')));
	}
	return longest;
}

static void
widen(struct bot_table *t, size_t i, struct stoa_str text)
{
	t->width[i] = larger(t->width[i], t->columns_of(text));
	t->least[i] = larger(t->least[i], longest_word(text, t->columns_of));
	t->cell_size_max = larger(t->cell_size_max, text.len);
}

struct bot_table
bot_table_of(const Stoa__Chat__Table *table, bot_columns_fn *columns_of)
{
	struct bot_table t = {
	    .table = table,
	    .columns_of = columns_of,
	    .count = table->n_columns < BOT_COLUMNS_MAX ? table->n_columns
							: BOT_COLUMNS_MAX,
	};

	for (size_t i = 0; i < t.count; i++) {
		widen(&t, i, stoa_str_of(table->columns[i]->name));
		for (size_t j = 0; j < table->n_rows; j++) {
			widen(&t, i, bot_table_cell(&t, j, i));
		}
	}
	return t;
}

static size_t
total_width(const struct bot_table *t)
{
	size_t total = 0;

	for (size_t i = 0; i < t->count; i++) {
		total += t->width[i] + (i > 0 ? GAP : 0);
	}
	return total;
}

/* Takes a column off the widest one that can spare it. */
static bool
narrow(struct bot_table *t)
{
	size_t widest = t->count;

	for (size_t i = 0; i < t->count; i++) {
		if (t->width[i] > t->least[i] &&
		    (widest == t->count || t->width[i] > t->width[widest])) {
			widest = i;
		}
	}
	if (widest == t->count) {
		return false;
	}
	t->width[widest]--;
	return true;
}

bool
bot_table_fit(struct bot_table *t, size_t columns_max)
{
	while (total_width(t) > columns_max) {
		if (!narrow(t)) {
			return false;
		}
	}
	return true;
}

struct stoa_str
bot_table_cell(const struct bot_table *t, size_t row, size_t column)
{
	const Stoa__Chat__Row *r = t->table->rows[row];

	return stoa_str_of(column < r->n_cells ? r->cells[column] : "");
}

struct bot_table_row
bot_table_head(const struct bot_table *t)
{
	struct bot_table_row row;

	for (size_t i = 0; i < t->count; i++) {
		row.rest[i] = stoa_str_of(t->table->columns[i]->name);
	}
	return row;
}

struct bot_table_row
bot_table_row(const struct bot_table *t, size_t row)
{
	struct bot_table_row r;

	for (size_t i = 0; i < t->count; i++) {
		r.rest[i] = bot_table_cell(t, row, i);
	}
	return r;
}

bool
bot_table_next(const struct bot_table *t, struct bot_table_row *row,
    struct bot_table_line *ret_line)
{
	size_t at = 0, start = 0;
	bool is_more = false;

	ret_line->count = 0;
	for (size_t i = 0; i < t->count; i++) {
		struct stoa_str text =
		    bot_wrap(&row->rest[i], t->width[i], t->columns_of);
		size_t columns = t->columns_of(text), to = start;

		if (t->table->columns[i]->align == STOA__CHAT__ALIGN__RIGHT &&
		    columns < t->width[i]) {
			to += t->width[i] - columns;
		}
		if (columns > 0) {
			ret_line->pieces[ret_line->count].spaces = to - at;
			ret_line->pieces[ret_line->count++].text = text;
			at = to + columns;
		}
		start += t->width[i] + GAP;
		is_more = is_more || row->rest[i].len > 0;
	}
	return is_more;
}

struct stoa_str
bot_wrap(struct stoa_str *rest, size_t columns_max, bot_columns_fn *columns_of)
{
	size_t at = 0, total = 0, broken = 0; /* `broken`: the last space */
	struct stoa_str piece;

	while (at < rest->len) {
		struct stoa_str here = stoa_str_from(*rest, at);
		size_t len = stoa_str_utf8_len(here);

		here.len = len == 0 ? 1 : len;
		if (here.data[0] == ' ') {
			broken = at;
		}
		total += columns_of(here);
		at += here.len;
		if (total > columns_max && broken > 0) {
			at = broken;
			break;
		}
	}
	piece = (struct stoa_str){rest->data, at};
	*rest = stoa_str_from(*rest, at);
	while (rest->len > 0 && rest->data[0] == ' ') {
		*rest = stoa_str_from(*rest, 1);
	}
	return piece;
}
