#include "discord/text.h"

#include "discord/limits.h"

#include "../unit.h"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
test_units_and_columns_count_as_others_do(void **state)
{
	static const struct {
		const char *text;
		size_t units, weight, columns;
	} rows[] = {
	    {"", 0, 0, 0}, {"abc", 3, 15, 3}, {"\u00e9", 1, 5, 1},
	    {"e\u0301", 2, 10, 1}, {"\u65e5\u672c", 2, 14, 4},
	    {"\uff76", 1, 7, 1}, /* a half-width letter */
	    {"\u2588", 1, 7, 1}, {"\U0001f600", 2, 10, 2},
	    {"a\u200bb", 3, 17, 2}, {"\xff", 1, 7, 1}, /* written as U+FFFD */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_str s = stoa_str_of(rows[i].text);

		assert_int_equal(discord_units(s), rows[i].units);
		assert_int_equal(discord_weight(s), rows[i].weight);
		assert_int_equal(discord_columns(s), rows[i].columns);
	}
}

static void
test_is_blank_knows_what_nobody_sees(void **state)
{
	(void)state;
	assert_true(discord_is_blank(STOA_STR("")));
	assert_true(discord_is_blank(STOA_STR(" \t\n\x7f")));
	assert_true(discord_is_blank(STOA_STR("\u200b\u3000\u202e\u00a0")));
	assert_false(discord_is_blank(STOA_STR("\u200b.")));
	assert_false(discord_is_blank(STOA_STR("\xff")));
}

static void
test_is_exact_refuses_what_would_come_back_changed(void **state)
{
	(void)state;
	assert_true(discord_is_exact(STOA_STR("v1.abc"), 6));
	assert_false(discord_is_exact(STOA_STR("v1.abcd"), 6));
	assert_false(discord_is_exact(STOA_STR(""), 6));
	assert_false(discord_is_exact(STOA_STR("a\nb"), 6));
	assert_true(discord_is_exact(STOA_STR("a b"), 6));
	assert_false(discord_is_exact(STOA_STR("ab "), 6));
	assert_false(discord_is_exact(STOA_STR("a\xff"), 6));
}

static void
test_bare_cuts_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t units_max;
		const char *want;
		bool is_cut;
	} rows[] = {
	    {"abc", 3, "abc", false},
	    {"abcd", 3, "ab\u2026", true},
	    {"a\nb\x1b", 9, "a b ", false},
	    {"a\u202eb", 9, "ab", false},
	    {"a\xff", 9, "a\ufffd", false},
	    {"\U0001f600\U0001f600", 3, "\U0001f600\u2026", true},
	    {"\U0001f600\U0001f600", 4, "\U0001f600\U0001f600", false},
	    {"abc", 1, "\u2026", true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		bool is_cut = false;

		assert_string_equal(
		    discord_text_bare(&arena, stoa_str_of(rows[i].text),
			rows[i].units_max, &is_cut),
		    rows[i].want);
		assert_int_equal(is_cut, rows[i].is_cut);
	}
}

static void
escaped_check(const char *text, enum discord_line line, const char *want)
{
	struct stoa_buf b;
	struct discord_pen pen;

	stoa_buf_init(&b, 1024);
	pen = discord_pen(&b, 10000);
	discord_pen_escape(&pen, stoa_str_of(text), line);
	assert_str(stoa_buf_str(&b), want);
	stoa_buf_fini(&b);
}

static void
test_escape_leaves_no_markup(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"plain, (words). 1.5!", "plain, (words). 1.5!"},
	    {"*a* _b_ ~~c~~ ||d||",
		"\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\|\\|d\\|\\|"},
	    {"`x` \\*", "\\`x\\` \\\\\\*"},
	    {"<@1> <#2> <:e:3>", "\\<@1\\> \\<#2\\> \\<:e:3\\>"},
	    {"@everyone @here @me", "@\u200beveryone @\u200bhere @me"},
	    {"[a](https://b.c)", "\\[a\\](https\\://b.c)"},
	    {"# h\n ## h\na # b", "\\# h\n \\## h\na # b"},
	    {"-# small\n- list\n+ list\na - b",
		"\\-# small\n\\- list\n\\+ list\na - b"},
	    {"1. one\n12) two\n1.5", "1\\. one\n12\\) two\n1.5"},
	    {"\u202e# h\u3000", "\\# h\u3000"},
	    {"\t- x", " \\- x"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		escaped_check(rows[i].text, DISCORD_LINES, rows[i].want);
	}
	escaped_check("# a\nb", DISCORD_LINE, "\\# a b");
	escaped_check("# a", DISCORD_LINE_REST, "# a");
}

