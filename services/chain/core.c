/* core.c - chain's ledger as the runtime sees it: which command is decided
 * where, which event is applied where, what the digest covers. */
#include "base/hasher.h"
#include "chain/state.h"

#include <stdlib.h>

/* ---- life ---------------------------------------------------------------- */

static void *
state_new(struct stoa_str community, uint64_t seed)
{
	struct chain_wallet *s = calloc(1, sizeof(*s));

	(void)community;
	stoa_assert(s != NULL);
	stoa_map_init(&s->intents, seed);
	stoa_map_init(&s->open, seed);
	stoa_map_init(&s->parties, seed);
	stoa_map_init(&s->splitters, seed);
	stoa_map_init(&s->deposits, seed);
	return s;
}

static void
state_free(void *state)
{
	struct chain_wallet *s = state;

	STOA_MAP_EACH(&s->intents, entry)
	{
		intent_free(entry->value);
	}
	STOA_MAP_EACH(&s->parties, entry)
	{
		stoa_keep_free(entry->value);
	}
	STOA_MAP_EACH(&s->deposits, entry)
	{
		deposit_free(entry->value);
	}
	for (size_t i = 0; s->sightings != NULL && i < CHAIN_SIGHTINGS_MAX;
	     i++) {
		stoa_keep_free(s->sightings[i]);
	}
	free(s->sightings);
	stoa_map_fini(&s->intents);
	stoa_map_fini(&s->open);
	stoa_map_fini(&s->parties);
	stoa_map_fini(&s->splitters);
	stoa_map_fini(&s->deposits);
	free(s);
}

/* ---- decide -------------------------------------------------------------- */

static const struct {
	const char *method;
	void (*decide)(const struct chain_wallet *s,
	    const struct stoa_command *c, struct stoa_decision *d);
} decisions[] = {
    {"Open", wallet_decide_open},
    {"Submit", intents_decide_submit},
    {"Cancel", intents_decide_cancel},
    {"Refuse", intents_decide_refuse},
    {"Reserve", nonces_decide_reserve},
    {"RecordSigned", nonces_decide_signed},
    {"RecordSent", nonces_decide_sent},
    {"RecordNonceTaken", nonces_decide_taken},
    {"RecordMined", blocks_decide_mined},
    {"RecordReorged", blocks_decide_reorged},
    {"RecordFinal", blocks_decide_final},
    {"OpenAccount", parties_decide_open},
    {"RecordSighted", sights_decide_sighted},
    {"RecordCredited", sights_decide_credited},
};

static void
decide(const void *state, const struct stoa_command *c, struct stoa_decision *d)
{
	const struct chain_wallet *s = state;

	for (size_t i = 0; i < STOA_COUNT(decisions); i++) {
		if (strcmp(decisions[i].method, c->method->name) != 0) {
			continue;
		}
		if (!s->is_open && i > 0) {
			REFUSE_FOR_NOW(d, not_open, "");
			return;
		}
		decisions[i].decide(s, c, d);
		return;
	}
	REFUSE(d, not_permitted, "a command of chain");
}

/* ---- apply --------------------------------------------------------------- */

static bool
apply(void *state, const struct stoa_fact *fact)
{
	struct chain_wallet *s = state;
	const Stoa__Chain__Event *e = (const Stoa__Chain__Event *)fact->event;

	switch ((int)e->kind_case) {
	case EVENT_KIND(WALLET_OPENED):
		wallet_apply_opened(s, e->wallet_opened);
		return true;
	case EVENT_KIND(INTENT_SUBMITTED):
		intents_apply_submitted(s, fact, e->intent_submitted);
		return true;
	case EVENT_KIND(NONCE_RESERVED):
		nonces_apply_reserved(s, fact, e->nonce_reserved);
		return true;
	case EVENT_KIND(INTENT_REFUSED):
		intents_apply_refused(s, e->intent_refused);
		return true;
	case EVENT_KIND(TRANSACTION_SIGNED):
		nonces_apply_signed(s, fact, e->transaction_signed);
		return true;
	case EVENT_KIND(TRANSACTION_SENT):
		nonces_apply_sent(s, e->transaction_sent);
		return true;
	case EVENT_KIND(TRANSACTION_MINED):
		blocks_apply_mined(s, e->transaction_mined);
		return true;
	case EVENT_KIND(TRANSACTION_REORGED):
		blocks_apply_reorged(s, e->transaction_reorged);
		return true;
	case EVENT_KIND(INTENT_ENDED):
		intents_apply_ended(s, e->intent_ended);
		return true;
	case EVENT_KIND(NONCE_TAKEN):
		nonces_apply_taken(s, e->nonce_taken);
		return true;
	case EVENT_KIND(CANCEL_ASKED):
		intents_apply_cancel(s, e->cancel_asked);
		return true;
	case EVENT_KIND(ACCOUNT_OPENED):
		parties_apply_opened(s, e->account_opened);
		return true;
	case EVENT_KIND(SIGHTED):
		sights_apply_sighted(s, e->sighted);
		return true;
	case EVENT_KIND(CREDITED):
		sights_apply_credited(s, e->credited);
		return true;
	}
	return false;
}

/* ---- digest and effects ---------------------------------------------------
 */

/* All that matters is what an image has. */
static void
digest(const void *state, struct stoa_hasher *h)
{
	struct stoa_buf image;

	stoa_buf_init(&image, (size_t)1 << 40);
	chain_image_save(state, &image);
	stoa_assert(!image.is_overflown);
	stoa_hasher_text(h, stoa_buf_str(&image));
	stoa_buf_fini(&image);
}

/* Nothing happens by time alone: the reactions watch the chain. */
static struct stoa_wall
next_due(const void *state)
{
	(void)state;
	return STOA_WALL_NEVER;
}

enum chain_effect
chain_effect_of(const struct chain_intent *i)
{
	bool is_revoked = i->attempt_count > 0 &&
			  i->attempts[i->attempt_count - 1].is_cancellation;

	switch (i->state) {
	case STATE(WAITING):
		return CHAIN_PRICE;
	case STATE(RESERVED):
		return i->is_cancel_asked ? CHAIN_REVOKE : CHAIN_SIGN;
	case STATE(SIGNED):
		return CHAIN_SEND;
	case STATE(SENT):
		return i->is_cancel_asked && !is_revoked ? CHAIN_REVOKE
							 : CHAIN_WATCH;
	case STATE(MINED):
		return CHAIN_WATCH;
	case STATE(STATE_UNSPECIFIED):
	case STATE(DONE):
	case STATE(REVERTED):
	case STATE(REFUSED):
	case STATE(CANCELLED):
	case _STOA__CHAIN__STATE_IS_INT_SIZE:
		break;
	}
	return CHAIN_NOTHING;
}

const struct stoa_core chain_core = {
    .name = "chain",
    .service = &stoa__chain__chain__descriptor,
    .event = &stoa__chain__event__descriptor,
    .reasons = &stoa__chain__refusal_reason__descriptor,
    .state_new = state_new,
    .state_free = state_free,
    .decide = decide,
    .apply = apply,
    .digest = digest,
    .next_due = next_due,
    .image_version = 2,
    .save = chain_image_save,
    .load = chain_image_load,
};
