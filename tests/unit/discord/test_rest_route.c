#include "discord/rest_route.h"

#include "base/time.h"

#include "../unit.h"

struct row {
	enum rest_method method;
	const char *path;
	const char *name;
	const char *major;
	enum rest_kind kind;
};

static const struct row rows[] = {
    {REST_POST, "/channels/123/messages", "POST /channels/:top/messages",
	"channels/123", REST_KIND_BOT},
    {REST_PATCH, "/channels/123/messages/9",
	"PATCH /channels/:top/messages/:id", "channels/123", REST_KIND_BOT},
    {REST_GET, "/guilds/7/members/8", "GET /guilds/:top/members/:id",
	"guilds/7", REST_KIND_BOT},
    {REST_PUT, "/channels/1/messages/2/reactions/%F0%9F%94%A5/@me",
	"PUT /channels/:top/messages/:id/reactions/:emoji/@me", "channels/1",
	REST_KIND_BOT},
    {REST_DELETE, "/channels/1/messages/2/reactions/name:77/88",
	"DELETE /channels/:top/messages/:id/reactions/:emoji/:id", "channels/1",
	REST_KIND_BOT},
    {REST_GET, "/gateway/bot", "GET /gateway/bot", "", REST_KIND_BOT},
    {REST_GET, "/users/@me", "GET /users/@me", "", REST_KIND_BOT},
    {REST_GET, "/users/55", "GET /users/:id", "", REST_KIND_BOT},
    {REST_GET, "/invites/abcDEF", "GET /invites/:code", "", REST_KIND_BOT},
    {REST_PUT, "/applications/5/commands", "PUT /applications/:id/commands", "",
	REST_KIND_BOT},
    {REST_GET, "/webhooks/5", "GET /webhooks/:top", "webhooks/5",
	REST_KIND_BOT},
    {REST_POST, "/webhooks/5/tok", "POST /webhooks/:top/:token",
	"webhooks/5/1a7674eb4ee78df7", REST_KIND_WEBHOOK},
    {REST_PATCH, "/webhooks/5/tok/messages/@original",
	"PATCH /webhooks/:top/:token/messages/@original",
	"webhooks/5/1a7674eb4ee78df7", REST_KIND_WEBHOOK},
    {REST_POST, "/interactions/6/tok/callback",
	"POST /interactions/:top/:token/callback",
	"interactions/6/1a7674eb4ee78df7", REST_KIND_CALLBACK},
};

static void
test_parse_names_routes(void **state)
{
	struct rest_route route;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		const struct row *row = &rows[i];

		print_message("%s\n", row->path);
		assert_true(rest_route_parse(
		    row->method, stoa_str_of(row->path), 0, &route));
		assert_string_equal(route.name, row->name);
		assert_string_equal(route.major, row->major);
		assert_int_equal(route.kind, row->kind);
		assert_int_equal(route.method, row->method);
		assert_int_equal(
		    rest_route_is_exempt(&route), row->kind != REST_KIND_BOT);
	}
}

static void
test_parse_keeps_no_token(void **state)
{
	struct rest_route route;

	(void)state;
	assert_true(rest_route_parse(
	    REST_POST, STOA_STR("/webhooks/5/SECRET"), 0, &route));
	assert_null(strstr(route.name, "SECRET"));
	assert_null(strstr(route.major, "SECRET"));
}

static void
test_parse_refuses_what_is_no_path(void **state)
{
	static const char *const paths[] = {"", "/", "channels/1", "//",
	    "/a//b", "/a/", "/a/./b", "/a/../b", "/a?b=1", "/a#b", "/a b",
	    "/a\nb", "/\x80", "/1/2/3/4/5/6/7/8/9/a/b/c/d",
	    "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "a"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaa"};
	struct rest_route route;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(paths); i++) {
		assert_false(rest_route_parse(
		    REST_GET, stoa_str_of(paths[i]), 0, &route));
	}
}

static void
test_parse_tells_ages_of_deleted_messages(void **state)
{
	/* An id of 2016-04-30 11:18:25.796 UTC. */
	static const char path[] = "/channels/1/messages/175928847299117063";
	const int64_t made_ms = INT64_C(1462015105796);
	static const struct {
		int64_t after_ms;
		const char *name;
	} ages[] = {
	    {0, "DELETE /channels/:top/messages/:id (new)"},
	    {9999, "DELETE /channels/:top/messages/:id (new)"},
	    {10000, "DELETE /channels/:top/messages/:id"},
	    {INT64_C(14) * 86400000, "DELETE /channels/:top/messages/:id"},
	    {INT64_C(14) * 86400000 + 1,
		"DELETE /channels/:top/messages/:id (old)"},
	};
	struct rest_route route;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(ages); i++) {
		assert_true(rest_route_parse(REST_DELETE, stoa_str_of(path),
		    made_ms + ages[i].after_ms, &route));
		assert_string_equal(route.name, ages[i].name);
	}
	assert_true(rest_route_parse(REST_PATCH, stoa_str_of(path), 1, &route));
	assert_string_equal(route.name, "PATCH /channels/:top/messages/:id");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_names_routes),
	    cmocka_unit_test(test_parse_keeps_no_token),
	    cmocka_unit_test(test_parse_refuses_what_is_no_path),
	    cmocka_unit_test(test_parse_tells_ages_of_deleted_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
