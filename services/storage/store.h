/* store.h - a durable, content-addressed store in one folder.
 *
 * Promises: a block or pin that was synced survives kill -9 and power loss; a
 * read gives the right bytes (every block is hashed on every read) or an
 * error, never wrong bytes; what is pinned, or was added since the collection
 * before last, is not collected; adding is refused while the disk still has
 * room for everything else.
 *
 * Threads: every function but open and close may be called from any thread,
 * at once. Calls block on the disk: use them on the worker pool. The store has
 * two locks of its own (appending; index and pins) and takes them in this
 * order; no callback runs under either. After a failed sync nothing more is
 * written until the store is opened anew (IO); reading goes on. Layer 3. */
#ifndef STORAGE_STORE_H
#define STORAGE_STORE_H

#include "storage/pack.h"
#include "storage/source.h"

#include "base/cid.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct storage_store;

/* What may differ from limits.h; all zeros mean the limits. */
struct storage_options {
	uint32_t pack_size;	/* at most STORAGE_PACK_SIZE_MAX */
	uint64_t reserve_bytes; /* STORAGE_RESERVE_BYTES */
};

/* Opens, or makes, the store at `path`; `options` may be NULL. Refuses: BUSY
 * (another process has it), DENIED, NO_SPACE, IO, CORRUPT (a file that is no
 * pack of ours). */
STOA_MUST_USE enum stoa_status storage_store_open(const char *path,
    const struct storage_options *options, struct storage_store **ret_store);

/* Nothing may be in progress. */
void storage_store_close(struct storage_store *store);

struct storage_stat {
	uint64_t blocks;
	uint64_t block_bytes;
	uint64_t packs;
	uint64_t pins;
	uint64_t free_bytes;	      /* of the disk, reserve taken off */
	struct storage_damage damage; /* found when opening */
	uint64_t bad_reads;	      /* blocks found wrong since */
	bool is_stopped;	      /* writes are refused until reopened */
	bool are_pins_damaged;	      /* collection is refused */
};
void storage_store_stat(struct storage_store *store, struct storage_stat *ret);

/* ---- blocks ----------------------------------------------------------------
 */

/* Reads a block and checks it. Refuses: NOT_FOUND, CORRUPT, UNSUPPORTED (a
 * hash function other than SHA-256; identity is served), IO. */
STOA_MUST_USE enum stoa_status storage_store_get(struct storage_store *store,
    const struct stoa_cid *cid, struct stoa_buf *ret_block);

/* This store for readers; lives as long as the store. */
struct storage_source storage_store_source(struct storage_store *store);

bool storage_store_has(struct storage_store *store, const struct stoa_cid *cid);

/* ---- leases ----------------------------------------------------------------
 * What is put or touched while a lease is held is not collected before the
 * lease ends. Hold one from the first block to the pin. */

struct storage_lease {
	uint32_t epoch; /* private */
	bool is_held;
};

/* Refuses BUSY beyond STORAGE_LEASES_MAX. */
STOA_MUST_USE enum stoa_status storage_lease_take(
    struct storage_store *store, struct storage_lease *lease);
void storage_lease_end(
    struct storage_store *store, struct storage_lease *lease);

/* Stores a block that hashes to `hash` (the caller has computed it), unless it
 * is there. Durable after the next sync. Refuses NO_SPACE, IO. */
STOA_MUST_USE enum stoa_status storage_store_put(struct storage_store *store,
    const struct stoa_hash *hash, uint64_t codec, struct stoa_str block);

/* Makes everything put so far durable: one sync for all who wait. */
STOA_MUST_USE enum stoa_status storage_store_sync(struct storage_store *store);

/* ---- pins ------------------------------------------------------------------
 */

/* Keeps `root` and everything below it under this name; durable when it
 * returns. Walks the
 * whole tree first (leaves by name only). Refuses: NOT_FOUND (a block is
 * missing), UNSUPPORTED (a codec whose links are unknown), and as pins.h. */
STOA_MUST_USE enum stoa_status storage_store_pin(struct storage_store *store,
    const struct stoa_cid *root, struct stoa_str name);

/* Refuses NOT_FOUND. */
STOA_MUST_USE enum stoa_status storage_store_unpin(struct storage_store *store,
    const struct stoa_cid *root, struct stoa_str name);

bool storage_store_is_pinned(struct storage_store *store,
    const struct stoa_cid *root, struct stoa_str name);

/* Calls `fn` with each pin, in the order of pinning; false ends the walk. The
 * pins are those of the moment of the call. */
typedef bool storage_pin_fn(
    void *context, const struct stoa_cid *root, struct stoa_str name);
STOA_MUST_USE enum stoa_status storage_store_pins(
    struct storage_store *store, storage_pin_fn *fn, void *context);

/* ---- collection ------------------------------------------------------------
 */

struct storage_collected {
	uint64_t packs_removed;
	uint64_t bytes_freed;
	uint64_t bytes_moved;
	uint64_t blocks_missing; /* below pins: the tree is not whole */
};

/* Frees what no pin reaches and nobody has touched since the collection
 * before: packs without live blocks are removed, those with under half are
 * rewritten. Adds, reads and pins go on meanwhile. One at a time: BUSY.
 * Refuses CORRUPT while pins are damaged. */
STOA_MUST_USE enum stoa_status storage_store_collect(
    struct storage_store *store, struct storage_collected *ret_collected);

/* Reads and checks blocks of one pack, in the background: start with
 * `*cursor` 0, call at the rate that the disk may spare, until it is 0 again.
 * Bad blocks are marked, so that the next add of them stores them anew. */
STOA_MUST_USE enum stoa_status storage_store_scrub(
    struct storage_store *store, uint32_t *cursor, uint64_t *ret_bad_blocks);

#endif
