/* gcra.h - rate limiting by the generic cell rate algorithm (ITU-T I.371).
 *
 * One number per key: the theoretical arrival time (TAT), when a sender that
 * keeps exactly to the rate would be due. A request conforms while it comes
 * at most burst * interval before TAT + interval; it never costs the sender
 * more than its own interval, and a denied one costs nothing.
 *
 * Guarantee: within any span of t microseconds at most burst + t / interval
 * requests of a key are allowed. Layer 1, pure. */
#ifndef STOA_BASE_GCRA_H
#define STOA_BASE_GCRA_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_gcra_rate {
	int64_t interval_us; /* one request each; 1 us to 1 day */
	int64_t burst;	     /* at once after a pause; 1 to 10,000 */
};

#define STOA_GCRA_INTERVAL_US_MAX INT64_C(86400000000)
#define STOA_GCRA_BURST_MAX	  INT64_C(10000)

struct stoa_gcra_answer {
	bool is_allowed;
	int64_t tat_us;		/* to be kept for the key */
	int64_t retry_after_us; /* of a denied one: when it would be allowed */
	int64_t remaining;	/* how many more would be allowed now */
};

bool stoa_gcra_is_valid(struct stoa_gcra_rate rate);

/* `tat_us` is what was kept, or 0. A value further in the future than the
 * rate can produce (a clock went back) is taken as the furthest possible. */
struct stoa_gcra_answer stoa_gcra_decide(
    int64_t now_us, int64_t tat_us, struct stoa_gcra_rate rate);

/* ---- many keys in bounded memory ---- */

struct stoa_gcra_table;

/* `size` is rounded up to a power of two, at least 4; `seed` should be
 * random: keys are told apart by their keyed hash. NULL: out of memory. */
struct stoa_gcra_table *stoa_gcra_table_new(size_t size, uint64_t seed);
void stoa_gcra_table_free(struct stoa_gcra_table *t);

/* As stoa_gcra_decide, for one key. O(1). With more busy keys than places,
 * the key that is nearest to being idle is forgotten, in favour of its
 * sender. */
struct stoa_gcra_answer stoa_gcra_table_decide(struct stoa_gcra_table *t,
    struct stoa_str key, int64_t now_us, struct stoa_gcra_rate rate);

#endif
