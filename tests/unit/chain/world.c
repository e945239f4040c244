/* world.c - see world.h. */
#include "world.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/id.h"
#include "chain/calls.h"
#include "chain/complete.h"
#include "port/call.h"

#include "proto/accounts.pb-c.h"

#include "contracts.h"
#include "hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WALLET "w_vault"

struct evm_nodes {
	struct world *world;
};

struct stoa_bus {
	struct world *world;
};

/* One world at a time: what the replica answers has no owner. */
static struct world *this_world;
static struct evm_nodes nodes;
static struct stoa_bus bus;

/* ---- dying --------------------------------------------------------------- */

/* Jobs of dead processes are nobody's: they are kept in sight, so that what
 * else is lost is seen. */
static const void *lost[WORLD_LOST_MAX];
static size_t lost_count;

static void
lose(const void *owner)
{
	assert_true(lost_count < WORLD_LOST_MAX);
	lost[lost_count++] = owner;
}

/* Something leaves the process; false: it died before. */
static bool
event(struct world *w)
{
	if (!w->is_dead && ++w->events == w->kill_at && !w->kills_after) {
		w->is_dead = true;
	}
	return !w->is_dead;
}

static void
event_after(struct world *w)
{
	if (w->events == w->kill_at) {
		w->is_dead = true;
	}
}

/* ---- the chain ----------------------------------------------------------- */

static struct stoa_hash
block_hash(uint64_t number, uint8_t fork)
{
	struct stoa_hash hash;

	memset(hash.bytes, fork, sizeof(hash.bytes));
	memcpy(hash.bytes, &number, sizeof(number));
	return hash;
}

static bool
is_pooled(const struct world_tx *tx)
{
	return tx->block == 0 && !tx->is_dropped;
}

static bool
nonce_is_used(const struct world *w, uint64_t nonce)
{
	for (size_t i = 0; i < w->tx_count; i++) {
		if (w->txs[i].nonce == nonce && w->txs[i].block != 0) {
			return true;
		}
	}
	return false;
}

static bool
op_is_done(const struct world *w, const struct stoa_hash *op)
{
	for (size_t i = 0; i < w->tx_count; i++) {
		const struct world_tx *tx = &w->txs[i];

		if (tx->block != 0 && !tx->is_reverted &&
		    stoa_hash_is_equal(&tx->op, op)) {
			return true;
		}
	}
	return false;
}

static void
tx_mine(struct world *w, struct world_tx *tx)
{
	static const struct stoa_hash none;

	tx->is_reverted =
	    w->is_reverting ||
	    (!stoa_hash_is_equal(&tx->op, &none) && op_is_done(w, &tx->op));
	tx->block = w->head;
	tx->block_hash = block_hash(w->head, w->fork);
}

void
world_mine(struct world *w)
{
	w->head++;
	for (size_t i = 0; i < w->tx_count; i++) {
		struct world_tx *best = &w->txs[i];

		if (!is_pooled(best) || nonce_is_used(w, best->nonce)) {
			continue;
		}
		for (size_t k = i + 1; k < w->tx_count; k++) {
			if (is_pooled(&w->txs[k]) &&
			    w->txs[k].nonce == best->nonce &&
			    w->txs[k].fee_wei > best->fee_wei) {
				best = &w->txs[k];
			}
		}
		tx_mine(w, best);
	}
}

void
world_reorganise(struct world *w, uint64_t depth)
{
	assert_true(w->head - depth >= w->final);
	w->head -= depth;
	w->fork++;
	for (size_t i = 0; i < w->tx_count; i++) {
		if (w->txs[i].block > w->head) {
			w->txs[i].block = 0;
			w->txs[i].is_reverted = false;
		}
	}
}

void
world_foreign(struct world *w, uint64_t nonce)
{
	struct world_tx *tx = &w->txs[w->tx_count++];

	memset(tx, 0, sizeof(*tx));
	memset(tx->hash.bytes, 0xee, sizeof(tx->hash.bytes));
	tx->nonce = nonce;
	w->head++;
	tx_mine(w, tx);
}

