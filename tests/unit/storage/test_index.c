#include "storage/index.h"

#include "base/rng.h"

#include "../unit.h"

/* Keys that crowd a few slots, so that runs form, wrap and break. */
static struct stoa_hash
key(uint64_t number)
{
	struct stoa_hash hash = {{0}};

	hash.bytes[0] = (uint8_t)(number % 5 == 0 ? 0xff : number % 3);
	hash.bytes[1] = hash.bytes[0] == 0xff ? 0xff : 0;
	hash.bytes[30] = (uint8_t)(number >> 8);
	hash.bytes[31] = (uint8_t)number;
	return hash;
}

/* Against an array that says what is in. */
static void
test_index_agrees_with_an_array(void **state)
{
	static bool is_in[2000];
	static uint32_t offsets[2000];
	struct storage_index index;
	struct stoa_rng rng;
	size_t count = 0;

	(void)state;
	stoa_rng_init(&rng, 9);
	storage_index_init(&index);
	for (int i = 0; i < 200000; i++) {
		uint64_t number = stoa_rng_below(&rng, STOA_COUNT(is_in));
		struct storage_place place = {.hash = key(number),
		    .pack = 1,
		    .offset = (uint32_t)stoa_rng_below(&rng, 1000000)};
		const struct storage_place *found =
		    storage_index_find(&index, &place.hash);

		assert_int_equal(found != NULL, is_in[number]);
		if (found != NULL) {
			assert_int_equal(found->offset, offsets[number]);
		}
		if (stoa_rng_chance(&rng, 2)) {
			assert_int_equal(
			    storage_index_put(&index, &place), STOA_OK);
			count += !is_in[number];
			is_in[number] = true;
			offsets[number] = place.offset;
		} else {
			storage_index_remove(&index, &place.hash);
			count -= is_in[number];
			is_in[number] = false;
		}
		assert_int_equal(index.count, count);
	}
	storage_index_fini(&index);
}

static void
test_next_visits_each_once(void **state)
{
	struct storage_index index;
	size_t cursor = 0, count = 0;
	uint64_t sum = 0;
	struct storage_place *place;

	(void)state;
	storage_index_init(&index);
	for (uint64_t i = 0; i < 3000; i++) {
		struct storage_place p = {
		    .hash = key(i), .pack = 1, .offset = (uint32_t)i};

		assert_int_equal(storage_index_put(&index, &p), STOA_OK);
	}
	while ((place = storage_index_next(&index, &cursor)) != NULL) {
		sum += place->offset;
		count++;
	}
	assert_int_equal(count, 3000);
	assert_int_equal(sum, 3000 * 2999 / 2);
	storage_index_fini(&index);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_index_agrees_with_an_array),
	    cmocka_unit_test(test_next_visits_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
