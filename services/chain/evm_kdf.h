/* evm_kdf.h - a key from a password, and what is encrypted under it; for
 * evm_keystore.c only. Layer 1, pure. */
#ifndef CHAIN_EVM_KDF_H
#define CHAIN_EVM_KDF_H

#include "base/hash.h"
#include "base/status.h"

struct evm_kdf {
	bool is_scrypt;
	uint64_t n; /* scrypt (RFC 7914) */
	uint64_t r;
	uint64_t p;
	uint64_t rounds; /* PBKDF2 (RFC 8018) */
	uint8_t salt[64];
	size_t salt_len;
};

/* NULL, or what is out of bounds, as a static text. */
const char *evm_kdf_fault(const struct evm_kdf *kdf);

/* NO_MEMORY. The caller wipes the result. */
STOA_MUST_USE enum stoa_status evm_kdf_derive(const struct evm_kdf *kdf,
    struct stoa_str password, uint8_t ret_derived[32]);

/* AES-128 in counter mode; the same there and back. NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_kdf_crypt(const uint8_t key[16],
    const uint8_t iv[16], const uint8_t in[32], uint8_t ret_out[32]);

/* Over the derived key's second half and the cipher text. */
struct stoa_hash evm_kdf_mac(
    const uint8_t derived[32], const uint8_t cipher_text[32]);

#endif
