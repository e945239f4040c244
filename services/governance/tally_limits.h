/* tally_limits.h - bounds of ballots and their counting, with their reasons. */
#ifndef GOVERNANCE_TALLY_LIMITS_H
#define GOVERNANCE_TALLY_LIMITS_H

#include <stdint.h>

/* Options of one proposal. A choice needs two; twenty are what a person still
 * reads, and fit a list of any platform. */
#define TALLY_OPTIONS_MIN 2u
#define TALLY_OPTIONS_MAX 20u

/* The power of one ballot, in whole Joy: what the ledger's 64 bits of
 * micro-Joy can hold in all, 9,223,372,036,854 of them. */
#define TALLY_POWER_MAX (UINT64_C(9223372036854775807) / 1000000)

/* Basis points: the whole. Also the scale of points where a ballot is split. */
#define TALLY_BP 10000u

/* Votes for one option of a quadratic ballot: a million credits. A whole
 * ballot costs less than 2^25, so the products of tally.h's rule 8 are below
 * 2^45. */
#define TALLY_VOTES_MAX 1000u

/* Ballots of one tally, ten times the members that a community may have. What
 * waits in memory is at most 28 bytes of each. */
#define TALLY_BALLOTS_MAX 2000000u

#endif
