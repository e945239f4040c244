/* Secret ballots as they are kept: nobody reads them, none is mistaken. */
#include "bot/sealed.h"

#include "base/core.h"
#include "bot/limits.h"
#include "governance/commitment.h"

#include "../unit.h"

static const struct bot_sealer ada = {
    .secret = {"0123456789abcdef0123456789abcdef", 32},
    .community = {"c_aaaaaaaaaa", 12},
    .proposal = {"p_aaaaaaaaaa", 12},
    .member = {"u_adaaaaaaaa", 12},
};

static struct stoa_arena arena;
static uint32_t options[TALLY_OPTIONS_MAX], amounts[TALLY_OPTIONS_MAX];
static Stoa__Governance__Ballot ballot;
static Stoa__Chat__SealedBallots kept;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa__governance__ballot__init(&ballot);
	stoa__chat__sealed_ballots__init(&kept);
	ballot.options = options;
	ballot.amounts = amounts;
	ballot.n_options = 1;
	options[0] = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static struct bot_unsealed
add(const char *command, uint32_t option, struct stoa_str committed)
{
	struct bot_unsealed out = {0};

	options[0] = option;
	assert_true(bot_sealed_add(
	    &arena, &ada, &kept, command, &ballot, committed, &out));
	return out;
}

static bool
find(const struct bot_sealer *s, const struct bot_unsealed *want,
    struct bot_unsealed *ret)
{
	return bot_sealed_find(
	    &arena, s, &kept, stoa_hash_str(&want->commitment), ret);
}

static void
test_add_then_find_gives_the_ballot_back(void **state)
{
	struct bot_unsealed a, b;
	struct stoa_hash want;

	(void)state;
	a = add("x1", 7, STOA_STR(""));
	assert_int_equal(a.number, 1);
	want = governance_commitment(
	    &arena, ada.proposal, ada.member, stoa_hash_str(&a.salt), a.ballot);
	assert_true(stoa_hash_is_equal(&want, &a.commitment));
	assert_true(find(&ada, &a, &b));
	assert_int_equal(b.ballot->n_options, 1);
	assert_int_equal(b.ballot->options[0], 7);
	assert_true(stoa_hash_is_equal(&a.salt, &b.salt));
	assert_string_equal(bot_sealed_key(&arena, &ada),
	    "c_aaaaaaaaaa.p_aaaaaaaaaa.u_adaaaaaaaa");
}

static void
test_add_again_is_the_same_ballot(void **state)
{
	struct bot_unsealed a, b;

	(void)state;
	a = add("x1", 1, STOA_STR(""));
	b = add("x1", 2, STOA_STR("")); /* the first one counts */
	assert_int_equal(kept.n_ballots, 1);
	assert_int_equal(b.ballot->options[0], 1);
	assert_true(stoa_hash_is_equal(&a.commitment, &b.commitment));
}

/* The same choice made twice looks like another one. */
static void
test_add_numbers_ballots_apart(void **state)
{
	struct bot_unsealed a, b;

	(void)state;
	a = add("x1", 1, STOA_STR(""));
	b = add("x2", 1, STOA_STR(""));
	assert_int_equal(b.number, 2);
	assert_false(stoa_hash_is_equal(&a.salt, &b.salt));
	assert_false(stoa_hash_is_equal(&a.commitment, &b.commitment));
	assert_int_equal(kept.ballots[0]->box.len, kept.ballots[1]->box.len);
	assert_memory_not_equal(kept.ballots[0]->box.data,
	    kept.ballots[1]->box.data, kept.ballots[0]->box.len);
}

static void
test_boxes_do_not_tell_a_ballot_by_their_length(void **state)
{
	size_t len;

	(void)state;
	(void)add("x1", 1, STOA_STR(""));
	len = kept.ballots[0]->box.len;
	ballot.n_options = ballot.n_amounts = TALLY_OPTIONS_MAX;
	for (uint32_t i = 0; i < TALLY_OPTIONS_MAX; i++) {
		options[i] = i;
		amounts[i] = TALLY_BP;
	}
	(void)add("x2", 0, STOA_STR(""));
	ballot.n_options = ballot.n_amounts = 0;
	ballot.is_abstention = true;
	(void)add("x3", 0, STOA_STR(""));
	assert_int_equal(kept.ballots[1]->box.len, len);
	assert_int_equal(kept.ballots[2]->box.len, len);
}

/* However many are tried in vain, what counts can be opened. */
static void
test_add_keeps_what_is_committed(void **state)
{
	struct bot_unsealed first, last, found;
	struct stoa_str committed;

	(void)state;
	first = add("x0", 3, STOA_STR(""));
	committed = stoa_hash_str(&first.commitment);
	for (unsigned i = 1; i < 10; i++) {
		char command[8];

		(void)snprintf(command, sizeof(command), "x%u", i);
		last = add(command, i % 3, committed);
		assert_int_equal(last.number, i + 1);
		assert_true(kept.n_ballots <= BOT_SEALED_MAX);
		assert_true(find(&ada, &first, &found));
		assert_int_equal(found.ballot->options[0], 3);
		assert_true(find(&ada, &last, &found));
		assert_int_equal(found.ballot->options[0], i % 3);
	}
	/* As soon as another one counts, it goes first. */
	committed = stoa_hash_str(&last.commitment);
	(void)add("y1", 0, committed);
	(void)add("y2", 0, committed);
	(void)add("y3", 0, committed);
	assert_false(find(&ada, &first, &found));
	assert_true(find(&ada, &last, &found));
}

static void
test_boxes_open_for_nobody_else(void **state)
{
	struct bot_sealer others[4] = {ada, ada, ada, ada};
	struct bot_unsealed a, b;

	(void)state;
	a = add("x1", 1, STOA_STR(""));
	others[0].secret = STOA_STR("another key of thirty-two letter");
	others[1].community = STOA_STR("c_bbbbbbbbbb");
	others[2].proposal = STOA_STR("p_bbbbbbbbbb");
	others[3].member = STOA_STR("u_bobaaaaaaa");
	for (size_t i = 0; i < STOA_COUNT(others); i++) {
		assert_false(find(&others[i], &a, &b));
	}
	kept.ballots[0]->number++;
	assert_false(find(&ada, &a, &b));
	kept.ballots[0]->number--;
	for (size_t i = 0; i < kept.ballots[0]->box.len; i++) {
		kept.ballots[0]->box.data[i] ^= 0x40;
		assert_false(find(&ada, &a, &b));
		kept.ballots[0]->box.data[i] ^= 0x40;
	}
	for (size_t len = 0; len < kept.ballots[0]->box.len; len++) {
		Stoa__Chat__SealedBallot cut = *kept.ballots[0];
		Stoa__Chat__SealedBallot *list[] = {&cut};
		Stoa__Chat__SealedBallots few = kept;

		cut.box.len = len;
		few.ballots = list;
		assert_false(bot_sealed_find(
		    &arena, &ada, &few, stoa_hash_str(&a.commitment), &b));
	}
	assert_true(find(&ada, &a, &b));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_add_then_find_gives_the_ballot_back),
	    TEST(test_add_again_is_the_same_ballot),
	    TEST(test_add_numbers_ballots_apart),
	    TEST(test_boxes_do_not_tell_a_ballot_by_their_length),
	    TEST(test_add_keeps_what_is_committed),
	    TEST(test_boxes_open_for_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
