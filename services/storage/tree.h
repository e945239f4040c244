/* tree.h - the balanced tree above the leaves of a file, built as they come.
 *
 * Leaves go in by CID and size, in order; inner blocks come out through a
 * callback; the root is known at the end. Every leaf has the same depth, so a
 * lone last leaf gets its own chain of nodes with one child, as Kubo does. A
 * file of one leaf has no node of its own. Memory: one unfinished node a
 * level. The caller need not hold the file: this layer never sees its bytes.
 * Layer 2, pure. */
#ifndef STORAGE_TREE_H
#define STORAGE_TREE_H

#include "storage/limits.h"
#include "storage/profile.h"

#include "base/buf.h"
#include "base/cid.h"
#include "base/status.h"

#include <stdint.h>

/* What a builder calls with each finished block, children before parents.
 * `block` is borrowed for the call. Anything but STOA_OK ends the building. */
typedef enum stoa_status storage_emit_fn(
    void *context, const struct stoa_cid *cid, struct stoa_str block);

/* A subtree as its parent sees it. */
struct storage_child {
	struct stoa_cid cid;
	uint64_t file_size; /* bytes of the file */
	uint64_t tsize;	    /* bytes of all its blocks */
};

struct storage_tree_level {
	struct stoa_buf links;
	struct stoa_buf block_sizes;
	uint64_t file_size;
	uint64_t tsize;
	uint32_t count;
	struct storage_child last; /* the root, if it stays alone */
};

struct storage_tree {
	const struct storage_profile *profile;
	storage_emit_fn *emit;
	void *context;
	unsigned depth; /* levels in use */
	struct storage_tree_level levels[STORAGE_TREE_DEPTH_MAX];
};

/* `profile` and `context` are borrowed until fini. */
void storage_tree_init(struct storage_tree *t,
    const struct storage_profile *profile, storage_emit_fn *emit,
    void *context);
void storage_tree_fini(struct storage_tree *t);

/* Adds the next leaf. Refuses: TOO_LARGE (sizes beyond 64 bits), NO_MEMORY,
 * and what emit returns; the tree is then of no use. */
STOA_MUST_USE enum stoa_status storage_tree_add(
    struct storage_tree *t, const struct storage_child *leaf);

/* The root; at least one leaf must have been added (an empty file is one
 * empty leaf). */
STOA_MUST_USE enum stoa_status storage_tree_end(
    struct storage_tree *t, struct storage_child *ret_root);

/* The block of a leaf that holds `data`: `data` itself with raw leaves, else
 * wrapped into `room` (cleared first). */
struct stoa_str storage_leaf_block(const struct storage_profile *profile,
    struct stoa_str data, struct stoa_buf *room);

/* The leaf whose block hashes to `hash`. */
struct storage_child storage_leaf_child(const struct storage_profile *profile,
    const struct stoa_hash *hash, size_t data_len, size_t block_len);

#endif
