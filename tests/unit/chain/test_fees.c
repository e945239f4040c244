/* test_fees.c - what is offered, from answers as nodes give them. */
#include "chain/fees.h"

#include "chain/limits.h"

#include "../unit.h"

#define GWEI UINT64_C(1000000000)

static struct stoa_json
json(const char *text)
{
	struct stoa_json root = {{NULL, 0}};
	bool ok = stoa_json_parse(stoa_str_of(text), 0, &root, NULL);

	assert_true(ok);
	return root;
}

static void
test_floor_is_that_of_the_chain(void **state)
{
	(void)state;
	assert_true(evm_fees_floor(137) == 25 * GWEI);
	assert_true(evm_fees_floor(80002) == 25 * GWEI);
	assert_true(evm_fees_floor(1) == 0);
	assert_true(evm_fees_floor(31337) == 0);
}

static void
test_read_takes_the_larger_tip(void **state)
{
	static const struct {
		const char *history, *advice;
		uint64_t base, tip; /* gwei */
	} cases[] = {
	    /* Five blocks: six base fees, the last one of the next block. */
	    {"{\"oldestBlock\":\"0x1\",\"baseFeePerGas\":[\"0x1\",\"0x1\","
	     "\"0x1\",\"0x1\",\"0x1\",\"0x6fc23ac00\"],\"reward\":[[\"0x1\"],"
	     "[\"0x77359400\"],[\"0xb2d05e00\"],[\"0x2540be400\"],[\"0x0\"]]}",
		NULL, 30, 2},
	    {"{\"baseFeePerGas\":[\"0x3b9aca00\"],\"reward\":[]}",
		"\"0x77359400\"", 1, 2},
	    {"{\"baseFeePerGas\":[\"0x3b9aca00\",\"0x77359400\"],"
	     "\"reward\":[[\"0xb2d05e00\"]]}",
		"\"0x77359400\"", 2, 3},
	    {"{\"baseFeePerGas\":[\"0x0\",\"0x0\"],\"reward\":null}", "\"0x0\"",
		0, 0},
	    {"{\"baseFeePerGas\":[\"0x0\",\"0x0\"]}", NULL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_fees_market market = {0, 0};
		struct stoa_json advice = {{NULL, 0}};
		const char *fault = "";

		if (cases[i].advice != NULL) {
			advice = json(cases[i].advice);
		}
		assert_int_equal(evm_fees_read(json(cases[i].history), advice,
				     &market, &fault),
		    STOA_OK);
		assert_true(market.base_fee_wei == cases[i].base * GWEI);
		assert_true(market.tip_wei == cases[i].tip * GWEI);
	}
}

static void
test_read_refuses_what_is_no_price(void **state)
{
	static const char *const histories[] = {
	    "null",
	    "{}",
	    "{\"baseFeePerGas\":[]}",
	    "{\"baseFeePerGas\":\"0x1\"}",
	    "{\"baseFeePerGas\":[1]}",
	    "{\"baseFeePerGas\":[\"1\"]}",
	    "{\"baseFeePerGas\":[\"0x1\",null]}",
	    /* A million gwei and one wei. */
	    "{\"baseFeePerGas\":[\"0x38d7ea4c68001\"]}",
	    "{\"baseFeePerGas\":[\"0xffffffffffffffffffffffff\"]}",
	    "{\"baseFeePerGas\":[\"0x1\"],\"reward\":7}",
	    "{\"baseFeePerGas\":[\"0x1\"],\"reward\":[7]}",
	    "{\"baseFeePerGas\":[\"0x1\"],\"reward\":[[]]}",
	    "{\"baseFeePerGas\":[\"0x1\"],\"reward\":[[\"x\"]]}",
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(histories); i++) {
		struct evm_fees_market market;
		const struct stoa_json none = {{NULL, 0}};
		const char *fault = NULL;

		assert_int_equal(
		    evm_fees_read(json(histories[i]), none, &market, &fault),
		    STOA_INVALID);
		assert_non_null(fault);
	}
}

static void
test_fees_obey_floor_and_caps(void **state)
{
	static const struct {
		uint64_t base, tip, tip_min, tip_max, fee_max; /* gwei */
		enum stoa_status status;
		uint64_t want_fee, want_tip;
	} cases[] = {
	    /* Twice the base fee and the tip. */
	    {100, 30, 25, 500, 2000, STOA_OK, 230, 30},
	    /* Polygon's floor. */
	    {100, 1, 25, 500, 2000, STOA_OK, 225, 25},
	    {0, 0, 25, 500, 2000, STOA_OK, 25, 25},
	    /* Nothing is free of charge where there is no floor. */
	    {0, 0, 0, 500, 2000, STOA_OK, 0, 0},
	    /* The tip's cap, and that of both. */
	    {100, 900, 25, 500, 2000, STOA_OK, 700, 500},
	    {900, 30, 25, 500, 1000, STOA_OK, 1000, 30},
	    {970, 100, 25, 500, 1000, STOA_OK, 1000, 30},
	    {975, 100, 25, 500, 1000, STOA_OK, 1000, 25},
	    {976, 100, 25, 500, 1000, STOA_TOO_LARGE, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		const struct evm_fees_market market = {
		    cases[i].base * GWEI, cases[i].tip * GWEI};
		const struct evm_fees_rule rule = {cases[i].tip_min * GWEI,
		    cases[i].tip_max * GWEI, cases[i].fee_max * GWEI};
		struct evm_fees fees = {0, 0};

		assert_int_equal(
		    evm_fees_of(&market, &rule, &fees), cases[i].status);
		assert_true(fees.max_fee_wei == cases[i].want_fee * GWEI);
		assert_true(fees.tip_wei == cases[i].want_tip * GWEI);
	}
}

static void
test_replacement_is_a_tenth_dearer_in_both(void **state)
{
	static const struct {
		struct evm_fees before, now, want;
		enum stoa_status status;
	} cases[] = {
	    {{1000, 100}, {0, 0}, {1100, 110}, STOA_OK},
	    /* Rounded up. */
	    {{1001, 101}, {0, 0}, {1102, 112}, STOA_OK},
	    {{9, 1}, {0, 0}, {10, 2}, STOA_OK},
	    {{1, 0}, {0, 0}, {2, 1}, STOA_OK},
	    {{0, 0}, {0, 0}, {1, 1}, STOA_OK},
	    /* What the market wants by now is more. */
	    {{1000, 100}, {5000, 50}, {5000, 110}, STOA_OK},
	    {{1000, 100}, {900, 800}, {1100, 800}, STOA_OK},
	    {{9090, 100}, {0, 0}, {9999, 110}, STOA_OK},
	    {{9091, 100}, {0, 0}, {0, 0}, STOA_TOO_LARGE},
	};
	const struct evm_fees_rule rule = {0, 1000, 10000};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_fees fees = {0, 0};

		assert_int_equal(
		    evm_fees_replace(&cases[i].before,
			cases[i].now.max_fee_wei == 0 ? NULL : &cases[i].now,
			&rule, &fees),
		    cases[i].status);
		assert_true(fees.max_fee_wei == cases[i].want.max_fee_wei);
		assert_true(fees.tip_wei == cases[i].want.tip_wei);
	}
}

/* All the attempts that a nonce may have, from the least price. */
static void
test_replacements_end_at_the_cap(void **state)
{
	const struct evm_fees_rule rule = {
	    0, CHAIN_FEE_WEI_MAX, CHAIN_FEE_WEI_MAX};
	struct evm_fees fees = {30 * GWEI, 25 * GWEI};
	unsigned count = 0;

	(void)state;
	while (evm_fees_replace(&fees, NULL, &rule, &fees) == STOA_OK) {
		assert_true(fees.tip_wei <= fees.max_fee_wei);
		count++;
	}
	assert_int_equal(count, 109); /* 30 * 1.1^109 < 10^6 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_floor_is_that_of_the_chain),
	    cmocka_unit_test(test_read_takes_the_larger_tip),
	    cmocka_unit_test(test_read_refuses_what_is_no_price),
	    cmocka_unit_test(test_fees_obey_floor_and_caps),
	    cmocka_unit_test(test_replacement_is_a_tenth_dearer_in_both),
	    cmocka_unit_test(test_replacements_end_at_the_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
