/* profile.h - the choices that decide a CID besides the bytes.
 * Named as in IPIP-0499, which ratified two of them. Layer 2, pure. */
#ifndef STORAGE_PROFILE_H
#define STORAGE_PROFILE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct storage_profile {
	const char *name;
	uint32_t chunk_size;
	uint32_t width; /* children of an inner node of a file */
	unsigned cid_version;
	bool has_raw_leaves; /* else each leaf is wrapped in a UnixFS file */
	/* A directory becomes a HAMT when its block is larger than 256 KiB;
	 * the older rule adds up the lengths of names and CIDs instead. */
	bool is_sharded_by_block_size;
};

/* "unixfs-v1-2025" (the default), "unixfs-v1-256k" (what Kubo makes with
 * cid-version=1), "unixfs-v0-2015"; NULL when there is no such profile. */
const struct storage_profile *storage_profile_find(struct stoa_str name);

const struct storage_profile *storage_profile_default(void);

/* Names for an error message or a menu; NULL past the last one. */
const char *storage_profile_name(size_t index);

#endif
