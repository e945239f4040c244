/* turn.h - runs a loop until a condition holds, at most TURN_MS. */
#ifndef STOA_TESTS_EDGE_TURN_H
#define STOA_TESTS_EDGE_TURN_H

#include "edge/loop.h"

#include <stdbool.h>

#define TURN_MS 20000

/* The loop of the test; opened by the first call. */
struct stoa_loop *turn_loop(void);

/* Closes it; the next call opens another. */
void turn_loop_close(void);

/* Fails the test when the time is over. The condition is looked at every few
 * milliseconds, since other threads may bring it about. */
void turn_until(bool (*is_so)(void));

#endif
