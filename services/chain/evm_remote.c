/* evm_remote.c - see evm_remote.h. */
#include "chain/evm_remote.h"

#include "chain/evm_abi_json.h"
#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"

#include "base/encode.h"
#include "base/json.h"

/* "0x" and a hash, a public key or an address. */
#define IDENTIFIER_LEN_MAX 256

bool
evm_remote_is_valid(const struct evm_remote_key *key)
{
	if (key->kind == EVM_REMOTE_CLEF) {
		return true;
	}
	for (size_t i = 0; i < key->identifier.len; i++) {
		char c = key->identifier.data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z'))) {
			return false;
		}
	}
	return key->identifier.len > 0 &&
	       key->identifier.len <= IDENTIFIER_LEN_MAX;
}

/* ---- asking ---- */

static enum stoa_status
write_web3signer(const struct evm_remote_key *key, const struct evm_tx *tx,
    struct stoa_buf *path, struct stoa_buf *body)
{
	struct stoa_buf payload;
	enum stoa_status status = STOA_OK;

	stoa_buf_init(&payload, EVM_TX_SIZE_MAX);
	evm_tx_payload(tx, &payload);
	stoa_buf_add_text(path, "/api/v1/eth1/sign/");
	stoa_buf_add_str(path, key->identifier);
	stoa_buf_add_text(body, "{\"data\":\"0x");
	stoa_hex_encode(body, stoa_buf_str(&payload));
	stoa_buf_add_text(body, "\"}");
	if (payload.is_overflown) {
		status = STOA_TOO_LARGE;
	}
	stoa_buf_fini(&payload);
	return status;
}

static void
put_quantity(struct stoa_buf *b, const char *name, const struct evm_u256 *value)
{
	char text[EVM_U256_TEXT_SIZE];

	stoa_buf_printf(
	    b, ",\"%s\":\"%s\"", name, evm_u256_print_quantity(value, text));
}

static void
put_small(struct stoa_buf *b, const char *name, uint64_t value)
{
	struct evm_u256 wide = evm_u256_of(value);

	put_quantity(b, name, &wide);
}

static void
put_accesses(struct stoa_buf *b, const struct evm_tx *tx)
{
	char text[EVM_ADDRESS_TEXT_SIZE];

	stoa_buf_add_text(b, ",\"accessList\":[");
	for (size_t i = 0; i < tx->access_count; i++) {
		const struct evm_access *access = &tx->accesses[i];

		stoa_buf_printf(b, "%s{\"address\":\"%s\",\"storageKeys\":[",
		    i == 0 ? "" : ",",
		    evm_address_print(&access->address, text));
		for (size_t j = 0; j < access->key_count; j++) {
			stoa_buf_add_text(b, j == 0 ? "\"0x" : ",\"0x");
			stoa_hex_encode(b, stoa_hash_str(&access->keys[j]));
			stoa_buf_add_text(b, "\"");
		}
		stoa_buf_add_text(b, "]}");
	}
	stoa_buf_add_text(b, "]");
}

static void
write_clef(const struct evm_remote_key *key, const struct evm_tx *tx,
    struct stoa_buf *b)
{
	char text[EVM_ADDRESS_TEXT_SIZE];

	stoa_buf_printf(b,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,"
	    "\"method\":\"account_signTransaction\",\"params\":[{"
	    "\"from\":\"%s\"",
	    evm_address_print(&key->address, text));
	if (tx->to != NULL) {
		stoa_buf_printf(
		    b, ",\"to\":\"%s\"", evm_address_print(tx->to, text));
	}
	put_small(b, "chainId", tx->chain_id);
	put_small(b, "nonce", tx->nonce);
	put_small(b, "gas", tx->gas_limit);
	put_quantity(b, "value", &tx->value);
	if (tx->type == EVM_TX_DYNAMIC_FEE) {
		put_quantity(b, "maxFeePerGas", &tx->fee_max);
		put_quantity(b, "maxPriorityFeePerGas", &tx->tip_max);
	} else {
		put_quantity(b, "gasPrice", &tx->gas_price);
	}
	if (tx->type != EVM_TX_LEGACY) {
		put_accesses(b, tx);
	}
	stoa_buf_add_text(b, ",\"input\":\"0x");
	stoa_hex_encode(b, tx->data);
	stoa_buf_add_text(b, "\"}]}");
}

