/* Calls against a real server of port/http.h on loopback, and against a bare
 * socket for what no decent server does. Nothing here waits for time to pass:
 * slow answers wait until the test lets them go. */
#include "port/call.h"

#include "base/buf.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"

#include "../http_server.h"
#include "turn.h"

#define HUGE HTTP_BODY_MAX

/* ---- the server: its handlers run on threads of its own ---- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool is_open;		      /* the gate of /slow */
	unsigned inside, inside_most; /* of /slow */
} s = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .change = PTHREAD_COND_INITIALIZER,
};

static void
plain_answer(struct stoa_http_request *request)
{
	stoa_http_add_header(request, "X-Answer", "forty two");
	stoa_http_reply(request, 201, "text/plain", STOA_STR("hello"));
}

static void
slow_answer(struct stoa_http_request *request)
{
	pthread_mutex_lock(&s.lock);
	s.inside++;
	if (s.inside > s.inside_most) {
		s.inside_most = s.inside;
	}
	pthread_cond_broadcast(&s.change);
	while (!s.is_open) {
		pthread_cond_wait(&s.change, &s.lock);
	}
	s.inside--;
	pthread_mutex_unlock(&s.lock);
	stoa_http_reply(request, 200, "text/plain", STOA_STR("late"));
}

static void
huge_answer(struct stoa_http_request *request)
{
	char *huge = calloc(1, HUGE);

	assert_non_null(huge);
	stoa_http_reply(
	    request, 200, "text/plain", stoa_str_of_bytes(huge, HUGE));
	free(huge);
}

static void
moved_answer(struct stoa_http_request *request)
{
	stoa_http_add_header(request, "Location", "/plain");
	stoa_http_reply(request, 302, "text/plain", STOA_STR("elsewhere"));
}

static void
answer(struct stoa_http_request *request)
{
	static const struct {
		struct stoa_str path;
		void (*answer)(struct stoa_http_request *request);
	} pages[] = {
	    {STOA_STR("/plain"), plain_answer},
	    {STOA_STR("/slow"), slow_answer},
	    {STOA_STR("/huge"), huge_answer},
	    {STOA_STR("/moved"), moved_answer},
	};

	for (size_t i = 0; i < STOA_COUNT(pages); i++) {
		if (stoa_str_is_equal(stoa_http_path(request), pages[i].path)) {
			pages[i].answer(request);
			return;
		}
	}
	stoa_http_reply(request, 404, "text/plain", STOA_STR("nothing"));
}

static const struct http_seen *
seen_last(void)
{
	return http_server_seen(http_server_count() - 1);
}

/* ---- the client ---- */

static struct {
	struct stoa_caller *caller;
	unsigned want; /* answers until the loop stops */
	bool closes;   /* the callback closes the caller */

	unsigned count;
	enum stoa_status status;
	bool may_have_arrived;
	unsigned http;
	char body[64], header[64];
	bool has_no_header;
} t;

static void
done(void *owner, const struct stoa_call_answer *answer)
{
	const char *header = NULL;

	assert_ptr_equal(owner, &t);
	t.count++;
	t.status = answer->status;
	t.may_have_arrived = answer->may_have_arrived;
	t.http = answer->http;
	snprintf(t.body, sizeof(t.body), "%.*s",
	    (int)(answer->body.len < 60 ? answer->body.len : 60),
	    answer->body.len > 0 ? answer->body.data : "");
	header = stoa_call_header(answer, "x-ANSWER");
	snprintf(t.header, sizeof(t.header), "%s", header ? header : "");
	t.has_no_header = stoa_call_header(answer, "x-nothing") == NULL;
	if (t.closes) {
		stoa_caller_close(t.caller);
		t.caller = NULL;
	}
}

static bool
are_all_answered(void)
{
	return t.count >= t.want;
}

static void
run_until(unsigned want)
{
	t.want = want;
	turn_until(are_all_answered);
}

