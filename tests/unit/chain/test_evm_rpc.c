/* test_evm_rpc.c - answers as nodes and what stands before them give them. */
#include "chain/evm_rpc.h"

#include "../unit.h"

static struct stoa_arena arena;

static enum stoa_status
read_answer(
    const char *body, struct evm_rpc_answer *ret_answer, const char **ret_fault)
{
	return evm_rpc_read(
	    stoa_str_of(body), 7, &arena, ret_answer, ret_fault);
}

static int
set_up(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
test_write_is_json_rpc(void **state)
{
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 1024);
	evm_rpc_write(&b, 7, "eth_call", STOA_STR("[1,\"latest\"]"));
	assert_str(stoa_buf_str(&b),
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"eth_call\","
	    "\"params\":[1,\"latest\"]}");
	stoa_buf_clear(&b);
	evm_rpc_write(&b, 8, "eth_chainId", STOA_STR(""));
	assert_str(stoa_buf_str(&b),
	    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"eth_chainId\","
	    "\"params\":[]}");
	stoa_buf_fini(&b);
}

#define ERROR(inside) "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{" inside "}}"

static void
test_read_says_what_an_error_means(void **state)
{
	static const struct {
		const char *body;
		enum evm_rpc_kind kind;
		bool is_revert;
		size_t data_len;
	} cases[] = {
	    {"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":null}", EVM_RPC_RESULT,
		false, 0},
	    {"{\"id\":7,\"result\":\"0x1\",\"error\":null}", EVM_RPC_RESULT,
		false, 0},
	    {ERROR("\"code\":3,\"message\":\"execution reverted: no\","
		   "\"data\":\"0x08c379a0\""),
		EVM_RPC_REFUSED, true, 4},
	    {ERROR("\"code\":-32000,\"message\":\"execution reverted\""),
		EVM_RPC_REFUSED, true, 0},
	    {ERROR("\"code\":-32015,\"message\":\"VM execution error.\","
		   "\"data\":\"Reverted 0x0102\""),
		EVM_RPC_REFUSED, true, 2},
	    {ERROR("\"code\":-32603,\"message\":\"execution reverted\","
		   "\"data\":{\"data\":\"0x010203\"}"),
		EVM_RPC_REFUSED, true, 3},
	    {ERROR("\"code\":-32602,\"message\":\"invalid argument\""),
		EVM_RPC_REFUSED, false, 0},
	    {ERROR("\"code\":-32601,\"message\":\"no such method\""),
		EVM_RPC_CANNOT, false, 0},
	    {ERROR("\"code\":-32000,\"message\":\"header not found\""),
		EVM_RPC_CANNOT, false, 0},
	    {ERROR("\"code\":-32005,\"message\":\"query returned more than "
		   "10000 results\""),
		EVM_RPC_CANNOT, false, 0},
	    {ERROR("\"code\":429,\"message\":\"Your app has exceeded its "
		   "compute units per second capacity\""),
		EVM_RPC_LIMITED, false, 0},
	    {ERROR("\"code\":-32005,\"message\":\"daily request count "
		   "exceeded\""),
		EVM_RPC_LIMITED, false, 0},
	    {ERROR("\"code\":-32000,\"message\":\"Too Many Requests\""),
		EVM_RPC_LIMITED, false, 0},
	    /* Given up before it was read. */
	    {"{\"id\":null,\"error\":{\"code\":-32700,\"message\":\"x\"}}",
		EVM_RPC_CANNOT, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_rpc_answer answer;
		const char *fault = "";

		assert_int_equal(
		    read_answer(cases[i].body, &answer, &fault), STOA_OK);
		assert_int_equal(answer.kind, cases[i].kind);
		assert_int_equal(answer.is_revert, cases[i].is_revert);
		assert_int_equal(answer.data.len, cases[i].data_len);
	}
}

