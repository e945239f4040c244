/* scan.h - reads a whole pack to find its blocks: a tail after a crash, or a
 * sealed pack whose table is damaged. Part of pack. Layer 3. */
#ifndef STORAGE_SCAN_H
#define STORAGE_SCAN_H

#include "storage/pack.h"

/* Fills in rows, counts and chain; sets the size of a tail to the end of its
 * last sound frame. Writes nothing. Adds what it finds wrong to `*damage`. */
STOA_MUST_USE enum stoa_status storage_scan(
    struct storage_pack *pack, struct storage_damage *damage);

/* Used by scan and pack only. */
STOA_MUST_USE enum stoa_status storage_pack_add_row(
    struct storage_pack *pack, const struct storage_row *row, bool is_bad);

#endif
