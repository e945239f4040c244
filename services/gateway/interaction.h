/* interaction.h - what Discord says a member did, as a chat.Command.
 *
 * Reads INTERACTION_CREATE (Discord's "receiving and responding", API v10)
 * and messages that mention the bot. Knows shapes, not commands: every value
 * goes on as it is, and `bot` checks it against its catalogue. Layer 2, pure.
 */
#ifndef GATEWAY_INTERACTION_H
#define GATEWAY_INTERACTION_H

#include "base/arena.h"
#include "base/json.h"

#include "proto/chat.pb-c.h"
#include "proto/discord.pb-c.h"

/* custom_ids of ours that carry a token of a card: "t:<token>". */
#define INTERACTION_TOKEN_PREFIX "t:"

struct interaction {
	Stoa__Chat__Command *command; /* NULL: nothing to be done */
	Stoa__Discord__Turn *turn;    /* NULL: nothing to be answered */
	bool is_ping;
};

/* All in the arena. False: not an interaction of a shape we know; *ret_why
 * names the member that is wrong. */
bool interaction_read(struct stoa_json data, int64_t now_us,
    struct stoa_arena *arena, struct interaction *ret, const char **ret_why);

/* MESSAGE_CREATE. No command in it: not meant for `bot_user` (neither a
 * mention at the front nor a direct message), or written by a bot. */
bool interaction_read_message(struct stoa_json data, const char *bot_user,
    int64_t now_us, struct stoa_arena *arena, struct interaction *ret);

/* GUILD_CREATE of a guild the bot has just come to: its owner's /setup, said
 * in the system channel. Without one it has no channel, and is answered in
 * person. */
bool interaction_read_arrival(struct stoa_json data, int64_t now_us,
    struct stoa_arena *arena, struct interaction *ret);

#endif
