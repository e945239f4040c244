/* test_action.c - what buttons carry, and what becomes of it. */
#include "../unit.h"

#include "base/core.h"
#include "bot/action.h"
#include "bot/limits.h"
#include "bot/parse.h"

#define KEY	   STOA_STR("0123456789abcdef0123456789abcdef")
#define OTHER	   STOA_STR("0123456789abcdef0123456789abcdee")
#define CID	   "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
#define TEXT(text) ((char *)(uintptr_t)(text))

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

/* A card with two commands, a link, a select and a form. */
struct sample {
	Stoa__Chat__Card card;
	Stoa__Chat__Button buttons[3], *list[3];
	Stoa__Chat__Select select;
	Stoa__Chat__Form form;
	Stoa__Chat__Actions asker;
};

static void
sample_make(struct sample *s)
{
	static const char *const commands[] = {"/models", "/cancel job:j_1"};

	memset(s, 0, sizeof(*s));
	stoa__chat__card__init(&s->card);
	for (size_t i = 0; i < 3; i++) {
		stoa__chat__button__init(&s->buttons[i]);
		s->list[i] = &s->buttons[i];
	}
	for (size_t i = 0; i < 2; i++) {
		s->buttons[2 * i].does_case = STOA__CHAT__BUTTON__DOES_COMMAND;
		s->buttons[2 * i].command = TEXT(commands[i]);
	}
	s->buttons[1].does_case = STOA__CHAT__BUTTON__DOES_URL;
	s->buttons[1].url = TEXT("https://example.org/");
	stoa__chat__select__init(&s->select);
	s->select.command = TEXT("/model");
	s->select.option = TEXT("id");
	stoa__chat__form__init(&s->form);
	s->form.command = TEXT("/ask model:intents");
	s->card.buttons = s->list;
	s->card.n_buttons = 3;
	s->card.select = &s->select;
	s->card.form = &s->form;
	stoa__chat__actions__init(&s->asker);
	s->asker.platform = TEXT("discord");
	s->asker.workspace = TEXT("7");
	s->asker.user = TEXT("42");
}

static struct bot_actions
attach(struct sample *s, struct stoa_str key)
{
	struct bot_actions actions;

	assert_true(
	    bot_action_attach(&arena, key, &s->card, &s->asker, &actions));
	return actions;
}

static const Stoa__Chat__Action *
opened(const struct bot_actions *kept, const char *token)
{
	const Stoa__Chat__Actions *a =
	    stoa_unpack(&arena, &stoa__chat__actions__descriptor, kept->packed);
	char reference[BOT_REFERENCE_LEN + 1];
	size_t index;

	assert_non_null(a);
	assert_string_equal(a->platform, "discord");
	assert_string_equal(a->workspace, "7");
	assert_string_equal(a->user, "42");
	assert_true(
	    bot_action_open(KEY, stoa_str_of(token), reference, &index));
	assert_string_equal(reference, kept->reference);
	assert_true(index < a->n_actions);
	return a->actions[index];
}

static void
test_action_attach_gives_each_command_a_token(void **state)
{
	const Stoa__Chat__Action *a;
	struct bot_actions kept;
	struct sample s;

	(void)state;
	sample_make(&s);
	kept = attach(&s, KEY);
	assert_int_equal(
	    s.buttons[0].does_case, STOA__CHAT__BUTTON__DOES_TOKEN);
	assert_int_equal(s.buttons[1].does_case, STOA__CHAT__BUTTON__DOES_URL);
	assert_string_equal(s.buttons[1].url, "https://example.org/");
	/* Telegram carries 64 bytes, Discord 100 with a prefix. */
	assert_true(strlen(s.buttons[0].token) <= 62);
	assert_string_equal(
	    opened(&kept, s.buttons[0].token)->command, "/models");
	assert_string_equal(
	    opened(&kept, s.buttons[2].token)->command, "/cancel job:j_1");
	a = opened(&kept, s.select.token);
	assert_string_equal(a->command, "/model");
	assert_string_equal(a->option, "id");
	a = opened(&kept, s.form.token);
	assert_string_equal(a->command, "/ask model:intents");
	assert_string_equal(a->option, "");
}

/* A card that is made again must not fill the broker. */
static void
test_action_attach_is_the_same_for_the_same_card(void **state)
{
	struct bot_actions first, again, other;
	struct sample a, b, c;

	(void)state;
	sample_make(&a);
	sample_make(&b);
	sample_make(&c);
	c.asker.user = TEXT("43");
	first = attach(&a, KEY);
	again = attach(&b, KEY);
	other = attach(&c, KEY);
	assert_string_equal(first.reference, again.reference);
	assert_string_equal(a.form.token, b.form.token);
	assert_string_not_equal(first.reference, other.reference);
}

