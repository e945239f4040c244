/* clock_os.c - the system's clocks. */
#include "port/clock.h"

#include <time.h>

struct stoa_wall
stoa_clock_wall(const struct stoa_clock *c)
{
	struct timespec now;

	(void)c;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (struct stoa_wall){
	    now.tv_sec * STOA_US_PER_S + now.tv_nsec / 1000};
}

struct stoa_mono
stoa_clock_mono(const struct stoa_clock *c)
{
	struct timespec now;

	(void)c;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct stoa_mono){
	    now.tv_sec * STOA_US_PER_S + now.tv_nsec / 1000};
}
