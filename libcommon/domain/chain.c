/* chain.c - projections: extend with a record, rebuild from the own copy. */
#include "domain/chain.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t
mark_of(const struct stoa_hash *hash)
{
	uint64_t mark;

	memcpy(&mark, hash->bytes, sizeof(mark));
	return mark;
}

struct chain *
chain_get(const struct stoa_replica *r, struct stoa_str id)
{
	return stoa_map_get(&r->chains, id);
}

struct chain *
chain_make(struct stoa_replica *r, struct stoa_str id)
{
	struct chain *c = chain_get(r, id);
	size_t last;

	if (c != NULL || r->chains.count >= DOMAIN_COMMUNITIES_MAX) {
		return c;
	}
	c = calloc(1, sizeof(*c));
	stoa_assert(c != NULL);
	(void)stoa_map_put(&r->chains, id, c);
	last = r->chains.entry_count - 1;
	c->id = r->chains.entries[last].key;
	c->state = r->o.core->state_new(c->id, r->o.seed);
	c->queue_end = &c->queue;
	c->readers_end = &c->readers;
	stoa_merkle_init(&c->tree);
	dedup_init(&c->dedup);
	r->stats.community_count++;
	return c;
}

void
chain_free(struct stoa_replica *r, struct chain *c)
{
	struct stoa_str none = {NULL, 0};

	if (c->flight != NULL) {
		for (size_t i = 0; i < c->flight->count; i++) {
			waiting_answer(
			    r, c->flight->commands[i], STOA_CLOSED, none);
		}
		flight_free(r, c->flight);
	}
	while (c->queue != NULL) {
		struct waiting *w = c->queue;

		c->queue = w->next;
		waiting_answer(r, w, STOA_CLOSED, none);
	}
	while (c->readers != NULL) {
		struct reader *reader = c->readers;

		c->readers = reader->next;
		r->o.events->read(
		    r->o.owner, reader->call, STOA_CLOSED, NULL, 0);
		free(reader);
	}
	r->o.core->state_free(c->state);
	dedup_fini(&c->dedup);
	free(c->places);
	free(c);
}

/* May this community decide? Only on the newest state that anybody has. */
bool
chain_is_open(const struct stoa_replica *r, const struct chain *c)
{
	return r->phase == REPLICA_LIVE && !c->is_frozen && !r->is_stopped &&
	       c->stream_index >= c->index && c->index >= c->required &&
	       c->index >= c->orphaned;
}

/* The projection shows durable records and nothing else. */
bool
chain_is_at_rest(const struct chain *c)
{
	return c->flight == NULL && c->durable == c->index;
}

void
chain_list_ready(struct stoa_replica *r, struct chain *c)
{
	if (c->is_ready_listed || c->queue == NULL || !chain_is_at_rest(c) ||
	    !chain_is_open(r, c)) {
		return;
	}
	c->is_ready_listed = true;
	c->ready_next = r->ready;
	r->ready = c;
}

/* What was appended for this community waits for the next sync. */
void
chain_list_dirty(struct stoa_replica *r, struct chain *c)
{
	if (!c->is_dirty_listed) {
		c->is_dirty_listed = true;
		c->dirty_next = r->dirty;
		r->dirty = c;
	}
}

void
replica_stop(
    struct stoa_replica *r, struct stoa_str community, const char *text)
{
	r->is_stopped = true;
	r->o.events->alarm(r->o.owner, community, text);
	r->o.events->stopped(r->o.owner, text);
}

bool
apply_events(struct stoa_replica *r, struct chain *c, struct stoa_arena *arena,
    const Stoa__Journal__Entry *entry)
{
	struct stoa_fact fact = {
	    .community = c->id,
	    .actor = stoa_str_of(entry->actor),
	    .command_id = stoa_str_of(entry->command_id),
	    .time = {entry->time_us},
	};

	for (size_t i = 0; i < entry->n_events; i++) {
		fact.event = stoa_unpack(arena, r->o.core->event,
		    stoa_str_of_bytes(
			entry->events[i].data, entry->events[i].len));
		if (fact.event == NULL || !r->o.core->apply(c->state, &fact)) {
			return false;
		}
	}
	return true;
}

uint64_t
copy_put(struct stoa_replica *r, uint64_t sequence, struct stoa_str record)
{
	struct stoa_frame frame = {
	    .sequence = sequence,
	    .followed = r->followed,
	    .epoch = r->epoch,
	    .record = record,
	};

	r->is_dirty = true;
	return stoa_copy_append(r->o.copy, &frame);
}

void
chain_place(struct chain *c, const struct stoa_record *record, uint64_t offset)
{
	stoa_assert(record->index == c->index + 1);
	if (c->index == c->place_size) {
		c->place_size = c->place_size == 0 ? 16 : 2 * c->place_size;
		c->places =
		    realloc(c->places, c->place_size * sizeof(c->places[0]));
		stoa_assert(c->places != NULL);
	}
	c->places[c->index] = (struct place){mark_of(&record->hash), offset};
	c->index = record->index;
	c->hash = record->hash;
	stoa_merkle_add(&c->tree, &record->hash);
	for (size_t i = 0; i < record->batch->n_entries; i++) {
		const Stoa__Journal__Entry *e = record->batch->entries[i];
		struct dedup_entry known = {
		    .key = dedup_key_of(
			stoa_str_of(e->actor), stoa_str_of(e->command_id)),
		    .time_us = e->time_us,
		    .offset = offset,
		    .position = (uint32_t)i,
		};

		if (e->digest.len == sizeof(known.digest.bytes)) {
			memcpy(known.digest.bytes, e->digest.data,
			    sizeof(known.digest.bytes));
		}
		if (e->time_us > c->time_us) {
			c->time_us = e->time_us;
		}
		if (dedup_has_room(&c->dedup, (struct stoa_wall){e->time_us})) {
			(void)dedup_add(&c->dedup, &known);
		}
	}
}

