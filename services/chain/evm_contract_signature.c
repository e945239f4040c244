/* evm_contract_signature.c - see evm_contract_signature.h. */
#include "chain/evm_contract_signature.h"

#include "chain/evm_function.h"

#define MARK_SIZE 32

/* Room for the types of one function. */
#define ARENA_SIZE 2048

bool
evm_undeployed_is(struct stoa_str signature)
{
	if (signature.len < MARK_SIZE) {
		return false;
	}
	signature = stoa_str_from(signature, signature.len - MARK_SIZE);
	for (size_t i = 0; i < MARK_SIZE; i++) {
		if ((uint8_t)signature.data[i] != (i % 2 == 0 ? 0x64 : 0x92)) {
			return false;
		}
	}
	return true;
}

enum stoa_status
evm_undeployed_read(struct stoa_str signature, struct stoa_arena *arena,
    struct evm_undeployed *ret_undeployed)
{
	const struct evm_type *type;
	struct evm_value value;
	enum stoa_status status;

	if (!evm_undeployed_is(signature)) {
		return STOA_INVALID;
	}
	signature.len -= MARK_SIZE;
	status =
	    evm_type_parse(STOA_STR("(address,bytes,bytes)"), arena, &type);
	if (status == STOA_OK) {
		status = evm_abi_decode(type, signature, arena, &value);
	}
	if (status == STOA_OK) {
		ret_undeployed->factory = value.list.items[0].address;
		ret_undeployed->deploy = value.list.items[1].bytes;
		ret_undeployed->signature = value.list.items[2].bytes;
	}
	return status;
}

static const struct stoa_str is_valid =
    STOA_STR("isValidSignature(bytes32,bytes)");

enum stoa_status
evm_contract_signature_call(
    const struct stoa_hash *hash, struct stoa_str signature, struct stoa_buf *b)
{
	struct evm_value items[2] = {
	    {.bytes = stoa_hash_str(hash)}, {.bytes = signature}};
	struct evm_value arguments = {.list = {items, 2}};
	struct evm_function function;
	struct stoa_arena arena;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, ARENA_SIZE);
	status = evm_function_parse(is_valid, &arena, &function);
	if (status == STOA_OK) {
		status = evm_function_encode(&function, &arguments, b);
	}
	stoa_arena_fini(&arena);
	return status;
}

bool
evm_contract_signature_is_accepted(struct stoa_str answer)
{
	/* The function's own selector, as a word. */
	static const uint8_t magic[32] = {0x16, 0x26, 0xba, 0x7e};

	return stoa_str_is_equal(
	    answer, stoa_str_of_bytes(magic, sizeof(magic)));
}
