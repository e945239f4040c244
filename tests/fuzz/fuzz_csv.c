/* fuzz_csv.c - links libbase. The CSV reader on hostile bytes: however the
 * input is cut into pieces, the rows and the error must be the same. */
#include "base/csv.h"
#include "base/hasher.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROW_LEN_MAX 256

static struct stoa_hash
digest(struct stoa_str text, size_t piece)
{
	struct stoa_hasher h;
	struct stoa_csv c;

	stoa_hasher_init(&h);
	stoa_csv_init(&c, ROW_LEN_MAX);
	for (;;) {
		enum stoa_csv_result result = stoa_csv_next(&c);
		size_t n = text.len < piece ? text.len : piece;

		if (result == STOA_CSV_ERROR || result == STOA_CSV_DONE) {
			break;
		}
		if (result == STOA_CSV_MORE && n == 0) {
			stoa_csv_end(&c);
			continue;
		}
		if (result == STOA_CSV_MORE) {
			stoa_csv_feed(&c, (struct stoa_str){text.data, n});
			text = stoa_str_from(text, n);
			continue;
		}
		stoa_assert(c.field_count == c.want);
		stoa_hasher_number(&h, (int64_t)c.line);
		for (size_t i = 0; i < c.field_count; i++) {
			stoa_hasher_text(&h, c.fields[i]);
		}
	}
	stoa_hasher_number(&h, (int64_t)c.error);
	stoa_hasher_number(&h, (int64_t)c.error_line);
	stoa_hasher_number(&h, (int64_t)c.error_column);
	stoa_csv_fini(&c);
	return stoa_hasher_end(&h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = {(const char *)data, size};
	struct stoa_hash whole = digest(text, size + 1);
	struct stoa_hash bytes = digest(text, 1);

	stoa_assert(memcmp(&whole, &bytes, sizeof(whole)) == 0);
	return 0;
}