void
chain_tell(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, bool is_replay)
{
	struct stoa_commit commit = {
	    .community = c->id,
	    .index = record->index,
	    .hash = &record->hash,
	    .is_replay = is_replay,
	};

	stoa_assert(record->index == c->told + 1);
	c->told = record->index;
	for (size_t i = 0; i < record->batch->n_entries; i++) {
		commit.position = (uint32_t)i;
		commit.entry = record->batch->entries[i];
		r->o.events->committed(r->o.owner, &commit);
	}
}

void
chain_extend(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, uint64_t offset)
{
	for (size_t i = 0; i < record->batch->n_entries; i++) {
		if (!apply_events(r, c, &r->arena, record->batch->entries[i])) {
			replica_stop(r, c->id,
			    "an event that this build does not know: "
			    "run the version that wrote it, or a newer one");
			return;
		}
	}
	chain_place(c, record, offset);
}

/* Reads record `at` (from 0) of the own copy into the shared arena. */
static bool
place_read(struct stoa_replica *r, struct chain *c, uint64_t at,
    struct stoa_record *ret_record)
{
	struct stoa_frame frame;

	stoa_arena_reset(&r->arena);
	return stoa_copy_read(r->o.copy, c->places[at].offset, &r->scratch,
		   &frame) == STOA_OK &&
	       stoa_record_parse(&r->arena, frame.record, ret_record) ==
		   STOA_OK &&
	       mark_of(&ret_record->hash) == c->places[at].mark;
}

static void
copy_is_wrong(struct stoa_replica *r, struct chain *c)
{
	replica_stop(r, c->id,
	    "the own copy does not hold what was written to it: restart, and "
	    "it is repaired from the stream");
}

/* Tells reactions of what has become durable. */
void
chain_show(struct stoa_replica *r, struct chain *c)
{
	struct stoa_record record;

	while (c->told < c->durable && !r->is_stopped) {
		if (!place_read(r, c, c->told, &record)) {
			copy_is_wrong(r, c);
			return;
		}
		chain_tell(r, c, &record, false);
	}
}

/* Applies record `at` again, to a projection under rebuild. */
static bool
replay_place(struct stoa_replica *r, struct chain *c, uint64_t at)
{
	struct stoa_record record;

	if (!place_read(r, c, at, &record)) {
		return false;
	}
	for (size_t i = 0; i < record.batch->n_entries; i++) {
		if (!apply_events(r, c, &r->arena, record.batch->entries[i])) {
			return false;
		}
	}
	return true;
}

/* From the snapshot if there is one, else from nothing. */
static void
state_rebuild(struct stoa_replica *r, struct chain *c)
{
	r->o.core->state_free(c->state);
	c->state = r->o.core->state_new(c->id, r->o.seed);
	if (c->saved.index > 0 && !saved_load(r, &c->saved, c->state)) {
		copy_is_wrong(r, c);
		return;
	}
	for (uint64_t at = c->saved.index; at < c->index; at++) {
		if (!replay_place(r, c, at)) {
			copy_is_wrong(r, c);
			return;
		}
	}
}

void
chain_roll_back(struct stoa_replica *r, struct chain *c)
{
	struct flight *f = c->flight;

	stoa_assert(f != NULL);
	stoa_assert(f->phase != FLIGHT_LANDED);
	c->flight = NULL;
	for (size_t i = f->count; i > 0; i--) {
		struct waiting *w = f->commands[i - 1];

		w->next = c->queue;
		if (c->queue == NULL) {
			c->queue_end = &w->next;
		}
		c->queue = w;
		c->queue_count++;
	}
	flight_free(r, f);
	state_rebuild(r, c);
	r->stats.conflict_count++;
	if (r->is_stopped) {
		return; /* the state is not one that anybody may see */
	}
	chain_release_readers(r, c);
	chain_list_ready(r, c);
}

void
chain_release_readers(struct stoa_replica *r, struct chain *c)
{
	struct reader *list = c->readers;

	if (!chain_is_at_rest(c)) {
		return;
	}
	c->readers = NULL;
	c->readers_end = &c->readers;
	c->reader_count = 0;
	while (list != NULL) {
		struct reader *reader = list;
		bool is_stale = c->index < reader->index_min;

		list = reader->next;
		r->o.events->read(r->o.owner, reader->call,
		    is_stale ? STOA_STALE : STOA_OK, is_stale ? NULL : c->state,
		    c->index);
		free(reader);
	}
}

void
chain_freeze(struct stoa_replica *r, struct chain *c, const char *format, ...)
{
	struct stoa_str none = {NULL, 0};
	va_list args;

	if (c->is_frozen) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	if (c->flight != NULL && c->flight->phase != FLIGHT_LANDED) {
		chain_roll_back(r, c);
	}
	c->is_frozen = true;
	r->stats.frozen_count++;
	while (c->queue != NULL) {
		struct waiting *w = c->queue;

		c->queue = w->next;
		waiting_answer(r, w, STOA_FROZEN, none);
	}
	c->queue_end = &c->queue;
	c->queue_count = 0;
	r->o.events->alarm(r->o.owner, c->id, c->reason);
}
