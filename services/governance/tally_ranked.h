/* tally_ranked.h - ranked ballots in piles, one a first preference, and the
 * instant run-off over them: rule 12 of tally.h.
 *
 * A ballot is its power and a byte for each preference that is left; one that
 * has none left is only a part of its pile's sum. Whoever counts goes through
 * the pile of the eliminated option, from its start to its end, and no other.
 *
 * Layer 2, pure. For tally.c alone. */
#ifndef GOVERNANCE_TALLY_RANKED_H
#define GOVERNANCE_TALLY_RANKED_H

#include "base/buf.h"
#include "governance/tally.h"

struct tally_pile {
	uint64_t points;
	struct stoa_buf ballots;
};

struct tally_ranked {
	uint32_t option_count;
	struct tally_pile piles[TALLY_OPTIONS_MAX];
};

void tally_ranked_init(struct tally_ranked *r, uint32_t option_count);
void tally_ranked_fini(struct tally_ranked *r);

/* `options`: distinct, `count` >= 1 of them, checked. */
void tally_ranked_add(struct tally_ranked *r, const uint32_t *options,
    size_t count, uint64_t power);

/* Sets points, basis, outcome, winner and rounds; *ret_result is zeros before.
 * At least one ballot was added. */
void tally_ranked_result(
    const struct tally_ranked *r, struct tally_result *ret_result);

/* Every sum of a tally: ends the process when 64 bits do not hold it. */
static inline void
tally_sum(uint64_t *sum, uint64_t more)
{
	stoa_assert(!__builtin_add_overflow(*sum, more, sum));
}

#endif
