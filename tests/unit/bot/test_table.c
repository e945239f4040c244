/* test_table.c - widths, wrapping and lines of a card's table. */
#include "../unit.h"

#include "bot/table.h"

#include "base/buf.h"

/* Two columns for what takes three bytes. */
static size_t
columns_of(struct stoa_str text)
{
	size_t columns = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		columns += (c & 0xc0) != 0x80;
		columns += c >= 0xe0 && c < 0xf0;
	}
	return columns;
}

static void
test_wrap_breaks_at_spaces_only(void **state)
{
	static const struct {
		const char *text;
		size_t width;
		const char *lines[4];
	} rows[] = {
	    {"one two three", 7, {"one two", "three"}},
	    {"one two three", 6, {"one", "two", "three"}},
	    {"one  two", 4, {"one ", "two"}},
	    {"unbreakable", 4, {"unbreakable"}},
	    {"an unbreakable word", 4, {"an", "unbreakable", "word"}},
	    {"caf\xc3\xa9 caf\xc3\xa9", 4, {"caf\xc3\xa9", "caf\xc3\xa9"}},
	    {"\xe4\xbd\xa0\xe5\xa5\xbd \xe4\xbd\xa0", 5,
		{"\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0"}},
	    {"a\xff\xfe b", 2, {"a\xff\xfe", "b"}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_str rest = stoa_str_of(rows[i].text);

		for (size_t j = 0; rows[i].lines[j] != NULL; j++) {
			assert_str(bot_wrap(&rest, rows[i].width, columns_of),
			    rows[i].lines[j]);
		}
		assert_int_equal(rest.len, 0);
	}
}

/* ---- tables of two columns, the second at the right ---- */

static struct {
	Stoa__Chat__Column column[9], *columns[9];
	Stoa__Chat__Row row[2], *rows[2];
	char *cells[2][9];
	Stoa__Chat__Table table;
} w;

static const Stoa__Chat__Table *
table_of(const char *const text[3][2])
{
	stoa__chat__table__init(&w.table);
	w.table.columns = w.columns;
	w.table.rows = w.rows;
	w.table.n_columns = w.table.n_rows = 2;
	for (size_t i = 0; i < 2; i++) {
		stoa__chat__column__init(&w.column[i]);
		w.column[i].name = (char *)(uintptr_t)text[0][i];
		w.columns[i] = &w.column[i];
		stoa__chat__row__init(&w.row[i]);
		w.row[i].cells = w.cells[i];
		w.rows[i] = &w.row[i];
		w.row[i].n_cells = 2;
		for (size_t j = 0; j < 2; j++) {
			w.cells[i][j] = (char *)(uintptr_t)text[1 + i][j];
		}
	}
	w.column[1].align = STOA__CHAT__ALIGN__RIGHT;
	return &w.table;
}

static void
row_add(struct stoa_buf *b, const struct bot_table *t, struct bot_table_row row)
{
	struct bot_table_line line;
	bool is_more;

	do {
		is_more = bot_table_next(t, &row, &line);
		for (size_t i = 0; i < line.count; i++) {
			stoa_buf_printf(b, "%*s%.*s",
			    (int)line.pieces[i].spaces, "",
			    STOA_STR_ARG(line.pieces[i].text));
		}
		stoa_buf_add_text(b, "|\n");
	} while (is_more);
}

static void
assert_drawn(const struct bot_table *t, const char *want)
{
	struct stoa_buf b;

	stoa_buf_init(&b, 4096);
	row_add(&b, t, bot_table_head(t));
	for (size_t i = 0; i < t->table->n_rows; i++) {
		row_add(&b, t, bot_table_row(t, i));
	}
	assert_str(stoa_buf_str(&b), want);
	stoa_buf_fini(&b);
}

static const char *const prices[3][2] = {
    {"name", "price"},
    {"a long name", "1.5"},
    {"\xe4\xbd\xa0", ""},
};

static void
test_table_of_gives_each_column_what_it_needs(void **state)
{
	struct bot_table t = bot_table_of(table_of(prices), columns_of);

	(void)state;
	assert_int_equal(t.count, 2);
	assert_int_equal(t.width[0], 11);
	assert_int_equal(t.least[0], 4);
	assert_int_equal(t.width[1], 5);
	assert_int_equal(t.cell_size_max, 11);
	assert_drawn(&t, "name         price|\n"
			 "a long name    1.5|\n"
			 "\xe4\xbd\xa0|\n");
}

static void
test_table_fit_narrows_the_widest_to_its_longest_word(void **state)
{
	static const struct {
		size_t columns_max;
		bool fits;
		const char *want;
	} rows[] = {
	    {18, true,
		"name         price|\na long name    1.5|\n\xe4\xbd\xa0|\n"},
	    {17, true,
		"name        price|\na long        1.5|\nname|\n"
		"\xe4\xbd\xa0|\n"},
	    {13, true,
		"name    price|\na long    1.5|\nname|\n\xe4\xbd\xa0|\n"},
	    {11, true,
		"name  price|\na       1.5|\nlong|\nname|\n\xe4\xbd\xa0|\n"},
	    {10, false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct bot_table t = bot_table_of(table_of(prices), columns_of);

		assert_int_equal(
		    bot_table_fit(&t, rows[i].columns_max), rows[i].fits);
		if (rows[i].fits) {
			assert_drawn(&t, rows[i].want);
		}
	}
}

/* Nothing of ours sends such a table. */
static void
test_table_of_survives_other_shapes(void **state)
{
	struct bot_table t;

	(void)state;
	(void)table_of(prices);
	w.row[0].n_cells = 1;
	w.row[1].n_cells = 0;
	t = bot_table_of(&w.table, columns_of);
	assert_str(bot_table_cell(&t, 0, 0), "a long name");
	assert_str(bot_table_cell(&t, 0, 1), "");
	assert_drawn(&t, "name         price|\na long name|\n|\n");

	for (size_t i = 2; i < STOA_COUNT(w.column); i++) {
		w.column[i] = w.column[0];
		w.columns[i] = &w.column[i];
	}
	w.table.n_columns = STOA_COUNT(w.column);
	t = bot_table_of(&w.table, columns_of);
	assert_int_equal(t.count, BOT_COLUMNS_MAX);

	w.table.n_columns = 0;
	t = bot_table_of(&w.table, columns_of);
	assert_int_equal(t.count, 0);
	assert_true(bot_table_fit(&t, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrap_breaks_at_spaces_only),
	    cmocka_unit_test(test_table_of_gives_each_column_what_it_needs),
	    cmocka_unit_test(
		test_table_fit_narrows_the_widest_to_its_longest_word),
	    cmocka_unit_test(test_table_of_survives_other_shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
