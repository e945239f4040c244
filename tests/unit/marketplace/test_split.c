#include "marketplace/split.h"

#include "base/rng.h"

#include "stall.h"

static int64_t
sum_of(const struct split_part *parts, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		assert_true(parts[i].micro > 0);
		sum += parts[i].micro;
	}
	return sum;
}

/* Rule 1. */
static void
test_shares_are_rounded_down_and_the_owner_gets_the_rest(void **state)
{
	static const struct split_share shares[] = {{"ann", "creator", 500},
	    {"dan", "data", 250}, {"@treasury", "community", 250}};
	static const struct {
		int64_t micro, creator, data, community, owner;
	} table[] = {
	    {100000000, 5000000, 2500000, 2500000, 90000000},
	    {1, 0, 0, 0, 1},
	    {39, 1, 0, 0, 38},
	    {40, 2, 1, 1, 36},
	    {79, 3, 1, 1, 74},
	    {MARKETPLACE_PRICE_MAX, 50000000000000, 25000000000000,
		25000000000000, 900000000000000},
	};
	struct split_part parts[MARKETPLACE_PARTS_MAX];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		struct split_owed owed = {"bob", table[i].micro};
		size_t n = split_parts(shares, 3, &owed, 1, parts);

		assert_int_equal(sum_of(parts, n), table[i].micro);
		assert_int_equal(parts[n - 1].micro, table[i].owner);
		assert_int_equal(
		    split_share_of(table[i].micro, 500), table[i].creator);
		assert_int_equal(
		    split_share_of(table[i].micro, 250), table[i].data);
	}
	/* Nobody is paid nothing. */
	assert_int_equal(
	    split_parts(shares, 3, &(struct split_owed){"bob", 0}, 1, parts),
	    0);
}

/* Rules 2 and 3. */
static void
test_rent_is_rounded_up(void **state)
{
	static const struct {
		int64_t rate, time_us, want;
	} table[] = {
	    {3600, 1000000, 1},
	    {3600, 1000001, 2},
	    {3600, 999999, 1},
	    {1, 1, 1},
	    {1, SPLIT_HOUR_US, 1},
	    {7, SPLIT_HOUR_US / 2, 4},
	    {0, SPLIT_HOUR_US, 0},
	    {1000000, 0, 0},
	    {MARKETPLACE_PRICE_MAX, SPLIT_HOUR_US, MARKETPLACE_PRICE_MAX},
	    {MARKETPLACE_PRICE_MAX, SPLIT_HOUR_US + 1, -1},
	    {MARKETPLACE_PRICE_MAX, INT64_MAX, -1},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		int64_t rent = -1;

		assert_int_equal(
		    split_rent(table[i].rate, table[i].time_us, &rent),
		    table[i].want >= 0);
		assert_int_equal(rent, table[i].want);
	}
}

/* Rule 4, and that parts of several owners together are all there is. */
static void
test_parts_of_any_owners_are_the_sum(void **state)
{
	static const char *const names[] = {"ann", "bob", "cyd", "dan"};
	struct split_share shares[MARKETPLACE_SHARES_MAX];
	struct split_owed owed[MARKETPLACE_LEASE_OWNERS_MAX + 1];
	struct split_part parts[MARKETPLACE_PARTS_MAX];
	struct stoa_rng rng;

	(void)state;
	stoa_rng_init(&rng, 5);
	for (int round = 0; round < 20000; round++) {
		size_t share_count = stoa_rng_below(&rng, 9);
		size_t owed_count = 1 + stoa_rng_below(&rng, 17);
		int64_t total = 0;

		for (size_t i = 0; i < share_count; i++) {
			shares[i] =
			    (struct split_share){names[stoa_rng_below(&rng, 4)],
				"data", (uint32_t)stoa_rng_below(&rng, 1251)};
		}
		for (size_t i = 0; i < owed_count; i++) {
			owed[i] =
			    (struct split_owed){names[stoa_rng_below(&rng, 4)],
				(int64_t)(stoa_rng_next(&rng) >>
					  (14 + stoa_rng_below(&rng, 50)))};
			total += owed[i].micro;
		}
		assert_int_equal(sum_of(parts, split_parts(shares, share_count,
						   owed, owed_count, parts)),
		    total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_shares_are_rounded_down_and_the_owner_gets_the_rest),
	    cmocka_unit_test(test_rent_is_rounded_up),
	    cmocka_unit_test(test_parts_of_any_owners_are_the_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
