/* nodes_call.c - reads: whom to ask next, and when to stop. */
#include "chain/nodes_private.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

/* Hosts and faults of one call. */
#define ABOUT_MAX 1024u

/* When a try could not even begin: memory, or too many under way. */
#define NO_ROOM_US ((int64_t)50 * 1000)

/* A try ends by its own time just before the call does. */
#define DEADLINE_SLACK_US ((int64_t)100 * 1000)

/* ---- ends ---- */

static void
call_unlink(struct evm_nodes_call *call)
{
	struct evm_nodes *nodes = call->nodes;

	if (call->prev != NULL) {
		call->prev->next = call->next;
	} else {
		nodes->calls = call->next;
	}
	if (call->next != NULL) {
		call->next->prev = call->prev;
	}
	nodes->call_count--;
}

static void
call_dispose(struct evm_nodes_call *call)
{
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if (call->kept[i].is_kept) {
			stoa_buf_fini(&call->kept[i].body);
			stoa_arena_fini(&call->kept[i].arena);
		}
	}
	stoa_buf_fini(&call->params);
	stoa_buf_fini(&call->about);
	stoa_buf_fini(&call->result);
	free(call);
}

static void
cancel_tries(struct evm_nodes_call *call)
{
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if ((call->active >> i & 1) == 0) {
			continue;
		}
		if (call->kind == CALL_SEND) {
			/* The more nodes have it the better. */
			node_try_forget(call->tries[i]);
		} else {
			node_try_cancel(call->tries[i]);
		}
	}
	call->active = 0;
}

void
node_call_free(struct evm_nodes_call *call)
{
	cancel_tries(call);
	call_unlink(call);
	call_dispose(call);
}

void
node_call_end(struct evm_nodes_call *call, const struct evm_nodes_reply *reply)
{
	struct evm_nodes_reply full = *reply;

	full.about = call->about.len == 0 ? "" : call->about.data;
	cancel_tries(call);
	call_unlink(call);
	call->done(call->owner, &full);
	call_dispose(call);
}

static void
note_states(struct evm_nodes_call *call)
{
	const struct evm_nodes *nodes = call->nodes;

	for (unsigned i = 0; i < nodes->count; i++) {
		struct evm_nodes_stat stat = evm_nodes_stat(nodes, i);

		if (call->only == 0 || (call->only >> i & 1) != 0) {
			node_call_note(
			    call, i, evm_node_state_name(stat.state));
		}
	}
}

void
node_call_end_status(struct evm_nodes_call *call, enum stoa_status status)
{
	const struct evm_nodes_reply reply = {.status = status};

	if (call->about.len == 0) {
		note_states(call);
	}
	node_call_end(call, &reply);
}

static void
end_answer(struct evm_nodes_call *call, enum try_kind kind,
    const struct evm_rpc_answer *answer, unsigned node, uint32_t nodes)
{
	const struct evm_nodes_reply reply = {
	    .status = kind == TRY_RESULT ? STOA_OK : STOA_DENIED,
	    .result = answer->result,
	    .code = answer->code,
	    .message = answer->message,
	    .data = answer->data,
	    .is_revert = answer->is_revert,
	    .node = node,
	    .nodes = nodes,
	};

	node_call_end(call, &reply);
}

void
node_call_end_kept(struct evm_nodes_call *call, unsigned node, uint32_t nodes)
{
	end_answer(
	    call, call->kept[node].kind, &call->kept[node].answer, node, nodes);
}

void
node_call_note(struct evm_nodes_call *call, unsigned node, const char *fault)
{
	/* When it is full the first faults stand there: good enough. */
	stoa_buf_printf(&call->about, "%s%s: %s",
	    call->about.len == 0 ? "" : "; ", call->nodes->nodes[node].name,
	    fault);
}

/* ---- answers that wait ---- */

