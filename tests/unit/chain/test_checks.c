/* test_checks.c - what is asked of contracts before anything is sent there,
 * and what counts as an answer. `make peer-chain-checks` asks real ones. */
#include "chain/checks.h"

#include "base/check.h"
#include "chain/abi_tables.h"
#include "chain/evm_u256.h"

#include "contracts.h"
#include "hex.h"

static struct chain_check checks[CHAIN_CHECKS_MAX];
static struct stoa_arena arena;

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static size_t
checks_of(enum chain_market market, const struct evm_address *key)
{
	static struct chain_manifest m;
	struct chain_checks_terms terms = {.manifest = &m,
	    .market = market,
	    .operator_key = key,
	    .arena = &arena};
	size_t count = 0;

	m = contracts_made_up();
	stoa_arena_init(&arena, NULL, 0, (size_t)32 * 1024);
	assert_int_equal(chain_checks_make(&terms, checks, &count), STOA_OK);
	return count;
}

static bool
is_ours(uint32_t selector)
{
	for (size_t i = 0; i < abi_function_count; i++) {
		if (abi_functions[i].selector == selector) {
			return true;
		}
	}
	return false;
}

/* The questions to our own contracts are functions that they have. */
static void
test_questions_are_functions(void **state)
{
	struct evm_address key = {{1}};
	size_t count = checks_of(CHAIN_MARKET_OURS, &key), calls = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct evm_u256 selector;

		assert_true(checks[i].contract < CHAIN_CONTRACTS);
		assert_int_equal(checks[i].to.bytes[0], checks[i].contract + 1);
		if (checks[i].data.len == 0) {
			assert_int_equal(checks[i].expect, CHAIN_EXPECT_CODE);
			assert_int_equal(
			    checks[i].want.bytes[0], checks[i].contract + 1);
			continue;
		}
		selector = evm_u256_of_bytes(
		    stoa_str_of_bytes(checks[i].data.data, 4));
		if (!is_ours((uint32_t)selector.limb[0])) {
			fail_msg("%s", checks[i].what);
		}
		calls++;
	}
	assert_int_equal(count - calls, CHAIN_CONTRACTS);
	stoa_arena_fini(&arena);
	assert_int_equal(count, checks_of(CHAIN_MARKET_OURS, NULL) + 1);
}

/* A foreign market's code is not ours to know. */
static void
test_foreign_markets_are_asked_otherwise(void **state)
{
	static const struct stoa_hash zero;

	(void)state;
	for (enum chain_market kind = CHAIN_MARKET_V3;
	     kind <= CHAIN_MARKET_SMALL; kind++) {
		size_t count = checks_of(kind, NULL), found = 0;

		for (size_t i = 0; i < count; i++) {
			if (checks[i].contract != CHAIN_MARKET) {
				continue;
			}
			assert_string_not_equal(
			    checks[i].what, "pays fees to the vault");
			if (checks[i].expect == CHAIN_EXPECT_CODE) {
				assert_memory_equal(
				    &checks[i].want, &zero, sizeof(zero));
			}
			found++;
		}
		assert_int_equal(found, kind == CHAIN_MARKET_V3 ? 9 : 3);
		stoa_arena_fini(&arena);
	}
}

struct answer {
	enum chain_expect expect;
	const char *want;    /* a word */
	const char *answer;  /* NULL: reverted */
	const char *verdict; /* "yes", or how the rest of it begins */
};

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE  "0000000000000000000000000000000000000000000000000000000000000001"
/* Keccak-256 of the byte 1. */
#define CODE "5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"

static const struct answer answers[] = {
    {CHAIN_EXPECT_CODE, CODE, "01", "yes"},
    {CHAIN_EXPECT_CODE, ZERO, "01", "yes"},
    {CHAIN_EXPECT_CODE, ZERO, "", "no, "},
    {CHAIN_EXPECT_CODE, ONE, "01", "no, "},
    {CHAIN_EXPECT_CODE, CODE, NULL, "no, the call reverts"},
    {CHAIN_EXPECT_WORD, ONE, ONE, "yes"},
    {CHAIN_EXPECT_WORD, ONE, ZERO, "no, it answers 0x" ZERO},
    {CHAIN_EXPECT_WORD, ZERO, "", "no, it answers nothing"},
    {CHAIN_EXPECT_WORD, ONE, ONE ONE, "no, it answers 0x" ONE},
    {CHAIN_EXPECT_WORD, ONE, NULL, "no, the call reverts"},
    {CHAIN_EXPECT_NOT_ZERO, ZERO, ONE, "yes"},
    {CHAIN_EXPECT_NOT_ZERO, ZERO, ZERO, "no, it answers 0x" ZERO},
    {CHAIN_EXPECT_NOT_ZERO, ZERO, "01", "no, it answers 0x01"},
    {CHAIN_EXPECT_WORDS, ZERO, ONE ONE, "yes"},
    {CHAIN_EXPECT_WORDS, ZERO, ONE, "no, it answers 0x" ONE},
    {CHAIN_EXPECT_WORDS, ZERO, ONE "01", "no, it answers 0x" ONE},
};

static void
test_judge_says_yes_or_no(void **state)
{
	struct stoa_buf b, want, verdict;

	(void)state;
	stoa_buf_init(&b, 1024);
	stoa_buf_init(&want, 1024);
	stoa_buf_init(&verdict, 1024);
	for (size_t i = 0; i < STOA_COUNT(answers); i++) {
		const struct answer *a = &answers[i];
		struct chain_check check = {.contract = CHAIN_NFT,
		    .what = "is so",
		    .expect = a->expect,
		    .data = a->expect == CHAIN_EXPECT_CODE ? STOA_STR("")
							   : STOA_STR("call"),
		    .words = 2};
		struct stoa_str answer =
		    unhex(&b, a->answer == NULL ? "" : a->answer);
		const char *rest;

		memcpy(check.want.bytes, unhex(&want, a->want).data, 32);
		stoa_buf_clear(&verdict);
		assert_int_equal(
		    chain_check_judge(
			&check, a->answer == NULL ? NULL : &answer, &verdict),
		    strcmp(a->verdict, "yes") == 0);
		rest = strstr(verdict.data, ": is so: ");
		assert_non_null(rest);
		if (strncmp(rest + 9, a->verdict, strlen(a->verdict)) != 0) {
			fail_msg("%zu: %s", i, verdict.data);
		}
	}
	stoa_buf_fini(&b);
	stoa_buf_fini(&want);
	stoa_buf_fini(&verdict);
}

static void
test_full_arena_is_told(void **state)
{
	struct chain_manifest m = contracts_made_up();
	struct chain_checks_terms terms = {.manifest = &m, .arena = &arena};
	size_t count = 77;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1024);
	assert_int_equal(
	    chain_checks_make(&terms, checks, &count), STOA_NO_MEMORY);
	assert_int_equal(count, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_questions_are_functions, tear_down),
	    cmocka_unit_test(test_foreign_markets_are_asked_otherwise),
	    cmocka_unit_test(test_judge_says_yes_or_no),
	    cmocka_unit_test_teardown(test_full_arena_is_told, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
