/* buf.c - growable bytes with a sticky overflow flag. */
#include "base/buf.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE_FIRST ((size_t)256)

void
stoa_buf_init(struct stoa_buf *b, size_t len_max)
{
	stoa_assert(len_max > 0);
	*b = (struct stoa_buf){.len_max = len_max};
}

void
stoa_buf_fini(struct stoa_buf *b)
{
	free(b->data);
	*b = (struct stoa_buf){.len_max = b->len_max};
}

void
stoa_buf_clear(struct stoa_buf *b)
{
	b->len = 0;
	b->is_overflown = false;
	if (b->data != NULL) {
		b->data[0] = '\0';
	}
}

void *
stoa_buf_reserve(struct stoa_buf *b, size_t len)
{
	size_t size = b->size == 0 ? SIZE_FIRST : b->size;
	char *data;

	stoa_assert(b->len_max > 0);
	if (b->is_overflown || len > b->len_max - b->len) {
		b->is_overflown = true;
		return NULL;
	}
	while (size < b->len + len + 1) {
		size *= 2;
	}
	if (size != b->size) {
		data = realloc(b->data, size);
		if (data == NULL) {
			b->is_overflown = true;
			return NULL;
		}
		b->data = data;
		b->size = size;
	}
	return b->data + b->len;
}

void
stoa_buf_grow(struct stoa_buf *b, size_t len)
{
	stoa_assert(b->len + len < b->size);
	b->len += len;
	b->data[b->len] = '\0';
}

void
stoa_buf_add(struct stoa_buf *b, const void *data, size_t len)
{
	char *to = stoa_buf_reserve(b, len);

	if (to == NULL) {
		return;
	}
	if (len > 0) {
		memcpy(to, data, len);
	}
	stoa_buf_grow(b, len);
}

void
stoa_buf_add_str(struct stoa_buf *b, struct stoa_str s)
{
	stoa_buf_add(b, s.data, s.len);
}

void
stoa_buf_add_text(struct stoa_buf *b, const char *text)
{
	stoa_buf_add(b, text, strlen(text));
}

void
stoa_buf_add_byte(struct stoa_buf *b, uint8_t byte)
{
	stoa_buf_add(b, &byte, 1);
}

void
stoa_buf_printf(struct stoa_buf *b, const char *format, ...)
{
	va_list args, again;
	char *to;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	stoa_assert(len >= 0);
	to = stoa_buf_reserve(b, (size_t)len);
	if (to != NULL) {
		(void)vsnprintf(to, (size_t)len + 1, format, again);
		stoa_buf_grow(b, (size_t)len);
	}
	va_end(again);
}

void
stoa_buf_consume(struct stoa_buf *b, size_t len)
{
	stoa_assert(len <= b->len);
	if (len == 0) {
		return;
	}
	memmove(b->data, b->data + len, b->len - len + 1);
	b->len -= len;
}

static void
json_escape(struct stoa_buf *b, unsigned char c)
{
	static const char *const short_forms[] = {
	    ['"'] = "\\\"",
	    ['\\'] = "\\\\",
	    ['\b'] = "\\b",
	    ['\f'] = "\\f",
	    ['\n'] = "\\n",
	    ['\r'] = "\\r",
	    ['\t'] = "\\t",
	};

	if (c < STOA_COUNT(short_forms) && short_forms[c] != NULL) {
		stoa_buf_add_text(b, short_forms[c]);
	} else if (c < 0x20 || c == 0x7f) {
		stoa_buf_printf(b, "\\u%04x", c);
	} else {
		stoa_buf_add_byte(b, c);
	}
}

void
stoa_buf_add_json(struct stoa_buf *b, struct stoa_str s)
{
	stoa_buf_add_byte(b, '"');
	while (s.len > 0) {
		size_t len = stoa_str_utf8_len(s);

		if (len == 0) {
			stoa_buf_add_text(b, "\xef\xbf\xbd");
			len = 1;
		} else if (len == 1) {
			json_escape(b, (unsigned char)s.data[0]);
		} else {
			stoa_buf_add(b, s.data, len);
		}
		s = stoa_str_from(s, len);
	}
	stoa_buf_add_byte(b, '"');
}
