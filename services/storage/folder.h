/* folder.h - reads directories, small and sharded: one name, all names, a
 * path. Layer 2, pure. */
#ifndef STORAGE_FOLDER_H
#define STORAGE_FOLDER_H

#include "storage/source.h"

#include "base/str.h"

#include <stdbool.h>

/* The entry `name` of the directory `cid`; a shard is entered by the hash of
 * the name, so this costs a block a level. Refuses: NOT_FOUND, INVALID when
 * `cid` is no directory, CORRUPT, and what the source refuses. */
STOA_MUST_USE enum stoa_status storage_folder_find(
    const struct storage_source *source, const struct stoa_cid *cid,
    struct stoa_str name, struct storage_link *ret_link);

/* Called for each entry; false ends the walk. The name is borrowed. */
typedef bool storage_visit_fn(void *context, const struct storage_link *link);

/* Every entry: by name in a small directory, by hash in a sharded one.
 * Refuses as above; a walk that the visitor ended is STOA_CANCELLED. */
STOA_MUST_USE enum stoa_status storage_folder_walk(
    const struct storage_source *source, const struct stoa_cid *cid,
    storage_visit_fn *visit, void *context);

/* Follows `path` (slashes between names; empty parts are skipped) from `root`.
 * Symbolic links are not followed: below one there is nothing. Refuses as
 * storage_folder_find, and TOO_LARGE for a path beyond the limits. */
STOA_MUST_USE enum stoa_status storage_path_resolve(
    const struct storage_source *source, const struct stoa_cid *root,
    struct stoa_str path, struct stoa_cid *ret_cid);

#endif
