/* axis.c - choosing ticks. */
#include "discord/axis.h"

#include "base/check.h"

#include <math.h>
#include <stdio.h>

/* More ticks than this would touch each other on any chart. */
#define TICKS_MAX 50

/* Below this share of the values, a span is an error of rounding. */
#define SPAN_LEAST 1e-10

static double
ten_to(double exponent)
{
	return pow(10, exponent);
}

/* The power of ten at or below `x`, which is more than 0. */
static double
magnitude_of(double x)
{
	double exponent = floor(log(x) / log(10));

	/* The quotient may miss a whole number by a rounding. */
	if (ten_to(exponent + 1) <= x) {
		exponent += 1;
	} else if (ten_to(exponent) > x) {
		exponent -= 1;
	}
	return ten_to(exponent);
}

static double
step_of(double span, size_t ticks_max, bool is_whole)
{
	double least = span / (double)ticks_max;
	double magnitude = magnitude_of(least);
	double factor = least / magnitude, step;

	step = factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10;
	step *= magnitude;
	return is_whole && step < 1 ? 1 : step;
}

/* All values alike: some room around them. */
static void
widen(double *min, double *max)
{
	double size = fmax(fabs(*min), fabs(*max));

	if (*max - *min > size * SPAN_LEAST && *max - *min > 1e-290) {
		return;
	}
	size = size > 1e-290 ? size / 10 : 1;
	*min -= size;
	*max += size;
}

struct discord_axis
discord_axis_of(
    double min, double max, size_t ticks_max, bool is_widened, bool is_whole)
{
	struct discord_axis axis;

	stoa_assert(min <= max);
	stoa_assert(min >= -DISCORD_AXIS_MAX && max <= DISCORD_AXIS_MAX);
	stoa_assert(ticks_max >= 3 && ticks_max <= TICKS_MAX);
	widen(&min, &max);
	axis.step = step_of(max - min, ticks_max, is_whole);
	if (is_widened) {
		min = floor(min / axis.step) * axis.step;
		max = ceil(max / axis.step) * axis.step;
	}
	axis.min = min;
	axis.max = max;
	/* A share of a step too much or too little is rounding. */
	axis.first = ceil(min / axis.step - 1e-9) * axis.step;
	axis.count = 0;
	while (axis.count <= ticks_max + 1 &&
	       axis.first + (double)axis.count * axis.step <=
		   max + axis.step * 1e-9) {
		axis.count++;
	}
	stoa_assert(axis.min < axis.max);
	return axis;
}

double
discord_axis_tick(const struct discord_axis *axis, size_t i)
{
	double value = axis->first + (double)i * axis->step;

	/* No "-0" and no rest of a subtraction. */
	return fabs(value) < axis->step / 2 ? 0 : value;
}

double
discord_axis_place(const struct discord_axis *axis, double value)
{
	return (value - axis->min) / (axis->max - axis->min);
}

void
discord_axis_label(const struct discord_axis *axis, size_t i,
    char label[static DISCORD_AXIS_LABEL_SIZE])
{
	double value = discord_axis_tick(axis, i);
	int decimals = 0;

	if (fabs(value) >= 1e6 || axis->step < 1e-5) {
		(void)snprintf(label, DISCORD_AXIS_LABEL_SIZE, "%.6g", value);
		return;
	}
	for (double step = axis->step; step < 0.9999 && decimals < 5;
	     step *= 10) {
		decimals++;
	}
	(void)snprintf(label, DISCORD_AXIS_LABEL_SIZE, "%.*f", decimals, value);
}
