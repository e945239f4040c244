/* A deposit is asked for once, whatever becomes of the proposal meanwhile. */
#include "house.h"

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define DEPOSIT	    5000000

static Stoa__Governance__ActorFacts owner;

static void
with_deposit(Stoa__Governance__FoundRequest *found)
{
	found->rules[0]->deposit_micro = DEPOSIT;
}

/* A proposal whose deposit has to be asked for. */
static const struct proposal *
opening(struct play *p)
{
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	const struct proposal *made;
	size_t cursor = 0;

	house_open(p, with_deposit);
	house_electors(p);
	stoa__governance__actor_facts__init(&owner);
	owner.role = STOA__ACCOUNTS__ROLE__OWNER;
	in.type = (char *)(uintptr_t) "FEATURE_REQUEST";
	in.title = (char *)(uintptr_t) "A proposal";
	in.facts = &owner;
	assert_true(play(p, house_members[1], "Propose", &in.base));
	made = governance_next_open(p->state, &cursor);
	assert_non_null(made);
	assert_int_equal(governance_state(made), STATE(OPENING));
	return made;
}

static enum governance_effect
effect(const struct play *p, const struct proposal *of)
{
	return governance_effect_of(of, (struct stoa_wall){p->now_us});
}

static void
veto(struct play *p, const struct proposal *of)
{
	Stoa__Governance__VetoRequest in = STOA__GOVERNANCE__VETO_REQUEST__INIT;

	in.proposal = (char *)(uintptr_t)governance_id(of).data;
	in.reason = (char *)(uintptr_t) "no";
	in.facts = &owner;
	assert_true(play(p, house_members[0], "Veto", &in.base));
}

static bool
record(struct play *p, const struct proposal *of, const char *hold)
{
	Stoa__Governance__RecordDepositRequest in =
	    STOA__GOVERNANCE__RECORD_DEPOSIT_REQUEST__INIT;

	in.proposal = (char *)(uintptr_t)governance_id(of).data;
	in.hold = (char *)(uintptr_t)hold;
	return play(p, "@governance", "RecordDeposit", &in.base);
}

static void
told(struct play *p, const struct proposal *of)
{
	Stoa__Governance__RecordToldRequest in =
	    STOA__GOVERNANCE__RECORD_TOLD_REQUEST__INIT;

	in.proposal = (char *)(uintptr_t)governance_id(of).data;
	in.state = governance_state(of);
	assert_true(play(p, "@governance", "RecordTold", &in.base));
}

static bool
is_open(const struct play *p)
{
	size_t cursor = 0;

	return governance_next_open(p->state, &cursor) != NULL;
}

static void
test_deposit_of_one_vetoed_meanwhile_is_kept(void **state)
{
	Stoa__Governance__RecordDepositSettledRequest settled =
	    STOA__GOVERNANCE__RECORD_DEPOSIT_SETTLED_REQUEST__INIT;
	const struct proposal *of;
	struct play p;

	(void)state;
	of = opening(&p);
	assert_int_equal(effect(&p, of), GOVERNANCE_HOLD_DEPOSIT);
	veto(&p, of);
	/* Accounts may hold it already: it is asked until it has said so. */
	assert_int_equal(effect(&p, of), GOVERNANCE_HOLD_DEPOSIT);
	assert_true(record(&p, of, "h_aaaaaaaaaa"));
	assert_int_equal(effect(&p, of), GOVERNANCE_SETTLE_DEPOSIT);
	assert_true(governance_keeps_deposit(of));
	assert_string_equal(governance_hold(of), "h_aaaaaaaaaa");
	settled.proposal = (char *)(uintptr_t)governance_id(of).data;
	assert_true(
	    play(&p, "@governance", "RecordDepositSettled", &settled.base));
	told(&p, of);
	assert_false(is_open(&p));
	play_end(&p);
}

static void
test_deposit_refused_to_one_vetoed_meanwhile_is_over(void **state)
{
	const struct proposal *of;
	struct play p;

	(void)state;
	of = opening(&p);
	veto(&p, of);
	told(&p, of);
	assert_true(is_open(&p));
	assert_true(record(&p, of, ""));
	assert_int_equal(governance_state(of), STATE(VETOED));
	assert_int_equal(effect(&p, of), GOVERNANCE_NOTHING);
	assert_false(is_open(&p));
	assert_true(record(&p, of, "h_aaaaaaaaaa")); /* done already */
	assert_int_equal(p.events, 0);
	play_end(&p);
}

static void
test_deposit_is_what_the_rule_said_at_submission(void **state)
{
	Stoa__Governance__Action action = STOA__GOVERNANCE__ACTION__INIT;
	Stoa__Governance__FoundRequest found;
	const struct proposal *of;
	const char *change;
	struct play p;

	(void)state;
	of = opening(&p);
	governance_defaults(&p.arena, &found);
	action.kind_case = STOA__GOVERNANCE__ACTION__KIND_RULE;
	action.rule = found.rules[0];
	action.rule->deposit_micro = 2 * DEPOSIT;
	change = house_vote_open(&p, "PARAMETER", NULL, 0, &action);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(house_choose(&p, i, change, 0));
	}
	assert_true(house_advance(&p, 5 * DAY_US));
	assert_true(house_advance(&p, 2 * DAY_US));
	assert_int_equal(house_look(&p, change)->state, STATE(EXECUTED));
	assert_int_equal(effect(&p, of), GOVERNANCE_HOLD_DEPOSIT);
	assert_int_equal(governance_deposit(of), DEPOSIT);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deposit_of_one_vetoed_meanwhile_is_kept),
	    cmocka_unit_test(
		test_deposit_refused_to_one_vetoed_meanwhile_is_over),
	    cmocka_unit_test(test_deposit_is_what_the_rule_said_at_submission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
