#include "accounts/accounts.h"

#include "accounts/limits.h"
#include "base/id.h"

#include "../play.h"

static char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb",
	    eve[] = "u_eeeeeeeeee";

static void
open_community(struct play *p)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;

	play_begin(p, &accounts_core, "c_aaaaaaaaaa");
	open.name = (char *)(uintptr_t) "agora";
	open.welcome_grant_micro = 5000;
	assert_true(play(p, ann, "OpenCommunity", &open.base));
	join.member = bob;
	assert_true(play(p, "@bot", "Join", &join.base));
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
assert_balanced(const struct play *p)
{
	Stoa__Accounts__AuditQuery in = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply out = STOA__ACCOUNTS__AUDIT_REPLY__INIT;

	assert_int_equal(accounts_audit(p->state, &in, &out), STOA_OK);
	assert_int_equal(out.joy_sum_micro, 0);
	assert_int_equal(out.credit_sum_micro, 0);
}

static bool
issue(struct play *p, const char *actor, char *to, int64_t micro)
{
	Stoa__Accounts__IssueRequest in = STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	in.member = to;
	in.amount_micro = micro;
	return play(p, actor, "Issue", &in.base);
}

static bool
transfer(struct play *p, const char *from, char *to, int64_t micro)
{
	Stoa__Accounts__TransferRequest in =
	    STOA__ACCOUNTS__TRANSFER_REQUEST__INIT;

	in.to = to;
	in.asset = STOA__ACCOUNTS__ASSET__JOY;
	in.amount_micro = micro;
	return play(p, from, "Transfer", &in.base);
}

static bool
hold(struct play *p, char *member, int64_t micro, int64_t seconds)
{
	Stoa__Accounts__HoldRequest in = STOA__ACCOUNTS__HOLD_REQUEST__INIT;

	in.member = member;
	in.amount_micro = micro;
	in.expires_us = p->now_us + seconds * STOA_US_PER_S;
	in.purpose = (char *)(uintptr_t) "job:j_x";
	return play(p, "@training", "Hold", &in.base);
}

static struct stoa_id
last_hold(const struct play *p)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)p->next_id);
	return stoa_id_derive('h', stoa_str_of(p->community),
	    STOA_STR("@training"), stoa_str_of(id), 0);
}

static void
test_first_member_owns_and_gets_the_grant(void **state)
{
	struct play p;

	(void)state;
	open_community(&p);
	assert_int_equal(balance(&p, ann).role, STOA__ACCOUNTS__ROLE__OWNER);
	assert_int_equal(balance(&p, ann).credit_micro, 5000);
	assert_int_equal(balance(&p, bob).role, STOA__ACCOUNTS__ROLE__MEMBER);
	assert_int_equal(balance(&p, bob).credit_micro, 5000);
	assert_balanced(&p);
	play_end(&p);
}

static void
test_transfer_moves_and_refuses_by_name(void **state)
{
	struct play p;

	(void)state;
	open_community(&p);
	assert_true(issue(&p, ann, ann, 100));
	assert_true(transfer(&p, ann, bob, 30));
	assert_int_equal(balance(&p, ann).joy_micro, 70);
	assert_int_equal(balance(&p, bob).joy_micro, 30);
	assert_true(balance(&p, bob).is_unbacked);
	assert_false(transfer(&p, ann, bob, 71));
	assert_refused(&p, "insufficient_funds", "u_aaaaaaaaaa 70 71");
	assert_false(transfer(&p, ann, bob, 0));
	assert_refused(&p, "amount_not_positive", "0");
	assert_false(transfer(&p, ann, bob, -5));
	assert_refused(&p, "amount_not_positive", "-5");
	assert_false(transfer(&p, ann, bob, INT64_MAX));
	assert_refused(
	    &p, "amount_too_large", "9223372036854775807 1000000000000000");
	assert_false(transfer(&p, ann, eve, 1));
	assert_refused(&p, "no_such_member", "u_eeeeeeeeee");
	assert_false(transfer(&p, ann, ann, 1));
	assert_refused(&p, "same_account", "u_aaaaaaaaaa");
	assert_balanced(&p);
	play_end(&p);
}

static void
test_only_the_owner_issues(void **state)
{
	struct play p;

	(void)state;
	open_community(&p);
	assert_false(issue(&p, bob, bob, 100));
	assert_refused(&p, "not_permitted", "the role owner");
	play_end(&p);
}

