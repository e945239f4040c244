/* fuzz_evm_abi.c - a line with a type, a line feed, any bytes as data of it:
 * what is taken can be written, read again as the same, shown as JSON and
 * read from that; never more memory than the data bounds. And the bytes as a
 * refusal, and as a log. */
#include "chain/evm_abi_json.h"
#include "chain/evm_limits.h"
#include "chain/evm_revert.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_again(const struct evm_type *type, const struct evm_value *value)
{
	struct evm_value back, from_json;
	struct stoa_buf first, second, text;
	struct stoa_arena arena;
	struct stoa_json json;
	bool ok;

	stoa_arena_init(&arena, NULL, 0, 1 << 22);
	stoa_buf_init(&first, 1 << 22);
	stoa_buf_init(&second, 1 << 22);
	stoa_buf_init(&text, 1 << 22);
	ok = evm_abi_encode(type, value, &first) == STOA_OK;
	stoa_assert(ok);
	ok = evm_abi_decode(type, stoa_buf_str(&first), &arena, &back) ==
	     STOA_OK;
	stoa_assert(ok);
	ok = evm_abi_encode(type, &back, &second) == STOA_OK;
	stoa_assert(ok);
	stoa_assert(
	    stoa_str_is_equal(stoa_buf_str(&first), stoa_buf_str(&second)));
	evm_abi_to_json(type, &back, &text);
	ok = stoa_json_parse(stoa_buf_str(&text), 0, &json, NULL);
	stoa_assert(ok);
	ok = evm_abi_of_json(type, json, &arena, &from_json) == STOA_OK;
	stoa_assert(ok || arena.is_overflown);
	stoa_buf_fini(&text);
	stoa_buf_fini(&second);
	stoa_buf_fini(&first);
	stoa_arena_fini(&arena);
}

static void
try_function(struct stoa_str line, struct stoa_str bytes)
{
	struct stoa_hash topics[EVM_TOPICS_MAX] = {{{0}}};
	struct evm_function function;
	struct evm_value values;
	struct stoa_arena arena;
	struct stoa_buf text;

	stoa_arena_init(&arena, NULL, 0, 1 << 22);
	stoa_buf_init(&text, 1 << 20);
	if (evm_function_parse(line, &arena, &function) == STOA_OK) {
		topics[0] = function.topic;
		for (size_t i = 1; i <= EVM_TOPICS_MAX; i++) {
			(void)evm_event_decode(
			    &function, topics, i, bytes, &arena, &values);
		}
		(void)evm_revert_print(bytes, &function, 1, &text);
	}
	(void)evm_revert_print(bytes, NULL, 0, &text);
	stoa_buf_fini(&text);
	stoa_arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str rest = stoa_str_of_bytes(data, size);
	struct stoa_str line = stoa_str_cut(&rest, '\n');
	const struct evm_type *type;
	struct evm_value value;
	struct stoa_arena types, values;

	if (size > 8192) {
		return 0;
	}
	stoa_arena_init(&types, NULL, 0, 1 << 20);
	stoa_arena_init(&values, NULL, 0,
	    (size + 64) * (EVM_TYPE_DEPTH_MAX + 1) * 2 + 8192);
	if (evm_type_parse(line, &types, &type) == STOA_OK &&
	    type->kind == EVM_TUPLE &&
	    evm_abi_decode(type, rest, &values, &value) == STOA_OK) {
		try_again(type, &value);
	}
	stoa_assert(!values.is_overflown);
	try_function(line, rest);
	stoa_arena_fini(&values);
	stoa_arena_fini(&types);
	return 0;
}
