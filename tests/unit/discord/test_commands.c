#include "discord/commands.h"

#include "../golden.h"
#include "check.h"
#include "pretty.h"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)16 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
test_print_is_within_every_limit(void **state)
{
	struct stoa_str all = discord_commands_print(&arena);
	struct stoa_buf pretty;

	(void)state;
	check_commands(all);
	assert_true(stoa_str_is_equal(all, discord_commands_print(&arena)));
	stoa_buf_init(&pretty, GOLDEN_LEN_MAX);
	pretty_print(&pretty, all);
	golden_check(
	    "tests/golden/discord/commands.json", stoa_buf_str(&pretty));
	stoa_buf_fini(&pretty);
}

static void
test_print_gives_nothing_when_memory_ends(void **state)
{
	struct stoa_arena small;

	(void)state;
	stoa_arena_init(&small, NULL, 0, 1000);
	assert_int_equal(discord_commands_print(&small).len, 0);
	stoa_arena_fini(&small);
}

static void
test_option_is_asked_when_it_is_long_and_required(void **state)
{
	const struct bot_command *ask = bot_command_get(BOT_VERB_ASK);
	const struct bot_command *train = bot_command_get(BOT_VERB_TRAIN);

	(void)state;
	assert_true(discord_option_is_asked(
	    bot_option_find(ask, STOA_STR("question"))));
	assert_false(
	    discord_option_is_asked(bot_option_find(ask, STOA_STR("model"))));
	/* Long, but nobody has to give it. */
	assert_false(discord_option_is_asked(
	    bot_option_find(train, STOA_STR("parameters"))));
}

/* ---- comparing ---- */

/* `text` with `from` as `to`, once, or everywhere. */
static struct stoa_str
replaced(struct stoa_str text, const char *from, const char *to, bool is_all)
{
	struct stoa_buf b;
	char *copy;
	bool is_done = false;

	stoa_buf_init(&b, GOLDEN_LEN_MAX);
	while (text.len > 0) {
		if ((is_all || !is_done) &&
		    stoa_str_has_prefix(text, stoa_str_of(from))) {
			stoa_buf_add_text(&b, to);
			text = stoa_str_from(text, strlen(from));
			is_done = true;
		} else {
			stoa_buf_add_byte(&b, (uint8_t)text.data[0]);
			text = stoa_str_from(text, 1);
		}
	}
	assert_true(is_done);
	copy = stoa_arena_str(&arena, stoa_buf_str(&b));
	text.len = b.len;
	stoa_buf_fini(&b);
	return (struct stoa_str){copy, text.len};
}

static struct discord_plan
plan_of(struct stoa_str theirs)
{
	struct discord_plan plan;

	assert_int_equal(discord_commands_compare(&arena,
			     discord_commands_print(&arena), theirs, &plan),
	    STOA_OK);
	return plan;
}

static void
test_compare_of_what_was_printed_needs_nothing(void **state)
{
	struct stoa_str ours = discord_commands_print(&arena);
	struct discord_plan plan = plan_of(ours);

	(void)state;
	assert_false(plan.is_needed);
	assert_int_equal(plan.text.len, 0);
}

static void
test_compare_ignores_what_discord_fills_in(void **state)
{
	struct stoa_str theirs = discord_commands_print(&arena);
	struct discord_plan plan;

	(void)state;
	/* Ids and versions before, deprecated and unset members behind. */
	theirs = replaced(theirs, "{\"type\":1,",
	    "{\"id\":\"1\",\"application_id\":\"2\",\"version\":\"3\","
	    "\"type\":1,\"nsfw\":false,\"dm_permission\":true,"
	    "\"default_permission\":true,\"guild_id\":null,"
	    "\"a_member_of_the_future\":{\"x\":1},",
	    true);
	theirs = replaced(theirs, ",\"required\":false", "", true);
	theirs = replaced(theirs, ",\"contexts\":[0,1]}",
	    ",\"contexts\":[1,0],\"default_member_permissions\":null}", true);
	theirs = replaced(
	    theirs, "\"max_length\":128", "\"max_length\":128.0", true);
	theirs = replaced(theirs, "\"options\":[],", "", true);
	/* Other spellings of the same text. */
	theirs = replaced(theirs, "\xc3\xa4", "\\u00e4", true);
	plan = plan_of(theirs);
	assert_string_equal(plan.text.data, "");
	assert_false(plan.is_needed);
}

