#include "base/str.h"

#include "../unit.h"

static void
test_cut_splits_at_the_first_separator(void **state)
{
	struct stoa_str rest = STOA_STR("a:b:c");

	(void)state;
	assert_str(stoa_str_cut(&rest, ':'), "a");
	assert_str(rest, "b:c");
	assert_str(stoa_str_cut(&rest, '/'), "b:c");
	assert_int_equal(rest.len, 0);
}

static void
test_to_i64_takes_whole_integers_only(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} rows[] = {
	    {"0", true, 0},
	    {"-1", true, -1},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 0},
	    {"-9223372036854775809", false, 0},
	    {"", false, 0},
	    {"-", false, 0},
	    {"1 ", false, 0},
	    {"+1", false, 0},
	    {"1e3", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		int64_t value = 0;
		bool ok = stoa_str_to_i64(stoa_str_of(rows[i].text), &value);

		assert_int_equal(ok, rows[i].ok);
		assert_int_equal(value, rows[i].want);
	}
}

static void
test_is_utf8_refuses_overlong_surrogates_and_torn(void **state)
{
	(void)state;
	assert_true(stoa_str_is_utf8(STOA_STR("h\xc3\xa9 \xf0\x9f\x8f\x9b")));
	assert_false(stoa_str_is_utf8(STOA_STR("\xc0\xaf")));
	assert_false(stoa_str_is_utf8(STOA_STR("\xed\xa0\x80")));
	assert_false(stoa_str_is_utf8(STOA_STR("\xf4\x90\x80\x80")));
	assert_false(stoa_str_is_utf8(STOA_STR("\xe2\x82")));
}

static void
test_suggest_finds_the_slip_and_not_the_stranger(void **state)
{
	static const char *const names[] = {"epochs", "batch_size", "seed"};

	(void)state;
	assert_string_equal(
	    stoa_str_suggest(STOA_STR("epohcs"), names, 3), "epochs");
	assert_string_equal(
	    stoa_str_suggest(STOA_STR("batchsize"), names, 3), "batch_size");
	assert_null(stoa_str_suggest(STOA_STR("colour"), names, 3));
}

static void
test_distance_counts_a_swap_as_one(void **state)
{
	(void)state;
	assert_int_equal(
	    stoa_str_distance(STOA_STR("ab"), STOA_STR("ba"), 3), 1);
	assert_int_equal(
	    stoa_str_distance(STOA_STR("kitten"), STOA_STR("sitting"), 5), 3);
	assert_int_equal(
	    stoa_str_distance(STOA_STR("kitten"), STOA_STR("sitting"), 2), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_splits_at_the_first_separator),
	    cmocka_unit_test(test_to_i64_takes_whole_integers_only),
	    cmocka_unit_test(test_is_utf8_refuses_overlong_surrogates_and_torn),
	    cmocka_unit_test(test_suggest_finds_the_slip_and_not_the_stranger),
	    cmocka_unit_test(test_distance_counts_a_swap_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
