/* evm_tool.c - the EVM client core as a program, for other judges than ours.
 *
 * Each line of the input is a verb and its arguments, with tabs between them;
 * each is answered by one line: "ok" and results, or the name of a status.
 * Bytes are hexadecimal with "0x". */
#include "tests/peers/evm_tool.h"

#include "chain/evm_abi_json.h"
#include "chain/evm_contract_signature.h"
#include "chain/evm_function.h"
#include "chain/evm_keccak.h"
#include "chain/evm_keystore.h"
#include "chain/evm_limits.h"
#include "chain/evm_message.h"
#include "chain/evm_remote.h"
#include "chain/evm_siwe.h"
#include "chain/evm_tx.h"
#include "chain/evm_typed.h"
#include "chain/evm_units.h"

#include "base/encode.h"

#include <stdio.h>
#include <stdlib.h>

static struct tool tool;

void
tool_hex(struct tool *t, struct stoa_str bytes)
{
	stoa_buf_add_text(&t->out, " 0x");
	stoa_hex_encode(&t->out, bytes);
}

void
tool_address(struct tool *t, const struct evm_address *address)
{
	char text[EVM_ADDRESS_TEXT_SIZE];

	stoa_buf_printf(&t->out, " %s", evm_address_print(address, text));
}

static void
tool_signature(struct tool *t, const struct evm_signature *signature)
{
	uint8_t bytes[EVM_SIGNATURE_SIZE];

	evm_signature_to_bytes(signature, bytes);
	tool_hex(t, stoa_str_of_bytes(bytes, sizeof(bytes)));
}

struct stoa_str
tool_arg(struct tool *t)
{
	return stoa_str_cut(&t->line, '\t');
}

bool
tool_bytes(struct tool *t, struct stoa_str *ret_bytes)
{
	return evm_abi_bytes_of_text(tool_arg(t), &t->arena, ret_bytes) ==
	       STOA_OK;
}

bool
tool_key(struct tool *t, struct evm_key *ret_key)
{
	struct stoa_str bytes;

	if (!tool_bytes(t, &bytes) || bytes.len != sizeof(ret_key->bytes)) {
		return false;
	}
	memcpy(ret_key->bytes, bytes.data, bytes.len);
	return evm_key_is_valid(ret_key);
}

static bool
read_u64(struct tool *t, uint64_t *ret_value)
{
	struct evm_u256 value;

	return evm_u256_parse(tool_arg(t), &value) &&
	       evm_u256_to_u64(&value, ret_value);
}

/* ---- verbs ---- */

static enum stoa_status
do_keccak(struct tool *t)
{
	struct stoa_str bytes;
	struct stoa_hash hash;

	if (!tool_bytes(t, &bytes)) {
		return STOA_INVALID;
	}
	hash = evm_keccak256(bytes);
	tool_hex(t, stoa_hash_str(&hash));
	return STOA_OK;
}

static enum stoa_status
do_address(struct tool *t)
{
	struct stoa_str text = tool_arg(t);
	struct evm_address address;

	if (!evm_address_parse(text, &address)) {
		return STOA_INVALID;
	}
	tool_address(t, &address);
	stoa_buf_add_text(&t->out,
	    evm_address_parse_strict(text, &address) ? " strict" : " loose");
	return STOA_OK;
}

static enum stoa_status
do_account(struct tool *t)
{
	struct evm_address address;
	struct evm_key key;

	if (!tool_key(t, &key)) {
		return STOA_INVALID;
	}
	address = evm_key_address(t->curve, &key);
	tool_address(t, &address);
	return STOA_OK;
}

/* Amount text, decimals: the number and its text again. */
static enum stoa_status
do_units(struct tool *t)
{
	char number[EVM_U256_TEXT_SIZE], text[EVM_UNITS_TEXT_SIZE];
	struct stoa_str amount = tool_arg(t);
	struct evm_u256 value;
	uint64_t decimals;

	if (!read_u64(t, &decimals) || decimals > EVM_DECIMALS_MAX ||
	    !evm_units_parse(amount, (unsigned)decimals, &value)) {
		return STOA_INVALID;
	}
	stoa_buf_printf(&t->out, " %s %s",
	    evm_u256_print_decimal(&value, number),
	    evm_units_print(&value, (unsigned)decimals, text));
	return STOA_OK;
}

