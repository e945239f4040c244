/* port/cache.h - what replicas of a daemon share and may lose at any moment.
 *
 * So far that is rate limits. Whatever happens to the shared store, every
 * question is answered, exactly once and soon: when the store does not
 * answer, this process decides by itself with the same rule, which is then
 * per process and says so. */
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

/* True while limits are per process: for /status and the metrics. */
bool stoa_cache_is_degraded(const struct stoa_cache *c);

#endif
