/* source.h - where a reader gets blocks from. Layer 2, pure. */
#ifndef STORAGE_SOURCE_H
#define STORAGE_SOURCE_H

#include "storage/node.h"

#include "base/buf.h"
#include "base/cid.h"
#include "base/status.h"

/* Fills `ret_block` (cleared by the caller) with the block of a SHA-256 CID.
 * The implementation must have checked the bytes against the digest: readers
 * do not do it again. NOT_FOUND when there is no such block, CORRUPT when its
 * bytes are wrong. */
typedef enum stoa_status storage_get_fn(
    void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block);

struct storage_source {
	storage_get_fn *get;
	void *context;
};

/* The same for every CID: an identity CID carries its own bytes, other hash
 * functions are refused with UNSUPPORTED. Clears `ret_block` first. */
STOA_MUST_USE enum stoa_status storage_source_get(
    const struct storage_source *source, const struct stoa_cid *cid,
    struct stoa_buf *ret_block);

/* Gets a block and decodes it; the node borrows `ret_block`. */
STOA_MUST_USE enum stoa_status storage_source_node(
    const struct storage_source *source, const struct stoa_cid *cid,
    struct stoa_buf *ret_block, struct storage_node *ret_node);

#endif
