/* evm_abi_json.h - values of ABI types as JSON, as people and contracts'
 * tools write them. Layer 1, pure.
 *
 * Numbers are read as whole JSON numbers, decimal text (with a '-' for intN)
 * or "0x" text, and written as decimal text, for JSON readers lose digits.
 * Bytes are "0x" text; addresses carry their checksum when written; tuples
 * are arrays, and are read as objects too when all members have names. */
#ifndef CHAIN_EVM_ABI_JSON_H
#define CHAIN_EVM_ABI_JSON_H

#include "chain/evm_abi.h"

#include "base/json.h"

/* Texts may borrow from the JSON; the rest lies in the arena. INVALID,
 * TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_abi_of_json(const struct evm_type *type,
    struct stoa_json json, struct stoa_arena *arena,
    struct evm_value *ret_value);

/* A string that is not UTF-8 loses what is not (see stoa_buf_add_json). */
void evm_abi_to_json(const struct evm_type *type, const struct evm_value *value,
    struct stoa_buf *b);

/* "0x" and digits in pairs. INVALID, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_abi_bytes_of_text(
    struct stoa_str text, struct stoa_arena *arena, struct stoa_str *ret_bytes);

#endif
