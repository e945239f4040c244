/* indexer_rescan.c - final blocks are read once more, from each node for
 * itself, and compared with what was told. Where a node differs, two that agree
 * decide who is wrong: the node, or we. */
#include "chain/indexer_private.h"

#include "edge/loop.h"

#include <inttypes.h>
#include <stdlib.h>

bool
rescan_init(struct evm_indexer *ix)
{
	struct rescan *r = &ix->rescan;

	r->memos = calloc(MEMO_MAX, sizeof(*r->memos));
	r->since = ix->options.from.number + 1;
	r->at_us = ix_now_us(ix) + ix->options.rescan_us;
	return r->memos != NULL;
}

void
rescan_fini(struct evm_indexer *ix)
{
	if (ix->rescan.call != NULL) {
		evm_nodes_cancel(ix->rescan.call);
		ix->rescan.call = NULL;
	}
	free(ix->rescan.memos);
	ix->rescan.memos = NULL;
}

static const struct memo *
memo_at(const struct rescan *r, size_t i)
{
	return &r->memos[(r->memo_at + i) % MEMO_MAX];
}

void
rescan_note(struct evm_indexer *ix, const struct evm_log *log)
{
	struct rescan *r = &ix->rescan;

	if (r->memo_count == MEMO_MAX) {
		r->since = memo_at(r, 0)->block + 1;
		r->memo_at = (r->memo_at + 1) % MEMO_MAX;
		r->memo_count--;
	}
	r->memos[(r->memo_at + r->memo_count++) % MEMO_MAX] =
	    (struct memo){.block = log->block, .digest = evm_log_digest(log)};
}

/* The logs are those that were told, in their order. */
static bool
is_as_told(const struct rescan *r, const struct log_list *list)
{
	size_t low = 0, high = r->memo_count, at = 0;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memo_at(r, middle)->block < r->first) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	for (; low < r->memo_count && memo_at(r, low)->block <= r->last;
	     low++, at++) {
		if (at == list->count || evm_log_digest(&list->logs[at]) !=
					     memo_at(r, low)->digest) {
			return false;
		}
	}
	return at == list->count;
}

static void ask(struct evm_indexer *ix);

static void
finish(struct evm_indexer *ix)
{
	struct rescan *r = &ix->rescan;

	r->is_active = false;
	r->at_us = ix_now_us(ix) + ix->options.rescan_us;
	ix->stat.rescans++;
}

/* The next part of the window, or the next node, or the end. */
static void
go_on(struct evm_indexer *ix)
{
	struct rescan *r = &ix->rescan;

	r->is_agreed = false;
	if (r->last < r->end) {
		r->first = r->last + 1;
	} else {
		r->node++;
		r->first = r->end + 1 > ix->options.rescan_blocks
			       ? r->end + 1 - ix->options.rescan_blocks
			       : 0;
	}
	if (r->first < r->since) {
		r->first = r->since;
	}
	if (r->node >= evm_nodes_count(ix->options.nodes) ||
	    r->first > r->end) {
		finish(ix);
		return;
	}
	ask(ix);
}

static void
judge_agreed(struct evm_indexer *ix, const struct log_list *list)
{
	struct rescan *r = &ix->rescan;

	if (is_as_told(r, list)) {
		evm_nodes_blame(ix->options.nodes, r->node,
		    "gives other logs of final blocks than the others");
		ix_alarm(ix, EVM_INDEXER_UNTRUE,
		    "%s gives other logs of blocks %" PRIu64 " to %" PRIu64
		    " than the others",
		    ix_node_name(ix, r->node), r->first, r->last);
		return;
	}
	ix_alarm(ix, EVM_INDEXER_MISSED,
	    "blocks %" PRIu64 " to %" PRIu64
	    " have logs that were never told, or were told otherwise",
	    r->first, r->last);
}

static void
on_logs(void *owner, const struct evm_nodes_reply *reply)
{
	struct evm_indexer *ix = owner;
	struct rescan *r = &ix->rescan;
	struct log_list list = {.count = 0};
	const char *fault = NULL;

	r->call = NULL;
	ix_enter(ix);
	if (reply->status == STOA_OK) {
		fault =
		    ix_read_logs(ix, reply->result, r->first, r->last, &list);
	}
	if (fault != NULL) {
		evm_nodes_blame(ix->options.nodes, reply->node, fault);
	} else if (reply->status == STOA_CONFLICT) {
		ix_alarm(ix, EVM_INDEXER_DISPUTED,
		    "blocks %" PRIu64 " to %" PRIu64 ": %s", r->first, r->last,
		    reply->about);
	} else if (reply->status == STOA_OK && r->is_agreed) {
		judge_agreed(ix, &list);
	} else if (reply->status == STOA_OK && !is_as_told(r, &list)) {
		r->is_agreed = true;
		ask(ix);
		log_list_free(&list);
		ix_leave(ix);
		return;
	}
	/* A node that cannot be asked now is asked in an hour. */
	log_list_free(&list);
	if (!ix->is_closing) {
		go_on(ix);
	}
	ix_leave(ix);
}

/* As long as the ranges that providers allow, from the node itself, or from two
 * that agree. */
static void
ask(struct evm_indexer *ix)
{
	struct rescan *r = &ix->rescan;
	struct evm_nodes_request request = {
	    .kind = r->is_agreed ? EVM_READ_AGREED : EVM_READ,
	    .method = "eth_getLogs",
	    .only = r->is_agreed ? 0 : UINT32_C(1) << r->node,
	    .timeout_us = EVM_INDEXER_TIMEOUT_US,
	    .answer_size_max = EVM_INDEXER_ANSWER_MAX};
	struct stoa_buf params;
	enum stoa_status status = STOA_NO_MEMORY;

	r->last = r->first + ix->stat.range - 1;
	if (r->last > r->end) {
		r->last = r->end;
	}
	stoa_buf_init(&params, EVM_NODES_PARAMS_MAX);
	ix_range_params(ix, r->first, r->last, &params);
	if (!params.is_overflown) {
		request.params = stoa_buf_str(&params);
		status = evm_nodes_ask(
		    ix->options.nodes, &request, on_logs, ix, &r->call);
	}
	stoa_buf_fini(&params);
	if (status != STOA_OK) {
		r->call = NULL;
		finish(ix);
	}
}

void
rescan_go(struct evm_indexer *ix, int64_t now_us)
{
	struct rescan *r = &ix->rescan;
	struct evm_index_point final = evm_index_final(ix->index);

	if (r->is_active || now_us < r->at_us) {
		return;
	}
	if (final.number < r->since) {
		r->at_us = now_us + ix->options.rescan_us;
		return;
	}
	r->is_active = true;
	r->node = 0;
	r->end = final.number;
	r->is_agreed = false;
	r->first = r->end + 1 > ix->options.rescan_blocks
		       ? r->end + 1 - ix->options.rescan_blocks
		       : 0;
	if (r->first < r->since) {
		r->first = r->since;
	}
	ask(ix);
}
