/* lane.c - a list per member, found by name. */
#include "bot/lane.h"

#include "base/check.h"

#include <stdlib.h>

struct lane {
	struct bot_lane_item *first, *last;
	size_t count;
};

void
bot_lanes_init(struct bot_lanes *l, uint64_t seed)
{
	stoa_map_init(&l->lanes, seed);
	l->count = 0;
}

void
bot_lanes_fini(struct bot_lanes *l)
{
	STOA_MAP_EACH(&l->lanes, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&l->lanes);
	l->count = 0;
}

enum bot_lane_place
bot_lane_join(struct bot_lanes *l, struct stoa_str member,
    struct bot_lane_item *item, size_t waiting_max)
{
	struct lane *lane = stoa_map_get(&l->lanes, member);

	if (lane != NULL && lane->count > waiting_max) {
		return BOT_LANE_FULL;
	}
	item->next = NULL;
	l->count++;
	if (lane != NULL) {
		lane->last->next = item;
		lane->last = item;
		lane->count++;
		return BOT_LANE_WAITS;
	}
	lane = calloc(1, sizeof(*lane));
	stoa_assert(lane != NULL);
	*lane = (struct lane){item, item, 1};
	(void)stoa_map_put(&l->lanes, member, lane);
	return BOT_LANE_FIRST;
}

struct bot_lane_item *
bot_lane_leave(struct bot_lanes *l, struct stoa_str member)
{
	struct lane *lane = stoa_map_get(&l->lanes, member);

	stoa_assert(lane != NULL);
	lane->first = lane->first->next;
	lane->count--;
	l->count--;
	if (lane->first != NULL) {
		return lane->first;
	}
	(void)stoa_map_remove(&l->lanes, member);
	free(lane);
	return NULL;
}
