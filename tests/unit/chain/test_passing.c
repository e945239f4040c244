/* test_passing.c - what the ledger refuses for now is not remembered: the same
 * command is decided anew when it comes again. */
#include "chain/chain.h"

#include "base/id.h"
#include "chain/limits.h"
#include "domain/replica.h"

#include "../lone.h"

#define WALLET STOA_STR("w_vault")

static struct {
	struct lone lone;
	struct stoa_arena arena;
	enum stoa_status status; /* of the last answer */
	bool is_refused;
} t;

static void
on_answer(enum stoa_status status, struct stoa_str bytes)
{
	const Stoa__Journal__Outcome *outcome;

	t.status = status;
	t.is_refused = false;
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &t.arena, &stoa__journal__outcome__descriptor, bytes);
		assert_non_null(outcome);
		t.is_refused = outcome->entry->refusal != NULL;
	}
}

static int
set_up(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	stoa_arena_init(&t.arena, NULL, 0, 1 << 24);
	t.lone.answer = on_answer;
	lone_begin(&t.lone, &chain_core);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	lone_end(&t.lone);
	stoa_arena_fini(&t.arena);
	return 0;
}

static void
say(const char *actor, const char *id, const char *method,
    const ProtobufCMessage *request)
{
	struct stoa_submit submit = {
	    .community = WALLET,
	    .actor = stoa_str_of(actor),
	    .id = stoa_str_of(id),
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		chain_core.service, method),
	    .request = stoa_pack(&t.arena, request),
	    .deadline = STOA_MONO_NEVER,
	};

	t.status = STOA_TIMEOUT;
	stoa_replica_submit(t.lone.replica, &submit, NULL);
	lone_pass(&t.lone, STOA_US_PER_S);
}

static void
open_with(uint64_t gwei, const char *id)
{
	static uint8_t address[CHAIN_ADDRESS_SIZE] = {1};
	Stoa__Chain__OpenRequest in = STOA__CHAIN__OPEN_REQUEST__INIT;
	Stoa__Chain__Caps caps = STOA__CHAIN__CAPS__INIT;

	caps.intent_gwei = caps.day_gwei = gwei;
	in.chain_id = 137;
	in.address.data = address;
	in.address.len = sizeof(address);
	in.caps = &caps;
	say("@chain", id, "Open", &in.base);
	assert_int_equal(t.status, STOA_OK);
}

static void
submit_wish(void)
{
	static uint8_t address[CHAIN_ADDRESS_SIZE] = {2};
	Stoa__Chain__SubmitRequest in = STOA__CHAIN__SUBMIT_REQUEST__INIT;

	in.kind = (char *)(uintptr_t) "Mint";
	in.to.data = address;
	in.to.len = sizeof(address);
	in.gas_max = 100000;
	say("@accounts", "withdraw:w_aaaaaaaaaa", "Submit", &in.base);
}

/* Whoever asked too early asks again, in the same words, and is heard. */
static void
test_a_wish_before_the_wallet_is_open_is_taken_later(void **state)
{
	(void)state;
	submit_wish();
	assert_int_equal(t.status, STOA_BUSY);
	assert_int_equal(stoa_replica_index(t.lone.replica, WALLET), 0);
	open_with(1000000, "open");
	submit_wish();
	assert_int_equal(t.status, STOA_OK);
	assert_false(t.is_refused);
}

static void
test_what_a_cap_holds_up_is_not_recorded(void **state)
{
	struct stoa_id intent = stoa_id_derive('i', WALLET,
	    STOA_STR("@accounts"), STOA_STR("withdraw:w_aaaaaaaaaa"), 0);
	Stoa__Chain__ReserveRequest in = STOA__CHAIN__RESERVE_REQUEST__INIT;
	uint64_t records;

	(void)state;
	open_with(21000 - 1, "open");
	submit_wish();
	records = stoa_replica_index(t.lone.replica, WALLET);
	in.intent = intent.text;
	in.gas = 21000;
	in.max_fee_wei = in.tip_wei = 1000000000;
	for (int i = 0; i < 10; i++) {
		say("@chain", "reserve", "Reserve", &in.base);
		assert_int_equal(t.status, STOA_BUSY);
	}
	assert_int_equal(stoa_replica_index(t.lone.replica, WALLET), records);
	open_with(21000, "open again");
	say("@chain", "reserve", "Reserve", &in.base);
	assert_int_equal(t.status, STOA_OK);
	assert_false(t.is_refused);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_a_wish_before_the_wallet_is_open_is_taken_later),
	    T(test_what_a_cap_holds_up_is_not_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
