/* fleet.c - a set of shards, and which of them are ours.
 *
 * A shard's record in the broker names its owner and its session, and is only
 * ever replaced at the revision that was read: that is the lease, and the
 * fence. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "port/kv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Before anything is taken that may be another's: three of its beats. */
#define LISTEN_US (3 * GATEWAY_BEAT_REPLICA_US)

/* A lease of another is looked at again this often. */
#define LOOK_US (5 * STOA_US_PER_S)
#define FREE_US (100 * STOA_US_PER_MS)

/* And one that nobody holds, while our share is full. */
#define SPARE_US (1 * STOA_US_PER_S)

/* Leases read, and perhaps claimed, in one tick. */
#define LOOKS_PER_TICK 16

static void
shard_key(const struct runner *r, char key[static 48])
{
	(void)snprintf(key, 48, "shard.%u.%u", r->fleet->count, r->id);
}

struct stoa_str
gateway_pack(const ProtobufCMessage *m, uint8_t *to, size_t size)
{
	size_t len = protobuf_c_message_get_packed_size(m);

	stoa_assert(len <= size);
	return stoa_str_of_bytes(to, protobuf_c_message_pack(m, to));
}

/* ---- shares ---- */

unsigned
fleet_lease_count(const struct fleet *f)
{
	unsigned count = 0;

	for (unsigned i = 0; f != NULL && i < f->count; i++) {
		count += f->runners[i].lease >= LEASE_CLAIMING;
	}
	return count;
}

void
fleet_released(struct gateway *g, const Stoa__Discord__Replica *record)
{
	const struct fleet *f = sets_find(g, FLEET_FORCE, 0);

	if (record->plan != g->plan.revision) {
		return; /* it means the shards of another set */
	}
	for (size_t i = 0; f != NULL && i < record->n_released; i++) {
		struct runner *r = record->released[i] < f->count
				       ? &f->runners[record->released[i]]
				       : NULL;

		if (r != NULL && r->lease == LEASE_OTHER) {
			r->lease = LEASE_UNKNOWN;
			r->looked_us = 0;
		}
	}
}

/* Our share of all shards. */
static unsigned
target_of(const struct fleet *f)
{
	struct members m;

	if (f->role == FLEET_PAST) {
		return f->count; /* whoever finds one that is left */
	}
	m = alive_members(f);
	return m.has_us ? (f->count + m.count - 1) / m.count : 0;
}

/* While we bring up another count, those in force only go on: beginning anew
 * what is about to end is a waste, unless it has been heard here. */
static bool
may_identify(const struct runner *r)
{
	switch (r->fleet->role) {
	case FLEET_FORCE:
		return !plan_is_bringing(r->gateway) || r->shard.ready_us > 0;
	case FLEET_NEXT:
		return true;
	case FLEET_PAST:
		return false;
	}
	return false;
}

/* There is no session to go on with, and none is to be begun. */
static bool
is_given_up(const struct runner *r)
{
	return r->shard.session.id[0] == '\0' && !may_identify(r);
}

void
fleet_look(const struct fleet *f, struct reshard_look *look)
{
	for (unsigned i = 0; f != NULL && i < f->count; i++) {
		const struct runner *r = &f->runners[i];

		look->old_lost +=
		    r->lease == LEASE_OURS &&
		    (is_given_up(r) || r->shard.state == SHARD_STOPPED);
	}
}

void
fleet_settled(const struct fleet *f, uint8_t settled[static SETTLED_SIZE])
{
	for (unsigned i = 0; f != NULL && i < f->count; i++) {
		const struct runner *r = &f->runners[i];
		int64_t now_us = f->gateway->now_us;
		struct reshard_shard shard = {
		    .is_ready =
			r->lease == LEASE_OURS && r->shard.state == SHARD_READY,
		    .ready_us = now_us - r->shard.ready_us,
		    .guilds_due = r->guilds_due,
		    .quiet_us = now_us - r->guild_us,
		};

		if (reshard_is_settled(&shard)) {
			reshard_bits_set(settled, SETTLED_SIZE, i);
		}
	}
}

/* ---- records ---- */

