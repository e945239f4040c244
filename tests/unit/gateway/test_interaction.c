/* test_interaction.c - Discord's shapes, whole and broken, as commands. */
#include "../unit.h"

#include "payloads.h"
#include "reading.h"

#include "base/buf.h"
#include "base/time.h"
#include "gateway/interaction.h"

static const char *why;

static int
setup(void **state)
{
	why = NULL;
	return reading_setup(state);
}

static bool
is_read(const char *text, struct interaction *ret)
{
	return interaction_read(json_of(text), NOW_US, &arena, ret, &why);
}

static struct interaction
must_read(const char *text)
{
	struct interaction i;

	if (!is_read(text, &i)) {
		fail_msg("no valid %s: %s", why, text);
	}
	return i;
}

static void
assert_handle(const Stoa__Discord__Handle *h, Stoa__Discord__Kind kind,
    const char *guild, const char *message)
{
	assert_string_equal(h->application, APP);
	assert_string_equal(h->interaction, ID);
	assert_string_equal(h->token, "aW50ZXJhY3Rpb246MTpzZWNyZXQ");
	assert_int_equal(h->kind, kind);
	assert_string_equal(h->guild, guild);
	assert_string_equal(h->channel, CHANNEL);
	assert_string_equal(h->message, message);
	assert_int_equal(h->received_at_us, NOW_US);
}

/* What stands in every command alike. */
static void
assert_whole(const struct interaction *i, Stoa__Discord__Kind kind,
    const char *guild, const char *message)
{
	const Stoa__Chat__Command *c = i->command;

	assert_non_null(c);
	assert_non_null(i->turn);
	assert_string_equal(c->id, ID);
	assert_string_equal(c->platform, "discord");
	assert_string_equal(c->workspace, guild);
	assert_string_equal(c->channel, CHANNEL);
	assert_string_equal(c->user, USER);
	assert_string_equal(c->name, "Mason \xe2\x9c\xa8");
	assert_string_equal(c->locale, "de");
	assert_int_equal(c->received_at_us, NOW_US);
	assert_string_equal(c->community, "");
	assert_string_equal(c->member, "");
	assert_string_equal(i->turn->command, ID);
	assert_string_equal(i->turn->user, USER);
	assert_string_equal(i->turn->path, c->path);
	assert_null(i->turn->suggest);
	assert_handle(i->turn->handle, kind, guild, message);
	assert_handle(handle_of(c->reply), kind, guild, message);
	assert_true(strlen(c->reply) <= 512);
}

/* ---- commands ---- */

static void
test_interaction_read_takes_every_type_of_option(void **state)
{
	struct interaction i = must_read(IN_GUILD("2",
	    COMMAND_DATA("train",
		"[{\"type\":3,\"name\":\"text\",\"value\":\"caf\\u00e9 "
		"\\\"x\\\"\"},"
		"{\"type\":4,\"name\":\"integer\",\"value\":-9007199254740991},"
		"{\"type\":5,\"name\":\"flag\",\"value\":true},"
		"{\"type\":6,\"name\":\"person\",\"value\":\"" USER "\"},"
		"{\"type\":7,\"name\":\"channel\",\"value\":\"" CHANNEL "\"},"
		"{\"type\":8,\"name\":\"role\",\"value\":\"77\"},"
		"{\"type\":9,\"name\":\"who\",\"value\":\"78\"},"
		"{\"type\":10,\"name\":\"number\",\"value\":-0.25}]")));
	Stoa__Chat__Option **o = i.command->options;

	(void)state;
	assert_whole(&i, STOA__DISCORD__KIND__COMMAND, GUILD, "");
	assert_string_equal(i.command->path, "train");
	assert_string_equal(i.command->raw, "");
	assert_string_equal(i.command->token, "");
	assert_true(i.command->can_form);
	assert_int_equal(i.command->n_options, 8);
	assert_string_equal(o[0]->name, "text");
	assert_int_equal(o[0]->value_case, STOA__CHAT__OPTION__VALUE_TEXT);
	assert_string_equal(o[0]->text, "caf\xc3\xa9 \"x\"");
	assert_int_equal(o[1]->value_case, STOA__CHAT__OPTION__VALUE_INTEGER);
	assert_true(o[1]->integer == INT64_C(-9007199254740991));
	assert_int_equal(o[2]->value_case, STOA__CHAT__OPTION__VALUE_FLAG);
	assert_true(o[2]->flag);
	assert_int_equal(o[3]->value_case, STOA__CHAT__OPTION__VALUE_PERSON);
	assert_string_equal(o[3]->person, USER);
	for (size_t at = 4; at < 7; at++) {
		assert_int_equal(
		    o[at]->value_case, STOA__CHAT__OPTION__VALUE_TEXT);
	}
	assert_string_equal(o[4]->text, CHANNEL);
	assert_string_equal(o[5]->text, "77");
	assert_string_equal(o[6]->text, "78");
	assert_int_equal(o[7]->value_case, STOA__CHAT__OPTION__VALUE_NUMBER);
	assert_true(o[7]->number == -0.25);
}

