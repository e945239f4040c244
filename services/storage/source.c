/* source.c - what is the same for every source of blocks. */
#include "storage/source.h"

#include "storage/check.h"

enum stoa_status
storage_source_get(const struct storage_source *source,
    const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	stoa_buf_clear(ret_block);
	switch (cid->hash) {
	case STOA_MULTIHASH_IDENTITY:
		stoa_buf_add(ret_block, cid->digest, cid->digest_len);
		return ret_block->is_overflown ? STOA_NO_MEMORY : STOA_OK;
	case STOA_MULTIHASH_SHA256:
		return source->get(source->context, cid, ret_block);
	default:
		return STOA_UNSUPPORTED;
	}
}

enum stoa_status
storage_source_node(const struct storage_source *source,
    const struct stoa_cid *cid, struct stoa_buf *ret_block,
    struct storage_node *ret_node)
{
	STORAGE_CHECK(storage_source_get(source, cid, ret_block));
	return storage_node_of_block(cid, stoa_buf_str(ret_block), ret_node);
}
