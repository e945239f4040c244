#include "house.h"

#include "governance/commitment.h"

#define STATE(NAME)   STOA__GOVERNANCE__STATE__##NAME
#define VERDICT(NAME) STOA__GOVERNANCE__VERDICT__##NAME

static const char *
simple(struct play *p)
{
	house_open(p, NULL);
	house_electors(p);
	return house_vote_open(p, "FEATURE_REQUEST", NULL, 0, NULL);
}

/* ---- one member, one vote ---- */

static void
test_votes_majority_passes(void **state)
{
	Stoa__Governance__Proposal *v;
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_int_equal(house_look(&p, id)->eligible_count, HOUSE_MEMBERS);
	assert_true(house_choose(&p, 0, id, 0));
	assert_true(house_choose(&p, 1, id, 0));
	assert_true(house_choose(&p, 2, id, 1));
	assert_true(house_cast(&p, 3, id, NULL, 0, NULL));
	v = house_look(&p, id);
	assert_int_equal(v->state, STATE(ACTIVE));
	assert_int_equal(v->tally->points[0], 2);
	assert_int_equal(v->tally->points[1], 1);
	assert_int_equal(v->tally->abstained, 1);
	assert_true(house_advance(&p, 3 * DAY_US));
	v = house_look(&p, id);
	assert_int_equal(v->state, STATE(SUCCEEDED));
	assert_int_equal(v->verdict, VERDICT(passed));
	play_end(&p);
}

static void
test_votes_half_is_not_more_than_half(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	assert_true(house_choose(&p, 0, id, 0));
	assert_true(house_choose(&p, 1, id, 1));
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->state, STATE(DEFEATED));
	assert_int_equal(house_look(&p, id)->verdict, VERDICT(tied));
	play_end(&p);
}

static void
test_votes_again_replaces(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		assert_true(house_choose(&p, 0, id, i % 2));
	}
	assert_int_equal(house_look(&p, id)->tally->points[0], 1);
	assert_int_equal(house_look(&p, id)->tally->points[1], 0);
	assert_int_equal(house_look(&p, id)->tally->ballots, 1);
	play_end(&p);
}

static void
test_votes_after_the_end_are_refused(void **state)
{
	struct play p;
	const char *id = simple(&p);

	(void)state;
	p.now_us += 3 * DAY_US;
	/* Although nobody has closed it yet. */
	assert_false(house_choose(&p, 0, id, 0));
	assert_string_equal(p.refusal, "voting_over");
	assert_true(house_advance(&p, 0));
	assert_false(house_choose(&p, 0, id, 0));
	assert_int_equal(house_look(&p, id)->verdict, VERDICT(nobody_voted));
	play_end(&p);
}

static void
test_votes_of_strangers_are_refused(void **state)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	uint32_t option = 0;
	struct play p;
	const char *id = simple(&p);

	(void)state;
	in.proposal = (char *)(uintptr_t)id;
	in.ballot = &ballot;
	ballot.options = &option;
	ballot.n_options = 1;
	assert_false(play(&p, "u_zzzzzzzzzz", "Vote", &in.base));
	assert_refused(&p, "not_eligible", "to be a member when voting opened");
	option = 2;
	assert_false(play(&p, house_members[0], "Vote", &in.base));
	assert_refused(&p, "ballot_not_valid", "there is no such option 1");
	play_end(&p);
}

/* ---- quadratic ---- */

static char *colours[] = {(char *)(uintptr_t) "red",
    (char *)(uintptr_t) "green", (char *)(uintptr_t) "blue"};

