/* draft_table.c - a table, aligned in a block of code.
 *
 * It is made to fit a desktop's line. What does not fit (rows of identifiers)
 * becomes a paragraph a row, so that nothing that a member may have to copy is
 * cut. */
#include "discord/draft.h"

#include "bot/table.h"

#define ELLIPSIS "\u2026"

/* Room for the line of what is left out, and for where the table goes on. */
#define TAIL_WEIGHT ((size_t)40 * DISCORD_WEIGHT_ONE)
#define NEXT_UNITS  200

static void
grid_row(
    struct stoa_buf *to, const struct bot_table *t, struct bot_table_row row)
{
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);
	struct bot_table_line line;
	bool is_more;

	do {
		is_more = bot_table_next(t, &row, &line);
		for (size_t i = 0; i < line.count; i++) {
			for (size_t j = 0; j < line.pieces[i].spaces; j++) {
				(void)discord_pen_text(&pen, " ");
			}
			discord_pen_verbatim(&pen, line.pieces[i].text);
		}
		(void)discord_pen_text(&pen, "\n");
	} while (is_more);
}

static void
block_row(struct stoa_buf *to, const struct bot_table *t, size_t j)
{
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);
	bool is_first = true;

	for (size_t i = 0; i < t->count; i++) {
		struct stoa_str cell = bot_table_cell(t, j, i);
		struct stoa_str name = stoa_str_of(t->table->columns[i]->name);

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
rows_write(struct discord_pen *pen, const struct bot_table *t, bool is_grid)
{
	struct stoa_buf one;
	size_t shown = 0;

	stoa_buf_init(&one, DISCORD_BODY_MAX);
	for (size_t j = 0; j < t->table->n_rows; j++) {
		stoa_buf_clear(&one);
		if (is_grid) {
			grid_row(&one, t, bot_table_row(t, j));
		} else {
			block_row(&one, t, j);
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
grid_write(struct discord_pen *pen, const struct bot_table *t)
{
	struct stoa_buf head;
	size_t shown = 0, start = pen->to->len;

	stoa_buf_init(&head, DISCORD_BODY_MAX);
	grid_row(&head, t, bot_table_head(t));
	if (discord_pen_prepay(pen, STOA_STR("```\n```\n"))) {
		stoa_buf_add_text(pen->to, "```\n");
		if (discord_pen_add(pen, stoa_buf_str(&head))) {
			shown = rows_write(pen, t, true);
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
	struct bot_table t;
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
	t = bot_table_of(table, discord_columns);
	is_grid = t.cell_size_max <= DISCORD_CELL_MAX &&
		  bot_table_fit(&t, DISCORD_TABLE_COLUMNS);
	if (t.count < table->n_columns) {
		draft_note(d, "table", "%zu of %zu columns are left out",
		    table->n_columns - t.count, table->n_columns);
	}
	pen = discord_pen(to, weight_max - kept);
	shown = is_grid ? grid_write(&pen, &t) : rows_write(&pen, &t, false);
	tail_write(d, to, shown);
}
