/* limits.h - every bound of the marketplace, with its reason. */
#ifndef MARKETPLACE_LIMITS_H
#define MARKETPLACE_LIMITS_H

#include "base/time.h"

#include <stdint.h>

/* Models of one community that were approved, in memory: about 1 KiB each. */
#define MARKETPLACE_MODELS_MAX (1u << 20)

/* Deals under way in one community: each has money set aside, and accounts
 * keeps 20,000 holds for all that is bought, leased, trained and proposed. */
#define MARKETPLACE_OPEN_MAX 10000u

/* Deals that are over and still listed by /leases and /offers; those before
 * them stand in the journal alone. About 1 KiB each. */
#define MARKETPLACE_CLOSED_MAX 50000u

/* Deals under way of one member: nobody crowds out the others. */
#define MARKETPLACE_OPEN_MEMBER_MAX 100u

/* A price, in micro-Joy: what one movement of accounts may be. */
#define MARKETPLACE_PRICE_MAX INT64_C(1000000000000000)

/* What an approved model is listed for if its proposal does not say. */
#define MARKETPLACE_PRICE_DEFAULT INT64_C(100000000)

/* Of each payment, in basis points, rounded down: who trained the model, who
 * brought its data, and the community. The owner gets all the rest. */
#define MARKETPLACE_CREATOR_BP	 500u
#define MARKETPLACE_DATA_BP	 250u
#define MARKETPLACE_COMMUNITY_BP 250u
#define MARKETPLACE_SHARES_MAX	 8u

/* Owners that a model may have during one lease: each is owed rent for their
 * time, and one payment of accounts reaches 32. */
#define MARKETPLACE_LEASE_OWNERS_MAX 16u

/* Those of them that had it before the end. On a chain a model may go to
 * strangers at any time, and nobody can refuse that: together they are one. */
#define MARKETPLACE_ACCRUALS_MAX (MARKETPLACE_LEASE_OWNERS_MAX + 1)

/* Whoever is paid at the end of a lease: its owners and the shares. */
#define MARKETPLACE_PARTS_MAX \
	(MARKETPLACE_ACCRUALS_MAX + 1 + MARKETPLACE_SHARES_MAX)

/* A lease is paid to the second and at most a year ahead: nobody's Joy is
 * out of reach for longer on the word of one card. */
#define MARKETPLACE_LEASE_US_MIN STOA_US_PER_S
#define MARKETPLACE_LEASE_US_MAX (366 * STOA_US_PER_DAY)

/* A lease by question ends by itself after this, whatever is left of it. */
#define MARKETPLACE_METER_US	  (30 * STOA_US_PER_DAY)
#define MARKETPLACE_QUESTIONS_MAX 1000000u
#define MARKETPLACE_OFFER_US	  (7 * STOA_US_PER_DAY)
#define MARKETPLACE_OFFER_US_MAX  (90 * STOA_US_PER_DAY)
#define MARKETPLACE_OFFER_US_MIN  STOA_US_PER_S

/* Money stays set aside so much longer than it is needed: a marketplace that
 * is down for a season still pays out what was earned. */
#define MARKETPLACE_HOLD_US (90 * STOA_US_PER_DAY)

/* Texts, in bytes. */
#define MARKETPLACE_LICENCE_MAX 100u
#define MARKETPLACE_REPLY_MAX	256u
#define MARKETPLACE_TEXT_MAX	100u
#define MARKETPLACE_CURSOR_MAX	64u

/* A claim is a statement of a dozen fields with its signature. */
#define MARKETPLACE_CLAIM_MAX 4096u

/* The sizes that tokens, accounts and amounts have on the chain, in bytes. */
#define MARKETPLACE_TOKEN_SIZE	 32u
#define MARKETPLACE_ADDRESS_SIZE 20u

/* The aggregate of chain whose key moves the vault. */
#define MARKETPLACE_WALLET "w_vault"

/* Why the chain said no, in bytes: as long as chain itself keeps. */
#define MARKETPLACE_WHY_MAX 140u

/* Sightings that concern nobody here are recorded as seen once there are so
 * many: a restart looks at fewer again than one page has. */
#define MARKETPLACE_SIGHTINGS_PAGE 100u

/* Deals of strangers in memory at once: a sale is paid out at once, and a token
 * has one lessee. */
#define MARKETPLACE_OUTSIDE_MAX MARKETPLACE_MODELS_MAX

/* A page, and how many listings or deals are looked at for one: a filter that
 * matches little gives a short page and where to go on, instead of keeping
 * everybody waiting. */
#define MARKETPLACE_PAGE_MAX	 100u
#define MARKETPLACE_EXAMINED_MAX 2000u

/* Deals that one command ends at their time: an entry stays far below its
 * 128 KiB. What is left is still due after it. */
#define MARKETPLACE_ADVANCE_MAX 64u

/* Members that are somebody else now: as many as accounts keeps members. */
#define MARKETPLACE_UNITED_MAX 200000u

/* How soon an effect follows its cause. */
#define MARKETPLACE_TICK_US (10 * STOA_US_PER_MS)

/* An effect that fails is tried again: from, to (doubling). */
#define MARKETPLACE_RETRY_US_MIN (100 * STOA_US_PER_MS)
#define MARKETPLACE_RETRY_US_MAX (5 * STOA_US_PER_S)

#endif
