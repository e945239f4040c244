/* test_evm_abi.c - types, values, functions, events and errors: vectors of
 * ethereum/tests (ABITests, MIT licence) and the examples of Solidity's
 * Contract ABI Specification; and data that wants more than is in it. */
#include "chain/evm_abi_json.h"
#include "chain/evm_function.h"
#include "chain/evm_limits.h"
#include "chain/evm_revert.h"

#include "hex.h"

#define W(digits) \
	"00000000000000000000000000000000000000000000000000000000" digits
#define ZEROS_24 "000000000000000000000000"

static struct stoa_arena arena;
static struct stoa_buf bytes, text;

static int
set_up(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	stoa_buf_init(&bytes, 1 << 16);
	stoa_buf_init(&text, 1 << 16);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	stoa_buf_fini(&bytes);
	stoa_buf_fini(&text);
	return 0;
}

static const struct evm_type *
type_of(const char *of)
{
	const struct evm_type *type = NULL;

	assert_int_equal(
	    evm_type_parse(stoa_str_of(of), &arena, &type), STOA_OK);
	return type;
}

static struct evm_value
value_of(const struct evm_type *type, const char *json)
{
	struct stoa_json root;
	struct evm_value value;
	bool ok = stoa_json_parse(stoa_str_of(json), 0, &root, NULL);

	assert_true(ok);
	assert_int_equal(evm_abi_of_json(type, root, &arena, &value), STOA_OK);
	return value;
}

static void
test_types_have_one_canonical_text(void **state)
{
	static const struct {
		const char *from, *want;
	} cases[] = {
	    {"uint", "uint256"},
	    {"int[]", "int256[]"},
	    {"( address indexed from, (bool ok , bytes3[2] b)[] list )",
		"(address,(bool,bytes3[2])[])"},
	    {"function_", NULL},
	    {"()", NULL},
	    {"uint7", NULL},
	    {"uint264", NULL},
	    {"uint08", NULL},
	    {"bytes0", NULL},
	    {"bytes33", NULL},
	    {"uint256[0]", NULL},
	    {"uint256[01]", NULL},
	    {"uint256[-1]", NULL},
	    {"uint256[", NULL},
	    {"(uint256", NULL},
	    {"(uint256,)", NULL},
	    {"uint256)", NULL},
	    {"uint256 x", NULL},
	    {"uint256[65536][65536]", NULL},
	    {"uint256[99999999999999999999999999]", NULL},
	    {"bool[][][][][][][][][][][][][][][]",
		"bool[][][][][][][][][][][][][][][]"},
	    {"bool[][][][][][][][][][][][][][][][]", NULL},
	    {"((((((((((((((((bool))))))))))))))))", NULL},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		const struct evm_type *type = NULL;
		enum stoa_status status =
		    evm_type_parse(stoa_str_of(cases[i].from), &arena, &type);

		assert_int_equal(status == STOA_OK, cases[i].want != NULL);
		if (cases[i].want != NULL) {
			stoa_buf_clear(&text);
			evm_type_print(type, &text);
			assert_str(stoa_buf_str(&text), cases[i].want);
		}
	}
}

static const struct {
	const char *type, *json, *want;
} published[] = {
    {"(uint256,uint32[],bytes10,bytes)",
	"[\"291\",[\"1110\",\"1929\"],\"0x31323334353637383930\","
	"\"0x48656c6c6f2c20776f726c6421\"]",
	W("00000123")
	    W("00000080") "3132333435363738393000000000000000000000000000000000"
			  "000000000000" W("000000e0") W("00000002") W(
			      "00000456") W("00000789")
			      W("0000000d") "48656c6c6f2c20776f726c642100000000"
					    "000000000000000000000000000000"},
    {"(uint256)", "[\"98127491\"]", W("05d94e83")},
    {"(uint256,address)",
	"[\"324124\",\"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826\"]",
	W("0004f21c") ZEROS_24 "cd2a3d9f938e13cd947ec05abc7fe734df8dd826"},
    /* Solidity: g(uint256[][],string[]) */
    {"(uint256[][],string[])",
	"[[[\"1\",\"2\"],[\"3\"]],[\"one\",\"two\",\"three\"]]",
	W("00000040") W("00000140") W("00000002") W("00000040") W("000000a0") W(
	    "00000002") W("00000001") W("00000002") W("00000001") W("00000003")
	    W("00000003") W("00000060") W("000000a0") W("000000e0")
		W("00000003") "6f6e65000000000000000000000000000000000000000000"
			      "0000000000000000" W(
				  "00000003") "74776f00000000000000000000000000"
					      "0000000000000000000000000000000"
					      "0" W("00000005") "74687265650000"
								"00000000000000"
								"00000000000000"
								"00000000000000"
								"00000000"},
    /* Solidity: sam(bytes,bool,uint256[]) */
    {"(bytes,bool,uint256[])", "[\"0x64617665\",true,[\"1\",\"2\",\"3\"]]",
	W("00000060") W("00000001") W("000000a0")
	    W("00000004") "6461766500000000000000000000000000000000000000000000"
			  "000000000000" W("00000003") W("00000001")
			      W("00000002") W("00000003")},
    /* Solidity: bar(bytes3[2]) */
    {"(bytes3[2])", "[[\"0x616263\",\"0x646566\"]]",
	"6162630000000000000000000000000000000000000000000000000000000000"
	"6465660000000000000000000000000000000000000000000000000000000000"},
    {"(int8,int256)", "[\"-128\",\"-1\"]",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80"
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
};

static void
test_values_encode_and_decode_as_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(published); i++) {
		const struct evm_type *type = type_of(published[i].type);
		struct evm_value value = value_of(type, published[i].json);

		stoa_buf_clear(&bytes);
		assert_int_equal(evm_abi_encode(type, &value, &bytes), STOA_OK);
		assert_hex(stoa_buf_str(&bytes), published[i].want);
		assert_int_equal(
		    evm_abi_decode(type, stoa_buf_str(&bytes), &arena, &value),
		    STOA_OK);
		stoa_buf_clear(&text);
		evm_abi_to_json(type, &value, &text);
		assert_str(stoa_buf_str(&text), published[i].json);
	}
}

