/* platform.h - what Discord fixes and more than one daemon must know. */
#ifndef DISCORD_PLATFORM_H
#define DISCORD_PLATFORM_H

#include "base/time.h"

#include <stdint.h>

/* Ids are snowflakes: their upper bits are milliseconds since 2015-01-01
 * (API reference, "Snowflakes"). */
#define DISCORD_EPOCH_MS INT64_C(1420070400000)

/* For the first answer to an interaction (receiving and responding, API v10).
 */
#define DISCORD_FIRST_US (3 * STOA_US_PER_S)

static inline int64_t
discord_snowflake_ms(uint64_t id)
{
	return (int64_t)(id >> 22) + DISCORD_EPOCH_MS;
}

#endif
