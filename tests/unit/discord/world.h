/* world.h - the conversations between fake ports: a Discord and a broker that
 * keep what they are asked until the test answers, a clock that stands. */
#ifndef STOA_TESTS_DISCORD_WORLD_H
#define STOA_TESTS_DISCORD_WORLD_H

#include "base/arena.h"
#include "base/map.h"
#include "discord/parts.h"
#include "edge/loop.h"
#include "port/kv.h"

#define CHANNEL "300000000000000001"
#define GUILD	"300000000000000002"
#define USER	"300000000000000003"
#define OWNER	"300000000000000004"
#define DIRECT	"300000000000000005"
#define MESSAGE "300000000000000006"

/* What the paths of an interaction look like. */
#define CALLBACK "/interactions/77/token-1/callback"
#define ORIGINAL "/webhooks/42/token-1/messages/@original"
#define FOLLOW	 "/webhooks/42/token-1"
#define POSTS	 "/channels/" CHANNEL "/messages"
#define DIRECTS	 "/channels/" DIRECT "/messages"
#define PEOPLE	 "/users/@me/channels"

/* A call of Discord's that has not been answered. */
struct world_call {
	struct world_call *next;
	enum rest_method method;
	const char *path, *json;
	size_t file_count;
	rest_done done;
	void *owner;
};

enum world_end {
	WORLD_OPEN,
	WORLD_ACKED,
	WORLD_RETRIED,
	WORLD_DROPPED,
	WORLD_FORGOTTEN,
};

struct world_delivery {
	struct stoa_delivery delivery;
	enum world_end end;
	unsigned pulses;
};

/* What the broker or the pool is to do at the next turn of the loop. */
struct world_deed {
	struct world_deed *next;
	void (*run)(struct world_deed *deed);
	const char *key;
	struct stoa_str value;
	uint64_t expected;
	stoa_kv_got got;
	stoa_kv_stored stored;
	stoa_bus_stored kept;
	stoa_bus_done called;
	stoa_loop_fn work, done;
	void *owner;
};

struct world {
	struct discord *d;
	struct stoa_arena arena;
	struct world_call *calls, **calls_end;
	struct world_deed *deeds, **deeds_end;
	struct stoa_map kept; /* key -> struct stoa_str * */
	uint64_t revision;
	enum stoa_status kv_status;   /* of every get and put */
	enum stoa_status rest_status; /* of every rest_send */
	enum stoa_status store_status;
	bool has_no_charts; /* drawing fails */
	bool is_deaf;	    /* the broker does not answer at all, for now */
	stoa_consume_fn on_turn, on_card;
	stoa_hear_fn on_edit;
	unsigned window; /* of the turns */
	int64_t now_us;
	unsigned warn_count, fatal_count;
	char event[64];	      /* of the last warning */
	const char *commands; /* the last one sent to `bot`: its id */
	char file_url[256];
	const char *invite;
	enum stoa_status answered; /* the last request */
	struct stoa_str reply;
};

struct world *world_new(void);
void world_free(struct world *w);

/* A turn of the loop: whatever the broker and the pool have to do. */
void world_run(struct world *w);
/* Time goes by in ticks; the broker answers in each. */
void world_pass(struct world *w, int64_t us);
/* What an instance after a crash remembers: what the broker keeps. */
void world_restart(struct world *w);

/* What somebody else writes at the broker. */
void world_keep(struct world *w, const char *key, struct stoa_str value);

/* ---- what comes in ---- */

/* A turn of the interaction 77 of command `id`; `path` is its command. */
struct world_delivery *world_turn(
    struct world *w, const char *id, const char *path);
struct world_delivery *world_turn_of(
    struct world *w, const Stoa__Discord__Turn *turn);
/* With the handle of world_turn, as of now. */
void world_handle(const struct world *w, Stoa__Discord__Handle *handle);

/* A card with that text; `reply` empty unless `has_reply`. */
Stoa__Chat__Card world_card(const char *id, const char *text);
struct world_delivery *world_final(
    struct world *w, const Stoa__Chat__Card *card);
struct world_delivery *world_deliver(
    struct world *w, bool is_turn, struct stoa_str data);
void world_live(
    struct world *w, const char *id, uint32_t revision, const char *text);
/* The handle as a card brings it back. */
char *world_reply(struct world *w, const Stoa__Discord__Handle *handle);

/* ---- what Discord is asked ---- */

/* The oldest call, which must be this one. */
struct world_call *world_expect(
    struct world *w, enum rest_method method, const char *path);
void world_expect_silence(const struct world *w);
void world_answer(struct world *w, struct world_call *call, unsigned http,
    int64_t code, const char *json);
/* The network's failure, or the limiter's refusal. */
void world_break(
    struct world *w, struct world_call *call, enum rest_cause cause);
/* Expect and answer 200 with the id MESSAGE in CHANNEL. */
void world_succeed(struct world *w, enum rest_method method, const char *path);

#endif
