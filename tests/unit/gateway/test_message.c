/* test_message.c - mentions, direct messages and arrivals as commands. */
#include "../unit.h"

#include "payloads.h"
#include "reading.h"

#include "gateway/interaction.h"

#define MESSAGE_OF(author, place, content)                               \
	"{\"type\":0,\"tts\":false,\"timestamp\":"                       \
	"\"2026-01-31T12:00:00.000000+00:00\",\"pinned\":false,"         \
	"\"mentions\":[{\"id\":\"" BOT "\",\"bot\":true}],"              \
	"\"mention_roles\":[],\"id\":\"" MESSAGE "\",\"flags\":0,"       \
	"\"embeds\":[],\"edited_timestamp\":null,\"content\":\"" content \
	"\",\"components\":[],\"channel_id\":\"" CHANNEL                 \
	"\",\"author\":" author "," place "\"attachments\":[]}"

#define GUILD_PLACE                                            \
	"\"guild_id\":\"" GUILD "\",\"member\":{\"roles\":[]," \
	"\"nick\":\"Mas\",\"joined_at\":\"2017-03-13T19:19:14+00:00\"},"

#define IN_GUILD_SAID(content) MESSAGE_OF(USER_OBJECT, GUILD_PLACE, content)
#define IN_DM_SAID(content)    MESSAGE_OF(USER_OBJECT, "", content)

static bool
is_read(const char *text, struct interaction *ret)
{
	return interaction_read_message(
	    json_of(text), BOT, NOW_US, &arena, ret);
}

static void
test_interaction_read_message_takes_what_is_for_the_bot(void **state)
{
	static const struct {
		const char *text, *raw; /* NULL: not for us */
	} rows[] = {
	    {IN_GUILD_SAID("<@" BOT "> help"), "help"},
	    {IN_GUILD_SAID("<@!" BOT "> /train dataset:x"), "/train dataset:x"},
	    {IN_GUILD_SAID("  <@" BOT ">: how is it? "), "how is it? "},
	    {IN_GUILD_SAID("<@" BOT ">, please"), "please"},
	    {IN_GUILD_SAID("<@" BOT ">x"), "x"},
	    {IN_GUILD_SAID("<@" BOT "> <@" BOT "> help"), "<@" BOT "> help"},
	    {IN_GUILD_SAID("<@" BOT ">"), NULL},
	    {IN_GUILD_SAID("<@" BOT ">  ,: "), NULL},
	    {IN_GUILD_SAID("hello"), NULL},
	    {IN_GUILD_SAID("hello <@" BOT ">"), NULL},
	    {IN_GUILD_SAID("<@" USER "> help"), NULL},
	    {IN_GUILD_SAID("<@&" BOT "> help"), NULL},
	    {IN_GUILD_SAID("<@" BOT "1> help"), NULL},
	    {IN_GUILD_SAID("<@8"), NULL},
	    {IN_GUILD_SAID("<@"), NULL},
	    {IN_GUILD_SAID("<"), NULL},
	    {IN_GUILD_SAID(""), NULL},
	    {IN_DM_SAID("help"), "help"},
	    {IN_DM_SAID("<@" BOT "> help"), "help"},
	    {IN_DM_SAID("<@" USER "> help"), "<@" USER "> help"},
	    {IN_DM_SAID("caf\\u00e9\\n"), "caf\xc3\xa9\n"},
	    {IN_DM_SAID(""), NULL},
	    {IN_DM_SAID("<@" BOT ">"), NULL},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		struct interaction i;

		print_message("row %zu\n", at);
		assert_int_equal(
		    is_read(rows[at].text, &i), rows[at].raw != NULL);
		assert_null(i.turn);
		if (rows[at].raw == NULL) {
			assert_null(i.command);
			continue;
		}
		assert_string_equal(i.command->raw, rows[at].raw);
		assert_string_equal(i.command->path, "");
		assert_string_equal(i.command->id, MESSAGE);
		assert_string_equal(i.command->user, USER);
		assert_false(i.command->can_form);
	}
}

static void
test_interaction_read_message_says_where_to_answer(void **state)
{
	const Stoa__Discord__Handle *h;
	struct interaction i;

	(void)state;
	assert_true(is_read(IN_GUILD_SAID("<@" BOT "> help"), &i));
	assert_string_equal(i.command->platform, "discord");
	assert_string_equal(i.command->workspace, GUILD);
	assert_string_equal(i.command->name, "Mas");
	assert_string_equal(i.command->channel, CHANNEL);
	/* A message does not say what its author may do. */
	assert_int_equal(i.command->standing, STOA__CHAT__STANDING__ORDINARY);
	h = handle_of(i.command->reply);
	assert_int_equal(h->kind, STOA__DISCORD__KIND__MESSAGE);
	assert_string_equal(h->guild, GUILD);
	assert_string_equal(h->channel, CHANNEL);
	assert_string_equal(h->message, MESSAGE);
	assert_string_equal(h->interaction, "");
	assert_string_equal(h->token, "");
	assert_true(is_read(IN_DM_SAID("help"), &i));
	assert_string_equal(i.command->workspace, "");
	assert_string_equal(handle_of(i.command->reply)->guild, "");
}

static void
test_interaction_read_message_hears_no_machines(void **state)
{
	static const char *const rows[] = {
	    MESSAGE_OF("{\"id\":\"1\",\"username\":\"b\",\"bot\":true}",
		GUILD_PLACE, "<@" BOT "> help"),
	    MESSAGE_OF(
		"{\"id\":\"1\",\"username\":\"b\",\"bot\":true}", "", "help"),
	    MESSAGE_OF("{\"id\":\"1\",\"username\":\"hook\"}",
		GUILD_PLACE "\"webhook_id\":\"1\",", "<@" BOT "> help"),
	};
	struct interaction i;

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		assert_false(is_read(rows[at], &i));
		assert_null(i.command);
	}
	/* Before READY has said who the bot is nobody can mean it. */
	assert_false(interaction_read_message(
	    json_of(IN_DM_SAID("help")), "", NOW_US, &arena, &i));
}

