/* alive.c - which replicas live.
 *
 * A replica is alive while its own record keeps changing; time is measured by
 * each observer's own clock, and only while it can reach the broker itself, so
 * that an outage of the broker kills nobody. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RELEASED_TOLD_US (1 * STOA_US_PER_S)

/* Before the first beat: one of a namesake's would be heard. */
#define HUSH_US (GATEWAY_BEAT_REPLICA_US + 50 * STOA_US_PER_MS)

/* A beat: names, numbers, and a bit per shard. */
#define BEAT_MAX (SETTLED_SIZE + 512)

/* A namesake is gone after this. */
#define TWIN_SILENT_US (2 * GATEWAY_BEAT_REPLICA_US + 50 * STOA_US_PER_MS)

bool
alive_is_healthy(const struct gateway *g)
{
	return g->beat_put_us > 0 &&
	       g->now_us - g->beat_put_us < 3 * GATEWAY_BEAT_REPLICA_US;
}

static void
replica_key(const struct gateway *g, char key[static STOA_KV_KEY_LEN_MAX])
{
	(void)snprintf(key, STOA_KV_KEY_LEN_MAX, "replica.%s", g->o.replica);
}

/* An operator who wonders why shards stayed where they were finds it here. */
static void
late_log(const struct gateway *g)
{
	if (g->beat_put_us > 0) {
		gateway_log(g, true, "broker_late",
		    "the broker took %" PRId64 " ms for a sign of life: till "
		    "now nobody was taken for dead",
		    (g->now_us - g->beat_put_us) / STOA_US_PER_MS);
	}
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
		late_log(g);
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

/* Who has just begun tells what it was told in its last life: it must not
 * forget that over two crashes. */
static void
progress_fill(const struct gateway *g, Stoa__Discord__Replica *record,
    uint8_t settled[static SETTLED_SIZE])
{
	const struct reshard_aim *aim =
	    g->plan.revision == 0 ? &g->aim_before : &g->aim;
	struct reshard_look look = {0};

	fleet_look(sets_find(g, FLEET_FORCE, 0), &look);
	record->plan = g->plan.revision;
	record->lost = look.old_lost;
	record->aim = aim->count;
	record->aim_plan = aim->plan;
	if (plan_is_bringing(g)) {
		record->next = g->aim.count;
		fleet_settled(sets_find(g, FLEET_NEXT, 0), settled);
		record->settled.data = settled;
		record->settled.len = (g->aim.count + 7) / 8;
	}
}

static void
beat_put(struct gateway *g, stoa_kv_stored done)
{
	Stoa__Discord__Replica record = STOA__DISCORD__REPLICA__INIT;
	uint8_t bytes[BEAT_MAX], settled[SETTLED_SIZE] = {0};
	char key[STOA_KV_KEY_LEN_MAX];

	g->beat_us = g->now_us + GATEWAY_BEAT_REPLICA_US;
	if (g->now_us - g->released_us > RELEASED_TOLD_US) {
		g->released_count = 0;
	}
	record.incarnation = (char *)(uintptr_t)g->o.incarnation;
	record.beat = ++g->beat;
	record.shards = fleet_lease_count(sets_find(g, FLEET_FORCE, 0));
	record.released = g->released;
	record.n_released = g->released_count;
	record.is_leaving = g->is_draining;
	progress_fill(g, &record, settled);
	replica_key(g, key);
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
beat_take(struct gateway *g, struct replica *other,
    const Stoa__Discord__Replica *record)
{
	(void)snprintf(other->incarnation, sizeof(other->incarnation), "%s",
	    record->incarnation);
	other->heard_us = g->now_us;
	other->plan = record->plan;
	other->shards = record->shards;
	other->lost = record->lost;
	other->next = record->next;
	other->is_leaving = record->is_leaving;
	memset(other->settled, 0, sizeof(other->settled));
	reshard_bits_add(other->settled, sizeof(other->settled),
	    record->settled.data, record->settled.len);
	if (record->plan > g->plan.revision) {
		plan_doubt(g);
	}
	fleet_released(g, record);
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
		beat_take(g, other, record);
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

/* Does its part, by the plan that we know too. */
static bool
is_at_work(const struct gateway *g, const struct replica *other)
{
	return !other->is_leaving && other->plan == g->plan.revision &&
	       g->now_us - other->heard_us < GATEWAY_DEAD_US;
}

/* Of those who bring up `next`; `is_any`: of all. */
static struct members
members_of(const struct gateway *g, unsigned next, bool is_any)
{
	unsigned ours = plan_is_bringing(g) ? g->aim.count : 0;
	struct members m = {.least = UINT32_MAX};

	m.has_us = is_any || ours == next;
	m.count = m.has_us;
	STOA_MAP_EACH(&g->replicas, entry)
	{
		const struct replica *other = entry->value;

		if (is_at_work(g, other) && (is_any || other->next == next)) {
			m.count++;
			m.least =
			    other->shards < m.least ? other->shards : m.least;
		}
	}
	return m;
}

struct members
alive_members(const struct fleet *f)
{
	unsigned next = f->role == FLEET_NEXT ? f->count : 0;
	struct members m = members_of(f->gateway, next, false);

	return m.count > 0 ? m : members_of(f->gateway, 0, true);
}

void
alive_look(const struct gateway *g, struct reshard_look *look,
    uint8_t settled[static SETTLED_SIZE])
{
	STOA_MAP_EACH(&g->replicas, entry)
	{
		const struct replica *other = entry->value;

		if (!is_at_work(g, other)) {
			continue;
		}
		look->old_lost += other->lost;
		if (other->next == look->new_count) {
			reshard_bits_add(settled, SETTLED_SIZE, other->settled,
			    SETTLED_SIZE);
		}
	}
}

/* What we were told to do in our last life. */
static void
remember(struct gateway *g, struct stoa_str value)
{
	struct stoa_arena arena;
	const Stoa__Discord__Replica *record;

	stoa_arena_init(&arena, NULL, 0, GATEWAY_SEND_MAX);
	record =
	    stoa_unpack(&arena, &stoa__discord__replica__descriptor, value);
	if (record != NULL) {
		g->aim_before =
		    (struct reshard_aim){record->aim, record->aim_plan};
	}
	stoa_arena_fini(&arena);
}

static void own_read(struct gateway *g);

/* The broker answers: from now on others are heard. */
static void
on_own(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct gateway *g = owner;

	(void)revision;
	if (status == STOA_OK || status == STOA_NOT_FOUND) {
		if (status == STOA_OK) {
			remember(g, value);
		}
		g->is_listening = true;
		g->started_us = g->now_us;
	} else if (!g->is_draining) {
		own_read(g);
	}
}

static void
own_read(struct gateway *g)
{
	char key[STOA_KV_KEY_LEN_MAX];

	replica_key(g, key);
	stoa_kv_get(g->o.bus, GATEWAY_BUCKET, key, on_own, g);
}

void
alive_start(struct gateway *g)
{
	stoa_bus_hear(
	    g->o.bus, "$KV." GATEWAY_BUCKET ".replica.*", on_replica, g);
	own_read(g);
}
