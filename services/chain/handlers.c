/* handlers.c - see handlers.h. */
#include "chain/handlers.h"

#include "base/check.h"
#include "base/encode.h"
#include "chain/account.h"
#include "chain/complete.h"
#include "chain/evm_u256.h"
#include "chain/limits.h"
#include "chain/link.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX ((size_t)2 * 1024 * 1024)

static const struct stoa_str nothing = {NULL, 0};

/* ---- wishes -------------------------------------------------------------- */

static void
submit(const struct chain_handlers *h, struct stoa_request *q)
{
	struct stoa_arena arena;
	Stoa__Chain__SubmitRequest *request;
	struct chain_call_fault fault = {"request", "a message of this build"};
	char detail[160];

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	request = stoa_unpack(&arena, q->method->input, q->body);
	if (request != NULL && request->action == NULL) {
		h->submit(h->owner, q, q->body); /* the ledger says why not */
	} else if (request != NULL &&
		   chain_complete(h->manifest, &arena, request, &fault)) {
		h->submit(h->owner, q, stoa_pack(&arena, &request->base));
	} else {
		(void)snprintf(detail, sizeof(detail), "%s must be %s",
		    fault.field, fault.limit);
		stoa_bus_answer(h->bus, q, STOA_INVALID, nothing, detail);
	}
	stoa_arena_fini(&arena);
}

static void
open_account(const struct chain_handlers *h, struct stoa_request *q)
{
	struct stoa_arena arena;
	Stoa__Chain__OpenAccountRequest *request;
	struct evm_address at;

	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	request = stoa_unpack(&arena, q->method->input, q->body);
	if (request == NULL || !chain_party_is_valid(request->party)) {
		stoa_bus_answer(h->bus, q, STOA_INVALID, nothing,
		    "party must be a community and a member");
	} else {
		at = chain_account_of(h->manifest, request->party);
		request->address.data = at.bytes;
		request->address.len = EVM_ADDRESS_SIZE;
		h->submit(h->owner, q, stoa_pack(&arena, &request->base));
	}
	stoa_arena_fini(&arena);
}

enum stoa_status
chain_account_query(const struct chain_handlers *h,
    const struct chain_wallet *state, const Stoa__Chain__AccountQuery *in,
    struct stoa_arena *arena, Stoa__Chain__AccountReply *out)
{
	const struct evm_address *joy =
	    chain_manifest_at(h->manifest, CHAIN_JOY);
	struct evm_address at;

	if (!chain_party_is_valid(in->party)) {
		return STOA_INVALID;
	}
	at = chain_account_of(h->manifest, in->party);
	out->address.data = stoa_arena_dup(arena, at.bytes, sizeof(at.bytes));
	out->address.len = sizeof(at.bytes);
	out->joy.data = stoa_arena_dup(arena, joy->bytes, sizeof(joy->bytes));
	out->joy.len = sizeof(joy->bytes);
	out->chain_id = h->manifest->chain_id;
	out->explorer = (char *)(uintptr_t)h->explorer;
	out->deposit_micro_min = CHAIN_DEPOSIT_MICRO_MIN;
	out->is_open = state != NULL &&
		       chain_party_at(state, evm_address_str(&at)) != NULL;
	return arena->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}

/* ---- a token now --------------------------------------------------------- */

struct look {
	const struct chain_handlers *h;
	struct stoa_request *q;
	struct stoa_arena arena;
	ProtobufCBinaryData number; /* of the token */
	char token[2 * STOA_HASH_SIZE + 1];
	Stoa__Chain__TokenReply reply;
};

static void
look_end(struct look *look, enum stoa_status status, const char *detail)
{
	struct stoa_str body = nothing;

	if (status == STOA_OK) {
		body = stoa_pack(&look->arena, &look->reply.base);
		status = body.data == NULL ? STOA_TOO_LARGE : STOA_OK;
	}
	stoa_bus_answer(look->h->bus, look->q, status, body, detail);
	stoa_arena_fini(&look->arena);
	free(look);
}

/* An address in the last 20 bytes of a word; empty when it is zero. */
static ProtobufCBinaryData
address_of(struct look *look, const char *word)
{
	static const char zero[EVM_ADDRESS_SIZE];

	if (memcmp(word + 12, zero, sizeof(zero)) == 0) {
		return (ProtobufCBinaryData){0, NULL};
	}
	return (ProtobufCBinaryData){EVM_ADDRESS_SIZE,
	    stoa_arena_dup(&look->arena, word + 12, EVM_ADDRESS_SIZE)};
}

static Stoa__Chain__Party *
party_of(const struct look *look, const ProtobufCBinaryData *address)
{
	const struct chain_wallet *state =
	    stoa_replica_peek(look->h->replica, look->q->community);

	return state == NULL || address->len == 0
		   ? NULL
		   : (Stoa__Chain__Party *)(uintptr_t)chain_party_at(
			 state, stoa_str_of_bytes(address->data, address->len));
}

/* The answer's words: at least so many; NULL: not so. */
static const char *
words_of(struct look *look, const struct evm_nodes_reply *reply, size_t words)
{
	struct stoa_str text;
	struct stoa_buf bytes;
	const char *copy = NULL;

	if (reply->status != STOA_OK || stoa_json_is_absent(reply->result) ||
	    !stoa_json_to_str(reply->result, &look->arena, &text) ||
	    text.len < 2) {
		return NULL;
	}
	stoa_buf_init(&bytes, 4096);
	if (stoa_hex_decode(&bytes, stoa_str_from(text, 2)) &&
	    bytes.len >= words * EVM_WORD_SIZE) {
		copy = stoa_arena_dup(&look->arena, bytes.data, bytes.len);
	}
	stoa_buf_fini(&bytes);
	return copy;
}

