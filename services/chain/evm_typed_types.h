/* evm_typed_types.h - the struct types of an EIP-712 document; for
 * evm_typed.c only. Layer 1, pure. */
#ifndef CHAIN_EVM_TYPED_TYPES_H
#define CHAIN_EVM_TYPED_TYPES_H

#include "chain/evm_limits.h"
#include "chain/evm_type.h"

#include "base/hash.h"
#include "base/json.h"

struct evm_typed_struct;

struct evm_typed_member {
	struct stoa_str name;
	struct stoa_str type;		      /* as written */
	const struct evm_typed_struct *base;  /* or */
	const struct evm_type *atom;	      /* of one word, bytes, string */
	uint32_t lengths[EVM_TYPE_DEPTH_MAX]; /* T[2][]: 2, 0 */
	unsigned dimensions;
};

struct evm_typed_struct {
	struct stoa_str name;
	struct evm_typed_member *members;
	size_t count;
	struct stoa_hash type_hash;
};

struct evm_typed_types {
	struct evm_typed_struct structs[EVM_TYPED_STRUCTS_MAX];
	size_t count;
	struct stoa_arena *arena;
	const char *why; /* of the last failure */
};

/* Reads "types" (an object) into *types, which is zero but for its arena. */
STOA_MUST_USE enum stoa_status evm_typed_types_read(
    struct evm_typed_types *types, struct stoa_json json);

const struct evm_typed_struct *evm_typed_types_find(
    const struct evm_typed_types *types, struct stoa_str name);

/* Adds the struct "EIP712Domain" with the fields that `domain` has. */
STOA_MUST_USE enum stoa_status evm_typed_types_add_domain(
    struct evm_typed_types *types, struct stoa_json domain);

/* Appends encodeType. TOO_LARGE. */
STOA_MUST_USE enum stoa_status evm_typed_types_encode(
    struct evm_typed_types *types, const struct evm_typed_struct *of,
    struct stoa_buf *b);

/* Finds what every member is and hashes every type. */
STOA_MUST_USE enum stoa_status evm_typed_types_settle(
    struct evm_typed_types *types);

#endif
