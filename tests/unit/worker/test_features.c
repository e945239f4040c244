#include "worker/features.h"
#include "worker/limits.h"
#include "worker/vocabulary.h"

#include "../unit.h"

#include <math.h>

static struct worker_params
params_of(int64_t words, int64_t min, int64_t max)
{
	struct worker_params params;

	worker_params_default(&params);
	params.word_ngrams = words;
	params.char_ngram_min = min;
	params.char_ngram_max = max;
	params.buckets = 22;
	return params;
}

static void
test_extract_counts_runs_of_words_and_characters(void **state)
{
	static const struct {
		const char *text;
		int64_t words, min, max;
		size_t want;
	} rows[] = {
	    {"", 2, 2, 4, 0}, /* one space: no run of two */
	    {"!?;", 2, 2, 4, 0}, {"one", 1, 1, 0, 1}, /* characters off */
	    {"one two", 1, 1, 0, 2}, {"one two", 2, 1, 0, 3},
	    {"one one one", 2, 1, 0, 2}, /* "one", "one one", and the end */
	    {"ab", 1, 2, 2, 4},		 /* ab; _a ab b_ */
	    {"\xc3\xa9\xc3\xa8", 1, 2, 2, 4}, /* whole characters */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_params params =
		    params_of(rows[i].words, rows[i].min, rows[i].max);
		struct worker_features f;

		assert_true(worker_features_init(&f, &params));
		worker_features_extract(&f, &params, stoa_str_of(rows[i].text));
		assert_int_equal(f.count, rows[i].want);
		for (size_t k = 1; k < f.count; k++) {
			assert_true(f.items[k - 1].bucket < f.items[k].bucket);
		}
		worker_features_fini(&f);
	}
}

static void
test_extract_ignores_case_and_punctuation(void **state)
{
	struct worker_params params = params_of(2, 2, 4);
	struct worker_features a, b;

	(void)state;
	assert_true(worker_features_init(&a, &params));
	assert_true(worker_features_init(&b, &params));
	worker_features_extract(&a, &params, STOA_STR("What's  UP, doc?"));
	worker_features_extract(&b, &params, STOA_STR("what's up doc"));
	assert_int_equal(a.count, b.count);
	assert_memory_equal(a.items, b.items, a.count * sizeof(*a.items));
	worker_features_fini(&a);
	worker_features_fini(&b);
}

static void
test_extract_is_pinned(void **state)
{
	/* Changing these changes every model: raise the recipe's version. */
	static const uint32_t want[] = {181056, 225664, 242657};
	struct worker_params params = params_of(2, 2, 0);
	struct worker_features f;

	(void)state;
	params.buckets = 18;
	assert_true(worker_features_init(&f, &params));
	worker_features_extract(&f, &params, STOA_STR("hello world"));
	assert_int_equal(f.count, 3);
	for (size_t i = 0; i < f.count; i++) {
		assert_int_equal(f.items[i].bucket, want[i]);
	}
	worker_features_fini(&f);
}

static void
test_extract_takes_texts_of_any_length(void **state)
{
	static char text[2 * WORKER_TEXT_LEN_MAX];
	struct worker_params params = params_of(3, 1, 8);
	struct worker_features f;
	size_t count;

	(void)state;
	assert_true(worker_features_init(&f, &params));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = "a "[i % 2];
	}
	worker_features_extract(
	    &f, &params, stoa_str_of_bytes(text, sizeof(text)));
	count = f.count;
	worker_features_extract(
	    &f, &params, stoa_str_of_bytes(text, WORKER_TEXT_LEN_MAX));
	assert_int_equal(f.count, count);
	memset(text, '\x80', sizeof(text)); /* no character starts anywhere */
	worker_features_extract(
	    &f, &params, stoa_str_of_bytes(text, sizeof(text)));
	assert_true(f.count > 0);
	worker_features_fini(&f);
}

static void
test_vector_has_length_one_and_drops_the_unknown(void **state)
{
	struct worker_params params = params_of(1, 1, 0);
	uint32_t *counts = calloc((size_t)1 << 22, sizeof(*counts));
	struct worker_vocabulary v;
	struct worker_features f;
	uint32_t rows[8];
	float values[8];
	size_t n;

	(void)state;
	assert_non_null(counts);
	assert_true(worker_features_init(&f, &params));
	worker_features_extract(&f, &params, STOA_STR("b a c"));
	for (size_t i = 0; i < f.count; i++) {
		counts[f.items[i].bucket] = i < 2 ? 2 : 1;
	}
	assert_true(
	    worker_vocabulary_build(&v, counts, (size_t)1 << 22, 10, 2));
	assert_int_equal(v.count, 2);
	assert_true(fabsf(v.idf[0] - (float)(1 + log(11.0 / 3))) < 1e-6f);
	n = worker_vocabulary_vector(&v, &f, rows, values);
	assert_int_equal(n, 2);
	assert_true(fabsf(values[0] - sqrtf(0.5f)) < 1e-6f);
	worker_features_extract(&f, &params, STOA_STR("strangers only"));
	assert_int_equal(worker_vocabulary_vector(&v, &f, rows, values), 0);
	worker_vocabulary_fini(&v);
	worker_features_fini(&f);
	free(counts);
}

static uint32_t *
numbers(uint32_t a, uint32_t b)
{
	uint32_t *n = malloc(2 * sizeof(*n));

	assert_non_null(n);
	n[0] = a;
	n[1] = b;
	return n;
}

static float *
floats(float a, float b)
{
	float *n = malloc(2 * sizeof(*n));

	assert_non_null(n);
	n[0] = a;
	n[1] = b;
	return n;
}

static void
test_take_refuses_rows_that_are_not_in_order(void **state)
{
	struct worker_vocabulary v;

	(void)state;
	assert_false(
	    worker_vocabulary_take(&v, numbers(3, 3), floats(1, 1), 2, 1024));
	assert_false(
	    worker_vocabulary_take(&v, numbers(4, 3), floats(1, 1), 2, 1024));
	assert_false(worker_vocabulary_take(
	    &v, numbers(3, 1024), floats(1, 1), 2, 1024));
	assert_false(
	    worker_vocabulary_take(&v, numbers(3, 4), floats(1, NAN), 2, 1024));
	assert_false(worker_vocabulary_take(
	    &v, numbers(3, 4), floats(1, 1e-30f), 2, 1024));
	assert_true(worker_vocabulary_take(
	    &v, numbers(3, 1023), floats(1, 1), 2, 1024));
	worker_vocabulary_fini(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_extract_counts_runs_of_words_and_characters),
	    cmocka_unit_test(test_extract_ignores_case_and_punctuation),
	    cmocka_unit_test(test_extract_is_pinned),
	    cmocka_unit_test(test_extract_takes_texts_of_any_length),
	    cmocka_unit_test(test_vector_has_length_one_and_drops_the_unknown),
	    cmocka_unit_test(test_take_refuses_rows_that_are_not_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
