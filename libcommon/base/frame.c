/* frame.c - put, get and find frames. */
#include "base/frame.h"

#include "base/check.h"
#include "base/crc32c.h"

static const char magic[4] = {'S', 't', 'J', '1'};

static void
put_le(uint8_t *to, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		to[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint64_t
get_le(const char *from, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++) {
		value |= (uint64_t)(uint8_t)from[i] << (8 * i);
	}
	return value;
}

size_t
stoa_frame_size(size_t record_len)
{
	return (STOA_FRAME_HEAD + record_len + 3) & ~(size_t)3;
}

static uint32_t
checksum(const char *head, struct stoa_str record)
{
	uint32_t crc = stoa_crc32c(0, head + 4, 24);

	return stoa_crc32c(crc, record.data, record.len);
}

void
stoa_frame_put(struct stoa_buf *b, const struct stoa_frame *frame)
{
	static const char zeros[4];
	struct stoa_str record = frame->record;
	uint8_t head[STOA_FRAME_HEAD];

	stoa_assert(record.len <= STOA_FRAME_RECORD_MAX);
	memcpy(head, magic, sizeof(magic));
	put_le(head + 4, record.len, 4);
	put_le(head + 8, frame->sequence, 8);
	put_le(head + 16, frame->followed, 8);
	put_le(head + 24, frame->epoch, 4);
	put_le(head + 28, checksum((const char *)head, record), 4);
	stoa_buf_add(b, head, sizeof(head));
	stoa_buf_add_str(b, record);
	stoa_buf_add(b, zeros,
	    stoa_frame_size(record.len) - STOA_FRAME_HEAD - record.len);
}

size_t
stoa_frame_size_of_head(struct stoa_str head)
{
	uint64_t len;

	if (head.len < STOA_FRAME_HEAD ||
	    memcmp(head.data, magic, sizeof(magic)) != 0) {
		return 0;
	}
	len = get_le(head.data + 4, 4);
	return len > STOA_FRAME_RECORD_MAX ? 0 : stoa_frame_size((size_t)len);
}

bool
stoa_frame_get(struct stoa_str bytes, struct stoa_frame *ret_frame)
{
	size_t size = stoa_frame_size_of_head(bytes);
	struct stoa_str record;

	if (size == 0 || size > bytes.len) {
		return false;
	}
	record.data = bytes.data + STOA_FRAME_HEAD;
	record.len = (size_t)get_le(bytes.data + 4, 4);
	if (checksum(bytes.data, record) != get_le(bytes.data + 28, 4)) {
		return false;
	}
	*ret_frame = (struct stoa_frame){
	    .sequence = get_le(bytes.data + 8, 8),
	    .followed = get_le(bytes.data + 16, 8),
	    .epoch = (uint32_t)get_le(bytes.data + 24, 4),
	    .record = record,
	};
	return true;
}

size_t
stoa_frame_seek(struct stoa_str bytes, size_t from)
{
	struct stoa_frame frame;

	for (size_t at = (from + 3) & ~(size_t)3; at < bytes.len; at += 4) {
		if (stoa_frame_get(stoa_str_from(bytes, at), &frame)) {
			return at;
		}
	}
	return bytes.len;
}
