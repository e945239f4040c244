/* scan.c - frame by frame through a pack.
 *
 * In step, each frame begins where the last one ended, and a sound header is
 * believed even when its payload is not. Out of step, after a damaged header,
 * the magic is searched for, and a frame is believed only when its payload has
 * its hash: block contents are chosen by strangers and may look like frames;
 * then what is found is still a right block. */
#include "storage/scan.h"

#include "storage/check.h"
#include "storage/limits.h"

#include <string.h>

#define SEARCH_BYTES ((size_t)65536)

struct scan {
	struct storage_pack *pack;
	uint32_t size;	/* of the file */
	uint32_t at;	/* the frame to look at */
	uint32_t sound; /* end of the last sound frame */
	uint32_t sound_rows;
	uint64_t bad_rows; /* since the last sound frame */
	struct stoa_sha256 sound_chain;
	uint32_t sound_blocks;
	bool is_in_step;
	bool is_done;
	struct storage_damage found;
	/* As they were at the last commit: what is amiss behind it was never
	 * acknowledged, and is torn rather than damaged. */
	struct storage_damage committed;
	uint32_t committed_rows;
	struct stoa_buf payload;
};

static void
mark_sound(struct scan *s, uint32_t end)
{
	if (!s->is_in_step) {
		s->found.bad_bytes += s->at - s->sound;
	}
	s->found.bad_blocks += s->bad_rows;
	s->bad_rows = 0;
	s->is_in_step = true;
	s->at = s->sound = end;
	s->sound_rows = s->pack->row_count;
	s->sound_chain = s->pack->chain;
	s->sound_blocks = s->pack->block_count;
}

/* Out of step: moves to the next place that may be a header. */
static enum stoa_status
search(struct scan *s)
{
	s->is_in_step = false;
	s->at++;
	while (s->at + STORAGE_FRAME_SIZE <= s->size) {
		size_t len = s->size - s->at < SEARCH_BYTES ? s->size - s->at
							    : SEARCH_BYTES;
		char *to;
		size_t found;

		stoa_buf_clear(&s->payload);
		to = stoa_buf_reserve(&s->payload, len);
		if (to == NULL) {
			return STOA_NO_MEMORY;
		}
		STORAGE_CHECK(storage_file_read(s->pack->file, s->at, to, len));
		found = storage_frame_search((struct stoa_str){to, len});
		if (found < len) {
			s->at += (uint32_t)found;
			return STOA_OK;
		}
		/* The magic may lie across the edge. */
		s->at += len > 3 ? (uint32_t)len - 3 : 1;
	}
	s->is_done = true;
	return STOA_OK;
}

static enum stoa_status
take_block(
    struct scan *s, const struct storage_frame *frame, const uint8_t *header)
{
	struct storage_row row = {frame->hash, s->at, frame->len, frame->codec};
	uint32_t end = s->at + STORAGE_FRAME_SIZE + frame->len;
	enum stoa_status status = storage_pack_read(
	    s->pack, s->at, frame->len, &frame->hash, &s->payload);

	if (status != STOA_OK && status != STOA_CORRUPT) {
		return status;
	}
	if (status == STOA_CORRUPT && !s->is_in_step) {
		return search(s);
	}
	STORAGE_CHECK(
	    storage_pack_add_row(s->pack, &row, status == STOA_CORRUPT));
	stoa_sha256_add(&s->pack->chain, header, STORAGE_FRAME_SIZE);
	s->pack->block_count = frame->number;
	if (status == STOA_CORRUPT) {
		s->bad_rows++;
		s->at = end;
	} else {
		mark_sound(s, end);
	}
	return STOA_OK;
}

static void
take_commit(struct scan *s, const struct storage_frame *frame)
{
	struct stoa_sha256 chain = s->pack->chain;
	struct stoa_hash have = stoa_sha256_end(&chain);

	if (!stoa_hash_is_equal(&have, &frame->hash)) {
		s->found.broken_chains++;
	}
	stoa_sha256_init(&s->pack->chain);
	stoa_sha256_add(&s->pack->chain, frame->hash.bytes, STOA_HASH_SIZE);
	s->pack->committed = s->pack->block_count = frame->number;
	mark_sound(s, s->at + STORAGE_FRAME_SIZE);
	s->committed = s->found;
	s->committed_rows = s->sound_rows;
}

static enum stoa_status
step(struct scan *s)
{
	uint8_t header[STORAGE_FRAME_SIZE];
	struct storage_frame frame;

	STORAGE_CHECK(
	    storage_file_read(s->pack->file, s->at, header, sizeof(header)));
	if (!storage_frame_decode(header, &frame) ||
	    frame.len > STORAGE_BLOCK_SIZE_MAX ||
	    frame.len > s->size - s->at - STORAGE_FRAME_SIZE) {
		return search(s);
	}
	if (frame.kind == STORAGE_FRAME_HEAD && s->at == 0 &&
	    frame.number == s->pack->number && frame.len == 0) {
		mark_sound(s, STORAGE_FRAME_SIZE);
		return STOA_OK;
	}
	if (frame.kind == STORAGE_FRAME_BLOCK &&
	    frame.number <= STORAGE_PACK_BLOCKS_MAX) {
		return take_block(s, &frame, header);
	}
	if (frame.kind == STORAGE_FRAME_COMMIT && frame.len == 0 &&
	    frame.number <= STORAGE_PACK_BLOCKS_MAX) {
		take_commit(s, &frame);
		return STOA_OK;
	}
	if (frame.kind == STORAGE_FRAME_TABLE && s->is_in_step) {
		s->is_done = true; /* a seal that was cut short */
		return STOA_OK;
	}
	return search(s);
}

static void
add_damage(struct storage_damage *to, const struct storage_damage *more)
{
	to->bad_blocks += more->bad_blocks;
	to->bad_bytes += more->bad_bytes;
	to->broken_chains += more->broken_chains;
	to->lost_tables += more->lost_tables;
	to->cut_bytes += more->cut_bytes;
}

/* Behind the last commit only sound blocks count. */
static void
keep_rows(struct scan *s)
{
	struct storage_pack *pack = s->pack;
	uint32_t kept = s->committed_rows;

	for (uint32_t i = kept; i < s->sound_rows; i++) {
		if (!pack->rows[i].is_bad) {
			pack->rows[kept++] = pack->rows[i];
		}
	}
	pack->row_count = kept;
}

enum stoa_status
storage_scan(struct storage_pack *pack, struct storage_damage *damage)
{
	struct scan s = {.pack = pack, .size = pack->size, .is_in_step = true};
	enum stoa_status status = STOA_OK;

	pack->block_count = pack->committed = pack->row_count = 0;
	s.sound_chain = pack->chain;
	stoa_buf_init(&s.payload, STORAGE_BLOCK_SIZE_MAX);
	while (status == STOA_OK && !s.is_done &&
	       s.at + STORAGE_FRAME_SIZE <= s.size) {
		status = step(&s);
	}
	stoa_buf_fini(&s.payload);
	if (status != STOA_OK) {
		return status;
	}
	keep_rows(&s);
	pack->block_count = s.sound_blocks;
	pack->chain = s.sound_chain;
	if (!pack->is_sealed) {
		s.committed.cut_bytes = s.size - s.sound;
		pack->size = s.sound;
	}
	add_damage(damage, &s.committed);
	return STOA_OK;
}
