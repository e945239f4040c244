/* sim.c - the event heap, the clock and the trace. */
#include "fake/sim.h"

#include "base/check.h"
#include "base/hasher.h"

#include <stdlib.h>

struct event {
	int64_t at;
	uint64_t order; /* of two at one time, the older goes first */
	void (*fn)(void *);
	void *arg;
};

struct stoa_clock {
	struct sim *sim;
	int64_t ahead_us;
};

struct sim {
	struct stoa_clock clock; /* that is right */
	struct stoa_rng rng;
	struct sim_faults faults;
	struct stoa_hasher trace;
	struct event *heap;
	size_t count;
	size_t size;
	int64_t now;
	uint64_t next_order;
};

/* Wall time starts here, so that times look like times. */
#define WALL_START (INT64_C(1767225600) * STOA_US_PER_S)

struct sim *
sim_new(uint64_t seed)
{
	struct sim *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->clock.sim = s;
	stoa_rng_init(&s->rng, seed);
	stoa_hasher_init(&s->trace);
	s->faults.delay_us_max = 1000;
	s->now = STOA_US_PER_S;
	return s;
}

void
sim_free(struct sim *s)
{
	free(s->heap);
	free(s);
}

struct stoa_rng *
sim_rng(struct sim *s)
{
	return &s->rng;
}

int64_t
sim_now(const struct sim *s)
{
	return s->now;
}

struct sim_faults *
sim_faults(struct sim *s)
{
	return &s->faults;
}

static bool
is_before(const struct event *a, const struct event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void
swap(struct event *a, struct event *b)
{
	struct event kept = *a;

	*a = *b;
	*b = kept;
}

void
sim_at(struct sim *s, int64_t delay_us, void (*fn)(void *), void *arg)
{
	size_t at = s->count;

	if (s->count == s->size) {
		s->size = s->size == 0 ? 64 : 2 * s->size;
		s->heap = realloc(s->heap, s->size * sizeof(s->heap[0]));
		stoa_assert(s->heap != NULL);
	}
	s->heap[s->count++] =
	    (struct event){s->now + delay_us, s->next_order++, fn, arg};
	while (at > 0 && is_before(&s->heap[at], &s->heap[(at - 1) / 2])) {
		swap(&s->heap[at], &s->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

bool
sim_step(struct sim *s)
{
	struct event e;
	size_t at = 0;

	if (s->count == 0) {
		return false;
	}
	e = s->heap[0];
	s->heap[0] = s->heap[--s->count];
	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
			if (child < s->count &&
			    is_before(&s->heap[child], &s->heap[least])) {
				least = child;
			}
		}
		if (least == at) {
			break;
		}
		swap(&s->heap[at], &s->heap[least]);
		at = least;
	}
	stoa_assert(e.at >= s->now);
	s->now = e.at;
	e.fn(e.arg);
	return true;
}

void
sim_trace(struct sim *s, struct stoa_str what, uint64_t number)
{
	stoa_hasher_number(&s->trace, s->now);
	stoa_hasher_text(&s->trace, what);
	stoa_hasher_number(&s->trace, (int64_t)number);
}

struct stoa_hash
sim_trace_end(struct sim *s)
{
	return stoa_hasher_end(&s->trace);
}

/* ---- clocks ---- */

struct stoa_clock *
sim_clock(struct sim *s)
{
	return &s->clock;
}

struct stoa_clock *
sim_clock_new(struct sim *s)
{
	struct stoa_clock *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	c->sim = s;
	return c;
}

void
sim_clock_free(struct stoa_clock *c)
{
	free(c);
}

void
sim_clock_set(struct stoa_clock *c, int64_t ahead_us)
{
	c->ahead_us = ahead_us;
}

struct stoa_wall
stoa_clock_wall(const struct stoa_clock *c)
{
	return (struct stoa_wall){WALL_START + c->sim->now + c->ahead_us};
}

struct stoa_mono
stoa_clock_mono(const struct stoa_clock *c)
{
	return (struct stoa_mono){c->sim->now};
}
