/* protobuf.h - one field at a time of the protobuf wire format, for blocks
 * whose exact bytes matter (a CID is the hash of an encoding, so a general
 * encoder that may reorder fields cannot be used). Layer 2, pure. */
#ifndef STORAGE_PROTOBUF_H
#define STORAGE_PROTOBUF_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum storage_wire {
	STORAGE_WIRE_VARINT = 0,
	STORAGE_WIRE_BYTES = 2,
	STORAGE_WIRE_FIXED32 = 5,
};

struct storage_field {
	uint64_t number;
	enum storage_wire wire;
	uint64_t value;	       /* varint and fixed32 */
	struct stoa_str bytes; /* bytes only */
};

/* Cuts one field off the front of `*rest`. Refuses torn fields, overlong
 * varints and other wire types; `*rest` is then undefined. */
bool storage_field_cut(struct stoa_str *rest, struct storage_field *ret_field);

void storage_field_add_number(
    struct stoa_buf *b, unsigned number, uint64_t value);
void storage_field_add_bytes(
    struct stoa_buf *b, unsigned number, struct stoa_str bytes);

/* Only the header; the caller appends `len` bytes itself. */
void storage_field_add_header(struct stoa_buf *b, unsigned number, size_t len);

#endif
