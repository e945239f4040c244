/* indexer_fetch.c - one block: its header, then its logs from the same node by
 * its hash, then a second opinion if the header makes one doubt them. */
#include "chain/indexer_private.h"

#include "base/encode.h"

#include <inttypes.h>
#include <string.h>

#define BLOCK_ANSWER_MAX ((size_t)2 * 1024 * 1024)

/* One block's logs: at most what one with a full block of them has. */
#define LOGS_ANSWER_MAX ((size_t)16 * 1024 * 1024)

/* The other node is well, or is not asked. */
#define DOUBT_TIMEOUT_US ((int64_t)5 * 1000 * 1000)

static void
end(struct fetch *f, enum fetch_state state)
{
	f->state = state;
	ix_go(f->ix);
}

static void
fail(struct fetch *f, const struct evm_nodes_reply *reply)
{
	f->state = FETCH_FAILED;
	ix_failed(f->ix, "block %" PRIu64 ": %s", f->want.number,
	    reply->about[0] != '\0' ? reply->about
				    : stoa_status_text(reply->status));
	ix_go(f->ix);
}

/* The node gave what cannot be. */
static void
fail_node(struct fetch *f, unsigned node, const char *what)
{
	struct evm_indexer *ix = f->ix;

	f->state = FETCH_FAILED;
	evm_nodes_blame(ix->options.nodes, node, what);
	ix_failed(ix, "block %" PRIu64 ": %s: %s", f->want.number,
	    ix_node_name(ix, node), what);
	ix_go(ix);
}

/* ---- logs ---- */

static const char *
read_logs(const struct fetch *f, struct stoa_json json, struct log_list *list)
{
	const char *fault =
	    ix_read_logs(f->ix, json, f->block.number, f->block.number, list);

	for (size_t i = 0; fault == NULL && i < list->count; i++) {
		if (memcmp(list->logs[i].block_hash.bytes, f->block.hash.bytes,
			STOA_HASH_SIZE) != 0) {
			fault = "a log of another block than was asked for";
		}
	}
	if (fault != NULL) {
		log_list_free(list);
	}
	return fault;
}

static bool
ask_logs(
    struct fetch *f, uint32_t only, int64_t timeout_us, evm_nodes_done done)
{
	struct evm_nodes_request request = {.kind = EVM_READ,
	    .method = "eth_getLogs",
	    .only = only,
	    .timeout_us = timeout_us,
	    .answer_size_max = LOGS_ANSWER_MAX};
	struct stoa_buf params;
	enum stoa_status status = STOA_NO_MEMORY;

	stoa_buf_init(&params, EVM_NODES_PARAMS_MAX);
	stoa_buf_add_text(&params, "[{\"blockHash\":\"0x");
	stoa_hex_encode(&params, stoa_hash_str(&f->block.hash));
	stoa_buf_add_text(&params, "\",");
	stoa_buf_add_str(&params, stoa_buf_str(&f->ix->filter_text));
	stoa_buf_add_text(&params, "}]");
	if (!params.is_overflown) {
		request.params = stoa_buf_str(&params);
		status = evm_nodes_ask(
		    f->ix->options.nodes, &request, done, f, &f->call);
	}
	stoa_buf_fini(&params);
	return status == STOA_OK;
}

/* ---- a second opinion ---- */

static void
untrue(struct fetch *f, unsigned node)
{
	struct evm_indexer *ix = f->ix;

	ix->stat.untrue++;
	evm_nodes_blame(ix->options.nodes, node,
	    "gave other logs than the block's header says");
	ix_alarm(ix, EVM_INDEXER_UNTRUE,
	    "%s gave other logs of block %" PRIu64 " than its header says",
	    ix_node_name(ix, node), f->block.number);
}

static void
dispute(struct fetch *f)
{
	struct evm_indexer *ix = f->ix;

	f->state = FETCH_FAILED;
	ix_failed(ix, "block %" PRIu64 ": %s and %s give different logs",
	    f->block.number, ix_node_name(ix, f->node),
	    ix_node_name(ix, f->doubter));
	if (ix->disputed != f->block.number) {
		ix->disputed = f->block.number;
		ix_alarm(ix, EVM_INDEXER_DISPUTED,
		    "%s and %s give different logs of block %" PRIu64,
		    ix_node_name(ix, f->node), ix_node_name(ix, f->doubter),
		    f->block.number);
	}
	ix_go(ix);
}

static void
take_others(struct fetch *f)
{
	struct log_list first = f->logs;

	f->logs = f->others;
	f->others = first;
}

/* Nobody else can be asked: the block is taken. */
static void
unsure(struct fetch *f)
{
	ix_unsure(f->ix);
	end(f, FETCH_READY);
}

