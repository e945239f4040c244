/* test_evm_siwe.c - ERC-4361's own example (CC0), what is near it and must be
 * refused, times, and what makes a message ours. And ERC-1271 and 6492. */
#include "chain/evm_contract_signature.h"
#include "chain/evm_siwe.h"

#include "hex.h"

#define HEAD                                                             \
	"example.com wants you to sign in with your Ethereum account:\n" \
	"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n"
#define STATEMENT                                      \
	"\nI accept the ExampleOrg Terms of Service: " \
	"https://example.com/tos\n"
#define TAIL                                                          \
	"\nURI: https://example.com/login\nVersion: 1\nChain ID: 1\n" \
	"Nonce: 32891756\nIssued At: 2021-09-30T16:25:24Z"
#define RESOURCES                                                            \
	"\nResources:\n- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4" \
	"cjr3oz3evfyavhwq/\n- https://example.com/my-web2-claim.json"

static void
test_read_and_write_are_inverse(void **state)
{
	static const char *const good[] = {
	    HEAD STATEMENT TAIL RESOURCES,
	    HEAD "\n" TAIL, /* two blank lines */
	    "https://" HEAD STATEMENT TAIL,
	    HEAD "\n" TAIL "\nExpiration Time: 2021-10-01T16:25:24.123+02:00"
		 "\nNot Before: 2021-09-30T00:00:00Z\nRequest ID: g%20-1:2",
	};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, EVM_SIWE_SIZE_MAX);
	for (size_t i = 0; i < STOA_COUNT(good); i++) {
		struct evm_siwe siwe;

		assert_int_equal(
		    evm_siwe_read(stoa_str_of(good[i]), &siwe, NULL), STOA_OK);
		stoa_buf_clear(&b);
		assert_int_equal(evm_siwe_write(&siwe, &b), STOA_OK);
		assert_str(stoa_buf_str(&b), good[i]);
		assert_int_equal(siwe.resource_count, i == 0 ? 2 : 0);
	}
	stoa_buf_fini(&b);
}

static void
test_read_refuses_what_is_only_near(void **state)
{
	static const char *const bad[] = {"", "\n", HEAD, HEAD TAIL,
	    HEAD STATEMENT TAIL "\n", "\n" HEAD STATEMENT TAIL,
	    HEAD STATEMENT TAIL "\nResources:", HEAD STATEMENT TAIL "\nFoo: x",
	    HEAD "\nline one\nline two\n" TAIL, HEAD "\n\xc3\xbc\n" TAIL,
	    HEAD "\n\"\n" TAIL, HEAD "\r\n" TAIL,
	    HEAD "\n" TAIL "\nRequest ID: a b",
	    HEAD "\n" TAIL "\nNot Before: 2021-09-30T00:00:00Z"
		 "\nExpiration Time: 2021-10-01T16:25:24Z",
	    HEAD "\n\nURI: https://example.com/login\nVersion: 2\nChain ID: 1\n"
		 "Nonce: 32891756\nIssued At: 2021-09-30T16:25:24Z",
	    HEAD "\n\nURI: https://example.com/login\nVersion: 1\n"
		 "Chain ID: 01\nNonce: 32891756\n"
		 "Issued At: 2021-09-30T16:25:24Z",
	    HEAD "\n\nURI: https://example.com/login\nVersion: 1\nChain ID: 1\n"
		 "Nonce: 3289175\nIssued At: 2021-09-30T16:25:24Z",
	    HEAD "\n\nURI: login\nVersion: 1\nChain ID: 1\n"
		 "Nonce: 32891756\nIssued At: 2021-09-30T16:25:24Z",
	    HEAD "\n\nURI: https://example.com/login\nVersion: 1\nChain ID: 1\n"
		 "Nonce: 32891756\nIssued At: 2021-02-29T16:25:24Z",
	    "example.com wants you to sign in with your Ethereum account:\n"
	    "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2\n\n" TAIL,
	    "exa mple.com wants you to sign in with your Ethereum account:\n"
	    "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n" TAIL,
	    " wants you to sign in with your Ethereum account:\n"
	    "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n" TAIL};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		struct evm_siwe siwe;
		const char *why = NULL;

		assert_int_equal(
		    evm_siwe_read(stoa_str_of(bad[i]), &siwe, &why),
		    STOA_INVALID);
		assert_non_null(why);
	}
}

