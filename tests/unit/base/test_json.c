#include "base/json.h"

#include "../unit.h"

#define BYTES(literal)                         \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static bool
parse(struct stoa_str text, struct stoa_json *ret_root)
{
	return stoa_json_parse(text, 0, ret_root, NULL);
}

static struct stoa_json
parse_good(const char *text)
{
	struct stoa_json root = {0};

	if (!parse(stoa_str_of(text), &root)) {
		fail_msg("refused: %s", text);
	}
	return root;
}

static const struct stoa_str taken[] = {
    BYTES("[]"),
    BYTES("[ ]"),
    BYTES("{}"),
    BYTES(" { } "),
    BYTES("null"),
    BYTES("true"),
    BYTES("false"),
    BYTES("42"),
    BYTES("-0"),
    BYTES("\"\""),
    BYTES("\"a\""),
    BYTES("[\"\"]"),
    BYTES("[false]"),
    BYTES("[null, 1, \"1\", {}]"),
    BYTES("[1\n]"),
    BYTES(" [1]"),
    BYTES("[1,null,null,null,2]"),
    BYTES("[2] "),
    BYTES("\t\r\n[\t\r\n]\t\r\n"),
    BYTES("[123e65]"),
    BYTES("[0e+1]"),
    BYTES("[0e1]"),
    BYTES("[ 4]"),
    BYTES("[-0.000000000000000000000000000000000000000000000001]"),
    BYTES("[20e1]"),
    BYTES("[-0]"),
    BYTES("[-123]"),
    BYTES("[1E22]"),
    BYTES("[1E-2]"),
    BYTES("[1E+2]"),
    BYTES("[123.456e78]"),
    BYTES("[123123123123123123123123123123]"),
    BYTES("{\"a\":[]}"),
    BYTES("{\"\":0}"),
    BYTES("{\"a\":\"b\",\"a\":\"c\"}"),
    BYTES("{\"a\\u0000b\": 12}"),
    BYTES("{\n\"a\"\n:\n\"b\"\n}"),
    BYTES("[\"\\u0060\\u012a\\u12AB\"]"),
    BYTES("[\"\\uD801\\udc37\"]"),
    BYTES("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    BYTES("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    BYTES("[\"\\\\u0000\"]"),
    BYTES("[\"\\u0000\"]"),
    BYTES("[\"\\uFFFF\"]"),
    BYTES("[\"a/*b*/c\"]"),
    BYTES("[\"\x7f\"]"),
    BYTES("[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\x9b\"]"),
    BYTES("[\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\"]"),
    BYTES("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"),
    BYTES("[[[[[[[[[[{\"a\":[[{}]]}]]]]]]]]]]"),
};

static void
test_parse_takes_what_the_grammar_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(taken); i++) {
		struct stoa_json root;

		if (!parse(taken[i], &root)) {
			fail_msg("refused: %s", taken[i].data);
		}
	}
}

