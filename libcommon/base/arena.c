/* arena.c - blocks in a list, a pointer that moves forward. */
#include "base/arena.h"

#include "base/check.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct stoa_arena_block {
	struct stoa_arena_block *next;
	size_t size;
	alignas(max_align_t) char bytes[];
};

#define BLOCK_SIZE_MIN ((size_t)4096)

void
stoa_arena_init(
    struct stoa_arena *a, void *first, size_t first_size, size_t size_max)
{
	stoa_assert(first != NULL || first_size == 0);
	*a = (struct stoa_arena){
	    .first = first,
	    .first_size = first_size,
	    .size_left = size_max,
	    .size_max = size_max,
	};
	a->at = first;
	a->end = first == NULL ? NULL : (char *)first + first_size;
}

void
stoa_arena_fini(struct stoa_arena *a)
{
	while (a->blocks != NULL) {
		struct stoa_arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	*a = (struct stoa_arena){0};
}

void
stoa_arena_reset(struct stoa_arena *a)
{
	struct stoa_arena_block *keep = a->blocks;

	a->is_overflown = false;
	if (keep == NULL) {
		a->at = a->first;
		a->end =
		    a->first == NULL ? NULL : (char *)a->first + a->first_size;
		return;
	}
	/* The newest block is kept: the next message is likely alike. */
	while (keep->next != NULL) {
		struct stoa_arena_block *old = keep->next;

		keep->next = old->next;
		a->size_left += old->size;
		free(old);
	}
	a->at = keep->bytes;
	a->end = keep->bytes + keep->size;
}

static bool
block_add(struct stoa_arena *a, size_t size)
{
	size_t want = size < BLOCK_SIZE_MIN ? BLOCK_SIZE_MIN : size;
	struct stoa_arena_block *block;

	if (a->blocks != NULL && want < 2 * a->blocks->size) {
		want = 2 * a->blocks->size;
	}
	if (want > a->size_left) {
		want = a->size_left;
	}
	if (want < size) {
		return false;
	}
	block = malloc(sizeof(*block) + want);
	if (block == NULL) {
		return false;
	}
	block->next = a->blocks;
	block->size = want;
	a->blocks = block;
	a->size_left -= want;
	a->at = block->bytes;
	a->end = block->bytes + want;
	return true;
}

void *
stoa_arena_alloc(struct stoa_arena *a, size_t size)
{
	size_t align = alignof(max_align_t);
	size_t pad = (size_t)(-(uintptr_t)a->at & (align - 1));
	void *memory;

	if (a->is_overflown || size > SIZE_MAX - align) {
		a->is_overflown = true;
		return NULL;
	}
	if (a->at == NULL || size + pad > (size_t)(a->end - a->at)) {
		if (!block_add(a, size)) {
			a->is_overflown = true;
			return NULL;
		}
		pad = 0;
	}
	memory = a->at + pad;
	a->at += pad + size;
	return memset(memory, 0, size);
}

void *
stoa_arena_alloc_array(struct stoa_arena *a, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		a->is_overflown = true;
		return NULL;
	}
	return stoa_arena_alloc(a, bytes);
}

void *
stoa_arena_dup(struct stoa_arena *a, const void *data, size_t len)
{
	void *copy = stoa_arena_alloc(a, len);

	if (copy != NULL && len > 0) {
		memcpy(copy, data, len);
	}
	return copy;
}

char *
stoa_arena_str(struct stoa_arena *a, struct stoa_str s)
{
	char *copy = stoa_arena_alloc(a, s.len + 1);

	if (copy != NULL && s.len > 0) {
		memcpy(copy, s.data, s.len);
	}
	return copy;
}

char *
stoa_arena_printf(struct stoa_arena *a, const char *format, ...)
{
	va_list args, again;
	char *text;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	stoa_assert(len >= 0);
	text = stoa_arena_alloc(a, (size_t)len + 1);
	if (text != NULL) {
		(void)vsnprintf(text, (size_t)len + 1, format, again);
	}
	va_end(again);
	return text;
}
