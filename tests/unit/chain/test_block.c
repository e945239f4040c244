/* test_block.c - a block and its logs as a node gives them, and each of
 * their members missing or wrong; what a header proves and rules out. */
#include "chain/evm_block.h"
#include "chain/index_filter.h"

#include "chain/evm_keccak.h"

#include "base/encode.h"

#include "../unit.h"

#include "block_sample.h"

#define TRANSFER "Transfer(address,address,uint256)"

static struct stoa_arena arena;
static char text[16384];

static struct stoa_json
json(const char *source)
{
	struct stoa_json root = {{NULL, 0}};
	bool ok = stoa_json_parse(stoa_str_of(source), 0, &root, NULL);

	assert_true(ok);
	return root;
}

/* `source` with the first `what` made `with`. */
static struct stoa_json
changed(const char *source, const char *what, const char *with)
{
	const char *at = strstr(source, what);

	assert_non_null(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - source), source,
	    with, at + strlen(what));
	return json(text);
}

static struct evm_block
sample(void)
{
	struct evm_block block;
	const char *fault = "";

	assert_int_equal(
	    evm_block_read(json(SAMPLE_BLOCK), &block, &fault), STOA_OK);
	return block;
}

static size_t
sample_logs(struct evm_log **ret_logs)
{
	size_t count = 0;
	const char *fault = "";

	assert_int_equal(evm_logs_read(json(SAMPLE_LOGS), 10, &arena, ret_logs,
			     &count, &fault),
	    STOA_OK);
	return count;
}

static int
set_up(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

/* ---- blocks ---- */

static void
test_block_is_read(void **state)
{
	struct evm_block block = sample();
	struct stoa_buf hash;

	(void)state;
	assert_true(block.number == 3);
	assert_true(block.time_s >= 1700000000);
	assert_true(block.base_fee_wei > 0);
	assert_true(block.has_bloom);
	assert_true(block.is_proven);
	stoa_buf_init(&hash, 100);
	stoa_hex_encode(&hash, stoa_hash_str(&block.hash));
	assert_non_null(strstr(SAMPLE_BLOCK, hash.data));
	stoa_buf_fini(&hash);
}

/* Each of them is in the hash. */
static void
test_block_with_another_member_is_not_proven(void **state)
{
	static const char *const names[] = {"parentHash", "sha3Uncles", "miner",
	    "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
	    "difficulty", "number", "gasLimit", "gasUsed", "timestamp",
	    "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot",
	    "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
	    "requestsHash", "hash"};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		struct evm_block block;
		char name[40], *at;
		const char *fault = "";

		snprintf(name, sizeof(name), "\"%s\":\"0x", names[i]);
		snprintf(text, sizeof(text), "%s", SAMPLE_BLOCK);
		at = strstr(text, name);
		assert_non_null(at);
		/* The last digit of the value. */
		at += strlen(name);
		at += strcspn(at, "\"") - 1;
		*at = *at == '0' ? '1' : '0';
		assert_int_equal(
		    evm_block_read(json(text), &block, &fault), STOA_OK);
		assert_false(block.is_proven);
	}
}

static void
test_block_without_a_member_is_refused(void **state)
{
	static const char *const names[] = {
	    "\"number\"", "\"hash\"", "\"parentHash\"", "\"timestamp\""};
	struct evm_block block;
	const char *fault = NULL;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		assert_int_equal(
		    evm_block_read(changed(SAMPLE_BLOCK, names[i], "\"x\""),
			&block, &fault),
		    STOA_INVALID);
		assert_non_null(fault);
	}
	assert_int_equal(
	    evm_block_read(json("null"), &block, &fault), STOA_NOT_FOUND);
	assert_int_equal(
	    evm_block_read(json("[]"), &block, &fault), STOA_INVALID);
	assert_int_equal(
	    evm_block_read(changed(SAMPLE_BLOCK, "\"baseFeePerGas\":\"0x",
			       "\"baseFeePerGas\":\"0x11111111111111111"),
		&block, &fault),
	    STOA_INVALID);
	/* Older chains have no base fee. */
	assert_int_equal(
	    evm_block_read(changed(SAMPLE_BLOCK, "\"baseFeePerGas\"", "\"x\""),
		&block, &fault),
	    STOA_OK);
	assert_true(block.base_fee_wei == 0);
}

/* ---- logs ---- */

