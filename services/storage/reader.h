/* reader.h - the bytes of a file, from any offset.
 *
 * Holds the path of blocks from the root to the current leaf, so reading on
 * from where the last read ended touches each block once. A child whose size
 * is not what its parent says is corrupt. Layer 2, pure. */
#ifndef STORAGE_READER_H
#define STORAGE_READER_H

#include "storage/limits.h"
#include "storage/source.h"

#include <stddef.h>
#include <stdint.h>

struct storage_reader_level {
	struct stoa_buf block;
	struct storage_node node;
	struct storage_links links; /* after the last child looked at */
	uint64_t start;		    /* of this node within the file */
	uint64_t next;		    /* where the next child begins */
};

struct storage_reader {
	struct storage_source source;
	unsigned depth;	       /* levels that are loaded */
	unsigned depth_inited; /* levels whose block is initialised */
	struct storage_reader_level levels[STORAGE_READ_DEPTH_MAX];
};

/* Gets the root. Refuses: INVALID when it is a directory or a symbolic link,
 * and what the source and the decoder refuse. Close it in every case. */
STOA_MUST_USE enum stoa_status storage_reader_open(struct storage_reader *r,
    const struct storage_source *source, const struct stoa_cid *root);
void storage_reader_close(struct storage_reader *r);

/* Bytes of the file. */
uint64_t storage_reader_size(const struct storage_reader *r);

/* The run of bytes at `offset`, as long as one leaf allows; borrowed until the
 * next call. Empty at or past the end. */
STOA_MUST_USE enum stoa_status storage_reader_at(
    struct storage_reader *r, uint64_t offset, struct stoa_str *ret_bytes);

/* Copies up to `len` bytes from `offset`; short only at the end. */
STOA_MUST_USE enum stoa_status storage_reader_read(struct storage_reader *r,
    uint64_t offset, void *to, size_t len, size_t *ret_len);

#endif
