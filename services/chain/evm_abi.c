/* evm_abi.c - heads and tails, as the specification calls them. */
#include "chain/evm_abi.h"

#include "chain/evm_limits.h"

STOA_STATIC_ASSERT(sizeof(struct evm_value) == EVM_WORD_SIZE,
    "a value takes what its word took");

/* ---- single words ---- */

/* Bits above `bits` must repeat the sign. */
static bool
is_within(const struct evm_u256 *number, unsigned bits)
{
	struct evm_u256 flipped = *number;

	for (unsigned i = 0; i < 4; i++) {
		flipped.limb[i] = ~flipped.limb[i];
	}
	return evm_u256_bits(number) < bits || evm_u256_bits(&flipped) < bits;
}

static bool
is_of_type(const struct evm_type *type, const struct evm_value *value)
{
	switch (type->kind) {
	case EVM_UINT:
		return evm_u256_bits(&value->number) <= type->size;
	case EVM_INT:
		return is_within(&value->number, type->size);
	case EVM_BOOL:
		return evm_u256_bits(&value->number) <= 1;
	case EVM_ADDRESS:
		return true;
	case EVM_FIXED_BYTES:
		return value->bytes.len == type->size;
	case EVM_BYTES:
	case EVM_STRING:
	case EVM_ARRAY:
	case EVM_FIXED_ARRAY:
	case EVM_TUPLE:
		break;
	}
	return false;
}

enum stoa_status
evm_abi_word(const struct evm_type *type, const struct evm_value *value,
    uint8_t ret_word[EVM_WORD_SIZE])
{
	if (!is_of_type(type, value)) {
		return STOA_INVALID;
	}
	if (type->kind == EVM_ADDRESS) {
		memset(ret_word, 0, EVM_WORD_SIZE - EVM_ADDRESS_SIZE);
		memcpy(ret_word + EVM_WORD_SIZE - EVM_ADDRESS_SIZE,
		    value->address.bytes, EVM_ADDRESS_SIZE);
	} else if (type->kind == EVM_FIXED_BYTES) {
		memset(ret_word, 0, EVM_WORD_SIZE);
		memcpy(ret_word, value->bytes.data, type->size);
	} else {
		evm_u256_to_bytes(&value->number, ret_word);
	}
	return STOA_OK;
}

/* ---- writing ---- */

static void
put_size(struct stoa_buf *b, size_t size)
{
	struct evm_u256 number = evm_u256_of(size);
	uint8_t word[EVM_WORD_SIZE];

	evm_u256_to_bytes(&number, word);
	stoa_buf_add(b, word, sizeof(word));
}

static size_t
padding_of(size_t len)
{
	return (EVM_WORD_SIZE - len % EVM_WORD_SIZE) % EVM_WORD_SIZE;
}

static void
put_bytes(struct stoa_buf *b, struct stoa_str bytes)
{
	static const uint8_t zeros[EVM_WORD_SIZE];

	put_size(b, bytes.len);
	stoa_buf_add_str(b, bytes);
	stoa_buf_add(b, zeros, padding_of(bytes.len));
}

static enum stoa_status put(const struct evm_type *type,
    const struct evm_value *value, struct stoa_buf *b);

/* Items of an array or a tuple: the head of each, then the tails; an offset
 * counts from where the heads begin. */
static enum stoa_status
put_items(const struct evm_type *type, const struct evm_value *value,
    struct stoa_buf *b)
{
	const struct evm_type *item = type->items;
	size_t start = b->len, at = b->len;
	enum stoa_status status = STOA_OK;

	for (size_t i = 0; i < value->list.count && status == STOA_OK; i++) {
		if (item->is_dynamic) {
			put_size(b, 0);
		} else {
			status = put(item, &value->list.items[i], b);
		}
		item = evm_type_next(type, item);
	}
	item = type->items;
	for (size_t i = 0; i < value->list.count && status == STOA_OK; i++) {
		if (item->is_dynamic && !b->is_overflown) {
			struct evm_u256 offset = evm_u256_of(b->len - start);

			evm_u256_to_bytes(&offset, (uint8_t *)b->data + at);
			status = put(item, &value->list.items[i], b);
		}
		at += item->head_size;
		item = evm_type_next(type, item);
	}
	return status;
}

static enum stoa_status
put(const struct evm_type *type, const struct evm_value *value,
    struct stoa_buf *b)
{
	uint8_t word[EVM_WORD_SIZE];
	enum stoa_status status;

	switch (type->kind) {
	case EVM_BYTES:
	case EVM_STRING:
		put_bytes(b, value->bytes);
		return STOA_OK;
	case EVM_ARRAY:
		put_size(b, value->list.count);
		return put_items(type, value, b);
	case EVM_FIXED_ARRAY:
	case EVM_TUPLE:
		return value->list.count == type->length
			   ? put_items(type, value, b)
			   : STOA_INVALID;
	case EVM_UINT:
	case EVM_INT:
	case EVM_BOOL:
	case EVM_ADDRESS:
	case EVM_FIXED_BYTES:
		break;
	}
	status = evm_abi_word(type, value, word);
	if (status == STOA_OK) {
		stoa_buf_add(b, word, sizeof(word));
	}
	return status;
}

enum stoa_status
evm_abi_encode(const struct evm_type *tuple, const struct evm_value *value,
    struct stoa_buf *b)
{
	enum stoa_status status;

	stoa_assert(tuple->kind == EVM_TUPLE);
	status = put(tuple, value, b);
	return status == STOA_OK && b->is_overflown ? STOA_TOO_LARGE : status;
}

