#include "governance/tally.h"

#include "base/rng.h"

#include "votes.h"

#define COUNT(poll, votes) poll_count((poll), (votes), STOA_COUNT(votes))
#define POINTS(...)                        \
	((const uint64_t[]){__VA_ARGS__}), \
	    sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

/* Bugs end the process; here they end the call that a test expects to. */
_Noreturn void
stoa_assert_failed(const char *cond, const char *file, int line)
{
	mock_assert(0, cond, file, line);
	abort();
}

/* ---- published ---- */

/* OpenZeppelin Contracts, GovernorCountingFractional.test.js, "nominal is
 * unaffected": delegates of 10, 7, 5 and 2 of 100 tokens; for, for, against,
 * abstain; a quorum of 10 percent, which for and abstain count for. It is
 * executed. */
static void
test_single_agrees_with_openzeppelin(void **state)
{
	static const struct poll poll = {BALLOT_SINGLE, 2, 'B'};
	static const struct vote votes[] = {
	    {10, "A", {0}}, {7, "A", {0}}, {5, "B", {0}}, {2, "", {0}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(17, 5));
	assert_int_equal(r.abstain, 2);
	assert_int_equal(r.voted, 24);
	assert_int_equal(r.helping, 19);
	assert_winner(&r, 'A');
	assert_true(tally_has_quorum(&r, 1000, 100));
	assert_true(tally_passes(&r, 5000, 1));
}

/* Lippman, Math in Society, "Approval Voting": ten friends and three movies,
 * Titanic 5, Scream 6, The Matrix 7; then Bob and Alice leave The Matrix out,
 * 5, 6, 5. Which friend marked what is chosen here to give these sums. */
static void
test_approval_agrees_with_math_in_society(void **state)
{
	static const struct poll poll = {BALLOT_APPROVAL, 3, '-'};
	struct vote votes[] = {{1, "BC", {0}}, {1, "AC", {0}}, {1, "ABC", {0}},
	    {1, "BC", {0}}, {1, "C", {0}}, {1, "AB", {0}}, {1, "BC", {0}},
	    {1, "A", {0}}, {1, "BC", {0}}, {1, "A", {0}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(5, 6, 7));
	assert_int_equal(r.basis, 10);
	assert_winner(&r, 'C');
	votes[0].options = "B";
	votes[3].options = "B";
	r = COUNT(poll, votes);
	assert_points(r.points, POINTS(5, 6, 5));
	assert_winner(&r, 'B');
}

/* The same chapter: everyone approves of their first two, 80 A B C, 15 B C A,
 * 5 C B A; A is approved of by 80, B by 100, C by 20. */
static void
test_approval_passes_over_a_majority_s_favourite(void **state)
{
	static const struct poll poll = {BALLOT_APPROVAL, 3, '-'};
	static const struct vote votes[] = {
	    {80, "AB", {0}}, {15, "BC", {0}}, {5, "CB", {0}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(80, 100, 20));
	assert_int_equal(r.basis, 100);
	assert_winner(&r, 'B');
	assert_true(tally_passes(&r, 9999, TALLY_NO_OPTION));
}

/* MACI, packages/testing/ts/__tests__/data/suites.json, "10 Users test":
 * expectedTally and expectedSpentVoiceCredits. */
static void
test_quadratic_agrees_with_maci(void **state)
{
	static const struct poll poll = {BALLOT_QUADRATIC, 10, '-'};
	static const struct vote votes[] = {{0, "A", {5}}, {0, "A", {9}},
	    {0, "F", {3}}, {0, "D", {2}}, {0, "A", {1}}, {0, "J", {1}},
	    {0, "E", {7}}, {0, "H", {5}}, {0, "D", {10}}, {0, "I", {2}}};
	static const uint64_t want_spent[] = {
	    107, 0, 0, 104, 49, 9, 0, 25, 4, 1};
	struct tally_result r = COUNT(poll, votes);
	uint64_t spent[10] = {0}, all = 0;

	(void)state;
	assert_points(r.points, POINTS(15, 0, 0, 12, 7, 3, 0, 5, 2, 1));
	assert_winner(&r, 'A');
	for (size_t i = 0; i < STOA_COUNT(votes); i++) {
		uint32_t option = option_of(votes[i].options[0]);
		struct ballot b = {.options = &option,
		    .option_count = 1,
		    .amounts = votes[i].amounts,
		    .amount_count = 1};

		spent[option] += ballot_cost(&b);
		all += ballot_cost(&b);
	}
	assert_memory_equal(spent, want_spent, sizeof(spent));
	assert_int_equal(all, 299);
}

/* observablehq.com/@pcarleton/quadratic-voting: with 100 tokens, three
 * die-hards buy 10 votes for T each, seven others 5 votes for each of four
 * others: T has 30, the others 35. Which of these four wins is left open, as
 * here. */
static void
test_quadratic_outvotes_the_loud(void **state)
{
	static const struct poll poll = {BALLOT_QUADRATIC, 5, '-'};
	static const struct vote votes[] = {{1, "A", {10}}, {1, "A", {10}},
	    {1, "A", {10}}, {1, "BCDE", {5, 5, 5, 5}},
	    {1, "BCDE", {5, 5, 5, 5}}, {1, "BCDE", {5, 5, 5, 5}},
	    {1, "BCDE", {5, 5, 5, 5}}, {1, "BCDE", {5, 5, 5, 5}},
	    {1, "BCDE", {5, 5, 5, 5}}, {1, "BCDE", {5, 5, 5, 5}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(30, 35, 35, 35, 35));
	assert_none(&r, TALLY_TIE);
	assert_int_equal(r.basis, 170);
	assert_int_equal(r.voted, 10);
}

/* ---- rules 3 to 7 ---- */

static void
test_split_gives_shares_of_power(void **state)
{
	static const struct poll poll = {BALLOT_SPLIT, 3, 'C'};
	static const struct vote votes[] = {{3, "AB", {3333, 6667}},
	    {1, "C", {10000}}, {0, "B", {10000}}, {7, "", {0}},
	    {2, "CA", {9999, 1}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(3 * 3333 + 2, 3 * 6667, 10000 + 19998));
	assert_int_equal(r.scale, 10000);
	assert_int_equal(r.basis, 6 * 10000);
	assert_int_equal(r.abstain, 7);
	assert_int_equal(r.voted, 13);
	assert_int_equal(r.helping, 12); /* all but the 1 for C alone */
	assert_winner(&r, 'C');
}

static void
test_quadratic_weighs_people(void **state)
{
	static const struct poll poll = {BALLOT_QUADRATIC, 2, 'B'};
	static const struct vote votes[] = {{UINT64_MAX, "A", {3}},
	    {0, "B", {9}}, {5, "", {0}}, {8, "BA", {2, 1}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_points(r.points, POINTS(4, 11));
	assert_int_equal(r.scale, 1);
	assert_int_equal(r.basis, 15);
	assert_int_equal(r.abstain, 1);
	assert_int_equal(r.voted, 4);
	assert_int_equal(r.helping, 3);
	assert_winner(&r, 'B');
}

static void
test_every_form_has_a_scale_and_only_ranked_has_rounds(void **state)
{
	static const struct vote votes[] = {{4, "A", {10000}}};

	(void)state;
	for (int f = 0; f < BALLOT_FORM_COUNT; f++) {
		struct poll poll = {(enum ballot_form)f, 2, '-'};
		struct vote vote = votes[0];
		struct tally_result r;

		if (poll.form == BALLOT_QUADRATIC) {
			vote.amounts[0] = 4;
		}
		r = poll_count(poll, &vote, 1);
		assert_int_equal(
		    r.scale, poll.form == BALLOT_SPLIT ? 10000 : 1);
		assert_int_equal(r.points[0], 4 * r.scale);
		assert_int_equal(r.basis, 4 * r.scale);
		assert_int_equal(r.round_count, poll.form == BALLOT_RANKED);
		assert_winner(&r, 'A');
	}
}

/* ---- rule 9 ---- */

static void
test_helping_leaves_out_what_goes_to_reject_alone(void **state)
{
	static const struct {
		enum ballot_form form;
		char reject;
		struct vote vote;
		bool helps;
	} rows[] = {
	    {BALLOT_SINGLE, 'B', {5, "A", {0}}, true},
	    {BALLOT_SINGLE, 'B', {5, "B", {0}}, false},
	    {BALLOT_SINGLE, '-', {5, "B", {0}}, true},
	    {BALLOT_SINGLE, 'B', {5, "", {0}}, true},
	    {BALLOT_SINGLE, 'A', {5, "A", {0}}, false},
	    {BALLOT_APPROVAL, 'B', {5, "B", {0}}, false},
	    {BALLOT_APPROVAL, 'B', {5, "BC", {0}}, true},
	    {BALLOT_APPROVAL, 'B', {5, "CB", {0}}, true},
	    {BALLOT_APPROVAL, '-', {5, "B", {0}}, true},
	    {BALLOT_RANKED, 'B', {5, "B", {0}}, false},
	    {BALLOT_RANKED, 'B', {5, "BC", {0}}, false},
	    {BALLOT_RANKED, 'B', {5, "CB", {0}}, true},
	    {BALLOT_RANKED, 'B', {5, "", {0}}, true},
	    {BALLOT_RANKED, '-', {5, "BC", {0}}, true},
	    {BALLOT_SPLIT, 'B', {5, "B", {10000}}, false},
	    {BALLOT_SPLIT, 'B', {5, "BA", {9999, 1}}, true},
	    {BALLOT_SPLIT, '-', {5, "B", {10000}}, true},
	    {BALLOT_QUADRATIC, 'B', {5, "B", {1000}}, false},
	    {BALLOT_QUADRATIC, 'B', {5, "BA", {1000, 1}}, true},
	    {BALLOT_QUADRATIC, 'B', {5, "", {0}}, true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct poll poll = {rows[i].form, 3, rows[i].reject};
		struct tally_result r = poll_count(poll, &rows[i].vote, 1);
		uint64_t weight = poll.form == BALLOT_QUADRATIC ? 1 : 5;

		assert_int_equal(r.voted, weight);
		assert_int_equal(r.helping, rows[i].helps ? weight : 0);
	}
}

/* ---- rules 10 and 11 ---- */

static void
test_nobody_wins_without_a_ballot_that_names(void **state)
{
	static const struct vote votes[] = {{9, "", {0}}, {1, "", {0}}};

	(void)state;
	for (int f = 0; f < BALLOT_FORM_COUNT; f++) {
		struct poll poll = {(enum ballot_form)f, 2, '-'};
		struct tally_result r = poll_count(poll, NULL, 0);

		assert_none(&r, TALLY_NOBODY);
		assert_int_equal(r.voted, 0);
		assert_int_equal(r.basis, 0);
		r = COUNT(poll, votes);
		assert_none(&r, TALLY_NOBODY);
		assert_int_equal(
		    r.abstain, poll.form == BALLOT_QUADRATIC ? 2 : 10);
		assert_int_equal(r.voted, r.abstain);
		assert_int_equal(r.helping, r.abstain);
		assert_int_equal(r.basis, 0);
		assert_int_equal(r.round_count, 0);
	}
}

static void
test_equal_most_points_are_a_tie(void **state)
{
	static const struct poll poll = {BALLOT_SINGLE, 4, '-'};
	static const struct vote first[] = {
	    {5, "D", {0}}, {2, "B", {0}}, {5, "A", {0}}};
	static const struct vote zeros[] = {{0, "D", {0}}};
	static const struct vote last[] = {
	    {5, "A", {0}}, {5, "B", {0}}, {6, "C", {0}}};
	struct tally_result r = COUNT(poll, first);

	(void)state;
	assert_none(&r, TALLY_TIE);
	assert_int_equal(r.basis, 12);
	r = COUNT(poll, zeros);
	assert_none(&r, TALLY_TIE);
	r = COUNT(poll, last);
	assert_winner(&r, 'C');
}

static void
test_all_options_take_part(void **state)
{
	static const struct poll poll = {BALLOT_APPROVAL, 20, 'T'};
	static const struct vote votes[] = {
	    {1, "ABCDEFGHIJKLMNOPQRST", {0}}, {1, "T", {0}}};
	struct tally_result r = COUNT(poll, votes);

	(void)state;
	assert_winner(&r, 'T');
	assert_int_equal(r.points[0], 1);
	assert_int_equal(r.points[19], 2);
	assert_int_equal(r.basis, 2);
	assert_int_equal(r.helping, 1);
}

/* ---- rules 13 to 15 ---- */

static void
test_passes_needs_more_than_the_threshold(void **state)
{
	static const struct {
		uint64_t points, basis;
		uint32_t winner, threshold_bp, reject;
		bool passes;
	} rows[] = {
	    {50, 100, 0, 5000, 1, false},
	    {51, 100, 0, 5000, 1, true},
	    {51, 100, 1, 5000, 1, false}, /* it is the no */
	    {51, 100, 1, 5000, TALLY_NO_OPTION, true},
	    {100, 100, TALLY_NO_OPTION, 0, 1, false},
	    {100, 100, TALLY_NO_OPTION, 0, TALLY_NO_OPTION, false},
	    {1, 100, 0, 0, 1, true},
	    {0, 100, 0, 0, 1, false},
	    {100, 100, 0, 9999, 1, true},
	    {100, 100, 0, 10000, 1, false},
	    {6667, 10000, 0, 6666, 1, true},
	    {6666, 10000, 0, 6666, 1, false},
	    /* Beyond 64 bits. */
	    {UINT64_MAX, UINT64_MAX, 0, 9999, 1, true},
	    {UINT64_MAX, UINT64_MAX, 0, 10000, 1, false},
	    {UINT64_MAX / 2, UINT64_MAX, 0, 5000, 1, false},
	    {UINT64_MAX / 2 + 1, UINT64_MAX, 0, 5000, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct tally_result r = {
		    .basis = rows[i].basis, .winner = rows[i].winner};

		if (r.winner != TALLY_NO_OPTION) {
			r.points[r.winner] = rows[i].points;
		}
		assert_int_equal(
		    tally_passes(&r, rows[i].threshold_bp, rows[i].reject),
		    rows[i].passes);
	}
}

static void
test_quorum_is_reached_at_its_share(void **state)
{
	static const struct {
		uint64_t helping, eligible;
		uint32_t quorum_bp;
		bool is_reached;
	} rows[] = {
	    {9, 100, 1000, false},
	    {10, 100, 1000, true},
	    {11, 100, 1000, true},
	    {0, 100, 0, true},
	    {0, 0, 0, false},
	    {5, 0, 0, false},
	    {100, 100, 10000, true},
	    {99, 100, 10000, false},
	    {1, 3, 3333, true},
	    {1, 3, 3334, false},
	    {UINT64_MAX, UINT64_MAX, 10000, true},
	    {UINT64_MAX - 1, UINT64_MAX, 10000, false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct tally_result r = {.helping = rows[i].helping};

		assert_int_equal(
		    tally_has_quorum(&r, rows[i].quorum_bp, rows[i].eligible),
		    rows[i].is_reached);
	}
}

static void
test_objections_count_at_their_share_of_the_electorate(void **state)
{
	static const struct {
		uint64_t points, scale, eligible;
		uint32_t objection_bp;
		bool is_objected;
	} rows[] = {
	    {4, 1, 100, 500, false},
	    {5, 1, 100, 500, true},
	    {49999, 10000, 100, 500, false},
	    {50000, 10000, 100, 500, true},
	    {0, 1, 100, 1, false},
	    {0, 1, 100, 0, true},
	    {0, 1, 0, 500, true},
	    {UINT64_MAX, 1, UINT64_MAX, 10000, true},
	    {UINT64_MAX - 1, 1, UINT64_MAX, 10000, false},
	    {UINT64_MAX, 10000, UINT64_MAX, 1, true},
	    {UINT64_MAX, 10000, UINT64_MAX, 2, false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct tally_result r = {.scale = rows[i].scale};

		r.points[1] = rows[i].points;
		assert_int_equal(tally_is_objected(&r, rows[i].objection_bp,
				     rows[i].eligible, 1),
		    rows[i].is_objected);
	}
}

/* ---- bounds ---- */

static void
test_the_largest_powers_fit(void **state)
{
	static const struct poll poll = {BALLOT_SPLIT, 2, '-'};
	struct vote votes[200];
	struct tally_result r;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(votes); i++) {
		votes[i] = (struct vote){TALLY_POWER_MAX, "A", {10000}};
	}
	r = COUNT(poll, votes);
	assert_true(r.points[0] == TALLY_POWER_MAX * 10000 * 200);
	assert_true(r.basis == r.points[0]);
	assert_true(tally_passes(&r, 9999, 1));
	assert_true(tally_has_quorum(&r, 10000, TALLY_POWER_MAX * 200));
}

static void
test_bugs_end_the_process(void **state)
{
	struct tally *t = tally_new(BALLOT_SPLIT, 2, TALLY_NO_OPTION);
	struct vote vote = {TALLY_POWER_MAX, "A", {10000}};
	struct vote wrong = {1, "C", {10000}};
	struct vote heavy = {TALLY_POWER_MAX + 1, "A", {10000}};

	(void)state;
	for (int i = 0; i < 200; i++) {
		vote_add(t, &vote, true);
	}
	expect_assert_failure(vote_add(t, &vote, true)); /* the sum */
	tally_free(t);
	t = tally_new(BALLOT_SPLIT, 2, TALLY_NO_OPTION);
	expect_assert_failure(vote_add(t, &wrong, true));
	expect_assert_failure(vote_add(t, &heavy, true));
	tally_free(t);
	tally_free(NULL);
}

/* ---- the order of ballots ---- */

static struct vote
any_vote(struct stoa_rng *rng, struct poll p, char options[21])
{
	struct vote v = {.power = stoa_rng_below(rng, 4), .options = options};
	size_t count = (size_t)stoa_rng_below(rng, p.option_count + 1);

	if (p.form == BALLOT_SINGLE && count > 1) {
		count = 1;
	}
	for (size_t i = 0; i < p.option_count; i++) {
		size_t j = (size_t)stoa_rng_below(rng, i + 1);

		options[i] = options[j];
		options[j] = (char)('A' + i);
	}
	options[count] = '\0';
	for (size_t i = 0, left = TALLY_BP; i < count; i++) {
		uint32_t share =
		    1 + (uint32_t)stoa_rng_below(rng, left - (count - i) + 1);

		v.amounts[i] = i + 1 < count ? share : (uint32_t)left;
		left -= share;
		if (p.form == BALLOT_QUADRATIC) {
			v.amounts[i] = 1 + share % TALLY_VOTES_MAX;
		}
	}
	return v;
}

static void
shuffle(struct stoa_rng *rng, struct vote *votes, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)stoa_rng_below(rng, i);
		struct vote saved = votes[i - 1];

		votes[i - 1] = votes[j];
		votes[j] = saved;
	}
}

static void
test_the_order_of_ballots_does_not_matter(void **state)
{
	struct stoa_rng rng;
	unsigned long_runs = 0;

	(void)state;
	stoa_rng_init(&rng, 3);
	for (int round = 0; round < 5000; round++) {
		struct poll poll = {(enum ballot_form)(round % 5),
		    2 + (uint32_t)stoa_rng_below(&rng, 19), 'A'};
		char options[30][21];
		struct vote votes[30];
		size_t count = (size_t)stoa_rng_below(&rng, 31);
		struct tally_result want;

		for (size_t i = 0; i < count; i++) {
			votes[i] = any_vote(&rng, poll, options[i]);
		}
		poll_count_to(poll, votes, count, &want);
		long_runs += want.round_count > 3;
		for (int again = 0; again < 5; again++) {
			struct tally_result have;

			shuffle(&rng, votes, count);
			poll_count_to(poll, votes, count, &have);
			assert_memory_equal(&have, &want, sizeof(want));
		}
	}
	assert_true(long_runs > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_single_agrees_with_openzeppelin),
	    cmocka_unit_test(test_approval_agrees_with_math_in_society),
	    cmocka_unit_test(test_approval_passes_over_a_majority_s_favourite),
	    cmocka_unit_test(test_quadratic_agrees_with_maci),
	    cmocka_unit_test(test_quadratic_outvotes_the_loud),
	    cmocka_unit_test(test_split_gives_shares_of_power),
	    cmocka_unit_test(test_quadratic_weighs_people),
	    cmocka_unit_test(
		test_every_form_has_a_scale_and_only_ranked_has_rounds),
	    cmocka_unit_test(test_helping_leaves_out_what_goes_to_reject_alone),
	    cmocka_unit_test(test_nobody_wins_without_a_ballot_that_names),
	    cmocka_unit_test(test_equal_most_points_are_a_tie),
	    cmocka_unit_test(test_all_options_take_part),
	    cmocka_unit_test(test_passes_needs_more_than_the_threshold),
	    cmocka_unit_test(test_quorum_is_reached_at_its_share),
	    cmocka_unit_test(
		test_objections_count_at_their_share_of_the_electorate),
	    cmocka_unit_test(test_the_largest_powers_fit),
	    cmocka_unit_test(test_bugs_end_the_process),
	    cmocka_unit_test(test_the_order_of_ballots_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
