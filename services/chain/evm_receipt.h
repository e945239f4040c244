/* evm_receipt.h - what became of a transaction, as eth_getTransactionReceipt
 * says it (Ethereum JSON-RPC execution API, "Receipt info"). Layer 1, pure. */
#ifndef CHAIN_EVM_RECEIPT_H
#define CHAIN_EVM_RECEIPT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"
#include "chain/evm_log.h"

struct evm_receipt {
	struct stoa_hash transaction;
	uint64_t block;
	struct stoa_hash block_hash;
	bool is_reverted;
	uint64_t gas_used;
	struct evm_log *logs; /* in the arena */
	size_t log_count;
};

/* NOT_FOUND for null: in no block that the node knows. INVALID, and *ret_fault
 * says which member is missing or wrong; TOO_LARGE (logs), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_receipt_read(struct stoa_json json,
    size_t logs_max, struct stoa_arena *arena, struct evm_receipt *ret_receipt,
    const char **ret_fault);

/* "0x1f", as numbers are in JSON-RPC: no more than 64 bits. */
STOA_MUST_USE bool evm_quantity_read(
    struct stoa_json json, struct stoa_arena *arena, uint64_t *ret_number);

#endif
