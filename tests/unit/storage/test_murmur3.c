#include "storage/murmur3.h"

#include "../unit.h"
#include "stream.h"

static unsigned rows_checked;

/* name,hash,first bucket,second bucket */
static void
check_row(struct stoa_str column[static ROW_COLUMNS_MAX])
{
	char hex[17];

	(void)snprintf(hex, sizeof(hex), "%016llx",
	    (unsigned long long)storage_murmur3(column[0]));
	assert_str(column[1], hex);
	rows_checked++;
}

static void
test_murmur3_equals_the_published_values(void **state)
{
	(void)state;
	each_row("tests/vectors/unixfs/murmur3.csv", check_row);
	assert_int_equal(rows_checked, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_murmur3_equals_the_published_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
