/* world.h - what all simulations have in common: domains of replicas under one
 * clock, faults that come to an end, and checks that hold for any journal.
 *
 * A simulation's own struct begins with one of these. */
#ifndef STOA_TESTS_SIM_WORLD_H
#define STOA_TESTS_SIM_WORLD_H

#include "tests/sim/node.h"
#include "tests/sim/rpc.h"

#define WORLD_DOMAINS_MAX 2
#define WORLD_NODES_MAX	  2
#define WORLD_COUNTS_MAX  16

/* Where a daemon may be killed because of what it has just done; besides, any
 * may be killed at any time. */
enum crash_point {
	CRASH_ASKED,	 /* another daemon, which may not have heard it yet */
	CRASH_ANSWERED,	 /* before it hears the answer */
	CRASH_HEARD,	 /* after it has heard it and acted on it */
	CRASH_COMMANDED, /* itself: the command is not recorded yet */
	CRASH_RECORDED,	 /* durable, and nobody has been told */
	CRASH_STORED,	 /* something with the broker */
	CRASH_POINT_COUNT
};

struct world_domain {
	struct sim_broker *broker;
	struct sim_lan *lan;
	struct node nodes[WORLD_NODES_MAX];
};

struct world {
	struct sim *sim;
	struct rpc_world *rpc;	/* NULL: nobody calls anybody */
	struct stoa_bus *buses; /* of all daemons with reactions: bus.h */
	struct world_domain domains[WORLD_DOMAINS_MAX];
	int domain_count;
	uint32_t node_count;   /* of each domain */
	uint64_t crash_one_in; /* at a crash point; 0: never */
	uint64_t crash_counts[CRASH_POINT_COUNT];
	uint64_t lose_peer; /* while they are heard at all */
	bool is_healed;	    /* there are no faults any more */
	bool is_over;
	bool is_failed;
	char failure[256]; /* the first one */
};

/* Keeps what failed first. `world` is a struct world. */
void world_fail(void *world, const char *what, const char *which);
uint64_t world_roll(struct world *w, uint64_t bound);

/* Puts the clock of any one machine ahead or behind, by less than `us`. */
void world_clock_jump(struct world *w, int64_t us);

/* Replicas do not hear each other for so long: each takes the others for dead
 * and acts in their place. */
void world_silence(struct world *w, int64_t us);

/* A random configuration per seed: some runs are gentle. */
void world_faults_roll(struct world *w, uint64_t delay_us_max);

/* A broker, and node_count replicas like `like`: its core, callbacks and owner
 * (`world`) are taken, the rest is filled in. Add makes them, start starts. */
struct world_domain *world_domain_add(struct world *w);
void world_domain_start(
    struct world *w, struct world_domain *d, const struct node *like);

/* True: the node is going to be killed, at once or in a moment. It may also
 * only lose its connection. */
bool world_crash_point(struct world *w, struct node *n, enum crash_point point);

uint64_t world_crash_count(const struct world *w);

/* Starts that began from a snapshot. */
uint64_t world_spared(const struct world *w);

/* Ends the faults: what travels still takes its time, clocks are right. */
void world_heal(void *world);

/* Steps until `is_at_rest` after the faults, or fails at `rest_us`. */
void world_run(
    struct world *w, bool (*is_at_rest)(struct world *w), int64_t rest_us);

/* All replicas are up, have followed, and have nothing under way. */
bool world_is_at_rest(const struct world *w);

/* What still travels is delivered to nobody. */
void world_stop(struct world *w);
void world_free(struct world *w);

/* ---- oracles ---- */

/* All replicas of a domain have the same live head; it goes to the trace. */
void world_check_equal(
    struct world *w, struct world_domain *d, struct stoa_str community);

/* The stream, from its first record into an empty state, leads to the live one.
 * `audit` (may be NULL) is asked about each entry that was not refused. */
void world_check_replay(struct world *w, struct world_domain *d,
    struct stoa_str community,
    const char *(*audit)(const void *state, struct stoa_str community,
	const Stoa__Journal__Entry *entry, struct stoa_arena *arena));

/* A replica that starts from its copy alone has the live state. */
void world_check_restart(struct world *w, struct world_domain *d,
    const struct stoa_str *communities, size_t count);

/* All journals and where every replica stands; for a person who repeats a
 * seed. */
void world_print(const struct world *w);

/* ---- all seeds ---- */

struct world_result {
	struct stoa_hash trace;
	bool is_failed;
	char failure[256];
	uint64_t counts[WORLD_COUNTS_MAX];
};

/* Ends the trace; `w` may be freed afterwards. */
struct world_result world_end(struct world *w);

struct world_play {
	const char *name;
	struct world_result (*run)(uint64_t seed);
	const char *counts[WORLD_COUNTS_MAX]; /* what is counted, by name */
};

/* NAME FIRST COUNT: runs each seed twice, which must leave the same trace. */
int world_main(int argc, char **argv, const struct world_play *play);

#endif
