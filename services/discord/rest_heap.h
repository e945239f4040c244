/* rest_heap.h - what is due first: a binary heap of nodes that lie in their
 * owners. O(log n). Layer 1, pure. */
#ifndef DISCORD_REST_HEAP_H
#define DISCORD_REST_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rest_due {
	int64_t at_us;
	size_t place; /* from 1; 0: in no heap */
	void *owner;
};

struct rest_heap {
	struct rest_due **nodes;
	size_t count, size;
};

void rest_heap_fini(struct rest_heap *h);

/* Puts, or moves to another time. */
void rest_heap_put(struct rest_heap *h, struct rest_due *node, int64_t at_us);
void rest_heap_remove(struct rest_heap *h, struct rest_due *node); /* if in */

/* The earliest; NULL when empty. */
struct rest_due *rest_heap_first(const struct rest_heap *h);

#endif
