/* dsse.h - signed envelopes (DSSE v1, one Ed25519 signature).
 *
 * The signature is over PAE(type, body) = "DSSEv1" SP len(type) SP type SP
 * len(body) SP body, so neither can be taken for the other. The key id is
 * the signer's did:key, a hint only. Layer 2, pure (OpenSSL for the
 * signature). */
#ifndef WORKER_DSSE_H
#define WORKER_DSSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/ed25519.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* did:key of an Ed25519 key: multibase z, multicodec 0xed01. */
void worker_did_print(
    const uint8_t public_key[STOA_ED25519_SIZE], struct stoa_buf *out);
STOA_MUST_USE bool worker_did_parse(
    struct stoa_str did, uint8_t ret_public[STOA_ED25519_SIZE]);

void worker_dsse_pae(
    struct stoa_str type, struct stoa_str body, struct stoa_buf *out);

/* Appends the envelope as JSON. */
void worker_dsse_sign(struct stoa_str type, struct stoa_str body,
    const uint8_t seed[STOA_ED25519_SIZE], struct stoa_buf *out);

/* Opens an envelope of this type with exactly one signature; its key id must
 * be the did:key that signed. False with *ret_why (static) otherwise; the
 * body lives in the arena. */
STOA_MUST_USE bool worker_dsse_open(struct stoa_str envelope,
    struct stoa_str type, struct stoa_arena *arena, struct stoa_str *ret_body,
    uint8_t ret_public[STOA_ED25519_SIZE], const char **ret_why);

#endif
