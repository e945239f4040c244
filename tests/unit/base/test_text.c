#include "base/text.h"

#include "../unit.h"

#include <stdlib.h>

static void
test_lines_are_told_from_what_deceives(void **state)
{
	const struct {
		const char *text;
		bool is_line, has_lines;
	} rows[] = {
	    {"", true, true}, {"New Feature", true, true},
	    {"ação, 日本語, ελληνικά, 🙂", true, true},
	    {"שלום \u200fعليكم", true, true}, /* and a mark of direction */
	    {"क्\u200dष", true, true},	      /* a joiner */
	    {"two\nlines", false, true}, {"a\tb", false, false},
	    {"a\rb", false, false}, {"\x1b[2J", false, false},
	    {"a\x7f", false, false},
	    {"\xc2\x9b"
	     "2J",
		false, false}, /* CSI in one character */
	    {"a\u00a0b", true, true}, {"pay \u202eboB", false, false},
	    {"\u202a", false, false}, {"\u2066x\u2069", false, false},
	    {"\u2065", true, true}, {"\u206a", true, true},
	    {"\xff", false, false},
	    {"\xe2\x80", false, false}, /* cut in the middle */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    stoa_text_is_line(rows[i].text, 0, 100), rows[i].is_line);
		assert_int_equal(
		    stoa_text_has_lines(rows[i].text, 100), rows[i].has_lines);
	}
}

static void
test_lengths_are_in_bytes(void **state)
{
	(void)state;
	assert_false(stoa_text_is_line("", 1, 4));
	assert_true(stoa_text_is_line("abcd", 1, 4));
	assert_false(stoa_text_is_line("abcde", 1, 4));
	assert_false(stoa_text_is_line("ééé", 1, 4));
}

static void
test_a_text_may_be_set_to_a_part_of_itself(void **state)
{
	char *text = stoa_text_dup("the whole");

	(void)state;
	stoa_text_set(&text, text + 4);
	assert_string_equal(text, "whole");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines_are_told_from_what_deceives),
	    cmocka_unit_test(test_lengths_are_in_bytes),
	    cmocka_unit_test(test_a_text_may_be_set_to_a_part_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
