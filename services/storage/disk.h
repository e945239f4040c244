/* disk.h - the files of one store, all in one folder: what packs and pins may
 * ask of a disk. Chosen at link time: disk_os.c, or the simulated disk of the
 * tests, which forgets unsynced writes on command.
 *
 * Offsets and lengths are exact: a short read is CORRUPT, a short write is an
 * error. NO_SPACE tells a full disk from IO, everything else. Calls on
 * different files may come from different threads. Layer 3. */
#ifndef STORAGE_DISK_H
#define STORAGE_DISK_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct storage_disk;
struct storage_file;

/* Makes the folder when it is missing (its parent must be there) and locks it:
 * BUSY when another process has it open. */
STOA_MUST_USE enum stoa_status storage_disk_open(
    const char *path, struct storage_disk **ret_disk);
void storage_disk_close(struct storage_disk *disk);

/* Calls `fn` with each name; false ends the walk. */
typedef bool storage_disk_fn(void *context, const char *name);
STOA_MUST_USE enum stoa_status storage_disk_list(
    struct storage_disk *disk, storage_disk_fn *fn, void *context);

/* Bytes that may still be written by this user. */
STOA_MUST_USE enum stoa_status storage_disk_free(
    struct storage_disk *disk, uint64_t *ret_bytes);

/* Durable when it returns: the folder is synced. */
STOA_MUST_USE enum stoa_status storage_disk_rename(
    struct storage_disk *disk, const char *from, const char *to);
STOA_MUST_USE enum stoa_status storage_disk_remove(
    struct storage_disk *disk, const char *name);

/* Opens for reading and writing. `is_new` creates it (EXISTS if it is there)
 * and syncs the folder; otherwise NOT_FOUND when it is missing. */
STOA_MUST_USE enum stoa_status storage_file_open(struct storage_disk *disk,
    const char *name, bool is_new, struct storage_file **ret_file);
void storage_file_close(struct storage_file *file);

STOA_MUST_USE enum stoa_status storage_file_size(
    struct storage_file *file, uint64_t *ret_size);
STOA_MUST_USE enum stoa_status storage_file_read(
    struct storage_file *file, uint64_t offset, void *to, size_t len);

/* Writes `head` and then `body` in one call. */
STOA_MUST_USE enum stoa_status storage_file_write(struct storage_file *file,
    uint64_t offset, struct stoa_str head, struct stoa_str body);
STOA_MUST_USE enum stoa_status storage_file_cut(
    struct storage_file *file, uint64_t size);

/* After a failure nothing is known about what was written before: the caller
 * must not try again, but stop and read the file anew. */
STOA_MUST_USE enum stoa_status storage_file_sync(struct storage_file *file);

/* Starts writing back what lies before `offset`, so that a later sync finds
 * less to do. Promises nothing. */
void storage_file_hint(struct storage_file *file, uint64_t offset);

#endif
