/* hash.h - SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104).
 *
 * The context lies on the caller's stack and nothing is allocated, so neither
 * can fail. Uses OpenSSL's low-level functions: the EVP layer allocates and
 * looks up a provider per digest, which costs more than hashing a small record.
 * Layer 1, pure. */
#ifndef STOA_BASE_HASH_H
#define STOA_BASE_HASH_H

#include "base/str.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOA_HASH_SIZE 32

struct stoa_hash {
	uint8_t bytes[STOA_HASH_SIZE];
};

struct stoa_sha256 {
	SHA256_CTX context;
};

/* init, add any number of times, end once; then init again or drop. */
void stoa_sha256_init(struct stoa_sha256 *sha);
void stoa_sha256_add(struct stoa_sha256 *sha, const void *data, size_t len);
struct stoa_hash stoa_sha256_end(struct stoa_sha256 *sha);

/* All at once. */
struct stoa_hash stoa_sha256(struct stoa_str bytes);

struct stoa_hmac {
	struct stoa_sha256 inner;
	struct stoa_sha256 outer;
};

/* The same three steps with a key of any length (one beyond 64 bytes is hashed
 * first, as the RFC says). `_end` wipes the context. */
void stoa_hmac_init(struct stoa_hmac *hmac, struct stoa_str key);
void stoa_hmac_add(struct stoa_hmac *hmac, const void *data, size_t len);
struct stoa_hash stoa_hmac_end(struct stoa_hmac *hmac);

struct stoa_hash stoa_hmac_sha256(struct stoa_str key, struct stoa_str bytes);

/* HKDF-SHA-256 (RFC 5869): one 32-byte key out of `secret`. */
struct stoa_hash stoa_hkdf_sha256(
    struct stoa_str salt, struct stoa_str secret, struct stoa_str info);

/* In constant time: use it wherever one side is a secret or a tag. */
bool stoa_hash_is_equal(const struct stoa_hash *a, const struct stoa_hash *b);

static inline struct stoa_str
stoa_hash_str(const struct stoa_hash *hash)
{
	return (struct stoa_str){(const char *)hash->bytes, STOA_HASH_SIZE};
}

#endif
