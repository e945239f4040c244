/* ballot.h - what a voter hands in: checked, priced, scaled. tally.h says what
 * a ballot means.
 *
 * Layer 2, pure. Nothing here keeps memory. */
#ifndef GOVERNANCE_BALLOT_H
#define GOVERNANCE_BALLOT_H

#include "base/check.h"
#include "governance/tally_limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ballot_form {
	BALLOT_SINGLE,
	BALLOT_APPROVAL,
	BALLOT_RANKED,
	BALLOT_SPLIT,
	BALLOT_QUADRATIC,
};
#define BALLOT_FORM_COUNT 5

const char *ballot_form_name(enum ballot_form form); /* "single" */

/* Arrays are borrowed, and may be NULL where their count is 0. */
struct ballot {
	bool is_abstain;
	const uint32_t *options; /* indices from 0 */
	size_t option_count;
	const uint32_t *amounts; /* of options[] in the same order */
	size_t amount_count;
};

/* What is wrong, and the two numbers to say so. Of several faults the first is
 * told: options before amounts, the count of an array before its entries, one
 * entry after the other, then the sum, then the cost. */
enum ballot_fault {
	BALLOT_ABSTAINS_WITH,	/* entries found; 0 */
	BALLOT_OPTIONS_FEW,	/* options found; at least 1 */
	BALLOT_OPTIONS_MANY,	/* options found; at most */
	BALLOT_OPTION_UNKNOWN,	/* the index found; the highest there is */
	BALLOT_OPTION_REPEATED, /* the index found; at most 1 time */
	BALLOT_AMOUNTS_COUNT,	/* amounts found; exactly */
	BALLOT_AMOUNT_SMALL,	/* the amount found; at least 1 */
	BALLOT_AMOUNT_LARGE,	/* the amount found; at most */
	BALLOT_AMOUNTS_SUM,	/* their sum; exactly */
	BALLOT_COST,		/* the cost; the credits left */
};
#define BALLOT_FAULT_COUNT 10

const char *ballot_fault_name(enum ballot_fault fault); /* "options_few" */

struct ballot_problem {
	enum ballot_fault fault;
	uint64_t found, limit;
};

/* False: refused, and *ret_problem says why; it is untouched otherwise. Looks
 * at no more than TALLY_OPTIONS_MAX entries, whatever the ballot claims. */
STOA_MUST_USE bool ballot_check(enum ballot_form form, uint32_t option_count,
    const struct ballot *b, struct ballot_problem *ret_problem);

/* ---- quadratic ballots, already checked ---- */

/* The sum of the squares of its votes; 0 for an abstention. */
uint64_t ballot_cost(const struct ballot *b);

/* False, with BALLOT_COST: it costs more than the credits left. */
STOA_MUST_USE bool ballot_check_credits(const struct ballot *b,
    uint64_t credits, struct ballot_problem *ret_problem);

/* Where a scaled ballot keeps its arrays. */
struct ballot_room {
	uint32_t options[TALLY_OPTIONS_MAX];
	uint32_t amounts[TALLY_OPTIONS_MAX];
};

/* A delegate's ballot as it counts for a delegator who has `credits`: rule 8
 * of tally.h. False: it counts as nothing, *ret_ballot is untouched.
 * *ret_ballot lives as long as both `b` and `room`. */
STOA_MUST_USE bool ballot_scale(const struct ballot *b, uint64_t credits,
    struct ballot_room *room, struct ballot *ret_ballot);

/* The largest whole number whose square is not above x; for any x. */
uint32_t ballot_isqrt(uint64_t x);

#endif
