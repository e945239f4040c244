/* record.c - parse a record, check its shape, name it by its hash. */
#include "domain/record.h"

#include "domain/limits.h"

struct stoa_hash
stoa_record_hash(struct stoa_str bytes)
{
	struct stoa_sha256 sha;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, "\0", 1);
	stoa_sha256_add(&sha, bytes.data, bytes.len);
	return stoa_sha256_end(&sha);
}

enum stoa_status
stoa_record_parse(struct stoa_arena *arena, struct stoa_str bytes,
    struct stoa_record *ret_record)
{
	const Stoa__Journal__Batch *batch;
	struct stoa_record record = {.bytes = bytes};
	size_t previous_len;

	batch = stoa_unpack(arena, &stoa__journal__batch__descriptor, bytes);
	if (arena->is_overflown) {
		return STOA_TOO_LARGE;
	}
	if (batch == NULL || batch->index == 0 || batch->n_entries == 0) {
		return STOA_INVALID;
	}
	previous_len = batch->index == 1 ? 0 : sizeof(record.previous.bytes);
	if (batch->previous.len != previous_len) {
		return STOA_INVALID;
	}
	if (previous_len > 0) {
		memcpy(
		    record.previous.bytes, batch->previous.data, previous_len);
	}
	record.community = stoa_str_of(batch->community);
	if (record.community.len == 0 ||
	    record.community.len > DOMAIN_COMMUNITY_MAX) {
		return STOA_INVALID;
	}
	record.index = batch->index;
	record.hash = stoa_record_hash(bytes);
	record.batch = batch;
	*ret_record = record;
	return STOA_OK;
}
