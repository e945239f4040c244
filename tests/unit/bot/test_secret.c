/* Secret ballots in a chat: sealed, committed to, and opened for everybody when
 * voting has ended. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"
#include "governance/commitment.h"

#include "proto/governance.pb-c.h"

#define PROPOSAL "p_aaaaaaaaaa"
#define STRANGER "u_strangerrr"
#define KEY	 COMMUNITY "." PROPOSAL "." MEMBER

#define TEXT(text)  ((char *)(uintptr_t)(text))
#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME
#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME

static char *binary[] = {TEXT("for"), TEXT("against")};
static Stoa__Governance__Rule rule;
static Stoa__Governance__Proposal proposal;
static Stoa__Governance__BallotReply own;
static uint8_t committed[STOA_HASH_SIZE];

static int
setup(void **state)
{
	stoa__governance__rule__init(&rule);
	stoa__governance__proposal__init(&proposal);
	stoa__governance__ballot_reply__init(&own);
	rule.type = TEXT("ETHICS");
	rule.form = FORM(SINGLE);
	rule.reveal_us = 1;
	proposal.id = TEXT(PROPOSAL);
	proposal.number = 12;
	proposal.title = TEXT("Weapons");
	proposal.options = binary;
	proposal.n_options = 2;
	proposal.reject = 1;
	proposal.state = STATE(ACTIVE);
	proposal.rule = &rule;
	proposal.reply = TEXT("console|" ADA "|x0");
	own.is_eligible = true;
	own.credits_left = 100;
	*state = world_new(1);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void
proposal_answer(struct world *w)
{
	Stoa__Governance__ProposalReply in =
	    STOA__GOVERNANCE__PROPOSAL_REPLY__INIT;

	in.proposal = &proposal;
	world_reply(w, world_expect(w, "Governance", "Proposal"), &in.base);
}

static void
ballot_answer(struct world *w)
{
	world_reply(w, world_expect(w, "Governance", "Ballot"), &own.base);
}

/* Votes; gives the call that commits. */
static struct world_call *
vote(struct world *w, const char *id, const char *line, bool is_first)
{
	struct world_call *call;
	const Stoa__Governance__VoteRequest *in;

	(void)world_say(w, ADA, id, line);
	if (is_first) {
		world_meet(w);
	}
	proposal_answer(w);
	ballot_answer(w);
	call = world_expect(w, "Governance", "Vote");
	in = call->request;
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->command_id, id);
	assert_null(in->ballot);
	assert_string_equal(in->reason, "");
	assert_int_equal(in->commitment.len, sizeof(committed));
	memcpy(committed, in->commitment.data, sizeof(committed));
	return call;
}

static void
counts(void)
{
	own.is_committed = true;
	own.commitment.data = committed;
	own.commitment.len = sizeof(committed);
}

/* ---- handing in ---- */

static void
test_vote_is_sealed_and_committed_to(void **state)
{
	struct world *w = *state;
	const struct world_value *kept;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:against", true), 42, NULL);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_non_null(strstr(w->final->plain, "Your ballot is sealed"));
	assert_non_null(strstr(w->final->plain, "Receipt: record 42, entry 0"));
	/* Cards are kept in the clear. */
	assert_null(strstr(w->final->plain, "against"));
	kept = stoa_map_get(&w->sealed, STOA_STR(KEY));
	assert_non_null(kept);
	assert_null(memmem(kept->data.data, kept->data.len, "against", 7));
}

/* The card was lost, or the bot: it is the same ballot, and no second one. */
static void
test_vote_that_comes_again_is_the_same(void **state)
{
	struct world *w = *state;
	uint8_t first[sizeof(committed)];

	w->store_status = STOA_OK;
	world_fail(
	    w, vote(w, "x1", "/vote id:12 choice:for", true), STOA_FROZEN);
	memcpy(first, committed, sizeof(first));
	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:for", false), 42, NULL);
	assert_memory_equal(first, committed, sizeof(first));
	world_accept(
	    w, vote(w, "x2", "/vote id:12 choice:for", false), 43, NULL);
	assert_memory_not_equal(first, committed, sizeof(first));
}

/* Nothing is committed to that is not kept. */
static void
test_vote_waits_for_the_broker(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	d = world_say(w, ADA, "x1", "/vote id:12 choice:for");
	world_meet(w);
	proposal_answer(w);
	w->store_status = STOA_TIMEOUT;
	ballot_answer(w);
	world_expect_silence(w);
	assert_int_equal(d->end, WORLD_RETRIED);
	w->store_status = STOA_OK;
}

