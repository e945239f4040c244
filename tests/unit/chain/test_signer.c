/* test_signer.c - both sources of keys, the remote ones against a server on
 * loopback that signs with the same key by way of evm_curve.h. */
#include "chain/evm_signer.h"

#include "chain/evm_keccak.h"

#include "base/encode.h"
#include "base/json.h"
#include "port/call.h"

#include "../edge/turn.h"
#include "../http_server.h"
#include "../unit.h"

static struct {
	struct evm_curve *curve;
	struct evm_key key;
	struct evm_address to;
	struct evm_tx tx;
	struct stoa_caller *caller;
	struct stoa_buf raw, answer;
	enum stoa_status status;
	unsigned done;
} w;

/* ---- the other program ---- */

/* Web3Signer: hashes the data and signs, with v of 27 or 28. */
static void
sign_data(struct stoa_http_request *request)
{
	const struct http_seen *seen =
	    http_server_seen(http_server_count() - 1);
	struct stoa_str body = stoa_str_of_bytes(seen->body, seen->body_len);
	struct evm_signature signature;
	uint8_t bytes[EVM_SIGNATURE_SIZE];
	struct stoa_json root;
	struct stoa_buf data;
	struct stoa_hash hash;
	struct stoa_str text;
	bool ok = stoa_json_parse(body, 0, &root, NULL);

	assert_true(ok);
	text = stoa_json_get(root, STOA_STR("data")).text;
	stoa_buf_init(&data, 4096);
	ok = stoa_hex_decode(
	    &data, stoa_str_of_bytes(text.data + 3, text.len - 4));
	assert_true(ok);
	hash = evm_keccak256(stoa_buf_str(&data));
	signature = evm_key_sign(w.curve, &w.key, &hash);
	evm_signature_to_bytes(&signature, bytes);
	stoa_buf_clear(&data);
	stoa_buf_add_text(&data, "0x");
	stoa_hex_encode(&data, stoa_str_of_bytes(bytes, sizeof(bytes)));
	stoa_http_reply(request, 200, "text/plain", stoa_buf_str(&data));
	stoa_buf_fini(&data);
}

static void
answer(struct stoa_http_request *request)
{
	const struct http_seen *seen =
	    http_server_seen(http_server_count() - 1);

	if (strcmp(seen->path, "/api/v1/eth1/sign/0xabc") == 0) {
		sign_data(request);
	} else if (strcmp(seen->path, "/") == 0) {
		stoa_http_reply(
		    request, 200, "application/json", stoa_buf_str(&w.answer));
	} else {
		stoa_http_reply(request, 404, "text/plain", STOA_STR("no"));
	}
}

/* ---- us ---- */

static void
on_signed(void *owner, const struct evm_signer_result *result)
{
	(void)owner;
	w.status = result->status;
	stoa_buf_clear(&w.raw);
	if (result->status == STOA_OK) {
		struct stoa_hash hash = evm_keccak256(result->raw);

		stoa_buf_add_str(&w.raw, result->raw);
		assert_memory_equal(hash.bytes, result->hash.bytes, 32);
	}
	w.done++;
}

static bool
is_done(void)
{
	return w.done > 0;
}

static enum stoa_status
sign_with(struct evm_signer *signer)
{
	w.done = 0;
	evm_signer_sign(signer, &w.tx, on_signed, NULL);
	turn_until(is_done);
	assert_int_equal(w.done, 1);
	return w.status;
}

static struct evm_signer *
remote(enum evm_remote_kind kind, const char *identifier)
{
	struct evm_remote_key key = {.kind = kind,
	    .address = evm_key_address(w.curve, &w.key),
	    .identifier = stoa_str_of(identifier)};
	struct evm_signer *signer = NULL;

	assert_int_equal(
	    evm_signer_open_remote(w.caller, http_server_url(), &key, &signer),
	    STOA_OK);
	return signer;
}

static void
expect_raw(void)
{
	struct stoa_hash hash;
	struct stoa_buf want;

	stoa_buf_init(&want, 4096);
	assert_int_equal(
	    evm_tx_sign(w.curve, &w.key, &w.tx, &want, &hash), STOA_OK);
	assert_true(
	    stoa_str_is_equal(stoa_buf_str(&want), stoa_buf_str(&w.raw)));
	stoa_buf_fini(&want);
}