static const struct stoa_str refused[] = {
    BYTES(""),
    BYTES(" "),
    BYTES("["),
    BYTES("]"),
    BYTES("{"),
    BYTES("}"),
    BYTES("[}"),
    BYTES("{]"),
    BYTES("[1 true]"),
    BYTES("[\"\": 1]"),
    BYTES("[\"\"],"),
    BYTES("[,1]"),
    BYTES("[1,,2]"),
    BYTES("[\"x\",,]"),
    BYTES("[\"x\"]]"),
    BYTES("[\"\",]"),
    BYTES("[\"x\""),
    BYTES("[x"),
    BYTES("[3[4]]"),
    BYTES("[1:2]"),
    BYTES("[,]"),
    BYTES("[-]"),
    BYTES("[   , \"\"]"),
    BYTES("[\"a\",\n4\n,1,"),
    BYTES("[1,]"),
    BYTES("[*]"),
    BYTES("[\"\"\n"),
    BYTES("[1,\n1\n,1"),
    BYTES("[{}"),
    BYTES("[fals]"),
    BYTES("[nul]"),
    BYTES("[tru]"),
    BYTES("[truex]"),
    BYTES("[True]"),
    BYTES("[++1234]"),
    BYTES("[+1]"),
    BYTES("[+Inf]"),
    BYTES("[-01]"),
    BYTES("[-1.0.]"),
    BYTES("[-2.]"),
    BYTES("[-NaN]"),
    BYTES("[.-1]"),
    BYTES("[.2e-3]"),
    BYTES("[0.1.2]"),
    BYTES("[0.3e+]"),
    BYTES("[0.3e]"),
    BYTES("[0.e1]"),
    BYTES("[0E+]"),
    BYTES("[0e]"),
    BYTES("[1.0e-]"),
    BYTES("[1 000.0]"),
    BYTES("[1eE2]"),
    BYTES("[2.e3]"),
    BYTES("[9.e+]"),
    BYTES("[Inf]"),
    BYTES("[NaN]"),
    BYTES("[\xef\xbc\x91]"),
    BYTES("[1+2]"),
    BYTES("[0x1]"),
    BYTES("[0x42]"),
    BYTES("[-Infinity]"),
    BYTES("[- 1]"),
    BYTES("[-012]"),
    BYTES("[012]"),
    BYTES("[1ea]"),
    BYTES("[1_000]"),
    BYTES("{\"x\", null}"),
    BYTES("{\"x\"::\"b\"}"),
    BYTES("{\"a\":\"a\" 123}"),
    BYTES("{key: 'value'}"),
    BYTES("{\"a\" b}"),
    BYTES("{:\"b\"}"),
    BYTES("{\"a\" \"b\"}"),
    BYTES("{\"a\":"),
    BYTES("{\"a\""),
    BYTES("{1:1}"),
    BYTES("{null:null}"),
    BYTES("{\"id\":0,,,,,}"),
    BYTES("{'a':0}"),
    BYTES("{\"id\":0,}"),
    BYTES("{\"a\":\"b\"}/**/"),
    BYTES("{\"a\":\"b\"}//"),
    BYTES("{\"a\":\"b\",,\"c\":\"d\"}"),
    BYTES("{a: \"b\"}"),
    BYTES("{\"a\":\"a"),
    BYTES("{\"a\":\"b\"}#"),
    BYTES("[\"\\uD800\\\"]"),
    BYTES("[\"\\uD800\\u\"]"),
    BYTES("[\"\\uD800\\u1\"]"),
    BYTES("[\"\\uD800\\u1x\"]"),
    BYTES("[\"\\uD800\"]"),
    BYTES("[\"\\uDC00\"]"),
    BYTES("[\"\\uDd1e\\uD834\"]"),
    BYTES("[\"\\ud800abc\"]"),
    BYTES("[\"\\uD800\\uD800\\n\"]"),
    BYTES("[\xc3\xa9]"),
    BYTES("[\"\\x00\"]"),
    BYTES("[\"\\\\\\\"]"),
    BYTES("[\"\\\t\"]"),
    BYTES("[\"\\\xf0\x9f\x8c\x80\"]"),
    BYTES("[\"\\\"]"),
    BYTES("[\"\\u00A\"]"),
    BYTES("[\"\\u00g0\"]"),
    BYTES("[\"\\a\"]"),
    BYTES("[\"\\u\xe5\"]"),
    BYTES("[\\u0020\"asd\"]"),
    BYTES("[\\n]"),
    BYTES("\""),
    BYTES("\"\\"),
    BYTES("['single quote']"),
    BYTES("abc"),
    BYTES("[\"a\0b\"]"),
    BYTES("[\"new\nline\"]"),
    BYTES("[\"\t\"]"),
    BYTES("\"\"x"),
    BYTES("[1]x"),
    BYTES("[1][2]"),
    BYTES("1 2"),
    BYTES("\xef\xbb\xbf{}"),
    BYTES("[\xe2\x81\xa0]"),
    BYTES("[\f]"),
    BYTES("[\v]"),
    BYTES("\xc2\xa0[]"),
    BYTES("[\"\xff\"]"),
    BYTES("[\"\xc0\xaf\"]"),
    BYTES("[\"\xed\xa0\x80\"]"),
    BYTES("[\"\xf4\xbf\xbf\xbf\"]"),
    BYTES("[\"\xe2\x82\"]"),
    BYTES("\xff\xfe[\0]\0"),
    BYTES("[]\0"),
    BYTES("<null>"),
    BYTES("/* c */ 1"),
};

static void
test_parse_refuses_what_the_grammar_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < STOA_COUNT(refused); i++) {
		struct stoa_json root = {BYTES("untouched")};

		if (parse(refused[i], &root)) {
			fail_msg("row %zu taken: %s", i, refused[i].data);
		}
		assert_str(root.text, "untouched");
	}
}

