/* ed25519.h - signatures (RFC 8032, pure Ed25519), by OpenSSL. Layer 0. */
#ifndef STOA_BASE_ED25519_H
#define STOA_BASE_ED25519_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STOA_ED25519_SIZE	    32 /* of a seed and of a public key */
#define STOA_ED25519_SIGNATURE_SIZE 64

/* The public half of a seed. */
void stoa_ed25519_public(const uint8_t seed[STOA_ED25519_SIZE],
    uint8_t ret_public[STOA_ED25519_SIZE]);

void stoa_ed25519_sign(struct stoa_str message,
    const uint8_t seed[STOA_ED25519_SIZE],
    uint8_t ret_signature[STOA_ED25519_SIGNATURE_SIZE]);

/* False as well for a signature of another length. */
bool stoa_ed25519_verify(struct stoa_str message, struct stoa_str signature,
    const uint8_t public_key[STOA_ED25519_SIZE]);

#endif
