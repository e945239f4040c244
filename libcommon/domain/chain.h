/* chain.h - one community: its chain of records, its projection, its queue.
 * Private to libcommon/domain. */
#ifndef STOA_DOMAIN_CHAIN_H
#define STOA_DOMAIN_CHAIN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/core.h"
#include "base/map.h"
#include "base/merkle.h"
#include "domain/dedup.h"
#include "domain/limits.h"
#include "domain/record.h"
#include "domain/replica.h"
#include "port/clock.h"
#include "port/copy.h"
#include "port/peer.h"
#include "port/stream.h"

/* Where a record stands in the own copy, and the start of its hash: enough to
 * read it again and to tell a repetition from a fork. */
struct place {
	uint64_t mark;
	uint64_t offset;
};

/* Who waits for a command; several may when it was sent again meanwhile. */
struct caller {
	struct caller *next;
	void *call;
};

/* A command not yet durable. One block: the texts follow the struct. */
struct waiting {
	struct waiting *next;
	struct caller callers;
	struct stoa_str actor;
	struct stoa_str id;
	struct stoa_str request;
	const ProtobufCMethodDescriptor *method;
	struct stoa_mono deadline;
	struct dedup_key key;
	struct dedup_digest digest;
};

struct reader {
	struct reader *next;
	void *call;
	uint64_t index_min;
};

enum flight_phase {
	FLIGHT_SENT,	/* published, no answer yet */
	FLIGHT_UNKNOWN, /* the connection was lost, or nobody answered */
	FLIGHT_LOOKING, /* a conflict: reading what is there */
	FLIGHT_LANDED,	/* stored; the own copy is being synced */
};

/* One record between its decision and its durability. */
struct flight {
	struct flight *next; /* in the pool */
	struct chain *chain;
	struct stoa_arena arena;
	struct waiting *commands[DOMAIN_RECORD_ENTRIES_MAX];
	Stoa__Journal__Entry *entries[DOMAIN_RECORD_ENTRIES_MAX];
	size_t count;
	size_t size; /* of the packed entries */
	struct stoa_str bytes;
	struct stoa_hash hash;
	uint64_t index;
	uint64_t token;
	struct stoa_mono sent;
	enum flight_phase phase;
};

/* The state as a snapshot has it: rebuilding begins there. */
struct saved {
	uint64_t index;	       /* 0: there is none */
	struct stoa_str image; /* in the snapshot */
	uint32_t crc;	       /* of it: looked at when it is used */
};

struct chain {
	struct chain *ready_next;
	bool is_ready_listed;
	struct stoa_str id; /* owned by the replica's map */

	void *state; /* with the flight's events applied */
	uint64_t index;
	struct stoa_hash hash;
	uint64_t sequence;     /* of the newest record in the stream */
	uint64_t stream_index; /* the newest record the stream is known to
				* have; below `index` it lost some */
	uint64_t orphaned;     /* the own copy had this many before damage */
	uint64_t required; /* somebody has this many: do not decide before */
	uint64_t durable;  /* records synced; only these are shown */
	uint64_t syncing;  /* what is durable after the sync under way */
	uint64_t told;	   /* reactions have seen up to here */
	struct chain *dirty_next; /* in the list of those to be synced */
	struct chain *syncing_next;
	bool is_dirty_listed;
	int64_t time_us;
	struct stoa_merkle tree;
	struct place *places;
	size_t place_size;
	struct dedup dedup;
	struct saved saved;

	struct waiting *queue;
	struct waiting **queue_end;
	size_t queue_count;
	struct reader *readers;
	struct reader **readers_end;
	size_t reader_count;
	struct flight *flight;

	uint64_t refill_token; /* 0: none under way */
	uint64_t refill_index; /* of the record under way */
	struct stoa_mono refill_sent;
	bool is_frozen;
	char reason[160];
};

/* What a configured replica last told of itself. */
struct peer {
	struct stoa_mono heard;
	uint64_t position;
	struct stoa_hash hash;
	uint64_t answered; /* our question */
	uint32_t epoch;
	bool is_recovering;
	bool is_serving;
	uint32_t heads_pages; /* heard so far */
	bool heads_complete;
};

enum replica_phase {
	REPLICA_DOWN,	    /* no connection */
	REPLICA_ASKING,	    /* where are the peers? */
	REPLICA_CHECKING,   /* is the stream still what they and we saw? */
	REPLICA_RECOVERING, /* the stream lost something; reading all of it */
	REPLICA_LIVE,
};

