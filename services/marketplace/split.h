/* split.h - who gets what of a payment, exact to the micro-Joy.
 *
 * Rules, numbered as in the test:
 *   1. Each share is floor(amount * bp / 10000); the owner gets the rest, so
 *      that all parts together are the amount.
 *   2. Rent for some time is ceil(rate * time / hour): the owner's side is
 *      rounded up, what goes back to the lessee is what is left.
 *   3. Rent never exceeds what was paid in advance.
 *   4. What was earned before a sale is the seller's, what comes after is the
 *      buyer's: differences of one running sum, so that nothing is lost.
 *   5. Who is outside ("0x...") gets all of what is theirs: the chain has paid
 *      them, and shares of it were divided there.
 * Layer 2, pure. */
#ifndef MARKETPLACE_SPLIT_H
#define MARKETPLACE_SPLIT_H

#include "marketplace/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPLIT_HOUR_US (3600 * STOA_US_PER_S)

struct split_share {
	const char *to;
	const char *why;
	uint32_t bp;
};

/* Owed to one of the owners, before shares. */
struct split_owed {
	const char *to; /* empty: nobody here; only the shares are paid */
	int64_t micro;
};

struct split_part {
	const char *to;
	const char *why;
	int64_t micro; /* positive */
};

/* Parts of the same person for the same reason are one; none is zero. Gives
 * how many; at most MARKETPLACE_ACCRUALS_MAX + 1 are owed. Borrows the
 * texts. */
size_t split_parts(const struct split_share *shares, size_t share_count,
    const struct split_owed *owed, size_t owed_count,
    struct split_part ret_parts[static MARKETPLACE_PARTS_MAX]);

/* floor(amount * bp / 10000). */
int64_t split_share_of(int64_t micro, uint32_t bp);

/* ceil(rate * time / hour); false: beyond MARKETPLACE_PRICE_MAX. */
bool split_rent(int64_t rate_micro, int64_t time_us, int64_t *ret_micro);

#endif
