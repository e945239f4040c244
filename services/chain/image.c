/* image.c - the whole state as bytes, for a snapshot, and back. */
#include "base/image.h"

#include "chain/state.h"

#include <stdlib.h>

/* One table for both ways: a field is named once. */
#define INTENT_NUMBERS(i)                                                 \
	{                                                                 \
		&(i)->nonce, &(i)->gas, &(i)->max_fee_wei, &(i)->tip_wei, \
		    &(i)->cost_gwei, &(i)->block, &(i)->gas_used          \
	}
#define WALLET_NUMBERS(s)                                                \
	{                                                                \
		&(s)->chain_id, &(s)->next_nonce, &(s)->intent_cap_gwei, \
		    &(s)->day_cap_gwei, &(s)->spent_gwei                 \
	}

static void
attempts_save(const struct chain_intent *i, struct stoa_buf *out)
{
	stoa_image_put_number(out, i->attempt_count);
	for (uint32_t at = 0; at < i->attempt_count; at++) {
		const struct attempt *a = &i->attempts[at];

		stoa_image_put_hash(out, &a->hash);
		stoa_image_put_number(out, a->max_fee_wei);
		stoa_image_put_number(out, a->tip_wei);
		stoa_image_put_number(out, a->is_cancellation);
	}
	stoa_image_put_bytes(out, chain_intent_raw(i));
}

static void
attempts_load(struct chain_intent *i, struct stoa_image *in)
{
	struct stoa_str raw;

	i->attempt_count = (uint32_t)stoa_image_below(in, CHAIN_ATTEMPTS_MAX);
	if (i->attempt_count > 0) {
		i->attempts = calloc(i->attempt_count, sizeof(i->attempts[0]));
		stoa_assert(i->attempts != NULL);
	}
	for (uint32_t at = 0; at < i->attempt_count; at++) {
		i->attempts[at].hash = stoa_image_hash(in);
		i->attempts[at].max_fee_wei = stoa_image_number(in);
		i->attempts[at].tip_wei = stoa_image_number(in);
		i->attempts[at].is_cancellation = stoa_image_below(in, 1) != 0;
	}
	raw = stoa_image_bytes(in);
	if (raw.len > 0) {
		i->raw = malloc(raw.len);
		stoa_assert(i->raw != NULL);
		memcpy(i->raw, raw.data, raw.len);
		i->raw_len = raw.len;
	}
}

static void
intent_save(const struct chain_intent *i, struct stoa_buf *out)
{
	const uint64_t *const numbers[] = INTENT_NUMBERS(i);

	stoa_image_put_bytes(out, i->id);
	stoa_image_put_message(out, &i->said->base);
	stoa_image_put_text(out, i->submitter);
	stoa_image_put_text(out, i->why);
	stoa_image_put_number(out, (uint64_t)i->state);
	for (size_t at = 0; at < STOA_COUNT(numbers); at++) {
		stoa_image_put_number(out, *numbers[at]);
	}
	attempts_save(i, out);
	stoa_image_put_number(out, i->mined);
	stoa_image_put_hash(out, &i->block_hash);
	stoa_image_put_number(out, i->is_reverted);
	stoa_image_put_number(out, i->is_cancel_asked);
	stoa_buf_add(out, i->to, sizeof(i->to));
	stoa_image_put_bytes(
	    out, i->data_len == 0 ? STOA_STR("")
				  : stoa_str_of_bytes(i->data, i->data_len));
	stoa_image_put_number(out, i->result != NULL);
	if (i->result != NULL) {
		stoa_image_put_message(out, &i->result->base);
	}
}

static void
fields_load(struct chain_intent *i, struct stoa_image *in)
{
	uint64_t *const numbers[] = INTENT_NUMBERS(i);
	const void *to;
	struct stoa_str data;

	for (size_t at = 0; at < STOA_COUNT(numbers); at++) {
		*numbers[at] = stoa_image_number(in);
	}
	attempts_load(i, in);
	i->mined = (uint32_t)stoa_image_below(in, i->attempt_count);
	i->block_hash = stoa_image_hash(in);
	i->is_reverted = stoa_image_below(in, 1) != 0;
	i->is_cancel_asked = stoa_image_below(in, 1) != 0;
	to = stoa_image_raw(in, sizeof(i->to));
	if (to != NULL) {
		memcpy(i->to, to, sizeof(i->to));
	}
	data = stoa_image_bytes(in);
	intent_data_set(i,
	    (ProtobufCBinaryData){data.len, (uint8_t *)(uintptr_t)data.data});
	if (stoa_image_below(in, 1) != 0) {
		i->result =
		    stoa_image_message(in, &stoa__chain__result__descriptor);
		in->is_bad |= i->result == NULL;
	}
}

static void
intent_load(struct chain_wallet *s, struct stoa_image *in)
{
	struct stoa_str id = stoa_image_bytes(in);
	Stoa__Chain__SubmitRequest *said =
	    stoa_image_message(in, &stoa__chain__submit_request__descriptor);
	struct chain_intent *i;

	if (said == NULL || stoa_map_get(&s->intents, id) != NULL) {
		stoa_keep_free(said);
		in->is_bad = true;
		return;
	}
	i = intent_add(s, id, said);
	i->submitter = stoa_image_text(in);
	i->why = stoa_image_text(in);
	intent_state_set(
	    s, i, (Stoa__Chain__State)stoa_image_below(in, STATE(CANCELLED)));
	fields_load(i, in);
	in->is_bad |= i->submitter == NULL;
}

/* ---- what was seen ---- */

