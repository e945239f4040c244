/* tree.c - the balanced layout. */
#include "storage/tree.h"

#include "storage/check.h"
#include "storage/node.h"

void
storage_tree_init(struct storage_tree *t, const struct storage_profile *profile,
    storage_emit_fn *emit, void *context)
{
	t->profile = profile;
	t->emit = emit;
	t->context = context;
	t->depth = 0;
}

void
storage_tree_fini(struct storage_tree *t)
{
	for (unsigned i = 0; i < t->depth; i++) {
		stoa_buf_fini(&t->levels[i].links);
		stoa_buf_fini(&t->levels[i].block_sizes);
	}
	t->depth = 0;
}

static void
level_init(struct storage_tree_level *level)
{
	*level = (struct storage_tree_level){0};
	stoa_buf_init(&level->links, STORAGE_BLOCK_SIZE_MAX);
	stoa_buf_init(&level->block_sizes, STORAGE_BLOCK_SIZE_MAX);
}

static enum stoa_status
level_push(struct storage_tree_level *level, const struct storage_child *child)
{
	if (__builtin_add_overflow(
		level->file_size, child->file_size, &level->file_size) ||
	    __builtin_add_overflow(level->tsize, child->tsize, &level->tsize)) {
		return STOA_TOO_LARGE;
	}
	storage_node_add_link(
	    &level->links, &child->cid, STOA_STR(""), child->tsize);
	storage_node_add_block_size(&level->block_sizes, child->file_size);
	level->count++;
	level->last = *child;
	return level->links.is_overflown || level->block_sizes.is_overflown
		   ? STOA_NO_MEMORY
		   : STOA_OK;
}

/* Turns the children of a level into one node and empties the level. */
static enum stoa_status
level_close(struct storage_tree *t, struct storage_tree_level *level,
    struct storage_child *ret_child)
{
	struct storage_child node = {.file_size = level->file_size};
	struct stoa_str block;

	storage_node_add_file(
	    &level->links, level->file_size, stoa_buf_str(&level->block_sizes));
	if (level->links.is_overflown) {
		return STOA_NO_MEMORY;
	}
	block = stoa_buf_str(&level->links);
	if (__builtin_add_overflow(level->tsize, block.len, &node.tsize)) {
		return STOA_TOO_LARGE;
	}
	node.cid = stoa_cid_of_block(
	    t->profile->cid_version, STOA_CODEC_DAG_PB, block);
	STORAGE_CHECK(t->emit(t->context, &node.cid, block));
	stoa_buf_clear(&level->links);
	stoa_buf_clear(&level->block_sizes);
	level->file_size = 0;
	level->tsize = 0;
	level->count = 0;
	*ret_child = node;
	return STOA_OK;
}

/* A full level is closed only when one more child comes: until then it may
 * turn out to be the root. */
static enum stoa_status
push(struct storage_tree *t, unsigned at, struct storage_child child)
{
	for (;; at++) {
		struct storage_tree_level *level = &t->levels[at];
		struct storage_child node;

		if (at == STORAGE_TREE_DEPTH_MAX) {
			return STOA_TOO_LARGE;
		}
		if (at == t->depth) {
			level_init(level);
			t->depth++;
		}
		if (level->count < t->profile->width) {
			return level_push(level, &child);
		}
		STORAGE_CHECK(level_close(t, level, &node));
		STORAGE_CHECK(level_push(level, &child));
		child = node;
	}
}

enum stoa_status
storage_tree_add(struct storage_tree *t, const struct storage_child *leaf)
{
	return push(t, 0, *leaf);
}

enum stoa_status
storage_tree_end(struct storage_tree *t, struct storage_child *ret_root)
{
	stoa_assert(t->depth > 0);
	for (unsigned at = 0;; at++) {
		struct storage_tree_level *level = &t->levels[at];
		struct storage_child node;

		stoa_assert(level->count > 0);
		if (at == t->depth - 1 && level->count == 1) {
			*ret_root = level->last;
			return STOA_OK;
		}
		STORAGE_CHECK(level_close(t, level, &node));
		STORAGE_CHECK(push(t, at + 1, node));
	}
}

struct stoa_str
storage_leaf_block(const struct storage_profile *profile, struct stoa_str data,
    struct stoa_buf *room)
{
	if (profile->has_raw_leaves) {
		return data;
	}
	stoa_buf_clear(room);
	storage_node_add_leaf(room, data);
	return stoa_buf_str(room);
}

struct storage_child
storage_leaf_child(const struct storage_profile *profile,
    const struct stoa_hash *hash, size_t data_len, size_t block_len)
{
	uint64_t codec =
	    profile->has_raw_leaves ? STOA_CODEC_RAW : STOA_CODEC_DAG_PB;

	return (struct storage_child){
	    .cid = stoa_cid_of_hash(profile->cid_version, codec, hash),
	    .file_size = data_len,
	    .tsize = block_len,
	};
}
