/* parse.h - one grammar for every platform where commands are typed.
 *
 *     line   = [ space ] "/" name [ "@" bot ] *( space option ) [ space ]
 *     option = key ":" [ space ] value      dataset:bafy...
 *            | "--" key ( "=" | space ) value
 *            | "--" key                     of a true-or-false option
 *            | value                        of the only required option
 *     value  = double quoted, with \" \\ \n \t inside
 *            | single quoted, as it stands
 *            | a JSON object or array, to its closing bracket
 *            | anything up to the next white space
 *
 * Names may be typed in any case. Curly quotes count as double quotes and a
 * dash before a name as "--": phones turn one into the other. Recursion and
 * backtracking do not occur; the work is linear in the line's length.
 * Layer 2, pure. */
#ifndef BOT_PARSE_H
#define BOT_PARSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "bot/catalogue.h"
#include "bot/problem.h"

#include "proto/chat.pb-c.h"

/* Parses and checks `line`. The command lives in the arena; only path,
 * options and raw are set, the rest is for the edge. On failure *ret_problem
 * says what is wrong and where in `line`, and *ret_command is untouched,
 * except that a "missing_option" leaves what was given. */
STOA_MUST_USE bool bot_parse(struct stoa_str line, struct stoa_arena *arena,
    Stoa__Chat__Command **ret_command, struct bot_problem *ret_problem);

/* Reads what a platform could only carry as text - an amount, a JSON object,
 * a form's input - into the types of the catalogue. What it does not know is
 * left to bot_validate. */
STOA_MUST_USE bool bot_coerce(Stoa__Chat__Command *command,
    struct stoa_arena *arena, struct bot_problem *ret_problem);

/* Checks a command from any platform against the catalogue: known path, known
 * options, none twice, required ones there, types and limits kept. The row is
 * given also on failure when the path is known, else NULL. */
STOA_MUST_USE bool bot_validate(const Stoa__Chat__Command *command,
    struct stoa_arena *arena, const struct bot_command **ret_row,
    struct bot_problem *ret_problem);

/* The option of that name, or NULL. */
const Stoa__Chat__Option *bot_argument(
    const Stoa__Chat__Command *command, const char *name);

/* Writes the command as one line which bot_parse reads back to equal path and
 * options. */
void bot_print(struct stoa_buf *b, const Stoa__Chat__Command *command);

#endif
