/* marketplace.h - what becomes of models that a community has approved.
 *
 * A model:  pinning -> claiming -> announcing -> active  (<-> withdrawn)
 * A deal:   holding -> (open) -> settling -> closed, or refused.
 * On a chain a model is minted after it was claimed, and is sold and leased by
 * the chain: holding -> trading -> (open -> returning) -> settling -> closed.
 * A deal is a sale, a lease by time or by question, or an offer; its money is
 * set aside before anything else, and is paid out or given back, to the
 * micro-Joy, once. What is still to be done about a model or a deal is a
 * query on the state, so that nothing is forgotten by a restart. Rights end
 * by time; no command is needed for that.
 * Layer 2, pure. */
#ifndef MARKETPLACE_H
#define MARKETPLACE_H

#include "base/core.h"
#include "base/id.h"
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
	MARKETPLACE_MINT,     /* make it a token; RecordMinted */
	MARKETPLACE_ANNOUNCE, /* tell the community; RecordAnnounced */
	MARKETPLACE_RELIST,   /* tell the chain its price; RecordRelisted */
	MARKETPLACE_COLLECT,  /* fetch what it earned there; RecordCollected */
	MARKETPLACE_HOLD,     /* of a deal: set money aside; RecordHeld */
	MARKETPLACE_TRADE,    /* the chain does it; RecordTraded */
	MARKETPLACE_RETURN,   /* the chain ends a lease; RecordReturned */
	MARKETPLACE_SETTLE,   /* pay and give back; RecordSettled */
	MARKETPLACE_CREDIT,   /* pay what came from outside; RecordSettled */
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

/* ---- what the chain is to do (token_action.c) ---- */

/* A step on the chain: the same key is done once, whoever asks again. */
struct marketplace_step {
	char key[96];	       /* "mint:<community>:<model>:<number>" */
	uint32_t number;       /* of steps of its kind about its noun */
	struct stoa_id intent; /* chain's name for it */
	Stoa__Chain__Action *action;
	const char *purpose; /* for people */
};

/* False: the arena is full, or the effect is none of the chain's. */
bool marketplace_model_step(const struct marketplace *s, const struct model *m,
    enum marketplace_effect effect, struct stoa_arena *arena,
    struct marketplace_step *ret_step);
bool marketplace_deal_step(const struct marketplace *s, const struct deal *deal,
    enum marketplace_effect effect, struct stoa_arena *arena,
    struct marketplace_step *ret_step);

/* Its number alone; 0 for effects that happen once. */
uint32_t marketplace_model_number(
    const struct model *m, enum marketplace_effect effect);
uint32_t marketplace_deal_number(
    const struct deal *deal, enum marketplace_effect effect);

/* Sightings are asked for: some model is a token. */
bool marketplace_has_tokens(const struct marketplace *s);
uint64_t marketplace_sighted(const struct marketplace *s);
/* It is to be recorded: a stranger did it with a token of ours. */
bool marketplace_is_concerned(
    const struct marketplace *s, const Stoa__Chain__Sighting *sighting);

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
MARKETPLACE_QUERY(tokens, TokensQuery, TokensReply);

#endif
