/* action.h - what buttons, selects and forms of a card stand for.
 *
 * A platform gives back 64 bytes at most of what a button carries, and anybody
 * can send anything: so a button carries a token, which is a reference to what
 * the broker keeps for a week (chat.Actions) and a MAC that says it is ours.
 *
 *     token = "1" reference(16) index(1) mac(13)      base32, 31 characters
 *
 * The reference is a MAC of what it refers to: the same card made again has
 * the same tokens. Layer 2, pure. */
#ifndef BOT_ACTION_H
#define BOT_ACTION_H

#include "base/arena.h"
#include "base/check.h"

#include "proto/chat.pb-c.h"

/* Of one card: ten buttons, a select, four selects more and a form. */
#define BOT_ACTIONS_MAX 16

#define BOT_REFERENCE_LEN 16
#define BOT_TOKEN_SIZE	  40

struct bot_actions {
	char reference[BOT_REFERENCE_LEN + 1]; /* the key it is kept under */
	struct stoa_str packed;		       /* chat.Actions; no data: none */
};

/* Gives every command of the card a token instead, for `asker`, whose fields
 * 1 to 3 are read. Commands that change something are for the asker alone.
 * False: the arena is full. */
STOA_MUST_USE bool bot_action_attach(struct stoa_arena *arena,
    struct stoa_str key, Stoa__Chat__Card *card,
    const Stoa__Chat__Actions *asker, struct bot_actions *ret_actions);

/* False: not a token of ours. */
STOA_MUST_USE bool bot_action_open(struct stoa_str key, struct stoa_str token,
    char ret_reference[static BOT_REFERENCE_LEN + 1], size_t *ret_index);

/* The line that was meant: the action's command with what was chosen or
 * filled in. NULL: the arena is full, or the line too long. */
const char *bot_action_line(struct stoa_arena *arena,
    const Stoa__Chat__Action *action, const Stoa__Chat__Command *command);

#endif