static void
test_parse_never_reads_past_the_text(void **state)
{
	static const char text[] =
	    "{\"a\\n\\ud83d\\ude39\": [1.5e3, true, null, \"\xe2\x82\xac\"]}";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		/* Exact allocations let the address sanitizer see. */
		char *cut = malloc(len == 0 ? 1 : len);
		struct stoa_json root;

		assert_non_null(cut);
		memcpy(cut, text, len);
		assert_false(parse(stoa_str_of_bytes(cut, len), &root));
		free(cut);
	}
	(void)parse_good(text);
}

static void
test_parse_bounds_the_nesting(void **state)
{
	char text[2 * (STOA_JSON_DEPTH_MAX + 1)];
	struct stoa_json root;
	struct stoa_json_error error;
	size_t deepest = STOA_JSON_DEPTH_MAX;

	(void)state;
	memset(text, '[', deepest);
	memset(text + deepest, ']', deepest);
	assert_true(parse(stoa_str_of_bytes(text, 2 * deepest), &root));
	memset(text, '[', deepest + 1);
	memset(text + deepest + 1, ']', deepest + 1);
	assert_false(stoa_json_parse(
	    stoa_str_of_bytes(text, 2 * deepest + 2), 0, &root, &error));
	assert_int_equal(error.offset, deepest);
	assert_string_equal(error.text, "the nesting is deeper than 64 levels");
}

static void
test_parse_says_where_it_stopped(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		unsigned line, column;
		const char *error;
	} rows[] = {
	    {"{\"epochs\": 10,}", 14, 1, 15,
		"expected a member's name in double quotes"},
	    {"{\n  \"h\xc3\xa9\" 1}", 10, 2, 8,
		"expected a colon after the member's name"},
	    {"[1\n,\n  nul]", 7, 3, 3,
		"expected a value: an object, an array, a \"string\", a "
		"number, true, false or null"},
	    {"{'a': 1}", 1, 1, 2, "expected a member's name in double quotes"},
	    {"['a']", 1, 1, 2, "text takes double quotes, not single ones"},
	    {"{\"a\": 01}", 7, 1, 8, "a number must not begin with zeros"},
	    {"{\"a\": 1", 7, 1, 8, "expected a comma or } after the member"},
	    {"[1 2]", 3, 1, 4, "expected a comma or ] after the element"},
	    {"{} {}", 3, 1, 4, "nothing may follow the value"},
	    {"", 0, 1, 1, "a value is missing"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_json root;
		struct stoa_json_error error = {0};

		assert_false(stoa_json_parse(
		    stoa_str_of(rows[i].text), 0, &root, &error));
		assert_string_equal(error.text, rows[i].error);
		assert_int_equal(error.offset, rows[i].offset);
		assert_int_equal(error.line, rows[i].line);
		assert_int_equal(error.column, rows[i].column);
	}
}

static void
test_parse_refuses_equal_names_only_when_asked(void **state)
{
	static const struct {
		const char *text;
		size_t offset; /* of the second name; 0: names are unique */
	} rows[] = {
	    {"{\"a\": 1, \"a\": 2}", 9},
	    {"{\"a\": 1, \"\\u0061\": 2}", 9},
	    {"{\"\xc3\xa9\": 1, \"\\u00E9\": 2}", 10},
	    {"[{\"x\": {\"b\": 1, \"c\": 0, \"b\": 2}}]", 24},
	    {"{\"a\": {\"a\": {\"a\": 1}}, \"A\": [{\"a\": 1}]}", 0},
	    {"{\"\\u0061\": 1, \"\\u0062\": 2, \"ab\": 3}", 0},
	    {"{}", 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_str text = stoa_str_of(rows[i].text);
		struct stoa_json root;
		struct stoa_json_error error = {0};
		bool ok = stoa_json_parse(
		    text, STOA_JSON_UNIQUE_NAMES, &root, &error);

		assert_int_equal(ok, rows[i].offset == 0);
		assert_int_equal(error.offset, rows[i].offset);
		assert_true(stoa_json_parse(text, 0, &root, NULL));
	}
}

static void
test_parse_bounds_the_names_it_compares(void **state)
{
	char text[STOA_JSON_UNIQUE_MAX * 12 + 16];
	struct stoa_json root;
	int len = 1;

	(void)state;
	text[0] = '{';
	for (unsigned i = 0; i < STOA_JSON_UNIQUE_MAX; i++) {
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		    "%s\"n%u\":0", i == 0 ? "" : ",", i);
	}
	text[len] = '}';
	assert_true(stoa_json_parse(stoa_str_of_bytes(text, (size_t)len + 1),
	    STOA_JSON_UNIQUE_NAMES, &root, NULL));
	len += snprintf(text + len, sizeof(text) - (size_t)len, ",\"m\":0}");
	assert_false(stoa_json_parse(stoa_str_of_bytes(text, (size_t)len),
	    STOA_JSON_UNIQUE_NAMES, &root, NULL));
	assert_true(stoa_json_parse(
	    stoa_str_of_bytes(text, (size_t)len), 0, &root, NULL));
}

