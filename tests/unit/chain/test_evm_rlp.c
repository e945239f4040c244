/* test_evm_rlp.c - vectors of ethereum/tests (RLPTests, MIT licence). */
#include "chain/evm_rlp.h"

#include "hex.h"

static void
test_strings_and_numbers_encode_as_published(void **state)
{
	static const struct {
		const char *text, *want;
	} strings[] = {
	    {"dog", "83646f67"},
	    {"Lorem ipsum dolor sit amet, consectetur adipisicing eli",
		"b74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f"
		"6e7365637465747572206164697069736963696e6720656c69"},
	    {"Lorem ipsum dolor sit amet, consectetur adipisicing elit",
		"b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c2063"
		"6f6e7365637465747572206164697069736963696e6720656c6974"},
	    {"", "80"},
	    {"\x7f", "7f"},
	};
	static const struct {
		const char *number, *want;
	} numbers[] = {
	    {"0", "80"},
	    {"1", "01"},
	    {"127", "7f"},
	    {"128", "8180"},
	    {"1000", "8203e8"},
	    {"100000", "830186a0"},
	    {"83729609699884896815286331701780722",
		"8f102030405060708090a0b0c0d0e0f2"},
	    {"105315505618206987246253880190783558935785933862974822347068935"
	     "681",
		"9c0100020003000400050006000700080009000a000b000c000d000e01"},
	};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 1 << 12);
	for (size_t i = 0; i < STOA_COUNT(strings); i++) {
		stoa_buf_clear(&b);
		evm_rlp_bytes(&b, stoa_str_of(strings[i].text));
		assert_hex(stoa_buf_str(&b), strings[i].want);
	}
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		struct evm_u256 value, back;
		struct stoa_str rest;
		bool ok =
		    evm_u256_parse(stoa_str_of(numbers[i].number), &value);

		assert_true(ok);
		stoa_buf_clear(&b);
		evm_rlp_u256(&b, &value);
		assert_hex(stoa_buf_str(&b), numbers[i].want);
		rest = stoa_buf_str(&b);
		assert_int_equal(evm_rlp_cut_u256(&rest, &back), STOA_OK);
		assert_int_equal(evm_u256_compare(&value, &back), 0);
		assert_int_equal(rest.len, 0);
	}
	stoa_buf_fini(&b);
}

/* "longList1" and "listsoflists2". */
static void
test_lists_encode_as_published(void **state)
{
	static const char *const words[] = {"asdf", "qwer", "zxcv"};
	struct stoa_buf b;
	struct stoa_str rest, content;
	size_t all, one, count;

	(void)state;
	stoa_buf_init(&b, 1 << 12);
	all = evm_rlp_begin(&b);
	for (int i = 0; i < 4; i++) {
		one = evm_rlp_begin(&b);
		for (int j = 0; j < 3; j++) {
			evm_rlp_bytes(&b, stoa_str_of(words[j]));
		}
		evm_rlp_end(&b, one);
	}
	evm_rlp_end(&b, all);
	rest = stoa_buf_str(&b);
	assert_hex(rest,
	    "f840cf84617364668471776572847a786376cf84617364668471776572847a786"
	    "376cf84617364668471776572847a786376cf84617364668471776572847a7863"
	    "76");
	assert_int_equal(evm_rlp_cut_list(&rest, &content), STOA_OK);
	assert_int_equal(evm_rlp_count(content, &count), STOA_OK);
	assert_int_equal(count, 4);
	stoa_buf_clear(&b);
	all = evm_rlp_begin(&b); /* [ [], [[]], [ [], [[]] ] ] */
	evm_rlp_end(&b, evm_rlp_begin(&b));
	one = evm_rlp_begin(&b);
	evm_rlp_end(&b, evm_rlp_begin(&b));
	evm_rlp_end(&b, one);
	one = evm_rlp_begin(&b);
	evm_rlp_end(&b, evm_rlp_begin(&b));
	count = evm_rlp_begin(&b);
	evm_rlp_end(&b, evm_rlp_begin(&b));
	evm_rlp_end(&b, count);
	evm_rlp_end(&b, one);
	evm_rlp_end(&b, all);
	assert_hex(stoa_buf_str(&b), "c7c0c1c0c3c0c1c0");
	stoa_buf_fini(&b);
}

/* An item is right when all in it is. */
static bool
is_whole(struct stoa_str rest)
{
	struct evm_rlp item;

	while (rest.len > 0) {
		if (evm_rlp_cut(&rest, &item) != STOA_OK ||
		    (item.is_list && !is_whole(item.content))) {
			return false;
		}
	}
	return true;
}

static void
test_cut_refuses_what_is_published_as_invalid(void **state)
{
	static const char *const bad[] = {"bf0f000000000000021111",
	    "ff0f000000000000021111", "f80180", "f80100",
	    "b9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0"
	    "565df0",
	    "f861f83eb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e"
	    "582081b0565df027b90015002d5ef8325ae4d034df55d4b58d0dfba64d61ddd17b"
	    "e00000b9001a00dae30907045a2f66fa36f2bb8aa9029cbb0b8a7b3b5c435ab33"
	    "1",
	    "8100", "8101", "817F", "b800", "f800",
	    "b81000112233445566778899aabbccddeeff", "b801ff",
	    "f810000102030405060708090a0b0c0d0e0f", "f803112233",
	    "b90040000102030405060708090a0b0c0d0e0f10", "83646f", "c883636174",
	    "b8", "f9ff"};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 1 << 12);
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(is_whole(unhex(&b, bad[i])));
	}
	assert_true(is_whole(unhex(&b, "c7c0c1c0c3c0c1c0")));
	stoa_buf_fini(&b);
}

static void
test_numbers_have_no_leading_zeros_and_fit(void **state)
{
	struct stoa_buf b;
	struct stoa_str rest;
	struct evm_u256 value;
	uint64_t small;

	(void)state;
	stoa_buf_init(&b, 64);
	rest = unhex(&b, "00");
	assert_int_equal(evm_rlp_cut_u256(&rest, &value), STOA_INVALID);
	rest = unhex(&b, "820001");
	assert_int_equal(evm_rlp_cut_u256(&rest, &value), STOA_INVALID);
	rest = unhex(&b, "a1010000000000000000000000000000000000000000000000000"
			 "000000000000000");
	assert_int_equal(evm_rlp_cut_u256(&rest, &value), STOA_INVALID);
	rest = unhex(&b, "89010000000000000000");
	assert_int_equal(evm_rlp_cut_u64(&rest, &small), STOA_INVALID);
	assert_int_equal(rest.len, 10);
	rest = unhex(&b, "c0");
	assert_int_equal(evm_rlp_cut_u64(&rest, &small), STOA_INVALID);
	rest = unhex(&b, "80");
	assert_int_equal(evm_rlp_cut_list(&rest, &rest), STOA_INVALID);
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_strings_and_numbers_encode_as_published),
	    cmocka_unit_test(test_lists_encode_as_published),
	    cmocka_unit_test(test_cut_refuses_what_is_published_as_invalid),
	    cmocka_unit_test(test_numbers_have_no_leading_zeros_and_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
