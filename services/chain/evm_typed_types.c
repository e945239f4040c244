/* evm_typed_types.c - see evm_typed_types.h. */
#include "chain/evm_typed_types.h"

#include "chain/evm_keccak.h"
#include "chain/evm_u256.h"

#define DOMAIN_NAME STOA_STR("EIP712Domain")

static enum stoa_status
fail(struct evm_typed_types *types, enum stoa_status status, const char *why)
{
	types->why = why;
	return status;
}

static enum stoa_status
read_text(struct evm_typed_types *types, struct stoa_json json,
    struct stoa_str *ret_text)
{
	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_STRING) {
		return fail(
		    types, STOA_INVALID, "a member needs a name and a type");
	}
	if (!stoa_json_to_str(json, types->arena, ret_text)) {
		return fail(types, STOA_NO_MEMORY, "out of memory");
	}
	if (ret_text->len > EVM_TYPED_NAME_MAX) {
		return fail(types, STOA_TOO_LARGE, "a name is too long");
	}
	return STOA_OK;
}

static bool
is_name(struct stoa_str text)
{
	struct stoa_str rest = text;

	return evm_type_cut_name(&rest).len > 0 && rest.len == 0;
}

/* The suffixes of "T[2][]", and the T. */
static enum stoa_status
read_dimensions(struct evm_typed_types *types, struct evm_typed_member *member,
    struct stoa_str *ret_base)
{
	struct stoa_str rest = member->type;

	*ret_base = evm_type_cut_name(&rest);
	while (rest.len > 0) {
		struct stoa_str length;
		struct evm_u256 wide = evm_u256_of(0);
		uint64_t value;

		if (member->dimensions == EVM_TYPE_DEPTH_MAX) {
			return fail(types, STOA_TOO_LARGE,
			    "a type has too many dimensions");
		}
		if (rest.data[0] != '[' ||
		    memchr(rest.data, ']', rest.len) == NULL) {
			return fail(
			    types, STOA_INVALID, "a member's type is no type");
		}
		rest = stoa_str_from(rest, 1);
		length = stoa_str_cut(&rest, ']');
		if (length.len > 0 && (!evm_u256_parse_decimal(length, &wide) ||
					  evm_u256_is_zero(&wide) ||
					  !evm_u256_to_u64(&wide, &value) ||
					  value > EVM_ARRAY_LENGTH_MAX)) {
			return fail(types, STOA_INVALID,
			    "an array's length is out of range");
		}
		member->lengths[member->dimensions++] = (uint32_t)wide.limb[0];
	}
	return STOA_OK;
}

static enum stoa_status
read_member(struct evm_typed_types *types, struct stoa_json json,
    const struct evm_typed_struct *of, struct evm_typed_member *member)
{
	enum stoa_status status = read_text(
	    types, stoa_json_get(json, STOA_STR("name")), &member->name);

	if (status == STOA_OK) {
		status = read_text(types, stoa_json_get(json, STOA_STR("type")),
		    &member->type);
	}
	if (status != STOA_OK) {
		return status;
	}
	if (!is_name(member->name)) {
		return fail(types, STOA_INVALID, "a member's name is no name");
	}
	for (size_t i = 0; i < of->count; i++) {
		if (stoa_str_is_equal(of->members[i].name, member->name)) {
			return fail(types, STOA_INVALID,
			    "two members of a type have one name");
		}
	}
	return STOA_OK;
}

static enum stoa_status
add_struct(struct evm_typed_types *types, struct stoa_str name,
    struct evm_typed_struct **ret_struct)
{
	struct evm_typed_struct *new_one;

	if (types->count == EVM_TYPED_STRUCTS_MAX) {
		return fail(types, STOA_TOO_LARGE, "there are too many types");
	}
	new_one = &types->structs[types->count];
	new_one->name = name;
	new_one->members = stoa_arena_alloc_array(
	    types->arena, EVM_TYPED_MEMBERS_MAX, sizeof(*new_one->members));
	if (new_one->members == NULL) {
		return fail(types, STOA_NO_MEMORY, "out of memory");
	}
	types->count++;
	*ret_struct = new_one;
	return STOA_OK;
}

static enum stoa_status
read_struct(struct evm_typed_types *types, struct stoa_json_member of)
{
	struct evm_typed_struct *new_one;
	struct stoa_json_member item;
	struct stoa_json_iter it;
	struct stoa_str name;
	enum stoa_status status = read_text(types, of.name, &name);

	if (status != STOA_OK) {
		return status;
	}
	if (!is_name(name)) {
		return fail(types, STOA_INVALID, "a type's name is no name");
	}
	if (stoa_json_type(of.value) != STOA_JSON_ARRAY) {
		return fail(
		    types, STOA_INVALID, "a type is no list of members");
	}
	status = add_struct(types, name, &new_one);
	it = stoa_json_iter(of.value);
	while (status == STOA_OK && stoa_json_next(&it, &item)) {
		if (new_one->count == EVM_TYPED_MEMBERS_MAX) {
			return fail(types, STOA_TOO_LARGE,
			    "a type has too many members");
		}
		status = read_member(types, item.value, new_one,
		    &new_one->members[new_one->count]);
		if (status == STOA_OK) {
			new_one->count++;
		}
	}
	return status;
}

enum stoa_status
evm_typed_types_read(struct evm_typed_types *types, struct stoa_json json)
{
	struct stoa_json_member member;
	struct stoa_json_iter it;
	enum stoa_status status = STOA_OK;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_OBJECT) {
		return fail(types, STOA_INVALID, "there are no types");
	}
	it = stoa_json_iter(json);
	while (status == STOA_OK && stoa_json_next(&it, &member)) {
		status = read_struct(types, member);
	}
	return status;
}

