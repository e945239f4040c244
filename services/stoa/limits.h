/* limits.h - every bound of the command line, with its reason. */
#ifndef STOA_LIMITS_H
#define STOA_LIMITS_H

#include "base/time.h"

#include <stddef.h>

/* To the broker on this machine or the next: after that nobody is there. */
#define CLIENT_CONNECT_US (5 * STOA_US_PER_S)

/* The bot ends every command within 30 s once it runs; a few may run before
 * it. Then nobody answers. */
#define CLIENT_ANSWER_US (60 * STOA_US_PER_S)

/* A job that has shown a card: training ends it after 24 h by itself. */
#define CLIENT_JOB_US (25 * 3600 * STOA_US_PER_S)

/* Without a final card for this long the stored one is asked for, then again
 * at doubling intervals: a connection was lost when it came. */
#define CLIENT_LOOK_US_MIN (1 * STOA_US_PER_S)
#define CLIENT_LOOK_US_MAX (4 * STOA_US_PER_S)

#define CLIENT_TICK_US (50 * STOA_US_PER_MS)

/* Commands of one terminal that wait for their final card: training may take
 * 64 jobs of one member. */
#define CLIENT_ASKED_MAX 128

/* One card, unpacked: messages are at most 256 KiB. */
#define CLIENT_ARENA_MAX ((size_t)4 * 1024 * 1024)

/* A line longer than this is no command (8192) by far. */
#define CLIENT_LINE_MAX ((size_t)64 * 1024)

/* An upload may take long; one that does not move is given up by the fetch
 * port itself. */
#define UPLOAD_US (6 * 3600 * STOA_US_PER_S)

/* Values kept for completion: a page of each list. */
#define KNOWN_MAX 64

/* How often the lists are fetched again while somebody types. */
#define KNOWN_US (30 * STOA_US_PER_S)

#endif
