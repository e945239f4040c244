/* evm_receipt.c - see evm_receipt.h. */
#include "chain/evm_receipt.h"

#include "base/encode.h"
#include "chain/evm_block.h"
#include "chain/evm_u256.h"

bool
evm_quantity_read(
    struct stoa_json json, struct stoa_arena *arena, uint64_t *ret_number)
{
	struct stoa_str text;
	struct evm_u256 number;

	return !stoa_json_is_absent(json) &&
	       stoa_json_to_str(json, arena, &text) &&
	       evm_u256_parse_quantity(text, &number) &&
	       evm_u256_to_u64(&number, ret_number);
}

static bool
hash_read(
    struct stoa_json json, struct stoa_arena *arena, struct stoa_hash *ret_hash)
{
	struct stoa_str text;
	struct stoa_buf bytes;
	bool ok;

	if (stoa_json_is_absent(json) ||
	    !stoa_json_to_str(json, arena, &text) || text.len < 2 ||
	    memcmp(text.data, "0x", 2) != 0) {
		return false;
	}
	stoa_buf_init(&bytes, STOA_HASH_SIZE);
	ok = stoa_hex_decode(&bytes, stoa_str_from(text, 2)) &&
	     bytes.len == STOA_HASH_SIZE;
	if (ok) {
		memcpy(ret_hash->bytes, bytes.data, STOA_HASH_SIZE);
	}
	stoa_buf_fini(&bytes);
	return ok;
}

enum stoa_status
evm_receipt_read(struct stoa_json json, size_t logs_max,
    struct stoa_arena *arena, struct evm_receipt *ret_receipt,
    const char **ret_fault)
{
	enum {
		HASH,
		BLOCK,
		BLOCK_HASH,
		STATUS,
		GAS,
		LOGS,
		COUNT
	};
	const struct stoa_str names[COUNT] = {STOA_STR("transactionHash"),
	    STOA_STR("blockNumber"), STOA_STR("blockHash"), STOA_STR("status"),
	    STOA_STR("gasUsed"), STOA_STR("logs")};
	struct stoa_json members[COUNT];
	struct evm_receipt r = {0};
	uint64_t succeeded = 0;

	if (stoa_json_type(json) == STOA_JSON_NULL) {
		return STOA_NOT_FOUND;
	}
	*ret_fault = "a receipt";
	if (stoa_json_type(json) != STOA_JSON_OBJECT) {
		return STOA_INVALID;
	}
	(void)stoa_json_pick(json, names, COUNT, members);
	if (!hash_read(members[HASH], arena, &r.transaction) ||
	    !hash_read(members[BLOCK_HASH], arena, &r.block_hash)) {
		*ret_fault = "transactionHash or blockHash";
		return STOA_INVALID;
	}
	if (!evm_quantity_read(members[BLOCK], arena, &r.block) ||
	    !evm_quantity_read(members[STATUS], arena, &succeeded) ||
	    !evm_quantity_read(members[GAS], arena, &r.gas_used) ||
	    succeeded > 1) {
		*ret_fault = "blockNumber, status or gasUsed";
		return STOA_INVALID;
	}
	r.is_reverted = succeeded == 0;
	*ret_receipt = r;
	return evm_logs_read(members[LOGS], logs_max, arena, &ret_receipt->logs,
	    &ret_receipt->log_count, ret_fault);
}
