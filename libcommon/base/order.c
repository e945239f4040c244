/* order.c - a skip list; the lowest level is linked both ways. */
#include "base/order.h"

#include "base/check.h"
#include "base/map.h"

#include <stdlib.h>

struct stoa_order_node {
	struct stoa_order_entry entry; /* first: an entry is its node */
	struct stoa_order_node *previous;
	struct stoa_order_node *next[]; /* one per level */
};

static const struct stoa_order_node *
node_of(const struct stoa_order_entry *e)
{
	return (const struct stoa_order_node *)(const void *)e;
}

static const struct stoa_order_entry *
entry_of(const struct stoa_order_node *n)
{
	return n == NULL ? NULL : &n->entry;
}

static int
compare(const struct stoa_order_entry *e, int64_t number, struct stoa_str id)
{
	if (e->number != number) {
		return e->number < number ? -1 : 1;
	}
	return stoa_str_compare(e->id, id);
}

/* One in four is on the next level, too. */
static unsigned
height_of(const struct stoa_order *o, struct stoa_str id)
{
	uint64_t hash = stoa_map_hash(o->seed, id);
	unsigned height = 1;

	while (height < STOA_ORDER_HEIGHT_MAX && (hash & 3) == 0) {
		height++;
		hash >>= 2;
	}
	return height;
}

/* Where each level goes on after the last node below; gives that node. */
static struct stoa_order_node *
path_find(const struct stoa_order *o, int64_t number, struct stoa_str id,
    struct stoa_order_node **ret_path[STOA_ORDER_HEIGHT_MAX])
{
	struct stoa_order_node *at = NULL;

	for (int level = STOA_ORDER_HEIGHT_MAX - 1; level >= 0; level--) {
		struct stoa_order_node *const *link =
		    at == NULL ? &o->first[level] : &at->next[level];

		while (
		    *link != NULL && compare(&(*link)->entry, number, id) < 0) {
			at = *link;
			link = &at->next[level];
		}
		if (ret_path != NULL) {
			ret_path[level] =
			    (struct stoa_order_node **)(uintptr_t)link;
		}
	}
	return at;
}

void
stoa_order_init(struct stoa_order *o, uint64_t seed)
{
	*o = (struct stoa_order){.seed = seed};
}

void
stoa_order_fini(struct stoa_order *o)
{
	struct stoa_order_node *next;

	for (struct stoa_order_node *n = o->first[0]; n != NULL; n = next) {
		next = n->next[0];
		free(n);
	}
	*o = (struct stoa_order){.seed = o->seed};
}

void
stoa_order_add(
    struct stoa_order *o, int64_t number, struct stoa_str id, void *value)
{
	struct stoa_order_node **path[STOA_ORDER_HEIGHT_MAX];
	struct stoa_order_node *before = path_find(o, number, id, path);
	unsigned height = height_of(o, id);
	struct stoa_order_node *n =
	    malloc(sizeof(*n) + height * sizeof(n->next[0]));

	stoa_assert(n != NULL);
	stoa_assert(
	    *path[0] == NULL || compare(&(*path[0])->entry, number, id) != 0);
	n->entry = (struct stoa_order_entry){number, id, value};
	n->previous = before;
	for (unsigned level = 0; level < height; level++) {
		n->next[level] = *path[level];
		*path[level] = n;
	}
	if (n->next[0] == NULL) {
		o->last = n;
	} else {
		n->next[0]->previous = n;
	}
	o->count++;
}

void
stoa_order_remove(struct stoa_order *o, int64_t number, struct stoa_str id)
{
	struct stoa_order_node **path[STOA_ORDER_HEIGHT_MAX];
	struct stoa_order_node *n;
	unsigned height = height_of(o, id);

	(void)path_find(o, number, id, path);
	n = *path[0];
	stoa_assert(n != NULL && compare(&n->entry, number, id) == 0);
	for (unsigned level = 0; level < height; level++) {
		stoa_assert(*path[level] == n);
		*path[level] = n->next[level];
	}
	if (n->next[0] == NULL) {
		o->last = n->previous;
	} else {
		n->next[0]->previous = n->previous;
	}
	free(n);
	o->count--;
}

const struct stoa_order_entry *
stoa_order_from(const struct stoa_order *o, int64_t number, struct stoa_str id)
{
	const struct stoa_order_node *below = path_find(o, number, id, NULL);

	return entry_of(below == NULL ? o->first[0] : below->next[0]);
}

const struct stoa_order_entry *
stoa_order_until(const struct stoa_order *o, int64_t number, struct stoa_str id)
{
	const struct stoa_order_node *below = path_find(o, number, id, NULL);
	const struct stoa_order_node *at =
	    below == NULL ? o->first[0] : below->next[0];

	return entry_of(
	    at != NULL && compare(&at->entry, number, id) == 0 ? at : below);
}

const struct stoa_order_entry *
stoa_order_first(const struct stoa_order *o)
{
	return entry_of(o->first[0]);
}

const struct stoa_order_entry *
stoa_order_last(const struct stoa_order *o)
{
	return entry_of(o->last);
}

const struct stoa_order_entry *
stoa_order_next(const struct stoa_order_entry *e)
{
	return entry_of(node_of(e)->next[0]);
}

const struct stoa_order_entry *
stoa_order_previous(const struct stoa_order_entry *e)
{
	return entry_of(node_of(e)->previous);
}
