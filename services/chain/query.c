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
	out->vault = bytes_view(s->vault, s->has_vault ? sizeof(s->vault) : 0);
	out->block = s->seen_block;
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
	out->result = i->result;
	return STOA_OK;
}

enum stoa_status
chain_query_sightings(const struct chain_wallet *s,
    const Stoa__Chain__SightingsQuery *in, struct stoa_arena *arena,
    Stoa__Chain__SightingsReply *out)
{
	uint32_t limit = in->limit == 0 || in->limit > CHAIN_PAGE_MAX
			     ? CHAIN_PAGE_MAX
			     : in->limit;
	uint64_t first = in->after + 1;

	if (s == NULL || !s->is_open) {
		return STOA_NOT_FOUND;
	}
	out->newest = s->sighting_count;
	out->oldest = sighting_oldest(s);
	out->sightings =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->sightings[0]));
	if (out->sightings == NULL) {
		return STOA_TOO_LARGE;
	}
	if (first < out->oldest) {
		first = out->oldest;
	}
	for (; out->n_sightings < limit && first <= s->sighting_count;
	     first++) {
		out->sightings[out->n_sightings++] =
		    (Stoa__Chain__Sighting *)(uintptr_t)sighting_get(s, first);
	}
	return STOA_OK;
}

const Stoa__Chain__Party *
chain_party_at(const struct chain_wallet *s, struct stoa_str address)
{
	const Stoa__Chain__AccountAt *at = stoa_map_get(&s->parties, address);

	return at == NULL ? NULL : at->party;
}

bool
chain_is_splitter(const struct chain_wallet *s, struct stoa_str address)
{
	return stoa_map_get(&s->splitters, address) != NULL;
}

/* ---- deposits ---- */

const struct chain_deposit *
chain_next_deposit(const struct chain_wallet *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->deposits, cursor);

	return entry == NULL ? NULL : entry->value;
}

const Stoa__Chain__Sighting *
chain_deposit_said(const struct chain_deposit *deposit)
{
	return deposit->said;
}

bool
chain_deposit_is_credited(const struct chain_deposit *deposit)
{
	return deposit->is_credited;
}

const struct chain_deposit *
chain_deposit_get(const struct chain_wallet *s, uint64_t number)
{
	return deposit_get(s, number);
}

/* ---- what the daemon must know of an intent ---- */

void
chain_intent_view(const struct chain_intent *i, struct chain_view *ret_view)
{
	const struct attempt *last =
	    i->attempt_count == 0 ? NULL : &i->attempts[i->attempt_count - 1];

	*ret_view = (struct chain_view){
	    .id = i->id,
	    .said = i->said,
	    .to = i->said->action == NULL ? i->said->to.data : i->to,
	    .data =
		i->said->action == NULL
		    ? stoa_str_of_bytes(i->said->data.data, i->said->data.len)
		    : stoa_str_of_bytes(i->data, i->data_len),
	    .state = i->state,
	    .nonce = i->nonce,
	    .gas = i->gas,
	    .max_fee_wei = last == NULL ? i->max_fee_wei : last->max_fee_wei,
	    .tip_wei = last == NULL ? i->tip_wei : last->tip_wei,
	    .attempt_count = i->attempt_count,
	    .is_cancellation = last != NULL && last->is_cancellation,
	    .is_cancel_asked = i->is_cancel_asked,
	    .cost_gwei = i->cost_gwei,
	    .raw = chain_intent_raw(i),
	    .mined = i->mined,
	    .block = i->block,
	    .block_hash = i->block_hash,
	};
}

const struct stoa_hash *
chain_intent_hash(const struct chain_intent *i, uint32_t attempt)
{
	stoa_assert(attempt >= 1 && attempt <= i->attempt_count);
	return &i->attempts[attempt - 1].hash;
}

void
chain_wallet_view(const struct chain_wallet *s, struct chain_wallet_view *ret)
{
	*ret = (struct chain_wallet_view){
	    .is_open = s->is_open,
	    .chain_id = s->chain_id,
	    .address = s->address,
	    .vault = s->vault,
	    .intent_cap_gwei = s->intent_cap_gwei,
	    .day_cap_gwei = s->day_cap_gwei,
	    .next_nonce = s->next_nonce,
	    .in_flight = s->in_flight_count,
	    .has_seen = s->has_seen,
	    .seen_block = s->seen_block,
	    .seen_hash = s->seen_hash,
	    .deposits = s->deposits.count,
	    .last = sighting_get(s, s->sighting_count),
	};
}
