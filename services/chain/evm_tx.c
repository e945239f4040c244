/* evm_tx.c - transactions as they are signed and sent. */
#include "chain/evm_tx.h"

#include "chain/evm_keccak.h"
#include "chain/evm_limits.h"
#include "chain/evm_rlp.h"

/* EIP-2294: so that v = 2 * id + 36 fits 64 bits. */
#define CHAIN_ID_MAX (UINT64_MAX / 2 - 36)

static const char *
accesses_fault(const struct evm_tx *tx)
{
	size_t keys = 0;

	if (tx->access_count > 0 && tx->type == EVM_TX_LEGACY) {
		return "a legacy transaction has no access list";
	}
	if (tx->access_count > EVM_ACCESS_ADDRESSES_MAX) {
		return "the access list has too many addresses";
	}
	for (size_t i = 0; i < tx->access_count; i++) {
		keys += tx->accesses[i].key_count;
		if (keys > EVM_ACCESS_KEYS_MAX) {
			return "the access list has too many keys";
		}
	}
	return NULL;
}

bool
evm_tx_cost_max(const struct evm_tx *tx, struct evm_u256 *ret_wei)
{
	struct evm_u256 gas = evm_u256_of(tx->gas_limit);
	const struct evm_u256 *price =
	    tx->type == EVM_TX_DYNAMIC_FEE ? &tx->fee_max : &tx->gas_price;

	return evm_u256_mul(&gas, price, &gas) &&
	       evm_u256_add(&gas, &tx->value, ret_wei);
}

static const char *
money_fault(const struct evm_tx *tx)
{
	struct evm_u256 cost;

	if (evm_u256_compare(&tx->tip_max, &tx->fee_max) > 0) {
		return "the tip is larger than the whole fee";
	}
	return evm_tx_cost_max(tx, &cost)
		   ? NULL
		   : "it would cost more than there can be";
}

const char *
evm_tx_fault(const struct evm_tx *tx)
{
	bool is_dynamic = tx->type == EVM_TX_DYNAMIC_FEE;

	if (tx->chain_id == 0) {
		return "the chain's id is missing: any chain would take it";
	}
	if (tx->chain_id > CHAIN_ID_MAX) {
		return "the chain's id is too large";
	}
	if (tx->nonce == UINT64_MAX) {
		return "the nonce is too large";
	}
	if (is_dynamic ? !evm_u256_is_zero(&tx->gas_price)
		       : !evm_u256_is_zero(&tx->fee_max) ||
			     !evm_u256_is_zero(&tx->tip_max)) {
		return "a fee belongs to another type of transaction";
	}
	if (money_fault(tx) != NULL) {
		return money_fault(tx);
	}
	if (tx->to == NULL && tx->data.len == 0) {
		return "neither a receiver nor a contract to create";
	}
	if (tx->data.len > EVM_TX_SIZE_MAX) {
		return "the data is too large";
	}
	return accesses_fault(tx);
}

/* ---- writing ---- */

static void
put_accesses(const struct evm_tx *tx, struct stoa_buf *b)
{
	size_t all = evm_rlp_begin(b);

	for (size_t i = 0; i < tx->access_count; i++) {
		const struct evm_access *access = &tx->accesses[i];
		size_t one = evm_rlp_begin(b), keys;

		evm_rlp_bytes(b, evm_address_str(&access->address));
		keys = evm_rlp_begin(b);
		for (size_t j = 0; j < access->key_count; j++) {
			evm_rlp_bytes(b, stoa_hash_str(&access->keys[j]));
		}
		evm_rlp_end(b, keys);
		evm_rlp_end(b, one);
	}
	evm_rlp_end(b, all);
}

