/* replica.c - the public face: start from the copy, submit, read, turn. */
#include "domain/replica.h"

#include "base/check.h"
#include "base/hasher.h"
#include "domain/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct stoa_stream_events stream_events = {
    .up = recover_up,
    .caught_up = recover_caught_up,
    .down = recover_down,
    .published = append_published,
    .got = recover_got,
    .followed = follow_record,
};

/* ---- start --------------------------------------------------------------- */

static void
scan_report(struct stoa_replica *r, const struct stoa_copy_scan *scan)
{
	char text[200];

	/* Some community may have lost its last records without a trace. */
	if (r->damage_bytes > r->repaired_bytes) {
		r->is_damaged = true;
		(void)snprintf(text, sizeof(text),
		    "the own copy is damaged in %" PRIu64
		    " places, first at byte %" PRIu64
		    ": what is missing is read from the stream again",
		    scan->damage_count, scan->damage_offset);
		r->o.events->alarm(r->o.owner, STOA_STR(""), text);
	}
}

enum stoa_status
stoa_replica_new(const struct stoa_replica_options *options,
    struct stoa_replica **ret_replica)
{
	struct stoa_replica *r;
	struct stoa_copy_scan scan;
	enum stoa_status status;

	stoa_assert(options->count >= 1);
	stoa_assert(options->count <= DOMAIN_REPLICAS_MAX);
	stoa_assert(options->number < options->count);
	stoa_assert(options->count == 1 || options->peer != NULL);
	r = replica_alloc(options);
	status = replica_scan(r, false, &scan);
	if (status != STOA_OK) {
		stoa_replica_free(r);
		return status;
	}
	scan_report(r, &scan);
	stoa_stream_bind(options->stream, &stream_events, r);
	if (options->peer != NULL) {
		stoa_peer_bind(options->peer, recover_heard, r);
	}
	*ret_replica = r;
	return STOA_OK;
}

void
stoa_replica_free(struct stoa_replica *r)
{
	if (r == NULL) {
		return;
	}
	replica_clear(r);
	while (r->spare != NULL) {
		struct flight *f = r->spare;

		r->spare = f->next;
		stoa_arena_fini(&f->arena);
		free(f);
	}
	stoa_map_fini(&r->tokens);
	stoa_arena_fini(&r->arena);
	stoa_buf_fini(&r->scratch);
	free(r);
}

/* ---- commands ------------------------------------------------------------ */

static struct dedup_digest
digest_of(const struct stoa_submit *s)
{
	struct stoa_hasher hasher;
	struct stoa_hash hash;
	struct dedup_digest digest;

	stoa_hasher_init(&hasher);
	stoa_hasher_text(&hasher, stoa_str_of(s->method->name));
	stoa_hasher_text(&hasher, s->said.data == NULL ? s->request : s->said);
	hash = stoa_hasher_end(&hasher);
	memcpy(digest.bytes, hash.bytes, sizeof(digest.bytes));
	return digest;
}

static struct stoa_str
text_put(char **at, struct stoa_str text)
{
	struct stoa_str copy = {*at, text.len};

	if (text.len > 0) {
		memcpy(*at, text.data, text.len);
	}
	*at += text.len;
	return copy;
}

static struct waiting *
waiting_new(const struct stoa_submit *s, void *call)
{
	struct waiting *w =
	    malloc(sizeof(*w) + s->actor.len + s->id.len + s->request.len);
	char *at = (char *)(w + 1);

	stoa_assert(w != NULL);
	*w = (struct waiting){
	    .callers = {NULL, call},
	    .method = s->method,
	    .deadline = s->deadline,
	    .key = dedup_key_of(s->actor, s->id),
	    .digest = digest_of(s),
	};
	w->actor = text_put(&at, s->actor);
	w->id = text_put(&at, s->id);
	w->request = text_put(&at, s->request);
	return w;
}

static enum stoa_status
submit_check(struct stoa_replica *r, const struct stoa_submit *s)
{
	if (s->id.len == 0 || s->id.len > DOMAIN_COMMAND_ID_MAX ||
	    s->actor.len == 0 || s->actor.len > DOMAIN_ACTOR_MAX ||
	    s->community.len == 0 || s->community.len > DOMAIN_COMMUNITY_MAX) {
		return STOA_INVALID;
	}
	if (s->request.len > DOMAIN_ENTRY_BYTES_MAX) {
		return STOA_TOO_LARGE;
	}
	if (r->is_stopped) {
		return STOA_UNAVAILABLE;
	}
	return stoa_copy_has_room(r->o.copy) ? STOA_OK : STOA_NO_SPACE;
}