static void
caller_open(unsigned connections_max, unsigned calls_max)
{
	const struct stoa_caller_options options = {
	    .connections_max = connections_max,
	    .calls_max = calls_max,
	    .user_agent = "stoa-test (1)",
	};

	assert_int_equal(
	    stoa_caller_open(turn_loop(), &options, &t.caller), STOA_OK);
}

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	s.is_open = false;
	s.inside = s.inside_most = 0;
	http_server_open(answer);
	caller_open(4, 64);
	return 0;
}

static void
open_gate(void)
{
	pthread_mutex_lock(&s.lock);
	s.is_open = true;
	pthread_cond_broadcast(&s.change);
	pthread_mutex_unlock(&s.lock);
}

static int
teardown(void **state)
{
	(void)state;
	open_gate();
	stoa_caller_close(t.caller);
	turn_loop_close();
	http_server_close();
	return 0;
}

static const char *
url(const char *path)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s%s", http_server_url(), path);
	return text;
}

static struct stoa_call_request
request_of(const char *method, const char *path)
{
	return (struct stoa_call_request){
	    .method = method,
	    .url = url(path),
	    .timeout_us = TURN_MS * STOA_US_PER_MS / 2,
	    .answer_size_max = 65536,
	};
}

static struct stoa_call *
start(const struct stoa_call_request *request)
{
	struct stoa_call *call = NULL;

	assert_int_equal(
	    stoa_call_start(t.caller, request, done, &t, &call), STOA_OK);
	return call;
}

/* ---- tests ---- */

static void
test_start_gives_status_header_and_body(void **state)
{
	struct stoa_call_request request = request_of("GET", "/plain");

	(void)state;
	start(&request);
	assert_int_equal(t.count, 0); /* never before start has returned */
	run_until(1);
	assert_int_equal(t.status, STOA_OK);
	assert_int_equal(t.http, 201);
	assert_string_equal(t.body, "hello");
	assert_string_equal(t.header, "forty two");
	assert_true(t.has_no_header);
	assert_string_equal(seen_last()->user_agent, "stoa-test (1)");
}

static void
test_start_sends_body_and_headers(void **state)
{
	static const struct stoa_call_header headers[] = {{"X-Extra", "a b"}};
	struct stoa_call_request request = request_of("PATCH", "/plain");

	(void)state;
	request.headers = headers;
	request.header_count = 1;
	request.content_type = "application/json";
	request.body = STOA_STR("{\"a\":1}");
	start(&request);
	run_until(1);
	assert_int_equal(seen_last()->body_len, 7);
	assert_memory_equal(seen_last()->body, "{\"a\":1}", 7);
	assert_string_equal(seen_last()->content_type, "application/json");
	assert_string_equal(seen_last()->extra, "a b");

	/* A POST of nothing says so, and no type is made up. */
	request = request_of("POST", "/plain");
	start(&request);
	run_until(2);
	assert_int_equal(t.http, 201);
	assert_int_equal(seen_last()->body_len, 0);
	assert_string_equal(seen_last()->content_type, "(none)");
	assert_string_equal(seen_last()->extra, "(none)");
	request = request_of("DELETE", "/plain");
	start(&request);
	run_until(3);
	assert_int_equal(t.http, 201);
}

static void
test_start_does_not_ask_before_a_large_body(void **state)
{
	struct stoa_call_request request = request_of("POST", "/plain");
	char *large = calloc(1, HUGE);

	(void)state;
	assert_non_null(large);
	request.body = stoa_str_of_bytes(large, HUGE - 10);
	start(&request);
	run_until(1);
	assert_int_equal(t.http, 201);
	assert_int_equal(seen_last()->body_len, HUGE - 10);
	assert_string_equal(seen_last()->expect, "(none)");
	free(large);
}

static bool
saw(struct stoa_str text)
{
	return http_seen_has(seen_last(), text);
}

