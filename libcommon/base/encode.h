/* encode.h - bytes as text and numbers as bytes.
 *
 * Encoders append to a buffer (its sticky overflow flag is the only failure).
 * Decoders are strict: one text for each run of bytes. They refuse foreign
 * characters, impossible lengths, padding where none belongs and spare bits
 * that are not zero; what they had appended before a refusal is taken back.
 * Layer 1, pure. */
#ifndef STOA_BASE_ENCODE_H
#define STOA_BASE_ENCODE_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lower case out; either case in. */
void stoa_hex_encode(struct stoa_buf *b, struct stoa_str bytes);
bool stoa_hex_decode(struct stoa_buf *b, struct stoa_str text);

/* RFC 4648, lower case, no padding. */
void stoa_base32_encode(struct stoa_buf *b, struct stoa_str bytes);
bool stoa_base32_decode(struct stoa_buf *b, struct stoa_str text);

enum stoa_base64 {
	STOA_BASE64,	     /* + and /, padded */
	STOA_BASE64_NOPAD,   /* + and / */
	STOA_BASE64URL,	     /* - and _, padded */
	STOA_BASE64URL_NOPAD /* - and _ */
};

void stoa_base64_encode(
    struct stoa_buf *b, enum stoa_base64 kind, struct stoa_str bytes);
bool stoa_base64_decode(
    struct stoa_buf *b, enum stoa_base64 kind, struct stoa_str text);

/* Positional encodings cost O(n^2): longer inputs are refused (decode) or a
 * bug (encode). Twice the longest CID that this code base makes or reads. */
#define STOA_POSITIONAL_BYTES_MAX 320
#define STOA_POSITIONAL_TEXT_MAX  512

/* Bitcoin's alphabet; a leading zero byte is a leading '1'. */
void stoa_base58_encode(struct stoa_buf *b, struct stoa_str bytes);
bool stoa_base58_decode(struct stoa_buf *b, struct stoa_str text);

/* 0-9a-z; a leading zero byte is a leading '0'. */
void stoa_base36_encode(struct stoa_buf *b, struct stoa_str bytes);
bool stoa_base36_decode(struct stoa_buf *b, struct stoa_str text);

/* Unsigned varint: seven bits a byte, low group first. */
#define STOA_VARINT_SIZE_MAX 10

size_t stoa_varint_size(uint64_t value);

/* Writes stoa_varint_size(value) bytes and returns how many. */
size_t stoa_varint_put(uint8_t *to, uint64_t value);

/* Cuts one off the front of `*rest`. `bytes_max` is 9 for multiformats (at
 * most 63 bits) and 10 for protobuf. Refuses torn, overlong and too wide
 * ones and leaves `*rest` as it was. */
bool stoa_varint_cut(
    struct stoa_str *rest, size_t bytes_max, uint64_t *ret_value);

#endif