bool
node_call_keep(struct evm_nodes_call *call, const struct try_result *result)
{
	struct kept_answer *kept = &call->kept[result->node];

	if (kept->is_kept) {
		stoa_buf_fini(&kept->body);
		stoa_arena_fini(&kept->arena);
	}
	stoa_buf_init(&kept->body, call->answer_size_max + 1);
	stoa_arena_init(&kept->arena, NULL, 0, call->answer_size_max + 4096);
	kept->is_kept = true;
	kept->kind = result->kind;
	kept->answer = result->answer;
	stoa_buf_add_str(&kept->body, result->kind == TRY_RESULT
					  ? result->answer.result.text
					  : result->body);
	if (kept->body.is_overflown) {
		return false;
	}
	if (result->kind == TRY_RESULT) {
		kept->answer.result.text = stoa_buf_str(&kept->body);
		return true;
	}
	kept->answer.message = stoa_str_of_bytes(
	    stoa_arena_str(&kept->arena, result->answer.message),
	    result->answer.message.len);
	kept->answer.data = stoa_str_of_bytes(
	    stoa_arena_dup(&kept->arena, result->answer.data.data,
		result->answer.data.len),
	    result->answer.data.len);
	return !kept->arena.is_overflown;
}

static bool
is_same_answer(const struct kept_answer *a, const struct kept_answer *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	if (a->kind == TRY_RESULT) {
		return evm_rpc_is_same(a->answer.result, b->answer.result);
	}
	/* Nodes give a revert different numbers, and some no data. */
	if (a->answer.is_revert && b->answer.is_revert &&
	    (a->answer.data.len == 0 || b->answer.data.len == 0)) {
		return true;
	}
	return a->answer.is_revert == b->answer.is_revert &&
	       (a->answer.is_revert || a->answer.code == b->answer.code) &&
	       stoa_str_is_equal(a->answer.data, b->answer.data);
}

/* ---- whom to ask ---- */

uint32_t
node_call_nodes(const struct evm_nodes_call *call)
{
	uint32_t all = (UINT32_C(1) << call->nodes->count) - 1, right = 0;

	for (unsigned i = 0; i < call->nodes->count; i++) {
		if (!call->nodes->nodes[i].health.is_wrong) {
			right |= UINT32_C(1) << i;
		}
	}
	return (call->only == 0 ? all : all & call->only) & right;
}

static bool
is_single(uint32_t set)
{
	return set != 0 && (set & (set - 1)) == 0;
}

/* Who asks for one node by name knows where its head is. */
static enum node_purpose
purpose_of(const struct evm_nodes_call *call)
{
	return call->kind == CALL_SEND || is_single(call->only) ? NODE_SEND
								: NODE_READ;
}

bool
node_call_pick(
    const struct evm_nodes_call *call, int64_t now_us, unsigned *ret_node)
{
	const struct evm_nodes *nodes = call->nodes;
	uint32_t set = node_call_nodes(call) & ~call->tried & ~call->active;
	uint64_t best = nodes_best(nodes, now_us);

	for (unsigned i = 0; i < nodes->count; i++) {
		if ((set >> i & 1) != 0 &&
		    node_health_may_pass(&nodes->nodes[i].health,
			purpose_of(call), best, nodes->options.lag_max,
			now_us)) {
			*ret_node = i;
			return true;
		}
	}
	return false;
}

bool
node_call_try(struct evm_nodes_call *call, unsigned node, const char *method,
    struct stoa_str params, node_try_done done)
{
	int64_t now_us = nodes_now_us(call->nodes);
	int64_t left_us = call->deadline_us - now_us;
	struct try_request request = {
	    .node = node,
	    .purpose = purpose_of(call),
	    .method = method,
	    .params = params,
	    .timeout_us = left_us < call->try_us ? left_us : call->try_us,
	    .answer_size_max = call->answer_size_max,
	};

	if (left_us <= 0 || !node_try_start(call->nodes, &request, done, call,
				&call->tries[node])) {
		call->pause_until_us = now_us + NO_ROOM_US;
		return false;
	}
	call->tried |= UINT32_C(1) << node;
	call->active |= UINT32_C(1) << node;
	return true;
}

bool
node_call_may_retry(struct evm_nodes_call *call, int64_t now_us)
{
	unsigned next;

	call->failures++;
	if (call->failures >= EVM_NODES_FAILURES_MAX ||
	    !stoa_retry_budget_take(&call->nodes->retries)) {
		return false;
	}
	if (!node_call_pick(call, now_us, &next)) {
		/* Everybody had a turn. */
		call->rounds++;
		call->tried = call->cannot;
		call->pause_until_us =
		    now_us + stoa_backoff_us(call->rounds, EVM_NODES_PAUSE_US,
				 EVM_NODES_PAUSE_US_MAX,
				 stoa_rng_next(&call->nodes->rng));
	}
	return true;
}

