/* shard.h - the HAMT form of a large directory. Layer 2, pure. */
#ifndef STORAGE_SHARD_H
#define STORAGE_SHARD_H

#include "storage/directory.h"

/* Fan-out of what is written; what is read may differ. */
#define STORAGE_SHARD_FANOUT 256

/* Emits the shards of `entries` of a directory, bottom up; names differ.
 * Refuses TOO_LARGE, NO_MEMORY, and what emit returns. */
STOA_MUST_USE enum stoa_status storage_shards_build(
    const struct storage_directory *d, storage_emit_fn *emit, void *context,
    struct storage_child *ret_root);

#endif
