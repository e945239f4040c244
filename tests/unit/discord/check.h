/* check.h - Discord's limits, read from its documents and checked on JSON.
 *
 * Shares no code with what writes the JSON: it counts, parses markup and
 * walks components by itself. A broken limit aborts with the condition. */
#ifndef STOA_TESTS_DISCORD_CHECK_H
#define STOA_TESTS_DISCORD_CHECK_H

#include "base/str.h"

#include <stdbool.h>

/* The body of a message; with components v2 or with embeds. */
void check_message(struct stoa_str json);

/* The data of a modal. */
void check_modal(struct stoa_str json);

/* {"type":..,"data":..} around one of them, or choices, or nothing. */
void check_callback(struct stoa_str json);

/* The array of all commands. */
void check_commands(struct stoa_str json);

#endif
