/* crediting.c - a deposit becomes the member's Joy in the ledger of accounts,
 * and then the pool's on the chain. */
#include "base/check.h"
#include "base/encode.h"
#include "base/id.h"
#include "chain/complete.h"
#include "chain/hands_private.h"

#include "proto/accounts.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EFFECT_CREDIT = 100, /* apart from those of intents */
	EFFECT_SWEEP
};

#define WEI_PER_MICRO UINT64_C(1000000000000)

/* What the ledger counts of it: less than a micro-Joy stays in the pool. */
static int64_t
micro_of(const Stoa__Chain__Deposited *deposit)
{
	struct evm_u256 wei = evm_u256_of_bytes(
	    stoa_str_of_bytes(deposit->wei.data, deposit->wei.len));
	uint64_t micro;

	(void)evm_u256_divide(&wei, WEI_PER_MICRO);
	return evm_u256_to_u64(&wei, &micro) && micro <= INT64_MAX
		   ? (int64_t)micro
		   : INT64_MAX;
}

static struct chain_hands *
hands_of(const struct stoa_errand *t)
{
	return t->owner;
}

static void
credited(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	Stoa__Chain__RecordCreditedRequest request =
	    STOA__CHAIN__RECORD_CREDITED_REQUEST__INIT;
	const Stoa__Journal__Outcome *outcome = NULL;
	struct stoa_arena arena;
	bool ok;

	(void)detail;
	stoa_arena_init(&arena, NULL, 0, (size_t)256 * 1024);
	if (status == STOA_OK) {
		outcome = stoa_unpack(
		    &arena, &stoa__journal__outcome__descriptor, reply);
	}
	ok = outcome != NULL && outcome->entry != NULL &&
	     outcome->entry->refusal == NULL;
	if (ok) {
		request.number = strtoull(t->noun + 1, NULL, 10);
		stoa_errand_record(t, "credited", hands_number(hands_of(t)),
		    "RecordCredited", &request.base);
	} else if (outcome != NULL) {
		hands_alarm(hands_of(t),
		    "the deposit %s is nobody's: accounts refuses it",
		    t->noun + 1);
	}
	stoa_errand_end(t, ok);
	stoa_arena_fini(&arena);
}

static void
credit(struct stoa_errand *t, const Stoa__Chain__Sighting *said)
{
	Stoa__Accounts__DepositRequest request =
	    STOA__ACCOUNTS__DEPOSIT_REQUEST__INIT;
	struct stoa_bus_call call = {
	    .service = &stoa__accounts__accounts__descriptor,
	    .method = "Deposit",
	    .community = stoa_str_of(said->deposited->party->community),
	};
	struct stoa_buf memo;
	char id[128];

	/* The place on the chain is its name, for ever. */
	stoa_buf_init(&memo, sizeof(id) - 16);
	stoa_hex_encode(&memo,
	    stoa_str_of_bytes(said->transaction.data, said->transaction.len));
	stoa_buf_printf(&memo, ":%" PRIu32, said->log_index);
	(void)snprintf(
	    id, sizeof(id), "deposit:%.*s", STOA_STR_ARG(stoa_buf_str(&memo)));
	call.command_id = stoa_str_of(id);
	request.member = said->deposited->party->member;
	request.amount_micro = micro_of(said->deposited);
	request.memo = id + sizeof("deposit:") - 1;
	stoa_errand_begin(t);
	stoa_bus_call(hands_of(t)->o.bus, &call, &request.base, credited, t);
	stoa_buf_fini(&memo);
}

/* ---- into the pool ------------------------------------------------------- */

static void
sweep(struct stoa_errand *t, const Stoa__Chain__Sighting *said)
{
	struct chain_hands *h = hands_of(t);
	Stoa__Chain__SubmitRequest request = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	Stoa__Chain__Action action = STOA__CHAIN__ACTION__INIT;
	Stoa__Chain__Sweep wanted = STOA__CHAIN__SWEEP__INIT;
	struct chain_call_fault fault;
	struct stoa_arena arena;
	char id[64], purpose[64];

	stoa_arena_init(&arena, NULL, 0, (size_t)1024 * 1024);
	(void)snprintf(id, sizeof(id), "sweep:%" PRIu64, said->number);
	(void)snprintf(
	    purpose, sizeof(purpose), "deposit %" PRIu64, said->number);
	wanted.party = said->deposited->party;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SWEEP;
	action.sweep = &wanted;
	request.action = &action;
	request.purpose = purpose;
	stoa_errand_begin(t);
	if (chain_complete(h->o.manifest, &arena, &request, &fault)) {
		h->o.command(h->o.owner, stoa_str_of(t->community),
		    stoa_str_of(id), "Submit", &request.base);
		stoa_errand_end(t, true);
	} else {
		stoa_errand_end(t, false);
	}
	stoa_arena_fini(&arena);
}

void
crediting_look(struct chain_hands *h, struct stoa_str wallet)
{
	const struct chain_wallet *s;
	const struct chain_deposit *deposit;
	size_t cursor = 0;

	while ((s = stoa_replica_peek(h->o.replica, wallet)) != NULL &&
	       (deposit = chain_next_deposit(s, &cursor)) != NULL) {
		const Stoa__Chain__Sighting *said = chain_deposit_said(deposit);
		bool is_credited = chain_deposit_is_credited(deposit);
		char noun[STOA_ID_SIZE];
		struct stoa_errand *t;

		(void)snprintf(noun, sizeof(noun), "d%" PRIu64, said->number);
		t = stoa_errand_due(h->errands, wallet, stoa_str_of(noun),
		    is_credited ? EFFECT_SWEEP : EFFECT_CREDIT, 0);
		if (t == NULL) {
			continue;
		}
		if (is_credited) {
			sweep(t, said);
		} else {
			credit(t, said);
		}
	}
}
