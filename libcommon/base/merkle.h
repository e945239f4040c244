/* merkle.h - the RFC 6962 (section 2.1) tree over a growing list of leaves.
 * Keeps one hash per set bit of the count: O(log n) memory, O(1) amortised
 * to add, O(log n) for the root. Layer 1, pure. */
#ifndef STOA_BASE_MERKLE_H
#define STOA_BASE_MERKLE_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
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

/* The path from a leaf to the root (section 2.1.1), the leaf's neighbour first.
 * Returns its length. */
size_t stoa_merkle_path(const struct stoa_hash *leaves, size_t count,
    size_t index, struct stoa_hash path[static STOA_MERKLE_DEPTH_MAX]);

/* The root that a path leads to; false: no path of this length can belong to
 * that leaf of a tree of that size (RFC 9162, section 2.1.3.2). */
bool stoa_merkle_path_root(const struct stoa_hash *leaf, uint64_t index,
    uint64_t size, const struct stoa_hash *path, size_t path_len,
    struct stoa_hash *ret_root);

/* SHA-256(0x01 || left || right). */
struct stoa_hash stoa_merkle_node(
    const struct stoa_hash *left, const struct stoa_hash *right);

#endif
