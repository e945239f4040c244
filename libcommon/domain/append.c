/* append.c - from waiting commands to a durable record and its replies.
 *
 * The order is the promise: decide, publish with the expected sequence, wait
 * for the stream's answer, write the own copy, sync it, and only then reply.
 * Sync and answer do not overlap: a lost race would leave a false record. */
#include "base/check.h"
#include "domain/chain.h"

#include <stdlib.h>

static struct stoa_str
token_key(const uint64_t *token)
{
	return stoa_str_of_bytes(token, sizeof(*token));
}

struct flight *
flight_of(const struct stoa_replica *r, uint64_t token)
{
	return stoa_map_get(&r->tokens, token_key(&token));
}

static struct flight *
flight_new(struct stoa_replica *r, struct chain *c)
{
	struct flight *f = r->spare;

	if (f != NULL) {
		r->spare = f->next;
	} else {
		f = malloc(sizeof(*f));
		stoa_assert(f != NULL);
		stoa_arena_init(&f->arena, NULL, 0, DOMAIN_FLIGHT_ARENA_MAX);
	}
	f->next = NULL;
	f->chain = c;
	f->count = 0;
	f->size = 0;
	f->token = ++r->next_token;
	f->phase = FLIGHT_SENT;
	(void)stoa_map_put(&r->tokens, token_key(&f->token), f);
	return f;
}

void
flight_free(struct stoa_replica *r, struct flight *f)
{
	(void)stoa_map_remove(&r->tokens, token_key(&f->token));
	stoa_arena_reset(&f->arena);
	f->next = r->spare;
	r->spare = f;
}

void
waiting_answer(struct stoa_replica *r, struct waiting *w,
    enum stoa_status status, struct stoa_str outcome)
{
	struct caller *more = w->callers.next;

	r->o.events->answer(r->o.owner, w->callers.call, status, outcome);
	while (more != NULL) {
		struct caller *caller = more;

		more = caller->next;
		r->o.events->answer(r->o.owner, caller->call, status, outcome);
		free(caller);
	}
	free(w);
}

static struct stoa_str
outcome_pack(struct stoa_arena *arena, uint64_t index, size_t position,
    Stoa__Journal__Entry *entry)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;

	outcome.index = index;
	outcome.position = (uint32_t)position;
	outcome.entry = entry;
	return stoa_pack(arena, &outcome.base);
}

/* The first answer again: the entry is read from the own copy. */
static void
answer_again(
    struct stoa_replica *r, struct waiting *w, const struct dedup_entry *known)
{
	struct stoa_str outcome = {NULL, 0};
	struct stoa_frame frame;
	struct stoa_record record;
	enum stoa_status status;

	if (memcmp(known->digest.bytes, w->digest.bytes,
		sizeof(w->digest.bytes)) != 0) {
		waiting_answer(r, w, STOA_EXISTS, outcome);
		return;
	}
	stoa_arena_reset(&r->arena);
	status = stoa_copy_read(r->o.copy, known->offset, &r->scratch, &frame);
	if (status == STOA_OK) {
		status = stoa_record_parse(&r->arena, frame.record, &record);
	}
	if (status == STOA_OK) {
		stoa_assert(known->position < record.batch->n_entries);
		outcome = outcome_pack(&r->arena, record.index, known->position,
		    record.batch->entries[known->position]);
	}
	waiting_answer(r, w, status, outcome);
}

/* The same command twice in one record: both callers get the one answer. */
static bool
attach_to_flight(struct stoa_replica *r, struct flight *f, struct waiting *w)
{
	struct stoa_str none = {NULL, 0};

	for (size_t i = 0; i < f->count; i++) {
		struct waiting *first = f->commands[i];
		struct caller *caller;

		if (memcmp(first->key.bytes, w->key.bytes,
			sizeof(w->key.bytes)) != 0) {
			continue;
		}
		if (memcmp(first->digest.bytes, w->digest.bytes,
			sizeof(w->digest.bytes)) != 0) {
			waiting_answer(r, w, STOA_EXISTS, none);
			return true;
		}
		stoa_assert(w->callers.next == NULL);
		caller = malloc(sizeof(*caller));
		stoa_assert(caller != NULL);
		*caller = (struct caller){first->callers.next, w->callers.call};
		first->callers.next = caller;
		free(w);
		return true;
	}
	return false;
}

