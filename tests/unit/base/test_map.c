#include "base/map.h"

#include "base/rng.h"

#include "../unit.h"

static void
test_walk_follows_insertion_whatever_the_seed(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct stoa_map m;
		char key[16];
		int values[200], expect = 0;

		stoa_map_init(&m, seed * 0x9e3779b97f4a7c15u);
		for (int i = 0; i < 200; i++) {
			values[i] = i;
			(void)snprintf(key, sizeof(key), "k%d", i * 7919);
			assert_null(
			    stoa_map_put(&m, stoa_str_of(key), &values[i]));
		}
		STOA_MAP_EACH(&m, entry)
		{
			assert_int_equal(*(int *)entry->value, expect);
			expect++;
		}
		assert_int_equal(expect, 200);
		stoa_map_fini(&m);
	}
}

static void
test_remove_then_put_is_a_new_insertion(void **state)
{
	struct stoa_map m;
	int a = 1, b = 2;
	size_t cursor = 0;

	(void)state;
	stoa_map_init(&m, 5);
	(void)stoa_map_put(&m, STOA_STR("a"), &a);
	(void)stoa_map_put(&m, STOA_STR("b"), &b);
	assert_ptr_equal(stoa_map_remove(&m, STOA_STR("a")), &a);
	assert_null(stoa_map_get(&m, STOA_STR("a")));
	assert_null(stoa_map_put(&m, STOA_STR("a"), &a));
	assert_ptr_equal(stoa_map_next(&m, &cursor)->value, &b);
	assert_ptr_equal(stoa_map_next(&m, &cursor)->value, &a);
	assert_null(stoa_map_next(&m, &cursor));
	stoa_map_fini(&m);
}

/* Against the plainest thing that can be right: an array. */
static void
test_random_operations_match_an_array(void **state)
{
	struct stoa_map m;
	struct stoa_rng rng;
	int values[64];
	bool in[64] = {false};
	size_t count = 0;

	(void)state;
	stoa_rng_init(&rng, 11);
	stoa_map_init(&m, 3);
	for (int i = 0; i < 20000; i++) {
		int k = (int)stoa_rng_below(&rng, 64);
		char key[8];

		(void)snprintf(key, sizeof(key), "%d", k);
		values[k] = k;
		if (stoa_rng_chance(&rng, 2)) {
			assert_int_equal(stoa_map_put(&m, stoa_str_of(key),
					     &values[k]) != NULL,
			    in[k]);
			count += in[k] ? 0 : 1;
			in[k] = true;
		} else {
			assert_int_equal(
			    stoa_map_remove(&m, stoa_str_of(key)) != NULL,
			    in[k]);
			count -= in[k] ? 1 : 0;
			in[k] = false;
		}
		assert_int_equal(m.count, count);
		assert_int_equal(
		    stoa_map_get(&m, stoa_str_of(key)) != NULL, in[k]);
	}
	stoa_map_fini(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walk_follows_insertion_whatever_the_seed),
	    cmocka_unit_test(test_remove_then_put_is_a_new_insertion),
	    cmocka_unit_test(test_random_operations_match_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
