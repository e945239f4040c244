/* talk_limits.h - bounds of the conversations, with their reasons. */
#ifndef DISCORD_TALK_LIMITS_H
#define DISCORD_TALK_LIMITS_H

#include "discord/platform.h"

#include <stddef.h>

/* ---- Discord's (receiving and responding, API v10) ---- */

/* Half of the time for the first answer is left for the way. */
#define DISCORD_DEFER_US (1500 * STOA_US_PER_MS)

/* A token lives 15 minutes; the last one is not relied on. */
#define DISCORD_TOKEN_US (14 * 60 * STOA_US_PER_S)

/* ---- ours ---- */

/* One edit of a message a second: more is not seen and costs its bucket. */
#define DISCORD_EDIT_US (1 * STOA_US_PER_S)

#define DISCORD_TICK_US (20 * STOA_US_PER_MS)

/* The broker gives a delivery to somebody else when it has not heard of it
 * for its ack wait (a second for turns, three for cards). */
#define DISCORD_PULSE_US (300 * STOA_US_PER_MS)

/* Conversations in memory: those under way and, for late copies, those that
 * have ended. 1 KiB each. */
#define DISCORD_TALKS_MAX 16384
#define DISCORD_IDLE_US	  (60 * STOA_US_PER_S)

/* A card on the bus: the stream takes no larger message. */
#define DISCORD_CARD_MAX ((size_t)256 * 1024)

/* Suggestions under way: as many answers wait in the interactions' lane. */
#define DISCORD_SUGGESTS_MAX 1024

/* Taken from the broker at once. */
#define DISCORD_TURNS_WINDOW 512
#define DISCORD_CARDS_WINDOW 512

/* One call, retries included. */
#define DISCORD_CALL_US (15 * STOA_US_PER_S)

/* A request for turns stands so long: what a hanging process gets meanwhile
 * reaches another one after the broker's ack wait of a second, and that is
 * still within the three seconds. */
#define DISCORD_ASK_US (500 * STOA_US_PER_MS)

/* A copy of what is being worked on comes back after this. */
#define DISCORD_REDO_US (2 * STOA_US_PER_S)

/* Memory to render one card. */
#define DISCORD_ARENA_MAX ((size_t)8 * 1024 * 1024)

/* What Discord answers: a message with all its components. */
#define DISCORD_ANSWER_MAX ((size_t)1024 * 1024)

/* Told about a channel where the bot may not write: once a day. */
#define DISCORD_TOLD_US	 STOA_US_PER_DAY
#define DISCORD_TOLD_MAX 4096

/* ---- the one who speaks ---- */

/* The leader says that it is there; unheard for so long another one takes
 * over. Within the three seconds of an interaction. */
#define DISCORD_BEAT_US (200 * STOA_US_PER_MS)
#define DISCORD_DEAD_US (800 * STOA_US_PER_MS)

/* Unheard for so long the leader itself no longer edits: what it sends takes
 * some time, and must not come after what another one has shown. */
#define DISCORD_SURE_US (600 * STOA_US_PER_MS)

/* What comes to one who does not speak is offered again after this: at once it
 * could come back to the same one. */
#define DISCORD_HAND_US (50 * STOA_US_PER_MS)

/* Our own former life is dead when two beats are missing. */
#define DISCORD_FORMER_US (400 * STOA_US_PER_MS)

/* Another process of our name may be on its way out: a drain takes eight
 * seconds. */
#define DISCORD_TWIN_US (12 * STOA_US_PER_S)

/* ---- uploads ---- */

/* Attachments being moved to storage at once: each takes a thread of the
 * pool. */
#define DISCORD_MOVES_MAX 2
#define DISCORD_MOVE_US	  (120 * STOA_US_PER_S)

/* A card may overtake its turn, which says what the file is: the turn is
 * looked for so often, and for as long as it could have been answered. */
#define DISCORD_OVERTAKEN_US (50 * STOA_US_PER_MS)

#endif