static int
set_up(void **state)
{
	struct stoa_caller_options options = {
	    .connections_max = 2, .calls_max = 4};
	uint8_t blind[32] = {7};

	(void)state;
	w.curve = evm_curve_new(blind);
	memset(w.key.bytes, 0x46, sizeof(w.key.bytes));
	memset(w.to.bytes, 0x35, sizeof(w.to.bytes));
	w.tx = (struct evm_tx){.type = EVM_TX_DYNAMIC_FEE,
	    .chain_id = 137,
	    .nonce = 3,
	    .gas_limit = 21000,
	    .fee_max = evm_u256_of(50),
	    .tip_max = evm_u256_of(25),
	    .to = &w.to,
	    .value = evm_u256_of(1000)};
	stoa_buf_init(&w.raw, 4096);
	stoa_buf_init(&w.answer, 4096);
	http_server_open(answer);
	return stoa_caller_open(turn_loop(), &options, &w.caller) != STOA_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_caller_close(w.caller);
	turn_loop_close();
	http_server_close();
	stoa_buf_fini(&w.answer);
	stoa_buf_fini(&w.raw);
	evm_curve_free(w.curve);
	return 0;
}

static void
test_a_key_in_memory_signs_at_once(void **state)
{
	struct evm_signer *signer = NULL;
	struct evm_address want = evm_key_address(w.curve, &w.key), have;

	(void)state;
	assert_int_equal(
	    evm_signer_open_key(w.curve, &w.key, &signer), STOA_OK);
	have = evm_signer_address(signer);
	assert_true(evm_address_is_equal(&have, &want));
	w.done = 0;
	evm_signer_sign(signer, &w.tx, on_signed, NULL);
	assert_int_equal(w.done, 1);
	expect_raw();
	w.tx.chain_id = 0;
	assert_int_equal(sign_with(signer), STOA_INVALID);
	w.tx.chain_id = 137;
	evm_signer_close(signer);
}

static void
test_web3signer_signs_the_payload(void **state)
{
	struct evm_signer *signer = remote(EVM_REMOTE_WEB3SIGNER, "0xabc");
	struct evm_remote_key bad = {.identifier = STOA_STR("../admin")};

	(void)state;
	assert_int_equal(sign_with(signer), STOA_OK);
	expect_raw();
	evm_signer_close(signer);
	signer = remote(EVM_REMOTE_WEB3SIGNER, "0xdef");
	assert_int_equal(sign_with(signer), STOA_NOT_FOUND);
	evm_signer_close(signer);
	signer = NULL;
	assert_int_equal(
	    evm_signer_open_remote(w.caller, http_server_url(), &bad, &signer),
	    STOA_INVALID);
}

static void
answer_raw(const struct evm_tx *tx)
{
	struct stoa_hash hash;
	struct stoa_buf raw;

	stoa_buf_init(&raw, 4096);
	assert_int_equal(
	    evm_tx_sign(w.curve, &w.key, tx, &raw, &hash), STOA_OK);
	stoa_buf_clear(&w.answer);
	stoa_buf_add_text(&w.answer,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"raw\":\"0x");
	stoa_hex_encode(&w.answer, stoa_buf_str(&raw));
	stoa_buf_add_text(&w.answer, "\",\"tx\":{}}}");
	stoa_buf_fini(&raw);
}

static void
test_clef_is_believed_only_about_our_transaction(void **state)
{
	struct evm_signer *signer = remote(EVM_REMOTE_CLEF, "");
	struct evm_tx other = w.tx;

	(void)state;
	answer_raw(&w.tx);
	assert_int_equal(sign_with(signer), STOA_OK);
	expect_raw();
	assert_true(http_seen_has(http_server_seen(http_server_count() - 1),
	    STOA_STR(
		"\"chainId\":\"0x89\",\"nonce\":\"0x3\",\"gas\":\"0x5208\","
		"\"value\":\"0x3e8\",\"maxFeePerGas\":\"0x32\","
		"\"maxPriorityFeePerGas\":\"0x19\",\"accessList\":[],"
		"\"input\":\"0x\"}]}")));
	other.value = evm_u256_of(1001);
	answer_raw(&other);
	assert_int_equal(sign_with(signer), STOA_UNAUTHENTIC);
	stoa_buf_clear(&w.answer);
	stoa_buf_add_text(&w.answer,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,"
	    "\"message\":\"Request denied\"}}");
	assert_int_equal(sign_with(signer), STOA_DENIED);
	stoa_buf_clear(&w.answer);
	stoa_buf_add_text(&w.answer, "<html>");
	assert_int_equal(sign_with(signer), STOA_INVALID);
	/* Closed with a request under way: no callback comes. */
	w.done = 0;
	evm_signer_sign(signer, &w.tx, on_signed, NULL);
	evm_signer_close(signer);
	assert_int_equal(w.done, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_key_in_memory_signs_at_once),
	    cmocka_unit_test(test_web3signer_signs_the_payload),
	    cmocka_unit_test(test_clef_is_believed_only_about_our_transaction),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
