/* car.c - sections of a CAR. */
#include "storage/car.h"

#include "storage/check.h"

#include "base/encode.h"

static void
put_varint(struct stoa_buf *out, uint64_t value)
{
	uint8_t bytes[STOA_VARINT_SIZE_MAX];

	stoa_buf_add(out, bytes, stoa_varint_put(bytes, value));
}

/* dag-cbor: {"roots": [42(h'00' + CID)], "version": 1}. */
void
storage_car_put_header(struct stoa_buf *out, const struct stoa_cid *root)
{
	uint8_t cid[STOA_CID_SIZE_MAX];
	size_t len = stoa_cid_encode(root, cid);
	struct stoa_buf header;

	stoa_assert(len + 1 < 256);
	stoa_buf_init(&header, STORAGE_CAR_HEADER_MAX);
	stoa_buf_add_text(&header, "\xa2\x65roots\x81\xd8\x2a");
	if (len + 1 >= 24) {
		stoa_buf_add_byte(&header, 0x58);
		stoa_buf_add_byte(&header, (uint8_t)(len + 1));
	} else {
		stoa_buf_add_byte(&header, (uint8_t)(0x40 + len + 1));
	}
	stoa_buf_add_byte(&header, 0);
	stoa_buf_add(&header, cid, len);
	stoa_buf_add_text(&header, "\x67version\x01");
	put_varint(out, header.len);
	stoa_buf_add_str(out, stoa_buf_str(&header));
	stoa_buf_fini(&header);
}

void
storage_car_put_block(
    struct stoa_buf *out, const struct stoa_cid *cid, struct stoa_str block)
{
	uint8_t bytes[STOA_CID_SIZE_MAX];
	size_t len = stoa_cid_encode(cid, bytes);

	put_varint(out, len + block.len);
	stoa_buf_add(out, bytes, len);
	stoa_buf_add_str(out, block);
}

enum stoa_status
storage_car_section(struct stoa_str section, struct stoa_cid *ret_cid,
    struct stoa_str *ret_block)
{
	STORAGE_CHECK(stoa_cid_cut(&section, ret_cid));
	*ret_block = section;
	return STOA_OK;
}
