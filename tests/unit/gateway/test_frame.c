/* test_frame.c - the envelope in every order Discord or anybody may write. */
#include "../unit.h"

#include "base/json.h"
#include "gateway/frame.h"

static bool
scan(const char *text, struct gateway_frame *ret_frame)
{
	return gateway_frame_scan(stoa_str_of(text), ret_frame);
}

struct row {
	const char *text;
	int op;
	int64_t seq; /* -1: none */
	const char *type;
	const char *data;
};

#define DISPATCH(text)                       \
	{                                    \
		text, 0, 3, "X", "{\"a\":1}" \
	}

static const struct row rows[] = {
    /* As Discord writes them: dispatches, and what has no type. */
    DISPATCH("{\"t\":\"X\",\"s\":3,\"op\":0,\"d\":{\"a\":1}}"),
    {"{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":41250,"
     "\"_trace\":[\"[\\\"gateway\\\",{\\\"micros\\\":0.0}]\"]}}",
	10, -1, "",
	"{\"heartbeat_interval\":41250,"
	"\"_trace\":[\"[\\\"gateway\\\",{\\\"micros\\\":0.0}]\"]}"},
    {"{\"t\":null,\"s\":null,\"op\":11,\"d\":null}", 11, -1, "", "null"},
    {"{\"t\":null,\"s\":null,\"op\":9,\"d\":false}", 9, -1, "", "false"},
    /* As its documentation writes them. */
    DISPATCH("{\"op\":0,\"d\":{\"a\":1},\"s\":3,\"t\":\"X\"}"),
    {"{\"op\":11}", 11, -1, "", "null"},
    {"{\"op\":1,\"d\":251}", 1, -1, "", "251"},
    {"{\"op\":7,\"d\":null}", 7, -1, "", "null"},
    /* Any other order. */
    DISPATCH("{\"d\":{\"a\":1},\"t\":\"X\",\"op\":0,\"s\":3}"),
    DISPATCH("{\"s\":3,\"d\":{\"a\":1},\"op\":0,\"t\":\"X\"}"),
    DISPATCH("{\"op\":0,\"t\":\"X\",\"d\":{\"a\":1},\"s\":3}"),
    DISPATCH("{\"s\":3,\"t\":\"X\",\"op\":0,\"d\":{\"a\":1}}"),
    /* Space wherever it may stand. */
    DISPATCH(" {\n\t\"t\" : \"X\" ,\r\n \"s\" : 3 , \"op\" : 0 ,"
	     " \"d\" :  {\"a\":1}  } \n"),
    DISPATCH(" { \"d\" : {\"a\":1} , \"op\" : 0 , \"s\" : 3 , "
	     "\"t\" : \"X\" } "),
    /* Members to come, before the data and instead of it. */
    DISPATCH("{\"v\":[1,{\"d\":2}],\"t\":\"X\",\"s\":3,\"op\":0,"
	     "\"d\":{\"a\":1}}"),
    {"{\"op\":11,\"new\":\"}\",\"s\":null,\"more\":[[],{}]}", 11, -1, "",
	"null"},
    /* Data of any kind. */
    {"{\"op\":0,\"s\":1,\"t\":\"X\",\"d\":\"}\"}", 0, 1, "X", "\"}\""},
    {"{\"op\":0,\"d\":\"\\\\\",\"s\":1,\"t\":\"X\"}", 0, 1, "X", "\"\\\\\""},
    {"{\"op\":0,\"d\":\"\\\"},\",\"s\":1,\"t\":\"X\"}", 0, 1, "X",
	"\"\\\"},\""},
    {"{\"op\":0,\"d\":[{\"}\":\"]\"}],\"s\":1,\"t\":\"X\"}", 0, 1, "X",
	"[{\"}\":\"]\"}]"},
    {"{\"op\":0,\"d\":-1.5e3,\"s\":1,\"t\":\"X\"}", 0, 1, "X", "-1.5e3"},
    {"{\"op\":0,\"d\":[],\"s\":1,\"t\":\"X\"}", 0, 1, "X", "[]"},
    /* The bounds of numbers. */
    {"{\"op\":1000,\"s\":9223372036854775807}", 1000, INT64_MAX, "", "null"},
};

static void
assert_row(const struct row *row, const struct gateway_frame *frame)
{
	assert_int_equal(frame->op, row->op);
	assert_int_equal(frame->has_seq, row->seq >= 0);
	assert_int_equal(frame->seq, row->seq >= 0 ? row->seq : 0);
	assert_str(frame->type, row->type);
	assert_str(frame->data, row->data);
}

static void
test_frame_scan_reads_members_in_any_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct gateway_frame frame;

		print_message("%s\n", rows[i].text);
		assert_true(scan(rows[i].text, &frame));
		assert_row(&rows[i], &frame);
	}
}

static bool
is_scanned_in_copy(const char *text, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);
	struct gateway_frame frame;
	bool is_good;

	assert_non_null(copy);
	memcpy(copy, text, len);
	is_good = gateway_frame_scan(stoa_str_of_bytes(copy, len), &frame);
	free(copy);
	return is_good;
}

static void
test_frame_scan_refuses_what_is_torn_at_any_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		const char *text = rows[i].text;
		size_t len = strlen(text);

		while (text[len - 1] != '}') {
			len--;
		}
		for (size_t cut = 0; cut < len; cut++) {
			struct gateway_frame frame;
			struct stoa_json data;

			/* Behind an inner brace the rest may look whole; then
			 * the data, which is not looked at here, is not. The
			 * copy is as long as the text and no longer, so that a
			 * sanitizer sees a byte read beyond. */
			assert_int_equal(is_scanned_in_copy(text, cut),
			    gateway_frame_scan(
				stoa_str_of_bytes(text, cut), &frame));
			if (gateway_frame_scan(
				stoa_str_of_bytes(text, cut), &frame)) {
				assert_false(stoa_json_parse(
				    frame.data, 0, &data, NULL));
			}
		}
	}
}

