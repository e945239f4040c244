/* order.h - a set kept in order: by a number, then by an id.
 *
 * For lists that are shown sorted and for deadlines: add, remove and find are
 * O(log n) on average, a step is O(1) in either direction. A skip list (Pugh,
 * "Skip Lists: A Probabilistic Alternative to Balanced Trees", 1990) whose
 * heights come of the ids' hash: there is no random source, and the seed
 * keeps chosen ids from being all of one height. The order itself never
 * depends on it.
 *
 * Ids and values are borrowed while they are in. Out of memory is a bug of
 * sizing: every user bounds its count. Layer 1, pure. Not thread safe. */
#ifndef STOA_BASE_ORDER_H
#define STOA_BASE_ORDER_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct stoa_order_node;

struct stoa_order_entry {
	int64_t number;
	struct stoa_str id;
	void *value;
};

#define STOA_ORDER_HEIGHT_MAX 16

struct stoa_order {
	struct stoa_order_node *first[STOA_ORDER_HEIGHT_MAX];
	struct stoa_order_node *last;
	size_t count;
	uint64_t seed;
};

void stoa_order_init(struct stoa_order *o, uint64_t seed);
void stoa_order_fini(struct stoa_order *o); /* ids and values stay */

/* Must not be there, and must be there. */
void stoa_order_add(
    struct stoa_order *o, int64_t number, struct stoa_str id, void *value);
void stoa_order_remove(
    struct stoa_order *o, int64_t number, struct stoa_str id);

/* The first that is not below, the last that is not above; NULL: none. An
 * empty id is below all others. */
const struct stoa_order_entry *stoa_order_from(
    const struct stoa_order *o, int64_t number, struct stoa_str id);
const struct stoa_order_entry *stoa_order_until(
    const struct stoa_order *o, int64_t number, struct stoa_str id);

const struct stoa_order_entry *stoa_order_first(const struct stoa_order *o);
const struct stoa_order_entry *stoa_order_last(const struct stoa_order *o);
const struct stoa_order_entry *stoa_order_next(
    const struct stoa_order_entry *e);
const struct stoa_order_entry *stoa_order_previous(
    const struct stoa_order_entry *e);

#endif
