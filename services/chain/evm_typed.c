/* evm_typed.c - see evm_typed.h. */
#include "chain/evm_typed.h"

#include "chain/evm_abi_json.h"
#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"
#include "chain/evm_message.h"
#include "chain/evm_typed_types.h"

#define DOMAIN_NAME STOA_STR("EIP712Domain")

struct document {
	struct evm_typed_types *types;
	struct stoa_arena *arena;
	struct stoa_json domain, message;
	const struct evm_typed_struct *primary;
	const char *why;
};

static enum stoa_status
fail(struct document *d, enum stoa_status status, const char *why)
{
	d->why = why;
	return status;
}

/* ---- values ---- */

static enum stoa_status hash_struct(struct document *d,
    const struct evm_typed_struct *of, struct stoa_json json, unsigned depth,
    struct stoa_hash *ret_hash);

static enum stoa_status
hash_atom(struct document *d, const struct evm_typed_member *member,
    struct stoa_json json, struct stoa_hash *ret_hash)
{
	struct evm_value value;
	enum stoa_status status =
	    evm_abi_of_json(member->atom, json, d->arena, &value);

	if (status != STOA_OK) {
		return fail(d, status, "a value is not of its type");
	}
	if (member->atom->is_dynamic) {
		*ret_hash = evm_keccak256(value.bytes);
		return STOA_OK;
	}
	return evm_abi_word(member->atom, &value, ret_hash->bytes);
}

/* `left` dimensions are still to be unfolded; the last suffix is the outer
 * one. */
static enum stoa_status
hash_value(struct document *d, const struct evm_typed_member *member,
    unsigned left, struct stoa_json json, unsigned depth,
    struct stoa_hash *ret_hash)
{
	struct evm_keccak keccak;
	struct stoa_json_member item;
	struct stoa_json_iter it;
	uint32_t length;

	if (depth > EVM_TYPE_DEPTH_MAX) {
		return fail(d, STOA_TOO_LARGE, "the types nest too deep");
	}
	if (left == 0) {
		return member->base != NULL
			   ? hash_struct(d, member->base, json, depth, ret_hash)
			   : hash_atom(d, member, json, ret_hash);
	}
	length = member->lengths[left - 1];
	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_ARRAY ||
	    (length > 0 && stoa_json_count(json) != length)) {
		return fail(
		    d, STOA_INVALID, "a value is no array of its length");
	}
	evm_keccak_init(&keccak);
	it = stoa_json_iter(json);
	while (stoa_json_next(&it, &item)) {
		struct stoa_hash one;
		enum stoa_status status = hash_value(
		    d, member, left - 1, item.value, depth + 1, &one);

		if (status != STOA_OK) {
			return status;
		}
		evm_keccak_add(&keccak, stoa_hash_str(&one));
	}
	*ret_hash = evm_keccak_end(&keccak);
	return STOA_OK;
}

static enum stoa_status
hash_struct(struct document *d, const struct evm_typed_struct *of,
    struct stoa_json json, unsigned depth, struct stoa_hash *ret_hash)
{
	struct stoa_json values[EVM_TYPED_MEMBERS_MAX];
	struct stoa_str names[EVM_TYPED_MEMBERS_MAX];
	struct evm_keccak keccak;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_OBJECT) {
		return fail(d, STOA_INVALID, "a value is no object");
	}
	for (size_t i = 0; i < of->count; i++) {
		names[i] = of->members[i].name;
	}
	/* Names are unique: as many members as were found are all. */
	if (stoa_json_pick(json, names, of->count, values) != of->count) {
		return fail(d, STOA_INVALID, "a member has no value");
	}
	if (stoa_json_count(json) != of->count) {
		return fail(
		    d, STOA_INVALID, "a value is of no member of its type");
	}
	evm_keccak_init(&keccak);
	evm_keccak_add(&keccak, stoa_hash_str(&of->type_hash));
	for (size_t i = 0; i < of->count; i++) {
		struct stoa_hash one;
		enum stoa_status status = hash_value(d, &of->members[i],
		    of->members[i].dimensions, values[i], depth + 1, &one);

		if (status != STOA_OK) {
			return status;
		}
		evm_keccak_add(&keccak, stoa_hash_str(&one));
	}
	*ret_hash = evm_keccak_end(&keccak);
	return STOA_OK;
}

