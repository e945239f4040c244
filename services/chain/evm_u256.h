/* evm_u256.h - the machine's word: unsigned integers of 256 bits.
 *
 * Arithmetic is checked: a result that does not fit is refused, never wrapped.
 * Texts have one form each: no sign, no leading zeros, no spaces. Layer 1,
 * pure. */
#ifndef CHAIN_EVM_U256_H
#define CHAIN_EVM_U256_H

#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVM_WORD_SIZE 32

struct evm_u256 {
	uint64_t limb[4]; /* the low one first */
};

struct evm_u256 evm_u256_of(uint64_t value);

/* Big-endian. `bytes.len` is at most 32. */
struct evm_u256 evm_u256_of_bytes(struct stoa_str bytes);
void evm_u256_to_bytes(
    const struct evm_u256 *value, uint8_t ret_word[EVM_WORD_SIZE]);

/* False when it does not fit. */
STOA_MUST_USE bool evm_u256_to_u64(
    const struct evm_u256 *value, uint64_t *ret_value);

/* Bytes without leading zeros: 0 for zero, up to 32. */
size_t evm_u256_size(const struct evm_u256 *value);
unsigned evm_u256_bits(const struct evm_u256 *value);

bool evm_u256_is_zero(const struct evm_u256 *value);

/* <0, 0, >0 */
int evm_u256_compare(const struct evm_u256 *a, const struct evm_u256 *b);

/* False, and the result untouched, on overflow or below zero. */
STOA_MUST_USE bool evm_u256_add(const struct evm_u256 *a,
    const struct evm_u256 *b, struct evm_u256 *ret_sum);
STOA_MUST_USE bool evm_u256_sub(const struct evm_u256 *a,
    const struct evm_u256 *b, struct evm_u256 *ret_difference);
STOA_MUST_USE bool evm_u256_mul(const struct evm_u256 *a,
    const struct evm_u256 *b, struct evm_u256 *ret_product);

/* Divides in place by `divisor` > 0 and returns the remainder. Percentages:
 * multiply, then divide. */
uint64_t evm_u256_divide(struct evm_u256 *value, uint64_t divisor);

/* 2^256 - value: how the machine writes a negative number. */
struct evm_u256 evm_u256_negate(const struct evm_u256 *value);
struct evm_u256 evm_u256_power_of_ten(unsigned exponent); /* at most 77 */

/* "0", "42". */
STOA_MUST_USE bool evm_u256_parse_decimal(
    struct stoa_str text, struct evm_u256 *ret_value);

/* "0x0", "0x2a": a quantity of JSON-RPC; digits of either case. */
STOA_MUST_USE bool evm_u256_parse_quantity(
    struct stoa_str text, struct evm_u256 *ret_value);

/* Either of the two. */
STOA_MUST_USE bool evm_u256_parse(
    struct stoa_str text, struct evm_u256 *ret_value);

/* At most 78 digits, or "0x" and 64. */
#define EVM_U256_TEXT_SIZE 80
const char *evm_u256_print_decimal(
    const struct evm_u256 *value, char text[static EVM_U256_TEXT_SIZE]);
const char *evm_u256_print_quantity(
    const struct evm_u256 *value, char text[static EVM_U256_TEXT_SIZE]);

#endif