static void
test_read_refuses_what_is_no_answer(void **state)
{
	static const struct {
		const char *body, *fault;
	} cases[] = {
	    {"", "not JSON"},
	    {"<html>", "not JSON"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":7,\"resul", "not JSON"},
	    {"[]", "not a JSON-RPC answer"},
	    {"{\"id\":8,\"result\":1}", "another request"},
	    {"{\"result\":1}", "another request"},
	    {"{\"id\":\"7\",\"result\":1}", "another request"},
	    {"{\"id\":null,\"result\":1}", "another request"},
	    {"{\"id\":8,\"error\":{\"code\":1}}", "another request"},
	    {"{\"id\":7}", "neither"},
	    {"{\"id\":7,\"error\":\"slow down\"}", "no object"},
	    {"{\"id\":7,\"error\":{\"message\":\"x\"}}", "no code"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_rpc_answer answer;
		const char *fault = "";

		assert_int_equal(
		    read_answer(cases[i].body, &answer, &fault), STOA_INVALID);
		assert_non_null(strstr(fault, cases[i].fault));
	}
}

static void
test_words_of_clients(void **state)
{
	static const struct {
		const char *text;
		bool is_known, is_used;
	} cases[] = {
	    {"already known", true, false},
	    {"AlreadyKnown", true, false},
	    {"Known transaction (3b7baba5)", true, false},
	    {"Transaction with the same hash was already imported.", true,
		false},
	    {"ALREADY_EXISTS: already known", true, false},
	    {"nonce too low", false, true},
	    {"nonce too low: next nonce 5, tx nonce 3", false, true},
	    {"OldNonce, Current nonce: 5, nonce of rejected tx: 3", false,
		true},
	    {"Transaction nonce is too low. Try incrementing the nonce.", false,
		true},
	    {"nonce too high", false, false},
	    {"insufficient funds for gas * price + value", false, false},
	    {"replacement transaction underpriced", false, false},
	    {"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct stoa_str text = stoa_str_of(cases[i].text);

		assert_int_equal(evm_rpc_is_known(text), cases[i].is_known);
		assert_int_equal(evm_rpc_is_nonce_used(text), cases[i].is_used);
	}
}

static void
test_underpriced_is_told_by_its_words(void **state)
{
	static const struct {
		const char *text;
		bool is_underpriced;
	} cases[] = {
	    {"transaction underpriced: gas tip cap 1, minimum needed 25", true},
	    {"replacement transaction underpriced", true},
	    {"max fee per gas less than block base fee: address 0x1", true},
	    {"FeeTooLowToCompete", true},
	    {"fee too low", true},
	    {"Gas price below configured minimum gas price", true},
	    {"Gas price below current base fee", true},
	    {"insufficient funds for gas * price + value", false},
	    {"nonce too low: next nonce 5, tx nonce 3", false},
	    {"already known", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(
		    evm_rpc_is_underpriced(stoa_str_of(cases[i].text)),
		    cases[i].is_underpriced);
	}
}

static void
test_same_is_what_says_the_same(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} cases[] = {
	    {"\"0xAb\"", "\"0xab\"", true},
	    {"\"Ab\"", "\"ab\"", false},
	    {"\"0x01\"", "\"0x1\"", false},
	    {"null", "null", true},
	    {"null", "{}", false},
	    {"1", "1", true},
	    {"true", "false", false},
	    {"{\"a\":1,\"b\":\"0xF\"}", "{\"b\":\"0xf\",\"a\":1}", true},
	    /* Nodes add members of their own, or leave them empty. */
	    {"{\"a\":1,\"size\":5}", "{\"a\":1}", true},
	    {"{\"a\":1,\"to\":null}", "{\"a\":1,\"to\":2}", true},
	    {"{\"a\":1}", "{\"a\":2}", false},
	    {"[1,2]", "[1,2]", true},
	    {"[1,2]", "[1]", false},
	    {"[1]", "[1,2]", false},
	    {"[1,null]", "[1,2]", false},
	    {"{\"a\":[{\"b\":1}]}", "{\"a\":[{\"b\":2}]}", false},
	    {"[]", "{}", false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct stoa_json a = {{NULL, 0}}, b = {{NULL, 0}};

		assert_true(
		    stoa_json_parse(stoa_str_of(cases[i].a), 0, &a, NULL));
		assert_true(
		    stoa_json_parse(stoa_str_of(cases[i].b), 0, &b, NULL));
		assert_int_equal(evm_rpc_is_same(a, b), cases[i].is_same);
		assert_int_equal(evm_rpc_is_same(b, a), cases[i].is_same);
	}
}

static void
test_same_ends_in_deep_answers(void **state)
{
	char text[101];
	struct stoa_json a = {{NULL, 0}};

	(void)state;
	memset(text, '[', 50);
	memset(text + 50, ']', 50);
	text[100] = '\0';
	assert_true(stoa_json_parse(stoa_str_of(text), 0, &a, NULL));
	assert_false(evm_rpc_is_same(a, a));
}

static void
test_retry_after_is_seconds(void **state)
{
	(void)state;
	assert_true(evm_rpc_retry_after_us("5") == 5000000);
	assert_true(evm_rpc_retry_after_us(" 1 ") == 1000000);
	assert_true(
	    evm_rpc_retry_after_us("999999999") == INT64_C(86400000000));
	assert_true(evm_rpc_retry_after_us(NULL) == 0);
	assert_true(evm_rpc_retry_after_us("") == 0);
	assert_true(evm_rpc_retry_after_us("-3") == 0);
	assert_true(
	    evm_rpc_retry_after_us("Wed, 21 Oct 2026 07:28:00 GMT") == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_write_is_json_rpc),
	    TEST(test_read_says_what_an_error_means),
	    TEST(test_read_refuses_what_is_no_answer),
	    TEST(test_words_of_clients),
	    TEST(test_underpriced_is_told_by_its_words),
	    TEST(test_same_is_what_says_the_same),
	    TEST(test_same_ends_in_deep_answers),
	    TEST(test_retry_after_is_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
