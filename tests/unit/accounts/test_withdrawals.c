/* test_withdrawals.c - Joy from a chain and back to it. */
#include "accounts/accounts.h"

#include "accounts/limits.h"
#include "base/id.h"

#include "../play.h"

#define JOY INT64_C(1000000)

static char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb";
static uint8_t address[ACCOUNTS_ADDRESS_SIZE] = {7};
static uint8_t transaction[STOA_HASH_SIZE] = {9};

static void
community_open(struct play *p)
{
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__JoinRequest join = STOA__ACCOUNTS__JOIN_REQUEST__INIT;

	play_begin(p, &accounts_core, "c_aaaaaaaaaa");
	open.name = (char *)(uintptr_t) "agora";
	assert_true(play(p, ann, "OpenCommunity", &open.base));
	join.member = bob;
	assert_true(play(p, "@bot", "Join", &join.base));
}

static Stoa__Accounts__BalanceReply
balance(const struct play *p, char *member)
{
	Stoa__Accounts__BalanceQuery in = STOA__ACCOUNTS__BALANCE_QUERY__INIT;
	Stoa__Accounts__BalanceReply out = STOA__ACCOUNTS__BALANCE_REPLY__INIT;
	Stoa__Accounts__AuditQuery ask = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;

	in.member = member;
	assert_int_equal(accounts_balance(p->state, &in, &out), STOA_OK);
	assert_int_equal(accounts_audit(p->state, &ask, &audit), STOA_OK);
	assert_int_equal(audit.joy_sum_micro, 0);
	return out;
}

static bool
deposit(struct play *p, const char *actor, char *member, int64_t micro)
{
	Stoa__Accounts__DepositRequest in =
	    STOA__ACCOUNTS__DEPOSIT_REQUEST__INIT;

	in.member = member;
	in.amount_micro = micro;
	in.memo = (char *)(uintptr_t) "0xabc:1";
	return play(p, actor, "Deposit", &in.base);
}

/* The newest withdrawal of that member. */
static Stoa__Accounts__Withdrawal
newest(struct play *p, char *member)
{
	Stoa__Accounts__WithdrawalsQuery in =
	    STOA__ACCOUNTS__WITHDRAWALS_QUERY__INIT;
	Stoa__Accounts__WithdrawalsReply out =
	    STOA__ACCOUNTS__WITHDRAWALS_REPLY__INIT;

	in.member = member;
	in.now_us = p->now_us;
	assert_int_equal(
	    accounts_withdrawals(p->state, &in, &p->arena, &out), STOA_OK);
	assert_true(out.n_withdrawals > 0);
	return *out.withdrawals[0];
}

static bool
withdraw(struct play *p, const char *actor, int64_t micro)
{
	Stoa__Accounts__WithdrawRequest in =
	    STOA__ACCOUNTS__WITHDRAW_REQUEST__INIT;

	in.amount_micro = micro;
	in.address.data = address;
	in.address.len = sizeof(address);
	return play(p, actor, "Withdraw", &in.base);
}

static bool
cancel(struct play *p, const char *actor, char *id)
{
	Stoa__Accounts__CancelWithdrawalRequest in =
	    STOA__ACCOUNTS__CANCEL_WITHDRAWAL_REQUEST__INIT;

	in.withdrawal = id;
	return play(p, actor, "CancelWithdrawal", &in.base);
}

static bool
record(struct play *p, char *id, bool is_sent)
{
	Stoa__Accounts__RecordWithdrawalRequest in =
	    STOA__ACCOUNTS__RECORD_WITHDRAWAL_REQUEST__INIT;

	in.withdrawal = id;
	in.is_sent = is_sent;
	if (is_sent) {
		in.transaction.data = transaction;
		in.transaction.len = sizeof(transaction);
	} else {
		in.why = (char *)(uintptr_t) "no gas";
	}
	return play(p, "@accounts", "RecordWithdrawal", &in.base);
}

