/* aead.c - OpenSSL's ChaCha20-Poly1305 in one call. */
#include "base/aead.h"

#include <openssl/evp.h>
#include <string.h>

static bool
begin(EVP_CIPHER_CTX *c, const struct stoa_aead *a, bool is_sealing)
{
	int done;

	return c != NULL &&
	       EVP_CipherInit_ex(c, EVP_chacha20_poly1305(), NULL, a->key,
		   a->nonce, is_sealing) == 1 &&
	       (a->beside.len == 0 || EVP_CipherUpdate(c, NULL, &done,
					  (const uint8_t *)a->beside.data,
					  (int)a->beside.len) == 1);
}

static bool
text_add(EVP_CIPHER_CTX *c, const uint8_t *text, size_t len, uint8_t *to)
{
	int done = 0, more = 0;

	return (len == 0 ||
		   EVP_CipherUpdate(c, to, &done, text, (int)len) == 1) &&
	       EVP_CipherFinal_ex(c, to + done, &more) == 1;
}

bool
stoa_aead_seal(const struct stoa_aead *a, struct stoa_str plain, uint8_t *to)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	bool ok = begin(c, a, true) &&
		  text_add(c, (const uint8_t *)plain.data, plain.len, to) &&
		  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG,
		      STOA_AEAD_TAG_SIZE, to + plain.len) == 1;

	EVP_CIPHER_CTX_free(c);
	return ok;
}

bool
stoa_aead_open(const struct stoa_aead *a, struct stoa_str sealed, uint8_t *to)
{
	const uint8_t *text = (const uint8_t *)sealed.data;
	uint8_t tag[STOA_AEAD_TAG_SIZE];
	EVP_CIPHER_CTX *c;
	size_t len;
	bool ok;

	if (sealed.len < STOA_AEAD_TAG_SIZE) {
		return false;
	}
	len = sealed.len - STOA_AEAD_TAG_SIZE;
	memcpy(tag, text + len, sizeof(tag));
	c = EVP_CIPHER_CTX_new();
	ok = begin(c, a, false) &&
	     EVP_CIPHER_CTX_ctrl(
		 c, EVP_CTRL_AEAD_SET_TAG, STOA_AEAD_TAG_SIZE, tag) == 1 &&
	     text_add(c, text, len, to);
	EVP_CIPHER_CTX_free(c);
	return ok;
}
