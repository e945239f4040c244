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

/* Who is known at an address: about 200 bytes each. */
#define CHAIN_KNOWN_MAX	   1000000u
#define CHAIN_ACCOUNTS_MAX 12u /* that one action concerns */

/* What final blocks said: others have read it long before so much is new. About
 * 300 bytes each. */
#define CHAIN_SIGHTINGS_MAX 65536u
#define CHAIN_SIGHTED_MAX   256u /* in one record: far below 256 KiB */
#define CHAIN_PAGE_MAX	    100u /* in one answer */

/* Deposits not credited or not swept yet. */
#define CHAIN_DEPOSITS_MAX 4096u
/* Less than a hundredth of a Joy costs more to write down than it is worth. */
#define CHAIN_DEPOSIT_MICRO_MIN INT64_C(10000)

/* Between looks at what is to be done, and at one thing that is not. */
#define CHAIN_TICK_US	   INT64_C(100000)
#define CHAIN_RETRY_US_MIN INT64_C(250000)
#define CHAIN_RETRY_US_MAX INT64_C(2000000)

/* What gas costs is asked again: a block or two on any chain in use. */
#define CHAIN_MARKET_US INT64_C(3000000)

/* Not mined for so long it is sent again: a node may have dropped it. */
#define CHAIN_RESEND_US INT64_C(15000000)

/* So many looks in a row must say that a nonce is somebody else's. */
#define CHAIN_GONE_LOOKS 3u

/* Final logs that wait to be recorded: 500 bytes each. */
#define CHAIN_LOGS_WAITING_MAX 8192u

/* A record of blocks that said nothing, now and then: so many are read again
 * after a restart. */
#define CHAIN_SILENT_BLOCKS_MAX 512u

/* A record that has not come by then is asked for again. */
#define CHAIN_RECORD_US INT64_C(2000000)

/* Logs of one receipt that is read to prove them: what the gas of a block can
 * pay for. */
#define CHAIN_RECEIPT_LOGS_MAX 32768u

#define CHAIN_ADDRESS_SIZE 20u
#define CHAIN_DATA_MAX	   65536u  /* nodes take twice as much */
#define CHAIN_RAW_MAX	   131072u /* geth, txMaxSize */
#define CHAIN_KIND_MAX	   32u
#define CHAIN_TEXT_MAX	   140u

/* A manifest of contracts: a dozen with the arguments they were made with,
 * of which the largest are a few thousand bytes. */
#define CHAIN_MANIFEST_MAX ((size_t)1024 * 1024)

/* Names of a party: a community's is a token of a subject, and a member's is
 * as long at most. */
#define CHAIN_PARTY_NAME_MAX 64u

/* Prices on the chain fit 96 bits of wei (IModelRegistry, ILeaseEscrow): in
 * micro-Joy of 10^12 wei each. */
#define CHAIN_PRICE_MICRO_MAX INT64_C(79228162514264337)

/* contracts/src/Limits.sol: ROYALTY_BP_MAX, BP, CID_BYTES_MAX. Of payees it
 * takes 32, and Collect must fetch for all and the owner in one act. */
#define CHAIN_ROYALTY_BP_MAX 5000u
#define CHAIN_BP	     10000u
#define CHAIN_CID_MAX	     128u
#define CHAIN_PAYEES_MAX     8u
#define CHAIN_PARTIES_MAX    10u

/* What one act of the vault may hold: VAULT_CALLS_MAX, VAULT_ACCOUNTS_MAX. */
#define CHAIN_ACT_CALLS_MAX  32u
#define CHAIN_ACT_SWEEPS_MAX 16u

/* Rent is by the hour; a lease lasts a second to a year, as in the ledger
 * (MARKETPLACE_LEASE_US_MIN and _MAX). */
#define CHAIN_RENT_SECONDS	3600u
#define CHAIN_LEASE_SECONDS_MIN 1u
#define CHAIN_LEASE_SECONDS_MAX (366u * 86400u)

/* A listing may not begin more than an hour ago (LISTING_PAST_MAX), and one
 * that begins later is not open yet: a few minutes ago allows for clocks that
 * differ and for a transaction that waits. */
#define CHAIN_LISTING_PAST_S 300

/* Memory to read the logs of one transaction, whose types are parsed anew. */
#define CHAIN_LOGS_MAX 256u

#endif
