#include "base/gcra.h"

#include "../unit.h"

/* One a second, three at once. */
static const struct stoa_gcra_rate rate = {1000, 3};

static void
test_decide_follows_the_trace(void **state)
{
	static const struct {
		int64_t now;
		bool is_allowed;
		int64_t tat, retry_after, remaining;
	} rows[] = {
	    {10000, true, 11000, 0, 2},
	    {10000, true, 12000, 0, 1},
	    {10000, true, 13000, 0, 0},
	    {10000, false, 13000, 1000, 0},
	    {10999, false, 13000, 1, 0},
	    {11000, true, 14000, 0, 0},
	    {11000, false, 14000, 1000, 0},
	    {12500, true, 15000, 0, 0},
	    {13500, true, 16000, 0, 0},
	    {16000, true, 17000, 0, 2},
	    {90000, true, 91000, 0, 2},
	};
	int64_t tat = 0;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_gcra_answer a =
		    stoa_gcra_decide(rows[i].now, tat, rate);

		assert_int_equal(a.is_allowed, rows[i].is_allowed);
		assert_int_equal(a.tat_us, rows[i].tat);
		assert_int_equal(a.retry_after_us, rows[i].retry_after);
		assert_int_equal(a.remaining, rows[i].remaining);
		tat = a.tat_us;
	}
}

static void
test_decide_keeps_its_promise_for_any_pattern(void **state)
{
	int64_t now = 0, tat = 0;
	int64_t allowed = 0;
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct stoa_gcra_answer a;

		random = random * 1664525u + 1013904223u;
		now += random >> 22; /* 0 to 1023: about twice the rate */
		a = stoa_gcra_decide(now, tat, rate);
		tat = a.tat_us;
		allowed += a.is_allowed;
		assert_true(allowed <= rate.burst + now / rate.interval_us);
	}
	/* Demand exceeds the rate: what may pass does. */
	assert_true(allowed >= now / rate.interval_us - 1);
}

static void
test_decide_survives_a_clock_that_goes_back(void **state)
{
	struct stoa_gcra_answer a = stoa_gcra_decide(5000, 900000000, rate);

	(void)state;
	assert_false(a.is_allowed);
	assert_int_equal(a.retry_after_us, 1000);
	assert_true(stoa_gcra_decide(6000, a.tat_us, rate).is_allowed);
}

static void
test_is_valid_bounds_the_rate(void **state)
{
	(void)state;
	assert_true(stoa_gcra_is_valid((struct stoa_gcra_rate){1, 1}));
	assert_true(
	    stoa_gcra_is_valid((struct stoa_gcra_rate){86400000000, 10000}));
	assert_false(stoa_gcra_is_valid((struct stoa_gcra_rate){0, 1}));
	assert_false(stoa_gcra_is_valid((struct stoa_gcra_rate){1, 0}));
	assert_false(
	    stoa_gcra_is_valid((struct stoa_gcra_rate){86400000001, 1}));
	assert_false(stoa_gcra_is_valid((struct stoa_gcra_rate){1, 10001}));
}

static void
test_table_keeps_keys_apart(void **state)
{
	struct stoa_gcra_table *t = stoa_gcra_table_new(1024, 42);

	(void)state;
	assert_non_null(t);
	for (int i = 0; i < 3; i++) {
		assert_true(
		    stoa_gcra_table_decide(t, STOA_STR("u_a"), 1000, rate)
			.is_allowed);
	}
	assert_false(
	    stoa_gcra_table_decide(t, STOA_STR("u_a"), 1000, rate).is_allowed);
	assert_true(
	    stoa_gcra_table_decide(t, STOA_STR("u_b"), 1000, rate).is_allowed);
	assert_true(
	    stoa_gcra_table_decide(t, STOA_STR("u_a"), 2000, rate).is_allowed);
	stoa_gcra_table_free(t);
}

static void
test_full_table_forgets_the_idlest(void **state)
{
	struct stoa_gcra_table *t = stoa_gcra_table_new(1, 7);
	static const char *const keys[] = {"a", "b", "c", "d"};

	(void)state;
	assert_non_null(t);
	for (size_t i = 0; i < STOA_COUNT(keys); i++) {
		for (size_t j = 0; j < (i == 2 ? 1 : 3); j++) {
			assert_true(stoa_gcra_table_decide(
			    t, stoa_str_of(keys[i]), 1000, rate)
					.is_allowed);
		}
	}
	/* "c" has used the least: a fifth key takes its place. */
	assert_true(
	    stoa_gcra_table_decide(t, STOA_STR("e"), 1000, rate).is_allowed);
	assert_false(
	    stoa_gcra_table_decide(t, STOA_STR("a"), 1000, rate).is_allowed);
	assert_false(
	    stoa_gcra_table_decide(t, STOA_STR("d"), 1000, rate).is_allowed);
	stoa_gcra_table_free(t);
	stoa_gcra_table_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decide_follows_the_trace),
	    cmocka_unit_test(test_decide_keeps_its_promise_for_any_pattern),
	    cmocka_unit_test(test_decide_survives_a_clock_that_goes_back),
	    cmocka_unit_test(test_is_valid_bounds_the_rate),
	    cmocka_unit_test(test_table_keeps_keys_apart),
	    cmocka_unit_test(test_full_table_forgets_the_idlest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
