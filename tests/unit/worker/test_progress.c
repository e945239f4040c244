#include "worker/progress.h"

#include "worker/limits.h"

#include "../unit.h"

static struct stoa_str
line_of(struct stoa_buf *out)
{
	struct stoa_str line = stoa_buf_str(out);

	assert_true(line.len > 0);
	assert_int_equal(line.data[line.len - 1], '\n');
	line.len--;
	assert_null(memchr(line.data, '\n', line.len));
	return line;
}

static void
test_parse_reads_what_was_printed(void **state)
{
	struct worker_step step = {3, 10, 1407, 4690, 0.25, -1};
	struct worker_metrics metrics = {.accuracy = 0.5, .test_rows = 7};
	struct worker_problem problem;
	struct worker_progress p;
	struct stoa_buf out;

	(void)state;
	stoa_buf_init(&out, WORKER_LINE_SIZE_MAX);
	worker_progress_step(&step, &out);
	assert_true(worker_progress_parse(line_of(&out), &p));
	assert_int_equal(p.kind, WORKER_PROGRESS_STEP);
	assert_int_equal(p.step.step, 1407);
	assert_true(p.step.loss == 0.25);
	assert_true(p.step.validation_accuracy < 0);
	stoa_buf_clear(&out);
	step.validation_accuracy = 0.5;
	worker_progress_step(&step, &out);
	assert_true(worker_progress_parse(line_of(&out), &p));
	assert_true(p.step.validation_accuracy == 0.5);
	stoa_buf_clear(&out);
	worker_progress_done(&metrics, &out);
	assert_true(worker_progress_parse(line_of(&out), &p));
	assert_int_equal(p.kind, WORKER_PROGRESS_DONE);
	assert_non_null(memmem(
	    p.metrics.data, p.metrics.len, "\"accuracy\": 0.500000", 20));
	stoa_buf_clear(&out);
	assert_false(worker_refuse(
	    &problem, WORKER_RAGGED_ROW, "line 3: \"a\"\n\xe2\x82\xac"));
	worker_progress_failed(&problem, &out);
	assert_true(worker_progress_parse(line_of(&out), &p));
	assert_int_equal(p.kind, WORKER_PROGRESS_FAILED);
	assert_int_equal(p.problem.reason, WORKER_RAGGED_ROW);
	assert_string_equal(p.problem.detail, problem.detail);
	stoa_buf_fini(&out);
}

#define BEYOND_ONE                                                     \
	"{\"epoch\":1,\"epochs\":2,\"step\":1,\"steps\":2,\"loss\":0," \
	"\"validation_accuracy\":2}"

static void
test_parse_refuses_what_a_child_should_not_say(void **state)
{
	static const char *const lines[] = {
	    "",
	    "[]",
	    "{}",
	    "{\"epoch\":1",
	    "{\"epoch\":1,\"epochs\":2,\"step\":1,\"steps\":2}",
	    "{\"epoch\":-1,\"epochs\":2,\"step\":1,\"steps\":2,\"loss\":0}",
	    "{\"epoch\":3,\"epochs\":2,\"step\":1,\"steps\":2,\"loss\":0}",
	    "{\"epoch\":1,\"epochs\":2,\"step\":3,\"steps\":2,\"loss\":0}",
	    BEYOND_ONE,
	    "{\"metrics\":7}",
	    "{\"error\":{}}",
	    "{\"error\":\"boom\"}",
	};
	static char huge[WORKER_LINE_SIZE_MAX + 2];
	struct worker_progress p;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(lines); i++) {
		assert_false(worker_progress_parse(stoa_str_of(lines[i]), &p));
	}
	memset(huge, ' ', sizeof(huge) - 1);
	assert_false(worker_progress_parse(stoa_str_of(huge), &p));
}

static void
test_parse_keeps_an_unknown_reason_as_a_crash(void **state)
{
	struct worker_progress p;

	(void)state;
	assert_true(worker_progress_parse(
	    STOA_STR("{\"error\":{\"reason\":\"bored\",\"detail\":\"x\"}}"),
	    &p));
	assert_int_equal(p.problem.reason, WORKER_CRASHED);
	assert_string_equal(p.problem.detail, "x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_reads_what_was_printed),
	    cmocka_unit_test(test_parse_refuses_what_a_child_should_not_say),
	    cmocka_unit_test(test_parse_keeps_an_unknown_reason_as_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
