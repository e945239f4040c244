/* frame.c - headers as bytes. */
#include "storage/frame.h"

#include "base/crc32c.h"

#include <string.h>

static const uint8_t magic[4] = {'S', 'T', 'O', 'A'};

static void
put32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++) {
		to[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint32_t
get32(const uint8_t *from)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++) {
		value |= (uint32_t)from[i] << (8 * i);
	}
	return value;
}

void
storage_frame_encode(
    const struct storage_frame *frame, uint8_t to[static STORAGE_FRAME_SIZE])
{
	memcpy(to, magic, sizeof(magic));
	put32(to + 4, frame->kind);
	put32(to + 8, frame->len);
	put32(to + 12, frame->number);
	put32(to + 16, frame->codec);
	memcpy(to + 20, frame->hash.bytes, STOA_HASH_SIZE);
	put32(to + 52, stoa_crc32c(0, to, 52));
}

bool
storage_frame_decode(const uint8_t from[static STORAGE_FRAME_SIZE],
    struct storage_frame *ret_frame)
{
	uint32_t kind = get32(from + 4);

	if (memcmp(from, magic, sizeof(magic)) != 0 ||
	    get32(from + 52) != stoa_crc32c(0, from, 52) ||
	    kind < STORAGE_FRAME_HEAD || kind > STORAGE_FRAME_UNPIN) {
		return false;
	}
	ret_frame->kind = (enum storage_frame_kind)kind;
	ret_frame->len = get32(from + 8);
	ret_frame->number = get32(from + 12);
	ret_frame->codec = get32(from + 16);
	memcpy(ret_frame->hash.bytes, from + 20, STOA_HASH_SIZE);
	return true;
}

size_t
storage_frame_search(struct stoa_str bytes)
{
	const char *at = bytes.len == 0 ? NULL
					: memmem(bytes.data, bytes.len, magic,
					      sizeof(magic));

	return at == NULL ? bytes.len : (size_t)(at - bytes.data);
}

void
storage_row_encode(
    const struct storage_row *row, uint8_t to[static STORAGE_ROW_SIZE])
{
	memcpy(to, row->hash.bytes, STOA_HASH_SIZE);
	put32(to + 32, row->offset);
	put32(to + 36, row->len);
	put32(to + 40, row->codec);
}

struct storage_row
storage_row_decode(const uint8_t from[static STORAGE_ROW_SIZE])
{
	struct storage_row row = {
	    .offset = get32(from + 32),
	    .len = get32(from + 36),
	    .codec = get32(from + 40),
	};

	memcpy(row.hash.bytes, from, STOA_HASH_SIZE);
	return row;
}
