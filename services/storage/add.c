/* add.c - the pipeline from bytes to blocks. */
#include "storage/add.h"

#include "storage/check.h"
#include "storage/hashers.h"
#include "storage/limits.h"
#include "storage/node.h"

#include <stdlib.h>

/* Leaves up to this size are hashed by the producer itself: handing them over
 * would cost more than hashing them. */
#define INLINE_BYTES ((size_t)8192)

struct storage_add {
	struct storage_hashers *hashers;
	struct storage_store *store;
	const struct storage_profile *profile;
	struct storage_lease lease;
	struct storage_tree tree;
	bool has_leaf;		 /* the present file has one in the tree */
	enum stoa_status status; /* the first failure, which stays */
	/* A ring: the producer fills `first + count`, the oldest is `first`. */
	unsigned first;
	unsigned count;
	struct storage_leaf leaves[STORAGE_LEAVES_IN_FLIGHT];
};

static struct storage_leaf *
present(struct storage_add *add)
{
	return &add->leaves[(add->first + add->count) %
			    STORAGE_LEAVES_IN_FLIGHT];
}

static enum stoa_status
emit(void *context, const struct stoa_cid *cid, struct stoa_str block)
{
	struct storage_add *add = context;
	struct stoa_hash hash;

	memcpy(hash.bytes, cid->digest, STOA_HASH_SIZE);
	return storage_store_put(add->store, &hash, cid->codec, block);
}

/* ---- opening ---------------------------------------------------------------
 */

static enum stoa_status
open_parts(struct storage_add *add)
{
	struct storage_stat stat;

	storage_store_stat(add->store, &stat);
	if (stat.is_stopped) {
		return STOA_IO;
	}
	if (stat.free_bytes == 0) {
		return STOA_NO_SPACE;
	}
	return storage_lease_take(add->store, &add->lease);
}

enum stoa_status
storage_add_open(struct storage_hashers *hashers, struct storage_store *store,
    const struct storage_profile *profile, struct storage_add **ret_add)
{
	struct storage_add *add;
	enum stoa_status status;

	stoa_assert(profile->chunk_size <= STORAGE_CHUNK_SIZE_MAX);
	STORAGE_CHECK(storage_hashers_enter(hashers));
	add = calloc(1, sizeof(*add));
	if (add == NULL) {
		storage_hashers_leave(hashers);
		return STOA_NO_MEMORY;
	}
	add->hashers = hashers;
	add->store = store;
	add->profile = profile;
	for (unsigned i = 0; i < STORAGE_LEAVES_IN_FLIGHT; i++) {
		add->leaves[i].store = store;
		add->leaves[i].profile = profile;
		stoa_buf_init(&add->leaves[i].wrapped, STORAGE_BLOCK_SIZE_MAX);
	}
	storage_tree_init(&add->tree, profile, emit, add);
	status = open_parts(add);
	if (status != STOA_OK) {
		storage_add_close(add);
		return status;
	}
	*ret_add = add;
	return STOA_OK;
}

void
storage_add_close(struct storage_add *add)
{
	if (add == NULL) {
		return;
	}
	for (unsigned i = 0; i < add->count; i++) {
		storage_leaf_wait(add->hashers,
		    &add->leaves[(add->first + i) % STORAGE_LEAVES_IN_FLIGHT]);
	}
	for (unsigned i = 0; i < STORAGE_LEAVES_IN_FLIGHT; i++) {
		free(add->leaves[i].data);
		stoa_buf_fini(&add->leaves[i].wrapped);
	}
	storage_tree_fini(&add->tree);
	storage_lease_end(add->store, &add->lease);
	storage_hashers_leave(add->hashers);
	free(add);
}

/* ---- leaves ----------------------------------------------------------------
 */

/* The first failure is the add's: later calls return it without effect. */
static enum stoa_status
fail(struct storage_add *add, enum stoa_status status)
{
	if (add->status == STOA_OK) {
		add->status = status;
	}
	return add->status;
}

