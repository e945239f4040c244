/* Links libbase. The own copy's frames: whatever bytes a file holds, reading
 * it ends, stays inside, and what is read reads the same when written. */
#include "base/check.h"
#include "base/frame.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str all = stoa_str_of_bytes(data, size);
	size_t at = 0;

	while (at < size) {
		struct stoa_frame frame, again;
		struct stoa_buf copy;

		if (!stoa_frame_get(stoa_str_from(all, at), &frame)) {
			size_t next = stoa_frame_seek(all, at + 1);

			stoa_assert(next > at);
			at = next;
			continue;
		}
		stoa_buf_init(&copy, 2 * STOA_FRAME_RECORD_MAX);
		stoa_frame_put(&copy, &frame);
		stoa_assert(stoa_frame_get(stoa_buf_str(&copy), &again));
		stoa_assert(again.sequence == frame.sequence);
		stoa_assert(again.followed == frame.followed);
		stoa_assert(again.epoch == frame.epoch);
		stoa_assert(stoa_str_is_equal(again.record, frame.record));
		at += stoa_frame_size(frame.record.len);
		stoa_buf_fini(&copy);
	}
	return 0;
}