static void
test_start_sends_parts(void **state)
{
	static const struct stoa_call_part parts[] = {
	    {"payload_json", NULL, "application/json", {"{\"x\":2}", 7}},
	    {"files[0]", "a \"b\".png", "image/png", {"\0\1\2end", 6}},
	    {"files[1]", "empty.txt", NULL, {NULL, 0}},
	};
	struct stoa_call_request request = request_of("POST", "/plain");

	(void)state;
	request.parts = parts;
	request.part_count = STOA_COUNT(parts);
	start(&request);
	run_until(1);
	assert_int_equal(t.http, 201);
	assert_memory_equal(
	    seen_last()->content_type, "multipart/form-data; boundary=", 30);
	assert_true(saw(STOA_STR("name=\"payload_json\"\r\nContent-Type: "
				 "application/json\r\n\r\n{\"x\":2}\r\n")));
	assert_true(
	    saw(STOA_STR("name=\"files[0]\"; filename=\"a %22b%22.png\"\r\n"
			 "Content-Type: image/png\r\n\r\n")));
	assert_true(saw(STOA_STR("\0\1\2end\r\n")));
	assert_true(saw(STOA_STR("filename=\"empty.txt\"")));
}

static void
test_calls_share_a_connection(void **state)
{
	struct stoa_call_request request = request_of("GET", "/plain");

	(void)state;
	for (unsigned i = 1; i <= 50; i++) {
		start(&request);
		run_until(i);
		assert_int_equal(t.status, STOA_OK);
	}
	assert_int_equal(stoa_caller_stat(t.caller).connections, 1);
	assert_int_equal(stoa_caller_stat(t.caller).calls, 50);
	assert_int_equal(stoa_caller_stat(t.caller).under_way, 0);
}

static void *
wait_inside(void *arg)
{
	pthread_mutex_lock(&s.lock);
	while (s.inside < *(unsigned *)arg) {
		pthread_cond_wait(&s.change, &s.lock);
	}
	pthread_mutex_unlock(&s.lock);
	open_gate();
	return NULL;
}

static void
test_connections_are_bounded(void **state)
{
	struct stoa_call_request request = request_of("GET", "/slow");
	unsigned inside = 4;
	pthread_t opener;

	(void)state;
	assert_int_equal(
	    pthread_create(&opener, NULL, wait_inside, &inside), 0);
	for (unsigned i = 0; i < 12; i++) {
		start(&request);
	}
	run_until(12);
	pthread_join(opener, NULL);
	assert_int_equal(t.status, STOA_OK);
	assert_int_equal(s.inside_most, 4);
	assert_int_equal(http_server_count(), 12);
	assert_true(stoa_caller_stat(t.caller).connections <= 4);
}

static void
test_start_refuses(void **state)
{
	static const struct stoa_call_header bad[] = {
	    {"X-A", "b\r\nX-C: d"}, {"X A", "b"}, {"", "b"}, {"X:A", "b"}};
	static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc",
	    "127.0.0.1/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y"};
	struct stoa_call_request request = request_of("GET", "/slow");

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		request.headers = &bad[i];
		request.header_count = 1;
		assert_int_equal(
		    stoa_call_start(t.caller, &request, done, &t, NULL),
		    STOA_INVALID);
	}
	request.header_count = 0;
	for (size_t i = 0; i < STOA_COUNT(urls); i++) {
		request.url = urls[i];
		assert_int_equal(
		    stoa_call_start(t.caller, &request, done, &t, NULL),
		    STOA_INVALID);
	}
	request = request_of("GET /", "/slow");
	assert_int_equal(
	    stoa_call_start(t.caller, &request, done, &t, NULL), STOA_INVALID);
	request = request_of("GET", "/slow");
	for (unsigned i = 0; i < 64; i++) {
		start(&request);
	}
	assert_int_equal(
	    stoa_call_start(t.caller, &request, done, &t, NULL), STOA_BUSY);
}

static void
test_huge_answer_is_cut_off(void **state)
{
	struct stoa_call_request request = request_of("GET", "/huge");

	(void)state;
	start(&request);
	run_until(1);
	assert_int_equal(t.status, STOA_TOO_LARGE);
	assert_true(t.may_have_arrived);
	request.answer_size_max = HUGE;
	start(&request);
	run_until(2);
	assert_int_equal(t.status, STOA_OK);
}

