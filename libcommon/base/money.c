/* money.c - checked sums and exact decimal text. */
#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>

#define DECIMALS 6

bool
stoa_money_add(
    struct stoa_money a, struct stoa_money b, struct stoa_money *ret_sum)
{
	int64_t sum;

	if (__builtin_add_overflow(a.micro, b.micro, &sum)) {
		return false;
	}
	ret_sum->micro = sum;
	return true;
}

bool
stoa_money_sub(
    struct stoa_money a, struct stoa_money b, struct stoa_money *ret_difference)
{
	int64_t difference;

	if (__builtin_sub_overflow(a.micro, b.micro, &difference)) {
		return false;
	}
	ret_difference->micro = difference;
	return true;
}

bool
stoa_money_mul(
    struct stoa_money a, int64_t factor, struct stoa_money *ret_product)
{
	int64_t product;

	if (__builtin_mul_overflow(a.micro, factor, &product)) {
		return false;
	}
	ret_product->micro = product;
	return true;
}

/* Digits only, at least one. */
static bool
digits_are_valid(struct stoa_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9') {
			return false;
		}
	}
	return s.len > 0;
}

bool
stoa_money_parse(struct stoa_str text, struct stoa_money *ret_money)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	struct stoa_str fraction = stoa_str_from(text, negative ? 1 : 0);
	struct stoa_str whole = stoa_str_cut(&fraction, '.');
	bool has_point = whole.len + (negative ? 1 : 0) < text.len;
	struct stoa_money money;
	int64_t joy, micro = 0;

	if (!digits_are_valid(whole) || !stoa_str_to_i64(whole, &joy)) {
		return false;
	}
	if (has_point &&
	    (!digits_are_valid(fraction) || fraction.len > DECIMALS ||
		!stoa_str_to_i64(fraction, &micro))) {
		return false;
	}
	for (size_t i = has_point ? fraction.len : DECIMALS; i < DECIMALS;
	     i++) {
		micro *= 10;
	}
	if (negative) {
		joy = -joy;
		micro = -micro;
	}
	if (!stoa_money_mul(
		(struct stoa_money){joy}, STOA_MICRO_PER_JOY, &money) ||
	    !stoa_money_add(money, (struct stoa_money){micro}, &money)) {
		return false;
	}
	*ret_money = money;
	return true;
}

const char *
stoa_money_print(struct stoa_money m, char text[static STOA_MONEY_TEXT_SIZE])
{
	uint64_t size = m.micro < 0 ? -(uint64_t)m.micro : (uint64_t)m.micro;
	int len = snprintf(text, STOA_MONEY_TEXT_SIZE, "%s%" PRIu64 ".%06u",
	    m.micro < 0 ? "-" : "", size / (uint64_t)STOA_MICRO_PER_JOY,
	    (unsigned)(size % (uint64_t)STOA_MICRO_PER_JOY));

	stoa_assert(len > 0 && len < STOA_MONEY_TEXT_SIZE);
	while (text[len - 1] == '0') {
		text[--len] = '\0';
	}
	if (text[len - 1] == '.') {
		text[len - 1] = '\0';
	}
	return text;
}
