/* protobuf.c - fields of the protobuf wire format. */
#include "storage/protobuf.h"

#include "base/check.h"
#include "base/encode.h"

/* Field numbers below 16, so that a tag is one byte. */
#define NUMBER_MAX 15

static bool
cut_fixed32(struct stoa_str *rest, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (rest->len < 4) {
		return false;
	}
	for (unsigned i = 0; i < 4; i++) {
		value |= (uint64_t)(uint8_t)rest->data[i] << (8 * i);
	}
	*rest = stoa_str_from(*rest, 4);
	*ret_value = value;
	return true;
}

bool
storage_field_cut(struct stoa_str *rest, struct storage_field *ret_field)
{
	struct storage_field field = {0};
	uint64_t tag, len;

	if (!stoa_varint_cut(rest, STOA_VARINT_SIZE_MAX, &tag)) {
		return false;
	}
	field.number = tag >> 3;
	switch (tag & 7) {
	case STORAGE_WIRE_VARINT:
		field.wire = STORAGE_WIRE_VARINT;
		if (!stoa_varint_cut(
			rest, STOA_VARINT_SIZE_MAX, &field.value)) {
			return false;
		}
		break;
	case STORAGE_WIRE_BYTES:
		field.wire = STORAGE_WIRE_BYTES;
		if (!stoa_varint_cut(rest, STOA_VARINT_SIZE_MAX, &len) ||
		    len > rest->len) {
			return false;
		}
		field.bytes = (struct stoa_str){rest->data, (size_t)len};
		*rest = stoa_str_from(*rest, (size_t)len);
		break;
	case STORAGE_WIRE_FIXED32:
		field.wire = STORAGE_WIRE_FIXED32;
		if (!cut_fixed32(rest, &field.value)) {
			return false;
		}
		break;
	default:
		return false;
	}
	*ret_field = field;
	return true;
}

static void
add_varint(struct stoa_buf *b, uint64_t value)
{
	uint8_t bytes[STOA_VARINT_SIZE_MAX];

	stoa_buf_add(b, bytes, stoa_varint_put(bytes, value));
}

void
storage_field_add_number(struct stoa_buf *b, unsigned number, uint64_t value)
{
	stoa_assert(number <= NUMBER_MAX);
	stoa_buf_add_byte(b, (uint8_t)(number << 3 | STORAGE_WIRE_VARINT));
	add_varint(b, value);
}

void
storage_field_add_header(struct stoa_buf *b, unsigned number, size_t len)
{
	stoa_assert(number <= NUMBER_MAX);
	stoa_buf_add_byte(b, (uint8_t)(number << 3 | STORAGE_WIRE_BYTES));
	add_varint(b, len);
}

void
storage_field_add_bytes(
    struct stoa_buf *b, unsigned number, struct stoa_str bytes)
{
	storage_field_add_header(b, number, bytes.len);
	stoa_buf_add_str(b, bytes);
}
