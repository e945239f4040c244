/* evm_contract_signature.h - signatures of accounts that are contracts:
 * ERC-1271 (the contract is asked) and ERC-6492 (it is not deployed yet).
 *
 * Who verifies: a signature with the 6492 wrapper by a validator contract;
 * any other first by recovery, then, if that gives another address and there
 * is code at the signer's, by asking that (an account may have both since
 * EIP-7702). Here are the shapes; the asking is an eth_call. Layer 1, pure. */
#ifndef CHAIN_EVM_CONTRACT_SIGNATURE_H
#define CHAIN_EVM_CONTRACT_SIGNATURE_H

#include "chain/evm_address.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/status.h"

/* ERC-6492: (factory, calldata to deploy with, signature), then 32 bytes that
 * say so. */
struct evm_undeployed {
	struct evm_address factory;
	struct stoa_str deploy;	   /* borrowed from the signature */
	struct stoa_str signature; /* for isValidSignature once deployed */
};

bool evm_undeployed_is(struct stoa_str signature);

/* INVALID, NO_MEMORY (arena: some hundred bytes). */
STOA_MUST_USE enum stoa_status evm_undeployed_read(struct stoa_str signature,
    struct stoa_arena *arena, struct evm_undeployed *ret_undeployed);

/* Call data of isValidSignature(bytes32,bytes). TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_contract_signature_call(
    const struct stoa_hash *hash, struct stoa_str signature,
    struct stoa_buf *b);

/* Whether what the call returned is the magic value, and nothing else. */
bool evm_contract_signature_is_accepted(struct stoa_str answer);

#endif