static void
sights_save(const struct chain_wallet *s, struct stoa_buf *out)
{
	uint64_t oldest = sighting_oldest(s);

	stoa_image_put_number(out, s->has_vault);
	stoa_buf_add(out, s->vault, sizeof(s->vault));
	stoa_image_put_number(out, s->has_seen);
	stoa_image_put_number(out, s->seen_block);
	stoa_image_put_hash(out, &s->seen_hash);
	stoa_image_put_number(out, s->parties.count);
	STOA_MAP_EACH(&s->parties, entry)
	{
		stoa_image_put_message(out, entry->value);
	}
	stoa_image_put_number(out, s->splitters.count);
	STOA_MAP_EACH(&s->splitters, splitter)
	{
		stoa_image_put_bytes(out, splitter->key);
	}
	stoa_image_put_number(out, s->sighting_count);
	for (uint64_t i = oldest; i <= s->sighting_count; i++) {
		stoa_image_put_message(out, &sighting_get(s, i)->base);
	}
	stoa_image_put_number(out, s->deposits.count);
	STOA_MAP_EACH(&s->deposits, entry)
	{
		const struct chain_deposit *deposit = entry->value;

		stoa_image_put_message(out, &deposit->said->base);
		stoa_image_put_number(out, deposit->is_credited);
		stoa_image_put_number(out, deposit->is_swept);
	}
}

static void
parties_load(struct chain_wallet *s, struct stoa_image *in)
{
	uint64_t count = stoa_image_below(in, CHAIN_KNOWN_MAX);

	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		Stoa__Chain__AccountAt *at = stoa_image_message(
		    in, &stoa__chain__account_at__descriptor);

		if (at == NULL || at->party == NULL) {
			in->is_bad = true;
		} else {
			party_put(s, at->party, &at->address);
		}
		stoa_keep_free(at);
	}
}

static void
deposits_load(struct chain_wallet *s, struct stoa_image *in)
{
	uint64_t count = stoa_image_below(in, CHAIN_DEPOSITS_MAX);

	for (uint64_t i = 0; i < count && !in->is_bad; i++) {
		Stoa__Chain__Sighting *said =
		    stoa_image_message(in, &stoa__chain__sighting__descriptor);
		struct chain_deposit *deposit;

		if (said == NULL || said->kind_case != SIGHT_KIND(DEPOSITED) ||
		    deposit_get(s, said->number) != NULL) {
			in->is_bad = true;
		} else {
			deposit = deposit_add(s, said);
			deposit->is_credited = stoa_image_below(in, 1) != 0;
			deposit->is_swept = stoa_image_below(in, 1) != 0;
		}
		stoa_keep_free(said);
	}
}

static void
sights_load(struct chain_wallet *s, struct stoa_image *in)
{
	const void *vault;
	uint64_t newest, oldest;

	s->has_vault = stoa_image_below(in, 1) != 0;
	vault = stoa_image_raw(in, sizeof(s->vault));
	if (vault != NULL) {
		memcpy(s->vault, vault, sizeof(s->vault));
	}
	s->has_seen = stoa_image_below(in, 1) != 0;
	s->seen_block = stoa_image_number(in);
	s->seen_hash = stoa_image_hash(in);
	parties_load(s, in);
	newest = stoa_image_below(in, CHAIN_INTENTS_MAX);
	for (uint64_t i = 0; i < newest && !in->is_bad; i++) {
		splitter_put(s, stoa_image_bytes(in));
	}
	newest = stoa_image_number(in);
	oldest =
	    newest > CHAIN_SIGHTINGS_MAX ? newest - CHAIN_SIGHTINGS_MAX + 1 : 1;
	for (uint64_t i = oldest; i <= newest && !in->is_bad; i++) {
		Stoa__Chain__Sighting *said =
		    stoa_image_message(in, &stoa__chain__sighting__descriptor);

		if (said == NULL || said->number != i) {
			stoa_keep_free(said);
			in->is_bad = true;
		} else {
			sighting_put(s, said);
		}
	}
	deposits_load(s, in);
}

void
chain_image_save(const void *state, struct stoa_buf *out)
{
	const struct chain_wallet *s = state;
	const uint64_t *const numbers[] = WALLET_NUMBERS(s);

	stoa_image_put_number(out, s->is_open);
	stoa_buf_add(out, s->address, sizeof(s->address));
	for (size_t at = 0; at < STOA_COUNT(numbers); at++) {
		stoa_image_put_number(out, *numbers[at]);
	}
	stoa_image_put_signed(out, s->day);
	stoa_image_put_number(out, s->intents.count);
	STOA_MAP_EACH(&s->intents, entry)
	{
		intent_save(entry->value, out);
	}
	sights_save(s, out);
}

bool
chain_image_load(void *state, struct stoa_str bytes)
{
	struct chain_wallet *s = state;
	struct stoa_image in = {.rest = bytes};
	uint64_t *const numbers[] = WALLET_NUMBERS(s);
	const void *address;
	uint64_t count;

	s->is_open = stoa_image_below(&in, 1) != 0;
	address = stoa_image_raw(&in, sizeof(s->address));
	if (address != NULL) {
		memcpy(s->address, address, sizeof(s->address));
	}
	for (size_t at = 0; at < STOA_COUNT(numbers); at++) {
		*numbers[at] = stoa_image_number(&in);
	}
	s->day = stoa_image_signed(&in);
	count = stoa_image_below(&in, CHAIN_INTENTS_MAX);
	for (uint64_t i = 0; i < count && !in.is_bad; i++) {
		intent_load(s, &in);
	}
	sights_load(s, &in);
	return !in.is_bad && in.rest.len == 0;
}