static void
test_values_must_fit_their_type(void **state)
{
	static const struct {
		const char *type, *json;
		bool is_good;
	} cases[] = {
	    {"uint8", "255", true},
	    {"uint8", "256", false},
	    {"uint8", "-1", false},
	    {"uint8", "1.0", false},
	    {"uint8", "\"0x0f\"", true},
	    {"uint8", "\"\"", false},
	    {"uint8", "true", false},
	    {"int8", "-128", true},
	    {"int8", "-129", false},
	    {"int8", "128", false},
	    {"bool", "\"true\"", false},
	    {"bytes2", "\"0x00\"", false},
	    {"bytes2", "\"0x0000\"", true},
	    {"bytes", "\"0x0\"", false},
	    {"bytes", "\"00\"", false},
	    {"address", "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\"",
		false},
	    {"string", "1", false},
	    {"bool[2]", "[true]", false},
	    {"bool[]", "{}", false},
	    {"(bool a,bool b)", "{\"b\":true,\"a\":false}", true},
	    {"(bool a,bool b)", "{\"b\":true,\"c\":false}", false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		const struct evm_type *type = type_of(cases[i].type);
		struct stoa_json root;
		struct evm_value value;
		bool ok =
		    stoa_json_parse(stoa_str_of(cases[i].json), 0, &root, NULL);

		assert_true(ok);
		assert_int_equal(
		    evm_abi_of_json(type, root, &arena, &value) == STOA_OK,
		    cases[i].is_good);
	}
}

static void
test_decode_refuses_what_is_not_there(void **state)
{
	static const struct {
		const char *type, *data;
	} cases[] = {
	    {"(uint256)", ""},
	    {"(uint256)", "00"},
	    {"(uint8)", W("00000100")},
	    {"(bool)", W("00000002")},
	    {"(int8)", W("00000080")},
	    {"(address)", "01"
			  "00000000000000000000"
			  "00" /* dirty */
			  "0000000000000000000000000000000000000000"},
	    {"(bytes1)",
		"0001" /* dirty */
		"000000000000000000000000000000000000000000000000000000000000"},
	    {"(bytes)", W("00000021") W("00000000")}, /* offset */
	    {"(bytes)",
		"80" /* 2^255 */
		"000000000000000000000000000000000000000000000000000000000000"
		"00"},
	    {"(bytes)", W("00000020") W("00000001")}, /* length */
	    {"(uint256[])", W("00000020") W("00000002") W("00000001")},
	    {"(uint256[])", W("00000020") W("ffffffff") W("00000001")},
	    {"(bool[3])", W("00000000") W("00000000")},
	    /* Four offsets to one array of four: 26 words out of 11. */
	    {"(uint256[][])",
		W("00000020") W("00000004") W("00000080") W("00000080")
		    W("00000080") W("00000080") W("00000004") W("00000001")
			W("00000002") W("00000003") W("00000004")},
	    {"(bytes[])",
		W("00000020") W("00000004") W("00000080") W("00000080")
		    W("00000080") W("00000080") W("00000020") W("00000000")},
	};
	struct evm_value value;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		const struct evm_type *type = type_of(cases[i].type);

		assert_int_equal(
		    evm_abi_decode(
			type, unhex(&bytes, cases[i].data), &arena, &value),
		    STOA_INVALID);
	}
}

static struct evm_function
function_of(const char *line)
{
	struct evm_function function;

	assert_int_equal(
	    evm_function_parse(stoa_str_of(line), &arena, &function), STOA_OK);
	return function;
}

