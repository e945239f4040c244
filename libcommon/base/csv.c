/* csv.c - one state machine, one byte at a time, runs of plain text at once.
 *
 * A row is collected in one buffer with the end of each field beside it; the
 * views are made when the row is whole, because the buffer may move. */
#include "base/csv.h"

#include <string.h>

enum state {
	FIELD_START,
	PLAIN,	     /* inside an unquoted field */
	QUOTED,	     /* inside quotes */
	QUOTE_CLOSE, /* after a quote inside quotes: the end, or half a pair */
	RETURN,	     /* after a CR that must be followed by LF */
};

static const char bom[] = "\xef\xbb\xbf";

void
stoa_csv_init(struct stoa_csv *c, size_t row_len_max)
{
	stoa_assert(row_len_max > 0);
	*c = (struct stoa_csv){
	    .row_len_max = row_len_max,
	    .line_at = 1,
	    .line = 1,
	};
	stoa_buf_init(&c->row, row_len_max);
}

void
stoa_csv_fini(struct stoa_csv *c)
{
	stoa_buf_fini(&c->row);
}

void
stoa_csv_feed(struct stoa_csv *c, struct stoa_str bytes)
{
	stoa_assert(c->input.len == 0);
	stoa_assert(!c->is_ended);
	c->input = bytes;
}

void
stoa_csv_end(struct stoa_csv *c)
{
	stoa_assert(c->input.len == 0);
	c->is_ended = true;
}

static bool
fail(struct stoa_csv *c, enum stoa_csv_error error, size_t line)
{
	stoa_assert(c->error == STOA_CSV_OK);
	c->error = error;
	c->error_line = line;
	c->error_column = c->field_count + 1;
	return false;
}

static bool
add(struct stoa_csv *c, struct stoa_str bytes)
{
	stoa_buf_add_str(&c->row, bytes);
	return !c->row.is_overflown || fail(c, STOA_CSV_ROW_TOO_LONG, c->line);
}

static struct stoa_str
field_view(const struct stoa_csv *c, size_t i)
{
	size_t start = i == 0 ? 0 : c->ends[i - 1];
	struct stoa_str row = stoa_buf_str(&c->row);

	return stoa_str_of_bytes(row.data + start, c->ends[i] - start);
}

static bool
field_close(struct stoa_csv *c)
{
	if (c->field_count == STOA_CSV_COLUMN_MAX) {
		return fail(c, STOA_CSV_TOO_WIDE, c->line);
	}
	c->ends[c->field_count] = c->row.len;
	if (!stoa_str_is_utf8(field_view(c, c->field_count))) {
		return fail(c, STOA_CSV_NOT_UTF8, c->line);
	}
	c->field_count++;
	c->state = FIELD_START;
	return true;
}

static void
row_open(struct stoa_csv *c)
{
	stoa_buf_clear(&c->row);
	c->state = FIELD_START;
	c->field_count = 0;
	c->is_quoted = false;
	c->is_row_out = false;
	c->line = c->line_at;
}

/* Closes the last field. A row of nothing is a blank line, not a row. */
static bool
row_close(struct stoa_csv *c, bool *ret_is_row)
{
	bool is_blank = c->field_count == 0 && c->row.len == 0 && !c->is_quoted;

	*ret_is_row = false;
	if (is_blank) {
		row_open(c);
		return true;
	}
	if (!field_close(c)) {
		return false;
	}
	if (c->want == 0) {
		c->want = c->field_count;
	}
	if (c->field_count != c->want) {
		c->have = c->field_count;
		c->field_count = c->have < c->want ? c->have : c->want;
		return fail(c, STOA_CSV_RAGGED, c->line);
	}
	for (size_t i = 0; i < c->field_count; i++) {
		c->fields[i] = field_view(c, i);
	}
	c->is_row_out = true;
	*ret_is_row = true;
	return true;
}

