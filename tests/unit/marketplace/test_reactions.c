/* What the market asks of chain and accounts, over a simulated journal: the
 * test is the bus, and answers when and as often as it likes. */
#include "marketplace/reactions.h"

#include "../lone.h"
#include "base/core.h"
#include "marketplace/limits.h"
#include "marketplace/marketplace.h"
#include "marketplace/settlement.h"

#include "proto/accounts.pb-c.h"
#include "proto/chain.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMUNITY "c_aaaaaaaaaa"
#define MODEL	  "m_aaaaaaaaaa"
#define OWNER	  "u_aaaaaaaaaa"
#define BUYER	  "u_bbbbbbbbbb"
#define CALLS_MAX 64

#define CHAIN(NAME) STOA__CHAIN__STATE__##NAME

struct asked {
	char service[16];
	char method[32];
	char community[32];
	char id[96];
	void *request; /* kept */
	stoa_bus_done done;
	void *owner;
};

struct stoa_bus {
	struct asked calls[CALLS_MAX];
	size_t count;
	unsigned stored;
};

static struct {
	struct lone lone;
	struct stoa_bus bus;
	struct reactions *reactions;
	struct stoa_arena arena;
	unsigned next_id;
} t;

/* ---- the bus ---- */

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct asked *a = &b->calls[b->count++];

	assert_true(b->count <= CALLS_MAX);
	(void)snprintf(
	    a->service, sizeof(a->service), "%s", call->service->short_name);
	(void)snprintf(a->method, sizeof(a->method), "%s", call->method);
	(void)snprintf(a->community, sizeof(a->community), "%.*s",
	    STOA_STR_ARG(call->community));
	(void)snprintf(
	    a->id, sizeof(a->id), "%.*s", STOA_STR_ARG(call->command_id));
	a->request = stoa_unpack(
	    &t.arena, request->descriptor, stoa_pack(&t.arena, request));
	a->done = done;
	a->owner = owner;
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	(void)subject;
	(void)id;
	(void)data;
	b->stored++;
	done(owner, STOA_OK);
}

/* ---- the replica ---- */

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
		marketplace_core.service, method),
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
	submit("@marketplace", id, method, request);
}

static void
say(const char *actor, const char *method, const ProtobufCMessage *request)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "say-%u", ++t.next_id);
	submit(actor, stoa_str_of(id), method, request);
	lone_pass(&t.lone, STOA_US_PER_S);
}

/* Until nothing is under way, then looks what is to be done. */
static void
settle(void)
{
	lone_pass(&t.lone, MARKETPLACE_RETRY_US_MAX + STOA_US_PER_S);
	reactions_part.tick(t.reactions);
	lone_pass(&t.lone, STOA_US_PER_S);
}

static const struct marketplace *
state_now(void)
{
	const struct marketplace *s =
	    stoa_replica_peek(t.lone.replica, STOA_STR(COMMUNITY));

	assert_non_null(s);
	return s;
}

static Stoa__Marketplace__Listing
listing(void)
{
	Stoa__Marketplace__Listing out;
	const struct model *m = marketplace_model(state_now(), STOA_STR(MODEL));

	assert_non_null(m);
	marketplace_listing_view(m, &out);
	return out;
}

/* ---- answers ---- */

/* The newest call of that method that nobody has answered. */
static struct asked *
call_of(const char *method)
{
	for (size_t i = t.bus.count; i-- > 0;) {
		if (t.bus.calls[i].done != NULL &&
		    strcmp(t.bus.calls[i].method, method) == 0) {
			return &t.bus.calls[i];
		}
	}
	fail_msg("nobody asked for %s", method);
	return NULL;
}

static size_t
open_calls(void)
{
	size_t count = 0;

	for (size_t i = 0; i < t.bus.count; i++) {
		count += t.bus.calls[i].done != NULL;
	}
	return count;
}

static void
answer(struct asked *a, enum stoa_status status, const ProtobufCMessage *reply)
{
	stoa_bus_done done = a->done;
	struct stoa_str bytes = {NULL, 0};

	a->done = NULL;
	if (reply != NULL) {
		bytes = stoa_pack(&t.arena, reply);
	}
	done(a->owner, status, bytes, NULL);
	lone_pass(&t.lone, STOA_US_PER_S);
}

