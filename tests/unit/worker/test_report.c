#include "worker/report.h"

#include "../unit.h"

static void
test_reason_tells_whose_fault_it_is(void **state)
{
	static const struct {
		enum worker_reason reason;
		Stoa__Training__EndReason want;
	} rows[] = {
	    {WORKER_ONE_LABEL, STOA__TRAINING__END_REASON__dataset_unusable},
	    {WORKER_DATASET_UNREADABLE,
		STOA__TRAINING__END_REASON__dataset_unusable},
	    {WORKER_TIME_LIMIT, STOA__TRAINING__END_REASON__budget_spent},
	    {WORKER_CRASHED, STOA__TRAINING__END_REASON__worker_lost},
	    {WORKER_DISK, STOA__TRAINING__END_REASON__worker_lost},
	    {WORKER_DIVERGED, STOA__TRAINING__END_REASON__training_failed},
	    {WORKER_BAD_JOB, STOA__TRAINING__END_REASON__training_failed},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    worker_report_reason(rows[i].reason), rows[i].want);
	}
}

static void
test_failure_is_cut_between_characters(void **state)
{
	char text[WORKER_TOLD_MAX + 2];
	struct worker_failure f;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + WORKER_TOLD_MAX - 1, "\xc3\xa9", 3);
	worker_report_failure(
	    &f, STOA__TRAINING__END_REASON__training_failed, text);
	assert_int_equal(strlen(f.detail), WORKER_TOLD_MAX - 1);
	worker_report_failure(
	    &f, STOA__TRAINING__END_REASON__training_failed, "one\ntwo");
	assert_string_equal(f.detail, "one two");
}

static struct worker_step
epoch_end(size_t epoch, size_t epochs)
{
	return (struct worker_step){
	    .epoch = epoch,
	    .epochs = epochs,
	    .step = epoch,
	    .steps = epochs,
	    .loss = (double)epoch,
	    .validation_accuracy = 0.5,
	};
}

static void
test_curve_has_one_loss_an_epoch(void **state)
{
	struct worker_curve curve = {0};
	struct worker_step step = epoch_end(1, 3);

	(void)state;
	step.validation_accuracy = -1; /* within the epoch */
	worker_curve_add(&curve, &step);
	assert_int_equal(curve.count, 0);
	for (size_t e = 1; e <= 3; e++) {
		step = epoch_end(e, 3);
		worker_curve_add(&curve, &step);
	}
	assert_int_equal(curve.count, 3);
	assert_true(curve.losses[2] == 3);
	assert_true(curve.validation_accuracy == 0.5);
}

static void
test_curve_thins_long_trainings(void **state)
{
	static const size_t rows[] = {256, 257, 511, 1000};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_curve curve = {0};

		for (size_t e = 1; e <= rows[i]; e++) {
			struct worker_step step = epoch_end(e, rows[i]);

			worker_curve_add(&curve, &step);
		}
		assert_in_range(curve.count, 128, WORKER_LOSSES_MAX);
		assert_true(curve.losses[curve.count - 1] == (double)rows[i]);
	}
}

static void
test_curve_stays_within_its_room(void **state)
{
	struct worker_curve curve = {0};

	(void)state;
	/* A child that never gets to its last epoch. */
	for (size_t e = 0; e < 1000; e++) {
		struct worker_step step = epoch_end(1, 1);

		worker_curve_add(&curve, &step);
	}
	assert_int_equal(curve.count, WORKER_LOSSES_MAX);
}

static void
test_fill_moves_the_bar_forward_only(void **state)
{
	struct worker_report report = {.stage = WORKER_FETCHING};
	struct worker_curve curve = {0};
	double last = -1;

	(void)state;
	for (size_t done = 0; done <= 12; done++) {
		Stoa__Worker__Progress p = STOA__WORKER__PROGRESS__INIT;

		report.stage = done == 0    ? WORKER_FETCHING
			       : done == 12 ? WORKER_STORING
					    : WORKER_TRAINING;
		report.step = (struct worker_step){
		    .step = done > 10 ? 10 : done, .steps = done == 0 ? 0 : 10};
		report.training_us = (int64_t)done * 1000;
		worker_report_fill(&report, &curve, &p);
		assert_true(p.fraction >= last);
		assert_true(p.fraction <= 1);
		last = p.fraction;
		if (done == 5) {
			assert_string_equal(p.stage, "training");
			assert_int_equal(p.remaining_us, 5000);
		}
	}
}

static void
test_metrics_reads_numbers_only(void **state)
{
	static const char *const bad[] = {
	    "", "[]", "{\"a\":\"b\"}", "{\"a\":1e999}", "{\"a\":1,\"a\":2}"};
	Stoa__Training__CompleteJobRequest out =
	    STOA__TRAINING__COMPLETE_JOB_REQUEST__INIT;
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, 65536);
	assert_true(worker_report_metrics(
	    STOA_STR("{\"accuracy\": 0.5, \"labels\": 3}"), &arena, &out));
	assert_int_equal(out.n_metrics, 2);
	assert_string_equal(out.metrics[1]->name, "labels");
	assert_true(out.metrics[1]->value == 3);
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		assert_false(
		    worker_report_metrics(stoa_str_of(bad[i]), &arena, &out));
	}
	stoa_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reason_tells_whose_fault_it_is),
	    cmocka_unit_test(test_failure_is_cut_between_characters),
	    cmocka_unit_test(test_curve_has_one_loss_an_epoch),
	    cmocka_unit_test(test_curve_thins_long_trainings),
	    cmocka_unit_test(test_curve_stays_within_its_room),
	    cmocka_unit_test(test_fill_moves_the_bar_forward_only),
	    cmocka_unit_test(test_metrics_reads_numbers_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
