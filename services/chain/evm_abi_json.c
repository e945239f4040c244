/* evm_abi_json.c - see evm_abi_json.h. */
#include "chain/evm_abi_json.h"

#include "chain/evm_limits.h"

#include "base/encode.h"

enum stoa_status
evm_abi_bytes_of_text(
    struct stoa_str text, struct stoa_arena *arena, struct stoa_str *ret_bytes)
{
	struct stoa_buf bytes;
	enum stoa_status status = STOA_OK;
	void *copy;

	if (!stoa_str_has_prefix(text, STOA_STR("0x"))) {
		return STOA_INVALID;
	}
	stoa_buf_init(&bytes, text.len);
	if (!stoa_hex_decode(&bytes, stoa_str_from(text, 2))) {
		status = bytes.is_overflown ? STOA_NO_MEMORY : STOA_INVALID;
	} else if (bytes.len == 0) {
		*ret_bytes = STOA_STR("");
	} else {
		copy = stoa_arena_dup(arena, bytes.data, bytes.len);
		if (copy == NULL) {
			status = STOA_NO_MEMORY;
		} else {
			*ret_bytes = stoa_str_of_bytes(copy, bytes.len);
		}
	}
	stoa_buf_fini(&bytes);
	return status;
}

static bool
read_magnitude(struct stoa_str text, struct evm_u256 *ret_number)
{
	/* As a quantity, but zeros in front do no harm in hexadecimal. */
	if (stoa_str_has_prefix(text, STOA_STR("0x")) && text.len > 2 &&
	    text.len <= 2 + 2 * EVM_WORD_SIZE) {
		char digits[2 + 2 * EVM_WORD_SIZE] = {'0', 'x'};
		size_t zeros = 2;

		while (zeros + 1 < text.len && text.data[zeros] == '0') {
			zeros++;
		}
		memcpy(digits + 2, text.data + zeros, text.len - zeros);
		return evm_u256_parse_quantity(
		    stoa_str_of_bytes(digits, 2 + text.len - zeros),
		    ret_number);
	}
	return evm_u256_parse_decimal(text, ret_number);
}

static bool
read_number(const struct evm_type *type, struct stoa_str text,
    struct evm_u256 *ret_number)
{
	struct evm_u256 number;
	bool is_negative = stoa_str_has_prefix(text, STOA_STR("-"));

	if (!read_magnitude(
		stoa_str_from(text, is_negative ? 1 : 0), &number)) {
		return false;
	}
	if (type->kind == EVM_UINT) {
		*ret_number = number;
		return !is_negative || evm_u256_is_zero(&number);
	}
	/* The magnitude must fit before it is negated: 2^(n-1) only below
	 * zero. */
	if (evm_u256_bits(&number) >= type->size) {
		struct evm_u256 limit = evm_u256_of(0);

		limit.limb[(type->size - 1) / 64] = UINT64_C(1)
						    << (type->size - 1) % 64;
		if (!is_negative || evm_u256_compare(&number, &limit) != 0) {
			return false;
		}
	}
	*ret_number = is_negative ? evm_u256_negate(&number) : number;
	return true;
}

/* The characters of a string, or of a number as they stand. */
static enum stoa_status
scalar_text(struct stoa_json json, bool may_be_number, struct stoa_arena *arena,
    struct stoa_str *ret_text)
{
	if (stoa_json_is_absent(json)) {
		return STOA_INVALID;
	}
	if (may_be_number && stoa_json_type(json) == STOA_JSON_NUMBER) {
		*ret_text = json.text;
		return STOA_OK;
	}
	if (stoa_json_type(json) != STOA_JSON_STRING) {
		return STOA_INVALID;
	}
	return stoa_json_to_str(json, arena, ret_text) ? STOA_OK
						       : STOA_NO_MEMORY;
}

static enum stoa_status
scalar_of_json(const struct evm_type *type, struct stoa_json json,
    struct stoa_arena *arena, struct evm_value *ret_value)
{
	bool is_number = type->kind == EVM_UINT || type->kind == EVM_INT;
	struct evm_value value;
	struct stoa_str text;
	enum stoa_status status;
	bool flag;

