/* evm_tx.h - transactions: legacy with the chain's id (EIP-155), with an
 * access list (EIP-2930), with dynamic fees (EIP-1559).
 *
 * Encoding appends to a buffer. Decoding takes what a node would: canonical
 * RLP, integers without leading zeros (r and s included), the lower s, a tip
 * that is not above the fee. Blob
 * and authorization transactions (types 3 and 4) are UNSUPPORTED. Layer 1,
 * pure. */
#ifndef CHAIN_EVM_TX_H
#define CHAIN_EVM_TX_H

#include "chain/evm_address.h"
#include "chain/evm_curve.h"
#include "chain/evm_u256.h"

#include "base/arena.h"
#include "base/buf.h"

enum evm_tx_type { /* numbers of EIP-2718 */
	EVM_TX_LEGACY = 0,
	EVM_TX_ACCESS_LIST = 1,
	EVM_TX_DYNAMIC_FEE = 2,
};

struct evm_access {
	struct evm_address address;
	const struct stoa_hash *keys; /* of storage */
	size_t key_count;
};

/* Zero is "none" or "not said"; `to`, `data` and the lists are borrowed. */
struct evm_tx {
	enum evm_tx_type type;
	uint64_t chain_id;	      /* 0: a legacy one for any chain */
	uint64_t nonce;		      /* at most 2^64 - 2 (EIP-2681) */
	uint64_t gas_limit;	      /* units of gas */
	struct evm_u256 gas_price;    /* wei a unit; legacy and access list */
	struct evm_u256 fee_max;      /* wei a unit, tip included; dynamic */
	struct evm_u256 tip_max;      /* wei a unit; dynamic; <= fee_max */
	const struct evm_address *to; /* NULL creates a contract from data */
	struct evm_u256 value;	      /* wei */
	struct stoa_str data;
	const struct evm_access *accesses; /* not legacy */
	size_t access_count;
};

/* What is wrong with it, as a static text, or NULL: a chain id of zero or
 * beyond EIP-2294, a nonce beyond EIP-2681, a tip above the maximum, fees of
 * another type, more than 256 bits of cost, too much of anything. */
const char *evm_tx_fault(const struct evm_tx *tx);

/* The most that it may take from its sender, in wei: value and gas. False
 * beyond 256 bits. */
STOA_MUST_USE bool evm_tx_cost_max(
    const struct evm_tx *tx, struct evm_u256 *ret_wei);

/* The bytes whose hash is signed, the signed transaction as it is sent, and
 * its hash (which is its name on the chain). `tx` must be without fault. */
void evm_tx_payload(const struct evm_tx *tx, struct stoa_buf *b);
void evm_tx_encode(const struct evm_tx *tx,
    const struct evm_signature *signature, struct stoa_buf *b);

/* All in one: appends the signed transaction. INVALID (a fault), TOO_LARGE
 * (the buffer's maximum). */
STOA_MUST_USE enum stoa_status evm_tx_sign(const struct evm_curve *curve,
    const struct evm_key *key, const struct evm_tx *tx, struct stoa_buf *b,
    struct stoa_hash *ret_hash);

struct evm_tx_signed {
	struct evm_tx tx;
	struct evm_signature signature;
	struct evm_address sender; /* recovered */
	struct stoa_hash hash;
};

/* `raw` is borrowed as long as the result. Legacy ones without a chain's id
 * (`chain_id` 0) are taken: old chains are full of them. INVALID,
 * UNSUPPORTED, UNAUTHENTIC, TOO_LARGE, NO_MEMORY (arena). */
STOA_MUST_USE enum stoa_status evm_tx_decode(struct stoa_str raw,
    struct stoa_arena *arena, struct evm_tx_signed *ret_signed);

#endif
