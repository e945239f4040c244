/* index.h - the events of a chain in their order, when blocks come and go.
 *
 * The index holds one chain of blocks: up to the last final one only its number
 * and hash, above that each block with its logs, so that they can be taken
 * back. It is offered blocks and asks for those that it lacks; it tells of each
 * log that it was seen, that it is gone again, that it is final.
 *
 * Guarantees: a log is told GONE only after SEEN, latest first; FINAL comes
 * once for each log of the final chain, in its order, whatever came before; at
 * every moment the logs SEEN and not GONE are those of one chain that links to
 * the final block. A log that becomes final before it was seen is told FINAL
 * only. What contradicts a final block freezes the index: it is never guessed
 * which of two is right. Layer 2, pure. */
#ifndef CHAIN_INDEX_H
#define CHAIN_INDEX_H

#include "base/status.h"
#include "chain/evm_log.h"

#include <stdbool.h>
#include <stddef.h>

enum evm_index_mark {
	EVM_INDEX_SEEN,
	EVM_INDEX_GONE,
	EVM_INDEX_FINAL,
};

struct evm_index_point {
	uint64_t number;
	struct stoa_hash hash;
};

/* What is told; neither may call the index. */
struct evm_index_out {
	void (*on_log)(
	    void *owner, enum evm_index_mark mark, const struct evm_log *log);
	/* All logs up to this block, which is final, have been told. */
	void (*on_final)(void *owner, const struct evm_index_point *point);
	void *owner;
};

struct evm_index_block {
	struct evm_index_point point;
	struct stoa_hash parent;
	const struct evm_log *logs; /* in order; copied */
	size_t log_count;
};

enum evm_index_answer {
	EVM_INDEX_TAKEN,
	EVM_INDEX_KNOWN, /* nothing new */
	EVM_INDEX_WANTS, /* the block *ret_want, by its hash, is to be offered
			  */
	EVM_INDEX_LATER, /* it is above the head */
	/* It leads past the final block. Whether the node or the final block
	 * is wrong shows evm_index_recall. What was on the way is dropped. */
	EVM_INDEX_CONFLICT,
	EVM_INDEX_STRAY, /* not the block that was asked for; dropped too */
	EVM_INDEX_FULL,	 /* EVM_INDEX_BLOCKS_MAX or the like: when more is final
			  */
	EVM_INDEX_NO_MEMORY,
	EVM_INDEX_FROZEN,
};

struct evm_index;

/* Begins after a final block. NULL: out of memory. `out` is copied. */
struct evm_index *evm_index_new(
    const struct evm_index_point *from, const struct evm_index_out *out);
void evm_index_free(struct evm_index *x); /* NULL does nothing */

/* A block: the next one, one of another branch, or the one that was asked for.
 * A branch is taken when it links: then the blocks that it replaces are GONE
 * and its own SEEN, also when it is shorter. */
enum evm_index_answer evm_index_offer(struct evm_index *x,
    const struct evm_index_block *block, struct evm_index_point *ret_want);

/* Forgets what is not linked yet: the node has no such block any more. */
void evm_index_drop_branch(struct evm_index *x);
bool evm_index_has_branch(const struct evm_index *x);

/* A block is final. KNOWN: it was before. WANTS: the chain here has another one
 * at its place, which must be replaced first. */
enum evm_index_answer evm_index_finalize(struct evm_index *x,
    const struct evm_index_point *point, struct evm_index_point *ret_want);

/* Final blocks of which only the logs were asked, up to `point`, which is above
 * the final one. Nothing may be held above it. TAKEN or FROZEN. */
enum evm_index_answer evm_index_extend(struct evm_index *x,
    const struct evm_index_point *point, const struct evm_log *logs,
    size_t log_count);

/* What the chain has where the last final block stands: freezes if it is
 * another. */
enum evm_index_answer evm_index_recall(
    struct evm_index *x, const struct evm_index_point *point);

struct evm_index_point evm_index_head(const struct evm_index *x);
struct evm_index_point evm_index_final(const struct evm_index *x);

/* The hash here of a block not below the final one, nor above the head. */
bool evm_index_hash(
    const struct evm_index *x, uint64_t number, struct stoa_hash *ret_hash);

struct evm_index_stat {
	uint64_t seen, gone, final; /* logs told */
	uint64_t reorgs;
	uint64_t deepest; /* blocks gone at once */
	size_t blocks;	  /* held above the final one */
	size_t logs, bytes;
	bool is_frozen;
};
struct evm_index_stat evm_index_stat(const struct evm_index *x);

#endif
