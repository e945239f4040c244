#include "discord/rest_head.h"

#include "base/time.h"

#include <strings.h>

#include "../unit.h"

#define MS STOA_US_PER_MS

/* Headers as name, value, ..., NULL. */
static const char *
header(void *context, const char *name)
{
	for (const char *const *h = context; *h != NULL; h += 2) {
		if (strcasecmp(h[0], name) == 0) {
			return h[1];
		}
	}
	return NULL;
}

static struct rest_head
head_of(unsigned http, const char *body, const char *const *headers)
{
	struct rest_head head;

	rest_head_read(
	    http, stoa_str_of(body), header, (void *)(uintptr_t)headers, &head);
	return head;
}

static void
test_seconds_are_rounded_up(void **state)
{
	static const struct {
		const char *text;
		int64_t us; /* -1: no number */
	} rows[] = {{"0", 0}, {"1", 1000 * MS}, {"0.5", 500 * MS},
	    {"1.336", 1336 * MS}, {"1.3361", 1337 * MS},
	    {"1.00000000001", 1001 * MS}, {"64.57", 64570 * MS},
	    {"0.0005", 1 * MS}, {"1.", 1000 * MS},
	    {"99999999999999999999", 86400000 * MS}, {"", -1}, {".5", -1},
	    {"-1", -1}, {"1e3", -1}, {"1.2.3", -1}, {"abc", -1}, {" 1", -1},
	    {"Wed, 21 Oct 2015 07:28:00 GMT", -1}};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		int64_t us = -1;
		bool ok = rest_seconds_read(stoa_str_of(rows[i].text), &us);

		print_message("%s\n", rows[i].text);
		assert_int_equal(ok, rows[i].us >= 0);
		assert_int_equal(us, rows[i].us);
	}
}

static void
test_read_limits(void **state)
{
	static const char *const headers[] = {"x-ratelimit-limit", "5",
	    "X-RateLimit-Remaining", "4", "X-RateLimit-Reset", "1470173023.123",
	    "X-RateLimit-Reset-After", "1.2", "X-RateLimit-Bucket", "abcd1234",
	    NULL};
	static const char *const bare[] = {NULL};
	struct rest_head head = head_of(200, "{}", headers);

	(void)state;
	assert_true(head.has_limits);
	assert_int_equal(head.limit, 5);
	assert_int_equal(head.remaining, 4);
	assert_int_equal(head.reset_after_us, 1200 * MS);
	assert_string_equal(head.bucket, "abcd1234");
	head = head_of(204, "", bare);
	assert_false(head.has_limits);
	assert_string_equal(head.bucket, "");
}

static void
test_read_scopes_of_429(void **state)
{
	static const char *const user[] = {"X-RateLimit-Scope", "user",
	    "X-RateLimit-Bucket", "b", "Retry-After", "1", NULL};
	static const char *const shared[] = {
	    "X-RateLimit-Scope", "shared", "Retry-After", "65", NULL};
	static const char *const global[] = {"X-RateLimit-Global", "true",
	    "X-RateLimit-Scope", "global", "Retry-After", "2", NULL};
	static const char *const bare[] = {"Retry-After", "7", NULL};
	static const char body[] =
	    "{\"message\":\"x\",\"retry_after\":1.5,\"global\":false}";
	struct rest_head head;

	(void)state;
	/* The larger of the two times. */
	head = head_of(429, body, user);
	assert_int_equal(head.scope, REST_SCOPE_USER);
	assert_int_equal(head.retry_after_us, 1500 * MS);
	head = head_of(429, body, shared);
	assert_int_equal(head.scope, REST_SCOPE_SHARED);
	assert_int_equal(head.retry_after_us, 65000 * MS);
	head = head_of(429, body, global);
	assert_int_equal(head.scope, REST_SCOPE_GLOBAL);
	head = head_of(429, "{\"retry_after\":3,\"global\":true}", bare);
	assert_int_equal(head.scope, REST_SCOPE_GLOBAL);
	assert_int_equal(head.retry_after_us, 7000 * MS);
	head = head_of(429, body, bare);
	assert_int_equal(head.scope, REST_SCOPE_USER);
	head = head_of(429, "<html>error code: 1015</html>", bare);
	assert_int_equal(head.scope, REST_SCOPE_CLOUD);
	assert_int_equal(head.retry_after_us, 7000 * MS);
}

static void
test_read_error_codes(void **state)
{
	static const char *const bare[] = {NULL};

	(void)state;
	assert_int_equal(head_of(400, "{\"code\":50035}", bare).code, 50035);
	assert_int_equal(head_of(404, "{\"code\":\"x\"}", bare).code, 0);
	assert_int_equal(head_of(404, "[1]", bare).code, 0);
	assert_int_equal(head_of(502, "<html>", bare).code, 0);
	/* Of a message that happens to have such a member. */
	assert_int_equal(head_of(200, "{\"code\":50035}", bare).code, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_seconds_are_rounded_up),
	    cmocka_unit_test(test_read_limits),
	    cmocka_unit_test(test_read_scopes_of_429),
	    cmocka_unit_test(test_read_error_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
