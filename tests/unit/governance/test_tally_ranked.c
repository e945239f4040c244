#include "governance/tally.h"

#include "votes.h"

/* One row a round: points of each option, exhausted, and who goes ('-' in the
 * last round). */
struct want_round {
	uint64_t points[6];
	uint64_t exhausted;
	char eliminated;
};

static void
assert_rounds(const struct tally_result *r, const struct want_round *want,
    size_t count, uint32_t option_count)
{
	uint64_t basis = 0;

	assert_int_equal(r->round_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_points(
		    r->rounds[i].points, want[i].points, option_count);
		assert_int_equal(r->rounds[i].exhausted, want[i].exhausted);
		assert_int_equal(
		    r->rounds[i].eliminated, option_of(want[i].eliminated));
	}
	assert_points(r->points, want[count - 1].points, option_count);
	for (uint32_t o = 0; o < option_count; o++) {
		basis += r->points[o];
	}
	assert_int_equal(r->basis, basis);
}

#define RANKED(option_count, votes)                                          \
	poll_count((struct poll){BALLOT_RANKED, (option_count), '-'}, votes, \
	    STOA_COUNT(votes))
#define ASSERT_ROUNDS(r, want, option_count) \
	assert_rounds((r), (want), STOA_COUNT(want), (option_count))

/* ---- published ---- */

/* Wikipedia, "Instant-runoff voting", the capital of Tennessee. A Memphis,
 * B Nashville, C Chattanooga, D Knoxville. */
static void
test_capital_of_tennessee(void **state)
{
	static const struct vote votes[] = {{42, "ABCD", {0}},
	    {26, "BCDA", {0}}, {15, "CDBA", {0}}, {17, "DCBA", {0}}};
	static const struct want_round want[] = {
	    {{42, 26, 15, 17}, 0, 'C'},
	    {{42, 26, 0, 32}, 0, 'B'},
	    {{42, 0, 0, 58}, 0, '-'},
	};
	struct tally_result r = RANKED(4, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 4);
	assert_winner(&r, 'D');
	assert_true(tally_passes(&r, 5799, TALLY_NO_OPTION));
	assert_false(tally_passes(&r, 5800, TALLY_NO_OPTION));
}

/* abif.electorama.com, "TNexampleTie": 42, 20, 10, 12 of the same voters;
 * its third round is a tie of Memphis and Knoxville, 42 each, which some laws
 * leave to chance. Here the round before decides. 42 of 84 is no majority. */