static void
test_hold_takes_credit_first_and_posts_a_part(void **state)
{
	struct play p;
	struct stoa_id id;
	Stoa__Accounts__PostHoldRequest post =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;

	(void)state;
	open_community(&p);
	assert_true(issue(&p, ann, bob, 1000));
	assert_true(hold(&p, bob, 5400, 60));
	id = last_hold(&p);
	assert_int_equal(balance(&p, bob).held_credit_micro, 5000);
	assert_int_equal(balance(&p, bob).held_joy_micro, 400);
	assert_int_equal(balance(&p, bob).joy_micro, 600);
	post.hold = id.text;
	post.payee = (char *)(uintptr_t) "@treasury";
	post.amount_micro = 5401;
	assert_false(play(&p, "@training", "PostHold", &post.base));
	assert_refused(&p, "amount_too_large", "5401 5400");
	post.amount_micro = 5100;
	assert_true(play(&p, "@training", "PostHold", &post.base));
	assert_int_equal(balance(&p, bob).credit_micro, 0);
	assert_int_equal(balance(&p, bob).joy_micro, 900);
	assert_int_equal(balance(&p, bob).held_joy_micro, 0);
	assert_false(play(&p, "@training", "PostHold", &post.base));
	assert_string_equal(p.refusal, "no_such_hold");
	assert_balanced(&p);
	play_end(&p);
}

/* One payment of each pair (who, micro), ended by NULL. */
struct part {
	const char *to;
	int64_t micro;
};

static bool
pay(struct play *p, char *hold_id, const struct part *parts, bool is_last)
{
	Stoa__Accounts__PayHoldRequest in =
	    STOA__ACCOUNTS__PAY_HOLD_REQUEST__INIT;
	Stoa__Accounts__Payment payments[ACCOUNTS_PAYMENTS_MAX + 1];
	Stoa__Accounts__Payment *list[ACCOUNTS_PAYMENTS_MAX + 1];

	for (; parts->to != NULL; parts++) {
		Stoa__Accounts__Payment *to = &payments[in.n_payments];

		stoa__accounts__payment__init(to);
		to->to = (char *)(uintptr_t)parts->to;
		to->amount_micro = parts->micro;
		list[in.n_payments++] = to;
	}
	in.hold = hold_id;
	in.payments = list;
	in.is_last = is_last;
	return play(p, "@training", "PayHold", &in.base);
}

static void
test_pay_hold_pays_several_or_nobody(void **state)
{
	static const struct {
		struct part parts[3];
		bool is_last;
		const char *refusal, *args;
	} wrong[] = {
	    {{{"u_bbbbbbbbbb", 5000}, {"@treasury", 401}}, true,
		"amount_too_large", "5401 5400"},
	    {{{"u_zzzzzzzzzz", 1}}, true, "no_such_member", "u_zzzzzzzzzz"},
	    {{{"@treasury", 0}}, true, "amount_not_positive", "0"},
	    {{{"@treasury", -1}}, true, "amount_not_positive", "-1"},
	    {{{"@treasury", INT64_MAX}, {"@treasury", 1}}, true,
		"amount_too_large", "1 1000000000000000"},
	    {{{NULL, 0}}, false, "too_many", "payments 32"},
	};
	struct play p;
	struct stoa_id id;

	(void)state;
	open_community(&p);
	assert_true(issue(&p, ann, bob, 1000));
	assert_true(hold(&p, bob, 5400, 60));
	id = last_hold(&p);
	for (size_t i = 0; i < STOA_COUNT(wrong); i++) {
		assert_false(
		    pay(&p, id.text, wrong[i].parts, wrong[i].is_last));
		assert_refused(&p, wrong[i].refusal, wrong[i].args);
	}
	assert_int_equal(balance(&p, bob).held_credit_micro, 5000);

	/* 5000 of credit, then Joy: the second payment is of both. */
	assert_true(pay(&p, id.text,
	    (const struct part[]){{ann, 4990}, {"@treasury", 20}, {NULL, 0}},
	    false));
	assert_int_equal(balance(&p, ann).credit_micro, 5000 + 4990);
	assert_int_equal(balance(&p, bob).held_credit_micro, 0);
	assert_int_equal(balance(&p, bob).held_joy_micro, 390);
	assert_balanced(&p);
	assert_true(pay(&p, id.text,
	    (const struct part[]){{ann, 90}, {ann, 1}, {NULL, 0}}, true));
	assert_int_equal(balance(&p, ann).joy_micro, 91);
	assert_int_equal(balance(&p, bob).joy_micro, 600 + 299);
	assert_int_equal(balance(&p, bob).held_joy_micro, 0);
	assert_false(pay(&p, id.text, (const struct part[]){{NULL, 0}}, true));
	assert_string_equal(p.refusal, "no_such_hold");
	assert_balanced(&p);
	play_end(&p);
}