/* ---- one node ---- */

static void
on_read(void *owner, const struct try_result *result)
{
	struct evm_nodes_call *call = owner;
	int64_t now_us = nodes_now_us(call->nodes);
	uint32_t bit = UINT32_C(1) << result->node;

	call->active &= ~bit;
	switch (result->kind) {
	case TRY_RESULT:
	case TRY_REFUSED:
		end_answer(
		    call, result->kind, &result->answer, result->node, bit);
		return;
	case TRY_TOO_LARGE:
		node_call_note(call, result->node, result->fault);
		node_call_end_status(call, STOA_TOO_LARGE);
		return;
	case TRY_CANNOT:
		node_call_note(call, result->node, result->fault);
		call->cannot |= bit;
		if (!node_call_keep(call, result)) {
			node_call_end_status(call, STOA_NO_MEMORY);
			return;
		}
		break;
	case TRY_LIMITED:
		node_call_note(call, result->node, result->fault);
		call->last = STOA_RATE_LIMITED;
		/* It may be asked again when it says. */
		call->tried &= ~bit;
		break;
	case TRY_FAILED:
		node_call_note(call, result->node, result->fault);
		call->last = result->status == STOA_TIMEOUT ? STOA_TIMEOUT
							    : STOA_UNAVAILABLE;
		if (!node_call_may_retry(call, now_us)) {
			node_call_end_status(call, call->last);
			return;
		}
		break;
	}
	node_call_go(call, now_us);
}

static void
read_go(struct evm_nodes_call *call, int64_t now_us)
{
	unsigned node;

	if (call->active != 0) {
		return;
	}
	if (node_call_pick(call, now_us, &node)) {
		(void)node_call_try(call, node, call->method,
		    stoa_buf_str(&call->params), on_read);
		return;
	}
	for (node = 0; node < call->nodes->count; node++) {
		if ((call->cannot >> node & 1) != 0) {
			/* Nobody else can be asked now. */
			node_call_end_kept(call, node, call->cannot);
			return;
		}
	}
}

/* ---- two that agree ---- */

static unsigned
count_bits(uint32_t set)
{
	unsigned count = 0;

	for (; set != 0; set &= set - 1) {
		count++;
	}
	return count;
}

static uint32_t
kept_nodes(const struct evm_nodes_call *call)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if (call->kept[i].is_kept) {
			set |= UINT32_C(1) << i;
		}
	}
	return set;
}

/* How many must say it: two, unless there is but one. */
static unsigned
wanted(const struct evm_nodes_call *call)
{
	uint32_t all = (UINT32_C(1) << call->nodes->count) - 1;

	return count_bits(call->only == 0 ? all : all & call->only) > 1 ? 2 : 1;
}

/* After the call has ended: whoever hears of it may do anything. */
static void
blame_all(struct evm_nodes *nodes, uint32_t set, const char *method)
{
	for (unsigned i = 0; i < EVM_NODES_MAX && !nodes->is_closing; i++) {
		if ((set >> i & 1) != 0) {
			node_blame(nodes, i, method,
			    "another answer than two others gave");
			nodes_alert(nodes, EVM_NODES_DISAGREED,
			    "%s: %s gave another answer than two others",
			    method, nodes->nodes[i].name);
		}
	}
}

/* True when the call is over. */
static bool
end_if_agreed(struct evm_nodes_call *call)
{
	struct evm_nodes *nodes = call->nodes;
	char method[EVM_NODES_METHOD_MAX + 1];
	unsigned want = wanted(call);
	uint32_t all = kept_nodes(call);

	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		uint32_t set = UINT32_C(1) << i;

		if (!call->kept[i].is_kept) {
			continue;
		}
		for (unsigned j = i + 1; j < EVM_NODES_MAX; j++) {
			if (call->kept[j].is_kept &&
			    is_same_answer(&call->kept[i], &call->kept[j])) {
				set |= UINT32_C(1) << j;
			}
		}
		if (count_bits(set) >= want) {
			memcpy(method, call->method, sizeof(method));
			node_call_end_kept(call, i, set);
			blame_all(nodes, all & ~set, method);
			return true;
		}
	}
	return false;
}

/* Of two headers of one block the one that hashes to its hash is right, if the
 * other does not. True when that has settled it: the others are blamed. */
