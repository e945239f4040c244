/* dedup.c - a ring in order of time and an open-addressed index into it. */
#include "domain/dedup.h"

#include "base/check.h"
#include "base/hasher.h"
#include "domain/limits.h"

#include <stdlib.h>

#define RING_SIZE_FIRST 16

void
dedup_init(struct dedup *d)
{
	*d = (struct dedup){0};
}

void
dedup_fini(struct dedup *d)
{
	free(d->ring);
	free(d->index);
	dedup_init(d);
}

struct dedup_key
dedup_key_of(struct stoa_str actor, struct stoa_str id)
{
	struct stoa_hasher hasher;
	struct stoa_hash hash;
	struct dedup_key key;

	stoa_hasher_init(&hasher);
	stoa_hasher_text(&hasher, actor);
	stoa_hasher_text(&hasher, id);
	hash = stoa_hasher_end(&hasher);
	memcpy(key.bytes, hash.bytes, sizeof(key.bytes));
	return key;
}

static size_t
index_size(const struct dedup *d)
{
	return 2 * d->ring_size;
}

/* Keys are hashes already: their first bytes place them. */
static size_t
slot_first(const struct dedup *d, const struct dedup_key *key)
{
	uint64_t word;

	memcpy(&word, key->bytes, sizeof(word));
	return (size_t)word & (index_size(d) - 1);
}

static size_t
slot_find(const struct dedup *d, const struct dedup_key *key)
{
	size_t slot = slot_first(d, key);

	while (
	    d->index[slot] != 0 && memcmp(d->ring[d->index[slot] - 1].key.bytes,
				       key->bytes, sizeof(key->bytes)) != 0) {
		slot = (slot + 1) & (index_size(d) - 1);
	}
	return slot;
}

const struct dedup_entry *
dedup_find(const struct dedup *d, const struct dedup_key *key)
{
	size_t slot;

	if (d->ring_size == 0) {
		return NULL;
	}
	slot = slot_find(d, key);
	return d->index[slot] == 0 ? NULL : &d->ring[d->index[slot] - 1];
}

static void
grow(struct dedup *d)
{
	size_t size = d->ring_size == 0 ? RING_SIZE_FIRST : 2 * d->ring_size;
	struct dedup_entry *ring = calloc(size, sizeof(ring[0]));
	uint32_t *index = calloc(2 * size, sizeof(index[0]));
	struct dedup old = *d;

	stoa_assert(ring != NULL && index != NULL);
	*d = (struct dedup){.ring = ring, .index = index, .ring_size = size};
	for (size_t i = 0; i < old.count; i++) {
		(void)dedup_add(d, &old.ring[(old.first + i) % old.ring_size]);
	}
	dedup_fini(&old);
}

/* Removal by moving back what probed past the hole (Knuth 6.4 R). */
static void
index_remove(struct dedup *d, size_t hole)
{
	size_t mask = index_size(d) - 1;
	size_t at = hole;

	for (;;) {
		size_t home;

		at = (at + 1) & mask;
		if (d->index[at] == 0) {
			break;
		}
		home = slot_first(d, &d->ring[d->index[at] - 1].key);
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			d->index[hole] = d->index[at];
			hole = at;
		}
	}
	d->index[hole] = 0;
}

bool
dedup_has_room(struct dedup *d, struct stoa_wall now)
{
	while (d->count > 0) {
		const struct dedup_entry *oldest = &d->ring[d->first];

		if (oldest->time_us > now.us - DOMAIN_DEDUP_AGE_US) {
			break;
		}
		index_remove(d, slot_find(d, &oldest->key));
		d->first = (d->first + 1) % d->ring_size;
		d->count--;
	}
	return d->count < DOMAIN_DEDUP_COUNT_MAX;
}

bool
dedup_add(struct dedup *d, const struct dedup_entry *entry)
{
	size_t place, slot;

	if (d->count == d->ring_size) {
		grow(d);
	}
	slot = slot_find(d, &entry->key);
	if (d->index[slot] != 0) {
		return false;
	}
	place = (d->first + d->count) % d->ring_size;
	d->ring[place] = *entry;
	d->index[slot] = (uint32_t)place + 1;
	d->count++;
	return true;
}

/* ---- snapshots ---- */

void
dedup_save(const struct dedup *d, struct stoa_buf *out)
{
	size_t straight = d->ring_size - d->first; /* before it wraps */

	if (straight > d->count) {
		straight = d->count;
	}
	stoa_image_put_number(out, d->count);
	if (d->count > 0) {
		stoa_buf_add(
		    out, &d->ring[d->first], straight * sizeof(d->ring[0]));
		stoa_buf_add(
		    out, d->ring, (d->count - straight) * sizeof(d->ring[0]));
	}
}

static const void *
entries_get(struct stoa_image *in, size_t *ret_count)
{
	*ret_count = (size_t)stoa_image_below(in, DOMAIN_DEDUP_COUNT_MAX);
	return stoa_image_raw(in, *ret_count * sizeof(struct dedup_entry));
}

void
dedup_skip(struct stoa_image *in)
{
	size_t count;

	(void)entries_get(in, &count);
}

bool
dedup_load(struct dedup *d, struct stoa_image *in)
{
	size_t count;
	const void *entries = entries_get(in, &count);

	dedup_init(d);
	if (in->is_bad || count == 0) {
		return !in->is_bad;
	}
	d->ring_size = RING_SIZE_FIRST;
	while (d->ring_size < count) {
		d->ring_size *= 2;
	}
	d->ring = calloc(d->ring_size, sizeof(d->ring[0]));
	d->index = calloc(2 * d->ring_size, sizeof(d->index[0]));
	stoa_assert(d->ring != NULL && d->index != NULL);
	memcpy(d->ring, entries, count * sizeof(d->ring[0]));
	for (d->count = 0; d->count < count; d->count++) {
		size_t slot = slot_find(d, &d->ring[d->count].key);

		if (d->index[slot] != 0) {
			dedup_fini(d);
			return false;
		}
		d->index[slot] = (uint32_t)d->count + 1;
	}
	return true;
}