static void
test_interaction_read_takes_an_attachment(void **state)
{
	struct interaction i = must_read(IN_GUILD("2",
	    "{\"type\":1,\"name\":\"upload\",\"id\":\"1\",\"resolved\":{"
	    "\"attachments\":{\"5\":{\"id\":\"5\",\"filename\":\"other\"},"
	    "\"1099\":{\"id\":\"1099\",\"filename\":\"reviews.csv\","
	    "\"size\":48213,\"ephemeral\":true,"
	    "\"content_type\":\"text/csv; charset=utf-8\","
	    "\"url\":\"https://cdn.discordapp.com/ephemeral-attachments/1/2/"
	    "reviews.csv?ex=1&is=2&hm=3&\",\"proxy_url\":\"https://x/\"}}},"
	    "\"options\":[{\"type\":11,\"name\":\"file\",\"value\":\"1099\"}]"
	    "}"));
	const Stoa__Chat__Option *o = i.command->options[0];

	(void)state;
	assert_int_equal(o->value_case, STOA__CHAT__OPTION__VALUE_FILE);
	assert_string_equal(o->file->name, "reviews.csv");
	assert_int_equal(o->file->size, 48213);
	assert_string_equal(o->file->media_type, "text/csv; charset=utf-8");
	assert_string_equal(o->file->url,
	    "https://cdn.discordapp.com/ephemeral-attachments/1/2/"
	    "reviews.csv?ex=1&is=2&hm=3&");
	assert_string_equal(o->file->cid, "");
	assert_string_equal(o->file->path, "");
}

/* Late after a resume: less than three seconds are left for the answer. */
static void
test_interaction_read_counts_from_when_it_was_sent(void **state)
{
	const int64_t sent_us = INT64_C(1682330837011000); /* as ID tells */
	const struct {
		int64_t now_us, counted_us;
	} rows[] = {
	    {sent_us + STOA_US_PER_S, sent_us},
	    {sent_us + 3 * STOA_US_PER_S - 1, sent_us},
	    {sent_us + 3 * STOA_US_PER_S, sent_us + 3 * STOA_US_PER_S},
	    {sent_us - STOA_US_PER_S,
		sent_us - STOA_US_PER_S}, /* our clock is behind */
	};
	struct interaction i;

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		assert_true(interaction_read(
		    json_of(IN_GUILD("2", COMMAND_DATA("help", "[]"))),
		    rows[at].now_us, &arena, &i, &why));
		assert_int_equal(
		    i.turn->handle->received_at_us, rows[at].counted_us);
		assert_int_equal(i.command->received_at_us, rows[at].now_us);
	}
}

/* Not resolved: `bot` refuses a file without an address. */
static void
test_interaction_read_takes_an_attachment_unresolved(void **state)
{
	struct interaction i = must_read(IN_GUILD(
	    "2", COMMAND_DATA("upload",
		     "[{\"type\":11,\"name\":\"file\",\"value\":\"1099\"}]")));

	(void)state;
	assert_string_equal(i.command->options[0]->file->url, "");
	assert_int_equal(i.command->options[0]->file->size, 0);
}