static void
test_tied_tennessee_is_decided_by_the_round_before(void **state)
{
	static const struct vote votes[] = {{42, "ABCD", {0}},
	    {20, "BCDA", {0}}, {10, "CDBA", {0}}, {12, "DCBA", {0}}};
	static const struct want_round want[] = {
	    {{42, 20, 10, 12}, 0, 'C'},
	    {{42, 20, 0, 22}, 0, 'B'},
	    {{42, 0, 0, 42}, 0, 'D'},
	    {{84, 0, 0, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(4, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 4);
	assert_winner(&r, 'A');
}

/* Stein, How Math Explains the World, "So Who Really Won?", method 3: five
 * options, 55 ballots; E, D and B go, C survives by 37 to 18. */
static void
test_five_methods_five_winners(void **state)
{
	static const struct vote votes[] = {{18, "ADECB", {0}},
	    {12, "BEDCA", {0}}, {10, "CBEDA", {0}}, {9, "DCEBA", {0}},
	    {4, "EBDCA", {0}}, {2, "ECDBA", {0}}};
	static const struct want_round want[] = {
	    {{18, 12, 10, 9, 6}, 0, 'E'},
	    {{18, 16, 12, 9, 0}, 0, 'D'},
	    {{18, 16, 21, 0, 0}, 0, 'B'},
	    {{18, 0, 37, 0, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(5, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 5);
	assert_winner(&r, 'C');
}

/* Burlington, Vermont, election of the mayor, 3 March 2009: rounds 2 and 3 of
 * the city's "Detail Report". A Kiss, B Montroll, C Wright; of Montroll's
 * 2,554 ballots 1,332 went to Kiss and 767 to Wright. */
static void
test_mayor_of_burlington(void **state)
{
	static const struct vote votes[] = {{2981, "A", {0}}, {3294, "C", {0}},
	    {1332, "BAC", {0}}, {767, "BC", {0}}, {455, "B", {0}}};
	static const struct want_round want[] = {
	    {{2981, 2554, 3294}, 0, 'B'},
	    {{4313, 0, 4061}, 455, '-'},
	};
	struct tally_result r = RANKED(3, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 3);
	assert_winner(&r, 'A');
	assert_int_equal(r.voted, 8829);
	assert_int_equal(r.basis, 8374);
}

/* Lippman, Math in Society, "Instant Runoff Voting": an election with ballots
 * that stop early. A is its G, B its M (McCarthy, who wins), C its B; the 20
 * who named nobody else are not transferred. */
static void
test_ballots_that_stop_early(void **state)
{
	static const struct vote votes[] = {{44, "ABC", {0}}, {14, "ACB", {0}},
	    {20, "A", {0}}, {70, "BAC", {0}}, {22, "BCA", {0}},
	    {80, "CBA", {0}}, {39, "C", {0}}};
	static const struct want_round want[] = {
	    {{78, 92, 119}, 0, 'A'},
	    {{0, 136, 133}, 20, '-'},
	};
	struct tally_result r = RANKED(3, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 3);
	assert_winner(&r, 'B');
}

/* pierzgal.github.io/introelectoralsystems, "3.10 Instant Runoff Method (3)":
 * of 14 ballots it takes 8; 7 in the second round are not enough. */
static void
test_half_is_not_a_majority(void **state)
{
	static const struct vote votes[] = {{4, "ABCD", {0}}, {2, "BACD", {0}},
	    {1, "BCAD", {0}}, {2, "DCAB", {0}}, {5, "CBAD", {0}}};
	static const struct want_round want[] = {
	    {{4, 3, 5, 2}, 0, 'D'},
	    {{4, 3, 7, 0}, 0, 'B'},
	    {{6, 0, 8, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(4, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 4);
	assert_winner(&r, 'C');
}

/* thoughtfulexaminations.com, "Voting Theory: Instant Runoff": 150 voters, L
 * (here A), F (B) and C: 66, 39, 45, then 79 to 71. */
static void
test_library_wins(void **state)
{
	static const struct vote votes[] = {{41, "ABC", {0}}, {25, "ACB", {0}},
	    {13, "BAC", {0}}, {26, "BCA", {0}}, {30, "CBA", {0}},
	    {15, "CAB", {0}}};
	static const struct want_round want[] = {
	    {{66, 39, 45}, 0, 'B'},
	    {{79, 0, 71}, 0, '-'},
	};
	struct tally_result r = RANKED(3, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 3);
	assert_winner(&r, 'A');
}

/* ---- rule 12 a ---- */

static void
test_majority_ends_it_in_the_first_round(void **state)
{
	static const struct vote votes[] = {
	    {51, "A", {0}}, {30, "BC", {0}}, {20, "CB", {0}}};
	static const struct want_round want[] = {{{51, 30, 20}, 0, '-'}};
	struct tally_result r = RANKED(3, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 3);
	assert_winner(&r, 'A');
}

static void
test_majority_is_of_what_continues(void **state)
{
	static const struct vote votes[] = {
	    {40, "A", {0}}, {30, "B", {0}}, {30, "CB", {0}}, {5, "", {0}}};
	/* 40 of 100 are enough when 29 are exhausted. */
	static const struct vote fewer[] = {
	    {40, "A", {0}}, {31, "B", {0}}, {29, "C", {0}}};
	static const struct want_round want_votes[] = {
	    {{40, 30, 30}, 0, 'C'}, {{40, 60, 0}, 0, '-'}};
	static const struct want_round want_fewer[] = {
	    {{40, 31, 29}, 0, 'C'}, {{40, 31, 0}, 29, '-'}};
	struct tally_result r = RANKED(3, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want_votes, 3);
	assert_winner(&r, 'B');
	assert_int_equal(r.abstain, 5);
	assert_int_equal(r.voted, 105);
	r = RANKED(3, fewer);
	ASSERT_ROUNDS(&r, want_fewer, 3);
	assert_winner(&r, 'A');
	assert_int_equal(r.basis, 71);
}

/* ---- rule 12 b ---- */

static void
test_tie_for_last_takes_the_fewer_of_the_round_before(void **state)
{
	static const struct vote votes[] = {
	    {10, "A", {0}}, {6, "B", {0}}, {4, "C", {0}}, {2, "DC", {0}}};
	static const struct want_round want[] = {
	    {{10, 6, 4, 2}, 0, 'D'},
	    {{10, 6, 6, 0}, 0, 'C'},
	    {{10, 6, 0, 0}, 6, '-'},
	};
	struct tally_result r = RANKED(4, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 4);
	assert_winner(&r, 'A');
}

static void
test_tie_for_last_goes_back_to_the_first_round(void **state)
{
	/* B 5+1, C 6: equal in rounds 2 and 3; B had fewer in round 1. */
	static const struct vote votes[] = {{10, "A", {0}}, {5, "B", {0}},
	    {6, "C", {0}}, {2, "DA", {0}}, {1, "EB", {0}}, {4, "F", {0}}};
	static const struct want_round want[] = {
	    {{10, 5, 6, 2, 1, 4}, 0, 'E'},
	    {{10, 6, 6, 2, 0, 4}, 0, 'D'},
	    {{12, 6, 6, 0, 0, 4}, 0, 'F'},
	    {{12, 6, 6, 0, 0, 0}, 4, 'B'},
	    {{12, 0, 6, 0, 0, 0}, 10, '-'},
	};
	struct tally_result r = RANKED(6, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 6);
	assert_winner(&r, 'A');
}

static void
test_a_nearer_round_outweighs_an_earlier_one(void **state)
{
	/* B and C: 3 and 4, then 5 and 4, then 5 and 5. */
	static const struct vote votes[] = {{9, "A", {0}}, {3, "B", {0}},
	    {4, "C", {0}}, {1, "DC", {0}}, {2, "D", {0}}, {2, "EB", {0}}};
	static const struct want_round want[] = {
	    {{9, 3, 4, 3, 2}, 0, 'E'},
	    {{9, 5, 4, 3, 0}, 0, 'D'},
	    {{9, 5, 5, 0, 0}, 2, 'C'},
	    {{9, 5, 0, 0, 0}, 7, '-'},
	};
	struct tally_result r = RANKED(5, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 5);
	assert_winner(&r, 'A');
}

static void
test_tie_in_all_rounds_takes_the_highest_index(void **state)
{
	static const struct vote votes[] = {
	    {10, "A", {0}}, {7, "BA", {0}}, {3, "CB", {0}}, {3, "DA", {0}}};
	static const struct want_round want[] = {
	    {{10, 7, 3, 3}, 0, 'D'},
	    {{13, 7, 3, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(4, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 4);
	assert_winner(&r, 'A');
}

static void
test_options_without_points_go_one_at_a_time(void **state)
{
	static const struct vote votes[] = {
	    {4, "BA", {0}}, {4, "D", {0}}, {1, "CB", {0}}};
	static const struct want_round want[] = {
	    {{0, 4, 1, 4, 0, 0}, 0, 'F'},
	    {{0, 4, 1, 4, 0, 0}, 0, 'E'},
	    {{0, 4, 1, 4, 0, 0}, 0, 'A'},
	    {{0, 4, 1, 4, 0, 0}, 0, 'C'},
	    {{0, 5, 0, 4, 0, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(6, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 6);
	assert_winner(&r, 'B');
}

static void
test_all_equal_in_all_rounds_is_a_tie(void **state)
{
	static const struct vote three[] = {
	    {5, "ABC", {0}}, {5, "BCA", {0}}, {5, "CAB", {0}}};
	static const struct want_round want_three[] = {{{5, 5, 5}, 0, '-'}};
	/* A third has gone, and the two that are left were always equal. */
	static const struct vote two[] = {
	    {5, "A", {0}}, {5, "B", {0}}, {1, "C", {0}}};
	static const struct want_round want_two[] = {
	    {{5, 5, 1}, 0, 'C'}, {{5, 5, 0}, 1, '-'}};
	static const struct vote zeros[] = {{0, "B", {0}}, {0, "CA", {0}}};
	static const struct want_round want_zeros[] = {{{0, 0, 0}, 0, '-'}};
	struct tally_result r = RANKED(3, three);

	(void)state;
	ASSERT_ROUNDS(&r, want_three, 3);
	assert_none(&r, TALLY_TIE);
	r = RANKED(3, two);
	ASSERT_ROUNDS(&r, want_two, 3);
	assert_none(&r, TALLY_TIE);
	r = RANKED(3, zeros);
	ASSERT_ROUNDS(&r, want_zeros, 3);
	assert_none(&r, TALLY_TIE);
}

static void
test_all_equal_but_not_before_is_no_tie(void **state)
{
	/* All have 5 in the end; A alone had less in the round before. */
	static const struct vote one[] = {{4, "AC", {0}}, {4, "BC", {0}},
	    {5, "C", {0}}, {1, "DA", {0}}, {1, "EB", {0}}};
	static const struct want_round want_one[] = {
	    {{4, 4, 5, 1, 1}, 0, 'E'},
	    {{4, 5, 5, 1, 0}, 0, 'D'},
	    {{5, 5, 5, 0, 0}, 0, 'A'},
	    {{0, 5, 9, 0, 0}, 1, '-'},
	};
	/* A and B had, and are equal: not all that continue. */
	static const struct vote two[] = {{4, "AC", {0}}, {4, "BC", {0}},
	    {5, "C", {0}}, {1, "DA", {0}}, {1, "DB", {0}}};
	static const struct want_round want_two[] = {
	    {{4, 4, 5, 2}, 0, 'D'},
	    {{5, 5, 5, 0}, 0, 'B'},
	    {{5, 0, 9, 0}, 1, '-'},
	};
	struct tally_result r = RANKED(5, one);

	(void)state;
	ASSERT_ROUNDS(&r, want_one, 5);
	assert_winner(&r, 'C');
	r = RANKED(4, two);
	ASSERT_ROUNDS(&r, want_two, 4);
	assert_winner(&r, 'C');
}

/* ---- piles ---- */

static void
test_moved_ballots_move_on(void **state)
{
	/* The 1 for F passes through E, D, C and B, over none that has gone. */
	static const struct vote votes[] = {{1, "FEDCBA", {0}},
	    {1, "EFDCBA", {0}}, {2, "DFECBA", {0}}, {4, "CFEDBA", {0}},
	    {8, "BFEDCA", {0}}, {16, "A", {0}}};
	static const struct want_round want[] = {
	    {{16, 8, 4, 2, 1, 1}, 0, 'F'},
	    {{16, 8, 4, 2, 2, 0}, 0, 'E'},
	    {{16, 8, 4, 4, 0, 0}, 0, 'D'},
	    {{16, 8, 8, 0, 0, 0}, 0, 'C'},
	    {{16, 16, 0, 0, 0, 0}, 0, 'B'},
	    {{32, 0, 0, 0, 0, 0}, 0, '-'},
	};
	struct tally_result r = RANKED(6, votes);

	(void)state;
	ASSERT_ROUNDS(&r, want, 6);
	assert_winner(&r, 'A');
}

static void
test_result_may_be_asked_for_at_any_time(void **state)
{
	static const struct vote votes[] = {{42, "ABCD", {0}},
	    {26, "BCDA", {0}}, {15, "CDBA", {0}}, {17, "DCBA", {0}}};
	struct tally *t = tally_new(BALLOT_RANKED, 4, TALLY_NO_OPTION);

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(votes); i++) {
		struct tally_result once, again;
		struct tally_result want = poll_count(
		    (struct poll){BALLOT_RANKED, 4, '-'}, votes, i + 1);

		vote_add(t, &votes[i], false);
		tally_result(t, &once);
		tally_result(t, &again);
		assert_memory_equal(&once, &again, sizeof(once));
		assert_int_equal(once.winner, want.winner);
		assert_int_equal(once.round_count, want.round_count);
	}
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_capital_of_tennessee),
	    cmocka_unit_test(
		test_tied_tennessee_is_decided_by_the_round_before),
	    cmocka_unit_test(test_five_methods_five_winners),
	    cmocka_unit_test(test_mayor_of_burlington),
	    cmocka_unit_test(test_ballots_that_stop_early),
	    cmocka_unit_test(test_half_is_not_a_majority),
	    cmocka_unit_test(test_library_wins),
	    cmocka_unit_test(test_majority_ends_it_in_the_first_round),
	    cmocka_unit_test(test_majority_is_of_what_continues),
	    cmocka_unit_test(
		test_tie_for_last_takes_the_fewer_of_the_round_before),
	    cmocka_unit_test(test_tie_for_last_goes_back_to_the_first_round),
	    cmocka_unit_test(test_a_nearer_round_outweighs_an_earlier_one),
	    cmocka_unit_test(test_tie_in_all_rounds_takes_the_highest_index),
	    cmocka_unit_test(test_options_without_points_go_one_at_a_time),
	    cmocka_unit_test(test_all_equal_in_all_rounds_is_a_tie),
	    cmocka_unit_test(test_all_equal_but_not_before_is_no_tie),
	    cmocka_unit_test(test_moved_ballots_move_on),
	    cmocka_unit_test(test_result_may_be_asked_for_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
