/* table.h - a card's table where text stands in columns.
 *
 * Columns get the width they need; where all together need too much, the
 * widest are narrowed, down to their longest word, and their cells wrap. How
 * much room a text takes only its medium knows. A card may come from anybody:
 * nothing about its table is taken for granted. Layer 2, pure. */
#ifndef BOT_TABLE_H
#define BOT_TABLE_H

#include "bot/limits.h"

#include "proto/chat.pb-c.h"

#include "base/str.h"

/* The columns that a text takes. */
typedef size_t bot_columns_fn(struct stoa_str text);

struct bot_table {
	const Stoa__Chat__Table *table; /* borrowed */
	bot_columns_fn *columns_of;
	size_t count;	      /* columns, at most BOT_COLUMNS_MAX */
	size_t cell_size_max; /* the longest of all texts, in bytes */
	size_t width[BOT_COLUMNS_MAX];
	size_t least[BOT_COLUMNS_MAX];
};

/* Every column as wide as it needs. */
struct bot_table bot_table_of(
    const Stoa__Chat__Table *table, bot_columns_fn *columns_of);

/* Narrows it; false: some word would not fit. */
bool bot_table_fit(struct bot_table *t, size_t columns_max);

/* Empty when the row has fewer. */
struct stoa_str bot_table_cell(
    const struct bot_table *t, size_t row, size_t column);

/* What is still to be shown of a row's cells, or of the head's. */
struct bot_table_row {
	struct stoa_str rest[BOT_COLUMNS_MAX];
};

struct bot_table_row bot_table_head(const struct bot_table *t);
struct bot_table_row bot_table_row(const struct bot_table *t, size_t row);

/* Nothing stands behind the last text of a line. */
struct bot_table_line {
	size_t count;
	struct {
		size_t spaces; /* before it */
		struct stoa_str text;
	} pieces[BOT_COLUMNS_MAX];
};

/* Takes the next line off the row; true while there are more. */
bool bot_table_next(const struct bot_table *t, struct bot_table_row *row,
    struct bot_table_line *ret_line);

/* The next piece of `*rest` that takes at most `columns_max`, broken at a
 * space if possible, never inside a word; cut off `*rest`. */
struct stoa_str bot_wrap(
    struct stoa_str *rest, size_t columns_max, bot_columns_fn *columns_of);

#endif
