/* evm_function.h - functions, events and errors of a contract, each from one
 * line of text: "transfer(address to,uint256 amount)",
 * "Transfer(address indexed from,address indexed to,uint256 value)".
 * (Solidity's Contract ABI Specification: selectors, events, errors.)
 * Layer 1, pure. */
#ifndef CHAIN_EVM_FUNCTION_H
#define CHAIN_EVM_FUNCTION_H

#include "chain/evm_abi.h"

#include "base/hash.h"

#define EVM_SELECTOR_SIZE 4

/* Lives as long as the text and the arena it was parsed with. */
struct evm_function {
	struct stoa_str name;
	const struct evm_type *inputs; /* a tuple */
	struct stoa_hash topic; /* of the canonical text; an event's topic 0 */
};

/* INVALID, TOO_LARGE, NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_function_parse(struct stoa_str text,
    struct stoa_arena *arena, struct evm_function *ret_function);

/* The topic's first four bytes. */
struct stoa_str evm_function_selector(const struct evm_function *function);

/* Call data: the selector and the arguments (a list). As evm_abi_encode. */
STOA_MUST_USE enum stoa_status evm_function_encode(
    const struct evm_function *function, const struct evm_value *arguments,
    struct stoa_buf *b);

/* NOT_FOUND when the selector is another's; else as evm_abi_decode. */
STOA_MUST_USE enum stoa_status evm_function_decode(
    const struct evm_function *function, struct stoa_str data,
    struct stoa_arena *arena, struct evm_value *ret_arguments);

/* An indexed parameter of this type is not in the log: its topic is the hash
 * of its encoding. Its value is then the 32 bytes of that hash. */
bool evm_event_is_hashed(const struct evm_type *parameter);

/* A log's topics, topic 0 included, and its data as values of all parameters
 * in order (a list). NOT_FOUND when it is another event; INVALID also when
 * the number of topics is wrong: somebody else indexed other parameters. */
STOA_MUST_USE enum stoa_status evm_event_decode(
    const struct evm_function *event, const struct stoa_hash *topics,
    size_t topic_count, struct stoa_str data, struct stoa_arena *arena,
    struct evm_value *ret_values);

/* What to ask a node for to find logs with this indexed value. Bytes and
 * strings are hashed; arrays and tuples are UNSUPPORTED. */
STOA_MUST_USE enum stoa_status evm_event_topic(const struct evm_type *parameter,
    const struct evm_value *value, struct stoa_hash *ret_topic);

#endif
