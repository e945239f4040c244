/* frame.h - the records of pack and pin files, and the table of a sealed pack.
 *
 * A frame is a header of 56 bytes and its payload. All numbers are
 * little-endian:
 *
 *	 0  "STOA"
 *	 4  kind
 *	 8  length of the payload
 *	12  number (its meaning depends on the kind)
 *	16  codec of a block
 *	20  SHA-256: of the payload; of a commit, of all headers before it
 *	52  CRC-32C of the 52 bytes above
 *
 * The CRC finds torn headers, the digest torn payloads. Layer 2, pure. */
#ifndef STORAGE_FRAME_H
#define STORAGE_FRAME_H

#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_FRAME_SIZE 56
#define STORAGE_ROW_SIZE   44

enum storage_frame_kind {
	STORAGE_FRAME_HEAD = 1,	  /* first of a pack; number: of the pack */
	STORAGE_FRAME_BLOCK = 2,  /* number: counts the blocks from 1 */
	STORAGE_FRAME_COMMIT = 3, /* number: blocks before it; no payload */
	STORAGE_FRAME_TABLE = 4,  /* number: rows; payload: the rows */
	STORAGE_FRAME_END = 5,	  /* number: offset of the table's frame;
				   * the digest is the table's; last */
	STORAGE_FRAME_PIN = 6,	  /* number: bytes of CID; then a name */
	STORAGE_FRAME_UNPIN = 7,
};

struct storage_frame {
	enum storage_frame_kind kind;
	uint32_t len;
	uint32_t number;
	uint32_t codec;
	struct stoa_hash hash;
};

void storage_frame_encode(
    const struct storage_frame *frame, uint8_t to[static STORAGE_FRAME_SIZE]);

/* Refuses a bad magic, CRC or kind. */
bool storage_frame_decode(const uint8_t from[static STORAGE_FRAME_SIZE],
    struct storage_frame *ret_frame);

/* Where the magic next begins in `bytes`; its length when nowhere. */
size_t storage_frame_search(struct stoa_str bytes);

/* One row of a table: where a block lies. `offset` is that of its frame. */
struct storage_row {
	struct stoa_hash hash;
	uint32_t offset;
	uint32_t len;
	uint32_t codec;
};

void storage_row_encode(
    const struct storage_row *row, uint8_t to[static STORAGE_ROW_SIZE]);
struct storage_row storage_row_decode(
    const uint8_t from[static STORAGE_ROW_SIZE]);

#endif
