/* http_mhd.c - port/http.h on libmicrohttpd: a thread for each connection, so
 * that a handler may block without holding up another. */
#include "port/http.h"

#include "base/buf.h"
#include "base/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* A reply in the middle of an upload can be sent only after it: this much is
 * read and thrown away before the connection is cut instead. */
#define DISCARD_BYTES_MAX ((uint64_t)16 << 20)

/* Handlers keep large things on the heap. */
#define THREAD_STACK_BYTES ((size_t)256 << 10)

/* What a streamed reply is asked for at once. */
#define STREAM_BYTES ((size_t)256 << 10)

#define PROBLEM_BYTES_MAX 8192
#define HEADERS_MAX	  16

struct stoa_http_server {
	struct stoa_http_options options;
	struct MHD_Daemon *daemon;
	char url[64];
};

struct header {
	const char *name;
	char *value;
};

struct stoa_http_request {
	struct stoa_http_server *server;
	struct MHD_Connection *connection;
	const struct stoa_http_route *route;
	const char *method;
	struct stoa_str path;
	void *state;
	bool has_begun;
	bool has_ended;
	uint64_t body_len;
	uint64_t discarded;
	struct header headers[HEADERS_MAX];
	size_t header_count;
	struct MHD_Response *response;
	unsigned status;
	bool is_queued;
};

struct stream {
	stoa_http_read_fn *read;
	void (*free_stream)(void *stream);
	void *stream;
};

/* ---- the request -----------------------------------------------------------
 */

const char *
stoa_http_method(const struct stoa_http_request *request)
{
	return request->method;
}

struct stoa_str
stoa_http_path(const struct stoa_http_request *request)
{
	return request->path;
}

const char *
stoa_http_header(const struct stoa_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_HEADER_KIND, name);
}

const char *
stoa_http_query(const struct stoa_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct stoa_str
stoa_http_bearer(const struct stoa_http_request *request)
{
	const char *value = stoa_http_header(request, "Authorization");

	if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0) {
		return STOA_STR("");
	}
	return stoa_str_trim(stoa_str_of(value + 7));
}

bool
stoa_http_body_size(const struct stoa_http_request *request, uint64_t *ret_size)
{
	const char *text = stoa_http_header(request, "Content-Length");
	int64_t size;

	if (text == NULL || !stoa_str_to_i64(stoa_str_of(text), &size) ||
	    size < 0) {
		return false;
	}
	*ret_size = (uint64_t)size;
	return true;
}

/* ---- the reply -------------------------------------------------------------
 */

bool
stoa_http_has_replied(const struct stoa_http_request *request)
{
	return request->response != NULL;
}

void
stoa_http_add_header(
    struct stoa_http_request *request, const char *name, const char *value)
{
	struct header *h = &request->headers[request->header_count];

	stoa_assert(request->header_count < HEADERS_MAX);
	h->name = name;
	h->value = strdup(value);
	request->header_count += h->value != NULL;
}

static void
set_response(struct stoa_http_request *request, unsigned status,
    const char *type, struct MHD_Response *response)
{
	stoa_assert(request->response == NULL);
	if (response == NULL) {
		return; /* out of memory: the connection is cut */
	}
	if (type != NULL) {
		(void)MHD_add_response_header(response, "Content-Type", type);
	}
	for (size_t i = 0; i < request->header_count; i++) {
		(void)MHD_add_response_header(response,
		    request->headers[i].name, request->headers[i].value);
	}
	request->response = response;
	request->status = status;
}

void
stoa_http_reply(struct stoa_http_request *request, unsigned status,
    const char *type, struct stoa_str body)
{
	set_response(request, status, type,
	    MHD_create_response_from_buffer(
		body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY));
}

static ssize_t
read_stream(void *context, uint64_t offset, char *to, size_t size)
{
	struct stream *s = context;
	size_t len = 0;

	if (s->read(s->stream, offset, to, size, &len) != STOA_OK) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return len == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)len;
}

static void
free_stream(void *context)
{
	struct stream *s = context;

	if (s->free_stream != NULL) {
		s->free_stream(s->stream);
	}
	free(s);
}

