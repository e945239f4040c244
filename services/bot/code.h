/* code.h - one-time codes to link two accounts, as people type them.
 *
 * Ten digits of Crockford's base 32 (50 bits), made from the command that asks
 * for one and the link key: the same command again shows the same code, and
 * nobody without the key can tell any. Only a keyed hash leaves the bot.
 * Layer 2, pure. */
#ifndef BOT_CODE_H
#define BOT_CODE_H

#include "base/check.h"
#include "base/hash.h"
#include "bot/limits.h"

#define BOT_CODE_SIZE (BOT_CODE_DIGITS + 2) /* with its hyphen and an end */

/* `command` is unlike that of any other command: its address. */
void bot_code_make(struct stoa_str link_key, struct stoa_str command,
    char ret_code[static BOT_CODE_SIZE]);

/* Upper or lower case, with or without hyphens and spaces; o is 0, i and l are
 * 1. False: that is no code. */
STOA_MUST_USE bool bot_code_hash(struct stoa_str link_key,
    struct stoa_str typed, struct stoa_hash *ret_hash);

#endif
