/* The whole client against an HTTP server in the test, which answers from a
 * script and writes down what it was asked. */
#include "discord/rest.h"
#include "discord/rest_limits.h"

#include "port/cache.h"

#include <pthread.h>
#include <unistd.h>

#include "../unit.h"

#include "../edge/turn.h"
#include "../http_server.h"

#define TOKEN "MTk4NjIy.secret-of-the.bot"

struct line {
	unsigned http;
	const char *body;
	const char *headers[9]; /* name, value, ...; NULL */
};

static struct {
	pthread_mutex_t lock;
	const struct line *script;
	size_t line_count, line_next;
} s = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
answer_next(struct stoa_http_request *request)
{
	static const struct line fine = {200, "{}", {NULL}};
	static const struct line lost = {404, "{}", {NULL}};
	const struct line *line = &fine;

	pthread_mutex_lock(&s.lock);
	if (!stoa_str_has_prefix(
		stoa_http_path(request), STOA_STR("/api/v10/"))) {
		line = &lost;
	} else if (s.line_next < s.line_count) {
		line = &s.script[s.line_next++];
	}
	pthread_mutex_unlock(&s.lock);
	for (size_t i = 0; line->headers[i] != NULL; i += 2) {
		stoa_http_add_header(
		    request, line->headers[i], line->headers[i + 1]);
	}
	stoa_http_reply(
	    request, line->http, "application/json", stoa_str_of(line->body));
}

static struct {
	struct rest *rest;
	unsigned want, count;
	struct rest_result result;
	unsigned http, tries;
	int64_t code;
	char body[128], cause[128], state_path[64];
} t;

static void
done(void *owner, const struct rest_answer *answer)
{
	assert_ptr_equal(owner, &t);
	t.count++;
	t.result = answer->result;
	t.http = answer->http;
	t.tries = answer->tries;
	t.code = answer->code;
	snprintf(t.body, sizeof(t.body), "%.*s", STOA_STR_ARG(answer->body));
	snprintf(t.cause, sizeof(t.cause), "%s", answer->cause);
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
	assert_int_equal(t.count, want);
}

static struct stoa_cache *shared; /* NULL: none */

static void
client_open(void)
{
	char url[128];
	const struct rest_options options = {
	    .base_url = url,
	    .token = TOKEN,
	    .home_url = "https://example.org",
	    .version = "1",
	    .seed = 5,
	    .invalid_max = 10,
	    .state_path = t.state_path,
	    .cache = shared,
	};

	snprintf(url, sizeof(url), "%s/api/v10", http_server_url());
	assert_int_equal(rest_open(turn_loop(), &options, &t.rest), STOA_OK);
}

static int
setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	s.line_count = s.line_next = 0;
	http_server_open(answer_next);
	snprintf(t.state_path, sizeof(t.state_path), "/tmp/stoa-rest-%d",
	    (int)getpid());
	(void)unlink(t.state_path);
	shared = NULL;
	client_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rest_close(t.rest);
	turn_loop_close();
	http_server_close();
	(void)unlink(t.state_path);
	return 0;
}

static void
play(const struct line *script, size_t count)
{
	pthread_mutex_lock(&s.lock);
	s.script = script;
	s.line_count = count;
	s.line_next = 0;
	pthread_mutex_unlock(&s.lock);
}

static struct rest_call *
send_json(enum rest_method method, const char *path, const char *json)
{
	struct rest_call *call = NULL;
	const struct rest_request request = {
	    .method = method,
	    .path = path,
	    .json = stoa_str_of(json == NULL ? "" : json),
	    .lane = REST_LANE_MESSAGE,
	};

	assert_int_equal(rest_send(t.rest, &request, done, &t, &call), STOA_OK);
	return call;
}

/* ---- a cache for the test: asked, it answers in the next turn ---- */

struct stoa_cache {
	bool is_degraded, is_silent; /* silent: answers when told to */
	unsigned asked, deny;	     /* how many more to refuse */
	int64_t invalid;	     /* what others have spent */
	int64_t added;		     /* what we have told */
	char keys[512];
	struct question {
		stoa_cache_counted_fn done;
		void *owner;
		bool is_invalid;
		int64_t amount;
	} questions[64];
	size_t first, count;
};

static struct stoa_cache cache;

static void
cache_answer(void *arg)
{
	struct question q;
	struct stoa_cache_counted answer = {
	    .is_allowed = true, .is_shared = true};

	(void)arg;
	if (cache.first == cache.count) {
		return;
	}
	q = cache.questions[cache.first++];
	if (q.is_invalid) {
		cache.added += q.amount;
		answer.used = cache.invalid + cache.added;
	} else if (cache.deny > 0) {
		cache.deny--;
		answer.is_allowed = false;
		answer.retry_after_us = 30 * STOA_US_PER_MS;
	}
	q.done(q.owner, &answer);
}

