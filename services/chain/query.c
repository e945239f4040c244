/* query.c - what is told of a wallet and its intents. */
#include "chain/state.h"

const struct chain_intent *
chain_next_open(const struct chain_wallet *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->open, cursor);

	return entry == NULL ? NULL : entry->value;
}

const struct chain_intent *
chain_intent_get(const struct chain_wallet *s, struct stoa_str id)
{
	return stoa_map_get(&s->intents, id);
}

struct stoa_str
chain_intent_raw(const struct chain_intent *i)
{
	return stoa_str_of_bytes(
	    i->raw == NULL ? (const uint8_t *)"" : i->raw, i->raw_len);
}

static ProtobufCBinaryData
bytes_view(const void *data, size_t len)
{
	return (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)data};
}

enum stoa_status
chain_query_wallet(const struct chain_wallet *s,
    const Stoa__Chain__WalletQuery *in, struct stoa_arena *arena,
    Stoa__Chain__WalletReply *out)
{
	Stoa__Chain__Caps *caps = stoa_arena_alloc(arena, sizeof(*caps));

	(void)in;
	if (s == NULL || !s->is_open) {
		return STOA_NOT_FOUND;
	}
	if (caps == NULL) {
		return STOA_TOO_LARGE;
	}
	stoa__chain__caps__init(caps);
	caps->intent_gwei = s->intent_cap_gwei;
	caps->day_gwei = s->day_cap_gwei;
	out->chain_id = s->chain_id;
	out->address = bytes_view(s->address, sizeof(s->address));
	out->next_nonce = s->next_nonce;
	out->caps = caps;
	out->spent_today_gwei = s->spent_gwei;
	out->in_flight = s->in_flight_count;
	out->waiting = s->open.count - s->in_flight_count;
	out->ended = s->intents.count - s->open.count;
	return STOA_OK;
}

enum stoa_status
chain_query_intent(const struct chain_wallet *s,
    const Stoa__Chain__IntentQuery *in, struct stoa_arena *arena,
    Stoa__Chain__IntentReply *out)
{
	const struct chain_intent *i =
	    s == NULL ? NULL : chain_intent_get(s, stoa_str_of(in->intent));
	uint32_t shown;

	(void)arena;
	if (i == NULL) {
		return STOA_NOT_FOUND;
	}
	shown = i->mined > 0 ? i->mined : i->attempt_count;
	out->intent = (char *)(uintptr_t)i->id.data;
	out->request = i->said;
	out->submitter = i->submitter;
	out->state = i->state;
	out->nonce = i->nonce;
	out->attempts = i->attempt_count;
	if (shown > 0) {
		out->hash = bytes_view(
		    i->attempts[shown - 1].hash.bytes, STOA_HASH_SIZE);
	}
	out->block = i->block;
	out->why = i->why == NULL ? (char *)(uintptr_t) "" : i->why;
	out->is_cancel_asked = i->is_cancel_asked;
	out->cost_gwei = i->cost_gwei;
	out->gas_used = i->gas_used;
	return STOA_OK;
}
