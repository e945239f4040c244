/* blocks.c - an intent is in a block, in none again, or for ever. */
#include "chain/state.h"

/* The number of the attempt with that hash, from 1; 0: none. */
static uint32_t
attempt_of(const struct chain_intent *i, const ProtobufCBinaryData *hash)
{
	for (uint32_t at = 0; at < i->attempt_count; at++) {
		if (hash->len == STOA_HASH_SIZE &&
		    memcmp(i->attempts[at].hash.bytes, hash->data,
			STOA_HASH_SIZE) == 0) {
			return at + 1;
		}
	}
	return 0;
}

void
blocks_decide_mined(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__RecordMinedRequest *in =
	    (const Stoa__Chain__RecordMinedRequest *)c->request;
	const struct chain_intent *i;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__TransactionMined e = STOA__CHAIN__TRANSACTION_MINED__INIT;

	/* It may have been sent just before the crash that forgot it. */
	if (!is_chain(c, d) || (i = intent_find(s, in->intent,
				    IN(SIGNED) | IN(SENT), d)) == NULL) {
		return;
	}
	e.attempt = attempt_of(i, &in->hash);
	if (e.attempt == 0) {
		REFUSE(d, unknown_transaction, in->intent);
		return;
	}
	if (in->block_hash.len != STOA_HASH_SIZE) {
		REFUSE(d, field_not_valid, "block_hash",
		    stoa_decide_number(d, STOA_HASH_SIZE));
		return;
	}
	if (!stoa_text_is_line(in->why, 0, CHAIN_TEXT_MAX)) {
		REFUSE(d, field_not_valid, "why",
		    stoa_decide_number(d, CHAIN_TEXT_MAX));
		return;
	}
	e.why = in->why;
	e.intent = in->intent;
	e.block = in->block;
	e.block_hash = in->block_hash;
	e.is_reverted = in->is_reverted;
	e.gas_used = in->gas_used;
	e.result = in->result;
	event.kind_case = EVENT_KIND(TRANSACTION_MINED);
	event.transaction_mined = &e;
	stoa_decide_event(d, &event.base);
}

/* The block that is meant, if the intent is in it; else refused. */
static const struct chain_intent *
mined_find(const struct chain_wallet *s, const struct stoa_command *c,
    const char *id, const ProtobufCBinaryData *block_hash,
    struct stoa_decision *d)
{
	const struct chain_intent *i =
	    is_chain(c, d) ? intent_find(s, id, IN(MINED), d) : NULL;

	if (i != NULL && (block_hash->len != STOA_HASH_SIZE ||
			     memcmp(i->block_hash.bytes, block_hash->data,
				 STOA_HASH_SIZE) != 0)) {
		REFUSE(d, stale, "block_hash", "its own", "another");
		return NULL;
	}
	return i;
}

void
blocks_decide_reorged(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__RecordReorgedRequest *in =
	    (const Stoa__Chain__RecordReorgedRequest *)c->request;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__TransactionReorged e =
	    STOA__CHAIN__TRANSACTION_REORGED__INIT;

	if (mined_find(s, c, in->intent, &in->block_hash, d) == NULL) {
		return;
	}
	e.intent = in->intent;
	event.kind_case = EVENT_KIND(TRANSACTION_REORGED);
	event.transaction_reorged = &e;
	stoa_decide_event(d, &event.base);
}

void
blocks_decide_final(const struct chain_wallet *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Chain__RecordFinalRequest *in =
	    (const Stoa__Chain__RecordFinalRequest *)c->request;
	const struct chain_intent *i =
	    mined_find(s, c, in->intent, &in->block_hash, d);

	if (i != NULL) {
		event_intent_ended(d, i,
		    i->attempts[i->mined - 1].is_cancellation ? STATE(CANCELLED)
		    : i->is_reverted			      ? STATE(REVERTED)
							      : STATE(DONE));
	}
}

/* ---- apply ---- */

void
blocks_apply_mined(
    struct chain_wallet *s, const Stoa__Chain__TransactionMined *e)
{
	struct chain_intent *i = intent_must(s, e->intent);

	i->mined = e->attempt;
	i->block = e->block;
	memcpy(i->block_hash.bytes, e->block_hash.data, STOA_HASH_SIZE);
	i->is_reverted = e->is_reverted;
	i->gas_used = e->gas_used;
	stoa_text_set(&i->why, e->why[0] == '\0' ? NULL : e->why);
	stoa_keep_free(i->result);
	i->result = e->result == NULL ? NULL : stoa_keep(&e->result->base);
	if (i->result != NULL) {
		splitter_put(s, stoa_str_of_bytes(i->result->splitter.data,
				    i->result->splitter.len));
	}
	intent_state_set(s, i, STATE(MINED));
}

/* It is signed and known to the nodes: it will be mined again, or sent again
 * by who watches. */
void
blocks_apply_reorged(
    struct chain_wallet *s, const Stoa__Chain__TransactionReorged *e)
{
	struct chain_intent *i = intent_must(s, e->intent);

	i->mined = 0;
	i->block = i->gas_used = 0;
	i->block_hash = (struct stoa_hash){{0}};
	i->is_reverted = false;
	stoa_text_set(&i->why, NULL);
	stoa_keep_free(i->result);
	i->result = NULL;
	intent_state_set(s, i, STATE(SIGNED));
}
