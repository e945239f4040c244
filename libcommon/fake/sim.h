/* sim.h - a world in one thread: clock, brokers, copies, peers, faults.
 *
 * Implements the ports for simulation. Everything that happens is an event in
 * a heap ordered by virtual time; the seed decides all, so a run is repeated
 * exactly by its seed. The broker is at-least-once and cruel: it loses,
 * delays and repeats requests and answers, cuts connections, and on request
 * forgets the tail of a stream. A copy keeps a durable part and a volatile
 * one; a crash keeps any prefix of the volatile part. */
#ifndef STOA_FAKE_SIM_H
#define STOA_FAKE_SIM_H

#include "base/hash.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/time.h"
#include "port/clock.h"
#include "port/copy.h"
#include "port/peer.h"
#include "port/stream.h"

#include <stdbool.h>
#include <stdint.h>

/* One chance in ...; 0 is never. */
struct sim_faults {
	uint64_t lose_request;
	uint64_t lose_answer;
	uint64_t repeat_request;
	uint64_t lose_peer;
	uint64_t delay_us_max; /* of anything that travels */
};

struct sim;
struct sim_broker; /* one stream */

struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *s);

struct stoa_rng *sim_rng(struct sim *s);
int64_t sim_now(const struct sim *s);
struct sim_faults *sim_faults(struct sim *s);

/* Runs `fn(arg)` after `delay_us`. */
void sim_at(struct sim *s, int64_t delay_us, void (*fn)(void *), void *arg);

/* Runs the next event; false when there is none. */
bool sim_step(struct sim *s);

/* Digest of all that happened, in order: equal runs have equal traces. */
void sim_trace(struct sim *s, struct stoa_str what, uint64_t number);
struct stoa_hash sim_trace_end(struct sim *s);

/* The clock that is right, and those of machines: their wall time may be put
 * ahead of it or behind, their monotonic time never jumps. */
struct stoa_clock *sim_clock(struct sim *s);
struct stoa_clock *sim_clock_new(struct sim *s);
void sim_clock_free(struct stoa_clock *c);
void sim_clock_set(struct stoa_clock *c, int64_t ahead_us);

/* ---- broker ---------------------------------------------------------------
 */

struct sim_broker *sim_broker_new(struct sim *s);
void sim_broker_free(struct sim_broker *b);

/* Cuts all connections and forgets the newest `count` messages: the next one
 * takes their first sequence again. Connections come up again by themselves. */
void sim_broker_restart(struct sim_broker *b, uint64_t count);

uint64_t sim_broker_last(const struct sim_broker *b);
struct stoa_str sim_broker_at(const struct sim_broker *b, uint64_t sequence);

struct stoa_stream *sim_stream_new(struct sim_broker *b);
void sim_stream_free(struct stoa_stream *s);
void sim_stream_cut(struct stoa_stream *s);

/* ---- copies ---------------------------------------------------------------
 */

struct stoa_copy *sim_copy_new(struct sim *s);
void sim_copy_free(struct stoa_copy *c);

/* The machine stops: the durable bytes and a random prefix of the others
 * stay. Nothing that was under way is called back. */
void sim_copy_crash(struct stoa_copy *c);

bool sim_copy_is_durable(const struct stoa_copy *c); /* all of it */
uint64_t sim_copy_size(const struct stoa_copy *c);
void sim_copy_flip(struct stoa_copy *c, uint64_t offset);
void sim_copy_cut(struct stoa_copy *c, uint64_t size);

/* ---- peers ----------------------------------------------------------------
 */

struct sim_lan; /* the replicas of one domain */

struct sim_lan *sim_lan_new(struct sim *s);
void sim_lan_free(struct sim_lan *lan);
struct stoa_peer *sim_peer_new(struct sim_lan *lan);
void sim_peer_free(struct stoa_peer *p);

#endif
