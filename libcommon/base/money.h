/* money.h - Joy and credit, in integers only.
 * One Joy is 1,000,000 micro-Joy; one micro-Joy is 10^12 wei on a chain.
 * Layer 1, pure. */
#ifndef STOA_BASE_MONEY_H
#define STOA_BASE_MONEY_H

#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_money {
	int64_t micro;
};

#define STOA_MICRO_PER_JOY INT64_C(1000000)

/* False on overflow, and then `*ret_sum` is untouched. */
STOA_MUST_USE bool stoa_money_add(
    struct stoa_money a, struct stoa_money b, struct stoa_money *ret_sum);
STOA_MUST_USE bool stoa_money_sub(struct stoa_money a, struct stoa_money b,
    struct stoa_money *ret_difference);
STOA_MUST_USE bool stoa_money_mul(
    struct stoa_money a, int64_t factor, struct stoa_money *ret_product);

/* Exact decimal text ("12.5", "-0.000001"); at most six decimals; no sign
 * '+', exponent, separators or spaces. False when it is not exactly that. */
STOA_MUST_USE bool stoa_money_parse(
    struct stoa_str text, struct stoa_money *ret_money);

/* "12.5": no trailing zeros, at most 21 characters and a zero byte. */
#define STOA_MONEY_TEXT_SIZE 24
const char *stoa_money_print(
    struct stoa_money m, char text[static STOA_MONEY_TEXT_SIZE]);

#endif