static void
test_interaction_read_adds_sub_commands_to_the_path(void **state)
{
	static const struct {
		const char *options, *path;
		size_t count;
	} rows[] = {
	    {"[{\"type\":1,\"name\":\"vote\",\"options\":[{\"type\":5,"
	     "\"name\":\"yes\",\"value\":true}]}]",
		"dao vote", 1},
	    {"[{\"type\":2,\"name\":\"proposal\",\"options\":[{\"type\":1,"
	     "\"name\":\"open\",\"options\":[{\"type\":3,\"name\":\"a\","
	     "\"value\":\"1\"},{\"type\":3,\"name\":\"b\",\"value\":\"2\"}]}]}"
	     "]",
		"dao proposal open", 2},
	    {"[{\"type\":1,\"name\":\"list\",\"options\":[]}]", "dao list", 0},
	    {"[{\"type\":1,\"name\":\"list\"}]", "dao list", 0},
	    {"[{\"type\":1,\"name\":\"list\",\"options\":null}]", "dao list",
		0},
	    {"[{\"type\":1,\"name\":\"list\",\"options\":7}]", "dao list", 0},
	    {"[{\"type\":1,\"name\":\"list\",\"options\":\"x\"}]", "dao list",
		0},
	    {"[{\"type\":2,\"name\":\"list\",\"options\":true}]", "dao list",
		0},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		char text[4096];
		struct interaction i;

		(void)snprintf(text, sizeof(text),
		    IN_GUILD("2", COMMAND_DATA("dao", "%s")), rows[at].options);
		i = must_read(text);
		assert_string_equal(i.command->path, rows[at].path);
		assert_string_equal(i.turn->path, rows[at].path);
		assert_int_equal(i.command->n_options, rows[at].count);
	}
}

static void
test_interaction_read_takes_a_command_without_options(void **state)
{
	struct interaction i = must_read(
	    IN_GUILD("2", "{\"type\":1,\"name\":\"status\",\"id\":\"1\"}"));

	(void)state;
	assert_string_equal(i.command->path, "status");
	assert_int_equal(i.command->n_options, 0);
}

static void
test_interaction_read_takes_a_user_in_a_direct_message(void **state)
{
	struct interaction i =
	    must_read(IN_DM("2", COMMAND_DATA("balance", "[]")));

	(void)state;
	assert_whole(&i, STOA__DISCORD__KIND__COMMAND, "", "");
	assert_int_equal(i.command->standing, STOA__CHAT__STANDING__ORDINARY);
	assert_false(i.command->has_roles);
}

static void
test_interaction_read_knows_who_may_manage_the_guild(void **state)
{
	static const struct {
		const char *permissions;
		Stoa__Chat__Standing standing;
	} rows[] = {
	    {"8", STOA__CHAT__STANDING__HEAD},
	    {"40", STOA__CHAT__STANDING__HEAD},
	    {"32", STOA__CHAT__STANDING__MANAGER},
	    {"562949953421280", STOA__CHAT__STANDING__MANAGER},
	    {"0", STOA__CHAT__STANDING__ORDINARY},
	    {"2147483583", STOA__CHAT__STANDING__HEAD},
	    {"562949953421312", STOA__CHAT__STANDING__ORDINARY},
	    {"", STOA__CHAT__STANDING__ORDINARY},
	    {"x", STOA__CHAT__STANDING__ORDINARY},
	    {"-1", STOA__CHAT__STANDING__ORDINARY},
	    {"8 ", STOA__CHAT__STANDING__ORDINARY},
	    {"99999999999999999999", STOA__CHAT__STANDING__ORDINARY},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		char text[4096];

		(void)snprintf(text, sizeof(text),
		    "{\"type\":2,\"member\":" MEMBER_WITH(
			"%s") ","
			      "\"guild_id\":\"" GUILD
			      "\",\"data\":{\"name\":\"x\"}," COMMON_PARTS "}",
		    rows[at].permissions);
		print_message("%s\n", rows[at].permissions);
		assert_int_equal(
		    must_read(text).command->standing, rows[at].standing);
	}
}

