/* any_tally.h - a proposal and its ballots from bytes: counted in several
 * orders, and held against what must be true of any count. */
#ifndef STOA_TESTS_GOVERNANCE_ANY_TALLY_H
#define STOA_TESTS_GOVERNANCE_ANY_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* What a run has met, so that a test can tell that it met all of it. */
struct any_tally_met {
	unsigned counted, refused, scaled, vanished, won, tied, run_off;
};

/* The same bytes make the same ballots; bytes beyond the end are zeros.
 * Ballots are as often wrong as right. Asserts. */
void any_tally_check(
    const uint8_t *bytes, size_t len, struct any_tally_met *met);

#endif
