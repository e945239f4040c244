/* signature.c - Ed25519 by OpenSSL, and the age of what it signs. */
#include "gateway/signature.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/encode.h"
#include "gateway/limits.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE       32
#define SIGNATURE_SIZE 64

/* Seconds of any year that will see this; int64_t microseconds hold them. */
#define TIME_DIGITS_MAX 12

struct signature_key {
	EVP_PKEY *key;
};

/* Exactly `size` bytes in hexadecimal digits. */
static bool
bytes_read(const char *hex, unsigned char *to, size_t size)
{
	struct stoa_str text = stoa_str_of(hex);
	struct stoa_buf b;
	bool is_good;

	if (text.len != 2 * size) {
		return false;
	}
	stoa_buf_init(&b, size);
	is_good = stoa_hex_decode(&b, text) && !b.is_overflown && b.len == size;
	if (is_good) {
		memcpy(to, b.data, size);
	}
	stoa_buf_fini(&b);
	return is_good;
}

bool
signature_key_open(const char *hex, struct signature_key **ret_key)
{
	unsigned char bytes[KEY_SIZE];
	struct signature_key *key;
	EVP_PKEY *pkey;

	if (!bytes_read(hex, bytes, sizeof(bytes))) {
		return false;
	}
	pkey = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, bytes, sizeof(bytes));
	if (pkey == NULL) {
		return false;
	}
	key = malloc(sizeof(*key));
	stoa_assert(key != NULL);
	key->key = pkey;
	*ret_key = key;
	return true;
}

void
signature_key_close(struct signature_key *key)
{
	if (key != NULL) {
		EVP_PKEY_free(key->key);
		free(key);
	}
}

/* Digits only: no sign, no space, nothing that two readers could take for two
 * different times. */
static bool
seconds_read(const char *text, int64_t *ret_seconds)
{
	size_t len = strlen(text);

	return len > 0 && len <= TIME_DIGITS_MAX &&
	       strspn(text, "0123456789") == len &&
	       stoa_str_to_i64(stoa_str_of(text), ret_seconds);
}

enum signature_verdict
signature_check_headers(const struct signature_parts *parts, int64_t now_us)
{
	unsigned char bytes[SIGNATURE_SIZE];
	int64_t seconds, age_us;

	if (parts->signature == NULL || parts->timestamp == NULL) {
		return SIGNATURE_MISSING;
	}
	if (!bytes_read(parts->signature, bytes, sizeof(bytes)) ||
	    !seconds_read(parts->timestamp, &seconds)) {
		return SIGNATURE_FORM;
	}
	age_us = now_us - seconds * STOA_US_PER_S;
	return age_us > GATEWAY_SIGNATURE_US || age_us < -GATEWAY_SIGNATURE_US
		   ? SIGNATURE_STALE
		   : SIGNATURE_GOOD;
}

bool
signature_verify(
    const struct signature_key *key, const char *hex, struct stoa_str message)
{
	unsigned char bytes[SIGNATURE_SIZE];
	EVP_MD_CTX *context;
	bool is_good;

	if (!bytes_read(hex, bytes, sizeof(bytes))) {
		return false;
	}
	context = EVP_MD_CTX_new();
	stoa_assert(context != NULL);
	is_good =
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->key) == 1 &&
	    EVP_DigestVerify(context, bytes, sizeof(bytes),
		(const unsigned char *)message.data, message.len) == 1;
	EVP_MD_CTX_free(context);
	return is_good;
}

enum signature_verdict
signature_check(const struct signature_key *key,
    const struct signature_parts *parts, int64_t now_us)
{
	enum signature_verdict verdict = signature_check_headers(parts, now_us);
	struct stoa_buf message;
	bool is_good;

	if (verdict != SIGNATURE_GOOD) {
		return verdict;
	}
	/* Ed25519 hashes the message twice and wants it in one piece. */
	stoa_buf_init(&message, TIME_DIGITS_MAX + parts->body.len);
	stoa_buf_add_text(&message, parts->timestamp);
	stoa_buf_add_str(&message, parts->body);
	is_good =
	    !message.is_overflown &&
	    signature_verify(key, parts->signature, stoa_buf_str(&message));
	stoa_buf_fini(&message);
	return is_good ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}

const char *
signature_verdict_text(enum signature_verdict verdict)
{
	switch (verdict) {
	case SIGNATURE_GOOD:
		return NULL;
	case SIGNATURE_MISSING:
		return "the request is not signed";
	case SIGNATURE_FORM:
		return "the signature or its time is not well formed";
	case SIGNATURE_STALE:
		return "the signature is more than five minutes from now";
	case SIGNATURE_WRONG:
		return "the signature does not belong to this request";
	}
	return NULL;
}
