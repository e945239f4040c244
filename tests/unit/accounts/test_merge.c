/* test_merge.c - two members of a community are one person. */
#include "accounts/accounts.h"
#include "base/id.h"

#include "../play.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define DAY	   INT64_C(86400000000)

static char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb",
	    eve[] = "u_eeeeeeeeee", new[] = "u_nnnnnnnnnn";

static void
join(struct play *p, char *member, char *invited_by)
{
	Stoa__Accounts__JoinRequest in = STOA__ACCOUNTS__JOIN_REQUEST__INIT;

	in.member = member;
	in.invited_by = invited_by;
	assert_true(play(p, "@bot", "Join", &in.base));
}

static void
issue(struct play *p, char *member, int64_t micro)
{
	Stoa__Accounts__IssueRequest in = STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	in.member = member;
	in.amount_micro = micro;
	assert_true(play(p, ann, "Issue", &in.base));
}

static bool
role(struct play *p, const char *actor, char *member, Stoa__Accounts__Role r)
{
	Stoa__Accounts__SetRoleRequest in =
	    STOA__ACCOUNTS__SET_ROLE_REQUEST__INIT;

	in.member = member;
	in.role = r;
	return play(p, actor, "SetRole", &in.base);
}

/* Ann owns it; Bob came a day later, Eve, whom Bob invited, another one. */
static void
begin(struct play *p)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;

	play_begin(p, &accounts_core, "c_aaaaaaaaaa");
	open.name = TEXT("agora");
	open.welcome_grant_micro = 100;
	assert_true(play(p, ann, "OpenCommunity", &open.base));
	p->now_us += DAY;
	join(p, bob, TEXT(""));
	p->now_us += DAY;
	join(p, eve, bob);
}

static bool
merge(struct play *p, const char *actor, const char *member, const char *former)
{
	Stoa__Accounts__MergeRequest in = STOA__ACCOUNTS__MERGE_REQUEST__INIT;

	in.member = TEXT(member);
	in.former = TEXT(former);
	return play(p, actor, "Merge", &in.base);
}

static Stoa__Accounts__BalanceReply
balance(const struct play *p, char *member)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	Stoa__Accounts__BalanceReply out = STOA__ACCOUNTS__BALANCE_REPLY__INIT;

	in.member = member;
	assert_int_equal(accounts_balance(p->state, &in, &out), STOA_OK);
	return out;
}

static void
assert_conserved(const struct play *p)
{
	Stoa__Accounts__AuditQuery in = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply out = STOA__ACCOUNTS__AUDIT_REPLY__INIT;

	assert_int_equal(accounts_audit(p->state, &in, &out), STOA_OK);
	assert_int_equal(out.joy_sum_micro, 0);
	assert_int_equal(out.credit_sum_micro, 0);
}

