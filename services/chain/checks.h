/* checks.h - whether what is deployed is what the manifest says, before
 * anything is sent there: a list of questions to a node (eth_getCode, eth_call)
 * and of what must come back. The asking is the caller's.
 *
 * Code is compared by its hash, interfaces by ERC-165, and each contract must
 * name the others that the manifest names: registry and escrow their token,
 * market and escrow the vault as their treasury, the vault its currency, its
 * accounts' code, its key, and the house account where we compute it.
 *
 * Markets of three kinds are known. Ours; MarketplaceV3 of thirdweb, whose
 * direct listings have the same calls, and where anybody must be allowed to
 * list our tokens (LISTER_ROLE, ASSET_ROLE), since each splitter sells for
 * itself; and those with the small ABI of model market pages, (seller, token,
 * price, currency, active) by listing, which has no "buy for" and so can be
 * linked to but not traded on. Layer 2, pure. */
#ifndef CHAIN_CHECKS_H
#define CHAIN_CHECKS_H

#include "base/arena.h"
#include "chain/manifest.h"

#define CHAIN_CHECKS_MAX 48u

enum chain_market {
	CHAIN_MARKET_OURS,
	CHAIN_MARKET_V3,
	CHAIN_MARKET_SMALL,
};

enum chain_expect {
	CHAIN_EXPECT_CODE,     /* of this hash, if it is not zero; else any */
	CHAIN_EXPECT_WORD,     /* exactly this word */
	CHAIN_EXPECT_NOT_ZERO, /* a word that is not zero */
	CHAIN_EXPECT_WORDS,    /* so many words, or more */
};

struct chain_check {
	enum chain_contract contract;
	struct evm_address to;
	const char *what;     /* static: "is ERC-721" */
	struct stoa_str data; /* of an eth_call; empty: eth_getCode */
	enum chain_expect expect;
	struct stoa_hash want;
	size_t words;
};

/* All borrowed. */
struct chain_checks_terms {
	const struct chain_manifest *manifest;
	enum chain_market market;
	const struct evm_address *operator_key; /* NULL: not asked for */
	struct stoa_arena *arena; /* of the questions' data; takes 32 KiB */
};

/* In the order in which to ask: code first. NO_MEMORY. */
STOA_MUST_USE enum stoa_status chain_checks_make(
    const struct chain_checks_terms *terms,
    struct chain_check ret_checks[static CHAIN_CHECKS_MAX], size_t *ret_count);

/* Whether `answer` is what it must be; NULL: the call reverted. Appends one
 * line either way: "ModelNFT 0x...: is ERC-721: no, it answers 0x00". */
bool chain_check_judge(const struct chain_check *check,
    const struct stoa_str *answer, struct stoa_buf *verdict);

#endif