	if (type->kind == EVM_BOOL) {
		if (!stoa_json_to_bool(json, &flag)) {
			return STOA_INVALID;
		}
		ret_value->number = evm_u256_of(flag ? 1 : 0);
		return STOA_OK;
	}
	status = scalar_text(json, is_number, arena, &text);
	if (status != STOA_OK) {
		return status;
	}
	if (is_number) {
		status = read_number(type, text, &value.number) ? STOA_OK
								: STOA_INVALID;
	} else if (type->kind == EVM_ADDRESS) {
		status = evm_address_parse(text, &value.address) ? STOA_OK
								 : STOA_INVALID;
	} else if (type->kind == EVM_STRING) {
		value.bytes = text;
	} else {
		status = evm_abi_bytes_of_text(text, arena, &value.bytes);
	}
	if (status == STOA_OK) {
		uint8_t word[EVM_WORD_SIZE];

		*ret_value = value;
		if (type->kind != EVM_STRING && type->kind != EVM_BYTES) {
			status = evm_abi_word(type, &value, word);
		}
	}
	return status;
}

enum stoa_status
evm_abi_of_json(const struct evm_type *type, struct stoa_json json,
    struct stoa_arena *arena, struct evm_value *ret_value)
{
	const struct evm_type *item = type->items;
	struct stoa_json_member member;
	struct stoa_json_iter it;
	struct evm_value *items;
	bool is_object;
	size_t count;

	if (item == NULL && type->kind != EVM_TUPLE) {
		return scalar_of_json(type, json, arena, ret_value);
	}
	is_object = !stoa_json_is_absent(json) && type->kind == EVM_TUPLE &&
		    stoa_json_type(json) == STOA_JSON_OBJECT;
	if (stoa_json_is_absent(json) ||
	    (!is_object && stoa_json_type(json) != STOA_JSON_ARRAY)) {
		return STOA_INVALID;
	}
	count = stoa_json_count(json);
	if (type->kind != EVM_ARRAY && count != type->length) {
		return STOA_INVALID;
	}
	items = stoa_arena_alloc_array(arena, count + 1, sizeof(*items));
	if (items == NULL) {
		return STOA_NO_MEMORY;
	}
	it = stoa_json_iter(json);
	for (size_t i = 0; i < count; i++) {
		struct stoa_json of = {{NULL, 0}};
		enum stoa_status status;

		if (is_object) {
			of = stoa_json_get(json, item->name);
		} else if (stoa_json_next(&it, &member)) {
			of = member.value;
		}
		status = evm_abi_of_json(item, of, arena, &items[i]);
		if (status != STOA_OK) {
			return status;
		}
		item = evm_type_next(type, item);
	}
	ret_value->list.items = items;
	ret_value->list.count = count;
	return STOA_OK;
}

static void
put_number(
    const struct evm_type *type, struct evm_u256 number, struct stoa_buf *b)
{
	char text[EVM_U256_TEXT_SIZE];
	bool is_negative = type->kind == EVM_INT && number.limb[3] >> 63 == 1;

	if (is_negative) {
		number = evm_u256_negate(&number);
	}
	stoa_buf_printf(b, "\"%s%s\"", is_negative ? "-" : "",
	    evm_u256_print_decimal(&number, text));
}

static void
put_list(const struct evm_type *type, const struct evm_value *value,
    struct stoa_buf *b)
{
	const struct evm_type *item = type->items;

	stoa_buf_add_text(b, "[");
	for (size_t i = 0; i < value->list.count; i++) {
		stoa_buf_add_text(b, i == 0 ? "" : ",");
		evm_abi_to_json(item, &value->list.items[i], b);
		item = evm_type_next(type, item);
	}
	stoa_buf_add_text(b, "]");
}

void
evm_abi_to_json(const struct evm_type *type, const struct evm_value *value,
    struct stoa_buf *b)
{
	char text[EVM_ADDRESS_TEXT_SIZE];

	switch (type->kind) {
	case EVM_UINT:
	case EVM_INT:
		put_number(type, value->number, b);
		break;
	case EVM_BOOL:
		stoa_buf_add_text(
		    b, evm_u256_is_zero(&value->number) ? "false" : "true");
		break;
	case EVM_ADDRESS:
		stoa_buf_printf(
		    b, "\"%s\"", evm_address_print(&value->address, text));
		break;
	case EVM_FIXED_BYTES:
	case EVM_BYTES:
		stoa_buf_add_text(b, "\"0x");
		stoa_hex_encode(b, value->bytes);
		stoa_buf_add_text(b, "\"");
		break;
	case EVM_STRING:
		stoa_buf_add_json(b, value->bytes);
		break;
	case EVM_ARRAY:
	case EVM_FIXED_ARRAY:
	case EVM_TUPLE:
		put_list(type, value, b);
		break;
	}
}