static void
test_iter_walks_members_and_elements(void **state)
{
	struct stoa_json root = parse_good(
	    " { \"a\" : [ 1 , \"]\\\"}\" , { } ] ,\n\"b\":{\"c\":null} } ");
	struct stoa_json_iter it = stoa_json_iter(root);
	struct stoa_json_member member;

	(void)state;
	assert_true(stoa_json_next(&it, &member));
	assert_str(member.name.text, "\"a\"");
	assert_str(member.value.text, "[ 1 , \"]\\\"}\" , { } ]");
	assert_int_equal(stoa_json_count(member.value), 3);
	assert_true(stoa_json_next(&it, &member));
	assert_true(stoa_json_is_str(member.name, STOA_STR("b")));
	assert_str(member.value.text, "{\"c\":null}");
	assert_false(stoa_json_next(&it, &member));
	assert_false(stoa_json_next(&it, &member));

	it = stoa_json_iter(parse_good("[1,[2],\"3\"]"));
	assert_true(stoa_json_next(&it, &member));
	assert_true(stoa_json_is_absent(member.name));
	assert_str(member.value.text, "1");
	assert_true(stoa_json_next(&it, &member));
	assert_str(member.value.text, "[2]");
	assert_true(stoa_json_next(&it, &member));
	assert_str(member.value.text, "\"3\"");
	assert_false(stoa_json_next(&it, &member));
}

static void
test_get_chains_through_what_is_absent(void **state)
{
	struct stoa_json root =
	    parse_good("{\"d\":{\"user\":{\"id\":\"7\"}},\"\\u0064x\":1}");
	struct stoa_json d = stoa_json_get(root, STOA_STR("d"));
	struct stoa_json user = stoa_json_get(d, STOA_STR("user"));
	struct stoa_json none = stoa_json_get(d, STOA_STR("member"));

	(void)state;
	assert_str(stoa_json_get(user, STOA_STR("id")).text, "\"7\"");
	assert_str(stoa_json_get(root, STOA_STR("dx")).text, "1");
	assert_true(stoa_json_is_absent(none));
	none = stoa_json_get(none, STOA_STR("id"));
	assert_true(stoa_json_is_absent(none));
	assert_string_equal(stoa_json_type_name(none), "nothing");
	assert_string_equal(stoa_json_type_name(user), "an object");
}

static void
test_pick_takes_the_first_of_each_name_in_one_pass(void **state)
{
	static const struct stoa_str names[] = {
	    BYTES("t"), BYTES("s"), BYTES("none"), BYTES("op")};
	struct stoa_json root = parse_good(
	    "{\"op\":0,\"d\":{\"t\":1},\"s\":42,\"t\":\"X\",\"op\":9}");
	struct stoa_json values[STOA_COUNT(names)];

	(void)state;
	assert_int_equal(stoa_json_pick(root, names, 4, values), 3);
	assert_str(values[0].text, "\"X\"");
	assert_str(values[1].text, "42");
	assert_true(stoa_json_is_absent(values[2]));
	assert_str(values[3].text, "0");
	assert_int_equal(stoa_json_pick(values[1], names, 4, values), 0);
}

static void
test_to_i64_takes_whole_numbers_in_range(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} rows[] = {
	    {"0", true, 0},
	    {"-0", true, 0},
	    {"10", true, 10},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 7},
	    {"1.0", false, 7},
	    {"1e3", false, 7},
	    {"\"1\"", false, 7},
	    {"true", false, 7},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		int64_t value = 7;
		bool ok = stoa_json_to_i64(parse_good(rows[i].text), &value);

		assert_int_equal(ok, rows[i].ok);
		assert_int_equal(value, rows[i].want);
	}
}

