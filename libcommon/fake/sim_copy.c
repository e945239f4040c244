/* sim_copy.c - a file in memory, durable up to a mark. */
#include "base/check.h"
#include "fake/sim.h"

#include <stdlib.h>

struct stoa_copy {
	struct sim *sim;
	struct stoa_buf bytes;
	size_t durable;
	struct sync *syncing; /* NULL: none */
};

/* One sync under way. A crash forgets it: then it calls nobody back. */
struct sync {
	struct stoa_copy *copy;
	size_t upto;
	void (*synced)(void *owner);
	void *owner;
};

static void
sync_done(void *arg)
{
	struct sync *sync = arg;
	struct stoa_copy *c = sync->copy;

	if (c->syncing == sync) {
		c->syncing = NULL;
		c->durable = sync->upto;
		sync->synced(sync->owner);
	}
	free(sync);
}

struct stoa_copy *
sim_copy_new(struct sim *s)
{
	struct stoa_copy *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	c->sim = s;
	stoa_buf_init(&c->bytes, (size_t)1 << 30);
	return c;
}

void
sim_copy_free(struct stoa_copy *c)
{
	stoa_buf_fini(&c->bytes);
	free(c);
}

uint64_t
sim_copy_size(const struct stoa_copy *c)
{
	return c->bytes.len;
}

bool
sim_copy_is_durable(const struct stoa_copy *c)
{
	return c->durable == c->bytes.len;
}

void
sim_copy_flip(struct stoa_copy *c, uint64_t offset)
{
	c->bytes.data[offset] ^= (char)(1 << (offset % 8));
}

void
sim_copy_cut(struct stoa_copy *c, uint64_t size)
{
	c->bytes.len = (size_t)size;
	if (c->durable > c->bytes.len) {
		c->durable = c->bytes.len;
	}
}

void
sim_copy_crash(struct stoa_copy *c)
{
	size_t loose = c->bytes.len - c->durable;

	c->bytes.len =
	    c->durable + (size_t)stoa_rng_below(sim_rng(c->sim), loose + 1);
	c->durable = c->bytes.len;
	c->syncing = NULL;
}

enum stoa_status
stoa_copy_scan(struct stoa_copy *c, uint64_t from, stoa_copy_visit visit,
    void *owner, struct stoa_copy_scan *ret_scan)
{
	struct stoa_str all = stoa_buf_str(&c->bytes);
	struct stoa_copy_scan scan = {0};
	struct stoa_frame frame;
	size_t at = (size_t)from;

	if (from > all.len) {
		return STOA_INVALID;
	}
	while (at < all.len) {
		if (!stoa_frame_get(stoa_str_from(all, at), &frame)) {
			size_t next = stoa_frame_seek(all, at + 1);

			if (next == all.len) {
				scan.torn_bytes = all.len - at;
				c->bytes.len = at;
				break;
			}
			if (scan.damage_count++ == 0) {
				scan.damage_offset = at;
			}
			scan.damage_bytes += next - at;
			at = next;
			continue;
		}
		visit(owner, at, &frame);
		scan.frame_count++;
		at += stoa_frame_size(frame.record.len);
	}
	c->durable = c->bytes.len;
	scan.end = c->bytes.len;
	*ret_scan = scan;
	return STOA_OK;
}

uint64_t
stoa_copy_append(struct stoa_copy *c, const struct stoa_frame *frame)
{
	uint64_t offset = c->bytes.len;

	stoa_frame_put(&c->bytes, frame);
	stoa_assert(!c->bytes.is_overflown);
	return offset;
}

bool
stoa_copy_sync(struct stoa_copy *c, void (*synced)(void *owner), void *owner)
{
	struct sync *sync;

	if (c->syncing != NULL) {
		return false;
	}
	sync = malloc(sizeof(*sync));
	stoa_assert(sync != NULL);
	*sync = (struct sync){c, c->bytes.len, synced, owner};
	c->syncing = sync;
	sim_at(c->sim,
	    (int64_t)stoa_rng_below(
		sim_rng(c->sim), sim_faults(c->sim)->delay_us_max + 1),
	    sync_done, sync);
	return true;
}

bool
stoa_copy_has_room(struct stoa_copy *c)
{
	return c->bytes.len < c->bytes.len_max / 2;
}

enum stoa_status
stoa_copy_read(struct stoa_copy *c, uint64_t offset, struct stoa_buf *scratch,
    struct stoa_frame *ret_frame)
{
	struct stoa_str at =
	    stoa_str_from(stoa_buf_str(&c->bytes), (size_t)offset);
	struct stoa_frame frame;

	if (!stoa_frame_get(at, &frame)) {
		return STOA_CORRUPT;
	}
	stoa_buf_clear(scratch);
	stoa_buf_add_str(scratch, frame.record);
	frame.record = stoa_buf_str(scratch);
	*ret_frame = frame;
	return STOA_OK;
}
