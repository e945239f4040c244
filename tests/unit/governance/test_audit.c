#include "governance/audit.h"
#include "house.h"

/* What a member of the journal's keepers might write into it. */
static const char *
forge(struct play *p, const char *actor, Stoa__Governance__Event *event)
{
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	struct stoa_str bytes = stoa_pack(&p->arena, &event->base);
	ProtobufCBinaryData data = {
	    bytes.len, (uint8_t *)(uintptr_t)bytes.data};

	entry.actor = (char *)(uintptr_t)actor;
	entry.command_id = (char *)(uintptr_t) "forged";
	entry.time_us = p->now_us;
	entry.events = &data;
	entry.n_events = 1;
	return governance_audit(
	    p->state, stoa_str_of(p->community), &entry, &p->arena);
}

static const char *
forge_vote(
    struct play *p, const char *actor, const char *proposal, uint32_t option)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VoteCast cast = STOA__GOVERNANCE__VOTE_CAST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;

	cast.proposal = (char *)(uintptr_t)proposal;
	cast.ballot = &ballot;
	ballot.options = &option;
	ballot.n_options = 1;
	event.kind_case = STOA__GOVERNANCE__EVENT__KIND_VOTE_CAST;
	event.vote_cast = &cast;
	return forge(p, actor, &event);
}

static void
test_audit_finds_ballots_that_were_not_allowed(void **state)
{
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_null(forge_vote(&p, house_members[1], id, 0));
	assert_non_null(forge_vote(&p, "u_zzzzzzzzzz", id, 0));
	assert_non_null(forge_vote(&p, house_members[1], id, 2));
	p.now_us += 3 * DAY_US;
	assert_non_null(forge_vote(&p, house_members[1], id, 0));
	play_end(&p);
}

static void
test_audit_finds_a_wrong_count(void **state)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VotingClosed closed =
	    STOA__GOVERNANCE__VOTING_CLOSED__INIT;
	const char *id;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	house_electors(&p);
	id = house_vote_open(&p, "FEATURE_REQUEST", NULL, 0, NULL);
	assert_true(house_choose(&p, 0, id, 0));
	closed.proposal = (char *)(uintptr_t)id;
	closed.tally = house_look(&p, id)->tally;
	closed.verdict = STOA__GOVERNANCE__VERDICT__passed;
	event.kind_case = STOA__GOVERNANCE__EVENT__KIND_VOTING_CLOSED;
	event.voting_closed = &closed;
	/* Too early. */
	assert_non_null(forge(&p, "@governance", &event));
	p.now_us += 3 * DAY_US;
	assert_null(forge(&p, "@governance", &event));
	closed.tally->points[0]++;
	assert_non_null(forge(&p, "@governance", &event));
	closed.tally->points[0]--;
	closed.verdict = STOA__GOVERNANCE__VERDICT__rejected;
	assert_non_null(forge(&p, "@governance", &event));
	play_end(&p);
}

static void
test_audit_finds_rules_changed_by_nobody(void **state)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__RuleSet set = STOA__GOVERNANCE__RULE_SET__INIT;
	Stoa__Governance__FoundRequest found;
	struct play p;

	(void)state;
	house_open(&p, NULL);
	governance_defaults(&p.arena, &found);
	set.rule = found.rules[0];
	set.rule->quorum_bp = 1;
	event.kind_case = STOA__GOVERNANCE__EVENT__KIND_RULE_SET;
	event.rule_set = &set;
	assert_non_null(forge(&p, "@governance", &event));
	assert_non_null(forge(&p, house_members[0], &event));
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_audit_finds_ballots_that_were_not_allowed),
	    cmocka_unit_test(test_audit_finds_a_wrong_count),
	    cmocka_unit_test(test_audit_finds_rules_changed_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