static void
answer_outcome(struct asked *a, const char *refusal)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Refusal no = STOA__JOURNAL__REFUSAL__INIT;

	no.reason = (char *)(uintptr_t)refusal;
	outcome.index = 1;
	outcome.entry = &entry;
	entry.refusal = refusal == NULL ? NULL : &no;
	answer(a, STOA_OK, &outcome.base);
}

static uint8_t word[32] = {[31] = 9}, address[20] = {5};

static void
answer_intent(
    Stoa__Chain__State state, Stoa__Chain__Action *action, const char *why)
{
	Stoa__Chain__IntentReply reply = STOA__CHAIN__INTENT_REPLY__INIT;
	Stoa__Chain__SubmitRequest request = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;

	reply.state = state;
	request.action = action;
	reply.request = &request;
	reply.why = (char *)(uintptr_t)why;
	result.token = (ProtobufCBinaryData){32, word};
	result.listing = (ProtobufCBinaryData){32, word};
	result.splitter = (ProtobufCBinaryData){20, address};
	reply.result = state == CHAIN(DONE) ? &result : NULL;
	answer(call_of("Intent"), STOA_OK, &reply.base);
}

/* Chain has not heard of it, and takes it. */
static Stoa__Chain__Action *
submit_taken(const char *id)
{
	struct asked *a;
	Stoa__Chain__SubmitRequest *request;

	answer(call_of("Intent"), STOA_NOT_FOUND, NULL);
	a = call_of("Submit");
	assert_string_equal(a->service, "Chain");
	assert_string_equal(a->community, "w_vault");
	assert_string_equal(a->id, id);
	request = a->request;
	answer_outcome(a, NULL);
	return request->action;
}

/* ---- the scene ---- */

static void
begin(void)
{
	Stoa__Marketplace__ApproveRequest in =
	    STOA__MARKETPLACE__APPROVE_REQUEST__INIT;
	Stoa__Marketplace__ModelFacts facts =
	    STOA__MARKETPLACE__MODEL_FACTS__INIT;
	struct reactions_options o = {
	    .bus = &t.bus,
	    .is_mine = is_mine,
	    .command = command,
	};

	memset(&t, 0, sizeof(t));
	stoa_arena_init(&t.arena, NULL, 0, 1 << 24);
	lone_begin(&t.lone, &marketplace_core);
	o.replica = t.lone.replica;
	o.clock = sim_clock(t.lone.sim);
	t.reactions = reactions_new(&o);
	facts.model = (char *)(uintptr_t)MODEL;
	facts.creator = (char *)(uintptr_t)OWNER;
	facts.cid = (char *)(uintptr_t) "bafy";
	in.model = facts.model;
	in.facts = &facts;
	in.price_micro = 1000;
	in.is_on_chain = true;
	say("@governance", "Approve", &in.base);
}

/* To where chain is asked for the token. */
static void
claimed(void)
{
	settle();
	answer_outcome(call_of("Pin"), NULL);
	settle();
	settle();
	assert_int_equal(
	    listing().state, STOA__MARKETPLACE__MODEL_STATE__MINTING);
}

static void
minted(void)
{
	Stoa__Chain__Action *action;

	claimed();
	action = submit_taken("mint:" COMMUNITY ":" MODEL ":0");
	settle();
	answer_intent(CHAIN(DONE), action, "");
	settle();
	assert_int_equal(
	    listing().state, STOA__MARKETPLACE__MODEL_STATE__ACTIVE);
	assert_int_equal(listing().token.len, 32);
}

static void
end(void)
{
	/* What is still open is answered, so that nothing is lost. */
	reactions_part.drain(t.reactions);
	while (open_calls() > 0) {
		for (size_t i = 0; i < t.bus.count; i++) {
			if (t.bus.calls[i].done != NULL) {
				answer(&t.bus.calls[i], STOA_TIMEOUT, NULL);
			}
		}
	}
	assert_true(reactions_part.is_idle(t.reactions));
	reactions_free(t.reactions);
	lone_end(&t.lone);
	stoa_arena_fini(&t.arena);
}

/* ---- tests ---- */

