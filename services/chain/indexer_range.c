/* indexer_range.c - the logs of many final blocks at once, as many as the
 * providers allow. */
#include "chain/indexer_private.h"

#include <inttypes.h>

#define BLOCK_ANSWER_MAX ((size_t)2 * 1024 * 1024)

/* Quicker than this, and with fewer logs, the next range is twice as long. */
#define QUICK_US ((int64_t)2 * 1000 * 1000)
#define FEW_LOGS 2000u

/* Limits change, and blocks differ: longer ones are tried again after so many.
 */
#define REFUSED_RANGES 100u

void
range_drop(struct evm_indexer *ix)
{
	struct range *r = &ix->range;

	if (r->header_call != NULL) {
		evm_nodes_cancel(r->header_call);
	}
	if (r->logs_call != NULL) {
		evm_nodes_cancel(r->logs_call);
	}
	log_list_free(&r->logs);
	*r = (struct range){.is_active = false};
}

/* Providers refuse in many words what is too much; whatever it was, less may
 * do. The length that was refused is remembered for a while, so that the next
 * ones come close to it and stay below. */
static void
shrink(struct evm_indexer *ix)
{
	uint64_t asked = ix->range.last - ix->range.first + 1;

	if (asked > 1) {
		ix->stat.range = asked / 2;
		ix->range_refused = asked;
		ix->range_refused_left = REFUSED_RANGES;
	}
}

static void
grow(struct evm_indexer *ix)
{
	const struct range *r = &ix->range;
	uint64_t range = ix->stat.range, most = ix->options.range_max;

	if (ix->range_refused_left > 0) {
		ix->range_refused_left--;
		most = range + (ix->range_refused - range) / 2;
		/* Near enough. */
		if (ix->range_refused - range <= range / 8 + 1) {
			most = range;
		}
	}
	if (ix_now_us(ix) - r->started_us < QUICK_US &&
	    r->logs.count < FEW_LOGS) {
		range *= 2;
	}
	if (range > most) {
		range = most;
	}
	ix->stat.range =
	    range < ix->options.range_max ? range : ix->options.range_max;
}

static void
fail(struct evm_indexer *ix, const struct evm_nodes_reply *reply)
{
	uint64_t first = ix->range.first, last = ix->range.last;
	bool is_single = first == last;

	ix_enter(ix);
	/* Who is asked too often, or contradicted, is not asked for less. */
	if (reply->status != STOA_RATE_LIMITED &&
	    reply->status != STOA_CONFLICT) {
		shrink(ix);
	}
	range_drop(ix);
	if ((reply->status == STOA_DENIED || reply->status == STOA_TOO_LARGE) &&
	    !is_single) {
		/* A limit is no fault: the shorter one is asked at once. */
		ix_go(ix);
		ix_leave(ix);
		return;
	}
	ix_failed(ix, "blocks %" PRIu64 " to %" PRIu64 ": %s", first, last,
	    reply->about[0] != '\0' ? reply->about
				    : stoa_status_text(reply->status));
	if (reply->status == STOA_CONFLICT && ix->disputed != first) {
		ix->disputed = first;
		ix_alarm(ix, EVM_INDEXER_DISPUTED,
		    "blocks %" PRIu64 " to %" PRIu64 ": %s", first, last,
		    reply->about);
	}
	ix_go(ix);
	ix_leave(ix);
}

static void
fail_node(struct evm_indexer *ix, unsigned node, const char *what)
{
	uint64_t first = ix->range.first, last = ix->range.last;

	evm_nodes_blame(ix->options.nodes, node, what);
	range_drop(ix);
	ix_failed(ix, "blocks %" PRIu64 " to %" PRIu64 ": %s: %s", first, last,
	    ix_node_name(ix, node), what);
	ix_go(ix);
}

static void
deliver_if_whole(struct evm_indexer *ix)
{
	struct range *r = &ix->range;
	struct log_list logs;
	struct evm_index_point point;

	if (!r->has_point || !r->has_logs) {
		return;
	}
	grow(ix);
	logs = r->logs;
	point = r->point;
	*r = (struct range){.is_active = false};
	ix_succeeded(ix);
	ix_enter(ix);
	(void)evm_index_extend(ix->index, &point, logs.logs, logs.count);
	log_list_free(&logs);
	ix_go(ix);
	ix_leave(ix);
}