static bool
configure(struct play *p, const char *actor, int64_t delay_us, int64_t day)
{
	Stoa__Accounts__ConfigureRequest in =
	    STOA__ACCOUNTS__CONFIGURE_REQUEST__INIT;
	Stoa__Accounts__Setting a = STOA__ACCOUNTS__SETTING__INIT, b = a;
	Stoa__Accounts__Setting *list[] = {&a, &b};

	a.kind_case = STOA__ACCOUNTS__SETTING__KIND_WITHDRAWAL_DELAY_US;
	a.withdrawal_delay_us = delay_us;
	b.kind_case = STOA__ACCOUNTS__SETTING__KIND_WITHDRAWAL_DAY_MICRO;
	b.withdrawal_day_micro = day;
	in.settings = list;
	in.n_settings = 2;
	return play(p, actor, "Configure", &in.base);
}

static void
test_deposit_is_what_chain_says(void **state)
{
	struct play p;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;

	(void)state;
	community_open(&p);
	assert_false(deposit(&p, ann, ann, 5 * JOY));
	assert_string_equal(p.refusal, "not_permitted");
	assert_false(deposit(&p, "@bot", ann, 5 * JOY));
	assert_string_equal(p.refusal, "not_permitted");
	assert_false(deposit(&p, "@chain", (char *)(uintptr_t) "u_x", JOY));
	assert_string_equal(p.refusal, "no_such_member");
	assert_false(deposit(&p, "@chain", ann, 0));
	assert_string_equal(p.refusal, "amount_not_positive");
	assert_false(deposit(&p, "@chain", ann, INT64_MAX));
	assert_string_equal(p.refusal, "amount_too_large");
	assert_true(deposit(&p, "@chain", ann, 5 * JOY));
	assert_int_equal(balance(&p, ann).joy_micro, 5 * JOY);
	assert_false(balance(&p, ann).is_unbacked);
	/* From now on nobody makes Joy here. */
	issue.member = ann;
	issue.amount_micro = JOY;
	assert_false(play(&p, ann, "Issue", &issue.base));
	assert_refused(&p, "not_permitted", "a community without deposits");
	play_end(&p);
}

static void
test_withdrawal_waits_and_is_sent_once(void **state)
{
	struct play p;
	Stoa__Accounts__Withdrawal w;

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", bob, 50 * JOY));
	assert_true(withdraw(&p, bob, 20 * JOY));
	w = newest(&p, bob);
	assert_int_equal(w.state, STOA__ACCOUNTS__WITHDRAWAL_STATE__WAITING);
	assert_int_equal(w.due_us, p.now_us + ACCOUNTS_WITHDRAWAL_DELAY_US);
	assert_int_equal(balance(&p, bob).joy_micro, 30 * JOY);
	assert_int_equal(balance(&p, bob).held_joy_micro, 20 * JOY);
	p.now_us = w.due_us;
	assert_int_equal(
	    newest(&p, bob).state, STOA__ACCOUNTS__WITHDRAWAL_STATE__SENDING);
	/* It may be on its way: too late. */
	assert_false(cancel(&p, bob, w.id));
	assert_string_equal(p.refusal, "withdrawal_ended");
	assert_true(record(&p, w.id, true));
	assert_int_equal(p.events, 1);
	assert_true(record(&p, w.id, true));
	assert_int_equal(p.events, 0);
	assert_true(record(&p, w.id, false));
	assert_int_equal(p.events, 0);
	w = newest(&p, bob);
	assert_int_equal(w.state, STOA__ACCOUNTS__WITHDRAWAL_STATE__SENT);
	assert_memory_equal(w.transaction.data, transaction, STOA_HASH_SIZE);
	assert_int_equal(balance(&p, bob).joy_micro, 30 * JOY);
	assert_int_equal(balance(&p, bob).held_joy_micro, 0);
	assert_null(accounts_withdrawal(p.state, stoa_str_of(w.id)));
	play_end(&p);
}

static void
test_withdrawal_comes_back_when_cancelled_or_failed(void **state)
{
	struct play p;
	Stoa__Accounts__Withdrawal w;

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", bob, 50 * JOY));
	assert_true(withdraw(&p, bob, 20 * JOY));
	w = newest(&p, bob);
	assert_false(cancel(&p, ann, w.id));
	assert_string_equal(p.refusal, "no_such_withdrawal");
	assert_true(cancel(&p, bob, w.id));
	assert_false(cancel(&p, bob, w.id));
	assert_refused(&p, "withdrawal_ended",
	    stoa_arena_printf(&p.arena, "%s CANCELLED", w.id));
	assert_int_equal(balance(&p, bob).joy_micro, 50 * JOY);
	assert_true(withdraw(&p, bob, 20 * JOY));
	w = newest(&p, bob);
	p.now_us = w.due_us;
	assert_true(record(&p, w.id, false));
	assert_string_equal(newest(&p, bob).why, "no gas");
	assert_int_equal(balance(&p, bob).joy_micro, 50 * JOY);
	play_end(&p);
}

