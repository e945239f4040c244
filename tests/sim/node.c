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

	if (commit->position == 0 && commit->index != *told + 1) {
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

static void
on_stopped(void *owner, const char *text)
{
	struct node *n = owner;

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
	    .events = &events,
	    .owner = n,
	};

	n->told_count = 0;
	memset(n->mine, 0, sizeof(n->mine));
	n->stream = sim_stream_new(n->broker);
	n->peer = sim_peer_new(n->lan);
	options.stream = n->stream;
	options.peer = n->peer;
	stoa_assert(stoa_replica_new(&options, &n->replica) == STOA_OK);
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
node_tick(void *arg)
{
	struct node *n = arg;

	if (*n->is_over) {
		return;
	}
	if (n->replica != NULL) {
		stoa_replica_tick(n->replica);
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
