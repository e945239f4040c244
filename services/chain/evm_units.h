/* evm_units.h - amounts as people write them and as contracts count them.
 * Ether has 18 decimals, gwei 9, a token as many as it says (ERC-20
 * `decimals`). Never a float. Layer 1, pure. */
#ifndef CHAIN_EVM_UNITS_H
#define CHAIN_EVM_UNITS_H

#include "chain/evm_u256.h"

#include "base/money.h"

#define EVM_DECIMALS_GWEI  9
#define EVM_DECIMALS_ETHER 18

/* "1.5" with 18 decimals is 15 * 10^17. No sign, exponent, separator or
 * space, a digit on both sides of a point, at most `decimals` digits after
 * it. False when it is not exactly that, or beyond 256 bits. `decimals` is at
 * most EVM_DECIMALS_MAX. */
STOA_MUST_USE bool evm_units_parse(
    struct stoa_str text, unsigned decimals, struct evm_u256 *ret_amount);

/* The shortest text that evm_units_parse takes back: "1.5", "0.000001". */
#define EVM_UNITS_TEXT_SIZE 84
const char *evm_units_print(const struct evm_u256 *amount, unsigned decimals,
    char text[static EVM_UNITS_TEXT_SIZE]);

/* One micro-Joy is 10^12 wei of a token with 18 decimals. False for what is
 * negative. */
STOA_MUST_USE bool evm_units_of_money(
    struct stoa_money money, struct evm_u256 *ret_wei);

/* False when it is no multiple of 10^12 (a rest must not vanish) or more
 * than an account can hold. */
STOA_MUST_USE bool evm_units_to_money(
    const struct evm_u256 *wei, struct stoa_money *ret_money);

#endif