static Stoa__Journal__Entry *
entry_new(struct stoa_arena *arena, const struct stoa_command *command,
    const struct waiting *w, const struct stoa_decision *decision)
{
	Stoa__Journal__Entry *e = stoa_arena_alloc(arena, sizeof(*e));

	if (e == NULL) {
		return NULL;
	}
	stoa__journal__entry__init(e);
	e->command_id = stoa_arena_str(arena, w->id);
	e->actor = stoa_arena_str(arena, w->actor);
	e->time_us = command->now.us;
	e->digest.len = sizeof(w->digest.bytes);
	e->digest.data =
	    stoa_arena_dup(arena, w->digest.bytes, sizeof(w->digest.bytes));
	e->events = decision->events;
	e->n_events = decision->event_count;
	e->refusal = decision->refusal;
	return e;
}

/* Decides one command. NULL with OK: it does not fit this record any more. */
static enum stoa_status
decide_one(struct stoa_replica *r, struct flight *f, const struct waiting *w,
    Stoa__Journal__Entry **ret_entry)
{
	struct chain *c = f->chain;
	int64_t now = stoa_clock_wall(r->o.clock).us;
	struct stoa_command command = {
	    .community = c->id,
	    .actor = w->actor,
	    .id = w->id,
	    .now = {now > c->time_us ? now : c->time_us},
	    .method = w->method,
	};
	struct stoa_decision decision = {
	    .arena = &f->arena,
	    .reasons = r->o.core->reasons,
	};
	Stoa__Journal__Entry *entry;
	size_t size;

	command.request = stoa_unpack(&f->arena, w->method->input, w->request);
	if (command.request == NULL && !f->arena.is_overflown) {
		return STOA_INVALID;
	}
	if (command.request != NULL) {
		r->o.core->decide(c->state, &command, &decision);
	}
	if (decision.refusal != NULL && decision.is_passing) {
		return STOA_BUSY;
	}
	entry = entry_new(&f->arena, &command, w, &decision);
	if (f->arena.is_overflown) {
		*ret_entry = NULL;
		return f->count == 0 ? STOA_TOO_LARGE : STOA_OK;
	}
	size = stoa__journal__entry__get_packed_size(entry) + 8;
	if (size > DOMAIN_ENTRY_BYTES_MAX) {
		return STOA_TOO_LARGE;
	}
	if (f->size + size > DOMAIN_RECORD_BYTES_MAX - 256) {
		*ret_entry = NULL;
		return STOA_OK;
	}
	f->size += size;
	*ret_entry = entry;
	return STOA_OK;
}

static struct waiting *
queue_pop(struct chain *c)
{
	struct waiting *w = c->queue;

	c->queue = w->next;
	c->queue_count--;
	if (c->queue == NULL) {
		c->queue_end = &c->queue;
	}
	w->next = NULL;
	return w;
}

/* Answers a command that needs no decision: late, known, or no room. */
static bool
answer_without_deciding(
    struct stoa_replica *r, struct flight *f, struct waiting *w)
{
	struct chain *c = f->chain;
	const struct dedup_entry *known = dedup_find(&c->dedup, &w->key);
	struct stoa_str none = {NULL, 0};

	if (known != NULL) {
		answer_again(r, w, known);
		return true;
	}
	if (attach_to_flight(r, f, w)) {
		return true;
	}
	if (stoa_mono_is_before(w->deadline, stoa_clock_mono(r->o.clock))) {
		waiting_answer(r, w, STOA_TIMEOUT, none);
		return true;
	}
	if (!dedup_has_room(&c->dedup, stoa_clock_wall(r->o.clock))) {
		waiting_answer(r, w, STOA_BUSY, none);
		return true;
	}
	return false;
}

