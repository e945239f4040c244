/* fuzz_tally.c - links libgovernance-tally. Any ballots that the check allows
 * are counted without a broken assertion, to the same result in any order:
 * tests/unit/governance/any_tally.c looks. */
#include "tests/unit/governance/any_tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct any_tally_met met = {0};

	any_tally_check(data, size, &met);
	return 0;
}
