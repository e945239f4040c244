/* nonces.c - an intent gets its nonce, and what is signed for it. */
#include "chain/state.h"

#include <stdlib.h>

/* ---- reserving ---- */

static bool
prices_are_valid(
    uint64_t max_fee_wei, uint64_t tip_wei, struct stoa_decision *d)
{
	if (max_fee_wei == 0 || max_fee_wei > CHAIN_FEE_WEI_MAX) {
		REFUSE(d, field_not_valid, "max_fee_wei",
		    stoa_decide_number(d, (int64_t)CHAIN_FEE_WEI_MAX));
		return false;
	}
	if (tip_wei > max_fee_wei) {
		REFUSE(d, field_not_valid, "tip_wei",
		    stoa_decide_number(d, (int64_t)max_fee_wei));
		return false;
	}
	return true;
}

/* Only what an action calls is found out late. */
static bool
call_is_valid(const struct chain_intent *i,
    const Stoa__Chain__ReserveRequest *in, struct stoa_decision *d)
{
	bool is_action = i->said->action != NULL;

	if (in->to.len != (is_action ? CHAIN_ADDRESS_SIZE : 0)) {
		REFUSE(d, field_not_valid, "to", "20 bytes");
		return false;
	}
	if (in->data.len > (is_action ? CHAIN_DATA_MAX : 0)) {
		REFUSE(d, field_not_valid, "data",
		    stoa_decide_number(d, CHAIN_DATA_MAX));
		return false;
	}
	return true;
}

void
nonces_decide_reserve(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__ReserveRequest *in =
	    (const Stoa__Chain__ReserveRequest *)c->request;
	const struct chain_intent *i;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__NonceReserved e = STOA__CHAIN__NONCE_RESERVED__INIT;

	if (!is_chain(c, d) ||
	    (i = intent_find(s, in->intent, IN(WAITING), d)) == NULL ||
	    !prices_are_valid(in->max_fee_wei, in->tip_wei, d)) {
		return;
	}
	if (in->gas < CHAIN_GAS_MIN || in->gas > i->said->gas_max) {
		REFUSE(d, field_not_valid, "gas",
		    stoa_decide_number(d, (int64_t)i->said->gas_max));
		return;
	}
	if (!call_is_valid(i, in, d)) {
		return;
	}
	if (s->in_flight_count >= CHAIN_IN_FLIGHT_MAX) {
		REFUSE_FOR_NOW(d, too_many, "intents in flight",
		    stoa_decide_number(d, CHAIN_IN_FLIGHT_MAX));
		return;
	}
	e.cost_gwei = cost_gwei(in->gas, in->max_fee_wei, i->said->value_gwei);
	if (!wallet_affords(s, c->now, e.cost_gwei, 0, d)) {
		return;
	}
	e.intent = in->intent;
	e.nonce = s->next_nonce;
	e.gas = in->gas;
	e.max_fee_wei = in->max_fee_wei;
	e.tip_wei = in->tip_wei;
	e.to = in->to;
	e.data = in->data;
	event.kind_case = EVENT_KIND(NONCE_RESERVED);
	event.nonce_reserved = &e;
	stoa_decide_event(d, &event.base);
}

void
nonces_apply_reserved(struct chain_wallet *s, const struct stoa_fact *fact,
    const Stoa__Chain__NonceReserved *e)
{
	struct chain_intent *i = intent_must(s, e->intent);

	stoa_assert(e->nonce == s->next_nonce);
	s->next_nonce++;
	i->nonce = e->nonce;
	i->gas = e->gas;
	i->max_fee_wei = e->max_fee_wei;
	i->tip_wei = e->tip_wei;
	i->cost_gwei = e->cost_gwei;
	if (e->to.len == CHAIN_ADDRESS_SIZE) {
		memcpy(i->to, e->to.data, CHAIN_ADDRESS_SIZE);
		intent_data_set(i, e->data);
	}
	wallet_spend(s, fact->time, e->cost_gwei);
	intent_state_set(s, i, STATE(RESERVED));
}

