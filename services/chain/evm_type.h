/* evm_type.h - types of Solidity's contract ABI, from their text.
 *
 * uintN, intN (N a multiple of 8 up to 256; "uint" is uint256), address,
 * bool, bytesN (1 to 32), bytes, string, T[], T[k], (T, T, ...). Members of a
 * tuple may carry a name, and "indexed" before it. Types without a value
 * (T[0], an empty tuple inside another type) are refused, as Solidity does,
 * so that every value takes at least a word. Layer 1, pure.
 *
 * Walks of a type call themselves, at most EVM_TYPE_DEPTH_MAX deep. */
#ifndef CHAIN_EVM_TYPE_H
#define CHAIN_EVM_TYPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum evm_kind {
	EVM_UINT,
	EVM_INT,
	EVM_BOOL,
	EVM_ADDRESS,
	EVM_FIXED_BYTES, /* bytesN */
	EVM_BYTES,
	EVM_STRING,
	EVM_ARRAY,	 /* T[] */
	EVM_FIXED_ARRAY, /* T[k] */
	EVM_TUPLE,
};

/* Lives in the arena that it was parsed with; names borrow from the text. */
struct evm_type {
	enum evm_kind kind;
	unsigned size; /* of a uint or int in bits, of bytesN in bytes */
	size_t length; /* of T[k]; members of a tuple; 0 otherwise */
	const struct evm_type *items; /* the element, or the first member */
	const struct evm_type *next;  /* the tuple's next member */
	struct stoa_str name;	      /* of a member; may be empty */
	bool is_indexed;	      /* a member said so */
	bool is_dynamic;	      /* stands behind an offset */
	size_t head_size;	      /* bytes in the head: 32 when dynamic */
};

/* One type. INVALID, TOO_LARGE (depth, nodes, length), NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_type_parse(struct stoa_str text,
    struct stoa_arena *arena, const struct evm_type **ret_type);

/* A list of parameters in parentheses as a tuple, which may be empty. Cuts it
 * off the front of `*text`. */
STOA_MUST_USE enum stoa_status evm_type_cut_parameters(struct stoa_str *text,
    struct stoa_arena *arena, const struct evm_type **ret_tuple);

/* An ASCII letter, '_' or '$', then those and digits. Cuts it off; empty when
 * there is none. */
struct stoa_str evm_type_cut_name(struct stoa_str *text);

/* A type's canonical text, without names: what selectors are hashes of. */
void evm_type_print(const struct evm_type *type, struct stoa_buf *b);

/* The element of an array, or the next member of a tuple. */
static inline const struct evm_type *
evm_type_next(const struct evm_type *of, const struct evm_type *item)
{
	return of->kind == EVM_TUPLE ? item->next : item;
}

#endif