static void
test_to_double_is_the_nearest_and_finite(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		double want;
	} rows[] = {
	    {"0", true, 0},
	    {"0.1", true, 0.1},
	    {"-2.5e-3", true, -0.0025},
	    {"9007199254740993", true, 9007199254740992.0},
	    {"1.7976931348623157e308", true, 1.7976931348623157e308},
	    {"5e-324", true, 5e-324},
	    {"1e-400", true, 0},
	    {"1e400", false, 7},
	    {"-1e400", false, 7},
	    {"\"1\"", false, 7},
	    {"null", false, 7},
	};
	char digits[STOA_JSON_NUMBER_LEN_MAX + 2];
	double value = 7;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		bool ok;

		value = 7;
		ok = stoa_json_to_double(parse_good(rows[i].text), &value);
		assert_int_equal(ok, rows[i].ok);
		assert_memory_equal(&value, &rows[i].want, sizeof(value));
	}
	memset(digits, '1', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	assert_false(stoa_json_to_double(parse_good(digits), &value));
}

static void
test_to_bool_takes_truth_values_only(void **state)
{
	bool value = false;

	(void)state;
	assert_true(stoa_json_to_bool(parse_good("true"), &value));
	assert_true(value);
	assert_true(stoa_json_to_bool(parse_good("false"), &value));
	assert_false(value);
	assert_false(stoa_json_to_bool(parse_good("1"), &value));
	assert_false(stoa_json_to_bool((struct stoa_json){0}, &value));
}

static void
test_to_str_borrows_or_decodes(void **state)
{
	static const struct {
		const char *text;
		struct stoa_str want;
	} rows[] = {
	    {"\"\"", BYTES("")},
	    {"\"plain \xc3\xa9\"", BYTES("plain \xc3\xa9")},
	    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", BYTES("\"\\/\b\f\n\r\t")},
	    {"\"a\\u0000b\"", BYTES("a\0b")},
	    {"\"\\u007f\\u00e9\\u20AC\"", BYTES("\x7f\xc3\xa9\xe2\x82\xac")},
	    {"\"x\\ud83c\\udfdby\"", BYTES("x\xf0\x9f\x8f\x9by")},
	    {"\"\\udbff\\udfff\"", BYTES("\xf4\x8f\xbf\xbf")},
	};
	struct stoa_arena arena;
	struct stoa_str have;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, 65536);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_json value = parse_good(rows[i].text);

		assert_true(stoa_json_to_str(value, &arena, &have));
		assert_true(stoa_str_is_equal(have, rows[i].want));
		assert_true(stoa_json_is_str(value, rows[i].want));
		assert_false(stoa_json_is_str(value, STOA_STR("other")));
	}
	assert_false(
	    stoa_json_is_str(parse_good("\"\\u0061b\""), STOA_STR("a")));
	assert_false(
	    stoa_json_is_str(parse_good("\"\\u0061\""), STOA_STR("ab")));
	assert_false(stoa_json_to_str(parse_good("1"), &arena, &have));
	stoa_arena_fini(&arena);
}

static void
test_to_str_refuses_when_the_arena_is_full(void **state)
{
	struct stoa_arena arena;
	struct stoa_str have = STOA_STR("untouched");

	(void)state;
	stoa_arena_init(&arena, NULL, 0, 0);
	assert_false(stoa_json_to_str(parse_good("\"\\n\""), &arena, &have));
	assert_str(have, "untouched");
	assert_true(arena.is_overflown);
	assert_true(stoa_json_to_str(parse_good("\"n\""), &arena, &have));
	stoa_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_takes_what_the_grammar_takes),
	    cmocka_unit_test(test_parse_refuses_what_the_grammar_refuses),
	    cmocka_unit_test(test_parse_never_reads_past_the_text),
	    cmocka_unit_test(test_parse_bounds_the_nesting),
	    cmocka_unit_test(test_parse_says_where_it_stopped),
	    cmocka_unit_test(test_parse_refuses_equal_names_only_when_asked),
	    cmocka_unit_test(test_parse_bounds_the_names_it_compares),
	    cmocka_unit_test(test_iter_walks_members_and_elements),
	    cmocka_unit_test(test_get_chains_through_what_is_absent),
	    cmocka_unit_test(
		test_pick_takes_the_first_of_each_name_in_one_pass),
	    cmocka_unit_test(test_to_i64_takes_whole_numbers_in_range),
	    cmocka_unit_test(test_to_double_is_the_nearest_and_finite),
	    cmocka_unit_test(test_to_bool_takes_truth_values_only),
	    cmocka_unit_test(test_to_str_borrows_or_decodes),
	    cmocka_unit_test(test_to_str_refuses_when_the_arena_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
