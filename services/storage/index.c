/* index.c - the hash table of blocks. */
#include "storage/index.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_FIRST ((size_t)1024)

void
storage_index_init(struct storage_index *index)
{
	*index = (struct storage_index){0};
}

void
storage_index_fini(struct storage_index *index)
{
	free(index->places);
	*index = (struct storage_index){0};
}

/* The slot of `hash`, or the free one where it belongs. */
static size_t
slot_of(const struct storage_place *places, size_t size,
    const struct stoa_hash *hash)
{
	uint64_t start;
	size_t at;

	memcpy(&start, hash->bytes, sizeof(start));
	at = (size_t)start & (size - 1);
	while (places[at].pack != 0 &&
	       memcmp(&places[at].hash, hash, sizeof(*hash)) != 0) {
		at = (at + 1) & (size - 1);
	}
	return at;
}

struct storage_place *
storage_index_find(
    const struct storage_index *index, const struct stoa_hash *hash)
{
	struct storage_place *place;

	if (index->count == 0) {
		return NULL;
	}
	place = &index->places[slot_of(index->places, index->size, hash)];
	return place->pack == 0 ? NULL : place;
}

static enum stoa_status
grow(struct storage_index *index)
{
	size_t size = index->size == 0 ? SIZE_FIRST : index->size * 2;
	struct storage_place *places = calloc(size, sizeof(*places));

	if (places == NULL) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < index->size; i++) {
		const struct storage_place *place = &index->places[i];

		if (place->pack != 0) {
			places[slot_of(places, size, &place->hash)] = *place;
		}
	}
	free(index->places);
	index->places = places;
	index->size = size;
	return STOA_OK;
}

enum stoa_status
storage_index_put(
    struct storage_index *index, const struct storage_place *place)
{
	size_t at;

	stoa_assert(place->pack != 0);
	if (index->count >= index->size / 4 * 3 && grow(index) != STOA_OK) {
		return STOA_NO_MEMORY;
	}
	at = slot_of(index->places, index->size, &place->hash);
	index->count += index->places[at].pack == 0;
	index->places[at] = *place;
	return STOA_OK;
}

void
storage_index_remove(struct storage_index *index, const struct stoa_hash *hash)
{
	struct storage_place *place = storage_index_find(index, hash);
	size_t hole, at;

	if (place == NULL) {
		return;
	}
	/* Move later entries of the same run back over the hole, so that no
	 * search ends too early; no tombstones. */
	hole = at = (size_t)(place - index->places);
	for (;;) {
		uint64_t start;
		size_t home;

		at = (at + 1) & (index->size - 1);
		if (index->places[at].pack == 0) {
			break;
		}
		memcpy(&start, index->places[at].hash.bytes, sizeof(start));
		home = (size_t)start & (index->size - 1);
		if (((at - home) & (index->size - 1)) >=
		    ((at - hole) & (index->size - 1))) {
			index->places[hole] = index->places[at];
			hole = at;
		}
	}
	index->places[hole].pack = 0;
	index->count--;
}

struct storage_place *
storage_index_next(const struct storage_index *index, size_t *cursor)
{
	while (*cursor < index->size) {
		struct storage_place *place = &index->places[(*cursor)++];

		if (place->pack != 0) {
			return place;
		}
	}
	return NULL;
}
