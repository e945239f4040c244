/* parts.h - what the gateway's files share; for them only.
 *
 *   plan.c      how many shards there are; from one number to another
 *   sets.c      which sets of shards there are
 *   fleet.c     a set of shards, and which of them are ours: leases
 *   alive.c     which replicas live
 *   runner.c    one shard that is ours: connection, session, what it says
 *   identify.c  who may identify: budget, one in five seconds, loops
 *   publish.c   events and commands to the broker, in order
 *   gateway.c   the life of all, metrics */
#ifndef GATEWAY_PARTS_H
#define GATEWAY_PARTS_H

#include "base/time.h"
#include "gateway/gateway.h"
#include "gateway/interaction.h"
#include "gateway/reshard.h"
#include "gateway/shard.h"
#include "gateway/window.h"

#include "proto/chat.pb-c.h"
#include "proto/discord.pb-c.h"

enum lease {
	LEASE_UNKNOWN,	 /* not read yet, or too long ago */
	LEASE_OTHER,	 /* `holder` runs it */
	LEASE_READING,	 /* a read is under way */
	LEASE_CLAIMING,	 /* our claim is under way */
	LEASE_OURS,	 /* stored, and `revision` is ours */
	LEASE_SETTLING,	 /* a write's outcome is not known: reading */
	LEASE_RELEASING, /* being handed back */
};

#define GATEWAY_BUCKET "gateway"

#define REPLICA_NAME_SIZE 48

struct runner {
	struct gateway *gateway;
	struct fleet *fleet;
	unsigned id;
	enum lease lease;
	char holder[REPLICA_NAME_SIZE];
	char holder_incarnation[REPLICA_NAME_SIZE];
	int64_t looked_us; /* when the lease was read last */
	uint64_t revision; /* of the stored record, while it is ours */
	int64_t claimed_us;

	/* Of a count that is not in force. */
	bool has_heard;	 /* takes nothing more */
	bool is_leaving; /* all is stored: the record is removed */
	bool is_gone;	 /* there is no such record any more */
	int64_t past_us; /* since when it has to hear all and leave */
	unsigned guilds_due;
	int64_t guild_us; /* when the last one came */

	struct shard shard;
	struct window window;
	struct stoa_ws *ws;
	struct unpack *unpack;
	bool is_paused;
	bool is_open; /* the connection stands */

	char application[GATEWAY_ID_SIZE];
	char bot_user[GATEWAY_ID_SIZE];
	int64_t identified_us; /* wall; of the stored record */
	uint32_t identifies;

	bool is_saving;
	bool wants_grant; /* the save under way precedes an identify */
	bool is_save_due; /* something other than the place has changed */
	uint64_t saved_seq;
	int64_t saved_us; /* monotonic */

	/* Of the queue for identifying. */
	struct runner *queue_next;
	bool is_queued;
};

enum fleet_role {
	FLEET_FORCE, /* publishes */
	FLEET_NEXT,  /* is brought up, and keeps what it hears for a while */
	FLEET_PAST,  /* says what it has heard, and leaves */
};

/* All shards of one count. */
struct fleet {
	struct gateway *gateway;
	struct fleet *next;
	enum fleet_role role;
	unsigned count;
	uint64_t born;		/* revision of the plan when it was begun */
	uint64_t ended;		/* PAST: of the plan that ended it */
	bool is_unwanted;	/* PAST: it has never been in force */
	struct runner *runners; /* one per shard */
	unsigned cursor;	/* of the walk over leases */
	int64_t balance_us;
	size_t bytes; /* in all windows */
};

/* A bit for each shard. */
#define SETTLED_SIZE (GATEWAY_SHARDS_MAX / 8)

struct replica {
	char incarnation[REPLICA_NAME_SIZE];
	int64_t heard_us;
	uint64_t plan;	 /* it acts by */
	uint32_t shards; /* in force, that it holds */
	uint32_t lost;	 /* of these, without a session */
	unsigned next;	 /* the count that it brings up; 0: none */
	uint8_t settled[SETTLED_SIZE];
	bool is_leaving; /* hands back what it has */
};

