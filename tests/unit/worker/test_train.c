#include "worker/train.h"

#include "../unit.h"
#include "sample.h"

struct seen {
	size_t steps;
	size_t epochs;
	double first_loss;
	double last_loss;
	size_t stop_at;
};

static bool
on_step(void *context, const struct worker_step *step)
{
	struct seen *seen = context;

	seen->steps++;
	assert_true(step->step <= step->steps);
	if (step->validation_accuracy >= 0) {
		seen->epochs++;
		if (seen->epochs == 1) {
			seen->first_loss = step->loss;
		}
		seen->last_loss = step->loss;
	}
	return seen->steps != seen->stop_at;
}

static void
test_train_learns_and_reports(void **state)
{
	struct seen seen = {0};
	struct worker_problem problem = {0};
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset d;
	struct worker_model m;

	(void)state;
	sample_dataset(&d, 100);
	worker_params_default(&params);
	params.buckets = 12;
	assert_true(
	    worker_train(&d, &params, on_step, &seen, &m, &metrics, &problem));
	assert_int_equal(seen.epochs, 10);
	assert_true(seen.steps >= 10);
	assert_true(seen.last_loss < seen.first_loss);
	assert_true(metrics.accuracy > 0.95);
	assert_true(metrics.macro_f1 > 0.95);
	assert_true(metrics.out_of_scope_auroc > 0.9);
	assert_true(metrics.calibration_error < 0.1);
	assert_int_equal(metrics.train_rows, 240);
	assert_int_equal(metrics.validation_rows, 30);
	assert_int_equal(metrics.test_rows, 30);
	assert_int_equal(metrics.out_of_scope_rows, 3);
	worker_metrics_fini(&metrics);
	worker_model_fini(&m);
	worker_dataset_fini(&d);
}

static void
test_predict_answers_and_knows_its_bounds(void **state)
{
	struct worker_problem problem = {0};
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_scratch scratch;
	struct worker_answer answer;
	struct worker_dataset d;
	struct worker_model m;

	(void)state;
	sample_dataset(&d, 100);
	worker_params_default(&params);
	params.buckets = 14;
	assert_true(
	    worker_train(&d, &params, NULL, NULL, &m, &metrics, &problem));
	assert_true(worker_scratch_init(&scratch, &m));
	worker_model_predict(&m, &scratch,
	    STOA_STR("please play the loud song now"), 10, &answer);
	assert_int_equal(answer.top_count, 3);
	assert_str(answer.top[0].label, "music");
	assert_true(answer.top[0].probability > 0.8f);
	assert_true(answer.top[0].probability + answer.top[1].probability +
			answer.top[2].probability >
		    0.999f);
	assert_false(answer.is_out_of_scope);
	worker_model_predict(
	    &m, &scratch, STOA_STR("\xe6\xbc\xa2\xe5\xad\x97"), 1, &answer);
	assert_int_equal(answer.top_count, 1);
	assert_true(answer.is_out_of_scope);
	worker_model_predict(&m, &scratch, STOA_STR(""), 1, &answer);
	assert_true(answer.is_out_of_scope);
	assert_true(answer.out_of_scope_score == 1.0f);
	worker_scratch_fini(&scratch);
	worker_metrics_fini(&metrics);
	worker_model_fini(&m);
	worker_dataset_fini(&d);
}

static void
test_train_gives_the_same_bytes_for_the_same_seed(void **state)
{
	struct worker_problem problem = {0};
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_model m[3];
	struct worker_dataset d;
	size_t bytes;

	(void)state;
	sample_dataset(&d, 40);
	worker_params_default(&params);
	params.buckets = 12;
	for (int i = 0; i < 3; i++) {
		params.seed = i == 2 ? 43 : 42;
		assert_true(worker_train(
		    &d, &params, NULL, NULL, &m[i], &metrics, &problem));
		worker_metrics_fini(&metrics);
	}
	bytes = m[0].vocabulary.count * m[0].width * sizeof(float);
	assert_memory_equal(m[0].weights, m[1].weights, bytes);
	assert_memory_equal(m[0].bias, m[1].bias, m[0].width * sizeof(float));
	assert_true(m[0].temperature == m[1].temperature);
	assert_true(m[0].threshold == m[1].threshold);
	assert_memory_not_equal(m[0].weights, m[2].weights, bytes);
	for (int i = 0; i < 3; i++) {
		worker_model_fini(&m[i]);
	}
	worker_dataset_fini(&d);
}

static void
test_train_stops_when_asked(void **state)
{
	struct seen seen = {.stop_at = 2};
	struct worker_problem problem = {0};
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset d;
	struct worker_model m;

	(void)state;
	sample_dataset(&d, 40);
	worker_params_default(&params);
	params.buckets = 12;
	assert_false(
	    worker_train(&d, &params, on_step, &seen, &m, &metrics, &problem));
	assert_int_equal(problem.reason, WORKER_CANCELLED);
	assert_int_equal(seen.steps, 2);
	worker_dataset_fini(&d);
}

static void
test_train_refuses_texts_without_common_features(void **state)
{
	struct worker_problem problem = {0};
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset d;
	struct worker_model m;

	(void)state;
	sample_dataset(&d, 10);
	worker_params_default(&params);
	params.char_ngram_max = 0;
	params.min_count = 100;
	assert_false(
	    worker_train(&d, &params, NULL, NULL, &m, &metrics, &problem));
	assert_int_equal(problem.reason, WORKER_NO_FEATURES);
	worker_dataset_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_train_learns_and_reports),
	    cmocka_unit_test(test_predict_answers_and_knows_its_bounds),
	    cmocka_unit_test(test_train_gives_the_same_bytes_for_the_same_seed),
	    cmocka_unit_test(test_train_stops_when_asked),
	    cmocka_unit_test(test_train_refuses_texts_without_common_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
