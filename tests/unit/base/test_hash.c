#include "base/hash.h"

#include "base/encode.h"

#include "../unit.h"

static void
assert_hash(struct stoa_hash hash, const char *want_hex)
{
	struct stoa_buf text;

	stoa_buf_init(&text, 100);
	stoa_hex_encode(&text, stoa_hash_str(&hash));
	assert_string_equal(text.data, want_hex);
	stoa_buf_fini(&text);
}

/* FIPS 180-4 examples. */
static void
test_sha256_equals_the_published_values(void **state)
{
	(void)state;
	assert_hash(stoa_sha256(STOA_STR("")),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_hash(stoa_sha256(STOA_STR("abc")),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hash(stoa_sha256(STOA_STR("abcdbcdecdefdefgefghfghighijhijkijk"
					 "ljklmklmnlmnomnopnopq")),
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
test_sha256_is_the_same_in_pieces(void **state)
{
	struct stoa_sha256 sha;

	(void)state;
	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "a", 1);
	stoa_sha256_add(&sha, "", 0);
	stoa_sha256_add(&sha, "bc", 2);
	assert_hash(stoa_sha256_end(&sha),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 test cases 1, 2 and 6 (a key longer than a block). */
static void
test_hmac_equals_the_rfc(void **state)
{
	char key[131];

	(void)state;
	memset(key, 0x0b, 20);
	assert_hash(
	    stoa_hmac_sha256((struct stoa_str){key, 20}, STOA_STR("Hi There")),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_hash(stoa_hmac_sha256(STOA_STR("Jefe"),
			STOA_STR("what do ya want for nothing?")),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	assert_hash(stoa_hmac_sha256((struct stoa_str){key, sizeof(key)},
			STOA_STR("Test Using Larger Than Block-Size Key - Hash "
				 "Key First")),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 5869 test case 1, the first 32 bytes of its output. */
static void
test_hkdf_equals_the_rfc(void **state)
{
	char secret[22];

	(void)state;
	memset(secret, 0x0b, sizeof(secret));
	assert_hash(
	    stoa_hkdf_sha256(
		STOA_STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"
			 "\x0c"),
		(struct stoa_str){secret, sizeof(secret)},
		STOA_STR("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9")),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

static void
test_is_equal_sees_every_byte(void **state)
{
	struct stoa_hash a = stoa_sha256(STOA_STR("a"));

	(void)state;
	for (size_t i = 0; i < STOA_HASH_SIZE; i++) {
		struct stoa_hash b = a;

		assert_true(stoa_hash_is_equal(&a, &b));
		b.bytes[i] ^= 1;
		assert_false(stoa_hash_is_equal(&a, &b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256_equals_the_published_values),
	    cmocka_unit_test(test_sha256_is_the_same_in_pieces),
	    cmocka_unit_test(test_hmac_equals_the_rfc),
	    cmocka_unit_test(test_hkdf_equals_the_rfc),
	    cmocka_unit_test(test_is_equal_sees_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
