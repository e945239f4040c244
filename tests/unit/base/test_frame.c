#include "base/frame.h"

#include "../unit.h"

static void
put(struct stoa_buf *b, uint64_t sequence, const char *record)
{
	struct stoa_frame f = {sequence, sequence - 1, 3, stoa_str_of(record)};

	stoa_frame_put(b, &f);
}

static void
test_get_reads_what_put_wrote(void **state)
{
	struct stoa_buf b;
	struct stoa_frame f;

	(void)state;
	stoa_buf_init(&b, 4096);
	put(&b, 7, "hello");
	assert_true(stoa_frame_get(stoa_buf_str(&b), &f));
	assert_int_equal(f.sequence, 7);
	assert_int_equal(f.followed, 6);
	assert_int_equal(f.epoch, 3);
	assert_str(f.record, "hello");
	assert_int_equal(b.len, stoa_frame_size(5));
	stoa_buf_fini(&b);
}

/* Any flipped bit of head or record is seen; padding carries nothing. */
static void
test_every_flipped_bit_is_seen(void **state)
{
	struct stoa_buf b;
	struct stoa_frame f;

	(void)state;
	stoa_buf_init(&b, 4096);
	put(&b, 7, "hello");
	for (size_t at = 0; at < STOA_FRAME_HEAD + 5; at++) {
		for (int bit = 0; bit < 8; bit++) {
			b.data[at] ^= (char)(1 << bit);
			assert_false(stoa_frame_get(stoa_buf_str(&b), &f));
			b.data[at] ^= (char)(1 << bit);
		}
	}
	assert_true(stoa_frame_get(stoa_buf_str(&b), &f));
	stoa_buf_fini(&b);
}

static void
test_seek_finds_the_frame_behind_damage(void **state)
{
	struct stoa_buf b;
	size_t second, third;

	(void)state;
	stoa_buf_init(&b, 4096);
	put(&b, 1, "one");
	second = b.len;
	put(&b, 2, "two is longer");
	third = b.len;
	put(&b, 3, "three");
	assert_int_equal(stoa_frame_seek(stoa_buf_str(&b), 0), 0);
	assert_int_equal(stoa_frame_seek(stoa_buf_str(&b), 1), second);
	b.data[second + 9] ^= 1;
	assert_int_equal(stoa_frame_seek(stoa_buf_str(&b), 1), third);
	b.data[third] ^= 1;
	assert_int_equal(stoa_frame_seek(stoa_buf_str(&b), 1), b.len);
	stoa_buf_fini(&b);
}

static void
test_every_cut_is_seen(void **state)
{
	struct stoa_buf b;
	struct stoa_frame f;

	(void)state;
	stoa_buf_init(&b, 4096);
	put(&b, 7, "hello");
	for (size_t len = 0; len < b.len; len++) {
		assert_false(
		    stoa_frame_get((struct stoa_str){b.data, len}, &f));
	}
	stoa_buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_get_reads_what_put_wrote),
	    cmocka_unit_test(test_every_flipped_bit_is_seen),
	    cmocka_unit_test(test_seek_finds_the_frame_behind_damage),
	    cmocka_unit_test(test_every_cut_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