/* The fields that a signature follows. */
static void
put_fields(const struct evm_tx *tx, struct stoa_buf *b)
{
	if (tx->type != EVM_TX_LEGACY) {
		evm_rlp_u64(b, tx->chain_id);
	}
	evm_rlp_u64(b, tx->nonce);
	if (tx->type == EVM_TX_DYNAMIC_FEE) {
		evm_rlp_u256(b, &tx->tip_max);
		evm_rlp_u256(b, &tx->fee_max);
	} else {
		evm_rlp_u256(b, &tx->gas_price);
	}
	evm_rlp_u64(b, tx->gas_limit);
	evm_rlp_bytes(
	    b, tx->to == NULL ? STOA_STR("") : evm_address_str(tx->to));
	evm_rlp_u256(b, &tx->value);
	evm_rlp_bytes(b, tx->data);
	if (tx->type != EVM_TX_LEGACY) {
		put_accesses(tx, b);
	}
}

static size_t
begin(const struct evm_tx *tx, struct stoa_buf *b)
{
	if (tx->type != EVM_TX_LEGACY) {
		stoa_buf_add_byte(b, (uint8_t)tx->type);
	}
	return evm_rlp_begin(b);
}

void
evm_tx_payload(const struct evm_tx *tx, struct stoa_buf *b)
{
	size_t begun = begin(tx, b);

	put_fields(tx, b);
	if (tx->type == EVM_TX_LEGACY && tx->chain_id != 0) {
		evm_rlp_u64(b, tx->chain_id); /* EIP-155 */
		evm_rlp_u64(b, 0);
		evm_rlp_u64(b, 0);
	}
	evm_rlp_end(b, begun);
}

static uint64_t
v_of(const struct evm_tx *tx, const struct evm_signature *signature)
{
	uint64_t odd = signature->is_odd ? 1 : 0;

	if (tx->type != EVM_TX_LEGACY) {
		return odd;
	}
	return odd + (tx->chain_id == 0 ? 27 : 2 * tx->chain_id + 35);
}

void
evm_tx_encode(const struct evm_tx *tx, const struct evm_signature *signature,
    struct stoa_buf *b)
{
	size_t begun = begin(tx, b);
	struct evm_u256 r =
	    evm_u256_of_bytes(stoa_str_of_bytes(signature->r, 32));
	struct evm_u256 s =
	    evm_u256_of_bytes(stoa_str_of_bytes(signature->s, 32));

	put_fields(tx, b);
	evm_rlp_u64(b, v_of(tx, signature));
	evm_rlp_u256(b, &r);
	evm_rlp_u256(b, &s);
	evm_rlp_end(b, begun);
}

static struct stoa_hash
hash_from(const struct stoa_buf *b, size_t start)
{
	return evm_keccak256(stoa_str_from(stoa_buf_str(b), start));
}

enum stoa_status
evm_tx_sign(const struct evm_curve *curve, const struct evm_key *key,
    const struct evm_tx *tx, struct stoa_buf *b, struct stoa_hash *ret_hash)
{
	size_t start = b->len;
	struct evm_signature signature;
	struct stoa_hash hash;

	if (evm_tx_fault(tx) != NULL) {
		return STOA_INVALID;
	}
	evm_tx_payload(tx, b);
	if (b->is_overflown) {
		return STOA_TOO_LARGE;
	}
	hash = hash_from(b, start);
	signature = evm_key_sign(curve, key, &hash);
	b->len = start;
	evm_tx_encode(tx, &signature, b);
	if (b->is_overflown || b->len - start > EVM_TX_SIZE_MAX) {
		return STOA_TOO_LARGE;
	}
	*ret_hash = hash_from(b, start);
	return STOA_OK;
}

/* ---- reading ---- */

static enum stoa_status
read_keys(struct stoa_str content, struct stoa_arena *arena,
    struct evm_access *access)
{
	struct stoa_hash *keys;
	size_t count;

