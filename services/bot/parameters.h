/* parameters.h - what a recipe is set to: from JSON, and as people read it.
 *
 * A flat object of numbers, strings and truth values. Which names a recipe
 * knows and which values it takes is for `training` to decide. Layer 2, pure.
 */
#ifndef BOT_PARAMETERS_H
#define BOT_PARAMETERS_H

#include "base/arena.h"
#include "base/check.h"
#include "bot/problem.h"

#include "proto/training.pb-c.h"

/* Reads `json`, which may be empty: no parameters. All in the arena; a full
 * arena is told by its flag. Refuses, naming the parameter: other kinds of
 * values, whole numbers that a double cannot tell apart, too many. */
STOA_MUST_USE bool bot_parameters_read(struct stoa_str json,
    struct stoa_arena *arena, Stoa__Training__Parameter ***ret_parameters,
    size_t *ret_count, struct bot_problem *ret_problem);

/* "epochs 10, batch_size 32"; "" for none. */
const char *bot_parameters_text(struct stoa_arena *arena,
    Stoa__Training__Parameter *const *parameters, size_t count);

#endif