static void
on_doubt(void *owner, const struct evm_nodes_reply *reply)
{
	struct fetch *f = owner;
	const char *fault;

	f->call = NULL;
	f->doubter = reply->node;
	if (reply->status != STOA_OK) {
		/* It may not know the block yet. */
		unsure(f);
		return;
	}
	fault = read_logs(f, reply->result, &f->others);
	if (fault != NULL) {
		fail_node(f, reply->node, fault);
		return;
	}
	ix_enter(f->ix);
	switch (evm_logs_compare(&f->block, f->logs.logs, f->logs.count,
	    f->others.logs, f->others.count)) {
	case EVM_LOGS_SAME:
		end(f, FETCH_READY);
		break;
	case EVM_LOGS_FIRST:
		f->state = FETCH_READY;
		untrue(f, f->doubter);
		ix_go(f->ix);
		break;
	case EVM_LOGS_SECOND:
		take_others(f);
		f->state = FETCH_READY;
		untrue(f, f->node);
		ix_go(f->ix);
		break;
	case EVM_LOGS_UNCLEAR:
		dispute(f);
		break;
	}
	ix_leave(f->ix);
}

static uint32_t
other_nodes(const struct evm_indexer *ix, unsigned node)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < evm_nodes_count(ix->options.nodes); i++) {
		if (i != node && evm_nodes_stat(ix->options.nodes, i).state ==
				     EVM_NODE_WELL) {
			set |= UINT32_C(1) << i;
		}
	}
	return set;
}

static void
on_logs(void *owner, const struct evm_nodes_reply *reply)
{
	struct fetch *f = owner;
	struct evm_indexer *ix = f->ix;
	const char *fault;
	uint32_t others;

	f->call = NULL;
	if (reply->status != STOA_OK) {
		fail(f, reply);
		return;
	}
	fault = read_logs(f, reply->result, &f->logs);
	if (fault != NULL) {
		fail_node(f, reply->node, fault);
		return;
	}
	/* What will be told two must have said; such blocks are few. */
	if (evm_nodes_count(ix->options.nodes) == 1 ||
	    (f->logs.count == 0 &&
		!evm_filter_is_doubtful(&ix->filter, &f->block, NULL, 0))) {
		end(f, FETCH_READY);
		return;
	}
	ix->stat.doubted++;
	others = other_nodes(ix, f->node);
	f->state = FETCH_DOUBT;
	if (others == 0 || !ask_logs(f, others, DOUBT_TIMEOUT_US, on_doubt)) {
		unsure(f);
	}
}

/* ---- the header ---- */

static void
on_header(void *owner, const struct evm_nodes_reply *reply)
{
	struct fetch *f = owner;
	const char *fault = "";
	enum stoa_status status;

	f->call = NULL;
	if (reply->status != STOA_OK) {
		fail(f, reply);
		return;
	}
	f->node = reply->node;
	status = evm_block_read(reply->result, &f->block, &fault);
	if (status == STOA_NOT_FOUND) {
		end(f, FETCH_ABSENT);
		return;
	}
	if (status == STOA_OK && f->block.number != f->want.number) {
		fault = "another block than was asked for";
		status = STOA_INVALID;
	}
	if (status == STOA_OK && f->is_by_hash &&
	    memcmp(f->block.hash.bytes, f->want.hash.bytes, STOA_HASH_SIZE) !=
		0) {
		fault = "another block than was asked for";
		status = STOA_INVALID;
	}
	if (status == STOA_OK && !f->block.is_proven &&
	    evm_nodes_has_proof(f->ix->options.nodes)) {
		fault = "a block whose hash is not that of its header";
		status = STOA_INVALID;
	}
	if (status != STOA_OK) {
		fail_node(f, reply->node, fault);
		return;
	}
	f->state = FETCH_LOGS;
	if (!ask_logs(f, UINT32_C(1) << f->node, 0, on_logs)) {
		f->state = FETCH_FAILED;
		ix_failed(f->ix, "too much is asked for already");
		ix_go(f->ix);
	}
}

void
fetch_start(struct evm_indexer *ix, struct fetch *f,
    const struct evm_index_point *want, bool is_by_hash)
{
	struct evm_nodes_request request = {
	    .kind = EVM_READ, .answer_size_max = BLOCK_ANSWER_MAX};
	struct stoa_buf params;

	stoa_assert(f->state == FETCH_FREE);
	f->ix = ix;
	f->is_by_hash = is_by_hash;
	f->want = *want;
	f->state = FETCH_HEADER;
	stoa_buf_init(&params, 256);
	if (is_by_hash) {
		request.method = "eth_getBlockByHash";
		stoa_buf_add_text(&params, "[\"0x");
		stoa_hex_encode(&params, stoa_hash_str(&want->hash));
		stoa_buf_add_text(&params, "\",false]");
	} else {
		request.method = "eth_getBlockByNumber";
		stoa_buf_printf(
		    &params, "[\"0x%" PRIx64 "\",false]", want->number);
	}
	request.params = stoa_buf_str(&params);
	if (params.is_overflown || evm_nodes_ask(ix->options.nodes, &request,
				       on_header, f, &f->call) != STOA_OK) {
		f->call = NULL;
		f->state = FETCH_FAILED;
		ix_failed(ix, "too much is asked for already");
	}
	stoa_buf_fini(&params);
}

void
fetch_drop(struct fetch *f)
{
	if (f->call != NULL) {
		evm_nodes_cancel(f->call);
		f->call = NULL;
	}
	log_list_free(&f->logs);
	log_list_free(&f->others);
	f->state = FETCH_FREE;
}
