/* directory.c - collects entries and writes small directories. */
#include "storage/directory.h"

#include "storage/check.h"
#include "storage/node.h"
#include "storage/shard.h"

#include <stdlib.h>

/* Both profiles shard beyond this many bytes, measured in their own way. */
#define SHARD_THRESHOLD ((size_t)262144)

#define ENTRIES_FIRST ((size_t)16)

void
storage_directory_init(
    struct storage_directory *d, const struct storage_profile *profile)
{
	*d = (struct storage_directory){.profile = profile};
	stoa_arena_init(&d->names, NULL, 0,
	    (size_t)STORAGE_ENTRIES_MAX * (STORAGE_NAME_LEN_MAX + 1));
}

void
storage_directory_fini(struct storage_directory *d)
{
	stoa_arena_fini(&d->names);
	free(d->entries);
	d->entries = NULL;
	d->count = d->size = 0;
}

const char *
storage_name_refusal(struct stoa_str name)
{
	if (name.len == 0) {
		return "a name may not be empty";
	}
	if (name.len > STORAGE_NAME_LEN_MAX) {
		return "a name may have at most 255 bytes";
	}
	if (stoa_str_is_equal(name, STOA_STR(".")) ||
	    stoa_str_is_equal(name, STOA_STR(".."))) {
		return "a name may not be \".\" or \"..\"";
	}
	if (memchr(name.data, '/', name.len) != NULL ||
	    memchr(name.data, '\0', name.len) != NULL) {
		return "a name may not hold a slash or a zero byte";
	}
	if (!stoa_str_is_utf8(name)) {
		return "a name must be UTF-8";
	}
	return NULL;
}

static enum stoa_status
make_room(struct storage_directory *d)
{
	size_t size = d->size == 0 ? ENTRIES_FIRST : d->size * 2;
	struct storage_entry *entries;

	if (d->count < d->size) {
		return STOA_OK;
	}
	if (d->count >= STORAGE_ENTRIES_MAX) {
		return STOA_TOO_LARGE;
	}
	entries = reallocarray(d->entries, size, sizeof(*entries));
	if (entries == NULL) {
		return STOA_NO_MEMORY;
	}
	d->entries = entries;
	d->size = size;
	return STOA_OK;
}

enum stoa_status
storage_directory_add(struct storage_directory *d, struct stoa_str name,
    const struct storage_child *child)
{
	char *copy;

	if (storage_name_refusal(name) != NULL) {
		return STOA_INVALID;
	}
	STORAGE_CHECK(make_room(d));
	copy = stoa_arena_dup(&d->names, name.data, name.len);
	if (copy == NULL) {
		return STOA_NO_MEMORY;
	}
	d->entries[d->count++] =
	    (struct storage_entry){{copy, name.len}, *child};
	return STOA_OK;
}

static int
compare_names(const void *a, const void *b)
{
	const struct storage_entry *x = a, *y = b;

	return stoa_str_compare(x->name, y->name);
}

static bool
is_sharded(const struct storage_directory *d)
{
	size_t size = d->profile->is_sharded_by_block_size ? 4 : 0;
	uint8_t bytes[STOA_CID_SIZE_MAX];

	/* 4: the Data field of a directory, 0a 02 08 01. */
	for (size_t i = 0; i < d->count; i++) {
		const struct storage_entry *e = &d->entries[i];

		if (d->profile->is_sharded_by_block_size) {
			size += storage_node_link_size(
			    &e->child.cid, e->name, e->child.tsize);
		} else {
			size +=
			    e->name.len + stoa_cid_encode(&e->child.cid, bytes);
		}
		if (size > SHARD_THRESHOLD) {
			return true;
		}
	}
	return false;
}

static enum stoa_status
build_small(const struct storage_directory *d, storage_emit_fn *emit,
    void *context, struct storage_child *ret_root)
{
	struct storage_child root = {0};
	struct stoa_buf block;
	enum stoa_status status = STOA_OK;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	for (size_t i = 0; i < d->count && status == STOA_OK; i++) {
		const struct storage_entry *e = &d->entries[i];

		storage_node_add_link(
		    &block, &e->child.cid, e->name, e->child.tsize);
		if (__builtin_add_overflow(
			root.tsize, e->child.tsize, &root.tsize)) {
			status = STOA_TOO_LARGE;
		}
	}
	storage_node_add_directory(&block);
	if (status == STOA_OK && block.is_overflown) {
		status = STOA_NO_MEMORY;
	}
	if (status == STOA_OK &&
	    __builtin_add_overflow(root.tsize, block.len, &root.tsize)) {
		status = STOA_TOO_LARGE;
	}
	if (status == STOA_OK) {
		root.cid = stoa_cid_of_block(d->profile->cid_version,
		    STOA_CODEC_DAG_PB, stoa_buf_str(&block));
		status = emit(context, &root.cid, stoa_buf_str(&block));
	}
	stoa_buf_fini(&block);
	if (status == STOA_OK) {
		*ret_root = root;
	}
	return status;
}

enum stoa_status
storage_directory_end(struct storage_directory *d, storage_emit_fn *emit,
    void *context, struct storage_child *ret_root)
{
	if (d->count > 1) {
		qsort(
		    d->entries, d->count, sizeof(d->entries[0]), compare_names);
	}
	for (size_t i = 1; i < d->count; i++) {
		if (stoa_str_is_equal(
			d->entries[i - 1].name, d->entries[i].name)) {
			return STOA_EXISTS;
		}
	}
	if (is_sharded(d)) {
		return storage_shards_build(d, emit, context, ret_root);
	}
	return build_small(d, emit, context, ret_root);
}
