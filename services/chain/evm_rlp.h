/* evm_rlp.h - recursive length prefix, Ethereum's encoding of byte strings
 * and lists (yellow paper, appendix B).
 *
 * Writing appends to a buffer; its sticky overflow flag is the only failure.
 * Reading cuts items off the front of a view and is strict: every value has
 * one encoding, and none other is taken. Nothing is allocated; views live as
 * long as the bytes. Layer 1, pure. */
#ifndef CHAIN_EVM_RLP_H
#define CHAIN_EVM_RLP_H

#include "chain/evm_u256.h"

#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- writing ---- */

void evm_rlp_bytes(struct stoa_buf *b, struct stoa_str bytes);

/* A number is its big-endian bytes without leading zeros. */
void evm_rlp_u64(struct stoa_buf *b, uint64_t value);
void evm_rlp_u256(struct stoa_buf *b, const struct evm_u256 *value);

/* What is written between the two is the list's content. */
size_t evm_rlp_begin(struct stoa_buf *b);
void evm_rlp_end(struct stoa_buf *b, size_t begun);

/* ---- reading: INVALID, and `*rest` as it was, when the next item is torn,
 * not in its only form, or not of the kind asked for ---- */

struct evm_rlp {
	bool is_list;
	struct stoa_str content;
};

STOA_MUST_USE enum stoa_status evm_rlp_cut(
    struct stoa_str *rest, struct evm_rlp *ret_item);
STOA_MUST_USE enum stoa_status evm_rlp_cut_bytes(
    struct stoa_str *rest, struct stoa_str *ret_bytes);
STOA_MUST_USE enum stoa_status evm_rlp_cut_list(
    struct stoa_str *rest, struct stoa_str *ret_content);
STOA_MUST_USE enum stoa_status evm_rlp_cut_u64(
    struct stoa_str *rest, uint64_t *ret_value);
STOA_MUST_USE enum stoa_status evm_rlp_cut_u256(
    struct stoa_str *rest, struct evm_u256 *ret_value);

/* Items in a list's content. INVALID when one of them is not well formed. */
STOA_MUST_USE enum stoa_status evm_rlp_count(
    struct stoa_str content, size_t *ret_count);

#endif
