/* node.h - a simulated daemon: one replica with its copy, stream and peers,
 * that can be started, crashed and started again. */
#ifndef STOA_TESTS_SIM_NODE_H
#define STOA_TESTS_SIM_NODE_H

#include "base/buf.h"
#include "base/core.h"
#include "domain/replica.h"
#include "fake/sim.h"

#define NODE_COMMUNITIES_MAX 8

struct node {
	struct sim *sim;
	struct sim_broker *broker;
	struct sim_lan *lan;
	const struct stoa_core *core;
	uint32_t number;
	uint32_t count;
	struct stoa_copy *copy;
	/* What the next start begins with; whether the last one did, and how
	 * often. */
	struct stoa_buf snapshot;
	bool is_spared;
	uint64_t spared;
	/* The disk was meddled with, and nobody has read all of it since. */
	bool has_rotted;
	struct stoa_clock *clock; /* of its machine: outlives a crash */
	struct stoa_stream *stream;
	struct stoa_peer *peer;
	struct stoa_replica *replica; /* NULL: down */
	bool mine[256];
	uint64_t starts;
	/* Records seen since the start, per community: in order, once. */
	char told_ids[NODE_COMMUNITIES_MAX][32];
	uint64_t told[NODE_COMMUNITIES_MAX];
	size_t told_count;
	bool *is_over; /* of the world: no more restarts */
	void (*fail)(void *world, const char *what, const char *which);
	void (*answer)(void *world, void *call, enum stoa_status status,
	    struct stoa_str outcome);
	/* NULL: nobody reads. */
	void (*read)(void *world, void *call, enum stoa_status status,
	    const void *state);
	void (*committed)(void *world, struct node *n); /* may be NULL */
	void (*started)(void *world, struct node *n);	/* may be NULL */
	void (*stopping)(void *world, struct node *n);	/* may be NULL */
	void *world;
};

void node_start(struct node *n);
void node_stop(struct node *n);

/* Stops at once, keeps what the disk has, starts again within a second. */
void node_crash(struct node *n);

/* Writes a snapshot of what is durable, as a second process would. */
void node_snapshot(struct node *n);

/* Begins the 100 ms tick that every daemon has. */
void node_tick(void *node);

/* Up, caught up, and nothing under way. */
bool node_is_at_rest(const struct node *n);

#endif
