/* calls.h - what an action is on the chain: one call of the vault
 * (contracts/src/interfaces/IVault.sol), whole or not at all, and never twice,
 * since it carries the intent's id and the vault refuses the second of one.
 *
 * Amounts of an action are micro-Joy, 10^12 wei each. Actions of members are
 * made by their accounts (chain/account.h), those of the community by the house
 * account. Layer 2, pure. */
#ifndef CHAIN_CALLS_H
#define CHAIN_CALLS_H

#include "base/arena.h"
#include "base/time.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

struct chain_call {
	const char *kind; /* "Mint"; static */
	struct evm_address to;
	struct stoa_str data; /* in the arena */
	uint64_t gas_max;     /* what it takes at most, with room to spare */
};

/* Why there is none; static texts. */
struct chain_call_fault {
	const char *field; /* "mint.price_micro" */
	const char *limit; /* "0 to 79228162514264337" */
};

/* With what an action becomes a call; all borrowed. */
struct chain_call_terms {
	const struct chain_manifest *manifest;
	struct stoa_hash op;
	/* Of a listing that begins: it must be sent within 55 minutes, or the
	 * market refuses it. */
	struct stoa_wall now;
	struct stoa_arena *arena; /* takes about ten times the call's data */
};

/* The number of an intent's act. */
struct stoa_hash chain_call_op(struct stoa_str intent);

/* INVALID, and *ret_fault says why; TOO_LARGE (the call's data), NO_MEMORY. */
STOA_MUST_USE enum stoa_status chain_call_build(
    const struct chain_call_terms *terms, const Stoa__Chain__Action *action,
    struct chain_call *ret_call, struct chain_call_fault *ret_fault);

#endif
