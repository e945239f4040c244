/* nkey.c - nkeys in their text form; Ed25519 by OpenSSL. */
#include "edge/nkey.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/encode.h"
#include "edge/secret.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define PREFIX_SEED (18u << 3) /* 'S' */
#define PREFIX_USER (20u << 3) /* 'U' */

/* CRC-16/XMODEM: polynomial 0x1021, start 0. */
static uint16_t
crc16(const uint8_t *bytes, size_t len)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc = (uint16_t)(crc ^ (bytes[i] << 8));
		for (int bit = 0; bit < 8; bit++) {
			crc =
			    (uint16_t)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021
							   : crc << 1);
		}
	}
	return crc;
}

static void
text_of(uint8_t *raw, size_t len, char text[static STOA_NKEY_TEXT_SIZE])
{
	uint16_t crc = crc16(raw, len);
	struct stoa_buf b;

	raw[len] = (uint8_t)crc;
	raw[len + 1] = (uint8_t)(crc >> 8);
	stoa_buf_init(&b, STOA_NKEY_TEXT_SIZE);
	stoa_base32_encode(&b, stoa_str_of_bytes(raw, len + 2));
	stoa_assert(b.len < STOA_NKEY_TEXT_SIZE);
	for (size_t i = 0; i < b.len; i++) {
		text[i] = (char)toupper((unsigned char)b.data[i]);
	}
	text[b.len] = '\0';
	OPENSSL_cleanse(b.data, b.len);
	stoa_buf_fini(&b);
}

void
stoa_nkey_print_public(
    const struct stoa_nkey *k, char text[static STOA_NKEY_TEXT_SIZE])
{
	uint8_t raw[1 + 32 + 2] = {PREFIX_USER};

	memcpy(raw + 1, k->public_key, 32);
	text_of(raw, 33, text);
}

void
stoa_nkey_print_seed(
    const struct stoa_nkey *k, char text[static STOA_NKEY_TEXT_SIZE])
{
	/* The kind of key takes five bits across two bytes. */
	uint8_t raw[2 + 32 + 2] = {
	    PREFIX_SEED | PREFIX_USER >> 5, (PREFIX_USER & 31u) << 3};

	memcpy(raw + 2, k->seed, 32);
	text_of(raw, 34, text);
	OPENSSL_cleanse(raw, sizeof(raw));
}

static enum stoa_status
public_derive(struct stoa_nkey *k)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_ED25519, NULL, k->seed, sizeof(k->seed));
	size_t len = sizeof(k->public_key);
	int ok = key != NULL &&
		 EVP_PKEY_get_raw_public_key(key, k->public_key, &len) == 1;

	EVP_PKEY_free(key);
	return ok ? STOA_OK : STOA_INTERNAL;
}

enum stoa_status
stoa_nkey_make(struct stoa_nkey *ret_key)
{
	if (RAND_bytes(ret_key->seed, sizeof(ret_key->seed)) != 1) {
		return STOA_UNAVAILABLE;
	}
	return public_derive(ret_key);
}

enum stoa_status
stoa_nkey_parse_seed(const char *text, struct stoa_nkey *ret_key)
{
	char lower[STOA_NKEY_TEXT_SIZE];
	struct stoa_buf raw;
	enum stoa_status status = STOA_INVALID;
	size_t len = strlen(text);

	if (len >= sizeof(lower)) {
		return STOA_INVALID;
	}
	for (size_t i = 0; i <= len; i++) {
		lower[i] = (char)tolower((unsigned char)text[i]);
	}
	stoa_buf_init(&raw, 64);
	if (stoa_base32_decode(&raw, stoa_str_of(lower)) && raw.len == 36) {
		const uint8_t *p = (const uint8_t *)raw.data;
		unsigned crc = p[34] | (unsigned)p[35] << 8;

		if (p[0] == (PREFIX_SEED | PREFIX_USER >> 5) &&
		    p[1] == (PREFIX_USER & 31u) << 3 && crc == crc16(p, 34)) {
			memcpy(ret_key->seed, p + 2, 32);
			status = public_derive(ret_key);
		}
		OPENSSL_cleanse(raw.data, raw.len);
	}
	stoa_buf_fini(&raw);
	OPENSSL_cleanse(lower, sizeof(lower));
	return status;
}

enum stoa_status
stoa_nkey_public_of_file(
    const char *path, char ret_text[static STOA_NKEY_TEXT_SIZE])
{
	char seed[STOA_NKEY_TEXT_SIZE];
	struct stoa_nkey key;
	enum stoa_status status = stoa_secret_read(path, seed, sizeof(seed));

	if (status == STOA_OK) {
		status = stoa_nkey_parse_seed(seed, &key);
	}
	OPENSSL_cleanse(seed, sizeof(seed));
	if (status == STOA_OK) {
		stoa_nkey_print_public(&key, ret_text);
		stoa_nkey_wipe(&key);
	}
	return status;
}

void
stoa_nkey_wipe(struct stoa_nkey *k)
{
	OPENSSL_cleanse(k, sizeof(*k));
}
