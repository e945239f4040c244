#include "worker/pack.h"

#include "base/rng.h"
#include "worker/config.h"
#include "worker/train.h"

#include "../unit.h"
#include "sample.h"

static struct worker_model model;
static struct stoa_buf config;
static struct stoa_buf tensors;

static int
setup(void **state)
{
	struct worker_problem problem;
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset d;

	(void)state;
	sample_dataset(&d, 40);
	worker_params_default(&params);
	params.buckets = 10;
	params.epochs = 2;
	assert_true(
	    worker_train(&d, &params, NULL, NULL, &model, &metrics, &problem));
	worker_metrics_fini(&metrics);
	worker_dataset_fini(&d);
	stoa_buf_init(&config, WORKER_CONFIG_SIZE_MAX);
	stoa_buf_init(&tensors, WORKER_MODEL_SIZE_MAX);
	worker_config_print(&model, &config);
	worker_model_pack(&model, &tensors);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	worker_model_fini(&model);
	stoa_buf_fini(&config);
	stoa_buf_fini(&tensors);
	return 0;
}

static void
test_unpack_brings_back_every_bit(void **state)
{
	struct worker_problem problem = {0};
	struct worker_model m;
	struct stoa_buf again;

	(void)state;
	assert_true(worker_model_unpack(
	    stoa_buf_str(&config), stoa_buf_str(&tensors), &m, &problem));
	assert_int_equal(m.label_count, 3);
	assert_str(m.labels[0], "bank");
	assert_true(m.temperature == model.temperature);
	assert_true(m.threshold == model.threshold);
	assert_memory_equal(&m.params, &model.params, sizeof(m.params));
	stoa_buf_init(&again, WORKER_MODEL_SIZE_MAX);
	worker_model_pack(&m, &again);
	assert_int_equal(again.len, tensors.len);
	assert_memory_equal(again.data, tensors.data, again.len);
	stoa_buf_fini(&again);
	worker_model_fini(&m);
}

static void
test_unpack_refuses_every_shorter_file(void **state)
{
	struct worker_problem problem = {0};
	struct worker_model m;

	(void)state;
	for (size_t len = 0; len < tensors.len; len += len < 600 ? 1 : 997) {
		/* A copy of its own, so that a sanitizer sees the end. */
		char *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, tensors.data, len);
		assert_false(worker_model_unpack(stoa_buf_str(&config),
		    stoa_str_of_bytes(cut, len), &m, &problem));
		assert_int_equal(problem.reason, WORKER_BAD_MODEL);
		free(cut);
	}
}

/* Swaps one text in a copy of the file for another of the same length. */
static void
refuse_with(const char *from, const char *to)
{
	struct worker_problem problem = {0};
	struct worker_model m;
	char *copy = malloc(tensors.len);
	char *at;

	assert_non_null(copy);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(copy, tensors.data, tensors.len);
	at = memmem(copy, 600, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	assert_false(worker_model_unpack(stoa_buf_str(&config),
	    stoa_str_of_bytes(copy, tensors.len), &m, &problem));
	assert_int_equal(problem.reason, WORKER_BAD_MODEL);
	free(copy);
}

static void
test_unpack_refuses_a_lying_header(void **state)
{
	static const char *const rows[][2] = {
	    {"\"idf\"", "\"idg\""},
	    {"\"F32\"", "\"F64\""},
	    {"\"U32\"", "\"F32\""},
	    {"\"shape\"", "\"shale\""},
	    {"[0,", "[4,"},
	    {"[0,", "[-,"},
	    {",3],\"data", ",4],\"data"},
	    {",3],\"data", ",0],\"data"},
	    {"\"bias\"", "\"idf\" "},
	    {"{\"__", "[\"__"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		refuse_with(rows[i][0], rows[i][1]);
	}
}

static void
test_unpack_survives_flipped_bytes(void **state)
{
	struct worker_problem problem = {0};
	struct worker_scratch scratch;
	struct worker_answer answer;
	struct stoa_rng rng;
	struct worker_model m;
	char *copy = malloc(tensors.len);
	size_t accepted = 0;

	(void)state;
	assert_non_null(copy);
	stoa_rng_init(&rng, 3);
	for (int i = 0; i < 400; i++) {
		size_t span = i % 2 == 0 ? 600 : tensors.len;

		memcpy(copy, tensors.data, tensors.len);
		copy[stoa_rng_below(&rng, span)] ^=
		    (char)(1u << stoa_rng_below(&rng, 8));
		if (!worker_model_unpack(stoa_buf_str(&config),
			stoa_str_of_bytes(copy, tensors.len), &m, &problem)) {
			continue;
		}
		/* A weight may differ; using it must be safe all the same. */
		accepted++;
		assert_true(worker_scratch_init(&scratch, &m));
		worker_model_predict(
		    &m, &scratch, STOA_STR("play a song"), 3, &answer);
		assert_int_equal(answer.top_count, 3);
		worker_scratch_fini(&scratch);
		worker_model_fini(&m);
	}
	assert_true(accepted > 0);
	free(copy);
}

static void
test_unpack_refuses_values_that_are_not_finite(void **state)
{
	struct worker_problem problem = {0};
	struct worker_model m;
	char *copy = malloc(tensors.len);
	float nan = __builtin_nanf("");

	(void)state;
	assert_non_null(copy);
	memcpy(copy, tensors.data, tensors.len);
	memcpy(copy + tensors.len - sizeof(nan), &nan, sizeof(nan));
	assert_false(worker_model_unpack(stoa_buf_str(&config),
	    stoa_str_of_bytes(copy, tensors.len), &m, &problem));
	assert_string_equal(problem.detail,
	    "model.safetensors: a weight is no number, or a huge one");
	free(copy);
}

static void
test_unpack_refuses_a_config_that_does_not_fit(void **state)
{
	static const char *const rows[][2] = {
	    {"text-classifier\",\n  \"recipe_version",
		"text-classified\",\n  \"recipe_version"},
	    {"\"recipe_version\": 1", "\"recipe_version\": 2"},
	    {"\"epochs\": 2", "\"epochs\": 0"},
	    {"\"temperature\": ", "\"temperatura\": "},
	    {"\"temperature\": ", "\"temperature\":-"},
	    {"threshold\": 0", "threshold\": 7"},
	    {"\"bank\"", "\"zank\""},		    /* order */
	    {"\"bank\",", "       "},		    /* one fewer */
	    {"\"bank\"", "\"\"    "},		    /* empty */
	    {"\"buckets\": 10", "\"buckets\": 11"}, /* accepted, see below */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_problem problem = {0};
		struct worker_model m;
		char *copy = strdup(config.data);
		char *at;
		bool ok;

		assert_non_null(copy);
		at = strstr(copy, rows[i][0]);
		assert_non_null(at);
		memcpy(at, rows[i][1], strlen(rows[i][1]));
		ok = worker_model_unpack(
		    stoa_str_of(copy), stoa_buf_str(&tensors), &m, &problem);
		/* More buckets than were used are harmless. */
		assert_int_equal(ok, i == STOA_COUNT(rows) - 1);
		if (ok) {
			worker_model_fini(&m);
		} else {
			assert_int_equal(problem.reason, WORKER_BAD_MODEL);
		}
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unpack_brings_back_every_bit),
	    cmocka_unit_test(test_unpack_refuses_every_shorter_file),
	    cmocka_unit_test(test_unpack_refuses_a_lying_header),
	    cmocka_unit_test(test_unpack_survives_flipped_bytes),
	    cmocka_unit_test(test_unpack_refuses_values_that_are_not_finite),
	    cmocka_unit_test(test_unpack_refuses_a_config_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