static void
test_votes_quadratic_cost_their_square(void **state)
{
	static const uint32_t both[] = {0, 1};
	Stoa__Governance__StandingQuery in =
	    STOA__GOVERNANCE__STANDING_QUERY__INIT;
	Stoa__Governance__StandingReply out =
	    STOA__GOVERNANCE__STANDING_REPLY__INIT;
	const char *first, *second;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	first = house_vote_open(&p, "FINE_TUNE", colours, 3, NULL);
	second = house_vote_open(&p, "FINE_TUNE", colours, 3, NULL);
	/* 100 credits: 8 and 6 votes are all of them. */
	assert_false(
	    house_cast(&p, 0, first, both, 2, (const uint32_t[]){8, 7}));
	assert_refused(&p, "credits_exceeded", "113 100");
	assert_true(
	    house_cast(&p, 0, first, both, 2, (const uint32_t[]){8, 6}));
	/* One budget for all votes of the round. */
	assert_false(house_cast(&p, 0, second, both, 1, (const uint32_t[]){1}));
	assert_refused(&p, "credits_exceeded", "1 0");
	/* A new ballot gives back what the old one cost. */
	assert_true(house_cast(&p, 0, first, both, 1, (const uint32_t[]){6}));
	assert_true(house_cast(&p, 0, second, both, 1, (const uint32_t[]){8}));
	assert_int_equal(house_look(&p, first)->tally->points[0], 6);
	assert_int_equal(house_look(&p, second)->tally->points[0], 8);
	in.member = house_members[0];
	in.now_us = p.now_us;
	assert_int_equal(
	    governance_query_standing(p.state, &in, &p.arena, &out), STOA_OK);
	assert_int_equal(out.spent, 100);
	assert_true(out.round_ends_us > p.now_us);
	/* The next round begins anew. */
	in.now_us = out.round_ends_us;
	assert_int_equal(
	    governance_query_standing(p.state, &in, &p.arena, &out), STOA_OK);
	assert_int_equal(out.spent, 0);
	play_end(&p);
}

/* Every delegator pays from their own line: no root of a pooled sum. */
static void
test_votes_quadratic_delegates_count_for_each(void **state)
{
	static const uint32_t red[] = {0};
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "FINE_TUNE", colours, 3, NULL);
	assert_true(house_delegate(&p, 1, 0, ""));
	assert_true(house_delegate(&p, 2, 0, "FINE_TUNE"));
	assert_true(house_cast(&p, 0, id, red, 1, (const uint32_t[]){10}));
	assert_int_equal(house_look(&p, id)->tally->points[0], 30);
	assert_int_equal(house_look(&p, id)->tally->delegated, 2);
	/* An own vote is worth more than anybody's word. */
	assert_true(house_cast(&p, 1, id, red, 1, (const uint32_t[]){2}));
	assert_int_equal(house_look(&p, id)->tally->points[0], 22);
	assert_int_equal(house_look(&p, id)->tally->delegated, 1);
	play_end(&p);
}

/* ---- the quorum ---- */

static void
double_quorum(Stoa__Governance__FoundRequest *found)
{
	found->rules[0]->quorum_bp = 6000;
}

static void
test_votes_a_late_quorum_extends_once(void **state)
{
	Stoa__Governance__Proposal *v;
	const char *id;
	int64_t ends_us;
	struct play p;

	(void)state;
	house_open(&p, double_quorum);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	ends_us = house_look(&p, id)->ends_us;
	assert_true(house_choose(&p, 0, id, 0));
	assert_true(house_choose(&p, 1, id, 0));
	p.now_us = ends_us - HOUR_US;
	/* Who is only against does not help the quorum. */
	assert_true(house_choose(&p, 4, id, 1));
	assert_int_equal(house_look(&p, id)->ends_us, ends_us);
	assert_true(house_choose(&p, 2, id, 0));
	v = house_look(&p, id);
	assert_true(v->is_extended);
	assert_int_equal(v->ends_us, p.now_us + 6 * HOUR_US);
	/* Taken back and reached again: only once. */
	p.now_us += 5 * HOUR_US;
	assert_true(house_choose(&p, 2, id, 1));
	assert_true(house_choose(&p, 2, id, 0));
	assert_int_equal(house_look(&p, id)->ends_us, v->ends_us);
	play_end(&p);
}