static void
test_silent_server_gives_timeout(void **state)
{
	struct stoa_call_request request = request_of("GET", "/slow");

	(void)state;
	request.timeout_us = 50 * STOA_US_PER_MS;
	start(&request);
	run_until(1);
	assert_int_equal(t.status, STOA_TIMEOUT);
	assert_true(t.may_have_arrived);
	assert_int_equal(t.http, 0);
}

static void
test_cancel_calls_nobody(void **state)
{
	struct stoa_call_request request = request_of("GET", "/slow");
	struct stoa_call *call = start(&request);

	(void)state;
	stoa_call_cancel(call);
	request = request_of("GET", "/plain");
	call = start(&request);
	start(&request);
	run_until(1);
	assert_int_equal(t.http, 201);
	stoa_call_cancel(start(&request));
	assert_true(stoa_caller_stat(t.caller).under_way <= 1);
	(void)call;
}

static void
test_close_may_come_from_a_callback(void **state)
{
	struct stoa_call_request request = request_of("GET", "/plain");

	(void)state;
	t.closes = true;
	for (unsigned i = 0; i < 5; i++) {
		start(&request);
	}
	run_until(1);
	assert_int_equal(t.count, 1);
	assert_null(t.caller);
}

static void
test_redirects_and_proxies_are_not_followed(void **state)
{
	struct stoa_call_request request = request_of("GET", "/moved");

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:9", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:9", 1), 0);
	start(&request);
	run_until(1);
	assert_int_equal(t.status, STOA_OK);
	assert_int_equal(t.http, 302);
	assert_string_equal(t.body, "elsewhere");
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

/* ---- a server that misbehaves ---- */

enum trick {
	HANG_UP_AT_ONCE,   /* reads the request, closes */
	HANG_UP_ON_SECOND, /* keeps alive, closes on the next request */
	ANSWER_HALF,	   /* promises more than it sends */
	ENDLESS_HEADERS,
};

static struct {
	int listener;
	uint16_t port;
	enum trick trick;
	pthread_t thread;
	unsigned requests; /* read after the join */
	unsigned connections_max;
} w;

/* True when a whole head was read (bodies here are in the same piece). */
static bool
read_request(int fd)
{
	char text[4096];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(text) - 1 &&
	       (got = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)got;
		text[len] = '\0';
		if (strstr(text, "\r\n\r\n") != NULL) {
			w.requests++;
			return true;
		}
	}
	return false;
}

static void
write_text(int fd, const char *text)
{
	ssize_t sent = send(fd, text, strlen(text), MSG_NOSIGNAL);

	(void)sent;
}

static void
serve_one(int fd)
{
	if (!read_request(fd)) {
		return;
	}
	switch (w.trick) {
	case HANG_UP_AT_ONCE:
		break;
	case HANG_UP_ON_SECOND:
		write_text(
		    fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
		(void)read_request(fd);
		break;
	case ANSWER_HALF:
		write_text(
		    fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok");
		break;
	case ENDLESS_HEADERS:
		write_text(fd, "HTTP/1.1 200 OK\r\n");
		for (unsigned i = 0; i < 20000; i++) {
			write_text(fd, "X-More: 0123456789\r\n");
		}
		break;
	}
}

static void *
misbehave(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < w.connections_max; i++) {
		int fd = accept(w.listener, NULL, NULL);

		if (fd < 0) {
			break;
		}
		serve_one(fd);
		close(fd);
	}
	return NULL;
}

static void
wild_start(enum trick trick, unsigned connections_max)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	w.trick = trick;
	w.requests = 0;
	w.connections_max = connections_max;
	w.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(w.listener >= 0);
	assert_int_equal(
	    bind(w.listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(w.listener, 8), 0);
	assert_int_equal(
	    getsockname(w.listener, (struct sockaddr *)&address, &size), 0);
	w.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&w.thread, NULL, misbehave, NULL), 0);
}