/* "[[address,[key,...]],...]" as the type says it. */
static enum stoa_status
read_accesses(struct tool *t, struct evm_tx *tx)
{
	const struct evm_type *type;
	struct stoa_json json;
	struct evm_value value;
	struct evm_access *accesses;
	enum stoa_status status =
	    evm_type_parse(STOA_STR("(address,bytes32[])[]"), &t->arena, &type);

	if (status != STOA_OK ||
	    !stoa_json_parse(tool_arg(t), 0, &json, NULL)) {
		return STOA_INVALID;
	}
	status = evm_abi_of_json(type, json, &t->arena, &value);
	if (status != STOA_OK) {
		return status;
	}
	accesses = stoa_arena_alloc_array(
	    &t->arena, value.list.count + 1, sizeof(*accesses));
	for (size_t i = 0; i < value.list.count; i++) {
		const struct evm_value *pair = value.list.items[i].list.items;
		struct stoa_hash *keys = stoa_arena_alloc_array(
		    &t->arena, pair[1].list.count + 1, sizeof(*keys));

		for (size_t j = 0; j < pair[1].list.count; j++) {
			memcpy(keys[j].bytes, pair[1].list.items[j].bytes.data,
			    32);
		}
		accesses[i] = (struct evm_access){.address = pair[0].address,
		    .keys = keys,
		    .key_count = pair[1].list.count};
	}
	tx->accesses = accesses;
	tx->access_count = value.list.count;
	return STOA_OK;
}

/* Type, chain, nonce, gas, price, fee, tip, to ("-"), value, data, accesses. */
static enum stoa_status
read_tx(struct tool *t, struct evm_tx *tx, struct evm_address *to)
{
	struct stoa_str word;
	uint64_t type;

	if (!read_u64(t, &type) || type > EVM_TX_DYNAMIC_FEE ||
	    !read_u64(t, &tx->chain_id) || !read_u64(t, &tx->nonce) ||
	    !read_u64(t, &tx->gas_limit) ||
	    !evm_u256_parse(tool_arg(t), &tx->gas_price) ||
	    !evm_u256_parse(tool_arg(t), &tx->fee_max) ||
	    !evm_u256_parse(tool_arg(t), &tx->tip_max)) {
		return STOA_INVALID;
	}
	tx->type = (enum evm_tx_type)type;
	word = tool_arg(t);
	if (!stoa_str_is_equal(word, STOA_STR("-"))) {
		if (!evm_address_parse(word, to)) {
			return STOA_INVALID;
		}
		tx->to = to;
	}
	if (!evm_u256_parse(tool_arg(t), &tx->value) ||
	    !tool_bytes(t, &tx->data)) {
		return STOA_INVALID;
	}
	return read_accesses(t, tx);
}

/* Key and transaction: its bytes and hash. */
static enum stoa_status
do_sign(struct tool *t)
{
	struct evm_tx tx = {.to = NULL};
	struct evm_address to;
	struct evm_key key;
	struct stoa_hash hash;
	enum stoa_status status;

	if (!tool_key(t, &key)) {
		return STOA_INVALID;
	}
	status = read_tx(t, &tx, &to);
	if (status != STOA_OK) {
		return status;
	}
	stoa_buf_clear(&t->scratch);
	status = evm_tx_sign(t->curve, &key, &tx, &t->scratch, &hash);
	if (status == STOA_OK) {
		tool_hex(t, stoa_buf_str(&t->scratch));
		tool_hex(t, stoa_hash_str(&hash));
	}
	return status;
}

static void
print_number(struct tool *t, const struct evm_u256 *value)
{
	char text[EVM_U256_TEXT_SIZE];

	stoa_buf_printf(&t->out, " %s", evm_u256_print_decimal(value, text));
}

