/* opening.c - see opening.h. */
#include "chain/opening.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/encode.h"
#include "chain/evm_receipt.h"
#include "chain/evm_u256.h"
#include "chain/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define WALLET	    STOA_STR("w_vault")
#define ARENA_MAX   ((size_t)1024 * 1024)
#define VERDICT_MAX 512

enum step {
	STEP_CHECKS, /* what is deployed, one question after the other */
	STEP_NONCE,  /* what the key has sent before */
	STEP_WALLET, /* the journal's own */
	STEP_DONE
};

struct chain_opening {
	struct chain_opening_options o;
	enum step step;
	struct stoa_arena arena; /* of the questions */
	struct chain_check checks[CHAIN_CHECKS_MAX];
	size_t check_count, check;
	uint64_t nonce;
	bool is_asking;
	int64_t try_us; /* monotonic; not before */
	uint32_t number;
};

static void
again(struct chain_opening *p, const char *what, const char *about)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s is not known yet: %s", what,
	    about == NULL ? "no answer" : about);
	p->o.alarm(p->o.owner, text);
	p->try_us = stoa_clock_mono(p->o.clock).us + CHAIN_RETRY_US_MAX;
}

static void
fail(struct chain_opening *p, const char *what, const char *why)
{
	char text[320];

	(void)snprintf(text, sizeof(text), "%s %s", what, why);
	p->step = STEP_DONE;
	p->o.fatal(p->o.owner, text);
}

static void
ask(struct chain_opening *p, const char *method, const char *params,
    evm_nodes_done done)
{
	struct evm_nodes_request request = {
	    .kind = EVM_READ_AGREED,
	    .method = method,
	    .params = stoa_str_of(params),
	};

	p->is_asking =
	    evm_nodes_ask(p->o.nodes, &request, done, p, NULL) == STOA_OK;
}

/* The bytes of a "0x..." answer, in the arena; false: it is none. */
static bool
bytes_of(
    struct stoa_json json, struct stoa_arena *arena, struct stoa_buf *ret_bytes)
{
	struct stoa_str text;

	return !stoa_json_is_absent(json) &&
	       stoa_json_to_str(json, arena, &text) && text.len >= 2 &&
	       stoa_hex_decode(ret_bytes, stoa_str_from(text, 2));
}

/* ---- contracts ----------------------------------------------------------- */

static void
judge(struct chain_opening *p, const struct stoa_str *answer)
{
	struct stoa_buf verdict;

	stoa_buf_init(&verdict, VERDICT_MAX);
	if (!chain_check_judge(&p->checks[p->check], answer, &verdict)) {
		stoa_buf_add(&verdict, "", 1);
		fail(p, (const char *)verdict.data,
		    "(the manifest, the key and the chain must belong "
		    "together)");
	} else if (++p->check == p->check_count) {
		p->step = STEP_NONCE;
	}
	stoa_buf_fini(&verdict);
}

static void
check_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct chain_opening *p = owner;
	struct stoa_arena arena;
	struct stoa_buf answer;
	struct stoa_str bytes;

	p->is_asking = false;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	stoa_buf_init(&answer, ARENA_MAX);
	if (reply->status == STOA_DENIED && reply->is_revert) {
		judge(p, NULL);
	} else if (reply->status == STOA_OK &&
		   bytes_of(reply->result, &arena, &answer)) {
		bytes = stoa_buf_str(&answer);
		judge(p, &bytes);
	} else {
		again(p, p->checks[p->check].what, reply->about);
	}
	stoa_buf_fini(&answer);
	stoa_arena_fini(&arena);
}

static void
check_ask(struct chain_opening *p)
{
	const struct chain_check *check = &p->checks[p->check];
	char text[EVM_ADDRESS_TEXT_SIZE];
	struct stoa_buf params;

	stoa_buf_init(&params, 4096);
	(void)evm_address_print(&check->to, text);
	if (check->data.len == 0) {
		stoa_buf_printf(&params, "[\"%s\",\"latest\"]", text);
	} else {
		stoa_buf_printf(&params, "[{\"to\":\"%s\",\"data\":\"0x", text);
		stoa_hex_encode(&params, check->data);
		stoa_buf_add_text(&params, "\"},\"latest\"]");
	}
	stoa_buf_add(&params, "", 1);
	ask(p, check->data.len == 0 ? "eth_getCode" : "eth_call",
	    (const char *)params.data, check_known);
	stoa_buf_fini(&params);
}

static void
nonce_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct chain_opening *p = owner;
	struct stoa_arena arena;

	p->is_asking = false;
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	if (reply->status == STOA_OK &&
	    evm_quantity_read(reply->result, &arena, &p->nonce)) {
		p->step = STEP_WALLET;
	} else {
		again(p, "the key's next nonce", reply->about);
	}
	stoa_arena_fini(&arena);
}

