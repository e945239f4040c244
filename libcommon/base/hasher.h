/* hasher.h - the digest of a state, fed field by field.
 * Every field is length-prefixed, so that no two states feed the same bytes.
 * Layer 1, pure. */
#ifndef STOA_BASE_HASHER_H
#define STOA_BASE_HASHER_H

#include "base/hash.h"
#include "base/str.h"

#include <stdint.h>

struct stoa_hasher {
	struct stoa_sha256 sha;
};

void stoa_hasher_init(struct stoa_hasher *h);
void stoa_hasher_text(struct stoa_hasher *h, struct stoa_str s);
void stoa_hasher_number(struct stoa_hasher *h, int64_t value);
void stoa_hasher_real(struct stoa_hasher *h, double value); /* its bits */
struct stoa_hash stoa_hasher_end(struct stoa_hasher *h);

#endif