static void
flight_pack(struct flight *f)
{
	struct chain *c = f->chain;
	Stoa__Journal__Batch batch = STOA__JOURNAL__BATCH__INIT;

	batch.community = (char *)(uintptr_t)c->id.data;
	batch.index = c->index + 1;
	if (c->index > 0) {
		batch.previous.data = c->hash.bytes;
		batch.previous.len = sizeof(c->hash.bytes);
	}
	batch.entries = f->entries;
	batch.n_entries = f->count;
	f->bytes = stoa_pack(&f->arena, &batch.base);
	stoa_assert(f->bytes.data != NULL);
	stoa_assert(f->bytes.len <= DOMAIN_RECORD_BYTES_MAX);
	f->index = batch.index;
	f->hash = stoa_record_hash(f->bytes);
}

/* Fills the flight from the queue. The arena keeps room to pack it. */
static void
flight_fill(struct stoa_replica *r, struct flight *f)
{
	struct chain *c = f->chain;
	struct stoa_str none = {NULL, 0};

	while (c->queue != NULL && f->count < DOMAIN_RECORD_ENTRIES_MAX) {
		Stoa__Journal__Entry *entry = NULL;
		struct waiting *w = c->queue;
		enum stoa_status status;

		if (f->arena.size_left < 2 * DOMAIN_RECORD_BYTES_MAX &&
		    f->count > 0) {
			break;
		}
		w = queue_pop(c);
		if (answer_without_deciding(r, f, w)) {
			continue;
		}
		status = decide_one(r, f, w, &entry);
		if (status != STOA_OK) {
			f->arena.is_overflown = false;
			waiting_answer(r, w, status, none);
			continue;
		}
		if (entry == NULL) {
			f->arena.is_overflown = false;
			w->next = c->queue;
			if (c->queue == NULL) {
				c->queue_end = &w->next;
			}
			c->queue = w;
			c->queue_count++;
			break;
		}
		stoa_assert(apply_events(r, c, &f->arena, entry));
		f->commands[f->count] = w;
		f->entries[f->count++] = entry;
	}
}

void
append_decide(struct stoa_replica *r, struct chain *c)
{
	struct flight *f;

	if (c->queue == NULL || !chain_is_at_rest(c) || !chain_is_open(r, c)) {
		return;
	}
	f = flight_new(r, c);
	flight_fill(r, f);
	if (f->count == 0) {
		flight_free(r, f);
		return;
	}
	flight_pack(f);
	c->flight = f;
	f->sent = stoa_clock_mono(r->o.clock);
	stoa_stream_publish(
	    r->o.stream, f->token, c->id, c->sequence, f->bytes);
}

void
append_resend(struct stoa_replica *r, struct flight *f)
{
	struct chain *c = f->chain;

	if (!chain_is_open(r, c)) {
		return;
	}
	r->stats.settle_count++;
	f->phase = FLIGHT_SENT;
	f->sent = stoa_clock_mono(r->o.clock);
	stoa_stream_publish(
	    r->o.stream, f->token, c->id, c->sequence, f->bytes);
}

void
append_land(struct stoa_replica *r, struct flight *f, uint64_t sequence)
{
	struct chain *c = f->chain;
	struct stoa_record record;
	uint64_t offset;

	stoa_assert(f->phase != FLIGHT_LANDED);
	stoa_arena_reset(&r->arena);
	stoa_assert(stoa_record_parse(&r->arena, f->bytes, &record) == STOA_OK);
	offset = copy_put(r, sequence, f->bytes);
	chain_place(c, &record, offset);
	c->sequence = sequence;
	c->stream_index = c->index;
	if (sequence > r->position) {
		r->position = sequence;
		r->position_hash = record.hash;
	}
	f->phase = FLIGHT_LANDED;
	chain_list_dirty(r, c);
	r->stats.record_count++;
	r->stats.entry_count += f->count;
}

