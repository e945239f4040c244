#include "worker/kernel.h"

#include "../unit.h"

#include <math.h>

static void
test_softmax_agrees_with_the_library_within_1e_6(void **state)
{
	_Alignas(64) float row[32] = {0};
	double want[20], sum = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		row[i] = (float)(i * i % 17) - 9.5f;
		want[i] = exp(0.5 * (double)row[i]);
		sum += want[i];
	}
	worker_kernel_softmax(row, 20, 32, 0.5f);
	for (int i = 0; i < 20; i++) {
		assert_true(fabs((double)row[i] - want[i] / sum) < 1e-6);
	}
	for (int i = 20; i < 32; i++) {
		assert_true(row[i] == 0.0f);
	}
}

static void
test_softmax_stays_finite_at_the_extremes(void **state)
{
	static const float rows[][2] = {
	    {1e30f, -1e30f}, {-1e30f, -1e30f}, {500, -500}, {NAN, 1}};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		_Alignas(64) float row[16] = {rows[i][0], rows[i][1]};

		worker_kernel_softmax(row, 2, 16, 1.0f);
		assert_true(isfinite(row[0]) && isfinite(row[1]));
		assert_true(fabsf(row[0] + row[1] - 1) < 1e-6f);
	}
}

static void
test_peak_is_the_largest_probability(void **state)
{
	_Alignas(64) float row[16] = {1, 4, 2, -3};
	float peak = worker_kernel_peak(row, 4);

	(void)state;
	assert_true(row[1] == 4);
	worker_kernel_softmax(row, 4, 16, 1.0f);
	assert_true(fabsf(row[1] - peak) < 1e-6f);
	assert_int_equal(worker_kernel_top(row, 4), 1);
}

static void
test_axpy_adds_a_multiple(void **state)
{
	_Alignas(64) float x[32], y[32];

	(void)state;
	for (int i = 0; i < 32; i++) {
		x[i] = (float)i;
		y[i] = 1;
	}
	worker_kernel_axpy(y, x, -2.0f, 32);
	for (int i = 0; i < 32; i++) {
		assert_true(y[i] == (float)(1 - 2 * i));
	}
	assert_int_equal(worker_lanes(1), 16);
	assert_int_equal(worker_lanes(16), 16);
	assert_int_equal(worker_lanes(17), 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_softmax_agrees_with_the_library_within_1e_6),
	    cmocka_unit_test(test_softmax_stays_finite_at_the_extremes),
	    cmocka_unit_test(test_peak_is_the_largest_probability),
	    cmocka_unit_test(test_axpy_adds_a_multiple),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
