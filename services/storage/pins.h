/* pins.h - what must be kept: recursive roots, each under a name. One root may
 * be pinned under many names, by people who do not know of each other; it is
 * kept as long as one is left.
 *
 * A log of pin and unpin frames in the file "pins", synced at each change and
 * rewritten at opening when most of it is history. A torn last frame is cut
 * off; damage before the end is kept in place and reported, and as long as
 * pins may be missing, nothing may be collected. Layer 3. Not thread safe. */
#ifndef STORAGE_PINS_H
#define STORAGE_PINS_H

#include "storage/disk.h"

#include "base/cid.h"
#include "base/map.h"

#include <stdbool.h>
#include <stdint.h>

struct storage_pin {
	struct stoa_cid cid;
	char name[]; /* terminated */
};

struct storage_pins {
	struct storage_disk *disk;
	struct storage_file *file;
	uint64_t size;
	struct stoa_map map; /* CID and name -> struct storage_pin */
	bool is_damaged;
	bool is_stopped; /* a write or sync failed: load anew */
};

/* `seed` places pins in a hash table; take it from a random source. */
STOA_MUST_USE enum stoa_status storage_pins_open(
    struct storage_pins *pins, struct storage_disk *disk, uint64_t seed);
void storage_pins_close(struct storage_pins *pins);

/* Durable when it returns; pinning again changes nothing. Refuses: INVALID
 * (the name is longer than STORAGE_PIN_NAME_MAX bytes or not UTF-8 text),
 * TOO_LARGE (STORAGE_PINS_MAX pins), NO_SPACE; IO stops the pins for good. */
STOA_MUST_USE enum stoa_status storage_pins_add(struct storage_pins *pins,
    const struct stoa_cid *cid, struct stoa_str name);

/* Refuses NOT_FOUND. */
STOA_MUST_USE enum stoa_status storage_pins_remove(struct storage_pins *pins,
    const struct stoa_cid *cid, struct stoa_str name);

bool storage_pins_has(const struct storage_pins *pins,
    const struct stoa_cid *cid, struct stoa_str name);

#endif