static void
wild_stop(void)
{
	shutdown(w.listener, SHUT_RDWR);
	pthread_join(w.thread, NULL);
	close(w.listener);
}

static struct stoa_call_request
wild_request(const char *method)
{
	static char text[64];
	struct stoa_call_request request = request_of(method, "/");

	snprintf(text, sizeof(text), "http://127.0.0.1:%u/x", w.port);
	request.url = text;
	return request;
}

static void
test_nobody_listening_means_not_arrived(void **state)
{
	struct stoa_call_request request;

	(void)state;
	wild_start(HANG_UP_AT_ONCE, 1);
	wild_stop(); /* a port that was free a moment ago */
	request = wild_request("POST");
	start(&request);
	run_until(1);
	assert_int_equal(t.status, STOA_UNAVAILABLE);
	assert_false(t.may_have_arrived);
}

static void
test_broken_connection_means_may_have_arrived(void **state)
{
	struct stoa_call_request request;

	(void)state;
	wild_start(HANG_UP_AT_ONCE, 1);
	request = wild_request("POST");
	request.body = STOA_STR("x");
	start(&request);
	run_until(1);
	wild_stop();
	assert_int_equal(t.status, STOA_IO);
	assert_true(t.may_have_arrived);
	assert_int_equal(w.requests, 1);
}

static void
test_short_answer_is_no_answer(void **state)
{
	struct stoa_call_request request;

	(void)state;
	wild_start(ANSWER_HALF, 1);
	request = wild_request("GET");
	start(&request);
	run_until(1);
	wild_stop();
	assert_int_equal(t.status, STOA_IO);
	assert_true(t.may_have_arrived);
}

static void
test_endless_headers_are_cut_off(void **state)
{
	struct stoa_call_request request;

	(void)state;
	wild_start(ENDLESS_HEADERS, 1);
	request = wild_request("GET");
	start(&request);
	run_until(1);
	wild_stop();
	assert_int_equal(t.status, STOA_TOO_LARGE);
}

/* The second request meets a kept connection that dies under it. */
static void
second_request(const char *method, bool is_repeatable)
{
	struct stoa_call_request request;

	wild_start(HANG_UP_ON_SECOND, 2);
	request = wild_request("GET");
	start(&request);
	run_until(1);
	assert_int_equal(t.status, STOA_OK);
	request.method = method;
	request.is_repeatable = is_repeatable;
	start(&request);
	run_until(2);
	/* The server's thread waits on the new connection it may have. */
	stoa_caller_close(t.caller);
	t.caller = NULL;
	wild_stop();
}

static void
test_post_is_not_sent_twice(void **state)
{
	(void)state;
	second_request("POST", false);
	assert_int_equal(t.status, STOA_IO);
	assert_true(t.may_have_arrived);
	assert_int_equal(w.requests, 2);
}

static void
test_repeatable_is_sent_again_on_a_fresh_connection(void **state)
{
	(void)state;
	second_request("GET", true);
	assert_int_equal(t.status, STOA_OK);
	assert_int_equal(w.requests, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_start_gives_status_header_and_body),
	    TEST(test_start_sends_body_and_headers),
	    TEST(test_start_does_not_ask_before_a_large_body),
	    TEST(test_start_sends_parts),
	    TEST(test_calls_share_a_connection),
	    TEST(test_connections_are_bounded),
	    TEST(test_start_refuses),
	    TEST(test_huge_answer_is_cut_off),
	    TEST(test_silent_server_gives_timeout),
	    TEST(test_cancel_calls_nobody),
	    TEST(test_close_may_come_from_a_callback),
	    TEST(test_redirects_and_proxies_are_not_followed),
	    TEST(test_nobody_listening_means_not_arrived),
	    TEST(test_broken_connection_means_may_have_arrived),
	    TEST(test_short_answer_is_no_answer),
	    TEST(test_endless_headers_are_cut_off),
	    TEST(test_post_is_not_sent_twice),
	    TEST(test_repeatable_is_sent_again_on_a_fresh_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