/* ---- the wallet ---------------------------------------------------------- */

static void
open_wallet(struct chain_opening *p)
{
	Stoa__Chain__OpenRequest request = STOA__CHAIN__OPEN_REQUEST__INIT;
	Stoa__Chain__Caps caps = STOA__CHAIN__CAPS__INIT;
	const struct evm_address *vault =
	    chain_manifest_at(p->o.manifest, CHAIN_VAULT);
	char id[64];

	caps.intent_gwei = p->o.intent_cap_gwei;
	caps.day_gwei = p->o.day_cap_gwei;
	request.chain_id = p->o.manifest->chain_id;
	request.address.data = p->o.key.bytes;
	request.address.len = EVM_ADDRESS_SIZE;
	request.next_nonce = p->nonce;
	request.caps = &caps;
	request.vault.data = (uint8_t *)(uintptr_t)vault->bytes;
	request.vault.len = EVM_ADDRESS_SIZE;
	(void)snprintf(id, sizeof(id), "open:%" PRIx64 ":%u",
	    (uint64_t)stoa_clock_wall(p->o.clock).us, p->number++);
	p->o.command(
	    p->o.owner, WALLET, stoa_str_of(id), "Open", &request.base);
	p->try_us = stoa_clock_mono(p->o.clock).us + CHAIN_RECORD_US;
}

static void
look_at_wallet(struct chain_opening *p)
{
	const struct chain_wallet *state =
	    stoa_replica_peek(p->o.replica, WALLET);
	struct chain_wallet_view wallet = {0};

	if (state != NULL) {
		chain_wallet_view(state, &wallet);
	}
	if (wallet.is_open &&
	    (wallet.chain_id != p->o.manifest->chain_id ||
		memcmp(wallet.address, p->o.key.bytes, EVM_ADDRESS_SIZE) != 0 ||
		memcmp(wallet.vault,
		    chain_manifest_at(p->o.manifest, CHAIN_VAULT)->bytes,
		    EVM_ADDRESS_SIZE) != 0)) {
		fail(p,
		    "the journal is of %s: start with its own settings, or "
		    "with "
		    "a new folder",
		    "another chain, key or vault");
		return;
	}
	if (wallet.is_open && wallet.intent_cap_gwei == p->o.intent_cap_gwei &&
	    wallet.day_cap_gwei == p->o.day_cap_gwei) {
		p->step = STEP_DONE;
		p->o.opened(p->o.owner);
	} else if (p->o.is_mine(p->o.owner, WALLET)) {
		open_wallet(p);
	} else if (wallet.is_open) {
		/* Another replica serves it, and opens it with its caps. */
		p->step = STEP_DONE;
		p->o.opened(p->o.owner);
	}
}

/* ---- as a part of the daemon --------------------------------------------- */

static void
tick(void *part)
{
	struct chain_opening *p = part;
	char params[128], text[EVM_ADDRESS_TEXT_SIZE];

	if (p->is_asking || p->step == STEP_DONE ||
	    stoa_clock_mono(p->o.clock).us < p->try_us ||
	    !evm_nodes_is_ready(p->o.nodes) ||
	    !stoa_replica_is_ready(p->o.replica)) {
		return;
	}
	switch (p->step) {
	case STEP_CHECKS:
		check_ask(p);
		break;
	case STEP_NONCE:
		(void)snprintf(params, sizeof(params), "[\"%s\",\"latest\"]",
		    evm_address_print(&p->o.key, text));
		ask(p, "eth_getTransactionCount", params, nonce_known);
		break;
	case STEP_WALLET:
		look_at_wallet(p);
		break;
	case STEP_DONE:
		break;
	}
}

static bool
is_ready(void *part)
{
	const struct chain_opening *p = part;

	return p->step == STEP_DONE;
}

static bool
is_idle(void *part)
{
	(void)part;
	return true;
}

struct chain_opening *
chain_opening_new(const struct chain_opening_options *options)
{
	struct chain_opening *p = calloc(1, sizeof(*p));
	struct chain_checks_terms terms = {
	    .manifest = options->manifest,
	    .market = options->market,
	};
	enum stoa_status status;

	stoa_assert(p != NULL);
	p->o = *options;
	stoa_arena_init(&p->arena, NULL, 0, ARENA_MAX);
	terms.arena = &p->arena;
	terms.operator_key = &p->o.key;
	status = chain_checks_make(&terms, p->checks, &p->check_count);
	stoa_assert(status == STOA_OK);
	return p;
}

static void
part_free(void *part)
{
	struct chain_opening *p = part;

	stoa_arena_fini(&p->arena);
	free(p);
}

const struct stoa_part chain_opening_part = {
    .is_ready = is_ready,
    .tick = tick,
    .tick_us = CHAIN_TICK_US,
    .is_idle = is_idle,
    .free = part_free,
};