static void
test_interaction_read_shows_the_name_that_others_see(void **state)
{
	static const struct {
		const char *member, *user, *name;
	} rows[] = {
	    {"\"nick\":\"Ada\"", "\"global_name\":\"A\",\"username\":\"a\"",
		"Ada"},
	    {"\"nick\":null", "\"global_name\":\"A\",\"username\":\"a\"", "A"},
	    {"\"x\":1", "\"global_name\":null,\"username\":\"a\"", "a"},
	    {"\"nick\":\"\"", "\"username\":\"a\"", "a"},
	    {"\"x\":1", "\"x\":1", ""},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		char text[4096];

		(void)snprintf(text, sizeof(text),
		    "{\"type\":2,\"member\":{%s,\"user\":{\"id\":\"1\",%s}},"
		    "\"data\":{\"name\":\"x\"}," COMMON_PARTS "}",
		    rows[at].member, rows[at].user);
		assert_string_equal(
		    must_read(text).command->name, rows[at].name);
	}
}

/* ---- components and modals ---- */

static void
test_interaction_read_takes_a_pressed_button(void **state)
{
	struct interaction i = must_read(ON_MESSAGE(
	    "3", "{\"id\":2,\"custom_id\":\"t:1abc\",\"component_type\":2}"));

	(void)state;
	assert_whole(&i, STOA__DISCORD__KIND__COMPONENT, GUILD, MESSAGE);
	assert_string_equal(i.command->token, "1abc");
	assert_string_equal(i.command->path, "");
	assert_string_equal(i.command->raw, "");
	assert_int_equal(i.command->n_options, 0);
	assert_true(i.command->can_form);
	assert_true(i.command->has_roles);
	assert_int_equal(i.command->n_roles, 1);
	assert_string_equal(i.command->roles[0], "539082325061836999");
	assert_int_equal(i.command->standing, STOA__CHAT__STANDING__MANAGER);
}

static void
test_interaction_read_takes_chosen_values(void **state)
{
	struct interaction i = must_read(ON_MESSAGE("3",
	    "{\"id\":2,\"custom_id\":\"t:1abc\",\"component_type\":3,"
	    "\"values\":[\"m_7f2w5k9cqz\",\"caf\\u00e9\",\"\"]}"));

	(void)state;
	assert_string_equal(i.command->token, "1abc");
	assert_int_equal(i.command->n_options, 3);
	for (size_t at = 0; at < 3; at++) {
		assert_string_equal(i.command->options[at]->name, "value");
	}
	assert_string_equal(i.command->options[0]->text, "m_7f2w5k9cqz");
	assert_string_equal(i.command->options[1]->text, "caf\xc3\xa9");
}

/* Not ours: `bot` says that it is not known. */
static void
test_interaction_read_passes_a_foreign_custom_id_on(void **state)
{
	struct interaction i = must_read(ON_MESSAGE(
	    "3", "{\"custom_id\":\"click_one\",\"component_type\":2}"));

	(void)state;
	assert_string_equal(i.command->token, "click_one");
}

static void
test_interaction_read_takes_a_modal_with_labels(void **state)
{
	struct interaction i = must_read(ON_MESSAGE("5",
	    "{\"custom_id\":\"t:1form\",\"components\":["
	    "{\"type\":10,\"id\":1},"
	    "{\"type\":18,\"id\":2,\"component\":{\"type\":4,\"id\":3,"
	    "\"custom_id\":\"question\",\"value\":\"two\\nlines \\\"q\\\"\"}},"
	    "{\"type\":18,\"id\":4,\"component\":{\"type\":4,\"id\":5,"
	    "\"custom_id\":\"memo\",\"value\":\"\"}},"
	    "{\"type\":18,\"id\":6,\"component\":{\"type\":4,\"id\":7,"
	    "\"custom_id\":\"model\",\"value\":\"m_1\"}}]}"));

	(void)state;
	assert_whole(&i, STOA__DISCORD__KIND__MODAL, GUILD, MESSAGE);
	assert_string_equal(i.command->token, "1form");
	/* A modal cannot be answered by another one. */
	assert_false(i.command->can_form);
	assert_int_equal(i.command->n_options, 2);
	assert_string_equal(i.command->options[0]->name, "question");
	assert_string_equal(i.command->options[0]->text, "two\nlines \"q\"");
	assert_string_equal(i.command->options[1]->name, "model");
	assert_string_equal(i.command->options[1]->text, "m_1");
}

