/* evm_remote.h - keys that another program holds: what it is asked over HTTP
 * and what it answers.
 *
 * Web3Signer: POST /api/v1/eth1/sign/{identifier} with {"data": bytes}; it
 * hashes and signs them and answers r, s, v as text. Clef: JSON-RPC
 * account_signTransaction, which answers the raw transaction.
 *
 * An answer is believed only as far as it can be checked: the signature must
 * be the account's, over exactly the transaction that was asked for. Layer 1,
 * pure. */
#ifndef CHAIN_EVM_REMOTE_H
#define CHAIN_EVM_REMOTE_H

#include "chain/evm_tx.h"

enum evm_remote_kind {
	EVM_REMOTE_WEB3SIGNER,
	EVM_REMOTE_CLEF,
};

struct evm_remote_key {
	enum evm_remote_kind kind;
	struct evm_address address;
	struct stoa_str identifier; /* Web3Signer's; letters and digits */
};

/* Whether the identifier can stand in a path. */
bool evm_remote_is_valid(const struct evm_remote_key *key);

/* Appends the path (with its slash) and the JSON body of the request. `tx` is
 * without fault, `key` valid. TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_remote_write(
    const struct evm_remote_key *key, const struct evm_tx *tx,
    struct stoa_buf *path, struct stoa_buf *body);

/* UNAUTHENTIC when it is another signature than that of the account over
 * `tx`; DENIED when the signer refused; NOT_FOUND when it does not know the
 * key; UNAVAILABLE on other HTTP statuses; INVALID for what is no answer;
 * NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_remote_read(const struct evm_remote_key *key,
    const struct evm_tx *tx, unsigned http, struct stoa_str body,
    struct evm_signature *ret_signature);

#endif
