#include "worker/recipe.h"

#include "base/buf.h"

#include "../unit.h"

static void
test_parse_takes_defaults_and_overlays(void **state)
{
	struct worker_problem problem;
	struct worker_params params;

	(void)state;
	assert_true(worker_params_parse(STOA_STR(" "), &params, &problem));
	assert_int_equal(params.epochs, 10);
	assert_true(worker_params_parse(
	    STOA_STR("{\"epochs\": 3, \"learning_rate\": 0.5, \"seed\": 7}"),
	    &params, &problem));
	assert_int_equal(params.epochs, 3);
	assert_true(params.learning_rate == 0.5);
	assert_int_equal(params.seed, 7);
	assert_int_equal(params.batch_size, 32);
}

static void
test_parse_refuses_by_name_limit_and_fix(void **state)
{
	static const struct {
		const char *json;
		enum worker_reason reason;
		const char *detail;
	} rows[] = {
	    {"{\"epochs\": -1}", WORKER_BAD_PARAMETER,
		"parameter \"epochs\" must be a whole number from 1 to 1000, "
		"not -1"},
	    {"{\"epochs\": 1000000000}", WORKER_BAD_PARAMETER,
		"parameter \"epochs\" must be a whole number from 1 to 1000, "
		"not 1000000000"},
	    {"{\"epochs\": 1.5}", WORKER_BAD_PARAMETER,
		"parameter \"epochs\" must be a whole number from 1 to 1000, "
		"not 1.5"},
	    {"{\"learning_rate\": 1e999}", WORKER_BAD_PARAMETER,
		"parameter \"learning_rate\" must be a number from 0.0001 to "
		"20, not 1e999"},
	    {"{\"learning_rate\": \"fast\"}", WORKER_BAD_PARAMETER,
		"parameter \"learning_rate\" must be a number from 0.0001 to "
		"20, not \"fast\""},
	    {"{\"learning_rate\": NaN}", WORKER_BAD_PARAMETER, NULL},
	    {"{\"epohcs\": 1}", WORKER_UNKNOWN_PARAMETER,
		"unknown parameter \"epohcs\"; did you mean \"epochs\"?"},
	    {"{\"colour\": 1}", WORKER_UNKNOWN_PARAMETER, NULL},
	    {"{\"epochs\": 1, \"epochs\": 2}", WORKER_BAD_PARAMETER, NULL},
	    {"{\"epochs\": 1", WORKER_BAD_PARAMETER, NULL},
	    {"[1]", WORKER_BAD_PARAMETER,
		"parameters must be an object like {\"epochs\": 10}, not an "
		"array"},
	    {"{\"char_ngram_min\": 5, \"char_ngram_max\": 3}",
		WORKER_BAD_PARAMETER, NULL},
	};
	struct worker_params params = {.epochs = 77};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_problem problem = {0};

		assert_false(worker_params_parse(
		    stoa_str_of(rows[i].json), &params, &problem));
		assert_int_equal(problem.reason, rows[i].reason);
		assert_true(problem.detail[0] != '\0');
		if (rows[i].detail != NULL) {
			assert_string_equal(problem.detail, rows[i].detail);
		}
		assert_int_equal(params.epochs, 77);
	}
}

static void
test_print_parses_back_to_the_same(void **state)
{
	struct worker_params a, b;
	struct worker_problem problem;
	struct stoa_buf json;

	(void)state;
	worker_params_default(&a);
	a.learning_rate = 1.0 / 3;
	a.seed = 9007199254740991;
	a.keep = 0.999999999999;
	stoa_buf_init(&json, 4096);
	worker_params_print(&a, &json);
	assert_true(worker_params_parse(stoa_buf_str(&json), &b, &problem));
	assert_memory_equal(&a, &b, sizeof(a));
	stoa_buf_fini(&json);
}

static void
test_set_takes_text_and_refuses_nan(void **state)
{
	struct worker_params params;
	struct worker_problem problem;

	(void)state;
	worker_params_default(&params);
	assert_true(worker_params_set(
	    &params, STOA_STR("keep"), STOA_STR("0.9"), &problem));
	assert_true(params.keep == 0.9);
	assert_false(worker_params_set(
	    &params, STOA_STR("keep"), STOA_STR("nan"), &problem));
	assert_string_equal(problem.detail,
	    "parameter \"keep\" must be a number from 0.5 to 1, not nan");
	assert_true(params.keep == 0.9);
}

static void
test_every_default_lies_within_its_range(void **state)
{
	const struct worker_param_info *info;
	size_t count = 0;

	(void)state;
	while ((info = worker_param_info(count)) != NULL) {
		assert_true(info->def >= info->min);
		assert_true(info->def <= info->max);
		assert_true(info->help[0] != '\0');
		count++;
	}
	assert_true(count > 0);
}

static void
test_label_is_out_of_scope_knows_the_usual_names(void **state)
{
	(void)state;
	assert_true(worker_label_is_out_of_scope(STOA_STR("oos")));
	assert_true(worker_label_is_out_of_scope(STOA_STR("OOS")));
	assert_true(worker_label_is_out_of_scope(STOA_STR("Out-of-Scope")));
	assert_false(worker_label_is_out_of_scope(STOA_STR("oosa")));
	assert_false(worker_label_is_out_of_scope(STOA_STR("")));
}

static void
test_reason_names_map_both_ways(void **state)
{
	enum worker_reason reason;

	(void)state;
	for (int i = 0; i <= WORKER_CRASHED; i++) {
		const char *name = worker_reason_name((enum worker_reason)i);

		assert_true(worker_reason_of_name(stoa_str_of(name), &reason));
		assert_int_equal(reason, i);
	}
	assert_false(worker_reason_of_name(STOA_STR("bored"), &reason));
	assert_true(worker_reason_is_final(WORKER_RAGGED_ROW));
	assert_false(worker_reason_is_final(WORKER_OUT_OF_MEMORY));
}

static void
test_refuse_never_tears_a_character(void **state)
{
	struct worker_problem problem;
	char text[2 * WORKER_DETAIL_SIZE];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		size_t n = shift;

		memset(text, 'x', shift);
		while (n + 3 < sizeof(text)) {
			memcpy(text + n, "\xe2\x82\xac", 3);
			n += 3;
		}
		text[n] = '\0';
		assert_false(
		    worker_refuse(&problem, WORKER_BAD_CSV, "%s", text));
		assert_true(stoa_str_is_utf8(stoa_str_of(problem.detail)));
		assert_true(strlen(problem.detail) > WORKER_DETAIL_SIZE - 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_takes_defaults_and_overlays),
	    cmocka_unit_test(test_parse_refuses_by_name_limit_and_fix),
	    cmocka_unit_test(test_print_parses_back_to_the_same),
	    cmocka_unit_test(test_set_takes_text_and_refuses_nan),
	    cmocka_unit_test(test_every_default_lies_within_its_range),
	    cmocka_unit_test(test_label_is_out_of_scope_knows_the_usual_names),
	    cmocka_unit_test(test_reason_names_map_both_ways),
	    cmocka_unit_test(test_refuse_never_tears_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
