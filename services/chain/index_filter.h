/* index_filter.h - which logs are wanted, what a header says of them, and lists
 * of logs beside each other. Layer 1, pure. */
#ifndef CHAIN_INDEX_FILTER_H
#define CHAIN_INDEX_FILTER_H

#include "chain/evm_block.h"

#include "base/buf.h"

/* Logs of one of the addresses whose first topic is one of the topics; of none
 * given: any. */
struct evm_filter {
	struct evm_address *addresses;
	size_t address_count;
	struct stoa_hash *topics;
	size_t topic_count;
};

/* Copies. NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_filter_init(struct evm_filter *f,
    const struct evm_address *addresses, size_t address_count,
    const struct stoa_hash *topics, size_t topic_count);
void evm_filter_fini(struct evm_filter *f);

/* Appends its part of the parameter of eth_getLogs:
 * "address":[...],"topics":[[...]] */
void evm_filter_write(const struct evm_filter *f, struct stoa_buf *b);

bool evm_filter_is_match(const struct evm_filter *f, const struct evm_log *log);

/* NULL when all logs match and are of blocks `first` to `last`; else what is
 * wrong. */
const char *evm_filter_fault(const struct evm_filter *f,
    const struct evm_log *logs, size_t count, uint64_t first, uint64_t last);

/* The header's filter may hold something wanted that is not among the logs. */
bool evm_filter_is_doubtful(const struct evm_filter *f,
    const struct evm_block *block, const struct evm_log *logs, size_t count);

/* Whether a block with this header can have had the log. */
bool evm_block_may_have(
    const struct evm_block *block, const struct evm_log *log);

bool evm_log_is_same(const struct evm_log *a, const struct evm_log *b);

/* Two lists of one block's logs: which of them is right, as far as the block's
 * header shows. What it rules out was invented; what it allows and one lacks
 * was withheld. */
enum evm_logs_verdict {
	EVM_LOGS_SAME,
	EVM_LOGS_FIRST,
	EVM_LOGS_SECOND,
	EVM_LOGS_UNCLEAR,
};
enum evm_logs_verdict evm_logs_compare(const struct evm_block *block,
    const struct evm_log *a, size_t a_count, const struct evm_log *b,
    size_t b_count);

/* Eight bytes of a hash over all that a log says. */
uint64_t evm_log_digest(const struct evm_log *log);

#endif
