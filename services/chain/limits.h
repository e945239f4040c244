/* limits.h - every bound of chain's ledger, with its reason. */
#ifndef CHAIN_LIMITS_H
#define CHAIN_LIMITS_H

#include <stdint.h>

/* Intents of one wallet: ended ones stay readable, about 300 bytes each. */
#define CHAIN_INTENTS_MAX 1000000u

/* Those without an end: whoever submits more is told to wait. */
#define CHAIN_OPEN_MAX 4096u

/* With a nonce and not final: nodes keep 64 of one sender in their pool. */
#define CHAIN_IN_FLIGHT_MAX 16u

/* Signed for one nonce: ten percent dearer each, it is 6.7 times the first. */
#define CHAIN_ATTEMPTS_MAX 21u

/* A node replaces a transaction only by one that is ten percent dearer, in both
 * prices (geth, txpool pricebump). */
#define CHAIN_BUMP_PERCENT 10u

/* A plain payment; and what a block of any chain in use takes. */
#define CHAIN_GAS_MIN UINT64_C(21000)
#define CHAIN_GAS_MAX UINT64_C(30000000)

/* Prices per gas and caps: products and sums stay within 64 bits. */
#define CHAIN_FEE_WEI_MAX UINT64_C(1000000000000000)	/* a million gwei */
#define CHAIN_GWEI_MAX	  UINT64_C(1000000000000000000) /* 10^9 coins */

#define CHAIN_ADDRESS_SIZE 20u
#define CHAIN_DATA_MAX	   65536u  /* nodes take twice as much */
#define CHAIN_RAW_MAX	   131072u /* geth, txMaxSize */
#define CHAIN_KIND_MAX	   32u
#define CHAIN_TEXT_MAX	   140u

#endif
