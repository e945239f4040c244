/* unpack.h - the transport compression of one gateway connection.
 *
 * zlib-stream: RFC 1950 over the whole connection; a payload ends with an
 * empty stored block, 00 00 FF FF. zstd-stream: RFC 8878, one frame over the
 * whole connection; a WebSocket message is one payload. Each connection has a
 * context of its own; what payloads are unpacked into is shared. */
#ifndef GATEWAY_UNPACK_H
#define GATEWAY_UNPACK_H

#include "base/buf.h"

enum unpack_kind {
	UNPACK_NONE,
	UNPACK_ZLIB,
	UNPACK_ZSTD,
};

enum unpack_result {
	UNPACK_MORE, /* the payload goes on */
	UNPACK_DONE,
	UNPACK_BAD, /* not what was agreed on, or larger than the bounds */
};

struct unpack;

/* NULL: no memory. */
struct unpack *unpack_new(enum unpack_kind kind);
void unpack_free(struct unpack *u);

/* The next bytes of a message. DONE: *ret_payload is in `out` or in `piece`
 * and lives until the next call with either. */
enum unpack_result unpack_piece(struct unpack *u, struct stoa_str piece,
    bool is_end, struct stoa_buf *out, struct stoa_str *ret_payload);

/* Gives back what a large payload has taken. */
void unpack_trim(struct stoa_buf *out);

/* Bytes that the decompression itself keeps. */
size_t unpack_window(const struct unpack *u);

#endif
