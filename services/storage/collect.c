/* collect.c - frees what nothing needs, while adds and reads go on; and reads
 * what nobody reads, to find rot early.
 *
 * Mark from the pins of one moment. A block is live when it is marked, or when
 * it was touched under a lease that was held at that moment, or since the
 * collection before. The decision to drop a block and a touch of it happen
 * under the same lock, so whoever finds a block there keeps it. */
#include "storage/check.h"
#include "storage/limits.h"
#include "storage/store_parts.h"

#include <stdlib.h>

struct collection {
	struct storage_store *store;
	uint32_t keep_from; /* epoch */
	uint32_t pack_last; /* packs beyond it are all new */
	struct storage_collected *sum;
};

static enum stoa_status
begin(struct collection *c)
{
	struct storage_store *store = c->store;
	enum stoa_status status = STOA_OK;
	struct storage_place *place;
	size_t cursor = 0;

	pthread_mutex_lock(&store->lock);
	if (store->is_collecting) {
		status = STOA_BUSY;
	} else if (store->pins.is_damaged) {
		status = STOA_CORRUPT;
	} else if (store->is_stopped || store->pins.is_stopped) {
		status = STOA_IO;
	} else {
		store->is_collecting = true;
		c->keep_from = store->epoch++;
		for (size_t i = 0; i < store->lease_count; i++) {
			if (store->lease_epochs[i] < c->keep_from) {
				c->keep_from = store->lease_epochs[i];
			}
		}
		while ((place = storage_index_next(&store->index, &cursor)) !=
		       NULL) {
			place->is_marked = 0;
		}
	}
	pthread_mutex_unlock(&store->lock);
	return status;
}

static enum stoa_status
mark(struct collection *c)
{
	struct storage_pin **pins;
	struct storage_index seen;
	enum stoa_status status;
	size_t count;

	STORAGE_CHECK(storage_pins_copy(c->store, &pins, &count));
	storage_index_init(&seen);
	status = STOA_OK;
	for (size_t i = 0; i < count && status == STOA_OK; i++) {
		status = storage_store_visit(c->store, &pins[i]->cid, &seen,
		    true, &c->sum->blocks_missing);
	}
	storage_index_fini(&seen);
	storage_pins_free(pins, count);
	/* What lies below a missing inner block is unknown: free nothing. */
	return status == STOA_NOT_FOUND ? STOA_CORRUPT : status;
}

/* lock is held. */
static const struct storage_place *
live_in(
    const struct collection *c, const struct storage_row *row, uint32_t number)
{
	const struct storage_place *place =
	    storage_index_find(&c->store->index, &row->hash);

	if (place == NULL || place->pack != number ||
	    place->offset != row->offset) {
		return NULL;
	}
	return place->is_marked || place->epoch >= c->keep_from ? place : NULL;
}

static uint64_t
count_live(const struct collection *c, const struct storage_pack *pack,
    uint64_t *ret_total)
{
	uint64_t live = 0;

	*ret_total = 0;
	pthread_mutex_lock(&c->store->lock);
	for (uint32_t i = 0; i < pack->row_count; i++) {
		const struct storage_row *row = &pack->rows[i].row;

		*ret_total += row->len;
		if (live_in(c, row, pack->number) != NULL) {
			live += row->len;
		}
	}
	pthread_mutex_unlock(&c->store->lock);
	return live;
}

static enum stoa_status
move_live(struct collection *c, const struct storage_pack *pack)
{
	enum stoa_status status = STOA_OK;
	struct stoa_buf block;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	for (uint32_t i = 0; i < pack->row_count && status == STOA_OK; i++) {
		const struct storage_row *row = &pack->rows[i].row;
		bool is_live;

		pthread_mutex_lock(&c->store->lock);
		is_live = live_in(c, row, pack->number) != NULL;
		pthread_mutex_unlock(&c->store->lock);
		if (!is_live) {
			continue;
		}
		status = storage_pack_read(
		    pack, row->offset, row->len, &row->hash, &block);
		if (status == STOA_OK) {
			status = storage_store_append(c->store, &row->hash,
			    row->codec, stoa_buf_str(&block), pack->number);
			c->sum->bytes_moved += row->len;
		}
	}
	stoa_buf_fini(&block);
	return status;
}

/* Takes the pack out of the store unless something in it is live again. */
static bool
drop(struct collection *c, struct storage_pack *pack)
{
	struct storage_store *store = c->store;
	size_t at = 0;
	bool is_free = true;

	pthread_mutex_lock(&store->lock);
	for (uint32_t i = 0; i < pack->row_count && is_free; i++) {
		is_free = live_in(c, &pack->rows[i].row, pack->number) == NULL;
	}
	for (uint32_t i = 0; i < pack->row_count && is_free; i++) {
		const struct storage_row *row = &pack->rows[i].row;
		const struct storage_place *place =
		    storage_index_find(&store->index, &row->hash);

		if (place != NULL && place->pack == pack->number) {
			store->block_bytes -= place->len;
			storage_index_remove(&store->index, &row->hash);
		}
	}
	if (is_free) {
		while (store->packs[at]->number != pack->number) {
			at++;
		}
		store->pack_count--;
		for (; at < store->pack_count; at++) {
			store->packs[at] = store->packs[at + 1];
		}
		store->open_count -= pack->file != NULL;
		pack->is_doomed = true;
	}
	pthread_mutex_unlock(&store->lock);
	return is_free;
}

