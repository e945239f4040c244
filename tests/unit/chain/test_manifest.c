/* test_manifest.c - which contracts there are. */
#include "chain/manifest.h"

#include "base/check.h"
#include "chain/limits.h"

#include "../unit.h"

#define FOUR(n) n n n n
#define AT(n)	FOUR(n) FOUR(n) FOUR(n) FOUR(n) FOUR(n)
#define CODE(n) AT(n) FOUR(n) FOUR(n) FOUR(n)
#define ENTRY(name, n)                                                        \
	"\"" name "\":{\"address\":\"0x" AT(n n) "\",\"codeHash\":\"0x" CODE( \
	    n n) "\",\"constructorArguments\":\"0x\"}"
#define FIVE                                                                  \
	ENTRY("JoyToken", "1")                                                \
	"," ENTRY("ModelNFT", "2") "," ENTRY("ModelRegistry", "3") "," ENTRY( \
	    "ModelMarket", "4") "," ENTRY("LeaseEscrow", "5")
#define ALL FIVE "," ENTRY("Vault", "6") "," ENTRY("Account", "7")
#define MANIFEST(chain, contracts) \
	"{\"chain\":" chain ",\"contracts\":{" contracts "}}"
/* Keccak-256 of nothing. */
#define NO_CODE \
	"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"

static void
test_read_finds_contracts(void **state)
{
	struct chain_manifest m;
	enum chain_contract contract;
	struct evm_address stranger = {{9}};
	struct stoa_buf error;
	enum stoa_status status;

	(void)state;
	stoa_buf_init(&error, 1024);
	status = chain_manifest_read(
	    STOA_STR(MANIFEST("137", ALL "," ENTRY("Splitter", "8"))), &m,
	    &error);
	assert_int_equal(status, STOA_OK);
	assert_int_equal(error.len, 0);
	assert_int_equal(m.chain_id, 137);
	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		const struct evm_address *at =
		    chain_manifest_at(&m, (enum chain_contract)i);

		assert_int_equal(at->bytes[0], 0x11 * (i + 1));
		assert_int_equal(at->bytes[19], 0x11 * (i + 1));
		assert_int_equal(m.contracts[i].code.bytes[31], 0x11 * (i + 1));
		assert_true(chain_manifest_find(&m, at, &contract));
		assert_int_equal(contract, i);
	}
	assert_false(chain_manifest_find(&m, &stranger, &contract));
	stoa_buf_fini(&error);
}

static void
test_read_refuses(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
	    {"", "line 1, column 1"},
	    {MANIFEST("0", ALL), "\"chain\""},
	    {MANIFEST("-1", ALL), "\"chain\""},
	    {MANIFEST("\"137\"", ALL), "\"chain\""},
	    {MANIFEST("9223372036854775790", ALL), "\"chain\""},
	    {"{\"chain\":1}", "JoyToken is missing"},
	    {"[]", "\"chain\""},
	    {MANIFEST("1", FIVE), "Vault is missing; a vault is deployed for "
				  "STOA_OPERATOR"},
	    {MANIFEST("1", FIVE "," ENTRY("Vault", "6") ",\"Account\":7"),
		"Account needs an \"address\""},
	    {MANIFEST(
		 "1", FIVE "," ENTRY("Vault", "6") "," ENTRY("Account", "5")),
		"Account has the address of another contract"},
	    {MANIFEST("1", ALL "," ENTRY("Vault", "6")), "line 1"},
	    {MANIFEST("1", "\"JoyToken\":{\"address\":\"0x" AT("aA") "\"}"),
		"JoyToken needs an \"address\""},
	    {MANIFEST("1", "\"JoyToken\":{\"address\":\"0x" AT("11") "\"}"),
		"JoyToken needs a \"codeHash\""},
	    {MANIFEST("1", "\"JoyToken\":{\"address\":\"0x" AT(
			       "11") "\",\"codeHash\":\"0x11\"}"),
		"JoyToken needs a \"codeHash\""},
	    {MANIFEST("1", ENTRY("JoyToken", "0")), "JoyToken is not deployed"},
	    {MANIFEST("1", "\"JoyToken\":{\"address\":\"0x" AT(
			       "11") "\",\"codeHash\":\"0x" NO_CODE "\"}"),
		"JoyToken is not deployed"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct chain_manifest m = {.chain_id = 5};
		struct stoa_buf error;

		stoa_buf_init(&error, 1024);
		assert_int_equal(
		    chain_manifest_read(stoa_str_of(cases[i].text), &m, &error),
		    STOA_INVALID);
		assert_int_equal(m.chain_id, 5);
		if (strstr(error.data, cases[i].why) == NULL) {
			fail_msg("%zu: %s", i, error.data);
		}
		stoa_buf_fini(&error);
	}
}

static void
test_read_is_bounded(void **state)
{
	struct chain_manifest m;
	struct stoa_buf text, error;

	(void)state;
	stoa_buf_init(&text, 2 * CHAIN_MANIFEST_MAX);
	stoa_buf_init(&error, 1024);
	memset(stoa_buf_reserve(&text, CHAIN_MANIFEST_MAX + 1), ' ',
	    CHAIN_MANIFEST_MAX + 1);
	stoa_buf_grow(&text, CHAIN_MANIFEST_MAX + 1);
	assert_int_equal(
	    chain_manifest_read(stoa_buf_str(&text), &m, &error), STOA_INVALID);
	assert_non_null(strstr(error.data, "at most 1048576"));
	stoa_buf_fini(&text);
	stoa_buf_fini(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_finds_contracts),
	    cmocka_unit_test(test_read_refuses),
	    cmocka_unit_test(test_read_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
