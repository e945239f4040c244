/* fuzz_evm_answer.c - any bytes as a node's answer: what is taken for a block
 * or for logs keeps within its bounds, and looking at it twice says the same.
 */
#include "chain/evm_block.h"
#include "chain/evm_rpc.h"
#include "chain/fees.h"
#include "chain/index_filter.h"

#include <stdint.h>

#define LOGS_MAX 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look_at_logs(struct stoa_json json, struct stoa_arena *arena)
{
	struct evm_block block = {.has_bloom = true};
	struct evm_log *logs;
	size_t count;
	const char *fault = "";

	if (evm_logs_read(json, LOGS_MAX, arena, &logs, &count, &fault) !=
	    STOA_OK) {
		return;
	}
	stoa_assert(count <= LOGS_MAX);
	for (size_t i = 0; i < count; i++) {
		stoa_assert(logs[i].topic_count <= EVM_LOG_TOPICS_MAX);
		stoa_assert(evm_log_is_same(&logs[i], &logs[i]));
		stoa_assert(
		    evm_log_digest(&logs[i]) == evm_log_digest(&logs[i]));
		evm_bloom_add(block.bloom, evm_address_str(&logs[i].address));
		for (uint32_t n = 0; n < logs[i].topic_count; n++) {
			evm_bloom_add(
			    block.bloom, stoa_hash_str(&logs[i].topics[n]));
		}
	}
	for (size_t i = 0; i < count; i++) {
		stoa_assert(evm_block_may_have(&block, &logs[i]));
	}
	stoa_assert(evm_logs_compare(&block, logs, count, logs, count) ==
		    EVM_LOGS_SAME);
	stoa_assert(count == 0 || evm_logs_compare(&block, logs, count, NULL,
				      0) == EVM_LOGS_FIRST);
}

static void
look_at_block(struct stoa_json json)
{
	struct evm_block block, again;
	const char *fault = NULL;
	enum stoa_status status = evm_block_read(json, &block, &fault);

	stoa_assert(status != STOA_INVALID || fault != NULL);
	if (status == STOA_OK) {
		stoa_assert(evm_block_read(json, &again, &fault) == STOA_OK);
		stoa_assert(again.number == block.number);
		stoa_assert(again.is_proven == block.is_proven);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evm_rpc_answer answer;
	struct evm_fees_market market;
	struct stoa_arena arena;
	struct stoa_str body = stoa_str_of_bytes(data, size);
	const char *fault = NULL;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (evm_rpc_read(body, 1, &arena, &answer, &fault) != STOA_OK) {
		stoa_assert(fault != NULL || arena.is_overflown);
	} else if (answer.kind == EVM_RPC_RESULT) {
		stoa_assert(!stoa_json_is_absent(answer.result));
		(void)evm_rpc_is_same(answer.result, answer.result);
		look_at_block(answer.result);
		look_at_logs(answer.result, &arena);
		if (evm_fees_read(answer.result, answer.result, &market,
			&fault) != STOA_OK) {
			stoa_assert(fault != NULL);
		}
	} else {
		(void)evm_rpc_is_known(answer.message);
		(void)evm_rpc_is_nonce_used(answer.message);
	}
	stoa_arena_fini(&arena);
	return 0;
}
