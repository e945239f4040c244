/* contracts.h - made-up contracts, at addresses of ones, twos, threes... in the
 * order of enum chain_contract, as vectors.h has them. */
#ifndef STOA_TESTS_CHAIN_CONTRACTS_H
#define STOA_TESTS_CHAIN_CONTRACTS_H

#include "chain/manifest.h"

struct chain_manifest contracts_made_up(void);

#endif
