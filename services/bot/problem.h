/* problem.h - why a command is not accepted, in parts.
 *
 * Says what is wrong (`text`), where (`field`, and a place in the typed line),
 * what is allowed (`limit`) and what to do about it (`fix`). Every text is
 * terminated and never NULL once filled; it lives in the arena or for ever.
 * Layer 2, pure. */
#ifndef BOT_PROBLEM_H
#define BOT_PROBLEM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>

struct bot_problem {
	const char *code;  /* for programs: "unknown_option"; for ever */
	const char *field; /* the option; empty: the command as a whole */
	const char *given; /* what was there, shortened */
	const char *limit; /* what is allowed */
	const char *text;  /* one sentence without a full stop */
	const char *fix;   /* what to do now */
	size_t offset;	   /* into the line, in bytes */
	size_t len;	   /* 0: no place in the line */
};

/* Fills *ret_problem from `draft`, its NULL fields becoming empty, and prints
 * the sentence. Always false, so that a check can return it. */
bool bot_problem_fill(struct bot_problem *ret_problem, struct stoa_arena *arena,
    const struct bot_problem *draft, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Copy of `text` for `given`: control characters replaced, cut between
 * characters at BOT_GIVEN_LEN_MAX with "..." after it. */
const char *bot_problem_excerpt(struct stoa_arena *arena, struct stoa_str text);

/* The line around the place and a caret line under it; nothing when there is
 * no place. At most two lines of `width` columns. */
void bot_problem_print_place(struct stoa_buf *b,
    const struct bot_problem *problem, struct stoa_str line, size_t width);

#endif
