/* rng.h - a seeded generator for simulation, jitter and shuffles.
 * xoshiro256** (Blackman, Vigna 2018) seeded through splitmix64. Never for
 * keys, ids or tokens. Layer 1, pure: the seed comes from the caller. */
#ifndef STOA_BASE_RNG_H
#define STOA_BASE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct stoa_rng {
	uint64_t s[4];
};

void stoa_rng_init(struct stoa_rng *r, uint64_t seed);
uint64_t stoa_rng_next(struct stoa_rng *r);

/* Uniform in [0, bound); bound > 0; no modulo bias. */
uint64_t stoa_rng_below(struct stoa_rng *r, uint64_t bound);

/* True once in `one_in` on average; never when `one_in` is 0. */
bool stoa_rng_chance(struct stoa_rng *r, uint64_t one_in);

#endif
