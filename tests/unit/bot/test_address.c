#include "../unit.h"

#include "bot/address.h"

static void
test_address_parse_takes_platform_and_user(void **state)
{
	struct bot_address a;

	(void)state;
	assert_true(bot_address_parse(
	    STOA_STR("stoa.chat.in.console.17.t_abcdefghij"), &a));
	assert_string_equal(a.platform, "console");
	assert_string_equal(a.user, "t_abcdefghij");
	assert_string_equal(a.id, "");
}

static void
test_address_parse_refuses_other_subjects(void **state)
{
	static const char *const subjects[] = {"", "stoa.chat.in.",
	    "stoa.chat.in.console", "stoa.chat.in.console.17",
	    "stoa.chat.in.console.17.", "stoa.chat.in..17.t_a",
	    "stoa.chat.in.console.17.t_a.more", "stoa.chat.out.console.17.t_a",
	    "stoa.chat.in.console.17.t*", "stoa.chat.in.console.17.t a",
	    "stoa.chat.in.a-platform-that-is-long.17.t_a"};
	struct bot_address a;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(subjects); i++) {
		assert_false(bot_address_parse(stoa_str_of(subjects[i]), &a));
	}
}

static void
test_address_set_id_takes_one_token(void **state)
{
	static const struct {
		const char *id;
		bool want;
	} rows[] = {{"1f-A_9:z", true}, {"", false}, {"a.b", false},
	    {"a b", false}, {"*", false}, {">", false}, {"a|b", false},
	    {"\xc3\xa9", false}};
	struct bot_address a = {"console", "t_a", ""};
	char longest[BOT_COMMAND_ID_LEN_MAX + 2];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    bot_address_set_id(&a, stoa_str_of(rows[i].id)),
		    rows[i].want);
	}
	memset(longest, 'x', sizeof(longest));
	assert_true(bot_address_set_id(
	    &a, stoa_str_of_bytes(longest, BOT_COMMAND_ID_LEN_MAX)));
	assert_false(bot_address_set_id(
	    &a, stoa_str_of_bytes(longest, BOT_COMMAND_ID_LEN_MAX + 1)));
}

static void
test_address_subjects_are_those_of_the_contract(void **state)
{
	const struct bot_address a = {"console", "t_a", "x:1"};
	char text[BOT_ADDRESS_TEXT_SIZE];

	(void)state;
	bot_address_final(&a, text);
	assert_string_equal(text, "stoa.chat.out.console.t_a.x:1");
	bot_address_live(&a, text);
	assert_string_equal(text, "stoa.progress.card.console.t_a");
}

static void
test_address_read_inverts_print(void **state)
{
	const struct bot_address a = {"console", "t_a", "x:1"};
	struct bot_address back;
	char text[BOT_ADDRESS_TEXT_SIZE];

	(void)state;
	bot_address_print(&a, text);
	assert_string_equal(text, "console|t_a|x:1");
	assert_true(bot_address_read(stoa_str_of(text), &back));
	assert_string_equal(back.platform, a.platform);
	assert_string_equal(back.user, a.user);
	assert_string_equal(back.id, a.id);
}

static void
test_address_read_refuses_what_cannot_be_a_subject(void **state)
{
	static const char *const texts[] = {"", "console", "console|t_a",
	    "console|t_a|", "console|t.a|x", "|t_a|x", "console|t_a|x|y"};
	struct bot_address a;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		assert_false(bot_address_read(stoa_str_of(texts[i]), &a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_address_parse_takes_platform_and_user),
	    cmocka_unit_test(test_address_parse_refuses_other_subjects),
	    cmocka_unit_test(test_address_set_id_takes_one_token),
	    cmocka_unit_test(test_address_subjects_are_those_of_the_contract),
	    cmocka_unit_test(test_address_read_inverts_print),
	    cmocka_unit_test(
		test_address_read_refuses_what_cannot_be_a_subject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
