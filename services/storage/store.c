/* store.c - opens a store; reads, writes and syncs blocks. */
#include "storage/store.h"

#include "storage/check.h"
#include "storage/limits.h"
#include "storage/store_parts.h"

#include <openssl/rand.h>
#include <stdlib.h>

/* Collections count from here; what was loaded from disk has epoch 0, so the
 * first collection may free it, and nothing that was touched since. */
#define EPOCH_FIRST 2

/* ---- packs -----------------------------------------------------------------
 */

static size_t
pack_slot(const struct storage_store *store, uint32_t number)
{
	size_t low = 0, high = store->pack_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (store->packs[middle]->number < number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

struct storage_pack *
storage_pack_take(struct storage_store *store, uint32_t number)
{
	size_t at = pack_slot(store, number);

	if (at == store->pack_count || store->packs[at]->number != number) {
		return NULL;
	}
	store->packs[at]->ref_count++;
	return store->packs[at];
}

void
storage_pack_put_back(struct storage_store *store, struct storage_pack *pack)
{
	bool is_last;

	pthread_mutex_lock(&store->lock);
	is_last = --pack->ref_count == 0 && pack->is_doomed;
	pthread_mutex_unlock(&store->lock);
	if (is_last) {
		storage_pack_close(pack);
	}
}

/* Numbers only grow, so the new pack belongs at the end. */
static enum stoa_status
add_pack(struct storage_store *store, struct storage_pack *pack)
{
	size_t size = store->pack_size == 0 ? 16 : store->pack_size * 2;
	struct storage_pack **packs;

	if (store->pack_count == STORAGE_PACKS_MAX) {
		return STOA_NO_SPACE;
	}
	if (store->pack_count == store->pack_size) {
		packs = reallocarray(store->packs, size, sizeof(*packs));
		if (packs == NULL) {
			return STOA_NO_MEMORY;
		}
		store->packs = packs;
		store->pack_size = size;
	}
	store->packs[store->pack_count++] = pack;
	return STOA_OK;
}

/* A sealed pack keeps its file open as long as there are few. */
static void
rest_pack(struct storage_store *store, struct storage_pack *pack)
{
	bool keep_open =
	    store->open_count < STORAGE_PACKS_OPEN_MAX || pack->ref_count > 0;

	store->open_count += keep_open;
	storage_pack_rest(pack, keep_open);
}

enum stoa_status
storage_store_stop(struct storage_store *store)
{
	pthread_mutex_lock(&store->lock);
	store->is_stopped = true;
	pthread_mutex_unlock(&store->lock);
	return STOA_IO;
}

static enum stoa_status
new_tail(struct storage_store *store)
{
	struct storage_pack *pack;
	enum stoa_status status;

	STORAGE_CHECK(
	    storage_pack_create(store->disk, store->number_last + 1, &pack));
	store->number_last++;
	pthread_mutex_lock(&store->lock);
	status = add_pack(store, pack);
	pthread_mutex_unlock(&store->lock);
	if (status != STOA_OK) {
		storage_pack_close(pack);
		return status;
	}
	store->tail = pack;
	return STOA_OK;
}

/* append_lock is held. */
static enum stoa_status
seal_tail(struct storage_store *store)
{
	enum stoa_status status;

	if (store->tail == NULL || store->tail->block_count == 0) {
		return STOA_OK;
	}
	status = storage_pack_seal(store->tail);
	if (status == STOA_NO_SPACE || status == STOA_NO_MEMORY) {
		return status;
	}
	if (status != STOA_OK) {
		return storage_store_stop(store);
	}
	pthread_mutex_lock(&store->lock);
	rest_pack(store, store->tail);
	pthread_mutex_unlock(&store->lock);
	store->tail = NULL;
	return STOA_OK;
}

enum stoa_status
storage_store_roll(struct storage_store *store, uint32_t *ret_number)
{
	enum stoa_status status;

	pthread_mutex_lock(&store->append_lock);
	status = seal_tail(store);
	*ret_number = store->number_last;
	pthread_mutex_unlock(&store->append_lock);
	return status;
}

/* ---- opening ---------------------------------------------------------------
 */

struct listing {
	struct storage_pack_name {
		uint32_t number;
		bool is_sealed;
	} * names;
	size_t count;
	size_t size;
	bool is_full;
};

static bool
list_name(void *context, const char *name)
{
	struct listing *l = context;
	bool is_sealed = false;
	uint32_t number = storage_pack_number(name, &is_sealed);

	if (number == 0) {
		return true;
	}
	if (l->count == l->size) {
		size_t size = l->size == 0 ? 64 : l->size * 2;
		void *names =
		    l->count < STORAGE_PACKS_MAX
			? reallocarray(l->names, size, sizeof(*l->names))
			: NULL;

		if (names == NULL) {
			l->is_full = true;
			return false;
		}
		l->names = names;
		l->size = size;
	}
	l->names[l->count++] = (struct storage_pack_name){number, is_sealed};
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	const struct storage_pack_name *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* A good copy of a block is preferred to a bad one, else the first found. */
static enum stoa_status
index_rows(struct storage_store *store, const struct storage_pack *pack)
{
	for (uint32_t i = 0; i < pack->row_count; i++) {
		const struct storage_row *row = &pack->rows[i].row;
		const struct storage_place *old =
		    storage_index_find(&store->index, &row->hash);
		struct storage_place place = {
		    .hash = row->hash,
		    .pack = pack->number,
		    .offset = row->offset,
		    .len = row->len & 0xffffff,
		    .is_bad = pack->rows[i].is_bad,
		};

		if (old != NULL && (!old->is_bad || place.is_bad)) {
			continue;
		}
		store->block_bytes += old == NULL ? row->len : 0;
		STORAGE_CHECK(storage_index_put(&store->index, &place));
	}
	return STOA_OK;
}

static enum stoa_status
load_pack(struct storage_store *store, const struct storage_pack_name *name,
    bool is_last)
{
	struct storage_pack *pack;
	enum stoa_status status;

	STORAGE_CHECK(storage_pack_load(
	    store->disk, name->number, name->is_sealed, &store->damage, &pack));
	status = add_pack(store, pack);
	if (status != STOA_OK) {
		storage_pack_close(pack);
		return status;
	}
	STORAGE_CHECK(index_rows(store, pack));
	store->number_last = name->number;
	if (!pack->is_sealed && is_last) {
		store->tail = pack;
		return STOA_OK;
	}
	if (!pack->is_sealed) {
		/* Died between sealing and renaming, or was copied here. */
		STORAGE_CHECK(storage_pack_seal(pack));
	}
	rest_pack(store, pack);
	return STOA_OK;
}

static enum stoa_status
load_packs(struct storage_store *store)
{
	struct listing l = {0};
	enum stoa_status status = storage_disk_list(store->disk, list_name, &l);

	if (status == STOA_OK && l.is_full) {
		status = STOA_NO_MEMORY;
	}
	if (l.count > 1) {
		qsort(l.names, l.count, sizeof(l.names[0]), compare_names);
	}
	for (size_t i = 0; i < l.count && status == STOA_OK; i++) {
		if (i > 0 && l.names[i].number == l.names[i - 1].number) {
			status = STOA_CORRUPT; /* sealed and not */
			break;
		}
		status = load_pack(store, &l.names[i], i + 1 == l.count);
	}
	free(l.names);
	return status;
}

static enum stoa_status
open_parts(struct storage_store *store, const char *path)
{
	uint64_t seed;

	if (RAND_bytes((unsigned char *)&seed, sizeof(seed)) != 1) {
		return STOA_INTERNAL;
	}
	store->lease_epochs =
	    calloc(STORAGE_LEASES_MAX, sizeof(*store->lease_epochs));
	if (store->lease_epochs == NULL) {
		return STOA_NO_MEMORY;
	}
	STORAGE_CHECK(storage_disk_open(path, &store->disk));
	STORAGE_CHECK(load_packs(store));
	return storage_pins_open(&store->pins, store->disk, seed);
}

static void
set_options(struct storage_store *store, const struct storage_options *options)
{
	if (options != NULL) {
		store->options = *options;
	}
	if (store->options.pack_size == 0) {
		store->options.pack_size = STORAGE_PACK_SIZE_MAX;
	}
	if (store->options.reserve_bytes == 0) {
		store->options.reserve_bytes = STORAGE_RESERVE_BYTES;
	}
	stoa_assert(store->options.pack_size <= STORAGE_PACK_SIZE_MAX);
}

enum stoa_status
storage_store_open(const char *path, const struct storage_options *options,
    struct storage_store **ret_store)
{
	struct storage_store *store = calloc(1, sizeof(*store));
	enum stoa_status status;

	if (store == NULL) {
		return STOA_NO_MEMORY;
	}
	pthread_mutex_init(&store->append_lock, NULL);
	pthread_mutex_init(&store->lock, NULL);
	storage_index_init(&store->index);
	store->epoch = EPOCH_FIRST;
	set_options(store, options);
	status = open_parts(store, path);
	if (status != STOA_OK) {
		storage_store_close(store);
		return status;
	}
	*ret_store = store;
	return STOA_OK;
}

void
storage_store_close(struct storage_store *store)
{
	if (store == NULL) {
		return;
	}
	stoa_assert(store->lease_count == 0);
	if (store->pins.disk != NULL) {
		storage_pins_close(&store->pins);
	}
	for (size_t i = 0; i < store->pack_count; i++) {
		storage_pack_close(store->packs[i]);
	}
	free(store->packs);
	free(store->lease_epochs);
	storage_index_fini(&store->index);
	storage_disk_close(store->disk);
	pthread_mutex_destroy(&store->lock);
	pthread_mutex_destroy(&store->append_lock);
	free(store);
}

void
storage_store_stat(struct storage_store *store, struct storage_stat *ret)
{
	struct storage_stat stat = {0};
	uint64_t free_bytes = 0;

	if (storage_disk_free(store->disk, &free_bytes) == STOA_OK &&
	    free_bytes > store->options.reserve_bytes) {
		stat.free_bytes = free_bytes - store->options.reserve_bytes;
	}
	pthread_mutex_lock(&store->lock);
	stat.blocks = store->index.count;
	stat.block_bytes = store->block_bytes;
	stat.packs = store->pack_count;
	stat.pins = store->pins.map.count;
	stat.damage = store->damage;
	stat.bad_reads = store->bad_reads;
	stat.is_stopped = store->is_stopped || store->pins.is_stopped;
	stat.are_pins_damaged = store->pins.is_damaged;
	pthread_mutex_unlock(&store->lock);
	*ret = stat;
}

/* ---- reading ---------------------------------------------------------------
 */

static struct stoa_hash
hash_of(const struct stoa_cid *cid)
{
	struct stoa_hash hash;

	stoa_assert(cid->hash == STOA_MULTIHASH_SHA256);
	memcpy(hash.bytes, cid->digest, STOA_HASH_SIZE);
	return hash;
}

static void
mark_bad(struct storage_store *store, const struct storage_place *was)
{
	struct storage_place *place;

	pthread_mutex_lock(&store->lock);
	place = storage_index_find(&store->index, &was->hash);
	if (place != NULL && place->pack == was->pack &&
	    place->offset == was->offset) {
		place->is_bad = 1;
	}
	store->bad_reads++;
	pthread_mutex_unlock(&store->lock);
}

static enum stoa_status
get_once(struct storage_store *store, const struct stoa_hash *hash,
    struct stoa_buf *ret_block, bool *ret_has_moved)
{
	const struct storage_place *found;
	struct storage_pack *pack = NULL;
	struct storage_place place = {0};
	enum stoa_status status;

	pthread_mutex_lock(&store->lock);
	found = storage_index_find(&store->index, hash);
	if (found != NULL) {
		place = *found;
		pack = storage_pack_take(store, place.pack);
	}
	pthread_mutex_unlock(&store->lock);
	if (pack == NULL) {
		return STOA_NOT_FOUND;
	}
	status =
	    storage_pack_read(pack, place.offset, place.len, hash, ret_block);
	storage_pack_put_back(store, pack);
	if (status == STOA_CORRUPT) {
		mark_bad(store, &place);
	}
	/* The file of a collected pack was gone before it was opened. */
	*ret_has_moved = status == STOA_NOT_FOUND;
	return status;
}

static enum stoa_status
get(void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	struct stoa_hash hash = hash_of(cid);
	enum stoa_status status;
	bool has_moved = false;

	/* A block moves at most once a collection; three are impossible. */
	for (int i = 0; i < 3; i++) {
		status = get_once(context, &hash, ret_block, &has_moved);
		if (!has_moved) {
			break;
		}
	}
	return status;
}

struct storage_source
storage_store_source(struct storage_store *store)
{
	return (struct storage_source){get, store};
}

enum stoa_status
storage_store_get(struct storage_store *store, const struct stoa_cid *cid,
    struct stoa_buf *ret_block)
{
	struct storage_source source = storage_store_source(store);

	return storage_source_get(&source, cid, ret_block);
}

bool
storage_store_has(struct storage_store *store, const struct stoa_cid *cid)
{
	struct stoa_hash hash;
	const struct storage_place *place;
	bool has;

	if (cid->hash == STOA_MULTIHASH_IDENTITY) {
		return true;
	}
	if (cid->hash != STOA_MULTIHASH_SHA256) {
		return false;
	}
	hash = hash_of(cid);
	pthread_mutex_lock(&store->lock);
	place = storage_index_find(&store->index, &hash);
	has = place != NULL && !place->is_bad;
	pthread_mutex_unlock(&store->lock);
	return has;
}

/* ---- writing ---------------------------------------------------------------
 */

/* True when the block is there and sound; it is then as new. */
static bool
refresh(struct storage_store *store, const struct stoa_hash *hash,
    uint32_t from, bool *ret_is_stopped)
{
	struct storage_place *place;
	bool has;

	pthread_mutex_lock(&store->lock);
	*ret_is_stopped = store->is_stopped;
	place = storage_index_find(&store->index, hash);
	has = place != NULL && !place->is_bad;
	if (has && from == 0) {
		place->epoch = store->epoch;
	}
	if (from != 0) {
		has = place == NULL || place->pack != from;
	}
	pthread_mutex_unlock(&store->lock);
	return has;
}

/* append_lock is held. */
static enum stoa_status
write_block(struct storage_store *store, struct storage_place *place,
    uint64_t codec, struct stoa_str block)
{
	enum stoa_status status;

	if (store->tail != NULL && !storage_pack_has_room(store->tail,
				       block.len, store->options.pack_size)) {
		STORAGE_CHECK(seal_tail(store));
	}
	if (store->tail == NULL) {
		STORAGE_CHECK(new_tail(store));
	}
	place->pack = store->tail->number;
	place->len = block.len & 0xffffff;
	status = storage_pack_append(
	    store->tail, &place->hash, (uint32_t)codec, block, &place->offset);
	return status == STOA_IO ? storage_store_stop(store) : status;
}

/* Keeps mark and epoch of a block that moves. */
static enum stoa_status
register_block(struct storage_store *store, struct storage_place *place)
{
	const struct storage_place *old;
	enum stoa_status status;

	pthread_mutex_lock(&store->lock);
	old = storage_index_find(&store->index, &place->hash);
	place->epoch = store->epoch;
	if (old != NULL) {
		place->is_marked = old->is_marked;
	} else {
		store->block_bytes += place->len;
	}
	status = storage_index_put(&store->index, place);
	pthread_mutex_unlock(&store->lock);
	return status;
}

enum stoa_status
storage_store_append(struct storage_store *store, const struct stoa_hash *hash,
    uint64_t codec, struct stoa_str block, uint32_t from)
{
	struct storage_place place = {.hash = *hash};
	enum stoa_status status = STOA_OK;
	bool is_stopped;

	pthread_mutex_lock(&store->append_lock);
	if (!refresh(store, hash, from, &is_stopped)) {
		status = is_stopped ? STOA_IO
				    : write_block(store, &place, codec, block);
		if (status == STOA_OK) {
			status = register_block(store, &place);
		}
	}
	pthread_mutex_unlock(&store->append_lock);
	return status;
}

enum stoa_status
storage_store_put(struct storage_store *store, const struct stoa_hash *hash,
    uint64_t codec, struct stoa_str block)
{
	uint64_t free_bytes;
	bool is_stopped;

	stoa_assert(block.len <= STORAGE_BLOCK_SIZE_MAX);
	stoa_assert(codec <= UINT32_MAX);
	if (refresh(store, hash, 0, &is_stopped)) {
		return STOA_OK;
	}
	if (is_stopped) {
		return STOA_IO;
	}
	STORAGE_CHECK(storage_disk_free(store->disk, &free_bytes));
	if (free_bytes < store->options.reserve_bytes + block.len) {
		return STOA_NO_SPACE;
	}
	return storage_store_append(store, hash, codec, block, 0);
}

enum stoa_status
storage_store_sync(struct storage_store *store)
{
	struct storage_pack *pack = NULL;
	enum stoa_status status = STOA_OK;

	pthread_mutex_lock(&store->append_lock);
	if (store->tail != NULL) {
		status = storage_pack_commit(store->tail);
		if (status == STOA_IO) {
			status = storage_store_stop(store);
		}
	}
	pthread_mutex_lock(&store->lock);
	if (store->is_stopped) {
		status = STOA_IO;
	}
	if (status == STOA_OK && store->tail != NULL) {
		pack = storage_pack_take(store, store->tail->number);
	}
	pthread_mutex_unlock(&store->lock);
	pthread_mutex_unlock(&store->append_lock);
	if (pack == NULL) {
		return status;
	}
	/* Others append meanwhile; what they need synced, they sync. */
	status = storage_file_sync(pack->file);
	storage_pack_put_back(store, pack);
	return status == STOA_OK ? STOA_OK : storage_store_stop(store);
}

/* ---- leases ----------------------------------------------------------------
 */

enum stoa_status
storage_lease_take(struct storage_store *store, struct storage_lease *lease)
{
	enum stoa_status status = STOA_OK;

	pthread_mutex_lock(&store->lock);
	if (store->lease_count == STORAGE_LEASES_MAX) {
		status = STOA_BUSY;
	} else {
		lease->epoch = store->epoch;
		lease->is_held = true;
		store->lease_epochs[store->lease_count++] = lease->epoch;
	}
	pthread_mutex_unlock(&store->lock);
	return status;
}

void
storage_lease_end(struct storage_store *store, struct storage_lease *lease)
{
	if (!lease->is_held) {
		return;
	}
	pthread_mutex_lock(&store->lock);
	for (size_t i = 0; i < store->lease_count; i++) {
		if (store->lease_epochs[i] == lease->epoch) {
			store->lease_epochs[i] =
			    store->lease_epochs[--store->lease_count];
			break;
		}
	}
	pthread_mutex_unlock(&store->lock);
	lease->is_held = false;
}
