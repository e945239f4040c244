/* evm_rlp.c - see evm_rlp.h. */
#include "chain/evm_rlp.h"

#include <string.h>

/* First bytes: below 0x80 a byte that is itself; then short strings, long
 * strings, short lists, long lists. Short is up to 55 bytes. */
#define STRING	  0x80
#define LIST	  0xc0
#define SHORT_MAX 55

/* A first byte and a length of up to eight bytes. */
#define HEAD_SIZE_MAX 9

static size_t
put_head(uint8_t head[HEAD_SIZE_MAX], uint8_t kind, size_t len)
{
	size_t size = 0;

	if (len <= SHORT_MAX) {
		head[0] = (uint8_t)(kind + len);
		return 1;
	}
	for (size_t rest = len; rest > 0; rest >>= 8) {
		size++;
	}
	head[0] = (uint8_t)(kind + SHORT_MAX + size);
	for (size_t i = 0; i < size; i++) {
		head[size - i] = (uint8_t)(len >> (i * 8));
	}
	return size + 1;
}

void
evm_rlp_bytes(struct stoa_buf *b, struct stoa_str bytes)
{
	uint8_t head[HEAD_SIZE_MAX];

	if (bytes.len != 1 || (uint8_t)bytes.data[0] >= STRING) {
		stoa_buf_add(b, head, put_head(head, STRING, bytes.len));
	}
	stoa_buf_add_str(b, bytes);
}

void
evm_rlp_u64(struct stoa_buf *b, uint64_t value)
{
	struct evm_u256 wide = evm_u256_of(value);

	evm_rlp_u256(b, &wide);
}

void
evm_rlp_u256(struct stoa_buf *b, const struct evm_u256 *value)
{
	uint8_t word[EVM_WORD_SIZE];
	size_t size = evm_u256_size(value);

	evm_u256_to_bytes(value, word);
	evm_rlp_bytes(b, stoa_str_of_bytes(word + sizeof(word) - size, size));
}

size_t
evm_rlp_begin(struct stoa_buf *b)
{
	return b->len;
}

void
evm_rlp_end(struct stoa_buf *b, size_t begun)
{
	uint8_t head[HEAD_SIZE_MAX];
	size_t len, size;

	if (b->is_overflown) {
		return;
	}
	stoa_assert(begun <= b->len);
	len = b->len - begun;
	size = put_head(head, LIST, len);
	if (stoa_buf_reserve(b, size) == NULL) {
		return;
	}
	memmove(b->data + begun + size, b->data + begun, len);
	memcpy(b->data + begun, head, size);
	stoa_buf_grow(b, size);
}

/* A length of `size` bytes after the first byte; it must need them all, and
 * be beyond what the short form says. */
static bool
long_length(struct stoa_str from, size_t size, size_t *ret_len)
{
	size_t len = 0;

	if (size > sizeof(len) || from.len < size || from.data[0] == 0) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		len = len << 8 | (uint8_t)from.data[i];
	}
	*ret_len = len;
	return len > SHORT_MAX;
}

enum stoa_status
evm_rlp_cut(struct stoa_str *rest, struct evm_rlp *ret_item)
{
	struct stoa_str after = stoa_str_from(*rest, 1);
	uint8_t first, kind;
	size_t len;

	if (rest->len == 0) {
		return STOA_INVALID;
	}
	first = (uint8_t)rest->data[0];
	if (first < STRING) {
		*ret_item = (struct evm_rlp){false, {rest->data, 1}};
		*rest = after;
		return STOA_OK;
	}
	kind = first < LIST ? STRING : LIST;
	len = first - kind;
	if (len > SHORT_MAX) {
		size_t size = len - SHORT_MAX;

		if (!long_length(after, size, &len)) {
			return STOA_INVALID;
		}
		after = stoa_str_from(after, size);
	}
	if (len > after.len) {
		return STOA_INVALID;
	}
	if (kind == STRING && len == 1 && (uint8_t)after.data[0] < STRING) {
		return STOA_INVALID;
	}
	*ret_item = (struct evm_rlp){kind == LIST, {after.data, len}};
	*rest = stoa_str_from(after, len);
	return STOA_OK;
}

static enum stoa_status
cut_kind(struct stoa_str *rest, bool is_list, struct stoa_str *ret_content)
{
	struct stoa_str after = *rest;
	struct evm_rlp item;

	if (evm_rlp_cut(&after, &item) != STOA_OK || item.is_list != is_list) {
		return STOA_INVALID;
	}
	*rest = after;
	*ret_content = item.content;
	return STOA_OK;
}

enum stoa_status
evm_rlp_cut_bytes(struct stoa_str *rest, struct stoa_str *ret_bytes)
{
	return cut_kind(rest, false, ret_bytes);
}

enum stoa_status
evm_rlp_cut_list(struct stoa_str *rest, struct stoa_str *ret_content)
{
	return cut_kind(rest, true, ret_content);
}

enum stoa_status
evm_rlp_cut_u256(struct stoa_str *rest, struct evm_u256 *ret_value)
{
	struct stoa_str after = *rest;
	struct stoa_str bytes;

	if (evm_rlp_cut_bytes(&after, &bytes) != STOA_OK ||
	    bytes.len > EVM_WORD_SIZE ||
	    (bytes.len > 0 && bytes.data[0] == 0)) {
		return STOA_INVALID;
	}
	*rest = after;
	*ret_value = evm_u256_of_bytes(bytes);
	return STOA_OK;
}

enum stoa_status
evm_rlp_cut_u64(struct stoa_str *rest, uint64_t *ret_value)
{
	struct stoa_str after = *rest;
	struct evm_u256 value;

	if (evm_rlp_cut_u256(&after, &value) != STOA_OK ||
	    !evm_u256_to_u64(&value, ret_value)) {
		return STOA_INVALID;
	}
	*rest = after;
	return STOA_OK;
}

enum stoa_status
evm_rlp_count(struct stoa_str content, size_t *ret_count)
{
	struct evm_rlp item;
	size_t count = 0;

	while (content.len > 0) {
		if (evm_rlp_cut(&content, &item) != STOA_OK) {
			return STOA_INVALID;
		}
		count++;
	}
	*ret_count = count;
	return STOA_OK;
}
