/* term_text.h - measuring, colouring and wrapping text; for term_*.c only. */
#ifndef STOA_TERM_TEXT_H
#define STOA_TERM_TEXT_H

#include "base/buf.h"
#include "stoa/term.h"

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE,
	TERM_MAGENTA,
	TERM_CYAN,
};

/* What the renderers pass around. */
struct term_out {
	struct stoa_buf *b;
	unsigned width;
	bool has_colour;
};

/* The first character of `text`: its bytes, and the columns it takes (0 to
 * 2); -1 columns for what must not reach a terminal. */
size_t term_character(struct stoa_str text, int *ret_columns);

/* Columns that term_text_add will take. */
size_t term_columns(struct stoa_str text);

/* Appends one line's text, made harmless. */
void term_text_add(struct term_out *o, struct stoa_str text);

void term_style_begin(struct term_out *o, enum term_style style);
void term_style_end(struct term_out *o, enum term_style style);
void term_styled(struct term_out *o, enum term_style style, const char *text);
void term_spaces(struct term_out *o, size_t count);

/* Wraps `text` into lines behind `indent` spaces; the first line's indent is
 * taken as there already. Ends the last line. */
void term_wrap(struct term_out *o, struct stoa_str text, size_t indent);

void term_table(struct term_out *o, const Stoa__Chat__Table *table);
void term_progress(struct term_out *o, const Stoa__Chat__Progress *progress);
void term_bars(struct term_out *o, Stoa__Chat__Bar *const *bars, size_t count);

/* All series in one chart. */
void term_plot(
    struct term_out *o, Stoa__Chat__Series *const *series, size_t count);

#define TERM_INDENT 2

#endif
