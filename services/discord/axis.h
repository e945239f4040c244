/* axis.h - round numbers along an axis.
 *
 * Steps are 1, 2 or 5 times a power of ten, so that a person can read between
 * them. Values beyond +-DISCORD_AXIS_MAX cannot be shown and are to be left
 * out by the caller. Layer 2, pure. */
#ifndef DISCORD_AXIS_H
#define DISCORD_AXIS_H

#include <stdbool.h>
#include <stddef.h>

/* Far below the end of a double, so that differences stay finite. */
#define DISCORD_AXIS_MAX 1e300

#define DISCORD_AXIS_LABEL_SIZE 32

struct discord_axis {
	double min, max; /* what the axis spans; min < max */
	double first;	 /* the lowest tick */
	double step;	 /* more than 0 */
	size_t count;	 /* of ticks, at least 1 */
};

/* An axis for values from `min` to `max`, min <= max, with at most
 * `ticks_max` + 1 ticks; ticks_max is at least 3. `is_widened`: it begins and
 * ends at a tick; else it is as long as the values. `is_whole`: ticks are
 * whole numbers. */
struct discord_axis discord_axis_of(
    double min, double max, size_t ticks_max, bool is_widened, bool is_whole);

double discord_axis_tick(const struct discord_axis *axis, size_t i);

/* 0 to 1 along the axis. */
double discord_axis_place(const struct discord_axis *axis, double value);

/* The tick as text, with as many decimals as the step needs. */
void discord_axis_label(const struct discord_axis *axis, size_t i,
    char label[static DISCORD_AXIS_LABEL_SIZE]);

#endif
