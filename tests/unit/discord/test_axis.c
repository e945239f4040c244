#include "discord/axis.h"

#include "base/rng.h"

#include "../unit.h"

static void
test_axis_has_round_ticks(void **state)
{
	static const struct {
		double min, max;
		size_t ticks;
		bool is_widened, is_whole;
		const char *want;
	} rows[] = {
	    {0, 1, 5, true, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
	    {0.43, 2.31, 6, true, false, "0.0 0.5 1.0 1.5 2.0 2.5"},
	    {1, 7, 8, false, true, "1 2 3 4 5 6 7"},
	    {1, 3, 8, false, true, "1 2 3"},
	    {1, 1000, 8, false, true, "200 400 600 800 1000"},
	    {-3, 3, 6, true, false, "-3 -2 -1 0 1 2 3"},
	    {5, 5, 6, true, false, "4.4 4.6 4.8 5.0 5.2 5.4 5.6"},
	    {0, 0, 4, true, false, "-1.0 -0.5 0.0 0.5 1.0"},
	    {0.00012, 0.00019, 4, true, false,
		"0.00012 0.00014 0.00016 0.00018 0.00020"},
	    {1e9, 3e9, 4, true, false, "1e+09 1.5e+09 2e+09 2.5e+09 3e+09"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct discord_axis axis =
		    discord_axis_of(rows[i].min, rows[i].max, rows[i].ticks,
			rows[i].is_widened, rows[i].is_whole);
		char all[256] = "", label[DISCORD_AXIS_LABEL_SIZE];
		size_t len = 0;

		for (size_t j = 0; j < axis.count; j++) {
			discord_axis_label(&axis, j, label);
			len += (size_t)snprintf(all + len, sizeof(all) - len,
			    "%s%s", j > 0 ? " " : "", label);
		}
		assert_string_equal(all, rows[i].want);
	}
}

static void
check_any(double a, double b, size_t ticks, bool is_widened)
{
	double min = a < b ? a : b, max = a < b ? b : a;
	struct discord_axis axis =
	    discord_axis_of(min, max, ticks, is_widened, false);

	assert_in_range(axis.count, 1, ticks + 2);
	assert_true(axis.step > 0);
	assert_true(discord_axis_place(&axis, min) > -1e-6);
	assert_true(discord_axis_place(&axis, max) < 1 + 1e-6);
	for (size_t i = 0; i < axis.count; i++) {
		double at =
		    discord_axis_place(&axis, discord_axis_tick(&axis, i));

		assert_true(at > -1e-6 && at < 1 + 1e-6);
	}
}

static void
test_axis_holds_any_values(void **state)
{
	static const double odd[] = {0, 1, -1, 1e300, -1e300, 1e-300, 1e-310,
	    3.14159, 1e15, 1e15 + 1, 0.1, 0.3, -7e-9, 123456789};
	struct stoa_rng rng;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(odd); i++) {
		for (size_t j = 0; j < STOA_COUNT(odd); j++) {
			check_any(odd[i], odd[j], 6, true);
			check_any(odd[i], odd[j], 8, false);
		}
	}
	stoa_rng_init(&rng, 1);
	for (int i = 0; i < 20000; i++) {
		double a = (double)stoa_rng_below(&rng, 1000003) / 1000 - 500;
		double b = (double)stoa_rng_below(&rng, 1000003) / 1e7;

		check_any(a, b, 3 + (size_t)stoa_rng_below(&rng, 10),
		    stoa_rng_chance(&rng, 2));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_axis_has_round_ticks),
	    cmocka_unit_test(test_axis_holds_any_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
