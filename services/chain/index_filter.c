/* index_filter.c - see index_filter.h. */
#include "chain/index_filter.h"

#include "chain/evm_keccak.h"

#include "base/encode.h"

#include <stdlib.h>
#include <string.h>

static void *
copy_of(const void *items, size_t count, size_t size)
{
	void *copy = calloc(count + 1, size);

	if (copy != NULL && count > 0) {
		memcpy(copy, items, count * size);
	}
	return copy;
}

enum stoa_status
evm_filter_init(struct evm_filter *f, const struct evm_address *addresses,
    size_t address_count, const struct stoa_hash *topics, size_t topic_count)
{
	*f = (struct evm_filter){
	    .addresses = copy_of(addresses, address_count, sizeof(*addresses)),
	    .address_count = address_count,
	    .topics = copy_of(topics, topic_count, sizeof(*topics)),
	    .topic_count = topic_count,
	};
	if (f->addresses == NULL || f->topics == NULL) {
		evm_filter_fini(f);
		return STOA_NO_MEMORY;
	}
	return STOA_OK;
}

void
evm_filter_fini(struct evm_filter *f)
{
	free(f->addresses);
	free(f->topics);
	f->addresses = NULL;
	f->topics = NULL;
}

void
evm_filter_write(const struct evm_filter *f, struct stoa_buf *b)
{
	stoa_buf_add_text(b, "\"address\":[");
	for (size_t i = 0; i < f->address_count; i++) {
		stoa_buf_add_text(b, i == 0 ? "\"0x" : ",\"0x");
		stoa_hex_encode(b, evm_address_str(&f->addresses[i]));
		stoa_buf_add_text(b, "\"");
	}
	stoa_buf_add_text(b, "],\"topics\":[");
	for (size_t i = 0; i < f->topic_count; i++) {
		stoa_buf_add_text(b, i == 0 ? "[\"0x" : ",\"0x");
		stoa_hex_encode(b, stoa_hash_str(&f->topics[i]));
		stoa_buf_add_text(b, "\"");
	}
	stoa_buf_add_text(b, f->topic_count == 0 ? "]" : "]]");
}

static bool
has_address(const struct evm_filter *f, const struct evm_address *address)
{
	for (size_t i = 0; i < f->address_count; i++) {
		if (evm_address_is_equal(&f->addresses[i], address)) {
			return true;
		}
	}
	return false;
}

bool
evm_filter_is_match(const struct evm_filter *f, const struct evm_log *log)
{
	bool has_topic = f->topic_count == 0;

	for (size_t i = 0; i < f->topic_count && log->topic_count > 0; i++) {
		has_topic |= memcmp(f->topics[i].bytes, log->topics[0].bytes,
				 STOA_HASH_SIZE) == 0;
	}
	return has_topic && has_address(f, &log->address);
}

const char *
evm_filter_fault(const struct evm_filter *f, const struct evm_log *logs,
    size_t count, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < count; i++) {
		if (logs[i].block < first || logs[i].block > last) {
			return "a log of a block that was not asked for";
		}
		if (!evm_filter_is_match(f, &logs[i])) {
			return "a log that was not asked for";
		}
	}
	return NULL;
}

/* ---- what the header says ---- */

/* NULL topic: any. */
static bool
is_among(const struct evm_log *logs, size_t count,
    const struct evm_address *address, const struct stoa_hash *topic)
{
	for (size_t i = 0; i < count; i++) {
		if (evm_address_is_equal(&logs[i].address, address) &&
		    (topic == NULL ||
			(logs[i].topic_count > 0 &&
			    memcmp(logs[i].topics[0].bytes, topic->bytes,
				STOA_HASH_SIZE) == 0))) {
			return true;
		}
	}
	return false;
}

static bool
is_topic_doubtful(const struct evm_filter *f, const struct evm_block *block,
    const struct stoa_hash *topic, const struct evm_log *logs, size_t count)
{
	if (topic != NULL &&
	    !evm_bloom_may_have(block->bloom, stoa_hash_str(topic))) {
		return false;
	}
	for (size_t i = 0; i < f->address_count; i++) {
		const struct evm_address *address = &f->addresses[i];

		if (!is_among(logs, count, address, topic) &&
		    evm_bloom_may_have(
			block->bloom, evm_address_str(address))) {
			return true;
		}
	}
	return false;
}

