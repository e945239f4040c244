#include "base/core.h"
#include "base/image.h"

#include "proto/journal.pb-c.h"

#include "../unit.h"

#include <stdlib.h>

static const uint64_t numbers[] = {
    0, 1, 127, 128, 16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX};

static void
all_put(struct stoa_buf *b)
{
	Stoa__Journal__Head head = STOA__JOURNAL__HEAD__INIT;

	head.community = (char *)(uintptr_t) "c_1";
	head.index = 300;
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_image_put_number(b, numbers[i]);
		stoa_image_put_signed(b, (int64_t)numbers[i]);
		stoa_image_put_signed(b, -(int64_t)(numbers[i] >> 1));
	}
	stoa_image_put_text(b, "text");
	stoa_image_put_text(b, "");
	stoa_image_put_text(b, NULL);
	stoa_image_put_message(b, &head.base);
	stoa_image_put_message(b, NULL);
	stoa_image_put_bytes(b, STOA_STR("a\0b"));
}

static void
test_what_was_put_is_read(void **state)
{
	struct stoa_buf b;
	struct stoa_image i;
	char *text;
	Stoa__Journal__Head *head;
	struct stoa_str bytes;

	(void)state;
	stoa_buf_init(&b, 4096);
	all_put(&b);
	i = (struct stoa_image){.rest = stoa_buf_str(&b)};
	for (size_t at = 0; at < STOA_COUNT(numbers); at++) {
		assert_true(stoa_image_number(&i) == numbers[at]);
		assert_true(stoa_image_signed(&i) == (int64_t)numbers[at]);
		assert_true(
		    stoa_image_signed(&i) == -(int64_t)(numbers[at] >> 1));
	}
	text = stoa_image_text(&i);
	assert_string_equal(text, "text");
	free(text);
	text = stoa_image_text(&i);
	assert_string_equal(text, "");
	free(text);
	assert_null(stoa_image_text(&i));
	head = stoa_image_message(&i, &stoa__journal__head__descriptor);
	assert_string_equal(head->community, "c_1");
	assert_int_equal(head->index, 300);
	stoa__journal__head__free_unpacked(head, NULL);
	assert_null(stoa_image_message(&i, &stoa__journal__head__descriptor));
	bytes = stoa_image_bytes(&i);
	assert_true(stoa_str_is_equal(bytes, STOA_STR("a\0b")));
	assert_int_equal(i.rest.len, 0);
	assert_false(i.is_bad);
	stoa_buf_fini(&b);
}

/* Cut anywhere it is bad, and nothing beyond it is touched. */
static void
test_what_is_cut_is_bad(void **state)
{
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	all_put(&b);
	for (size_t len = 0; len < b.len; len++) {
		char *copy = malloc(len + 1);
		struct stoa_image i = {.rest = {copy, len}};

		assert_non_null(copy);
		memcpy(copy, b.data, len);
		for (size_t at = 0; at < 3 * STOA_COUNT(numbers); at++) {
			(void)stoa_image_number(&i);
		}
		free(stoa_image_text(&i));
		free(stoa_image_text(&i));
		free(stoa_image_text(&i));
		stoa_keep_free(
		    stoa_image_message(&i, &stoa__journal__head__descriptor));
		stoa_keep_free(
		    stoa_image_message(&i, &stoa__journal__head__descriptor));
		(void)stoa_image_bytes(&i);
		assert_true(i.is_bad);
		free(copy);
	}
	stoa_buf_fini(&b);
}

static void
test_bounds_are_kept(void **state)
{
	struct stoa_image ten = {.rest = STOA_STR("\x0a")};
	struct stoa_image endless = {
	    .rest =
		STOA_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")};
	struct stoa_image garbage = {.rest = STOA_STR("\x04\xff\xff\xff")};

	(void)state;
	assert_int_equal(stoa_image_below(&ten, 9), 0);
	assert_true(ten.is_bad);
	assert_int_equal(stoa_image_number(&endless), 0);
	assert_true(endless.is_bad);
	assert_null(
	    stoa_image_message(&garbage, &stoa__journal__head__descriptor));
	assert_true(garbage.is_bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_put_is_read),
	    cmocka_unit_test(test_what_is_cut_is_bad),
	    cmocka_unit_test(test_bounds_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
