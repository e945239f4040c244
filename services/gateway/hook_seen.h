/* hook_seen.h - ids of the interactions that came over HTTP lately.
 *
 * An id is remembered for as long as its signature could be used again, twice
 * GATEWAY_SIGNATURE_US; of more than GATEWAY_SEEN_MAX the oldest are forgotten.
 * Layer 2, pure. Not thread safe. */
#ifndef GATEWAY_HOOK_SEEN_H
#define GATEWAY_HOOK_SEEN_H

#include "base/map.h"
#include "gateway/limits.h"

struct hook_seen_slot {
	char id[GATEWAY_ID_SIZE];
	int64_t at_us;
};

struct hook_seen {
	struct stoa_map ids; /* id -> its slot */
	struct hook_seen_slot *slots;
	size_t first, count;
};

void hook_seen_init(struct hook_seen *s, uint64_t seed);
void hook_seen_fini(struct hook_seen *s);

/* False: it is there already. `id` is shorter than GATEWAY_ID_SIZE; `now_us`
 * never goes back. O(1) on average. */
bool hook_seen_add(struct hook_seen *s, const char *id, int64_t now_us);

/* It had no effect and may come again. */
void hook_seen_remove(struct hook_seen *s, const char *id);

#endif