static bool
drop_unproven(struct evm_nodes_call *call)
{
	uint32_t proven = 0, kept = kept_nodes(call);
	struct evm_block block;
	const char *fault;

	if (strncmp(call->method, "eth_getBlockBy", 14) != 0) {
		return false;
	}
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if ((kept >> i & 1) != 0 && call->kept[i].kind == TRY_RESULT &&
		    evm_block_read(call->kept[i].answer.result, &block,
			&fault) == STOA_OK &&
		    block.is_proven) {
			proven |= UINT32_C(1) << i;
		}
	}
	if (proven == 0 || proven == kept) {
		return false;
	}
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if ((kept & ~proven) >> i & 1) {
			node_blame(call->nodes, i, call->method,
			    "a block whose hash is not that of its header");
			node_call_note(call, i,
			    "a block whose hash is not that of its header");
			stoa_buf_fini(&call->kept[i].body);
			stoa_arena_fini(&call->kept[i].arena);
			call->kept[i].is_kept = false;
		}
	}
	return true;
}

static void
end_conflict(struct evm_nodes_call *call)
{
	struct evm_nodes *nodes = call->nodes;
	uint32_t set = kept_nodes(call);
	const char *between = "";
	char text[ABOUT_MAX];

	stoa_buf_clear(&call->about);
	stoa_buf_printf(&call->about, "%s: ", call->method);
	for (unsigned i = 0; i < EVM_NODES_MAX; i++) {
		if ((set >> i & 1) != 0) {
			stoa_buf_printf(&call->about, "%s%s", between,
			    nodes->nodes[i].name);
			between = " and ";
		}
	}
	stoa_buf_add_text(&call->about, " gave different answers");
	(void)snprintf(text, sizeof(text), "%s", call->about.data);
	node_call_end_status(call, STOA_CONFLICT);
	nodes_alert(nodes, EVM_NODES_DISAGREED, "%s", text);
}

static void
on_agreed(void *owner, const struct try_result *result)
{
	struct evm_nodes_call *call = owner;
	int64_t now_us = nodes_now_us(call->nodes);
	uint32_t bit = UINT32_C(1) << result->node;

	call->active &= ~bit;
	switch (result->kind) {
	case TRY_RESULT:
	case TRY_REFUSED:
		if (!node_call_keep(call, result)) {
			node_call_end_status(call, STOA_NO_MEMORY);
			return;
		}
		call->cannot |= bit; /* is not asked again */
		if (end_if_agreed(call)) {
			return;
		}
		break;
	case TRY_TOO_LARGE:
		node_call_note(call, result->node, result->fault);
		node_call_end_status(call, STOA_TOO_LARGE);
		return;
	case TRY_CANNOT:
		node_call_note(call, result->node, result->fault);
		call->cannot |= bit;
		call->last = STOA_UNAVAILABLE;
		break;
	case TRY_LIMITED:
		node_call_note(call, result->node, result->fault);
		call->last = STOA_RATE_LIMITED;
		call->tried &= ~bit;
		break;
	case TRY_FAILED:
		node_call_note(call, result->node, result->fault);
		call->last = result->status == STOA_TIMEOUT ? STOA_TIMEOUT
							    : STOA_UNAVAILABLE;
		if (!node_call_may_retry(call, now_us)) {
			node_call_end_status(call, call->last);
			return;
		}
		break;
	}
	node_call_go(call, now_us);
}

void
node_agreed_go(struct evm_nodes_call *call, int64_t now_us)
{
	unsigned want = wanted(call), node;
	unsigned kept = count_bits(kept_nodes(call));

	/* Those who differ need a third. */
	want = kept >= want ? kept + 1 : want;
	while (kept + count_bits(call->active) < want) {
		if (!node_call_pick(call, now_us, &node)) {
			break;
		}
		if (!node_call_try(call, node, call->method,
			stoa_buf_str(&call->params), on_agreed)) {
			return;
		}
	}
	if (call->active != 0) {
		return;
	}
	if (kept >= 2 && !drop_unproven(call)) {
		end_conflict(call);
	} else if ((node_call_nodes(call) & ~call->cannot) == 0) {
		node_call_end_status(call, STOA_UNAVAILABLE);
	}
}

/* ---- all of them ---- */

static enum stoa_status
status_at_deadline(const struct evm_nodes_call *call)
{
	if (call->active != 0) {
		return STOA_TIMEOUT;
	}
	return call->last != STOA_OK ? call->last : STOA_UNAVAILABLE;
}

