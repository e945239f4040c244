/* reactions.c - see reactions.h. */
#include "marketplace/reactions.h"

#include "base/check.h"
#include "marketplace/claim.h"
#include "marketplace/limits.h"
#include "marketplace/marketplace.h"
#include "marketplace/reactions_chain.h"
#include "marketplace/settlement.h"

#include "proto/storage.pb-c.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

struct reactions {
	struct reactions_options o;
	struct stoa_errands *errands;
};

#define ARENA_MAX (256u * 1024u)

/* Besides those of models and deals: what strangers did is looked for. */
#define WATCH 1000

static struct reactions *
reactions_of(const struct stoa_errand *t)
{
	return t->owner;
}

static const struct model *
model_of(const struct stoa_errand *t)
{
	const struct marketplace *s = stoa_errand_state(t);

	return s == NULL ? NULL : marketplace_model(s, stoa_str_of(t->noun));
}

static const struct deal *
deal_of(const struct stoa_errand *t)
{
	const struct marketplace *s = stoa_errand_state(t);

	return s == NULL ? NULL : marketplace_deal(s, stoa_str_of(t->noun));
}

/* ---- storage keeps the model
 * -------------------------------------------------- */

static void
pinned(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordPinnedRequest request =
	    STOA__MARKETPLACE__RECORD_PINNED_REQUEST__INIT;

	(void)reply;
	(void)detail;
	if (status == STOA_OK) {
		request.model = t->noun;
		stoa_errand_record(
		    t, "pinned", 0, "RecordPinned", &request.base);
	}
	stoa_errand_end(t, status == STOA_OK);
}

static void
pin(struct stoa_errand *t, const struct model *m)
{
	const Stoa__Marketplace__ModelFacts *facts =
	    marketplace_approved(m)->facts;
	Stoa__Storage__PinRequest request = STOA__STORAGE__PIN_REQUEST__INIT;
	char id[64];
	struct stoa_bus_call call = {
	    .service = &stoa__storage__storage__descriptor,
	    .method = "Pin",
	    .community = stoa_str_of(t->community),
	};

	(void)snprintf(id, sizeof(id), "pin:%s", t->noun);
	call.command_id = stoa_str_of(id);
	request.cid = facts->cid;
	request.name = t->noun;
	stoa_errand_begin(t);
	stoa_bus_call(reactions_of(t)->o.bus, &call, &request.base, pinned, t);
}

/* ---- who owns it is signed
 * ------------------------------------------------------ */

/* Nobody is asked: it is made and recorded at once. The signature is always
 * the same (RFC 8032), so that two replicas record one claim. */
static void
claim(struct stoa_errand *t, const struct model *m)
{
	Stoa__Marketplace__RecordClaimRequest request =
	    STOA__MARKETPLACE__RECORD_CLAIM_REQUEST__INIT;
	struct stoa_buf out;

	stoa_buf_init(&out, MARKETPLACE_CLAIM_MAX);
	claim_sign(&out, t->community, marketplace_approved(m),
	    marketplace_approved_us(m), reactions_of(t)->o.sign_key);
	stoa_errand_begin(t);
	if (!out.is_overflown && out.len > 0) {
		request.model = t->noun;
		request.claim.data = (uint8_t *)out.data;
		request.claim.len = out.len;
		stoa_errand_record(t, "claim", 0, "RecordClaim", &request.base);
	}
	stoa_errand_end(t, out.len > 0);
	stoa_buf_fini(&out);
}

/* ---- telling
 * ---------------------------------------------------------------------
 */

static void
notice_store(struct stoa_errand *t, Stoa__Marketplace__Notice *notice,
    stoa_bus_stored done)
{
	struct stoa_arena arena;
	struct stoa_str bytes;
	char subject[64], id[64];

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	notice->community = t->community;
	bytes = stoa_pack(&arena, &notice->base);
	(void)snprintf(subject, sizeof(subject), "stoa.chat.notice.market.%u",
	    (unsigned)stoa_slot_of(stoa_str_of(t->community)));
	(void)snprintf(id, sizeof(id), "market:%s", t->noun);
	stoa_errand_begin(t);
	stoa_bus_store(reactions_of(t)->o.bus, subject, id, bytes, done, t);
	stoa_arena_fini(&arena);
}

static void
announced(void *owner, enum stoa_status status)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordAnnouncedRequest request =
	    STOA__MARKETPLACE__RECORD_ANNOUNCED_REQUEST__INIT;
	bool ok = status == STOA_OK || status == STOA_EXISTS;

	if (ok) {
		request.model = t->noun;
		stoa_errand_record(
		    t, "announced", 0, "RecordAnnounced", &request.base);
	}
	stoa_errand_end(t, ok);
}

