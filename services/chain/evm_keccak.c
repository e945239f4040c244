/* evm_keccak.c - the sponge and its permutation, Keccak-f[1600]; step names
 * are those of the Keccak reference. */
#include "chain/evm_keccak.h"

#include "base/check.h"

#include <string.h>

#define ROUNDS 24

static const uint64_t iota[ROUNDS] = {
    UINT64_C(0x0000000000000001),
    UINT64_C(0x0000000000008082),
    UINT64_C(0x800000000000808a),
    UINT64_C(0x8000000080008000),
    UINT64_C(0x000000000000808b),
    UINT64_C(0x0000000080000001),
    UINT64_C(0x8000000080008081),
    UINT64_C(0x8000000000008009),
    UINT64_C(0x000000000000008a),
    UINT64_C(0x0000000000000088),
    UINT64_C(0x0000000080008009),
    UINT64_C(0x000000008000000a),
    UINT64_C(0x000000008000808b),
    UINT64_C(0x800000000000008b),
    UINT64_C(0x8000000000008089),
    UINT64_C(0x8000000000008003),
    UINT64_C(0x8000000000008002),
    UINT64_C(0x8000000000000080),
    UINT64_C(0x000000000000800a),
    UINT64_C(0x800000008000000a),
    UINT64_C(0x8000000080008081),
    UINT64_C(0x8000000000008080),
    UINT64_C(0x0000000080000001),
    UINT64_C(0x8000000080008008),
};

/* The lane that pi moves to next, beginning at lane 1, and by how much rho
 * turns what arrives there. */
static const uint8_t pi[ROUNDS] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4,
    15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};
static const uint8_t rho[ROUNDS] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14,
    27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};

static inline uint64_t
turn(uint64_t lane, unsigned by)
{
	return lane << by | lane >> (64 - by);
}

static void
permute(uint64_t a[25])
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t column[5], moved;

		for (unsigned x = 0; x < 5; x++) { /* theta */
			column[x] =
			    a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
		}
		for (unsigned x = 0; x < 5; x++) {
			uint64_t d =
			    column[(x + 4) % 5] ^ turn(column[(x + 1) % 5], 1);

			for (unsigned y = 0; y < 25; y += 5) {
				a[y + x] ^= d;
			}
		}
		moved = a[1];
		for (unsigned i = 0; i < 24; i++) { /* rho and pi */
			uint64_t next = a[pi[i]];

			a[pi[i]] = turn(moved, rho[i]);
			moved = next;
		}
		for (unsigned y = 0; y < 25; y += 5) { /* chi */
			uint64_t row[5];

			memcpy(row, a + y, sizeof(row));
			for (unsigned x = 0; x < 5; x++) {
				a[y + x] = row[x] ^ (~row[(x + 1) % 5] &
							row[(x + 2) % 5]);
			}
		}
		a[0] ^= iota[round];
	}
}

static void
absorb(struct evm_keccak *k, const uint8_t block[EVM_KECCAK_RATE])
{
	for (size_t i = 0; i < EVM_KECCAK_RATE / 8; i++) {
		uint64_t lane = 0;

		for (unsigned j = 8; j-- > 0;) {
			lane = lane << 8 | block[i * 8 + j];
		}
		k->state[i] ^= lane;
	}
	permute(k->state);
}

void
evm_keccak_init(struct evm_keccak *k)
{
	*k = (struct evm_keccak){.used = 0};
}

void
evm_keccak_add(struct evm_keccak *k, struct stoa_str bytes)
{
	stoa_assert(k->used < EVM_KECCAK_RATE);
	while (bytes.len > 0) {
		size_t len = EVM_KECCAK_RATE - k->used;

		len = bytes.len < len ? bytes.len : len;
		memcpy(k->block + k->used, bytes.data, len);
		bytes = stoa_str_from(bytes, len);
		k->used += len;
		if (k->used == EVM_KECCAK_RATE) {
			absorb(k, k->block);
			k->used = 0;
		}
	}
}

struct stoa_hash
evm_keccak_end(struct evm_keccak *k)
{
	struct stoa_hash hash;

	stoa_assert(k->used < EVM_KECCAK_RATE);
	memset(k->block + k->used, 0, EVM_KECCAK_RATE - k->used);
	k->block[k->used] |= 0x01;
	k->block[EVM_KECCAK_RATE - 1] |= 0x80;
	absorb(k, k->block);
	for (size_t i = 0; i < sizeof(hash.bytes); i++) {
		hash.bytes[i] = (uint8_t)(k->state[i / 8] >> (i % 8 * 8));
	}
	return hash;
}

struct stoa_hash
evm_keccak256(struct stoa_str bytes)
{
	struct evm_keccak keccak;

	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, bytes);
	return evm_keccak_end(&keccak);
}