/* ---- reading ---- */

struct reader {
	struct stoa_arena *arena;
	size_t words_left;
};

static bool
cut_words(struct reader *r, size_t count)
{
	if (count > r->words_left) {
		return false;
	}
	r->words_left -= count;
	return true;
}

/* The word at `at` of `frame`. */
static bool
word_at(struct reader *r, struct stoa_str frame, size_t at,
    struct stoa_str *ret_word)
{
	if (at > frame.len || frame.len - at < EVM_WORD_SIZE ||
	    !cut_words(r, 1)) {
		return false;
	}
	*ret_word = stoa_str_of_bytes(frame.data + at, EVM_WORD_SIZE);
	return true;
}

/* An offset or a length, which cannot be more than the frame is long. */
static bool
size_at(struct reader *r, struct stoa_str frame, size_t at, size_t *ret_size)
{
	struct stoa_str word;
	struct evm_u256 number;
	uint64_t size;

	if (!word_at(r, frame, at, &word)) {
		return false;
	}
	number = evm_u256_of_bytes(word);
	if (!evm_u256_to_u64(&number, &size) || size > frame.len) {
		return false;
	}
	*ret_size = (size_t)size;
	return true;
}

static bool
is_zero(struct stoa_str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.data[i] != 0) {
			return false;
		}
	}
	return true;
}

static enum stoa_status
read_word(const struct evm_type *type, struct stoa_str word,
    struct evm_value *ret_value)
{
	struct evm_value value;

	if (type->kind == EVM_FIXED_BYTES) {
		value.bytes = stoa_str_of_bytes(word.data, type->size);
		if (!is_zero(stoa_str_from(word, type->size))) {
			return STOA_INVALID;
		}
	} else if (type->kind == EVM_ADDRESS) {
		size_t pad = EVM_WORD_SIZE - EVM_ADDRESS_SIZE;

		memcpy(value.address.bytes, word.data + pad, EVM_ADDRESS_SIZE);
		if (!is_zero(stoa_str_of_bytes(word.data, pad))) {
			return STOA_INVALID;
		}
	} else {
		value.number = evm_u256_of_bytes(word);
		if (!is_of_type(type, &value)) {
			return STOA_INVALID;
		}
	}
	*ret_value = value;
	return STOA_OK;
}

static enum stoa_status read_value(struct reader *r,
    const struct evm_type *type, struct stoa_str frame, size_t at,
    struct evm_value *ret_value);

/* `count` items whose heads begin at `at` of `frame`. */
static enum stoa_status
read_items(struct reader *r, const struct evm_type *type, size_t count,
    struct stoa_str frame, size_t at, struct evm_value *ret_value)
{
	const struct evm_type *item = type->items;
	struct evm_value *items;

	if (count > r->words_left) {
		return STOA_INVALID;
	}
	ret_value->list.items = NULL;
	ret_value->list.count = count;
	if (count == 0) {
		return STOA_OK;
	}
	items = stoa_arena_alloc_array(r->arena, count, sizeof(*items));
	if (items == NULL) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		enum stoa_status status =
		    read_value(r, item, frame, at, &items[i]);

		if (status != STOA_OK) {
			return status;
		}
		at += item->head_size;
		item = evm_type_next(type, item);
	}
	ret_value->list.items = items;
	return STOA_OK;
}

/* What stands behind an offset: `frame` begins with it. */
static enum stoa_status
read_tail(struct reader *r, const struct evm_type *type, struct stoa_str frame,
    struct evm_value *ret_value)
{
	size_t size;

	if (type->kind == EVM_FIXED_ARRAY || type->kind == EVM_TUPLE) {
		return read_items(r, type, type->length, frame, 0, ret_value);
	}
	if (!size_at(r, frame, 0, &size)) {
		return STOA_INVALID;
	}
	frame = stoa_str_from(frame, EVM_WORD_SIZE);
	if (type->kind == EVM_ARRAY) {
		return read_items(r, type, size, frame, 0, ret_value);
	}
	if (size > frame.len ||
	    !cut_words(r, (size + EVM_WORD_SIZE - 1) / EVM_WORD_SIZE)) {
		return STOA_INVALID;
	}
	ret_value->bytes = stoa_str_of_bytes(frame.data, size);
	return STOA_OK;
}

static enum stoa_status
read_value(struct reader *r, const struct evm_type *type, struct stoa_str frame,
    size_t at, struct evm_value *ret_value)
{
	struct stoa_str word;
	size_t offset;

	if (type->is_dynamic) {
		return size_at(r, frame, at, &offset)
			   ? read_tail(r, type, stoa_str_from(frame, offset),
				 ret_value)
			   : STOA_INVALID;
	}
	if (type->kind == EVM_FIXED_ARRAY || type->kind == EVM_TUPLE) {
		return read_items(r, type, type->length, frame, at, ret_value);
	}
	return word_at(r, frame, at, &word) ? read_word(type, word, ret_value)
					    : STOA_INVALID;
}

enum stoa_status
evm_abi_decode(const struct evm_type *tuple, struct stoa_str data,
    struct stoa_arena *arena, struct evm_value *ret_value)
{
	struct reader r = {.arena = arena,
	    .words_left = (data.len + EVM_WORD_SIZE - 1) / EVM_WORD_SIZE};

	stoa_assert(tuple->kind == EVM_TUPLE);
	if (data.len > EVM_ABI_SIZE_MAX) {
		return STOA_TOO_LARGE;
	}
	return read_items(&r, tuple, tuple->length, data, 0, ret_value);
}