static void
test_frame_scan_refuses_what_is_no_envelope(void **state)
{
	static const char *const bad[] = {
	    "",
	    " ",
	    "null",
	    "[]",
	    "[{\"op\":0}]",
	    "\"op\"",
	    "{}",
	    "{\"d\":{}}",
	    "{op:0}",
	    "{\"op\":0",
	    "{\"op\":0,}",
	    "{\"op\":0}}",
	    "{\"op\":0} x",
	    "{\"op\":0}{\"op\":0}",
	    "{\"op\"}",
	    "{\"op\":}",
	    "{\"op\":,\"s\":1}",
	    "{\"op\" 0}",
	    "{,\"op\":0}",
	    "{\"op\":0 \"s\":1}",
	    "{\"op\":null}",
	    "{\"op\":\"0\"}",
	    "{\"op\":-1}",
	    "{\"op\":1001}",
	    "{\"op\":0.5}",
	    "{\"op\":1e0}",
	    "{\"op\":99999999999999999999}",
	    "{\"op\":true}",
	    "{\"op\":[0]}",
	    "{\"op\":0,\"s\":-1}",
	    "{\"op\":0,\"s\":\"1\"}",
	    "{\"op\":0,\"s\":1.0}",
	    "{\"op\":0,\"s\":9223372036854775808}",
	    "{\"op\":0,\"t\":1}",
	    "{\"op\":0,\"t\":{}}",
	    "{\"op\":0,\"t\":\"X}",
	    "{\"op\":0,\"t\":\"X\\\"}",
	    "{\"op\":0,\"d\":{\"a\":[1]}",
	    "{\"op\":0,\"d\":\"\\\"}",
	    "{\"t\":null,\"s\":null,\"op\":0,\"d\":}",
	    "{\"t\":null,\"s\":null,\"op\":0,\"d\"}",
	    "{\"t\":null,\"s\":null,\"op\":0,\"d\":1",
	    "\xef\xbb\xbf{\"op\":0}",
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bad); i++) {
		struct gateway_frame frame = {.op = 77};

		print_message("%s\n", bad[i]);
		assert_false(scan(bad[i], &frame));
		assert_int_equal(frame.op, 77);
	}
}

/* Data that stands last is not looked at: the shard parses it. */
static void
test_frame_scan_leaves_last_data_unread(void **state)
{
	struct gateway_frame frame;
	struct stoa_json data;

	(void)state;
	assert_true(
	    scan("{\"t\":\"X\",\"s\":3,\"op\":0,\"d\":{\"a\":}}", &frame));
	assert_str(frame.data, "{\"a\":}");
	assert_false(stoa_json_parse(frame.data, 0, &data, NULL));
	assert_true(
	    scan("{\"t\":\"X\",\"s\":3,\"op\":0,\"d\":{},\"v\":1}", &frame));
	assert_false(stoa_json_parse(frame.data, 0, &data, NULL));
}

/* Deeper than any parser with a stack would go. */
static void
test_frame_scan_walks_any_depth(void **state)
{
	enum {
		DEPTH = 1000000
	};
	static const char head[] = "{\"d\":", tail[] = ",\"op\":7}";
	size_t len = sizeof(head) - 1 + 2 * DEPTH + sizeof(tail) - 1;
	char *text = malloc(len);
	struct gateway_frame frame;

	(void)state;
	assert_non_null(text);
	memcpy(text, head, sizeof(head) - 1);
	memset(text + sizeof(head) - 1, '[', DEPTH);
	memset(text + sizeof(head) - 1 + DEPTH, ']', DEPTH);
	memcpy(text + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	assert_true(gateway_frame_scan(stoa_str_of_bytes(text, len), &frame));
	assert_int_equal(frame.op, 7);
	assert_int_equal(frame.data.len, 2 * DEPTH);
	/* One bracket short. */
	text[sizeof(head) - 1 + DEPTH] = '[';
	assert_false(gateway_frame_scan(stoa_str_of_bytes(text, len), &frame));
	free(text);
}

static void
test_member_is_found_at_the_top_level_alone(void **state)
{
	static const struct {
		const char *text, *want;
	} members[] = {
	    {"{\"guild_id\":\"12\"}", "12"},
	    {" { \"a\" : [1,{\"guild_id\":\"3\"}] , \"guild_id\" : \"4\" }",
		"4"},
	    {"{\"a\":{\"guild_id\":\"3\"}}", ""},
	    {"{\"a\":\"\\\"guild_id\\\":\\\"5\\\"\",\"guild_id\":\"6\"}", "6"},
	    {"{\"guild_id\":7}", ""},
	    {"{\"guild_id\":null}", ""},
	    {"{\"guild_id\":\"8", ""},
	    {"{\"a\":{\"b\":[", ""},
	    {"[\"guild_id\"]", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(members); i++) {
		assert_str(gateway_frame_member(stoa_str_of(members[i].text),
			       STOA_STR("guild_id")),
		    members[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_member_is_found_at_the_top_level_alone),
	    cmocka_unit_test(test_frame_scan_reads_members_in_any_order),
	    cmocka_unit_test(test_frame_scan_refuses_what_is_torn_at_any_byte),
	    cmocka_unit_test(test_frame_scan_refuses_what_is_no_envelope),
	    cmocka_unit_test(test_frame_scan_leaves_last_data_unread),
	    cmocka_unit_test(test_frame_scan_walks_any_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