enum stoa_status
evm_remote_write(const struct evm_remote_key *key, const struct evm_tx *tx,
    struct stoa_buf *path, struct stoa_buf *body)
{
	enum stoa_status status = STOA_OK;

	stoa_assert(evm_tx_fault(tx) == NULL);
	stoa_assert(evm_remote_is_valid(key));
	switch (key->kind) {
	case EVM_REMOTE_WEB3SIGNER:
		status = write_web3signer(key, tx, path, body);
		break;
	case EVM_REMOTE_CLEF:
		stoa_buf_add_text(path, "/");
		write_clef(key, tx, body);
		break;
	}
	if (path->is_overflown || body->is_overflown) {
		return STOA_TOO_LARGE;
	}
	return status;
}

/* ---- believing ---- */

/* Text, with or without the quotes of JSON. */
static enum stoa_status
read_web3signer(struct stoa_str body, struct stoa_arena *arena,
    struct evm_signature *ret_signature)
{
	struct stoa_str text = stoa_str_trim(body), bytes;
	enum stoa_status status;

	if (text.len >= 2 && text.data[0] == '"' &&
	    text.data[text.len - 1] == '"') {
		text = stoa_str_of_bytes(text.data + 1, text.len - 2);
	}
	status = evm_abi_bytes_of_text(text, arena, &bytes);
	return status == STOA_OK ? evm_signature_of_bytes(bytes, ret_signature)
				 : status;
}

static enum stoa_status
read_clef(struct stoa_str body, struct stoa_arena *arena,
    struct evm_signature *ret_signature)
{
	struct stoa_json root, raw;
	struct stoa_str text, bytes;
	struct evm_tx_signed s;
	enum stoa_status status;

	if (!stoa_json_parse(body, STOA_JSON_UNIQUE_NAMES, &root, NULL)) {
		return STOA_INVALID;
	}
	if (!stoa_json_is_absent(stoa_json_get(root, STOA_STR("error")))) {
		return STOA_DENIED;
	}
	raw = stoa_json_get(
	    stoa_json_get(root, STOA_STR("result")), STOA_STR("raw"));
	if (!stoa_json_to_str(raw, arena, &text)) {
		return STOA_INVALID;
	}
	status = evm_abi_bytes_of_text(text, arena, &bytes);
	if (status == STOA_OK) {
		status = evm_tx_decode(bytes, arena, &s);
	}
	/* Only its signature is taken; that it is over our transaction the
	 * check of the signature shows. */
	if (status == STOA_OK) {
		*ret_signature = s.signature;
	}
	return status;
}

static enum stoa_status
check(const struct evm_remote_key *key, const struct evm_tx *tx,
    struct evm_signature *signature)
{
	struct stoa_buf payload;
	struct stoa_hash hash;
	enum stoa_status status;

	stoa_buf_init(&payload, EVM_TX_SIZE_MAX);
	evm_tx_payload(tx, &payload);
	hash = evm_keccak256(stoa_buf_str(&payload));
	status = payload.is_overflown
		     ? STOA_NO_MEMORY
		     : evm_signature_settle(signature, &hash, &key->address);
	stoa_buf_fini(&payload);
	return status;
}

enum stoa_status
evm_remote_read(const struct evm_remote_key *key, const struct evm_tx *tx,
    unsigned http, struct stoa_str body, struct evm_signature *ret_signature)
{
	struct evm_signature signature;
	struct stoa_arena arena;
	enum stoa_status status = STOA_INVALID;

	if (http != 200) {
		return http == 404		    ? STOA_NOT_FOUND
		       : http == 401 || http == 403 ? STOA_DENIED
						    : STOA_UNAVAILABLE;
	}
	stoa_arena_init(&arena, NULL, 0, EVM_REMOTE_ANSWER_MAX);
	switch (key->kind) {
	case EVM_REMOTE_WEB3SIGNER:
		status = read_web3signer(body, &arena, &signature);
		break;
	case EVM_REMOTE_CLEF:
		status = read_clef(body, &arena, &signature);
		break;
	}
	if (status == STOA_OK) {
		status = check(key, tx, &signature);
	}
	if (status == STOA_OK) {
		*ret_signature = signature;
	}
	stoa_arena_fini(&arena);
	return status;
}
