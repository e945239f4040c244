/* golden.h - compares text with a file under tests/golden/.
 *
 * A difference fails with the first line that differs. After a change that is
 * meant, run the test with GOLDEN_WRITE=1 and read the diff before committing
 * it. Tests run at the top of the tree. */
#ifndef STOA_TESTS_GOLDEN_H
#define STOA_TESTS_GOLDEN_H

#include "base/buf.h"

#include "unit.h"

#define GOLDEN_LEN_MAX ((size_t)1024 * 1024)

static void
golden_write(const char *path, struct stoa_str have)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(have.data, 1, have.len, file), have.len);
	assert_int_equal(fclose(file), 0);
}

static void
golden_read(const char *path, struct stoa_buf *ret_want)
{
	FILE *file = fopen(path, "r");
	char *to = stoa_buf_reserve(ret_want, GOLDEN_LEN_MAX - 1);

	if (file == NULL) {
		fail_msg("%s is not there; run with GOLDEN_WRITE=1", path);
	}
	assert_non_null(to);
	stoa_buf_grow(ret_want, fread(to, 1, GOLDEN_LEN_MAX - 1, file));
	assert_int_equal(fclose(file), 0);
}

static void
golden_check(const char *path, struct stoa_str have)
{
	struct stoa_buf buf;
	struct stoa_str want;

	if (getenv("GOLDEN_WRITE") != NULL) {
		golden_write(path, have);
		return;
	}
	stoa_buf_init(&buf, GOLDEN_LEN_MAX);
	golden_read(path, &buf);
	want = stoa_buf_str(&buf);
	for (unsigned line = 1; have.len > 0 || want.len > 0; line++) {
		struct stoa_str a = stoa_str_cut(&have, '\n');
		struct stoa_str b = stoa_str_cut(&want, '\n');

		if (!stoa_str_is_equal(a, b)) {
			fail_msg("%s line %u\nhave: %.*s\nwant: %.*s", path,
			    line, STOA_STR_ARG(a), STOA_STR_ARG(b));
		}
	}
	stoa_buf_fini(&buf);
}

#endif
