/* evm_revert.h - why a contract refused, in words.
 *
 * Solidity reverts with Error(string), Panic(uint256) or an error of the
 * contract's own; some revert with nothing at all. Layer 1, pure. */
#ifndef CHAIN_EVM_REVERT_H
#define CHAIN_EVM_REVERT_H

#include "chain/evm_function.h"

enum evm_revert_kind {
	EVM_REVERT_EMPTY,   /* no data: out of gas, or no reason given */
	EVM_REVERT_ERROR,   /* Error(string) */
	EVM_REVERT_PANIC,   /* Panic(uint256): a bug of the contract */
	EVM_REVERT_CUSTOM,  /* one of the errors given */
	EVM_REVERT_UNKNOWN, /* none of them, or not well formed */
};

/* `errors` are those the contract is known to have. Appends one line:
 * "paused", "panic 0x11: an addition or subtraction overflowed",
 * "InsufficientBalance(available: 1, required: 5)",
 * "unknown error 0xdeadbeef", "no reason given". Control characters of a reason
 * become spaces: it is the contract's word, not ours. */
enum evm_revert_kind evm_revert_print(struct stoa_str data,
    const struct evm_function *errors, size_t error_count, struct stoa_buf *b);

/* Solidity's word for a panic code, or "an unknown bug". */
const char *evm_revert_panic_text(uint64_t code);

#endif
