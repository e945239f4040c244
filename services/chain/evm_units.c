/* evm_units.c - see evm_units.h. */
#include "chain/evm_units.h"

#include "chain/evm_limits.h"

#include <string.h>

#define WEI_PER_MICRO UINT64_C(1000000000000)

bool
evm_units_parse(
    struct stoa_str text, unsigned decimals, struct evm_u256 *ret_amount)
{
	char digits[EVM_U256_TEXT_SIZE];
	struct stoa_str fraction = text;
	struct stoa_str whole = stoa_str_cut(&fraction, '.');
	bool has_point = whole.len < text.len;
	struct evm_u256 amount, scale, rest;
	size_t zeros = 0;

	stoa_assert(decimals <= EVM_DECIMALS_MAX);
	fraction = has_point ? fraction : STOA_STR("");
	if (has_point && (fraction.len == 0 || fraction.len > decimals)) {
		return false;
	}
	if (!evm_u256_parse_decimal(whole, &amount)) {
		return false;
	}
	scale = evm_u256_power_of_ten(decimals);
	if (!evm_u256_mul(&amount, &scale, &amount)) {
		return false;
	}
	/* The fraction as a whole number: its leading zeros go, and what it
	 * lacks in length is filled. */
	while (zeros < fraction.len && fraction.data[zeros] == '0') {
		zeros++;
	}
	if (zeros == fraction.len) {
		*ret_amount = amount;
		return true;
	}
	memset(digits, '0', sizeof(digits));
	memcpy(digits, fraction.data + zeros, fraction.len - zeros);
	if (!evm_u256_parse_decimal(
		stoa_str_of_bytes(digits, decimals - zeros), &rest) ||
	    !evm_u256_add(&amount, &rest, &amount)) {
		return false;
	}
	*ret_amount = amount;
	return true;
}

const char *
evm_units_print(const struct evm_u256 *amount, unsigned decimals,
    char text[static EVM_UNITS_TEXT_SIZE])
{
	char all[EVM_U256_TEXT_SIZE];
	size_t len = strlen(evm_u256_print_decimal(amount, all));
	size_t at = 0, end = len;

	stoa_assert(decimals <= EVM_DECIMALS_MAX);
	if (len > decimals) {
		memcpy(text, all, len - decimals);
		at = len - decimals;
	} else {
		text[at++] = '0';
	}
	while (end > 0 && len - end < decimals && all[end - 1] == '0') {
		end--;
	}
	if (end > 0 && len - end < decimals) {
		size_t start = len > decimals ? len - decimals : 0;

		text[at++] = '.';
		if (len < decimals) {
			memset(text + at, '0', decimals - len);
			at += decimals - len;
		}
		memcpy(text + at, all + start, end - start);
		at += end - start;
	}
	stoa_assert(at < EVM_UNITS_TEXT_SIZE);
	text[at] = '\0';
	return text;
}

bool
evm_units_of_money(struct stoa_money money, struct evm_u256 *ret_wei)
{
	struct evm_u256 micro, scale = evm_u256_of(WEI_PER_MICRO);

	if (money.micro < 0) {
		return false;
	}
	micro = evm_u256_of((uint64_t)money.micro);
	return evm_u256_mul(&micro, &scale, ret_wei);
}

bool
evm_units_to_money(const struct evm_u256 *wei, struct stoa_money *ret_money)
{
	struct evm_u256 micro = *wei;
	uint64_t rest = evm_u256_divide(&micro, WEI_PER_MICRO);
	uint64_t value;

	if (rest != 0 || !evm_u256_to_u64(&micro, &value) ||
	    value > INT64_MAX) {
		return false;
	}
	ret_money->micro = (int64_t)value;
	return true;
}