/* ---- signing ---- */

static uint64_t
bumped(uint64_t wei)
{
	return (wei * (100 + CHAIN_BUMP_PERCENT) + 99) / 100;
}

/* The first at the prices that were reserved, or, if it only uses the nonce
 * up, at any; each later one dearer in both. */
static bool
attempt_is_valid(const struct chain_intent *i,
    const Stoa__Chain__RecordSignedRequest *in, struct stoa_decision *d)
{
	const struct attempt *last;
	uint64_t fee = i->max_fee_wei, tip = i->tip_wei;

	if (in->attempt != i->attempt_count + 1) {
		REFUSE(d, stale, "attempt",
		    stoa_decide_number(d, i->attempt_count + 1),
		    stoa_decide_number(d, in->attempt));
		return false;
	}
	if (in->attempt > CHAIN_ATTEMPTS_MAX) {
		REFUSE(d, too_many, "attempts",
		    stoa_decide_number(d, CHAIN_ATTEMPTS_MAX));
		return false;
	}
	if (i->attempt_count > 0) {
		last = &i->attempts[i->attempt_count - 1];
		fee = bumped(last->max_fee_wei);
		tip = bumped(last->tip_wei);
		if (last->is_cancellation && !in->is_cancellation) {
			REFUSE(d, field_not_valid, "is_cancellation", "true");
			return false;
		}
	}
	if (in->max_fee_wei < fee || in->tip_wei < tip) {
		REFUSE(d, fee_too_low,
		    stoa_decide_number(d, (int64_t)in->max_fee_wei),
		    stoa_decide_number(d, (int64_t)fee));
		return false;
	}
	return true;
}

static bool
bytes_are_valid(
    const Stoa__Chain__RecordSignedRequest *in, struct stoa_decision *d)
{
	if (in->raw.len == 0 || in->raw.len > CHAIN_RAW_MAX) {
		REFUSE(d, field_not_valid, "raw",
		    stoa_decide_number(d, CHAIN_RAW_MAX));
		return false;
	}
	if (in->hash.len != STOA_HASH_SIZE) {
		REFUSE(d, field_not_valid, "hash",
		    stoa_decide_number(d, STOA_HASH_SIZE));
		return false;
	}
	return true;
}

static uint64_t
attempt_cost(
    const struct chain_intent *i, const Stoa__Chain__RecordSignedRequest *in)
{
	return in->is_cancellation
		   ? cost_gwei(CHAIN_GAS_MIN, in->max_fee_wei, 0)
		   : cost_gwei(i->gas, in->max_fee_wei, i->said->value_gwei);
}

void
nonces_decide_signed(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__RecordSignedRequest *in =
	    (const Stoa__Chain__RecordSignedRequest *)c->request;
	const struct chain_intent *i;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__TransactionSigned e =
	    STOA__CHAIN__TRANSACTION_SIGNED__INIT;

	if (!is_chain(c, d) ||
	    (i = intent_find(s, in->intent,
		 IN(RESERVED) | IN(SIGNED) | IN(SENT), d)) == NULL ||
	    !prices_are_valid(in->max_fee_wei, in->tip_wei, d) ||
	    !attempt_is_valid(i, in, d) || !bytes_are_valid(in, d)) {
		return;
	}
	e.cost_gwei = attempt_cost(i, in);
	if (!wallet_affords(s, c->now, e.cost_gwei, i->cost_gwei, d)) {
		return;
	}
	e.intent = in->intent;
	e.attempt = in->attempt;
	e.raw = in->raw;
	e.hash = in->hash;
	e.max_fee_wei = in->max_fee_wei;
	e.tip_wei = in->tip_wei;
	e.is_cancellation = in->is_cancellation;
	event.kind_case = EVENT_KIND(TRANSACTION_SIGNED);
	event.transaction_signed = &e;
	stoa_decide_event(d, &event.base);
}