/* How many leading bytes of `s` mean nothing special in this state. */
static size_t
plain_len(struct stoa_str s, bool in_quotes)
{
	size_t n = 0;

	while (n < s.len) {
		char b = s.data[n];

		if (b == '"' || b == '\0' || (in_quotes && b == '\n') ||
		    (!in_quotes && (b == ',' || b == '\n' || b == '\r'))) {
			break;
		}
		n++;
	}
	return n;
}

static bool
outside(struct stoa_csv *c, char b, bool *ret_is_row)
{
	switch (b) {
	case ',':
		return field_close(c);
	case '\n':
		c->line_at++;
		return row_close(c, ret_is_row);
	case '\r':
		c->state = RETURN;
		return true;
	case '"':
		if (c->state == PLAIN) {
			return fail(c, STOA_CSV_QUOTE_INSIDE, c->line_at);
		}
		c->state = QUOTED;
		c->is_quoted = true;
		c->quote_line = c->line_at;
		return true;
	default:
		if (c->state == QUOTE_CLOSE) {
			return fail(c, STOA_CSV_QUOTE_AFTER, c->line_at);
		}
		c->state = PLAIN;
		return add(c, stoa_str_of_bytes(&b, 1));
	}
}

static bool
inside(struct stoa_csv *c, char b)
{
	if (b == '"') {
		c->state = QUOTE_CLOSE;
		return true;
	}
	c->line_at += b == '\n';
	return add(c, stoa_str_of_bytes(&b, 1));
}

/* One byte that may change the state. */
static bool
byte(struct stoa_csv *c, char b, bool *ret_is_row)
{
	if (b == '\0') {
		return fail(c, STOA_CSV_ZERO_BYTE, c->line_at);
	}
	switch ((enum state)c->state) {
	case QUOTED:
		return inside(c, b);
	case QUOTE_CLOSE:
		if (b == '"') {
			c->state = QUOTED;
			return add(c, STOA_STR("\""));
		}
		return outside(c, b, ret_is_row);
	case RETURN:
		if (b != '\n') {
			return fail(c, STOA_CSV_BARE_RETURN, c->line_at);
		}
		return outside(c, b, ret_is_row);
	case FIELD_START:
	case PLAIN:
		return outside(c, b, ret_is_row);
	}
	stoa_assert(c->state <= RETURN);
	return false;
}

/* Swallows a byte order mark that may arrive in pieces. False: more needed.
 * A partial mark is only looked at once it is known not to be one; then its
 * bytes are put into the row as text, where the UTF-8 check judges them. */
static bool
bom_skip(struct stoa_csv *c)
{
	const size_t whole = sizeof(bom) - 1;

	while (c->bom_seen < whole) {
		if (c->input.len == 0 && !c->is_ended) {
			return false;
		}
		if (c->input.len == 0 || c->input.data[0] != bom[c->bom_seen]) {
			stoa_buf_add(&c->row, bom, c->bom_seen);
			c->state = c->bom_seen > 0 ? PLAIN : FIELD_START;
			break;
		}
		c->bom_seen++;
		c->input = stoa_str_from(c->input, 1);
	}
	c->bom_seen = whole;
	return true;
}

static enum stoa_csv_result
at_end(struct stoa_csv *c)
{
	bool is_row = false;

	if (c->state == QUOTED) {
		(void)fail(c, STOA_CSV_QUOTE_OPEN, c->quote_line);
		return STOA_CSV_ERROR;
	}
	if (c->state == RETURN) {
		(void)fail(c, STOA_CSV_BARE_RETURN, c->line_at);
		return STOA_CSV_ERROR;
	}
	if (!row_close(c, &is_row)) {
		return STOA_CSV_ERROR;
	}
	return is_row ? STOA_CSV_ROW : STOA_CSV_DONE;
}

static bool
step(struct stoa_csv *c, bool *ret_is_row)
{
	bool is_text = c->state == PLAIN || c->state == QUOTED;
	size_t n = is_text ? plain_len(c->input, c->state == QUOTED) : 0;
	struct stoa_str run = {c->input.data, n == 0 ? 1 : n};

	c->input = stoa_str_from(c->input, run.len);
	return n > 0 ? add(c, run) : byte(c, run.data[0], ret_is_row);
}