static void
test_logs_are_read(void **state)
{
	struct evm_log *logs = NULL;
	struct evm_block block = sample();
	struct stoa_hash topic = evm_keccak256(STOA_STR(TRANSFER));

	(void)state;
	assert_int_equal(sample_logs(&logs), 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(logs[i].block == 3);
		assert_int_equal(logs[i].index, i);
		assert_int_equal(logs[i].topic_count, 3);
		assert_memory_equal(
		    logs[i].topics[0].bytes, topic.bytes, STOA_HASH_SIZE);
		assert_memory_equal(
		    logs[i].block_hash.bytes, block.hash.bytes, STOA_HASH_SIZE);
		assert_int_equal(logs[i].data.len, 32);
		assert_int_equal(logs[i].data.data[31], i == 0 ? 5 : 7);
	}
}

static void
test_logs_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *what, *with;
	} cases[] = {
	    {"\"address\"", "\"x\""},
	    {"\"address\":\"0x", "\"address\":\"0x00"},
	    {"\"topics\"", "\"x\""},
	    {"\"topics\":[", "\"topics\":[\"0x12\","},
	    {"\"topics\":[", "\"topics\":[7,"},
	    {"\"data\"", "\"x\""},
	    {"\"data\":\"0x", "\"data\":\"0x0"},
	    {"\"data\":\"0x", "\"data\":\"0xzz"},
	    {"\"blockHash\"", "\"x\""},
	    {"\"blockNumber\"", "\"x\""},
	    {"\"transactionHash\"", "\"x\""},
	    {"\"logIndex\"", "\"x\""},
	    {"\"logIndex\":\"0x0\"", "\"logIndex\":\"0x1\""}, /* twice */
	    {"\"logIndex\":\"0x0\"", "\"logIndex\":\"0x2\""}, /* order */
	    {"\"logIndex\":\"0x0\"", "\"logIndex\":\"0x100000000\""},
	    {"\"removed\":false", "\"removed\":true"},
	    {"\"blockNumber\":\"0x3\"", "\"blockNumber\":\"0x4\""},
	};
	struct evm_log *logs;
	size_t count;
	const char *fault = NULL;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(
		    evm_logs_read(
			changed(SAMPLE_LOGS, cases[i].what, cases[i].with), 10,
			&arena, &logs, &count, &fault),
		    STOA_INVALID);
		assert_non_null(fault);
	}
	assert_int_equal(
	    evm_logs_read(json("null"), 10, &arena, &logs, &count, &fault),
	    STOA_INVALID);
	assert_int_equal(
	    evm_logs_read(json(SAMPLE_LOGS), 1, &arena, &logs, &count, &fault),
	    STOA_TOO_LARGE);
	assert_int_equal(
	    evm_logs_read(json("[]"), 0, &arena, &logs, &count, &fault),
	    STOA_OK);
	assert_int_equal(count, 0);
}

/* ---- the header's filter ---- */

static void
test_bloom_has_what_was_put_in(void **state)
{
	uint8_t bloom[EVM_BLOOM_SIZE] = {0};
	struct evm_block block = sample();
	struct evm_log *logs = NULL;
	unsigned others = 0;

	(void)state;
	for (size_t i = sample_logs(&logs); i > 0; i--) {
		const struct evm_log *log = &logs[i - 1];

		assert_true(evm_block_may_have(&block, log));
		evm_bloom_add(bloom, evm_address_str(&log->address));
		for (uint32_t n = 0; n < log->topic_count; n++) {
			evm_bloom_add(bloom, stoa_hash_str(&log->topics[n]));
		}
	}
	/* Bit for bit what the node has made. */
	assert_memory_equal(bloom, block.bloom, EVM_BLOOM_SIZE);
	for (uint32_t n = 0; n < 1000; n++) {
		others +=
		    evm_bloom_may_have(bloom, stoa_str_of_bytes(&n, sizeof(n)));
	}
	assert_true(others < 3);
}

/* ---- the filter of what is wanted, and lists beside each other ---- */

static struct evm_filter
wanted(const struct evm_log *log)
{
	struct evm_filter filter;

	assert_int_equal(
	    evm_filter_init(&filter, &log->address, 1, &log->topics[0], 1),
	    STOA_OK);
	return filter;
}

