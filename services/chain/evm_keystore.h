/* evm_keystore.h - a key in a file, under a password: Web3 Secret Storage,
 * version 3 (scrypt or PBKDF2-HMAC-SHA-256, AES-128-CTR, a MAC by Keccak-256).
 *
 * What a file asks for is bounded before anything is derived, since the file
 * may be hostile: see evm_limits.h. Keys, passwords and what is derived from
 * them are wiped; no error text holds any of it. Deriving takes up to a
 * second and 256 MiB: on the worker pool, never on the loop. Layer 1, pure. */
#ifndef CHAIN_EVM_KEYSTORE_H
#define CHAIN_EVM_KEYSTORE_H

#include "chain/evm_curve.h"

#include "base/buf.h"

/* The key in `text`, a JSON document. *ret_why (may be NULL), on failure, is
 * a static text. INVALID (no keystore), UNSUPPORTED (another version, cipher
 * or function), TOO_LARGE (a bound), UNAUTHENTIC (another password, or the
 * file was changed), CORRUPT (the key is not the address's), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_keystore_read(struct stoa_str text,
    struct stoa_str password, const struct evm_curve *curve,
    struct evm_key *ret_key, const char **ret_why);

struct evm_keystore_options {
	uint64_t n; /* scrypt's cost, a power of two; 2^18 is geth's */
	uint32_t r; /* 8 */
	uint32_t p; /* 1 */
	/* Random, from the caller: each file its own. */
	uint8_t salt[32];
	uint8_t iv[16];
	uint8_t id[16]; /* becomes a UUID of version 4 */
};

/* Appends a document that the usual programs read. TOO_LARGE (beyond the
 * bounds for reading, or weaker than EVM_SCRYPT_N_MIN), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_keystore_write(const struct evm_key *key,
    struct stoa_str password, const struct evm_curve *curve,
    const struct evm_keystore_options *options, struct stoa_buf *b);

#endif
