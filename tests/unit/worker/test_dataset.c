#include "worker/dataset.h"

#include "../unit.h"

static const struct worker_place place = {"train.csv", 2};

static void
add(struct worker_dataset *d, enum worker_split split, const char *text,
    const char *label)
{
	struct worker_problem problem;

	assert_true(worker_dataset_add(
	    d, split, stoa_str_of(text), stoa_str_of(label), place, &problem));
}

/* `count` rows with the texts "<label> 0", "<label> 1", ... */
static void
add_many(struct worker_dataset *d, const char *label, int count)
{
	for (int i = 0; i < count; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "%s %d", label, i);
		add(d, WORKER_TRAIN, text, label);
	}
}

static void
test_finish_cuts_one_in_ten_of_each_label(void **state)
{
	struct worker_dataset d;
	struct worker_problem problem;
	size_t of_label[3][2] = {{0}};

	(void)state;
	worker_dataset_init(&d);
	add_many(&d, "z", 50);
	add_many(&d, "a", 20);
	add_many(&d, "oos", 10);
	assert_true(worker_dataset_finish(&d, 1, &problem));
	assert_int_equal(d.label_count, 2);
	assert_str(d.labels[0], "a");
	assert_str(d.labels[1], "z");
	for (int s = 0; s < 3; s++) {
		assert_int_equal(
		    worker_rows_count(&d.splits[s], false), s == 0 ? 8 : 1);
		for (size_t i = 0; i < d.splits[s].count; i++) {
			struct worker_row *row = &d.splits[s].rows[i];

			if (row->label >= 0) {
				of_label[s][row->label]++;
				assert_int_equal(row->text.data[0],
				    d.labels[row->label].data[0]);
			}
		}
	}
	assert_int_equal(of_label[WORKER_TRAIN][0], 16);
	assert_int_equal(of_label[WORKER_VALIDATION][0], 2);
	assert_int_equal(of_label[WORKER_TEST][1], 5);
	worker_dataset_fini(&d);
}

static void
test_finish_gives_the_same_split_for_the_same_seed(void **state)
{
	struct worker_dataset d[3];
	struct worker_problem problem;
	bool differs = false;

	(void)state;
	for (int i = 0; i < 3; i++) {
		worker_dataset_init(&d[i]);
		add_many(&d[i], "a", 100);
		add_many(&d[i], "b", 100);
		assert_true(
		    worker_dataset_finish(&d[i], i == 2 ? 2 : 1, &problem));
	}
	for (size_t k = 0; k < d[0].splits[WORKER_TEST].count; k++) {
		struct stoa_str text = d[0].splits[WORKER_TEST].rows[k].text;

		assert_true(stoa_str_is_equal(
		    text, d[1].splits[WORKER_TEST].rows[k].text));
		differs |= !stoa_str_is_equal(
		    text, d[2].splits[WORKER_TEST].rows[k].text);
	}
	assert_true(differs);
	for (int i = 0; i < 3; i++) {
		worker_dataset_fini(&d[i]);
	}
}

static void
test_finish_keeps_given_splits(void **state)
{
	struct worker_dataset d;
	struct worker_problem problem;

	(void)state;
	worker_dataset_init(&d);
	add_many(&d, "a", 10);
	add_many(&d, "b", 10);
	add(&d, WORKER_TEST, "x", "b");
	assert_true(worker_dataset_finish(&d, 1, &problem));
	assert_int_equal(d.splits[WORKER_TEST].count, 1);
	assert_int_equal(d.splits[WORKER_VALIDATION].count, 2);
	assert_int_equal(d.splits[WORKER_TRAIN].count, 18);
	worker_dataset_fini(&d);
}

static void
test_finish_refuses_what_cannot_be_trained(void **state)
{
	static const struct {
		const char *labels[3];
		int counts[3];
		const char *test_label;
		enum worker_reason reason;
	} rows[] = {
	    {{NULL}, {0}, NULL, WORKER_EMPTY_DATASET},
	    {{"a"}, {50}, NULL, WORKER_ONE_LABEL},
	    {{"a", "oos"}, {50, 50}, NULL, WORKER_ONE_LABEL},
	    {{"oos"}, {50}, NULL, WORKER_ONE_LABEL},
	    {{"a", "b"}, {4, 5}, NULL, WORKER_TOO_FEW_ROWS},
	    {{"a", "b"}, {20, 20}, "c", WORKER_UNKNOWN_LABEL},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_problem problem = {0};
		struct worker_dataset d;

		worker_dataset_init(&d);
		for (int k = 0; k < 3 && rows[i].labels[k] != NULL; k++) {
			add_many(&d, rows[i].labels[k], rows[i].counts[k]);
		}
		if (rows[i].test_label != NULL) {
			add(&d, WORKER_TEST, "x", rows[i].test_label);
		}
		assert_false(worker_dataset_finish(&d, 1, &problem));
		assert_int_equal(problem.reason, rows[i].reason);
		worker_dataset_fini(&d);
	}
}

static void
test_finish_refuses_labels_of_two_rows_each(void **state)
{
	struct worker_problem problem = {0};
	struct worker_dataset d;

	(void)state;
	worker_dataset_init(&d);
	for (char label[2] = "a"; label[0] <= 'f'; label[0]++) {
		add_many(&d, label, 2);
	}
	assert_false(worker_dataset_finish(&d, 1, &problem));
	assert_int_equal(problem.reason, WORKER_TOO_FEW_ROWS);
	assert_string_equal(problem.detail,
	    "no rows are left for the validation split; give at least one "
	    "label 3 rows or more");
	worker_dataset_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_finish_cuts_one_in_ten_of_each_label),
	    cmocka_unit_test(
		test_finish_gives_the_same_split_for_the_same_seed),
	    cmocka_unit_test(test_finish_keeps_given_splits),
	    cmocka_unit_test(test_finish_refuses_what_cannot_be_trained),
	    cmocka_unit_test(test_finish_refuses_labels_of_two_rows_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
