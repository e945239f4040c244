/* What accounts asks of chain for a withdrawal, over a simulated journal: the
 * test is the bus. */
#include "accounts/reactions.h"

#include "../lone.h"
#include "accounts/accounts.h"
#include "accounts/limits.h"
#include "base/core.h"

#include "proto/chain.pb-c.h"

#include <stdio.h>

#define COMMUNITY "c_aaaaaaaaaa"
#define JOY	  INT64_C(1000000)

#define CHAIN(NAME) STOA__CHAIN__STATE__##NAME

struct stoa_bus {
	char method[32]; /* that waits for its answer; empty: none does */
	char id[96];
	stoa_bus_done done;
	void *owner;
	unsigned submits;
};

static struct {
	struct lone lone;
	struct stoa_bus bus;
	struct reactions *reactions;
	struct stoa_arena arena;
	unsigned next_id;
} t;

static char ann[] = "u_aaaaaaaaaa";

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	(void)request;
	assert_string_equal(b->method, "");
	(void)snprintf(b->method, sizeof(b->method), "%s", call->method);
	(void)snprintf(
	    b->id, sizeof(b->id), "%.*s", STOA_STR_ARG(call->command_id));
	b->done = done;
	b->owner = owner;
	b->submits += strcmp(call->method, "Submit") == 0;
}

static bool
is_mine(void *owner, struct stoa_str community)
{
	(void)owner;
	(void)community;
	return true;
}

static void
submit(const char *actor, struct stoa_str id, const char *method,
    const ProtobufCMessage *request)
{
	struct stoa_submit s = {
	    .community = STOA_STR(COMMUNITY),
	    .actor = stoa_str_of(actor),
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		accounts_core.service, method),
	    .request = stoa_pack(&t.arena, request),
	    .deadline = STOA_MONO_NEVER,
	};

	stoa_replica_submit(t.lone.replica, &s, NULL);
}

static void
command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	(void)owner;
	(void)community;
	submit("@accounts", id, method, request);
}

static void
say(const char *actor, const char *method, const ProtobufCMessage *request)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "say-%u", ++t.next_id);
	submit(actor, stoa_str_of(id), method, request);
	lone_pass(&t.lone, STOA_US_PER_S);
}

/* The question that waits, of that method, is answered. */
static void
answer(
    const char *method, enum stoa_status status, const ProtobufCMessage *reply)
{
	struct stoa_str bytes = {NULL, 0};

	assert_string_equal(t.bus.method, method);
	t.bus.method[0] = '\0';
	if (reply != NULL) {
		bytes = stoa_pack(&t.arena, reply);
	}
	t.bus.done(t.bus.owner, status, bytes, NULL);
	lone_pass(&t.lone, STOA_US_PER_S);
}

static void
answer_intent(Stoa__Chain__State state)
{
	static uint8_t hash[32] = {3};
	Stoa__Chain__IntentReply reply = STOA__CHAIN__INTENT_REPLY__INIT;

	reply.state = state;
	reply.hash.data = hash;
	reply.hash.len = sizeof(hash);
	answer("Intent", STOA_OK, &reply.base);
}

static void
look(void)
{
	lone_pass(&t.lone, ACCOUNTS_RETRY_US_MAX + STOA_US_PER_S);
	reactions_part.tick(t.reactions);
}

static Stoa__Accounts__Withdrawal
withdrawal(void)
{
	Stoa__Accounts__WithdrawalsQuery in =
	    STOA__ACCOUNTS__WITHDRAWALS_QUERY__INIT;
	Stoa__Accounts__WithdrawalsReply out =
	    STOA__ACCOUNTS__WITHDRAWALS_REPLY__INIT;

	in.member = ann;
	in.now_us = INT64_MAX;
	assert_int_equal(accounts_withdrawals(stoa_replica_peek(t.lone.replica,
						  STOA_STR(COMMUNITY)),
			     &in, &t.arena, &out),
	    STOA_OK);
	assert_int_equal(out.n_withdrawals, 1);
	return *out.withdrawals[0];
}

static Stoa__Accounts__WithdrawalState
state_now(void)
{
	return withdrawal().state;
}