static void
test_interaction_read_takes_a_modal_with_rows(void **state)
{
	/* Opened by a command: there is no message. */
	struct interaction i = must_read(
	    IN_GUILD("5", "{\"custom_id\":\"t:1form\",\"components\":["
			  "{\"type\":1,\"components\":[{\"type\":4,"
			  "\"custom_id\":\"question\",\"value\":\"why\"}]},"
			  "{\"type\":1,\"components\":[]},"
			  "{\"type\":1,\"components\":[{\"type\":4,"
			  "\"custom_id\":\"model\",\"value\":\"m_1\"}]}]}"));

	(void)state;
	assert_whole(&i, STOA__DISCORD__KIND__MODAL, GUILD, "");
	assert_int_equal(i.command->n_options, 2);
	assert_string_equal(i.command->options[0]->name, "question");
	assert_string_equal(i.command->options[1]->name, "model");
}

/* ---- autocomplete ---- */

static void
test_interaction_read_asks_for_the_focused_option(void **state)
{
	static const struct {
		const char *options, *path, *option, *typed;
	} rows[] = {
	    {"[{\"type\":3,\"name\":\"model\",\"value\":\"int\","
	     "\"focused\":true}]",
		"ask", "model", "int"},
	    {"[{\"type\":3,\"name\":\"question\",\"value\":\"x\"},"
	     "{\"type\":3,\"name\":\"model\",\"value\":\"\\u00e9\\\"\","
	     "\"focused\":true},{\"type\":4,\"name\":\"n\",\"value\":1}]",
		"ask", "model", "\xc3\xa9\""},
	    {"[{\"type\":3,\"name\":\"model\",\"value\":\"\","
	     "\"focused\":true}]",
		"ask", "model", ""},
	    /* Partial numbers come as they were typed, as text or not. */
	    {"[{\"type\":4,\"name\":\"n\",\"value\":\"12\","
	     "\"focused\":true}]",
		"ask", "n", "12"},
	    {"[{\"type\":10,\"name\":\"n\",\"value\":-1.5,\"focused\":true}]",
		"ask", "n", "-1.5"},
	    {"[{\"type\":4,\"name\":\"n\",\"value\":12,\"focused\":true}]",
		"ask", "n", "12"},
	    {"[{\"type\":4,\"name\":\"n\",\"focused\":true}]", "ask", "n", ""},
	    {"[{\"type\":4,\"name\":\"n\",\"value\":null,\"focused\":true}]",
		"ask", "n", ""},
	    {"[{\"type\":1,\"name\":\"sub\",\"options\":[{\"type\":3,"
	     "\"name\":\"a\",\"value\":\"b\",\"focused\":true}]}]",
		"ask sub", "a", "b"},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		const Stoa__Chat__SuggestQuery *q;
		char text[4096];
		struct interaction i;

		(void)snprintf(text, sizeof(text),
		    IN_GUILD("4", COMMAND_DATA("ask", "%s")), rows[at].options);
		print_message("%s\n", rows[at].options);
		i = must_read(text);
		q = i.turn->suggest;
		assert_null(i.command);
		assert_non_null(q);
		assert_string_equal(q->platform, "discord");
		assert_string_equal(q->workspace, GUILD);
		assert_string_equal(q->user, USER);
		assert_string_equal(q->locale, "de");
		assert_string_equal(q->path, rows[at].path);
		assert_string_equal(q->option, rows[at].option);
		assert_string_equal(q->typed, rows[at].typed);
		assert_handle(i.turn->handle, STOA__DISCORD__KIND__AUTOCOMPLETE,
		    GUILD, "");
	}
}