static void
test_compare_tells_what_changes(void **state)
{
	static const struct {
		const char *from, *to, *want;
	} rows[] = {
	    {"\"description\":\"Show whether everything works\"",
		"\"description\":\"Old\"", "changed /status: description\n"},
	    {"\"name\":\"status\"", "\"name\":\"health\"",
		"created /status\n"
		"deleted /health: the permissions that servers gave it are "
		"lost, also when it only has another name now\n"},
	    {"\"de\":\"hilfe\"", "\"de\":\"hilf\"",
		"changed /help: name_localizations\n"},
	    {",\"ja\":\"\xe3\x83\x98\xe3\x83\xab\xe3\x83\x97\"", "",
		"changed /help: name_localizations\n"},
	    {"\"max_length\":32,\"autocomplete\":true", "\"max_length\":31",
		"changed /help: option command autocomplete, option command "
		"max_length\n"},
	    {"\"contexts\":[0,1]", "\"contexts\":null",
		"changed /help: contexts\n"},
	    {"\"contexts\":[0,1]", "\"contexts\":[0,1],\"nsfw\":true",
		"changed /help: nsfw\n"},
	    {"\"contexts\":[0,1]",
		"\"contexts\":[0,1],\"default_member_permissions\":\"0\"",
		"changed /help: default_member_permissions\n"},
	    {"\"name\":\"recipe\"", "\"name\":\"kind\"",
		"changed /train: option recipe is new, option kind goes\n"},
	    {"\"value\":\"text-classifier\"", "\"value\":\"x\"",
		"changed /train: option recipe choices\n"},
	    {"\"choices\":[{", "\"choices\":[{\"name\":\"a\"},{",
		"changed /train: option recipe choices\n"},
	    {"\"type\":6,\"name\":\"to\"", "\"type\":3,\"name\":\"to\"",
		"changed /transfer: option to type\n"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct discord_plan plan =
		    plan_of(replaced(discord_commands_print(&arena),
			rows[i].from, rows[i].to, false));

		assert_string_equal(plan.text.data, rows[i].want);
		assert_true(plan.is_needed);
		assert_int_equal(plan.changed,
		    rows[i].want[0] == 'c' && rows[i].want[1] == 'h');
	}
}

static void
test_compare_with_nothing_creates_all(void **state)
{
	struct discord_plan plan = plan_of(STOA_STR("[]"));

	(void)state;
	assert_true(plan.is_needed);
	assert_int_equal(plan.created, BOT_VERB_COUNT);
	assert_int_equal(plan.changed + plan.deleted, 0);
}

static void
test_compare_says_what_is_in_the_way(void **state)
{
	struct stoa_str theirs = replaced(discord_commands_print(&arena), "[{",
	    "[{\"type\":4,\"name\":\"launch\"},{\"type\":2,\"name\":\"Help\"},"
	    "{",
	    false);
	struct discord_plan plan = plan_of(theirs);

	(void)state;
	assert_true(plan.has_entry_point);
	assert_int_equal(plan.deleted, 1);
	assert_non_null(strstr(plan.text.data, "in the way launch"));
	assert_non_null(strstr(plan.text.data, "deleted the menu's Help"));
}

static void
test_compare_refuses_what_is_no_list(void **state)
{
	static const char *const texts[] = {"", "{}", "[", "[1]", "[{}]",
	    "[{\"name\":1}]", "{\"message\":\"401: Unauthorized\",\"code\":0}"};
	struct discord_plan plan;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		assert_int_equal(discord_commands_compare(&arena,
				     discord_commands_print(&arena),
				     stoa_str_of(texts[i]), &plan),
		    STOA_INVALID);
	}
}

static void
test_compare_survives_members_of_other_types(void **state)
{
	static const char *const texts[] = {
	    "[{\"name\":\"help\",\"options\":5,\"contexts\":\"x\"}]",
	    "[{\"name\":\"help\",\"options\":[5,null,[]],\"nsfw\":7}]",
	    "[{\"name\":\"help\",\"name_localizations\":[1],\"type\":1.5}]",
	    "[{\"name\":\"train\",\"options\":[{\"choices\":[1]}]}]",
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		assert_true(plan_of(stoa_str_of(texts[i])).is_needed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print_is_within_every_limit),
	    cmocka_unit_test(test_print_gives_nothing_when_memory_ends),
	    cmocka_unit_test(test_option_is_asked_when_it_is_long_and_required),
	    cmocka_unit_test(test_compare_of_what_was_printed_needs_nothing),
	    cmocka_unit_test(test_compare_ignores_what_discord_fills_in),
	    cmocka_unit_test(test_compare_tells_what_changes),
	    cmocka_unit_test(test_compare_with_nothing_creates_all),
	    cmocka_unit_test(test_compare_says_what_is_in_the_way),
	    cmocka_unit_test(test_compare_refuses_what_is_no_list),
	    cmocka_unit_test(test_compare_survives_members_of_other_types),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
