/* test_entropy.c - the shape of what is random; its worth is OpenSSL's. */
#include "../unit.h"

#include "edge/entropy.h"
#include "edge/limits.h"

static void
test_entropy_text_fills_its_room_with_digits(void **state)
{
	static const size_t sizes[] = {3, 25, EDGE_ENTROPY_TEXT_MAX};
	char text[EDGE_ENTROPY_TEXT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(sizes); i++) {
		memset(text, 'x', sizeof(text));
		assert_true(stoa_entropy_text(text, sizes[i]));
		assert_int_equal(
		    strspn(text, "0123456789abcdef"), sizes[i] - 1);
		assert_int_equal(text[sizes[i] - 1], '\0');
		assert_int_equal(text[sizes[i]], 'x');
	}
}

static void
test_entropy_is_not_the_same_twice(void **state)
{
	char a[33], b[33];
	uint64_t x[2] = {0, 0}, y[2] = {0, 0};

	(void)state;
	assert_true(stoa_entropy_text(a, sizeof(a)));
	assert_true(stoa_entropy_text(b, sizeof(b)));
	assert_string_not_equal(a, b);
	assert_true(stoa_entropy_bytes(x, sizeof(x)));
	assert_true(stoa_entropy_bytes(y, sizeof(y)));
	assert_true(x[0] != y[0] && x[1] != y[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_entropy_text_fills_its_room_with_digits),
	    cmocka_unit_test(test_entropy_is_not_the_same_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
