/* buf.h - growable bytes with a mandatory maximum.
 *
 * Growing beyond the maximum, or running out of memory, sets a sticky flag:
 * later writes do nothing, the caller checks once. The content is always
 * followed by a zero byte, so text can be printed. Layer 1, pure. */
#ifndef STOA_BASE_BUF_H
#define STOA_BASE_BUF_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_buf {
	char *data; /* owned; NULL until the first write */
	size_t len;
	size_t size;
	size_t len_max;
	bool is_overflown;
};

void stoa_buf_init(struct stoa_buf *b, size_t len_max);
void stoa_buf_fini(struct stoa_buf *b);
void stoa_buf_clear(struct stoa_buf *b); /* keeps the memory */

void stoa_buf_add(struct stoa_buf *b, const void *data, size_t len);
void stoa_buf_add_str(struct stoa_buf *b, struct stoa_str s);
void stoa_buf_add_text(struct stoa_buf *b, const char *text);
void stoa_buf_add_byte(struct stoa_buf *b, uint8_t byte);
void stoa_buf_printf(struct stoa_buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `len` more bytes at the end, to be filled and then committed by
 * stoa_buf_grow; NULL on overflow. */
void *stoa_buf_reserve(struct stoa_buf *b, size_t len);
void stoa_buf_grow(struct stoa_buf *b, size_t len);

/* Drops the first `len` bytes. O(rest). */
void stoa_buf_consume(struct stoa_buf *b, size_t len);

static inline struct stoa_str
stoa_buf_str(const struct stoa_buf *b)
{
	return (struct stoa_str){b->data == NULL ? "" : b->data, b->len};
}

/* Appends `s` as a JSON string with its quotes (RFC 8259 escapes; bytes that
 * are not UTF-8 become U+FFFD). */
void stoa_buf_add_json(struct stoa_buf *b, struct stoa_str s);

#endif
