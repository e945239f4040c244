/* port/http.h - serving HTTP/1.1: routes, streamed bodies, streamed replies.
 *
 * Threads: the server runs threads of its own, one for each connection, and
 * calls a route's functions on them; several run at once. Handlers may block
 * (that is why they are not on the loop) and must touch nothing that belongs
 * to the loop thread. All calls for one request come from one thread, in the
 * order begin, body..., end, done.
 *
 * Bounds are the server's: connections, memory of each (and so its headers),
 * bytes of a body, seconds without progress. */
#ifndef STOA_PORT_HTTP_H
#define STOA_PORT_HTTP_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stoa_http_server;
struct stoa_http_request;

struct stoa_http_route {
	const char *method; /* "GET" serves HEAD too */
	const char *path;   /* whole, or a prefix when it ends in a slash */

	/* The headers are there. Returns the state of this request, which may
	 * be NULL. May reply; then the body is not asked for. */
	void *(*begin)(void *owner, struct stoa_http_request *request);

	/* The next bytes of the body; NULL for routes without one. May reply;
	 * then the rest of the body is thrown away. */
	void (*body)(void *state, struct stoa_http_request *request,
	    struct stoa_str bytes);

	/* The body is complete. Must reply, unless begin or body has. */
	void (*end)(void *state, struct stoa_http_request *request);

	/* The request is over, in whatever way: free the state. */
	void (*done)(void *state);
};

struct stoa_http_options {
	const char *listen; /* "127.0.0.1:4502"; port 0: any */
	const struct stoa_http_route *routes; /* borrowed for ever */
	size_t route_count;
	void *owner; /* first argument of begin */
	unsigned connections_max;
	size_t connection_bytes_max; /* of memory: headers and read buffer */
	uint64_t body_bytes_max;
	unsigned idle_seconds_max;
};

/* Refuses: INVALID (the address), BUSY (it is in use), NO_MEMORY. */
STOA_MUST_USE enum stoa_status stoa_http_open(
    const struct stoa_http_options *options,
    struct stoa_http_server **ret_server);

/* Takes no new connections; those that are open go on. */
void stoa_http_drain(struct stoa_http_server *server);
unsigned stoa_http_connections(const struct stoa_http_server *server);

/* Waits for the connections' threads, which end what they are doing. */
void stoa_http_close(struct stoa_http_server *server);

/* "http://127.0.0.1:4502", with the port that was chosen. */
const char *stoa_http_url(const struct stoa_http_server *server);

/* ---- the request: all borrowed until done ----------------------------------
 */

const char *stoa_http_method(const struct stoa_http_request *request);

/* Percent-decoded; starts with a slash. */
struct stoa_str stoa_http_path(const struct stoa_http_request *request);

/* NULL when absent. Names of headers in any case. */
const char *stoa_http_header(
    const struct stoa_http_request *request, const char *name);
const char *stoa_http_query(
    const struct stoa_http_request *request, const char *name);

/* The token of "Authorization: Bearer"; empty when there is none. */
struct stoa_str stoa_http_bearer(const struct stoa_http_request *request);

/* Of Content-Length; false when the client has not said. */
bool stoa_http_body_size(
    const struct stoa_http_request *request, uint64_t *ret_size);

/* ---- the reply: once -------------------------------------------------------
 */

/* Before the reply; `value` is copied. */
void stoa_http_add_header(
    struct stoa_http_request *request, const char *name, const char *value);

/* `body` is copied. */
void stoa_http_reply(struct stoa_http_request *request, unsigned status,
    const char *type, struct stoa_str body);

/* Fills `to` with bytes at `offset` of the reply, at least one; 0 at the end
 * (unknown size only). Anything but OK cuts the connection, so that the client
 * cannot take what it has for the whole. */
typedef enum stoa_status stoa_http_read_fn(
    void *stream, uint64_t offset, char *to, size_t size, size_t *ret_len);

#define STOA_HTTP_SIZE_UNKNOWN UINT64_MAX

/* The bytes come from `read`, on the connection's thread, until `size` have
 * been sent. `free_stream` runs once, whatever happens. */
void stoa_http_reply_stream(struct stoa_http_request *request, unsigned status,
    const char *type, uint64_t size, stoa_http_read_fn *read, void *stream,
    void (*free_stream)(void *stream));

/* What is wrong, as JSON: {"error":{code,field,limit,message,fix}}; parts that
 * are NULL are left out. The HTTP status follows from `status`. */
struct stoa_http_problem {
	enum stoa_status status;
	const char *field;
	const char *limit;
	const char *message; /* NULL: the text of the status */
	const char *fix;
};
void stoa_http_reply_problem(
    struct stoa_http_request *request, const struct stoa_http_problem *problem);

bool stoa_http_has_replied(const struct stoa_http_request *request);

#endif
