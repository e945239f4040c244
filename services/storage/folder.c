/* folder.c - finds names in directories. */
#include "storage/folder.h"

#include "storage/check.h"
#include "storage/limits.h"
#include "storage/murmur3.h"

#include <string.h>

/* Links of a shard: buckets in order, each set in the bitmap, none missing. */
struct shard {
	unsigned bits; /* of the hash, a level */
	size_t digits; /* of a bucket in a link name */
	uint64_t fanout;
	struct stoa_str bitmap;
};

static struct shard
shard_of(const struct storage_node *node)
{
	struct shard s = {.fanout = node->fanout, .bitmap = node->data};

	s.bits = (unsigned)__builtin_ctzll(node->fanout);
	s.digits = (s.bits + 3) / 4;
	return s;
}

static bool
has_bucket(const struct shard *s, uint64_t bucket)
{
	size_t at = (size_t)bucket / 8;

	return bucket < s->fanout && at < s->bitmap.len &&
	       ((uint8_t)s->bitmap.data[s->bitmap.len - 1 - at] >>
		       (bucket % 8) &
		   1) != 0;
}

static bool
read_digits(struct stoa_str digits, uint64_t *ret_bucket)
{
	static const char alphabet[] = "0123456789ABCDEF";
	uint64_t bucket = 0;

	for (size_t i = 0; i < digits.len; i++) {
		const char *at = memchr(alphabet, digits.data[i], 16);

		if (at == NULL) {
			return false;
		}
		bucket = bucket << 4 | (uint64_t)(at - alphabet);
	}
	*ret_bucket = bucket;
	return true;
}

/* The bucket that a link name begins with. */
static bool
read_bucket(const struct shard *s, const struct storage_link *link,
    uint64_t *ret_bucket)
{
	struct stoa_str digits = {link->name.data, s->digits};
	uint64_t bucket;

	if (link->name.len < s->digits || !read_digits(digits, &bucket)) {
		return false;
	}
	*ret_bucket = bucket;
	return has_bucket(s, bucket);
}

/* Sorted unique names whose buckets are in the bitmap, as many as it has bits:
 * then bitmap and links say the same. Two entries of one bucket would be
 * sorted neighbours with the same digits, which the count finds. */
static bool
is_shard_sound(const struct storage_node *node)
{
	struct shard s = shard_of(node);
	struct storage_links links = storage_node_links(node);
	struct storage_link link;
	uint64_t previous = 0, bucket;
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < s.bitmap.len; i++) {
		bits += (unsigned)__builtin_popcount((uint8_t)s.bitmap.data[i]);
	}
	while (storage_links_next(&links, &link)) {
		if (!read_bucket(&s, &link, &bucket) ||
		    (count > 0 && bucket <= previous)) {
			return false;
		}
		previous = bucket;
		count++;
	}
	return bits == count;
}

static enum stoa_status
load(const struct storage_source *source, const struct stoa_cid *cid,
    struct stoa_buf *block, struct storage_node *ret_node)
{
	STORAGE_CHECK(storage_source_node(source, cid, block, ret_node));
	if (ret_node->type == STORAGE_NODE_DIRECTORY) {
		return STOA_OK;
	}
	if (ret_node->type != STORAGE_NODE_SHARD) {
		return STOA_INVALID;
	}
	return is_shard_sound(ret_node) ? STOA_OK : STOA_CORRUPT;
}

static enum stoa_status
load_child(const struct storage_source *source, const struct stoa_cid *cid,
    uint64_t fanout, struct stoa_buf *block, struct storage_node *ret_node)
{
	enum stoa_status status = load(source, cid, block, ret_node);

	if (status == STOA_INVALID ||
	    (status == STOA_OK && (ret_node->type != STORAGE_NODE_SHARD ||
				      ret_node->fanout != fanout))) {
		return STOA_CORRUPT;
	}
	return status;
}

static enum stoa_status
find_plain(const struct storage_node *node, struct stoa_str name,
    struct storage_link *ret_link)
{
	struct storage_links links = storage_node_links(node);
	struct storage_link link;

	while (storage_links_next(&links, &link)) {
		if (stoa_str_is_equal(link.name, name)) {
			*ret_link = link;
			return STOA_OK;
		}
	}
	return STOA_NOT_FOUND;
}

static bool
find_bucket(const struct storage_node *node, uint64_t bucket,
    struct storage_link *ret_link)
{
	struct shard s = shard_of(node);
	struct storage_links links = storage_node_links(node);
	uint64_t have;

	while (storage_links_next(&links, ret_link)) {
		if (read_bucket(&s, ret_link, &have) && have == bucket) {
			return true;
		}
	}
	return false;
}

static enum stoa_status
find_sharded(const struct storage_source *source, struct stoa_buf *block,
    struct storage_node *node, struct stoa_str name,
    struct storage_link *ret_link)
{
	uint64_t hash = storage_murmur3(name), fanout = node->fanout;
	struct shard s = shard_of(node);
	struct storage_link link;

	for (unsigned used = 0; used + s.bits <= 64; used += s.bits) {
		uint64_t bucket = hash << used >> (64 - s.bits);
		struct stoa_cid child;

		if (!find_bucket(node, bucket, &link)) {
			return STOA_NOT_FOUND;
		}
		if (link.name.len > s.digits) {
			link.name = stoa_str_from(link.name, s.digits);
			if (!stoa_str_is_equal(link.name, name)) {
				return STOA_NOT_FOUND;
			}
			*ret_link = link;
			return STOA_OK;
		}
		child = link.cid;
		STORAGE_CHECK(load_child(source, &child, fanout, block, node));
	}
	return STOA_CORRUPT;
}

