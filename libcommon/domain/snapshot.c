/* snapshot.c - what the scan of the own copy found, so that the next start
 * reads only what was appended since.
 *
 *   0  magic "StS1"   4  CRC-32C of all that follows   8  an image:
 *   the core's name and version; how many bytes of the copy it covers, and
 *   where its last frame stands, with its hash; the replica's position; each
 *   community with its chain, its answered commands, and its state.
 *
 * It says nothing that the copy does not: it may be thrown away at any time. */
#include "base/crc32c.h"
#include "base/image.h"
#include "domain/chain.h"

#include <stdlib.h>

#define MAGIC	  "StS1"
#define HEAD_SIZE 8u

/* Of what this file writes; the core has its own for its state. */
#define LAYOUT_VERSION 2

/* ---- head ---- */

struct head {
	uint64_t covered; /* bytes of the copy */
	uint64_t last;	  /* where the last frame among them stands */
	struct stoa_hash last_hash;
};

static void
head_put(
    struct stoa_buf *out, const struct stoa_core *core, const struct head *head)
{
	stoa_image_put_number(out, LAYOUT_VERSION);
	stoa_image_put_bytes(out, stoa_str_of(core->name));
	stoa_image_put_number(out, core->image_version);
	stoa_image_put_number(out, head->covered);
	stoa_image_put_number(out, head->last);
	stoa_image_put_hash(out, &head->last_hash);
}

/* False: of another core, or another version of it. */
static bool
head_get(
    struct stoa_image *in, const struct stoa_core *core, struct head *ret_head)
{
	if (stoa_image_number(in) != LAYOUT_VERSION ||
	    !stoa_str_is_equal(stoa_image_bytes(in), stoa_str_of(core->name)) ||
	    stoa_image_number(in) != core->image_version) {
		return false;
	}
	ret_head->covered = stoa_image_number(in);
	ret_head->last = stoa_image_number(in);
	ret_head->last_hash = stoa_image_hash(in);
	return !in->is_bad;
}

/* Behind magic and checksum; false: it is no snapshot. */
static bool
image_open(struct stoa_str bytes, struct stoa_image *ret_image)
{
	if (bytes.len < HEAD_SIZE || memcmp(bytes.data, MAGIC, 4) != 0) {
		return false;
	}
	*ret_image =
	    (struct stoa_image){.rest = stoa_str_from(bytes, HEAD_SIZE)};
	return true;
}

/* As it was written: asked once, by who is going to use all of it. */
static bool
is_whole(struct stoa_str bytes)
{
	uint32_t crc;

	memcpy(&crc, bytes.data + 4, sizeof(crc));
	return stoa_crc32c(0, bytes.data + HEAD_SIZE, bytes.len - HEAD_SIZE) ==
	       crc;
}

/* ---- the replica ---- */

static void
replica_put(struct stoa_buf *out, const struct stoa_replica *r)
{
	stoa_image_put_number(out, r->followed);
	stoa_image_put_number(out, r->epoch);
	stoa_image_put_number(out, r->position);
	stoa_image_put_hash(out, &r->position_hash);
	stoa_image_put_number(out, r->is_recovering);
	stoa_image_put_number(out, r->damage_bytes);
	stoa_image_put_number(out, r->repaired_bytes);
	stoa_image_put_number(out, r->chains.count);
}

/* Gives how many communities follow. */
static uint64_t
replica_get(struct stoa_image *in, struct stoa_replica *r)
{
	r->followed = stoa_image_number(in);
	r->epoch = (uint32_t)stoa_image_below(in, UINT32_MAX);
	r->position = stoa_image_number(in);
	r->position_hash = stoa_image_hash(in);
	r->is_recovering = stoa_image_below(in, 1) != 0;
	r->damage_bytes = stoa_image_number(in);
	r->repaired_bytes = stoa_image_number(in);
	return stoa_image_below(in, DOMAIN_COMMUNITIES_MAX);
}

/* ---- a community ---- */

static void
chain_save(
    struct stoa_buf *out, const struct stoa_replica *r, const struct chain *c)
{
	struct stoa_buf state;

