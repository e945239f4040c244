#include "base/cid.h"

#include "base/buf.h"
#include "base/encode.h"

#include "../unit.h"

static struct stoa_cid
parse(const char *text)
{
	struct stoa_cid cid;

	assert_int_equal(stoa_cid_parse(stoa_str_of(text), &cid), STOA_OK);
	return cid;
}

/* The empty raw block and the empty directory, as the UnixFS specification
 * names them. */
static void
test_print_gives_the_published_names(void **state)
{
	struct stoa_cid cid =
	    stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR(""));
	char text[STOA_CID_TEXT_SIZE];

	(void)state;
	assert_string_equal(stoa_cid_print(&cid, text),
	    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
	cid = stoa_cid_of_block(
	    0, STOA_CODEC_DAG_PB, STOA_STR("\x0a\x02\x08\x01"));
	assert_string_equal(stoa_cid_print(&cid, text),
	    "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
	cid.version = 1;
	assert_string_equal(stoa_cid_print(&cid, text),
	    "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354");
}

static void
test_parse_reads_every_base_it_promises(void **state)
{
	struct stoa_cid want = parse(
	    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
	uint8_t bytes[STOA_CID_SIZE_MAX];
	struct stoa_str all = {(char *)bytes, stoa_cid_encode(&want, bytes)};

	(void)state;
	for (int base = 0; base < 3; base++) {
		struct stoa_buf text;
		struct stoa_cid cid;

		stoa_buf_init(&text, 200);
		stoa_buf_add_byte(&text, (uint8_t) "zku"[base]);
		if (base == 0) {
			stoa_base58_encode(&text, all);
		} else if (base == 1) {
			stoa_base36_encode(&text, all);
		} else {
			stoa_base64_encode(&text, STOA_BASE64URL_NOPAD, all);
		}
		cid = parse(text.data);
		assert_true(stoa_cid_is_equal(&cid, &want));
		stoa_buf_fini(&text);
	}
}

static void
test_parse_refuses_what_is_not_a_cid(void **state)
{
	static const struct {
		const char *text;
		enum stoa_status want;
	} rows[] = {
	    {"", STOA_INVALID},
	    {"b", STOA_INVALID},
	    {"QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQ", STOA_UNSUPPORTED},
	    {"QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQ0", STOA_INVALID},
	    {"zQmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", STOA_INVALID},
	    {"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk",
		STOA_INVALID},
	    {"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykuaa",
		STOA_INVALID},
	    {"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykU",
		STOA_INVALID},
	    {"f01551220", STOA_UNSUPPORTED},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_cid cid;

		assert_int_equal(
		    stoa_cid_parse(stoa_str_of(rows[i].text), &cid),
		    rows[i].want);
	}
}

static enum stoa_status
decode_hex(const char *hex, struct stoa_cid *cid)
{
	struct stoa_buf bytes;
	enum stoa_status status;

	stoa_buf_init(&bytes, 1000);
	assert_true(stoa_hex_decode(&bytes, stoa_str_of(hex)));
	status = stoa_cid_decode(stoa_buf_str(&bytes), cid);
	stoa_buf_fini(&bytes);
	return status;
}

static void
test_decode_is_strict(void **state)
{
	static const struct {
		const char *hex;
		enum stoa_status want;
	} rows[] = {
	    {"", STOA_INVALID}, {"0155", STOA_INVALID},
	    {"01550000", STOA_OK}, /* identity of nothing */
	    {"0155000178", STOA_OK},
	    {"01d5000000", STOA_INVALID},	/* codec varint not minimal */
	    {"0155000278", STOA_INVALID},	/* digest cut */
	    {"015500017878", STOA_INVALID},	/* a byte too many */
	    {"0355000178", STOA_UNSUPPORTED},	/* version 3 */
	    {"01551204deadbeef", STOA_INVALID}, /* short SHA-256 */
	    {"01551304deadbeef", STOA_INVALID}, /* under 20 bytes */
	    {"0155ffffffffffffffffff0100", STOA_INVALID}, /* ten bytes */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_cid cid;

		assert_int_equal(decode_hex(rows[i].hex, &cid), rows[i].want);
	}
}

static void
test_decode_limits_identity_to_128_bytes(void **state)
{
	for (unsigned len = 127; len <= 129; len++) {
		uint8_t bytes[5 + 129] = {1, 0x55, 0};
		size_t size = 3 + stoa_varint_put(bytes + 3, len);
		struct stoa_cid cid;
		enum stoa_status status = stoa_cid_decode(
		    (struct stoa_str){(char *)bytes, size + len}, &cid);

		(void)state;
		assert_int_equal(status, len <= 128 ? STOA_OK : STOA_INVALID);
	}
}

static void
test_decode_keeps_other_hashes_to_refuse_them_by_name(void **state)
{
	struct stoa_cid cid;

	(void)state;
	assert_int_equal(decode_hex("01551e20"
				    "000102030405060708090a0b0c0d0e0f"
				    "101112131415161718191a1b1c1d1e1f",
			     &cid),
	    STOA_OK);
	assert_string_equal(stoa_cid_hash_name(&cid), "blake3");
	assert_false(stoa_cid_is_of(&cid, STOA_STR("")));
}

static void
test_is_of_tells_the_block_from_another(void **state)
{
	struct stoa_cid cid =
	    stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("abc"));

	(void)state;
	assert_true(stoa_cid_is_of(&cid, STOA_STR("abc")));
	assert_false(stoa_cid_is_of(&cid, STOA_STR("abd")));
	assert_int_equal(decode_hex("0155000178", &cid), STOA_OK);
	assert_true(stoa_cid_is_of(&cid, STOA_STR("x")));
	assert_false(stoa_cid_is_of(&cid, STOA_STR("y")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print_gives_the_published_names),
	    cmocka_unit_test(test_parse_reads_every_base_it_promises),
	    cmocka_unit_test(test_parse_refuses_what_is_not_a_cid),
	    cmocka_unit_test(test_decode_is_strict),
	    cmocka_unit_test(test_decode_limits_identity_to_128_bytes),
	    cmocka_unit_test(
		test_decode_keeps_other_hashes_to_refuse_them_by_name),
	    cmocka_unit_test(test_is_of_tells_the_block_from_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