/* Who shares the shards of a set. */
struct members {
	unsigned count;
	unsigned least; /* the fewest shards that another one holds */
	bool has_us;
};

/* The record of that name. */
struct plan {
	unsigned count, from;
	uint64_t revision; /* 0: not known yet */
};

/* An older process of our own name, if there is one. */
struct twin {
	char incarnation[REPLICA_NAME_SIZE];
	int64_t since_us, us; /* heard first and last; 0: never */
	unsigned heard;
};

/* Leaving is told to the others before the process ends. */
enum farewell {
	FAREWELL_NONE,
	FAREWELL_SENT,
	FAREWELL_STORED,
};

struct gateway_counts {
	uint64_t events; /* published, of all kinds */
	uint64_t passed; /* nobody subscribes to them */
	uint64_t commands;
	uint64_t turns;
	uint64_t unreadable; /* interactions of no shape we know */
	uint64_t cut;	     /* events too large for the bus */
	uint64_t lost_leases;
	uint64_t takeovers;
	uint64_t pauses;
	uint64_t again; /* stores that had to be repeated */
	uint64_t reshards;
	uint64_t unheard; /* shards of a former count, left too early */
};

enum identify_step {
	IDENTIFY_NONE,
	IDENTIFY_BUDGET, /* asking Discord how many are left */
	IDENTIFY_SLOT,	 /* asking the broker for the five seconds */
	IDENTIFY_SAVING, /* writing down that we do */
};

struct gateway {
	struct gateway_options o;
	struct stoa_buf unpacked; /* shared by all connections */
	struct fleet *fleets;	  /* one in force, once the plan is known */
	struct stoa_map replicas; /* name -> struct replica * */
	struct stoa_map types;	  /* event types that are subscribed */
	bool wants_all_types;
	int64_t now_us;
	int64_t started_us;
	int64_t beat_us, beat_put_us; /* put: the last one that was stored */
	uint64_t beat;
	size_t released_count;
	uint32_t released[32]; /* told with the next beats */
	int64_t released_us;
	size_t open_stores;
	struct message *again; /* publish.c: not stored, to be tried again */
	int64_t again_us;
	bool is_draining;
	bool is_listening; /* the broker has answered once */
	enum farewell farewell;
	struct twin twin;

	/* plan.c */
	struct plan plan;
	struct reshard_aim aim;
	struct reshard_aim aim_before; /* of the last life, until then */
	bool is_planning;
	int64_t plan_due_us;
	int64_t plan_asked_us;
	int64_t plan_sure_us; /* when it was surely still as it is known */
	int64_t told_us;      /* of how far it is */
	unsigned told_settled;
	int64_t refused_us; /* since when Discord wants more shards; 0 */

	/* identify.c */
	enum identify_step step;
	struct runner *queue, *queue_last;
	int64_t step_due_us;
	int64_t budget_us; /* when it was asked; 0: never */
	int64_t budget_left;
	int64_t budget_reset_us; /* monotonic */
	unsigned concurrency;
	unsigned recommended;
	char url[GATEWAY_URL_SIZE];
	bool is_asking;
	bool is_warned;
	uint64_t refused_identifies;

	struct gateway_counts counts;
	struct shard_counts past_counts; /* of sets that are gone */
};