void
node_call_go(struct evm_nodes_call *call, int64_t now_us)
{
	if (now_us >= call->deadline_us + DEADLINE_SLACK_US ||
	    (now_us >= call->deadline_us && call->active == 0 &&
		call->took == 0)) {
		if (call->took == 0) {
			node_call_end_status(call, status_at_deadline(call));
			return;
		}
		call->linger_until_us = now_us;
	}
	if (now_us < call->pause_until_us) {
		return;
	}
	if (node_call_nodes(call) == 0) {
		node_call_end_status(call, STOA_UNAVAILABLE);
		return;
	}
	switch (call->kind) {
	case CALL_READ:
		read_go(call, now_us);
		break;
	case CALL_AGREED:
		node_agreed_go(call, now_us);
		break;
	case CALL_SEND:
		node_send_go(call, now_us);
		break;
	}
}

int64_t
node_call_wake_us(const struct evm_nodes_call *call)
{
	int64_t at_us = call->active == 0
			    ? call->deadline_us
			    : call->deadline_us + DEADLINE_SLACK_US;

	if (call->took != 0 && call->linger_until_us < at_us) {
		at_us = call->linger_until_us;
	}
	if (call->pause_until_us > nodes_now_us(call->nodes) &&
	    call->pause_until_us < at_us) {
		at_us = call->pause_until_us;
	}
	return at_us;
}

static struct evm_nodes_call *
call_new(struct evm_nodes *nodes, enum call_kind kind, evm_nodes_done done,
    void *owner)
{
	struct evm_nodes_call *call = calloc(1, sizeof(*call));

	if (call == NULL) {
		return NULL;
	}
	call->nodes = nodes;
	call->kind = kind;
	call->done = done;
	call->owner = owner;
	stoa_buf_init(&call->params, EVM_NODES_PARAMS_MAX);
	stoa_buf_init(&call->about, ABOUT_MAX);
	stoa_buf_init(&call->result, 128);
	return call;
}

static void
call_begin(struct evm_nodes_call *call, int64_t timeout_us, size_t size_max)
{
	struct evm_nodes *nodes = call->nodes;
	int64_t now_us = nodes_now_us(nodes);
	int64_t usual_us = nodes->options.timeout_us;

	if (timeout_us == 0) {
		timeout_us = usual_us;
	}
	call->deadline_us = now_us + timeout_us;
	/* More time for all is more time for each. */
	call->try_us = timeout_us <= usual_us
			   ? nodes->options.try_us
			   : timeout_us / (usual_us / nodes->options.try_us);
	call->answer_size_max = size_max == 0 ? EVM_NODES_ANSWER_MAX : size_max;
	call->next = nodes->calls;
	if (call->next != NULL) {
		call->next->prev = call;
	}
	nodes->calls = call;
	nodes->call_count++;
	stoa_retry_budget_request(&nodes->retries);
	nodes_wake(nodes, now_us);
}

enum stoa_status
evm_nodes_ask(struct evm_nodes *nodes, const struct evm_nodes_request *request,
    evm_nodes_done done, void *owner, struct evm_nodes_call **ret_call)
{
	struct evm_nodes_call *call;

	stoa_assert(!nodes->is_closing);
	stoa_assert(strlen(request->method) <= EVM_NODES_METHOD_MAX);
	if (request->params.len > EVM_NODES_PARAMS_MAX) {
		return STOA_TOO_LARGE;
	}
	if (nodes->call_count >= EVM_NODES_CALLS_MAX) {
		return STOA_BUSY;
	}
	call = call_new(nodes,
	    request->kind == EVM_READ ? CALL_READ : CALL_AGREED, done, owner);
	if (call == NULL) {
		return STOA_NO_MEMORY;
	}
	(void)snprintf(
	    call->method, sizeof(call->method), "%s", request->method);
	stoa_buf_add_str(&call->params, request->params);
	if (call->params.is_overflown) {
		call_dispose(call);
		return STOA_NO_MEMORY;
	}
	call->only = request->only;
	call_begin(call, request->timeout_us, request->answer_size_max);
	if (ret_call != NULL) {
		*ret_call = call;
	}
	return STOA_OK;
}

void
evm_nodes_cancel(struct evm_nodes_call *call)
{
	node_call_free(call);
}
