/* evm_block.h - headers of blocks and their logs, as nodes write them in JSON
 * (Ethereum JSON-RPC execution API: "Block", "Log"), and the filter of a header
 * that says what cannot be among its logs (Yellow Paper, 4.4.1: M3:2048).
 * Layer 1, pure. */
#ifndef CHAIN_EVM_BLOCK_H
#define CHAIN_EVM_BLOCK_H

#include "chain/evm_log.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"

#define EVM_BLOOM_SIZE 256

struct evm_block {
	uint64_t number;
	struct stoa_hash hash, parent;
	int64_t time_s;
	uint64_t base_fee_wei; /* 0: the chain has none */
	bool has_bloom;
	uint8_t bloom[EVM_BLOOM_SIZE];
	/* The hash is that of the header, as the members give it (Yellow Paper,
	 * 4.4; EIP-1559, 4895, 4844, 4788, 7685). False also for a header with
	 * parts that are not known here: chains add some. */
	bool is_proven;
};

/* NOT_FOUND for null: the node has no such block. INVALID, and *ret_fault says
 * which member is missing or wrong. */
STOA_MUST_USE enum stoa_status evm_block_read(
    struct stoa_json json, struct evm_block *ret_block, const char **ret_fault);

/* A list of logs, in the order of their blocks and places, which must be
 * right: no place twice, none that was removed. Data lies in the arena. More
 * than `count_max`: TOO_LARGE. INVALID, and *ret_fault says what; NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_logs_read(struct stoa_json json,
    size_t count_max, struct stoa_arena *arena, struct evm_log **ret_logs,
    size_t *ret_count, const char **ret_fault);

/* False: nothing of that name, an address or a topic, is in the block's logs.
 * True: perhaps. */
bool evm_bloom_may_have(
    const uint8_t bloom[static EVM_BLOOM_SIZE], struct stoa_str name);

/* Puts a name in. */
void evm_bloom_add(uint8_t bloom[static EVM_BLOOM_SIZE], struct stoa_str name);

#endif