/* Bytes: sender, hash and what do_sign takes. */
static enum stoa_status
do_read(struct tool *t)
{
	struct evm_tx_signed s;
	struct stoa_str raw;
	enum stoa_status status;

	if (!tool_bytes(t, &raw)) {
		return STOA_INVALID;
	}
	status = evm_tx_decode(raw, &t->arena, &s);
	if (status != STOA_OK) {
		return status;
	}
	tool_address(t, &s.sender);
	tool_hex(t, stoa_hash_str(&s.hash));
	stoa_buf_printf(&t->out, " %d %llu %llu %llu", (int)s.tx.type,
	    (unsigned long long)s.tx.chain_id, (unsigned long long)s.tx.nonce,
	    (unsigned long long)s.tx.gas_limit);
	print_number(t, &s.tx.gas_price);
	print_number(t, &s.tx.fee_max);
	print_number(t, &s.tx.tip_max);
	if (s.tx.to == NULL) {
		stoa_buf_add_text(&t->out, " -");
	} else {
		tool_address(t, s.tx.to);
	}
	print_number(t, &s.tx.value);
	tool_hex(t, s.tx.data);
	stoa_buf_add_text(&t->out, " [");
	for (size_t i = 0; i < s.tx.access_count; i++) {
		const struct evm_access *access = &s.tx.accesses[i];
		char text[EVM_ADDRESS_TEXT_SIZE];

		stoa_buf_printf(&t->out, "%s[\"%s\",[", i == 0 ? "" : ",",
		    evm_address_print(&access->address, text));
		for (size_t j = 0; j < access->key_count; j++) {
			stoa_buf_add_text(&t->out, j == 0 ? "\"0x" : ",\"0x");
			stoa_hex_encode(
			    &t->out, stoa_hash_str(&access->keys[j]));
			stoa_buf_add_text(&t->out, "\"");
		}
		stoa_buf_add_text(&t->out, "]]");
	}
	stoa_buf_add_text(&t->out, "]");
	return STOA_OK;
}

/* Key and message: hash and signature. */
static enum stoa_status
do_message(struct tool *t)
{
	struct evm_signature signature;
	struct stoa_str message;
	struct stoa_hash hash;
	struct evm_key key;

	if (!tool_key(t, &key) || !tool_bytes(t, &message)) {
		return STOA_INVALID;
	}
	hash = evm_message_hash(message);
	signature = evm_key_sign(t->curve, &key, &hash);
	tool_hex(t, stoa_hash_str(&hash));
	tool_signature(t, &signature);
	return STOA_OK;
}

static enum stoa_status
do_recover(struct tool *t)
{
	struct evm_signature signature;
	struct evm_address address;
	struct stoa_str hash, bytes;
	struct stoa_hash h;
	enum stoa_status status;

	if (!tool_bytes(t, &hash) || hash.len != STOA_HASH_SIZE ||
	    !tool_bytes(t, &bytes)) {
		return STOA_INVALID;
	}
	memcpy(h.bytes, hash.data, STOA_HASH_SIZE);
	status = evm_signature_of_bytes(bytes, &signature);
	if (status == STOA_OK) {
		status = evm_signature_recover(&signature, &h, &address);
	}
	if (status == STOA_OK) {
		tool_address(t, &address);
	}
	return status;
}

/* Key and document: domain, message, digest, signature, encodeType. */
static enum stoa_status
do_typed(struct tool *t)
{
	struct evm_typed_hashes hashes;
	struct evm_signature signature;
	struct stoa_str document;
	struct evm_key key;
	enum stoa_status status;

	if (!tool_key(t, &key)) {
		return STOA_INVALID;
	}
	document = tool_arg(t);
	status = evm_typed_hash(document, &t->arena, &hashes, NULL);
	if (status != STOA_OK) {
		return status;
	}
	signature = evm_key_sign(t->curve, &key, &hashes.digest);
	tool_hex(t, stoa_hash_str(&hashes.domain));
	tool_hex(t, stoa_hash_str(&hashes.message));
	tool_hex(t, stoa_hash_str(&hashes.digest));
	tool_signature(t, &signature);
	stoa_buf_add_text(&t->out, " ");
	return evm_typed_encode_type(document, &t->arena, &t->out, NULL);
}

/* Type of a tuple, JSON: bytes. */
static enum stoa_status
do_encode(struct tool *t)
{
	const struct evm_type *type;
	struct evm_value value;
	struct stoa_json json;
	enum stoa_status status = evm_type_parse(tool_arg(t), &t->arena, &type);

	if (status != STOA_OK) {
		return status;
	}
	if (!stoa_json_parse(tool_arg(t), 0, &json, NULL)) {
		return STOA_INVALID;
	}
	status = evm_abi_of_json(type, json, &t->arena, &value);
	stoa_buf_clear(&t->scratch);
	if (status == STOA_OK) {
		status = evm_abi_encode(type, &value, &t->scratch);
	}
	if (status == STOA_OK) {
		tool_hex(t, stoa_buf_str(&t->scratch));
	}
	return status;
}

