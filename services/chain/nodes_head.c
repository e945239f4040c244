/* nodes_head.c - polls: which chain each node is of, where its head is and
 * what it calls final; and what that makes of all of them together. */
#include "chain/nodes_private.h"

#include "base/check.h"
#include "chain/evm_u256.h"

#include <inttypes.h>
#include <stdio.h>

/* A header with the hashes of all its transactions: Polygon's blocks have
 * thousands at most. */
#define BLOCK_ANSWER_MAX ((size_t)2 * 1024 * 1024)

static void poll_go(struct evm_nodes *nodes, unsigned i, int64_t now_us);

/* ---- what the nodes say together ---- */

uint64_t
nodes_best(const struct evm_nodes *nodes, int64_t now_us)
{
	int64_t fresh_us =
	    now_us - EVM_NODES_FRESH_POLLS * nodes->options.poll_us;
	uint64_t best = 0;

	for (unsigned i = 0; i < nodes->count; i++) {
		const struct node_health *h = &nodes->nodes[i].health;

		if (h->has_head && !h->is_wrong && h->head_us >= fresh_us &&
		    h->head > best) {
			best = h->head;
		}
	}
	return best;
}

/* Nodes that may be read from, the breaker's state apart. */
static uint32_t
usable_nodes(const struct evm_nodes *nodes, int64_t now_us)
{
	uint64_t best = nodes_best(nodes, now_us);
	uint32_t set = 0;

	for (unsigned i = 0; i < nodes->count; i++) {
		enum evm_node_state state =
		    node_health_state(&nodes->nodes[i].health, best,
			nodes->options.lag_max, now_us);

		if (state == EVM_NODE_WELL || state == EVM_NODE_LIMITED) {
			set |= UINT32_C(1) << i;
		}
	}
	return set;
}

/* The head is that of the node that reads go to, so that who reads finds what
 * he was told of: the first that is well and has spoken lately. */
static bool
pick_head(const struct evm_nodes *nodes, uint32_t usable, int64_t now_us,
    unsigned *ret_node)
{
	int64_t lately_us =
	    now_us - EVM_NODES_RECENT_POLLS * nodes->options.poll_us;

	for (unsigned i = 0; i < nodes->count; i++) {
		const struct node_health *h = &nodes->nodes[i].health;

		if ((usable >> i & 1) != 0 && h->head_us >= lately_us) {
			*ret_node = i;
			return true;
		}
	}
	for (unsigned i = 0; i < nodes->count; i++) {
		if ((usable >> i & 1) != 0) {
			*ret_node = i;
			return true;
		}
	}
	return false;
}

static bool
take_head(struct evm_nodes *nodes, uint32_t usable, int64_t now_us)
{
	const struct evm_block *latest;
	struct evm_nodes_head *head = &nodes->head;
	unsigned node;

	if (!pick_head(nodes, usable, now_us, &node)) {
		return false;
	}
	latest = &nodes->nodes[node].poll.latest;
	if (nodes->has_head && head->number == latest->number &&
	    stoa_hash_is_equal(&head->hash, &latest->hash)) {
		return false;
	}
	nodes->has_head = true;
	head->number = latest->number;
	head->hash = latest->hash;
	head->time_s = latest->time_s;
	head->base_fee_wei = latest->base_fee_wei;
	return true;
}

static void
on_guess(void *owner, const struct evm_nodes_reply *reply)
{
	struct evm_nodes *nodes = owner;
	struct evm_block block;
	const char *fault;
	bool is_first = false;

	nodes->guess = NULL;
	if (reply->status != STOA_OK ||
	    evm_block_read(reply->result, &block, &fault) != STOA_OK ||
	    block.number != nodes->guess_number) {
		return; /* the next poll asks again */
	}
	if (!nodes_final_guess(
		&nodes->final, &block, nodes_now_us(nodes), &is_first)) {
		return;
	}
	if (is_first) {
		nodes_alert(nodes, EVM_NODES_FINALITY_GUESSED,
		    "the nodes do not say what is final: blocks with %" PRIu64
		    " confirmations count",
		    nodes->options.confirmations);
	}
	nodes_head_update(nodes, nodes_now_us(nodes));
}

