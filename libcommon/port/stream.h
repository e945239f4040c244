/* port/stream.h - one domain's journal stream, as its replica sees it.
 *
 * Sans promises beyond these: a publish or a get is answered exactly once per
 * connection; when the connection is lost, everything outstanding is answered
 * CLOSED before `down`. After `up` nothing is followed until the owner says
 * from where. Callbacks run on the loop thread and may call back in. Which
 * implementation (edge: NATS JetStream, fake: simulation) is decided at link
 * time. */
#ifndef STOA_PORT_STREAM_H
#define STOA_PORT_STREAM_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>

struct stoa_stream;

struct stoa_stream_events {
	/* A new connection; `last` is the stream's last sequence now. */
	void (*up)(void *owner, uint64_t last);

	/* Everything that was there when following began has been followed. */
	void (*caught_up)(void *owner);

	void (*down)(void *owner);

	/* A publish's end. OK: stored at `sequence`. CONFLICT: the expected
	 * sequence did not hold. TIMEOUT, CLOSED: nobody knows. Others: not
	 * stored. */
	void (*published)(void *owner, uint64_t token, enum stoa_status status,
	    uint64_t sequence);

	/* A get's end. NOT_FOUND is what that server said, and settles
	 * nothing: it may lag. */
	void (*got)(void *owner, uint64_t token, enum stoa_status status,
	    uint64_t sequence, struct stoa_str record);

	/* The next record of the stream, with the community that its subject
	 * names. Sequences may jump only where the
	 * stream itself lacks messages. */
	void (*followed)(void *owner, uint64_t sequence,
	    struct stoa_str community, struct stoa_str record);
};

void stoa_stream_bind(struct stoa_stream *s,
    const struct stoa_stream_events *events, void *owner);

/* Publishes `record` on the subject of `community`, to be stored only if the
 * last record there has the sequence `expected` (0: none there). */
void stoa_stream_publish(struct stoa_stream *s, uint64_t token,
    struct stoa_str community, uint64_t expected, struct stoa_str record);

/* The newest record of a community; the record at a sequence. */
void stoa_stream_get_last(
    struct stoa_stream *s, uint64_t token, struct stoa_str community);
void stoa_stream_get_at(
    struct stoa_stream *s, uint64_t token, uint64_t sequence);

/* Delivers everything from `sequence` on, and what comes after. Again only
 * after a new `up`, or to go back. */
void stoa_stream_follow(struct stoa_stream *s, uint64_t sequence);

#endif