static void
test_chain_is_asked_until_it_is_final(void **state)
{
	static const Stoa__Chain__State waiting[] = {CHAIN(WAITING),
	    CHAIN(RESERVED), CHAIN(SIGNED), CHAIN(SENT), CHAIN(MINED)};
	Stoa__Chain__Action *action;

	(void)state;
	begin();
	claimed();
	assert_string_equal(call_of("Intent")->community, "w_vault");
	/* Nobody knows: nothing is submitted on a guess. */
	answer(call_of("Intent"), STOA_TIMEOUT, NULL);
	settle();
	action = submit_taken("mint:" COMMUNITY ":" MODEL ":0");
	assert_int_equal(action->kind_case, STOA__CHAIN__ACTION__KIND_MINT);
	for (size_t i = 0; i < STOA_COUNT(waiting); i++) {
		settle();
		answer_intent(waiting[i], action, "");
		assert_int_equal(
		    listing().state, STOA__MARKETPLACE__MODEL_STATE__MINTING);
	}
	settle();
	answer_intent(CHAIN(DONE), action, "");
	settle();
	assert_int_equal(
	    listing().state, STOA__MARKETPLACE__MODEL_STATE__ACTIVE);
	assert_int_equal(listing().price_micro, 1000);
	assert_int_equal(t.bus.stored, 1);
	end();
}

