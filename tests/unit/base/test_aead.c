#include "base/aead.h"

#include "base/encode.h"

#include "../unit.h"

/* RFC 8439, section 2.8.2. */
static const uint8_t key[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93,
    0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f};
static const uint8_t nonce[] = {
    0x07, 0x00, 0x00, 0x00, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
static const uint8_t beside[] = {
    0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7};
#define PLAIN                                                                  \
	"Ladies and Gentlemen of the class of '99: If I could offer you only " \
	"one tip for the future, sunscreen would be it."
#define LEN (sizeof(PLAIN) - 1)

static const struct stoa_aead a = {
    key, nonce, {(const char *)beside, sizeof(beside)}};

static void
test_seal_equals_the_published_value(void **state)
{
	uint8_t sealed[LEN + STOA_AEAD_TAG_SIZE];
	struct stoa_buf text;

	(void)state;
	assert_true(stoa_aead_seal(&a, STOA_STR(PLAIN), sealed));
	stoa_buf_init(&text, 400);
	stoa_hex_encode(&text, stoa_str_of_bytes(sealed, sizeof(sealed)));
	assert_string_equal(text.data,
	    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	    "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	    "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	    "3ff4def08e4b7a9de576d26586cec64b6116"
	    "1ae10b594f09e26a7e902ecbd0600691");
	stoa_buf_fini(&text);
}

static void
test_open_gives_back_what_was_sealed(void **state)
{
	uint8_t sealed[LEN + STOA_AEAD_TAG_SIZE], back[LEN];

	(void)state;
	assert_true(stoa_aead_seal(&a, STOA_STR(PLAIN), sealed));
	assert_true(stoa_aead_open(
	    &a, stoa_str_of_bytes(sealed, sizeof(sealed)), back));
	assert_memory_equal(back, PLAIN, LEN);
	/* Nothing at all is sealed, too. */
	assert_true(stoa_aead_seal(&a, STOA_STR(""), sealed));
	assert_true(stoa_aead_open(
	    &a, stoa_str_of_bytes(sealed, STOA_AEAD_TAG_SIZE), back));
}

static void
test_open_refuses_what_was_changed(void **state)
{
	uint8_t sealed[LEN + STOA_AEAD_TAG_SIZE], back[LEN];
	struct stoa_aead other = a;

	(void)state;
	assert_true(stoa_aead_seal(&a, STOA_STR(PLAIN), sealed));
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 1;
		assert_false(stoa_aead_open(
		    &a, stoa_str_of_bytes(sealed, sizeof(sealed)), back));
		sealed[i] ^= 1;
	}
	other.beside.len--;
	assert_false(stoa_aead_open(
	    &other, stoa_str_of_bytes(sealed, sizeof(sealed)), back));
	for (size_t len = 0; len < STOA_AEAD_TAG_SIZE; len++) {
		assert_false(
		    stoa_aead_open(&a, stoa_str_of_bytes(sealed, len), back));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_seal_equals_the_published_value),
	    cmocka_unit_test(test_open_gives_back_what_was_sealed),
	    cmocka_unit_test(test_open_refuses_what_was_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