static void
test_votes_delegation_moves_the_quorum(void **state)
{
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, double_quorum);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_true(house_choose(&p, 0, id, 0));
	assert_false(house_look(&p, id)->tally->has_quorum);
	assert_true(house_delegate(&p, 1, 0, ""));
	assert_true(house_delegate(&p, 2, 0, ""));
	assert_true(house_look(&p, id)->tally->has_quorum);
	/* For this type somebody who has not voted. */
	assert_true(house_delegate(&p, 2, 4, "FEATURE_REQUEST"));
	assert_false(house_look(&p, id)->tally->has_quorum);
	assert_int_equal(house_look(&p, id)->tally->helping, 2);
	play_end(&p);
}

/* ---- what is told ---- */

static enum governance_effect
effect_of(const struct play *p, const char *id, uint32_t *ret_reminder)
{
	const struct proposal *look = governance_get(p->state, stoa_str_of(id));
	struct stoa_wall now = {p->now_us};

	*ret_reminder = governance_reminder(look, now);
	return governance_effect_of(look, now);
}

static void
told(struct play *p, const char *id, uint32_t reminder)
{
	Stoa__Governance__RecordToldRequest in =
	    STOA__GOVERNANCE__RECORD_TOLD_REQUEST__INIT;

	in.proposal = (char *)(uintptr_t)id;
	in.state = STATE(ACTIVE);
	in.reminder = reminder;
	assert_true(play(p, "@governance", "RecordTold", &in.base));
	assert_int_equal(p->events, 1);
	/* Stored twice, it is recorded once. */
	assert_true(play(p, "@governance", "RecordTold", &in.base));
	assert_int_equal(p->events, 0);
}

static void
early_reminders(Stoa__Governance__FoundRequest *found)
{
	double_quorum(found);
	found->charter->reminder_us = 30 * HOUR_US;
	found->charter->last_reminder_us = 2 * HOUR_US;
}

/* Each once, in its time: opened, extended, reminded, reminded again. */
static void
test_votes_reminders_come_once(void **state)
{
	uint32_t reminder;
	const char *id;
	int64_t ends_us;
	struct play p;

	(void)state;
	house_open(&p, early_reminders);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	ends_us = house_look(&p, id)->ends_us;
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_TELL);
	assert_int_equal(reminder, 0);
	told(&p, id, 0);
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_NOTHING);
	p.now_us = ends_us - 30 * HOUR_US;
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_TELL);
	assert_int_equal(reminder, 1);
	told(&p, id, 1);
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_NOTHING);
	p.now_us = ends_us - HOUR_US;
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_TELL);
	assert_int_equal(reminder, 2);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(house_choose(&p, i, id, 0));
	}
	assert_true(house_look(&p, id)->is_extended);
	/* That goes first, and the last call comes before the new end. */
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_TELL);
	assert_int_equal(reminder, GOVERNANCE_EXTENDED);
	told(&p, id, GOVERNANCE_EXTENDED);
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_NOTHING);
	p.now_us = house_look(&p, id)->ends_us - HOUR_US;
	(void)effect_of(&p, id, &reminder);
	assert_int_equal(reminder, 2);
	told(&p, id, 2);
	assert_int_equal(effect_of(&p, id, &reminder), GOVERNANCE_NOTHING);
	play_end(&p);
}

/* ---- secret ballots ---- */

static void
secret_rule(Stoa__Governance__FoundRequest *found)
{
	found->rules[0]->reveal_us = HOUR_US;
}

static const uint8_t salt[STOA_HASH_SIZE] = "a salt";

static bool
secret_commit(struct play *p, unsigned member, const char *id, uint32_t option)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	struct stoa_hash hash;

	ballot.options = &option;
	ballot.n_options = 1;
	hash = governance_commitment(&p->arena, stoa_str_of(id),
	    stoa_str_of(house_members[member]),
	    stoa_str_of_bytes(salt, sizeof(salt)), &ballot);
	in.proposal = (char *)(uintptr_t)id;
	in.commitment.data = hash.bytes;
	in.commitment.len = sizeof(hash.bytes);
	return play(p, house_members[member], "Vote", &in.base);
}

