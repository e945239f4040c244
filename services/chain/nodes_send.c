/* nodes_send.c - a signed transaction, to all nodes. */
#include "chain/nodes_private.h"

#include "base/check.h"
#include "base/encode.h"
#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

#include <strings.h>

#define SEND   "eth_sendRawTransaction"
#define LOOKUP "eth_getTransactionByHash"

static void on_looked(void *owner, const struct try_result *result);

static void
took(struct evm_nodes_call *call, unsigned node, int64_t now_us)
{
	if (call->took == 0) {
		call->linger_until_us = now_us + EVM_NODES_LINGER_US;
	}
	call->took |= UINT32_C(1) << node;
	call->cannot |= UINT32_C(1) << node; /* is not asked again */
}

/* It said no, for good. */
static void
refused(struct evm_nodes_call *call, const struct try_result *result)
{
	node_call_note(call, result->node, result->fault);
	call->cannot |= UINT32_C(1) << result->node;
	(void)node_call_keep(call, result);
}

/* The nonce is used: by this transaction, or by another? */
static void
look_up(struct evm_nodes_call *call, const struct try_result *result)
{
	struct stoa_buf params;

	refused(call, result);
	stoa_buf_init(&params, 128);
	stoa_buf_printf(&params, "[%s]", call->result.data);
	if (!params.is_overflown && node_call_try(call, result->node, LOOKUP,
					stoa_buf_str(&params), on_looked)) {
		call->looking |= UINT32_C(1) << result->node;
	}
	stoa_buf_fini(&params);
}

static void
failed(struct evm_nodes_call *call, const struct try_result *result,
    int64_t now_us)
{
	node_call_note(call, result->node, result->fault);
	call->last = result->kind == TRY_LIMITED      ? STOA_RATE_LIMITED
		     : result->status == STOA_TIMEOUT ? STOA_TIMEOUT
						      : STOA_UNAVAILABLE;
	if (result->kind == TRY_LIMITED) {
		call->tried &= ~(UINT32_C(1) << result->node);
	} else if (!node_call_may_retry(call, now_us)) {
		call->is_spent = true; /* what is under way may end */
	}
}

static void
on_looked(void *owner, const struct try_result *result)
{
	struct evm_nodes_call *call = owner;
	uint32_t bit = UINT32_C(1) << result->node;
	int64_t now_us = nodes_now_us(call->nodes);

	call->active &= ~bit;
	call->looking &= ~bit;
	if (result->kind == TRY_RESULT &&
	    stoa_json_type(result->answer.result) == STOA_JSON_OBJECT) {
		took(call, result->node, now_us);
	}
	node_call_go(call, now_us);
}

/* An error's words tell what has become of the transaction. */
static void
said_no(struct evm_nodes_call *call, const struct try_result *result,
    int64_t now_us)
{
	if (evm_rpc_is_known(result->answer.message)) {
		took(call, result->node, now_us);
	} else if (evm_rpc_is_nonce_used(result->answer.message)) {
		look_up(call, result);
	} else {
		refused(call, result);
	}
}

static void
said_hash(struct evm_nodes_call *call, const struct try_result *result,
    int64_t now_us)
{
	struct stoa_str said = result->answer.result.text;
	struct stoa_str hash = stoa_buf_str(&call->result);
	struct try_result wrong = *result;

	if (said.len == hash.len &&
	    strncasecmp(said.data, hash.data, said.len) == 0) {
		took(call, result->node, now_us);
		return;
	}
	wrong.kind = TRY_FAILED;
	wrong.status = STOA_UNAVAILABLE;
	wrong.fault = "another hash than the transaction's";
	node_blame(call->nodes, result->node, SEND, wrong.fault);
	failed(call, &wrong, now_us);
}

static void
on_sent(void *owner, const struct try_result *result)
{
	struct evm_nodes_call *call = owner;
	int64_t now_us = nodes_now_us(call->nodes);

	call->active &= ~(UINT32_C(1) << result->node);
	switch (result->kind) {
	case TRY_RESULT:
		said_hash(call, result, now_us);
		break;
	case TRY_REFUSED:
	case TRY_CANNOT:
		said_no(call, result, now_us);
		break;
	case TRY_LIMITED:
	case TRY_FAILED:
	case TRY_TOO_LARGE:
		failed(call, result, now_us);
		break;
	}
	node_call_go(call, now_us);
}

static void
end_took(struct evm_nodes_call *call)
{
	struct evm_nodes_reply reply = {
	    .status = STOA_OK,
	    .result = {stoa_buf_str(&call->result)},
	    .nodes = call->took,
	};

	while ((reply.nodes >> reply.node & 1) == 0) {
		reply.node++;
	}
	node_call_end(call, &reply);
}

/* Nobody has it, and some said why. */
static void
end_refused(struct evm_nodes_call *call)
{
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if (call->kept[i].is_kept) {
			node_call_end_kept(call, i, UINT32_C(1) << i);
			return;
		}
	}
	node_call_end_status(call, STOA_UNAVAILABLE);
}

void
node_send_go(struct evm_nodes_call *call, int64_t now_us)
{
	unsigned node;

	if (call->took != 0 &&
	    (call->active == 0 || now_us >= call->linger_until_us)) {
		end_took(call);
		return;
	}
	while (call->took == 0 && !call->is_spent &&
	       node_call_pick(call, now_us, &node)) {
		if (!node_call_try(call, node, SEND,
			stoa_buf_str(&call->params), on_sent)) {
			return;
		}
	}
	/* A node that is ill now may be well before the deadline; if others
	 * have said no it is not waited for. */
	if (call->active == 0 && call->cannot != 0) {
		end_refused(call);
	} else if (call->active == 0 && call->is_spent) {
		node_call_end_status(call, call->last);
	}
}

enum stoa_status
evm_nodes_send(struct evm_nodes *nodes, struct stoa_str raw,
    evm_nodes_done done, void *owner, struct evm_nodes_call **ret_call)
{
	struct evm_nodes_request request = {.method = SEND};
	struct evm_nodes_call *call = NULL;
	struct stoa_hash hash = evm_keccak256(raw);
	struct stoa_buf params;
	enum stoa_status status = STOA_TOO_LARGE;

	stoa_buf_init(&params, EVM_NODES_PARAMS_MAX);
	if (raw.len <= EVM_TX_SIZE_MAX) {
		stoa_buf_add_text(&params, "[\"0x");
		stoa_hex_encode(&params, raw);
		stoa_buf_add_text(&params, "\"]");
		request.params = stoa_buf_str(&params);
		status = params.is_overflown ? STOA_NO_MEMORY
					     : evm_nodes_ask(nodes, &request,
						   done, owner, &call);
	}
	stoa_buf_fini(&params);
	if (status != STOA_OK) {
		return status;
	}
	call->kind = CALL_SEND;
	stoa_buf_add_text(&call->result, "\"0x");
	stoa_hex_encode(&call->result, stoa_hash_str(&hash));
	stoa_buf_add_text(&call->result, "\"");
	if (call->result.is_overflown) {
		node_call_free(call);
		return STOA_NO_MEMORY;
	}
	if (ret_call != NULL) {
		*ret_call = call;
	}
	return STOA_OK;
}
