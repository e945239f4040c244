/* nodes_wire.c - asks one node once, and judges what comes. */
#include "chain/nodes_private.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is made of an answer's texts; its values are read where they lie. */
#define ARENA_FIRST 2048
#define ARENA_MAX   (2 * EVM_INDEXER_ANSWER_MAX)

/* A part of a URL that is as long as this may be a key. */
#define SECRET_LEN_MIN 6u

struct node_try {
	struct evm_nodes *nodes;
	struct node_try *next, *prev;
	unsigned node;
	uint64_t id;
	struct stoa_call *http;
	struct stoa_buf body;
	char method_text[EVM_NODES_METHOD_MAX + 1];
	int64_t started_us;
	int64_t timeout_us;
	node_try_done done; /* NULL: nobody wants to know */
	void *owner;
};

static void
try_free(struct node_try *t)
{
	if (t->prev != NULL) {
		t->prev->next = t->next;
	} else {
		t->nodes->tries = t->next;
	}
	if (t->next != NULL) {
		t->next->prev = t->prev;
	}
	stoa_buf_fini(&t->body);
	free(t);
}

/* ---- texts without secrets ---- */

static void
blot(char *text, size_t len, const char *secret, size_t secret_len)
{
	for (size_t i = 0; i + secret_len <= len; i++) {
		if (memcmp(text + i, secret, secret_len) == 0) {
			memset(text + i, '*', secret_len);
		}
	}
}

/* A node may repeat the URL that it was asked at, and its key with it. */
static void
blot_secrets(const struct node *node, char *text, size_t len)
{
	const char *at = strstr(node->url, "://");

	at = at == NULL ? node->url : at + 3;
	at += strcspn(at, "/?");
	while (*at != '\0') {
		size_t part = strcspn(at, "/?&=");

		if (part >= SECRET_LEN_MIN) {
			blot(text, len, at, part);
		}
		at += part;
		at += strspn(at, "/?&=");
	}
	if (node->authorization != NULL) {
		const char *token = node->authorization + strlen("Bearer ");

		blot(text, len, token, strlen(token));
	}
}

static struct stoa_str
clean_text(
    const struct node *node, struct stoa_str text, struct stoa_arena *arena)
{
	char *copy = stoa_arena_str(arena, text);

	if (copy == NULL) {
		return STOA_STR("");
	}
	blot_secrets(node, copy, text.len);
	return stoa_str_of_bytes(copy, text.len);
}

/* ---- the answer ---- */

static const char *
fault_of_status(const struct stoa_call_answer *http)
{
	if (http->status == STOA_TIMEOUT) {
		return "no answer in time";
	}
	if (http->status == STOA_UNAVAILABLE) {
		return "no connection";
	}
	return http->status == STOA_TOO_LARGE
		   ? "the answer is larger than the limit"
		   : "the connection broke";
}

static void
judge_error(struct try_result *result)
{
	switch (result->answer.kind) {
	case EVM_RPC_RESULT:
		result->kind = TRY_RESULT;
		break;
	case EVM_RPC_REFUSED:
		result->kind = TRY_REFUSED;
		break;
	case EVM_RPC_CANNOT:
		result->kind = TRY_CANNOT;
		break;
	case EVM_RPC_LIMITED:
		result->kind = TRY_LIMITED;
		break;
	}
}

static void
judge(const struct node_try *t, const struct stoa_call_answer *http,
    struct stoa_arena *arena, struct try_result *result)
{
	const struct node *node = &t->nodes->nodes[t->node];
	const char *fault = NULL;

	result->kind = TRY_FAILED;
	result->status = http->status;
	if (http->status != STOA_OK) {
		result->fault = fault_of_status(http);
		if (http->status == STOA_TOO_LARGE) {
			result->kind = TRY_TOO_LARGE;
		}
		return;
	}
	if (http->http == 429 ||
	    (http->http == 503 && evm_rpc_retry_after_us(stoa_call_header(
				      http, "Retry-After")) > 0)) {
		result->kind = TRY_LIMITED;
		result->fault = "asked too often";
		return;
	}
	result->body = http->body;
	result->status =
	    evm_rpc_read(http->body, t->id, arena, &result->answer, &fault);
	if (result->status == STOA_OK &&
	    (http->http == 200 || result->answer.kind != EVM_RPC_RESULT)) {
		result->answer.message =
		    clean_text(node, result->answer.message, arena);
		judge_error(result);
		return;
	}
	result->status = STOA_UNAVAILABLE;
	if (http->http == 413) {
		result->kind = TRY_TOO_LARGE;
		result->fault = "HTTP 413: asked for too much";
	} else if (http->http != 200) {
		result->fault =
		    stoa_arena_printf(arena, "HTTP %u%s", http->http,
			http->http == 401 || http->http == 403
			    ? ": the key is refused"
			    : "");
	} else {
		result->fault = fault;
	}
}

/* A node that had too little time has not failed. */
static bool
is_fair(
    const struct node_try *t, const struct try_result *result, int64_t now_us)
{
	return result->status != STOA_TIMEOUT ||
	       now_us - t->started_us >= EVM_NODES_FAIR_US ||
	       t->timeout_us >= t->nodes->options.try_us;
}