unsigned
world_effects(const struct world *w, const struct stoa_id *intent)
{
	struct stoa_hash op = chain_call_op(stoa_str_of(intent->text));
	unsigned count = 0;

	for (size_t i = 0; i < w->tx_count; i++) {
		count += w->txs[i].block != 0 && !w->txs[i].is_reverted &&
			 stoa_hash_is_equal(&w->txs[i].op, &op);
	}
	return count;
}

/* Takes it as nodes do: signed by the key, for this chain, dearer by a tenth in
 * both prices than what has its nonce. */
static size_t
tx_take(struct world *w, struct stoa_str raw)
{
	struct evm_tx_signed is;
	struct evm_address self = evm_signer_address(w->signer);
	struct world_tx *tx;
	size_t i = 0;

	assert_int_equal(evm_tx_decode(raw, &w->arena, &is), STOA_OK);
	assert_true(evm_address_is_equal(&is.sender, &self));
	assert_int_equal(is.tx.chain_id, w->manifest.chain_id);
	while (
	    i < w->tx_count && !stoa_hash_is_equal(&w->txs[i].hash, &is.hash)) {
		i++;
	}
	assert_true(i < WORLD_TXS_MAX);
	tx = &w->txs[i];
	if (i == w->tx_count) {
		*tx = (struct world_tx){.hash = is.hash, .nonce = is.tx.nonce};
		assert_true(evm_u256_to_u64(&is.tx.fee_max, &tx->fee_wei));
		assert_true(evm_u256_to_u64(&is.tx.tip_max, &tx->tip_wei));
		if (is.tx.data.len >= 4 + STOA_HASH_SIZE) {
			memcpy(
			    tx->op.bytes, is.tx.data.data + 4, STOA_HASH_SIZE);
		}
		w->tx_count++;
	}
	tx->sent++;
	tx->is_dropped = false;
	return i;
}

/* ---- what nodes say ------------------------------------------------------ */

static bool
is_asked(const struct world_asked *asked, const char *method)
{
	return strcmp(asked->method, method) == 0;
}

static const char *
receipt(struct world *w, const struct world_asked *asked)
{
	struct stoa_buf bytes;
	struct stoa_str hash;
	char place[65], name[65];

	stoa_buf_init(&bytes, 256);
	name[0] = '\0';
	assert_int_equal(sscanf(asked->params, "[\"0x%64[0-9a-f]\"]", name), 1);
	hash = unhex(&bytes, name);
	for (size_t i = 0; i < w->tx_count; i++) {
		const struct world_tx *tx = &w->txs[i];

		if (memcmp(tx->hash.bytes, hash.data, STOA_HASH_SIZE) != 0 ||
		    tx->block == 0) {
			continue;
		}
		stoa_buf_clear(&bytes);
		stoa_hex_encode(&bytes, stoa_hash_str(&tx->block_hash));
		(void)snprintf(place, sizeof(place), "%s", bytes.data);
		stoa_buf_fini(&bytes);
		return stoa_arena_printf(&w->arena,
		    "{\"transactionHash\":\"0x%s\",\"blockHash\":\"0x%s\","
		    "\"blockNumber\":\"0x%" PRIx64 "\",\"status\":\"0x%d\","
		    "\"gasUsed\":\"0x5208\",\"logs\":%s}",
		    name, place, tx->block, !tx->is_reverted,
		    w->logs == NULL || tx->is_reverted ? "[]" : w->logs);
	}
	stoa_buf_fini(&bytes);
	return "null";
}

/* How many nonces were used up to a block. */
static const char *
count(struct world *w, const struct world_asked *asked)
{
	uint64_t block, used = WORLD_NONCE;

	w->counts++;
	assert_int_equal(
	    sscanf(strchr(asked->params, ','), ",\"0x%" SCNx64, &block), 1);
	for (size_t i = 0; i < w->tx_count; i++) {
		used += w->txs[i].block != 0 && w->txs[i].block <= block;
	}
	return stoa_arena_printf(&w->arena, "\"0x%" PRIx64 "\"", used);
}

