/* tally.h - how ballots become a result. This text is the specification: who
 * counts again from the same ballots must get the same numbers.
 *
 *  1. A proposal has option_count options, 2 to 20, counted from 0, and may
 *     have one that means no, `reject`: (for, against) has reject = 1. All
 *     numbers are whole; nothing is rounded except in rule 8.
 *  2. A ballot abstains, or names distinct options, in SPLIT and QUADRATIC each
 *     with an amount. It weighs its `power`: whole Joy at the snapshot, from 0
 *     on, or 1 a member. In QUADRATIC every ballot weighs 1, whatever its
 * power.
 *  3. SINGLE: one option; points[o] += power.
 *  4. APPROVAL: 1 to option_count options, in any order; points[o] += power for
 *     each of them.
 *  5. RANKED: 1 to option_count options, the preferred first. See rule 12.
 *  6. SPLIT: amounts are basis points, each 1 to 10,000, in all exactly 10,000;
 *     points[o] += power * amount, so one power is 10,000 points: scale.
 *  7. QUADRATIC: amounts are votes, each 1 to 1,000; points[o] += votes. Their
 *     cost, the sum of the squares of the votes, is at most the credits left.
 *  8. A delegate's quadratic ballot counts for a delegator who has b credits:
 *     as it is if its cost c <= b; else votes' = isqrt(floor(votes^2 * b / c))
 *     for each option, isqrt rounding down. Options with 0 votes' drop out; if
 *     all do, the ballot counts as nothing and is not added.
 *
 *  9. abstain: weight of abstentions. voted: weight of all ballots. helping:
 *     weight of the ballots that help the quorum: abstentions, and those that
 *     name another option than `reject`; in RANKED, name it first.
 * 10. basis, what a winner's share is measured against: the sum of all points;
 *     in APPROVAL the weight of the ballots that do not abstain.
 * 11. All but RANKED: the option with most points wins. If several have most,
 *     be it 0, none wins: TIE. If no ballot names an option (in any form, in
 *     RANKED there is no round then), none wins: NOBODY.
 *
 * 12. RANKED is an instant run-off. In each round a ballot gives its power to
 *     its first continuing option; without one it is exhausted.
 *     a. An option with more than half of this round's points wins.
 *     b. Else one continuing option goes: of those with the fewest points in
 *        this round, those with the fewest in the round before, and so on back
 *        to the first round. If that leaves all continuing options, none wins:
 *        TIE. If it leaves several, the one with the highest index goes.
 *     Options with 0 points go one at a time, too. points and basis are those
 *     of the last round, where eliminated options have 0.
 *
 * 13. passes: an option wins, it is not `reject`, and its points * 10,000 are
 *     more than threshold_bp * basis.
 * 14. quorum: eligible > 0 and helping * 10,000 >= quorum_bp * eligible.
 *     `eligible` is in the unit of weights: power, in QUADRATIC people.
 * 15. objected: points[reject] * 10,000 >= objection_bp * eligible * scale; so
 *     an empty electorate, or an objection_bp of 0, always objects.
 *
 * No sum overflows: the ledger keeps all of a community's Joy in 64 bits of
 * micro-Joy, so all powers are 9.2 * 10^12 together, and times the largest
 * scale 9.2 * 10^16, a two-hundredth of what 64 bits hold. Each sum is checked
 * all the same, and ends the process: it would mean that power was counted
 * twice. Products are taken in 128 bits.
 *
 * Layer 2, pure; a tally is its owner's alone. The order of ballots does not
 * matter. Aborts when out of memory. */
#ifndef GOVERNANCE_TALLY_H
#define GOVERNANCE_TALLY_H

#include "governance/ballot.h"
#include "governance/tally_limits.h"

#include <stdbool.h>
#include <stdint.h>

/* Instead of an option: there is none. */
#define TALLY_NO_OPTION UINT32_MAX

enum tally_outcome {
	TALLY_WON,
	TALLY_TIE,
	TALLY_NOBODY,
};

const char *tally_outcome_name(enum tally_outcome outcome); /* "won" */

struct tally_round {
	uint64_t points[TALLY_OPTIONS_MAX]; /* 0: eliminated, or nobody's */
	uint64_t exhausted;
	uint32_t eliminated; /* at its end; TALLY_NO_OPTION in the last */
};

struct tally_result {
	uint64_t points[TALLY_OPTIONS_MAX];
	uint64_t scale; /* points of one power */
	uint64_t abstain, voted, helping, basis;
	enum tally_outcome outcome;
	uint32_t winner; /* TALLY_NO_OPTION unless TALLY_WON */

	/* RANKED, else 0. The last option wins with all that is left. */
	uint32_t round_count;
	struct tally_round rounds[TALLY_OPTIONS_MAX];
};

struct tally;

/* `reject` is an option or TALLY_NO_OPTION. Never NULL. */
struct tally *tally_new(
    enum ballot_form form, uint32_t option_count, uint32_t reject);
void tally_free(struct tally *t);

/* The ballot must pass ballot_check; its credits are the caller's matter.
 * Borrowed. At most TALLY_BALLOTS_MAX. O(options), no memory but in RANKED. */
void tally_add(struct tally *t, const struct ballot *b, uint64_t power);

/* The result so far: more ballots may follow, and it may be asked for again.
 * Equal results have equal bytes. O(options); in RANKED each ballot is looked
 * at once for each of its options that is eliminated while it counts there. */
void tally_result(const struct tally *t, struct tally_result *ret_result);

/* Whether one ballot helps the quorum, and whether so much help is enough:
 * for who keeps count while votes come in. */
bool tally_helps(
    enum ballot_form form, uint32_t reject, const struct ballot *b);
bool tally_is_quorum(uint64_t helping, uint32_t quorum_bp, uint64_t eligible);

/* Basis points are 0 to 10,000. */
bool tally_passes(
    const struct tally_result *r, uint32_t threshold_bp, uint32_t reject);
bool tally_has_quorum(
    const struct tally_result *r, uint32_t quorum_bp, uint64_t eligible);
bool tally_is_objected(const struct tally_result *r, uint32_t objection_bp,
    uint64_t eligible, uint32_t reject);

#endif
