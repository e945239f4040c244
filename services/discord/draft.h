/* draft.h - a card on its way to a message; for render*.c only.
 *
 * The flexible parts of a card (text, fields, table, hints) are written twice
 * if need be: as they are, and, when all together are too much, within the
 * share that each gets. */
#ifndef DISCORD_DRAFT_H
#define DISCORD_DRAFT_H

#include "discord/render.h"
#include "discord/text.h"
#include "discord/writer.h"

/* More than any part weighs, far from overflow. */
#define DISCORD_WEIGHT_NO_LIMIT (SIZE_MAX / 4)

struct draft {
	struct stoa_arena *arena;
	const Stoa__Chat__Card *card;
	const struct discord_options *options;
	struct discord_rendered *out;
};

/* A part's writer: at most that weight; a note when that is too little. */
typedef void draft_write(
    struct draft *d, struct stoa_buf *to, size_t weight_max);

struct draft_part {
	draft_write *write;
	struct stoa_str text; /* in the arena */
};

void draft_note(struct draft *d, const char *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes the parts, at most `weight_max` together: who needs less than an
 * even share leaves the rest to the others. */
void draft_share(
    struct draft *d, struct draft_part *parts, size_t count, size_t weight_max);

/* Text of one run into the arena. */
struct stoa_str draft_keep(struct draft *d, struct stoa_buf *b);

uint32_t draft_colour(Stoa__Chat__Severity severity);

/* Plain, escaped, with the sign of the severity. */
struct stoa_str draft_title(struct draft *d, size_t weight_max);
struct stoa_str draft_progress(struct draft *d);

draft_write draft_text, draft_fields, draft_table, draft_bars, draft_hints;

/* A field's value, escaped, cut visibly; false when it was. */
bool draft_value(struct stoa_buf *to, const char *value, size_t weight_max);

/* Curves and image in words, a line each: "loss: 2.31 to 0.43 over 7 points";
 * empty when there are files. */
struct stoa_str draft_curves(struct draft *d);

/* Says which files go with the message; before the parts are written. */
void draft_files(struct draft *d);

/* Whether the bars and the gauge are among them: then the text has only the
 * names that a picture cannot show. */
bool draft_has_vote(const struct draft *d);

/* The words for who cannot see that picture; "" when there are none. */
const char *draft_alt(struct draft *d, enum discord_file_kind kind);

/* The object that refers to an uploaded file. */
void draft_media(struct discord_writer *w, const char *key, const char *name);

/* Members `embeds` and `components` of a body without components v2. */
void draft_embeds(struct draft *d, struct discord_writer *w);

/* ---- what can be pressed ---- */

/* What Discord carries; else it can only be told. */
bool draft_is_link(const char *url);
bool draft_is_token(const char *token);
bool draft_is_form(const Stoa__Chat__Form *form);

/* The card's lists to choose from: `select`, then `selects`; at most
 * DISCORD_SELECTS_MAX. */
size_t draft_select_count(const struct draft *d);
const Stoa__Chat__Select *draft_select_get(const struct draft *d, size_t i);

/* Whether the i-th can be shown as one; else it is told. */
bool draft_select_is_shown(const struct draft *d, size_t i);

/* Action rows, as elements of the array that is open. */
void draft_rows(struct draft *d, struct discord_writer *w);

#endif
