/* scan.c - what a replica knows before it speaks to anybody: its own copy. */
#include "base/check.h"
#include "domain/chain.h"

#include <stdlib.h>

struct stoa_replica *
replica_alloc(const struct stoa_replica_options *options)
{
	struct stoa_replica *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->o = *options;
	stoa_map_init(&r->chains, options->seed);
	stoa_map_init(&r->tokens, options->seed);
	stoa_arena_init(&r->arena, NULL, 0, DOMAIN_RECORD_ARENA_MAX);
	stoa_buf_init(&r->scratch, 2 * DOMAIN_RECORD_BYTES_MAX);
	r->next_token = 1;
	r->question = options->nonce;
	return r;
}

void
replica_clear(struct stoa_replica *r)
{
	STOA_MAP_EACH(&r->chains, entry)
	{
		chain_free(r, entry->value);
	}
	stoa_map_fini(&r->chains);
	stoa_map_init(&r->chains, r->o.seed);
	r->stats.community_count = 0;
}

/* The newest frame tells how far the stream had been followed, the highest
 * sequence of the newest epoch where to compare. */
static void
scan_position(struct stoa_replica *r, const struct stoa_frame *frame)
{
	if (frame->epoch > r->epoch) {
		r->epoch = frame->epoch;
		r->position = 0;
	}
	r->followed = frame->followed;
	if (frame->sequence == 0) {
		const Stoa__Journal__Beat *note = stoa_unpack(
		    &r->arena, &stoa__journal__beat__descriptor, frame->record);

		if (note != NULL &&
		    note->hash.len == sizeof(r->position_hash.bytes)) {
			r->is_recovering = note->is_recovering;
			r->repaired_bytes = note->repaired_bytes;
			r->position = note->position;
			memcpy(r->position_hash.bytes, note->hash.data,
			    note->hash.len);
		}
	} else if (frame->sequence > r->position) {
		r->position = frame->sequence;
		r->position_hash = stoa_record_hash(frame->record);
	}
}

/* A frame of the own copy. Damage leaves gaps: what stands behind one is not
 * applied, only remembered as required, and comes again from the stream. */
static void
scan_frame(void *owner, uint64_t offset, const struct stoa_frame *frame)
{
	struct stoa_replica *r = owner;
	struct stoa_record record;
	struct chain *c;

	if (offset < r->covered) {
		return;
	}
	stoa_arena_reset(&r->arena);
	r->last = offset;
	scan_position(r, frame);
	if (r->is_stopped || frame->sequence == 0 ||
	    stoa_record_parse(&r->arena, frame->record, &record) != STOA_OK) {
		return;
	}
	c = chain_make(r, record.community);
	if (c == NULL) {
		replica_stop(r, record.community,
		    "more communities than one replica may hold");
		return;
	}
	if (record.index > c->orphaned) {
		c->orphaned = record.index;
	}

	if (record.index == c->index + 1 &&
	    memcmp(record.previous.bytes, c->hash.bytes,
		sizeof(c->hash.bytes)) == 0) {
		chain_extend(r, c, &record, offset);
		c->sequence = frame->sequence;
		c->stream_index = c->index;
		c->durable = c->index;
		chain_tell(r, c, &record, true);
	}
}

enum stoa_status
replica_scan(
    struct stoa_replica *r, bool is_thorough, struct stoa_copy_scan *ret_scan)
{
	enum stoa_status status;

	*ret_scan = (struct stoa_copy_scan){0};
	r->covered = r->o.snapshot.len == 0 ? 0 : snapshot_load(r);
	if (is_thorough) {
		r->damage_bytes = 0; /* counted anew */
	}
	status = stoa_copy_scan(
	    r->o.copy, is_thorough ? 0 : r->covered, scan_frame, r, ret_scan);
	r->damage_bytes += ret_scan->damage_bytes;
	if (status == STOA_OK && r->is_stopped) {
		status = STOA_UNSUPPORTED;
	}
	return status;
}
