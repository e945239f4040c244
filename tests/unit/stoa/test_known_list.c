#include "../unit.h"

#include "base/str.h"
#include "stoa/known_list.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

/* A list's card with these columns and two rows. */
struct sample {
	Stoa__Chat__Column columns[2], *column_list[2];
	Stoa__Chat__Row rows[2], *row_list[2];
	char *cells[2][2];
	Stoa__Chat__Table table;
	Stoa__Chat__Card card;
};

static void
sample_init(struct sample *s)
{
	static const char *const names[] = {"Name", "CID"};
	static const char *const cells[2][2] = {
	    {"intents", "bafya"}, {"reviews", "bafyb"}};

	stoa__chat__card__init(&s->card);
	stoa__chat__table__init(&s->table);
	for (size_t i = 0; i < 2; i++) {
		stoa__chat__column__init(&s->columns[i]);
		s->columns[i].name = TEXT(names[i]);
		s->column_list[i] = &s->columns[i];
		stoa__chat__row__init(&s->rows[i]);
		s->cells[i][0] = TEXT(cells[i][0]);
		s->cells[i][1] = TEXT(cells[i][1]);
		s->rows[i].cells = s->cells[i];
		s->rows[i].n_cells = 2;
		s->row_list[i] = &s->rows[i];
	}
	s->table.columns = s->column_list;
	s->table.n_columns = 2;
	s->table.rows = s->row_list;
	s->table.n_rows = 2;
	s->card.table = &s->table;
}

static void
test_known_list_takes_columns_by_name(void **state)
{
	struct known_list list = {0};
	struct sample s;

	(void)state;
	sample_init(&s);
	known_list_read(&list, &s.card, "CID", "Name");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.values[0], "bafya");
	assert_string_equal(list.notes[0], "intents");
	assert_string_equal(list.values[1], "bafyb");
	known_list_clear(&list);
	assert_int_equal(list.count, 0);
}

static void
test_known_list_takes_nothing_that_is_not_there(void **state)
{
	struct known_list list = {0};
	struct sample s;

	(void)state;
	sample_init(&s);
	known_list_read(&list, &s.card, "Model", "Name");
	assert_int_equal(list.count, 0);
	known_list_read(&list, &s.card, "CID", "State");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.notes[1], "");
	s.rows[0].n_cells = 1; /* a row that is too short */
	known_list_read(&list, &s.card, "CID", "Name");
	assert_int_equal(list.count, 1);
	assert_string_equal(list.values[0], "bafyb");
	s.card.table = NULL;
	known_list_read(&list, &s.card, "CID", "Name");
	assert_int_equal(list.count, 0);
}

static void
test_known_list_is_bounded(void **state)
{
	Stoa__Chat__Row *rows[100];
	struct known_list list = {0};
	struct sample s;

	(void)state;
	sample_init(&s);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		rows[i] = &s.rows[0];
	}
	s.table.rows = rows;
	s.table.n_rows = STOA_COUNT(rows);
	known_list_read(&list, &s.card, "CID", "Name");
	assert_int_equal(list.count, KNOWN_MAX);
	known_list_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_list_takes_columns_by_name),
	    cmocka_unit_test(test_known_list_takes_nothing_that_is_not_there),
	    cmocka_unit_test(test_known_list_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