static bool
secret_open(struct play *p, unsigned member, const char *id, uint32_t option)
{
	Stoa__Governance__RevealRequest in =
	    STOA__GOVERNANCE__REVEAL_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;

	ballot.options = &option;
	ballot.n_options = 1;
	in.proposal = (char *)(uintptr_t)id;
	in.ballot = &ballot;
	in.salt.data = (uint8_t *)(uintptr_t)salt;
	in.salt.len = sizeof(salt);
	return play(p, house_members[member], "Reveal", &in.base);
}

/* Members of the page after `after`, joined by spaces; "..." if it goes on. */
static const char *
secret_page(struct play *p, const char *id, const char *after, uint32_t limit)
{
	Stoa__Governance__SealedQuery in = STOA__GOVERNANCE__SEALED_QUERY__INIT;
	Stoa__Governance__SealedReply out =
	    STOA__GOVERNANCE__SEALED_REPLY__INIT;
	const char *text = "";

	in.proposal = (char *)(uintptr_t)id;
	in.after = (char *)(uintptr_t)after;
	in.limit = limit;
	assert_int_equal(
	    governance_query_sealed(p->state, &in, &p->arena, &out), STOA_OK);
	assert_int_equal(out.state, house_look(p, id)->state);
	for (size_t i = 0; i < out.n_ballots; i++) {
		assert_int_equal(out.ballots[i]->commitment.len, 32);
		text = stoa_arena_printf(
		    &p->arena, "%s%.3s ", text, out.ballots[i]->member);
	}
	return out.next[0] == '\0'
		   ? text
		   : stoa_arena_printf(&p->arena, "%s...", text);
}

static void
test_votes_secret_ones_are_listed_until_they_are_open(void **state)
{
	Stoa__Governance__BallotQuery own =
	    STOA__GOVERNANCE__BALLOT_QUERY__INIT;
	Stoa__Governance__BallotReply got =
	    STOA__GOVERNANCE__BALLOT_REPLY__INIT;
	struct play p;
	const char *id;

	(void)state;
	house_open(&p, secret_rule);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_string_equal(secret_page(&p, id, "", 0), "");
	assert_true(secret_commit(&p, 3, id, 1));
	assert_true(secret_commit(&p, 0, id, 0));
	assert_true(secret_commit(&p, 4, id, 0));
	assert_true(secret_commit(&p, 3, id, 0)); /* instead */
	assert_null(house_look(&p, id)->tally);
	assert_int_equal(house_look(&p, id)->committed, 3);
	assert_string_equal(secret_page(&p, id, "", 0), "u_a u_d u_e ");
	assert_string_equal(secret_page(&p, id, "", 2), "u_a u_d ...");
	assert_string_equal(secret_page(&p, id, house_members[3], 2), "u_e ");
	own.proposal = (char *)(uintptr_t)id;
	own.member = house_members[3];
	assert_int_equal(
	    governance_query_ballot(p.state, &own, &p.arena, &got), STOA_OK);
	assert_true(got.is_committed);
	assert_int_equal(got.commitment.len, 32);
	assert_null(got.ballot);
	assert_true(house_advance(&p, 3 * DAY_US));
	assert_int_equal(house_look(&p, id)->state, STATE(REVEAL));
	/* Not what was committed last. */
	assert_false(secret_open(&p, 3, id, 1));
	assert_string_equal(p.refusal, "commitment_differs");
	assert_true(secret_open(&p, 3, id, 0));
	assert_true(secret_open(&p, 0, id, 0));
	assert_string_equal(secret_page(&p, id, "", 0), "u_e ");
	assert_true(house_advance(&p, HOUR_US));
	assert_int_equal(house_look(&p, id)->state, STATE(SUCCEEDED));
	assert_int_equal(house_look(&p, id)->tally->ballots, 2);
	play_end(&p);
}

/* ---- what follows ---- */

static Stoa__Governance__Action
payment(Stoa__Governance__Payment *to)
{
	Stoa__Governance__Action a = STOA__GOVERNANCE__ACTION__INIT;

	stoa__governance__payment__init(to);
	to->to = house_members[3];
	to->amount_micro = 1000000;
	a.kind_case = STOA__GOVERNANCE__ACTION__KIND_TRANSFER;
	a.transfer = to;
	return a;
}