	stoa_image_put_bytes(out, c->id);
	stoa_image_put_number(out, c->index);
	stoa_image_put_hash(out, &c->hash);
	stoa_image_put_number(out, c->sequence);
	stoa_image_put_number(out, c->orphaned);
	stoa_image_put_signed(out, c->time_us);
	for (uint64_t bits = c->tree.count, at = 0; bits != 0; at++) {
		stoa_image_put_hash(out, &c->tree.peaks[at]);
		bits &= bits - 1;
	}
	stoa_buf_add(out, c->places, c->index * sizeof(c->places[0]));
	dedup_save(&c->dedup, out);
	stoa_buf_init(&state, DOMAIN_SNAPSHOT_BYTES_MAX);
	r->o.core->save(c->state, &state);
	out->is_overflown |= state.is_overflown;
	stoa_image_put_number(
	    out, stoa_crc32c(0, stoa_buf_str(&state).data, state.len));
	stoa_image_put_bytes(out, stoa_buf_str(&state));
	stoa_buf_fini(&state);
}

static struct saved
saved_read(struct stoa_image *in, uint64_t index)
{
	uint32_t crc = (uint32_t)stoa_image_below(in, UINT32_MAX);

	return (struct saved){index, stoa_image_bytes(in), crc};
}

bool
saved_load(const struct stoa_replica *r, const struct saved *saved, void *state)
{
	return stoa_crc32c(0, saved->image.data, saved->image.len) ==
		   saved->crc &&
	       r->o.core->load(state, saved->image);
}

/* The numbers of a chain; its places are given as they stand in the image. */
static const struct place *
chain_read(struct stoa_image *in, struct chain *c)
{
	c->index =
	    stoa_image_below(in, (UINT64_C(1) << STOA_MERKLE_DEPTH_MAX) - 1);
	c->hash = stoa_image_hash(in);
	c->sequence = stoa_image_number(in);
	c->orphaned = stoa_image_number(in);
	c->time_us = stoa_image_signed(in);
	c->tree.count = c->index;
	for (uint64_t bits = c->index, at = 0; bits != 0; at++) {
		c->tree.peaks[at] = stoa_image_hash(in);
		bits &= bits - 1;
	}
	if (c->index > in->rest.len / sizeof(struct place)) {
		in->is_bad = true;
		return NULL;
	}
	return stoa_image_raw(in, c->index * sizeof(struct place));
}

static void
chain_load(struct stoa_image *in, struct stoa_replica *r)
{
	struct stoa_str id = stoa_image_bytes(in);
	const struct place *places;
	struct chain *c;

	if (in->is_bad || chain_get(r, id) != NULL ||
	    (c = chain_make(r, id)) == NULL) {
		in->is_bad = true;
		return;
	}
	places = chain_read(in, c);
	if (places == NULL || !dedup_load(&c->dedup, in)) {
		in->is_bad = true;
		return;
	}
	c->durable = c->stream_index = c->told = c->index;
	c->place_size = c->index;
	if (c->index > 0) {
		c->places = malloc(c->index * sizeof(places[0]));
		stoa_assert(c->places != NULL);
		memcpy(c->places, places, c->index * sizeof(places[0]));
	}
	c->saved = saved_read(in, c->index);
	if (in->is_bad || !r->o.core->load(c->state, c->saved.image)) {
		in->is_bad = true;
	}
}

/* ---- whole ---- */

/* The copy may have lost what was written last, or be another one. */
static bool
copy_is_the_same(struct stoa_replica *r, const struct head *head)
{
	struct stoa_frame frame;
	struct stoa_hash hash;

	if (stoa_copy_read(r->o.copy, head->last, &r->scratch, &frame) !=
	    STOA_OK) {
		return false;
	}
	hash = stoa_record_hash(frame.record);
	return stoa_hash_is_equal(&hash, &head->last_hash) &&
	       head->last + stoa_frame_size(frame.record.len) == head->covered;
}

uint64_t
snapshot_load(struct stoa_replica *r)
{
	struct stoa_image in;
	struct head head;
	uint64_t count;

	if (r->o.core->load == NULL || !image_open(r->o.snapshot, &in) ||
	    !is_whole(r->o.snapshot) || !head_get(&in, r->o.core, &head) ||
	    !copy_is_the_same(r, &head)) {
		return 0;
	}
	r->last = head.last;
	count = replica_get(&in, r);
	while (count > 0 && !in.is_bad) {
		chain_load(&in, r);
		count--;
	}
	if (in.is_bad || in.rest.len > 0) {
		replica_clear(r);
		r->followed = r->position = r->epoch = 0;
		r->damage_bytes = r->repaired_bytes = 0;
		r->is_recovering = false;
		return 0;
	}
	return head.covered;
}

