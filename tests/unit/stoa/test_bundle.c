#include "base/merkle.h"
#include "domain/record.h"
#include "stoa/bundle.h"

#include "../unit.h"

static uint8_t seed[STOA_ED25519_SIZE] = "0123456789abcdef0123456789abcde";

static struct stoa_note_key
key_of(void)
{
	struct stoa_note_key key = {.name = "stoa"};

	stoa_ed25519_public(seed, key.public_key);
	return key;
}

static void
bundle_make(struct stoa_buf *out, const char *const *records, size_t count)
{
	struct stoa_note note = {
	    .origin = "stoa/governance/c_aaaaaaaaaa", .size = count};
	struct stoa_merkle tree;
	struct stoa_buf text;

	stoa_buf_init(&text, STOA_NOTE_SIZE_MAX);
	stoa_merkle_init(&tree);
	for (size_t i = 0; i < count; i++) {
		struct stoa_hash leaf =
		    stoa_record_hash(stoa_str_of(records[i]));

		stoa_merkle_add(&tree, &leaf);
	}
	note.root = stoa_merkle_root(&tree);
	stoa_note_sign(&text, &note, "stoa", seed);
	bundle_begin(out, stoa_buf_str(&text));
	for (size_t i = 0; i < count; i++) {
		bundle_add(out, stoa_str_of(records[i]));
	}
	stoa_buf_fini(&text);
}

static bool
opens(struct stoa_str bytes)
{
	struct stoa_note_key key = key_of();
	struct bundle b;
	const char *why = NULL;
	bool ok = bundle_open(bytes, &key, &b, &why);

	assert_true(ok || why != NULL);
	return ok;
}

static const char *const three[] = {"first", "second, longer", ""};

static void
test_bundle_gives_what_was_put_in(void **state)
{
	struct stoa_note_key key = key_of();
	struct stoa_str record;
	struct stoa_buf out;
	struct bundle b;
	const char *why = NULL;

	(void)state;
	stoa_buf_init(&out, 10000);
	bundle_make(&out, three, 3);
	assert_true(bundle_open(stoa_buf_str(&out), &key, &b, &why));
	assert_true(stoa_str_is_equal(b.domain, STOA_STR("governance")));
	assert_true(stoa_str_is_equal(b.community, STOA_STR("c_aaaaaaaaaa")));
	for (size_t i = 0; i < 3; i++) {
		assert_true(bundle_next(&b, &record));
		assert_true(stoa_str_is_equal(record, stoa_str_of(three[i])));
	}
	assert_false(bundle_next(&b, &record));
	stoa_buf_fini(&out);
}

/* Any bit of any byte, anything left out, anything added. */
static void
test_bundle_cannot_be_changed(void **state)
{
	struct stoa_buf out;

	(void)state;
	stoa_buf_init(&out, 10000);
	bundle_make(&out, three, 3);
	assert_true(opens(stoa_buf_str(&out)));
	for (size_t i = 0; i < out.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			out.data[i] ^= (char)(1u << bit);
			assert_false(opens(stoa_buf_str(&out)));
			out.data[i] ^= (char)(1u << bit);
		}
		assert_false(opens(stoa_str_of_bytes(out.data, i)));
	}
	bundle_add(&out, STOA_STR("a fourth"));
	assert_false(opens(stoa_buf_str(&out)));
	stoa_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bundle_gives_what_was_put_in),
	    cmocka_unit_test(test_bundle_cannot_be_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
