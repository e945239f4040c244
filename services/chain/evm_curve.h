/* evm_curve.h - keys and signatures on secp256k1, by libsecp256k1.
 *
 * Signatures are deterministic (RFC 6979) and have the lower of the two
 * possible s (EIP-2). What is signed is always a 32-byte Keccak-256 hash.
 * Layer 1, pure: the only file that sees libsecp256k1. */
#ifndef CHAIN_EVM_CURVE_H
#define CHAIN_EVM_CURVE_H

#include "chain/evm_address.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A secret: wipe it by evm_key_wipe when it has served. */
struct evm_key {
	uint8_t bytes[32]; /* big-endian, 1 to n-1 */
};

struct evm_signature {
	uint8_t r[32]; /* big-endian */
	uint8_t s[32];
	bool is_odd; /* y of the nonce's point: yParity of EIP-2718 */
};

/* Tables for work with secret keys, blinded by `blind` (random, from the
 * caller) against side channels; signatures do not depend on it. Returns
 * owned; NULL when out of memory. Not for use by two threads at once. */
struct evm_curve;
struct evm_curve *evm_curve_new(const uint8_t blind[32]);
void evm_curve_free(struct evm_curve *curve);

/* Neither zero nor beyond the order of the curve. The functions below take
 * no other key. */
bool evm_key_is_valid(const struct evm_key *key);
void evm_key_wipe(struct evm_key *key);

/* Both coordinates, big-endian. */
void evm_key_public(const struct evm_curve *curve, const struct evm_key *key,
    uint8_t ret_public[64]);
struct evm_address evm_key_address(
    const struct evm_curve *curve, const struct evm_key *key);

struct evm_signature evm_key_sign(const struct evm_curve *curve,
    const struct evm_key *key, const struct stoa_hash *hash);

/* Who signed. UNAUTHENTIC when the signature is of no key, or its s is the
 * higher one. No secret is involved, so no curve is. */
STOA_MUST_USE enum stoa_status evm_signature_recover(
    const struct evm_signature *signature, const struct stoa_hash *hash,
    struct evm_address *ret_address);
STOA_MUST_USE enum stoa_status evm_signature_recover_public(
    const struct evm_signature *signature, const struct stoa_hash *hash,
    uint8_t ret_public[64]);

/* Finds y where it was not told, or told wrongly, and takes the lower s:
 * hardware keeps the rules of Ethereum less well. UNAUTHENTIC when `signer`
 * did not sign. */
STOA_MUST_USE enum stoa_status evm_signature_settle(
    struct evm_signature *signature, const struct stoa_hash *hash,
    const struct evm_address *signer);

/* r, s, v in 65 bytes, v being 27 or 28, as wallets give and contracts take
 * them. */
#define EVM_SIGNATURE_SIZE 65
void evm_signature_to_bytes(const struct evm_signature *signature,
    uint8_t ret_bytes[EVM_SIGNATURE_SIZE]);

/* 65 bytes with v of 0, 1, 27 or 28, or the 64 of ERC-2098. INVALID. */
STOA_MUST_USE enum stoa_status evm_signature_of_bytes(
    struct stoa_str bytes, struct evm_signature *ret_signature);

#endif