void
nonces_apply_signed(struct chain_wallet *s, const struct stoa_fact *fact,
    const Stoa__Chain__TransactionSigned *e)
{
	struct chain_intent *i = intent_must(s, e->intent);
	struct attempt *a;

	stoa_assert(e->attempt == i->attempt_count + 1 &&
		    e->hash.len == STOA_HASH_SIZE);
	i->attempts = realloc(i->attempts, e->attempt * sizeof(i->attempts[0]));
	i->raw = realloc(i->raw, e->raw.len);
	stoa_assert(i->attempts != NULL && i->raw != NULL);
	a = &i->attempts[i->attempt_count++];
	*a = (struct attempt){
	    .max_fee_wei = e->max_fee_wei,
	    .tip_wei = e->tip_wei,
	    .is_cancellation = e->is_cancellation,
	};
	memcpy(a->hash.bytes, e->hash.data, STOA_HASH_SIZE);
	memcpy(i->raw, e->raw.data, e->raw.len);
	i->raw_len = e->raw.len;
	if (e->cost_gwei > i->cost_gwei) {
		wallet_spend(s, fact->time, e->cost_gwei - i->cost_gwei);
		i->cost_gwei = e->cost_gwei;
	}
	intent_state_set(s, i, STATE(SIGNED));
}

/* ---- sending ---- */

void
nonces_decide_sent(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__RecordSentRequest *in =
	    (const Stoa__Chain__RecordSentRequest *)c->request;
	const struct chain_intent *i;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__TransactionSent e = STOA__CHAIN__TRANSACTION_SENT__INIT;

	if (!is_chain(c, d) ||
	    (i = intent_find(s, in->intent, IN(SIGNED), d)) == NULL) {
		return;
	}
	if (in->attempt != i->attempt_count) {
		REFUSE(d, stale, "attempt",
		    stoa_decide_number(d, i->attempt_count),
		    stoa_decide_number(d, in->attempt));
		return;
	}
	e.intent = in->intent;
	e.attempt = in->attempt;
	event.kind_case = EVENT_KIND(TRANSACTION_SENT);
	event.transaction_sent = &e;
	stoa_decide_event(d, &event.base);
}

void
nonces_apply_sent(struct chain_wallet *s, const Stoa__Chain__TransactionSent *e)
{
	intent_state_set(s, intent_must(s, e->intent), STATE(SENT));
}

/* ---- somebody else's transaction ---- */

void
nonces_decide_taken(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__RecordNonceTakenRequest *in =
	    (const Stoa__Chain__RecordNonceTakenRequest *)c->request;
	const struct chain_intent *i;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__NonceTaken e = STOA__CHAIN__NONCE_TAKEN__INIT;

	if (!is_chain(c, d) ||
	    (i = intent_find(s, in->intent,
		 IN(RESERVED) | IN(SIGNED) | IN(SENT), d)) == NULL) {
		return;
	}
	if (in->nonce != i->nonce) {
		REFUSE(d, stale, "nonce",
		    stoa_decide_number(d, (int64_t)i->nonce),
		    stoa_decide_number(d, (int64_t)in->nonce));
		return;
	}
	if (i->is_cancel_asked) {
		event_intent_ended(d, i, STATE(CANCELLED));
		return;
	}
	e.intent = in->intent;
	e.nonce = in->nonce;
	event.kind_case = EVENT_KIND(NONCE_TAKEN);
	event.nonce_taken = &e;
	stoa_decide_event(d, &event.base);
}

/* Nothing that was signed can be mined any more: it begins anew. */
void
nonces_apply_taken(struct chain_wallet *s, const Stoa__Chain__NonceTaken *e)
{
	struct chain_intent *i = intent_must(s, e->intent);

	free(i->attempts);
	free(i->raw);
	i->attempts = NULL;
	i->raw = NULL;
	i->raw_len = 0;
	i->attempt_count = 0;
	i->nonce = i->gas = i->max_fee_wei = i->tip_wei = i->cost_gwei = 0;
	intent_state_set(s, i, STATE(WAITING));
}