const struct evm_typed_struct *
evm_typed_types_find(const struct evm_typed_types *types, struct stoa_str name)
{
	for (size_t i = 0; i < types->count; i++) {
		if (stoa_str_is_equal(types->structs[i].name, name)) {
			return &types->structs[i];
		}
	}
	return NULL;
}

enum stoa_status
evm_typed_types_add_domain(
    struct evm_typed_types *types, struct stoa_json domain)
{
	static const struct {
		struct stoa_str name, type;
	} fields[] = {{STOA_STR("name"), STOA_STR("string")},
	    {STOA_STR("version"), STOA_STR("string")},
	    {STOA_STR("chainId"), STOA_STR("uint256")},
	    {STOA_STR("verifyingContract"), STOA_STR("address")},
	    {STOA_STR("salt"), STOA_STR("bytes32")}};
	struct evm_typed_struct *new_one;
	enum stoa_status status = add_struct(types, DOMAIN_NAME, &new_one);

	for (size_t i = 0; i < STOA_COUNT(fields) && status == STOA_OK; i++) {
		if (!stoa_json_is_absent(
			stoa_json_get(domain, fields[i].name))) {
			new_one->members[new_one->count++] =
			    (struct evm_typed_member){
				.name = fields[i].name, .type = fields[i].type};
		}
	}
	return status;
}

/* ---- what refers to what ---- */

/* Marks what `of` refers to, directly or not; `of` itself only if it refers
 * to itself. */
static void
mark_references(const struct evm_typed_types *types,
    const struct evm_typed_struct *of, bool marked[EVM_TYPED_STRUCTS_MAX])
{
	const struct evm_typed_struct *waiting[EVM_TYPED_STRUCTS_MAX + 1];
	size_t count = 0;

	waiting[count++] = of;
	while (count > 0) {
		const struct evm_typed_struct *at = waiting[--count];

		for (size_t i = 0; i < at->count; i++) {
			const struct evm_typed_struct *base =
			    at->members[i].base;

			if (base != NULL && !marked[base - types->structs]) {
				marked[base - types->structs] = true;
				waiting[count++] = base;
			}
		}
	}
}

static void
put_struct(const struct evm_typed_struct *of, struct stoa_buf *b)
{
	stoa_buf_add_str(b, of->name);
	stoa_buf_add_text(b, "(");
	for (size_t i = 0; i < of->count; i++) {
		stoa_buf_add_text(b, i == 0 ? "" : ",");
		stoa_buf_add_str(b, of->members[i].type);
		stoa_buf_add_text(b, " ");
		stoa_buf_add_str(b, of->members[i].name);
	}
	stoa_buf_add_text(b, ")");
}

/* The unwritten one whose name comes first; NULL when all are written. */
static const struct evm_typed_struct *
first_by_name(
    const struct evm_typed_types *types, bool left[EVM_TYPED_STRUCTS_MAX])
{
	const struct evm_typed_struct *first = NULL;

	for (size_t i = 0; i < types->count; i++) {
		if (left[i] &&
		    (first == NULL || stoa_str_compare(types->structs[i].name,
					  first->name) < 0)) {
			first = &types->structs[i];
		}
	}
	if (first != NULL) {
		left[first - types->structs] = false;
	}
	return first;
}

enum stoa_status
evm_typed_types_encode(struct evm_typed_types *types,
    const struct evm_typed_struct *of, struct stoa_buf *b)
{
	bool marked[EVM_TYPED_STRUCTS_MAX] = {false};
	const struct evm_typed_struct *next;

	mark_references(types, of, marked);
	if (marked[of - types->structs]) {
		return fail(types, STOA_INVALID, "a type contains itself");
	}
	put_struct(of, b);
	while ((next = first_by_name(types, marked)) != NULL) {
		put_struct(next, b);
	}
	return b->is_overflown
		   ? fail(types, STOA_TOO_LARGE, "the types are too large")
		   : STOA_OK;
}

static enum stoa_status
settle_member(struct evm_typed_types *types, struct evm_typed_member *member)
{
	struct stoa_str base;
	struct stoa_buf canonical;
	enum stoa_status status = read_dimensions(types, member, &base);
	bool is_plain;

	if (status != STOA_OK) {
		return status;
	}
	member->base = evm_typed_types_find(types, base);
	if (member->base != NULL) {
		return STOA_OK;
	}
	status = evm_type_parse(base, types->arena, &member->atom);
	if (status != STOA_OK) {
		return fail(types, status, "a member's type is no type");
	}
	stoa_buf_init(&canonical, EVM_TYPED_NAME_MAX);
	evm_type_print(member->atom, &canonical);
	is_plain = stoa_str_is_equal(stoa_buf_str(&canonical), base);
	stoa_buf_fini(&canonical);
	return is_plain
		   ? STOA_OK
		   : fail(types, STOA_INVALID, "a member's type is an alias");
}

enum stoa_status
evm_typed_types_settle(struct evm_typed_types *types)
{
	enum stoa_status status = STOA_OK;
	struct stoa_buf text;

	for (size_t i = 0; i < types->count; i++) {
		struct evm_typed_struct *of = &types->structs[i];

		for (size_t j = 0; j < of->count && status == STOA_OK; j++) {
			status = settle_member(types, &of->members[j]);
		}
	}
	stoa_buf_init(&text, EVM_TYPED_ENCODED_MAX);
	for (size_t i = 0; i < types->count && status == STOA_OK; i++) {
		struct evm_typed_struct *of = &types->structs[i];

		stoa_buf_clear(&text);
		status = evm_typed_types_encode(types, of, &text);
		of->type_hash = evm_keccak256(stoa_buf_str(&text));
	}
	stoa_buf_fini(&text);
	return status;
}
