/* act.c - see act.h. */
#include "chain/act.h"

#include "base/check.h"
#include "chain/evm_function.h"
#include "chain/evm_units.h"

#define RUN "run(bytes32,bytes32,uint256,(address,bool,bytes)[],bytes32[])"

/* ---- values ---- */

struct evm_value
act_number(uint64_t number)
{
	return (struct evm_value){.number = evm_u256_of(number)};
}

struct evm_value
act_word(ProtobufCBinaryData bytes)
{
	return (struct evm_value){.number = evm_u256_of_bytes(stoa_str_of_bytes(
				      bytes.data, bytes.len))};
}

struct evm_value
act_bytes(ProtobufCBinaryData bytes)
{
	return (struct evm_value){
	    .bytes = stoa_str_of_bytes(bytes.data, bytes.len)};
}

struct evm_value
act_text(const char *text)
{
	return (struct evm_value){.bytes = stoa_str_of(text)};
}

struct evm_value
act_hash(const struct stoa_hash *hash)
{
	return (struct evm_value){.bytes = stoa_hash_str(hash)};
}

struct evm_value
act_address(const struct evm_address *address)
{
	return (struct evm_value){.address = *address};
}

struct evm_value
act_contract(const struct act *act, enum chain_contract contract)
{
	return act_address(chain_manifest_at(act->manifest, contract));
}

struct evm_value
act_account(const struct act *act, const Stoa__Chain__Party *party)
{
	struct evm_address account = chain_account_of(act->manifest, party);

	return act_address(&account);
}

struct evm_value
act_micro(int64_t micro)
{
	struct evm_value value;
	bool ok = evm_units_of_money((struct stoa_money){micro}, &value.number);

	stoa_assert(ok);
	return value;
}

struct evm_value
act_list(struct act *act, const struct evm_value *items, size_t count)
{
	struct evm_value list = {.list = {.count = count}};

	list.list.items =
	    stoa_arena_dup(act->arena, items, count * sizeof(*items));
	if (list.list.items == NULL) {
		act->status = STOA_NO_MEMORY;
		list.list.count = 0;
	}
	return list;
}

/* ---- calls ---- */

void
act_init(struct act *act, const struct chain_manifest *manifest,
    const struct stoa_hash *op, struct stoa_arena *arena)
{
	*act = (struct act){
	    .manifest = manifest, .arena = arena, .op = *op, .status = STOA_OK};
}

void
act_as(struct act *act, const Stoa__Chain__Party *party)
{
	act->salt = chain_account_salt(party);
}

void
act_fund(struct act *act, int64_t micro)
{
	act->fund = act_micro(micro);
}

struct stoa_str
act_encode(struct act *act, const char *function,
    const struct evm_value *values, size_t count)
{
	struct evm_value arguments = {.list = {values, count}};
	struct evm_function parsed;
	struct stoa_buf b;
	struct stoa_str data = STOA_STR("");
	enum stoa_status status =
	    evm_function_parse(stoa_str_of(function), act->arena, &parsed);

	stoa_buf_init(&b, CHAIN_DATA_MAX);
	if (status == STOA_OK) {
		status = evm_function_encode(&parsed, &arguments, &b);
	}
	if (status == STOA_OK) {
		data = stoa_str_of_bytes(
		    stoa_arena_dup(act->arena, b.data, b.len), b.len);
		status = data.data == NULL ? STOA_NO_MEMORY : STOA_OK;
	}
	stoa_buf_fini(&b);
	if (status != STOA_OK) {
		act->status = status;
		data = STOA_STR("");
	}
	return data;
}

static void
call_add(struct act *act, const struct evm_address *target, bool may_fail,
    struct stoa_str data)
{
	stoa_assert(act->call_count < CHAIN_ACT_CALLS_MAX);
	act->calls[act->call_count++] = act_list(
	    act, ACT_VALUES(act_address(target), act_number(may_fail ? 1 : 0),
		     (struct evm_value){.bytes = data}));
}

void
act_call(
    struct act *act, const struct evm_address *target, struct stoa_str data)
{
	call_add(act, target, false, data);
}

void
act_try(struct act *act, const struct evm_address *target, struct stoa_str data)
{
	call_add(act, target, true, data);
}

void
act_sweep(struct act *act, const Stoa__Chain__Party *party)
{
	struct stoa_hash salt = chain_account_salt(party);
	struct stoa_hash *copy =
	    stoa_arena_dup(act->arena, &salt, sizeof(salt));

	stoa_assert(act->sweep_count < CHAIN_ACT_SWEEPS_MAX);
	if (copy == NULL) {
		act->status = STOA_NO_MEMORY;
		return;
	}
	act->sweeps[act->sweep_count++] = act_hash(copy);
}

enum stoa_status
act_finish(struct act *act, struct stoa_str *ret_data)
{
	struct evm_value calls = {.list = {act->calls, act->call_count}};
	struct evm_value sweeps = {.list = {act->sweeps, act->sweep_count}};
	struct stoa_str data;

	if (act->status != STOA_OK) {
		return act->status;
	}
	data = act_encode(act, RUN,
	    ACT_VALUES(act_hash(&act->op), act_hash(&act->salt), act->fund,
		calls, sweeps));
	if (act->status == STOA_OK) {
		*ret_data = data;
	}
	return act->status;
}
