/* ops.c - libmicrohttpd on the loop: its epoll descriptor nests in ours. */
#include "edge/ops.h"

#include "base/check.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16u
#define TIMEOUT_S	5u
#define MEMORY_MAX	((size_t)4096)
#define METRICS_MAX	(1024u * 1024u)
#define TICK_US		(1 * STOA_US_PER_S)

struct stoa_ops {
	struct MHD_Daemon *daemon;
	struct stoa_reader *reader;
	struct stoa_timer *timer;
	bool (*is_ready)(void *owner);
	void (*metrics)(void *owner, struct stoa_buf *out);
	void *owner;
};

static enum MHD_Result
respond(struct MHD_Connection *connection, unsigned status, const char *type,
    const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL) {
		return MHD_NO;
	}
	(void)MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONNECTION, "close");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
respond_metrics(struct stoa_ops *ops, struct MHD_Connection *connection)
{
	struct stoa_buf out;
	enum MHD_Result result;

	stoa_buf_init(&out, METRICS_MAX);
	ops->metrics(ops->owner, &out);
	result = respond(connection, out.is_overflown ? 500 : 200,
	    "text/plain; version=0.0.4; charset=utf-8",
	    stoa_buf_str(&out).data);
	stoa_buf_fini(&out);
	return result;
}

static enum MHD_Result
on_request(void *owner, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	struct stoa_ops *ops = owner;

	(void)version;
	(void)data;
	(void)state;
	if (*size > 0) {
		return MHD_NO; /* nothing here takes a body */
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		return respond(connection, 405, "text/plain", "use GET\n");
	}
	if (strcmp(url, "/livez") == 0) {
		return respond(connection, 200, "text/plain", "alive\n");
	}
	if (strcmp(url, "/readyz") == 0) {
		bool ready = ops->is_ready(ops->owner);

		return respond(connection, ready ? 200 : 503, "text/plain",
		    ready ? "ready\n" : "not ready\n");
	}
	if (strcmp(url, "/metrics") == 0) {
		return respond_metrics(ops, connection);
	}
	return respond(connection, 404, "text/plain",
	    "there are /livez, /readyz and /metrics\n");
}

/* ---- listening
 * -------------------------------------------------------------------- */

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
	    (int)sizeof(address.sun_path)) {
		return -1;
	}
	(void)unlink(path); /* of a process that was killed */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int
listen_tcp(const char *host_port)
{
	struct stoa_str port = stoa_str_of(host_port);
	struct stoa_str host = stoa_str_cut(&port, ':');
	struct sockaddr_in address = {.sin_family = AF_INET};
	char text[64];
	int64_t number;
	int fd, one = 1;

	if (!stoa_str_to_i64(port, &number) || number < 0 || number > 65535 ||
	    snprintf(text, sizeof(text), "%.*s", STOA_STR_ARG(host)) >=
		(int)sizeof(text) ||
	    inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		return -1;
	}
	address.sin_port = htons((uint16_t)number);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return -1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* ---- life
 * ------------------------------------------------------------------------- */

static void
turn(void *arg)
{
	struct stoa_ops *ops = arg;

	(void)MHD_run(ops->daemon);
}

enum stoa_status
stoa_ops_open(struct stoa_loop *loop, const char *listen_on,
    bool (*is_ready)(void *owner),
    void (*metrics)(void *owner, struct stoa_buf *out), void *owner,
    struct stoa_ops **ret_ops)
{
	bool is_unix = strncmp(listen_on, "unix:", 5) == 0;
	int fd = is_unix ? listen_unix(listen_on + 5) : listen_tcp(listen_on);
	struct stoa_ops *ops;
	const union MHD_DaemonInfo *info;

	if (fd < 0 || listen(fd, 16) != 0) {
		if (fd >= 0) {
			(void)close(fd);
		}
		return STOA_BUSY;
	}
	ops = calloc(1, sizeof(*ops));
	stoa_assert(ops != NULL);
	ops->is_ready = is_ready;
	ops->metrics = metrics;
	ops->owner = owner;
	ops->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request,
	    ops, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	    CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_MAX, MHD_OPTION_END);
	if (ops->daemon == NULL) {
		(void)close(fd);
		free(ops);
		return STOA_UNAVAILABLE;
	}
	info = MHD_get_daemon_info(ops->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	stoa_assert(info != NULL);
	ops->reader = stoa_reader_new(loop, info->epoll_fd, turn, ops);
	/* Time-outs of silent connections. */
	ops->timer = stoa_timer_new(loop, turn, ops);
	stoa_timer_start(ops->timer, TICK_US, TICK_US);
	*ret_ops = ops;
	return STOA_OK;
}

void
stoa_ops_close(struct stoa_ops *ops)
{
	if (ops == NULL) {
		return;
	}
	stoa_reader_free(ops->reader);
	stoa_timer_free(ops->timer);
	MHD_stop_daemon(ops->daemon);
	free(ops);
}
