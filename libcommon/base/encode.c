/* encode.c - hexadecimal, base32, base64 (RFC 4648), base58btc, base36 and
 * unsigned varints. */
#include "base/encode.h"

#include "base/check.h"

#include <string.h>

static const char alphabet_hex[] = "0123456789abcdef";
static const char alphabet_32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char alphabet_36[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char alphabet_58[] =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static const char alphabet_64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- bases that are a power of two -------------------------------------- */

static int
digit_of(const char *alphabet, unsigned base, char c)
{
	const char *at = memchr(alphabet, c, base);

	return at == NULL ? -1 : (int)(at - alphabet);
}

static void
encode_bits(struct stoa_buf *b, const char *alphabet, unsigned width,
    struct stoa_str bytes)
{
	size_t len = (bytes.len * 8 + width - 1) / width;
	char *to = stoa_buf_reserve(b, len);
	unsigned bits = 0, count = 0;
	size_t at = 0;

	if (to == NULL) {
		return;
	}
	for (size_t i = 0; i < bytes.len; i++) {
		bits = (bits << 8 | (uint8_t)bytes.data[i]) & 0xffff;
		for (count += 8; count >= width; count -= width) {
			to[at++] = alphabet[bits >> (count - width) &
					    ((1u << width) - 1)];
		}
	}
	if (count > 0) {
		to[at++] =
		    alphabet[bits << (width - count) & ((1u << width) - 1)];
	}
	stoa_assert(at == len);
	stoa_buf_grow(b, len);
}

static bool
decode_bits(struct stoa_buf *b, const char *alphabet, unsigned width,
    struct stoa_str text)
{
	size_t len = text.len * width / 8;
	char *to = stoa_buf_reserve(b, len);
	unsigned bits = 0, count = 0;
	size_t at = 0;

	if (to == NULL) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		int digit = digit_of(alphabet, 1u << width, text.data[i]);

		if (digit < 0) {
			return false;
		}
		bits = (bits << width | (unsigned)digit) & 0xffff;
		count += width;
		if (count >= 8) {
			count -= 8;
			to[at++] = (char)(bits >> count & 0xff);
		}
	}
	/* A whole spare digit, or spare bits that say something: not ours. */
	if (count >= width || (bits & ((1u << count) - 1)) != 0) {
		return false;
	}
	stoa_buf_grow(b, at);
	return true;
}

void
stoa_hex_encode(struct stoa_buf *b, struct stoa_str bytes)
{
	encode_bits(b, alphabet_hex, 4, bytes);
}

bool
stoa_hex_decode(struct stoa_buf *b, struct stoa_str text)
{
	char *to = stoa_buf_reserve(b, text.len / 2);

	if (to == NULL || text.len % 2 != 0) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		int digit = digit_of(alphabet_hex, 16,
		    c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c);

		if (digit < 0) {
			return false;
		}
		to[i / 2] = (char)(i % 2 == 0 ? digit << 4 : to[i / 2] | digit);
	}
	stoa_buf_grow(b, text.len / 2);
	return true;
}

void
stoa_base32_encode(struct stoa_buf *b, struct stoa_str bytes)
{
	encode_bits(b, alphabet_32, 5, bytes);
}

bool
stoa_base32_decode(struct stoa_buf *b, struct stoa_str text)
{
	return decode_bits(b, alphabet_32, 5, text);
}

static bool
is_url(enum stoa_base64 kind)
{
	return kind == STOA_BASE64URL || kind == STOA_BASE64URL_NOPAD;
}

static bool
is_padded(enum stoa_base64 kind)
{
	return kind == STOA_BASE64 || kind == STOA_BASE64URL;
}

void
stoa_base64_encode(
    struct stoa_buf *b, enum stoa_base64 kind, struct stoa_str bytes)
{
	encode_bits(b, is_url(kind) ? alphabet_64url : alphabet_64, 6, bytes);
	if (is_padded(kind) && bytes.len % 3 != 0) {
		stoa_buf_add(b, "==", 3 - bytes.len % 3);
	}
}

bool
stoa_base64_decode(
    struct stoa_buf *b, enum stoa_base64 kind, struct stoa_str text)
{
	if (is_padded(kind)) {
		if (text.len % 4 != 0) {
			return false;
		}
		for (int i = 0; i < 2 && text.len > 0; i++) {
			text.len -= text.data[text.len - 1] == '=';
		}
	}
	return decode_bits(
	    b, is_url(kind) ? alphabet_64url : alphabet_64, 6, text);
}