static struct stoa_str
record_pack(const struct runner *r, bool is_ours, uint8_t *to, size_t size)
{
	const struct gateway *g = r->gateway;
	const struct shard_session *s = &r->shard.session;
	Stoa__Discord__Shard record = STOA__DISCORD__SHARD__INIT;

	if (is_ours) {
		record.owner = (char *)(uintptr_t)g->o.replica;
		record.incarnation = (char *)(uintptr_t)g->o.incarnation;
	}
	record.session = (char *)(uintptr_t)s->id;
	record.resume_url = (char *)(uintptr_t)s->url;
	/* The place of the session, once it has begun. */
	record.seq = s->id[0] == '\0' ? 0 : window_place(&r->window);
	record.application = (char *)(uintptr_t)r->application;
	record.bot_user = (char *)(uintptr_t)r->bot_user;
	record.identified_at_us = r->identified_us;
	record.identifies = r->identifies;
	record.plan = r->fleet->born;
	return gateway_pack(&record.base, to, size);
}

#define RECORD_MAX 2048

static void
record_read(struct runner *r, const Stoa__Discord__Shard *record)
{
	struct shard_session *s = &r->shard.session;

	*s = (struct shard_session){.seq = record->seq};
	(void)snprintf(s->id, sizeof(s->id), "%s", record->session);
	(void)snprintf(s->url, sizeof(s->url), "%s", record->resume_url);
	(void)snprintf(
	    r->application, sizeof(r->application), "%s", record->application);
	(void)snprintf(
	    r->bot_user, sizeof(r->bot_user), "%s", record->bot_user);
	r->identified_us = record->identified_at_us;
	r->identifies = record->identifies;
	(void)snprintf(r->holder, sizeof(r->holder), "%s", record->owner);
	(void)snprintf(r->holder_incarnation, sizeof(r->holder_incarnation),
	    "%s", record->incarnation);
}

static bool
holds_us(const struct runner *r)
{
	return strcmp(r->holder, r->gateway->o.replica) == 0;
}

static bool
holds_this(const struct runner *r)
{
	return holds_us(r) &&
	       strcmp(r->holder_incarnation, r->gateway->o.incarnation) == 0;
}

/* ---- claiming ---- */

static void
begin(struct runner *r)
{
	struct gateway *g = r->gateway;
	struct shard_session session = r->shard.session;

	/* A lease that may be another's by now is asked about before. */
	if (r->shard.state != SHARD_IDLE || !alive_is_healthy(g) ||
	    is_given_up(r)) {
		return;
	}
	/* Without a session the common address is needed first. */
	if (session.url[0] != '\0' || g->url[0] != '\0') {
		runner_start(r, &session);
	}
}

static void
on_claimed(void *owner, enum stoa_status status, uint64_t revision)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;

	if (status != STOA_OK) {
		r->lease = LEASE_UNKNOWN;
		return;
	}
	r->lease = LEASE_OURS;
	r->revision = revision;
	r->claimed_us = g->now_us;
	r->past_us = g->now_us;
	if (r->holder[0] != '\0') {
		g->counts.takeovers++;
	}
	gateway_log(g, false, "shard_claimed", "shard %u/%u%s%s", r->id,
	    r->fleet->count, r->holder[0] == '\0' ? "" : " of ", r->holder);
	begin(r);
}

static void
claim(struct runner *r, uint64_t revision)
{
	struct gateway *g = r->gateway;
	uint8_t bytes[RECORD_MAX];
	char key[48];
	struct window fresh = {.seen = r->shard.session.seq};

	r->lease = LEASE_CLAIMING;
	r->has_heard = false;
	r->is_leaving = false;
	r->window = fresh;
	shard_key(r, key);
	stoa_kv_put(g->o.bus, GATEWAY_BUCKET, key,
	    record_pack(r, true, bytes, sizeof(bytes)), revision, on_claimed,
	    r);
}

/* May it be taken: nobody has it, or who had it is dead. */
static bool
is_free(const struct runner *r)
{
	const struct gateway *g = r->gateway;

	return r->holder[0] == '\0' || holds_us(r) ||
	       (alive_is_healthy(g) &&
		   g->now_us - g->started_us >= GATEWAY_DEAD_US &&
		   !alive_has(g, r->holder, r->holder_incarnation));
}

