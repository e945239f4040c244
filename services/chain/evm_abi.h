/* evm_abi.h - values to call data and back (Solidity's Contract ABI
 * Specification, "strict encoding mode" on the way out).
 *
 * Reading is bounded by what is read: every word may be looked at once, so
 * that neither a false length nor offsets that all point to the same place
 * make more out of the data than is in it. Padding of numbers, addresses,
 * booleans and bytesN must be right, as Solidity demands; what follows the
 * last value is ignored, and bytes may end without their padding. Layer 1,
 * pure. */
#ifndef CHAIN_EVM_ABI_H
#define CHAIN_EVM_ABI_H

#include "chain/evm_address.h"
#include "chain/evm_type.h"
#include "chain/evm_u256.h"

/* Which of them it is says the type. */
struct evm_value {
	union {
		struct evm_u256 number; /* uint; int in two's complement; bool:
					   0 or 1 */
		struct evm_address address;
		struct stoa_str bytes; /* bytesN, bytes, string; borrowed */
		struct {
			const struct evm_value *items;
			size_t count;
		} list; /* arrays, tuples; borrowed */
	};
};

/* Whether a single value (no array, tuple, bytes or string) is one of `type`,
 * and the word that it is. INVALID. */
STOA_MUST_USE enum stoa_status evm_abi_word(const struct evm_type *type,
    const struct evm_value *value, uint8_t ret_word[EVM_WORD_SIZE]);

/* Appends. A tuple is a list of arguments: it stands without an offset.
 * INVALID (a value is not of its type), TOO_LARGE (the buffer's maximum); then
 * what was appended is of no use. */
STOA_MUST_USE enum stoa_status evm_abi_encode(const struct evm_type *tuple,
    const struct evm_value *value, struct stoa_buf *b);

/* `data` is borrowed as long as the result, which lies in the arena. Takes at
 * most 32 bytes of it for each word of `data` and level of the type. INVALID,
 * TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_abi_decode(const struct evm_type *tuple,
    struct stoa_str data, struct stoa_arena *arena,
    struct evm_value *ret_value);

#endif
