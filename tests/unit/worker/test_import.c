#include "worker/import.h"

#include "worker/limits.h"

#include "../unit.h"

static bool
import(struct worker_dataset *d, const char *csv, struct worker_problem *p)
{
	struct worker_import im;
	bool ok;

	worker_import_init(&im, d, WORKER_TRAIN, "train.csv", p);
	ok =
	    worker_import_feed(&im, stoa_str_of(csv)) && worker_import_end(&im);
	worker_import_fini(&im);
	return ok;
}

static void
test_feed_finds_the_columns_by_their_usual_names(void **state)
{
	static const char *const files[] = {
	    "text,label\nhello,greet\n",
	    "id,Intent,Utterance\n1,greet, hello \n",
	    "\357\273\277CATEGORY,sentence\r\ngreet,hello\r\n",
	    "input,text,class\nx,hello,greet\n",
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(files); i++) {
		struct worker_problem problem = {0};
		struct worker_dataset d;

		worker_dataset_init(&d);
		assert_true(import(&d, files[i], &problem));
		assert_int_equal(d.splits[WORKER_TRAIN].count, 1);
		assert_str(d.splits[WORKER_TRAIN].rows[0].text, "hello");
		assert_str(d.labels[0], "greet");
		worker_dataset_fini(&d);
	}
}

static void
test_feed_refuses_with_place_and_fix(void **state)
{
	static const struct {
		const char *csv;
		enum worker_reason reason;
		const char *detail;
	} rows[] = {
	    {"", WORKER_EMPTY_DATASET,
		"train.csv is empty; its first line must be: text,label"},
	    {"hello,greet\n", WORKER_NO_COLUMN,
		"train.csv: no text column; call it \"text\". Columns found: "
		"\"hello\", \"greet\""},
	    {"text,topics\n", WORKER_NO_COLUMN,
		"train.csv: no label column; call it \"label\". Columns "
		"found: \"text\", \"topics\""},
	    {"text;label\na;b\n", WORKER_NO_COLUMN,
		"train.csv: no text column; call it \"text\". Columns found: "
		"\"text;label\"; separate columns with commas"},
	    {"text,label\na,b\na,b,c\n", WORKER_RAGGED_ROW,
		"train.csv line 3: 3 columns where the first row has 2; put "
		"fields with commas in quotes"},
	    {"text,label\na,\"b\n", WORKER_BAD_CSV,
		"train.csv line 2, column 2: the file ends inside the quotes "
		"that open here"},
	    {"text,label\n \t,b\n", WORKER_EMPTY_TEXT,
		"train.csv line 2: the text is empty; fill it or remove the "
		"row"},
	    {"text,label\na,b\n\na,\n", WORKER_EMPTY_LABEL,
		"train.csv line 4: the label is empty; fill it or remove the "
		"row"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_problem problem = {0};
		struct worker_dataset d;

		worker_dataset_init(&d);
		assert_false(import(&d, rows[i].csv, &problem));
		assert_int_equal(problem.reason, rows[i].reason);
		assert_string_equal(problem.detail, rows[i].detail);
		worker_dataset_fini(&d);
	}
}

static void
test_feed_refuses_long_texts_long_labels_and_many_labels(void **state)
{
	size_t size = 64 + WORKER_TEXT_LEN_MAX;
	char *csv = malloc(size + 20 * WORKER_LABEL_COUNT_MAX);
	struct worker_problem problem = {0};
	struct worker_dataset d;
	size_t n;

	(void)state;
	assert_non_null(csv);
	(void)snprintf(
	    csv, size, "text,label\n%0*d,b\n", (int)WORKER_TEXT_LEN_MAX + 1, 1);
	worker_dataset_init(&d);
	assert_false(import(&d, csv, &problem));
	assert_int_equal(problem.reason, WORKER_TEXT_TOO_LONG);
	(void)snprintf(csv, size, "text,label\na,%0*d\n",
	    (int)WORKER_LABEL_LEN_MAX + 1, 1);
	assert_false(import(&d, csv, &problem));
	assert_int_equal(problem.reason, WORKER_LABEL_TOO_LONG);
	n = (size_t)snprintf(csv, size, "text,label\n");
	for (unsigned i = 0; i <= WORKER_LABEL_COUNT_MAX; i++) {
		n += (size_t)snprintf(csv + n, 20, "a,l%u\n", i);
	}
	assert_false(import(&d, csv, &problem));
	assert_int_equal(problem.reason, WORKER_TOO_MANY_LABELS);
	worker_dataset_fini(&d);
	free(csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_feed_finds_the_columns_by_their_usual_names),
	    cmocka_unit_test(test_feed_refuses_with_place_and_fix),
	    cmocka_unit_test(
		test_feed_refuses_long_texts_long_labels_and_many_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
