/* index.h - where each block lies: from its SHA-256 to pack and offset.
 *
 * Open addressing with linear probing; an entry is 48 bytes, a table is at
 * most three quarters full. Keys are digests, so their first bytes serve as
 * the hash; finding colliding ones costs an attacker a SHA-256 preimage search
 * per bit. Layer 2, pure. Not thread safe. */
#ifndef STORAGE_INDEX_H
#define STORAGE_INDEX_H

#include "base/hash.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct storage_place {
	struct stoa_hash hash;
	uint32_t pack;		/* number; 0 marks a free slot */
	uint32_t offset;	/* of the frame */
	uint32_t len : 24;	/* of the block */
	uint32_t is_bad : 1;	/* its bytes were found wrong: add it again */
	uint32_t is_marked : 1; /* reachable from a pin, in this collection */
	uint32_t epoch;		/* when it was last added or pinned */
};

struct storage_index {
	struct storage_place *places;
	size_t size; /* a power of two, or 0 */
	size_t count;
};

void storage_index_init(struct storage_index *index);
void storage_index_fini(struct storage_index *index);

/* Borrowed until the next put or remove; NULL when there is none. */
struct storage_place *storage_index_find(
    const struct storage_index *index, const struct stoa_hash *hash);

/* Adds or replaces. Refuses NO_MEMORY; then nothing has changed. */
STOA_MUST_USE enum stoa_status storage_index_put(
    struct storage_index *index, const struct storage_place *place);

void storage_index_remove(
    struct storage_index *index, const struct stoa_hash *hash);

/* Walks in no order; start with `*cursor` 0; NULL at the end. */
struct storage_place *storage_index_next(
    const struct storage_index *index, size_t *cursor);

#endif
