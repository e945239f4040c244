/* merkle.h - the RFC 6962 (section 2.1) tree over a growing list of leaves.
 * Keeps one hash per set bit of the count: O(log n) memory, O(1) amortised
 * to add, O(log n) for the root. Layer 1, pure. */
#ifndef STOA_BASE_MERKLE_H
#define STOA_BASE_MERKLE_H

#include "base/hash.h"

#include <stdint.h>

#define STOA_MERKLE_DEPTH_MAX 40 /* 10^12 leaves */

struct stoa_merkle {
	uint64_t count;
	struct stoa_hash peaks[STOA_MERKLE_DEPTH_MAX]; /* largest first */
};

void stoa_merkle_init(struct stoa_merkle *m);

/* `leaf` is a leaf hash already: SHA-256(0x00 || bytes). */
void stoa_merkle_add(struct stoa_merkle *m, const struct stoa_hash *leaf);

/* The root; of the empty tree SHA-256(""). */
struct stoa_hash stoa_merkle_root(const struct stoa_merkle *m);

/* SHA-256(0x01 || left || right). */
struct stoa_hash stoa_merkle_node(
    const struct stoa_hash *left, const struct stoa_hash *right);

#endif