static void
test_vote_refuses_a_reason_and_what_is_too_dear(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/vote id:12 choice:for reason:\"so\"");
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w);
	world_expect_silence(w);
	assert_string_equal(w->final->problem->code, "secret_ballot");
	assert_string_equal(w->final->problem->field, "reason");
	rule.form = FORM(QUADRATIC);
	(void)world_say(w, ADA, "x2", "/vote id:12 choice:\"for 11\"");
	proposal_answer(w);
	ballot_answer(w);
	world_expect_silence(w);
	assert_string_equal(w->final->problem->code, "credits_exceeded");
	assert_non_null(strstr(w->final->plain, "121 voice credits"));
	assert_int_equal(w->sealed.count, 0);
}

static void
test_vote_alone_tells_of_the_sealed_ballot(void **state)
{
	struct world *w = *state;

	counts();
	(void)world_say(w, ADA, "x1", "/vote 12");
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w);
	assert_non_null(
	    strstr(w->final->plain, "You have handed in a sealed ballot"));
	assert_non_null(strstr(w->final->plain, "in secret"));
}

/* ---- opening ---- */

static struct world_delivery *
voting_ends(struct world *w)
{
	Stoa__Governance__Notice notice = STOA__GOVERNANCE__NOTICE__INIT;

	proposal.state = STATE(REVEAL);
	proposal.committed = 2;
	notice.community = TEXT(COMMUNITY);
	notice.proposal = &proposal;
	return world_vote_notice(w, &notice.base);
}

static Stoa__Governance__State sealed_state = STATE(REVEAL);

/* This member's ballot, and somebody's whose salt nobody here has. */
static void
sealed_answer(struct world *w, const char *next)
{
	Stoa__Governance__SealedReply in = STOA__GOVERNANCE__SEALED_REPLY__INIT;
	Stoa__Governance__Sealed ada = STOA__GOVERNANCE__SEALED__INIT;
	Stoa__Governance__Sealed stranger = STOA__GOVERNANCE__SEALED__INIT;
	Stoa__Governance__Sealed *list[] = {&ada, &stranger};
	struct world_call *call = world_expect(w, "Governance", "Sealed");
	const Stoa__Governance__SealedQuery *asked = call->request;

	assert_string_equal(call->community, COMMUNITY);
	assert_string_equal(asked->proposal, PROPOSAL);
	ada.member = TEXT(MEMBER);
	stranger.member = TEXT(STRANGER);
	ada.commitment.data = stranger.commitment.data = committed;
	ada.commitment.len = stranger.commitment.len = sizeof(committed);
	in.ballots = list;
	in.n_ballots = 2;
	in.next = TEXT(next);
	in.state = sealed_state;
	world_reply(w, call, &in.base);
}

static struct world_call *
reveal_expect(struct world *w, uint32_t option)
{
	struct world_call *call = world_expect(w, "Governance", "Reveal");
	const Stoa__Governance__RevealRequest *in = call->request;
	struct stoa_hash hash = governance_commitment(&w->arena,
	    STOA_STR(PROPOSAL), STOA_STR(MEMBER),
	    stoa_str_of_bytes(in->salt.data, in->salt.len), in->ballot);

	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(in->proposal, PROPOSAL);
	assert_int_equal(in->ballot->options[0], option);
	assert_memory_equal(hash.bytes, committed, sizeof(committed));
	return call;
}

static void
community_answer(struct world *w)
{
	Stoa__Accounts__CommunityReply in =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;

	world_reply(w, world_expect(w, "Accounts", "Community"), &in.base);
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_TIMEOUT);
}

static void
test_the_end_opens_what_counts(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;
	struct world_call *call;
	const struct world_value *kept;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:against", true), 42, NULL);
	counts();
	world_accept(
	    w, vote(w, "x2", "/vote id:12 choice:for", false), 43, NULL);
	counts();
	/* Tried, and refused for whatever reason. */
	memcpy(own.commitment.data, committed, sizeof(committed));
	d = voting_ends(w);
	sealed_answer(w, "");
	call = reveal_expect(w, 0);
	assert_string_equal(call->command_id, "reveal:" PROPOSAL ":2");
	assert_int_equal(d->end, WORLD_OPEN);
	world_pass(w, BOT_PULSE_US);
	assert_true(d->pulses > 0);
	world_accept(w, call, 44, NULL);
	/* Then the community is told, and nothing is kept any more. */
	community_answer(w);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_string_equal(w->final->id, PROPOSAL "-REVEAL-0");
	kept = stoa_map_get(&w->sealed, STOA_STR(KEY));
	assert_int_equal(kept->data.len, 0);
}