static void
test_filter_matches_and_doubts(void **state)
{
	struct evm_block block = sample(), empty = sample();
	struct evm_log *logs = NULL;
	size_t count = sample_logs(&logs);
	struct evm_filter filter = wanted(&logs[0]);
	struct stoa_buf b;

	(void)state;
	assert_null(evm_filter_fault(&filter, logs, count, 3, 3));
	assert_non_null(evm_filter_fault(&filter, logs, count, 4, 9));
	assert_non_null(evm_filter_fault(&filter, logs, count, 1, 2));
	assert_false(evm_filter_is_doubtful(&filter, &block, logs, count));
	assert_true(evm_filter_is_doubtful(&filter, &block, NULL, 0));
	memset(empty.bloom, 0, sizeof(empty.bloom));
	assert_false(evm_filter_is_doubtful(&filter, &empty, NULL, 0));
	empty.has_bloom = false;
	assert_false(evm_filter_is_doubtful(&filter, &empty, NULL, 0));
	stoa_buf_init(&b, 1024);
	evm_filter_write(&filter, &b);
	assert_str(stoa_buf_str(&b),
	    "\"address\":[\"0x5fbdb2315678afecb367f032d93f642f64180aa3\"],"
	    "\"topics\":[[\"0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11"
	    "628f55a4df523b3ef\"]]");
	stoa_buf_fini(&b);
	logs[0].topics[0].bytes[0] ^= 1;
	assert_non_null(evm_filter_fault(&filter, logs, count, 3, 3));
	logs[1].address.bytes[0] ^= 1;
	assert_false(evm_filter_is_match(&filter, &logs[1]));
	evm_filter_fini(&filter);
}

static void
test_header_settles_who_is_right(void **state)
{
	struct evm_block block = sample();
	struct evm_log *logs = NULL;
	struct evm_log forged[3];
	size_t count = sample_logs(&logs);

	(void)state;
	assert_int_equal(
	    evm_logs_compare(&block, logs, count, logs, count), EVM_LOGS_SAME);
	/* One, or all, withheld. */
	assert_int_equal(
	    evm_logs_compare(&block, logs, count, logs, 1), EVM_LOGS_FIRST);
	assert_int_equal(evm_logs_compare(&block, logs + 1, 1, logs, count),
	    EVM_LOGS_SECOND);
	assert_int_equal(
	    evm_logs_compare(&block, NULL, 0, logs, count), EVM_LOGS_SECOND);
	/* One invented that the header rules out. */
	forged[0] = logs[0];
	forged[1] = logs[1];
	forged[2] = logs[1];
	forged[2].index = 2;
	forged[2].topics[1].bytes[31] ^= 1;
	assert_int_equal(
	    evm_logs_compare(&block, forged, 3, logs, count), EVM_LOGS_SECOND);
	assert_int_equal(
	    evm_logs_compare(&block, logs, count, forged, 3), EVM_LOGS_FIRST);
	/* Another amount: the header does not say. */
	forged[0].data = logs[1].data;
	assert_int_equal(
	    evm_logs_compare(&block, forged, 2, logs, count), EVM_LOGS_UNCLEAR);
	/* Each lacks what the other has. */
	assert_int_equal(
	    evm_logs_compare(&block, logs, 1, logs + 1, 1), EVM_LOGS_UNCLEAR);
}

static void
test_digest_is_over_all(void **state)
{
	struct evm_log *logs = NULL;
	uint64_t digest;

	(void)state;
	(void)sample_logs(&logs);
	digest = evm_log_digest(&logs[0]);
	assert_true(digest != evm_log_digest(&logs[1]));
	logs[0].topics[2].bytes[5] ^= 1;
	assert_true(digest != evm_log_digest(&logs[0]));
	logs[0].topics[2].bytes[5] ^= 1;
	logs[0].index++;
	assert_true(digest != evm_log_digest(&logs[0]));
	logs[0].index--;
	assert_true(digest == evm_log_digest(&logs[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_block_is_read),
	    TEST(test_block_with_another_member_is_not_proven),
	    TEST(test_block_without_a_member_is_refused),
	    TEST(test_logs_are_read),
	    TEST(test_logs_that_cannot_be_are_refused),
	    TEST(test_bloom_has_what_was_put_in),
	    TEST(test_filter_matches_and_doubts),
	    TEST(test_header_settles_who_is_right),
	    TEST(test_digest_is_over_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
