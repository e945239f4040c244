/* core.h - what a domain is to the runtime: decide and apply, nothing else.
 *
 * decide(state, command) -> events or a refusal; apply(state, event). Only
 * apply changes state, so a replayed journal gives the state that was live.
 * A core reads no clock, no random source, no environment and does no I/O:
 * the command brings the time. Layer 1, pure.
 *
 * Deadlines are a query (`next_due`); the runtime turns them into commands.
 * So are effects: a core keeps what is still to be done in its state, the
 * reactions of its daemon read it, do it, and record the result. */
#ifndef STOA_BASE_CORE_H
#define STOA_BASE_CORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/journal.pb-c.h"

struct stoa_hasher; /* base/hasher.h: a state's digest, field by field */

/* A command as a core sees it; all borrowed for the call. */
struct stoa_command {
	struct stoa_str community;
	struct stoa_str actor; /* member id, or "@<service>" */
	struct stoa_str id;
	struct stoa_wall now; /* never before an earlier one's */
	const ProtobufCMethodDescriptor *method;
	const ProtobufCMessage *request;
};

/* One recorded event with what its entry says about it. */
struct stoa_fact {
	struct stoa_str community;
	struct stoa_str actor;
	struct stoa_str command_id;
	struct stoa_wall time;
	const ProtobufCMessage *event;
};

/* What decide fills in. Events are packed into the arena as they come. */
struct stoa_decision {
	struct stoa_arena *arena;
	const ProtobufCEnumDescriptor *reasons;
	ProtobufCBinaryData *events;
	size_t event_count;
	size_t event_size;		 /* of the array */
	Stoa__Journal__Refusal *refusal; /* NULL: accepted */
	/* Refused for now: not recorded, and the caller is told BUSY, so that
	 * the same command may come again and be decided anew. A refusal that
	 * is recorded stands for as long as command ids are remembered. */
	bool is_passing;
};

struct stoa_core {
	const char *name; /* the domain: "accounts" */
	const ProtobufCServiceDescriptor *service;
	const ProtobufCMessageDescriptor *event;
	const ProtobufCEnumDescriptor *reasons;

	/* The empty state of a community; aborts when out of memory. `seed`
	 * may only place things in hash tables. */
	void *(*state_new)(struct stoa_str community, uint64_t seed);
	void (*state_free)(void *state);

	/* Must leave `decision` with at least one event or with a refusal;
	 * neither means "done already", and is recorded as such. */
	void (*decide)(const void *state, const struct stoa_command *command,
	    struct stoa_decision *decision);

	/* Events come from the journal: what decide once allowed must apply.
	 * False: this build does not know the event; the replica stops. */
	bool (*apply)(void *state, const struct stoa_fact *fact);

	/* Feeds everything that matters, in a fixed order. */
	void (*digest)(const void *state, struct stoa_hasher *hasher);

	/* When a command of the daemon itself is due; STOA_WALL_NEVER if
	 * none. */
	struct stoa_wall (*next_due)(const void *state);

	/* The whole state as bytes and back, for snapshots; base/image.h has
	 * the means. `load` is given an empty state; false: not such an image,
	 * and the state is only good to be freed. Bytes are read by the same
	 * `image_version` only: whoever changes what is written counts it up.
	 * NULL: no snapshots, each start applies all events. */
	uint32_t image_version;
	void (*save)(const void *state, struct stoa_buf *out);
	bool (*load)(void *state, struct stoa_str bytes);
};

/* Packs `event` (borrowed) into the decision. */
void stoa_decide_event(struct stoa_decision *d, const ProtobufCMessage *event);

/* Refuses; `reason` is a value of the core's reasons; `args` (borrowed,
 * terminated) are copied. The first refusal stands. Events are dropped. */
void stoa_decide_refuse(struct stoa_decision *d, int reason,
    const char *const *args, size_t arg_count);

#define STOA_REFUSE(d, reason, ...)                                           \
	stoa_decide_refuse((d), (reason), (const char *const[]){__VA_ARGS__}, \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* The same, for now. */
#define STOA_REFUSE_FOR_NOW(d, reason, ...)              \
	do {                                             \
		(d)->is_passing |= (d)->refusal == NULL; \
		STOA_REFUSE((d), (reason), __VA_ARGS__); \
	} while (0)

/* Decimal text in the decision's arena, for arguments of refusals. */
const char *stoa_decide_number(struct stoa_decision *d, int64_t value);

/* True for the actor "@<service>". */
bool stoa_actor_is(const struct stoa_command *c, const char *service);

/* Unpacks into an arena; NULL when malformed or when the arena is full. The
 * result lives as long as the arena: never free it. */
void *stoa_unpack(struct stoa_arena *arena,
    const ProtobufCMessageDescriptor *type, struct stoa_str bytes);

/* A copy of a message that lives on its own, for a state to keep. */
void *stoa_keep(const ProtobufCMessage *message);
void stoa_keep_free(void *message); /* NULL is allowed */

/* Feeds a message, as its bytes, to a state's digest. NULL: nothing. */
void stoa_digest_message(struct stoa_hasher *h, const void *message);

/* Packs into an arena; data is NULL when the arena is full. */
struct stoa_str stoa_pack(
    struct stoa_arena *arena, const ProtobufCMessage *message);

#endif