void
stoa_cache_count(struct stoa_cache *c, const struct stoa_cache_count *counts,
    size_t count, stoa_cache_counted_fn answered, void *owner)
{
	size_t len = strlen(c->keys);

	assert_true(c->count < STOA_COUNT(c->questions));
	c->asked++;
	c->questions[c->count++] = (struct question){
	    .done = answered,
	    .owner = owner,
	    .is_invalid =
		stoa_str_is_equal(counts->key, STOA_STR("discord:invalid")),
	    .amount = counts->amount,
	};
	for (size_t i = 0; i < count; i++) {
		len += (size_t)snprintf(c->keys + len, sizeof(c->keys) - len,
		    "%.*s\n", STOA_STR_ARG(counts[i].key));
	}
	if (!c->is_silent) {
		stoa_loop_post(turn_loop(), cache_answer, NULL);
	}
}

bool
stoa_cache_is_degraded(const struct stoa_cache *c)
{
	return c->is_degraded;
}

static void
client_reopen_shared(void)
{
	memset(&cache, 0, sizeof(cache));
	rest_close(t.rest);
	shared = &cache;
	client_open();
}

/* ---- tests ---- */

static void
test_send_carries_token_agent_and_reason(void **state)
{
	static const struct line script[] = {{200, "{\"id\":\"7\"}", {NULL}}};
	const struct rest_request request = {
	    .method = REST_PATCH,
	    .path = "/guilds/1",
	    .query = "limit=5",
	    .json = STOA_STR("{\"name\":\"x\"}"),
	    .reason = "caf\xc3\xa9 au lait",
	    .lane = REST_LANE_BULK,
	};

	(void)state;
	play(script, 1);
	assert_int_equal(rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
	assert_int_equal(t.count, 0);
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(t.http, 200);
	assert_string_equal(t.body, "{\"id\":\"7\"}");
	assert_string_equal(t.cause, "ok");
	assert_string_equal(http_server_seen(0)->method, "PATCH");
	assert_string_equal(http_server_seen(0)->path, "/api/v10/guilds/1");
	assert_string_equal(http_server_seen(0)->limit, "5");
	assert_string_equal(http_server_seen(0)->authorization, "Bot " TOKEN);
	assert_string_equal(http_server_seen(0)->user_agent,
	    "DiscordBot (https://example.org, 1)");
	assert_string_equal(
	    http_server_seen(0)->reason, "caf%C3%A9%20au%20lait");
	assert_string_equal(
	    http_server_seen(0)->content_type, "application/json");
	assert_memory_equal(http_server_seen(0)->body, "{\"name\":\"x\"}", 12);
}

static void
test_send_keeps_the_token_from_webhooks(void **state)
{
	(void)state;
	send_json(REST_POST, "/interactions/1/tok/callback", "{\"type\":5}");
	send_json(
	    REST_PATCH, "/webhooks/1/tok/messages/@original", "{\"a\":1}");
	run_until(2);
	assert_string_equal(http_server_seen(0)->authorization, "(none)");
	assert_string_equal(http_server_seen(1)->authorization, "(none)");
}

static bool
seen_has(const char *text)
{
	return http_seen_has(http_server_seen(0), stoa_str_of(text));
}

static void
test_send_uploads_files(void **state)
{
	static const struct rest_file files[] = {
	    {"a.png", "image/png", {"\1\2\3", 3}},
	    {"b.txt", "text/plain", {"bee", 3}},
	};
	const struct rest_request request = {
	    .method = REST_POST,
	    .path = "/channels/1/messages",
	    .json = STOA_STR("{\"content\":\"x\"}"),
	    .files = files,
	    .file_count = 2,
	};

	(void)state;
	assert_int_equal(rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
	run_until(1);
	assert_int_equal(t.http, 200);
	assert_true(seen_has("name=\"payload_json\""));
	assert_true(seen_has("\"content\""));
	assert_true(seen_has("name=\"files[1]\"; filename=\"b.txt\""));
}

static void
test_send_refuses_what_is_no_request(void **state)
{
	static const char *const paths[] = {"", "channels/1", "/a//b",
	    "/a/../b", "/a b", "/a?b", "/a#b", "/a\r\nX: y"};
	struct rest_request request = {.method = REST_GET};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(paths); i++) {
		request.path = paths[i];
		assert_int_equal(
		    rest_send(t.rest, &request, done, &t, NULL), STOA_INVALID);
	}
	request.path = "/channels/1";
	request.query = "a=b c";
	assert_int_equal(
	    rest_send(t.rest, &request, done, &t, NULL), STOA_INVALID);
	request.query = NULL;
	request.reason = "\xff";
	assert_int_equal(
	    rest_send(t.rest, &request, done, &t, NULL), STOA_INVALID);
	assert_true(rest_is_idle(t.rest));
}

static void
test_limited_request_is_sent_again(void **state)
{
	static const struct line script[] = {
	    {429, "{\"message\":\"x\",\"retry_after\":0.05,\"global\":false}",
		{"X-RateLimit-Scope", "user", "X-RateLimit-Bucket", "b",
		    "Retry-After", "0", NULL}},
	};

	(void)state;
	play(script, 1);
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(http_server_count(), 2);
}

static void
test_bucket_is_waited_for(void **state)
{
	static const struct line script[] = {
	    {200, "{}",
		{"X-RateLimit-Bucket", "b", "X-RateLimit-Limit", "1",
		    "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After",
		    "3600.5"}},
	};
	const struct rest_request request = {
	    .method = REST_GET,
	    .path = "/channels/1/messages",
	    .timeout_us = 5 * STOA_US_PER_S,
	};

	(void)state;
	play(script, 1);
	assert_int_equal(rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
	run_until(1);
	/* It will not be free in time: told at once, nothing sent. */
	assert_int_equal(rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
	run_until(2);
	assert_int_equal(t.result.status, STOA_RATE_LIMITED);
	assert_int_equal(t.result.cause, REST_CAUSE_LIMITED);
	assert_true(t.result.retry_after_us > 3000 * STOA_US_PER_S);
	assert_int_equal(http_server_count(), 1);
}

static void
test_refused_token_stops_everything(void **state)
{
	static const struct line script[] = {
	    {401, "{\"message\":\"401: Unauthorized\",\"code\":0}", {NULL}}};
	struct stoa_buf text;

	(void)state;
	play(script, 1);
	assert_true(rest_is_usable(t.rest));
	for (unsigned i = 0; i < 20; i++) {
		send_json(REST_POST, "/channels/1/messages", "{}");
	}
	run_until(20);
	assert_int_equal(t.result.cause, REST_CAUSE_TOKEN_INVALID);
	assert_int_equal(t.result.status, STOA_UNAUTHENTIC);
	send_json(REST_POST, "/interactions/1/tok/callback", "{}");
	run_until(21);
	assert_int_equal(t.result.cause, REST_CAUSE_TOKEN_INVALID);
	assert_int_equal(http_server_count(), 1);
	assert_false(rest_is_usable(t.rest));
	stoa_buf_init(&text, 65536);
	rest_state(t.rest, &text);
	rest_metrics(t.rest, &text);
	assert_non_null(strstr(text.data, "the token is not valid"));
	assert_non_null(
	    strstr(text.data, "refused_total{cause=\"token_invalid\"} 20"));
	assert_null(strstr(text.data, "secret"));
	stoa_buf_fini(&text);
}

static void
test_dead_webhook_is_not_called_again(void **state)
{
	static const struct line script[] = {
	    {404, "{\"message\":\"Unknown Webhook\",\"code\":10015}", {NULL}}};

	(void)state;
	play(script, 1);
	send_json(REST_POST, "/webhooks/1/tok", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_NOT_FOUND);
	assert_int_equal(t.code, 10015);
	send_json(REST_POST, "/webhooks/1/tok", "{}");
	run_until(2);
	assert_int_equal(t.result.cause, REST_CAUSE_WEBHOOK_DEAD);
	assert_int_equal(http_server_count(), 1);
	send_json(REST_POST, "/webhooks/1/other", "{}");
	run_until(3);
	assert_int_equal(t.result.status, STOA_OK);
}

static void
test_only_what_is_safe_is_repeated(void **state)
{
	static const struct line script[] = {
	    {502, "<html>", {NULL}}, {502, "<html>", {NULL}}};

	(void)state;
	play(script, 2);
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_UNAVAILABLE);
	assert_true(t.result.may_have_happened);
	assert_int_equal(t.http, 502);
	assert_int_equal(http_server_count(), 1);
	send_json(REST_PUT, "/channels/1/pins/2", NULL);
	run_until(2);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(t.tries, 2);
	assert_int_equal(http_server_count(), 3);
}

static void
test_repeated_callback_may_be_acknowledged_already(void **state)
{
	static const struct line script[] = {{502, "<html>", {NULL}},
	    {400, "{\"code\":40060,\"message\":\"x\"}", {NULL}}};

	(void)state;
	play(script, 2);
	send_json(REST_POST, "/interactions/1/tok/callback", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_true(t.result.is_presumed);
}

static void
test_cancelled_request_calls_nobody(void **state)
{
	struct rest_call *waiting;

	(void)state;
	send_json(REST_POST, "/channels/1/messages", "{\"n\":1}");
	waiting = send_json(REST_POST, "/channels/1/messages", "{\"n\":2}");
	send_json(REST_POST, "/channels/1/messages", "{\"n\":3}");
	rest_cancel(waiting);
	run_until(2);
	assert_int_equal(http_server_count(), 2);
	assert_memory_equal(http_server_seen(1)->body, "{\"n\":3}", 7);
	assert_true(rest_is_idle(t.rest));
	/* And what is under way when the client ends. */
	send_json(REST_GET, "/channels/1", NULL);
}

static void
test_invalid_requests_survive_a_restart(void **state)
{
	static const struct line bad = {403, "{\"code\":50013}", {NULL}};
	struct line script[9];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(script); i++) {
		script[i] = bad;
	}
	play(script, STOA_COUNT(script));
	for (unsigned i = 0; i < 9; i++) {
		/* At level SLOW they would come a minute apart. */
		struct rest_request request = {
		    .method = REST_POST,
		    .path = "/webhooks/1/t",
		    .lane = REST_LANE_INTERACTION,
		};

		assert_int_equal(
		    rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
		run_until(i + 1);
		assert_int_equal(t.result.status, STOA_DENIED);
	}
	send_json(REST_POST, "/channels/2/messages", "{}");
	run_until(10);
	assert_int_equal(t.result.cause, REST_CAUSE_BUDGET);
	rest_close(t.rest);
	client_open();
	send_json(REST_POST, "/channels/2/messages", "{}");
	run_until(11);
	assert_int_equal(t.result.cause, REST_CAUSE_BUDGET);
	assert_int_equal(http_server_count(), 9);
}

static void
test_shared_limits_are_asked_and_waited_for(void **state)
{
	(void)state;
	client_reopen_shared();
	cache.deny = 2;
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(t.tries, 1);
	assert_int_equal(http_server_count(), 1);
	/* Once for what all have spent, three times for itself. */
	assert_int_equal(cache.asked, 4);
	assert_null(strstr(cache.keys, "secret"));
}

static void
test_interactions_do_not_ask(void **state)
{
	(void)state;
	client_reopen_shared();
	cache.is_silent = true;
	send_json(REST_POST, "/channels/1/messages", "{}");
	{
		const struct rest_request request = {
		    .method = REST_POST,
		    .path = "/interactions/1/tok/callback",
		    .lane = REST_LANE_INTERACTION,
		};

		assert_int_equal(
		    rest_send(t.rest, &request, done, &t, NULL), STOA_OK);
	}
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(http_server_count(), 1);
	assert_string_equal(
	    http_server_seen(0)->path, "/api/v10/interactions/1/tok/callback");
	/* The client ends while the other one still asks. */
	rest_close(t.rest);
	t.rest = NULL;
	while (cache.first < cache.count) {
		cache_answer(NULL);
	}
	assert_int_equal(t.count, 1);
}

static void
test_degraded_cache_is_not_asked_and_said(void **state)
{
	struct stoa_buf text;

	(void)state;
	client_reopen_shared();
	cache.is_degraded = true;
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_OK);
	assert_int_equal(cache.asked, 0);
	stoa_buf_init(&text, 4096);
	rest_state(t.rest, &text);
	assert_string_equal(
	    text.data, "ok; limits are not shared with other replicas now");
	stoa_buf_fini(&text);
}

static void
test_invalid_requests_of_others_count(void **state)
{
	static const struct line bad[] = {{403, "{\"code\":50013}", {NULL}}};

	(void)state;
	client_reopen_shared();
	cache.invalid = 8;
	play(bad, 1);
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(1);
	assert_int_equal(t.result.status, STOA_DENIED);
	/* The answer to what was told comes in a turn of the loop. */
	while (cache.first < cache.count) {
		cache_answer(NULL);
	}
	assert_int_equal(cache.added, 1);
	send_json(REST_POST, "/channels/1/messages", "{}");
	run_until(2);
	assert_int_equal(t.result.cause, REST_CAUSE_BUDGET);
	assert_int_equal(http_server_count(), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_send_carries_token_agent_and_reason),
	    TEST(test_send_keeps_the_token_from_webhooks),
	    TEST(test_send_uploads_files),
	    TEST(test_send_refuses_what_is_no_request),
	    TEST(test_limited_request_is_sent_again),
	    TEST(test_bucket_is_waited_for),
	    TEST(test_refused_token_stops_everything),
	    TEST(test_dead_webhook_is_not_called_again),
	    TEST(test_only_what_is_safe_is_repeated),
	    TEST(test_repeated_callback_may_be_acknowledged_already),
	    TEST(test_cancelled_request_calls_nobody),
	    TEST(test_invalid_requests_survive_a_restart),
	    TEST(test_shared_limits_are_asked_and_waited_for),
	    TEST(test_interactions_do_not_ask),
	    TEST(test_degraded_cache_is_not_asked_and_said),
	    TEST(test_invalid_requests_of_others_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
