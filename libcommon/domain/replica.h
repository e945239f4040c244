/* replica.h - one replica of a domain: journal, projections, commands.
 *
 * The community is the aggregate: its records form one chain, linked by hash.
 * A command is decided against the projection, its record is published with
 * the expected sequence, written to the own copy, made durable, and only then
 * answered. Any replica may decide; a lost race costs a rebuild, never a
 * wrong answer. Reads see durable state only.
 *
 * Layer 3: speaks to ports, runs on the loop thread, makes no thread of its
 * own. The same code runs under simulation. */
#ifndef STOA_DOMAIN_REPLICA_H
#define STOA_DOMAIN_REPLICA_H

#include "base/core.h"
#include "base/hash.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_clock;
struct stoa_copy;
struct stoa_peer;
struct stoa_stream;
struct stoa_replica;

/* A durable entry, as reactions see it. */
struct stoa_commit {
	struct stoa_str community;
	uint64_t index;
	uint32_t position;
	const struct stoa_hash *hash; /* of the record */
	const Stoa__Journal__Entry *entry;
	bool is_replay; /* from the copy, at start */
};

struct stoa_replica_events {
	/* The end of a submitted command, once per `call`. OK: `outcome` is a
	 * packed journal.Outcome. */
	void (*answer)(void *owner, void *call, enum stoa_status status,
	    struct stoa_str outcome);

	/* A read may look now; `state` is NULL for an unknown community.
	 * With a status other than OK there is no state. */
	void (*read)(void *owner, void *call, enum stoa_status status,
	    const void *state, uint64_t index);

	/* Each durable entry once per run of the process, in order; those that
	 * the snapshot covers are not told again. */
	void (*committed)(void *owner, const struct stoa_commit *commit);

	/* Which slots this replica serves has changed. */
	void (*slots)(void *owner, const bool mine[static 256]);

	/* This replica cannot go on: it would show a wrong state. */
	void (*stopped)(void *owner, const char *text);

	/* Something an operator must know; `community` may be empty. */
	void (*alarm)(void *owner, struct stoa_str community, const char *text);
};

struct stoa_replica_options {
	const struct stoa_core *core;
	uint32_t number; /* of this replica, from 0 */
	uint32_t count;	 /* of all configured replicas */
	uint64_t seed;	 /* for hash tables */
	uint64_t nonce;	 /* differs from one start to the next */
	struct stoa_clock *clock;
	struct stoa_copy *copy;
	/* Of an earlier scan of the copy, borrowed for the replica's life;
	 * empty: none. One that does not fit is passed over. */
	struct stoa_str snapshot;
	struct stoa_stream *stream;
	struct stoa_peer *peer; /* NULL when count is 1 */
	const struct stoa_replica_events *events;
	void *owner;
};

/* Scans the copy and binds to the ports. Fails with CORRUPT only if the file
 * is not a journal copy at all; damage inside is repaired from the stream. */
STOA_MUST_USE enum stoa_status stoa_replica_new(
    const struct stoa_replica_options *options,
    struct stoa_replica **ret_replica);
void stoa_replica_free(struct stoa_replica *r);

/* ---- snapshots ---- */

/* Writes what a scan of the whole copy finds, beginning with the snapshot of
 * the options if that fits: it is checked, not read again. Needs of the options
 * the core, the copy and the snapshot only. What the copy has must be durable
 * before the bytes are used. UNSUPPORTED: the core cannot be saved. NOT_FOUND:
 * nothing has been added to the copy. CORRUPT: it is damaged, and a start
 * without a snapshot repairs it. */
STOA_MUST_USE enum stoa_status stoa_snapshot_make(
    const struct stoa_replica_options *options, struct stoa_buf *out);

/* How many bytes of the copy it saves reading; 0: it is none of this core. */
uint64_t stoa_snapshot_covers(
    struct stoa_str snapshot, const struct stoa_core *core);

/* A newer one takes the place of the one given at the start, which nobody looks
 * at any more; empty: none. Rebuilding after a lost race begins there. */
void stoa_replica_adopt(struct stoa_replica *r, struct stoa_str snapshot);

/* ---- commands and reads ---- */

/* A command, all borrowed for the call. */
struct stoa_submit {
	struct stoa_str community;
	struct stoa_str actor;
	struct stoa_str id;
	const ProtobufCMethodDescriptor *method;
	struct stoa_str request; /* packed */
	/* What the caller had sent, if `request` was completed since: by this
	 * a command that comes again is known. NULL: the request. */
	struct stoa_str said;
	struct stoa_mono deadline;
};

/* `call` comes back through `answer`, exactly once, perhaps before this
 * returns. */
void stoa_replica_submit(
    struct stoa_replica *r, const struct stoa_submit *submit, void *call);

/* `call` comes back through `read`, exactly once; at once when nothing is in
 * flight. STALE when this replica has not reached `index_min`. */
void stoa_replica_read(struct stoa_replica *r, struct stoa_str community,
    uint64_t index_min, void *call);

/* Reads durable state without waiting; NULL while a record is in flight. For
 * reactions, which are told again when it has landed. */
const void *stoa_replica_peek(
    const struct stoa_replica *r, struct stoa_str community);

/* Of its newest durable record; 0: none, or one is in flight. */
uint64_t stoa_replica_index(
    const struct stoa_replica *r, struct stoa_str community);

/* Ends a turn of the loop: decides what waits, syncs what was written. */
void stoa_replica_turn(struct stoa_replica *r);

/* To be called about every 100 ms: settles, beats, takes over. */
void stoa_replica_tick(struct stoa_replica *r);

/* True once the stream has been followed to where it ended at start. */
bool stoa_replica_is_ready(const struct stoa_replica *r);

/* True when nothing is waiting or in flight: safe to stop. */
bool stoa_replica_is_idle(const struct stoa_replica *r);

/* Walks the communities in order of first appearance. */
struct stoa_str stoa_replica_next(const struct stoa_replica *r, size_t *cursor);

struct stoa_replica_head {
	uint64_t index;
	struct stoa_hash hash;
	struct stoa_hash state_hash;
	struct stoa_hash tree_root;
	const char *mode;
	const char *reason;
};

/* False when the community is unknown or has a record in flight. */
bool stoa_replica_head(const struct stoa_replica *r, struct stoa_str community,
    struct stoa_replica_head *ret_head);

struct stoa_replica_stats {
	uint64_t snapshot_bytes; /* of the copy, not read at the start */
	uint64_t community_count;
	uint64_t frozen_count;
	uint64_t record_count; /* appended by this replica */
	uint64_t entry_count;
	uint64_t conflict_count; /* lost races */
	uint64_t settle_count;	 /* unknown outcomes published again */
	uint64_t refill_count;	 /* records the stream had lost */
	uint64_t followed_count;
	uint64_t followed; /* the stream has been read up to here */
};

void stoa_replica_stats(
    const struct stoa_replica *r, struct stoa_replica_stats *ret_stats);

#endif
