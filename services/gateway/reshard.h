/* reshard.h - from one number of shards to another, without a pause.
 *
 * The record "plan" in the broker names the count in force; the shards of that
 * count publish. Who wants another count connects all shards of it beside
 * them, keeps what these hear for a short while, and replaces the plan at the
 * revision that it had when this was begun. Whoever sees the new plan acts by
 * it: the new set publishes, what it has kept first; the old one goes on until
 * it has heard all that Discord had for it, then leaves.
 *
 * Here is what is decided, and nothing is done. Layer 2, pure. */
#ifndef GATEWAY_RESHARD_H
#define GATEWAY_RESHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A replica's own wish: its --shards, and the revision of the plan that was in
 * force when it was first said. It is kept over restarts, so that a process
 * that is started again by a supervisor says nothing new. */
struct reshard_aim {
	unsigned count; /* 0: whatever is in force */
	uint64_t plan;
};

/* What a process wants that is started with `wanted`, and that was told
 * `before` in its last life (plan 0: it had none). */
struct reshard_aim reshard_aim(
    unsigned wanted, struct reshard_aim before, uint64_t plan);

enum reshard_stand {
	RESHARD_FOLLOWS,   /* wants what is in force */
	RESHARD_BRINGS,	   /* wants another count: brings it up */
	RESHARD_OVERRULED, /* did so before another count came into force */
};

enum reshard_stand reshard_stand(
    const struct reshard_aim *aim, unsigned count, uint64_t plan);

/* ---- until the switch ---- */

struct reshard_shard {
	bool is_ready;
	int64_t ready_us;    /* for so long */
	unsigned guilds_due; /* announced by READY and not yet there */
	int64_t quiet_us;    /* since the last of them came */
};

/* It hears everything by now, and nothing that it repeats after a resume is
 * among what it keeps. */
bool reshard_is_settled(const struct reshard_shard *s);

struct reshard_look {
	unsigned new_count, new_settled;
	unsigned old_count;
	unsigned old_lost; /* without a session that could be resumed */
};

/* The new set hears everything, or nobody else does any more. An old shard
 * that is away is not waited for: what it has missed its session tells later,
 * and what comes from now on is in time. */
bool reshard_is_due(const struct reshard_look *l);

/* May be missing in what the old set says: `plan_sure_us` is when the old plan
 * was surely still in force. */
bool reshard_is_kept(int64_t came_us, int64_t plan_sure_us);

/* ---- after the switch ---- */

struct reshard_past {
	bool has_session;
	bool is_unwanted;  /* it has never been in force */
	bool is_caught_up; /* has heard all that there was for it */
	size_t waiting;	   /* events that are not stored yet */
	int64_t since_us;  /* the switch, or its adoption */
};

enum reshard_leave {
	RESHARD_HEARS,	/* goes on as before */
	RESHARD_STORES, /* takes nothing more, stores what it has */
	RESHARD_LEAVES,
};

enum reshard_leave reshard_leave(const struct reshard_past *p);

/* ---- which shards are settled, over all replicas ---- */

void reshard_bits_set(uint8_t *bits, size_t size, unsigned i);

/* Adds those of `other`; what is beyond `size` is none of ours. */
void reshard_bits_add(
    uint8_t *bits, size_t size, const uint8_t *other, size_t other_size);
unsigned reshard_bits_count(const uint8_t *bits, size_t size);

#endif
