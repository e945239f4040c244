/* evm_u256.c - four limbs, schoolbook. */
#include "chain/evm_u256.h"

#include <string.h>

/* A divisor of ten to this power fits a limb: digits are printed and read in
 * groups of so many. */
#define GROUP_DIGITS 19
#define GROUP	     UINT64_C(10000000000000000000)

struct evm_u256
evm_u256_of(uint64_t value)
{
	return (struct evm_u256){{value, 0, 0, 0}};
}

struct evm_u256
evm_u256_of_bytes(struct stoa_str bytes)
{
	struct evm_u256 value = evm_u256_of(0);

	stoa_assert(bytes.len <= EVM_WORD_SIZE);
	for (size_t i = 0; i < bytes.len; i++) {
		size_t place = bytes.len - 1 - i;

		value.limb[place / 8] |= (uint64_t)(uint8_t)bytes.data[i]
					 << (place % 8 * 8);
	}
	return value;
}

void
evm_u256_to_bytes(const struct evm_u256 *value, uint8_t word[EVM_WORD_SIZE])
{
	for (size_t i = 0; i < EVM_WORD_SIZE; i++) {
		size_t place = EVM_WORD_SIZE - 1 - i;

		word[i] = (uint8_t)(value->limb[place / 8] >> (place % 8 * 8));
	}
}

bool
evm_u256_to_u64(const struct evm_u256 *value, uint64_t *ret_value)
{
	if ((value->limb[1] | value->limb[2] | value->limb[3]) != 0) {
		return false;
	}
	*ret_value = value->limb[0];
	return true;
}

unsigned
evm_u256_bits(const struct evm_u256 *value)
{
	for (unsigned i = 4; i-- > 0;) {
		if (value->limb[i] != 0) {
			return i * 64 + 64 -
			       (unsigned)__builtin_clzll(value->limb[i]);
		}
	}
	return 0;
}

size_t
evm_u256_size(const struct evm_u256 *value)
{
	return (evm_u256_bits(value) + 7) / 8;
}

bool
evm_u256_is_zero(const struct evm_u256 *value)
{
	return evm_u256_bits(value) == 0;
}

int
evm_u256_compare(const struct evm_u256 *a, const struct evm_u256 *b)
{
	for (unsigned i = 4; i-- > 0;) {
		if (a->limb[i] != b->limb[i]) {
			return a->limb[i] < b->limb[i] ? -1 : 1;
		}
	}
	return 0;
}

bool
evm_u256_add(const struct evm_u256 *a, const struct evm_u256 *b,
    struct evm_u256 *ret_sum)
{
	struct evm_u256 sum;
	unsigned __int128 carry = 0;

	for (unsigned i = 0; i < 4; i++) {
		carry += (unsigned __int128)a->limb[i] + b->limb[i];
		sum.limb[i] = (uint64_t)carry;
		carry >>= 64;
	}
	if (carry != 0) {
		return false;
	}
	*ret_sum = sum;
	return true;
}

/* a - b modulo 2^256. */
static struct evm_u256
subtract(const struct evm_u256 *a, const struct evm_u256 *b)
{
	struct evm_u256 difference;
	uint64_t borrow = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned __int128 take = (unsigned __int128)b->limb[i] + borrow;

		difference.limb[i] = (uint64_t)(a->limb[i] - take);
		borrow = a->limb[i] < take;
	}
	return difference;
}

bool
evm_u256_sub(const struct evm_u256 *a, const struct evm_u256 *b,
    struct evm_u256 *ret_difference)
{
	if (evm_u256_compare(a, b) < 0) {
		return false;
	}
	*ret_difference = subtract(a, b);
	return true;
}

struct evm_u256
evm_u256_negate(const struct evm_u256 *value)
{
	struct evm_u256 zero = evm_u256_of(0);

	return subtract(&zero, value);
}

bool
evm_u256_mul(const struct evm_u256 *a, const struct evm_u256 *b,
    struct evm_u256 *ret_product)
{
	uint64_t wide[8] = {0};

	for (unsigned i = 0; i < 4; i++) {
		unsigned __int128 carry = 0;

		for (unsigned j = 0; j < 4; j++) {
			carry += (unsigned __int128)a->limb[i] * b->limb[j] +
				 wide[i + j];
			wide[i + j] = (uint64_t)carry;
			carry >>= 64;
		}
		wide[i + 4] = (uint64_t)carry;
	}
	if ((wide[4] | wide[5] | wide[6] | wide[7]) != 0) {
		return false;
	}
	memcpy(ret_product->limb, wide, sizeof(ret_product->limb));
	return true;
}