static void
on_looked(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;
	struct stoa_arena arena;
	const Stoa__Discord__Shard *record = NULL;

	if (r->lease != LEASE_READING) {
		return;
	}
	r->lease = LEASE_UNKNOWN;
	r->looked_us = g->now_us;
	if (status != STOA_OK && status != STOA_NOT_FOUND) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, GATEWAY_ARENA_MAX);
	if (status == STOA_OK) {
		record = stoa_unpack(
		    &arena, &stoa__discord__shard__descriptor, value);
	}
	if (record != NULL) {
		record_read(r, record);
	} else {
		record_read(
		    r, &(Stoa__Discord__Shard)STOA__DISCORD__SHARD__INIT);
	}
	if (r->fleet->role == FLEET_PAST &&
	    (record == NULL || record->plan >= r->fleet->ended)) {
		r->is_gone = true; /* or of a set that came later */
	}
	stoa_arena_fini(&arena);
	if (r->is_gone || g->is_draining || !is_free(r)) {
		r->lease = LEASE_OTHER;
	} else if (!holds_us(r) &&
		   fleet_lease_count(r->fleet) >= target_of(r->fleet)) {
		r->lease = LEASE_OTHER; /* somebody else's share */
	} else {
		claim(r, revision);
	}
}

static void
look(struct runner *r)
{
	char key[48];

	r->lease = LEASE_READING;
	r->looked_us = r->gateway->now_us;
	shard_key(r, key);
	stoa_kv_get(r->gateway->o.bus, GATEWAY_BUCKET, key, on_looked, r);
}

/* ---- keeping ---- */

static void
lose(struct runner *r)
{
	struct gateway *g = r->gateway;

	g->counts.lost_leases++;
	gateway_log(g, true, "shard_lost", "shard %u/%u: %s has taken it",
	    r->id, r->fleet->count,
	    r->holder[0] == '\0' ? "somebody" : r->holder);
	runner_stop(r);
	r->lease = LEASE_OTHER;
	r->looked_us = g->now_us;
}

static void
on_settled(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct runner *r = owner;
	struct stoa_arena arena;
	const Stoa__Discord__Shard *record = NULL;

	if (r->lease != LEASE_SETTLING) {
		return;
	}
	stoa_arena_init(&arena, NULL, 0, GATEWAY_ARENA_MAX);
	if (status == STOA_OK) {
		record = stoa_unpack(
		    &arena, &stoa__discord__shard__descriptor, value);
	}
	if (status == STOA_NOT_FOUND && r->fleet->role == FLEET_PAST) {
		r->holder[0] = '\0';
		r->is_gone = true; /* somebody else was done with it */
		lose(r);
	} else if (record != NULL) {
		(void)snprintf(
		    r->holder, sizeof(r->holder), "%s", record->owner);
		(void)snprintf(r->holder_incarnation,
		    sizeof(r->holder_incarnation), "%s", record->incarnation);
		if (holds_this(r)) {
			r->lease = LEASE_OURS;
			r->revision = revision;
			r->is_save_due = true;
			r->saved_us = 0;
		} else {
			lose(r);
		}
	} else {
		r->saved_us = r->gateway->now_us; /* the tick asks again */
	}
	stoa_arena_fini(&arena);
	r->is_saving = false;
}

static void
settle(struct runner *r)
{
	char key[48];

	r->lease = LEASE_SETTLING;
	r->is_saving = true;
	shard_key(r, key);
	stoa_kv_get(r->gateway->o.bus, GATEWAY_BUCKET, key, on_settled, r);
}

static void
on_saved(void *owner, enum stoa_status status, uint64_t revision)
{
	struct runner *r = owner;

	r->is_saving = false;
	if (status == STOA_OK && r->lease >= LEASE_OURS) {
		r->revision = revision;
	}
	if (r->wants_grant) {
		identify_saved(r, status == STOA_OK);
	}
	if (r->lease != LEASE_OURS) {
		return;
	}
	if (status == STOA_OK) {
		fleet_save(r, false);
	} else {
		settle(r);
	}
}

