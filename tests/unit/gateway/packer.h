/* packer.h - the other end of a compressed connection: one stream of zlib or
 * zstd, flushed after each payload, as Discord packs it. */
#ifndef STOA_TESTS_GATEWAY_PACKER_H
#define STOA_TESTS_GATEWAY_PACKER_H

#include "base/buf.h"
#include "gateway/unpack.h"

struct packer;

/* `window_log` of zstd; 0: as the level has it. */
struct packer *packer_new(enum unpack_kind kind, int window_log);
void packer_free(struct packer *p);

/* The payload packed, to be unpacked as one message; `out` is cleared. */
void packer_add(
    struct packer *p, struct stoa_str payload, struct stoa_buf *out);

/* The end of the stream, which Discord never sends. */
void packer_end(struct packer *p, struct stoa_buf *out);

#endif
