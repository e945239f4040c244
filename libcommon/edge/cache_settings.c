/* cache_settings.c - see cache_settings.h. */
#include "edge/cache_settings.h"

static const struct stoa_conf_option options[] = {
    {"redis-socket", STOA_CONF_TEXT, NULL, 0, 107,
	"socket of Redis; empty: 127.0.0.1 and redis-port"},
    {"redis-port", STOA_CONF_NUMBER, "6379", 1, 65535,
	"port of Redis, used without a socket"},
    {"redis-password", STOA_CONF_SECRET, NULL, 0, 128, "password of Redis"},
};

const struct stoa_conf_group stoa_cache_settings = {
    options, STOA_COUNT(options)};

enum stoa_status
stoa_cache_open_as_set(struct stoa_svc *svc, struct stoa_cache **ret_cache)
{
	const struct stoa_conf *conf = stoa_svc_conf(svc);
	const struct stoa_cache_options o = {
	    .socket = stoa_conf_get_or_null(conf, "redis-socket"),
	    .port = (uint16_t)stoa_conf_number(conf, "redis-port"),
	    .password = stoa_conf_get_or_null(conf, "redis-password"),
	};

	return stoa_cache_open(stoa_loop_uv(stoa_svc_loop(svc)), &o, ret_cache);
}