enum stoa_csv_result
stoa_csv_next(struct stoa_csv *c)
{
	bool is_row = false;

	if (c->error != STOA_CSV_OK) {
		return STOA_CSV_ERROR;
	}
	if (!bom_skip(c)) {
		return STOA_CSV_MORE;
	}
	if (c->is_row_out) {
		row_open(c);
	}
	while (c->input.len > 0) {
		if (!step(c, &is_row)) {
			return STOA_CSV_ERROR;
		}
		if (is_row) {
			return STOA_CSV_ROW;
		}
	}
	return c->is_ended ? at_end(c) : STOA_CSV_MORE;
}

const char *
stoa_csv_error_name(enum stoa_csv_error error)
{
	static const char *const names[] = {
	    [STOA_CSV_OK] = "",
	    [STOA_CSV_RAGGED] = "ragged_row",
	    [STOA_CSV_TOO_WIDE] = "too_many_columns",
	    [STOA_CSV_ROW_TOO_LONG] = "row_too_long",
	    [STOA_CSV_QUOTE_INSIDE] = "quote_in_field",
	    [STOA_CSV_QUOTE_AFTER] = "text_after_quote",
	    [STOA_CSV_QUOTE_OPEN] = "quote_not_closed",
	    [STOA_CSV_BARE_RETURN] = "bare_carriage_return",
	    [STOA_CSV_ZERO_BYTE] = "zero_byte",
	    [STOA_CSV_NOT_UTF8] = "not_utf8",
	};

	stoa_assert((size_t)error < STOA_COUNT(names));
	return names[error];
}

static const char *
advice(enum stoa_csv_error error)
{
	static const char *const texts[] = {
	    [STOA_CSV_OK] = "",
	    [STOA_CSV_RAGGED] = "",
	    [STOA_CSV_TOO_WIDE] = "too many columns",
	    [STOA_CSV_ROW_TOO_LONG] =
		"the row is too long; is a quote missing its partner?",
	    [STOA_CSV_QUOTE_INSIDE] =
		"a quote inside an unquoted field; put the field in quotes "
		"and double the quotes in it",
	    [STOA_CSV_QUOTE_AFTER] =
		"text after a closing quote; double the quotes that belong "
		"to the field",
	    [STOA_CSV_QUOTE_OPEN] =
		"the file ends inside the quotes that open here",
	    [STOA_CSV_BARE_RETURN] =
		"a carriage return without a line feed; save the file with "
		"LF or CRLF line ends",
	    [STOA_CSV_ZERO_BYTE] =
		"a zero byte; save the file as UTF-8, not UTF-16",
	    [STOA_CSV_NOT_UTF8] =
		"bytes that are not UTF-8; save the file as UTF-8",
	};

	stoa_assert((size_t)error < STOA_COUNT(texts));
	return texts[error];
}

void
stoa_csv_describe(const struct stoa_csv *c, struct stoa_buf *out)
{
	stoa_assert(c->error != STOA_CSV_OK);
	stoa_buf_printf(out, "line %zu", c->error_line);
	if (c->error == STOA_CSV_RAGGED) {
		stoa_buf_printf(out,
		    ": %zu column%s where the first row has %zu; put fields "
		    "with commas in quotes",
		    c->have, c->have == 1 ? "" : "s", c->want);
		return;
	}
	stoa_buf_printf(
	    out, ", column %zu: %s", c->error_column, advice(c->error));
	if (c->error == STOA_CSV_TOO_WIDE) {
		stoa_buf_printf(out, ", the limit is %d", STOA_CSV_COLUMN_MAX);
	}
	if (c->error == STOA_CSV_ROW_TOO_LONG) {
		stoa_buf_printf(
		    out, " The limit is %zu bytes.", c->row_len_max);
	}
}