void
stoa_replica_submit(
    struct stoa_replica *r, const struct stoa_submit *s, void *call)
{
	struct stoa_str none = {NULL, 0};
	enum stoa_status status = submit_check(r, s);
	struct chain *c;
	struct waiting *w;

	if (status != STOA_OK) {
		r->o.events->answer(r->o.owner, call, status, none);
		return;
	}
	c = chain_make(r, s->community);
	status = c == NULL			      ? STOA_BUSY
		 : c->is_frozen			      ? STOA_FROZEN
		 : c->queue_count >= DOMAIN_QUEUE_MAX ? STOA_BUSY
						      : STOA_OK;
	if (status != STOA_OK) {
		r->o.events->answer(r->o.owner, call, status, none);
		return;
	}
	w = waiting_new(s, call);
	*c->queue_end = w;
	c->queue_end = &w->next;
	c->queue_count++;
	chain_list_ready(r, c);
}

/* ---- reads --------------------------------------------------------------- */

void
stoa_replica_read(struct stoa_replica *r, struct stoa_str community,
    uint64_t index_min, void *call)
{
	struct chain *c = chain_get(r, community);
	struct reader *reader;

	if (c == NULL || chain_is_at_rest(c)) {
		uint64_t index = c == NULL ? 0 : c->index;
		bool is_stale = index < index_min;

		r->o.events->read(r->o.owner, call,
		    is_stale ? STOA_STALE : STOA_OK,
		    is_stale || index == 0 ? NULL : c->state, index);
		return;
	}
	if (c->reader_count >= DOMAIN_READS_MAX) {
		r->o.events->read(r->o.owner, call, STOA_BUSY, NULL, 0);
		return;
	}
	reader = malloc(sizeof(*reader));
	stoa_assert(reader != NULL);
	*reader = (struct reader){.call = call, .index_min = index_min};
	*c->readers_end = reader;
	c->readers_end = &reader->next;
	c->reader_count++;
}

const void *
stoa_replica_peek(const struct stoa_replica *r, struct stoa_str community)
{
	const struct chain *c = chain_get(r, community);

	return c == NULL || !chain_is_at_rest(c) || c->index == 0 ? NULL
								  : c->state;
}

uint64_t
stoa_replica_index(const struct stoa_replica *r, struct stoa_str community)
{
	const struct chain *c = chain_get(r, community);

	return c == NULL || !chain_is_at_rest(c) ? 0 : c->index;
}

bool
stoa_replica_head(const struct stoa_replica *r, struct stoa_str community,
    struct stoa_replica_head *ret_head)
{
	const struct chain *c = chain_get(r, community);
	struct stoa_hasher hasher;

	if (c == NULL || !chain_is_at_rest(c)) {
		return false;
	}
	stoa_hasher_init(&hasher);
	r->o.core->digest(c->state, &hasher);
	*ret_head = (struct stoa_replica_head){
	    .index = c->index,
	    .hash = c->hash,
	    .state_hash = stoa_hasher_end(&hasher),
	    .tree_root = stoa_merkle_root(&c->tree),
	    .mode = c->is_frozen	  ? "frozen"
		    : chain_is_open(r, c) ? "live"
					  : "recovering",
	    .reason = c->reason,
	};
	return true;
}

struct stoa_str
stoa_replica_next(const struct stoa_replica *r, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&r->chains, cursor);

	return entry == NULL ? (struct stoa_str){NULL, 0} : entry->key;
}

/* ---- turns --------------------------------------------------------------- */

void
stoa_replica_turn(struct stoa_replica *r)
{
	struct chain *list = r->ready;

	r->ready = NULL;
	while (list != NULL) {
		struct chain *c = list;

		list = c->ready_next;
		c->is_ready_listed = false;
		append_decide(r, c);
	}
	append_sync(r);
	recover_turn(r);
}

void
stoa_replica_tick(struct stoa_replica *r)
{
	recover_tick(r);
	stoa_replica_turn(r);
}

bool
stoa_replica_is_ready(const struct stoa_replica *r)
{
	return r->phase == REPLICA_LIVE && r->is_caught_up && !r->is_stopped;
}

bool
stoa_replica_is_idle(const struct stoa_replica *r)
{
	return !r->is_syncing && !r->is_dirty && r->ready == NULL &&
	       r->tokens.count == 0;
}

void
stoa_replica_stats(
    const struct stoa_replica *r, struct stoa_replica_stats *ret_stats)
{
	*ret_stats = r->stats;
	ret_stats->followed = r->followed;
	ret_stats->snapshot_bytes = r->covered;
}
