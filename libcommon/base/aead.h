/* aead.h - ChaCha20-Poly1305 (RFC 8439), all at once.
 *
 * A nonce must never be used twice under one key with different texts. Uses
 * OpenSSL, which allocates: where it has no memory the result is as for a wrong
 * tag. Layer 1, pure. */
#ifndef STOA_BASE_AEAD_H
#define STOA_BASE_AEAD_H

#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STOA_AEAD_KEY_SIZE   32
#define STOA_AEAD_NONCE_SIZE 12
#define STOA_AEAD_TAG_SIZE   16

/* One key, one use of it, and what is vouched for beside the text. */
struct stoa_aead {
	const uint8_t *key;   /* STOA_AEAD_KEY_SIZE */
	const uint8_t *nonce; /* STOA_AEAD_NONCE_SIZE */
	struct stoa_str beside;
};

/* `to` gets plain.len + STOA_AEAD_TAG_SIZE bytes; it may be where `plain` is.
 * False: a failure of the library. */
STOA_MUST_USE bool stoa_aead_seal(
    const struct stoa_aead *a, struct stoa_str plain, uint8_t *to);

/* `to` gets sealed.len - STOA_AEAD_TAG_SIZE bytes. False: it was not sealed
 * like this; `to` is then of no use. */
STOA_MUST_USE bool stoa_aead_open(
    const struct stoa_aead *a, struct stoa_str sealed, uint8_t *to);

#endif
