/* stream.c - readers of a store behind one face. */
#include "storage/stream.h"

#include "storage/car.h"
#include "storage/check.h"
#include "storage/folder.h"
#include "storage/limits.h"
#include "storage/reader.h"

#include <stdlib.h>
#include <string.h>

enum kind {
	PLAIN,
	SEALED,
	CAR
};

struct storage_stream {
	enum kind kind;
	struct storage_source source;
	struct storage_reader reader;
	uint64_t start;
	uint64_t size;

	struct storage_unseal unseal;
	uint64_t chunk; /* the one in `plain` */
	size_t chunk_len;
	uint8_t *plain; /* one opened chunk, or NULL */
	uint8_t *cipher;

	uint64_t at;	     /* CAR: the byte of the file to read next */
	struct stoa_buf out; /* sections not yet taken */
	size_t taken;
};

static struct storage_stream *
stream_new(enum kind kind, const struct storage_source *source)
{
	struct storage_stream *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->kind = kind;
		s->source = *source;
		s->chunk = UINT64_MAX;
		stoa_buf_init(&s->out, STORAGE_CAR_PENDING_MAX);
	}
	return s;
}

void
storage_stream_free(void *stream)
{
	struct storage_stream *s = stream;

	if (s == NULL) {
		return;
	}
	storage_reader_close(&s->reader);
	storage_unseal_fini(&s->unseal);
	if (s->plain != NULL) {
		memset(s->plain, 0, STORAGE_AGE_SEALED_SIZE);
	}
	free(s->plain);
	free(s->cipher);
	stoa_buf_fini(&s->out);
	free(s);
}

static enum stoa_status
finish(enum stoa_status status, struct storage_stream *s,
    struct storage_stream **ret_stream)
{
	if (status != STOA_OK) {
		storage_stream_free(s);
		return status;
	}
	*ret_stream = s;
	return STOA_OK;
}

uint64_t
storage_stream_size(const struct storage_stream *stream)
{
	return stream->size;
}

void
storage_stream_seek(struct storage_stream *stream, uint64_t start)
{
	stoa_assert(stream->kind != CAR);
	stream->start = start;
}

/* ---- opening ---------------------------------------------------------------
 */

enum stoa_status
storage_stream_file(const struct storage_source *source,
    const struct stoa_cid *cid, struct storage_stream **ret_stream)
{
	struct storage_stream *s = stream_new(PLAIN, source);
	enum stoa_status status;

	if (s == NULL) {
		return STOA_NO_MEMORY;
	}
	status = storage_reader_open(&s->reader, source, cid);
	if (status == STOA_OK) {
		s->size = storage_reader_size(&s->reader);
	}
	return finish(status, s, ret_stream);
}

static enum stoa_status
begin_unseal(struct storage_stream *s, const struct storage_identity *identity)
{
	char start[STORAGE_AGE_HEADER_MAX];
	size_t len;

	STORAGE_CHECK(
	    storage_reader_read(&s->reader, 0, start, sizeof(start), &len));
	return storage_unseal_begin(identity, (struct stoa_str){start, len},
	    storage_reader_size(&s->reader), &s->unseal);
}

enum stoa_status
storage_stream_sealed(const struct storage_source *source,
    const struct stoa_cid *cid, const struct storage_identity *identity,
    struct storage_stream **ret_stream)
{
	struct storage_stream *s = stream_new(SEALED, source);
	enum stoa_status status;

	if (s == NULL) {
		return STOA_NO_MEMORY;
	}
	s->plain = calloc(1, STORAGE_AGE_SEALED_SIZE);
	s->cipher = malloc(STORAGE_AGE_SEALED_SIZE);
	status = s->plain == NULL || s->cipher == NULL
		     ? STOA_NO_MEMORY
		     : storage_reader_open(&s->reader, source, cid);
	if (status == STOA_OK) {
		status = begin_unseal(s, identity);
	}
	s->size = s->unseal.plain_size;
	return finish(status, s, ret_stream);
}

/* A source that writes down what is asked of it: the order in which a reader
 * gets blocks here is the order in which one needs them there. */
