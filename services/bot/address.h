/* address.h - where a command came from and where its cards go.
 *
 * In:     stoa.chat.in.<platform>.<slot>.<user>      the command's id inside
 * Final:  stoa.chat.out.<platform>.<user>.<id>       stored, once per subject
 * Live:   stoa.progress.card.<platform>.<user>       heard or lost
 *
 * Platform and user are believed because the broker lets each user publish
 * under its own tokens only; an id becomes part of a subject, so it must be
 * one token. A job carries its address in its `reply`. Layer 2, pure. */
#ifndef BOT_ADDRESS_H
#define BOT_ADDRESS_H

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "bot/limits.h"

#include <stdbool.h>

struct bot_address {
	char platform[BOT_PLATFORM_LEN_MAX + 1];
	char user[BOT_USER_LEN_MAX + 1];
	char id[BOT_COMMAND_ID_LEN_MAX + 1];
};

/* Platform and user out of the subject; the id stays empty. */
STOA_MUST_USE bool bot_address_parse(
    struct stoa_str subject, struct bot_address *ret_address);

/* Sets the id; false when it cannot stand in a subject: 1 to
 * BOT_COMMAND_ID_LEN_MAX of letters, digits, '_', '-' and ':'. */
STOA_MUST_USE bool bot_address_set_id(
    struct bot_address *address, struct stoa_str id);

#define BOT_ADDRESS_TEXT_SIZE \
	(32 + BOT_PLATFORM_LEN_MAX + BOT_USER_LEN_MAX + BOT_COMMAND_ID_LEN_MAX)

void bot_address_final(const struct bot_address *address,
    char subject[static BOT_ADDRESS_TEXT_SIZE]);
void bot_address_live(const struct bot_address *address,
    char subject[static BOT_ADDRESS_TEXT_SIZE]);

/* "<platform>|<user>|<id>", as a job carries it, and back. */
void bot_address_print(
    const struct bot_address *address, char text[static BOT_ADDRESS_TEXT_SIZE]);
STOA_MUST_USE bool bot_address_read(
    struct stoa_str text, struct bot_address *ret_address);

/* Where a proposal is told: to who made it, or where it was said. As the
 * proposal carries it: an address, and after a space the platform's id of the
 * channel, if it is known. */
struct bot_notice_address {
	struct bot_address to;
	char channel[BOT_PLATFORM_ID_LEN_MAX + 1];
};

/* False when it is no such id; empty is allowed. */
STOA_MUST_USE bool bot_notice_address_set_channel(
    struct bot_notice_address *address, struct stoa_str channel);

/* In the arena; "" when that is full. */
const char *bot_notice_address_print(
    const struct bot_notice_address *address, struct stoa_arena *arena);
STOA_MUST_USE bool bot_notice_address_read(
    struct stoa_str text, struct bot_notice_address *ret_address);

#endif
