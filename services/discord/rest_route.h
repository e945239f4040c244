/* rest_route.h - which rate limit a path falls under, before it is asked.
 *
 * A route is the method and the path with its ids replaced; the id at its top
 * (channel, guild, webhook with its token) is kept beside it, since each has
 * limits of its own. Tokens are kept as a hash only. Layer 1, pure. */
#ifndef DISCORD_REST_ROUTE_H
#define DISCORD_REST_ROUTE_H

#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define REST_TEMPLATE_SIZE 128
#define REST_MAJOR_SIZE	   64

enum rest_method {
	REST_GET,
	REST_POST,
	REST_PUT,
	REST_PATCH,
	REST_DELETE,
};

const char *rest_method_name(enum rest_method method);

enum rest_kind {
	REST_KIND_BOT,	    /* needs the bot's token */
	REST_KIND_WEBHOOK,  /* the token is in the path */
	REST_KIND_CALLBACK, /* the first answer to an interaction */
};

struct rest_route {
	char name[REST_TEMPLATE_SIZE]; /* "POST /channels/:top/messages" */
	char major[REST_MAJOR_SIZE];   /* "channels/123"; "" when none */
	enum rest_kind kind;
	enum rest_method method;
};

/* `path` is "/channels/123/messages": encoded, without query. `wall_ms` is the
 * time since 1970, 0 when not known: deleting a message has limits of its own
 * for messages below 10 s and above 14 days of age. False: not a path. */
STOA_MUST_USE bool rest_route_parse(enum rest_method method,
    struct stoa_str path, int64_t wall_ms, struct rest_route *ret_route);

/* Outside the limit of requests per second of the bot. */
static inline bool
rest_route_is_exempt(const struct rest_route *route)
{
	return route->kind != REST_KIND_BOT;
}

#endif
