/* contracts.c - see contracts.h. */
#include "contracts.h"

#include <string.h>

struct chain_manifest
contracts_made_up(void)
{
	struct chain_manifest m = {.chain_id = 31337};

	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		memset(
		    m.contracts[i].address.bytes, (int)i + 1, EVM_ADDRESS_SIZE);
		memset(m.contracts[i].code.bytes, (int)i + 1, STOA_HASH_SIZE);
	}
	return m;
}
