#include "bot/catalogue.h"

#include "bot/limits.h"
#include "bot/parse.h"

#include "../unit.h"

#define EACH_COMMAND(c)                                         \
	for (size_t i_##c = 0; i_##c < BOT_VERB_COUNT; i_##c++) \
		for (const struct bot_command *c =              \
			 bot_command_get((enum bot_verb)i_##c); \
		     c != NULL; c = NULL)

static void
check_name(const char *name)
{
	size_t len = strlen(name);

	assert_in_range(len, 1, BOT_NAME_LEN_MAX);
	assert_true(name[0] >= 'a' && name[0] <= 'z');
	assert_int_equal(
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), len);
}

static void
check_line(const char *text)
{
	/* In bytes: stricter than in characters. */
	assert_in_range(strlen(text), 1, BOT_TEXT_LEN_MAX);
	assert_true(text[strlen(text) - 1] != '.');
	assert_null(strchr(text, '\n'));
}

static void
test_every_command_fits_every_platform(void **state)
{
	(void)state;
	EACH_COMMAND(c)
	{
		assert_int_equal(c->verb, i_c);
		check_name(c->name);
		check_line(c->text);
		assert_true(strlen(c->help) > 0);
		assert_in_range(bot_option_count(c), 0, BOT_OPTIONS_MAX);
		assert_ptr_equal(bot_command_find(stoa_str_of(c->name)), c);
		assert_true(strlen(bot_permission_name(c->permission)) > 0);
		assert_true(strlen(bot_cost_name(c->cost)) > 0);
	}
}

static size_t
check_choices(const struct bot_option *o)
{
	size_t total = 0, count = 0;
	bool has_standard = o->standard == NULL;

	assert_int_equal(o->choices != NULL, o->type == BOT_CHOICE);
	if (o->choices == NULL) {
		return 0;
	}
	for (; o->choices[count] != NULL; count++) {
		total += strlen(o->choices[count]);
		assert_in_range(strlen(o->choices[count]), 1, BOT_TEXT_LEN_MAX);
		has_standard =
		    has_standard || strcmp(o->choices[count], o->standard) == 0;
	}
	assert_in_range(count, 1, BOT_CHOICES_MAX);
	assert_true(has_standard);
	/* Discord: a choice list and offered values exclude each other. */
	assert_int_equal(o->source, BOT_SOURCE_NONE);
	return total;
}

static void
test_every_option_fits_every_platform(void **state)
{
	(void)state;
	EACH_COMMAND(c)
	{
		bool is_past_required = false;
		size_t total = strlen(c->name) + strlen(c->text);

		for (const struct bot_option *o = c->options; o->name != NULL;
		     o++) {
			check_name(o->name);
			check_line(o->text);
			assert_true(o->min <= o->max);
			assert_in_range(strlen(bot_type_name(o->type)), 1, 100);
			assert_false(o->is_required && is_past_required);
			assert_false(o->is_required && o->standard != NULL);
			is_past_required = !o->is_required;
			assert_ptr_equal(
			    bot_option_find(c, stoa_str_of(o->name)), o);
			total += strlen(o->name) + strlen(o->text);
			total += check_choices(o);
		}
		assert_in_range(total, 1, BOT_COMMAND_TEXT_MAX);
	}
}

static void
test_every_example_parses_to_its_command(void **state)
{
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	EACH_COMMAND(c)
	{
		assert_non_null(c->examples[0]);
		for (size_t i = 0; c->examples[i] != NULL; i++) {
			Stoa__Chat__Command *command = NULL;
			struct bot_problem problem = {0};

			if (!bot_parse(stoa_str_of(c->examples[i]), &arena,
				&command, &problem)) {
				fail_msg(
				    "%s: %s", c->examples[i], problem.text);
			}
			assert_string_equal(command->path, c->name);
			stoa_arena_reset(&arena);
		}
	}
	stoa_arena_fini(&arena);
}

static void
test_money_and_work_cost_and_change_what_they_say(void **state)
{
	static const struct {
		enum bot_verb verb;
		enum bot_cost cost;
		enum bot_effect effect;
	} rows[] = {
	    {BOT_VERB_TRAIN, BOT_COMPUTE, BOT_SPENDS},
	    {BOT_VERB_TRANSFER, BOT_MONEY, BOT_SPENDS},
	    {BOT_VERB_CANCEL, BOT_READ, BOT_ENDS},
	    {BOT_VERB_UPLOAD, BOT_READ, BOT_CREATES},
	    {BOT_VERB_BALANCE, BOT_READ, BOT_NOTHING},
	    {BOT_VERB_HELP, BOT_CHEAP, BOT_NOTHING},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		const struct bot_command *c = bot_command_get(rows[i].verb);

		assert_int_equal(c->cost, rows[i].cost);
		assert_int_equal(c->effect, rows[i].effect);
	}
}

static void
test_dearer_commands_may_be_asked_less_often(void **state)
{
	(void)state;
	for (int i = 0; i < BOT_COST_COUNT; i++) {
		struct stoa_gcra_rate rate = bot_cost_rate((enum bot_cost)i);

		assert_true(stoa_gcra_is_valid(rate));
		if (i > 0) {
			struct stoa_gcra_rate less =
			    bot_cost_rate((enum bot_cost)(i - 1));

			assert_true(rate.interval_us >= less.interval_us);
			assert_true(rate.burst <= less.burst);
		}
	}
}

static void
test_sole_option_needs_exactly_one_required(void **state)
{
	(void)state;
	assert_string_equal(
	    bot_option_sole(bot_command_get(BOT_VERB_JOB))->name, "id");
	assert_string_equal(
	    bot_option_sole(bot_command_get(BOT_VERB_UPLOAD))->name, "file");
	assert_null(bot_option_sole(bot_command_get(BOT_VERB_ASK)));
	assert_null(bot_option_sole(bot_command_get(BOT_VERB_HELP)));
	assert_null(bot_option_sole(bot_command_get(BOT_VERB_STATUS)));
}

static void
test_suggest_finds_what_was_meant(void **state)
{
	const struct bot_command *train = bot_command_get(BOT_VERB_TRAIN);

	(void)state;
	assert_string_equal(bot_command_suggest(STOA_STR("trian")), "train");
	assert_string_equal(
	    bot_command_suggest(STOA_STR("balanse")), "balance");
	assert_null(bot_command_suggest(STOA_STR("frobnicate")));
	assert_string_equal(
	    bot_option_suggest(train, STOA_STR("datset")), "dataset");
	assert_null(bot_option_suggest(train, STOA_STR("colour")));
	assert_null(bot_command_find(STOA_STR("")));
	assert_null(bot_option_find(train, STOA_STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_command_fits_every_platform),
	    cmocka_unit_test(test_every_option_fits_every_platform),
	    cmocka_unit_test(test_every_example_parses_to_its_command),
	    cmocka_unit_test(test_money_and_work_cost_and_change_what_they_say),
	    cmocka_unit_test(test_dearer_commands_may_be_asked_less_often),
	    cmocka_unit_test(test_sole_option_needs_exactly_one_required),
	    cmocka_unit_test(test_suggest_finds_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
