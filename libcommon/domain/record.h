/* record.h - one record of a community's chain, parsed and named.
 *
 * A record's hash is the RFC 6962 (section 2.1) leaf hash of its bytes,
 * SHA-256(0x00 || bytes): the same value links the chain and is the leaf of
 * the community's Merkle tree. */
#ifndef STOA_DOMAIN_RECORD_H
#define STOA_DOMAIN_RECORD_H

#include "base/arena.h"
#include "base/core.h"
#include "base/hash.h"
#include "base/status.h"

struct stoa_record {
	struct stoa_str bytes; /* borrowed */
	struct stoa_str community;
	uint64_t index;
	struct stoa_hash previous; /* zeros at index 1 */
	struct stoa_hash hash;
	const Stoa__Journal__Batch *batch; /* in the arena */
};

struct stoa_hash stoa_record_hash(struct stoa_str bytes);

/* INVALID: not a well-formed record. `ret_record` lives as long as `bytes`
 * and the arena. */
STOA_MUST_USE enum stoa_status stoa_record_parse(struct stoa_arena *arena,
    struct stoa_str bytes, struct stoa_record *ret_record);

#endif
