/* evm_rpc.h - JSON-RPC 2.0 as nodes of EVM chains speak it: what is sent, what
 * comes back, and what an error means. Layer 1, pure.
 *
 * Codes: JSON-RPC 2.0, EIP-1474, execution-apis; the words of errors are those
 * of geth, bor, erigon, Nethermind, Besu, reth and OpenEthereum, which agree on
 * no code for a transaction that they have already. */
#ifndef CHAIN_EVM_RPC_H
#define CHAIN_EVM_RPC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/status.h"

/* Appends one request; `params` is a JSON array, or empty for none. */
void evm_rpc_write(struct stoa_buf *b, uint64_t id, const char *method,
    struct stoa_str params);

enum evm_rpc_kind {
	EVM_RPC_RESULT,
	EVM_RPC_REFUSED, /* any node would say so: it reverts, it is wrong */
	EVM_RPC_CANNOT,	 /* another node may */
	EVM_RPC_LIMITED, /* asked too often */
};

struct evm_rpc_answer {
	enum evm_rpc_kind kind;
	struct stoa_json result; /* of RESULT; may be null */
	int64_t code;		 /* of the others, as are those below */
	struct stoa_str message;
	struct stoa_str data; /* bytes of a revert; empty: none */
	bool is_revert;
};

/* Texts borrow from `body` or lie in the arena. INVALID when it is no answer
 * to request `id`, and *ret_fault then says why: "not JSON", "of another
 * request"; NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_rpc_read(struct stoa_str body, uint64_t id,
    struct stoa_arena *arena, struct evm_rpc_answer *ret_answer,
    const char **ret_fault);

/* What eth_sendRawTransaction says of a transaction that the node has already,
 * and of one whose nonce another, or the same, has used. */
bool evm_rpc_is_known(struct stoa_str message);
bool evm_rpc_is_nonce_used(struct stoa_str message);
/* And of one that offers less than the node's pool takes now. */
bool evm_rpc_is_underpriced(struct stoa_str message);

/* Whether two results say the same. Letters of "0x" texts may differ in case,
 * members in order; a member that only one of two objects has, or that is null
 * in one, says nothing: nodes add their own. */
bool evm_rpc_is_same(struct stoa_json a, struct stoa_json b);

/* `Retry-After: 5`, in microseconds; 0 for anything else. A date is not read:
 * clocks differ. */
int64_t evm_rpc_retry_after_us(const char *header);

#endif
