/* crc32c.h - CRC-32C (Castagnoli; RFC 3720 appendix B.4): finds torn and
 * flipped bytes of frames, says nothing about who wrote them.
 * Uses the processor's instruction where there is one. Layer 1, pure. */
#ifndef STOA_BASE_CRC32C_H
#define STOA_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues `crc` (0 at the start) over `len` bytes. */
uint32_t stoa_crc32c(uint32_t crc, const void *data, size_t len);

/* The same by table, for tests and for processors without the instruction. */
uint32_t stoa_crc32c_by_table(uint32_t crc, const void *data, size_t len);

#endif
