/* plan.c - how many shards there are, and the way to another number.
 *
 * The record "plan" names the count in force. Whoever was started with
 * another one connects the shards of that beside those in force, over all
 * replicas that want the same, and replaces the record at the revision that it
 * has read: of several that want something different one gets through, and the
 * others follow. Everybody acts by the plan as soon as it is seen; beats tell
 * of a new one, and it is read again in any case. */
#include "gateway/parts.h"

#include "base/check.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>

#define PLAN_KEY "plan"

/* Two numbers. */
#define PLAN_MAX 16

bool
plan_is_bringing(const struct gateway *g)
{
	return g->plan.revision != 0 && reshard_stand(&g->aim, g->plan.count,
					    g->plan.revision) == RESHARD_BRINGS;
}

void
plan_look(const struct gateway *g, struct reshard_look *look)
{
	const struct fleet *next = sets_find(g, FLEET_NEXT, 0);
	uint8_t settled[SETTLED_SIZE] = {0};

	*look = (struct reshard_look){
	    .new_count = next == NULL ? 0 : next->count,
	    .old_count = g->plan.count,
	};
	fleet_look(sets_find(g, FLEET_FORCE, 0), look);
	fleet_settled(next, settled);
	alive_look(g, look, settled);
	if (next != NULL) {
		look->new_settled = reshard_bits_count(settled, SETTLED_SIZE);
	}
}

/* ---- what is in force ---- */

static void
stand_tell(const struct gateway *g)
{
	if (reshard_stand(&g->aim, g->plan.count, g->plan.revision) ==
	    RESHARD_OVERRULED) {
		gateway_log(g, true, "shards_overruled",
		    "started for %u shards, but %u have come into force since "
		    "that was new: this process takes its part of these; to "
		    "have %u again see \"another number of shards\" in "
		    "docs/discord.md",
		    g->aim.count, g->plan.count, g->aim.count);
	}
}

/* The sets as the plan wants them. */
static void
sets_arrange(struct gateway *g)
{
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		if (f->role == FLEET_PAST) {
			continue;
		}
		if (f->count != g->plan.count) {
			sets_end(f, g->plan.revision);
		} else if (f->role == FLEET_NEXT) {
			sets_enforce(f);
		}
	}
	if (sets_find(g, FLEET_FORCE, 0) == NULL) {
		(void)sets_add(g, g->plan.count, FLEET_FORCE);
	}
	/* Some of the count before may be left without anybody. */
	if (g->plan.from != 0 && g->plan.from != g->plan.count &&
	    sets_find(g, FLEET_PAST, g->plan.from) == NULL) {
		sets_end(
		    sets_add(g, g->plan.from, FLEET_FORCE), g->plan.revision);
	}
}

static void
plan_take(struct gateway *g, const Stoa__Discord__Plan *p, uint64_t revision)
{
	unsigned before = g->plan.count;

	if (revision == g->plan.revision) {
		return;
	}
	g->plan = (struct plan){p->count, p->from, revision};
	g->released_count = 0; /* of another set */
	g->beat_us = 0;	       /* the others are to know at once */
	if (before == 0) {
		g->aim = reshard_aim(g->o.shards, g->aim_before, revision);
		gateway_log(
		    g, false, "shards", "%u shards are in force", p->count);
	} else if (before != p->count) {
		g->counts.reshards++;
		gateway_log(g, false, "reshard_switched",
		    "%u shards are in force; the %u before them say what they "
		    "have heard, and leave",
		    p->count, before);
	}
	sets_arrange(g);
	stand_tell(g);
}

static void
on_put(void *owner, enum stoa_status status, uint64_t revision)
{
	struct gateway *g = owner;

	(void)status;
	(void)revision;
	g->is_planning = false;
	g->plan_due_us = 0; /* read again: somebody may have been first */
}

static void
plan_put(struct gateway *g, unsigned count, unsigned from, uint64_t revision)
{
	Stoa__Discord__Plan p = STOA__DISCORD__PLAN__INIT;
	uint8_t bytes[PLAN_MAX];

	p.count = count;
	p.from = from;
	g->is_planning = true;
	stoa_kv_put(g->o.bus, GATEWAY_BUCKET, PLAN_KEY,
	    gateway_pack(&p.base, bytes, sizeof(bytes)), revision, on_put, g);
}

/* There is none: the first one is written, or again what we know of it. */
static void
plan_missing(struct gateway *g, uint64_t revision)
{
	unsigned count = g->plan.count > 0 ? g->plan.count
			 : g->o.shards > 0 ? g->o.shards
					   : g->recommended;

	if (count > 0) { /* else Discord has not told yet */
		plan_put(g, count, g->plan.from, revision);
	}
}