/* Asks for the block that has enough confirmations. Two nodes must have it. */
static void
guess(struct evm_nodes *nodes)
{
	struct evm_nodes_request request = {.kind = EVM_READ_AGREED,
	    .method = "eth_getBlockByNumber",
	    .answer_size_max = BLOCK_ANSWER_MAX};
	uint64_t confirmations = nodes->options.confirmations;
	char params[64];

	if (nodes->guess != NULL || nodes->head.number < confirmations) {
		return;
	}
	nodes->guess_number = nodes->head.number - confirmations;
	if (nodes->final.is_known &&
	    nodes->guess_number <= nodes->final.number) {
		return;
	}
	(void)snprintf(params, sizeof(params), "[\"0x%" PRIx64 "\",false]",
	    nodes->guess_number);
	request.params = stoa_str_of(params);
	if (evm_nodes_ask(nodes, &request, on_guess, nodes, &nodes->guess) !=
	    STOA_OK) {
		nodes->guess = NULL; /* the next poll asks again */
	}
}

static void
tell_final(struct evm_nodes *nodes, enum nodes_final_change change)
{
	switch (change) {
	case NODES_FINAL_SAME:
	case NODES_FINAL_MOVED:
		break;
	case NODES_FINAL_BACK:
		nodes_alert(nodes, EVM_NODES_FINALITY_BACK,
		    "the nodes say again what is final, block %" PRIu64,
		    nodes->final.number);
		break;
	case NODES_FINAL_CONFLICT:
		nodes_alert(nodes, EVM_NODES_FINALITY_CONFLICT,
		    "a final block has two hashes: nothing is final after "
		    "block %" PRIu64,
		    nodes->final.number);
		break;
	}
}

static bool
take_final(struct evm_nodes *nodes)
{
	const struct nodes_final *f = &nodes->final;
	struct evm_nodes_head *head = &nodes->head;

	if (!f->is_known ||
	    (head->is_final_known && head->final_number == f->number &&
		head->is_by_confirmations == f->is_guessed)) {
		return false;
	}
	head->is_final_known = true;
	head->is_by_confirmations = f->is_guessed;
	head->final_number = f->number;
	head->final_hash = f->hash;
	return true;
}

static void
tell_head(struct evm_nodes *nodes)
{
	if (!nodes->is_closing && nodes->options.on_head != NULL) {
		nodes->options.on_head(nodes->options.owner, &nodes->head);
	}
	for (unsigned i = 0; i < EVM_NODES_WATCHERS_MAX; i++) {
		if (!nodes->is_closing && nodes->watchers[i].fn != NULL) {
			nodes->watchers[i].fn(
			    nodes->watchers[i].owner, &nodes->head);
		}
	}
}

void
nodes_head_update(struct evm_nodes *nodes, int64_t now_us)
{
	uint32_t usable = usable_nodes(nodes, now_us);
	struct nodes_final_rule rule;
	enum nodes_final_change change;
	bool has_changed;

	if (nodes->is_closing) {
		return;
	}
	rule = (struct nodes_final_rule){
	    .nodes = (UINT32_C(1) << nodes->count) - 1,
	    .usable = usable,
	    .fresh_us = now_us - EVM_NODES_FRESH_POLLS * nodes->options.poll_us,
	    .alone_us = EVM_NODES_ALONE_POLLS * nodes->options.poll_us,
	};
	change = nodes_final_decide(&nodes->final, &rule, now_us);
	has_changed = take_head(nodes, usable, now_us);
	has_changed |= take_final(nodes);
	if (nodes->has_head && nodes_final_is_stalled(&nodes->final, usable,
				   nodes->options.final_stall_us, now_us)) {
		guess(nodes);
	}
	tell_final(nodes, change);
	if (has_changed && nodes->has_head) {
		tell_head(nodes);
	}
}

/* ---- one node ---- */

static void
poll_end(struct evm_nodes *nodes, unsigned i, bool is_good, int64_t now_us)
{
	struct node_poll *poll = &nodes->nodes[i].poll;

	poll->failures = is_good ? 0 : poll->failures + 1;
	poll->at_us =
	    now_us +
	    (is_good ? nodes->options.poll_us
		     : stoa_backoff_us(poll->failures, EVM_NODES_PAUSE_US,
			   nodes->options.poll_us, stoa_rng_next(&nodes->rng)));
	nodes_head_update(nodes, now_us);
}

