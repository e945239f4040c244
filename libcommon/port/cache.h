/* port/cache.h - what replicas of a daemon share and may lose at any moment.
 *
 * That is rate limits and counts over time. Whatever happens to the shared
 * store, every question is answered, exactly once and soon: when the store
 * does not answer, this process decides by itself, which is then per process
 * and says so. */
#ifndef STOA_PORT_CACHE_H
#define STOA_PORT_CACHE_H

#include "base/gcra.h"
#include "base/str.h"

#include <stdbool.h>

struct stoa_cache;

/* Longest key: two ids and a word. */
#define STOA_CACHE_KEY_LEN_MAX 120

/* `is_shared`: false when only this process was asked. Runs on the loop
 * thread, perhaps before stoa_cache_limit returns. */
typedef void (*stoa_cache_limited)(
    void *owner, struct stoa_gcra_answer answer, bool is_shared);

/* Counts one request of `key` (borrowed, 1 to STOA_CACHE_KEY_LEN_MAX bytes)
 * against `rate` and tells whether it may pass. A shared answer's tat_us is
 * 0: the store keeps it. */
void stoa_cache_limit(struct stoa_cache *c, struct stoa_str key,
    struct stoa_gcra_rate rate, stoa_cache_limited done, void *owner);

/* ---- counts over time ----
 *
 * For limits that somebody else keeps and that several processes share: each
 * has books of its own, this adds up all of them. */

#define STOA_CACHE_COUNTS_MAX 2

struct stoa_cache_count {
	struct stoa_str key; /* borrowed, 1 to STOA_CACHE_KEY_LEN_MAX bytes */
	int64_t span_us;     /* at least 1 ms, at most 1 day */
	int64_t max;	     /* in any span */
	int64_t amount;	     /* 0: only asks */
};

struct stoa_cache_counted {
	bool is_allowed; /* and counted */
	bool is_shared;	 /* false: allowed, since nobody knows better */
	size_t full;	 /* of a refusal: the index of a count that is full */
	int64_t retry_after_us;
	int64_t
	    used; /* of the first count, this amount included; shared only */
};

typedef void (*stoa_cache_counted_fn)(
    void *owner, const struct stoa_cache_counted *answer);

/* Adds each amount if all of them fit, else none. Spans are counted in
 * twentieths, the one under way on top: a little too strict, never too lax.
 * `done` as for stoa_cache_limit. */
void stoa_cache_count(struct stoa_cache *c,
    const struct stoa_cache_count *counts, size_t count,
    stoa_cache_counted_fn done, void *owner);

/* True while limits are per process: for /status and the metrics. */
bool stoa_cache_is_degraded(const struct stoa_cache *c);

#endif