void
fleet_save(struct runner *r, bool now)
{
	struct gateway *g = r->gateway;
	uint64_t place = window_place(&r->window);
	uint8_t bytes[RECORD_MAX];
	char key[48];

	if (r->lease != LEASE_OURS || r->is_saving ||
	    (place == r->saved_seq && !r->is_save_due) ||
	    (!now && !r->is_save_due &&
		g->now_us - r->saved_us < GATEWAY_SAVE_US)) {
		return;
	}
	r->is_saving = true;
	r->is_save_due = false;
	r->saved_seq = place;
	r->saved_us = g->now_us;
	shard_key(r, key);
	stoa_kv_put(g->o.bus, GATEWAY_BUCKET, key,
	    record_pack(r, true, bytes, sizeof(bytes)), r->revision, on_saved,
	    r);
}

/* Connections go on; new ones wait for the answer. */
void
fleet_doubt(struct gateway *g)
{
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		for (unsigned i = 0; i < f->count; i++) {
			struct runner *r = &f->runners[i];

			if (r->lease == LEASE_OURS && !r->is_saving) {
				settle(r);
			}
		}
	}
}

/* ---- giving back ---- */

static void
on_released(void *owner, enum stoa_status status, uint64_t revision)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;

	(void)revision;
	if (r->lease != LEASE_RELEASING) {
		return;
	}
	/* Not stored: the others see that we are dead, or we take it again. */
	r->lease = g->is_draining ? LEASE_OTHER : LEASE_UNKNOWN;
	r->looked_us = g->now_us;
	if (status != STOA_OK) {
		return;
	}
	r->lease = LEASE_OTHER;
	r->is_gone = r->is_leaving;
	if (r->fleet->role == FLEET_FORCE &&
	    g->released_count < STOA_COUNT(g->released)) {
		g->released[g->released_count++] = r->id;
		g->released_us = g->now_us;
		g->beat_us = 0;
	}
}

/* What was received is stored, or will be said again: to who comes next. Or
 * nobody does, and no record is left. */
static void
release_put(struct runner *r)
{
	uint8_t bytes[RECORD_MAX];
	struct stoa_str packed = STOA_STR("");
	char key[48];

	if (!r->is_leaving) {
		packed = record_pack(r, false, bytes, sizeof(bytes));
	}
	runner_stop(r);
	shard_key(r, key);
	stoa_kv_put(r->gateway->o.bus, GATEWAY_BUCKET, key, packed, r->revision,
	    on_released, r);
}

void
fleet_release(struct runner *r)
{
	if (r->lease == LEASE_OURS) {
		r->lease = LEASE_RELEASING;
		shard_stop(&r->shard);
		identify_forget(r);
	}
}

static void
balance(struct fleet *f)
{
	const struct gateway *g = f->gateway;
	struct members m;

	/* Another set is not worth it: a shard that moves has to resume. */
	if (f->role != FLEET_FORCE || g->now_us < f->balance_us ||
	    g->is_draining || !alive_is_healthy(g)) {
		return;
	}
	f->balance_us = g->now_us + FREE_US;
	m = alive_members(f);
	if (!m.has_us || m.least >= f->count / m.count ||
	    fleet_lease_count(f) <= (f->count + m.count - 1) / m.count) {
		return;
	}
	for (unsigned i = 0; i < f->count; i++) {
		if (f->runners[i].lease == LEASE_OURS) {
			fleet_release(&f->runners[i]);
			return;
		}
	}
}

/* ---- the walk ---- */

/* What somebody alive holds is looked at now and then; what nobody does, as
 * soon as there is room for it. Without room it is enough to know. */
static bool
is_look_due(const struct gateway *g, const struct runner *r, unsigned room)
{
	int64_t since_us = g->now_us - r->looked_us;
	bool is_held = r->lease == LEASE_OTHER && r->holder[0] != '\0' &&
		       !holds_us(r) &&
		       alive_has(g, r->holder, r->holder_incarnation);

	if (g->is_draining || !alive_is_healthy(g) ||
	    g->now_us - g->started_us < LISTEN_US) {
		return false;
	}
	return since_us >= (is_held		   ? LOOK_US
			       : room > 0	   ? FREE_US
			       : r->looked_us == 0 ? 0
						   : SPARE_US);
}

