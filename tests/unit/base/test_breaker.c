#include "base/breaker.h"

#include "base/rng.h"
#include "base/time.h"

#include "../unit.h"

#define S STOA_US_PER_S

static const struct stoa_breaker_rule rule = {
    .failures_min = 5,
    .window_us = 10 * S,
    .open_us = 1 * S,
    .open_us_max = 4 * S,
    .probes = 2,
};

static void
fail_times(struct stoa_breaker *b, int64_t now_us, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		assert_true(stoa_breaker_pass(b, now_us, NULL));
		stoa_breaker_failed(b, now_us);
	}
}

static void
test_failed_opens_at_the_count(void **state)
{
	struct stoa_breaker b;
	int64_t wait_us = 0;

	(void)state;
	stoa_breaker_init(&b, &rule);
	fail_times(&b, 100 * S, 4);
	assert_int_equal(stoa_breaker_state(&b, 100 * S), STOA_BREAKER_CLOSED);
	fail_times(&b, 100 * S, 1);
	assert_int_equal(stoa_breaker_state(&b, 100 * S), STOA_BREAKER_OPEN);
	assert_false(stoa_breaker_pass(&b, 100 * S + S / 4, &wait_us));
	assert_int_equal(wait_us, 3 * S / 4);
	assert_int_equal(b.opened_count, 1);
}

static void
test_failed_does_not_open_below_half(void **state)
{
	struct stoa_breaker b;

	(void)state;
	stoa_breaker_init(&b, &rule);
	for (unsigned i = 0; i < 1000; i++) {
		int64_t now_us = 100 * S + i * S / 100;

		assert_true(stoa_breaker_pass(&b, now_us, NULL));
		if (i % 3 == 2) {
			stoa_breaker_failed(&b, now_us);
		} else {
			stoa_breaker_succeeded(&b, now_us);
		}
	}
	assert_int_equal(b.state, STOA_BREAKER_CLOSED);
}

static void
test_failed_forgets_what_is_old(void **state)
{
	struct stoa_breaker b;

	(void)state;
	stoa_breaker_init(&b, &rule);
	for (unsigned i = 0; i < 50; i++) {
		fail_times(&b, 100 * S + i * 25 * S, 4);
	}
	assert_int_equal(b.state, STOA_BREAKER_CLOSED);
}

static void
test_pass_lets_probes_through_when_half_open(void **state)
{
	struct stoa_breaker b;
	int64_t now_us = 100 * S, wait_us = -1;

	(void)state;
	stoa_breaker_init(&b, &rule);
	fail_times(&b, now_us, 5);
	now_us += S;
	assert_int_equal(
	    stoa_breaker_state(&b, now_us), STOA_BREAKER_HALF_OPEN);
	assert_true(stoa_breaker_pass(&b, now_us, NULL));
	assert_true(stoa_breaker_pass(&b, now_us, NULL));
	assert_false(stoa_breaker_pass(&b, now_us, &wait_us));
	assert_int_equal(wait_us, 0);
	stoa_breaker_cancelled(&b, now_us);
	assert_true(stoa_breaker_would_pass(&b, now_us, NULL));
	assert_true(stoa_breaker_pass(&b, now_us, NULL));
	stoa_breaker_succeeded(&b, now_us);
	assert_int_equal(b.state, STOA_BREAKER_CLOSED);
	/* One failure after that is one failure. */
	fail_times(&b, now_us, 1);
	assert_int_equal(b.state, STOA_BREAKER_CLOSED);
}

static void
test_failed_probe_doubles_the_pause(void **state)
{
	static const int64_t want_us[] = {2 * S, 4 * S, 4 * S};
	struct stoa_breaker b;
	int64_t now_us = 100 * S, wait_us = 0;

	(void)state;
	stoa_breaker_init(&b, &rule);
	fail_times(&b, now_us, 5);
	now_us += S;
	for (size_t i = 0; i < STOA_COUNT(want_us); i++) {
		assert_true(stoa_breaker_pass(&b, now_us, NULL));
		stoa_breaker_failed(&b, now_us);
		assert_false(stoa_breaker_pass(&b, now_us, &wait_us));
		assert_int_equal(wait_us, want_us[i]);
		now_us += wait_us;
	}
	/* Closing forgets the doubling. */
	assert_true(stoa_breaker_pass(&b, now_us, NULL));
	stoa_breaker_succeeded(&b, now_us);
	fail_times(&b, now_us, 5);
	assert_false(stoa_breaker_pass(&b, now_us, &wait_us));
	assert_int_equal(wait_us, S);
}

static void
test_late_failures_do_not_keep_it_open(void **state)
{
	struct stoa_breaker b;
	int64_t now_us = 100 * S;

	(void)state;
	stoa_breaker_init(&b, &rule);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(stoa_breaker_pass(&b, now_us, NULL));
	}
	for (unsigned i = 0; i < 20; i++) {
		stoa_breaker_failed(&b, now_us + i * S / 100);
	}
	assert_int_equal(b.opened_count, 1);
	assert_true(stoa_breaker_pass(&b, now_us + 2 * S, NULL));
}

static void
test_retry_budget_is_a_share_of_requests(void **state)
{
	struct stoa_retry_budget b;
	struct stoa_rng rng;
	unsigned requests = 0, retries = 0;

	(void)state;
	stoa_rng_init(&rng, 7);
	stoa_retry_budget_init(&b, 20, 10);
	for (unsigned i = 0; i < 100000; i++) {
		if (stoa_rng_chance(&rng, 2)) {
			stoa_retry_budget_request(&b);
			requests++;
		} else {
			retries += stoa_retry_budget_take(&b);
		}
		assert_true(retries * 5 <= requests + 50);
	}
	assert_int_equal(b.taken_count, retries);
	assert_true(b.refused_count > 0);
	assert_true(retries * 5 > requests - 100);
}

static void
test_backoff_is_within_its_span(void **state)
{
	struct stoa_rng rng;
	int64_t most[8] = {0};

	(void)state;
	stoa_rng_init(&rng, 1);
	for (unsigned i = 0; i < 20000; i++) {
		for (unsigned attempt = 1; attempt < 8; attempt++) {
			int64_t us = stoa_backoff_us(
			    attempt, 100, 1000, stoa_rng_next(&rng));
			int64_t span = 100 << (attempt - 1);

			assert_in_range(us, 0, span < 1000 ? span : 1000);
			if (us > most[attempt]) {
				most[attempt] = us;
			}
		}
	}
	assert_int_equal(most[1], 100);
	assert_int_equal(most[3], 400);
	assert_int_equal(most[7], 1000);
	assert_true(
	    stoa_backoff_us(4000000000u, 1, INT64_MAX / 2, 5) <= INT64_MAX / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_failed_opens_at_the_count),
	    cmocka_unit_test(test_failed_does_not_open_below_half),
	    cmocka_unit_test(test_failed_forgets_what_is_old),
	    cmocka_unit_test(test_pass_lets_probes_through_when_half_open),
	    cmocka_unit_test(test_failed_probe_doubles_the_pause),
	    cmocka_unit_test(test_late_failures_do_not_keep_it_open),
	    cmocka_unit_test(test_retry_budget_is_a_share_of_requests),
	    cmocka_unit_test(test_backoff_is_within_its_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