/* A withdrawal whose time has come. */
static int
set_up(void **state)
{
	static uint8_t address[ACCOUNTS_ADDRESS_SIZE] = {7};
	Stoa__Accounts__OpenCommunityRequest open =
	    STOA__ACCOUNTS__OPEN_COMMUNITY_REQUEST__INIT;
	Stoa__Accounts__DepositRequest deposit =
	    STOA__ACCOUNTS__DEPOSIT_REQUEST__INIT;
	Stoa__Accounts__WithdrawRequest withdraw =
	    STOA__ACCOUNTS__WITHDRAW_REQUEST__INIT;
	struct reactions_options o = {
	    .bus = &t.bus,
	    .is_mine = is_mine,
	    .command = command,
	};

	(void)state;
	memset(&t, 0, sizeof(t));
	stoa_arena_init(&t.arena, NULL, 0, 1 << 24);
	lone_begin(&t.lone, &accounts_core);
	o.replica = t.lone.replica;
	o.clock = sim_clock(t.lone.sim);
	t.reactions = reactions_new(&o);
	open.name = (char *)(uintptr_t) "agora";
	say(ann, "OpenCommunity", &open.base);
	deposit.member = ann;
	deposit.amount_micro = 5 * JOY;
	say("@chain", "Deposit", &deposit.base);
	withdraw.amount_micro = 5 * JOY;
	withdraw.address.data = address;
	withdraw.address.len = sizeof(address);
	say(ann, "Withdraw", &withdraw.base);
	reactions_part.tick(t.reactions);
	assert_string_equal(t.bus.method, ""); /* not yet */
	lone_pass(&t.lone, ACCOUNTS_WITHDRAWAL_DELAY_US);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	reactions_part.drain(t.reactions);
	assert_true(reactions_part.is_idle(t.reactions));
	reactions_free(t.reactions);
	lone_end(&t.lone);
	stoa_arena_fini(&t.arena);
	return 0;
}

static void
test_a_withdrawal_is_submitted_once_and_followed(void **state)
{
	static const Stoa__Chain__State waiting[] = {CHAIN(WAITING),
	    CHAIN(RESERVED), CHAIN(SIGNED), CHAIN(SENT), CHAIN(MINED)};
	Stoa__Journal__Outcome taken = STOA__JOURNAL__OUTCOME__INIT;

	(void)state;
	look();
	answer("Intent", STOA_NOT_FOUND, NULL);
	assert_memory_equal(t.bus.id, "withdraw:w_", 11);
	answer("Submit", STOA_OK, &taken.base);
	for (size_t i = 0; i < STOA_COUNT(waiting); i++) {
		look();
		answer_intent(waiting[i]);
		assert_int_equal(
		    state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__SENDING);
	}
	look();
	answer_intent(CHAIN(DONE));
	assert_int_equal(state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__SENT);
	look();
	assert_string_equal(t.bus.method, "");
	assert_int_equal(t.bus.submits, 1);
}

static void
test_what_chain_does_not_take_comes_back(void **state)
{
	(void)state;
	look();
	answer("Intent", STOA_NOT_FOUND, NULL);
	answer("Submit", STOA_BUSY, NULL);
	assert_int_equal(
	    state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__SENDING);
	look();
	answer("Intent", STOA_NOT_FOUND, NULL);
	answer("Submit", STOA_INVALID, NULL);
	assert_int_equal(state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__FAILED);
}

/* Chain was given other contracts since, and would not take it any more: it has
 * taken it, and it is on its way. */
static void
test_what_chain_has_taken_never_comes_back_by_itself(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		look();
		if (strcmp(t.bus.method, "Submit") == 0) {
			answer("Submit", STOA_INVALID, NULL);
		} else {
			answer_intent(CHAIN(SENT));
		}
		assert_int_equal(
		    state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__SENDING);
	}
	look();
	answer_intent(CHAIN(DONE));
	assert_int_equal(state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__SENT);
}

static void
test_why_it_failed_is_always_said(void **state)
{
	(void)state;
	look();
	answer_intent(CHAIN(CANCELLED));
	assert_int_equal(state_now(), STOA__ACCOUNTS__WITHDRAWAL_STATE__FAILED);
	assert_string_equal(withdrawal().why, "cancelled before it was sent");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_a_withdrawal_is_submitted_once_and_followed),
	    T(test_what_chain_does_not_take_comes_back),
	    T(test_what_chain_has_taken_never_comes_back_by_itself),
	    T(test_why_it_failed_is_always_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