static void
took_chain(
    struct evm_nodes *nodes, unsigned i, struct stoa_json json, int64_t now_us)
{
	struct node *node = &nodes->nodes[i];
	struct evm_u256 wide;
	uint64_t id = 0;
	bool was_wrong = node->health.is_wrong;
	struct stoa_str text = json.text;

	if (text.len < 2 ||
	    !evm_u256_parse_quantity(
		stoa_str_of_bytes(text.data + 1, text.len - 2), &wide) ||
	    !evm_u256_to_u64(&wide, &id)) {
		node_blame(nodes, i, "eth_chainId", "no number");
		poll_end(nodes, i, false, now_us);
		return;
	}
	node_health_checked(
	    &node->health, id == nodes->options.chain_id, now_us);
	if (id == nodes->options.chain_id) {
		node->poll.step = POLL_LATEST;
		poll_go(nodes, i, now_us);
		return;
	}
	node_health_set_error(&node->health,
	    "eth_chainId: it is of chain %" PRIu64 ", not %" PRIu64, id,
	    nodes->options.chain_id);
	if (!was_wrong) {
		nodes_alert(nodes, EVM_NODES_WRONG_CHAIN,
		    "%s is of chain %" PRIu64 ", not %" PRIu64
		    ": it is not asked any more",
		    node->name, id, nodes->options.chain_id);
	}
	poll_end(nodes, i, true, now_us);
}

/* Whether the header may be believed. Chains have put new parts into headers
 * before: when no node gives what can be checked, it is not checked. */
static bool
is_believed(struct evm_nodes *nodes, unsigned i, const struct evm_block *block)
{
	uint32_t all = 0;

	if (block->is_proven) {
		nodes->has_proof = true;
		nodes->unproven = 0;
		return true;
	}
	if (!nodes->has_proof) {
		return true;
	}
	for (unsigned n = 0; n < nodes->count; n++) {
		if (!nodes->nodes[n].health.is_wrong) {
			all |= UINT32_C(1) << n;
		}
	}
	nodes->unproven |= UINT32_C(1) << i;
	if ((all & ~nodes->unproven) != 0) {
		return false;
	}
	nodes->has_proof = false;
	nodes_alert(nodes, EVM_NODES_PROOF_LOST,
	    "no node gives headers any more that hash to their hashes: they "
	    "are not checked");
	return true;
}

static void
took_latest(
    struct evm_nodes *nodes, unsigned i, struct stoa_json json, int64_t now_us)
{
	struct node *node = &nodes->nodes[i];
	struct evm_block block;
	const char *fault = "no newest block";

	if (evm_block_read(json, &block, &fault) != STOA_OK) {
		stoa_assert(fault != NULL);
	} else if (!is_believed(nodes, i, &block)) {
		fault = "a block whose hash is not that of its header";
	} else {
		fault = NULL;
	}
	if (fault != NULL) {
		node_blame(nodes, i, "eth_getBlockByNumber", fault);
		poll_end(nodes, i, false, now_us);
		return;
	}
	node->poll.latest = block;
	node->health.has_head = true;
	node->health.head = block.number;
	node->health.head_us = now_us;
	node->poll.step = POLL_FINAL;
	poll_go(nodes, i, now_us);
}

static void
took_final(
    struct evm_nodes *nodes, unsigned i, struct stoa_json json, int64_t now_us)
{
	struct evm_block block;
	const char *fault = "";
	enum stoa_status status;

	status = evm_block_read(json, &block, &fault);
	if (status == STOA_OK) {
		nodes_final_said(&nodes->final, i, &block, now_us);
	} else if (status == STOA_NOT_FOUND) {
		nodes_final_silent(&nodes->final, i, now_us);
	} else {
		node_blame(nodes, i, "eth_getBlockByNumber", fault);
		poll_end(nodes, i, false, now_us);
		return;
	}
	poll_end(nodes, i, true, now_us);
}

