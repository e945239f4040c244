#include "domain/dedup.h"

#include "domain/limits.h"

#include "../unit.h"

static struct dedup_entry
entry_of(unsigned number, int64_t time_us)
{
	char id[32];
	struct dedup_entry e = {.time_us = time_us, .offset = number};

	(void)snprintf(id, sizeof(id), "cmd-%u", number);
	e.key = dedup_key_of(STOA_STR("u_a"), stoa_str_of(id));
	return e;
}

static void
test_what_is_young_enough_is_found(void **state)
{
	struct dedup d;
	int64_t hour = INT64_C(3600) * STOA_US_PER_S;

	(void)state;
	dedup_init(&d);
	for (unsigned i = 0; i < 1000; i++) {
		struct dedup_entry e = entry_of(i, i * hour);

		assert_true(dedup_has_room(&d, (struct stoa_wall){i * hour}));
		assert_null(dedup_find(&d, &e.key));
		assert_true(dedup_add(&d, &e));
		assert_false(dedup_add(&d, &e));
	}
	/* Seven days are 168 hours. */
	for (unsigned i = 0; i < 1000; i++) {
		struct dedup_entry e = entry_of(i, 0);
		const struct dedup_entry *found = dedup_find(&d, &e.key);

		if (i > 999 - 168) {
			assert_non_null(found);
			assert_int_equal(found->offset, i);
		} else {
			assert_null(found);
		}
	}
	dedup_fini(&d);
}

/* Removal by moving back must not lose what probed past the hole. */
static void
test_churn_keeps_every_survivor(void **state)
{
	struct dedup d;
	const int64_t step = DOMAIN_DEDUP_AGE_US / 500;

	(void)state;
	dedup_init(&d);
	for (unsigned i = 0; i < 20000; i++) {
		struct dedup_entry e = entry_of(i, i * step);

		assert_true(dedup_has_room(&d, (struct stoa_wall){i * step}));
		assert_true(dedup_add(&d, &e));
		assert_false(dedup_add(&d, &e));
		assert_true(d.count <= 501);
		if (i >= 499) {
			e = entry_of(i - 499, 0);
			assert_non_null(dedup_find(&d, &e.key));
		}
	}
	dedup_fini(&d);
}

static void
test_actors_do_not_share_ids(void **state)
{
	struct dedup_key a = dedup_key_of(STOA_STR("u_a"), STOA_STR("same"));
	struct dedup_key b = dedup_key_of(STOA_STR("u_b"), STOA_STR("same"));

	(void)state;
	assert_memory_not_equal(a.bytes, b.bytes, sizeof(a.bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_young_enough_is_found),
	    cmocka_unit_test(test_churn_keeps_every_survivor),
	    cmocka_unit_test(test_actors_do_not_share_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
