/* window.h - what one shard has received and the broker not yet taken.
 *
 * A session's place may only advance over what is stored, and events of one
 * subject must be stored in order: of each lane (a guild) one event is under
 * way, the next follows when it is done; lanes run side by side. Events are
 * the caller's and linked, nothing is copied. Layer 2, pure. */
#ifndef GATEWAY_WINDOW_H
#define GATEWAY_WINDOW_H

#include "base/map.h"

#define WINDOW_LANE_SIZE 24

struct window_event {
	struct window_event *next;   /* by sequence */
	struct window_event *behind; /* of the same lane */
	uint64_t seq;
	size_t bytes;
	int64_t came_us;
	char lane[WINDOW_LANE_SIZE];
	bool is_done;
	bool is_behind; /* another one of its lane is before it */
};

struct window {
	struct window_event *first, *last;
	struct stoa_map lanes; /* lane -> the last event in it */
	uint64_t seen;	       /* the newest sequence, published or not */
	size_t count, bytes;
};

void window_init(struct window *w, uint64_t seed);

/* Forgets all; the events are the caller's. */
void window_fini(struct window *w);

/* The place of a new session, or of a taken one; the window is empty. */
void window_start(struct window *w, uint64_t seq);

/* A dispatch that nobody subscribes to. */
void window_pass(struct window *w, uint64_t seq);

/* Adds an event with `seq`, `bytes`, `lane` and `came_us` filled in. True: it
 * may go out now; otherwise window_done gives it later. */
bool window_add(struct window *w, struct window_event *e);

/* It is stored. Returns the next of its lane, which may go out now, or NULL.
 * Events that have become free are handed to `freed`. */
struct window_event *window_done(struct window *w, struct window_event *e,
    void (*freed)(struct window_event *e));

/* Everything up to here is stored or was not wanted. */
uint64_t window_place(const struct window *w);

#endif