static void
look_ask(struct look *look, enum chain_contract contract, const char *data,
    evm_nodes_done done)
{
	char params[512], text[EVM_ADDRESS_TEXT_SIZE];
	struct evm_nodes_request request = {
	    .kind = EVM_READ,
	    .method = "eth_call",
	};

	(void)snprintf(params, sizeof(params),
	    "[{\"to\":\"%s\",\"data\":\"%s%s\"},\"latest\"]",
	    evm_address_print(
		chain_manifest_at(look->h->manifest, contract), text),
	    data, look->token);
	request.params = stoa_str_of(params);
	if (evm_nodes_ask(look->h->nodes, &request, done, look, NULL) !=
	    STOA_OK) {
		look_end(look, STOA_BUSY, "too much is asked of the nodes");
	}
}

/* Where an operator's own page shows it. */
static void
page_add(struct look *look)
{
	const struct chain_link link = {
	    .manifest = look->h->manifest,
	    .token = look->number,
	};
	struct stoa_buf text;

	stoa_buf_init(&text, 1024);
	if (chain_link_print(stoa_str_of(look->h->page), &link, &text)) {
		look->reply.page =
		    stoa_arena_str(&look->arena, stoa_buf_str(&text));
	}
	stoa_buf_fini(&text);
}

/* getLease(asset, token): lessee, start, end and more, a word each. */
static void
lease_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct look *look = owner;
	const char *words = words_of(look, reply, 7);
	struct evm_u256 end;
	struct evm_nodes_head head;
	uint64_t seconds = 0;

	if (words == NULL || !evm_nodes_head(look->h->nodes, &head)) {
		look_end(look, STOA_UNAVAILABLE, reply->about);
		return;
	}
	end = evm_u256_of_bytes(
	    stoa_str_of_bytes(words + 2 * EVM_WORD_SIZE, EVM_WORD_SIZE));
	if (evm_u256_to_u64(&end, &seconds) &&
	    seconds > (uint64_t)head.time_s) {
		look->reply.lessee = address_of(look, words);
		look->reply.lessee_party = party_of(look, &look->reply.lessee);
		look->reply.lease_ends_s = (int64_t)seconds;
	}
	look->reply.contract = (ProtobufCBinaryData){
	    EVM_ADDRESS_SIZE, (uint8_t *)(uintptr_t)chain_manifest_at(
				  look->h->manifest, CHAIN_NFT)
				  ->bytes};
	look->reply.explorer = (char *)(uintptr_t)look->h->explorer;
	page_add(look);
	look->reply.block = head.number;
	look->reply.final_block = head.final_number;
	look_end(look, STOA_OK, NULL);
}

static void
owner_known(void *owner, const struct evm_nodes_reply *reply)
{
	struct look *look = owner;
	const char *words;
	char data[2 + 8 + 64 + 1], nft[2 * EVM_ADDRESS_SIZE + 1];
	struct stoa_buf hex;

	if (reply->status == STOA_DENIED && reply->is_revert) {
		look_end(look, STOA_NOT_FOUND, "there is no such token");
		return;
	}
	words = words_of(look, reply, 1);
	if (words == NULL) {
		look_end(look, STOA_UNAVAILABLE, reply->about);
		return;
	}
	look->reply.owner = address_of(look, words);
	look->reply.owner_party = party_of(look, &look->reply.owner);
	stoa_buf_init(&hex, sizeof(nft));
	stoa_hex_encode(&hex,
	    evm_address_str(chain_manifest_at(look->h->manifest, CHAIN_NFT)));
	(void)snprintf(
	    nft, sizeof(nft), "%.*s", STOA_STR_ARG(stoa_buf_str(&hex)));
	stoa_buf_fini(&hex);
	(void)snprintf(
	    data, sizeof(data), "0x6596aca1000000000000000000000000%s", nft);
	look_ask(look, CHAIN_ESCROW, data, lease_known);
}

static void
token(const struct chain_handlers *h, struct stoa_request *q)
{
	struct look *look = calloc(1, sizeof(*look));
	const Stoa__Chain__TokenQuery *in;
	struct stoa_buf hex;

	stoa_assert(look != NULL);
	stoa_arena_init(&look->arena, NULL, 0, ARENA_MAX);
	stoa__chain__token_reply__init(&look->reply);
	look->h = h;
	look->q = q;
	in = stoa_unpack(&look->arena, q->method->input, q->body);
	if (in == NULL || in->token.len != STOA_HASH_SIZE) {
		look_end(look, STOA_INVALID, "token must be 32 bytes");
		return;
	}
	look->number = in->token;
	stoa_buf_init(&hex, sizeof(look->token));
	stoa_hex_encode(&hex, stoa_str_of_bytes(in->token.data, in->token.len));
	(void)snprintf(look->token, sizeof(look->token), "%.*s",
	    STOA_STR_ARG(stoa_buf_str(&hex)));
	stoa_buf_fini(&hex);
	look_ask(look, CHAIN_NFT, "0x6352211e", owner_known); /* ownerOf */
}

bool
chain_handle(const struct chain_handlers *h, struct stoa_request *q)
{
	static const struct {
		const char *method;
		void (*handle)(
		    const struct chain_handlers *h, struct stoa_request *q);
	} handled[] = {
	    {"Submit", submit},
	    {"OpenAccount", open_account},
	    {"Token", token},
	};

	for (size_t i = 0; i < STOA_COUNT(handled); i++) {
		if (strcmp(handled[i].method, q->method->name) == 0) {
			handled[i].handle(h, q);
			return true;
		}
	}
	return false;
}
