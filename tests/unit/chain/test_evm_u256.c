/* test_evm_u256.c - checked arithmetic and the texts of numbers; and amounts,
 * which are nothing but numbers with a point. */
#include "chain/evm_u256.h"
#include "chain/evm_units.h"

#include "../unit.h"

#define MAX_DECIMAL                        \
	"11579208923731619542357098500868" \
	"7907853269984665640564039457584007913129639935"
#define TOO_LARGE                          \
	"11579208923731619542357098500868" \
	"7907853269984665640564039457584007913129639936"
#define MAX_HEX                              \
	"0xffffffffffffffffffffffffffffffff" \
	"ffffffffffffffffffffffffffffffff"

static struct evm_u256
number(const char *text)
{
	struct evm_u256 value;
	bool ok = evm_u256_parse(stoa_str_of(text), &value);

	assert_true(ok);
	return value;
}

static void
assert_number(const struct evm_u256 *have, const char *want)
{
	char text[EVM_U256_TEXT_SIZE];

	assert_string_equal(evm_u256_print_decimal(have, text), want);
}

static void
test_parse_and_print_are_inverse(void **state)
{
	static const struct {
		const char *decimal, *hex;
	} cases[] = {
	    {"0", "0x0"},
	    {"1", "0x1"},
	    {"255", "0xff"},
	    {"10000000000000000000", "0x8ac7230489e80000"},
	    {"18446744073709551615", "0xffffffffffffffff"},
	    {"18446744073709551616", "0x10000000000000000"},
	    {"100000000000000000000000000000000000000",
		"0x4b3b4ca85a86c47a098a224000000000"},
	    {MAX_DECIMAL, MAX_HEX},
	};
	char text[EVM_U256_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_u256 a = number(cases[i].decimal);
		struct evm_u256 b = number(cases[i].hex);

		assert_int_equal(evm_u256_compare(&a, &b), 0);
		assert_string_equal(
		    evm_u256_print_decimal(&a, text), cases[i].decimal);
		assert_string_equal(
		    evm_u256_print_quantity(&a, text), cases[i].hex);
	}
}

static void
test_parse_takes_one_form_only(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "01",
	    "00", "1.0", "1e3", "0x", "0x00", "0x01", "0xg", "0X1", "a",
	    TOO_LARGE, MAX_HEX "0", MAX_DECIMAL "0"};
	struct evm_u256 value = evm_u256_of(7);

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(evm_u256_parse(stoa_str_of(bad[i]), &value));
		assert_number(&value, "7");
	}
}

static void
test_arithmetic_refuses_what_does_not_fit(void **state)
{
	struct evm_u256 max = number(MAX_HEX), one = evm_u256_of(1);
	struct evm_u256 half = number("0x80000000000000000000000000000000"
				      "00000000000000000000000000000000");
	struct evm_u256 two = evm_u256_of(2), a, got = evm_u256_of(9);

	(void)state;
	assert_false(evm_u256_add(&max, &one, &got));
	assert_false(evm_u256_sub(&one, &two, &got));
	assert_false(evm_u256_mul(&half, &two, &got));
	assert_number(&got, "9");
	a = number("340282366920938463463374607431768211456"); /* 2^128 */
	assert_false(evm_u256_mul(&a, &a, &got));
	assert_true(evm_u256_sub(&a, &one, &a));
	assert_true(evm_u256_mul(&a, &a, &got));
	assert_number(&got, "11579208923731619542357098500868790785"
			    "2589419931798687112530834793049593217025");
	assert_int_equal(evm_u256_divide(&got, 1000000007), 233580713);
	got = evm_u256_negate(&one);
	assert_int_equal(evm_u256_compare(&got, &max), 0);
}

static void
test_bytes_are_big_endian(void **state)
{
	uint8_t word[EVM_WORD_SIZE], want[EVM_WORD_SIZE] = {[30] = 1, [31] = 2};
	struct evm_u256 value =
	    evm_u256_of_bytes(stoa_str_of_bytes("\x01\x02", 2));

	(void)state;
	assert_number(&value, "258");
	assert_int_equal(evm_u256_size(&value), 2);
	assert_int_equal(evm_u256_bits(&value), 9);
	evm_u256_to_bytes(&value, word);
	assert_memory_equal(word, want, sizeof(word));
}

static void
test_units_parse_and_print(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
		const char *amount, *again;
	} cases[] = {
	    {"1.5", 18, "1500000000000000000", "1.5"},
	    {"0.000000000000000001", 18, "1", "0.000000000000000001"},
	    {"25", 9, "25000000000", "25"},
	    {"25.000", 9, "25000000000", "25"},
	    {"0.0", 1, "0", "0"},
	    {"10", 0, "10", "10"},
	    {"0.05", 2, "5", "0.05"},
	    {"100.10", 6, "100100000", "100.1"},
	    {MAX_DECIMAL, 0, MAX_DECIMAL, MAX_DECIMAL},
	    {"1.15792089237316195423570985008687907853269984665640564039457"
	     "584007913129639935",
		77, MAX_DECIMAL,
		"1.15792089237316195423570985008687907853269984665640564039457"
		"584007913129639935"},
	};
	char text[EVM_UNITS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_u256 amount;
		bool ok = evm_units_parse(
		    stoa_str_of(cases[i].text), cases[i].decimals, &amount);

		assert_true(ok);
		assert_number(&amount, cases[i].amount);
		assert_string_equal(
		    evm_units_print(&amount, cases[i].decimals, text),
		    cases[i].again);
	}
}

static void
test_units_refuse_what_is_not_an_amount(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
	} cases[] = {{"", 18}, {".5", 18}, {"5.", 18}, {"1.2.3", 18},
	    {"1,5", 18}, {"-1", 18}, {"1e3", 18}, {"0.01", 1}, {"1.0", 0},
	    {"0x10", 18}, {"1.-1", 3}, {MAX_DECIMAL, 1}, {"01.5", 18}};
	struct evm_u256 amount;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_false(evm_units_parse(
		    stoa_str_of(cases[i].text), cases[i].decimals, &amount));
	}
}

static void
test_joy_becomes_wei_and_back_without_loss(void **state)
{
	struct stoa_money money = {2500000}, back;
	struct evm_u256 wei, one = evm_u256_of(1);

	(void)state;
	assert_true(evm_units_of_money(money, &wei));
	assert_number(&wei, "2500000000000000000");
	assert_true(evm_units_to_money(&wei, &back));
	assert_int_equal(back.micro, money.micro);
	assert_true(evm_u256_add(&wei, &one, &wei));
	assert_false(evm_units_to_money(&wei, &back));
	assert_false(evm_units_of_money((struct stoa_money){-1}, &wei));
	assert_true(evm_units_of_money((struct stoa_money){INT64_MAX}, &wei));
	assert_true(evm_units_to_money(&wei, &back));
	assert_int_equal(back.micro, INT64_MAX);
	wei = number("9223372036854775808000000000000");
	assert_false(evm_units_to_money(&wei, &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_and_print_are_inverse),
	    cmocka_unit_test(test_parse_takes_one_form_only),
	    cmocka_unit_test(test_arithmetic_refuses_what_does_not_fit),
	    cmocka_unit_test(test_bytes_are_big_endian),
	    cmocka_unit_test(test_units_parse_and_print),
	    cmocka_unit_test(test_units_refuse_what_is_not_an_amount),
	    cmocka_unit_test(test_joy_becomes_wei_and_back_without_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
