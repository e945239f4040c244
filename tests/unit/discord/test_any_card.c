#include "any_card.h"

#include "base/rng.h"

#include "../unit.h"

#define CARDS 2000

static void
test_any_card_is_within_every_limit(void **state)
{
	uint8_t bytes[1200];

	(void)state;
	for (uint64_t seed = 1; seed <= CARDS; seed++) {
		struct stoa_rng rng;

		stoa_rng_init(&rng, seed);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (uint8_t)stoa_rng_below(&rng, 256);
		}
		any_card_check(
		    bytes, (size_t)(stoa_rng_below(&rng, sizeof(bytes) + 1)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_card_is_within_every_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
