#include "base/time.h"

#include "../unit.h"

static void
test_print_knows_the_calendar(void **state)
{
	static const struct {
		int64_t s;
		const char *want;
	} rows[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {951782400, "2000-02-29T00:00:00.000Z"},
	    {951868800, "2000-03-01T00:00:00.000Z"},
	    {1767225600, "2026-01-01T00:00:00.000Z"},
	    {4107542399, "2100-02-28T23:59:59.000Z"},
	    {4107542400, "2100-03-01T00:00:00.000Z"},
	    {253402300799, "9999-12-31T23:59:59.000Z"},
	};
	char text[STOA_WALL_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_wall t = {rows[i].s * STOA_US_PER_S};

		assert_string_equal(stoa_wall_print(t, text), rows[i].want);
	}
	assert_string_equal(stoa_wall_print((struct stoa_wall){1999}, text),
	    "1970-01-01T00:00:00.001Z");
}

static void
test_add_saturates(void **state)
{
	(void)state;
	assert_int_equal(stoa_wall_add(STOA_WALL_NEVER, 1).us, INT64_MAX);
	assert_int_equal(
	    stoa_wall_add((struct stoa_wall){INT64_MIN}, -1).us, INT64_MIN);
	assert_int_equal(stoa_wall_add((struct stoa_wall){5}, 6).us, 11);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print_knows_the_calendar),
	    cmocka_unit_test(test_add_saturates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
