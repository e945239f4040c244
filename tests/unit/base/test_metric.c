/* test_metric.c - what Prometheus is told, to the byte. */
#include "base/metric.h"

#include "../unit.h"

static void
test_metrics_print_gives_each_name_help_and_type(void **state)
{
	static const struct stoa_metric metrics[] = {
	    {"stoa_a_total", "Things done.", UINT64_MAX},
	    {"stoa_b", "Things there are.", 0},
	    {"_total", "No name before it.", 1},
	};
	struct stoa_buf out;

	(void)state;
	stoa_buf_init(&out, 4096);
	stoa_metrics_print(&out, metrics, STOA_COUNT(metrics));
	assert_str(stoa_buf_str(&out), "# HELP stoa_a_total Things done.\n"
				       "# TYPE stoa_a_total counter\n"
				       "stoa_a_total 18446744073709551615\n"
				       "# HELP stoa_b Things there are.\n"
				       "# TYPE stoa_b gauge\n"
				       "stoa_b 0\n"
				       "# HELP _total No name before it.\n"
				       "# TYPE _total gauge\n"
				       "_total 1\n");
	stoa_buf_fini(&out);
}

static void
test_metric_print_seconds_keeps_microseconds(void **state)
{
	static const struct {
		int64_t us;
		const char *want;
	} rows[] = {
	    {0, "0.000000"},
	    {1, "0.000001"},
	    {1500000, "1.500000"},
	    {INT64_MAX, "9223372036854.775807"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf out;
		char want[256];

		stoa_buf_init(&out, 4096);
		stoa_metric_print_seconds(
		    &out, "stoa_s_total", "Time.", rows[i].us);
		snprintf(want, sizeof(want),
		    "# HELP stoa_s_total Time.\n# TYPE stoa_s_total counter\n"
		    "stoa_s_total %s\n",
		    rows[i].want);
		assert_str(stoa_buf_str(&out), want);
		stoa_buf_fini(&out);
	}
}

static void
test_metric_print_sample_follows_one_head(void **state)
{
	struct stoa_buf out;

	(void)state;
	stoa_buf_init(&out, 4096);
	stoa_metric_print_head(&out, "stoa_c", "Bytes.");
	stoa_metric_print_sample(&out, "stoa_c", "where", "memory", 7);
	stoa_metric_print_sample(&out, "stoa_c", "where", "disk", 8);
	assert_str(stoa_buf_str(&out),
	    "# HELP stoa_c Bytes.\n# TYPE stoa_c gauge\n"
	    "stoa_c{where=\"memory\"} 7\nstoa_c{where=\"disk\"} 8\n");
	stoa_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_metrics_print_gives_each_name_help_and_type),
	    cmocka_unit_test(test_metric_print_seconds_keeps_microseconds),
	    cmocka_unit_test(test_metric_print_sample_follows_one_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
