/* image.c - LEB128, lengths, packed messages. */
#include "base/image.h"

#include "base/text.h"

#define NUMBER_BYTES_MAX 10 /* of 7 bits each */

/* ---- put ---- */

void
stoa_image_put_number(struct stoa_buf *b, uint64_t value)
{
	uint8_t bytes[NUMBER_BYTES_MAX];
	size_t len = 0;

	do {
		bytes[len] = (uint8_t)(value & 0x7f);
		value >>= 7;
		bytes[len] |= value == 0 ? 0 : 0x80;
		len++;
	} while (value != 0);
	stoa_buf_add(b, bytes, len);
}

/* Zigzag: small ones of either sign are short. */
void
stoa_image_put_signed(struct stoa_buf *b, int64_t value)
{
	uint64_t bits = (uint64_t)value;

	stoa_image_put_number(b, bits << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void
stoa_image_put_bytes(struct stoa_buf *b, struct stoa_str bytes)
{
	stoa_image_put_number(b, bytes.len);
	stoa_buf_add_str(b, bytes);
}

/* The length is one more than it is, so that 0 is left for NULL. */
void
stoa_image_put_text(struct stoa_buf *b, const char *text)
{
	struct stoa_str bytes = stoa_str_of(text);

	stoa_image_put_number(b, text == NULL ? 0 : bytes.len + 1);
	stoa_buf_add_str(b, bytes);
}

void
stoa_image_put_message(struct stoa_buf *b, const ProtobufCMessage *message)
{
	size_t len;
	uint8_t *room;

	if (message == NULL) {
		stoa_image_put_number(b, 0);
		return;
	}
	len = protobuf_c_message_get_packed_size(message);
	stoa_image_put_number(b, len + 1);
	room = stoa_buf_reserve(b, len);
	if (room != NULL) {
		(void)protobuf_c_message_pack(message, room);
		stoa_buf_grow(b, len);
	}
}

void
stoa_image_put_hash(struct stoa_buf *b, const struct stoa_hash *hash)
{
	stoa_buf_add(b, hash->bytes, sizeof(hash->bytes));
}

/* ---- read ---- */

uint64_t
stoa_image_number(struct stoa_image *i)
{
	uint64_t value = 0;

	for (unsigned at = 0; at < NUMBER_BYTES_MAX && at < i->rest.len; at++) {
		uint8_t byte = (uint8_t)i->rest.data[at];

		value |= (uint64_t)(byte & 0x7f) << (7 * at);
		if ((byte & 0x80) == 0) {
			i->rest = stoa_str_from(i->rest, at + 1);
			return value;
		}
	}
	i->is_bad = true;
	i->rest.len = 0;
	return 0;
}

int64_t
stoa_image_signed(struct stoa_image *i)
{
	uint64_t bits = stoa_image_number(i);

	return (int64_t)(bits >> 1 ^ ((bits & 1) != 0 ? UINT64_MAX : 0));
}

uint64_t
stoa_image_below(struct stoa_image *i, uint64_t max)
{
	uint64_t value = stoa_image_number(i);

	if (value > max) {
		i->is_bad = true;
		return 0;
	}
	return value;
}

const void *
stoa_image_raw(struct stoa_image *i, size_t len)
{
	const char *data = i->rest.data;

	if (len > i->rest.len) {
		i->is_bad = true;
		i->rest.len = 0;
		return NULL;
	}
	i->rest = stoa_str_from(i->rest, len);
	return data;
}

struct stoa_str
stoa_image_bytes(struct stoa_image *i)
{
	size_t len = (size_t)stoa_image_below(i, i->rest.len);
	const char *data = stoa_image_raw(i, len);

	return (struct stoa_str){data == NULL ? "" : data, len};
}

struct stoa_hash
stoa_image_hash(struct stoa_image *i)
{
	struct stoa_hash hash = {{0}};
	const void *bytes = stoa_image_raw(i, sizeof(hash.bytes));

	if (bytes != NULL) {
		memcpy(hash.bytes, bytes, sizeof(hash.bytes));
	}
	return hash;
}

/* What stands behind a length that is one more than it is. */
static bool
optional(struct stoa_image *i, struct stoa_str *ret_bytes)
{
	uint64_t len = stoa_image_below(i, (uint64_t)i->rest.len + 1);
	const char *data;

	if (len == 0) {
		return false;
	}
	data = stoa_image_raw(i, (size_t)len - 1);
	if (data == NULL) {
		return false;
	}
	*ret_bytes = (struct stoa_str){data, (size_t)len - 1};
	return true;
}

char *
stoa_image_text(struct stoa_image *i)
{
	struct stoa_str bytes;

	return optional(i, &bytes) ? stoa_text_of(bytes) : NULL;
}

void *
stoa_image_message(struct stoa_image *i, const ProtobufCMessageDescriptor *type)
{
	struct stoa_str bytes;
	void *message;

	if (!optional(i, &bytes)) {
		return NULL;
	}
	message = protobuf_c_message_unpack(
	    type, NULL, bytes.len, (const uint8_t *)bytes.data);
	if (message == NULL) {
		i->is_bad = true;
	}
	return message;
}