static void
test_seconds_follow_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2021-09-30T16:25:24Z", 1633019124},
	    {"2021-09-30T16:25:24.999Z", 1633019124},
	    {"2021-09-30T18:25:24+02:00", 1633019124},
	    {"2000-02-29T23:59:59Z", 951868799},
	    {"1969-12-31T23:59:59Z", -1},
	};
	int64_t have;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_true(
		    evm_siwe_seconds(stoa_str_of(cases[i].text), &have));
		assert_int_equal(have, cases[i].want);
	}
	assert_false(evm_siwe_seconds(STOA_STR("1900-02-29T00:00:00Z"), &have));
	assert_false(evm_siwe_seconds(STOA_STR("2021-09-30 16:25:24Z"), &have));
	assert_false(evm_siwe_seconds(STOA_STR("2021-09-30T16:25:24"), &have));
	assert_false(
	    evm_siwe_seconds(STOA_STR("2021-09-30T16:25:24.Z"), &have));
}

static void
test_fault_names_what_is_not_expected(void **state)
{
	struct evm_siwe_expected expected = {.domain = STOA_STR("example.com"),
	    .nonce = STOA_STR("32891756"),
	    .chain_id = 1,
	    .now = 1633019124};
	struct evm_siwe siwe;

	(void)state;
	assert_int_equal(
	    evm_siwe_read(
		STOA_STR(
		    HEAD "\n" TAIL "\nExpiration Time: 2021-09-30T16:25:25Z"
			 "\nNot Before: 2021-09-30T16:25:24Z"
			 "\nRequest ID: 7"),
		&siwe, NULL),
	    STOA_OK);
	assert_null(evm_siwe_fault(&siwe, &expected));
	expected.now++;
	assert_string_equal(evm_siwe_fault(&siwe, &expected), "it has expired");
	expected.now -= 2;
	assert_string_equal(
	    evm_siwe_fault(&siwe, &expected), "it is not valid yet");
	expected.chain_id = 137;
	assert_string_equal(
	    evm_siwe_fault(&siwe, &expected), "it is for another chain");
	expected.request_id = STOA_STR("8");
	assert_string_equal(
	    evm_siwe_fault(&siwe, &expected), "it is for another request");
	expected.nonce = STOA_STR("32891757");
	assert_string_equal(
	    evm_siwe_fault(&siwe, &expected), "its nonce is another one");
	expected.domain = STOA_STR("example.org");
	assert_string_equal(
	    evm_siwe_fault(&siwe, &expected), "it is for another site");
}

static void
test_contracts_answer_with_the_magic_word(void **state)
{
	struct stoa_hash hash = {{1}};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 1024);
	assert_int_equal(
	    evm_contract_signature_call(&hash, STOA_STR("\x12"), &b), STOA_OK);
	assert_hex(stoa_buf_str(&b),
	    "1626ba7e"
	    "0100000000000000000000000000000000000000000000000000000000000000"
	    "0000000000000000000000000000000000000000000000000000000000000040"
	    "0000000000000000000000000000000000000000000000000000000000000001"
	    "1200000000000000000000000000000000000000000000000000000000000000");
	assert_true(evm_contract_signature_is_accepted(unhex(&b,
	    "1626ba7e0000000000000000000000000000000000000000000000000000000"
	    "0")));
	assert_false(evm_contract_signature_is_accepted(unhex(&b,
	    "1626ba7e0000000000000000000000000000000000000000000000000000000"
	    "1")));
	assert_false(evm_contract_signature_is_accepted(STOA_STR("")));
	assert_false(evm_undeployed_is(STOA_STR("\x64\x92")));
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_and_write_are_inverse),
	    cmocka_unit_test(test_read_refuses_what_is_only_near),
	    cmocka_unit_test(test_seconds_follow_the_calendar),
	    cmocka_unit_test(test_fault_names_what_is_not_expected),
	    cmocka_unit_test(test_contracts_answer_with_the_magic_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
