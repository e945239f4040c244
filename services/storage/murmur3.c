/* murmur3.c - MurmurHash3_x64_128, by its published description (the
 * reference is in the public domain), reduced to what UnixFS needs. */
#include "storage/murmur3.h"

#define C1 UINT64_C(0x87c37b91114253d5)
#define C2 UINT64_C(0x4cf5ad432745937f)

static uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static uint64_t
finish(uint64_t k)
{
	k ^= k >> 33;
	k *= UINT64_C(0xff51afd7ed558ccd);
	k ^= k >> 33;
	k *= UINT64_C(0xc4ceb9fe1a85ec53);
	return k ^ k >> 33;
}

/* Little-endian, zeros where `s` ends. */
static uint64_t
word_at(struct stoa_str s, size_t start)
{
	uint64_t word = 0;

	for (size_t i = 0; i < 8 && start + i < s.len; i++) {
		word |= (uint64_t)(uint8_t)s.data[start + i] << (8 * i);
	}
	return word;
}

uint64_t
storage_murmur3(struct stoa_str name)
{
	uint64_t h1 = 0, h2 = 0;
	size_t at = 0;

	for (; name.len - at >= 16; at += 16) {
		h1 ^= rotate(word_at(name, at) * C1, 31) * C2;
		h1 = (rotate(h1, 27) + h2) * 5 + 0x52dce729;
		h2 ^= rotate(word_at(name, at + 8) * C2, 33) * C1;
		h2 = (rotate(h2, 31) + h1) * 5 + 0x38495ab5;
	}
	/* The tail is mixed in without the rotations of the body; words of
	 * zeros leave the state as it is. */
	h2 ^= rotate(word_at(name, at + 8) * C2, 33) * C1;
	h1 ^= rotate(word_at(name, at) * C1, 31) * C2;
	h1 ^= name.len;
	h2 ^= name.len;
	h1 += h2;
	h2 += h1;
	return finish(h1) + finish(h2);
}
