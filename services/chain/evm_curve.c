/* evm_curve.c - see evm_curve.h. */
#include "chain/evm_curve.h"

#include <openssl/crypto.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>
#include <string.h>

struct evm_curve {
	secp256k1_context *context;
};

struct evm_curve *
evm_curve_new(const uint8_t blind[32])
{
	struct evm_curve *curve = malloc(sizeof(*curve));
	int ok;

	if (curve == NULL) {
		return NULL;
	}
	curve->context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	if (curve->context == NULL) {
		free(curve);
		return NULL;
	}
	ok = secp256k1_context_randomize(curve->context, blind);
	stoa_assert(ok == 1);
	return curve;
}

void
evm_curve_free(struct evm_curve *curve)
{
	if (curve != NULL) {
		secp256k1_context_destroy(curve->context);
		free(curve);
	}
}

bool
evm_key_is_valid(const struct evm_key *key)
{
	return secp256k1_ec_seckey_verify(
		   secp256k1_context_static, key->bytes) == 1;
}

void
evm_key_wipe(struct evm_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

/* Uncompressed without its first byte, which only says so. */
static void
write_public(const secp256k1_pubkey *point, uint8_t ret_public[64])
{
	uint8_t bytes[65];
	size_t size = sizeof(bytes);
	int ok = secp256k1_ec_pubkey_serialize(secp256k1_context_static, bytes,
	    &size, point, SECP256K1_EC_UNCOMPRESSED);

	stoa_assert(ok == 1);
	stoa_assert(size == sizeof(bytes));
	memcpy(ret_public, bytes + 1, 64);
}

void
evm_key_public(const struct evm_curve *curve, const struct evm_key *key,
    uint8_t ret_public[64])
{
	secp256k1_pubkey point;
	int ok = secp256k1_ec_pubkey_create(curve->context, &point, key->bytes);

	stoa_assert(ok == 1);
	write_public(&point, ret_public);
}

struct evm_address
evm_key_address(const struct evm_curve *curve, const struct evm_key *key)
{
	uint8_t public_key[64];

	evm_key_public(curve, key, public_key);
	return evm_address_of_public(public_key);
}

struct evm_signature
evm_key_sign(const struct evm_curve *curve, const struct evm_key *key,
    const struct stoa_hash *hash)
{
	secp256k1_ecdsa_recoverable_signature made;
	struct evm_signature signature;
	uint8_t compact[64];
	int parity;
	int ok = secp256k1_ecdsa_sign_recoverable(curve->context, &made,
	    hash->bytes, key->bytes, secp256k1_nonce_function_rfc6979, NULL);

	stoa_assert(ok == 1);
	ok = secp256k1_ecdsa_recoverable_signature_serialize_compact(
	    secp256k1_context_static, compact, &parity, &made);
	stoa_assert(ok == 1);
	/* 2 and 3 mean that the point's x was beyond the order; one in 2^127
	 * signatures, and EVM has no way to say it. */
	stoa_assert(parity == 0 || parity == 1);
	memcpy(signature.r, compact, 32);
	memcpy(signature.s, compact + 32, 32);
	signature.is_odd = parity == 1;
	return signature;
}

static void
read_compact(const struct evm_signature *signature, uint8_t compact[64])
{
	memcpy(compact, signature->r, 32);
	memcpy(compact + 32, signature->s, 32);
}

/* 1: s was the higher one, and *normal has the lower; 0: it was not; -1: r or
 * s is out of range. */
static int
normalize(
    const struct evm_signature *signature, secp256k1_ecdsa_signature *normal)
{
	uint8_t compact[64];

	read_compact(signature, compact);
	if (secp256k1_ecdsa_signature_parse_compact(
		secp256k1_context_static, normal, compact) != 1) {
		return -1;
	}
	return secp256k1_ecdsa_signature_normalize(
	    secp256k1_context_static, normal, normal);
}

enum stoa_status
evm_signature_recover_public(const struct evm_signature *signature,
    const struct stoa_hash *hash, uint8_t ret_public[64])
{
	secp256k1_ecdsa_recoverable_signature parsed;
	secp256k1_ecdsa_signature normal;
	secp256k1_pubkey point;
	uint8_t compact[64];

	read_compact(signature, compact);
	if (normalize(signature, &normal) != 0 ||
	    secp256k1_ecdsa_recoverable_signature_parse_compact(
		secp256k1_context_static, &parsed, compact,
		signature->is_odd) != 1 ||
	    secp256k1_ecdsa_recover(
		secp256k1_context_static, &point, &parsed, hash->bytes) != 1) {
		return STOA_UNAUTHENTIC;
	}
	write_public(&point, ret_public);
	return STOA_OK;
}

enum stoa_status
evm_signature_recover(const struct evm_signature *signature,
    const struct stoa_hash *hash, struct evm_address *ret_address)
{
	uint8_t public_key[64];
	enum stoa_status status =
	    evm_signature_recover_public(signature, hash, public_key);

	if (status == STOA_OK) {
		*ret_address = evm_address_of_public(public_key);
	}
	return status;
}

enum stoa_status
evm_signature_settle(struct evm_signature *signature,
    const struct stoa_hash *hash, const struct evm_address *signer)
{
	secp256k1_ecdsa_signature normal;
	struct evm_signature settled = *signature;
	struct evm_address who;

	if (normalize(signature, &normal) == 1) {
		uint8_t compact[64];

		(void)secp256k1_ecdsa_signature_serialize_compact(
		    secp256k1_context_static, compact, &normal);
		memcpy(settled.s, compact + 32, 32);
	}
	for (int odd = 0; odd < 2; odd++) {
		settled.is_odd = odd == 1;
		if (evm_signature_recover(&settled, hash, &who) == STOA_OK &&
		    evm_address_is_equal(&who, signer)) {
			*signature = settled;
			return STOA_OK;
		}
	}
	return STOA_UNAUTHENTIC;
}

void
evm_signature_to_bytes(const struct evm_signature *signature,
    uint8_t ret_bytes[EVM_SIGNATURE_SIZE])
{
	read_compact(signature, ret_bytes);
	ret_bytes[64] = signature->is_odd ? 28 : 27;
}

enum stoa_status
evm_signature_of_bytes(
    struct stoa_str bytes, struct evm_signature *ret_signature)
{
	uint8_t v;

	if (bytes.len == 64) {
		memcpy(ret_signature->r, bytes.data, 32);
		memcpy(ret_signature->s, bytes.data + 32, 32);
		ret_signature->is_odd = ret_signature->s[0] >> 7 == 1;
		ret_signature->s[0] &= 0x7f;
		return STOA_OK;
	}
	if (bytes.len != EVM_SIGNATURE_SIZE) {
		return STOA_INVALID;
	}
	v = (uint8_t)bytes.data[64];
	if (v != 0 && v != 1 && v != 27 && v != 28) {
		return STOA_INVALID;
	}
	memcpy(ret_signature->r, bytes.data, 32);
	memcpy(ret_signature->s, bytes.data + 32, 32);
	ret_signature->is_odd = v == 1 || v == 28;
	return STOA_OK;
}
