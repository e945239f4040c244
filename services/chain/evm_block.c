/* evm_block.c - see evm_block.h. */
#include "chain/evm_block.h"

#include "chain/evm_keccak.h"
#include "chain/evm_rlp.h"

#include <string.h>

/* A header has 600 bytes, and what a chain's own consensus puts into it. */
#define HEADER_SIZE_MAX ((size_t)64 * 1024)

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The digits of a string "0x...": read where they lie, since logs come by the
 * ten thousand. No digit needs an escape, so one with escapes is refused. */
static bool
digits_of(struct stoa_json json, struct stoa_str *ret_digits)
{
	struct stoa_str text = json.text;

	if (stoa_json_is_absent(json) || text.len < 4 || text.data[0] != '"' ||
	    text.data[1] != '0' || text.data[2] != 'x') {
		return false;
	}
	*ret_digits = stoa_str_of_bytes(text.data + 3, text.len - 4);
	return true;
}

static bool
bytes_of_digits(struct stoa_str digits, uint8_t *ret_bytes)
{
	int wrong = 0;

	if (digits.len % 2 != 0) {
		return false;
	}
	for (size_t i = 0; i < digits.len / 2; i++) {
		int high = digit_of(digits.data[2 * i]);
		int low = digit_of(digits.data[2 * i + 1]);

		wrong |= high | low;
		ret_bytes[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
	}
	return wrong >= 0;
}

static bool
read_bytes(struct stoa_json json, uint8_t *ret_bytes, size_t size)
{
	struct stoa_str digits;

	return digits_of(json, &digits) && digits.len == 2 * size &&
	       bytes_of_digits(digits, ret_bytes);
}

static bool
read_hash(struct stoa_json json, struct stoa_hash *ret_hash)
{
	return read_bytes(json, ret_hash->bytes, STOA_HASH_SIZE);
}

static bool
read_number(struct stoa_json json, uint64_t *ret_number)
{
	struct stoa_str digits;
	uint64_t number = 0;

	if (!digits_of(json, &digits) || digits.len == 0 || digits.len > 16) {
		return false;
	}
	for (size_t i = 0; i < digits.len; i++) {
		int digit = digit_of(digits.data[i]);

		if (digit < 0) {
			return false;
		}
		number = number << 4 | (unsigned)digit;
	}
	*ret_number = number;
	return true;
}

/* ---- headers ---- */

/* The bytes of a header's member; numbers without leading zeros. */
static bool
put_member(struct stoa_json json, bool is_number, struct stoa_buf *b)
{
	struct stoa_str digits;
	uint8_t *bytes;
	struct stoa_buf content;
	int digit = 0;
	bool is_read;

	if (!digits_of(json, &digits)) {
		return false;
	}
	stoa_buf_init(&content, HEADER_SIZE_MAX);
	if (is_number && digits.len % 2 != 0) {
		digit = digit_of(digits.data[0]);
		stoa_buf_add_byte(&content, (uint8_t)(digit & 15));
		digits = stoa_str_from(digits, 1);
	}
	bytes = stoa_buf_reserve(&content, digits.len / 2 + 1);
	is_read = bytes != NULL && digit >= 0 && bytes_of_digits(digits, bytes);
	if (is_read) {
		struct stoa_str all;

		stoa_buf_grow(&content, digits.len / 2);
		all = stoa_buf_str(&content);
		while (is_number && all.len > 0 && all.data[0] == 0) {
			all = stoa_str_from(all, 1);
		}
		evm_rlp_bytes(b, all);
	}
	stoa_buf_fini(&content);
	return is_read;
}

static bool
is_hash_of_header(struct stoa_json json, const struct stoa_hash *hash)
{
	static const struct {
		struct stoa_str name;
		bool is_number, is_optional;
	} members[] = {
	    {{"parentHash", 10}, false, false},
	    {{"sha3Uncles", 10}, false, false},
	    {{"miner", 5}, false, false},
	    {{"stateRoot", 9}, false, false},
	    {{"transactionsRoot", 16}, false, false},
	    {{"receiptsRoot", 12}, false, false},
	    {{"logsBloom", 9}, false, false},
	    {{"difficulty", 10}, true, false},
	    {{"number", 6}, true, false},
	    {{"gasLimit", 8}, true, false},
	    {{"gasUsed", 7}, true, false},
	    {{"timestamp", 9}, true, false},
	    {{"extraData", 9}, false, false},
	    {{"mixHash", 7}, false, false},
	    {{"nonce", 5}, false, false},
	    {{"baseFeePerGas", 13}, true, true},
	    {{"withdrawalsRoot", 15}, false, true},
	    {{"blobGasUsed", 11}, true, true},
	    {{"excessBlobGas", 13}, true, true},
	    {{"parentBeaconBlockRoot", 21}, false, true},
	    {{"requestsHash", 12}, false, true},
	};
	struct stoa_str names[STOA_COUNT(members)];
	struct stoa_json values[STOA_COUNT(members)];
	struct stoa_buf b;
	struct stoa_hash own;
	size_t begun;
	bool is_whole = true;

	for (size_t i = 0; i < STOA_COUNT(members); i++) {
		names[i] = members[i].name;
	}
	(void)stoa_json_pick(json, names, STOA_COUNT(members), values);
	stoa_buf_init(&b, HEADER_SIZE_MAX + 1024);
	begun = evm_rlp_begin(&b);
	for (size_t i = 0; i < STOA_COUNT(members) && is_whole; i++) {
		bool is_absent = stoa_json_is_absent(values[i]) ||
				 stoa_json_type(values[i]) == STOA_JSON_NULL;

		if (is_absent && members[i].is_optional) {
			break;
		}
		is_whole = put_member(values[i], members[i].is_number, &b);
	}
	evm_rlp_end(&b, begun);
	own = evm_keccak256(stoa_buf_str(&b));
	is_whole = is_whole && !b.is_overflown &&
		   memcmp(own.bytes, hash->bytes, STOA_HASH_SIZE) == 0;
	stoa_buf_fini(&b);
	return is_whole;
}

enum block_member {
	NUMBER,
	HASH,
	PARENT,
	TIME,
	BASE_FEE,
	BLOOM,
	BLOCK_MEMBERS,
};

enum stoa_status
evm_block_read(
    struct stoa_json json, struct evm_block *ret_block, const char **ret_fault)
{
	static const struct stoa_str names[BLOCK_MEMBERS] = {{"number", 6},
	    {"hash", 4}, {"parentHash", 10}, {"timestamp", 9},
	    {"baseFeePerGas", 13}, {"logsBloom", 9}};
	struct stoa_json m[BLOCK_MEMBERS];
	struct evm_block block = {.number = 0};
	uint64_t time_s = 0;
	const char *fault = NULL;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) == STOA_JSON_NULL) {
		return STOA_NOT_FOUND;
	}
	(void)stoa_json_pick(json, names, BLOCK_MEMBERS, m);
	if (!read_number(m[NUMBER], &block.number)) {
		fault = "a block without a number";
	} else if (!read_hash(m[HASH], &block.hash)) {
		fault = "a block without a hash";
	} else if (!read_hash(m[PARENT], &block.parent)) {
		fault = "a block without a parent";
	} else if (!read_number(m[TIME], &time_s) || time_s > INT64_MAX) {
		fault = "a block without a time";
	} else if (!stoa_json_is_absent(m[BASE_FEE]) &&
		   stoa_json_type(m[BASE_FEE]) != STOA_JSON_NULL &&
		   !read_number(m[BASE_FEE], &block.base_fee_wei)) {
		fault = "a block whose base fee is no number of 64 bits";
	}
	if (fault != NULL) {
		*ret_fault = fault;
		return STOA_INVALID;
	}
	block.time_s = (int64_t)time_s;
	block.has_bloom = read_bytes(m[BLOOM], block.bloom, EVM_BLOOM_SIZE);
	block.is_proven = is_hash_of_header(json, &block.hash);
	*ret_block = block;
	return STOA_OK;
}