struct tee {
	const struct storage_source *source;
	struct stoa_buf *out;
};

static enum stoa_status
get_and_copy(
    void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	struct tee *tee = context;

	STORAGE_CHECK(storage_source_get(tee->source, cid, ret_block));
	storage_car_put_block(tee->out, cid, stoa_buf_str(ret_block));
	return tee->out->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}

enum stoa_status
storage_stream_car(const struct storage_source *source,
    const struct stoa_cid *cid, uint64_t from,
    struct storage_stream **ret_stream)
{
	struct storage_stream *s = stream_new(CAR, source);
	struct tee tee;
	struct storage_source copying = {get_and_copy, &tee};
	enum stoa_status status;

	if (s == NULL) {
		return STOA_NO_MEMORY;
	}
	tee = (struct tee){&s->source, &s->out};
	storage_car_put_header(&s->out, cid);
	status = storage_reader_open(&s->reader, &copying, cid);
	if (status == STOA_OK) {
		s->size = storage_reader_size(&s->reader);
		s->at = from;
	}
	return finish(status, s, ret_stream);
}

static bool
ignore_entry(void *context, const struct storage_link *link)
{
	(void)context;
	(void)link;
	return true;
}

enum stoa_status
storage_car_of_folder(const struct storage_source *source,
    const struct stoa_cid *cid, struct stoa_buf *out)
{
	struct tee tee = {source, out};
	struct storage_source copying = {get_and_copy, &tee};
	enum stoa_status status;

	storage_car_put_header(out, cid);
	status = storage_folder_walk(&copying, cid, ignore_entry, NULL);
	/* No folder, and no file: its one block has been copied. */
	return status == STOA_INVALID ? STOA_OK : status;
}

/* ---- reading ---------------------------------------------------------------
 */

static enum stoa_status
read_sealed(struct storage_stream *s, uint64_t at, char *to, size_t size,
    size_t *ret_len)
{
	uint64_t chunk = at / STORAGE_AGE_CHUNK_SIZE;
	size_t skip = (size_t)(at % STORAGE_AGE_CHUNK_SIZE), len;

	if (s->chunk != chunk) {
		STORAGE_CHECK(storage_reader_read(&s->reader,
		    storage_unseal_offset(&s->unseal, chunk), s->cipher,
		    STORAGE_AGE_SEALED_SIZE, &len));
		s->chunk = UINT64_MAX;
		STORAGE_CHECK(storage_unseal_chunk(&s->unseal, chunk,
		    stoa_str_of_bytes(s->cipher, len), s->plain,
		    &s->chunk_len));
		s->chunk = chunk;
	}
	if (skip >= s->chunk_len) {
		return STOA_CORRUPT;
	}
	len = s->chunk_len - skip;
	len = len < size ? len : size;
	memcpy(to, s->plain + skip, len);
	*ret_len = len;
	return STOA_OK;
}

static enum stoa_status
read_car(struct storage_stream *s, char *to, size_t size, size_t *ret_len)
{
	struct tee tee = {&s->source, &s->out};
	struct stoa_str bytes;
	size_t len;

	s->reader.source = (struct storage_source){get_and_copy, &tee};
	while (s->taken == s->out.len && s->at < s->size) {
		stoa_buf_clear(&s->out);
		s->taken = 0;
		STORAGE_CHECK(storage_reader_at(&s->reader, s->at, &bytes));
		s->at += bytes.len;
	}
	len = s->out.len - s->taken;
	len = len < size ? len : size;
	if (len > 0) {
		memcpy(to, s->out.data + s->taken, len);
	}
	s->taken += len;
	*ret_len = len;
	return STOA_OK;
}

enum stoa_status
storage_stream_read(
    void *stream, uint64_t offset, char *to, size_t size, size_t *ret_len)
{
	struct storage_stream *s = stream;

	switch (s->kind) {
	case PLAIN:
		return storage_reader_read(
		    &s->reader, s->start + offset, to, size, ret_len);
	case SEALED:
		return read_sealed(s, s->start + offset, to, size, ret_len);
	case CAR:
		return read_car(s, to, size, ret_len);
	}
	return STOA_INTERNAL;
}
