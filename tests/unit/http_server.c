/* http_server.c - one server for one test program. */
#include "unit.h"

#include "http_server.h"

#include <pthread.h>

#define SEEN_MAX 64

static struct {
	struct stoa_http_server *server;
	void (*answer)(struct stoa_http_request *request);
	pthread_mutex_t lock;
	struct http_seen seen[SEEN_MAX];
	size_t count;
} s = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
keep(char *to, size_t size, const char *value)
{
	snprintf(to, size, "%s", value == NULL ? "(none)" : value);
}

static void *
begin(void *owner, struct stoa_http_request *request)
{
	struct http_seen *seen;

	(void)owner;
	pthread_mutex_lock(&s.lock);
	seen = &s.seen[s.count++ % SEEN_MAX];
	keep(seen->method, sizeof(seen->method), stoa_http_method(request));
	snprintf(seen->path, sizeof(seen->path), "%.*s",
	    STOA_STR_ARG(stoa_http_path(request)));
	keep(seen->limit, sizeof(seen->limit),
	    stoa_http_query(request, "limit"));
	keep(seen->authorization, sizeof(seen->authorization),
	    stoa_http_header(request, "authorization"));
	keep(seen->content_type, sizeof(seen->content_type),
	    stoa_http_header(request, "content-type"));
	keep(seen->user_agent, sizeof(seen->user_agent),
	    stoa_http_header(request, "user-agent"));
	keep(seen->reason, sizeof(seen->reason),
	    stoa_http_header(request, "x-audit-log-reason"));
	keep(seen->extra, sizeof(seen->extra),
	    stoa_http_header(request, "x-extra"));
	keep(seen->expect, sizeof(seen->expect),
	    stoa_http_header(request, "expect"));
	seen->body_len = 0;
	pthread_mutex_unlock(&s.lock);
	return seen;
}

static void
body(void *state, struct stoa_http_request *request, struct stoa_str bytes)
{
	struct http_seen *seen = state;

	(void)request;
	pthread_mutex_lock(&s.lock);
	if (seen->body_len + bytes.len <= sizeof(seen->body)) {
		memcpy(seen->body + seen->body_len, bytes.data, bytes.len);
	}
	seen->body_len += bytes.len;
	pthread_mutex_unlock(&s.lock);
}

static void
end(void *state, struct stoa_http_request *request)
{
	(void)state;
	s.answer(request);
}

static void
nothing(void *state)
{
	(void)state;
}

void
http_server_open(void (*answer)(struct stoa_http_request *request))
{
	static const struct stoa_http_route routes[] = {
	    {"GET", "/", begin, body, end, nothing},
	    {"POST", "/", begin, body, end, nothing},
	    {"PUT", "/", begin, body, end, nothing},
	    {"PATCH", "/", begin, body, end, nothing},
	    {"DELETE", "/", begin, body, end, nothing},
	};
	const struct stoa_http_options options = {
	    .listen = "127.0.0.1:0",
	    .routes = routes,
	    .route_count = STOA_COUNT(routes),
	    .connections_max = 64,
	    .connection_bytes_max = 65536,
	    .body_bytes_max = HTTP_BODY_MAX,
	    .idle_seconds_max = 30,
	};

	s.answer = answer;
	s.count = 0;
	assert_int_equal(stoa_http_open(&options, &s.server), STOA_OK);
}

void
http_server_close(void)
{
	stoa_http_close(s.server);
}

const char *
http_server_url(void)
{
	return stoa_http_url(s.server);
}

size_t
http_server_count(void)
{
	size_t count;

	pthread_mutex_lock(&s.lock);
	count = s.count;
	pthread_mutex_unlock(&s.lock);
	return count;
}

const struct http_seen *
http_server_seen(size_t i)
{
	size_t count = http_server_count();

	assert_true(i < count && count - i <= SEEN_MAX);
	return &s.seen[i % SEEN_MAX];
}

bool
http_seen_has(const struct http_seen *seen, struct stoa_str text)
{
	size_t len = seen->body_len < sizeof(seen->body) ? seen->body_len
							 : sizeof(seen->body);

	return memmem(seen->body, len, text.data, text.len) != NULL;
}
