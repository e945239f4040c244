/* ed25519.c - see ed25519.h. */
#include "base/ed25519.h"

#include "base/check.h"

#include <openssl/evp.h>

void
stoa_ed25519_public(const uint8_t seed[STOA_ED25519_SIZE],
    uint8_t ret_public[STOA_ED25519_SIZE])
{
	size_t size = STOA_ED25519_SIZE;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed, STOA_ED25519_SIZE);
	int ok;

	stoa_assert(key != NULL);
	ok = EVP_PKEY_get_raw_public_key(key, ret_public, &size);
	stoa_assert(ok == 1);
	EVP_PKEY_free(key);
}

void
stoa_ed25519_sign(struct stoa_str message,
    const uint8_t seed[STOA_ED25519_SIZE],
    uint8_t ret_signature[STOA_ED25519_SIGNATURE_SIZE])
{
	size_t size = STOA_ED25519_SIGNATURE_SIZE;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, seed, STOA_ED25519_SIZE);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok;

	stoa_assert(key != NULL);
	stoa_assert(ctx != NULL);
	ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestSign(ctx, ret_signature, &size,
		 (const unsigned char *)message.data, message.len) == 1;
	stoa_assert(ok);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

bool
stoa_ed25519_verify(struct stoa_str message, struct stoa_str signature,
    const uint8_t public_key[STOA_ED25519_SIZE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, public_key, STOA_ED25519_SIZE);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = key != NULL && ctx != NULL &&
		  EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestVerify(ctx, (const unsigned char *)signature.data,
		      signature.len, (const unsigned char *)message.data,
		      message.len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}
