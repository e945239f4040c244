/* add.h - takes files and directories into a store.
 *
 * Bytes go straight into leaf buffers; the store's hashing threads hash each
 * full leaf and append it to the pack while the producer fills the next one,
 * so a large file is added at the speed of two cores of SHA-256. Memory: the
 * leaves in flight and one unfinished node a level, whatever the size.
 *
 * One add belongs to one thread. It holds a lease from open to close, so that
 * nothing it adds is collected before it is pinned. Layer 3. */
#ifndef STORAGE_ADD_H
#define STORAGE_ADD_H

#include "storage/directory.h"
#include "storage/profile.h"
#include "storage/store.h"
#include "storage/tree.h"

struct storage_add;
struct storage_hashers;

/* The threads; one set serves all adds of a process. */
STOA_MUST_USE enum stoa_status storage_hashers_open(
    struct storage_hashers **ret_hashers);
void storage_hashers_close(struct storage_hashers *hashers);

/* Borrows all three until close. Refuses: BUSY (STORAGE_ADDS_MAX adds are in
 * progress), NO_MEMORY, NO_SPACE (the reserve is reached). */
STOA_MUST_USE enum stoa_status storage_add_open(struct storage_hashers *hashers,
    struct storage_store *store, const struct storage_profile *profile,
    struct storage_add **ret_add);

/* Drops what was not finished. Blocks stay until a collection. */
void storage_add_close(struct storage_add *add);

/* Room for the next bytes of the present file: fill some of it and tell
 * storage_add_grow how many. Never empty. Waits for a leaf to be hashed when
 * all buffers are in flight. */
STOA_MUST_USE enum stoa_status storage_add_room(
    struct storage_add *add, char **ret_room, size_t *ret_len);
void storage_add_grow(struct storage_add *add, size_t len);

/* The same from bytes that lie elsewhere. */
STOA_MUST_USE enum stoa_status storage_add_write(
    struct storage_add *add, struct stoa_str bytes);

/* Ends the present file (an empty one when nothing was written) and gives its
 * root. The next byte begins another file. */
STOA_MUST_USE enum stoa_status storage_add_end_file(
    struct storage_add *add, struct storage_child *ret_root);

/* Adds a symbolic link as a node of its own. */
STOA_MUST_USE enum stoa_status storage_add_symlink(struct storage_add *add,
    struct stoa_str target, struct storage_child *ret_root);

/* Adds a directory out of entries added before; see directory.h. */
STOA_MUST_USE enum stoa_status storage_add_directory(struct storage_add *add,
    struct storage_directory *directory, struct storage_child *ret_root);

/* Makes everything added so far durable. Only then may its CID be told. */
STOA_MUST_USE enum stoa_status storage_add_commit(struct storage_add *add);

#endif
