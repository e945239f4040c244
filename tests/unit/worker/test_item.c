#include "worker/item.h"

#include "../unit.h"

#include <math.h>

/* A borrowed text where a message wants one of its own. */
#define TEXT(text) ((char *)(uintptr_t)(text))

static Stoa__Worker__WorkItem
item_make(void)
{
	Stoa__Worker__WorkItem item = STOA__WORKER__WORK_ITEM__INIT;

	item.community = TEXT("c_0123456789");
	item.job = TEXT("j_0123456789");
	item.attempt = 1;
	item.recipe = TEXT(WORKER_RECIPE_NAME);
	item.dataset = TEXT("bafyone");
	item.seed = 7;
	item.cpu_us_max = 1;
	item.storage_url = TEXT("http://127.0.0.1:1");
	item.read_capability = TEXT("r");
	item.write_capability = TEXT("w");
	return item;
}

static void
test_check_takes_a_whole_item(void **state)
{
	Stoa__Worker__WorkItem item = item_make();
	const char *why;

	(void)state;
	assert_true(worker_item_check(&item, &why));
}

static void
test_check_refuses_what_could_lead_elsewhere(void **state)
{
	static const char *const bad[] = {
	    "", "../x", "a.b", "a b", "a*", ">", "A", "a/b"};
	Stoa__Worker__WorkItem item = item_make();
	const char *why;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		item = item_make();
		item.job = TEXT(bad[i]);
		assert_false(worker_item_check(&item, &why));
		assert_string_equal(why, "job is not an id");
		item = item_make();
		item.community = TEXT(bad[i]);
		assert_false(worker_item_check(&item, &why));
		assert_string_equal(why, "community is not an id");
	}
}

static void
test_token_is_short(void **state)
{
	char text[65];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(worker_token_is_valid(stoa_str_of_bytes(text, 64)));
	assert_false(worker_token_is_valid(stoa_str_of_bytes(text, 65)));
}

static void
test_check_refuses_what_is_missing(void **state)
{
	Stoa__Worker__WorkItem item = item_make();
	const char *why;

	(void)state;
	item.attempt = 0;
	assert_false(worker_item_check(&item, &why));
	assert_string_equal(why, "attempt counts from 1");
	item = item_make();
	item.dataset = TEXT("");
	assert_false(worker_item_check(&item, &why));
	assert_string_equal(why, "dataset is missing");
	item = item_make();
	item.write_capability = TEXT("");
	assert_false(worker_item_check(&item, &why));
	assert_string_equal(why, "a capability is missing");
	item = item_make();
	item.cpu_us_max = 0;
	assert_false(worker_item_check(&item, &why));
	assert_string_equal(why, "cpu_us_max must be positive");
}

static void
test_params_reads_values_and_seed(void **state)
{
	Stoa__Training__Parameter epochs = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter rate = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter *list[] = {&epochs, &rate};
	Stoa__Worker__WorkItem item = item_make();
	struct worker_problem problem;
	struct worker_params params;

	(void)state;
	epochs.name = TEXT("epochs");
	epochs.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	epochs.number = 3;
	rate.name = TEXT("learning_rate");
	rate.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	rate.number = 0.1;
	item.parameters = list;
	item.n_parameters = 2;
	assert_true(worker_item_params(&item, &params, &problem));
	assert_int_equal(params.epochs, 3);
	assert_true(params.learning_rate == 0.1);
	assert_int_equal(params.seed, 7);
	assert_int_equal(params.batch_size, 32);
}

static void
test_params_refuses_by_name(void **state)
{
	Stoa__Training__Parameter bad = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter *list[] = {&bad};
	Stoa__Worker__WorkItem item = item_make();
	struct worker_problem problem;
	struct worker_params params;

	(void)state;
	item.recipe = TEXT("poet");
	assert_false(worker_item_params(&item, &params, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_JOB);
	item = item_make();
	item.parameters = list;
	item.n_parameters = 1;
	bad.name = TEXT("epoch");
	bad.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	bad.number = 3;
	assert_false(worker_item_params(&item, &params, &problem));
	assert_int_equal(problem.reason, WORKER_UNKNOWN_PARAMETER);
	bad.name = TEXT("epochs");
	bad.number = (double)NAN;
	assert_false(worker_item_params(&item, &params, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_PARAMETER);
	bad.value_case = STOA__TRAINING__PARAMETER__VALUE__NOT_SET;
	assert_false(worker_item_params(&item, &params, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_PARAMETER);
}

static void
test_print_gives_a_job_the_child_reads(void **state)
{
	Stoa__Worker__WorkItem item = item_make();
	struct worker_params params;
	struct stoa_buf out;

	(void)state;
	worker_params_default(&params);
	item.name = TEXT("say \"hi\"");
	stoa_buf_init(&out, 65536);
	worker_item_print(&item, &params, &out);
	assert_non_null(strstr(out.data,
	    "{\"name\":\"say \\\"hi\\\"\",\"dataset\":\"bafyone\","
	    "\"parameters\":{\"epochs\":"));
	stoa_buf_fini(&out);
}

static void
test_cpu_s_rounds_up(void **state)
{
	static const struct {
		int64_t us;
		uint64_t s;
	} rows[] = {
	    {1, 1}, {1000000, 1}, {1000001, 2}, {INT64_MAX, 9223372036855}};
	Stoa__Worker__WorkItem item = item_make();

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		item.cpu_us_max = rows[i].us;
		assert_int_equal(worker_item_cpu_s(&item), rows[i].s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_check_takes_a_whole_item),
	    cmocka_unit_test(test_check_refuses_what_could_lead_elsewhere),
	    cmocka_unit_test(test_token_is_short),
	    cmocka_unit_test(test_check_refuses_what_is_missing),
	    cmocka_unit_test(test_params_reads_values_and_seed),
	    cmocka_unit_test(test_params_refuses_by_name),
	    cmocka_unit_test(test_print_gives_a_job_the_child_reads),
	    cmocka_unit_test(test_cpu_s_rounds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
