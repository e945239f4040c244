/* leader.c - which replica speaks.
 *
 * Edits of one message must not overtake each other, so one replica does them
 * all; Discord's limits are per bot, so more of them would not be faster. The
 * leader's record is replaced at the revision that was read, at every beat;
 * who sees it unchanged for DISCORD_DEAD_US, by its own clock, takes it. */
#include "discord/parts.h"

#include "base/check.h"
#include "base/core.h"
#include "port/clock.h"
#include "port/kv.h"

#include <stdio.h>

#define BUCKET "discord"
#define KEY    "leader"

static void
lead(struct discord *d)
{
	if (d->is_leader) {
		return;
	}
	d->is_leader = true;
	discord_say(d, false, "leading", "this replica speaks to Discord");
	if (!d->is_draining) {
		stoa_consumer_set_window(d->turns, DISCORD_TURNS_WINDOW);
		stoa_consumer_set_window(d->cards, DISCORD_CARDS_WINDOW);
	}
}

static void
follow(struct discord *d)
{
	if (!d->is_leader) {
		return;
	}
	d->is_leader = false;
	discord_say(d, true, "following", "another replica speaks to Discord");
	stoa_consumer_set_window(d->turns, 0);
	stoa_consumer_set_window(d->cards, 0);
	STOA_MAP_EACH(&d->talks, entry)
	{
		talk_pump(entry->value); /* hands back what has not begun */
	}
	d->sweep_us = 0;
}

/* Read from the clock itself: after a pause of this process what it knows of
 * the time is as old as the pause is long. */
bool
leader_is_sure(const struct discord *d)
{
	return d->is_leader &&
	       stoa_clock_mono(NULL).us - d->kept_us < DISCORD_SURE_US;
}

static void
on_kept(void *owner, enum stoa_status status, uint64_t revision)
{
	struct discord *d = owner;

	d->is_leading_asked = false;
	if (status == STOA_OK) {
		d->revision = revision;
		d->kept_us = d->asked_us;
		(void)snprintf(d->seen_incarnation, sizeof(d->seen_incarnation),
		    "%s", d->s.incarnation);
		lead(d);
	} else {
		/* Perhaps another's, perhaps ours after all: read it. */
		d->revision = UINT64_MAX;
	}
}

static void
keep(struct discord *d, uint64_t expected)
{
	Stoa__Discord__Replica record = STOA__DISCORD__REPLICA__INIT;
	uint8_t bytes[128];
	size_t len;

	record.incarnation = (char *)(uintptr_t)d->s.incarnation;
	record.beat = ++d->beat;
	len = stoa__discord__replica__get_packed_size(&record);
	stoa_assert(len <= sizeof(bytes));
	(void)stoa__discord__replica__pack(&record, bytes);
	d->is_leading_asked = true;
	d->asked_us = stoa_clock_mono(NULL).us;
	stoa_kv_put(d->s.bus, BUCKET, KEY, stoa_str_of_bytes(bytes, len),
	    expected, on_kept, d);
}

/* Incarnations read "<replica>.<random>". */
static bool
is_same_replica(const struct discord *d, const char *incarnation)
{
	size_t len = strlen(d->s.replica);

	return strncmp(incarnation, d->s.replica, len) == 0 &&
	       incarnation[len] == '.';
}

/* It has our name and lives: it is no former life of ours. */
static void
twin_seen(struct discord *d)
{
	if (d->twin_us == 0) {
		d->twin_us = d->now_us;
		discord_say(d, true, "replica_not_unique",
		    "another discord runs as replica \"%s\" and was here "
		    "first: this one says nothing",
		    d->s.replica);
	} else if (d->now_us - d->twin_us >= DISCORD_TWIN_US) {
		d->s.fatal("two discord run as one replica: give each its own "
			   "name with --replica; this one ends, the other "
			   "goes on");
	}
}

static void
seen(struct discord *d, const Stoa__Discord__Replica *record, uint64_t revision)
{
	bool is_ours = strcmp(record->incarnation, d->s.incarnation) == 0;
	bool is_former;

	if (is_ours) {
		d->revision = revision;
		d->seen_us = d->now_us;
		d->kept_us = d->asked_us;
		lead(d);
		return;
	}
	follow(d);
	is_former = is_same_replica(d, record->incarnation);
	if (strcmp(record->incarnation, d->seen_incarnation) != 0) {
		(void)snprintf(d->seen_incarnation, sizeof(d->seen_incarnation),
		    "%s", record->incarnation);
		d->seen_beat = record->beat;
		d->seen_us = d->now_us;
		d->twin_us = 0;
	} else if (record->beat != d->seen_beat) {
		d->seen_beat = record->beat;
		d->seen_us = d->now_us;
		if (is_former) {
			twin_seen(d);
		}
	} else if (d->now_us - d->seen_us >=
		   (is_former ? DISCORD_FORMER_US : DISCORD_DEAD_US)) {
		keep(d, revision);
	}
}

static void
on_seen(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct discord *d = owner;
	struct stoa_arena arena;
	const Stoa__Discord__Replica *record;

	d->is_leading_asked = false;
	if (status == STOA_NOT_FOUND) {
		keep(d, revision);
		return;
	}
	if (status != STOA_OK) {
		/* The broker is away: that says nothing about the leader. */
		d->seen_us = d->now_us;
		return;
	}
	stoa_arena_init(&arena, NULL, 0, DISCORD_ARENA_MAX);
	record =
	    stoa_unpack(&arena, &stoa__discord__replica__descriptor, value);
	if (record != NULL) {
		seen(d, record, revision);
	} else {
		keep(d, revision); /* nobody can read it */
	}
	stoa_arena_fini(&arena);
}

void
leader_tick(struct discord *d)
{
	if (d->is_leading_asked || d->now_us < d->beat_us) {
		return;
	}
	d->beat_us = d->now_us + DISCORD_BEAT_US;
	if (d->is_draining) {
		return;
	}
	if (d->is_leader && d->revision != UINT64_MAX) {
		keep(d, d->revision);
	} else {
		d->is_leading_asked = true;
		d->asked_us = stoa_clock_mono(NULL).us;
		stoa_kv_get(d->s.bus, BUCKET, KEY, on_seen, d);
	}
}