bool
evm_filter_is_doubtful(const struct evm_filter *f,
    const struct evm_block *block, const struct evm_log *logs, size_t count)
{
	if (!block->has_bloom) {
		return false;
	}
	if (f->topic_count == 0) {
		return is_topic_doubtful(f, block, NULL, logs, count);
	}
	for (size_t i = 0; i < f->topic_count; i++) {
		if (is_topic_doubtful(f, block, &f->topics[i], logs, count)) {
			return true;
		}
	}
	return false;
}

bool
evm_block_may_have(const struct evm_block *block, const struct evm_log *log)
{
	if (!block->has_bloom) {
		return true;
	}
	for (uint32_t i = 0; i < log->topic_count; i++) {
		if (!evm_bloom_may_have(
			block->bloom, stoa_hash_str(&log->topics[i]))) {
			return false;
		}
	}
	return evm_bloom_may_have(block->bloom, evm_address_str(&log->address));
}

/* ---- lists ---- */

bool
evm_log_is_same(const struct evm_log *a, const struct evm_log *b)
{
	return a->block == b->block && a->index == b->index &&
	       a->topic_count == b->topic_count &&
	       memcmp(a->block_hash.bytes, b->block_hash.bytes,
		   STOA_HASH_SIZE) == 0 &&
	       memcmp(a->transaction.bytes, b->transaction.bytes,
		   STOA_HASH_SIZE) == 0 &&
	       memcmp(a->topics, b->topics,
		   a->topic_count * sizeof(a->topics[0])) == 0 &&
	       evm_address_is_equal(&a->address, &b->address) &&
	       stoa_str_is_equal(a->data, b->data);
}

/* Logs that only one list has. */
struct extra {
	bool is_possible, is_impossible;
};

static void
count_extra(const struct evm_block *block, const struct evm_log *log,
    struct extra *extra)
{
	if (evm_block_may_have(block, log)) {
		extra->is_possible = true;
	} else {
		extra->is_impossible = true;
	}
}

enum evm_logs_verdict
evm_logs_compare(const struct evm_block *block, const struct evm_log *a,
    size_t a_count, const struct evm_log *b, size_t b_count)
{
	struct extra of_a = {false, false}, of_b = {false, false};
	bool is_a_whole, is_b_whole;
	size_t i = 0, j = 0;

	while (i < a_count || j < b_count) {
		if (i < a_count && j < b_count &&
		    evm_log_is_same(&a[i], &b[j])) {
			i++;
			j++;
		} else if (j == b_count ||
			   (i < a_count && a[i].index <= b[j].index)) {
			count_extra(block, &a[i++], &of_a);
		} else {
			count_extra(block, &b[j++], &of_b);
		}
	}
	/* Lacks nothing that there may be, and has nothing that cannot be. */
	is_a_whole = !of_b.is_possible && !of_a.is_impossible;
	is_b_whole = !of_a.is_possible && !of_b.is_impossible;
	if (is_a_whole && is_b_whole) {
		return EVM_LOGS_SAME;
	}
	return is_a_whole   ? EVM_LOGS_FIRST
	       : is_b_whole ? EVM_LOGS_SECOND
			    : EVM_LOGS_UNCLEAR;
}

static void
put_number(struct evm_keccak *keccak, uint64_t number)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(number >> (8 * i));
	}
	evm_keccak_add(keccak, stoa_str_of_bytes(bytes, sizeof(bytes)));
}

uint64_t
evm_log_digest(const struct evm_log *log)
{
	struct evm_keccak keccak;
	struct stoa_hash hash;
	uint64_t digest;

	evm_keccak_init(&keccak);
	put_number(&keccak, log->block);
	put_number(&keccak, log->index);
	put_number(&keccak, log->topic_count);
	evm_keccak_add(&keccak, stoa_hash_str(&log->block_hash));
	evm_keccak_add(&keccak, stoa_hash_str(&log->transaction));
	evm_keccak_add(&keccak, evm_address_str(&log->address));
	for (uint32_t i = 0; i < log->topic_count; i++) {
		evm_keccak_add(&keccak, stoa_hash_str(&log->topics[i]));
	}
	evm_keccak_add(&keccak, log->data);
	hash = evm_keccak_end(&keccak);
	memcpy(&digest, hash.bytes, sizeof(digest));
	return digest;
}
