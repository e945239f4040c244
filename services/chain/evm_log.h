/* evm_log.h - what a contract has said in a transaction: an entry of its
 * receipt, as eth_getLogs and eth_getTransactionReceipt give it (Ethereum
 * JSON-RPC execution API, "Log"). Layer 2, pure. */
#ifndef CHAIN_EVM_LOG_H
#define CHAIN_EVM_LOG_H

#include "base/hash.h"
#include "base/str.h"
#include "chain/evm_address.h"

#include <stdint.h>

#define EVM_LOG_TOPICS_MAX 4u

struct evm_log {
	struct evm_address address; /* of the contract */
	struct stoa_hash topics[EVM_LOG_TOPICS_MAX];
	uint32_t topic_count;
	struct stoa_str data; /* ABI-encoded; borrowed */
	uint64_t block;
	struct stoa_hash block_hash;
	struct stoa_hash transaction;
	uint32_t index; /* within the block */
};

#endif