static const char *
truth(struct world *w, const struct world_asked *asked)
{
	if (is_asked(asked, "eth_estimateGas")) {
		return "\"0x11170\"";
	}
	if (is_asked(asked, "eth_feeHistory")) {
		return stoa_arena_printf(&w->arena,
		    "{\"oldestBlock\":\"0x1\",\"baseFeePerGas\":[\"0x%" PRIx64
		    "\",\"0x%" PRIx64 "\"],\"reward\":[[\"0x%" PRIx64 "\"]]}",
		    w->base_wei, w->base_wei, w->tip_wei);
	}
	if (is_asked(asked, "eth_maxPriorityFeePerGas")) {
		return stoa_arena_printf(
		    &w->arena, "\"0x%" PRIx64 "\"", w->tip_wei);
	}
	if (is_asked(asked, "eth_getTransactionReceipt")) {
		return receipt(w, asked);
	}
	if (is_asked(asked, "eth_getTransactionCount")) {
		return count(w, asked);
	}
	assert_true(is_asked(asked, "eth_call"));
	return "\"0x\"";
}

static void
reverted(struct world *w, const struct world_asked *asked, const char *data)
{
	struct evm_nodes_reply reply = {
	    .status = STOA_DENIED,
	    .code = 3,
	    .message = STOA_STR("execution reverted"),
	    .is_revert = true,
	    .about = "node",
	};
	struct stoa_buf bytes;

	(void)w;
	stoa_buf_init(&bytes, 1024);
	reply.data = unhex(&bytes, data);
	asked->done(asked->owner, &reply);
	stoa_buf_fini(&bytes);
}

static void
answer(struct world *w, const struct world_asked *asked)
{
	struct evm_nodes_reply reply = {.status = STOA_OK, .about = "node"};
	const char *text = NULL;

	if (asked->params == NULL) { /* sent */
		if (w->txs[asked->tx].fee_wei < w->pool_wei) {
			w->txs[asked->tx].is_dropped = true;
			reply.status = STOA_DENIED;
			reply.message = STOA_STR("transaction underpriced");
		}
		asked->done(asked->owner, &reply);
		return;
	}
	if (w->trial_data != NULL && is_asked(asked, "eth_estimateGas")) {
		if (w->is_trial_a_lie && asked->kind == EVM_READ_AGREED) {
			reply.status = STOA_CONFLICT;
			asked->done(asked->owner, &reply);
		} else {
			reverted(w, asked, w->trial_data);
		}
		return;
	}
	if (w->call_data != NULL && is_asked(asked, "eth_call")) {
		reverted(w, asked, w->call_data);
		return;
	}
	text = w->lie == NULL ? NULL : w->lie(w, asked);
	if (text == NULL) {
		text = truth(w, asked);
	} else if (asked->kind == EVM_READ_AGREED) {
		reply.status = STOA_CONFLICT;
	} else {
		reply.node = 1;
	}
	if (reply.status == STOA_OK) {
		assert_true(
		    stoa_json_parse(stoa_str_of(text), 0, &reply.result, NULL));
	}
	asked->done(asked->owner, &reply);
}

/* ---- nodes.h ------------------------------------------------------------- */

static struct world_asked *
pend(struct world *w, evm_nodes_done done, void *owner)
{
	struct world_asked *asked = &w->pending[w->pending_count++];

	assert_true(w->pending_count <= WORLD_PENDING_MAX);
	*asked = (struct world_asked){.done = done, .owner = owner};
	return asked;
}

enum stoa_status
evm_nodes_ask(struct evm_nodes *n, const struct evm_nodes_request *request,
    evm_nodes_done done, void *owner, struct evm_nodes_call **ret_call)
{
	struct world *w = n->world;
	struct world_asked *asked;

	assert_null(ret_call);
	if (!event(w)) {
		lose(owner);
		return STOA_OK;
	}
	w->asked++;
	asked = pend(w, done, owner);
	(void)snprintf(
	    asked->method, sizeof(asked->method), "%s", request->method);
	asked->params = request->params.len == 0
			    ? stoa_arena_printf(&w->arena, "[]")
			    : stoa_arena_str(&w->arena, request->params);
	asked->kind = request->kind;
	assert_non_null(asked->params);
	event_after(w);
	return STOA_OK;
}

