#include "storage/range.h"

#include "../unit.h"

static void
test_parse_follows_rfc_9110(void **state)
{
	static const struct {
		const char *header;
		uint64_t size;
		struct storage_range want;
	} rows[] = {
	    {"", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=0-0", 10, {STORAGE_RANGE_PART, 0, 1}},
	    {"bytes=2-5", 10, {STORAGE_RANGE_PART, 2, 4}},
	    {"bytes=2-", 10, {STORAGE_RANGE_PART, 2, 8}},
	    {"bytes=2-99", 10, {STORAGE_RANGE_PART, 2, 8}},
	    {"bytes=-3", 10, {STORAGE_RANGE_PART, 7, 3}},
	    {"bytes=-99", 10, {STORAGE_RANGE_PART, 0, 10}},
	    {"bytes=10-", 10, {STORAGE_RANGE_OUTSIDE, 0, 0}},
	    {"bytes=10-12", 10, {STORAGE_RANGE_OUTSIDE, 0, 0}},
	    {"bytes=-0", 10, {STORAGE_RANGE_OUTSIDE, 0, 0}},
	    {"bytes=0-", 0, {STORAGE_RANGE_OUTSIDE, 0, 0}},
	    {"bytes=5-2", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=1-2,4-5", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=-", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=a-b", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=1--2", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"lines=1-2", 10, {STORAGE_RANGE_ALL, 0, 10}},
	    {"bytes=0-9223372036854775807", 10, {STORAGE_RANGE_PART, 0, 10}},
	    {"bytes=0-99999999999999999999", 10, {STORAGE_RANGE_ALL, 0, 10}},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct storage_range have = storage_range_parse(
		    stoa_str_of(rows[i].header), rows[i].size);

		assert_int_equal(have.kind, rows[i].want.kind);
		assert_int_equal(have.start, rows[i].want.start);
		assert_int_equal(have.len, rows[i].want.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse_follows_rfc_9110),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
