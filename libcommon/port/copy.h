/* port/copy.h - a replica's own append-only, checksummed file of records.
 *
 * Frames are appended, and become durable together with the next sync. The
 * file tells nothing of state: it is scanned once at start. A write or a sync
 * that fails ends the process, since nobody knows what the disk holds then. */
#ifndef STOA_PORT_COPY_H
#define STOA_PORT_COPY_H

#include "base/buf.h"
#include "base/frame.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_copy;

/* Sees each good frame in file order. */
typedef void (*stoa_copy_visit)(
    void *owner, uint64_t offset, const struct stoa_frame *frame);

struct stoa_copy_scan {
	uint64_t frame_count;
	uint64_t damage_count;	/* runs of bytes that are no frame, mid-file */
	uint64_t damage_offset; /* of the first one */
	uint64_t damage_bytes;	/* of all of them */
	uint64_t torn_bytes;	/* cut off the end */
	uint64_t end;		/* where the next frame is going to stand */
};

/* Reads the file from `from`, where a frame begins, to its end; cuts a torn
 * end. */
STOA_MUST_USE enum stoa_status stoa_copy_scan(struct stoa_copy *c,
    uint64_t from, stoa_copy_visit visit, void *owner,
    struct stoa_copy_scan *ret_scan);

/* Returns the frame's offset. Readable at once, durable after a sync. */
uint64_t stoa_copy_append(struct stoa_copy *c, const struct stoa_frame *frame);

/* Calls `synced(owner)` on the loop thread once everything appended until now
 * is durable. One at a time: true if started, false while one is running. */
bool stoa_copy_sync(
    struct stoa_copy *c, void (*synced)(void *owner), void *owner);

/* False: the disk is nearly full; new commands are refused while what was
 * decided still finds its place. */
bool stoa_copy_has_room(struct stoa_copy *c);

/* Reads one frame; `record` points into `*scratch`. CORRUPT when its checksum
 * does not hold. */
STOA_MUST_USE enum stoa_status stoa_copy_read(struct stoa_copy *c,
    uint64_t offset, struct stoa_buf *scratch, struct stoa_frame *ret_frame);

#endif
