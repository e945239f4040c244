/* fuzz_tar.c - any bytes as a tar stream, whole and in pieces: the same members
 * and bytes, and no path that leads out. */
#include "storage/tar.h"

#include "base/check.h"
#include "base/hash.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct stoa_sha256 sha;
	bool is_in_file;
};

static enum stoa_status
see(void *context, const struct storage_tar_event *event)
{
	struct seen *s = context;
	struct stoa_str rest = event->path;

	stoa_assert(event->path.len > 0 && event->path.data[0] != '/');
	while (rest.len > 0) {
		struct stoa_str part = stoa_str_cut(&rest, '/');

		stoa_assert(part.len > 0);
		stoa_assert(!stoa_str_is_equal(part, STOA_STR("..")));
	}
	stoa_assert(s->is_in_file == (event->kind == STORAGE_TAR_BYTES ||
					 event->kind == STORAGE_TAR_FILE_END));
	if (event->kind == STORAGE_TAR_FILE ||
	    event->kind == STORAGE_TAR_FILE_END) {
		s->is_in_file = event->kind == STORAGE_TAR_FILE;
	}
	if (event->kind != STORAGE_TAR_BYTES) {
		stoa_sha256_add(&s->sha, event->path.data, event->path.len);
	}
	stoa_sha256_add(&s->sha, event->bytes.data, event->bytes.len);
	return STOA_OK;
}

static enum stoa_status
feed(struct stoa_str stream, size_t step, struct stoa_hash *ret_hash)
{
	struct storage_tar tar;
	struct seen seen = {.is_in_file = false};
	enum stoa_status status = STOA_OK;

	stoa_sha256_init(&seen.sha);
	storage_tar_init(&tar, see, &seen);
	while (stream.len > 0 && status == STOA_OK) {
		struct stoa_str part = {
		    stream.data, step < stream.len ? step : stream.len};

		status = storage_tar_add(&tar, part);
		stream = stoa_str_from(stream, part.len);
	}
	if (status == STOA_OK) {
		status = storage_tar_end(&tar);
	}
	storage_tar_fini(&tar);
	*ret_hash = stoa_sha256_end(&seen.sha);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str stream = stoa_str_of_bytes(data, size);
	struct stoa_hash whole, pieces;
	enum stoa_status status = feed(stream, size + 1, &whole);
	enum stoa_status again = feed(stream, 77, &pieces);

	stoa_assert(status == again);
	stoa_assert(stoa_hash_is_equal(&whole, &pieces));
	return 0;
}
