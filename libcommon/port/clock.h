/* port/clock.h - the time. Only layers 3 and up may ask. */
#ifndef STOA_PORT_CLOCK_H
#define STOA_PORT_CLOCK_H

#include "base/time.h"

struct stoa_clock;

struct stoa_wall stoa_clock_wall(const struct stoa_clock *c);
struct stoa_mono stoa_clock_mono(const struct stoa_clock *c);

#endif