/* Takes the oldest leaf out of the ring, in the order of the file. */
static enum stoa_status
reap(struct storage_add *add)
{
	struct storage_leaf *leaf = &add->leaves[add->first];

	storage_leaf_wait(add->hashers, leaf);
	add->first = (add->first + 1) % STORAGE_LEAVES_IN_FLIGHT;
	add->count--;
	leaf->len = 0;
	STORAGE_CHECK(fail(add, leaf->status));
	add->has_leaf = true;
	return fail(add, storage_tree_add(&add->tree, &leaf->child));
}

/* Hands the present leaf over. */
static enum stoa_status
flush(struct storage_add *add)
{
	struct storage_leaf *leaf = present(add);

	if (leaf->len <= INLINE_BYTES) {
		storage_leaf_do(leaf);
	} else {
		storage_leaf_queue(add->hashers, leaf);
	}
	add->count++;
	return add->count < STORAGE_LEAVES_IN_FLIGHT ? STOA_OK : reap(add);
}

enum stoa_status
storage_add_room(struct storage_add *add, char **ret_room, size_t *ret_len)
{
	struct storage_leaf *leaf = present(add);

	STORAGE_CHECK(add->status);
	if (leaf->len == add->profile->chunk_size) {
		STORAGE_CHECK(flush(add));
		leaf = present(add);
	}
	if (leaf->data == NULL) {
		leaf->data = malloc(add->profile->chunk_size);
		if (leaf->data == NULL) {
			return fail(add, STOA_NO_MEMORY);
		}
	}
	*ret_room = leaf->data + leaf->len;
	*ret_len = add->profile->chunk_size - leaf->len;
	return STOA_OK;
}

void
storage_add_grow(struct storage_add *add, size_t len)
{
	struct storage_leaf *leaf = present(add);

	stoa_assert(len <= add->profile->chunk_size - leaf->len);
	leaf->len += len;
}

enum stoa_status
storage_add_write(struct storage_add *add, struct stoa_str bytes)
{
	while (bytes.len > 0) {
		char *room;
		size_t len;

		STORAGE_CHECK(storage_add_room(add, &room, &len));
		if (len > bytes.len) {
			len = bytes.len;
		}
		memcpy(room, bytes.data, len);
		storage_add_grow(add, len);
		bytes = stoa_str_from(bytes, len);
	}
	return add->status;
}

/* ---- nodes -----------------------------------------------------------------
 */

enum stoa_status
storage_add_end_file(struct storage_add *add, struct storage_child *ret_root)
{
	STORAGE_CHECK(add->status);
	/* An empty file is one empty leaf. */
	if (present(add)->len > 0 || (add->count == 0 && !add->has_leaf)) {
		STORAGE_CHECK(flush(add));
	}
	while (add->count > 0) {
		STORAGE_CHECK(reap(add));
	}
	STORAGE_CHECK(fail(add, storage_tree_end(&add->tree, ret_root)));
	storage_tree_fini(&add->tree);
	storage_tree_init(&add->tree, add->profile, emit, add);
	add->has_leaf = false;
	return STOA_OK;
}

enum stoa_status
storage_add_symlink(struct storage_add *add, struct stoa_str target,
    struct storage_child *ret_root)
{
	struct storage_child child = {0};
	struct stoa_buf block;
	enum stoa_status status;

	STORAGE_CHECK(add->status);
	if (target.len == 0 || target.len > STORAGE_PATH_LEN_MAX) {
		return STOA_INVALID;
	}
	stoa_buf_init(&block, STORAGE_PATH_LEN_MAX + 64);
	storage_node_add_symlink(&block, target);
	child.cid = stoa_cid_of_block(
	    add->profile->cid_version, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
	child.tsize = block.len;
	status = block.is_overflown
		     ? STOA_NO_MEMORY
		     : emit(add, &child.cid, stoa_buf_str(&block));
	stoa_buf_fini(&block);
	STORAGE_CHECK(fail(add, status));
	*ret_root = child;
	return STOA_OK;
}

enum stoa_status
storage_add_directory(struct storage_add *add,
    struct storage_directory *directory, struct storage_child *ret_root)
{
	STORAGE_CHECK(add->status);
	return fail(add, storage_directory_end(directory, emit, add, ret_root));
}

enum stoa_status
storage_add_commit(struct storage_add *add)
{
	STORAGE_CHECK(add->status);
	return fail(add, storage_store_sync(add->store));
}
