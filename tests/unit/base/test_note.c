#include "base/encode.h"
#include "base/note.h"

#include "../unit.h"

/* The published example of golang.org/x/mod/sumdb/note (BSD-3-Clause): a key,
 * a text, and what the key's holder signed it with. */
static const char go_key[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char go_text[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
static const char go_signature[] =
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=";

static uint8_t seed[STOA_ED25519_SIZE] = "0123456789abcdef0123456789abcde";

static struct stoa_note
note_of(uint64_t size)
{
	struct stoa_note n = {
	    .origin = "stoa/governance/c_aaaaaaaaaa", .size = size};

	for (size_t i = 0; i < sizeof(n.root.bytes); i++) {
		n.root.bytes[i] = (uint8_t)(i * 7);
	}
	return n;
}

static struct stoa_note_key
key_of(void)
{
	struct stoa_note_key key = {.name = "agora.example"};

	stoa_ed25519_public(seed, key.public_key);
	return key;
}

static void
test_note_of_go_has_our_key_id(void **state)
{
	struct stoa_note_key key;
	struct stoa_buf out;

	(void)state;
	assert_true(stoa_note_key_parse(stoa_str_of(go_key), &key));
	assert_string_equal(key.name, "PeterNeumann");
	stoa_buf_init(&out, 1000);
	stoa_note_key_print(&out, &key);
	assert_true(stoa_str_is_equal(stoa_buf_str(&out), stoa_str_of(go_key)));
	stoa_buf_clear(&out);
	assert_true(
	    stoa_base64_decode(&out, STOA_BASE64, stoa_str_of(go_signature)));
	assert_int_equal(out.len, 4 + STOA_ED25519_SIGNATURE_SIZE);
	assert_memory_equal(out.data, "\xc7\x4f\x20\xa3", 4);
	assert_true(stoa_ed25519_verify(stoa_str_of(go_text),
	    stoa_str_from(stoa_buf_str(&out), 4), key.public_key));
	stoa_buf_fini(&out);
}

static void
test_note_is_read_as_written(void **state)
{
	struct stoa_note note = note_of(1234567), read;
	struct stoa_note_key key = key_of();
	struct stoa_buf out;
	const char *why = NULL;

	(void)state;
	stoa_buf_init(&out, STOA_NOTE_SIZE_MAX);
	stoa_note_sign(&out, &note, key.name, seed);
	assert_true(stoa_note_verify(stoa_buf_str(&out), &key, &read, &why));
	assert_string_equal(read.origin, note.origin);
	assert_int_equal(read.size, note.size);
	assert_true(stoa_hash_is_equal(&read.root, &note.root));
	stoa_buf_fini(&out);
}

/* Every bit of every byte counts, and so do length and key. */
static void
test_note_cannot_be_changed(void **state)
{
	struct stoa_note note = note_of(10), read;
	struct stoa_note_key key = key_of(), other = key_of();
	struct stoa_buf out;
	const char *why = NULL;

	(void)state;
	stoa_buf_init(&out, STOA_NOTE_SIZE_MAX);
	stoa_note_sign(&out, &note, key.name, seed);
	for (size_t i = 0; i < out.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			out.data[i] ^= (char)(1u << bit);
			assert_false(stoa_note_verify(
			    stoa_buf_str(&out), &key, &read, &why));
			out.data[i] ^= (char)(1u << bit);
		}
	}
	for (size_t len = 0; len < out.len; len++) {
		assert_false(stoa_note_verify(
		    stoa_str_of_bytes(out.data, len), &key, &read, &why));
	}
	stoa_buf_add_text(&out, "\n");
	assert_false(stoa_note_verify(stoa_buf_str(&out), &key, &read, &why));
	out.len--;
	other.public_key[3] ^= 1;
	assert_false(stoa_note_verify(stoa_buf_str(&out), &other, &read, &why));
	other = key;
	other.name[0] = 'b';
	assert_false(stoa_note_verify(stoa_buf_str(&out), &other, &read, &why));
	stoa_buf_fini(&out);
}

static void
test_note_keys_are_checked(void **state)
{
	static const char *const bad[] = {"", "a", "a+b", "a+00000000+AAAA",
	    "Peter Neumann+c74f20a3+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a4+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a3+"
	    "AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
	struct stoa_note_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(stoa_note_key_parse(stoa_str_of(bad[i]), &key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_note_of_go_has_our_key_id),
	    cmocka_unit_test(test_note_is_read_as_written),
	    cmocka_unit_test(test_note_cannot_be_changed),
	    cmocka_unit_test(test_note_keys_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
