/* rest_heap.c - the usual two walks. */
#include "discord/rest_heap.h"

#include "base/check.h"

#include <stdlib.h>

void
rest_heap_fini(struct rest_heap *h)
{
	free(h->nodes);
	*h = (struct rest_heap){0};
}

static void
place(struct rest_heap *h, size_t i, struct rest_due *node)
{
	h->nodes[i] = node;
	node->place = i + 1;
}

static void
rise(struct rest_heap *h, size_t i)
{
	struct rest_due *node = h->nodes[i];

	while (i > 0 && h->nodes[(i - 1) / 2]->at_us > node->at_us) {
		place(h, i, h->nodes[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(h, i, node);
}

static void
sink(struct rest_heap *h, size_t i)
{
	struct rest_due *node = h->nodes[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->count) {
			break;
		}
		if (child + 1 < h->count &&
		    h->nodes[child + 1]->at_us < h->nodes[child]->at_us) {
			child++;
		}
		if (h->nodes[child]->at_us >= node->at_us) {
			break;
		}
		place(h, i, h->nodes[child]);
		i = child;
	}
	place(h, i, node);
}

void
rest_heap_put(struct rest_heap *h, struct rest_due *node, int64_t at_us)
{
	rest_heap_remove(h, node);
	if (h->count == h->size) {
		h->size = h->size == 0 ? 64 : 2 * h->size;
		h->nodes =
		    reallocarray(h->nodes, h->size, sizeof(struct rest_due *));
		/* The owners are bounded: a bug of sizing. */
		stoa_assert(h->nodes != NULL);
	}
	node->at_us = at_us;
	h->nodes[h->count] = node;
	h->count++;
	rise(h, h->count - 1);
}

void
rest_heap_remove(struct rest_heap *h, struct rest_due *node)
{
	size_t i = node->place - 1;
	struct rest_due *last;

	if (node->place == 0) {
		return;
	}
	stoa_assert(h->nodes[i] == node);
	node->place = 0;
	h->count--;
	last = h->nodes[h->count];
	if (last != node) {
		place(h, i, last);
		rise(h, i);
		sink(h, last->place - 1);
	}
}

struct rest_due *
rest_heap_first(const struct rest_heap *h)
{
	return h->count > 0 ? h->nodes[0] : NULL;
}
