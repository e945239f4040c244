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
		/* Silence before now says nothing about the others. */
		STOA_MAP_EACH(&g->replicas, entry)
		{
			struct replica *other = entry->value;

			other->heard_us = g->now_us;
		}
		g->started_us = g->now_us;
	}
	g->beat_put_us = g->now_us;
}

void
alive_beat(struct gateway *g)
{
	Stoa__Discord__Replica record = STOA__DISCORD__REPLICA__INIT;
	uint8_t bytes[512];
	char key[STOA_KV_KEY_LEN_MAX];

	if (g->now_us < g->beat_us) {
		return;
	}
	g->beat_us = g->now_us + GATEWAY_BEAT_REPLICA_US;
	if (g->now_us - g->released_us > RELEASED_TOLD_US) {
		g->released_count = 0;
	}
	record.incarnation = (char *)(uintptr_t)g->o.incarnation;
	record.beat = ++g->beat;
	record.shards = fleet_lease_count(g);
	record.released = g->released;
	record.n_released = g->released_count;
	(void)snprintf(key, sizeof(key), "replica.%s", g->o.replica);
	stoa_kv_put(g->o.bus, GATEWAY_BUCKET, key,
	    gateway_pack(&record.base, bytes, sizeof(bytes)), STOA_KV_ANY,
	    on_beat_stored, g);
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

	if (stoa_str_is_equal(name, stoa_str_of(g->o.replica))) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, GATEWAY_SEND_MAX);
	record = stoa_unpack(&arena, &stoa__discord__replica__descriptor, data);
	if (record != NULL) {
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

unsigned
alive_count(const struct gateway *g, unsigned *ret_least)
{
	unsigned count = 1;

	*ret_least = UINT32_MAX;
	STOA_MAP_EACH(&g->replicas, entry)
	{
		const struct replica *other = entry->value;

		if (g->now_us - other->heard_us < GATEWAY_DEAD_US) {
			count++;
			if (other->shards < *ret_least) {
				*ret_least = other->shards;
			}
		}
	}
	return count;
}

void
alive_start(struct gateway *g)
{
	stoa_bus_hear(
	    g->o.bus, "$KV." GATEWAY_BUCKET ".replica.*", on_replica, g);
}
