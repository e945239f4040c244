/* alive.c - which replicas live.
 *
 * A replica is alive while its own record keeps changing; time is measured by
 * each observer's own clock, and only while it can reach the broker itself, so
 * that an outage of the broker kills nobody. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "port/kv.h"

#include <stdio.h>
#include <stdlib.h>

#define RELEASED_TOLD_US (1 * STOA_US_PER_S)

/* Before the first beat: one of a namesake's would be heard. */
#define HUSH_US (GATEWAY_BEAT_REPLICA_US + 50 * STOA_US_PER_MS)

/* A namesake is gone after this. */
#define TWIN_SILENT_US (2 * GATEWAY_BEAT_REPLICA_US + 50 * STOA_US_PER_MS)

bool
alive_is_healthy(const struct gateway *g)
{
	return g->beat_put_us > 0 &&
	       g->now_us - g->beat_put_us < 3 * GATEWAY_BEAT_REPLICA_US;
}

static void
on_beat_stored(void *owner, enum stoa_status status, uint64_t revision)
{
	struct gateway *g = owner;

	(void)revision;
	if (status != STOA_OK) {
		return;
	}
	if (!alive_is_healthy(g)) {
		/* Silence before now says nothing about the others; they may
		 * have taken ours for dead. */
		STOA_MAP_EACH(&g->replicas, entry)
		{
			struct replica *other = entry->value;

			other->heard_us = g->now_us;
		}
		if (g->beat_put_us > 0) {
			g->started_us = g->now_us;
		}
		fleet_doubt(g);
	}
	g->beat_put_us = g->now_us;
}

static void
on_farewell_stored(void *owner, enum stoa_status status, uint64_t revision)
{
	struct gateway *g = owner;

	(void)status;
	(void)revision;
	g->farewell = FAREWELL_STORED;
}

static void
beat_put(struct gateway *g, stoa_kv_stored done)
{
	Stoa__Discord__Replica record = STOA__DISCORD__REPLICA__INIT;
	uint8_t bytes[512];
	char key[STOA_KV_KEY_LEN_MAX];

	g->beat_us = g->now_us + GATEWAY_BEAT_REPLICA_US;
	if (g->now_us - g->released_us > RELEASED_TOLD_US) {
		g->released_count = 0;
	}
	record.incarnation = (char *)(uintptr_t)g->o.incarnation;
	record.beat = ++g->beat;
	record.shards = fleet_lease_count(g->fleet);
	record.released = g->released;
	record.n_released = g->released_count;
	record.is_leaving = g->is_draining;
	(void)snprintf(key, sizeof(key), "replica.%s", g->o.replica);
	stoa_kv_put(g->o.bus, GATEWAY_BUCKET, key,
	    gateway_pack(&record.base, bytes, sizeof(bytes)), STOA_KV_ANY, done,
	    g);
}

/* ---- another one of our name ---- */

static bool
is_twin_there(const struct gateway *g)
{
	return g->twin.us > 0 && g->now_us - g->twin.us < TWIN_SILENT_US;
}

/* Of two that run under one name the one that has beaten less gives way: it
 * takes nothing, and says nothing that could be taken for the other's word.
 * One beat may be the last one of a dead predecessor. */
static void
twin_heard(struct gateway *g, const Stoa__Discord__Replica *record)
{
	bool is_ours = strcmp(record->incarnation, g->o.incarnation) == 0;
	bool is_older = record->beat > g->beat ||
			(record->beat == g->beat &&
			    strcmp(record->incarnation, g->o.incarnation) > 0);

	if (is_ours || !is_older) {
		return;
	}
	if (!is_twin_there(g) ||
	    strcmp(g->twin.incarnation, record->incarnation) != 0) {
		(void)snprintf(g->twin.incarnation, sizeof(g->twin.incarnation),
		    "%s", record->incarnation);
		g->twin.since_us = g->now_us;
		g->twin.heard = 0;
	}
	g->twin.us = g->now_us;
	g->twin.heard++;
	if (g->twin.heard == 2) {
		gateway_log(g, true, "replica_not_unique",
		    "another gateway runs as replica \"%s\" and was here "
		    "first: this one takes no shard",
		    g->o.replica);
	}
}

