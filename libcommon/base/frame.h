/* frame.h - how records lie in an append-only file.
 *
 *   0  magic "StJ1"           4  length of the record, little-endian
 *   8  stream sequence       16  stream followed up to here by then
 *  24  epoch of the stream   28  CRC-32C of bytes 4..27 and of the record
 *  32  record, then zeros up to a multiple of 4
 *
 * The epoch counts how often the stream was found to have lost its tail:
 * sequences of different epochs do not compare.A frame with the
 * sequence 0 is a note (journal.Beat) about where its writer stood.
 *
 * A frame is good when its magic, length and checksum hold. After bytes that
 * are no frame, the next good one is found by its magic at a multiple of 4.
 * Layer 1, pure. */
#ifndef STOA_BASE_FRAME_H
#define STOA_BASE_FRAME_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOA_FRAME_HEAD 32u

/* Records are at most 256 KiB; a longer length is damage. */
#define STOA_FRAME_RECORD_MAX (256u * 1024u)

struct stoa_frame {
	uint64_t sequence; /* where the stream has the record */
	uint64_t followed; /* all up to here had been seen by then */
	uint32_t epoch;
	struct stoa_str record;
};

size_t stoa_frame_size(size_t record_len);

/* Appends one frame. */
void stoa_frame_put(struct stoa_buf *b, const struct stoa_frame *frame);

/* Reads the frame at the start of `bytes`; false if there is no good one.
 * Its record points into `bytes`. */
bool stoa_frame_get(struct stoa_str bytes, struct stoa_frame *ret_frame);

/* Offset of the next good frame at or after `from`; bytes.len if none. */
size_t stoa_frame_seek(struct stoa_str bytes, size_t from);

/* What the head alone promises: the size of the whole frame, or 0. */
size_t stoa_frame_size_of_head(struct stoa_str head);

#endif