static void
test_functions_have_selectors(void **state)
{
	static const struct {
		const char *line, *selector;
	} cases[] = {
	    {"transfer(address to,uint256 amount)", "a9059cbb"},
	    {"baz(uint32,bool)", "cdcd77c0"},
	    {"sam(bytes,bool,uint[])", "a5643bf2"},
	    {"isValidSignature(bytes32 hash,bytes signature)", "1626ba7e"},
	};
	struct evm_function f;
	struct evm_value value;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		f = function_of(cases[i].line);
		assert_hex(evm_function_selector(&f), cases[i].selector);
	}
	f = function_of("baz(uint32 x,bool y)");
	value = value_of(f.inputs, "[69,true]");
	stoa_buf_clear(&bytes);
	assert_int_equal(evm_function_encode(&f, &value, &bytes), STOA_OK);
	assert_hex(
	    stoa_buf_str(&bytes), "cdcd77c0" W("00000045") W("00000001"));
	assert_int_equal(
	    evm_function_decode(&f, stoa_buf_str(&bytes), &arena, &value),
	    STOA_OK);
	f = function_of("baz(uint32 x)");
	assert_int_equal(
	    evm_function_decode(&f, stoa_buf_str(&bytes), &arena, &value),
	    STOA_NOT_FOUND);
}

static void
test_events_read_topics_and_data(void **state)
{
	struct evm_function f = function_of(
	    "Transfer(address indexed from,string indexed memo,uint256 value)");
	struct stoa_hash topics[3] = {f.topic, {{0}}, {{9}}};
	struct stoa_hash topic;
	struct evm_value values;
	struct stoa_str data;

	(void)state;
	topics[1].bytes[31] = 0x42;
	data = unhex(&bytes, W("00000005"));
	assert_int_equal(
	    evm_event_decode(&f, topics, 3, data, &arena, &values), STOA_OK);
	assert_int_equal(values.list.count, 3);
	assert_int_equal(values.list.items[0].address.bytes[19], 0x42);
	assert_memory_equal(
	    values.list.items[1].bytes.data, topics[2].bytes, 32);
	assert_int_equal(values.list.items[2].number.limb[0], 5);
	assert_int_equal(
	    evm_event_topic(f.inputs->items, &values.list.items[0], &topic),
	    STOA_OK);
	assert_memory_equal(topic.bytes, topics[1].bytes, 32);
	assert_int_equal(evm_event_decode(&f, topics, 2, data, &arena, &values),
	    STOA_INVALID);
	topics[1].bytes[0] = 1; /* no address */
	assert_int_equal(evm_event_decode(&f, topics, 3, data, &arena, &values),
	    STOA_INVALID);
	topics[0].bytes[0] ^= 1;
	assert_int_equal(evm_event_decode(&f, topics, 3, data, &arena, &values),
	    STOA_NOT_FOUND);
}

static void
test_reverts_become_words(void **state)
{
	static const struct {
		const char *data;
		enum evm_revert_kind kind;
		const char *want;
	} cases[] = {
	    {"", EVM_REVERT_EMPTY, "no reason given"},
	    {"08c379a0" W("00000020")
		    W("00000006") "70617573656400000000000000000000000000000000"
				  "00000000000000000"
				  "000",
		EVM_REVERT_ERROR, "paused"},
	    {"08c379a0" W("00000020")
		    W("00000006") "700a7573656400000000000000000000000000000000"
				  "00000000000000000"
				  "000",
		EVM_REVERT_ERROR, "p used"},
	    {"4e487b71" W("00000011"), EVM_REVERT_PANIC,
		"panic 0x11: an addition or subtraction overflowed"},
	    {"cf479181" W("00000001") W("00000005"), EVM_REVERT_CUSTOM,
		"InsufficientBalance(available: 1, required: 5)"},
	    {"deadbeef00", EVM_REVERT_UNKNOWN, "unknown error 0xdeadbeef"},
	    {"08c379a0", EVM_REVERT_UNKNOWN, "unknown error 0x08c379a0"},
	    {"08", EVM_REVERT_UNKNOWN, "unknown error 0x08"},
	};
	struct evm_function known = function_of(
	    "InsufficientBalance(uint256 available,uint256 required)");

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		stoa_buf_clear(&text);
		assert_int_equal(evm_revert_print(unhex(&bytes, cases[i].data),
				     &known, 1, &text),
		    cases[i].kind);
		assert_str(stoa_buf_str(&text), cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types_have_one_canonical_text),
	    cmocka_unit_test(test_values_encode_and_decode_as_published),
	    cmocka_unit_test(test_values_must_fit_their_type),
	    cmocka_unit_test(test_decode_refuses_what_is_not_there),
	    cmocka_unit_test(test_functions_have_selectors),
	    cmocka_unit_test(test_events_read_topics_and_data),
	    cmocka_unit_test(test_reverts_become_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