enum stoa_status
storage_folder_find(const struct storage_source *source,
    const struct stoa_cid *cid, struct stoa_str name,
    struct storage_link *ret_link)
{
	struct storage_link link = {0};
	struct storage_node node;
	struct stoa_buf block;
	enum stoa_status status;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	status = load(source, cid, &block, &node);
	if (status == STOA_OK) {
		status = node.type == STORAGE_NODE_SHARD
			     ? find_sharded(source, &block, &node, name, &link)
			     : find_plain(&node, name, &link);
	}
	stoa_buf_fini(&block);
	if (status == STOA_OK) {
		link.name = name; /* its own lay in the block */
		*ret_link = link;
	}
	return status;
}

/* ---- walking ---------------------------------------------------------------
 */

struct level {
	struct stoa_buf block;
	struct storage_links links;
	uint64_t prefix; /* of the hashes below, as many bits as levels say */
};

struct walk {
	const struct storage_source *source;
	storage_visit_fn *visit;
	void *context;
	struct shard shard; /* of the root; fanout 0 when it is none */
	unsigned depth;
	unsigned depth_inited;
	struct level levels[STORAGE_SHARD_DEPTH_MAX];
};

static enum stoa_status
enter_node(struct walk *w, struct level *level, const struct stoa_cid *cid)
{
	struct storage_node node;

	if (w->depth > 0) {
		STORAGE_CHECK(load_child(
		    w->source, cid, w->shard.fanout, &level->block, &node));
		if (node.link_count == 0) {
			return STOA_CORRUPT;
		}
	} else {
		STORAGE_CHECK(load(w->source, cid, &level->block, &node));
		if (node.type == STORAGE_NODE_SHARD) {
			w->shard = shard_of(&node);
		}
	}
	level->links = storage_node_links(&node);
	return STOA_OK;
}

static enum stoa_status
enter(struct walk *w, const struct stoa_cid *cid, uint64_t prefix)
{
	struct level *level = &w->levels[w->depth];

	if (w->shard.bits * (w->depth + 1) > 64 ||
	    w->depth == STORAGE_SHARD_DEPTH_MAX) {
		return STOA_CORRUPT;
	}
	if (w->depth == w->depth_inited) {
		stoa_buf_init(&level->block, STORAGE_BLOCK_SIZE_MAX);
		w->depth_inited++;
	}
	STORAGE_CHECK(enter_node(w, level, cid));
	level->prefix = prefix;
	w->depth++;
	return STOA_OK;
}

/* One link of a shard. Every name must lie where its hash says, and no shard
 * below the root is empty: so a block that is linked from many places, which
 * could make the walk endless, is found at its first entry. */
static enum stoa_status
walk_shard(struct walk *w, struct storage_link *link)
{
	const struct level *level = &w->levels[w->depth - 1];
	unsigned bits = w->shard.bits * w->depth;
	uint64_t prefix;
	bool ok = read_digits(
	    (struct stoa_str){link->name.data, w->shard.digits}, &prefix);

	stoa_assert(ok); /* load has looked at all of them */
	prefix |= level->prefix << w->shard.bits;
	link->name = stoa_str_from(link->name, w->shard.digits);
	if (link->name.len == 0) {
		struct stoa_cid cid = link->cid;

		return enter(w, &cid, prefix);
	}
	if (storage_murmur3(link->name) >> (64 - bits) != prefix) {
		return STOA_CORRUPT;
	}
	return w->visit(w->context, link) ? STOA_OK : STOA_CANCELLED;
}

static enum stoa_status
walk(struct walk *w)
{
	while (w->depth > 0) {
		struct level *level = &w->levels[w->depth - 1];
		struct storage_link link;

		if (!storage_links_next(&level->links, &link)) {
			w->depth--;
		} else if (w->shard.fanout != 0) {
			STORAGE_CHECK(walk_shard(w, &link));
		} else if (!w->visit(w->context, &link)) {
			return STOA_CANCELLED;
		}
	}
	return STOA_OK;
}

enum stoa_status
storage_folder_walk(const struct storage_source *source,
    const struct stoa_cid *cid, storage_visit_fn *visit, void *context)
{
	struct walk w = {.source = source, .visit = visit, .context = context};
	enum stoa_status status = enter(&w, cid, 0);

	if (status == STOA_OK) {
		status = walk(&w);
	}
	for (unsigned i = 0; i < w.depth_inited; i++) {
		stoa_buf_fini(&w.levels[i].block);
	}
	return status;
}

enum stoa_status
storage_path_resolve(const struct storage_source *source,
    const struct stoa_cid *root, struct stoa_str path, struct stoa_cid *ret_cid)
{
	struct stoa_cid cid = *root;
	unsigned parts = 0;

	if (path.len > STORAGE_PATH_LEN_MAX) {
		return STOA_TOO_LARGE;
	}
	while (path.len > 0) {
		struct stoa_str name = stoa_str_cut(&path, '/');
		struct storage_link link;

		if (name.len == 0) {
			continue;
		}
		if (++parts > STORAGE_PATH_PARTS_MAX) {
			return STOA_TOO_LARGE;
		}
		STORAGE_CHECK(storage_folder_find(source, &cid, name, &link));
		cid = link.cid;
	}
	*ret_cid = cid;
	return STOA_OK;
}
