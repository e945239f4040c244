/* act.h - one act of the vault while it is put together: the calls that an
 * account makes, and who else is swept (contracts/src/interfaces/IVault.sol);
 * and the values that calls are made of.
 *
 * Running out of the arena, or a value that does not fit its type, is kept and
 * told by act_finish. For calls.c only. Layer 2, pure. */
#ifndef CHAIN_ACT_H
#define CHAIN_ACT_H

#include "chain/account.h"
#include "chain/evm_abi.h"
#include "chain/limits.h"
#include "chain/manifest.h"

struct act {
	const struct chain_manifest *manifest; /* borrowed */
	struct stoa_arena *arena;	       /* borrowed */
	struct stoa_hash op;
	struct stoa_hash salt; /* of the account that acts; zero: the house */
	struct evm_value fund; /* wei from the pool */
	struct evm_value calls[CHAIN_ACT_CALLS_MAX];
	size_t call_count;
	struct evm_value sweeps[CHAIN_ACT_SWEEPS_MAX];
	size_t sweep_count;
	enum stoa_status status;
};

/* ---- values ---- */

struct evm_value act_number(uint64_t number);
struct evm_value act_word(ProtobufCBinaryData bytes); /* at most 32 bytes */
struct evm_value act_bytes(ProtobufCBinaryData bytes);
struct evm_value act_text(const char *text);
struct evm_value act_hash(const struct stoa_hash *hash); /* borrowed */
struct evm_value act_address(const struct evm_address *address);
struct evm_value act_contract(
    const struct act *act, enum chain_contract contract);
struct evm_value act_account(
    const struct act *act, const Stoa__Chain__Party *party);
/* Not negative. */
struct evm_value act_micro(int64_t micro);
/* A copy in the arena. */
struct evm_value act_list(
    struct act *act, const struct evm_value *items, size_t count);

#define ACT_VALUES(...)                          \
	(const struct evm_value[]){__VA_ARGS__}, \
	    STOA_COUNT(((const struct evm_value[]){__VA_ARGS__}))

/* ---- calls ---- */

void act_init(struct act *act, const struct chain_manifest *manifest,
    const struct stoa_hash *op, struct stoa_arena *arena);

/* Acts as this party's account, and gives it so much from the pool. */
void act_as(struct act *act, const Stoa__Chain__Party *party);
void act_fund(struct act *act, int64_t micro);

/* `function` is its text, "approve(address,uint256)". */
struct stoa_str act_encode(struct act *act, const char *function,
    const struct evm_value *values, size_t count);

/* Adds a call of `target` with `data`, which act_encode has made. A call that
 * may fail does not undo the rest when it does. */
void act_call(
    struct act *act, const struct evm_address *target, struct stoa_str data);
void act_try(
    struct act *act, const struct evm_address *target, struct stoa_str data);

void act_sweep(struct act *act, const Stoa__Chain__Party *party);

/* The call data of Vault.run. As chain_call_build. */
STOA_MUST_USE enum stoa_status act_finish(
    struct act *act, struct stoa_str *ret_data);

#endif