	if (evm_rlp_count(content, &count) != STOA_OK) {
		return STOA_INVALID;
	}
	if (count > EVM_ACCESS_KEYS_MAX) {
		return STOA_TOO_LARGE;
	}
	keys = stoa_arena_alloc_array(arena, count, sizeof(*keys));
	if (keys == NULL && count > 0) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		struct stoa_str bytes;

		if (evm_rlp_cut_bytes(&content, &bytes) != STOA_OK ||
		    bytes.len != STOA_HASH_SIZE) {
			return STOA_INVALID;
		}
		memcpy(keys[i].bytes, bytes.data, STOA_HASH_SIZE);
	}
	access->keys = keys;
	access->key_count = count;
	return STOA_OK;
}

static enum stoa_status
read_access(struct stoa_str content, struct stoa_arena *arena,
    struct evm_access *access)
{
	struct stoa_str address, keys;

	if (evm_rlp_cut_bytes(&content, &address) != STOA_OK ||
	    evm_rlp_cut_list(&content, &keys) != STOA_OK || content.len > 0 ||
	    address.len != EVM_ADDRESS_SIZE) {
		return STOA_INVALID;
	}
	memcpy(access->address.bytes, address.data, EVM_ADDRESS_SIZE);
	return read_keys(keys, arena, access);
}

static enum stoa_status
read_accesses(
    struct stoa_str content, struct stoa_arena *arena, struct evm_tx *tx)
{
	struct evm_access *accesses;
	size_t count;

	if (evm_rlp_count(content, &count) != STOA_OK) {
		return STOA_INVALID;
	}
	if (count > EVM_ACCESS_ADDRESSES_MAX) {
		return STOA_TOO_LARGE;
	}
	accesses = stoa_arena_alloc_array(arena, count, sizeof(*accesses));
	if (accesses == NULL && count > 0) {
		return STOA_NO_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		struct stoa_str one;
		enum stoa_status status = evm_rlp_cut_list(&content, &one);

		if (status == STOA_OK) {
			status = read_access(one, arena, &accesses[i]);
		}
		if (status != STOA_OK) {
			return status;
		}
	}
	tx->accesses = accesses;
	tx->access_count = count;
	return STOA_OK;
}

static enum stoa_status
read_to(struct stoa_str *rest, struct stoa_arena *arena, struct evm_tx *tx)
{
	struct stoa_str bytes;

	if (evm_rlp_cut_bytes(rest, &bytes) != STOA_OK ||
	    (bytes.len != 0 && bytes.len != EVM_ADDRESS_SIZE)) {
		return STOA_INVALID;
	}
	if (bytes.len > 0) {
		tx->to = stoa_arena_dup(arena, bytes.data, bytes.len);
		return tx->to == NULL ? STOA_NO_MEMORY : STOA_OK;
	}
	return STOA_OK;
}

static enum stoa_status
read_fields(struct stoa_str *rest, struct stoa_arena *arena, struct evm_tx *tx)
{
	bool is_dynamic = tx->type == EVM_TX_DYNAMIC_FEE;
	enum stoa_status status;
	struct stoa_str list;

	if ((tx->type != EVM_TX_LEGACY &&
		evm_rlp_cut_u64(rest, &tx->chain_id) != STOA_OK) ||
	    evm_rlp_cut_u64(rest, &tx->nonce) != STOA_OK ||
	    (is_dynamic && evm_rlp_cut_u256(rest, &tx->tip_max) != STOA_OK) ||
	    evm_rlp_cut_u256(
		rest, is_dynamic ? &tx->fee_max : &tx->gas_price) != STOA_OK ||
	    evm_rlp_cut_u64(rest, &tx->gas_limit) != STOA_OK) {
		return STOA_INVALID;
	}
	status = read_to(rest, arena, tx);
	if (status != STOA_OK) {
		return status;
	}
	if (evm_rlp_cut_u256(rest, &tx->value) != STOA_OK ||
	    evm_rlp_cut_bytes(rest, &tx->data) != STOA_OK) {
		return STOA_INVALID;
	}
	if (tx->type == EVM_TX_LEGACY) {
		return STOA_OK;
	}
	if (evm_rlp_cut_list(rest, &list) != STOA_OK) {
		return STOA_INVALID;
	}
	return read_accesses(list, arena, tx);
}

