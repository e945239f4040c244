/* directory.h - builds the blocks of one directory from its entries.
 *
 * Small directories are one block with links sorted by the bytes of their
 * names. Larger ones become a HAMT of fan-out 256 (UnixFS HAMTShard): a name's
 * place is MurmurHash3 of it, eight bits a level from the high end, link names
 * are two upper-case hexadecimal digits and, for an entry, the name. The
 * bitmap is big-endian without leading zero bytes. When to shard is the
 * profile's choice. Layer 2, pure. */
#ifndef STORAGE_DIRECTORY_H
#define STORAGE_DIRECTORY_H

#include "storage/profile.h"
#include "storage/tree.h"

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

#include <stddef.h>

struct storage_entry {
	struct stoa_str name;
	struct storage_child child;
};

struct storage_directory {
	const struct storage_profile *profile;
	struct stoa_arena names;
	struct storage_entry *entries;
	size_t count;
	size_t size;
};

/* `profile` is borrowed until fini. */
void storage_directory_init(
    struct storage_directory *d, const struct storage_profile *profile);
void storage_directory_fini(struct storage_directory *d);

/* Adds an entry; the name is copied. Refuses: INVALID (an empty name, "." or
 * "..", a slash or a zero byte, not UTF-8, more than STORAGE_NAME_LEN_MAX
 * bytes), TOO_LARGE (more than STORAGE_ENTRIES_MAX entries), NO_MEMORY. */
STOA_MUST_USE enum stoa_status storage_directory_add(
    struct storage_directory *d, struct stoa_str name,
    const struct storage_child *child);

/* Emits the blocks and gives the root. Refuses: EXISTS (two entries with one
 * name), TOO_LARGE (names that share all 64 hash bits), NO_MEMORY, and what
 * emit returns. The directory may then only be freed. */
STOA_MUST_USE enum stoa_status storage_directory_end(
    struct storage_directory *d, storage_emit_fn *emit, void *context,
    struct storage_child *ret_root);

/* Why storage_directory_add would refuse this name, or NULL. */
const char *storage_name_refusal(struct stoa_str name);

#endif
