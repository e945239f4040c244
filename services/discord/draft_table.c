/* draft_table.c - a table, aligned in a block of code.
 *
 * Columns get the width they need if that fits a desktop's line; else the
 * widest are narrowed, down to their longest word, and their cells wrap.
 * What does not fit even so (rows of identifiers) becomes a paragraph a row,
 * so that nothing that a member may have to copy is cut. */
#include "discord/draft.h"

#include "base/check.h"

#define ELLIPSIS "\u2026"
#define GAP	 2

/* Room for the line of what is left out, and for where the table goes on. */
#define TAIL_WEIGHT ((size_t)40 * DISCORD_WEIGHT_ONE)
#define NEXT_UNITS  200

struct layout {
	const Stoa__Chat__Table *table;
	size_t count, rows;
	bool has_long_cell;
	size_t width[DISCORD_CELLS_MAX];
	size_t least[DISCORD_CELLS_MAX];
};

/* Cells beyond the row's own are empty: a card may come from anybody. */
static struct stoa_str
cell_get(const Stoa__Chat__Row *row, size_t i)
{
	return stoa_str_of(i < row->n_cells ? row->cells[i] : "");
}

static size_t
longest_word(struct stoa_str text)
{
	size_t longest = 0;

	while (text.len > 0) {
		size_t columns = discord_columns(stoa_str_cut(&text, ' '));

		longest = columns > longest ? columns : longest;
	}
	return longest;
}

static void
layout_widen(struct layout *l, size_t i, struct stoa_str cell)
{
	size_t columns = discord_columns(cell), word = longest_word(cell);

	l->width[i] = columns > l->width[i] ? columns : l->width[i];
	l->least[i] = word > l->least[i] ? word : l->least[i];
	l->has_long_cell = l->has_long_cell || cell.len > DISCORD_CELL_MAX;
}

