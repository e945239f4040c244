#include "base/encode.h"

#include "../unit.h"

enum kind {
	HEX,
	BASE32,
	BASE36,
	BASE58,
	BASE64,
	BASE64_NOPAD,
	BASE64URL
};

static void
encode(enum kind kind, struct stoa_buf *b, struct stoa_str bytes)
{
	switch (kind) {
	case HEX:
		stoa_hex_encode(b, bytes);
		break;
	case BASE32:
		stoa_base32_encode(b, bytes);
		break;
	case BASE36:
		stoa_base36_encode(b, bytes);
		break;
	case BASE58:
		stoa_base58_encode(b, bytes);
		break;
	case BASE64:
		stoa_base64_encode(b, STOA_BASE64, bytes);
		break;
	case BASE64_NOPAD:
		stoa_base64_encode(b, STOA_BASE64_NOPAD, bytes);
		break;
	case BASE64URL:
		stoa_base64_encode(b, STOA_BASE64URL_NOPAD, bytes);
		break;
	}
}

static bool
decode(enum kind kind, struct stoa_buf *b, struct stoa_str text)
{
	switch (kind) {
	case HEX:
		return stoa_hex_decode(b, text);
	case BASE32:
		return stoa_base32_decode(b, text);
	case BASE36:
		return stoa_base36_decode(b, text);
	case BASE58:
		return stoa_base58_decode(b, text);
	case BASE64:
		return stoa_base64_decode(b, STOA_BASE64, text);
	case BASE64_NOPAD:
		return stoa_base64_decode(b, STOA_BASE64_NOPAD, text);
	case BASE64URL:
		return stoa_base64_decode(b, STOA_BASE64URL_NOPAD, text);
	}
	return false;
}

/* RFC 4648 section 10, and the multibase test vectors. */
static void
test_encode_equals_the_published_values(void **state)
{
	static const struct {
		enum kind kind;
		struct stoa_str bytes;
		const char *want;
	} rows[] = {
	    {HEX, STOA_STR("yes mani !"), "796573206d616e692021"},
	    {BASE32, STOA_STR("f"), "my"},
	    {BASE32, STOA_STR("fooba"), "mzxw6ytb"},
	    {BASE32, STOA_STR("foobar"), "mzxw6ytboi"},
	    {BASE32, STOA_STR("\0\0yes mani !"), "aaahszltebwwc3tjeaqq"},
	    {BASE36, STOA_STR("yes mani !"), "2lcpzo5yikidynfl"},
	    {BASE36, STOA_STR("\0\0yes mani !"), "002lcpzo5yikidynfl"},
	    {BASE58, STOA_STR("yes mani !"), "7paNL19xttacUY"},
	    {BASE58, STOA_STR("\0\0yes mani !"), "117paNL19xttacUY"},
	    {BASE64, STOA_STR("fooba"), "Zm9vYmE="},
	    {BASE64, STOA_STR("foob"), "Zm9vYg=="},
	    {BASE64, STOA_STR("foobar"), "Zm9vYmFy"},
	    {BASE64_NOPAD, STOA_STR("\xfb\xff"), "+/8"},
	    {BASE64URL, STOA_STR("\xfb\xff"), "-_8"},
	    {BASE64URL, STOA_STR(""), ""},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf text, back;

		stoa_buf_init(&text, 100);
		stoa_buf_init(&back, 100);
		encode(rows[i].kind, &text, rows[i].bytes);
		assert_str(stoa_buf_str(&text), rows[i].want);
		assert_true(decode(rows[i].kind, &back, stoa_buf_str(&text)));
		assert_true(
		    stoa_str_is_equal(stoa_buf_str(&back), rows[i].bytes));
		stoa_buf_fini(&text);
		stoa_buf_fini(&back);
	}
}

static void
test_decode_refuses_a_second_spelling(void **state)
{
	static const struct {
		enum kind kind;
		const char *text;
	} rows[] = {
	    {HEX, "abc"},
	    {HEX, "0g"},
	    {BASE32, "mz"},  /* spare bits set */
	    {BASE32, "mzx"}, /* no such length */
	    {BASE32, "MY"},  /* upper case */
	    {BASE32, "my======"},
	    {BASE36, "A"},
	    {BASE58, "0"},
	    {BASE58, "l"},
	    {BASE64, "Zm9vYmE"},  /* padding missing */
	    {BASE64, "Zm9vYmF="}, /* spare bits set */
	    {BASE64, "Zm9v===="},
	    {BASE64, "Zm=="},
	    {BASE64_NOPAD, "Zm9vYmE="},
	    {BASE64_NOPAD, "Z"},
	    {BASE64URL, "+/8"},
	    {BASE64URL, "-_8 "},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf back;

		stoa_buf_init(&back, 100);
		stoa_buf_add_text(&back, "kept");
		assert_false(
		    decode(rows[i].kind, &back, stoa_str_of(rows[i].text)));
		assert_int_equal(back.len, 4);
		stoa_buf_fini(&back);
	}
}

static void
test_positional_decode_refuses_what_would_cost_too_much(void **state)
{
	char text[STOA_POSITIONAL_TEXT_MAX + 1];
	struct stoa_buf back;

	(void)state;
	memset(text, 'z', sizeof(text));
	stoa_buf_init(&back, 1000);
	assert_false(
	    stoa_base58_decode(&back, (struct stoa_str){text, sizeof(text)}));
	assert_true(stoa_base58_decode(
	    &back, (struct stoa_str){text, sizeof(text) - 1}));
	stoa_buf_fini(&back);
}

static void
test_varint_round_trips_at_every_width(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 64; shift++) {
		uint64_t values[] = {UINT64_C(1) << shift,
		    (UINT64_C(1) << shift) - 1, UINT64_MAX >> (63 - shift)};

		for (size_t i = 0; i < STOA_COUNT(values); i++) {
			uint8_t bytes[STOA_VARINT_SIZE_MAX];
			size_t size = stoa_varint_put(bytes, values[i]);
			struct stoa_str rest = {(char *)bytes, size};
			uint64_t back = 0;

			assert_int_equal(size, stoa_varint_size(values[i]));
			assert_true(stoa_varint_cut(&rest, 10, &back));
			assert_true(back == values[i]);
			assert_int_equal(rest.len, 0);
		}
	}
}

static void
test_varint_cut_refuses_torn_overlong_and_wide(void **state)
{
	static const struct {
		struct stoa_str bytes;
		size_t bytes_max;
		bool ok;
	} rows[] = {
	    {STOA_STR(""), 9, false},
	    {STOA_STR("\x80"), 9, false},
	    {STOA_STR("\x80\x00"), 9, false},
	    {STOA_STR("\x81\x80\x00"), 9, false},
	    {STOA_STR("\x00"), 9, true},
	    {STOA_STR("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), 9, true},
	    {STOA_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 9, false},
	    {STOA_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 10, true},
	    {STOA_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 10, false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_str rest = rows[i].bytes;
		uint64_t value = 7;
		bool ok = stoa_varint_cut(&rest, rows[i].bytes_max, &value);

		assert_int_equal(ok, rows[i].ok);
		assert_int_equal(rest.len, ok ? 0 : rows[i].bytes.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_encode_equals_the_published_values),
	    cmocka_unit_test(test_decode_refuses_a_second_spelling),
	    cmocka_unit_test(
		test_positional_decode_refuses_what_would_cost_too_much),
	    cmocka_unit_test(test_varint_round_trips_at_every_width),
	    cmocka_unit_test(test_varint_cut_refuses_torn_overlong_and_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
