/* stall.h - a market for tests: members, models that are approved, deals whose
 * money is there. */
#ifndef STALL_H
#define STALL_H

#include "base/id.h"
#include "marketplace/limits.h"
#include "marketplace/marketplace.h"

#include "../play.h"

extern char ann[], bob[], cyd[], dan[]; /* ann trained all models */

#define TEXT(t) ((char *)(uintptr_t)(t))

/* "m_aaaaaaaaa?" by a letter. */
char *stall_model(char letter);

/* Approved by a vote and nothing more; data of dan's. */
bool stall_approve(struct play *p, char *model, int64_t price_micro);

/* All the steps: for sale at that price. */
void stall_list(struct play *p, char *model, int64_t price_micro);

/* A member's command; refused or not stands in `p`. */
bool stall_offer_terms(struct play *p, char *member, char *model,
    int64_t price_micro, int64_t rent_micro, int64_t question_micro);
bool stall_buy(struct play *p, char *member, char *model, int64_t price_micro);
bool stall_lease(struct play *p, char *member, char *model, int64_t duration_us,
    int64_t total_micro);
bool stall_meter(struct play *p, char *member, char *model, uint32_t questions,
    int64_t total_micro);
bool stall_bid(struct play *p, char *member, char *model, int64_t price_micro,
    int64_t duration_us);
bool stall_answer(struct play *p, char *member, char *deal, bool is_accepted);
bool stall_return(struct play *p, char *member, char *deal);
bool stall_use(struct play *p, char *member, char *model);

/* ---- on a chain ---- */

/* All the steps: a token, for sale at that price under listing 1. */
void stall_mint(struct play *p, char *model, int64_t price_micro);
/* The same up to where chain is asked. */
void stall_claimed(struct play *p, char *model, int64_t price_micro);
/* 32 bytes that end in that number, and a letter before it. */
ProtobufCBinaryData stall_word(char letter, uint8_t number);
/* That many micro-Joy, as the chain has them. */
ProtobufCBinaryData stall_wei(uint64_t micro);
ProtobufCBinaryData stall_address(char letter);
enum marketplace_effect stall_model_effect(struct play *p, const char *model);
/* What chain is asked for of a model, in the play's arena. */
struct marketplace_step stall_step(struct play *p, const char *model);
struct marketplace_step stall_deal_step(
    struct play *p, const struct stoa_id *deal);
/* Chain's answers; a NULL `why`: it was done. */
bool stall_minted(
    struct play *p, char *model, uint32_t attempt, const char *why);
bool stall_relisted(struct play *p, char *model, uint8_t listing,
    const char *why); /* as it was asked for */
bool stall_traded(struct play *p, struct stoa_id *deal, int64_t starts_s,
    int64_t ends_s, const char *why);
bool stall_ended(
    struct play *p, struct stoa_id *deal, int64_t ends_s, const char *why);
/* What a stranger did; number and place are filled in. */
bool stall_sighted(struct play *p, Stoa__Chain__Sighting *sighting);

/* The deal that the member's last command began. */
struct stoa_id stall_deal(const struct play *p, const char *member);

/* The ledger's answers. */
bool stall_held(struct play *p, struct stoa_id *deal);
bool stall_broke(struct play *p, struct stoa_id *deal);
bool stall_settled(struct play *p, struct stoa_id *deal);

/* Time passes, and what is due is done. */
void stall_wait(struct play *p, int64_t us);

Stoa__Marketplace__Deal stall_view(struct play *p, const char *deal);
Stoa__Marketplace__Listing stall_listing(struct play *p, const char *model);
Stoa__Marketplace__AccessReply stall_access(
    struct play *p, const char *member, const char *model);
Stoa__Marketplace__EarningsReply stall_earnings(
    struct play *p, const char *member);
/* What a deal pays somebody, for that reason or for any (NULL). */
int64_t stall_paid(
    const Stoa__Marketplace__Deal *deal, const char *to, const char *why);

#endif