static void
test_interaction_read_message_survives_other_kinds(void **state)
{
	static const char *const rows[] = {
	    "null",
	    "[]",
	    "{}",
	    "{\"content\":\"help\"}",
	    "{\"content\":\"help\",\"author\":{\"id\":\"1\"}}",
	    "{\"content\":\"help\",\"id\":\"1\"}",
	    "{\"content\":7,\"id\":\"1\",\"author\":{\"id\":\"1\"}}",
	    "{\"content\":\"\\u0000\",\"id\":\"1\",\"author\":{\"id\":\"1\"}}",
	    "{\"content\":\"x\",\"id\":\"a\",\"author\":{\"id\":\"1\"}}",
	    "{\"content\":\"x\",\"id\":\"1\",\"author\":{\"id\":\"1.2\"}}",
	    "{\"content\":\"x\",\"id\":\"1\",\"author\":\"1\"}",
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		struct interaction i;

		assert_false(is_read(rows[at], &i));
		assert_null(i.command);
	}
}

/* ---- arrivals ---- */

#define ARRIVAL(joined, channel)                                      \
	"{\"id\":\"" GUILD "\",\"name\":\"Lab\",\"owner_id\":\"" USER \
	"\",\"joined_at\":\"" joined "\",\"unavailable\":false,"      \
	"\"preferred_locale\":\"fr\",\"member_count\":12,"            \
	"\"system_channel_id\":" channel ",\"members\":[],\"roles\":[]}"

#define JOINED "2026-01-31T12:00:00.000000+00:00"

static void
test_interaction_read_arrival_is_the_owners_setup(void **state)
{
	const Stoa__Discord__Handle *h;
	struct interaction i;

	(void)state;
	assert_true(interaction_read_arrival(
	    json_of(ARRIVAL(JOINED, "\"" CHANNEL "\"")), NOW_US, &arena, &i));
	assert_null(i.turn);
	assert_string_equal(i.command->path, "setup");
	assert_string_equal(i.command->platform, "discord");
	assert_string_equal(i.command->workspace, GUILD);
	assert_string_equal(i.command->user, USER);
	assert_string_equal(i.command->channel, CHANNEL);
	assert_string_equal(i.command->locale, "fr");
	assert_int_equal(i.command->standing, STOA__CHAT__STANDING__HEAD);
	assert_false(i.command->has_roles);
	h = handle_of(i.command->reply);
	assert_int_equal(h->kind, STOA__DISCORD__KIND__MESSAGE);
	assert_string_equal(h->channel, CHANNEL);
	assert_string_equal(h->message, "");
}

/* Told again after every reconnect, it is one command; joined again, two. */
static void
test_interaction_read_arrival_is_one_per_joining(void **state)
{
	struct interaction first, again, later;

	(void)state;
	assert_true(interaction_read_arrival(
	    json_of(ARRIVAL(JOINED, "\"" CHANNEL "\"")), NOW_US, &arena,
	    &first));
	assert_true(interaction_read_arrival(
	    json_of(ARRIVAL(JOINED, "\"" CHANNEL "\"")), NOW_US + 5, &arena,
	    &again));
	assert_true(interaction_read_arrival(
	    json_of(ARRIVAL("2026-02-01T00:00:00+00:00", "\"" CHANNEL "\"")),
	    NOW_US, &arena, &later));
	assert_string_equal(first.command->id, again.command->id);
	assert_string_not_equal(first.command->id, later.command->id);
	assert_true(strlen(first.command->id) <= 128);
}

/* Without a system channel its owner is answered in person. */
static void
test_interaction_read_arrival_needs_no_channel(void **state)
{
	static const char *const rows[] = {
	    ARRIVAL(JOINED, "null"), ARRIVAL(JOINED, "\"\"")};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		struct interaction i;

		assert_true(interaction_read_arrival(
		    json_of(rows[at]), NOW_US, &arena, &i));
		assert_string_equal(i.command->channel, "");
		assert_string_equal(i.command->workspace, GUILD);
		assert_string_equal(handle_of(i.command->reply)->guild, GUILD);
	}
}

static void
test_interaction_read_arrival_refuses_what_is_no_server(void **state)
{
	static const char *const rows[] = {
	    ARRIVAL(JOINED, "7"),
	    "{\"id\":\"1\",\"unavailable\":true}",
	    "{\"id\":\"x\",\"owner_id\":\"1\",\"system_channel_id\":\"2\"}",
	    "{\"id\":\"1\",\"system_channel_id\":\"2\"}",
	    "[]",
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		struct interaction i;

		assert_false(interaction_read_arrival(
		    json_of(rows[at]), NOW_US, &arena, &i));
		assert_null(i.command);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, reading_setup, reading_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_interaction_read_message_takes_what_is_for_the_bot),
	    TEST(test_interaction_read_message_says_where_to_answer),
	    TEST(test_interaction_read_message_hears_no_machines),
	    TEST(test_interaction_read_message_survives_other_kinds),
	    TEST(test_interaction_read_arrival_is_the_owners_setup),
	    TEST(test_interaction_read_arrival_is_one_per_joining),
	    TEST(test_interaction_read_arrival_needs_no_channel),
	    TEST(test_interaction_read_arrival_refuses_what_is_no_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