/* Type of a tuple, bytes: JSON. */
static enum stoa_status
do_decode(struct tool *t)
{
	const struct evm_type *type;
	struct evm_value value;
	struct stoa_str bytes;
	enum stoa_status status = evm_type_parse(tool_arg(t), &t->arena, &type);

	if (status != STOA_OK) {
		return status;
	}
	if (!tool_bytes(t, &bytes)) {
		return STOA_INVALID;
	}
	status = evm_abi_decode(type, bytes, &t->arena, &value);
	if (status == STOA_OK) {
		stoa_buf_add_text(&t->out, " ");
		evm_abi_to_json(type, &value, &t->out);
	}
	return status;
}

static enum stoa_status
do_function(struct tool *t)
{
	struct evm_function function;
	enum stoa_status status =
	    evm_function_parse(tool_arg(t), &t->arena, &function);

	if (status == STOA_OK) {
		tool_hex(t, stoa_hash_str(&function.topic));
	}
	return status;
}

/* Password, document: the key. */
static enum stoa_status
do_unlock(struct tool *t)
{
	struct stoa_str password;
	struct evm_key key;
	enum stoa_status status;

	if (!tool_bytes(t, &password)) {
		return STOA_INVALID;
	}
	status = evm_keystore_read(tool_arg(t), password, t->curve, &key, NULL);
	if (status == STOA_OK) {
		tool_hex(t, stoa_str_of_bytes(key.bytes, sizeof(key.bytes)));
	}
	return status;
}

/* Key, password, 64 random bytes, n: a document. */
static enum stoa_status
do_lock(struct tool *t)
{
	struct evm_keystore_options options = {.r = 8, .p = 1};
	struct stoa_str password, random;
	struct evm_key key;

	if (!tool_key(t, &key) || !tool_bytes(t, &password) ||
	    !tool_bytes(t, &random) || random.len != 64 ||
	    !read_u64(t, &options.n)) {
		return STOA_INVALID;
	}
	memcpy(options.salt, random.data, 32);
	memcpy(options.iv, random.data + 32, 16);
	memcpy(options.id, random.data + 48, 16);
	stoa_buf_add_text(&t->out, " ");
	return evm_keystore_write(&key, password, t->curve, &options, &t->out);
}

/* A sign-in message: its fields, and itself again. */
static enum stoa_status
do_siwe(struct tool *t)
{
	struct evm_siwe siwe;
	struct stoa_str text;
	enum stoa_status status;

	if (!tool_bytes(t, &text)) {
		return STOA_INVALID;
	}
	status = evm_siwe_read(text, &siwe, NULL);
	if (status != STOA_OK) {
		return status;
	}
	stoa_buf_clear(&t->scratch);
	status = evm_siwe_write(&siwe, &t->scratch);
	stoa_buf_printf(&t->out, " %.*s %llu %.*s %.*s %zu",
	    STOA_STR_ARG(siwe.domain), (unsigned long long)siwe.chain_id,
	    STOA_STR_ARG(siwe.nonce), STOA_STR_ARG(siwe.uri),
	    siwe.resource_count);
	tool_address(t, &siwe.address);
	tool_hex(t, siwe.statement);
	tool_hex(t, stoa_buf_str(&t->scratch));
	return status;
}

/* A wrapped signature: factory, calldata, signature. */
static enum stoa_status
do_undeployed(struct tool *t)
{
	struct evm_undeployed undeployed;
	struct stoa_str bytes;
	enum stoa_status status;

	if (!tool_bytes(t, &bytes)) {
		return STOA_INVALID;
	}
	status = evm_undeployed_read(bytes, &t->arena, &undeployed);
	if (status == STOA_OK) {
		tool_address(t, &undeployed.factory);
		tool_hex(t, undeployed.deploy);
		tool_hex(t, undeployed.signature);
	}
	return status;
}

/* Hash, signature: what a contract is called with. */
static enum stoa_status
do_ask(struct tool *t)
{
	struct stoa_str hash, signature;
	struct stoa_hash h;
	enum stoa_status status;

	if (!tool_bytes(t, &hash) || hash.len != STOA_HASH_SIZE ||
	    !tool_bytes(t, &signature)) {
		return STOA_INVALID;
	}
	memcpy(h.bytes, hash.data, STOA_HASH_SIZE);
	stoa_buf_clear(&t->scratch);
	status = evm_contract_signature_call(&h, signature, &t->scratch);
	tool_hex(t, stoa_buf_str(&t->scratch));
	return status;
}

