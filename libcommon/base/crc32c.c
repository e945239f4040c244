/* crc32c.c - by SSE 4.2 eight bytes at a time, or by a table of nibbles. */
#include "base/crc32c.h"

#include <string.h>

uint32_t
stoa_crc32c_by_table(uint32_t crc, const void *data, size_t len)
{
	/* Remainders of the sixteen nibbles by the reflected polynomial
	 * 0x82f63b78: small, constant, and fast enough for a fallback. */
	static const uint32_t table[16] = {0x00000000, 0x105ec76f, 0x20bd8ede,
	    0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4,
	    0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
	const uint8_t *p = data;

	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_sse42(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t wide = ~crc;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; len > 0; p++, len--) {
		crc = __builtin_ia32_crc32qi(crc, *p);
	}
	return ~crc;
}

uint32_t
stoa_crc32c(uint32_t crc, const void *data, size_t len)
{
	if (__builtin_cpu_supports("sse4.2")) {
		return crc32c_by_sse42(crc, data, len);
	}
	return stoa_crc32c_by_table(crc, data, len);
}

#else

uint32_t
stoa_crc32c(uint32_t crc, const void *data, size_t len)
{
	return stoa_crc32c_by_table(crc, data, len);
}

#endif
