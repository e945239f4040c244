/* http.c - the routes, and who may use them. */
#include "storage/http.h"

#include "storage/check.h"
#include "storage/http_parts.h"
#include "storage/limits.h"

#include "port/clock.h"

#include <stdlib.h>

static const struct stoa_http_route routes[] = {
    {.method = "GET", .path = "/ipfs/", .begin = storage_http_read},
    {.method = "PUT",
	.path = "/v0/blob",
	.begin = storage_http_write_file,
	.body = storage_http_write_body,
	.end = storage_http_write_end,
	.done = storage_http_write_done},
    {.method = "POST",
	.path = "/v0/dir",
	.begin = storage_http_write_folder,
	.body = storage_http_write_body,
	.end = storage_http_write_end,
	.done = storage_http_write_done},
};

enum stoa_status
storage_http_open(
    const struct storage_http_options *options, struct storage_http **ret_http)
{
	struct storage_http *http = calloc(1, sizeof(*http));
	struct stoa_http_options o = {
	    .listen = options->listen,
	    .routes = routes,
	    .route_count = STOA_COUNT(routes),
	    .owner = http,
	    .connections_max = STORAGE_CONNECTIONS_MAX,
	    .connection_bytes_max = STORAGE_CONNECTION_BYTES_MAX,
	    .body_bytes_max = options->upload_bytes_max,
	    .idle_seconds_max = STORAGE_IDLE_SECONDS_MAX,
	};
	enum stoa_status status;

	if (http == NULL) {
		return STOA_NO_MEMORY;
	}
	stoa_assert(options->secret.len >= 32);
	stoa_assert(options->owner_secret.len >= 32);
	http->options = *options;
	status = stoa_http_open(&o, &http->server);
	if (status != STOA_OK) {
		free(http);
		return status;
	}
	*ret_http = http;
	return STOA_OK;
}

void
storage_http_drain(struct storage_http *http)
{
	stoa_http_drain(http->server);
}

unsigned
storage_http_connections(const struct storage_http *http)
{
	return stoa_http_connections(http->server);
}

void
storage_http_close(struct storage_http *http)
{
	if (http != NULL) {
		stoa_http_close(http->server);
		free(http);
	}
}

const char *
storage_http_url(const struct storage_http *http)
{
	return stoa_http_url(http->server);
}

void
storage_http_refuse(struct stoa_http_request *request, enum stoa_status status,
    const char *field, const char *message, const char *fix)
{
	struct stoa_http_problem problem = {
	    .status = status, .field = field, .message = message, .fix = fix};

	stoa_http_reply_problem(request, &problem);
}

bool
storage_http_authorize(struct storage_http *http,
    struct stoa_http_request *request, enum storage_operation operation,
    struct storage_capability *ret_capability)
{
	struct stoa_str token = stoa_http_bearer(request);
	enum stoa_status status;

	if (token.len == 0) {
		token = stoa_str_of(stoa_http_query(request, "cap"));
	}
	if (token.len == 0) {
		storage_http_refuse(request, STOA_UNAUTHENTIC, "capability",
		    "this needs a capability",
		    "send it as \"Authorization: Bearer\"");
		return false;
	}
	status = storage_capability_verify(
	    token, http->options.secret, stoa_clock_wall(NULL), ret_capability);
	if (status != STOA_OK) {
		storage_http_refuse(request, status, "capability",
		    status == STOA_EXPIRED ? "the capability has expired"
					   : "the capability is not valid",
		    "ask for a new one");
		return false;
	}
	if (ret_capability->operation != operation) {
		storage_http_refuse(request, STOA_DENIED, "capability",
		    operation == STORAGE_READ
			? "this capability is for writing"
			: "this capability is for reading",
		    "ask for one of the other kind");
		return false;
	}
	return true;
}