enum stoa_status
evm_nodes_send(struct evm_nodes *n, struct stoa_str raw, evm_nodes_done done,
    void *owner, struct evm_nodes_call **ret_call)
{
	struct world *w = n->world;

	assert_null(ret_call);
	if (!event(w)) {
		lose(owner);
		return STOA_OK;
	}
	pend(w, done, owner)->tx = tx_take(w, raw);
	event_after(w);
	return STOA_OK;
}

bool
evm_nodes_head(const struct evm_nodes *n, struct evm_nodes_head *ret_head)
{
	const struct world *w = n->world;

	*ret_head = (struct evm_nodes_head){
	    .number = w->head,
	    .hash = block_hash(w->head, w->fork),
	    .is_final_known = true,
	    .final_number = w->final,
	    .final_hash = block_hash(w->final, w->fork),
	};
	return true;
}

bool
evm_nodes_is_ready(const struct evm_nodes *n)
{
	(void)n;
	return true;
}

void
evm_nodes_blame(struct evm_nodes *n, unsigned node, const char *what)
{
	assert_int_equal(node, 1);
	n->world->blamed++;
	(void)snprintf(n->world->blame, sizeof(n->world->blame), "%s", what);
}

void
evm_nodes_metrics(const struct evm_nodes *n, struct stoa_buf *out)
{
	(void)n;
	(void)out;
}

/* ---- the bus ------------------------------------------------------------- */

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct world *w = b->world;
	struct world_credit *c = &w->credits[w->credit_count];
	const Stoa__Accounts__DepositRequest *in =
	    (const Stoa__Accounts__DepositRequest *)request;

	assert_string_equal(call->method, "Deposit");
	if (!event(w)) {
		lose(owner);
		return;
	}
	assert_true(w->credit_count < STOA_COUNT(w->credits));
	w->credit_count++;
	(void)snprintf(
	    c->id, sizeof(c->id), "%.*s", STOA_STR_ARG(call->command_id));
	c->amount_micro = in->amount_micro;
	c->done = done;
	c->owner = owner;
	event_after(w);
}

void
world_credit(struct world *w, size_t at, const char *reason)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;

	outcome.index = 1;
	outcome.entry = &entry;
	if (reason != NULL) {
		refusal.reason = (char *)(uintptr_t)reason;
		entry.refusal = &refusal;
	}
	assert_true(at < w->credit_count);
	w->credits[at].done(w->credits[at].owner, STOA_OK,
	    stoa_pack(&w->arena, &outcome.base), NULL);
}

/* ---- port/call.h: the key is here, and no other program is asked ----------
 */

enum stoa_status
stoa_call_start(struct stoa_caller *caller,
    const struct stoa_call_request *request, stoa_call_done done, void *owner,
    struct stoa_call **ret_call)
{
	(void)caller;
	(void)request;
	(void)done;
	(void)owner;
	(void)ret_call;
	fail_msg("a remote signer is asked");
	return STOA_UNAVAILABLE;
}

void
stoa_call_cancel(struct stoa_call *call)
{
	(void)call;
	fail_msg("nothing was asked");
}

/* ---- the replica --------------------------------------------------------- */

static void
answered(enum stoa_status status, struct stoa_str bytes)
{
	struct world *w = this_world;
	const Stoa__Journal__Outcome *outcome;

	assert_int_equal(status, STOA_OK);
	outcome =
	    stoa_unpack(&w->arena, &stoa__journal__outcome__descriptor, bytes);
	assert_non_null(outcome);
	if (outcome->entry->refusal != NULL) {
		w->refusals++;
		(void)snprintf(w->refusal, sizeof(w->refusal), "%s",
		    outcome->entry->refusal->reason);
	}
}

static void
submit(struct world *w, const char *actor, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct stoa_submit s = {
	    .community = STOA_STR(WALLET),
	    .actor = stoa_str_of(actor),
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		chain_core.service, method),
	    .request = stoa_pack(&w->arena, request),
	    .deadline = STOA_MONO_NEVER,
	};

	assert_non_null(s.method);
	stoa_replica_submit(w->lone.replica, &s, NULL);
}