static void
on_plan(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct gateway *g = owner;
	Stoa__Discord__Plan *p = NULL;

	g->is_planning = false;
	g->plan_due_us =
	    g->now_us +
	    (g->plan.revision == 0 ? GATEWAY_PLAN_FIRST_US : GATEWAY_PLAN_US);
	if (status == STOA_OK) {
		p = stoa__discord__plan__unpack(
		    NULL, value.len, (const uint8_t *)value.data);
	}
	if (p != NULL && p->count > 0 && p->count <= GATEWAY_SHARDS_MAX &&
	    p->from <= GATEWAY_SHARDS_MAX) {
		plan_take(g, p, revision);
		g->plan_sure_us = g->plan_asked_us;
	} else if (status == STOA_OK || status == STOA_NOT_FOUND) {
		plan_missing(g, revision);
	}
	if (p != NULL) {
		stoa__discord__plan__free_unpacked(p, NULL);
	}
}

void
plan_doubt(struct gateway *g)
{
	g->plan_due_us = 0;
}

/* ---- another count ---- */

static void
bring_begin(struct gateway *g)
{
	unsigned count = g->aim.count;

	/* It was in force until a moment ago, and the same records are being
	 * removed. */
	if (sets_find(g, FLEET_PAST, count) != NULL) {
		return;
	}
	(void)sets_add(g, count, FLEET_NEXT);
	g->beat_us = 0;
	g->told_settled = 0;
	g->told_us = g->now_us;
	gateway_log(g, false, "reshard_begun",
	    "from %u shards to %u: these are connected beside those in force, "
	    "which publish until all are there",
	    g->plan.count, count);
}

static void
progress_tell(struct gateway *g, const struct reshard_look *look)
{
	bool is_whole = look->new_settled == look->new_count;

	if (look->new_settled == g->told_settled ||
	    (!is_whole && g->now_us - g->told_us < GATEWAY_PROGRESS_US)) {
		return;
	}
	g->told_settled = look->new_settled;
	g->told_us = g->now_us;
	gateway_log(g, false, "reshard_progress", "%u of %u shards are ready",
	    look->new_settled, look->new_count);
}

static void
bring_tick(struct gateway *g)
{
	struct reshard_look look;

	if (sets_find(g, FLEET_NEXT, 0) == NULL) {
		bring_begin(g);
		return;
	}
	plan_look(g, &look);
	progress_tell(g, &look);
	if (reshard_is_due(&look)) {
		plan_put(g, g->aim.count, g->plan.count, g->plan.revision);
	}
}

/* Discord wants more shards: as many as it recommends, asked afresh. False:
 * these are no more. */
static bool
recommended_take(struct gateway *g)
{
	if (g->refused_us == 0) {
		g->refused_us = g->now_us;
	}
	if (g->budget_us <= g->refused_us) {
		if (g->now_us >= g->step_due_us) {
			identify_ask(g);
		}
		return true;
	}
	g->refused_us = 0;
	if (g->recommended <= g->plan.count) {
		return false;
	}
	g->aim = (struct reshard_aim){g->recommended, g->plan.revision};
	return true;
}

bool
plan_bears_refusal(struct runner *r)
{
	struct gateway *g = r->gateway;
	enum shard_fatal why = r->shard.fatal;

	if (why != SHARD_FATAL_SHARD && why != SHARD_FATAL_COUNT) {
		return false;
	}
	switch (r->fleet->role) {
	case FLEET_NEXT:
		gateway_log(g, true, "reshard_refused",
		    "Discord does not take a shard of %u: %u stay in force; "
		    "%s",
		    r->fleet->count, g->plan.count, shard_fatal_text(why));
		g->aim.plan = 0;
		sets_end(r->fleet, g->plan.revision);
		return true;
	case FLEET_PAST:
		return true;
	case FLEET_FORCE:
		/* Another count is on its way, or Discord names one. */
		return plan_is_bringing(g) ||
		       (why == SHARD_FATAL_COUNT && g->o.shards == 0 &&
			   recommended_take(g));
	}
	return false;
}

void
plan_tick(struct gateway *g)
{
	if (g->is_planning || g->is_draining || !alive_is_healthy(g)) {
		return;
	}
	if (g->now_us >= g->plan_due_us) {
		g->is_planning = true;
		g->plan_asked_us = g->now_us;
		stoa_kv_get(g->o.bus, GATEWAY_BUCKET, PLAN_KEY, on_plan, g);
	} else if (plan_is_bringing(g)) {
		bring_tick(g);
	}
}