/* Who may begin another session takes it, if there is anybody. */
static void
given_up_tick(struct runner *r)
{
	shard_stop(&r->shard);
	identify_forget(r);
	if (r->fleet->role == FLEET_FORCE && !alive_members(r->fleet).has_us) {
		fleet_release(r);
	}
}

/* Says what it has heard, and what there still is for it; then it is over. */
static void
past_tick(struct runner *r)
{
	const struct gateway *g = r->gateway;
	struct reshard_past p = {
	    .has_session = r->shard.session.id[0] != '\0',
	    .is_unwanted = r->fleet->is_unwanted,
	    .waiting = r->window.count,
	    .since_us = g->now_us - r->past_us,
	};

	/* Asked at the end: it covers more. */
	p.is_caught_up = p.since_us >= GATEWAY_OVERLAP_US_MIN &&
			 shard_catch_up(&r->shard, g->now_us);
	switch (reshard_leave(&p)) {
	case RESHARD_HEARS:
		return;
	case RESHARD_STORES:
		r->has_heard = true;
		return;
	case RESHARD_LEAVES:
		if (p.has_session && !p.is_caught_up && !p.is_unwanted) {
			r->gateway->counts.unheard++;
			gateway_log(g, true, "shard_unheard",
			    "shard %u/%u: left before it could be heard what "
			    "its session still held",
			    r->id, r->fleet->count);
		}
		r->is_leaving = true;
		r->lease = LEASE_RELEASING;
		shard_leave(&r->shard);
		identify_forget(r);
		return;
	}
}

static void
ours_tick(struct runner *r)
{
	if (is_given_up(r)) {
		given_up_tick(r);
	} else if (r->shard.state == SHARD_IDLE) {
		begin(r);
	}
	runner_tick(r);
	if (r->fleet->role == FLEET_NEXT) {
		publish_keep(r);
	}
	fleet_save(r, false);
	if (r->fleet->role == FLEET_PAST && r->lease == LEASE_OURS) {
		past_tick(r);
	}
}

/* What is kept is none of the successor's loss: its session repeats it. */
static bool
is_stored(const struct runner *r)
{
	return r->window.count == 0 || r->fleet->role == FLEET_NEXT ||
	       r->fleet->is_unwanted;
}

static bool
runner_walk(struct gateway *g, struct runner *r, unsigned room, unsigned looks)
{
	switch (r->lease) {
	case LEASE_UNKNOWN:
	case LEASE_OTHER:
		if (looks == 0 || r->is_gone || !is_look_due(g, r, room)) {
			return false;
		}
		look(r);
		return true;
	case LEASE_READING:
	case LEASE_CLAIMING:
		return false;
	case LEASE_OURS:
		ours_tick(r);
		return false;
	case LEASE_SETTLING:
		runner_tick(r);
		if (!r->is_saving && g->now_us - r->saved_us > FREE_US) {
			settle(r);
		}
		return false;
	case LEASE_RELEASING:
		if (is_stored(r) && !r->is_saving && r->revision != 0) {
			release_put(r);
			r->revision = 0;
		}
		return false;
	}
	return false;
}

static void
walk(struct fleet *f)
{
	unsigned mine = fleet_lease_count(f);
	unsigned target = target_of(f);
	unsigned room = target > mine ? target - mine : 0;
	unsigned looks = LOOKS_PER_TICK;

	for (unsigned i = 0; i < f->count; i++) {
		unsigned at = (f->cursor + i) % f->count;

		if (runner_walk(f->gateway, &f->runners[at], room, looks)) {
			room -= room > 0;
			looks--;
		}
	}
	f->cursor = (f->cursor + 1) % f->count;
}

/* ---- life ---- */

void
fleet_start(struct gateway *g)
{
	alive_start(g);
}

void
fleet_tick(struct gateway *g)
{
	alive_beat(g);
	for (struct fleet *f = g->fleets; f != NULL; f = f->next) {
		balance(f);
		walk(f);
	}
	sets_sweep(g);
	if (g->url[0] == '\0' && g->now_us >= g->step_due_us &&
	    !g->is_draining && alive_is_healthy(g)) {
		identify_ask(g);
	}
}