static void
test_interaction_read_answers_a_ping(void **state)
{
	struct interaction i =
	    must_read("{\"type\":1,\"id\":\"1\",\"application_id\":\"" APP
		      "\",\"token\":\"x\",\"version\":1}");

	(void)state;
	assert_true(i.is_ping);
	assert_null(i.command);
	assert_null(i.turn);
}

/* ---- what is broken ---- */

/* `text` with the first `from` in it replaced. */
static const char *
with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL) {
		fail_msg("the payload has no %s", from);
	}
	return stoa_arena_printf(
	    &arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void
test_interaction_read_names_what_is_wrong(void **state)
{
#define A_COMMAND                       \
	IN_GUILD("2", COMMAND_DATA("x", \
			  "[{\"type\":3,\"name\":\"a\",\"value\":\"b\"}]"))
#define A_PRESS ON_MESSAGE("3", "{\"custom_id\":\"t:1\",\"values\":[\"v\"]}")
#define A_MODAL                                                       \
	IN_GUILD("5",                                                 \
	    "{\"custom_id\":\"t:1\",\"components\":[{\"component\":{" \
	    "\"custom_id\":\"a\",\"value\":\"b\"}}]}")
#define A_FOCUS                                                             \
	IN_GUILD(                                                           \
	    "4", COMMAND_DATA("x", "[{\"type\":3,\"name\":\"a\",\"value\":" \
				   "\"b\",\"focused\":true}]"))
	static const struct {
		const char *text, *from, *to, *why;
	} rows[] = {
	    {A_COMMAND, "{\"type\":2,", "{", "type"},
	    {A_COMMAND, "{\"type\":2,", "{\"type\":\"2\",", "type"},
	    {A_COMMAND, "{\"type\":2,", "{\"type\":0,", "type"},
	    {A_COMMAND, "{\"type\":2,", "{\"type\":6,", "type"},
	    {A_COMMAND, "{\"type\":2,", "{\"type\":4294967298,", "type"},
	    {A_COMMAND, "\"id\":\"" ID "\"", "\"x\":1", "id"},
	    {A_COMMAND, "\"id\":\"" ID "\"", "\"id\":11", "id"},
	    {A_COMMAND, "\"id\":\"" ID "\"", "\"id\":\"\"", "id"},
	    {A_COMMAND, "\"id\":\"" ID "\"", "\"id\":\"a.b\"", "id"},
	    {A_COMMAND, "\"id\":\"" ID "\"", "\"id\":\"1\\u00002\"", "id"},
	    {A_COMMAND, "\"id\":\"" ID "\"",
		"\"id\":\"123456789012345678901234\"", "id"},
	    {A_COMMAND, "\"id\":\"" USER "\"", "\"x\":1", "id"},
	    {A_COMMAND, "\"id\":\"" USER "\"", "\"id\":\"*\"", "id"},
	    {A_COMMAND, "{\"user\":{", "{\"nobody\":{", "id"},
	    {A_COMMAND, "\"token\":\"", "\"x\":\"", "token"},
	    {A_COMMAND, "\"token\":\"", "\"token\":1,\"x\":\"", "token"},
	    {A_COMMAND, "\"token\":\"", "\"token\":\"\",\"x\":\"", "token"},
	    {A_COMMAND, "\"application_id\":\"" APP "\"", "\"x\":1",
		"application_id"},
	    {A_COMMAND, "\"guild_id\":\"" GUILD "\"", "\"guild_id\":1",
		"guild_id"},
	    {A_COMMAND, "\"channel_id\":\"" CHANNEL "\"", "\"channel_id\":{}",
		"channel_id"},
	    {A_COMMAND, "\"locale\":\"de\"", "\"locale\":[]", "locale"},
	    {A_COMMAND, "\"permissions\":\"2147483647\"", "\"permissions\":1",
		"permissions"},
	    {A_COMMAND, "\"name\":\"x\"", "\"name\":7", "name"},
	    {A_COMMAND, "\"name\":\"a\"", "\"name\":{}", "name"},
	    {A_COMMAND, "\"value\":\"b\"", "\"value\":1", "value"},
	    {A_COMMAND, "\"value\":\"b\"", "\"value\":\"\\u0000\"", "value"},
	    {A_COMMAND, "{\"type\":3,", "{\"type\":4,", "options.value"},
	    {A_COMMAND, "{\"type\":3,", "{\"type\":5,", "options.value"},
	    {A_COMMAND, "{\"type\":3,", "{\"type\":10,", "options.value"},
	    {A_COMMAND, "{\"type\":3,", "{\"type\":6,", "value"},
	    {A_COMMAND, "{\"type\":3,", "{\"type\":11,", "value"},
	    {A_PRESS, "\"custom_id\":\"t:1\"", "\"x\":1", "custom_id"},
	    {A_PRESS, "\"custom_id\":\"t:1\"", "\"custom_id\":\"\"",
		"custom_id"},
	    {A_PRESS, "\"custom_id\":\"t:1\"", "\"custom_id\":\"t:\"",
		"custom_id"},
	    {A_PRESS, "\"custom_id\":\"t:1\"", "\"custom_id\":3", "custom_id"},
	    {A_PRESS, "[\"v\"]", "[1]", "values"},
	    {A_PRESS, "[\"v\"]", "[null]", "values"},
	    {A_PRESS, "[\"v\"]", "[\"a\\u0000b\"]", "values"},
	    {A_MODAL, "\"components\":", "\"x\":", "components"},
	    {A_MODAL, "\"components\":[", "\"components\":1,\"x\":[",
		"components"},
	    {A_MODAL, "\"value\":\"b\"", "\"value\":[]", "value"},
	    {A_MODAL, "\"custom_id\":\"a\"", "\"custom_id\":1", "custom_id"},
	    {A_FOCUS, "\"focused\":true", "\"focused\":false",
		"options.focused"},
	    {A_FOCUS, "\"focused\":true", "\"focused\":1", "options.focused"},
	    {A_FOCUS, "\"name\":\"a\"", "\"x\":1", "options.focused"},
	    {A_FOCUS, "\"options\":[", "\"options\":1,\"x\":[",
		"options.focused"},
	};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(rows); at++) {
		struct interaction i = {.is_ping = true};

		print_message("%s -> %s\n", rows[at].from, rows[at].to);
		assert_false(is_read(
		    with(rows[at].text, rows[at].from, rows[at].to), &i));
		assert_string_equal(why, rows[at].why);
		assert_null(i.command);
		assert_null(i.turn);
		assert_false(i.is_ping);
	}
}

