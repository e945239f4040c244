/* stream.h - what a GET is answered with, piece by piece: the bytes of a file,
 * the opened bytes of a sealed one, a file's blocks. Each is opened against a
 * store and then read by offset, as port/http.h asks. Layer 3. */
#ifndef STORAGE_STREAM_H
#define STORAGE_STREAM_H

#include "storage/age.h"
#include "storage/source.h"

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct storage_stream;

/* A file's bytes. Refuses as storage_reader_open. */
STOA_MUST_USE enum stoa_status storage_stream_file(
    const struct storage_source *source, const struct stoa_cid *cid,
    struct storage_stream **ret_stream);

/* What is sealed in it; refuses also as storage_unseal_begin. */
STOA_MUST_USE enum stoa_status storage_stream_sealed(
    const struct storage_source *source, const struct stoa_cid *cid,
    const struct storage_identity *identity,
    struct storage_stream **ret_stream);

/* A CAR of its blocks from byte `from` on; the size is not known before. */
STOA_MUST_USE enum stoa_status storage_stream_car(
    const struct storage_source *source, const struct stoa_cid *cid,
    uint64_t from, struct storage_stream **ret_stream);

/* Bytes of the file or of what is sealed in it. */
uint64_t storage_stream_size(const struct storage_stream *stream);

/* What comes out begins at byte `start` of the file; before the first read. */
void storage_stream_seek(struct storage_stream *stream, uint64_t start);

/* A stoa_http_read_fn. A CAR can only be read on from where it was. */
enum stoa_status storage_stream_read(
    void *stream, uint64_t offset, char *to, size_t size, size_t *ret_len);

void storage_stream_free(void *stream);

/* A directory's own blocks (all its shards) as a CAR; of a symbolic link, its
 * one block. */
STOA_MUST_USE enum stoa_status storage_car_of_folder(
    const struct storage_source *source, const struct stoa_cid *cid,
    struct stoa_buf *out);

#endif
