/* hasher.c - length-prefixed fields into SHA-256. */
#include "base/hasher.h"

void
stoa_hasher_init(struct stoa_hasher *h)
{
	stoa_sha256_init(&h->sha);
}

void
stoa_hasher_number(struct stoa_hasher *h, int64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
	}
	stoa_sha256_add(&h->sha, bytes, sizeof(bytes));
}

void
stoa_hasher_text(struct stoa_hasher *h, struct stoa_str s)
{
	stoa_hasher_number(h, (int64_t)s.len);
	stoa_sha256_add(&h->sha, s.data, s.len);
}

void
stoa_hasher_real(struct stoa_hasher *h, double value)
{
	int64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	stoa_hasher_number(h, bits);
}

struct stoa_hash
stoa_hasher_end(struct stoa_hasher *h)
{
	return stoa_sha256_end(&h->sha);
}
