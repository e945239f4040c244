/* lone.h - one replica of a domain over a simulated stream, without faults. */
#ifndef STOA_TESTS_LONE_H
#define STOA_TESTS_LONE_H

#include "domain/replica.h"
#include "fake/sim.h"

#include "unit.h"

struct lone {
	struct sim *sim;
	struct sim_broker *broker;
	struct stoa_copy *copy;
	struct stoa_stream *stream;
	struct stoa_replica *replica;
	/* May be NULL. */
	void (*answer)(enum stoa_status status, struct stoa_str outcome);
};

static inline void
lone_answer(
    void *owner, void *call, enum stoa_status status, struct stoa_str outcome)
{
	struct lone *l = owner;

	(void)call;
	if (l->answer != NULL) {
		l->answer(status, outcome);
	}
}

static inline void
lone_committed(void *owner, const struct stoa_commit *commit)
{
	(void)owner;
	(void)commit;
}

static inline void
lone_slots(void *owner, const bool mine[static 256])
{
	(void)owner;
	(void)mine;
}

static inline void
lone_alarm(void *owner, struct stoa_str community, const char *text)
{
	(void)owner;
	(void)community;
	fail_msg("%s", text);
}

static inline void
lone_stopped(void *owner, const char *text)
{
	(void)owner;
	fail_msg("%s", text);
}

static inline void
lone_nothing(void *arg)
{
	(void)arg;
}

/* Lets so much time pass, with a tick every 50 ms. */
static inline void
lone_pass(struct lone *l, int64_t us)
{
	for (int64_t end_us = sim_now(l->sim) + us; sim_now(l->sim) < end_us;) {
		int64_t tick_us = sim_now(l->sim) + 50 * STOA_US_PER_MS;

		sim_at(l->sim, 50 * STOA_US_PER_MS, lone_nothing, NULL);
		while (sim_now(l->sim) < tick_us && sim_step(l->sim)) {
			stoa_replica_turn(l->replica);
		}
		stoa_replica_tick(l->replica);
	}
	stoa_replica_turn(l->replica);
}

/* Its `answer` is set before. */
static inline void
lone_begin(struct lone *l, const struct stoa_core *core)
{
	static const struct stoa_replica_events events = {
	    .answer = lone_answer,
	    .committed = lone_committed,
	    .slots = lone_slots,
	    .alarm = lone_alarm,
	    .stopped = lone_stopped,
	};
	struct stoa_replica_options options = {.core = core,
	    .count = 1,
	    .nonce = 1,
	    .events = &events,
	    .owner = l};

	l->sim = sim_new(1);
	l->broker = sim_broker_new(l->sim);
	l->copy = sim_copy_new(l->sim);
	l->stream = sim_stream_new(l->broker);
	options.clock = sim_clock(l->sim);
	options.copy = l->copy;
	options.stream = l->stream;
	assert_int_equal(stoa_replica_new(&options, &l->replica), STOA_OK);
	lone_pass(l, STOA_US_PER_S);
	assert_true(stoa_replica_is_ready(l->replica));
}

static inline void
lone_end(struct lone *l)
{
	stoa_replica_free(l->replica);
	sim_stream_free(l->stream);
	sim_copy_crash(l->copy);
	while (sim_step(l->sim)) {
	}
	sim_copy_free(l->copy);
	sim_broker_free(l->broker);
	sim_free(l->sim);
}

#endif
