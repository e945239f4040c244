/* entropy.c - OpenSSL's generator, which the kernel seeds. */
#include "edge/entropy.h"

#include "base/encode.h"
#include "edge/limits.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

bool
stoa_entropy_bytes(void *to, size_t size)
{
	return RAND_bytes(to, (int)size) == 1;
}

bool
stoa_entropy_text(char *text, size_t size)
{
	unsigned char bytes[EDGE_ENTROPY_TEXT_MAX / 2];
	struct stoa_buf hex;
	size_t count = size / 2;

	stoa_assert(size % 2 == 1 && count > 0 && count <= sizeof(bytes));
	if (!stoa_entropy_bytes(bytes, count)) {
		return false;
	}
	stoa_buf_init(&hex, size);
	stoa_hex_encode(&hex, stoa_str_of_bytes(bytes, count));
	memcpy(text, hex.data, hex.len);
	text[hex.len] = '\0';
	OPENSSL_cleanse(hex.data, hex.len);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	stoa_buf_fini(&hex);
	return true;
}
