#include "../unit.h"

#include "bot/limits.h"
#include "bot/parameters.h"

struct fixture {
	struct stoa_arena arena;
	Stoa__Training__Parameter **list;
	size_t count;
	struct bot_problem problem;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	stoa_arena_init(&f->arena, NULL, 0, BOT_ARENA_MAX);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	stoa_arena_fini(&f->arena);
	free(f);
	return 0;
}

static bool
parse(struct fixture *f, const char *json)
{
	return bot_parameters_read(
	    stoa_str_of(json), &f->arena, &f->list, &f->count, &f->problem);
}

static void
test_parameters_read_keeps_kinds_and_order(void **state)
{
	struct fixture *f = *state;

	assert_true(parse(f, "{\"epochs\": 10, \"learning_rate\": 2.5e-1, "
			     "\"mode\": \"fa\\u0073t\", \"shuffle\": true, "
			     "\"early\": false}"));
	assert_int_equal(f->count, 5);
	assert_string_equal(f->list[0]->name, "epochs");
	assert_true(f->list[0]->number == 10.0);
	assert_true(f->list[1]->number == 0.25);
	assert_int_equal(
	    f->list[2]->value_case, STOA__TRAINING__PARAMETER__VALUE_TEXT);
	assert_string_equal(f->list[2]->text, "fast");
	assert_int_equal(
	    f->list[3]->value_case, STOA__TRAINING__PARAMETER__VALUE_FLAG);
	assert_true(f->list[3]->flag);
	assert_false(f->list[4]->flag);
	assert_string_equal(bot_parameters_text(&f->arena, f->list, f->count),
	    "epochs 10, learning_rate 0.25, mode fast, shuffle true, "
	    "early false");
}

static void
test_parameters_read_takes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_true(parse(f, ""));
	assert_int_equal(f->count, 0);
	assert_true(parse(f, "{}"));
	assert_int_equal(f->count, 0);
	assert_string_equal(bot_parameters_text(&f->arena, NULL, 0), "");
}

static void
test_parameters_read_refusal_names_the_field(void **state)
{
	static const struct {
		const char *json, *field, *code;
	} rows[] = {
	    {"{\"epochs\": [1]}", "epochs", "wrong_type"},
	    {"{\"epochs\": null}", "epochs", "wrong_type"},
	    {"{\"a\": {\"b\": 1}}", "a", "wrong_type"},
	    {"{\"seed\": 9007199254740993}", "seed", "too_large"},
	    {"{\"seed\": -9007199254740993}", "seed", "too_large"},
	    {"{\"rate\": 1e999}", "rate", "too_large"},
	    {"{\"mode\": \"a\\u0000b\"}", "mode", "too_long"},
	    {"{\"\": 1}", "parameters", "wrong_name"},
	    {"{\"a\\u0000\": 1}", "parameters", "wrong_name"},
	    {"[1]", "parameters", "wrong_type"},
	    {"{\"a\": 1, \"a\": 2}", "parameters", "wrong_type"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_false(parse(f, rows[i].json));
		assert_string_equal(f->problem.field, rows[i].field);
		assert_string_equal(f->problem.code, rows[i].code);
		assert_string_not_equal(f->problem.limit, "");
		assert_string_not_equal(f->problem.fix, "");
	}
}

static void
test_parameters_read_takes_the_largest_whole_number(void **state)
{
	struct fixture *f = *state;

	assert_true(parse(f, "{\"seed\": 9007199254740992}"));
	assert_true(f->list[0]->number == 9007199254740992.0);
}

static void
test_parameters_read_bounds_the_count(void **state)
{
	struct fixture *f = *state;
	struct stoa_buf b;

	stoa_buf_init(&b, 4096);
	stoa_buf_add_byte(&b, '{');
	for (int i = 0; i < BOT_PARAMETERS_MAX; i++) {
		stoa_buf_printf(&b, "%s\"p%d\":%d", i == 0 ? "" : ",", i, i);
	}
	stoa_buf_add_byte(&b, '}');
	assert_true(parse(f, b.data));
	assert_int_equal(f->count, BOT_PARAMETERS_MAX);
	b.len--;
	stoa_buf_add_text(&b, ",\"one_more\":1}");
	assert_false(parse(f, b.data));
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_parameters_read_keeps_kinds_and_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_parameters_read_takes_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_parameters_read_refusal_names_the_field, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_parameters_read_takes_the_largest_whole_number, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(
		test_parameters_read_bounds_the_count, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
