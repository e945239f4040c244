/* hash.c - SHA-256 and what RFC 2104 and RFC 5869 build on it. */
#include "base/hash.h"

#include "base/check.h"

#include <openssl/crypto.h>
#include <string.h>

#define HMAC_BLOCK_SIZE 64

void
stoa_sha256_init(struct stoa_sha256 *sha)
{
	int ok = SHA256_Init(&sha->context);

	stoa_assert(ok == 1);
}

void
stoa_sha256_add(struct stoa_sha256 *sha, const void *data, size_t len)
{
	int ok = SHA256_Update(&sha->context, data, len);

	stoa_assert(ok == 1);
}

struct stoa_hash
stoa_sha256_end(struct stoa_sha256 *sha)
{
	struct stoa_hash hash;
	int ok = SHA256_Final(hash.bytes, &sha->context);

	stoa_assert(ok == 1);
	return hash;
}

struct stoa_hash
stoa_sha256(struct stoa_str bytes)
{
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, bytes.data, bytes.len);
	return stoa_sha256_end(&sha);
}

void
stoa_hmac_init(struct stoa_hmac *hmac, struct stoa_str key)
{
	uint8_t pad[HMAC_BLOCK_SIZE] = {0};

	if (key.len > sizeof(pad)) {
		struct stoa_hash hash = stoa_sha256(key);

		memcpy(pad, hash.bytes, sizeof(hash.bytes));
	} else if (key.len > 0) {
		memcpy(pad, key.data, key.len);
	}
	for (size_t i = 0; i < sizeof(pad); i++) {
		pad[i] ^= 0x36;
	}
	stoa_sha256_init(&hmac->inner);
	stoa_sha256_add(&hmac->inner, pad, sizeof(pad));
	for (size_t i = 0; i < sizeof(pad); i++) {
		pad[i] ^= 0x36 ^ 0x5c;
	}
	stoa_sha256_init(&hmac->outer);
	stoa_sha256_add(&hmac->outer, pad, sizeof(pad));
	OPENSSL_cleanse(pad, sizeof(pad));
}

void
stoa_hmac_add(struct stoa_hmac *hmac, const void *data, size_t len)
{
	stoa_sha256_add(&hmac->inner, data, len);
}

struct stoa_hash
stoa_hmac_end(struct stoa_hmac *hmac)
{
	struct stoa_hash hash = stoa_sha256_end(&hmac->inner);

	stoa_sha256_add(&hmac->outer, hash.bytes, sizeof(hash.bytes));
	hash = stoa_sha256_end(&hmac->outer);
	OPENSSL_cleanse(hmac, sizeof(*hmac));
	return hash;
}

struct stoa_hash
stoa_hmac_sha256(struct stoa_str key, struct stoa_str bytes)
{
	struct stoa_hmac hmac;

	stoa_hmac_init(&hmac, key);
	stoa_hmac_add(&hmac, bytes.data, bytes.len);
	return stoa_hmac_end(&hmac);
}

struct stoa_hash
stoa_hkdf_sha256(
    struct stoa_str salt, struct stoa_str secret, struct stoa_str info)
{
	struct stoa_hash prk = stoa_hmac_sha256(salt, secret);
	struct stoa_hash key;
	struct stoa_hmac hmac;

	/* One block of output: T(1) = HMAC(PRK, info | 0x01). */
	stoa_hmac_init(&hmac, stoa_hash_str(&prk));
	stoa_hmac_add(&hmac, info.data, info.len);
	stoa_hmac_add(&hmac, "\1", 1);
	key = stoa_hmac_end(&hmac);
	OPENSSL_cleanse(&prk, sizeof(prk));
	return key;
}

bool
stoa_hash_is_equal(const struct stoa_hash *a, const struct stoa_hash *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, STOA_HASH_SIZE) == 0;
}