static enum stoa_status
read_v(uint64_t v, struct evm_tx_signed *s)
{
	if (s->tx.type != EVM_TX_LEGACY) {
		s->signature.is_odd = v == 1;
		return v <= 1 && s->tx.chain_id != 0 ? STOA_OK : STOA_INVALID;
	}
	if (v == 27 || v == 28) {
		s->signature.is_odd = v == 28;
		return STOA_OK;
	}
	if (v < 37) { /* 35 and 36 would be chain 0 */
		return STOA_INVALID;
	}
	s->tx.chain_id = (v - 35) / 2;
	s->signature.is_odd = (v - 35) % 2 == 1;
	return STOA_OK;
}

static enum stoa_status
read_signature(struct stoa_str *rest, struct evm_tx_signed *s)
{
	struct evm_u256 r, ss;
	uint64_t v;

	if (evm_rlp_cut_u64(rest, &v) != STOA_OK ||
	    evm_rlp_cut_u256(rest, &r) != STOA_OK ||
	    evm_rlp_cut_u256(rest, &ss) != STOA_OK || rest->len > 0) {
		return STOA_INVALID;
	}
	evm_u256_to_bytes(&r, s->signature.r);
	evm_u256_to_bytes(&ss, s->signature.s);
	return read_v(v, s);
}

static enum stoa_status
read_type(struct stoa_str *raw, enum evm_tx_type *ret_type)
{
	uint8_t first;

	if (raw->len == 0) {
		return STOA_INVALID;
	}
	first = (uint8_t)raw->data[0];
	if (first >= 0xc0) { /* a list begins: EIP-2718 */
		*ret_type = EVM_TX_LEGACY;
		return STOA_OK;
	}
	if (first != EVM_TX_ACCESS_LIST && first != EVM_TX_DYNAMIC_FEE) {
		return first >= 0x80 ? STOA_INVALID : STOA_UNSUPPORTED;
	}
	*ret_type = (enum evm_tx_type)first;
	*raw = stoa_str_from(*raw, 1);
	return STOA_OK;
}

enum stoa_status
evm_tx_decode(struct stoa_str raw, struct stoa_arena *arena,
    struct evm_tx_signed *ret_signed)
{
	struct evm_tx_signed s = {.hash = evm_keccak256(raw)};
	struct stoa_str rest = raw, fields;
	struct stoa_buf payload;
	struct stoa_hash hash;
	enum stoa_status status = read_type(&rest, &s.tx.type);

	if (raw.len > EVM_TX_SIZE_MAX) {
		return STOA_TOO_LARGE;
	}
	if (status != STOA_OK) {
		return status;
	}
	if (evm_rlp_cut_list(&rest, &fields) != STOA_OK || rest.len > 0) {
		return STOA_INVALID;
	}
	status = read_fields(&fields, arena, &s.tx);
	if (status == STOA_OK) {
		status = read_signature(&fields, &s);
	}
	if (status == STOA_OK &&
	    (s.tx.nonce == UINT64_MAX || money_fault(&s.tx) != NULL)) {
		status = STOA_INVALID;
	}
	if (status != STOA_OK) {
		return status;
	}
	stoa_buf_init(&payload, raw.len + 64);
	evm_tx_payload(&s.tx, &payload);
	if (payload.is_overflown) {
		stoa_buf_fini(&payload);
		return STOA_NO_MEMORY;
	}
	hash = evm_keccak256(stoa_buf_str(&payload));
	stoa_buf_fini(&payload);
	status = evm_signature_recover(&s.signature, &hash, &s.sender);
	if (status == STOA_OK) {
		*ret_signed = s;
	}
	return status;
}