/* An error in words. A node that does not know the tag is silent about what is
 * final; one that cannot say its chain or head is of no use. */
static void
poll_refused(struct evm_nodes *nodes, unsigned i,
    const struct try_result *result, int64_t now_us)
{
	if (nodes->nodes[i].poll.step == POLL_FINAL) {
		nodes_final_silent(&nodes->final, i, now_us);
		poll_end(nodes, i, true, now_us);
		return;
	}
	node_blame(nodes, i,
	    nodes->nodes[i].poll.step == POLL_CHECK ? "eth_chainId"
						    : "eth_getBlockByNumber",
	    result->fault);
	poll_end(nodes, i, false, now_us);
}

static void
on_poll(void *owner, const struct try_result *result)
{
	struct evm_nodes *nodes = owner;
	struct node_poll *poll = &nodes->nodes[result->node].poll;
	int64_t now_us = nodes_now_us(nodes);

	poll->try = NULL;
	switch (result->kind) {
	case TRY_RESULT:
		break;
	case TRY_REFUSED:
	case TRY_CANNOT:
		poll_refused(nodes, result->node, result, now_us);
		return;
	case TRY_LIMITED:
	case TRY_TOO_LARGE:
	case TRY_FAILED:
		poll_end(nodes, result->node, false, now_us);
		return;
	}
	switch (poll->step) {
	case POLL_CHECK:
		took_chain(nodes, result->node, result->answer.result, now_us);
		break;
	case POLL_LATEST:
		took_latest(nodes, result->node, result->answer.result, now_us);
		break;
	case POLL_FINAL:
		took_final(nodes, result->node, result->answer.result, now_us);
		break;
	}
}

static void
poll_go(struct evm_nodes *nodes, unsigned i, int64_t now_us)
{
	static const char *const params[] = {
	    [POLL_CHECK] = "",
	    [POLL_LATEST] = "[\"latest\",false]",
	    [POLL_FINAL] = "[\"finalized\",false]",
	};
	struct node_poll *poll = &nodes->nodes[i].poll;
	const struct try_request request = {
	    .node = i,
	    .purpose = NODE_CHECK,
	    .method = poll->step == POLL_CHECK ? "eth_chainId"
					       : "eth_getBlockByNumber",
	    .params = stoa_str_of(params[poll->step]),
	    .timeout_us = nodes->options.try_us,
	    .answer_size_max = BLOCK_ANSWER_MAX,
	};

	if (!node_try_start(nodes, &request, on_poll, nodes, &poll->try)) {
		int64_t at_us =
		    node_health_check_us(&nodes->nodes[i].health, now_us);

		poll->try = NULL;
		poll->at_us = at_us > now_us + EVM_NODES_POLL_US_MIN
				  ? at_us
				  : now_us + EVM_NODES_POLL_US_MIN;
	}
}

void
nodes_poll(struct evm_nodes *nodes, int64_t now_us)
{
	for (unsigned i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->nodes[i];

		if (node->poll.try != NULL || now_us < node->poll.at_us) {
			continue;
		}
		node->poll.step =
		    !node->health.is_checked || now_us >= node->health.check_us
			? POLL_CHECK
			: POLL_LATEST;
		poll_go(nodes, i, now_us);
	}
}

int64_t
nodes_poll_wake_us(const struct evm_nodes *nodes)
{
	int64_t at_us = INT64_MAX;

	for (unsigned i = 0; i < nodes->count; i++) {
		const struct node_poll *poll = &nodes->nodes[i].poll;

		if (poll->try == NULL && poll->at_us < at_us) {
			at_us = poll->at_us;
		}
	}
	return at_us;
}

void
nodes_poll_soon(struct evm_nodes *nodes, unsigned node, int64_t now_us)
{
	struct node_poll *poll = &nodes->nodes[node].poll;
	int64_t at_us =
	    node_health_check_us(&nodes->nodes[node].health, now_us);

	at_us += stoa_backoff_us(poll->failures + 1, EVM_NODES_PAUSE_US,
	    nodes->options.poll_us, stoa_rng_next(&nodes->rng));
	if (at_us < poll->at_us) {
		poll->at_us = at_us;
	}
}