void gateway_log(const struct gateway *g, bool is_warning, const char *event,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
int64_t gateway_wall_us(void);

/* Before anything is stored: ends a process that was stopped for long. */
void gateway_check_stale(const struct gateway *g);

/* ---- alive.c ---- */

void alive_start(struct gateway *g);
void alive_beat(struct gateway *g);

void alive_leave(struct gateway *g);

/* We reach the broker ourselves. */
bool alive_is_healthy(const struct gateway *g);

/* Somebody else, and in that life. */
bool alive_has(
    const struct gateway *g, const char *name, const char *incarnation);

/* Who brings up another count leaves those in force to the others, if there
 * are any. */
struct members alive_members(const struct fleet *f);

/* Adds what the others tell of both sets. */
void alive_look(const struct gateway *g, struct reshard_look *look,
    uint8_t settled[static SETTLED_SIZE]);

/* ---- plan.c ---- */

void plan_tick(struct gateway *g);

/* Somebody acts by a plan that is newer than ours. */
void plan_doubt(struct gateway *g);

/* We bring up a count that is not in force. */
bool plan_is_bringing(const struct gateway *g);

/* How far the set is that we bring up, over all replicas. */
void plan_look(const struct gateway *g, struct reshard_look *look);

/* Discord does not take a shard of this count, and there is another way than
 * to end. */
bool plan_bears_refusal(struct runner *r);

/* ---- sets.c ---- */

/* All shards of `count`; nobody is known to run them yet. */
struct fleet *sets_add(struct gateway *g, unsigned count, enum fleet_role role);

/* The first of that role, and of that count unless it is 0; or NULL. */
struct fleet *sets_find(
    const struct gateway *g, enum fleet_role role, unsigned count);

/* From now on it publishes, what it has kept first. */
void sets_enforce(struct fleet *f);

/* The plan of that revision does without it. */
void sets_end(struct fleet *f, uint64_t plan);

/* Forgets those of which nothing is left. */
void sets_sweep(struct gateway *g);

/* ---- fleet.c ---- */

struct stoa_str gateway_pack(
    const ProtobufCMessage *m, uint8_t *to, size_t size);

/* Of the set in force, or NULL: adds ours that cannot be connected. Of the one
 * that follows: those of ours that hear all. */
void fleet_look(const struct fleet *f, struct reshard_look *look);
void fleet_settled(const struct fleet *f, uint8_t settled[static SETTLED_SIZE]);

/* Shards that we hold or are about to; of no set: 0. */
unsigned fleet_lease_count(const struct fleet *f);

/* Others may have taken ours meanwhile: reads them again. */
void fleet_doubt(struct gateway *g);

/* Another replica tells what it has handed back. */
void fleet_released(struct gateway *g, const Stoa__Discord__Replica *record);

void fleet_start(struct gateway *g);
void fleet_tick(struct gateway *g);

/* Stores the session's place when it is due; `now`: at once. */
void fleet_save(struct runner *r, bool now);
void fleet_release(struct runner *r);

/* ---- runner.c ---- */

void runner_init(struct fleet *f, struct runner *r, unsigned id);
void runner_start(struct runner *r, const struct shard_session *session);

/* The lease is gone or given back: closes, forgets. */
void runner_stop(struct runner *r);
void runner_tick(struct runner *r);

/* Reads on or waits, as the windows have room. */
void runner_flow(struct runner *r);

/* ---- identify.c ---- */

void identify_queue(struct runner *r);
void identify_forget(struct runner *r);
void identify_tick(struct gateway *g);
void identify_saved(struct runner *r, bool is_stored);

/* Asks Discord for its address and the budget; then the address is there. */
void identify_ask(struct gateway *g);

/* ---- publish.c ---- */

/* A dispatch of this shard. False: it cannot be read. */
bool publish_dispatch(struct runner *r, const struct gateway_frame *frame);

/* Stores again what the broker has refused. */
void publish_tick(struct gateway *g);

/* What is under way stays so, but is ours no longer. */
void publish_forget(struct runner *r);

/* Of a set that is not in force: forgets what the one in force has surely
 * said. And when it comes into force: sends what is left. */
void publish_keep(struct runner *r);
void publish_kept(struct runner *r);

/* An interaction that came over HTTP. `stored` is told once all is durable. */
bool publish_interaction(struct gateway *g, const struct interaction *i,
    void (*stored)(void *owner, bool is_stored), void *owner);

#endif
