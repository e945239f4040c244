/* evm_signer.h - who signs transactions: a key in this process, or another
 * program that holds it. Whoever uses it cannot tell which.
 *
 * Layer 3: asks over port/call.h. One thread: the loop's. */
#ifndef CHAIN_EVM_SIGNER_H
#define CHAIN_EVM_SIGNER_H

#include "chain/evm_remote.h"

struct evm_signer;
struct stoa_caller;

/* Copies the key; the caller wipes its own. `curve` is borrowed until close.
 * NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_signer_open_key(
    const struct evm_curve *curve, const struct evm_key *key,
    struct evm_signer **ret_signer);

/* `url` is the program's address without a path ("http://127.0.0.1:9000").
 * `caller` is borrowed until close; all else is copied. INVALID (the
 * identifier), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_signer_open_remote(
    struct stoa_caller *caller, const char *url,
    const struct evm_remote_key *key, struct evm_signer **ret_signer);

/* Wipes the key. What is under way ends without a callback. NULL does
 * nothing. */
void evm_signer_close(struct evm_signer *signer);

struct evm_address evm_signer_address(const struct evm_signer *signer);

struct evm_signer_result {
	/* OK; INVALID (a fault of the transaction); TOO_LARGE; and of a
	 * remote one what evm_remote_read says, UNAVAILABLE, TIMEOUT, IO. */
	enum stoa_status status;
	struct stoa_str raw;   /* as it is sent; valid during the callback */
	struct stoa_hash hash; /* of `raw` */
};

typedef void (*evm_signer_done)(
    void *owner, const struct evm_signer_result *result);

/* Calls `done` exactly once, with a key of this process before it returns.
 * `tx` and what it points to are borrowed until then. Signing again what was
 * signed is harmless: the same transaction, for the same nonce. */
void evm_signer_sign(struct evm_signer *signer, const struct evm_tx *tx,
    evm_signer_done done, void *owner);

#endif
