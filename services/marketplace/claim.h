/* claim.h - a signed statement of who owns a model, by which vote.
 *
 * An in-toto statement v1 in a DSSE v1 envelope (worker/dsse.h), so that
 * stock tools verify it. Its subject is the model, with the SHA-256 of its CID
 * as digest (of a CID with another hash: its bytes under "multihash"); its
 * predicate "urn:stoa:ownership:1" names community, owner, creator, proposal,
 * time of approval and shares. Who mints a token later has all it needs here.
 * Layer 2, pure. */
#ifndef MARKETPLACE_CLAIM_H
#define MARKETPLACE_CLAIM_H

#include "base/buf.h"
#include "base/ed25519.h"

#include "proto/marketplace.pb-c.h"

#define CLAIM_TYPE	"application/vnd.in-toto+json"
#define CLAIM_PREDICATE "urn:stoa:ownership:1"

void claim_print(struct stoa_buf *out, const char *community,
    const Stoa__Marketplace__Approved *approved, int64_t approved_us);

/* Appends the envelope. */
void claim_sign(struct stoa_buf *out, const char *community,
    const Stoa__Marketplace__Approved *approved, int64_t approved_us,
    const uint8_t seed[STOA_ED25519_SIZE]);

#endif
