#include "../unit.h"

#include "bot/code.h"

#define KEY STOA_STR("0123456789abcdef0123456789abcdef")

static void
test_code_is_made_of_its_command_and_key(void **state)
{
	char a[BOT_CODE_SIZE], b[BOT_CODE_SIZE];

	(void)state;
	bot_code_make(KEY, STOA_STR("console|t_a|1"), a);
	bot_code_make(KEY, STOA_STR("console|t_a|1"), b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), BOT_CODE_DIGITS + 1);
	assert_int_equal(a[BOT_CODE_DIGITS / 2], '-');
	bot_code_make(KEY, STOA_STR("console|t_a|2"), b);
	assert_string_not_equal(a, b);
	bot_code_make(STOA_STR("another key"), STOA_STR("console|t_a|1"), b);
	assert_string_not_equal(a, b);
}

static void
test_code_hash_reads_what_people_type(void **state)
{
	static const char *const same[] = {"k0m1p-x4q9w", "K0M1P-X4Q9W",
	    "komip-x4q9w", "kOmLp x4q9w", " k0m1px4q9w "};
	static const char *const none[] = {
	    "", "k0m1p-x4q9", "k0m1p-x4q9wz", "k0m1p-x4q9u", "k0m1p_x4q9w"};
	struct stoa_hash first, hash;

	(void)state;
	assert_true(bot_code_hash(KEY, stoa_str_of(same[0]), &first));
	for (size_t i = 1; i < STOA_COUNT(same); i++) {
		assert_true(bot_code_hash(KEY, stoa_str_of(same[i]), &hash));
		assert_true(stoa_hash_is_equal(&first, &hash));
	}
	for (size_t i = 0; i < STOA_COUNT(none); i++) {
		if (bot_code_hash(KEY, stoa_str_of(none[i]), &hash)) {
			fail_msg("\"%s\" is a code", none[i]);
		}
	}
	assert_true(bot_code_hash(KEY, STOA_STR("k0m1p-x4q9x"), &hash));
	assert_false(stoa_hash_is_equal(&first, &hash));
	assert_true(bot_code_hash(
	    STOA_STR("another key"), stoa_str_of(same[0]), &hash));
	assert_false(stoa_hash_is_equal(&first, &hash));
}

/* Every digit comes, about as often as the others. */
static void
test_code_uses_all_of_its_alphabet(void **state)
{
	unsigned seen[256] = {0}, kinds = 0;
	char text[32], code[BOT_CODE_SIZE];
	struct stoa_hash hash;

	(void)state;
	for (unsigned i = 0; i < 3200; i++) {
		(void)snprintf(text, sizeof(text), "console|t_a|%u", i);
		bot_code_make(KEY, stoa_str_of(text), code);
		assert_true(bot_code_hash(KEY, stoa_str_of(code), &hash));
		for (size_t k = 0; code[k] != '\0'; k++) {
			seen[(unsigned char)code[k]]++;
		}
	}
	seen['-'] = 0;
	for (size_t i = 0; i < STOA_COUNT(seen); i++) {
		kinds += seen[i] > 0;
		assert_true(seen[i] == 0 || (seen[i] > 800 && seen[i] < 1200));
	}
	assert_int_equal(kinds, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_code_is_made_of_its_command_and_key),
	    cmocka_unit_test(test_code_hash_reads_what_people_type),
	    cmocka_unit_test(test_code_uses_all_of_its_alphabet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