/* Durable now: reply, show, go on. */
static void
flight_finish(struct stoa_replica *r, struct flight *f)
{
	struct chain *c = f->chain;

	c->flight = NULL;
	for (size_t i = 0; i < f->count; i++) {
		waiting_answer(r, f->commands[i], STOA_OK,
		    outcome_pack(&f->arena, f->index, i, f->entries[i]));
	}
	flight_free(r, f);
}

static void
on_synced(void *owner)
{
	struct stoa_replica *r = owner;
	struct chain *list = r->syncing;

	r->is_syncing = false;
	r->syncing = NULL;
	while (list != NULL) {
		struct chain *c = list;

		list = c->syncing_next;
		c->durable = c->syncing;
		if (c->flight != NULL && c->flight->phase == FLIGHT_LANDED &&
		    c->flight->index <= c->durable) {
			flight_finish(r, c->flight);
		}
		chain_show(r, c);
		chain_release_readers(r, c);
		chain_list_ready(r, c);
	}
}

void
append_sync(struct stoa_replica *r)
{
	if (r->is_syncing || !r->is_dirty) {
		return;
	}
	r->is_syncing = true;
	r->is_dirty = false;
	r->syncing = r->dirty;
	for (struct chain *c = r->dirty; c != NULL; c = c->syncing_next) {
		c->syncing_next = c->dirty_next;
		c->syncing = c->index;
		c->is_dirty_listed = false;
	}
	r->dirty = NULL;
	stoa_assert(stoa_copy_sync(r->o.copy, on_synced, r));
}

void
append_published(
    void *owner, uint64_t token, enum stoa_status status, uint64_t sequence)
{
	struct stoa_replica *r = owner;
	struct flight *f = flight_of(r, token);

	if (f == NULL) {
		(void)recover_refilled(r, token, status, sequence);
		return;
	}
	if (f->phase == FLIGHT_LANDED) {
		return;
	}
	if (status == STOA_OK) {
		append_land(r, f, sequence);
	} else if (status == STOA_CONFLICT) {
		f->phase = FLIGHT_LOOKING;
		f->sent = stoa_clock_mono(r->o.clock);
		stoa_stream_get_last(r->o.stream, token, f->chain->id);
	} else {
		f->phase = FLIGHT_UNKNOWN;
	}
}

void
append_looked(struct stoa_replica *r, struct flight *f, enum stoa_status status,
    uint64_t sequence, struct stoa_str bytes)
{
	struct chain *c = f->chain;
	struct stoa_record record;

	if (f->phase != FLIGHT_LOOKING) {
		return;
	}
	stoa_arena_reset(&r->arena);
	if (status != STOA_OK ||
	    stoa_record_parse(&r->arena, bytes, &record) != STOA_OK) {
		/* Nobody knows yet: it is published again by the tick. */
		f->phase = FLIGHT_UNKNOWN;
		return;
	}
	if (record.index == c->index &&
	    stoa_hash_is_equal(&record.hash, &c->hash)) {
		/* Our head, where we did not know it: the stream was refilled
		 * since the own copy was written. */
		c->sequence = sequence;
		append_resend(r, f);
		return;
	}
	if (record.index <= c->index) {
		recover_start(
		    r, "a community ends in an older record", sequence);
		return;
	}
	if (memcmp(record.hash.bytes, f->hash.bytes, sizeof(f->hash.bytes)) ==
	    0) {
		append_land(r, f, sequence);
		return;
	}
	/* Another's record, or ours with another's on top: in both cases the
	 * stream tells, and what was ours is known by its command ids. */
	if (record.index > c->required) {
		c->required = record.index;
	}
	chain_roll_back(r, c);
}
