/* refusal.h - what the domains refuse, put into words.
 *
 * A refusal is a reason of a domain's RefusalReason and arguments in the order
 * that the reason's comment in proto/ gives. Layer 2, pure. */
#ifndef BOT_REFUSAL_H
#define BOT_REFUSAL_H

#include "base/arena.h"
#include "bot/problem.h"

#include "proto/journal.pb-c.h"

/* Always fills the problem: a reason that this build does not know is named
 * with its arguments. */
void bot_refusal_explain(const Stoa__Journal__Refusal *refusal,
    struct stoa_arena *arena, struct bot_problem *ret_problem);

/* The sentence for "reason: argument, argument", as the end of a job quotes
 * another domain's refusal; `text` itself when it is none. */
const char *bot_refusal_explain_text(
    struct stoa_arena *arena, const char *text);

/* Whether there are words for the reason. */
bool bot_refusal_is_known(const char *reason);

#endif