/* ---- bases that are not ---------------------------------------------------
 */

static void
encode_positional(struct stoa_buf *b, const char *alphabet, unsigned base,
    struct stoa_str bytes)
{
	uint8_t digits[STOA_POSITIONAL_TEXT_MAX];
	size_t len = 0, zeros = 0;

	stoa_assert(bytes.len <= STOA_POSITIONAL_BYTES_MAX);
	while (zeros < bytes.len && bytes.data[zeros] == 0) {
		zeros++;
	}
	for (size_t i = zeros; i < bytes.len; i++) {
		unsigned carry = (uint8_t)bytes.data[i];

		for (size_t j = 0; j < len; j++) {
			carry += (unsigned)digits[j] << 8;
			digits[j] = (uint8_t)(carry % base);
			carry /= base;
		}
		for (; carry > 0; carry /= base) {
			digits[len++] = (uint8_t)(carry % base);
		}
	}
	while (zeros-- > 0) {
		stoa_buf_add_byte(b, (uint8_t)alphabet[0]);
	}
	while (len-- > 0) {
		stoa_buf_add_byte(b, (uint8_t)alphabet[digits[len]]);
	}
}

static bool
decode_positional(struct stoa_buf *b, const char *alphabet, unsigned base,
    struct stoa_str text)
{
	uint8_t bytes[STOA_POSITIONAL_TEXT_MAX];
	size_t len = 0, zeros = 0;

	if (text.len > STOA_POSITIONAL_TEXT_MAX) {
		return false;
	}
	while (zeros < text.len && text.data[zeros] == alphabet[0]) {
		zeros++;
	}
	for (size_t i = zeros; i < text.len; i++) {
		int digit = digit_of(alphabet, base, text.data[i]);
		unsigned carry = (unsigned)digit;

		if (digit < 0) {
			return false;
		}
		for (size_t j = 0; j < len; j++) {
			carry += bytes[j] * base;
			bytes[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry > 0) {
			bytes[len++] = (uint8_t)carry;
		}
	}
	if (stoa_buf_reserve(b, zeros + len) == NULL) {
		return false;
	}
	while (zeros-- > 0) {
		stoa_buf_add_byte(b, 0);
	}
	while (len-- > 0) {
		stoa_buf_add_byte(b, bytes[len]);
	}
	return true;
}

void
stoa_base58_encode(struct stoa_buf *b, struct stoa_str bytes)
{
	encode_positional(b, alphabet_58, 58, bytes);
}

bool
stoa_base58_decode(struct stoa_buf *b, struct stoa_str text)
{
	return decode_positional(b, alphabet_58, 58, text);
}

void
stoa_base36_encode(struct stoa_buf *b, struct stoa_str bytes)
{
	encode_positional(b, alphabet_36, 36, bytes);
}

bool
stoa_base36_decode(struct stoa_buf *b, struct stoa_str text)
{
	return decode_positional(b, alphabet_36, 36, text);
}

/* ---- varints --------------------------------------------------------------
 */

size_t
stoa_varint_size(uint64_t value)
{
	size_t size = 1;

	while (value >>= 7) {
		size++;
	}
	return size;
}

size_t
stoa_varint_put(uint8_t *to, uint64_t value)
{
	size_t size = 0;

	for (; value >= 0x80; value >>= 7) {
		to[size++] = (uint8_t)(value | 0x80);
	}
	to[size++] = (uint8_t)value;
	return size;
}

bool
stoa_varint_cut(struct stoa_str *rest, size_t bytes_max, uint64_t *ret_value)
{
	uint64_t value = 0;

	stoa_assert(bytes_max <= STOA_VARINT_SIZE_MAX);
	for (size_t i = 0; i < bytes_max && i < rest->len; i++) {
		uint8_t byte = (uint8_t)rest->data[i];

		if (i == 9 && byte > 1) {
			return false; /* past 64 bits */
		}
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0) {
			if (byte == 0 && i > 0) {
				return false; /* not the shortest form */
			}
			*rest = stoa_str_from(*rest, i + 1);
			*ret_value = value;
			return true;
		}
	}
	return false;
}
