/* time.h - points in time, wrapped so that clocks cannot be mixed up.
 * Wall time is UTC, microseconds since 1970; monotonic time has no epoch.
 * Only edge makes values; everything else is told the time. Layer 1, pure. */
#ifndef STOA_BASE_TIME_H
#define STOA_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_wall {
	int64_t us;
};

struct stoa_mono {
	int64_t us;
};

#define STOA_US_PER_MS	INT64_C(1000)
#define STOA_US_PER_S	INT64_C(1000000)
#define STOA_US_PER_DAY (INT64_C(86400) * STOA_US_PER_S)

/* "No such time": later than every other. */
#define STOA_WALL_NEVER ((struct stoa_wall){INT64_MAX})
#define STOA_MONO_NEVER ((struct stoa_mono){INT64_MAX})

/* Saturates instead of wrapping. */
struct stoa_wall stoa_wall_add(struct stoa_wall t, int64_t us);
struct stoa_mono stoa_mono_add(struct stoa_mono t, int64_t us);

static inline bool
stoa_wall_is_before(struct stoa_wall a, struct stoa_wall b)
{
	return a.us < b.us;
}

static inline bool
stoa_mono_is_before(struct stoa_mono a, struct stoa_mono b)
{
	return a.us < b.us;
}

/* RFC 3339 with milliseconds, "2026-01-31T12:00:00.000Z": 24 characters and
 * a zero byte. Years 1970 to 9999; other times are clamped. */
#define STOA_WALL_TEXT_SIZE 25
const char *stoa_wall_print(
    struct stoa_wall t, char text[static STOA_WALL_TEXT_SIZE]);

#endif
