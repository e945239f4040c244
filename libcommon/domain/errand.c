/* errand.c - see errand.h. */
#include "domain/errand.h"

#include "base/check.h"
#include "base/map.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* An errand that has not been seen for so many looks is forgotten. */
#define SWEEP_AFTER 100

struct stoa_errands {
	struct stoa_errands_options o;
	struct stoa_map all; /* "<community>/<noun>" */
	size_t busy_count;
	uint64_t sweep;
	bool is_draining;
};

static int64_t
now_us(const struct stoa_errands *e)
{
	return stoa_clock_mono(e->o.clock).us;
}

/* ---- one ---- */

static struct stoa_errand *
errand_get(
    struct stoa_errands *e, struct stoa_str community, struct stoa_str noun)
{
	char key[112];
	struct stoa_errand *t;

	(void)snprintf(key, sizeof(key), "%.*s/%.*s", STOA_STR_ARG(community),
	    STOA_STR_ARG(noun));
	t = stoa_map_get(&e->all, stoa_str_of(key));
	if (t != NULL) {
		return t;
	}
	t = calloc(1, sizeof(*t));
	stoa_assert(t != NULL);
	t->errands = e;
	t->owner = e->o.owner;
	(void)snprintf(t->community, sizeof(t->community), "%.*s",
	    STOA_STR_ARG(community));
	(void)snprintf(t->noun, sizeof(t->noun), "%.*s", STOA_STR_ARG(noun));
	(void)stoa_map_put(&e->all, stoa_str_of(key), t);
	return t;
}

struct stoa_errand *
stoa_errand_due(struct stoa_errands *e, struct stoa_str community,
    struct stoa_str noun, int effect, uint32_t attempt)
{
	struct stoa_errand *t = errand_get(e, community, noun);

	t->sweep = e->sweep;
	if (t->is_busy) {
		return NULL;
	}
	if (effect != t->effect || attempt != t->attempt) {
		/* The state has moved: what was done is behind us. */
		t->effect = effect;
		t->attempt = attempt;
		t->wait_us = 0;
		t->try_us = 0;
	}
	return now_us(e) < t->try_us ? NULL : t;
}

void
stoa_errand_begin(struct stoa_errand *t)
{
	t->is_busy = true;
	t->errands->busy_count++;
}

void
stoa_errand_end(struct stoa_errand *t, bool ok)
{
	const struct stoa_errands_options *o = &t->errands->o;

	t->is_busy = false;
	t->errands->busy_count--;
	if (ok) {
		t->wait_us = 0;
		t->try_us = now_us(t->errands) + o->wait_us_max;
		return;
	}
	t->wait_us = t->wait_us == 0 ? o->wait_us_min : 2 * t->wait_us;
	if (t->wait_us > o->wait_us_max) {
		t->wait_us = o->wait_us_max;
	}
	t->try_us = now_us(t->errands) + t->wait_us;
}

const void *
stoa_errand_state(const struct stoa_errand *t)
{
	return stoa_replica_peek(
	    t->errands->o.replica, stoa_str_of(t->community));
}

void
stoa_errand_record(struct stoa_errand *t, const char *verb, uint32_t number,
    const char *method, const ProtobufCMessage *request)
{
	const struct stoa_errands_options *o = &t->errands->o;
	char id[96];

	(void)snprintf(id, sizeof(id), "%s:%s:%" PRIu32, verb, t->noun, number);
	o->command(o->owner, stoa_str_of(t->community), stoa_str_of(id), method,
	    request);
}

/* ---- all ---- */

struct stoa_errands *
stoa_errands_new(const struct stoa_errands_options *options)
{
	struct stoa_errands *e = calloc(1, sizeof(*e));

	stoa_assert(e != NULL);
	e->o = *options;
	stoa_map_init(&e->all, 0);
	return e;
}

void
stoa_errands_free(struct stoa_errands *e)
{
	if (e == NULL) {
		return;
	}
	STOA_MAP_EACH(&e->all, entry)
	{
		free(entry->value);
	}
	stoa_map_fini(&e->all);
	free(e);
}

static void
sweep(struct stoa_errands *e)
{
	STOA_MAP_EACH(&e->all, entry)
	{
		struct stoa_errand *t = entry->value;

		if (!t->is_busy && t->sweep + SWEEP_AFTER < e->sweep) {
			(void)stoa_map_remove(&e->all, entry->key);
			free(t);
		}
	}
}

void
stoa_errands_tick(struct stoa_errands *e)
{
	struct stoa_str community;
	size_t cursor = 0;

	if (e->is_draining) {
		return;
	}
	e->sweep++;
	while ((community = stoa_replica_next(e->o.replica, &cursor)).data !=
	       NULL) {
		if (e->o.is_mine(e->o.owner, community)) {
			e->o.look(e->o.owner, community);
		}
	}
	if (e->sweep % SWEEP_AFTER == 0) {
		sweep(e);
	}
}

void
stoa_errands_drain(struct stoa_errands *e)
{
	e->is_draining = true;
}

bool
stoa_errands_is_idle(const struct stoa_errands *e)
{
	return e->busy_count == 0;
}
