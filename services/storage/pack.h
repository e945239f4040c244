/* pack.h - one append-only file of blocks.
 *
 * While it grows it is called NNNNNN.tail: a head frame, block frames, and a
 * commit frame whenever a batch is to be made durable. Sealing appends a table
 * of its blocks and an end frame that points to it, syncs, and renames it to
 * NNNNNN.pack; it is never written again.
 *
 * Loading a sealed pack reads its table. Loading a tail reads every byte: a
 * block counts when its bytes have its hash, wherever the last commit stands,
 * because a block that verifies is right by definition. What follows the last
 * sound frame is a torn write and is cut off; damage before it is kept,
 * counted and reported, and the blocks beyond it are found again. Commits tell
 * the two apart: each says how many blocks lie before it and hashes their
 * headers. Layer 3. Not thread safe, but read is, beside anything but close. */
#ifndef STORAGE_PACK_H
#define STORAGE_PACK_H

#include "storage/disk.h"
#include "storage/frame.h"

#include "base/buf.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_PACK_NAME_SIZE 24

/* What loading found wrong, added up over packs. */
struct storage_damage {
	uint64_t bad_blocks;	/* headers are sound, bytes are not */
	uint64_t bad_bytes;	/* not part of any sound frame */
	uint64_t broken_chains; /* commits that name other headers */
	uint64_t lost_tables;	/* sealed packs that had to be read whole */
	uint64_t cut_bytes;	/* torn tails: normal after a crash */
};

/* A block of a pack; `is_bad` only after a load. */
struct storage_pack_row {
	struct storage_row row;
	bool is_bad;
};

struct storage_pack {
	struct storage_disk *disk;
	struct storage_file *file; /* NULL: opened for each read */
	uint32_t number;
	uint32_t size;	      /* where the next frame goes */
	uint32_t block_count; /* frames, repeated blocks included */
	uint32_t committed;   /* blocks that a commit stands after */
	struct stoa_sha256 chain;
	struct storage_pack_row *rows; /* of a tail, or just loaded */
	uint32_t row_count;
	uint32_t row_size;
	bool is_sealed;
	/* The owner's, under its lock. */
	uint32_t ref_count;
	bool is_doomed;
};

STOA_MUST_USE enum stoa_status storage_pack_create(
    struct storage_disk *disk, uint32_t number, struct storage_pack **ret_pack);

/* `*damage` is added to. Refuses CORRUPT when the file is no pack at all. */
STOA_MUST_USE enum stoa_status storage_pack_load(struct storage_disk *disk,
    uint32_t number, bool is_sealed, struct storage_damage *damage,
    struct storage_pack **ret_pack);
void storage_pack_close(struct storage_pack *pack);

/* After sealing or loading a sealed one: forgets the rows and, unless
 * `keep_open`, closes the file. */
void storage_pack_rest(struct storage_pack *pack, bool keep_open);

/* Whether a block of `len` bytes still belongs into this tail, if the pack is
 * to stay within `size_max` bytes. The first block always does. */
bool storage_pack_has_room(
    const struct storage_pack *pack, size_t len, uint32_t size_max);

/* Appends one block. After a failure the tail ends where it did before; when
 * even that fails, IO: the pack must be loaded anew. */
STOA_MUST_USE enum stoa_status storage_pack_append(struct storage_pack *pack,
    const struct stoa_hash *hash, uint32_t codec, struct stoa_str block,
    uint32_t *ret_offset);

/* Appends a commit, unless nothing came since the last; does not sync. */
STOA_MUST_USE enum stoa_status storage_pack_commit(struct storage_pack *pack);

/* Commits, writes the table, syncs, renames; rest it next. IO: load anew. */
STOA_MUST_USE enum stoa_status storage_pack_seal(struct storage_pack *pack);

/* Reads the block of `len` bytes whose frame is at `offset` into `ret_block`
 * and checks its hash: CORRUPT when it differs. */
STOA_MUST_USE enum stoa_status storage_pack_read(
    const struct storage_pack *pack, uint32_t offset, uint32_t len,
    const struct stoa_hash *hash, struct stoa_buf *ret_block);

/* Reads the table of a sealed pack into its rows again. */
STOA_MUST_USE enum stoa_status storage_pack_load_rows(
    struct storage_pack *pack);

/* Removes the file of a sealed pack. */
STOA_MUST_USE enum stoa_status storage_pack_remove(struct storage_pack *pack);

/* "000001.pack" and "000001.tail": the number, or 0 for other names. */
uint32_t storage_pack_number(const char *name, bool *ret_is_sealed);
const char *storage_pack_name(
    uint32_t number, bool is_sealed, char name[static STORAGE_PACK_NAME_SIZE]);

#endif