static void
announce(struct stoa_errand *t, const struct model *m)
{
	Stoa__Marketplace__Notice notice = STOA__MARKETPLACE__NOTICE__INIT;
	Stoa__Marketplace__Listing listing;

	marketplace_listing_view(m, &listing);
	notice.listing = &listing;
	notice.reply = marketplace_approved(m)->reply;
	notice_store(t, &notice, announced);
}

static void
told(void *owner, enum stoa_status status)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordToldRequest request =
	    STOA__MARKETPLACE__RECORD_TOLD_REQUEST__INIT;
	bool ok = status == STOA_OK || status == STOA_EXISTS;

	if (ok) {
		request.deal = t->noun;
		stoa_errand_record(t, "told", 0, "RecordTold", &request.base);
	}
	stoa_errand_end(t, ok);
}

static void
tell(struct stoa_errand *t, const struct deal *d)
{
	Stoa__Marketplace__Notice notice = STOA__MARKETPLACE__NOTICE__INIT;
	Stoa__Marketplace__Deal deal;

	marketplace_deal_view(d, &deal);
	notice.deal = &deal;
	notice.reply = deal.reply;
	notice_store(t, &notice, told);
}

/* ---- money
 * ------------------------------------------------------------------------
 */

static void
held(void *owner, const struct settlement_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordHeldRequest request =
	    STOA__MARKETPLACE__RECORD_HELD_REQUEST__INIT;
	bool ok =
	    answer->result == SETTLEMENT_REFUSED ||
	    (answer->result == SETTLEMENT_DONE && answer->reference[0] != '\0');

	if (ok) {
		request.deal = t->noun;
		request.hold = (char *)(uintptr_t)answer->reference;
		request.refusal =
		    (Stoa__Journal__Refusal *)(uintptr_t)answer->refusal;
		stoa_errand_record(t, "held", 0, "RecordHeld", &request.base);
	}
	stoa_errand_end(t, ok);
}

static void
hold(struct stoa_errand *t, const struct deal *d)
{
	const Stoa__Marketplace__DealBegun *begun = marketplace_begun(d);

	stoa_errand_begin(t);
	settlement_hold(reactions_of(t)->o.bus,
	    &(struct settlement_hold){
		.community = t->community,
		.key = t->noun,
		.member = begun->member,
		.amount_micro = begun->total_micro,
		/* From the record, not from the clock: always the same. */
		.until_us = marketplace_begun_us(d) + begun->duration_us +
			    MARKETPLACE_HOLD_US,
	    },
	    held, t);
}

static void
settled(void *owner, const struct settlement_answer *answer)
{
	struct stoa_errand *t = owner;
	Stoa__Marketplace__RecordSettledRequest request =
	    STOA__MARKETPLACE__RECORD_SETTLED_REQUEST__INIT;
	bool ok = answer->result != SETTLEMENT_AGAIN;

	if (ok) {
		request.deal = t->noun;
		request.refusal =
		    (Stoa__Journal__Refusal *)(uintptr_t)answer->refusal;
		stoa_errand_record(
		    t, "settled", 0, "RecordSettled", &request.base);
	}
	stoa_errand_end(t, ok);
}

static void
settle(struct stoa_errand *t, const struct deal *d)
{
	const Stoa__Marketplace__DealEnded *ended = marketplace_ended(d);

	stoa_errand_begin(t);
	settlement_pay(reactions_of(t)->o.bus,
	    &(struct settlement_payment){
		.community = t->community,
		.key = t->noun,
		.reference = marketplace_hold(d),
		.parts = ended->parts,
		.part_count = ended->n_parts,
	    },
	    settled, t);
}

/* What a stranger has paid on the chain is the ledger's to hand out. */
static void
credit(struct stoa_errand *t, const struct deal *d)
{
	const Stoa__Marketplace__DealEnded *ended = marketplace_ended(d);

	stoa_errand_begin(t);
	settlement_credit(reactions_of(t)->o.bus,
	    &(struct settlement_payment){
		.community = t->community,
		.key = t->noun,
		.parts = ended->parts,
		.part_count = ended->n_parts,
	    },
	    settled, t);
}

/* ---- all
 * -----------------------------------------------------------------------------
 */

