/* reader.c - walks a file tree to an offset. */
#include "storage/reader.h"

#include "storage/check.h"

#include <string.h>

static bool
is_file(const struct storage_node *node)
{
	return node->type == STORAGE_NODE_FILE ||
	       node->type == STORAGE_NODE_RAW;
}

/* Loads `cid` as the next level. */
static enum stoa_status
push(struct storage_reader *r, const struct stoa_cid *cid, uint64_t start)
{
	struct storage_reader_level *level = &r->levels[r->depth];

	if (r->depth == STORAGE_READ_DEPTH_MAX) {
		return STOA_TOO_LARGE;
	}
	if (r->depth == r->depth_inited) {
		stoa_buf_init(&level->block, STORAGE_BLOCK_SIZE_MAX);
		r->depth_inited++;
	}
	STORAGE_CHECK(
	    storage_source_node(&r->source, cid, &level->block, &level->node));
	level->start = start;
	level->next = start + level->node.data.len;
	level->links = storage_node_links(&level->node);
	r->depth++;
	return STOA_OK;
}

enum stoa_status
storage_reader_open(struct storage_reader *r,
    const struct storage_source *source, const struct stoa_cid *root)
{
	r->source = *source;
	r->depth = 0;
	r->depth_inited = 0;
	STORAGE_CHECK(push(r, root, 0));
	return is_file(&r->levels[0].node) ? STOA_OK : STOA_INVALID;
}

void
storage_reader_close(struct storage_reader *r)
{
	for (unsigned i = 0; i < r->depth_inited; i++) {
		stoa_buf_fini(&r->levels[i].block);
	}
	r->depth = r->depth_inited = 0;
}

uint64_t
storage_reader_size(const struct storage_reader *r)
{
	return r->levels[0].node.file_size;
}

static bool
covers(const struct storage_reader_level *level, uint64_t offset)
{
	return offset >= level->start &&
	       offset - level->start < level->node.file_size;
}

/* Loads the child of the innermost level that holds `offset`. */
static enum stoa_status
descend(struct storage_reader *r, uint64_t offset)
{
	struct storage_reader_level *level = &r->levels[r->depth - 1];
	struct storage_link link;

	/* Sizes cannot wrap: the decoder has added them up. */
	if (offset < level->next) {
		level->next = level->start + level->node.data.len;
		level->links = storage_node_links(&level->node);
	}
	while (storage_links_next(&level->links, &link)) {
		uint64_t start = level->next;
		const struct storage_node *child;

		level->next += link.file_size;
		if (offset >= level->next) {
			continue;
		}
		STORAGE_CHECK(push(r, &link.cid, start));
		child = &r->levels[r->depth - 1].node;
		if (!is_file(child) || child->file_size != link.file_size) {
			r->depth--;
			return STOA_CORRUPT;
		}
		return STOA_OK;
	}
	return STOA_CORRUPT;
}

enum stoa_status
storage_reader_at(
    struct storage_reader *r, uint64_t offset, struct stoa_str *ret_bytes)
{
	stoa_assert(r->depth > 0);
	if (offset >= storage_reader_size(r)) {
		*ret_bytes = STOA_STR("");
		return STOA_OK;
	}
	while (!covers(&r->levels[r->depth - 1], offset)) {
		r->depth--;
	}
	for (;;) {
		const struct storage_reader_level *level =
		    &r->levels[r->depth - 1];
		uint64_t skip = offset - level->start;

		if (skip < level->node.data.len) {
			*ret_bytes =
			    stoa_str_from(level->node.data, (size_t)skip);
			return STOA_OK;
		}
		STORAGE_CHECK(descend(r, offset));
	}
}

enum stoa_status
storage_reader_read(struct storage_reader *r, uint64_t offset, void *to,
    size_t len, size_t *ret_len)
{
	size_t done = 0;

	while (done < len) {
		struct stoa_str bytes;

		STORAGE_CHECK(storage_reader_at(r, offset + done, &bytes));
		if (bytes.len == 0) {
			break;
		}
		if (bytes.len > len - done) {
			bytes.len = len - done;
		}
		memcpy((char *)to + done, bytes.data, bytes.len);
		done += bytes.len;
	}
	*ret_len = done;
	return STOA_OK;
}
