/* hex.h - bytes in tests are written in hexadecimal. */
#ifndef STOA_TESTS_CHAIN_HEX_H
#define STOA_TESTS_CHAIN_HEX_H

#include "base/encode.h"

#include "../unit.h"

/* The bytes of `text`, with or without "0x", added to `b`, which is emptied
 * first. The view lives as long as `b` is left alone. */
static inline struct stoa_str
unhex(struct stoa_buf *b, const char *text)
{
	struct stoa_str digits = stoa_str_of(text);
	bool ok;

	if (stoa_str_has_prefix(digits, STOA_STR("0x"))) {
		digits = stoa_str_from(digits, 2);
	}
	stoa_buf_clear(b);
	ok = stoa_hex_decode(b, digits);
	assert_true(ok);
	return stoa_buf_str(b);
}

/* `bytes` in hexadecimal are `want`. */
static inline void
assert_hex(struct stoa_str bytes, const char *want)
{
	struct stoa_buf have;

	stoa_buf_init(&have, 1 << 20);
	stoa_hex_encode(&have, bytes);
	if (stoa_str_has_prefix(stoa_str_of(want), STOA_STR("0x"))) {
		want += 2;
	}
	assert_string_equal(have.len == 0 ? "" : have.data, want);
	stoa_buf_fini(&have);
}

#endif
