/* term.h - a card on a terminal, or as JSON for a script.
 *
 * Text is UTF-8 and measured in columns; nothing in a card can control the
 * terminal: control characters become spaces or U+FFFD. Widths come from the
 * C library, so the process must have called term_locale_init. Words are
 * never broken, so that ids can be copied: a line may be longer than `width`.
 * Rendering is a pure function of its arguments; only the two first functions
 * look at the world. */
#ifndef STOA_TERM_H
#define STOA_TERM_H

#include "base/buf.h"

#include "proto/chat.pb-c.h"

#include <stdbool.h>

struct term_options {
	unsigned width;	 /* columns, at least TERM_WIDTH_MIN */
	bool has_colour; /* escape sequences for colour and weight */
};

#define TERM_WIDTH_MIN 20
#define TERM_WIDTH_MAX 120 /* wider text is hard to read */

/* A rendered card is at most this long, colours included. */
#define TERM_CARD_LEN_MAX ((size_t)256 * 1024)

/* Takes UTF-8 from the environment, or C.UTF-8 where it names another
 * encoding. Numbers keep their decimal point. */
void term_locale_init(void);

/* What suits the file `fd`: its width; colour on a terminal that knows how,
 * unless NO_COLOR is set and not empty (no-color.org). */
struct term_options term_options_of(int fd);

/* Appends the card, every line ended. */
void term_card_render(struct stoa_buf *b, const Stoa__Chat__Card *card,
    const struct term_options *options);

/* Appends the card as one line of JSON, without the newline. Fields have the
 * names of chat.proto, enums are words, what is absent is left out. */
void term_card_json(struct stoa_buf *b, const Stoa__Chat__Card *card);

#endif
