#include "base/crc32c.h"

#include "base/str.h"

#include "../unit.h"

/* RFC 3720 appendix B.4, and the check value of the CRC catalogue. */
static void
test_crc32c_equals_the_published_values(void **state)
{
	uint8_t zeros[32] = {0}, ones[32], up[32], down[32];

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		ones[i] = 0xff;
		up[i] = (uint8_t)i;
		down[i] = (uint8_t)(31 - i);
	}
	assert_int_equal(stoa_crc32c(0, zeros, 32), 0x8a9136aa);
	assert_int_equal(stoa_crc32c(0, ones, 32), 0x62a8ab43);
	assert_int_equal(stoa_crc32c(0, up, 32), 0x46dd794e);
	assert_int_equal(stoa_crc32c(0, down, 32), 0x113fdb5c);
	assert_int_equal(stoa_crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(stoa_crc32c(0, "", 0), 0);
}

static void
test_crc32c_is_the_same_by_table_and_in_pieces(void **state)
{
	uint8_t bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(i * 131 + 7);
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint32_t whole = stoa_crc32c(0, bytes, len);
		uint32_t parts = stoa_crc32c(0, bytes, len / 3);

		parts = stoa_crc32c(parts, bytes + len / 3, len - len / 3);
		assert_int_equal(parts, whole);
		assert_int_equal(stoa_crc32c_by_table(0, bytes, len), whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crc32c_equals_the_published_values),
	    cmocka_unit_test(test_crc32c_is_the_same_by_table_and_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
