/* manifest.h - which contracts there are: what contracts/script/Deploy.s.sol
 * writes when it has deployed them, {"chain": 137, "contracts": {"Vault":
 * {"address": "0x...", "codeHash": "0x..."}, ...}}.
 *
 * Contracts that are not named here are not looked at; of those that are, each
 * must be there, at an address of its own and with code. Layer 2, pure. */
#ifndef CHAIN_MANIFEST_H
#define CHAIN_MANIFEST_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/status.h"
#include "chain/evm_address.h"

enum chain_contract {
	CHAIN_JOY,
	CHAIN_NFT,
	CHAIN_REGISTRY,
	CHAIN_MARKET,
	CHAIN_ESCROW,
	CHAIN_VAULT,
	CHAIN_ACCOUNT, /* what accounts are clones of */
};
#define CHAIN_CONTRACTS 7u

struct chain_manifest {
	uint64_t chain_id; /* EIP-155 */
	struct {
		struct evm_address address;
		struct stoa_hash code; /* Keccak-256 of what eth_getCode says */
	} contracts[CHAIN_CONTRACTS];
};

/* "ModelMarket": as the manifest and chain/abi_tables.h have it. */
const char *chain_contract_name(enum chain_contract contract);

/* INVALID, and one line in `error` that names the contract and field; the
 * result is untouched then. */
STOA_MUST_USE enum stoa_status chain_manifest_read(struct stoa_str text,
    struct chain_manifest *ret_manifest, struct stoa_buf *error);

static inline const struct evm_address *
chain_manifest_at(
    const struct chain_manifest *manifest, enum chain_contract contract)
{
	return &manifest->contracts[contract].address;
}

/* Whose address it is; false: none of these contracts'. */
bool chain_manifest_find(const struct chain_manifest *manifest,
    const struct evm_address *address, enum chain_contract *ret_contract);

#endif
