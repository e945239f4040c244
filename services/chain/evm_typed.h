/* evm_typed.h - EIP-712: typed structured data, from the JSON document that
 * wallets are given (eth_signTypedData_v4): types, primaryType, domain,
 * message.
 *
 * A domain hashes the fields it has, in the standard's order; an
 * "EIP712Domain" among the types, which may be missing, must name exactly
 * those. Stricter than most wallets where a signature would not say what the
 * document shows: every member of a type must have a value, and a value that
 * its type does not know is refused, as are duplicate names, aliases ("uint")
 * and types that contain themselves. Layer 1, pure.
 *
 * Walks of a type call themselves, at most EVM_TYPE_DEPTH_MAX deep. */
#ifndef CHAIN_EVM_TYPED_H
#define CHAIN_EVM_TYPED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/status.h"

struct evm_typed_hashes {
	struct stoa_hash domain;  /* its separator */
	struct stoa_hash message; /* hashStruct of the primary type */
	struct stoa_hash digest;  /* what is signed */
};

/* *ret_why (may be NULL), on failure, says in a static text what is wrong.
 * INVALID, TOO_LARGE, NO_MEMORY (the arena; four times the text will do). */
STOA_MUST_USE enum stoa_status evm_typed_hash(struct stoa_str text,
    struct stoa_arena *arena, struct evm_typed_hashes *ret_hashes,
    const char **ret_why);

/* Appends encodeType of the primary type: "Mail(Person from,...)Person(...)".
 * As evm_typed_hash, except that it does not look at domain and message. */
STOA_MUST_USE enum stoa_status evm_typed_encode_type(struct stoa_str text,
    struct stoa_arena *arena, struct stoa_buf *b, const char **ret_why);

#endif
