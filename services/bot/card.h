/* card.h - building chat.Card within its limits.
 *
 * A builder over one arena: parts are added, then bot_card_finish writes the
 * plain form and gives the card. Text from members and workers is shortened
 * visibly and freed of control characters, never refused here. When the arena
 * is full every call does nothing and finish gives NULL: checked once.
 * Counts beyond chat.proto's are bugs of the caller. Layer 2, pure. */
#ifndef BOT_CARD_H
#define BOT_CARD_H

#include "base/arena.h"
#include "base/buf.h"

#include "proto/chat.pb-c.h"

#include <stdint.h>

struct bot_card {
	struct stoa_arena *arena;
	Stoa__Chat__Card *card; /* NULL when the arena was full at once */
};

struct bot_column {
	const char *name;
	bool is_right; /* numbers */
};

struct bot_card bot_card_begin(
    struct stoa_arena *arena, const char *title, Stoa__Chat__Severity severity);

/* A paragraph. */
void bot_card_text(struct bot_card *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lines kept as they are, in a fixed-width fence. */
void bot_card_verbatim(struct bot_card *b, struct stoa_str lines);

/* Left out when `value` is empty. */
void bot_card_field(
    struct bot_card *b, const char *name, const char *value, bool is_short);

/* One table at most; then its rows, a cell per column. */
void bot_card_table(
    struct bot_card *b, const struct bot_column *columns, size_t count);
void bot_card_row(struct bot_card *b, const char *const *cells);

/* Where the table goes on: the command with its option `after`; nothing when
 * that is empty. */
void bot_card_next(struct bot_card *b, const char *command, const char *after);

void bot_card_progress(struct bot_card *b, double done, const char *text,
    int64_t started_us, int64_t updated_us);

/* One bar more; what is beyond 0 to 1 is drawn as that. */
void bot_card_bar(struct bot_card *b, const char *label, double share,
    const char *value, bool is_winner);

/* Points that are not finite are left out; more than BOT_POINTS_MAX are
 * thinned, first and last kept. Nothing without points. */
void bot_card_curve(struct bot_card *b, const char *name, const double *ys,
    size_t count, const char *x_unit);

/* Beside the bars; text as in chat.proto. What is beyond 0 to 1 is drawn as
 * that. */
struct bot_gauge {
	const char *label;
	double share;
	const char *value;
	double mark;
	const char *mark_text;
};

void bot_card_gauge(struct bot_card *b, const struct bot_gauge *gauge);

/* A button that says what the member would have typed. */
void bot_card_button(struct bot_card *b, const char *label,
    Stoa__Chat__ButtonStyle style, const char *command);

/* A button that leads to a page; nothing unless it is https. */
void bot_card_link(struct bot_card *b, const char *label, const char *url);

struct bot_select {
	Stoa__Chat__SelectKind kind;
	const char *label;
	const char *command;
	const char *option;
	const char *value; /* chosen now; "" for nothing */
	/* Pairs of label and value; ended by NULL. NULL unless of CHOICES. */
	const char *const (*choices)[2];
	/* Where several may be chosen at once: how many, what is chosen now
	 * (ended by NULL; NULL: nothing), and the value if nothing is; "" if
	 * something must be. 0 and NULLs: one. */
	uint32_t count_max;
	const char *const *values;
	const char *none;
};

/* A list to choose from, at most BOT_SELECTS_MAX of them. */
void bot_card_select(struct bot_card *b, const struct bot_select *select);

/* Valid until the arena is reset; NULL when it is full. */
Stoa__Chat__Card *bot_card_finish(struct bot_card *b, bool is_final);

/* The card as plain text, as finish writes it. */
void bot_card_print_plain(struct stoa_buf *out, const Stoa__Chat__Card *card);

#endif
