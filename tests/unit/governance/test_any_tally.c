#include "any_tally.h"

#include "base/rng.h"

#include "../unit.h"

#define TALLIES 20000

static void
test_any_ballots_that_are_allowed_can_be_counted(void **state)
{
	struct any_tally_met met = {0};
	uint8_t bytes[1500];

	(void)state;
	for (uint64_t seed = 1; seed <= TALLIES; seed++) {
		struct stoa_rng rng;

		stoa_rng_init(&rng, seed);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (uint8_t)stoa_rng_below(&rng, 256);
		}
		any_tally_check(bytes,
		    (size_t)stoa_rng_below(&rng, sizeof(bytes) + 1), &met);
	}
	/* Nothing of it is rare. */
	assert_true(met.counted > TALLIES);
	assert_true(met.refused > TALLIES);
	assert_true(met.scaled > TALLIES / 10);
	assert_true(met.vanished > TALLIES / 100);
	assert_true(met.won > TALLIES / 10);
	assert_true(met.tied > TALLIES / 100);
	assert_true(met.run_off > TALLIES / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_ballots_that_are_allowed_can_be_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
