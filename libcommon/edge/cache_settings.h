/* cache_settings.h - the cache that a daemon's settings name. */
#ifndef STOA_EDGE_CACHE_SETTINGS_H
#define STOA_EDGE_CACHE_SETTINGS_H

#include "edge/cache_redis.h"
#include "edge/svc.h"

extern const struct stoa_conf_group stoa_cache_settings;

/* Like stoa_cache_open. The caller adds it to the daemon, after what it is
 * going to call back: see stoa_cache_part. */
STOA_MUST_USE enum stoa_status stoa_cache_open_as_set(
    struct stoa_svc *svc, struct stoa_cache **ret_cache);

#endif