static void
chain_adopt(struct stoa_image *in, struct stoa_replica *r)
{
	struct chain *c = chain_get(r, stoa_image_bytes(in));
	struct chain there = {0};
	struct saved saved;

	(void)chain_read(in, &there);
	dedup_skip(in);
	saved = saved_read(in, there.index);
	if (!in->is_bad && c != NULL && there.index > 0 &&
	    there.index <= c->durable &&
	    c->places[there.index - 1].mark == mark_of(&there.hash)) {
		c->saved = saved;
	}
}

void
stoa_replica_adopt(struct stoa_replica *r, struct stoa_str bytes)
{
	struct stoa_replica there = {0};
	struct stoa_image in;
	struct head head;
	uint64_t count;

	STOA_MAP_EACH(&r->chains, entry)
	{
		struct chain *c = entry->value;

		c->saved = (struct saved){0};
	}
	r->o.snapshot = bytes;
	if (!image_open(bytes, &in) || !head_get(&in, r->o.core, &head)) {
		return;
	}
	count = replica_get(&in, &there);
	while (count > 0 && !in.is_bad) {
		chain_adopt(&in, r);
		count--;
	}
}

uint64_t
stoa_snapshot_covers(struct stoa_str bytes, const struct stoa_core *core)
{
	struct stoa_image in;
	struct head head;

	return image_open(bytes, &in) && head_get(&in, core, &head)
		   ? head.covered
		   : 0;
}

static enum stoa_status
snapshot_write(
    const struct stoa_replica *r, const struct head *head, struct stoa_buf *out)
{
	uint32_t crc;

	stoa_buf_add(out, MAGIC "\0\0\0\0", HEAD_SIZE);
	head_put(out, r->o.core, head);
	replica_put(out, r);
	STOA_MAP_EACH(&r->chains, entry)
	{
		chain_save(out, r, entry->value);
	}
	if (out->is_overflown) {
		return STOA_NO_MEMORY;
	}
	crc = stoa_crc32c(0, out->data + HEAD_SIZE, out->len - HEAD_SIZE);
	memcpy(out->data + 4, &crc, sizeof(crc));
	return STOA_OK;
}

/* Of the frame that the scan saw last. */
static enum stoa_status
head_of(struct stoa_replica *r, const struct stoa_copy_scan *scan,
    struct head *ret_head)
{
	struct stoa_frame frame;
	enum stoa_status status =
	    stoa_copy_read(r->o.copy, r->last, &r->scratch, &frame);

	if (status == STOA_OK) {
		ret_head->covered = scan->end;
		ret_head->last = r->last;
		ret_head->last_hash = stoa_record_hash(frame.record);
	}
	return status;
}

/* Nobody is told of what is read for a snapshot. */
static void
hush_commit(void *owner, const struct stoa_commit *commit)
{
	(void)owner;
	(void)commit;
}

static void
hush_text(void *owner, const char *text)
{
	(void)owner;
	(void)text;
}

static void
hush_alarm(void *owner, struct stoa_str community, const char *text)
{
	(void)owner;
	(void)community;
	(void)text;
}

enum stoa_status
stoa_snapshot_make(
    const struct stoa_replica_options *options, struct stoa_buf *out)
{
	static const struct stoa_replica_events hush = {
	    .committed = hush_commit,
	    .alarm = hush_alarm,
	    .stopped = hush_text,
	};
	struct stoa_replica *r;
	struct stoa_copy_scan scan;
	struct head head;
	enum stoa_status status;

	if (options->core->save == NULL) {
		return STOA_UNSUPPORTED;
	}
	r = replica_alloc(options);
	r->o.events = &hush;
	status = replica_scan(r, true, &scan);
	if (status == STOA_OK && r->damage_bytes > r->repaired_bytes) {
		status = STOA_CORRUPT;
	}
	if (status == STOA_OK && scan.end == r->covered) {
		status = STOA_NOT_FOUND;
	}
	if (status == STOA_OK) {
		status = head_of(r, &scan, &head);
	}
	if (status == STOA_OK) {
		status = snapshot_write(r, &head, out);
	}
	stoa_replica_free(r);
	return status;
}
