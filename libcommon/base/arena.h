/* arena.h - memory for one message: allocate forward, reset all at once.
 *
 * The caller gives the first block; more blocks come from malloc up to a
 * maximum that the caller states. Overflow is a sticky flag: alloc returns
 * NULL from then on, callers check once at the end and refuse the message.
 * Handlers never free. Layer 1, pure. Not thread safe. */
#ifndef STOA_BASE_ARENA_H
#define STOA_BASE_ARENA_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct stoa_arena_block;

struct stoa_arena {
	char *at;
	char *end;
	struct stoa_arena_block *blocks; /* malloc'd ones, newest first */
	void *first;
	size_t first_size;
	size_t size_left; /* how much may still be taken from malloc */
	size_t size_max;
	bool is_overflown;
};

/* `first` (borrowed, may be NULL with size 0) serves before malloc does. */
void stoa_arena_init(
    struct stoa_arena *a, void *first, size_t first_size, size_t size_max);
void stoa_arena_fini(struct stoa_arena *a);

/* Forgets everything allocated; clears the overflow flag; keeps one block. */
void stoa_arena_reset(struct stoa_arena *a);

/* Zeroed memory aligned for any type, valid until reset. NULL on overflow. */
void *stoa_arena_alloc(struct stoa_arena *a, size_t size);

/* Room for `count` elements; multiplication is checked. */
void *stoa_arena_alloc_array(struct stoa_arena *a, size_t count, size_t size);

void *stoa_arena_dup(struct stoa_arena *a, const void *data, size_t len);

/* Terminated copy of `s`. */
char *stoa_arena_str(struct stoa_arena *a, struct stoa_str s);

/* printf into the arena; NULL on overflow. */
char *stoa_arena_printf(struct stoa_arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