/* ---- the document ---- */

static enum stoa_status
read_primary(struct document *d, struct stoa_json json)
{
	struct stoa_str name;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_STRING) {
		return fail(d, STOA_INVALID, "there is no primaryType");
	}
	if (!stoa_json_to_str(json, d->arena, &name)) {
		return fail(d, STOA_NO_MEMORY, "out of memory");
	}
	d->primary = evm_typed_types_find(d->types, name);
	return d->primary != NULL
		   ? STOA_OK
		   : fail(d, STOA_INVALID, "primaryType is none of the types");
}

/* Numbers, texts and all else of the document, once. */
static enum stoa_status
read_document(struct document *d, struct stoa_str text)
{
	static const struct stoa_str names[] = {STOA_STR("types"),
	    STOA_STR("primaryType"), STOA_STR("domain"), STOA_STR("message")};
	struct stoa_json root, parts[STOA_COUNT(names)];
	enum stoa_status status;

	if (text.len > EVM_TYPED_TEXT_MAX) {
		return fail(d, STOA_TOO_LARGE, "the document is too large");
	}
	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return fail(d, STOA_INVALID, "it is no JSON object");
	}
	d->types = stoa_arena_alloc(d->arena, sizeof(*d->types));
	if (d->types == NULL) {
		return fail(d, STOA_NO_MEMORY, "out of memory");
	}
	d->types->arena = d->arena;
	(void)stoa_json_pick(root, names, STOA_COUNT(names), parts);
	d->domain = parts[2];
	d->message = parts[3];
	status = evm_typed_types_read(d->types, parts[0]);
	if (status == STOA_OK &&
	    evm_typed_types_find(d->types, DOMAIN_NAME) == NULL) {
		status = evm_typed_types_add_domain(d->types, d->domain);
	}
	if (status == STOA_OK) {
		status = evm_typed_types_settle(d->types);
	}
	d->why = d->types->why;
	return status == STOA_OK ? read_primary(d, parts[1]) : status;
}

static enum stoa_status
hash_document(struct document *d, struct evm_typed_hashes *hashes)
{
	const struct evm_typed_struct *domain =
	    evm_typed_types_find(d->types, DOMAIN_NAME);
	enum stoa_status status =
	    hash_struct(d, domain, d->domain, 0, &hashes->domain);

	if (status != STOA_OK) {
		return status;
	}
	if (d->primary == domain) {
		/* A domain by itself: there is no message. */
		uint8_t bytes[EVM_TYPED_PAYLOAD_SIZE];

		evm_message_typed_payload(
		    &hashes->domain, &hashes->domain, bytes);
		hashes->message = hashes->domain;
		hashes->digest =
		    evm_keccak256(stoa_str_of_bytes(bytes, 2 + STOA_HASH_SIZE));
		return STOA_OK;
	}
	status = hash_struct(d, d->primary, d->message, 0, &hashes->message);
	if (status == STOA_OK) {
		hashes->digest =
		    evm_message_typed_hash(&hashes->domain, &hashes->message);
	}
	return status;
}

enum stoa_status
evm_typed_hash(struct stoa_str text, struct stoa_arena *arena,
    struct evm_typed_hashes *ret_hashes, const char **ret_why)
{
	struct document d = {.arena = arena};
	struct evm_typed_hashes hashes;
	enum stoa_status status = read_document(&d, text);

	if (status == STOA_OK) {
		status = hash_document(&d, &hashes);
	}
	if (status == STOA_OK) {
		*ret_hashes = hashes;
	} else if (ret_why != NULL) {
		*ret_why = d.why;
	}
	return status;
}

enum stoa_status
evm_typed_encode_type(struct stoa_str text, struct stoa_arena *arena,
    struct stoa_buf *b, const char **ret_why)
{
	struct document d = {.arena = arena};
	enum stoa_status status = read_document(&d, text);

	if (status == STOA_OK) {
		status = evm_typed_types_encode(d.types, d.primary, b);
		d.why = d.types->why;
	}
	if (status != STOA_OK && ret_why != NULL) {
		*ret_why = d.why;
	}
	return status;
}
