/* term_complete.h - what could come next in a line being typed.
 *
 * Commands, options, choices and truth values come from the catalogue; ids
 * and names from a callback of the caller, which answers from what it has:
 * it must not wait. Pure but for that callback. */
#ifndef STOA_TERM_COMPLETE_H
#define STOA_TERM_COMPLETE_H

#include "base/arena.h"
#include "base/buf.h"
#include "bot/catalogue.h"

#include <stdbool.h>
#include <stddef.h>

/* More than a screen shows helps nobody to choose. */
#define TERM_CANDIDATES_MAX 64

struct term_candidate {
	const char *text; /* replaces what has been typed of the word */
	const char *note; /* what it is, one line; "" for none */
};

struct term_completion {
	size_t from; /* where in the line the word begins */
	struct term_candidate candidates[TERM_CANDIDATES_MAX];
	size_t count;
	bool is_cut; /* there were more */
	struct stoa_arena *arena;
	struct stoa_str word; /* what has been typed of it */
};

/* Offers one value; taken if it begins with the word. Borrows nothing. */
void term_offer(struct term_completion *c, const char *value, const char *note);

/* Calls term_offer for each known value of `source`; `word` is what it should
 * begin with. */
typedef void (*term_values)(void *owner, enum bot_source source,
    struct stoa_str word, struct term_completion *c);

/* Completes the word that ends at `cursor` (bytes into `line`). Text lives in
 * the arena; a full arena gives fewer candidates. `values` may be NULL. */
void term_complete(struct stoa_str line, size_t cursor, term_values values,
    void *owner, struct stoa_arena *arena, struct term_completion *ret_c);

/* How much all candidates have in common beyond nothing, cut between
 * characters: what Tab may insert. Empty without candidates. */
struct stoa_str term_common(const struct term_completion *c);

/* A dim hint for what is still missing from `line`: " dataset:<a CID>".
 * Appends nothing when nothing is. */
void term_hint(struct stoa_buf *b, struct stoa_str line);

/* Offers files beginning with the word; directories end with a slash. Reads
 * one directory: only for a terminal's own machine. */
void term_offer_files(struct term_completion *c);

#endif
