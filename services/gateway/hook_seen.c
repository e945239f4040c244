/* hook_seen.c - a ring of ids by age, and a map to find them. */
#include "gateway/hook_seen.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEN_US (2 * GATEWAY_SIGNATURE_US)

void
hook_seen_init(struct hook_seen *s, uint64_t seed)
{
	*s = (struct hook_seen){0};
	stoa_map_init(&s->ids, seed);
	/* Of pages that were never used the system keeps none. */
	s->slots = calloc(GATEWAY_SEEN_MAX, sizeof(*s->slots));
	stoa_assert(s->slots != NULL);
}

void
hook_seen_fini(struct hook_seen *s)
{
	stoa_map_fini(&s->ids);
	free(s->slots);
}

static void
oldest_drop(struct hook_seen *s)
{
	struct hook_seen_slot *slot = &s->slots[s->first];
	struct stoa_str id = stoa_str_of(slot->id);

	/* Removed meanwhile and added again, it stands in a later slot. */
	if (stoa_map_get(&s->ids, id) == slot) {
		(void)stoa_map_remove(&s->ids, id);
	}
	s->first = (s->first + 1) % GATEWAY_SEEN_MAX;
	s->count--;
}

bool
hook_seen_add(struct hook_seen *s, const char *id, int64_t now_us)
{
	struct hook_seen_slot *slot;

	stoa_assert(strlen(id) < GATEWAY_ID_SIZE);
	while (s->count > 0 && now_us - s->slots[s->first].at_us > SEEN_US) {
		oldest_drop(s);
	}
	if (stoa_map_get(&s->ids, stoa_str_of(id)) != NULL) {
		return false;
	}
	if (s->count == GATEWAY_SEEN_MAX) {
		oldest_drop(s);
	}
	slot = &s->slots[(s->first + s->count) % GATEWAY_SEEN_MAX];
	s->count++;
	(void)snprintf(slot->id, sizeof(slot->id), "%s", id);
	slot->at_us = now_us;
	(void)stoa_map_put(&s->ids, stoa_str_of(id), slot);
	return true;
}

void
hook_seen_remove(struct hook_seen *s, const char *id)
{
	(void)stoa_map_remove(&s->ids, stoa_str_of(id));
}
