/* evm_revert.c - see evm_revert.h. */
#include "chain/evm_revert.h"

#include "chain/evm_abi_json.h"

#include "base/encode.h"

#include <stdio.h>

/* Types and values of one refusal; a reason is seldom longer than a line. */
#define ARENA_MAX ((size_t)64 * 1024)
#define TEXT_MAX  512

const char *
evm_revert_panic_text(uint64_t code)
{
	static const struct {
		uint64_t code;
		const char *text;
	} panics[] = {
	    {0x00, "a generic bug"},
	    {0x01, "an assertion failed"},
	    {0x11, "an addition or subtraction overflowed"},
	    {0x12, "a division by zero"},
	    {0x21, "a value that its enum does not have"},
	    {0x22, "a badly encoded storage byte array"},
	    {0x31, "a pop from an empty array"},
	    {0x32, "an index beyond its array"},
	    {0x41, "too much memory"},
	    {0x51, "a call of a function that was never set"},
	};

	for (size_t i = 0; i < STOA_COUNT(panics); i++) {
		if (panics[i].code == code) {
			return panics[i].text;
		}
	}
	return "an unknown bug";
}

static void
put_plain(struct stoa_buf *b, struct stoa_str text)
{
	text.len = text.len > TEXT_MAX ? TEXT_MAX : text.len;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		stoa_buf_add_byte(b, c < ' ' || c == 0x7f ? ' ' : c);
	}
}

static void
put_values(const struct evm_function *error, const struct evm_value *values,
    struct stoa_buf *b)
{
	const struct evm_type *item = error->inputs->items;

	stoa_buf_add_str(b, error->name);
	stoa_buf_add_text(b, "(");
	for (size_t i = 0; i < values->list.count; i++) {
		const struct evm_value *value = &values->list.items[i];
		struct stoa_buf text;
		struct stoa_str plain;

		stoa_buf_init(&text, ARENA_MAX);
		evm_abi_to_json(item, value, &text);
		plain = stoa_buf_str(&text);
		if ((item->kind == EVM_UINT || item->kind == EVM_INT) &&
		    plain.len > 2) {
			plain =
			    stoa_str_of_bytes(plain.data + 1, plain.len - 2);
		}
		stoa_buf_add_text(b, i == 0 ? "" : ", ");
		stoa_buf_add_str(b, item->name);
		stoa_buf_add_text(b, item->name.len == 0 ? "" : ": ");
		put_plain(b, plain);
		stoa_buf_fini(&text);
		item = item->next;
	}
	stoa_buf_add_text(b, ")");
}

static enum evm_revert_kind
put_builtin(struct stoa_str data, struct stoa_arena *arena, struct stoa_buf *b)
{
	struct evm_function error, panic;
	struct evm_value values;
	uint64_t code;
	bool ok = evm_function_parse(
		      STOA_STR("Error(string)"), arena, &error) == STOA_OK &&
		  evm_function_parse(
		      STOA_STR("Panic(uint256)"), arena, &panic) == STOA_OK;

	if (ok &&
	    evm_function_decode(&error, data, arena, &values) == STOA_OK) {
		if (values.list.items[0].bytes.len == 0) {
			stoa_buf_add_text(b, "no reason given");
		}
		put_plain(b, values.list.items[0].bytes);
		return EVM_REVERT_ERROR;
	}
	if (ok &&
	    evm_function_decode(&panic, data, arena, &values) == STOA_OK &&
	    evm_u256_to_u64(&values.list.items[0].number, &code)) {
		stoa_buf_printf(b, "panic 0x%02llx: %s",
		    (unsigned long long)code, evm_revert_panic_text(code));
		return EVM_REVERT_PANIC;
	}
	return EVM_REVERT_UNKNOWN;
}

enum evm_revert_kind
evm_revert_print(struct stoa_str data, const struct evm_function *errors,
    size_t error_count, struct stoa_buf *b)
{
	enum evm_revert_kind kind;
	struct stoa_arena arena;
	struct evm_value values;

	if (data.len == 0) {
		stoa_buf_add_text(b, "no reason given");
		return EVM_REVERT_EMPTY;
	}
	stoa_arena_init(&arena, NULL, 0, ARENA_MAX);
	kind = put_builtin(data, &arena, b);
	for (size_t i = 0; i < error_count && kind == EVM_REVERT_UNKNOWN; i++) {
		if (evm_function_decode(&errors[i], data, &arena, &values) ==
		    STOA_OK) {
			put_values(&errors[i], &values, b);
			kind = EVM_REVERT_CUSTOM;
		}
	}
	if (kind == EVM_REVERT_UNKNOWN) {
		size_t len =
		    data.len < EVM_SELECTOR_SIZE ? data.len : EVM_SELECTOR_SIZE;

		stoa_buf_add_text(b, "unknown error 0x");
		stoa_hex_encode(b, stoa_str_of_bytes(data.data, len));
	}
	stoa_arena_fini(&arena);
	return kind;
}