/* Whatever is left out, or of another kind, costs nothing but the reading. */
static void
test_interaction_read_survives_other_kinds_everywhere(void **state)
{
	static const char *const roots[] = {"null", "1", "\"x\"", "[]", "{}",
	    "[{\"type\":2}]", "{\"type\":2}", "{\"type\":3,\"data\":[]}",
	    "{\"type\":5,\"data\":null,\"member\":7,\"user\":\"\"}"};
	static const char *const passed[] = {"null", "7", "\"\"", "[]",
	    "[null]", "[[]]", "[7,\"\"]", "{}", "{\"a\":{\"name\":\"b\"}}"};

	(void)state;
	for (size_t at = 0; at < STOA_COUNT(roots); at++) {
		struct interaction i;

		assert_false(is_read(roots[at], &i));
	}
	for (size_t at = 0; at < STOA_COUNT(passed); at++) {
		char text[4096];
		struct interaction i;

		(void)snprintf(text, sizeof(text),
		    IN_GUILD("2", COMMAND_DATA("x", "%s")), passed[at]);
		(void)is_read(text, &i);
		(void)snprintf(text, sizeof(text),
		    ON_MESSAGE("3", "{\"custom_id\":\"a\",\"values\":%s}"),
		    passed[at]);
		(void)is_read(text, &i);
		(void)snprintf(text, sizeof(text),
		    IN_GUILD("5", "{\"custom_id\":\"a\",\"components\":[{"
				  "\"components\":%s}]}"),
		    passed[at]);
		(void)is_read(text, &i);
	}
}

