/* time.c - saturating sums and the one way a time is written. */
#include "base/time.h"

#include <stdio.h>

static int64_t
add_saturating(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum)) {
		return b < 0 ? INT64_MIN : INT64_MAX;
	}
	return sum;
}

struct stoa_wall
stoa_wall_add(struct stoa_wall t, int64_t us)
{
	return (struct stoa_wall){add_saturating(t.us, us)};
}

struct stoa_mono
stoa_mono_add(struct stoa_mono t, int64_t us)
{
	return (struct stoa_mono){add_saturating(t.us, us)};
}

#define TEXT_US_MAX (INT64_C(253402300799) * STOA_US_PER_S)

const char *
stoa_wall_print(struct stoa_wall t, char text[static STOA_WALL_TEXT_SIZE])
{
	int64_t us = t.us < 0 ? 0 : t.us > TEXT_US_MAX ? TEXT_US_MAX : t.us;
	int64_t days = us / STOA_US_PER_DAY;
	int64_t ms = us % STOA_US_PER_DAY / STOA_US_PER_MS;
	/* Days to civil date on a year that starts in March, so that the leap
	 * day comes last (Hinnant, "chrono-compatible low-level date
	 * algorithms"). 719468 days lie between 0000-03-01 and 1970-01-01. */
	int64_t z = days + 719468;
	int64_t era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t day = doy - (153 * mp + 2) / 5 + 1;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);

	(void)snprintf(text, STOA_WALL_TEXT_SIZE,
	    "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year % 10000,
	    (unsigned)month % 100, (unsigned)day % 100,
	    (unsigned)(ms / 3600000) % 100, (unsigned)(ms / 60000 % 60),
	    (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
	return text;
}
