/* fuzz_render.c - any card as messages and modals of Discord.
 *
 * The bytes choose the parts and texts of a card, far beyond what a card may
 * have. Whatever comes out is within Discord's limits, has no markup that the
 * card did not make, and pings nobody: tests/unit/discord/check.c looks. */
#include "tests/unit/discord/any_card.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	any_card_check(data, size);
	return 0;
}