void
stoa_http_reply_stream(struct stoa_http_request *request, unsigned status,
    const char *type, uint64_t size, stoa_http_read_fn *read, void *stream,
    void (*free_fn)(void *stream))
{
	struct stream *s = malloc(sizeof(*s));
	struct MHD_Response *response;

	if (s == NULL) {
		if (free_fn != NULL) {
			free_fn(stream);
		}
		return;
	}
	*s = (struct stream){read, free_fn, stream};
	response = MHD_create_response_from_callback(
	    size == STOA_HTTP_SIZE_UNKNOWN ? MHD_SIZE_UNKNOWN : size,
	    STREAM_BYTES, read_stream, s, free_stream);
	if (response == NULL) {
		free_stream(s);
	}
	set_response(request, status, type, response);
}

static void
add_member(struct stoa_buf *b, const char *name, const char *value)
{
	if (value != NULL) {
		stoa_buf_printf(b, ",\"%s\":", name);
		stoa_buf_add_json(b, stoa_str_of(value));
	}
}

void
stoa_http_reply_problem(
    struct stoa_http_request *request, const struct stoa_http_problem *problem)
{
	struct stoa_buf b;

	stoa_buf_init(&b, PROBLEM_BYTES_MAX);
	stoa_buf_printf(&b, "{\"error\":{\"code\":\"%s\"",
	    stoa_status_name(problem->status));
	add_member(&b, "field", problem->field);
	add_member(&b, "limit", problem->limit);
	add_member(&b, "message",
	    problem->message == NULL ? stoa_status_text(problem->status)
				     : problem->message);
	add_member(&b, "fix", problem->fix);
	stoa_buf_add_text(&b, "}}\n");
	stoa_http_reply(request, stoa_status_http(problem->status),
	    "application/json", stoa_buf_str(&b));
	stoa_buf_fini(&b);
}

/* ---- what microhttpd calls -------------------------------------------------
 */

static bool
is_path(const struct stoa_http_route *route, struct stoa_str path)
{
	struct stoa_str want = stoa_str_of(route->path);

	return want.data[want.len - 1] == '/' ? stoa_str_has_prefix(path, want)
					      : stoa_str_is_equal(path, want);
}

static bool
is_method(const struct stoa_http_route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(route->method, "GET") == 0 &&
		   strcmp(method, "HEAD") == 0);
}

static void
refuse_route(struct stoa_http_request *request, bool is_known_path)
{
	struct stoa_http_problem problem = {.status = STOA_NOT_FOUND,
	    .field = is_known_path ? "method" : "path",
	    .message = is_known_path ? "this path does not serve that method"
				     : "there is no such path"};

	stoa_http_reply_problem(request, &problem);
	if (is_known_path && request->response != NULL) {
		request->status = MHD_HTTP_METHOD_NOT_ALLOWED;
	}
}

static bool
is_body_refused(struct stoa_http_request *request, uint64_t size)
{
	uint64_t max = request->server->options.body_bytes_max;
	struct stoa_http_problem problem = {.status = STOA_TOO_LARGE,
	    .field = "body",
	    .message = "the body is larger than this server takes"};
	char limit[32];

	if (size <= max) {
		return false;
	}
	(void)snprintf(
	    limit, sizeof(limit), "%llu bytes", (unsigned long long)max);
	problem.limit = limit;
	stoa_http_reply_problem(request, &problem);
	return true;
}

static void
begin(struct stoa_http_request *request)
{
	const struct stoa_http_options *o = &request->server->options;
	bool is_known_path = false;
	uint64_t size;

	for (size_t i = 0; i < o->route_count; i++) {
		if (!is_path(&o->routes[i], request->path)) {
			continue;
		}
		is_known_path = true;
		if (is_method(&o->routes[i], request->method)) {
			request->route = &o->routes[i];
			break;
		}
	}
	if (request->route == NULL) {
		refuse_route(request, is_known_path);
		return;
	}
	if (stoa_http_body_size(request, &size) &&
	    is_body_refused(request, size)) {
		return;
	}
	request->has_begun = true;
	request->state = request->route->begin(o->owner, request);
}

static void
take_body(struct stoa_http_request *request, struct stoa_str bytes)
{
	request->body_len += bytes.len;
	if (is_body_refused(request, request->body_len)) {
		return;
	}
	if (request->route->body != NULL) {
		request->route->body(request->state, request, bytes);
	}
}