/* ---- logs ---- */

enum log_member {
	ADDRESS,
	TOPICS,
	DATA,
	LOG_BLOCK,
	BLOCK_HASH,
	TRANSACTION,
	LOG_INDEX,
	REMOVED,
	LOG_MEMBERS,
};

static bool
read_topics(struct stoa_json json, struct evm_log *log)
{
	struct stoa_json_iter it;
	struct stoa_json_member topic;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_ARRAY) {
		return false;
	}
	it = stoa_json_iter(json);
	while (stoa_json_next(&it, &topic)) {
		if (log->topic_count == EVM_LOG_TOPICS_MAX ||
		    !read_hash(topic.value, &log->topics[log->topic_count])) {
			return false;
		}
		log->topic_count++;
	}
	return true;
}

static enum stoa_status
read_data(struct stoa_json json, struct stoa_arena *arena, struct stoa_str *ret)
{
	struct stoa_str digits;
	uint8_t *bytes;

	if (!digits_of(json, &digits)) {
		return STOA_INVALID;
	}
	bytes = stoa_arena_alloc(arena, digits.len / 2 + 1);
	if (bytes == NULL) {
		return STOA_NO_MEMORY;
	}
	*ret = stoa_str_of_bytes(bytes, digits.len / 2);
	return bytes_of_digits(digits, bytes) ? STOA_OK : STOA_INVALID;
}

