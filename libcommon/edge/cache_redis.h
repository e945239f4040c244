/* cache_redis.h - the cache port on Redis (hiredis on the libuv loop).
 *
 * Each rule is one Lua script, so that reading and writing are one step, by the
 * server's clock, so that replicas need not agree on the time. A server that
 * is silent for CACHE_TIMEOUT_MS is treated as lost; reconnecting backs off
 * from CACHE_BACKOFF_MS_MIN to CACHE_BACKOFF_MS_MAX with jitter. Losing Redis
 * loses nothing but the memory of who asked how often.
 *
 * One thread: the loop's. */
#ifndef STOA_EDGE_CACHE_REDIS_H
#define STOA_EDGE_CACHE_REDIS_H

#include "base/check.h"
#include "base/status.h"
#include "port/cache.h"
#include "port/part.h"

#include <stdint.h>
#include <uv.h>

/* A local server answers in well under a millisecond; a person waiting for a
 * card does not notice this. */
#define CACHE_TIMEOUT_MS 100

#define CACHE_BACKOFF_MS_MIN 50
#define CACHE_BACKOFF_MS_MAX 5000

/* Questions under way: at 0.1 ms each this is 2.5 million a second. */
#define CACHE_PENDING_MAX 256

/* Keys this process remembers on its own: 64 KiB; far more members than
 * write at the same moment through one process. */
#define CACHE_FALLBACK_KEYS 4096

struct stoa_cache_options {
	const char *socket;   /* path of a Unix socket; NULL: use the port */
	const char *host;     /* numeric address; NULL: 127.0.0.1 */
	uint16_t port;	      /* used without a socket */
	const char *password; /* NULL: none */
};

/* All of `options` is copied. Never waits: the cache begins degraded and
 * connects on the loop. NO_MEMORY. Owned by the caller, who closes it. */
STOA_MUST_USE enum stoa_status stoa_cache_open(uv_loop_t *loop,
    const struct stoa_cache_options *options, struct stoa_cache **ret_cache);

/* Answers what is under way from the fallback, then frees the cache while
 * the loop runs on. NULL does nothing. */
void stoa_cache_close(struct stoa_cache *c);

/* Closes it with the daemon. */
extern const struct stoa_part stoa_cache_part;

#endif
