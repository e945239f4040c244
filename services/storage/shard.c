/* shard.c - builds a HAMT without recursion.
 *
 * Entries are sorted by their hash. An entry belongs to the deepest shard that
 * it shares a hash prefix with a neighbour in; so one pass over the sorted
 * entries opens and closes shards like brackets, with at most one open shard a
 * level. */
#include "storage/shard.h"

#include "storage/check.h"
#include "storage/murmur3.h"
#include "storage/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a hash: the deepest level. */
#define LEVELS 8

struct place {
	uint64_t hash;
	const struct storage_entry *entry;
};

struct open_shard {
	struct stoa_buf links;
	uint8_t bitmap[STORAGE_SHARD_FANOUT / 8];
	uint64_t tsize;
};

struct builder {
	const struct storage_profile *profile;
	storage_emit_fn *emit;
	void *context;
	unsigned depth; /* open shards */
	struct open_shard shards[LEVELS];
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static unsigned
byte_at(uint64_t hash, unsigned level)
{
	return (unsigned)(hash >> (8 * (LEVELS - 1 - level)) & 0xff);
}

/* Leading bytes that both have. */
static unsigned
common(uint64_t a, uint64_t b)
{
	return a == b ? LEVELS : (unsigned)__builtin_clzll(a ^ b) / 8;
}

static void
shard_open(struct builder *b)
{
	struct open_shard *s = &b->shards[b->depth++];

	stoa_assert(b->depth <= LEVELS);
	stoa_buf_clear(&s->links);
	memset(s->bitmap, 0, sizeof(s->bitmap));
	s->tsize = 0;
}

/* Adds a link to the innermost open shard. */
static enum stoa_status
shard_add(struct builder *b, unsigned bucket, struct stoa_str name,
    const struct storage_child *child)
{
	struct open_shard *s = &b->shards[b->depth - 1];
	char text[2 + STORAGE_NAME_LEN_MAX + 1];

	(void)snprintf(text, sizeof(text), "%02X", bucket);
	memcpy(text + 2, name.data, name.len);
	storage_node_add_link(&s->links, &child->cid,
	    (struct stoa_str){text, 2 + name.len}, child->tsize);
	s->bitmap[sizeof(s->bitmap) - 1 - bucket / 8] |=
	    (uint8_t)(1u << bucket % 8);
	if (__builtin_add_overflow(s->tsize, child->tsize, &s->tsize)) {
		return STOA_TOO_LARGE;
	}
	return s->links.is_overflown ? STOA_NO_MEMORY : STOA_OK;
}

static enum stoa_status
shard_close(struct builder *b, struct storage_child *ret_child)
{
	struct open_shard *s = &b->shards[--b->depth];
	struct storage_child child = {0};

	storage_node_add_shard(&s->links,
	    stoa_str_of_bytes(s->bitmap, sizeof(s->bitmap)),
	    STORAGE_SHARD_FANOUT);
	if (s->links.is_overflown) {
		return STOA_NO_MEMORY;
	}
	if (__builtin_add_overflow(s->tsize, s->links.len, &child.tsize)) {
		return STOA_TOO_LARGE;
	}
	child.cid = stoa_cid_of_block(b->profile->cid_version,
	    STOA_CODEC_DAG_PB, stoa_buf_str(&s->links));
	STORAGE_CHECK(b->emit(b->context, &child.cid, stoa_buf_str(&s->links)));
	*ret_child = child;
	return STOA_OK;
}

/* Closes shards until `depth` are open; `hash` is of the last entry added. */
static enum stoa_status
close_down_to(struct builder *b, unsigned depth, uint64_t hash)
{
	struct storage_child child;

	while (b->depth > depth) {
		STORAGE_CHECK(shard_close(b, &child));
		STORAGE_CHECK(shard_add(
		    b, byte_at(hash, b->depth - 1), STOA_STR(""), &child));
	}
	return STOA_OK;
}

static enum stoa_status
build(struct builder *b, const struct place *places, size_t count,
    struct storage_child *ret_root)
{
	unsigned before = 0;

	shard_open(b);
	for (size_t i = 0; i < count; i++) {
		uint64_t hash = places[i].hash;
		unsigned after =
		    i + 1 < count ? common(hash, places[i + 1].hash) : 0;
		unsigned level = before > after ? before : after;

		if (level == LEVELS) {
			return STOA_TOO_LARGE;
		}
		while (b->depth <= level) {
			shard_open(b);
		}
		STORAGE_CHECK(shard_add(b, byte_at(hash, level),
		    places[i].entry->name, &places[i].entry->child));
		STORAGE_CHECK(close_down_to(b, after + 1, hash));
		before = after;
	}
	stoa_assert(b->depth == 1);
	return shard_close(b, ret_root);
}

enum stoa_status
storage_shards_build(const struct storage_directory *d, storage_emit_fn *emit,
    void *context, struct storage_child *ret_root)
{
	struct builder b = {
	    .profile = d->profile, .emit = emit, .context = context};
	struct place *places = calloc(d->count, sizeof(*places));
	enum stoa_status status;

	if (places == NULL) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < d->count; i++) {
		places[i].hash = storage_murmur3(d->entries[i].name);
		places[i].entry = &d->entries[i];
	}
	qsort(places, d->count, sizeof(places[0]), compare_places);
	for (unsigned i = 0; i < LEVELS; i++) {
		stoa_buf_init(&b.shards[i].links, STORAGE_BLOCK_SIZE_MAX);
	}
	status = build(&b, places, d->count, ret_root);
	for (unsigned i = 0; i < LEVELS; i++) {
		stoa_buf_fini(&b.shards[i].links);
	}
	free(places);
	return status;
}