static void
test_what_chain_refuses_is_recorded_in_its_words(void **state)
{
	static const struct {
		Stoa__Chain__State state;
		const char *why, *want;
	} table[] = {
	    {CHAIN(REFUSED), "trial run: BadTerms()", "trial run: BadTerms()"},
	    {CHAIN(REVERTED), "", "the contract refused"},
	    {CHAIN(CANCELLED), "", "cancelled"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		Stoa__Marketplace__SagaQuery query =
		    STOA__MARKETPLACE__SAGA_QUERY__INIT;
		Stoa__Marketplace__SagaReply saga =
		    STOA__MARKETPLACE__SAGA_REPLY__INIT;
		Stoa__Marketplace__RetryRequest retry =
		    STOA__MARKETPLACE__RETRY_REQUEST__INIT;

		begin();
		claimed();
		answer_intent(table[i].state, NULL, table[i].why);
		settle();
		query.model = (char *)(uintptr_t)MODEL;
		assert_int_equal(marketplace_query_saga(
				     state_now(), &query, &t.arena, &saga),
		    STOA_OK);
		assert_string_equal(saga.steps[3]->why, table[i].want);
		assert_int_equal(open_calls(), 0);
		/* Again, under another key. */
		retry.model = query.model;
		say(OWNER, "Retry", &retry.base);
		settle();
		(void)submit_taken("mint:" COMMUNITY ":" MODEL ":1");
		end();
	}
}

/* What is no action of chain's is told, and does not wait for ever. */
static void
test_what_chain_does_not_take_is_recorded(void **state)
{
	Stoa__Marketplace__SagaQuery query =
	    STOA__MARKETPLACE__SAGA_QUERY__INIT;
	Stoa__Marketplace__SagaReply saga = STOA__MARKETPLACE__SAGA_REPLY__INIT;

	(void)state;
	begin();
	claimed();
	answer(call_of("Intent"), STOA_NOT_FOUND, NULL);
	answer(call_of("Submit"), STOA_INVALID, NULL);
	settle();
	assert_int_equal(open_calls(), 0);
	query.model = (char *)(uintptr_t)MODEL;
	assert_int_equal(
	    marketplace_query_saga(state_now(), &query, &t.arena, &saga),
	    STOA_OK);
	assert_string_equal(saga.steps[3]->why, "the chain does not take it");
	end();
}

static void
test_a_full_day_is_waited_for_and_a_cap_is_not(void **state)
{
	(void)state;
	begin();
	claimed();
	answer(call_of("Intent"), STOA_NOT_FOUND, NULL);
	answer_outcome(call_of("Submit"), "too_many");
	settle();
	answer(call_of("Intent"), STOA_NOT_FOUND, NULL);
	answer_outcome(call_of("Submit"), "field_not_valid");
	settle();
	assert_int_equal(open_calls(), 0);
	assert_int_equal(
	    listing().state, STOA__MARKETPLACE__MODEL_STATE__MINTING);
	end();
}

static void
buy(void)
{
	Stoa__Marketplace__BuyRequest in = STOA__MARKETPLACE__BUY_REQUEST__INIT;

	in.model = (char *)(uintptr_t)MODEL;
	in.price_micro = 1000;
	say(BUYER, "Buy", &in.base);
}

static void
answer_held(void)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__HoldPlaced placed = STOA__ACCOUNTS__HOLD_PLACED__INIT;
	struct stoa_str bytes;
	ProtobufCBinaryData data;

	placed.id = (char *)(uintptr_t) "h_aaaaaaaaaa";
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_HOLD_PLACED;
	event.hold_placed = &placed;
	bytes = stoa_pack(&t.arena, &event.base);
	data =
	    (ProtobufCBinaryData){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
	entry.events = &data;
	entry.n_events = 1;
	outcome.entry = &entry;
	answer(call_of("Hold"), STOA_OK, &outcome.base);
}

static void
test_a_purchase_goes_hold_trade_pay(void **state)
{
	Stoa__Chain__Action *action;
	const struct deal *deal;
	size_t cursor = 0;
	char id[64];

	(void)state;
	begin();
	minted();
	buy();
	settle();
	answer_held();
	deal = marketplace_next_deal(state_now(), &cursor);
	(void)snprintf(id, sizeof(id), "trade:" COMMUNITY ":%.*s:0",
	    STOA_STR_ARG(marketplace_deal_id(deal)));
	settle();
	action = submit_taken(id);
	assert_string_equal(action->buy->buyer->member, BUYER);
	assert_string_equal(listing().owner, OWNER);
	settle();
	answer_intent(CHAIN(DONE), action, "");
	assert_string_equal(listing().owner, BUYER);
	settle();
	{
		const Stoa__Accounts__PayHoldRequest *pay =
		    call_of("PayHold")->request;

		assert_string_equal(pay->hold, "h_aaaaaaaaaa");
		assert_true(pay->is_last);
	}
	answer_outcome(call_of("PayHold"), NULL);
	/* And what the chain paid is fetched, if only once. */
	action = submit_taken("collect:" COMMUNITY ":" MODEL ":1");
	assert_int_equal(action->kind_case, STOA__CHAIN__ACTION__KIND_COLLECT);
	settle();
	answer_intent(CHAIN(REVERTED), action, "nothing due");
	settle();
	assert_int_equal(marketplace_model_effect(
			     marketplace_model(state_now(), STOA_STR(MODEL))),
	    MARKETPLACE_NOTHING);
	end();
}

static void
test_a_purchase_that_reverts_is_paid_back(void **state)
{
	(void)state;
	begin();
	minted();
	buy();
	settle();
	answer_held();
	settle();
	answer_intent(CHAIN(REVERTED), NULL, "ListingGone");
	settle();
	assert_string_equal(listing().owner, OWNER);
	{
		const Stoa__Accounts__PayHoldRequest *pay =
		    call_of("PayHold")->request;

		assert_int_equal(pay->n_payments, 0);
		assert_true(pay->is_last);
	}
	end();
}

static void
sightings_answer(Stoa__Chain__Sighting *all, size_t count)
{
	Stoa__Chain__SightingsReply reply = STOA__CHAIN__SIGHTINGS_REPLY__INIT;
	Stoa__Chain__Sighting *list[MARKETPLACE_SIGHTINGS_PAGE];

	assert_true(count <= STOA_COUNT(list));
	for (size_t i = 0; i < count; i++) {
		list[i] = &all[i];
	}
	reply.sightings = list;
	reply.n_sightings = count;
	answer(call_of("Sightings"), STOA_OK, &reply.base);
}

static void
test_what_strangers_paid_is_credited_part_by_part(void **state)
{
	Stoa__Chain__Sighting all[MARKETPLACE_SIGHTINGS_PAGE];
	Stoa__Chain__TokenMoved moved = STOA__CHAIN__TOKEN_MOVED__INIT;
	Stoa__Chain__TokenSold sold = STOA__CHAIN__TOKEN_SOLD__INIT;
	static uint8_t other[32], wei[32] = {[30] = 0x10}, to[20] = {0xab};
	const Stoa__Accounts__DepositRequest *deposit;
	char first[96];

	(void)state;
	begin();
	minted();
	/* A page of others' is passed over at once. */
	for (size_t i = 0; i < STOA_COUNT(all); i++) {
		stoa__chain__sighting__init(&all[i]);
		all[i].number = i + 1;
		all[i].kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED;
		all[i].token_moved = &moved;
	}
	moved.token = (ProtobufCBinaryData){32, other};
	moved.to = (ProtobufCBinaryData){20, to};
	sightings_answer(all, STOA_COUNT(all));
	assert_int_equal(marketplace_sighted(state_now()), 100);
	settle();
	assert_int_equal(
	    ((Stoa__Chain__SightingsQuery *)call_of("Sightings")->request)
		->after,
	    100);
	/* 2^12 * 10^... : 0.004096 Joy, in wei. */
	memset(wei, 0, sizeof(wei));
	{
		uint64_t left = UINT64_C(4096) * UINT64_C(1000000000000);

		for (int i = 31; left > 0; i--, left >>= 8) {
			wei[i] = (uint8_t)left;
		}
	}
	moved.token = (ProtobufCBinaryData){32, word};
	sold.token = moved.token;
	sold.seller = (ProtobufCBinaryData){20, address};
	sold.buyer = moved.to;
	sold.price_wei = (ProtobufCBinaryData){32, wei};
	all[0].number = 101;
	all[1].number = 102;
	all[1].kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD;
	all[1].token_sold = &sold;
	sightings_answer(all, 2);
	assert_int_equal(marketplace_sighted(state_now()), 101);
	assert_string_equal(
	    listing().owner, "0xab00000000000000000000000000000000000000");
	settle();
	sightings_answer(all, 2);
	assert_int_equal(marketplace_sighted(state_now()), 102);
	settle();
	/* Owner and creator are one, so there are two. */
	deposit = call_of("Deposit")->request;
	assert_string_equal(deposit->member, OWNER);
	assert_int_equal(deposit->amount_micro, 4096 - 102);
	(void)snprintf(first, sizeof(first), "%s", call_of("Deposit")->id);
	answer(call_of("Deposit"), STOA_TIMEOUT, NULL);
	settle();
	assert_string_equal(call_of("Deposit")->id, first);
	answer_outcome(call_of("Deposit"), NULL);
	deposit = call_of("Deposit")->request;
	assert_string_equal(deposit->member, "@treasury");
	assert_int_equal(deposit->amount_micro, 102);
	assert_string_not_equal(call_of("Deposit")->id, first);
	answer_outcome(call_of("Deposit"), NULL);
	settle();
	for (size_t i = 0; i < t.bus.count; i++) {
		if (t.bus.calls[i].done != NULL) {
			assert_string_not_equal(
			    t.bus.calls[i].method, "Deposit");
		}
	}
	end();
}

static void
credit_ended(void *owner, const struct settlement_answer *answer)
{
	char *reason = owner;

	assert_int_equal(answer->result, SETTLEMENT_REFUSED);
	assert_string_equal(reason, "");
	(void)snprintf(reason, 32, "%s", answer->refusal->reason);
}

static void
test_one_who_cannot_be_credited_does_not_cost_the_others(void **state)
{
	Stoa__Marketplace__Part parts[3], *list[3];
	static const char *const to[] = {OWNER, BUYER, "@treasury"};
	char reason[32] = "";

	(void)state;
	begin();
	for (size_t i = 0; i < STOA_COUNT(parts); i++) {
		stoa__marketplace__part__init(&parts[i]);
		parts[i].to = (char *)(uintptr_t)to[i];
		parts[i].amount_micro = 5;
		list[i] = &parts[i];
	}
	settlement_credit(&t.bus,
	    &(struct settlement_payment){
		.community = COMMUNITY,
		.key = "d_aaaaaaaaaa",
		.parts = list,
		.part_count = STOA_COUNT(list),
	    },
	    credit_ended, reason);
	answer_outcome(call_of("Deposit"), "amount_too_large");
	answer_outcome(call_of("Deposit"), NULL);
	assert_string_equal(reason, "");
	answer_outcome(call_of("Deposit"), NULL);
	assert_string_equal(reason, "amount_too_large");
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_chain_is_asked_until_it_is_final),
	    cmocka_unit_test(test_what_chain_refuses_is_recorded_in_its_words),
	    cmocka_unit_test(test_what_chain_does_not_take_is_recorded),
	    cmocka_unit_test(test_a_full_day_is_waited_for_and_a_cap_is_not),
	    cmocka_unit_test(test_a_purchase_goes_hold_trade_pay),
	    cmocka_unit_test(test_a_purchase_that_reverts_is_paid_back),
	    cmocka_unit_test(test_what_strangers_paid_is_credited_part_by_part),
	    cmocka_unit_test(
		test_one_who_cannot_be_credited_does_not_cost_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
