/* lane.h - commands of one member one after another, members side by side.
 *
 * Each member with commands under way has a lane; its first command runs, the
 * others wait in order. Nothing is allocated per command: items are linked
 * into what the caller has. Layer 2, pure. */
#ifndef BOT_LANE_H
#define BOT_LANE_H

#include "base/map.h"

struct bot_lane_item {
	struct bot_lane_item *next;
};

struct bot_lanes {
	struct stoa_map lanes;
	size_t count; /* items in all of them */
};

enum bot_lane_place {
	BOT_LANE_FIRST, /* may run now */
	BOT_LANE_WAITS,
	BOT_LANE_FULL, /* not taken */
};

void bot_lanes_init(struct bot_lanes *l, uint64_t seed);
void bot_lanes_fini(struct bot_lanes *l); /* items are the caller's */

/* Adds to the lane of `member` (borrowed) unless `waiting_max` wait there. */
enum bot_lane_place bot_lane_join(struct bot_lanes *l, struct stoa_str member,
    struct bot_lane_item *item, size_t waiting_max);

/* Takes the first item off; returns the next one, which may run now, or
 * NULL. */
struct bot_lane_item *bot_lane_leave(
    struct bot_lanes *l, struct stoa_str member);

#endif
