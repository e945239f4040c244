#include "base/csv.h"

#include "../unit.h"

#define ROW_LEN_MAX 64

/* Reads all of `text` in pieces of `piece` bytes; rows become "a|b\n". */
static enum stoa_csv_result
read_all(struct stoa_csv *c, struct stoa_str text, size_t piece,
    struct stoa_buf *out)
{
	enum stoa_csv_result result;

	for (;;) {
		result = stoa_csv_next(c);
		if (result == STOA_CSV_MORE && text.len == 0) {
			stoa_csv_end(c);
		} else if (result == STOA_CSV_MORE) {
			size_t n = text.len < piece ? text.len : piece;

			stoa_csv_feed(c, (struct stoa_str){text.data, n});
			text = stoa_str_from(text, n);
		} else if (result == STOA_CSV_ROW) {
			for (size_t i = 0; i < c->field_count; i++) {
				stoa_buf_add_text(out, i == 0 ? "" : "|");
				stoa_buf_add_str(out, c->fields[i]);
			}
			stoa_buf_add_text(out, "\n");
		} else {
			return result;
		}
	}
}

static void
test_next_reads_the_same_rows_however_fed(void **state)
{
	static const struct {
		struct stoa_str text;
		const char *want;
	} rows[] = {
	    {STOA_STR(""), ""},
	    {STOA_STR("\n\r\n\n"), ""},
	    {STOA_STR("a,b\n1,2\n"), "a|b\n1|2\n"},
	    {STOA_STR("a,b\r\n1,2"), "a|b\n1|2\n"},
	    {STOA_STR("a,b\n\n1,2\n\n"), "a|b\n1|2\n"},
	    {STOA_STR("\xef\xbb\xbf"
		      "a,b\n1,2\n"),
		"a|b\n1|2\n"},
	    {STOA_STR("a,b\n\"x, y\",\"he said \"\"no\"\"\"\n"),
		"a|b\nx, y|he said \"no\"\n"},
	    {STOA_STR("a,b\n\"two\nlines\",\"\"\n,\n"),
		"a|b\ntwo\nlines|\n|\n"},
	    {STOA_STR("a\n\"\"\nb\n"), "a\n\nb\n"},
	    {STOA_STR("a\nb\nc\n"), "a\nb\nc\n"},
	    {STOA_STR("h\xc3\xa9,\xf0\x9f\x8f\x9b\n"),
		"h\xc3\xa9|\xf0\x9f\x8f\x9b\n"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		for (size_t piece = 1; piece < 9; piece++) {
			struct stoa_csv c;
			struct stoa_buf out;

			stoa_csv_init(&c, ROW_LEN_MAX);
			stoa_buf_init(&out, 1024);
			assert_int_equal(
			    read_all(&c, rows[i].text, piece, &out),
			    STOA_CSV_DONE);
			assert_str(stoa_buf_str(&out), rows[i].want);
			stoa_buf_fini(&out);
			stoa_csv_fini(&c);
		}
	}
}

static void
test_next_refuses_and_names_the_place(void **state)
{
	static const struct {
		struct stoa_str text;
		enum stoa_csv_error error;
		size_t line, column;
	} rows[] = {
	    {STOA_STR("a,b\n1,2\n1,2,3\n"), STOA_CSV_RAGGED, 3, 3},
	    {STOA_STR("a,b\n\"x\ny\",2\n1\n"), STOA_CSV_RAGGED, 4, 2},
	    {STOA_STR("a,b\nx\"y,2\n"), STOA_CSV_QUOTE_INSIDE, 2, 1},
	    {STOA_STR("a,b\n1,\"x\"y\n"), STOA_CSV_QUOTE_AFTER, 2, 2},
	    {STOA_STR("a,b\n1,\"x\n\n"), STOA_CSV_QUOTE_OPEN, 2, 2},
	    {STOA_STR("a,b\r1,2\n"), STOA_CSV_BARE_RETURN, 1, 2},
	    {STOA_STR("a,b\n1,2\r"), STOA_CSV_BARE_RETURN, 2, 2},
	    {STOA_STR("a,b\n1\0,2\n"), STOA_CSV_ZERO_BYTE, 2, 1},
	    {STOA_STR("a,b\n1,\"\0\"\n"), STOA_CSV_ZERO_BYTE, 2, 2},
	    {STOA_STR("a,b\n1,\xff\n"), STOA_CSV_NOT_UTF8, 2, 2},
	    {STOA_STR("\xef\xbb"
		      "a,b\n"),
		STOA_CSV_NOT_UTF8, 1, 1},
	    {STOA_STR("0123456789012345678901234567890123456789012345678901"
		      "2345678901234\n"),
		STOA_CSV_ROW_TOO_LONG, 1, 1},
	    {STOA_STR(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
		      ",,,,,,,,,,,,,\n"),
		STOA_CSV_TOO_WIDE, 1, 65},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		for (size_t piece = 1; piece < 9; piece++) {
			struct stoa_csv c;
			struct stoa_buf out;

			stoa_csv_init(&c, ROW_LEN_MAX);
			stoa_buf_init(&out, 1024);
			assert_int_equal(
			    read_all(&c, rows[i].text, piece, &out),
			    STOA_CSV_ERROR);
			assert_int_equal(c.error, rows[i].error);
			assert_int_equal(c.error_line, rows[i].line);
			assert_int_equal(c.error_column, rows[i].column);
			assert_int_equal(stoa_csv_next(&c), STOA_CSV_ERROR);
			stoa_buf_fini(&out);
			stoa_csv_fini(&c);
		}
	}
}

static void
test_describe_says_what_was_expected(void **state)
{
	struct stoa_csv c;
	struct stoa_buf out;

	(void)state;
	stoa_csv_init(&c, ROW_LEN_MAX);
	stoa_buf_init(&out, 1024);
	assert_int_equal(
	    read_all(&c, STOA_STR("text,label\na,b\na,b,c\n"), 99, &out),
	    STOA_CSV_ERROR);
	stoa_buf_clear(&out);
	stoa_csv_describe(&c, &out);
	assert_str(stoa_buf_str(&out),
	    "line 3: 3 columns where the first row has 2; put fields with "
	    "commas in quotes");
	assert_string_equal(stoa_csv_error_name(c.error), "ragged_row");
	stoa_buf_fini(&out);
	stoa_csv_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next_reads_the_same_rows_however_fed),
	    cmocka_unit_test(test_next_refuses_and_names_the_place),
	    cmocka_unit_test(test_describe_says_what_was_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
