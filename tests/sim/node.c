/* node.c - start, crash, start again. */
#include "tests/sim/node.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void
on_answer(
    void *owner, void *call, enum stoa_status status, struct stoa_str outcome)
{
	struct node *n = owner;

	if (call != NULL) {
		n->answer(n->world, call, status, outcome);
	}
}

static void
on_read(void *owner, void *call, enum stoa_status status, const void *state,
    uint64_t index)
{
	struct node *n = owner;

	(void)index;
	n->read(n->world, call, status, state);
}

static uint64_t *
told_of(struct node *n, struct stoa_str community)
{
	for (size_t i = 0; i < n->told_count; i++) {
		if (stoa_str_is_equal(community, stoa_str_of(n->told_ids[i]))) {
			return &n->told[i];
		}
	}
	stoa_assert(n->told_count < NODE_COMMUNITIES_MAX);
	(void)snprintf(n->told_ids[n->told_count], sizeof(n->told_ids[0]),
	    "%.*s", STOA_STR_ARG(community));
	n->told[n->told_count] = 0;
	return &n->told[n->told_count++];
}

static void
on_committed(void *owner, const struct stoa_commit *commit)
{
	struct node *n = owner;
	uint64_t *told = told_of(n, commit->community);

	/* What a snapshot covers is not told. */
	if (commit->position == 0 && commit->index != *told + 1 &&
	    (*told != 0 || !n->is_spared)) {
		n->fail(n->world, "told out of order", n->core->name);
	}
	*told = commit->index;
	if (n->committed != NULL && !commit->is_replay) {
		n->committed(n->world, n);
	}
}

static void
on_slots(void *owner, const bool mine[static 256])
{
	struct node *n = owner;

	memcpy(n->mine, mine, sizeof(n->mine));
}

static void
on_alarm(void *owner, struct stoa_str community, const char *text)
{
	struct node *n = owner;

	if (getenv("SIM_VERBOSE") != NULL) {
		printf("%" PRId64 " %s %u %.*s: %s\n", sim_now(n->sim),
		    n->core->name, n->number, STOA_STR_ARG(community), text);
	}
}

/* The daemon removes its snapshot and ends, or a person restarts it because a
 * writer has found damage; started again, it reads all. */
static void
give_up(void *arg)
{
	struct node *n = arg;

	if (n->replica != NULL) {
		stoa_replica_adopt(n->replica, (struct stoa_str){NULL, 0});
		stoa_buf_clear(&n->snapshot);
		node_crash(n);
	}
}

static void
on_stopped(void *owner, const char *text)
{
	struct node *n = owner;

	if (n->has_rotted) {
		sim_at(n->sim, 0, give_up, n);
		return;
	}
	n->fail(n->world, "stopped", text);
}

static const struct stoa_replica_events events = {
    .answer = on_answer,
    .read = on_read,
    .committed = on_committed,
    .slots = on_slots,
    .alarm = on_alarm,
    .stopped = on_stopped,
};

void
node_start(struct node *n)
{
	struct stoa_replica_options options = {
	    .core = n->core,
	    .number = n->number,
	    .count = n->count,
	    .seed = n->number + 7 * ++n->starts,
	    .nonce = (n->starts << 32) + ((uint64_t)n->number << 60),
	    .clock = n->clock,
	    .copy = n->copy,
	    .snapshot = stoa_buf_str(&n->snapshot),
	    .events = &events,
	    .owner = n,
	};
	struct stoa_replica_stats stats;

	n->told_count = 0;
	memset(n->mine, 0, sizeof(n->mine));
	n->stream = sim_stream_new(n->broker);
	n->peer = sim_peer_new(n->lan);
	options.stream = n->stream;
	options.peer = n->peer;
	n->is_spared = n->snapshot.len > 0; /* if it fits: it tells already */
	stoa_assert(stoa_replica_new(&options, &n->replica) == STOA_OK);
	stoa_replica_stats(n->replica, &stats);
	n->is_spared = stats.snapshot_bytes > 0;
	n->spared += n->is_spared;
	n->has_rotted = n->has_rotted && n->is_spared;
	if (n->started != NULL) {
		n->started(n->world, n);
	}
}

void
node_stop(struct node *n)
{
	if (n->stopping != NULL) {
		n->stopping(n->world, n);
	}
	stoa_replica_free(n->replica);
	n->replica = NULL;
	memset(n->mine, 0, sizeof(n->mine));
	sim_stream_free(n->stream);
	sim_peer_free(n->peer);
}

static void
node_restart(void *arg)
{
	struct node *n = arg;

	if (n->replica == NULL && !*n->is_over) {
		node_start(n);
	}
}

void
node_crash(struct node *n)
{
	if (n->replica == NULL) {
		return;
	}
	sim_trace(n->sim, STOA_STR("crash"), n->number);
	node_stop(n);
	sim_copy_crash(n->copy);
	sim_at(n->sim,
	    (int64_t)stoa_rng_below(sim_rng(n->sim), (uint64_t)STOA_US_PER_S),
	    node_restart, n);
}

void
node_snapshot(struct node *n)
{
	struct stoa_replica_options options = {
	    .core = n->core,
	    .copy = n->copy,
	    .snapshot = stoa_buf_str(&n->snapshot),
	};
	struct stoa_buf newer;
	enum stoa_status status;

	if (!sim_copy_is_durable(n->copy)) {
		return;
	}
	stoa_buf_init(&newer, (size_t)1 << 28);
	status = stoa_snapshot_make(&options, &newer);
	if (status == STOA_OK || status == STOA_CORRUPT) {
		if (status == STOA_CORRUPT) {
			stoa_buf_clear(&newer);
			sim_at(n->sim, 0, give_up, n);
		}
		if (n->replica != NULL) {
			stoa_replica_adopt(n->replica, stoa_buf_str(&newer));
		}
		stoa_buf_fini(&n->snapshot);
		n->snapshot = newer;
	} else {
		stoa_assert(status == STOA_NOT_FOUND);
		stoa_buf_fini(&newer);
	}
}

void
node_tick(void *arg)
{
	struct node *n = arg;

	if (*n->is_over) {
		return;
	}
	if (n->replica != NULL) {
		stoa_replica_tick(n->replica);
	}
	/* Whether the daemon lives or not. */
	if (stoa_rng_chance(sim_rng(n->sim), 8)) {
		node_snapshot(n);
	}
	sim_at(n->sim, 100 * STOA_US_PER_MS, node_tick, n);
}

bool
node_is_at_rest(const struct node *n)
{
	struct stoa_replica_stats stats;

	if (n->replica == NULL || !stoa_replica_is_ready(n->replica) ||
	    !stoa_replica_is_idle(n->replica)) {
		return false;
	}
	stoa_replica_stats(n->replica, &stats);
	return stats.followed >= sim_broker_last(n->broker);
}
