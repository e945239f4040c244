/* indexer.h - the events of some contracts, from the nodes of a chain: an
 * index.h that is fed.
 *
 * A block and its logs come from the same node, the logs by the block's hash.
 * Another node is asked for them too if there are any, or if the header's
 * filter says that there may be some which the node did not give; where the two
 * differ, the header shows who is wrong, or the index waits. Below the final
 * block logs are asked for in ranges (eth_getLogs), which are halved when a
 * provider refuses one and grow while it does not; two nodes must give the
 * same. Every hour the last final blocks are read once more, from each node,
 * and compared with what was told.
 *
 * Layer 3, on the loop, never blocks. One thread: the loop's. */
#ifndef CHAIN_INDEXER_H
#define CHAIN_INDEXER_H

#include "chain/index.h"
#include "chain/nodes.h"

struct evm_indexer;

enum evm_indexer_alarm {
	/* What was final is denied by the chain: nothing is told any more.
	 * Begin again from an earlier block. */
	EVM_INDEXER_FROZEN,
	/* Nodes gave different logs, and the header does not show who lies. The
	 * index waits. */
	EVM_INDEXER_DISPUTED,
	/* A log of a final block was never told: begin again from before it. */
	EVM_INDEXER_MISSED,
	/* A node withholds logs, or invents some; the others' are told. */
	EVM_INDEXER_UNTRUE,
};

struct evm_indexer_options {
	struct stoa_loop *loop;
	const struct stoa_clock *clock; /* NULL: the system's */
	struct evm_nodes *nodes;	/* borrowed; closed after this */
	/* A final block; its logs are known. When the chain does not have it,
	 * the index is frozen from the start. */
	struct evm_index_point from;

	/* Logs of these contracts whose first topic is one of these. */
	const struct evm_address *addresses;
	size_t address_count; /* 1 to EVM_INDEXER_ADDRESSES_MAX */
	const struct stoa_hash *topics;
	size_t topic_count; /* 0 (any) to EVM_INDEXER_TOPICS_MAX */

	bool is_history_alone;	/* ranges from one node, not from two */
	uint64_t range_max;	/* blocks; 0: EVM_INDEXER_RANGE_MAX */
	int64_t rescan_us;	/* 0: EVM_INDEXER_RESCAN_US */
	uint64_t rescan_blocks; /* 0: EVM_INDEXER_RESCAN_BLOCKS */
	uint64_t seed;		/* of pauses; random */

	/* As index.h says; the log is valid during the call. May close or hold
	 * the indexer. on_alarm may be NULL; `text` is a line for the log. */
	void (*on_log)(
	    void *owner, enum evm_index_mark mark, const struct evm_log *log);
	void (*on_final)(
	    void *owner, uint64_t block, const struct stoa_hash *hash);
	void (*on_alarm)(
	    void *owner, enum evm_indexer_alarm alarm, const char *text);
	void *owner;
};

/* All of `options` is copied but loop, clock and nodes. Begins at once.
 * INVALID: counts out of their range; NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_indexer_open(
    const struct evm_indexer_options *options,
    struct evm_indexer **ret_indexer);

/* NULL does nothing. May be called from a callback. */
void evm_indexer_close(struct evm_indexer *indexer);

/* While held nothing more is told: whoever records what is told may be slower
 * than the chain. At most one block, or one range, still comes. */
void evm_indexer_hold(struct evm_indexer *indexer, bool is_held);

struct evm_indexer_stat {
	struct evm_index_stat index;
	uint64_t head, final; /* numbers of blocks */
	uint64_t range;	      /* blocks of the next one */
	uint64_t ranges;      /* asked for */
	uint64_t doubted;     /* blocks whose logs another node was asked for */
	uint64_t untrue;      /* of them, those where one was wrong */
	uint64_t rescans;
	bool is_behind; /* more final blocks are there than told */
	char error[EVM_NODE_ERROR_SIZE]; /* why it waits; empty: it does not */
};
struct evm_indexer_stat evm_indexer_stat(const struct evm_indexer *indexer);

/* Prometheus text; one line for people. */
void evm_indexer_metrics(
    const struct evm_indexer *indexer, struct stoa_buf *out);
void evm_indexer_state(const struct evm_indexer *indexer, struct stoa_buf *out);

#endif