static size_t
layout_total(const struct layout *l)
{
	size_t total = GAP * (l->count - 1);

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

/* True when it can stand as a grid. */
static bool
layout_fit(struct layout *l, const Stoa__Chat__Table *table)
{
	*l = (struct layout){.table = table,
	    .count = table->n_columns < DISCORD_CELLS_MAX ? table->n_columns
							  : DISCORD_CELLS_MAX,
	    .rows = table->n_rows < DISCORD_ROWS_MAX ? table->n_rows
						     : DISCORD_ROWS_MAX};
	for (size_t i = 0; i < l->count; i++) {
		layout_widen(l, i, stoa_str_of(table->columns[i]->name));
		for (size_t j = 0; j < l->rows; j++) {
			layout_widen(l, i, cell_get(table->rows[j], i));
		}
	}
	while (layout_total(l) > DISCORD_TABLE_COLUMNS) {
		if (l->has_long_cell || !layout_narrow(l)) {
			return false;
		}
	}
	return !l->has_long_cell;
}

/* The next piece of `*rest` that fits `width`, broken at a space. */
static struct stoa_str
piece_next(struct stoa_str *rest, size_t width)
{
	size_t at = 0, total = 0, broken = 0;
	struct stoa_str piece;

	while (at < rest->len) {
		struct stoa_str here = stoa_str_from(*rest, at);
		size_t len = stoa_str_utf8_len(here);

		len = len == 0 ? 1 : len;
		if (here.data[0] == ' ') {
			broken = at;
		}
		total += discord_columns((struct stoa_str){here.data, len});
		at += len;
		if (total > width && broken > 0) {
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

static void
spaces_add(struct discord_pen *pen, size_t count)
{
	while (count-- > 0) {
		(void)discord_pen_text(pen, " ");
	}
}

/* One line of each cell; true while any has more. Padding is written when
 * text follows, so no line ends with it. */
static bool
line_write(
    struct discord_pen *pen, const struct layout *l, struct stoa_str *cells)
{
	size_t at = 0, start = 0;
	bool is_more = false;

	for (size_t i = 0; i < l->count; i++) {
		struct stoa_str piece = piece_next(&cells[i], l->width[i]);
		size_t columns = discord_columns(piece), to = start;

		if (l->table->columns[i]->align == STOA__CHAT__ALIGN__RIGHT &&
		    columns < l->width[i]) {
			to += l->width[i] - columns;
		}
		if (columns > 0) {
			spaces_add(pen, to - at);
			discord_pen_verbatim(pen, piece);
			at = to + columns;
		}
		start += l->width[i] + GAP;
		is_more = is_more || cells[i].len > 0;
	}
	(void)discord_pen_text(pen, "\n");
	return is_more;
}

/* Row `j` of a grid, or the head when `j` is that of no row. */
static void
grid_row(struct stoa_buf *to, const struct layout *l, size_t j)
{
	struct stoa_str cells[DISCORD_CELLS_MAX];
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);

	for (size_t i = 0; i < l->count; i++) {
		cells[i] = j < l->rows
			       ? cell_get(l->table->rows[j], i)
			       : stoa_str_of(l->table->columns[i]->name);
	}
	while (line_write(&pen, l, cells)) {
	}
}

static void
block_row(struct stoa_buf *to, const struct layout *l, size_t j)
{
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);
	bool is_first = true;

	for (size_t i = 0; i < l->count; i++) {
		struct stoa_str cell = cell_get(l->table->rows[j], i);
		struct stoa_str name = stoa_str_of(l->table->columns[i]->name);

		if (discord_is_blank(cell)) {
			continue;
		}
		if (is_first) {
			(void)discord_pen_text(&pen, "**");
			discord_pen_escape(&pen, cell, DISCORD_LINE_REST);
			(void)discord_pen_text(&pen, "**");
			is_first = false;
			continue;
		}
		(void)discord_pen_text(&pen, " \u00b7 ");
		if (!discord_is_blank(name)) {
			discord_pen_escape(&pen, name, DISCORD_LINE_REST);
			(void)discord_pen_text(&pen, " ");
		}
		discord_pen_escape(&pen, cell, DISCORD_LINE_REST);
	}
	(void)discord_pen_text(&pen, "\n");
}

/* Gives how many rows it wrote. */
static size_t
rows_write(struct discord_pen *pen, const struct layout *l, bool is_grid)
{
	struct stoa_buf one;
	size_t shown = 0;

	stoa_buf_init(&one, DISCORD_BODY_MAX);
	for (size_t j = 0; j < l->rows; j++) {
		stoa_buf_clear(&one);
		if (is_grid) {
			grid_row(&one, l, j);
		} else {
			block_row(&one, l, j);
		}
		if (!discord_pen_add(pen, stoa_buf_str(&one))) {
			break;
		}
		shown++;
	}
	stoa_buf_fini(&one);
	return shown;
}

static size_t
grid_write(struct discord_pen *pen, const struct layout *l)
{
	struct stoa_buf head;
	size_t shown = 0, start = pen->to->len;

	stoa_buf_init(&head, DISCORD_BODY_MAX);
	grid_row(&head, l, SIZE_MAX);
	if (discord_pen_prepay(pen, STOA_STR("```\n```\n"))) {
		stoa_buf_add_text(pen->to, "```\n");
		if (discord_pen_add(pen, stoa_buf_str(&head))) {
			shown = rows_write(pen, l, true);
			stoa_buf_add_text(pen->to, "```\n");
		} else {
			pen->to->len = start;
		}
	}
	stoa_buf_fini(&head);
	return shown;
}

static void
next_write(struct draft *d, struct discord_pen *pen)
{
	const char *next = d->card->table->next;

	if (!discord_is_blank(stoa_str_of(next))) {
		(void)discord_pen_text(
		    pen, next[0] == '/' ? "-# more: type " : "-# more: type /");
		discord_pen_escape(pen,
		    stoa_str_of(discord_text_bare(
			d->arena, stoa_str_of(next), NEXT_UNITS, NULL)),
		    DISCORD_LINE_REST);
		(void)discord_pen_text(pen, "\n");
	}
}

/* What comes after the rows, written first to know how much room it takes. */
static void
tail_write(struct draft *d, struct stoa_buf *to, size_t shown)
{
	size_t all = d->card->table->n_rows;
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);

	if (shown < all) {
		stoa_buf_printf(
		    to, "-# " ELLIPSIS " %zu more rows\n", all - shown);
		draft_note(d, "table", "%zu of %zu rows are left out",
		    all - shown, all);
	}
	next_write(d, &pen);
}

void
draft_table(struct draft *d, struct stoa_buf *to, size_t weight_max)
{
	const Stoa__Chat__Table *table = d->card->table;
	struct discord_pen pen;
	struct layout l;
	struct stoa_buf next;
	size_t kept, shown;
	bool is_grid;

	if (table == NULL || table->n_columns == 0) {
		return;
	}
	stoa_buf_init(&next, DISCORD_BODY_MAX);
	pen = discord_pen(&next, DISCORD_WEIGHT_NO_LIMIT);
	next_write(d, &pen);
	kept = TAIL_WEIGHT + discord_weight(stoa_buf_str(&next));
	stoa_buf_fini(&next);
	if (weight_max < kept) {
		draft_note(d, "table", "left out: no room");
		return;
	}
	is_grid = layout_fit(&l, table);
	if (l.count < table->n_columns) {
		draft_note(d, "table", "%zu of %zu columns are left out",
		    table->n_columns - l.count, table->n_columns);
	}
	pen = discord_pen(to, weight_max - kept);
	shown = is_grid ? grid_write(&pen, &l) : rows_write(&pen, &l, false);
	tail_write(d, to, shown);
}