struct stoa_replica {
	struct stoa_replica_options o;
	struct stoa_map chains;
	struct chain *ready; /* chains with something to decide */
	struct chain *dirty; /* with records not in any sync yet */
	struct chain *syncing;
	struct flight *spare; /* pool */
	bool is_syncing;
	bool is_dirty; /* something was written since the last sync began */
	enum replica_phase phase;
	bool is_caught_up;
	bool is_stopped;
	bool is_damaged;       /* the copy lacks records that were there once */
	uint64_t damage_bytes; /* of the copy that are no frames */
	uint64_t repaired_bytes; /* of them: what stood there is further on */
	bool is_recovering;	 /* until done, over connections too */
	uint64_t heads_due;	 /* a question to be answered once the copy is
				  * clean; 0: none */
	uint64_t covered;	 /* of the copy, by the snapshot */
	uint64_t last;		 /* where the last frame stood when scanned */
	uint64_t followed;	 /* the stream has been seen up to here */
	uint32_t epoch;		 /* of the stream's sequences */
	uint64_t position;	 /* highest sequence known in this epoch */
	struct stoa_hash position_hash;
	uint64_t question;    /* the one of this connection */
	uint64_t stream_last; /* when it came up */
	uint32_t check_at;    /* whose position is being compared */
	struct stoa_mono check_sent;
	uint64_t next_token;
	struct stoa_map tokens; /* token -> flight */
	struct peer peers[DOMAIN_REPLICAS_MAX];
	struct stoa_mono beat_at;
	struct stoa_mono heads_at;
	uint32_t serving; /* who was when slots were last divided; 0: not we */
	bool mine[256];
	struct stoa_arena arena; /* for one record at a time */
	struct stoa_buf scratch;
	struct stoa_replica_stats stats;
};

/* chain.c: projections. */
struct chain *chain_get(const struct stoa_replica *r, struct stoa_str id);
struct chain *chain_make(struct stoa_replica *r, struct stoa_str id);
void chain_free(struct stoa_replica *r, struct chain *c);
bool chain_is_open(const struct stoa_replica *r, const struct chain *c);
bool chain_is_at_rest(const struct chain *c);
void chain_list_ready(struct stoa_replica *r, struct chain *c);
uint64_t mark_of(const struct stoa_hash *hash);

/* Applies a record that links to the head, from wherever it came. */
void chain_extend(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, uint64_t offset);
void chain_list_dirty(struct stoa_replica *r, struct chain *c);
uint64_t copy_put(
    struct stoa_replica *r, uint64_t sequence, struct stoa_str record);
void chain_place(
    struct chain *c, const struct stoa_record *record, uint64_t offset);
void chain_show(struct stoa_replica *r, struct chain *c);
void chain_tell(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, bool is_replay);

/* Takes back the flight's speculation: projection from the copy, commands to
 * the front of the queue. */
void chain_roll_back(struct stoa_replica *r, struct chain *c);
void chain_freeze(struct stoa_replica *r, struct chain *c, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
void chain_release_readers(struct stoa_replica *r, struct chain *c);
bool apply_events(struct stoa_replica *r, struct chain *c,
    struct stoa_arena *arena, const Stoa__Journal__Entry *entry);
void replica_stop(
    struct stoa_replica *r, struct stoa_str community, const char *text);

/* snapshot.c: what the scan of the copy found, written down. */

/* Fills an empty replica; gives how much of the copy that covers. 0: it does
 * not fit core or copy, and the replica is as empty as before. */
uint64_t snapshot_load(struct stoa_replica *r);

/* Into an empty state; false: it has rotted since. */
bool saved_load(
    const struct stoa_replica *r, const struct saved *saved, void *state);

/* scan.c: what a replica knows before it speaks to anybody. */
struct stoa_replica *replica_alloc(const struct stoa_replica_options *options);

/* Forgets all communities. */
void replica_clear(struct stoa_replica *r);

/* Reads the copy; what the snapshot covers is skipped, or looked through for
 * damage only. */
enum stoa_status replica_scan(
    struct stoa_replica *r, bool is_thorough, struct stoa_copy_scan *ret_scan);

/* append.c: decide, publish, land. */
void append_decide(struct stoa_replica *r, struct chain *c);
void append_resend(struct stoa_replica *r, struct flight *f);
void append_land(struct stoa_replica *r, struct flight *f, uint64_t sequence);
void append_sync(struct stoa_replica *r);
void append_published(
    void *owner, uint64_t token, enum stoa_status status, uint64_t sequence);
void append_looked(struct stoa_replica *r, struct flight *f,
    enum stoa_status status, uint64_t sequence, struct stoa_str bytes);
struct flight *flight_of(const struct stoa_replica *r, uint64_t token);
void flight_free(struct stoa_replica *r, struct flight *f);
void waiting_answer(struct stoa_replica *r, struct waiting *w,
    enum stoa_status status, struct stoa_str outcome);

/* follow.c: records from the stream. */
void follow_record(void *owner, uint64_t sequence, struct stoa_str community,
    struct stoa_str bytes);

/* recover.c: connections, lost tails, peers. */
void recover_up(void *owner, uint64_t last);
void recover_down(void *owner);
void recover_caught_up(void *owner);
void recover_got(void *owner, uint64_t token, enum stoa_status status,
    uint64_t sequence, struct stoa_str bytes);
void recover_heard(
    void *owner, enum stoa_peer_verb verb, struct stoa_str bytes);
void recover_chain(struct stoa_replica *r, struct chain *c);
bool recover_refilled(struct stoa_replica *r, uint64_t token,
    enum stoa_status status, uint64_t sequence);
void recover_start(struct stoa_replica *r, const char *why, uint64_t where);
void recover_turn(struct stoa_replica *r);
void recover_tick(struct stoa_replica *r);
void recover_slots(struct stoa_replica *r);

#endif