static enum stoa_status
read_log(struct stoa_json json, struct stoa_arena *arena,
    struct evm_log *ret_log, const char **ret_fault)
{
	static const struct stoa_str names[LOG_MEMBERS] = {{"address", 7},
	    {"topics", 6}, {"data", 4}, {"blockNumber", 11}, {"blockHash", 9},
	    {"transactionHash", 15}, {"logIndex", 8}, {"removed", 7}};
	struct stoa_json m[LOG_MEMBERS];
	uint64_t index = 0;
	bool is_removed = false;
	const char *fault = NULL;
	enum stoa_status status;

	(void)stoa_json_pick(json, names, LOG_MEMBERS, m);
	if (!read_bytes(m[ADDRESS], ret_log->address.bytes, EVM_ADDRESS_SIZE)) {
		fault = "a log without an address";
	} else if (!read_topics(m[TOPICS], ret_log)) {
		fault = "a log without topics, or with too many";
	} else if (!read_number(m[LOG_BLOCK], &ret_log->block) ||
		   !read_hash(m[BLOCK_HASH], &ret_log->block_hash)) {
		fault = "a log without a block";
	} else if (!read_hash(m[TRANSACTION], &ret_log->transaction)) {
		fault = "a log without a transaction";
	} else if (!read_number(m[LOG_INDEX], &index) || index > UINT32_MAX) {
		fault = "a log without an index";
	} else if (stoa_json_to_bool(m[REMOVED], &is_removed) && is_removed) {
		fault = "a log that was removed";
	}
	ret_log->index = (uint32_t)index;
	if (fault != NULL) {
		*ret_fault = fault;
		return STOA_INVALID;
	}
	status = read_data(m[DATA], arena, &ret_log->data);
	if (status == STOA_INVALID) {
		*ret_fault = "a log whose data are no bytes";
	}
	return status;
}

static bool
is_before(const struct evm_log *a, const struct evm_log *b)
{
	return a->block != b->block ? a->block < b->block : a->index < b->index;
}

enum stoa_status
evm_logs_read(struct stoa_json json, size_t count_max, struct stoa_arena *arena,
    struct evm_log **ret_logs, size_t *ret_count, const char **ret_fault)
{
	struct stoa_json_iter it;
	struct stoa_json_member member;
	struct evm_log *logs;
	size_t count, at = 0;
	enum stoa_status status;

	if (stoa_json_is_absent(json) ||
	    stoa_json_type(json) != STOA_JSON_ARRAY) {
		*ret_fault = "no list of logs";
		return STOA_INVALID;
	}
	count = stoa_json_count(json);
	if (count > count_max) {
		return STOA_TOO_LARGE;
	}
	logs = stoa_arena_alloc_array(arena, count + 1, sizeof(*logs));
	if (logs == NULL) {
		return STOA_NO_MEMORY;
	}
	for (it = stoa_json_iter(json); stoa_json_next(&it, &member); at++) {
		status = read_log(member.value, arena, &logs[at], ret_fault);
		if (status != STOA_OK) {
			return status;
		}
		if (at > 0 && !is_before(&logs[at - 1], &logs[at])) {
			*ret_fault = "logs out of their order";
			return STOA_INVALID;
		}
	}
	*ret_logs = logs;
	*ret_count = count;
	return STOA_OK;
}

/* ---- the filter: three bits of each name's hash ---- */

static void
places_of(struct stoa_str name, unsigned ret_places[static 3])
{
	struct stoa_hash hash = evm_keccak256(name);

	for (unsigned i = 0; i < 3; i++) {
		ret_places[i] = (((unsigned)hash.bytes[2 * i] << 8) |
				    hash.bytes[2 * i + 1]) &
				2047u;
	}
}

bool
evm_bloom_may_have(
    const uint8_t bloom[static EVM_BLOOM_SIZE], struct stoa_str name)
{
	unsigned places[3];

	places_of(name, places);
	for (unsigned i = 0; i < 3; i++) {
		if ((bloom[EVM_BLOOM_SIZE - 1 - places[i] / 8] >>
			    (places[i] % 8) &
			1) == 0) {
			return false;
		}
	}
	return true;
}

void
evm_bloom_add(uint8_t bloom[static EVM_BLOOM_SIZE], struct stoa_str name)
{
	unsigned places[3];

	places_of(name, places);
	for (unsigned i = 0; i < 3; i++) {
		bloom[EVM_BLOOM_SIZE - 1 - places[i] / 8] |=
		    (uint8_t)(1u << (places[i] % 8));
	}
}
