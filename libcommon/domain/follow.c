/* follow.c - what to make of a record that the stream delivers.
 *
 * Linked: apply. Same index, same hash: a repetition. Anything else freezes
 * the community under a named reason: never guess, never apply what does not
 * link. */
#include "base/check.h"
#include "domain/chain.h"

#include <inttypes.h>

static void
follow_repetition(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, uint64_t sequence)
{
	if (c->places[record->index - 1].mark != mark_of(&record->hash)) {
		chain_freeze(r, c,
		    "fork: the stream has another record %" PRIu64
		    " at sequence %" PRIu64 " than the own copy",
		    record->index, sequence);
		return;
	}
	if (record->index >= c->stream_index) {
		c->stream_index = record->index;
		c->sequence = sequence;
	}
}

static void
follow_next(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, uint64_t sequence)
{

	if (memcmp(record->previous.bytes, c->hash.bytes,
		sizeof(c->hash.bytes)) != 0) {
		chain_freeze(r, c,
		    "fork: record %" PRIu64 " at sequence %" PRIu64
		    " does not follow the own record %" PRIu64,
		    record->index, sequence, c->index);
		return;
	}
	chain_extend(r, c, record, copy_put(r, sequence, record->bytes));
	if (r->is_stopped) {
		return;
	}
	chain_list_dirty(r, c);
	r->stats.followed_count++;
	c->sequence = sequence;
	c->stream_index = c->index;
}

/* Rolling back reads the copy through the shared arena, so the record is
 * parsed again by the caller when this returns true. */
static bool
flight_gives_way(struct stoa_replica *r, struct chain *c,
    const struct stoa_record *record, uint64_t sequence)
{
	struct flight *f = c->flight;

	if (f == NULL || f->phase == FLIGHT_LANDED ||
	    record->index != c->index + 1) {
		return false;
	}
	if (memcmp(record->hash.bytes, f->hash.bytes, sizeof(f->hash.bytes)) ==
	    0) {
		append_land(r, f, sequence);
		return true;
	}
	chain_roll_back(r, c);
	return true;
}

static void
follow_parsed(
    struct stoa_replica *r, const struct stoa_record *record, uint64_t sequence)
{
	struct chain *c = chain_make(r, record->community);

	if (c == NULL) {
		replica_stop(r, record->community,
		    "more communities than one replica may hold");
		return;
	}
	if (c->is_frozen) {
		return;
	}
	if (flight_gives_way(r, c, record, sequence)) {
		struct stoa_record again;

		if (r->is_stopped) {
			return;
		}
		stoa_arena_reset(&r->arena);
		stoa_assert(stoa_record_parse(
				&r->arena, record->bytes, &again) == STOA_OK);
		follow_parsed(r, &again, sequence);
		return;
	}
	if (record->index <= c->index) {
		follow_repetition(r, c, record, sequence);
	} else if (record->index == c->index + 1) {
		follow_next(r, c, record, sequence);
	} else {
		chain_freeze(r, c,
		    "gap: the stream goes from record %" PRIu64
		    " to record %" PRIu64 " at sequence %" PRIu64,
		    c->index, record->index, sequence);
	}
	recover_chain(r, c);
	chain_list_ready(r, c);
}

void
follow_record(void *owner, uint64_t sequence, struct stoa_str community,
    struct stoa_str bytes)
{
	struct stoa_replica *r = owner;
	struct stoa_record record;
	struct chain *c;

	if (r->is_stopped) {
		return;
	}
	stoa_arena_reset(&r->arena);
	r->followed = sequence;
	if (stoa_record_parse(&r->arena, bytes, &record) != STOA_OK ||
	    !stoa_str_is_equal(record.community, community)) {
		c = chain_make(r, community);
		if (c != NULL) {
			chain_freeze(r, c,
			    "the message at sequence %" PRIu64
			    " is no record of it",
			    sequence);
		}
		return;
	}
	if (sequence > r->position) {
		r->position = sequence;
		r->position_hash = record.hash;
	}
	follow_parsed(r, &record, sequence);
}
