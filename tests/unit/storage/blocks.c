#include "blocks.h"

#include "../unit.h"

void
blocks_init(struct blocks *b)
{
	*b = (struct blocks){0};
	stoa_map_init(&b->map, 1);
}

void
blocks_fini(struct blocks *b)
{
	STOA_MAP_EACH(&b->map, entry)
	{
		stoa_buf_fini(entry->value);
		free(entry->value);
	}
	stoa_map_fini(&b->map);
}

static struct stoa_str
key_of(const struct stoa_cid *cid)
{
	return stoa_str_of_bytes(cid->digest, cid->digest_len);
}

enum stoa_status
blocks_put(void *blocks, const struct stoa_cid *cid, struct stoa_str block)
{
	struct blocks *b = blocks;
	struct stoa_buf *copy;

	assert_true(stoa_cid_is_of(cid, block));
	if (stoa_map_get(&b->map, key_of(cid)) != NULL) {
		return STOA_OK;
	}
	copy = malloc(sizeof(*copy));
	assert_non_null(copy);
	stoa_buf_init(copy, STORAGE_BLOCK_SIZE_MAX + 1);
	stoa_buf_add_str(copy, block);
	(void)stoa_map_put(&b->map, key_of(cid), copy);
	return STOA_OK;
}

struct stoa_cid
blocks_add(struct blocks *b, uint64_t codec, struct stoa_str block)
{
	struct stoa_cid cid = stoa_cid_of_block(1, codec, block);

	assert_int_equal(blocks_put(b, &cid, block), STOA_OK);
	return cid;
}

static enum stoa_status
get(void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	struct blocks *b = context;
	const struct stoa_buf *block = stoa_map_get(&b->map, key_of(cid));

	b->get_count++;
	if (block == NULL) {
		return STOA_NOT_FOUND;
	}
	stoa_buf_add_str(ret_block, stoa_buf_str(block));
	return ret_block->is_overflown ? STOA_NO_MEMORY : STOA_OK;
}

struct storage_source
blocks_source(struct blocks *b)
{
	return (struct storage_source){get, b};
}

struct storage_child
blocks_add_file(struct blocks *b, const struct storage_profile *profile,
    struct stoa_str content)
{
	static struct storage_tree tree;
	struct storage_child root;
	struct stoa_buf room;

	stoa_buf_init(&room, STORAGE_BLOCK_SIZE_MAX);
	storage_tree_init(&tree, profile, blocks_put, b);
	do {
		struct stoa_str data = {content.data,
		    content.len < profile->chunk_size ? content.len
						      : profile->chunk_size};
		struct stoa_str block =
		    storage_leaf_block(profile, data, &room);
		struct stoa_hash hash = stoa_sha256(block);
		struct storage_child leaf =
		    storage_leaf_child(profile, &hash, data.len, block.len);

		assert_int_equal(blocks_put(b, &leaf.cid, block), STOA_OK);
		assert_int_equal(storage_tree_add(&tree, &leaf), STOA_OK);
		content = stoa_str_from(content, data.len);
	} while (content.len > 0);
	assert_int_equal(storage_tree_end(&tree, &root), STOA_OK);
	storage_tree_fini(&tree);
	stoa_buf_fini(&room);
	return root;
}