static void
test_interaction_read_takes_so_many_options(void **state)
{
	struct stoa_buf b;
	struct interaction i;

	(void)state;
	for (unsigned count = 25; count <= 26; count++) {
		char text[8192];

		stoa_buf_init(&b, 4096);
		for (unsigned at = 0; at < count; at++) {
			stoa_buf_printf(&b,
			    "%s{\"type\":3,\"name\":\"o%u\",\"value\":\"\"}",
			    at == 0 ? "" : ",", at);
		}
		(void)snprintf(text, sizeof(text),
		    IN_GUILD("2", COMMAND_DATA("x", "[%s]")), b.data);
		stoa_buf_fini(&b);
		assert_int_equal(is_read(text, &i), count == 25);
	}
	assert_string_equal(why, "options");
}

/* The handle must fit Command.reply. Tokens are some 220 characters long. */
static void
test_interaction_read_bounds_the_token(void **state)
{
	char token[1024], text[8192];
	struct interaction i;
	bool was_good = true;

	(void)state;
	for (size_t len = 200; len < sizeof(token); len += 20) {
		bool is_good;

		memset(token, 'x', len);
		token[len] = '\0';
		(void)snprintf(text, sizeof(text), "%s",
		    with(A_PRESS, "aW50ZXJhY3Rpb246MTpzZWNyZXQ", token));
		is_good = is_read(text, &i);
		if (len <= 240) {
			assert_true(is_good);
			assert_string_equal(
			    handle_of(i.command->reply)->token, token);
		}
		if (!is_good) {
			assert_string_equal(why, "token");
		}
		assert_true(was_good || !is_good);
		was_good = is_good;
	}
	assert_false(was_good);
}

/* A member cannot make the gateway give up half way: too little memory is
 * said, never a command with holes. */
static void
test_interaction_read_says_when_memory_is_out(void **state)
{
	struct stoa_json root = json_of(A_COMMAND);
	unsigned good = 0, bad = 0;

	(void)state;
	for (size_t size = 0; size < 6000; size += 8) {
		char *memory = malloc(size + 1);
		struct stoa_arena small;
		struct interaction i;

		stoa_arena_init(&small, memory, size, 0);
		if (interaction_read(root, NOW_US, &small, &i, &why)) {
			assert_string_equal(i.command->path, "x");
			assert_string_equal(i.command->options[0]->text, "b");
			assert_string_equal(i.command->locale, "de");
			assert_non_null(i.command->reply);
			good++;
		} else {
			assert_string_equal(why, "memory");
			bad++;
		}
		stoa_arena_fini(&small);
		free(memory);
	}
	assert_true(good > 0);
	assert_true(bad > 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, reading_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_interaction_read_takes_every_type_of_option),
	    TEST(test_interaction_read_takes_an_attachment),
	    TEST(test_interaction_read_takes_an_attachment_unresolved),
	    TEST(test_interaction_read_counts_from_when_it_was_sent),
	    TEST(test_interaction_read_adds_sub_commands_to_the_path),
	    TEST(test_interaction_read_takes_a_command_without_options),
	    TEST(test_interaction_read_takes_a_user_in_a_direct_message),
	    TEST(test_interaction_read_knows_who_may_manage_the_guild),
	    TEST(test_interaction_read_shows_the_name_that_others_see),
	    TEST(test_interaction_read_takes_a_pressed_button),
	    TEST(test_interaction_read_takes_chosen_values),
	    TEST(test_interaction_read_passes_a_foreign_custom_id_on),
	    TEST(test_interaction_read_takes_a_modal_with_labels),
	    TEST(test_interaction_read_takes_a_modal_with_rows),
	    TEST(test_interaction_read_asks_for_the_focused_option),
	    TEST(test_interaction_read_answers_a_ping),
	    TEST(test_interaction_read_names_what_is_wrong),
	    TEST(test_interaction_read_survives_other_kinds_everywhere),
	    TEST(test_interaction_read_takes_so_many_options),
	    TEST(test_interaction_read_bounds_the_token),
	    TEST(test_interaction_read_says_when_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