static void
on_header(void *owner, const struct evm_nodes_reply *reply)
{
	struct evm_indexer *ix = owner;
	struct range *r = &ix->range;
	struct evm_block block;
	const char *fault = "";
	enum stoa_status status;

	r->header_call = NULL;
	if (reply->status != STOA_OK) {
		fail(ix, reply);
		return;
	}
	status = evm_block_read(reply->result, &block, &fault);
	if (status == STOA_NOT_FOUND) {
		fault = "it lacks a final block";
	} else if (status == STOA_OK && block.number != r->last) {
		fault = "another block than was asked for";
		status = STOA_INVALID;
	}
	if (status != STOA_OK) {
		fail_node(ix, reply->node, fault);
		return;
	}
	r->point = (struct evm_index_point){block.number, block.hash};
	r->has_point = true;
	deliver_if_whole(ix);
}

/* A node that is behind gives what it has and says nothing of the rest. */
static bool
is_behind(const struct evm_indexer *ix, uint32_t nodes, unsigned *ret_node)
{
	for (unsigned i = 0; i < evm_nodes_count(ix->options.nodes); i++) {
		if ((nodes >> i & 1) != 0 &&
		    evm_nodes_stat(ix->options.nodes, i).head <
			ix->range.last) {
			*ret_node = i;
			return true;
		}
	}
	return false;
}

static void
on_logs(void *owner, const struct evm_nodes_reply *reply)
{
	struct evm_indexer *ix = owner;
	struct range *r = &ix->range;
	const char *fault;
	unsigned node = reply->node;

	r->logs_call = NULL;
	if (reply->status != STOA_OK) {
		fail(ix, reply);
		return;
	}
	if (is_behind(ix, reply->nodes, &node)) {
		fail_node(ix, node, "gave logs of blocks that it lacks");
		return;
	}
	fault = ix_read_logs(ix, reply->result, r->first, r->last, &r->logs);
	if (fault != NULL) {
		shrink(ix); /* it may have been too much for us */
		fail_node(ix, node, fault);
		return;
	}
	r->has_logs = true;
	deliver_if_whole(ix);
}

static bool
ask_header(struct evm_indexer *ix)
{
	struct evm_nodes_request request = {.kind = ix->range.kind,
	    .method = "eth_getBlockByNumber",
	    .answer_size_max = BLOCK_ANSWER_MAX};
	struct stoa_buf params;
	enum stoa_status status = STOA_NO_MEMORY;

	stoa_buf_init(&params, 64);
	stoa_buf_printf(&params, "[\"0x%" PRIx64 "\",false]", ix->range.last);
	if (!params.is_overflown) {
		request.params = stoa_buf_str(&params);
		status = evm_nodes_ask(ix->options.nodes, &request, on_header,
		    ix, &ix->range.header_call);
	}
	stoa_buf_fini(&params);
	return status == STOA_OK;
}

static bool
ask_logs(struct evm_indexer *ix)
{
	struct evm_nodes_request request = {.kind = ix->range.kind,
	    .method = "eth_getLogs",
	    .timeout_us = EVM_INDEXER_TIMEOUT_US,
	    .answer_size_max = EVM_INDEXER_ANSWER_MAX};
	struct stoa_buf params;
	enum stoa_status status = STOA_NO_MEMORY;

	stoa_buf_init(&params, EVM_NODES_PARAMS_MAX);
	ix_range_params(ix, ix->range.first, ix->range.last, &params);
	if (!params.is_overflown) {
		request.params = stoa_buf_str(&params);
		status = evm_nodes_ask(ix->options.nodes, &request, on_logs, ix,
		    &ix->range.logs_call);
	}
	stoa_buf_fini(&params);
	return status == STOA_OK;
}

void
range_start(struct evm_indexer *ix, const struct evm_index_point *final)
{
	struct range *r = &ix->range;
	bool is_asked;

	r->is_active = true;
	r->kind = ix->options.is_history_alone ? EVM_READ : ix_kind(ix);
	r->started_us = ix_now_us(ix);
	r->first = evm_index_final(ix->index).number + 1;
	r->last = r->first + ix->stat.range - 1;
	if (r->last >= final->number) {
		r->last = final->number;
		r->point = *final;
		r->has_point = true;
	}
	ix->stat.ranges++;
	is_asked = ask_logs(ix) && (r->has_point || ask_header(ix));
	if (!is_asked) {
		range_drop(ix);
		ix_failed(ix, "too much is asked for already");
	}
}
