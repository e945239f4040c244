/* map.h - text to pointer, iterated in the order of insertion.
 *
 * Iteration order never depends on the hash, so a replayed state iterates
 * like the live one; the seed (SipHash-1-3) may therefore be random and keeps
 * chosen keys from piling up in one place. Keys are copied, values borrowed.
 * Out of memory is a bug of sizing: every user bounds its count. O(1) find,
 * put and remove on average. Layer 1, pure. Not thread safe. */
#ifndef STOA_BASE_MAP_H
#define STOA_BASE_MAP_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_map_entry {
	struct stoa_str key; /* owned by the map */
	void *value;	     /* NULL marks a removed entry */
	uint64_t hash;
};

struct stoa_map {
	struct stoa_map_entry *entries;
	uint32_t *index;    /* slot -> entry + 1, 0 free */
	size_t entry_count; /* removed ones included */
	size_t entry_size;
	size_t index_size; /* a power of two, or 0 */
	size_t count;
	uint64_t seed;
};

void stoa_map_init(struct stoa_map *m, uint64_t seed);
void stoa_map_fini(struct stoa_map *m); /* values are the caller's */

/* NULL when there is none. */
void *stoa_map_get(const struct stoa_map *m, struct stoa_str key);

/* Value must not be NULL. Returns the value that was replaced, or NULL. */
void *stoa_map_put(struct stoa_map *m, struct stoa_str key, void *value);

/* Returns the removed value, or NULL. */
void *stoa_map_remove(struct stoa_map *m, struct stoa_str key);

/* Walks in insertion order: start with `*cursor` 0; NULL at the end. The
 * entry under the cursor may be removed while walking; adding may not. */
struct stoa_map_entry *stoa_map_next(const struct stoa_map *m, size_t *cursor);

#define STOA_MAP_EACH(map, entry)                               \
	for (size_t entry##_at = 0, entry##_go = 1; entry##_go; \
	     entry##_go = 0)                                    \
		for (struct stoa_map_entry * entry;             \
		     (entry = stoa_map_next((map), &entry##_at)) != NULL;)

/* SipHash-1-3 of `key`. */
uint64_t stoa_map_hash(uint64_t seed, struct stoa_str key);

#endif
