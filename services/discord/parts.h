/* parts.h - what the files of the conversations share; for them only.
 *
 *   discord.c   the life of all; deliveries in
 *   talk.c      one conversation: what is shown, and what is to come
 *   talk_send.c one step of it: a call of Discord's, and what came of it
 *   leader.c    which replica speaks
 *   serve.c     what other daemons ask for; who we are
 *   register.c  the commands, at the start
 *   move.c      attachments, from Discord to storage */
#ifndef DISCORD_PARTS_H
#define DISCORD_PARTS_H

#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "discord/discord.h"
#include "discord/rest.h"
#include "discord/talk_limits.h"
#include "port/bus.h"

#include "proto/chat.pb-c.h"
#include "proto/discord.pb-c.h"

#define DISCORD_ID_SIZE 32

/* How far a conversation has come. */
enum talk_phase {
	TALK_SILENT,   /* nothing was answered yet, as far as we know */
	TALK_DEFERRED, /* Discord shows that we think */
	TALK_ANSWERED, /* by the interaction's token */
	TALK_MOVED,    /* a message of our own in a channel */
	TALK_OVER,     /* the final card is shown, or cannot be */
};

struct talk {
	struct discord *discord;
	char id[160]; /* of the command */
	enum talk_phase phase;
	Stoa__Discord__Kind kind;
	char application[DISCORD_ID_SIZE];
	char interaction[DISCORD_ID_SIZE];
	char token[320]; /* a secret while it lives */
	char guild[DISCORD_ID_SIZE];
	char channel[DISCORD_ID_SIZE];
	char replied[DISCORD_ID_SIZE]; /* the message that is answered */
	char user[DISCORD_ID_SIZE];
	/* The message that is edited. MOVED: ours, in a channel; ANSWERED:
	 * the asker's own, beside the first answer; empty: that one. */
	char message[DISCORD_ID_SIZE];
	char gone[DISCORD_ID_SIZE];	/* a message that was deleted */
	char moved_to[DISCORD_ID_SIZE]; /* MOVED: its channel */
	int64_t received_us;		/* wall */
	bool is_private;   /* the command's answers are for the asker */
	bool is_personal;  /* its card answers nothing: to its user in person */
	bool is_ephemeral; /* what is shown is */
	bool is_direct;	   /* moved_to is between the asker and us */
	bool has_handle;
	bool is_looking; /* the record is being read */
	bool is_looked;
	bool is_recorded;
	unsigned recordings; /* under way */
	bool is_turn_over;   /* acknowledged when they are done */

	struct stoa_delivery *turn;  /* until the first answer */
	struct stoa_delivery *final; /* until it is shown */
	struct stoa_buf live;	     /* the newest card, packed; empty: none */
	struct stoa_buf last;	     /* the final card, packed */
	struct stoa_buf request;     /* the command that brought a file */
	uint32_t revision;	     /* newest live one; older are late */

	bool is_busy;	    /* a step is under way */
	bool is_moving;	    /* its upload is */
	unsigned failures;  /* of steps, in a row */
	int64_t retry_us;   /* monotonic */
	int64_t edited_us;  /* monotonic */
	int64_t touched_us; /* monotonic */
};

struct discord_counts {
	uint64_t turns, cards, edits, deferrals, late, moved, choices, forms;
	uint64_t degraded, undeliverable, uploads, registered;
};

struct discord {
	struct discord_settings s;
	struct stoa_consumer *turns, *cards;
	struct stoa_map talks; /* id -> struct talk * */
	struct stoa_map told;  /* channel -> when, for missing permissions */
	int64_t now_us, wall_us;
	int64_t pulse_us, sweep_us;
	unsigned busy; /* steps, moves and looks under way */
	unsigned moves, suggests;
	bool is_draining;

	/* leader.c */
	bool is_leader, is_leading_asked;
	uint64_t revision; /* of the leader's record as we know it */
	uint64_t seen_beat;
	char seen_incarnation[48];
	int64_t seen_us, beat_us;
	int64_t asked_us, kept_us; /* kept: when what was granted was asked */
	int64_t twin_us;	   /* of our name, first seen; 0: never */
	uint64_t beat;

	/* serve.c */
	char application[DISCORD_ID_SIZE];
	char name[80];
	char invite[256];
	bool is_describing;
	int64_t describe_us;
	enum {
		COMMANDS_UNKNOWN,
		COMMANDS_ASKED,
		COMMANDS_DONE
	} commands;

	struct discord_counts counts;
};

void discord_say(const struct discord *d, bool is_warning, const char *event,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Conversations are this process's to go on with. */
bool discord_speaks(const struct discord *d);

/* ---- talk.c ---- */

struct talk *talk_get(struct discord *d, const char *id);
struct talk *talk_make(struct discord *d, const char *id);
void talk_free(struct talk *t);
void talk_set_handle(struct talk *t, const Stoa__Discord__Handle *handle);
void talk_set_request(struct talk *t, const Stoa__Chat__Command *request);

/* Does what is to be done next, unless a step is under way. Where another
 * process speaks, hands back what came in and forgets the rest. */
void talk_pump(struct talk *t);

/* The first answer stands: the turn is done, once that is written down. */
void talk_turn_done(struct talk *t);

/* Nothing more will be shown; `is_shown`: the final card is. */
void talk_end(struct talk *t, bool is_shown);

/* Writes down what is shown, so that another process can go on. */
void talk_record(struct talk *t);

/* ---- talk_send.c ---- */

/* Shows `card` (packed) by whatever way is open; NULL: says that we think. */
void talk_show(struct talk *t, const struct stoa_buf *packed, bool is_final);

/* At most 25 characters, the same for the same card: a second post of it gives
 * the first one back. `gone` is the message that it replaces, or "". NULL: the
 * arena is full. */
const char *nonce_make(
    struct stoa_arena *arena, const char *id, const char *gone);

/* A snowflake in quotes; false, and nothing taken: it is none. */
bool id_take(struct stoa_json value, char to[static DISCORD_ID_SIZE]);

/* ---- leader.c ---- */

void leader_tick(struct discord *d);

/* Nobody else can have taken over yet. */
bool leader_is_sure(const struct discord *d);

/* ---- serve.c, register.c, move.c ---- */

void describe_tick(struct discord *d);
void register_start(struct discord *d);
void suggest_start(
    struct discord *d, struct stoa_delivery *turn, Stoa__Discord__Turn *in);

/* Moves what was attached to the command to where the card says, then asks
 * the same again with the content's id, and the conversation goes on under
 * that command. What cannot be moved is told instead. */
void move_start(struct talk *t, const Stoa__Chat__Card *card);

/* Tells who can mend it that the bot may not write in a channel. */
void complain(struct talk *t);

#endif
