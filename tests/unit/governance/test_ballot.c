#include "governance/ballot.h"

#include "base/rng.h"

#include "../unit.h"

/* The range of isqrt in ballot_scale: a scaled square is never above the
 * square that it came from. */
#define SQUARE_MAX (TALLY_VOTES_MAX * TALLY_VOTES_MAX)

struct row {
	enum ballot_form form;
	uint32_t option_count;
	bool is_abstain;
	size_t options, amounts; /* how many */
	uint32_t option[TALLY_OPTIONS_MAX + 1];
	uint32_t amount[TALLY_OPTIONS_MAX + 1];
	struct ballot_problem want;
};

static struct ballot
row_ballot(const struct row *row)
{
	return (struct ballot){
	    .is_abstain = row->is_abstain,
	    .options = row->option,
	    .option_count = row->options,
	    .amounts = row->amount,
	    .amount_count = row->amounts,
	};
}

#define TWENTY                                                                \
	{                                                                     \
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		    18, 19                                                    \
	}

static void
test_check_takes_what_the_forms_allow(void **state)
{
	static const struct row rows[] = {
	    {BALLOT_SINGLE, 2, true, 0, 0, {0}, {0}, {0}},
	    {BALLOT_APPROVAL, 2, true, 0, 0, {0}, {0}, {0}},
	    {BALLOT_RANKED, 2, true, 0, 0, {0}, {0}, {0}},
	    {BALLOT_SPLIT, 2, true, 0, 0, {0}, {0}, {0}},
	    {BALLOT_QUADRATIC, 2, true, 0, 0, {0}, {0}, {0}},
	    {BALLOT_SINGLE, 2, false, 1, 0, {0}, {0}, {0}},
	    {BALLOT_SINGLE, 20, false, 1, 0, {19}, {0}, {0}},
	    {BALLOT_APPROVAL, 2, false, 1, 0, {1}, {0}, {0}},
	    {BALLOT_APPROVAL, 3, false, 3, 0, {2, 0, 1}, {0}, {0}},
	    {BALLOT_APPROVAL, 20, false, 20, 0, TWENTY, {0}, {0}},
	    {BALLOT_RANKED, 3, false, 1, 0, {2}, {0}, {0}},
	    {BALLOT_RANKED, 3, false, 3, 0, {2, 0, 1}, {0}, {0}},
	    {BALLOT_RANKED, 20, false, 20, 0, TWENTY, {0}, {0}},
	    {BALLOT_SPLIT, 2, false, 1, 1, {1}, {10000}, {0}},
	    {BALLOT_SPLIT, 2, false, 2, 2, {1, 0}, {1, 9999}, {0}},
	    {BALLOT_SPLIT, 3, false, 3, 3, {0, 1, 2}, {3333, 3333, 3334}, {0}},
	    {BALLOT_QUADRATIC, 2, false, 1, 1, {1}, {1}, {0}},
	    {BALLOT_QUADRATIC, 2, false, 2, 2, {1, 0}, {1000, 1000}, {0}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct ballot b = row_ballot(&rows[i]);
		struct ballot_problem p = {.found = 77, .limit = 78};

		assert_true(
		    ballot_check(rows[i].form, rows[i].option_count, &b, &p));
		assert_int_equal(p.found, 77);
		assert_int_equal(p.limit, 78);
	}
}

static void
test_check_refuses_with_what_was_found_and_the_limit(void **state)
{
	static const struct row rows[] = {
	    {BALLOT_SINGLE, 2, true, 1, 0, {0}, {0},
		{BALLOT_ABSTAINS_WITH, 1, 0}},
	    {BALLOT_SPLIT, 2, true, 1, 2, {0}, {0},
		{BALLOT_ABSTAINS_WITH, 3, 0}},
	    {BALLOT_RANKED, 2, true, 0, 1, {0}, {0},
		{BALLOT_ABSTAINS_WITH, 1, 0}},

	    {BALLOT_SINGLE, 2, false, 0, 0, {0}, {0},
		{BALLOT_OPTIONS_FEW, 0, 1}},
	    {BALLOT_APPROVAL, 2, false, 0, 0, {0}, {0},
		{BALLOT_OPTIONS_FEW, 0, 1}},
	    {BALLOT_RANKED, 2, false, 0, 0, {0}, {0},
		{BALLOT_OPTIONS_FEW, 0, 1}},
	    {BALLOT_SPLIT, 2, false, 0, 1, {0}, {10000},
		{BALLOT_OPTIONS_FEW, 0, 1}},
	    {BALLOT_QUADRATIC, 2, false, 0, 0, {0}, {0},
		{BALLOT_OPTIONS_FEW, 0, 1}},

	    {BALLOT_SINGLE, 3, false, 2, 0, {0, 1}, {0},
		{BALLOT_OPTIONS_MANY, 2, 1}},
	    {BALLOT_APPROVAL, 2, false, 3, 0, {0, 1, 0}, {0},
		{BALLOT_OPTIONS_MANY, 3, 2}},
	    {BALLOT_RANKED, 20, false, 21, 0, TWENTY, {0},
		{BALLOT_OPTIONS_MANY, 21, 20}},
	    {BALLOT_QUADRATIC, 2, false, 3, 3, {0, 1, 0}, {1, 1, 1},
		{BALLOT_OPTIONS_MANY, 3, 2}},

	    {BALLOT_SINGLE, 2, false, 1, 0, {2}, {0},
		{BALLOT_OPTION_UNKNOWN, 2, 1}},
	    {BALLOT_RANKED, 20, false, 2, 0, {19, 20}, {0},
		{BALLOT_OPTION_UNKNOWN, 20, 19}},
	    {BALLOT_APPROVAL, 4, false, 1, 0, {UINT32_MAX}, {0},
		{BALLOT_OPTION_UNKNOWN, UINT32_MAX, 3}},
	    {BALLOT_SPLIT, 2, false, 2, 2, {0, 32}, {1, 9999},
		{BALLOT_OPTION_UNKNOWN, 32, 1}},

	    {BALLOT_APPROVAL, 3, false, 2, 0, {0, 0}, {0},
		{BALLOT_OPTION_REPEATED, 0, 1}},
	    {BALLOT_RANKED, 20, false, 3, 0, {19, 3, 19}, {0},
		{BALLOT_OPTION_REPEATED, 19, 1}},
	    {BALLOT_SPLIT, 3, false, 2, 2, {1, 1}, {5000, 5000},
		{BALLOT_OPTION_REPEATED, 1, 1}},

	    {BALLOT_SINGLE, 2, false, 1, 1, {0}, {1},
		{BALLOT_AMOUNTS_COUNT, 1, 0}},
	    {BALLOT_RANKED, 2, false, 2, 2, {0, 1}, {1, 2},
		{BALLOT_AMOUNTS_COUNT, 2, 0}},
	    {BALLOT_SPLIT, 2, false, 2, 1, {0, 1}, {10000},
		{BALLOT_AMOUNTS_COUNT, 1, 2}},
	    {BALLOT_QUADRATIC, 2, false, 1, 0, {0}, {0},
		{BALLOT_AMOUNTS_COUNT, 0, 1}},

	    {BALLOT_SPLIT, 2, false, 2, 2, {0, 1}, {10000, 0},
		{BALLOT_AMOUNT_SMALL, 0, 1}},
	    {BALLOT_QUADRATIC, 2, false, 1, 1, {0}, {0},
		{BALLOT_AMOUNT_SMALL, 0, 1}},
	    {BALLOT_SPLIT, 2, false, 1, 1, {0}, {10001},
		{BALLOT_AMOUNT_LARGE, 10001, 10000}},
	    {BALLOT_QUADRATIC, 2, false, 2, 2, {0, 1}, {1, 1001},
		{BALLOT_AMOUNT_LARGE, 1001, 1000}},
	    {BALLOT_QUADRATIC, 2, false, 1, 1, {0}, {UINT32_MAX},
		{BALLOT_AMOUNT_LARGE, UINT32_MAX, 1000}},

	    {BALLOT_SPLIT, 2, false, 1, 1, {0}, {9999},
		{BALLOT_AMOUNTS_SUM, 9999, 10000}},
	    {BALLOT_SPLIT, 3, false, 2, 2, {0, 2}, {10000, 1},
		{BALLOT_AMOUNTS_SUM, 10001, 10000}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct ballot b = row_ballot(&rows[i]);
		struct ballot_problem p;

		assert_false(
		    ballot_check(rows[i].form, rows[i].option_count, &b, &p));
		assert_string_equal(ballot_fault_name(p.fault),
		    ballot_fault_name(rows[i].want.fault));
		assert_int_equal(p.found, rows[i].want.found);
		assert_int_equal(p.limit, rows[i].want.limit);
	}
}

static void
test_check_tells_the_first_fault(void **state)
{
	static const struct row rows[] = {
	    /* too many, unknown, repeated, with amounts */
	    {BALLOT_SINGLE, 2, false, 2, 1, {9, 9}, {0},
		{BALLOT_OPTIONS_MANY, 2, 1}},
	    /* repeated, then unknown */
	    {BALLOT_RANKED, 5, false, 3, 0, {1, 1, 9}, {0},
		{BALLOT_OPTION_REPEATED, 1, 1}},
	    /* unknown, then repeated */
	    {BALLOT_RANKED, 5, false, 3, 0, {9, 1, 1}, {0},
		{BALLOT_OPTION_UNKNOWN, 9, 4}},
	    /* repeated, and amounts missing */
	    {BALLOT_SPLIT, 5, false, 2, 0, {1, 1}, {0},
		{BALLOT_OPTION_REPEATED, 1, 1}},
	    /* too few amounts, too large */
	    {BALLOT_QUADRATIC, 5, false, 2, 1, {1, 2}, {2000},
		{BALLOT_AMOUNTS_COUNT, 1, 2}},
	    /* too large, then too small, and a wrong sum */
	    {BALLOT_SPLIT, 5, false, 2, 2, {1, 2}, {10001, 0},
		{BALLOT_AMOUNT_LARGE, 10001, 10000}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct ballot b = row_ballot(&rows[i]);
		struct ballot_problem p;

		assert_false(
		    ballot_check(rows[i].form, rows[i].option_count, &b, &p));
		assert_int_equal(p.fault, rows[i].want.fault);
		assert_int_equal(p.found, rows[i].want.found);
		assert_int_equal(p.limit, rows[i].want.limit);
	}
}

static void
test_check_reads_no_entry_of_a_ballot_that_claims_too_many(void **state)
{
	struct ballot b = {.option_count = SIZE_MAX}; /* no array at all */
	struct ballot_problem p;

	(void)state;
	assert_false(ballot_check(BALLOT_RANKED, 20, &b, &p));
	assert_int_equal(p.fault, BALLOT_OPTIONS_MANY);
	assert_true(p.found == SIZE_MAX);
	assert_int_equal(p.limit, 20);
}

/* "Vote pricing example" of Wikipedia's article on quadratic voting, after
 * Lalley and Weyl, Quadratic Voting (2017), and Posner and Weyl, Radical
 * Markets (2018): 1 vote costs 1 credit, 2 cost 4, 3 cost 9, 4 16, 5 25. */
static void
test_cost_follows_the_published_table(void **state)
{
	static const uint64_t want[] = {1, 4, 9, 16, 25};

	(void)state;
	for (uint32_t votes = 1; votes <= STOA_COUNT(want); votes++) {
		static const uint32_t option = 0;
		struct ballot b = {.options = &option,
		    .option_count = 1,
		    .amounts = &votes,
		    .amount_count = 1};

		assert_int_equal(ballot_cost(&b), want[votes - 1]);
	}
}

static void
test_cost_is_the_sum_of_squares(void **state)
{
	static const uint32_t options[] = TWENTY;
	uint32_t amounts[TALLY_OPTIONS_MAX];
	struct ballot b = {.options = options,
	    .option_count = TALLY_OPTIONS_MAX,
	    .amounts = amounts,
	    .amount_count = TALLY_OPTIONS_MAX};
	struct ballot abstention = {.is_abstain = true};
	struct ballot_problem p;

	(void)state;
	for (size_t i = 0; i < TALLY_OPTIONS_MAX; i++) {
		amounts[i] = TALLY_VOTES_MAX;
	}
	assert_int_equal(ballot_cost(&b), 20000000);
	assert_true(ballot_check_credits(&b, 20000000, &p));
	assert_true(ballot_check_credits(&b, UINT64_MAX, &p));
	assert_false(ballot_check_credits(&b, 19999999, &p));
	assert_int_equal(p.fault, BALLOT_COST);
	assert_int_equal(p.found, 20000000);
	assert_int_equal(p.limit, 19999999);
	assert_int_equal(ballot_cost(&abstention), 0);
	assert_true(ballot_check_credits(&abstention, 0, &p));
}

/* Every number that ballot_scale can ask for. */
static void
test_isqrt_is_exact_over_its_range(void **state)
{
	uint64_t root = 0;

	(void)state;
	for (uint64_t x = 0; x <= SQUARE_MAX; x++) {
		if ((root + 1) * (root + 1) == x) {
			root++;
		}
		assert_true(ballot_isqrt(x) == root);
	}
	assert_int_equal(root, TALLY_VOTES_MAX);
}

static void
test_isqrt_is_exact_around_squares(void **state)
{
	struct stoa_rng rng;

	(void)state;
	stoa_rng_init(&rng, 1);
	for (int i = 0; i < 200000; i++) {
		int shift = (int)stoa_rng_below(&rng, 32);
		uint64_t root = (stoa_rng_next(&rng) >> 32 >> shift) | 1;

		assert_true(ballot_isqrt(root * root - 1) == root - 1);
		assert_true(ballot_isqrt(root * root) == root);
		assert_true(ballot_isqrt(root * root + 2 * root) == root);
	}
	assert_true(ballot_isqrt(UINT64_MAX) == UINT32_MAX);
}

static void
assert_scaled(const uint32_t votes[static 3], uint64_t credits,
    size_t want_count, const uint32_t *want_options,
    const uint32_t *want_amounts)
{
	static const uint32_t options[] = {7, 0, 3};
	struct ballot b = {.options = options,
	    .option_count = 3,
	    .amounts = votes,
	    .amount_count = 3};
	struct ballot_room room;
	struct ballot scaled = {.option_count = 99};

	assert_int_equal(
	    ballot_scale(&b, credits, &room, &scaled), want_count > 0);
	if (want_count == 0) {
		assert_int_equal(scaled.option_count, 99);
		return;
	}
	assert_false(scaled.is_abstain);
	assert_int_equal(scaled.option_count, want_count);
	assert_int_equal(scaled.amount_count, want_count);
	for (size_t i = 0; i < want_count; i++) {
		assert_int_equal(scaled.options[i], want_options[i]);
		assert_int_equal(scaled.amounts[i], want_amounts[i]);
	}
}

static void
test_scale_follows_the_delegator_s_credits(void **state)
{
	static const uint32_t all[] = {7, 0, 3}, two[] = {7, 3};

	(void)state;
	/* Cost 4 + 1 + 16 = 21. */
	assert_scaled((uint32_t[]){2, 1, 4}, 21, 3, all, (uint32_t[]){2, 1, 4});
	assert_scaled((uint32_t[]){2, 1, 4}, 99, 3, all, (uint32_t[]){2, 1, 4});
	/* 4*20/21 = 3, 1*20/21 = 0, 16*20/21 = 15 */
	assert_scaled((uint32_t[]){2, 1, 4}, 20, 2, two, (uint32_t[]){1, 3});
	/* 4*6/21 = 1, 0, 16*6/21 = 4 */
	assert_scaled((uint32_t[]){2, 1, 4}, 6, 2, two, (uint32_t[]){1, 2});
	/* 4*2/21 = 0, 0, 16*2/21 = 1 */
	assert_scaled(
	    (uint32_t[]){2, 1, 4}, 2, 1, (uint32_t[]){3}, (uint32_t[]){1});
	/* 16*1/21 = 0 */
	assert_scaled((uint32_t[]){2, 1, 4}, 1, 0, NULL, NULL);
	assert_scaled((uint32_t[]){2, 1, 4}, 0, 0, NULL, NULL);
	/* A quarter of the credits: half of the votes, exactly. */
	assert_scaled((uint32_t[]){1000, 600, 800}, 500000, 3, all,
	    (uint32_t[]){500, 300, 400});
}

static void
test_scale_leaves_an_abstention_alone(void **state)
{
	struct ballot b = {.is_abstain = true};
	struct ballot_room room;
	struct ballot scaled;

	(void)state;
	assert_true(ballot_scale(&b, 0, &room, &scaled));
	assert_true(scaled.is_abstain);
	assert_int_equal(scaled.option_count, 0);
}

static void
test_scale_stays_within_the_credits_and_wastes_little(void **state)
{
	static const uint32_t options[] = TWENTY;
	struct stoa_rng rng;

	(void)state;
	stoa_rng_init(&rng, 2);
	for (int round = 0; round < 20000; round++) {
		size_t count = 1 + (size_t)stoa_rng_below(&rng, 20);
		uint32_t amounts[TALLY_OPTIONS_MAX];
		struct ballot b = {.options = options,
		    .option_count = count,
		    .amounts = amounts,
		    .amount_count = count};
		struct ballot_room room;
		struct ballot scaled;
		uint64_t credits, cost;

		for (size_t i = 0; i < count; i++) {
			amounts[i] =
			    1 + (uint32_t)stoa_rng_below(&rng, TALLY_VOTES_MAX);
		}
		cost = ballot_cost(&b);
		credits = stoa_rng_below(&rng, cost);
		if (!ballot_scale(&b, credits, &room, &scaled)) {
			/* No vote's share of the credits is a whole one. */
			for (size_t i = 0; i < count; i++) {
				assert_true((uint64_t)amounts[i] * amounts[i] *
						credits <
					    cost);
			}
			continue;
		}
		assert_true(ballot_cost(&scaled) <= credits);
		for (size_t i = 0; i < scaled.option_count; i++) {
			uint64_t was = amounts[scaled.options[i]];
			uint64_t is = scaled.amounts[i];

			/* The next vote would be beyond its share. */
			assert_true(is >= 1 && is <= was);
			assert_true(is * is * cost <= was * was * credits);
			assert_true(
			    (is + 1) * (is + 1) * cost > was * was * credits);
		}
	}
}

static void
test_names_are_told_apart(void **state)
{
	(void)state;
	assert_string_equal(ballot_form_name(BALLOT_SINGLE), "single");
	assert_string_equal(ballot_form_name(BALLOT_QUADRATIC), "quadratic");
	for (int i = 0; i < BALLOT_FAULT_COUNT; i++) {
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(
			    ballot_fault_name((enum ballot_fault)i),
			    ballot_fault_name((enum ballot_fault)j));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_check_takes_what_the_forms_allow),
	    cmocka_unit_test(
		test_check_refuses_with_what_was_found_and_the_limit),
	    cmocka_unit_test(test_check_tells_the_first_fault),
	    cmocka_unit_test(
		test_check_reads_no_entry_of_a_ballot_that_claims_too_many),
	    cmocka_unit_test(test_cost_follows_the_published_table),
	    cmocka_unit_test(test_cost_is_the_sum_of_squares),
	    cmocka_unit_test(test_isqrt_is_exact_over_its_range),
	    cmocka_unit_test(test_isqrt_is_exact_around_squares),
	    cmocka_unit_test(test_scale_follows_the_delegator_s_credits),
	    cmocka_unit_test(test_scale_leaves_an_abstention_alone),
	    cmocka_unit_test(
		test_scale_stays_within_the_credits_and_wastes_little),
	    cmocka_unit_test(test_names_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
