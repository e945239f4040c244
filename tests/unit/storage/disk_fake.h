/* disk_fake.h - a disk in memory that forgets: the other implementation of
 * storage/disk.h. Each file has what was written and what is durable. On
 * command the power fails in the middle of an operation; afterwards any part
 * of what was not synced may be there, torn at sectors of 512 bytes. */
#ifndef STOA_TESTS_STORAGE_DISK_FAKE_H
#define STOA_TESTS_STORAGE_DISK_FAKE_H

#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Forgets every file and fault. */
void disk_fake_reset(uint64_t seed);

/* The power fails during the n-th changing operation from now (1 is the next);
 * 0: never. Every operation after it fails with IO. */
void disk_fake_fail_power_after(uint64_t operations);
bool disk_fake_is_dead(void);

/* The power comes back; the store of before may only be closed first. */
void disk_fake_restart(void);

/* The n-th write or sync from now fails with `status`, and one only. A failed
 * write may have arrived in part; what a failed sync was for is lost. */
void disk_fake_fail_write_after(uint64_t writes, enum stoa_status status);
void disk_fake_fail_sync_after(uint64_t syncs);

void disk_fake_set_free(uint64_t bytes);

/* Changing operations so far. */
uint64_t disk_fake_operations(void);

/* The bytes of a file, to damage them; NULL when there is none. */
struct stoa_buf *disk_fake_file(const char *name);

#endif