static void
test_action_attach_needs_nothing_for_a_plain_card(void **state)
{
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	Stoa__Chat__Actions asker = STOA__CHAT__ACTIONS__INIT;
	struct bot_actions kept;

	(void)state;
	assert_true(bot_action_attach(&arena, KEY, &card, &asker, &kept));
	assert_null(kept.packed.data);
}

static void
test_action_attach_says_when_the_arena_is_full(void **state)
{
	struct bot_actions kept;
	struct stoa_arena small;
	char memory[128];
	struct sample s;

	(void)state;
	sample_make(&s);
	stoa_arena_init(&small, memory, sizeof(memory), 0);
	assert_false(bot_action_attach(&small, KEY, &s.card, &s.asker, &kept));
	stoa_arena_fini(&small);
}

/* What only looks is for all who see it. */
static void
test_action_attach_keeps_what_changes_for_the_asker(void **state)
{
	static const struct {
		const char *command;
		bool is_asker_only;
	} rows[] = {
	    {"/models", false},
	    {"/models after:x", false},
	    {"/model id:m_1", false},
	    {"/jobs", false},
	    {"/status", false},
	    {"/cancel job:j_1", true},
	    {"/train dataset:x", true},
	    {"/transfer to:x amount:1", true},
	    {"/upload", true},
	    {"/setup grant:10", false}, /* each is asked for the role */
	    {"/balance", true},		/* private */
	    {"/help", true},
	    {"/no-such-thing", true},
	    {"", true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct bot_actions kept;
		struct sample s;

		sample_make(&s);
		s.buttons[0].command = TEXT(rows[i].command);
		kept = attach(&s, KEY);
		print_message("%s\n", rows[i].command);
		assert_int_equal(
		    opened(&kept, s.buttons[0].token)->is_asker_only,
		    rows[i].is_asker_only);
	}
}

static void
test_action_open_refuses_what_is_not_ours(void **state)
{
	char reference[BOT_REFERENCE_LEN + 1] = "untouched";
	char token[BOT_TOKEN_SIZE + 1];
	size_t index = 77, len;
	struct sample s;

	(void)state;
	sample_make(&s);
	(void)attach(&s, KEY);
	(void)snprintf(token, sizeof(token), "%s", s.buttons[0].token);
	len = strlen(token);
	assert_false(
	    bot_action_open(OTHER, stoa_str_of(token), reference, &index));
	for (size_t cut = 0; cut < len; cut++) {
		assert_false(bot_action_open(
		    KEY, stoa_str_of_bytes(token, cut), reference, &index));
	}
	for (size_t at = 0; at < len; at++) {
		for (int turn = 1; turn < 256; turn++) {
			token[at] = (char)(token[at] ^ turn);
			assert_false(bot_action_open(KEY,
			    stoa_str_of_bytes(token, len), reference, &index));
			token[at] = (char)(token[at] ^ turn);
		}
	}
	token[len] = 'x';
	assert_false(bot_action_open(
	    KEY, stoa_str_of_bytes(token, len + 1), reference, &index));
	assert_false(bot_action_open(KEY, STOA_STR(""), reference, &index));
	assert_string_equal(reference, "untouched");
	assert_int_equal(index, 77);
}

/* ---- lines ---- */

/* A form's inputs or a select's value, as an edge sends them. */
static const char *
line_of(const Stoa__Chat__Action *action, const char *name, const char *value)
{
	Stoa__Chat__Option option = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Option *options[] = {&option};
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;

	option.name = TEXT(name);
	option.value_case = STOA__CHAT__OPTION__VALUE_TEXT;
	option.text = TEXT(value);
	command.options = options;
	command.n_options = 1;
	return bot_action_line(&arena, action, &command);
}

static void
test_action_line_reads_back_as_it_was_filled_in(void **state)
{
	static const char *const values[] = {
	    "plain",
	    "two words",
	    "a \"quoted\" word",
	    "'single'",
	    "back\\slash \\\" \\n",
	    "two\nlines\n",
	    "tab\there",
	    "model:other question:none",
	    "--model other",
	    "/help",
	    "{\"a\": [1, \"}\"]}",
	    "caf\xc3\xa9 \xe2\x80\x9c\xe2\x80\x9d \xf0\x9f\x8c\x8a",
	    "\"",
	    "\\",
	    "ends with \\",
	    " spaces around ",
	};
	Stoa__Chat__Action action = STOA__CHAT__ACTION__INIT;

	(void)state;
	action.command = TEXT("/ask model:intents");
	for (size_t i = 0; i < STOA_COUNT(values); i++) {
		const char *line = line_of(&action, "question", values[i]);
		Stoa__Chat__Command *c = NULL;
		struct bot_problem problem = {0};

		assert_non_null(line);
		print_message("%s\n", line);
		assert_true(bot_parse(stoa_str_of(line), &arena, &c, &problem));
		assert_string_equal(c->path, "ask");
		assert_int_equal(c->n_options, 2);
		assert_string_equal(bot_argument(c, "model")->text, "intents");
		assert_string_equal(
		    bot_argument(c, "question")->text, values[i]);
	}
}

static void
test_action_line_puts_a_chosen_value_into_its_option(void **state)
{
	Stoa__Chat__Action action = STOA__CHAT__ACTION__INIT;

	(void)state;
	action.command = TEXT("/model");
	action.option = TEXT("id");
	assert_string_equal(line_of(&action, "value", "m_7f2w5k9cqz"),
	    "/model id:\"m_7f2w5k9cqz\"");
}

static void
test_action_line_is_the_command_of_a_button(void **state)
{
	Stoa__Chat__Action action = STOA__CHAT__ACTION__INIT;
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;

	(void)state;
	action.command = TEXT("/train dataset:" CID);
	assert_string_equal(
	    bot_action_line(&arena, &action, &command), "/train dataset:" CID);
}

static void
test_action_line_refuses_more_than_a_line(void **state)
{
	static char value[BOT_LINE_LEN_MAX + 1];
	Stoa__Chat__Action action = STOA__CHAT__ACTION__INIT;

	(void)state;
	action.command = TEXT("/ask model:intents");
	memset(value, 'x', sizeof(value) - 1);
	assert_null(line_of(&action, "question", value));
	value[BOT_LINE_LEN_MAX - 100] = '\0';
	assert_non_null(line_of(&action, "question", value));
	memset(value, '"', BOT_LINE_LEN_MAX - 100);
	assert_null(line_of(&action, "question", value));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const char *
chosen_line(const Stoa__Chat__Action *action, char *const *texts, size_t count)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option options[4], *list[4];

	for (size_t i = 0; i < count; i++) {
		stoa__chat__option__init(&options[i]);
		options[i].name = TEXT("value");
		options[i].value_case = STOA__CHAT__OPTION__VALUE_TEXT;
		options[i].text = texts[i];
		list[i] = &options[i];
	}
	command.options = list;
	command.n_options = count;
	return bot_action_line(&arena, action, &command);
}

/* Where several may be chosen they come together, or none at all. */
static void
test_action_line_joins_what_was_chosen(void **state)
{
	static char *texts[] = {TEXT("#3"), TEXT("a \"b\""), TEXT("#1")};
	Stoa__Chat__Action action = STOA__CHAT__ACTION__INIT;

	(void)state;
	action.command = TEXT("/vote id:#12");
	action.option = TEXT("choice");
	assert_string_equal(
	    chosen_line(&action, texts, 1), "/vote id:#12 choice:\"#3\"");
	assert_string_equal(chosen_line(&action, texts, 3),
	    "/vote id:#12 choice:\"#3, a \\\"b\\\", #1\"");
	assert_string_equal(chosen_line(&action, texts, 0), "/vote id:#12");
	action.none = TEXT("abstain");
	assert_string_equal(
	    chosen_line(&action, texts, 0), "/vote id:#12 choice:\"abstain\"");
	assert_string_equal(
	    chosen_line(&action, texts, 1), "/vote id:#12 choice:\"#3\"");
	/* A button has nothing to choose from. */
	action.option = TEXT("");
	assert_string_equal(chosen_line(&action, texts, 0), "/vote id:#12");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_action_attach_gives_each_command_a_token),
	    TEST(test_action_attach_is_the_same_for_the_same_card),
	    TEST(test_action_attach_needs_nothing_for_a_plain_card),
	    TEST(test_action_attach_says_when_the_arena_is_full),
	    TEST(test_action_attach_keeps_what_changes_for_the_asker),
	    TEST(test_action_open_refuses_what_is_not_ours),
	    TEST(test_action_line_reads_back_as_it_was_filled_in),
	    TEST(test_action_line_puts_a_chosen_value_into_its_option),
	    TEST(test_action_line_joins_what_was_chosen),
	    TEST(test_action_line_is_the_command_of_a_button),
	    TEST(test_action_line_refuses_more_than_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