void
world_say(struct world *w, const char *actor, const char *id,
    const char *method, const ProtobufCMessage *request)
{
	submit(w, actor, stoa_str_of(id), method, request);
	lone_pass(&w->lone, 200 * STOA_US_PER_MS);
}

static bool
is_mine(void *owner, struct stoa_str wallet)
{
	(void)owner;
	return stoa_str_is_equal(wallet, STOA_STR(WALLET));
}

static void
command(void *owner, struct stoa_str wallet, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct world *w = owner;

	assert_true(is_mine(owner, wallet));
	if (event(w)) {
		w->commands++;
		submit(w, "@chain", id, method, request);
		event_after(w);
	}
}

static void
alarmed(void *owner, const char *text)
{
	struct world *w = owner;

	w->alarms++;
	(void)snprintf(w->alarm, sizeof(w->alarm), "%s", text);
}

static const struct chain_wallet *
wallet(struct world *w)
{
	const struct chain_wallet *s;

	while ((s = stoa_replica_peek(w->lone.replica, STOA_STR(WALLET))) ==
	       NULL) {
		lone_pass(&w->lone, 50 * STOA_US_PER_MS);
	}
	return s;
}

uint64_t
world_records(struct world *w)
{
	(void)wallet(w);
	return stoa_replica_index(w->lone.replica, STOA_STR(WALLET));
}

Stoa__Chain__IntentReply
world_intent(struct world *w, const struct stoa_id *intent)
{
	Stoa__Chain__IntentQuery in = STOA__CHAIN__INTENT_QUERY__INIT;
	Stoa__Chain__IntentReply out = STOA__CHAIN__INTENT_REPLY__INIT;

	in.intent = (char *)(uintptr_t)intent->text;
	assert_int_equal(
	    chain_query_intent(wallet(w), &in, &w->arena, &out), STOA_OK);
	out.why = stoa_arena_str(&w->arena, stoa_str_of(out.why));
	return out;
}

Stoa__Chain__WalletReply
world_wallet(struct world *w)
{
	Stoa__Chain__WalletQuery in = STOA__CHAIN__WALLET_QUERY__INIT;
	Stoa__Chain__WalletReply out = STOA__CHAIN__WALLET_REPLY__INIT;

	assert_int_equal(
	    chain_query_wallet(wallet(w), &in, &w->arena, &out), STOA_OK);
	return out;
}

struct stoa_id
world_wish(struct world *w, const char *id)
{
	Stoa__Chain__SubmitRequest in = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	Stoa__Chain__Action action = STOA__CHAIN__ACTION__INIT;
	Stoa__Chain__Send send = STOA__CHAIN__SEND__INIT;
	struct chain_call_fault fault;
	uint8_t to[EVM_ADDRESS_SIZE];

	memset(to, 0x77, sizeof(to));
	send.to = (ProtobufCBinaryData){sizeof(to), to};
	send.amount_micro = 5000000;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SEND;
	action.send = &send;
	in.action = &action;
	in.purpose = (char *)(uintptr_t) "a test";
	assert_true(chain_complete(&w->manifest, &w->arena, &in, &fault));
	world_say(w, "@marketplace", id, "Submit", &in.base);
	return stoa_id_derive('i', STOA_STR(WALLET), STOA_STR("@marketplace"),
	    stoa_str_of(id), 0);
}

/* ---- time ---------------------------------------------------------------- */

static void
step(struct world *w)
{
	struct world_asked due[WORLD_PENDING_MAX];
	size_t count = w->pending_count;

	lone_pass(&w->lone, 100 * STOA_US_PER_MS);
	if (w->is_mining && ++w->steps % 10 == 0) {
		world_mine(w);
		w->final = w->head > 2 ? w->head - 2 : 0;
	}
	memcpy(due, w->pending, sizeof(due));
	memmove(w->pending, w->pending + count,
	    (w->pending_count - count) * sizeof(w->pending[0]));
	w->pending_count -= count;
	for (size_t i = 0; i < count; i++) {
		if (w->is_dead) {
			lose(due[i].owner);
		} else {
			answer(w, &due[i]);
		}
	}
	if (!w->is_dead) {
		chain_hands_part.tick(w->hands);
	}
	if (w->is_dead) {
		world_restart(w);
	}
	lone_pass(&w->lone, 50 * STOA_US_PER_MS);
}