static void
act(struct stoa_errand *t, enum marketplace_effect effect)
{
	const struct marketplace *s = stoa_errand_state(t);
	struct stoa_bus *bus = reactions_of(t)->o.bus;
	const struct model *m = model_of(t);
	const struct deal *d = deal_of(t);

	switch (effect) {
	case MARKETPLACE_PIN:
		pin(t, m);
		break;
	case MARKETPLACE_CLAIM:
		claim(t, m);
		break;
	case MARKETPLACE_ANNOUNCE:
		announce(t, m);
		break;
	case MARKETPLACE_HOLD:
		hold(t, d);
		break;
	case MARKETPLACE_SETTLE:
		settle(t, d);
		break;
	case MARKETPLACE_CREDIT:
		credit(t, d);
		break;
	case MARKETPLACE_TELL:
		tell(t, d);
		break;
	case MARKETPLACE_MINT:
	case MARKETPLACE_RELIST:
	case MARKETPLACE_COLLECT:
		chain_model_act(t, bus, s, m, effect);
		break;
	case MARKETPLACE_TRADE:
	case MARKETPLACE_RETURN:
		chain_deal_act(t, bus, s, d, effect);
		break;
	case MARKETPLACE_NOTHING:
		break;
	}
}

/* Once it has moved on it looks again at once, else after the longest wait. */
static void
watch(struct reactions *r, struct stoa_str community)
{
	const struct marketplace *s =
	    stoa_replica_peek(r->o.replica, community);
	struct stoa_errand *t;

	if (s == NULL || !marketplace_has_tokens(s)) {
		return;
	}
	t = stoa_errand_due(r->errands, community, STOA_STR("sightings"), WATCH,
	    (uint32_t)marketplace_sighted(s));
	if (t != NULL) {
		chain_watch(t, r->o.bus, s);
	}
}

static void
look(void *owner, struct stoa_str community)
{
	struct reactions *r = owner;
	const struct marketplace *s;
	const struct model *m;
	const struct deal *d;
	size_t cursor = 0;

	/* Acting may put a record in flight: the state is asked for anew. */
	while ((s = stoa_replica_peek(r->o.replica, community)) != NULL &&
	       (m = marketplace_next_model(s, &cursor)) != NULL) {
		enum marketplace_effect effect = marketplace_model_effect(m);
		struct stoa_errand *t = stoa_errand_due(r->errands, community,
		    marketplace_model_id(m), (int)effect,
		    marketplace_model_number(m, effect));

		if (t != NULL) {
			act(t, effect);
		}
	}
	cursor = 0;
	while ((s = stoa_replica_peek(r->o.replica, community)) != NULL &&
	       (d = marketplace_next_deal(s, &cursor)) != NULL) {
		enum marketplace_effect effect = marketplace_deal_effect(d);
		struct stoa_errand *t = stoa_errand_due(r->errands, community,
		    marketplace_deal_id(d), (int)effect,
		    marketplace_deal_number(d, effect));

		if (t != NULL) {
			act(t, effect);
		}
	}
	watch(r, community);
}

static bool
is_mine(void *owner, struct stoa_str community)
{
	struct reactions *r = owner;

	return r->o.is_mine(r->o.owner, community);
}

static void
command(void *owner, struct stoa_str community, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct reactions *r = owner;

	r->o.command(r->o.owner, community, id, method, request);
}

struct reactions *
reactions_new(const struct reactions_options *options)
{
	struct reactions *r = calloc(1, sizeof(*r));
	struct stoa_errands_options errands = {
	    .replica = options->replica,
	    .clock = options->clock,
	    .is_mine = is_mine,
	    .command = command,
	    .look = look,
	    .owner = r,
	    .wait_us_min = MARKETPLACE_RETRY_US_MIN,
	    .wait_us_max = MARKETPLACE_RETRY_US_MAX,
	};

	stoa_assert(r != NULL);
	r->o = *options;
	r->errands = stoa_errands_new(&errands);
	return r;
}

void
reactions_free(struct reactions *r)
{
	if (r == NULL) {
		return;
	}
	stoa_errands_free(r->errands);
	OPENSSL_cleanse(r->o.sign_key, sizeof(r->o.sign_key));
	free(r);
}

/* ---- as a part of the daemon ---- */

static void
tick(void *part)
{
	struct reactions *r = part;

	if (stoa_replica_is_ready(r->o.replica)) {
		stoa_errands_tick(r->errands);
	}
}

static void
drain(void *part)
{
	struct reactions *r = part;

	stoa_errands_drain(r->errands);
}

static bool
is_idle(void *part)
{
	const struct reactions *r = part;

	return stoa_errands_is_idle(r->errands);
}

const struct stoa_part reactions_part = {
    .tick = tick,
    .tick_us = MARKETPLACE_TICK_US,
    .drain = drain,
    .is_idle = is_idle,
};
