/* text.h - text as Discord counts, shows and interprets it.
 *
 * Foreign text is made harmless on the way out: control characters become
 * spaces, bytes that are not UTF-8 become U+FFFD, characters that turn the
 * direction of reading are dropped, and every character that would begin
 * markup, a mention or a link is escaped. Layer 2, pure. */
#ifndef DISCORD_TEXT_H
#define DISCORD_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* UTF-16 code units; a byte that is not UTF-8 counts as the one character
 * that stands for it. */
size_t discord_units(struct stoa_str text);

/* In fifths of a unit, see limits.h; never less than five times the units. */
size_t discord_weight(struct stoa_str text);

/* Columns in a fixed-width font: East Asian wide characters take two, marks
 * that combine none. */
size_t discord_columns(struct stoa_str text);

/* Whether nothing of it would be seen: Discord trims and then refuses it. */
bool discord_is_blank(struct stoa_str text);

/* Whether Discord carries it back unchanged: UTF-8 without control characters
 * or spaces at its ends, not blank, at most `units_max`. For ids and values,
 * which are never cut. */
bool discord_is_exact(struct stoa_str text, size_t units_max);

/* A copy for places without markup (labels, values of inputs, alt texts):
 * made harmless, line breaks as spaces, cut to `units_max` with an ellipsis.
 * *ret_is_cut (may be NULL) is set, never cleared. "" when the arena is full.
 */
const char *discord_text_bare(struct stoa_arena *arena, struct stoa_str text,
    size_t units_max, bool *ret_is_cut);

/* Whether a picture shows it as it is: letters that any font has, written from
 * left to right one after the other, none laid upon another. For what is not,
 * the platform's own text has to do. */
bool discord_is_drawable(struct stoa_str text);

/* ---- a pen: writes until its weight is used up ---- */

/* After the first piece that does not fit nothing more is written, so that a
 * text is never missing its middle. */
struct discord_pen {
	struct stoa_buf *to; /* borrowed */
	size_t left;	     /* weight */
	bool is_cut;
};

struct discord_pen discord_pen(struct stoa_buf *to, size_t weight_max);

/* All of `text` or nothing; as it is, markup included. */
bool discord_pen_add(struct discord_pen *pen, struct stoa_str text);
bool discord_pen_text(struct discord_pen *pen, const char *text);

enum discord_line {
	DISCORD_LINES,	   /* line breaks are kept */
	DISCORD_LINE,	   /* from the start of a line, breaks as spaces */
	DISCORD_LINE_REST, /* something stands before it on its line */
};

/* Without any markup left. */
void discord_pen_escape(
    struct discord_pen *pen, struct stoa_str text, enum discord_line line);

/* Sets weight aside for text that is to be written later, whatever comes. */
bool discord_pen_prepay(struct discord_pen *pen, struct stoa_str text);

/* For inside of fences: nothing escaped, no fence ends early. */
void discord_pen_verbatim(struct discord_pen *pen, struct stoa_str text);

/* A card's text: `code`, **bold** and lines between ``` are kept, the rest
 * is escaped. What was opened is closed, even where the weight ends. Gives
 * false when it was cut: an ellipsis says so at the place. */
bool discord_markup_write(
    struct stoa_buf *to, struct stoa_str text, size_t weight_max);

#endif