static void
twin_tick(struct gateway *g)
{
	char text[256];

	if (!is_twin_there(g) || g->twin.heard < 2 ||
	    g->now_us - g->twin.since_us < GATEWAY_TWIN_US) {
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "two gateways run as replica \"%s\": give each its own name with "
	    "--replica; this one ends, the other goes on",
	    g->o.replica);
	g->o.fatal(text);
}

bool
alive_is_alone(const struct gateway *g)
{
	return !is_twin_there(g);
}

/* ---- beats ---- */

void
alive_beat(struct gateway *g)
{
	twin_tick(g);
	/* First it is listened whether somebody else has our name. */
	if (g->now_us < g->beat_us || is_twin_there(g) || !g->is_listening ||
	    g->now_us - g->started_us < HUSH_US) {
		return;
	}
	beat_put(g, on_beat_stored);
}

/* The last word: all are handed back. */
void
alive_leave(struct gateway *g)
{
	if (g->farewell == FAREWELL_NONE) {
		g->farewell = FAREWELL_SENT;
		beat_put(g, on_farewell_stored);
	}
}

static void
on_replica(void *owner, struct stoa_str subject, struct stoa_str data)
{
	struct gateway *g = owner;
	struct stoa_arena arena;
	const Stoa__Discord__Replica *record;
	struct stoa_str name = stoa_str_from(
	    subject, sizeof("$KV." GATEWAY_BUCKET ".replica.") - 1);
	struct replica *other;

	stoa_arena_init(&arena, NULL, 0, GATEWAY_SEND_MAX);
	record = stoa_unpack(&arena, &stoa__discord__replica__descriptor, data);
	if (record != NULL &&
	    stoa_str_is_equal(name, stoa_str_of(g->o.replica))) {
		twin_heard(g, record);
	} else if (record != NULL) {
		other = stoa_map_get(&g->replicas, name);
		if (other == NULL) {
			other = calloc(1, sizeof(*other));
			stoa_assert(other != NULL);
			(void)stoa_map_put(&g->replicas, name, other);
		}
		(void)snprintf(other->incarnation, sizeof(other->incarnation),
		    "%s", record->incarnation);
		other->heard_us = g->now_us;
		other->shards = record->shards;
		other->is_leaving = record->is_leaving;
		fleet_released(g, record);
	}
	stoa_arena_fini(&arena);
}

bool
alive_has(const struct gateway *g, const char *name, const char *incarnation)
{
	const struct replica *other =
	    stoa_map_get(&g->replicas, stoa_str_of(name));

	return other != NULL && strcmp(other->incarnation, incarnation) == 0 &&
	       g->now_us - other->heard_us < GATEWAY_DEAD_US;
}

bool
alive_is_leaving(const struct gateway *g, const char *name)
{
	const struct replica *other =
	    stoa_map_get(&g->replicas, stoa_str_of(name));

	return other != NULL && other->is_leaving;
}

unsigned
alive_count(const struct gateway *g, unsigned *ret_least)
{
	unsigned count = 1;

	*ret_least = UINT32_MAX;
	STOA_MAP_EACH(&g->replicas, entry)
	{
		const struct replica *other = entry->value;

		if (!other->is_leaving &&
		    g->now_us - other->heard_us < GATEWAY_DEAD_US) {
			count++;
			if (other->shards < *ret_least) {
				*ret_least = other->shards;
			}
		}
	}
	return count;
}

/* The broker answers: from now on others are heard. */
static void
on_listening(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct gateway *g = owner;

	(void)value;
	(void)revision;
	if (status == STOA_OK || status == STOA_NOT_FOUND) {
		g->is_listening = true;
		g->started_us = g->now_us;
	} else if (!g->is_draining) {
		stoa_kv_get(g->o.bus, GATEWAY_BUCKET, "plan", on_listening, g);
	}
}

void
alive_start(struct gateway *g)
{
	stoa_bus_hear(
	    g->o.bus, "$KV." GATEWAY_BUCKET ".replica.*", on_replica, g);
	stoa_kv_get(g->o.bus, GATEWAY_BUCKET, "plan", on_listening, g);
}