static void
test_votes_are_executed_once_after_the_timelock(void **state)
{
	Stoa__Governance__Payment to;
	Stoa__Governance__Action action = payment(&to);
	const struct proposal *look;
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "TREASURY", NULL, 0, &action);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(house_choose(&p, i, id, 0));
	}
	assert_true(house_advance(&p, 5 * DAY_US));
	assert_int_equal(house_look(&p, id)->state, STATE(QUEUED));
	assert_false(house_executed(&p, id, 0, 1, false));
	assert_string_equal(p.refusal, "stale");
	assert_true(house_advance(&p, 2 * DAY_US - 1));
	assert_int_equal(house_look(&p, id)->state, STATE(QUEUED));
	assert_true(house_advance(&p, 1));
	assert_int_equal(house_look(&p, id)->state, STATE(EXECUTING));
	look = governance_get(p.state, stoa_str_of(id));
	assert_int_equal(
	    governance_effect_of(look, (struct stoa_wall){p.now_us}),
	    GOVERNANCE_EXECUTE);
	assert_true(house_executed(&p, id, 0, 1, true));
	assert_int_equal(house_look(&p, id)->state, STATE(FAILED));
	{
		Stoa__Governance__RetryRequest in =
		    STOA__GOVERNANCE__RETRY_REQUEST__INIT;
		Stoa__Governance__ActorFacts facts =
		    STOA__GOVERNANCE__ACTOR_FACTS__INIT;

		facts.role = STOA__ACCOUNTS__ROLE__MEMBER;
		in.proposal = (char *)(uintptr_t)id;
		in.facts = &facts;
		assert_true(play(&p, house_members[4], "Retry", &in.base));
	}
	/* What an earlier attempt says now is too late. */
	assert_false(house_executed(&p, id, 0, 1, false));
	assert_true(house_executed(&p, id, 0, 2, false));
	assert_int_equal(house_look(&p, id)->state, STATE(EXECUTED));
	assert_false(house_executed(&p, id, 0, 2, false));
	play_end(&p);
}

static void
test_votes_change_rules_by_themselves(void **state)
{
	Stoa__Governance__Action action = STOA__GOVERNANCE__ACTION__INIT;
	Stoa__Governance__FoundRequest found;
	Stoa__Governance__RulesQuery in = STOA__GOVERNANCE__RULES_QUERY__INIT;
	Stoa__Governance__RulesReply out = STOA__GOVERNANCE__RULES_REPLY__INIT;
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	governance_defaults(&p.arena, &found);
	action.kind_case = STOA__GOVERNANCE__ACTION__KIND_RULE;
	action.rule = found.rules[0];
	action.rule->quorum_bp = 4200;
	id = house_vote_open(&p, "PARAMETER", NULL, 0, &action);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(house_choose(&p, i, id, 0));
	}
	assert_true(house_advance(&p, 5 * DAY_US));
	assert_true(house_advance(&p, 2 * DAY_US));
	assert_int_equal(house_look(&p, id)->state, STATE(EXECUTED));
	assert_int_equal(
	    governance_query_rules(p.state, &in, &p.arena, &out), STOA_OK);
	assert_int_equal(out.rules[0]->quorum_bp, 4200);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_votes_majority_passes),
	    cmocka_unit_test(test_votes_half_is_not_more_than_half),
	    cmocka_unit_test(test_votes_again_replaces),
	    cmocka_unit_test(test_votes_after_the_end_are_refused),
	    cmocka_unit_test(test_votes_of_strangers_are_refused),
	    cmocka_unit_test(test_votes_quadratic_cost_their_square),
	    cmocka_unit_test(test_votes_quadratic_delegates_count_for_each),
	    cmocka_unit_test(test_votes_a_late_quorum_extends_once),
	    cmocka_unit_test(test_votes_delegation_moves_the_quorum),
	    cmocka_unit_test(test_votes_reminders_come_once),
	    cmocka_unit_test(
		test_votes_secret_ones_are_listed_until_they_are_open),
	    cmocka_unit_test(test_votes_are_executed_once_after_the_timelock),
	    cmocka_unit_test(test_votes_change_rules_by_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