/* "web3signer" or "clef", key, transaction: path and body. */
static enum stoa_status
read_remote(struct tool *t, struct evm_remote_key *remote, struct evm_tx *tx,
    struct evm_address *to)
{
	bool is_clef = stoa_str_is_equal(tool_arg(t), STOA_STR("clef"));
	struct evm_key key;

	if (!tool_key(t, &key)) {
		return STOA_INVALID;
	}
	remote->kind = is_clef ? EVM_REMOTE_CLEF : EVM_REMOTE_WEB3SIGNER;
	remote->address = evm_key_address(t->curve, &key);
	remote->identifier = STOA_STR("0xabc");
	return read_tx(t, tx, to);
}

static enum stoa_status
do_remote(struct tool *t)
{
	struct evm_remote_key remote;
	struct evm_tx tx = {.to = NULL};
	struct evm_address to;
	enum stoa_status status = read_remote(t, &remote, &tx, &to);

	if (status != STOA_OK) {
		return status;
	}
	stoa_buf_clear(&t->scratch);
	stoa_buf_add_text(&t->out, " ");
	status = evm_remote_write(&remote, &tx, &t->out, &t->scratch);
	stoa_buf_add_text(&t->out, " ");
	stoa_buf_add_str(&t->out, stoa_buf_str(&t->scratch));
	return status;
}

/* The answer's body, and as above: the signed transaction. */
static enum stoa_status
do_believe(struct tool *t)
{
	struct stoa_str body = tool_arg(t);
	struct evm_signature signature;
	struct evm_remote_key remote;
	struct evm_tx tx = {.to = NULL};
	struct evm_address to;
	enum stoa_status status = read_remote(t, &remote, &tx, &to);

	if (status == STOA_OK) {
		status = evm_remote_read(&remote, &tx, 200, body, &signature);
	}
	if (status == STOA_OK) {
		stoa_buf_clear(&t->scratch);
		evm_tx_encode(&tx, &signature, &t->scratch);
		tool_hex(t, stoa_buf_str(&t->scratch));
	}
	return status;
}

/* ---- lines ---- */

static const struct {
	const char *name;
	enum stoa_status (*act)(struct tool *t);
} verbs[] = {
    {"keccak", do_keccak},
    {"address", do_address},
    {"account", do_account},
    {"units", do_units},
    {"sign", do_sign},
    {"read", do_read},
    {"message", do_message},
    {"recover", do_recover},
    {"typed", do_typed},
    {"encode", do_encode},
    {"decode", do_decode},
    {"function", do_function},
    {"siwe", do_siwe},
    {"undeployed", do_undeployed},
    {"ask", do_ask},
    {"remote", do_remote},
    {"believe", do_believe},
    {"unlock", do_unlock},
    {"lock", do_lock},
};

static bool
answer(struct tool *t)
{
	struct stoa_str verb = tool_arg(t);
	enum stoa_status status;

	stoa_buf_clear(&t->out);
	stoa_arena_reset(&t->arena);
	for (size_t i = 0; i < STOA_COUNT(verbs); i++) {
		if (!stoa_str_is_equal(verb, stoa_str_of(verbs[i].name))) {
			continue;
		}
		status = verbs[i].act(t);
		if (status == STOA_OK) {
			printf("ok%.*s\n", STOA_STR_ARG(stoa_buf_str(&t->out)));
		} else {
			printf("%s\n", stoa_status_name(status));
		}
		return !t->out.is_overflown;
	}
	return false;
}

int
main(void)
{
	uint8_t blind[32] = {1};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int rc = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	tool.curve = evm_curve_new(blind);
	stoa_buf_init(&tool.out, 1 << 24);
	stoa_buf_init(&tool.scratch, 1 << 24);
	stoa_arena_init(&tool.arena, NULL, 0, 1 << 24);
	while (rc == 0 && (len = getline(&line, &size, stdin)) > 0) {
		tool.line = stoa_str_of_bytes(line, (size_t)len - 1);
		if (!answer(&tool)) {
			fprintf(stderr, "evm_tool: not a line for it\n");
			rc = 1;
		}
	}
	free(line);
	stoa_arena_fini(&tool.arena);
	stoa_buf_fini(&tool.scratch);
	stoa_buf_fini(&tool.out);
	evm_curve_free(tool.curve);
	return rc;
}
