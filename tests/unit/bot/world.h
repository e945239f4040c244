/* world.h - the bot between fake ports: a bus that keeps what it is asked
 * until the test answers, a cache that allows or not, a clock that stands. */
#ifndef STOA_TESTS_BOT_WORLD_H
#define STOA_TESTS_BOT_WORLD_H

#include "base/arena.h"
#include "base/map.h"
#include "bot/bot.h"
#include "port/bus.h"

#include "proto/accounts.pb-c.h"
#include "proto/chat.pb-c.h"
#include "proto/training.pb-c.h"

#define ADA	  "t_adaaaaaaaa"
#define GRACE	  "t_graceaaaaa"
#define COMMUNITY "c_communityy"
#define MEMBER	  "u_memberaaaa"

#define TRAINING_EVENT(name) STOA__TRAINING__EVENT__KIND_##name

/* A call that the bot made and that has not been answered. */
struct world_call {
	struct world_call *next;
	char service[32], method[32];
	char community[64], actor[64], command_id[192];
	uint64_t index_min;
	int64_t timeout_us;
	void *request; /* unpacked, in the world's arena */
	stoa_bus_done done;
	void *owner;
};

enum world_end {
	WORLD_OPEN,
	WORLD_ACKED,
	WORLD_RETRIED,
	WORLD_DROPPED,
};

/* A delivery; the bot sees the first member. */
struct world_delivery {
	struct stoa_delivery delivery;
	enum world_end end;
	int64_t retry_us;
	unsigned pulses;
};

struct world_value {
	struct stoa_str data;
	uint64_t revision;
};

struct world {
	struct bot *bot;
	struct stoa_arena arena;
	struct world_call *calls, **calls_end;
	/* The last card stored and the last one told. */
	char subject[256], id[256];
	Stoa__Chat__Card *final;
	unsigned final_count;
	Stoa__Chat__Card *live;
	unsigned live_count;
	enum stoa_status store_status; /* what a store is answered */
	bool is_denied;		       /* by the cache */
	bool is_alone;		       /* the cache is degraded */
	unsigned limit_count;
	char limit_key[160];
	int64_t interval_us; /* of the last limit asked */
	int64_t now_us;
	stoa_bus_done gather;
	void *gather_owner;
	unsigned warn_count;
	struct stoa_map kept; /* chat-action: reference -> struct stoa_str * */
	/* chat-sealed: key -> struct world_value * */
	struct stoa_map sealed;
	uint64_t revision; /* of the last value stored there */
};

struct world *world_new(int64_t rate_factor);
/* The same where members have accounts on a chain. */
struct world *world_new_on_chain(void);
void world_free(struct world *w);

/* Delivers a typed line (or a command) of `user`; `count` is how often it has
 * been delivered. */
struct world_delivery *world_say(
    struct world *w, const char *user, const char *id, const char *line);
struct world_delivery *world_deliver(struct world *w, const char *user,
    const Stoa__Chat__Command *command, uint64_t count);
struct world_delivery *world_deliver_discord(
    struct world *w, const char *user, const Stoa__Chat__Command *command);
struct world_delivery *world_notice(
    struct world *w, const Stoa__Training__Notice *notice);

/* The same of a vote; the message is a governance.Notice. */
struct world_delivery *world_vote_notice(
    struct world *w, const ProtobufCMessage *notice);

/* The same of the market: a marketplace.Notice. */
struct world_delivery *world_market_notice(
    struct world *w, const ProtobufCMessage *notice);

/* The oldest call, which must be this one. */
struct world_call *world_expect(
    struct world *w, const char *service, const char *method);
void world_expect_silence(const struct world *w);

/* Answer and forget the call. */
void world_fail(
    struct world *w, struct world_call *call, enum stoa_status status);
void world_reply(
    struct world *w, struct world_call *call, const ProtobufCMessage *reply);
void world_accept(struct world *w, struct world_call *call, uint64_t index,
    const ProtobufCMessage *event);
void world_refuse(struct world *w, struct world_call *call, const char *reason,
    const char *argument);

/* Answers what a first command of a known member asks: who, and as what. */
void world_resolve(struct world *w);
void world_balance(struct world *w, Stoa__Accounts__Role role);
void world_meet(struct world *w);

/* Answers what is set of the community, with these roles of the platform. */
void world_community(
    struct world *w, const char *admin_role, const char *trainer_role);

void world_pass(struct world *w, int64_t us); /* and tick */
void world_progress(struct world *w, const char *job, struct stoa_str data);

#endif
