/* evm_tool.h - what the verbs of evm_tool share. */
#ifndef STOA_TESTS_EVM_TOOL_H
#define STOA_TESTS_EVM_TOOL_H

#include "chain/evm_curve.h"

#include "base/arena.h"
#include "base/buf.h"

struct tool {
	struct evm_curve *curve;
	struct stoa_arena arena; /* of one line */
	struct stoa_buf out;
	struct stoa_buf scratch;
	struct stoa_str line; /* what is left of it */
};

/* The next argument; false when it is not what it should be. */
struct stoa_str tool_arg(struct tool *t);
bool tool_bytes(struct tool *t, struct stoa_str *ret_bytes);
bool tool_key(struct tool *t, struct evm_key *ret_key);

/* Results, a space before each. */
void tool_hex(struct tool *t, struct stoa_str bytes);
void tool_address(struct tool *t, const struct evm_address *address);

#endif
