/* limits.h - every bound of governance, with its reason. */
#ifndef GOVERNANCE_LIMITS_H
#define GOVERNANCE_LIMITS_H

#include "base/time.h"

#include <stdint.h>

/* Proposals of one community that are not over: each is looked at whenever
 * somebody delegates, and a person reads no more than this. */
#define GOVERNANCE_OPEN_MAX 200u

/* And all of them: they stay readable, about 2 kB each. */
#define GOVERNANCE_PROPOSALS_MAX 100000u

/* Types of proposals; a card lists them all. */
#define GOVERNANCE_RULES_MAX 40u

/* Identities: as many as accounts keeps members. */
#define GOVERNANCE_ELECTORS_MAX	      200000u
#define GOVERNANCE_ELECTORS_CHUNK_MAX 1000u
#define GOVERNANCE_PLATFORM_ROLES_MAX 250u

/* Texts, in bytes: what a chat card shows whole. */
#define GOVERNANCE_TITLE_MAX	   120u
#define GOVERNANCE_DESCRIPTION_MAX 3000u
#define GOVERNANCE_OPTION_MAX	   80u
#define GOVERNANCE_REASON_MAX	   500u
#define GOVERNANCE_RULE_TEXT_MAX   200u
#define GOVERNANCE_LINK_MAX	   300u
#define GOVERNANCE_REPLY_MAX	   512u
#define GOVERNANCE_TYPE_MAX	   32u
#define GOVERNANCE_MEMO_MAX	   140u

/* Proposals that move on in one command: a tally is up to 4 kB. */
#define GOVERNANCE_ADVANCE_MAX 16u

/* Members named in a reminder: what a message can mention. */
#define GOVERNANCE_SILENT_MAX 50u

/* Before the end of a vote, where the charter says nothing else. */
#define GOVERNANCE_REMINDER_US	    STOA_US_PER_DAY
#define GOVERNANCE_LAST_REMINDER_US (3600 * STOA_US_PER_S)

/* How soon an effect follows its cause. */
#define GOVERNANCE_TICK_US (20 * STOA_US_PER_MS)

/* Between attempts of what is to be done, from and to, doubling. */
#define GOVERNANCE_RETRY_US_MIN (50 * STOA_US_PER_MS)
#define GOVERNANCE_RETRY_US_MAX (2 * STOA_US_PER_S)

/* A page of the electorate. */
#define GOVERNANCE_PAGE 500u

/* A deposit comes back by itself after the longest that a proposal takes. */
#define GOVERNANCE_DEPOSIT_US (4 * GOVERNANCE_DURATION_MAX)

/* The guardian's time, from the founding. */
#define GOVERNANCE_GUARDIAN_US GOVERNANCE_DURATION_MAX

/* Executed one after the other. */
#define GOVERNANCE_ACTIONS_MAX 10u

#define GOVERNANCE_SPONSORS_MAX	   20u
#define GOVERNANCE_DELEGATIONS_MAX 20u /* of one member, by type */

/* A person's votes must be over before the person has forgotten them. */
#define GOVERNANCE_DURATION_MAX (365 * STOA_US_PER_DAY)

/* Voice credits of an identity for one round: a thousand votes at most. */
#define GOVERNANCE_CREDITS_MAX 1000000u

/* What one identity was called before, as in accounts; what all of them have
 * spent in a round is the spending of one. */
#define GOVERNANCE_FORMERS_MAX 16u
#define GOVERNANCE_SPENT_MAX \
	(GOVERNANCE_CREDITS_MAX * (GOVERNANCE_FORMERS_MAX + 1))

/* One payment or deposit, as in accounts. */
#define GOVERNANCE_AMOUNT_MAX INT64_C(1000000000000000)

/* Whole Joy of one member: what 2^63 micro-Joy hold. */
#define GOVERNANCE_STAKE_MAX INT64_C(9223372036854)

#endif
