#include "base/money.h"

#include "../unit.h"

static void
test_parse_is_exact_or_refused(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t micro;
	} rows[] = {
	    {"0", true, 0},
	    {"1", true, 1000000},
	    {"12.5", true, 12500000},
	    {"-0.000001", true, -1},
	    {"0.1", true, 100000},
	    {"9223372036854.775807", true, INT64_MAX},
	    {"-9223372036854.775807", true, -INT64_MAX},
	    {"9223372036854.775808", false, 0},
	    {"0.0000001", false, 0},
	    {"1.", false, 0},
	    {".5", false, 0},
	    {"1e3", false, 0},
	    {"1,000", false, 0},
	    {"", false, 0},
	    {"NaN", false, 0},
	    {"--1", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_money m = {0};

		assert_int_equal(
		    stoa_money_parse(stoa_str_of(rows[i].text), &m),
		    rows[i].ok);
		assert_int_equal(m.micro, rows[i].micro);
	}
}

static void
test_print_parses_back(void **state)
{
	static const int64_t values[] = {
	    0, 1, -1, 999999, 1000000, -12500000, INT64_MAX, INT64_MIN + 1};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(values); i++) {
		char text[STOA_MONEY_TEXT_SIZE];
		struct stoa_money m = {values[i]}, again = {0};

		assert_true(stoa_money_parse(
		    stoa_str_of(stoa_money_print(m, text)), &again));
		assert_int_equal(again.micro, values[i]);
	}
}

static void
test_sums_refuse_to_overflow(void **state)
{
	struct stoa_money max = {INT64_MAX}, one = {1}, out = {7};

	(void)state;
	assert_false(stoa_money_add(max, one, &out));
	assert_false(stoa_money_sub((struct stoa_money){INT64_MIN}, one, &out));
	assert_false(stoa_money_mul(max, 2, &out));
	assert_int_equal(out.micro, 7);
	assert_true(stoa_money_sub(max, one, &out));
	assert_int_equal(out.micro, INT64_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_is_exact_or_refused),
	    cmocka_unit_test(test_print_parses_back),
	    cmocka_unit_test(test_sums_refuse_to_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