static enum stoa_status
sweep_loaded(struct collection *c, struct storage_pack *pack)
{
	uint64_t total, live = count_live(c, pack, &total);
	uint32_t size = pack->size;

	if (live != 0 && live * 2 >= total) {
		return STOA_OK;
	}
	do {
		enum stoa_status status = move_live(c, pack);

		if (status == STOA_CORRUPT) {
			return STOA_OK; /* keep the pack: it may be repaired */
		}
		STORAGE_CHECK(status);
		/* What was moved must be durable before its source goes. */
		STORAGE_CHECK(storage_store_sync(c->store));
	} while (!drop(c, pack));
	STORAGE_CHECK(storage_pack_remove(pack));
	c->sum->packs_removed++;
	c->sum->bytes_freed += size;
	return STOA_OK;
}

/* Rows belong to whoever holds the only row user: the collector and the
 * scrubber take turns by is_collecting. */
static enum stoa_status
sweep_pack(struct collection *c, struct storage_pack *pack)
{
	enum stoa_status status = storage_pack_load_rows(pack);

	if (status == STOA_OK) {
		status = sweep_loaded(c, pack);
	} else if (status == STOA_CORRUPT) {
		status = STOA_OK; /* its blocks stay where they are */
	}
	free(pack->rows);
	pack->rows = NULL;
	pack->row_count = pack->row_size = 0;
	return status;
}

/* The sealed pack after `number`, held; NULL past the last. */
static struct storage_pack *
next_sealed(struct storage_store *store, uint32_t number)
{
	struct storage_pack *pack = NULL;

	pthread_mutex_lock(&store->lock);
	for (size_t i = 0; i < store->pack_count && pack == NULL; i++) {
		if (store->packs[i]->number > number &&
		    store->packs[i]->is_sealed) {
			pack = store->packs[i];
			pack->ref_count++;
		}
	}
	pthread_mutex_unlock(&store->lock);
	return pack;
}

static enum stoa_status
sweep(struct collection *c)
{
	struct storage_pack *pack;
	enum stoa_status status = STOA_OK;
	uint32_t number = 0;

	while (status == STOA_OK &&
	       (pack = next_sealed(c->store, number)) != NULL) {
		number = pack->number;
		if (number <= c->pack_last) {
			status = sweep_pack(c, pack);
		}
		storage_pack_put_back(c->store, pack);
	}
	return status;
}

enum stoa_status
storage_store_collect(
    struct storage_store *store, struct storage_collected *ret_collected)
{
	struct storage_collected sum = {0};
	struct collection c = {.store = store, .sum = &sum};
	enum stoa_status status;

	STORAGE_CHECK(begin(&c));
	status = storage_store_roll(store, &c.pack_last);
	if (status == STOA_OK) {
		status = mark(&c);
	}
	if (status == STOA_OK) {
		status = sweep(&c);
	}
	pthread_mutex_lock(&store->lock);
	store->is_collecting = false;
	pthread_mutex_unlock(&store->lock);
	*ret_collected = sum;
	return status;
}

/* ---- scrubbing -------------------------------------------------------------
 */

static enum stoa_status
scrub_pack(
    struct storage_store *store, struct storage_pack *pack, uint64_t *ret_bad)
{
	struct storage_source source = storage_store_source(store);
	enum stoa_status status = storage_pack_load_rows(pack);
	struct stoa_buf block;
	uint64_t bad = 0;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	for (uint32_t i = 0; i < pack->row_count && status == STOA_OK; i++) {
		struct stoa_cid cid = stoa_cid_of_hash(
		    1, STOA_CODEC_RAW, &pack->rows[i].row.hash);

		status = storage_source_get(&source, &cid, &block);
		bad += status == STOA_CORRUPT;
		if (status == STOA_CORRUPT || status == STOA_NOT_FOUND) {
			status = STOA_OK;
		}
	}
	stoa_buf_fini(&block);
	free(pack->rows);
	pack->rows = NULL;
	pack->row_count = pack->row_size = 0;
	*ret_bad += bad;
	return status;
}

enum stoa_status
storage_store_scrub(
    struct storage_store *store, uint32_t *cursor, uint64_t *ret_bad_blocks)
{
	struct storage_pack *pack;
	enum stoa_status status;

	pthread_mutex_lock(&store->lock);
	status = store->is_collecting ? STOA_BUSY : STOA_OK;
	store->is_collecting = true;
	pthread_mutex_unlock(&store->lock);
	if (status != STOA_OK) {
		return status;
	}
	pack = next_sealed(store, *cursor);
	*cursor = pack == NULL ? 0 : pack->number;
	if (pack != NULL) {
		status = scrub_pack(store, pack, ret_bad_blocks);
		storage_pack_put_back(store, pack);
	}
	pthread_mutex_lock(&store->lock);
	store->is_collecting = false;
	pthread_mutex_unlock(&store->lock);
	return status;
}
