/* port/part.h - a part of a daemon, as the daemon's skeleton sees it.
 *
 * What takes work, ends it or counts it exports one of these; main.c opens it
 * and adds it (edge/svc.h). Any of the functions may be NULL; `part` is what
 * was added. All run on the loop's thread. */
#ifndef STOA_PORT_PART_H
#define STOA_PORT_PART_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct stoa_part {
	bool (*is_ready)(void *part); /* NULL: at once */
	void (*tick)(void *part);     /* every tick_us, from when it is added */
	int64_t tick_us;

	/* The daemon is to end: takes no more. What is under way may end. */
	void (*drain)(void *part);
	bool (*is_idle)(void *part); /* nothing is under way; NULL: never */

	/* After the last turn of the loop; perhaps not idle. */
	void (*free)(void *part);

	void (*metrics)(void *part, struct stoa_buf *out); /* base/metric.h */
};

#endif
