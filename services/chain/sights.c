/* sights.c - what final blocks have said, and the deposits among it. */
#include "chain/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- deciding ---- */

static bool
bytes_are(const ProtobufCBinaryData *bytes, size_t size)
{
	return bytes->len == size;
}

/* Fields that the kinds have in common are checked by their size. */
static bool
kind_is_valid(const Stoa__Chain__Sighting *e)
{
	switch ((int)e->kind_case) {
	case SIGHT_KIND(DEPOSITED):
		return bytes_are(&e->deposited->from, CHAIN_ADDRESS_SIZE) &&
		       bytes_are(&e->deposited->wei, STOA_HASH_SIZE);
	case SIGHT_KIND(TOKEN_MOVED):
		return bytes_are(&e->token_moved->token, STOA_HASH_SIZE) &&
		       bytes_are(&e->token_moved->from, CHAIN_ADDRESS_SIZE) &&
		       bytes_are(&e->token_moved->to, CHAIN_ADDRESS_SIZE);
	case SIGHT_KIND(LISTING_SET):
		return bytes_are(&e->listing_set->token, STOA_HASH_SIZE) &&
		       bytes_are(&e->listing_set->listing, STOA_HASH_SIZE);
	case SIGHT_KIND(LISTING_ENDED):
		return bytes_are(&e->listing_ended->listing, STOA_HASH_SIZE);
	case SIGHT_KIND(TOKEN_SOLD):
		return bytes_are(&e->token_sold->token, STOA_HASH_SIZE) &&
		       bytes_are(&e->token_sold->buyer, CHAIN_ADDRESS_SIZE) &&
		       bytes_are(&e->token_sold->price_wei, STOA_HASH_SIZE);
	case SIGHT_KIND(TOKEN_LEASED):
		return bytes_are(&e->token_leased->token, STOA_HASH_SIZE) &&
		       bytes_are(&e->token_leased->lessee, CHAIN_ADDRESS_SIZE);
	case SIGHT_KIND(LEASE_RETURNED):
		return bytes_are(&e->lease_returned->token, STOA_HASH_SIZE);
	}
	return false;
}

static bool
is_behind(const Stoa__Chain__Sighting *last, const Stoa__Chain__Sighting *e)
{
	return last == NULL || e->block > last->block ||
	       (e->block == last->block && e->log_index > last->log_index);
}

/* `last` is the one before it, in the state or in the request. */
static bool
sighting_is_valid(const struct chain_wallet *s, const Stoa__Chain__Sighting *e,
    const Stoa__Chain__Sighting *last, struct stoa_decision *d)
{
	if (e->block <= s->seen_block || !is_behind(last, e)) {
		REFUSE(d, stale, "block",
		    stoa_decide_number(d, (int64_t)s->seen_block),
		    stoa_decide_number(d, (int64_t)e->block));
		return false;
	}
	if (!kind_is_valid(e) || e->transaction.len != STOA_HASH_SIZE) {
		REFUSE(d, field_not_valid, "sightings", "bytes of a field");
		return false;
	}
	if (e->kind_case == SIGHT_KIND(DEPOSITED) &&
	    !party_is_valid(e->deposited->party, "deposited.party", d)) {
		return false;
	}
	return true;
}

static bool
request_is_valid(const struct chain_wallet *s,
    const Stoa__Chain__RecordSightedRequest *in, struct stoa_decision *d)
{
	const Stoa__Chain__Sighting *last = sighting_get(s, s->sighting_count);

	if (s->has_seen &&
	    (in->block < s->seen_block ||
		(in->block == s->seen_block && in->n_sightings == 0))) {
		REFUSE(d, stale, "block",
		    stoa_decide_number(d, (int64_t)s->seen_block),
		    stoa_decide_number(d, (int64_t)in->block));
		return false;
	}
	if (in->block_hash.len != STOA_HASH_SIZE) {
		REFUSE(d, field_not_valid, "block_hash", "32 bytes");
		return false;
	}
	if (in->n_sightings > CHAIN_SIGHTED_MAX) {
		REFUSE(d, too_many, "sightings",
		    stoa_decide_number(d, CHAIN_SIGHTED_MAX));
		return false;
	}
	/* They wait for accounts: the chain keeps what is not looked at. */
	if (s->deposits.count + in->n_sightings > CHAIN_DEPOSITS_MAX) {
		REFUSE_FOR_NOW(d, too_many, "deposits that wait",
		    stoa_decide_number(d, CHAIN_DEPOSITS_MAX));
		return false;
	}
	for (size_t i = 0; i < in->n_sightings; i++) {
		if (!sighting_is_valid(s, in->sightings[i], last, d)) {
			return false;
		}
		last = in->sightings[i];
	}
	return true;
}

