/* evm_type.c - see evm_type.h. */
#include "chain/evm_type.h"

#include "chain/evm_limits.h"
#include "chain/evm_u256.h"

struct parser {
	struct stoa_str rest;
	struct stoa_arena *arena;
	size_t node_count;
};

static bool
is_name_byte(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '$' || (!is_first && c >= '0' && c <= '9');
}

struct stoa_str
evm_type_cut_name(struct stoa_str *text)
{
	struct stoa_str name = *text;
	size_t len = 0;

	while (len < text->len && is_name_byte(text->data[len], len == 0)) {
		len++;
	}
	name.len = len;
	*text = stoa_str_from(*text, len);
	return name;
}

static bool
cut_byte(struct parser *p, char c)
{
	if (p->rest.len == 0 || p->rest.data[0] != c) {
		return false;
	}
	p->rest = stoa_str_from(p->rest, 1);
	return true;
}

static void
skip_spaces(struct parser *p)
{
	while (cut_byte(p, ' ')) {
	}
}

static enum stoa_status
new_node(struct parser *p, struct evm_type **ret_node)
{
	if (++p->node_count > EVM_TYPE_NODES_MAX) {
		return STOA_TOO_LARGE;
	}
	*ret_node = stoa_arena_alloc(p->arena, sizeof(**ret_node));
	return *ret_node == NULL ? STOA_NO_MEMORY : STOA_OK;
}

/* The number after "uint", "int" or "bytes": no leading zero, at most three
 * digits; `none` when there is no number. 0 when it is not one. */
static unsigned
width_of(struct stoa_str digits, unsigned none)
{
	struct evm_u256 value;
	uint64_t width;

	if (digits.len == 0) {
		return none;
	}
	return digits.len <= 3 && evm_u256_parse_decimal(digits, &value) &&
		       evm_u256_to_u64(&value, &width)
		   ? (unsigned)width
		   : 0;
}

static bool
elementary(struct stoa_str word, struct evm_type *type)
{
	static const struct {
		struct stoa_str word;
		enum evm_kind kind;
	} plain[] = {{STOA_STR("address"), EVM_ADDRESS},
	    {STOA_STR("bool"), EVM_BOOL}, {STOA_STR("string"), EVM_STRING},
	    {STOA_STR("bytes"), EVM_BYTES}};

	for (size_t i = 0; i < STOA_COUNT(plain); i++) {
		if (stoa_str_is_equal(word, plain[i].word)) {
			type->kind = plain[i].kind;
			type->is_dynamic =
			    type->kind == EVM_STRING || type->kind == EVM_BYTES;
			return true;
		}
	}
	if (stoa_str_has_prefix(word, STOA_STR("bytes"))) {
		type->kind = EVM_FIXED_BYTES;
		type->size = width_of(stoa_str_from(word, 5), 0);
		return type->size >= 1 && type->size <= EVM_WORD_SIZE;
	}
	if (stoa_str_has_prefix(word, STOA_STR("uint"))) {
		type->kind = EVM_UINT;
		type->size = width_of(stoa_str_from(word, 4), 256);
	} else if (stoa_str_has_prefix(word, STOA_STR("int"))) {
		type->kind = EVM_INT;
		type->size = width_of(stoa_str_from(word, 3), 256);
	}
	return type->size >= 8 && type->size <= 256 && type->size % 8 == 0;
}

/* What follows a '[': "]" or "k]". */
static enum stoa_status
array_of(struct parser *p, const struct evm_type *element,
    struct evm_type **ret_array)
{
	struct stoa_str digits = p->rest;
	struct evm_type *array;
	struct evm_u256 wide;
	uint64_t length;
	enum stoa_status status = new_node(p, &array);

	if (status != STOA_OK) {
		return status;
	}
	array->items = element;
	array->head_size = EVM_WORD_SIZE;
	array->is_dynamic = true;
	array->kind = EVM_ARRAY;
	*ret_array = array;
	if (cut_byte(p, ']')) {
		return STOA_OK;
	}
	digits.len = 0;
	while (p->rest.len > 0 && p->rest.data[0] != ']') {
		p->rest = stoa_str_from(p->rest, 1);
		digits.len++;
	}
	if (!cut_byte(p, ']') || !evm_u256_parse_decimal(digits, &wide) ||
	    evm_u256_is_zero(&wide)) {
		return STOA_INVALID;
	}
	if (!evm_u256_to_u64(&wide, &length) || length > EVM_ARRAY_LENGTH_MAX) {
		return STOA_TOO_LARGE;
	}
	array->kind = EVM_FIXED_ARRAY;
	array->length = (size_t)length;
	array->is_dynamic = element->is_dynamic;
	if (!array->is_dynamic) {
		array->head_size = array->length * element->head_size;
	}
	return array->head_size > EVM_ABI_SIZE_MAX ? STOA_TOO_LARGE : STOA_OK;
}

static enum stoa_status cut_tuple(
    struct parser *p, unsigned depth, struct evm_type **ret_type);