static void
test_the_end_goes_through_all_pages(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;
	const Stoa__Governance__SealedQuery *asked;
	Stoa__Governance__SealedReply none =
	    STOA__GOVERNANCE__SEALED_REPLY__INIT;
	struct world_call *call;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:for", true), 42, NULL);
	d = voting_ends(w);
	sealed_answer(w, STRANGER);
	world_accept(w, reveal_expect(w, 0), 44, NULL);
	call = world_expect(w, "Governance", "Sealed");
	asked = call->request;
	assert_string_equal(asked->after, STRANGER);
	world_reply(w, call, &none.base);
	community_answer(w);
	assert_int_equal(d->end, WORLD_ACKED);
}

/* The notice comes again, to this bot or another one. */
static void
test_the_end_is_not_over_while_somebody_is_silent(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:for", true), 42, NULL);
	d = voting_ends(w);
	world_fail(w, world_expect(w, "Governance", "Sealed"), STOA_TIMEOUT);
	assert_int_equal(d->end, WORLD_RETRIED);
	d = voting_ends(w);
	sealed_answer(w, "");
	world_fail(w, reveal_expect(w, 0), STOA_TIMEOUT);
	assert_int_equal(d->end, WORLD_RETRIED);
	/* Asked of a replica that lags behind. */
	d = voting_ends(w);
	sealed_state = STATE(ACTIVE);
	sealed_answer(w, "");
	sealed_state = STATE(REVEAL);
	world_expect_silence(w);
	assert_int_equal(d->end, WORLD_RETRIED);
	d = voting_ends(w);
	w->store_status = STOA_TIMEOUT;
	sealed_answer(w, "");
	assert_int_equal(d->end, WORLD_RETRIED);
	w->store_status = STOA_OK;
	d = voting_ends(w);
	sealed_answer(w, "");
	world_accept(w, reveal_expect(w, 0), 44, NULL);
	community_answer(w);
	assert_int_equal(d->end, WORLD_ACKED);
}

static void
test_a_member_is_told_what_could_not_be_opened(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:for", true), 42, NULL);
	d = voting_ends(w);
	sealed_answer(w, "");
	world_refuse(w, reveal_expect(w, 0), "credits_exceeded", "49");
	assert_string_equal(
	    w->subject, "stoa.chat.out.console." ADA "." PROPOSAL "-sealed");
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_non_null(strstr(w->final->plain, "that costs 49 voice credits"));
	assert_non_null(strstr(w->final->plain, "/reveal id:#12"));
	community_answer(w);
	assert_int_equal(d->end, WORLD_ACKED);
	/* What is not what was committed to, too. */
	committed[0] ^= 1;
	d = voting_ends(w);
	sealed_answer(w, "");
	assert_non_null(strstr(w->final->plain, "cannot be opened any more"));
	community_answer(w);
	assert_int_equal(d->end, WORLD_ACKED);
}

/* ---- by hand ---- */

static void
test_reveal_opens_by_hand(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	world_accept(
	    w, vote(w, "x1", "/vote id:12 choice:against", true), 42, NULL);
	proposal.state = STATE(REVEAL);
	(void)world_say(w, ADA, "x2", "/reveal 12");
	proposal_answer(w);
	ballot_answer(w);
	assert_string_equal(w->final->problem->code, "no_commitment");
	counts();
	(void)world_say(w, ADA, "x3", "/reveal 12");
	proposal_answer(w);
	ballot_answer(w);
	call = reveal_expect(w, 1);
	assert_string_equal(call->command_id, "x3");
	world_accept(w, call, 44, NULL);
	proposal_answer(w);
	assert_non_null(strstr(w->final->plain, "is open"));
	stoa_map_fini(&w->sealed);
	stoa_map_init(&w->sealed, 7);
	(void)world_say(w, ADA, "x4", "/reveal 12");
	proposal_answer(w);
	ballot_answer(w);
	assert_string_equal(w->final->problem->code, "ballot_not_kept");
}

static void
test_reveal_is_not_for_open_ballots(void **state)
{
	struct world *w = *state;

	rule.reveal_us = 0;
	(void)world_say(w, ADA, "x1", "/reveal 12");
	world_meet(w);
	proposal_answer(w);
	assert_string_equal(w->final->problem->code, "open_ballot");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_vote_is_sealed_and_committed_to),
	    TEST(test_vote_that_comes_again_is_the_same),
	    TEST(test_vote_waits_for_the_broker),
	    TEST(test_vote_refuses_a_reason_and_what_is_too_dear),
	    TEST(test_vote_alone_tells_of_the_sealed_ballot),
	    TEST(test_the_end_opens_what_counts),
	    TEST(test_the_end_goes_through_all_pages),
	    TEST(test_the_end_is_not_over_while_somebody_is_silent),
	    TEST(test_a_member_is_told_what_could_not_be_opened),
	    TEST(test_reveal_opens_by_hand),
	    TEST(test_reveal_is_not_for_open_ballots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
