/* commands.h - the catalogue as Discord's application commands.
 *
 * discord_commands_print makes the whole list for a bulk overwrite
 * (PUT /applications/{id}/commands) from the catalogue and its translations;
 * discord_commands_compare tells what such an overwrite would change, against
 * what GET .../commands?with_localizations=true answered. What was printed
 * and comes back with what Discord fills in (ids, versions, defaults, nulls,
 * another order of members) compares as equal. Layer 2, pure.
 *
 * Source: Discord's application commands, API v10. */
#ifndef DISCORD_COMMANDS_H
#define DISCORD_COMMANDS_H

#include "base/arena.h"
#include "base/status.h"
#include "bot/catalogue.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether a required option is asked for in a form instead of on the line
 * where the command is typed: then Discord is told that it is optional, and
 * who leaves it out is shown the form. The one place of that rule. */
bool discord_option_is_asked(const struct bot_option *option);

/* Whether Discord asks us for values while a member types. */
bool discord_option_has_offers(const struct bot_option *option);

/* The JSON array, in the arena; empty when that is full. The same catalogue
 * gives the same bytes. */
struct stoa_str discord_commands_print(struct stoa_arena *arena);

struct discord_plan {
	bool is_needed; /* there is something to overwrite */
	/* An activity's entry point is registered: a bulk overwrite without
	 * it is refused by Discord, so it has to be removed by hand first. */
	bool has_entry_point;
	size_t created, changed, deleted;
	struct stoa_str text; /* one line each; empty when not needed */
};

/* INVALID: `theirs` is not an array of commands. NO_MEMORY: the arena is
 * full. `ours` is what discord_commands_print gave. */
STOA_MUST_USE enum stoa_status discord_commands_compare(
    struct stoa_arena *arena, struct stoa_str ours, struct stoa_str theirs,
    struct discord_plan *ret_plan);

#endif