static enum stoa_status
cut_type(struct parser *p, unsigned depth, struct evm_type **ret_type)
{
	struct evm_type *type;
	enum stoa_status status;

	if (depth > EVM_TYPE_DEPTH_MAX) {
		return STOA_TOO_LARGE;
	}
	if (cut_byte(p, '(')) {
		status = cut_tuple(p, depth, &type);
		if (status == STOA_OK && type->length == 0) {
			return STOA_INVALID;
		}
	} else {
		status = new_node(p, &type);
		if (status == STOA_OK) {
			type->head_size = EVM_WORD_SIZE;
			if (!elementary(evm_type_cut_name(&p->rest), type)) {
				return STOA_INVALID;
			}
		}
	}
	while (status == STOA_OK && cut_byte(p, '[')) {
		status = ++depth > EVM_TYPE_DEPTH_MAX
			     ? STOA_TOO_LARGE
			     : array_of(p, type, &type);
	}
	*ret_type = type;
	return status;
}

/* " indexed name": each may be missing. */
static void
cut_member_name(struct parser *p, struct evm_type *type)
{
	skip_spaces(p);
	type->name = evm_type_cut_name(&p->rest);
	if (stoa_str_is_equal(type->name, STOA_STR("indexed"))) {
		type->is_indexed = true;
		skip_spaces(p);
		type->name = evm_type_cut_name(&p->rest);
	}
	skip_spaces(p);
}

/* What follows a '('. */
static enum stoa_status
cut_tuple(struct parser *p, unsigned depth, struct evm_type **ret_type)
{
	struct evm_type *tuple, *member;
	const struct evm_type **link;
	enum stoa_status status = new_node(p, &tuple);

	if (status != STOA_OK) {
		return status;
	}
	tuple->kind = EVM_TUPLE;
	link = &tuple->items;
	*ret_type = tuple;
	skip_spaces(p);
	if (cut_byte(p, ')')) {
		return STOA_OK;
	}
	do {
		skip_spaces(p);
		status = cut_type(p, depth + 1, &member);
		if (status != STOA_OK) {
			return status;
		}
		cut_member_name(p, member);
		*link = member;
		link = &member->next;
		tuple->length++;
		tuple->is_dynamic |= member->is_dynamic;
		tuple->head_size += member->head_size;
		if (tuple->head_size > EVM_ABI_SIZE_MAX) {
			return STOA_TOO_LARGE;
		}
	} while (cut_byte(p, ','));
	if (!cut_byte(p, ')')) {
		return STOA_INVALID;
	}
	if (tuple->is_dynamic) {
		tuple->head_size = EVM_WORD_SIZE;
	}
	return STOA_OK;
}

enum stoa_status
evm_type_parse(struct stoa_str text, struct stoa_arena *arena,
    const struct evm_type **ret_type)
{
	struct parser p = {.rest = text, .arena = arena};
	struct evm_type *type = NULL;
	enum stoa_status status;

	if (text.len > EVM_TYPE_TEXT_MAX) {
		return STOA_TOO_LARGE;
	}
	status = cut_type(&p, 1, &type);
	if (status == STOA_OK && p.rest.len > 0) {
		status = STOA_INVALID;
	}
	if (status == STOA_OK) {
		*ret_type = type;
	}
	return status;
}

enum stoa_status
evm_type_cut_parameters(struct stoa_str *text, struct stoa_arena *arena,
    const struct evm_type **ret_tuple)
{
	struct parser p = {.rest = *text, .arena = arena};
	struct evm_type *type = NULL;
	enum stoa_status status;

	if (text->len > EVM_TYPE_TEXT_MAX) {
		return STOA_TOO_LARGE;
	}
	status = cut_byte(&p, '(') ? cut_tuple(&p, 1, &type) : STOA_INVALID;
	if (status == STOA_OK) {
		*text = p.rest;
		*ret_tuple = type;
	}
	return status;
}

void
evm_type_print(const struct evm_type *type, struct stoa_buf *b)
{
	const struct evm_type *item = type->items;

	switch (type->kind) {
	case EVM_UINT:
		stoa_buf_printf(b, "uint%u", type->size);
		break;
	case EVM_INT:
		stoa_buf_printf(b, "int%u", type->size);
		break;
	case EVM_BOOL:
		stoa_buf_add_text(b, "bool");
		break;
	case EVM_ADDRESS:
		stoa_buf_add_text(b, "address");
		break;
	case EVM_FIXED_BYTES:
		stoa_buf_printf(b, "bytes%u", type->size);
		break;
	case EVM_BYTES:
		stoa_buf_add_text(b, "bytes");
		break;
	case EVM_STRING:
		stoa_buf_add_text(b, "string");
		break;
	case EVM_ARRAY:
		evm_type_print(item, b);
		stoa_buf_add_text(b, "[]");
		break;
	case EVM_FIXED_ARRAY:
		evm_type_print(item, b);
		stoa_buf_printf(b, "[%zu]", type->length);
		break;
	case EVM_TUPLE:
		stoa_buf_add_text(b, "(");
		for (; item != NULL; item = item->next) {
			evm_type_print(item, b);
			stoa_buf_add_text(b, item->next == NULL ? "" : ",");
		}
		stoa_buf_add_text(b, ")");
		break;
	}
}
