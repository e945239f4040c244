/* csv.h - rows out of bytes that arrive in pieces (RFC 4180).
 *
 * Accepts LF as well as CRLF, a byte order mark, a missing last line end and
 * blank lines (skipped). Refuses what would have to be guessed: a row with
 * another number of columns than the first, a quote inside an unquoted
 * field, text after a closing quote, a lone carriage return, a zero byte,
 * bytes that are not UTF-8. Every error names the line and the column.
 * Memory is one row, at most the maximum that the caller states, plus what
 * the caller feeds. Layer 1, pure. */
#ifndef STOA_BASE_CSV_H
#define STOA_BASE_CSV_H

#include "base/buf.h"
#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Columns of one row: tables for training have a handful; a file with more
 * is not one. */
#define STOA_CSV_COLUMN_MAX 64

enum stoa_csv_result {
	STOA_CSV_ROW,	/* fields are ready */
	STOA_CSV_MORE,	/* feed more, or say that this was all */
	STOA_CSV_DONE,	/* after the end: no more rows */
	STOA_CSV_ERROR, /* see `error`; final */
};

enum stoa_csv_error {
	STOA_CSV_OK,
	STOA_CSV_RAGGED,       /* other column count than the first row */
	STOA_CSV_TOO_WIDE,     /* more than STOA_CSV_COLUMN_MAX columns */
	STOA_CSV_ROW_TOO_LONG, /* more bytes than the maximum */
	STOA_CSV_QUOTE_INSIDE, /* a"b */
	STOA_CSV_QUOTE_AFTER,  /* "a"b */
	STOA_CSV_QUOTE_OPEN,   /* the file ended inside quotes */
	STOA_CSV_BARE_RETURN,  /* CR without LF */
	STOA_CSV_ZERO_BYTE,
	STOA_CSV_NOT_UTF8,
};

struct stoa_csv {
	/* The row, valid until the next call; each field is a view. */
	struct stoa_str fields[STOA_CSV_COLUMN_MAX];
	size_t field_count;
	size_t line; /* where the row began, from 1 */

	enum stoa_csv_error error;
	size_t error_line;
	size_t error_column; /* from 1 */
	size_t have;	     /* RAGGED: columns found */
	size_t want;	     /* columns of the first row, 0 before it */

	/* Private. */
	struct stoa_str input;
	struct stoa_buf row;
	size_t ends[STOA_CSV_COLUMN_MAX];
	size_t row_len_max;
	size_t line_at;
	size_t quote_line;
	size_t bom_seen;
	int state;
	bool is_quoted;
	bool is_row_out;
	bool is_ended;
};

/* `row_len_max` bounds the bytes of one row, separators not counted. */
void stoa_csv_init(struct stoa_csv *c, size_t row_len_max);
void stoa_csv_fini(struct stoa_csv *c);

/* Hands over the next piece; borrowed until stoa_csv_next says MORE. Allowed
 * only at the start and after MORE. */
void stoa_csv_feed(struct stoa_csv *c, struct stoa_str bytes);

/* No more pieces will come. */
void stoa_csv_end(struct stoa_csv *c);

STOA_MUST_USE enum stoa_csv_result stoa_csv_next(struct stoa_csv *c);

/* "ragged_row" and the like; "" for STOA_CSV_OK. */
const char *stoa_csv_error_name(enum stoa_csv_error error);

/* Appends what is wrong, where, and what to do, as one sentence. */
void stoa_csv_describe(const struct stoa_csv *c, struct stoa_buf *out);

#endif