static void
test_withdrawals_keep_to_the_limit_of_the_day(void **state)
{
	struct play p;
	Stoa__Accounts__Withdrawal w;

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", bob, 500 * JOY));
	assert_false(configure(&p, bob, 0, 100 * JOY));
	assert_refused(&p, "not_permitted", "the role admin");
	assert_false(configure(&p, ann, -1, 100 * JOY));
	assert_true(configure(&p, ann, 0, 100 * JOY));
	assert_true(withdraw(&p, bob, 60 * JOY));
	w = newest(&p, bob);
	assert_false(withdraw(&p, bob, 41 * JOY));
	assert_refused(&p, "over_day_limit", "101000000 100000000");
	assert_true(withdraw(&p, bob, 40 * JOY));
	/* What failed does not count, the next day nothing does. */
	assert_true(record(&p, w.id, false));
	assert_true(withdraw(&p, bob, 60 * JOY));
	assert_false(withdraw(&p, bob, 1));
	p.now_us += STOA_US_PER_DAY;
	assert_true(withdraw(&p, bob, 100 * JOY));
	play_end(&p);
}

static void
test_withdrawals_refuse_by_name(void **state)
{
	struct play p;
	Stoa__Accounts__WithdrawRequest in =
	    STOA__ACCOUNTS__WITHDRAW_REQUEST__INIT;
	Stoa__Accounts__IssueRequest issue =
	    STOA__ACCOUNTS__ISSUE_REQUEST__INIT;
	Stoa__Accounts__RecordWithdrawalRequest done =
	    STOA__ACCOUNTS__RECORD_WITHDRAWAL_REQUEST__INIT;
	static uint8_t zero[ACCOUNTS_ADDRESS_SIZE];

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", bob, 5 * JOY));
	assert_false(withdraw(&p, bob, 6 * JOY));
	assert_string_equal(p.refusal, "insufficient_funds");
	assert_false(withdraw(&p, bob, 0));
	assert_string_equal(p.refusal, "amount_not_positive");
	assert_false(withdraw(&p, bob, -1));
	assert_string_equal(p.refusal, "amount_not_positive");
	assert_false(withdraw(&p, bob, INT64_MAX));
	assert_string_equal(p.refusal, "amount_too_large");
	assert_false(withdraw(&p, "u_nobody", JOY));
	assert_string_equal(p.refusal, "no_such_member");
	in.amount_micro = JOY;
	assert_false(play(&p, bob, "Withdraw", &in.base));
	assert_string_equal(p.refusal, "address_not_valid");
	in.address.data = zero;
	in.address.len = sizeof(zero);
	assert_false(play(&p, bob, "Withdraw", &in.base));
	assert_string_equal(p.refusal, "address_not_valid");
	assert_false(play(&p, bob, "RecordWithdrawal", &done.base));
	assert_string_equal(p.refusal, "not_permitted");
	assert_false(play(&p, "@accounts", "RecordWithdrawal", &done.base));
	assert_string_equal(p.refusal, "no_such_withdrawal");
	play_end(&p);

	/* Whose Joy would it be? */
	community_open(&p);
	issue.member = bob;
	issue.amount_micro = 5 * JOY;
	assert_true(play(&p, ann, "Issue", &issue.base));
	assert_true(deposit(&p, "@chain", bob, 5 * JOY));
	assert_false(withdraw(&p, bob, JOY));
	assert_refused(&p, "unbacked_joy", "");
	play_end(&p);
}

