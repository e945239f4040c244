/* What the commands of the chain ask for, in which order, and what they refuse
 * before anybody is asked. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/payee.h"

#include "proto/chain.pb-c.h"
#include "proto/marketplace.pb-c.h"

#define MODEL "m_7f2w5k3cqz"
/* EIP-55's own examples. */
#define PAYEE "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
#define OWN   "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
#define VAULT "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"
#define JOY   "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"

#define TEXT(text) ((char *)(uintptr_t)(text))

static int
setup(void **state)
{
	*state = world_new_on_chain();
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- answers ---- */

static ProtobufCBinaryData
bytes_of(struct world *w, const char *text)
{
	struct evm_address *address =
	    stoa_arena_alloc(&w->arena, sizeof(*address));

	assert_true(evm_address_parse_strict(stoa_str_of(text), address));
	return (ProtobufCBinaryData){sizeof(address->bytes), address->bytes};
}

static void
account_answer(struct world *w)
{
	Stoa__Chain__AccountReply reply = STOA__CHAIN__ACCOUNT_REPLY__INIT;
	struct world_call *call = world_expect(w, "Chain", "Account");
	const Stoa__Chain__AccountQuery *in = call->request;

	assert_string_equal(call->community, "w_vault");
	assert_string_equal(in->party->community, COMMUNITY);
	assert_string_equal(in->party->member, MEMBER);
	reply.address = bytes_of(w, OWN);
	reply.joy = bytes_of(w, JOY);
	reply.chain_id = 137;
	reply.explorer = TEXT("https://polygonscan.com");
	world_reply(w, call, &reply.base);
}

static void
vault_answer(struct world *w)
{
	Stoa__Chain__WalletReply reply = STOA__CHAIN__WALLET_REPLY__INIT;

	reply.vault = bytes_of(w, VAULT);
	reply.address = bytes_of(w, VAULT);
	world_reply(w, world_expect(w, "Chain", "Wallet"), &reply.base);
}

static void
listing_answer(struct world *w, bool is_token)
{
	Stoa__Training__ModelReply found = STOA__TRAINING__MODEL_REPLY__INIT;
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;
	Stoa__Marketplace__RightsReply reply =
	    STOA__MARKETPLACE__RIGHTS_REPLY__INIT;
	Stoa__Marketplace__Listing l = STOA__MARKETPLACE__LISTING__INIT;
	static uint8_t token[32] = {[31] = 7};
	static uint8_t claim[] = "{\"payload\":\"e30=\"}";

	model.id = TEXT(MODEL);
	found.model = &model;
	world_reply(w, world_expect(w, "Training", "Model"), &found.base);
	l.model = TEXT(MODEL);
	l.name = TEXT("intents");
	l.owner = TEXT(MEMBER);
	if (is_token) {
		l.token = (ProtobufCBinaryData){sizeof(token), token};
	}
	reply.listing = &l;
	reply.claim = (ProtobufCBinaryData){sizeof(claim) - 1, claim};
	world_reply(w, world_expect(w, "Marketplace", "Rights"), &reply.base);
}

/* ---- tests ---- */

static void
test_without_a_chain_each_says_so(void **state)
{
	static const char *const lines[] = {"/deposit", "/wallet",
	    "/withdraw amount:5 address:" PAYEE, "/withdrawals",
	    "/tokenize " MODEL};
	struct world *w = world_new(1);
	char id[8];

	(void)state;
	(void)world_say(w, ADA, "first", "/balance");
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	for (size_t i = 0; i < STOA_COUNT(lines); i++) {
		(void)snprintf(id, sizeof(id), "n%zu", i);
		(void)world_say(w, ADA, id, lines[i]);
		world_expect_silence(w);
		assert_string_equal(w->final->id, id);
		assert_string_equal(w->final->problem->code, "no_chain");
		assert_non_null(
		    strstr(w->final->plain, "this community has no chain"));
	}
	/* What is there is shown: the claim of who owns it. */
	(void)world_say(w, ADA, "x", "/nft " MODEL);
	listing_answer(w, false);
	assert_non_null(strstr(w->final->plain, "\"payload\""));
	world_free(w);
}

static void
test_deposit_opens_the_account_then_shows_it(void **state)
{
	struct world *w = *state;
	const Stoa__Chain__OpenAccountRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/deposit");
	world_meet(w);
	call = world_expect(w, "Chain", "OpenAccount");
	in = call->request;
	assert_string_equal(call->community, "w_vault");
	assert_string_equal(call->actor, "");
	assert_true(call->command_id[0] != '\0');
	assert_string_equal(in->party->member, MEMBER);
	world_accept(w, call, 3, NULL);
	account_answer(w);
	assert_non_null(strstr(w->final->plain, OWN));
	assert_non_null(strstr(w->final->plain, "Polygon (chain 137)"));
	assert_non_null(strstr(w->final->plain, JOY));
}

static void
test_addresses_that_are_none_are_told_apart(void **state)
{
	static const struct {
		const char *address, *want;
	} table[] = {
	    /* A digit is wrong; the capitals were lost; too short. */
	    {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee", "do not match"},
	    {"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "do not match"},
	    {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "no address"},
	    {"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "without its 0x"},
	    {"0x0000000000000000000000000000000000000000", "nobody has"},
	    {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin"},
	    {"cosmos1depk54cuajgkzea6zpgkq36tnjwdzv4afc3d27", "Cosmos"},
	    {"0x0000000000000000000000000000000000000000000000000000000000000"
	     "002",
		"IOTA or Sui"},
	    {"vitalik.eth", "a name"},
	    {"u_memberbbbb", "a member"},
	    {"TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "Tron"},
	    {"hello", "no address"},
	};
	struct world *w = *state;
	char id[8], line[256];

	(void)world_say(w, ADA, "first", "/withdrawals cancel:w_aaaaaaaaaa");
	world_meet(w);
	world_refuse(w, world_expect(w, "Accounts", "CancelWithdrawal"),
	    "no_such_withdrawal", "w_aaaaaaaaaa");
	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		world_pass(w, 60 * STOA_US_PER_S);
		(void)snprintf(id, sizeof(id), "a%zu", i);
		(void)snprintf(line, sizeof(line),
		    "/withdraw amount:5 address:%s", table[i].address);
		(void)world_say(w, ADA, id, line);
		if (w->calls != NULL) {
			world_meet(w);
		}
		world_expect_silence(w);
		assert_string_equal(w->final->problem->field, "address");
		if (strstr(w->final->plain, table[i].want) == NULL) {
			fail_msg("%s: %s", table[i].address, w->final->plain);
		}
	}
	/* What may be a key is not shown again. */
	(void)world_say(w, ADA, "k",
	    "/withdraw amount:5 address:"
	    "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");
	if (w->calls != NULL) {
		world_meet(w);
	}
	assert_string_equal(w->final->problem->given, "");
	assert_non_null(strstr(w->final->plain, "private key"));
}

static void
test_withdraw_is_shown_then_done_with_the_sum(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__WithdrawalsReply rules =
	    STOA__ACCOUNTS__WITHDRAWALS_REPLY__INIT;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__WithdrawalAsked asked =
	    STOA__ACCOUNTS__WITHDRAWAL_ASKED__INIT;
	const Stoa__Accounts__WithdrawRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/withdraw amount:5 address:" PAYEE);
	world_meet(w);
	account_answer(w);
	vault_answer(w);
	rules.delay_us = 3600 * STOA_US_PER_S;
	rules.day_micro = 1000000000;
	world_reply(w, world_expect(w, "Accounts", "Withdrawals"), &rules.base);
	assert_string_equal(w->final->buttons[0]->command,
	    "/withdraw amount:5 address:" PAYEE " confirm:5");
	assert_non_null(strstr(w->final->plain, "Nothing has happened yet"));
	assert_non_null(strstr(w->final->plain, "Arrives: 5 Joy"));
	/* Another sum than the one that was shown is shown again. */
	(void)world_say(
	    w, ADA, "2", "/withdraw amount:6 address:" PAYEE " confirm:5");
	account_answer(w);
	vault_answer(w);
	world_reply(w, world_expect(w, "Accounts", "Withdrawals"), &rules.base);
	(void)world_say(
	    w, ADA, "3", "/withdraw amount:6 address:" PAYEE " confirm:6");
	account_answer(w);
	vault_answer(w);
	call = world_expect(w, "Accounts", "Withdraw");
	in = call->request;
	assert_string_equal(call->command_id, "3");
	assert_string_equal(call->actor, MEMBER);
	assert_int_equal(in->amount_micro, 6000000);
	assert_int_equal(in->address.len, 20);
	assert_memory_equal(in->address.data, bytes_of(w, PAYEE).data, 20);
	asked.id = TEXT("w_k3v2a7m4xq");
	asked.amount_micro = 6000000;
	asked.address = in->address;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_WITHDRAWAL_ASKED;
	event.withdrawal_asked = &asked;
	world_accept(w, call, 9, &event.base);
	assert_string_equal(
	    w->final->buttons[0]->command, "/withdrawals cancel:w_k3v2a7m4xq");
}

static void
test_nothing_is_sent_to_what_is_the_communitys_own(void **state)
{
	static const char *const own[] = {OWN, VAULT, JOY};
	struct world *w = *state;
	char id[8], line[128];

	for (size_t i = 0; i < STOA_COUNT(own); i++) {
		(void)snprintf(id, sizeof(id), "o%zu", i);
		(void)snprintf(line, sizeof(line),
		    "/withdraw amount:5 address:%s confirm:5", own[i]);
		(void)world_say(w, ADA, id, line);
		if (i == 0) {
			world_meet(w);
		}
		account_answer(w);
		vault_answer(w);
		world_expect_silence(w);
		assert_string_equal(
		    w->final->problem->code, "address_not_valid");
	}
}

static void
test_nft_shows_the_token_though_the_chain_is_silent(void **state)
{
	struct world *w = *state;
	Stoa__Chain__TokenReply token = STOA__CHAIN__TOKEN_REPLY__INIT;

	(void)world_say(w, ADA, "1", "/nft intents");
	world_meet(w);
	listing_answer(w, true);
	token.contract = bytes_of(w, JOY);
	token.owner = bytes_of(w, OWN);
	world_reply(w, world_expect(w, "Chain", "Token"), &token.base);
	assert_non_null(strstr(w->final->plain, "Token: 7"));
	assert_non_null(strstr(w->final->plain, "Contract: " JOY));
	(void)world_say(w, ADA, "2", "/nft intents");
	listing_answer(w, true);
	world_fail(w, world_expect(w, "Chain", "Token"), STOA_UNAVAILABLE);
	assert_non_null(strstr(w->final->plain, "Token: 7"));
	assert_non_null(strstr(w->final->plain, "gave no answer"));
}

static void
test_tokenize_is_asked_twice(void **state)
{
	struct world *w = *state;
	const Stoa__Marketplace__TokenizeRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/tokenize " MODEL);
	world_meet(w);
	listing_answer(w, false);
	world_expect_silence(w);
	assert_string_equal(w->final->buttons[0]->command,
	    "/tokenize model_id:" MODEL " confirm:true");
	(void)world_say(
	    w, ADA, "2", "/tokenize model_id:" MODEL " confirm:true");
	listing_answer(w, false);
	call = world_expect(w, "Marketplace", "Tokenize");
	in = call->request;
	assert_string_equal(in->model, MODEL);
	assert_string_equal(call->command_id, "2");
	assert_false(in->is_on_chain); /* only the market itself says so */
	world_refuse(w, call, "token_already", MODEL);
	assert_non_null(strstr(w->final->plain, "is a token already"));
}

static void
test_saga_is_for_admins_and_tells_what_chain_says(void **state)
{
	struct world *w = *state;
	Stoa__Marketplace__SagaReply saga = STOA__MARKETPLACE__SAGA_REPLY__INIT;
	Stoa__Marketplace__SagaStep step = STOA__MARKETPLACE__SAGA_STEP__INIT;
	Stoa__Marketplace__SagaStep *steps[] = {&step};
	Stoa__Chain__IntentReply intent = STOA__CHAIN__INTENT_REPLY__INIT;
	const Stoa__Marketplace__SagaQuery *in;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/saga " MODEL);
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__ADMIN);
	call = world_expect(w, "Marketplace", "Saga");
	in = call->request;
	assert_string_equal(in->model, MODEL);
	step.name = TEXT("minted");
	step.waits_for = TEXT("admin");
	step.why = TEXT("BadTerms()");
	step.intent = TEXT("i_k3v2a7m4xq");
	saga.steps = steps;
	saga.n_steps = 1;
	world_reply(w, call, &saga.base);
	intent.intent = TEXT("i_k3v2a7m4xq");
	intent.state = STOA__CHAIN__STATE__REVERTED;
	world_reply(w, world_expect(w, "Chain", "Intent"), &intent.base);
	assert_non_null(strstr(w->final->plain, "REVERTED"));
	assert_non_null(strstr(w->final->plain, "BadTerms()"));
	assert_string_equal(
	    w->final->buttons[0]->command, "/saga id:" MODEL " retry:true");
	(void)world_say(w, ADA, "2", "/saga id:" MODEL " retry:true");
	world_balance(w, STOA__ACCOUNTS__ROLE__ADMIN);
	call = world_expect(w, "Marketplace", "Retry");
	assert_string_equal(call->command_id, "2");
	world_refuse(w, call, "nothing_to_retry", MODEL);
	(void)world_say(w, ADA, "3", "/saga d_k3v2a7m4xq");
	world_balance(w, STOA__ACCOUNTS__ROLE__ADMIN);
	call = world_expect(w, "Marketplace", "Saga");
	assert_string_equal(
	    ((const Stoa__Marketplace__SagaQuery *)call->request)->deal,
	    "d_k3v2a7m4xq");
	world_fail(w, call, STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_deal");
}

static void
test_saga_is_not_for_members(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__MembersReply none = STOA__ACCOUNTS__MEMBERS_REPLY__INIT;

	(void)world_say(w, ADA, "1", "/saga " MODEL);
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	/* Who could is looked up, to be named. */
	world_fail(w, world_expect(w, "Accounts", "Members"), STOA_NOT_FOUND);
	world_expect_silence(w);
	assert_int_not_equal(w->final->severity, STOA__CHAT__SEVERITY__SUCCESS);
	world_expect_silence(w);
	/* With an answer the card says who. */
	(void)world_say(w, ADA, "2", "/saga " MODEL);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	world_reply(w, world_expect(w, "Accounts", "Members"), &none.base);
	assert_string_equal(w->final->problem->code, "not_permitted");
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_without_a_chain_each_says_so),
	    TEST(test_deposit_opens_the_account_then_shows_it),
	    TEST(test_addresses_that_are_none_are_told_apart),
	    TEST(test_withdraw_is_shown_then_done_with_the_sum),
	    TEST(test_nothing_is_sent_to_what_is_the_communitys_own),
	    TEST(test_nft_shows_the_token_though_the_chain_is_silent),
	    TEST(test_tokenize_is_asked_twice),
	    TEST(test_saga_is_for_admins_and_tells_what_chain_says),
	    TEST(test_saga_is_not_for_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
