/* mark.c - walks the tree below a root, and pins it. */
#include "storage/check.h"
#include "storage/limits.h"
#include "storage/store_parts.h"

#include <stdlib.h>
#include <string.h>

/* Inner blocks that are still to be visited. Each is put in once, so it never
 * holds more than the store has blocks. */
struct todo {
	struct stoa_cid *cids;
	size_t count;
	size_t size;
};

struct visit {
	struct storage_store *store;
	struct storage_index *seen;
	struct todo todo;
	bool is_marking;
	uint64_t *missing;
};

/* Refreshes a block; false when it is absent. Identity needs no storing. */
static bool
touch(const struct visit *v, const struct stoa_cid *cid)
{
	struct storage_place *place;
	struct stoa_hash hash;

	if (cid->hash == STOA_MULTIHASH_IDENTITY) {
		return true;
	}
	memcpy(hash.bytes, cid->digest, STOA_HASH_SIZE);
	pthread_mutex_lock(&v->store->lock);
	place = storage_index_find(&v->store->index, &hash);
	if (place != NULL) {
		place->epoch = v->store->epoch;
		place->is_marked |= v->is_marking;
	}
	pthread_mutex_unlock(&v->store->lock);
	return place != NULL;
}

static enum stoa_status
todo_add(struct visit *v, const struct stoa_cid *cid)
{
	struct storage_place place = {.pack = 1};
	struct todo *t = &v->todo;

	place.hash =
	    stoa_sha256(stoa_str_of_bytes(cid->digest, cid->digest_len));
	if (storage_index_find(v->seen, &place.hash) != NULL) {
		return STOA_OK;
	}
	STORAGE_CHECK(storage_index_put(v->seen, &place));
	if (t->count == t->size) {
		size_t size = t->size == 0 ? 16 : t->size * 2;
		struct stoa_cid *cids =
		    reallocarray(t->cids, size, sizeof(*cids));

		if (cids == NULL) {
			return STOA_NO_MEMORY;
		}
		t->cids = cids;
		t->size = size;
	}
	t->cids[t->count++] = *cid;
	return STOA_OK;
}

static enum stoa_status
visit_link(struct visit *v, const struct stoa_cid *cid)
{
	if (cid->hash != STOA_MULTIHASH_SHA256 &&
	    cid->hash != STOA_MULTIHASH_IDENTITY) {
		return STOA_UNSUPPORTED;
	}
	if (cid->codec == STOA_CODEC_DAG_PB) {
		return todo_add(v, cid);
	}
	if (cid->codec != STOA_CODEC_RAW) {
		return STOA_UNSUPPORTED;
	}
	if (!touch(v, cid)) {
		if (v->missing == NULL) {
			return STOA_NOT_FOUND;
		}
		(*v->missing)++;
	}
	return STOA_OK;
}

static enum stoa_status
visit_inner(struct visit *v, const struct stoa_cid *cid, struct stoa_buf *block)
{
	struct storage_source source = storage_store_source(v->store);
	struct storage_links links;
	struct storage_link link;
	struct storage_node node;

	if (!touch(v, cid)) {
		return STOA_NOT_FOUND;
	}
	STORAGE_CHECK(storage_source_node(&source, cid, block, &node));
	links = storage_node_links(&node);
	while (storage_links_next(&links, &link)) {
		STORAGE_CHECK(visit_link(v, &link.cid));
	}
	return STOA_OK;
}

enum stoa_status
storage_store_visit(struct storage_store *store, const struct stoa_cid *root,
    struct storage_index *seen, bool is_marking, uint64_t *missing)
{
	struct visit v = {.store = store,
	    .seen = seen,
	    .is_marking = is_marking,
	    .missing = missing};
	struct stoa_buf block;
	enum stoa_status status = visit_link(&v, root);

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	while (status == STOA_OK && v.todo.count > 0) {
		struct stoa_cid cid = v.todo.cids[--v.todo.count];

		status = visit_inner(&v, &cid, &block);
	}
	stoa_buf_fini(&block);
	free(v.todo.cids);
	return status;
}

/* ---- pins ------------------------------------------------------------------
 */

/* The blocks are touched under a lease that is held until the pin stands: a
 * collection that begins before sees the lease, one that begins after sees the
 * pin. */
enum stoa_status
storage_store_pin(struct storage_store *store, const struct stoa_cid *root,
    struct stoa_str name)
{
	struct storage_lease lease = {0};
	struct storage_index seen;
	enum stoa_status status;

	STORAGE_CHECK(storage_lease_take(store, &lease));
	storage_index_init(&seen);
	status = storage_store_visit(store, root, &seen, false, NULL);
	storage_index_fini(&seen);
	if (status == STOA_OK) {
		status = storage_store_sync(store);
	}
	if (status == STOA_OK) {
		pthread_mutex_lock(&store->lock);
		status = storage_pins_add(&store->pins, root, name);
		pthread_mutex_unlock(&store->lock);
	}
	storage_lease_end(store, &lease);
	return status;
}

enum stoa_status
storage_store_unpin(struct storage_store *store, const struct stoa_cid *root,
    struct stoa_str name)
{
	enum stoa_status status;

	pthread_mutex_lock(&store->lock);
	status = storage_pins_remove(&store->pins, root, name);
	pthread_mutex_unlock(&store->lock);
	return status;
}

bool
storage_store_is_pinned(struct storage_store *store,
    const struct stoa_cid *root, struct stoa_str name)
{
	bool is_pinned;

	pthread_mutex_lock(&store->lock);
	is_pinned = storage_pins_has(&store->pins, root, name);
	pthread_mutex_unlock(&store->lock);
	return is_pinned;
}

/* All at one moment: a pin that comes or goes while others are copied could
 * otherwise be missed, and a collection must miss none. */
enum stoa_status
storage_pins_copy(struct storage_store *store, struct storage_pin ***ret_pins,
    size_t *ret_count)
{
	enum stoa_status status = STOA_OK;
	struct storage_pin **pins;
	size_t count = 0;

	pthread_mutex_lock(&store->lock);
	pins = calloc(store->pins.map.count + 1, sizeof(struct storage_pin *));
	if (pins == NULL) {
		status = STOA_NO_MEMORY;
	}
	STOA_MAP_EACH(&store->pins.map, entry)
	{
		const struct storage_pin *pin = entry->value;
		size_t size = sizeof(*pin) + strlen(pin->name) + 1;

		if (status == STOA_OK) {
			pins[count] = malloc(size);
			if (pins[count] == NULL) {
				status = STOA_NO_MEMORY;
			} else {
				memcpy(pins[count++], pin, size);
			}
		}
	}
	pthread_mutex_unlock(&store->lock);
	if (status != STOA_OK) {
		storage_pins_free(pins, count);
		return status;
	}
	*ret_pins = pins;
	*ret_count = count;
	return STOA_OK;
}

void
storage_pins_free(struct storage_pin **pins, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(pins[i]);
	}
	free(pins);
}

enum stoa_status
storage_store_pins(
    struct storage_store *store, storage_pin_fn *fn, void *context)
{
	struct storage_pin **pins;
	size_t count;

	STORAGE_CHECK(storage_pins_copy(store, &pins, &count));
	for (size_t i = 0; i < count; i++) {
		if (!fn(context, &pins[i]->cid, stoa_str_of(pins[i]->name))) {
			break;
		}
	}
	storage_pins_free(pins, count);
	return STOA_OK;
}