void
sights_decide_sighted(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__RecordSightedRequest *in =
	    (const Stoa__Chain__RecordSightedRequest *)c->request;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__Sighted e = STOA__CHAIN__SIGHTED__INIT;
	Stoa__Chain__Sighting *all, **list;

	if (!is_chain(c, d) || !request_is_valid(s, in, d)) {
		return;
	}
	all =
	    stoa_arena_alloc_array(d->arena, in->n_sightings + 1, sizeof(*all));
	list = stoa_arena_alloc_array(
	    d->arena, in->n_sightings + 1, sizeof(*list));
	if (all == NULL || list == NULL) {
		REFUSE(d, too_many, "sightings",
		    stoa_decide_number(d, CHAIN_SIGHTED_MAX));
		return;
	}
	for (size_t i = 0; i < in->n_sightings; i++) {
		all[i] = *in->sightings[i];
		all[i].number = s->sighting_count + i + 1;
		list[i] = &all[i];
	}
	e.block = in->block;
	e.block_hash = in->block_hash;
	e.n_sightings = in->n_sightings;
	e.sightings = list;
	event.kind_case = EVENT_KIND(SIGHTED);
	event.sighted = &e;
	stoa_decide_event(d, &event.base);
}

void
sights_decide_credited(const struct chain_wallet *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Chain__RecordCreditedRequest *in =
	    (const Stoa__Chain__RecordCreditedRequest *)c->request;
	const struct chain_deposit *deposit;
	Stoa__Chain__Event event = STOA__CHAIN__EVENT__INIT;
	Stoa__Chain__Credited e = STOA__CHAIN__CREDITED__INIT;

	if (!is_chain(c, d)) {
		return;
	}
	deposit = deposit_get(s, in->number);
	if (deposit == NULL || deposit->is_credited) {
		return; /* done already */
	}
	e.number = in->number;
	event.kind_case = EVENT_KIND(CREDITED);
	event.credited = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- deposits ---- */

static struct stoa_str
number_key(char text[static 24], uint64_t number)
{
	(void)snprintf(text, 24, "%" PRIu64, number);
	return stoa_str_of(text);
}

struct chain_deposit *
deposit_get(const struct chain_wallet *s, uint64_t number)
{
	char text[24];

	return stoa_map_get(&s->deposits, number_key(text, number));
}

struct chain_deposit *
deposit_add(struct chain_wallet *s, const Stoa__Chain__Sighting *said)
{
	struct chain_deposit *deposit = calloc(1, sizeof(*deposit));
	char text[24];

	stoa_assert(deposit != NULL);
	deposit->said = stoa_keep(&said->base);
	stoa_assert(stoa_map_put(&s->deposits, number_key(text, said->number),
			deposit) == NULL);
	return deposit;
}

void
deposit_free(struct chain_deposit *deposit)
{
	stoa_keep_free(deposit->said);
	free(deposit);
}

static void
deposit_forget_done(struct chain_wallet *s, const struct chain_deposit *deposit)
{
	char text[24];

	if (deposit->is_credited && deposit->is_swept) {
		deposit_free(stoa_map_remove(
		    &s->deposits, number_key(text, deposit->said->number)));
	}
}

void
deposits_apply_swept(struct chain_wallet *s, const Stoa__Chain__Party *party)
{
	STOA_MAP_EACH(&s->deposits, entry)
	{
		struct chain_deposit *deposit = entry->value;

		if (party_is_same(deposit->said->deposited->party, party)) {
			deposit->is_swept = true;
			deposit_forget_done(s, deposit);
		}
	}
}

/* ---- applying ---- */

void
sighting_put(struct chain_wallet *s, Stoa__Chain__Sighting *said)
{
	size_t at = said->number % CHAIN_SIGHTINGS_MAX;

	if (s->sightings == NULL) {
		s->sightings =
		    calloc(CHAIN_SIGHTINGS_MAX, sizeof(s->sightings[0]));
		stoa_assert(s->sightings != NULL);
	}
	stoa_keep_free(s->sightings[at]);
	s->sightings[at] = said;
	s->sighting_count = said->number;
}

const Stoa__Chain__Sighting *
sighting_get(const struct chain_wallet *s, uint64_t number)
{
	return number > s->sighting_count || s->sightings == NULL
		   ? NULL
		   : s->sightings[number % CHAIN_SIGHTINGS_MAX];
}

uint64_t
sighting_oldest(const struct chain_wallet *s)
{
	return s->sighting_count > CHAIN_SIGHTINGS_MAX
		   ? s->sighting_count - CHAIN_SIGHTINGS_MAX + 1
		   : 1;
}

void
sights_apply_sighted(struct chain_wallet *s, const Stoa__Chain__Sighted *e)
{
	s->has_seen = true;
	s->seen_block = e->block;
	memcpy(s->seen_hash.bytes, e->block_hash.data, STOA_HASH_SIZE);
	for (size_t i = 0; i < e->n_sightings; i++) {
		const Stoa__Chain__Sighting *said = e->sightings[i];

		sighting_put(s, stoa_keep(&said->base));
		if (said->kind_case == SIGHT_KIND(DEPOSITED)) {
			(void)deposit_add(s, said);
		}
	}
}

void
sights_apply_credited(struct chain_wallet *s, const Stoa__Chain__Credited *e)
{
	struct chain_deposit *deposit = deposit_get(s, e->number);

	stoa_assert(deposit != NULL);
	deposit->is_credited = true;
	deposit_forget_done(s, deposit);
}
