/* capability.h - a token that lets its holder do one thing for a while.
 *
 * Bytes: version, operation, flags, expiry, size, nonce, community, CID, and
 * an HMAC-SHA-256 over all of them under the secret of the service; the whole
 * in base64url without padding. Whoever holds the token may use it: it is
 * never logged. Layer 2, pure: the caller brings time and secret. */
#ifndef STORAGE_CAPABILITY_H
#define STORAGE_CAPABILITY_H

#include "base/buf.h"
#include "base/cid.h"
#include "base/status.h"
#include "base/str.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_COMMUNITY_LEN_MAX 64
#define STORAGE_NONCE_SIZE	  8

/* Three bytes, two numbers, nonce, length and community, CID, tag. */
#define STORAGE_CAPABILITY_BYTES_MAX                                   \
	(3 + 16 + STORAGE_NONCE_SIZE + 1 + STORAGE_COMMUNITY_LEN_MAX + \
	    STOA_CID_SIZE_MAX + STOA_HASH_SIZE)
#define STORAGE_CAPABILITY_TEXT_MAX (STORAGE_CAPABILITY_BYTES_MAX * 4 / 3 + 2)

enum storage_operation {
	STORAGE_READ = 1,  /* one CID and everything below it */
	STORAGE_WRITE = 2, /* one upload */
};

struct storage_capability {
	enum storage_operation operation;
	bool is_private;	  /* seal what is written, open what is read */
	struct stoa_wall expires; /* the first moment it is no longer good */
	uint64_t size_max;	  /* of what is written */
	uint8_t nonce[STORAGE_NONCE_SIZE]; /* tells equal grants apart */
	char community[STORAGE_COMMUNITY_LEN_MAX + 1];
	struct stoa_cid cid; /* of a read */
};

/* Appends the token. */
void storage_capability_sign(const struct storage_capability *capability,
    struct stoa_str secret, struct stoa_buf *token);

/* Refuses: UNAUTHENTIC (anything that this secret has not signed), EXPIRED. */
STOA_MUST_USE enum stoa_status storage_capability_verify(struct stoa_str token,
    struct stoa_str secret, struct stoa_wall now,
    struct storage_capability *ret_capability);

#endif
