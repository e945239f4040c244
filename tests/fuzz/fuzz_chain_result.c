/* fuzz_chain_result.c - a byte that says which contract and event, then topics
 * and data of a log that claims to be it: what is taken fills fields of the
 * sizes that they have, and memory stays within what the log bounds. And the
 * bytes as a refusal. */
#include "chain/results.h"

#include "base/check.h"
#include "chain/abi_tables.h"
#include "chain/evm_keccak.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chain_manifest
made_up(void)
{
	struct chain_manifest m = {.chain_id = 1};

	for (unsigned i = 0; i < CHAIN_CONTRACTS; i++) {
		memset(
		    m.contracts[i].address.bytes, (int)i + 1, EVM_ADDRESS_SIZE);
	}
	return m;
}

static void
check_size(ProtobufCBinaryData field, size_t size)
{
	stoa_assert(field.len == 0 || field.len == size);
}

static void
log_of(struct evm_log *log, struct stoa_str bytes)
{
	const struct abi_event *event =
	    &abi_events[(uint8_t)bytes.data[0] % abi_event_count];

	memset(
	    log->address.bytes, (uint8_t)bytes.data[1] % 8, EVM_ADDRESS_SIZE);
	log->topics[0] = evm_keccak256(stoa_str_of(event->signature));
	log->topic_count = (uint8_t)bytes.data[2] % 5;
	bytes = stoa_str_from(bytes, 3);
	for (size_t i = 1; i < EVM_LOG_TOPICS_MAX; i++) {
		if (bytes.len >= STOA_HASH_SIZE) {
			memcpy(
			    log->topics[i].bytes, bytes.data, STOA_HASH_SIZE);
			bytes = stoa_str_from(bytes, STOA_HASH_SIZE);
		}
	}
	log->data = bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chain_manifest m = made_up();
	struct evm_log log = {.topic_count = 0};
	Stoa__Chain__Result r;
	struct stoa_arena arena;
	struct stoa_buf words;

	if (size < 3 || size > 8192) {
		return 0;
	}
	log_of(&log, stoa_str_of_bytes(data, size));
	stoa_arena_init(&arena, NULL, 0, (size_t)256 * 1024);
	stoa_buf_init(&words, 1 << 16);
	if (chain_result_read(&m, &log, 1, &arena, &r) == STOA_OK) {
		check_size(r.token, 32);
		check_size(r.listing, 32);
		check_size(r.splitter, 20);
		check_size(r.paid_wei, 32);
		stoa_assert(r.starts_s >= 0);
		stoa_assert(r.ends_s >= 0);
		stoa_assert(strchr(r.listing_refused, '\n') == NULL);
	}
	stoa_assert(!arena.is_overflown);
	chain_revert_print(stoa_str_of_bytes(data, size), &words);
	stoa_assert(words.len > 0);
	stoa_buf_fini(&words);
	stoa_arena_fini(&arena);
	return 0;
}
