/* abi_tables.h - the contracts' functions, errors and events: who may be called
 * and what may be read.
 *
 * The tables are made from the compiled contracts (contracts/tools/abi.mjs,
 * `make abi-tables`), and `make check-contracts` refuses stale ones. Signatures
 * are canonical as the Contract ABI Specification has them; a selector is the
 * first four bytes of their Keccak-256, a topic is all 32.
 *
 * Layer 2, pure: constants. */
#ifndef CHAIN_ABI_TABLES_H
#define CHAIN_ABI_TABLES_H

#include <stddef.h>
#include <stdint.h>

struct abi_selector {
	uint32_t selector;     /* its first byte on the wire is the highest */
	const char *signature; /* "transfer(address,uint256)" */
};

/* One topic may be the event of several contracts that index other parameters:
 * Transfer is, of ERC-20 and of ERC-721. */
struct abi_event {
	const char *topic;     /* 64 hexadecimal digits, lower case, no 0x */
	uint32_t indexed;      /* bit i: parameter i is a topic, not data */
	const char *contract;  /* "JoyToken" */
	const char *signature; /* "Transfer(address,address,uint256)" */
};

/* In the order of their selectors, each once. */
extern const struct abi_selector abi_functions[];
extern const size_t abi_function_count;
extern const struct abi_selector abi_errors[];
extern const size_t abi_error_count;

/* In the order of topics, then contracts. */
extern const struct abi_event abi_events[];
extern const size_t abi_event_count;

#endif