void
world_pass(struct world *w, int64_t us)
{
	for (int64_t end = sim_now(w->lone.sim) + us;
	     sim_now(w->lone.sim) < end;) {
		step(w);
	}
}

void
world_until(struct world *w, const struct stoa_id *intent,
    Stoa__Chain__State state, int64_t us)
{
	int64_t end = sim_now(w->lone.sim) + us;

	while (world_intent(w, intent).state != state) {
		if (sim_now(w->lone.sim) >= end) {
			fail_msg("in state %d, not %d; %s; refused: %s",
			    (int)world_intent(w, intent).state, (int)state,
			    w->alarm, w->refusal);
		}
		step(w);
	}
}

/* ---- life ---------------------------------------------------------------- */

void
world_restart(struct world *w)
{
	for (size_t i = 0; i < w->pending_count; i++) {
		lose(w->pending[i].owner);
	}
	w->pending_count = 0;
	w->credit_count = 0;
	w->is_dead = false;
	chain_hands_free(w->hands);
	w->hands = chain_hands_new(&w->options);
}

static void
wallet_open(struct world *w)
{
	Stoa__Chain__OpenRequest in = STOA__CHAIN__OPEN_REQUEST__INIT;
	Stoa__Chain__Caps caps = STOA__CHAIN__CAPS__INIT;
	struct evm_address self = evm_signer_address(w->signer);
	struct evm_address vault =
	    *chain_manifest_at(&w->manifest, CHAIN_VAULT);

	caps.intent_gwei = UINT64_C(5000000000);
	caps.day_gwei = UINT64_C(100000000000);
	in.chain_id = w->manifest.chain_id;
	in.address = (ProtobufCBinaryData){EVM_ADDRESS_SIZE, self.bytes};
	in.vault = (ProtobufCBinaryData){EVM_ADDRESS_SIZE, vault.bytes};
	in.next_nonce = WORLD_NONCE;
	in.caps = &caps;
	world_say(w, "@chain", "open", "Open", &in.base);
	assert_int_equal(w->refusals, 0);
}

void
world_begin(struct world *w)
{
	static const uint8_t blind[32] = {1};
	struct evm_key key;

	memset(w, 0, sizeof(*w));
	memset(key.bytes, 0x42, sizeof(key.bytes));
	this_world = nodes.world = bus.world = w;
	stoa_arena_init(&w->arena, NULL, 0, (size_t)1 << 28);
	w->manifest = contracts_made_up();
	w->curve = evm_curve_new(blind);
	assert_int_equal(
	    evm_signer_open_key(w->curve, &key, &w->signer), STOA_OK);
	w->lone.answer = answered;
	lone_begin(&w->lone, &chain_core);
	w->head = 100;
	w->final = 98;
	w->base_wei = 10 * WORLD_GWEI;
	w->tip_wei = WORLD_GWEI;
	w->options = (struct chain_hands_options){
	    .replica = w->lone.replica,
	    .bus = &bus,
	    .clock = sim_clock(w->lone.sim),
	    .nodes = &nodes,
	    .signer = w->signer,
	    .manifest = &w->manifest,
	    .fees = {.tip_wei_max = 2000 * WORLD_GWEI,
		.max_fee_wei_max = 2000 * WORLD_GWEI},
	    .stuck_us = 60 * STOA_US_PER_S,
	    .is_mine = is_mine,
	    .command = command,
	    .alarm = alarmed,
	    .owner = w,
	};
	w->hands = chain_hands_new(&w->options);
	wallet_open(w);
}

void
world_end(struct world *w)
{
	chain_hands_free(w->hands);
	lone_end(&w->lone);
	evm_signer_close(w->signer);
	evm_curve_free(w->curve);
	stoa_arena_fini(&w->arena);
}
