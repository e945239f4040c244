/* murmur3.h - MurmurHash3 x64 128 with seed 0, the first half only: where a
 * name lies in a sharded directory. Not a cryptographic hash. Layer 2, pure. */
#ifndef STORAGE_MURMUR3_H
#define STORAGE_MURMUR3_H

#include "base/str.h"

#include <stdint.h>

/* Shards take the high bits first. */
uint64_t storage_murmur3(struct stoa_str name);

#endif