static Stoa__Accounts__ElectorsReply
electors(struct play *p, uint64_t after)
{
	Stoa__Accounts__ElectorsQuery in = STOA__ACCOUNTS__ELECTORS_QUERY__INIT;
	Stoa__Accounts__ElectorsReply out =
	    STOA__ACCOUNTS__ELECTORS_REPLY__INIT;

	in.after = after;
	assert_int_equal(
	    accounts_electors(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static void
test_merge_adds_what_both_had(void **state)
{
	Stoa__Accounts__ElectorsReply page;
	Stoa__Accounts__BalanceReply b;
	uint64_t version;
	struct play p;

	(void)state;
	begin(&p);
	issue(&p, bob, 3000000);
	issue(&p, eve, 4000000);
	assert_true(role(&p, ann, eve, STOA__ACCOUNTS__ROLE__TRAINER));
	version = electors(&p, 0).version;
	assert_true(merge(&p, "@bot", bob, eve));
	b = balance(&p, bob);
	assert_int_equal(b.joy_micro, 7000000);
	assert_int_equal(b.credit_micro, 200);
	assert_int_equal(b.role, STOA__ACCOUNTS__ROLE__TRAINER);
	assert_string_equal(b.member, "");
	/* The old name is known, and is no member of its own. */
	assert_string_equal(balance(&p, eve).member, bob);
	assert_int_equal(balance(&p, eve).joy_micro, 7000000);
	assert_conserved(&p);
	page = electors(&p, version);
	assert_int_equal(page.n_electors, 2);
	assert_string_equal(page.electors[0]->member, eve);
	assert_int_equal(
	    page.electors[0]->role, STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED);
	assert_string_equal(page.electors[0]->merged_into, bob);
	assert_string_equal(page.electors[1]->member, bob);
	assert_int_equal(page.electors[1]->stake, 7);
	assert_true(page.electors[1]->is_invited);
	/* Twice is once. */
	assert_true(merge(&p, "@bot", bob, eve));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

/* Nobody becomes older than either was, whoever stays. */
static void
test_merge_keeps_the_earlier_day(void **state)
{
	struct play p;
	int64_t joined_us;

	(void)state;
	begin(&p);
	joined_us = electors(&p, 0).electors[1]->joined_us;
	assert_true(merge(&p, "@bot", eve, bob));
	for (size_t i = 0; i < 3; i++) {
		const Stoa__Accounts__Elector *e = electors(&p, 0).electors[i];

		if (strcmp(e->member, eve) == 0) {
			assert_int_equal(e->joined_us, joined_us);
			return play_end(&p);
		}
	}
	fail_msg("%s is no elector", eve);
}

static bool
post(struct play *p, const char *hold, int64_t micro, char *payee)
{
	Stoa__Accounts__PostHoldRequest in =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;

	in.hold = TEXT(hold);
	in.amount_micro = micro;
	in.payee = payee;
	return play(p, "@training", "PostHold", &in.base);
}

static struct stoa_id
hold(struct play *p, char *member, int64_t micro)
{
	Stoa__Accounts__HoldRequest in = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	char command[32];

	in.member = member;
	in.amount_micro = micro;
	in.expires_us = p->now_us + DAY;
	assert_true(play(p, "@training", "Hold", &in.base));
	(void)snprintf(command, sizeof(command), "id-%u", (unsigned)p->next_id);
	return stoa_id_derive('h', STOA_STR("c_aaaaaaaaaa"),
	    STOA_STR("@training"), stoa_str_of(command), 0);
}

/* What is under way settles, by the ids and names it began with. */
static void
test_merge_moves_open_holds(void **state)
{
	Stoa__Accounts__ExpireHoldsRequest expire =
	    STOA__ACCOUNTS__EXPIRE_HOLDS_REQUEST__INIT;
	struct stoa_id first, second, last;
	struct play p;

	(void)state;
	begin(&p);
	issue(&p, bob, 1000);
	issue(&p, eve, 1000);
	first = hold(&p, eve, 600);
	second = hold(&p, bob, 500);
	assert_true(merge(&p, "@bot", bob, eve));
	assert_int_equal(balance(&p, bob).held_credit_micro, 200);
	assert_int_equal(balance(&p, bob).held_joy_micro, 900);
	assert_conserved(&p);
	/* A daemon that has not heard of it asks for the old name. */
	last = hold(&p, eve, 100);
	assert_true(post(&p, first.text, 400, TEXT("@treasury")));
	assert_true(post(&p, second.text, 500, eve));
	assert_int_equal(balance(&p, bob).held_joy_micro, 100);
	p.now_us += 2 * DAY;
	assert_true(play(&p, "@accounts", "ExpireHolds", &expire.base));
	assert_false(post(&p, last.text, 1, ann));
	assert_string_equal(p.refusal, "no_such_hold");
	assert_int_equal(balance(&p, bob).held_joy_micro, 0);
	/* All but what went to the treasury. */
	assert_int_equal(
	    balance(&p, bob).joy_micro + balance(&p, bob).credit_micro, 1800);
	assert_conserved(&p);
	play_end(&p);
}

/* A member who is here under the old name alone goes on under the new one. */
static void
test_merge_into_nobody_is_a_change_of_name(void **state)
{
	Stoa__Accounts__JoinRequest again = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	struct play p;

	(void)state;
	begin(&p);
	assert_true(role(&p, ann, bob, STOA__ACCOUNTS__ROLE__ADMIN));
	assert_true(merge(&p, "@bot", new, bob));
	assert_int_equal(balance(&p, new).role, STOA__ACCOUNTS__ROLE__ADMIN);
	assert_int_equal(balance(&p, new).credit_micro, 100);
	/* Neither name joins again, and is greeted again. */
	again.member = bob;
	assert_false(play(&p, "@bot", "Join", &again.base));
	assert_refused(&p, "already_member", bob);
	/* The old name's commands are the new one's. */
	assert_true(role(&p, bob, eve, STOA__ACCOUNTS__ROLE__TRAINER));
	assert_conserved(&p);
	/* And it goes on to a third. */
	assert_true(merge(&p, "@bot", eve, new));
	assert_string_equal(balance(&p, bob).member, eve);
	assert_int_equal(balance(&p, eve).credit_micro, 200);
	/* Somebody else cannot have it. */
	assert_false(merge(&p, "@bot", ann, bob));
	assert_refused(&p, "merged_away", "u_bbbbbbbbbb u_eeeeeeeeee");
	play_end(&p);
}

static void
test_merge_of_owners_leaves_an_owner(void **state)
{
	struct play p;

	(void)state;
	begin(&p);
	assert_true(role(&p, ann, bob, STOA__ACCOUNTS__ROLE__OWNER));
	assert_true(merge(&p, "@bot", bob, ann));
	assert_int_equal(balance(&p, bob).role, STOA__ACCOUNTS__ROLE__OWNER);
	/* It is the last one now, under either name. */
	assert_false(role(&p, bob, ann, STOA__ACCOUNTS__ROLE__MEMBER));
	assert_string_equal(p.refusal, "last_owner");
	/* An owner who is merged away owns on. */
	assert_true(merge(&p, "@bot", eve, bob));
	assert_false(role(&p, eve, eve, STOA__ACCOUNTS__ROLE__MEMBER));
	assert_string_equal(p.refusal, "last_owner");
	play_end(&p);
}

static void
test_merge_is_the_bots_to_ask_for(void **state)
{
	struct play p;

	(void)state;
	begin(&p);
	assert_false(merge(&p, ann, ann, bob));
	assert_refused(&p, "not_permitted", "an authenticated platform");
	assert_false(merge(&p, "@governance", ann, bob));
	assert_refused(&p, "not_permitted", "an authenticated platform");
	assert_false(merge(&p, "@bot", ann, new));
	assert_refused(&p, "no_such_member", new);
	assert_false(merge(&p, "@bot", "ann", bob));
	assert_refused(&p, "no_such_member", "ann");
	assert_true(merge(&p, "@bot", ann, ann));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

/* Who left an identity is greeted no second time: linking and leaving over and
 * over would make credit. */
static void
test_join_of_somebody_known_brings_no_grant(void **state)
{
	Stoa__Accounts__JoinRequest in = STOA__ACCOUNTS__JOIN_REQUEST__INIT;
	struct play p;

	(void)state;
	begin(&p);
	in.member = new;
	in.is_known = true;
	assert_true(play(&p, "@bot", "Join", &in.base));
	assert_int_equal(balance(&p, new).credit_micro, 0);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_merge_adds_what_both_had),
	    cmocka_unit_test(test_merge_keeps_the_earlier_day),
	    cmocka_unit_test(test_merge_moves_open_holds),
	    cmocka_unit_test(test_merge_into_nobody_is_a_change_of_name),
	    cmocka_unit_test(test_merge_of_owners_leaves_an_owner),
	    cmocka_unit_test(test_merge_is_the_bots_to_ask_for),
	    cmocka_unit_test(test_join_of_somebody_known_brings_no_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