static enum MHD_Result
send_reply(struct stoa_http_request *request)
{
	if (request->response == NULL) {
		return MHD_NO; /* out of memory */
	}
	request->is_queued = true;
	return MHD_queue_response(
	    request->connection, request->status, request->response);
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **cursor)
{
	struct stoa_http_request *request = *cursor;

	(void)version;
	if (request == NULL) {
		request = calloc(1, sizeof(*request));
		if (request == NULL) {
			return MHD_NO;
		}
		*cursor = request;
		request->server = context;
		request->connection = connection;
		request->method = method;
		request->path = stoa_str_of(url);
		begin(request);
		/* Now, or only after the whole body. */
		return request->response != NULL ? send_reply(request)
						 : MHD_YES;
	}
	if (*len > 0) {
		if (request->response == NULL) {
			take_body(request, (struct stoa_str){data, *len});
		} else {
			request->discarded += *len;
		}
		*len = 0;
		return request->discarded > DISCARD_BYTES_MAX ? MHD_NO
							      : MHD_YES;
	}
	if (request->response == NULL && !request->has_ended &&
	    request->route->end != NULL) {
		request->has_ended = true;
		request->route->end(request->state, request);
	}
	return send_reply(request);
}

static void
complete(void *context, struct MHD_Connection *connection, void **cursor,
    enum MHD_RequestTerminationCode code)
{
	struct stoa_http_request *request = *cursor;

	(void)context;
	(void)connection;
	(void)code;
	if (request == NULL) {
		return;
	}
	if (request->has_begun && request->route->done != NULL) {
		request->route->done(request->state);
	}
	if (request->response != NULL) {
		MHD_destroy_response(request->response);
	}
	for (size_t i = 0; i < request->header_count; i++) {
		free(request->headers[i].value);
	}
	free(request);
	*cursor = NULL;
}

/* ---- the server ------------------------------------------------------------
 */

static bool
parse_listen(const char *listen, struct sockaddr_in *ret_address)
{
	struct stoa_str rest = stoa_str_of(listen);
	struct stoa_str host = stoa_str_cut(&rest, ':');
	char text[INET_ADDRSTRLEN];
	int64_t port;

	if (host.len >= sizeof(text) || !stoa_str_to_i64(rest, &port) ||
	    port < 0 || port > 65535) {
		return false;
	}
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	*ret_address = (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	return inet_pton(AF_INET, text, &ret_address->sin_addr) == 1;
}

static struct MHD_Daemon *
start(struct stoa_http_server *server, const struct sockaddr_in *address)
{
	const struct stoa_http_options *o = &server->options;

	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
				    MHD_USE_THREAD_PER_CONNECTION |
				    MHD_USE_POLL,
	    ntohs(address->sin_port), NULL, NULL, handle, server,
	    MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)address,
	    MHD_OPTION_NOTIFY_COMPLETED, complete, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, o->connections_max,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->connection_bytes_max,
	    MHD_OPTION_CONNECTION_TIMEOUT, o->idle_seconds_max,
	    MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK_BYTES, MHD_OPTION_END);
}

enum stoa_status
stoa_http_open(const struct stoa_http_options *options,
    struct stoa_http_server **ret_server)
{
	const union MHD_DaemonInfo *info;
	struct stoa_http_server *server;
	struct sockaddr_in address;
	char host[INET_ADDRSTRLEN];

	stoa_assert(options->connections_max > 0);
	if (!parse_listen(options->listen, &address)) {
		return STOA_INVALID;
	}
	server = calloc(1, sizeof(*server));
	if (server == NULL) {
		return STOA_NO_MEMORY;
	}
	server->options = *options;
	server->daemon = start(server, &address);
	if (server->daemon == NULL) {
		free(server);
		return errno == EADDRINUSE ? STOA_BUSY : STOA_IO;
	}
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	(void)snprintf(server->url, sizeof(server->url), "http://%s:%u",
	    inet_ntop(AF_INET, &address.sin_addr, host, sizeof(host)),
	    info == NULL ? ntohs(address.sin_port) : info->port);
	*ret_server = server;
	return STOA_OK;
}

void
stoa_http_drain(struct stoa_http_server *server)
{
	MHD_socket listener = MHD_quiesce_daemon(server->daemon);

	if (listener != MHD_INVALID_SOCKET) {
		(void)close(listener);
	}
}

unsigned
stoa_http_connections(const struct stoa_http_server *server)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
	    server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info == NULL ? 0 : info->num_connections;
}

void
stoa_http_close(struct stoa_http_server *server)
{
	if (server != NULL) {
		MHD_stop_daemon(server->daemon);
		free(server);
	}
}

const char *
stoa_http_url(const struct stoa_http_server *server)
{
	return server->url;
}
