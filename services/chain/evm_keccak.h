/* evm_keccak.h - Keccak-256 as Ethereum uses it: the function of the Keccak
 * team's submission (version 3, 2011) with rate 1088, capacity 512 and the
 * padding byte 0x01, which FIPS 202 later changed to 0x06 for SHA3-256.
 * OpenSSL has it under a name of its own from 3.2 on; Debian 12 has 3.0.
 *
 * The context lies with the caller, nothing is allocated, nothing can fail.
 * Layer 1, pure. */
#ifndef CHAIN_EVM_KECCAK_H
#define CHAIN_EVM_KECCAK_H

#include "base/hash.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

#define EVM_KECCAK_RATE 136

struct evm_keccak {
	uint64_t state[25];
	uint8_t block[EVM_KECCAK_RATE];
	size_t used; /* bytes of the block */
};

/* init, add any number of times, end once; then init again or drop. */
void evm_keccak_init(struct evm_keccak *keccak);
void evm_keccak_add(struct evm_keccak *keccak, struct stoa_str bytes);
struct stoa_hash evm_keccak_end(struct evm_keccak *keccak);

/* All at once. */
struct stoa_hash evm_keccak256(struct stoa_str bytes);

#endif