static void
test_markup_keeps_what_a_card_may_have(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"a **b** `c*` d", "a **b** `c*` d"},
	    {"**open", "\\*\\*open"},
	    {"**a\nb**", "\\*\\*a\nb\\*\\*"},
	    {"****", "\\*\\*\\*\\*"},
	    {"`open", "\\`open"},
	    {"``", "\\`\\`"},
	    {"**a `b` c**", "**a `b` c**"},
	    {"**a `**` c", "**a `**` c**"},
	    {"a\n```\n*b* <@1>\n```\nc", "a\n```\n*b* <@1>\n```\nc"},
	    {"```json\n{}\n```", "```\n{}\n```\n"},
	    {"```\nno end", "```\nno end\n```\n"},
	    {"``` not a fence", "\\`\\`\\` not a fence"},
	    {"```\na ``` b\n```", "```\na ``\u200b` b\n```\n"},
	    {"*i* _i_ # x", "\\*i\\* \\_i\\_ # x"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct stoa_buf b;

		stoa_buf_init(&b, 1024);
		assert_true(
		    discord_markup_write(&b, stoa_str_of(rows[i].text), 10000));
		assert_str(stoa_buf_str(&b), rows[i].want);
		stoa_buf_fini(&b);
	}
}

static void
test_markup_closes_what_it_cuts(void **state)
{
	static const struct {
		const char *text;
		size_t units;
		const char *want;
	} rows[] = {
	    {"abcdefgh", 6, "abcd\u2026"},
	    {"**abcdefgh**", 9, "**abc**\u2026"},
	    {"`abcdefgh`", 7, "`abc`\u2026"},
	    {"ab `cdefgh`", 5, "ab \u2026"},
	    {"```\nabc def\n```", 17, "```\nabc de\u2026\n```\n"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		size_t weight = rows[i].units * DISCORD_WEIGHT_ONE;
		struct stoa_buf b;

		stoa_buf_init(&b, 1024);
		assert_false(discord_markup_write(
		    &b, stoa_str_of(rows[i].text), weight));
		assert_str(stoa_buf_str(&b), rows[i].want);
		assert_in_range(discord_weight(stoa_buf_str(&b)), 0, weight);
		stoa_buf_fini(&b);
	}
}

static void
test_is_drawable_knows_what_any_font_has(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
	    {"", true},
	    {"for", true},
	    {"na\u00efve \u20ac 5 \u2192 \u0394", true},
	    {"\u0434\u0430", true},
	    {"e\u0301", false},		 /* a mark of its own */
	    {"soft\u00adhyphen", false}, /* of no shape */
	    {"\u05db\u05df", false},
	    {"\u202eabc", false},
	    {"\u2764\ufe0f", false},
	    {"\U0001f44d", false},
	    {"\u65e5\u672c", false},
	    {"a\nb", false},
	    {"\xc3", false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(discord_is_drawable(stoa_str_of(rows[i].text)),
		    rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_units_and_columns_count_as_others_do),
	    cmocka_unit_test(test_is_blank_knows_what_nobody_sees),
	    cmocka_unit_test(
		test_is_exact_refuses_what_would_come_back_changed),
	    cmocka_unit_test(test_is_drawable_knows_what_any_font_has),
	    cmocka_unit_test(test_bare_cuts_between_characters),
	    cmocka_unit_test(test_escape_leaves_no_markup),
	    cmocka_unit_test(test_markup_keeps_what_a_card_may_have),
	    cmocka_unit_test(test_markup_closes_what_it_cuts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
