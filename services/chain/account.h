/* account.h - where somebody's account of the vault is, before and after it is
 * deployed.
 *
 * An account is a minimal clone (ERC-1167) that the vault makes by CREATE2
 * (EIP-1014) with a salt that says whose it is: SHA-256 of "stoa account v1",
 * the community and the member, each on a line of its own, the last one without
 * an end. The house account, which approves models, has a salt of zeros.
 * Layer 2, pure. */
#ifndef CHAIN_ACCOUNT_H
#define CHAIN_ACCOUNT_H

#include "base/hash.h"
#include "chain/manifest.h"

#include "proto/chain.pb-c.h"

/* Community and member are there, single lines, and not too long. NULL is no
 * party. */
bool chain_party_is_valid(const Stoa__Chain__Party *party);

/* `party` must be valid. */
struct stoa_hash chain_account_salt(const Stoa__Chain__Party *party);

struct evm_address chain_account_at(
    const struct chain_manifest *manifest, const struct stoa_hash *salt);

/* Both in one. */
struct evm_address chain_account_of(
    const struct chain_manifest *manifest, const Stoa__Chain__Party *party);

#endif