uint64_t
evm_u256_divide(struct evm_u256 *value, uint64_t divisor)
{
	unsigned __int128 rest = 0;

	stoa_assert(divisor > 0);
	for (unsigned i = 4; i-- > 0;) {
		rest = rest << 64 | value->limb[i];
		value->limb[i] = (uint64_t)(rest / divisor);
		rest %= divisor;
	}
	return (uint64_t)rest;
}

struct evm_u256
evm_u256_power_of_ten(unsigned exponent)
{
	struct evm_u256 power = evm_u256_of(1);
	struct evm_u256 ten = evm_u256_of(10);
	bool fits = true;

	for (unsigned i = 0; i < exponent; i++) {
		fits = fits && evm_u256_mul(&power, &ten, &power);
	}
	stoa_assert(fits);
	return power;
}

bool
evm_u256_parse_decimal(struct stoa_str text, struct evm_u256 *ret_value)
{
	struct evm_u256 value = evm_u256_of(0);

	if (text.len == 0 || (text.len > 1 && text.data[0] == '0')) {
		return false;
	}
	while (text.len > 0) {
		uint64_t group = 0, scale = 1;
		struct evm_u256 wide;

		for (size_t i = 0; i < text.len && i < GROUP_DIGITS; i++) {
			if (text.data[i] < '0' || text.data[i] > '9') {
				return false;
			}
			group = group * 10 + (uint64_t)(text.data[i] - '0');
			scale *= 10;
		}
		text = stoa_str_from(
		    text, text.len < GROUP_DIGITS ? text.len : GROUP_DIGITS);
		wide = evm_u256_of(scale);
		if (!evm_u256_mul(&value, &wide, &value)) {
			return false;
		}
		wide = evm_u256_of(group);
		if (!evm_u256_add(&value, &wide, &value)) {
			return false;
		}
	}
	*ret_value = value;
	return true;
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
evm_u256_parse_quantity(struct stoa_str text, struct evm_u256 *ret_value)
{
	struct evm_u256 value = evm_u256_of(0);
	struct stoa_str digits = stoa_str_from(text, 2);

	if (!stoa_str_has_prefix(text, STOA_STR("0x")) || digits.len == 0 ||
	    digits.len > 2 * EVM_WORD_SIZE ||
	    (digits.len > 1 && digits.data[0] == '0')) {
		return false;
	}
	for (size_t i = 0; i < digits.len; i++) {
		size_t place = digits.len - 1 - i;
		int digit = digit_of(digits.data[i]);

		if (digit < 0) {
			return false;
		}
		value.limb[place / 16] |= (uint64_t)digit << (place % 16 * 4);
	}
	*ret_value = value;
	return true;
}

bool
evm_u256_parse(struct stoa_str text, struct evm_u256 *ret_value)
{
	return stoa_str_has_prefix(text, STOA_STR("0x"))
		   ? evm_u256_parse_quantity(text, ret_value)
		   : evm_u256_parse_decimal(text, ret_value);
}

const char *
evm_u256_print_decimal(
    const struct evm_u256 *value, char text[static EVM_U256_TEXT_SIZE])
{
	struct evm_u256 rest = *value;
	char reversed[EVM_U256_TEXT_SIZE];
	size_t len = 0;

	do {
		uint64_t group = evm_u256_divide(&rest, GROUP);
		bool is_last = evm_u256_is_zero(&rest);

		for (unsigned i = 0;
		     is_last ? group > 0 || len == 0 : i < GROUP_DIGITS; i++) {
			reversed[len++] = (char)('0' + group % 10);
			group /= 10;
		}
	} while (!evm_u256_is_zero(&rest));
	stoa_assert(len < EVM_U256_TEXT_SIZE);
	for (size_t i = 0; i < len; i++) {
		text[i] = reversed[len - 1 - i];
	}
	text[len] = '\0';
	return text;
}

const char *
evm_u256_print_quantity(
    const struct evm_u256 *value, char text[static EVM_U256_TEXT_SIZE])
{
	size_t digits = (evm_u256_bits(value) + 3) / 4;
	size_t len = 0;

	text[len++] = '0';
	text[len++] = 'x';
	for (size_t place = digits > 0 ? digits : 1; place-- > 0;) {
		text[len++] = "0123456789abcdef"[value->limb[place / 16] >>
						     (place % 16 * 4) &
						 15];
	}
	text[len] = '\0';
	return text;
}
