/* rng.c - xoshiro256**. */
#include "base/rng.h"

#include "base/check.h"

static uint64_t
splitmix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
stoa_rng_init(struct stoa_rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		r->s[i] = splitmix(&seed);
	}
}

static uint64_t
rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t
stoa_rng_next(struct stoa_rng *r)
{
	uint64_t result = rotate(r->s[1] * 5, 7) * 9;
	uint64_t t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = rotate(r->s[3], 45);
	return result;
}

uint64_t
stoa_rng_below(struct stoa_rng *r, uint64_t bound)
{
	uint64_t skip, x;

	stoa_assert(bound > 0);
	skip = -bound % bound; /* 2^64 mod bound: the biased values */
	do {
		x = stoa_rng_next(r);
	} while (x < skip);
	return x % bound;
}

bool
stoa_rng_chance(struct stoa_rng *r, uint64_t one_in)
{
	return one_in > 0 && stoa_rng_below(r, one_in) == 0;
}