static void
test_hold_of_joy_alone_leaves_credit(void **state)
{
	struct play p;
	Stoa__Accounts__HoldRequest in = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	struct stoa_id id;

	(void)state;
	open_community(&p);
	assert_true(issue(&p, ann, bob, 1000));
	in.member = bob;
	in.amount_micro = 1001;
	in.expires_us = p.now_us + 1;
	in.asset = STOA__ACCOUNTS__ASSET__CREDIT;
	assert_false(play(&p, "@training", "Hold", &in.base));
	assert_refused(&p, "not_permitted", "the asset Joy");
	in.asset = STOA__ACCOUNTS__ASSET__JOY;
	assert_false(play(&p, "@training", "Hold", &in.base));
	assert_refused(&p, "insufficient_funds", "u_bbbbbbbbbb 1000 1001");
	in.amount_micro = 1000;
	assert_true(play(&p, "@training", "Hold", &in.base));
	id = last_hold(&p);
	assert_int_equal(balance(&p, bob).held_joy_micro, 1000);
	assert_int_equal(balance(&p, bob).credit_micro, 5000);
	assert_true(pay(&p, id.text, (const struct part[]){{NULL, 0}}, true));
	assert_int_equal(balance(&p, bob).joy_micro, 1000);
	assert_balanced(&p);
	play_end(&p);
}

static void
test_void_and_expiry_give_everything_back(void **state)
{
	struct play p;
	struct stoa_id id;
	Stoa__Accounts__VoidHoldRequest none =
	    STOA__ACCOUNTS__VOID_HOLD_REQUEST__INIT;
	Stoa__Accounts__ExpireHoldsRequest expire =
	    STOA__ACCOUNTS__EXPIRE_HOLDS_REQUEST__INIT;

	(void)state;
	open_community(&p);
	assert_true(hold(&p, bob, 2000, 60));
	id = last_hold(&p);
	none.hold = id.text;
	assert_false(play(&p, bob, "VoidHold", &none.base));
	assert_refused(&p, "not_permitted", "a daemon");
	assert_true(play(&p, "@training", "VoidHold", &none.base));
	assert_int_equal(balance(&p, bob).credit_micro, 5000);
	assert_int_equal(
	    accounts_core.next_due(p.state).us, STOA_WALL_NEVER.us);

	assert_true(hold(&p, bob, 2000, 60));
	assert_true(hold(&p, bob, 500, 30));
	assert_int_equal(
	    accounts_core.next_due(p.state).us, p.now_us + 30 * STOA_US_PER_S);
	p.now_us += 31 * STOA_US_PER_S;
	assert_true(play(&p, "@accounts", "ExpireHolds", &expire.base));
	assert_int_equal(p.events, 1);
	assert_int_equal(balance(&p, bob).held_credit_micro, 2000);
	p.now_us += 60 * STOA_US_PER_S;
	assert_true(play(&p, "@accounts", "ExpireHolds", &expire.base));
	assert_int_equal(balance(&p, bob).credit_micro, 5000);
	assert_balanced(&p);
	play_end(&p);
}

static void
test_roles_never_reach_above_their_giver(void **state)
{
	struct play p;
	Stoa__Accounts__SetRoleRequest in =
	    STOA__ACCOUNTS__SET_ROLE_REQUEST__INIT;

	(void)state;
	open_community(&p);
	in.member = bob;
	in.role = STOA__ACCOUNTS__ROLE__ADMIN;
	assert_false(play(&p, bob, "SetRole", &in.base));
	assert_refused(&p, "not_permitted", "the role admin");
	assert_true(play(&p, ann, "SetRole", &in.base));
	in.role = STOA__ACCOUNTS__ROLE__OWNER;
	assert_false(play(&p, bob, "SetRole", &in.base));
	assert_refused(&p, "not_permitted", "the role owner");
	in.member = ann;
	in.role = STOA__ACCOUNTS__ROLE__MEMBER;
	assert_false(play(&p, ann, "SetRole", &in.base));
	assert_refused(&p, "last_owner", "u_aaaaaaaaaa");
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_first_member_owns_and_gets_the_grant),
	    cmocka_unit_test(test_transfer_moves_and_refuses_by_name),
	    cmocka_unit_test(test_only_the_owner_issues),
	    cmocka_unit_test(test_hold_takes_credit_first_and_posts_a_part),
	    cmocka_unit_test(test_pay_hold_pays_several_or_nobody),
	    cmocka_unit_test(test_hold_of_joy_alone_leaves_credit),
	    cmocka_unit_test(test_void_and_expiry_give_everything_back),
	    cmocka_unit_test(test_roles_never_reach_above_their_giver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
