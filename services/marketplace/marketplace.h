/* marketplace.h - what becomes of models that a community has approved.
 *
 * A model:  pinning -> claiming -> announcing -> active  (<-> withdrawn)
 * A deal:   holding -> (open) -> settling -> closed, or refused.
 * A deal is a sale, a lease by time or by question, or an offer; its money is
 * set aside before anything else, and is paid out or given back, to the
 * micro-Joy, once. What is still to be done about a model or a deal is a
 * query on the state, so that nothing is forgotten by a restart. Rights end
 * by time; no command is needed for that.
 * Layer 2, pure. */
#ifndef MARKETPLACE_H
#define MARKETPLACE_H

#include "base/core.h"
#include "base/status.h"

#include "proto/marketplace.pb-c.h"

extern const struct stoa_core marketplace_core;

struct marketplace; /* the state */
struct model;	    /* borrowed from it, as is */
struct deal;

/* ---- what is still to be done ---- */

enum marketplace_effect {
	MARKETPLACE_NOTHING,
	MARKETPLACE_PIN,      /* of a model: storage keeps it; RecordPinned */
	MARKETPLACE_CLAIM,    /* sign who owns it; RecordClaim */
	MARKETPLACE_ANNOUNCE, /* tell the community; RecordAnnounced */
	MARKETPLACE_HOLD,     /* of a deal: set money aside; RecordHeld */
	MARKETPLACE_SETTLE,   /* pay and give back; RecordSettled */
	MARKETPLACE_TELL,     /* tell who asked; RecordTold */
};

/* Walk those about which something is to be done; start with 0. */
const struct model *marketplace_next_model(
    const struct marketplace *s, size_t *cursor);
const struct deal *marketplace_next_deal(
    const struct marketplace *s, size_t *cursor);

const struct model *marketplace_model(
    const struct marketplace *s, struct stoa_str id);
const struct deal *marketplace_deal(
    const struct marketplace *s, struct stoa_str id);
enum marketplace_effect marketplace_model_effect(const struct model *m);
enum marketplace_effect marketplace_deal_effect(const struct deal *d);

/* For reactions; all borrowed. */
struct stoa_str marketplace_model_id(const struct model *m);
struct stoa_str marketplace_deal_id(const struct deal *d);
const Stoa__Marketplace__Approved *marketplace_approved(const struct model *m);
int64_t marketplace_approved_us(const struct model *m);
const Stoa__Marketplace__DealBegun *marketplace_begun(const struct deal *d);
int64_t marketplace_begun_us(const struct deal *d); /* when it was asked for */
const char *marketplace_hold(const struct deal *d);
/* NULL before the end. */
const Stoa__Marketplace__DealEnded *marketplace_ended(const struct deal *d);

/* As queries show them. */
void marketplace_listing_view(
    const struct model *m, Stoa__Marketplace__Listing *out);
void marketplace_deal_view(const struct deal *d, Stoa__Marketplace__Deal *out);

/* ---- queries; `s` NULL means an empty community ---- */

#define MARKETPLACE_QUERY(name, In, Out)                                    \
	STOA_MUST_USE enum stoa_status marketplace_query_##name(            \
	    const struct marketplace *s, const Stoa__Marketplace__##In *in, \
	    struct stoa_arena *arena, Stoa__Marketplace__##Out *out)

MARKETPLACE_QUERY(rights, RightsQuery, RightsReply);
MARKETPLACE_QUERY(search, SearchQuery, SearchReply);
MARKETPLACE_QUERY(quote, QuoteQuery, QuoteReply);
MARKETPLACE_QUERY(access, AccessQuery, AccessReply);
MARKETPLACE_QUERY(deal, DealQuery, DealReply);
MARKETPLACE_QUERY(deals, DealsQuery, DealsReply);
MARKETPLACE_QUERY(earnings, EarningsQuery, EarningsReply);
MARKETPLACE_QUERY(saga, SagaQuery, SagaReply);

#endif