static void
test_merged_members_have_one_limit(void **state)
{
	struct play p;
	Stoa__Accounts__MergeRequest in = STOA__ACCOUNTS__MERGE_REQUEST__INIT;
	Stoa__Accounts__Withdrawal w;

	(void)state;
	community_open(&p);
	assert_true(configure(&p, ann, 0, 100 * JOY));
	assert_true(deposit(&p, "@chain", ann, 200 * JOY));
	assert_true(deposit(&p, "@chain", bob, 200 * JOY));
	assert_true(withdraw(&p, ann, 70 * JOY));
	assert_true(withdraw(&p, bob, 30 * JOY));
	w = newest(&p, bob);
	in.member = ann;
	in.former = bob;
	assert_true(play(&p, "@bot", "Merge", &in.base));
	assert_false(withdraw(&p, ann, 1));
	assert_refused(&p, "over_day_limit", "100000001 100000000");
	assert_true(record(&p, w.id, false));
	assert_true(withdraw(&p, bob, 30 * JOY));
	assert_int_equal(balance(&p, ann).held_joy_micro, 100 * JOY);
	play_end(&p);
}

/* What a stranger has got of it on the chain is in the pool no more. */
static void
test_what_the_market_says_has_left_is_the_vaults(void **state)
{
	struct play p;
	Stoa__Accounts__HoldRequest hold = STOA__ACCOUNTS__HOLD_REQUEST__INIT;
	Stoa__Accounts__PayHoldRequest pay =
	    STOA__ACCOUNTS__PAY_HOLD_REQUEST__INIT;
	Stoa__Accounts__Payment payments[2],
	    *list[] = {&payments[0], &payments[1]};
	struct stoa_id id;
	char command[32];

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", bob, 10 * JOY));
	hold.member = bob;
	hold.amount_micro = 10 * JOY;
	hold.expires_us = p.now_us + STOA_US_PER_DAY;
	hold.purpose = (char *)(uintptr_t) "deal:d_aaaaaaaaaa";
	hold.asset = STOA__ACCOUNTS__ASSET__JOY;
	assert_true(play(&p, "@marketplace", "Hold", &hold.base));
	(void)snprintf(command, sizeof(command), "id-%u", (unsigned)p.next_id);
	id = stoa_id_derive('h', stoa_str_of(p.community),
	    STOA_STR("@marketplace"), stoa_str_of(command), 0);
	stoa__accounts__payment__init(&payments[0]);
	payments[0].to = (char *)(uintptr_t) "@vault";
	payments[0].amount_micro = 6 * JOY;
	stoa__accounts__payment__init(&payments[1]);
	payments[1].to = ann;
	payments[1].amount_micro = 3 * JOY;
	pay.hold = id.text;
	pay.payments = list;
	pay.n_payments = 2;
	pay.is_last = true;
	assert_false(play(&p, "@training", "PayHold", &pay.base));
	assert_string_equal(p.refusal, "not_permitted");
	assert_true(play(&p, "@marketplace", "PayHold", &pay.base));
	assert_int_equal(balance(&p, ann).joy_micro, 3 * JOY);
	assert_int_equal(balance(&p, bob).joy_micro, JOY);
	assert_int_equal(balance(&p, bob).held_joy_micro, 0);
	play_end(&p);
}

/* One member's do not keep the others from theirs. */
static void
test_withdraw_is_few_of_one_member_at_a_time(void **state)
{
	struct play p;

	(void)state;
	community_open(&p);
	assert_true(deposit(&p, "@chain", ann, 10 * JOY));
	assert_true(deposit(&p, "@chain", bob, 10 * JOY));
	for (unsigned i = 0; i < ACCOUNTS_WITHDRAWALS_OPEN_OF_ONE_MAX; i++) {
		assert_true(withdraw(&p, bob, 1));
	}
	assert_false(withdraw(&p, bob, 1));
	assert_refused(&p, "too_many", "withdrawals under way 20");
	assert_true(withdraw(&p, ann, 1));
	assert_true(cancel(&p, bob, newest(&p, bob).id));
	assert_true(withdraw(&p, bob, 1));
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_withdraw_is_few_of_one_member_at_a_time),
	    cmocka_unit_test(test_deposit_is_what_chain_says),
	    cmocka_unit_test(test_withdrawal_waits_and_is_sent_once),
	    cmocka_unit_test(
		test_withdrawal_comes_back_when_cancelled_or_failed),
	    cmocka_unit_test(test_withdrawals_keep_to_the_limit_of_the_day),
	    cmocka_unit_test(test_withdrawals_refuse_by_name),
	    cmocka_unit_test(test_merged_members_have_one_limit),
	    cmocka_unit_test(test_what_the_market_says_has_left_is_the_vaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