static void
count(struct node_try *t, const struct try_result *result,
    const struct stoa_call_answer *http, int64_t now_us)
{
	struct evm_nodes *nodes = t->nodes;
	struct node_health *h = &nodes->nodes[t->node].health;

	switch (result->kind) {
	case TRY_RESULT:
	case TRY_REFUSED:
	case TRY_TOO_LARGE:
		node_health_succeeded(h, now_us);
		return;
	case TRY_CANNOT:
		node_health_succeeded(h, now_us);
		break;
	case TRY_LIMITED:
		node_health_limited(h,
		    http->status == STOA_OK
			? evm_rpc_retry_after_us(
			      stoa_call_header(http, "Retry-After"))
			: 0,
		    now_us);
		break;
	case TRY_FAILED:
		if (!is_fair(t, result, now_us)) {
			node_health_cancelled(h, now_us);
			return;
		}
		node_health_failed(h, now_us);
		nodes_poll_soon(nodes, t->node, now_us);
		break;
	}
	node_health_set_error(h, "%s: %s", t->method_text, result->fault);
}

static void
on_http(void *owner, const struct stoa_call_answer *http)
{
	struct node_try *t = owner;
	struct evm_nodes *nodes = t->nodes;
	struct try_result result = {.node = t->node, .fault = ""};
	node_try_done done = t->done;
	void *done_owner = t->owner;
	_Alignas(16) char first[ARENA_FIRST];
	struct stoa_arena arena;
	int64_t now_us = nodes_now_us(nodes);

	stoa_arena_init(&arena, first, sizeof(first), ARENA_MAX);
	judge(t, http, &arena, &result);
	if (result.kind == TRY_CANNOT || result.kind == TRY_REFUSED ||
	    (result.kind == TRY_LIMITED && result.answer.code != 0)) {
		result.fault = stoa_arena_printf(&arena, "error %lld: %.*s",
		    (long long)result.answer.code,
		    result.answer.message.len < EVM_NODE_ERROR_SIZE
			? (int)result.answer.message.len
			: EVM_NODE_ERROR_SIZE,
		    result.answer.message.data);
	}
	if (result.fault == NULL) {
		result.fault = "out of memory";
	}
	count(t, &result, http, now_us);
	try_free(t);
	nodes_enter(nodes);
	if (done != NULL) {
		done(done_owner, &result);
	}
	nodes_wake(nodes, now_us);
	nodes_leave(nodes);
	stoa_arena_fini(&arena);
}

void
node_blame(struct evm_nodes *nodes, unsigned node, const char *method,
    const char *what)
{
	struct node_health *h = &nodes->nodes[node].health;
	int64_t now_us = nodes_now_us(nodes);

	node_health_blamed(h, now_us);
	node_health_set_error(h, "%s: %s", method, what);
	nodes_poll_soon(nodes, node, now_us);
	nodes_wake(nodes, now_us);
}

/* ---- asking ---- */

static enum stoa_status
start_http(struct node_try *t, const struct try_request *request)
{
	const struct node *node = &t->nodes->nodes[t->node];
	struct stoa_call_header headers[2] = {{"Accept", "application/json"}};
	struct stoa_call_request http = {
	    .method = "POST",
	    .url = node->url,
	    .headers = headers,
	    .header_count = 1,
	    .content_type = "application/json",
	    .timeout_us = request->timeout_us,
	    .answer_size_max = request->answer_size_max,
	    /* A read, or a transaction that has one nonce. */
	    .is_repeatable = true,
	};

	if (node->authorization != NULL) {
		headers[http.header_count++] = (struct stoa_call_header){
		    "Authorization", node->authorization};
	}
	evm_rpc_write(&t->body, t->id, request->method, request->params);
	if (t->body.is_overflown) {
		return STOA_NO_MEMORY;
	}
	http.body = stoa_buf_str(&t->body);
	return stoa_call_start(t->nodes->caller, &http, on_http, t, &t->http);
}

bool
node_try_start(struct evm_nodes *nodes, const struct try_request *request,
    node_try_done done, void *owner, struct node_try **ret_try)
{
	struct node_health *h = &nodes->nodes[request->node].health;
	int64_t now_us = nodes_now_us(nodes);
	struct node_try *t;

	if (!node_health_pass(h, request->purpose, nodes_best(nodes, now_us),
		nodes->options.lag_max, now_us)) {
		return false;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		node_health_cancelled(h, now_us);
		return false;
	}
	t->nodes = nodes;
	t->node = request->node;
	t->id = ++nodes->last_id;
	t->done = done;
	t->owner = owner;
	t->started_us = now_us;
	t->timeout_us = request->timeout_us;
	(void)snprintf(
	    t->method_text, sizeof(t->method_text), "%s", request->method);
	stoa_buf_init(&t->body, EVM_NODES_PARAMS_MAX + 256);
	t->next = nodes->tries;
	if (t->next != NULL) {
		t->next->prev = t;
	}
	nodes->tries = t;
	if (start_http(t, request) != STOA_OK) {
		node_health_cancelled(h, now_us);
		try_free(t);
		return false;
	}
	*ret_try = t;
	return true;
}

void
node_try_forget(struct node_try *t)
{
	t->done = NULL;
}

void
node_try_cancel(struct node_try *t)
{
	stoa_call_cancel(t->http);
	node_health_cancelled(
	    &t->nodes->nodes[t->node].health, nodes_now_us(t->nodes));
	try_free(t);
}
