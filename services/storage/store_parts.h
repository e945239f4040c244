/* store_parts.h - the inside of a store, shared by store.c, mark.c and
 * collect.c only. */
#ifndef STORAGE_STORE_PARTS_H
#define STORAGE_STORE_PARTS_H

#include "storage/index.h"
#include "storage/pins.h"
#include "storage/store.h"

#include <pthread.h>

struct storage_store {
	struct storage_disk *disk;
	struct storage_options options; /* complete */

	/* Held while the tail is written, committed or sealed. */
	pthread_mutex_t append_lock;
	struct storage_pack *tail;
	uint32_t number_last;

	/* Held for the rest, and never while a disk is waited for (but for
	 * pins, whose records are small). Taken after append_lock. */
	pthread_mutex_t lock;
	struct storage_index index;
	struct storage_pack **packs; /* by number, ascending; tail is last */
	size_t pack_count;
	size_t pack_size;
	size_t open_count; /* sealed packs whose file stays open */
	uint64_t block_bytes;
	struct storage_pins pins;
	struct storage_damage damage;
	uint64_t bad_reads;
	uint32_t epoch;		/* counts collections, from 2 */
	uint32_t *lease_epochs; /* of the leases held */
	size_t lease_count;
	bool is_stopped;
	bool is_collecting;
};

/* The pack with this number, held open until put back; NULL if none. */
struct storage_pack *storage_pack_take(
    struct storage_store *store, uint32_t number);
void storage_pack_put_back(
    struct storage_store *store, struct storage_pack *pack);

/* Stops all writing; returns IO. */
enum stoa_status storage_store_stop(struct storage_store *store);

/* put without the reserve check: collection may use the reserve. Refreshes
 * the epoch of a block that is there. `from`: replace the place only if the
 * block lies in this pack (0: only if it is nowhere). */
enum stoa_status storage_store_append(struct storage_store *store,
    const struct stoa_hash *hash, uint64_t codec, struct stoa_str block,
    uint32_t from);

/* Seals the tail, so that every block lies in a sealed pack; the number is
 * that of the last one. */
enum stoa_status storage_store_roll(
    struct storage_store *store, uint32_t *ret_number);

/* Visits every block below `root`, each once, without reading leaves: sets its
 * epoch to the present one and, when `is_marking`, its mark. `seen` holds the
 * inner blocks visited before and grows. An absent leaf is NOT_FOUND, or is
 * counted when `missing` is not NULL; an absent inner block always is. */
enum stoa_status storage_store_visit(struct storage_store *store,
    const struct stoa_cid *root, struct storage_index *seen, bool is_marking,
    uint64_t *missing);

/* The pins of this moment, owned by the caller. */
enum stoa_status storage_pins_copy(struct storage_store *store,
    struct storage_pin ***ret_pins, size_t *ret_count);
void storage_pins_free(struct storage_pin **pins, size_t count);

#endif
