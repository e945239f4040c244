/* window.c - two orders over one set of events: by sequence and by lane. */
#include "gateway/window.h"

#include "base/check.h"

void
window_init(struct window *w, uint64_t seed)
{
	*w = (struct window){0};
	stoa_map_init(&w->lanes, seed);
}

void
window_fini(struct window *w)
{
	stoa_map_fini(&w->lanes);
	*w = (struct window){0};
}

void
window_start(struct window *w, uint64_t seq)
{
	stoa_assert(w->first == NULL);
	w->seen = seq;
}

void
window_pass(struct window *w, uint64_t seq)
{
	if (seq > w->seen) {
		w->seen = seq;
	}
}

/* At the end, but for what comes late: the place must not pass it. */
static void
link_by_sequence(struct window *w, struct window_event *e)
{
	struct window_event **at = &w->first;

	if (w->last != NULL && w->last->seq <= e->seq) {
		at = &w->last->next;
	}
	while (*at != NULL && (*at)->seq <= e->seq) {
		at = &(*at)->next;
	}
	e->next = *at;
	*at = e;
	if (e->next == NULL) {
		w->last = e;
	}
}

bool
window_add(struct window *w, struct window_event *e)
{
	struct window_event *before;

	e->behind = NULL;
	e->is_done = false;
	link_by_sequence(w, e);
	w->count++;
	w->bytes += e->bytes;
	window_pass(w, e->seq);
	before = stoa_map_put(&w->lanes, stoa_str_of(e->lane), e);
	e->is_behind = before != NULL;
	if (before != NULL) {
		before->behind = e;
	}
	return !e->is_behind;
}

struct window_event *
window_done(struct window *w, struct window_event *e,
    void (*freed)(struct window_event *e))
{
	struct window_event *follower = e->behind;

	stoa_assert(!e->is_done);
	e->is_done = true;
	if (follower == NULL) {
		stoa_assert(
		    stoa_map_remove(&w->lanes, stoa_str_of(e->lane)) == e);
	} else {
		follower->is_behind = false;
	}
	while (w->first != NULL && w->first->is_done) {
		struct window_event *head = w->first;

		w->first = head->next;
		if (w->first == NULL) {
			w->last = NULL;
		}
		w->count--;
		w->bytes -= head->bytes;
		freed(head);
	}
	return follower;
}

uint64_t
window_place(const struct window *w)
{
	return w->first == NULL ? w->seen : w->first->seq - 1;
}
