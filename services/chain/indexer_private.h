/* indexer_private.h - what the files of indexer.c share.
 *
 * indexer_fetch.c gets one block with its logs; indexer_range.c the logs of
 * many final blocks; indexer_rescan.c looks at them again; indexer.c decides
 * which of these is to be done. */
#ifndef CHAIN_INDEXER_PRIVATE_H
#define CHAIN_INDEXER_PRIVATE_H

#include "chain/index_filter.h"
#include "chain/indexer.h"
#include "chain/nodes_limits.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/rng.h"
#include "port/clock.h"

/* ---- one block ---- */

enum fetch_state {
	FETCH_FREE,
	FETCH_HEADER,
	FETCH_LOGS,
	FETCH_DOUBT, /* another node is asked for the same logs */
	FETCH_READY,
	FETCH_ABSENT, /* the node has no such block */
	FETCH_FAILED,
};

struct log_list {
	struct stoa_arena arena;
	struct evm_log *logs;
	size_t count;
};

struct fetch {
	struct evm_indexer *ix;
	enum fetch_state state;
	bool is_by_hash;
	struct evm_index_point want; /* without it only the number counts */
	struct evm_nodes_call *call;
	unsigned node;
	unsigned doubter; /* the other node */
	struct evm_block block;
	struct log_list logs, others;
};

/* Asked for at once, in the order of their numbers: a block takes two answers,
 * and there are blocks each second or faster. */
#define FETCH_MAX 4u

void fetch_start(struct evm_indexer *ix, struct fetch *f,
    const struct evm_index_point *want, bool is_by_hash);
void fetch_drop(struct fetch *f);

/* ---- ranges ---- */

struct range {
	bool is_active;
	enum evm_nodes_kind kind;
	uint64_t first, last;
	struct evm_index_point point; /* `last` and its hash */
	bool has_point, has_logs;
	struct evm_nodes_call *header_call, *logs_call;
	struct log_list logs;
	int64_t started_us;
};

void range_start(struct evm_indexer *ix, const struct evm_index_point *final);
void range_drop(struct evm_indexer *ix);

/* ---- looking again ---- */

struct memo {
	uint64_t block;
	uint64_t digest;
};

/* Final logs that were told and are compared later; 1 MiB. */
#define MEMO_MAX 65536u

struct rescan {
	int64_t at_us;
	bool is_active;
	bool is_agreed; /* the answer of two is waited for */
	unsigned node;
	uint64_t first, last; /* what is asked for now */
	uint64_t end;
	struct evm_nodes_call *call;
	struct memo *memos; /* a ring */
	size_t memo_at, memo_count;
	uint64_t since; /* blocks from here on are complete in it */
};

bool rescan_init(struct evm_indexer *ix);
void rescan_fini(struct evm_indexer *ix);
void rescan_note(struct evm_indexer *ix, const struct evm_log *log);
void rescan_go(struct evm_indexer *ix, int64_t now_us);

/* ---- all of it ---- */

struct evm_indexer {
	struct evm_indexer_options options;
	struct evm_filter filter;
	struct stoa_buf filter_text;
	struct evm_index *index;
	struct stoa_timer *timer;
	struct stoa_rng rng;
	struct fetch fetches[FETCH_MAX];
	struct evm_nodes_call *settle; /* a header of what is held, or recall */
	bool is_recall;
	bool is_start_known; /* the chain has the block it begins after */
	bool has_want;	     /* a branch is on its way down */
	struct evm_index_point want;
	struct range range;
	uint64_t range_refused;	     /* blocks, of a range */
	unsigned range_refused_left; /* ranges until that is forgotten */
	struct rescan rescan;
	struct evm_indexer_stat stat;
	int64_t pause_until_us;
	unsigned failures; /* in a row */
	uint64_t disputed; /* the last block of such an alarm */
	bool is_held;
	bool is_going; /* in ix_go: callbacks do not call it again */
	unsigned depth;
	bool is_closing;
};

int64_t ix_now_us(const struct evm_indexer *ix);
void ix_enter(struct evm_indexer *ix);
void ix_leave(struct evm_indexer *ix);

/* Does what can be done. */
void ix_go(struct evm_indexer *ix);

/* Something failed: another try after a pause. `why` without secrets. */
void ix_failed(struct evm_indexer *ix, const char *format, ...)
    STOA_PRINTF(2, 3);
void ix_succeeded(struct evm_indexer *ix);
void ix_alarm(struct evm_indexer *ix, enum evm_indexer_alarm alarm,
    const char *format, ...) STOA_PRINTF(3, 4);
const char *ix_node_name(const struct evm_indexer *ix, unsigned node);

/* EVM_READ_AGREED while two nodes are well. Otherwise one is believed, and what
 * it said is looked at again soon: while a provider is away the others must do.
 */
enum evm_nodes_kind ix_kind(struct evm_indexer *ix);

/* What nobody else could confirm is looked at again soon. */
void ix_unsure(struct evm_indexer *ix);

/* "[{"fromBlock":..,"toBlock":..,FILTER}]" */
void ix_range_params(const struct evm_indexer *ix, uint64_t first,
    uint64_t last, struct stoa_buf *b);

/* Reads an answer of eth_getLogs; NULL: it is one. */
const char *ix_read_logs(const struct evm_indexer *ix, struct stoa_json json,
    uint64_t first, uint64_t last, struct log_list *list);
void log_list_free(struct log_list *list);

#endif
