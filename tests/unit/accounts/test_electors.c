#include "accounts/accounts.h"
#include "base/id.h"

#include "../play.h"

static char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb",
	    eve[] = "u_eeeeeeeeee";

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

static void
begin(struct play *p)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;

	play_begin(p, &accounts_core, "c_aaaaaaaaaa");
	open.name = (char *)(uintptr_t) "agora";
	assert_true(play(p, ann, "OpenCommunity", &open.base));
	join(p, bob, (char *)(uintptr_t) "");
	join(p, eve, bob);
}

static Stoa__Accounts__ElectorsReply
electors(struct play *p, uint64_t after, uint32_t limit)
{
	Stoa__Accounts__ElectorsQuery in = STOA__ACCOUNTS__ELECTORS_QUERY__INIT;
	Stoa__Accounts__ElectorsReply out =
	    STOA__ACCOUNTS__ELECTORS_REPLY__INIT;

	in.after = after;
	in.limit = limit;
	assert_int_equal(
	    accounts_electors(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static void
test_electors_are_told_page_by_page(void **state)
{
	Stoa__Accounts__ElectorsReply page;
	struct play p;

	(void)state;
	begin(&p);
	page = electors(&p, 0, 2);
	assert_int_equal(page.n_electors, 2);
	assert_string_equal(page.electors[0]->member, ann);
	assert_int_equal(page.electors[0]->role, STOA__ACCOUNTS__ROLE__OWNER);
	assert_false(page.is_last);
	page = electors(&p, page.version, 2);
	assert_int_equal(page.n_electors, 1);
	assert_string_equal(page.electors[0]->member, eve);
	assert_true(page.electors[0]->is_invited);
	assert_true(page.is_last);
	page = electors(&p, page.version, 2);
	assert_int_equal(page.n_electors, 0);
	assert_true(page.is_last);
	play_end(&p);
}

/* Who changes while the pages are read comes again at the end. */
static void
test_electors_changed_come_again(void **state)
{
	Stoa__Accounts__ElectorsReply page;
	struct play p;

	(void)state;
	begin(&p);
	page = electors(&p, 0, 1);
	assert_string_equal(page.electors[0]->member, ann);
	issue(&p, ann, 7999999);
	page = electors(&p, page.version, 10);
	assert_int_equal(page.n_electors, 3);
	assert_string_equal(page.electors[2]->member, ann);
	assert_int_equal(page.electors[2]->stake, 7);
	/* Less than a whole Joy is nothing to vote about. */
	issue(&p, ann, 1);
	assert_int_equal(electors(&p, page.version, 10).n_electors, 1);
	issue(&p, ann, 1);
	assert_int_equal(
	    electors(&p, electors(&p, page.version, 10).version, 10).n_electors,
	    0);
	play_end(&p);
}

static void
test_electors_hold_roles_of_the_platform(void **state)
{
	Stoa__Accounts__ObserveRolesRequest in =
	    STOA__ACCOUNTS__OBSERVE_ROLES_REQUEST__INIT;
	char *roles[] = {(char *)(uintptr_t) "11", (char *)(uintptr_t) "22"};
	Stoa__Accounts__ElectorsReply page;
	uint64_t version;
	struct play p;

	(void)state;
	begin(&p);
	version = electors(&p, 0, 10).version;
	in.member = bob;
	in.roles = roles;
	in.n_roles = 2;
	assert_false(play(&p, bob, "ObserveRoles", &in.base));
	assert_refused(&p, "not_permitted", "an authenticated platform");
	assert_true(play(&p, "@bot", "ObserveRoles", &in.base));
	assert_true(play(&p, "@bot", "ObserveRoles", &in.base));
	assert_int_equal(p.events, 0);
	page = electors(&p, version, 10);
	assert_int_equal(page.n_electors, 1);
	assert_int_equal(page.electors[0]->n_platform_roles, 2);
	assert_string_equal(page.electors[0]->platform_roles[1], "22");
	play_end(&p);
}

/* ---- the treasury ---- */

static bool
hold(struct play *p, int64_t micro)
{
	Stoa__Accounts__HoldRequest in = STOA__ACCOUNTS__HOLD_REQUEST__INIT;

	in.member = (char *)(uintptr_t) "@treasury";
	in.amount_micro = micro;
	in.expires_us = p->now_us + 1000000;
	return play(p, "@training", "Hold", &in.base);
}

static bool
spend(struct play *p, const char *actor, int64_t micro)
{
	Stoa__Accounts__SpendRequest in = STOA__ACCOUNTS__SPEND_REQUEST__INIT;

	in.to = bob;
	in.amount_micro = micro;
	return play(p, actor, "Spend", &in.base);
}

static void
test_treasury_pays_what_was_voted(void **state)
{
	Stoa__Accounts__HoldRequest fill = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	Stoa__Accounts__PostHoldRequest post =
	    STOA__ACCOUNTS__POST_HOLD_REQUEST__INIT;
	Stoa__Accounts__AuditQuery audit = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply sums = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	struct stoa_id id;
	struct play p;

	(void)state;
	begin(&p);
	issue(&p, ann, 5000);
	fill.member = ann;
	fill.amount_micro = 5000;
	fill.expires_us = p.now_us + 1000000;
	assert_true(play(&p, "@training", "Hold", &fill.base));
	id = stoa_id_derive('h', STOA_STR("c_aaaaaaaaaa"),
	    STOA_STR("@training"), STOA_STR("id-5"), 0);
	post.hold = id.text;
	post.amount_micro = 5000;
	post.payee = (char *)(uintptr_t) "@treasury";
	assert_true(play(&p, "@training", "PostHold", &post.base));
	assert_false(spend(&p, ann, 10));
	assert_refused(&p, "not_permitted", "an accepted proposal");
	assert_true(spend(&p, "@governance", 2000));
	assert_true(hold(&p, 2500));
	assert_false(spend(&p, "@governance", 501));
	assert_refused(&p, "insufficient_funds", "@treasury 500 501");
	p.now_us += 2000000;
	{
		Stoa__Accounts__ExpireHoldsRequest in =
		    STOA__ACCOUNTS__EXPIRE_HOLDS_REQUEST__INIT;

		assert_true(play(&p, "@accounts", "ExpireHolds", &in.base));
	}
	assert_true(spend(&p, "@governance", 3000));
	assert_int_equal(accounts_audit(p.state, &audit, &sums), STOA_OK);
	assert_int_equal(sums.joy_sum_micro, 0);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_electors_are_told_page_by_page),
	    cmocka_unit_test(test_electors_changed_come_again),
	    cmocka_unit_test(test_electors_hold_roles_of_the_platform),
	    cmocka_unit_test(test_treasury_pays_what_was_voted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
