/* value.h - the value of one option: from text, checked, back to text.
 *
 * What bot_value_parse takes, bot_value_print writes in its canonical form,
 * and parsing that gives an equal value. bot_value_check holds for values
 * from every platform, typed ones included, so it trusts nothing.
 * Problems carry offsets relative to the value's text. Layer 2, pure. */
#ifndef BOT_VALUE_H
#define BOT_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "bot/catalogue.h"
#include "bot/problem.h"

#include "proto/chat.pb-c.h"

/* Reads `text` as the row's type into `ret_value` (name included), all in the
 * arena; space around JSON is dropped. Looks at the type only; limits are for
 * bot_value_check. */
STOA_MUST_USE bool bot_value_parse(const struct bot_option *row,
    struct stoa_str text, struct stoa_arena *arena,
    Stoa__Chat__Option *ret_value, struct bot_problem *ret_problem);

/* Whether `value` has the row's type and keeps its limits. */
STOA_MUST_USE bool bot_value_check(const struct bot_option *row,
    const Stoa__Chat__Option *value, struct stoa_arena *arena,
    struct bot_problem *ret_problem);

/* The value as it would be typed, without quotes. */
void bot_value_print(struct stoa_buf *b, const Stoa__Chat__Option *value);

/* Text of a value's kind with characters; NULL for the others. */
const char *bot_value_text(const Stoa__Chat__Option *value);

/* "1 to 64 bytes", "up to 1000000000 Joy": the row's limit in words, in the
 * arena or static, never NULL. */
const char *bot_value_limit(
    const struct bot_option *row, struct stoa_arena *arena);

#endif
