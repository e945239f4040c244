/* attempt.h - one attempt of a job on this machine, from the recorded claim
 * to the recorded end.
 *
 * asking -> fetching -> training -> storing -> completing -> cleaning -> over
 *
 * Whatever goes wrong leads to failing and then to cleaning; an attempt that
 * training no longer wants goes to cleaning at once and reports nothing.
 * Every step may be taken twice: reports carry ids, storage names what it
 * gets by its content. Blocking steps run on the worker pool; the child is
 * started by the loop thread, with which it dies. Layer 4. */
#ifndef WORKER_ATTEMPT_H
#define WORKER_ATTEMPT_H

#include "edge/loop.h"
#include "port/bus.h"
#include "worker/identity.h"

#include "proto/worker.pb-c.h"

struct worker_attempt;

struct worker_totals {
	uint64_t started;
	uint64_t succeeded;
	uint64_t failed;
	uint64_t stopped; /* no longer wanted */
	int64_t cpu_us;	  /* of all children */
};

struct worker_attempt_options {
	struct stoa_loop *loop;
	struct stoa_bus *bus;
	const struct worker_identity *identity;
	uint64_t memory_max; /* of a child; 0: no limit */
	struct worker_totals *totals;
	/* An attempt may be over now: look, but not from within the call. */
	void (*ended)(void *owner);
	void *owner;
};

/* Copies `bytes`, a packed WorkItem. NULL with *ret_why when it is none that
 * can be worked on. */
struct worker_attempt *worker_attempt_new(
    const struct worker_attempt_options *options, struct stoa_str bytes,
    const char **ret_why);
void worker_attempt_free(struct worker_attempt *a); /* new or over */

const Stoa__Worker__WorkItem *worker_attempt_item(
    const struct worker_attempt *a);

/* "<job>-<attempt>": unique here. */
const char *worker_attempt_name(const struct worker_attempt *a);

/* The claim stands in the journal: go. */
void worker_attempt_begin(struct worker_attempt *a);

/* Every WORKER_TICK_US. */
void worker_attempt_tick(struct worker_attempt *a);

/* Gives the job back, so that another worker takes it at once; what is
 * trained already is still stored. */
void worker_attempt_drain(struct worker_attempt *a);

bool worker_attempt_is_over(const struct worker_attempt *a);

#endif
