/* test_results.c - what logs say that was done, and refusals in words. The
 * logs are those that ethers makes of the contracts' ABIs (vectors.h). */
#include "chain/results.h"

#include "base/check.h"
#include "chain/abi_tables.h"
#include "chain/evm_keccak.h"
#include "chain/limits.h"

#include "contracts.h"
#include "hex.h"
#include "vectors.h"

#define WORD(digit)                                                           \
	digit digit digit digit digit digit digit digit digit digit digit     \
	    digit digit digit digit digit digit digit digit digit digit digit \
		digit digit digit digit digit digit digit digit digit digit

/* A log and the bytes that it borrows. */
struct sample {
	struct evm_log log;
	struct stoa_buf data;
};

static void
sample_set(
    struct sample *s, const char *at, const char *topics, const char *data)
{
	struct stoa_str bytes;

	*s = (struct sample){.log = {.topic_count = 0}};
	stoa_buf_init(&s->data, 4096);
	bytes = unhex(&s->data, at);
	memcpy(s->log.address.bytes, bytes.data, bytes.len);
	bytes = unhex(&s->data, topics);
	memcpy(s->log.topics, bytes.data, bytes.len);
	s->log.topic_count = (uint32_t)(bytes.len / STOA_HASH_SIZE);
	s->log.data = unhex(&s->data, data);
}

#define SAMPLE(s, name) \
	sample_set(s, LOG_##name##_AT, LOG_##name##_TOPICS, LOG_##name##_DATA)

static enum stoa_status
result_of(struct sample *samples, size_t count, struct stoa_arena *arena,
    Stoa__Chain__Result *ret_result)
{
	struct chain_manifest m = contracts_made_up();
	struct evm_log logs[8];

	for (size_t i = 0; i < count; i++) {
		logs[i] = samples[i].log;
	}
	return chain_result_read(&m, logs, count, arena, ret_result);
}

static void
samples_drop(struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		stoa_buf_fini(&samples[i].data);
	}
}

static void
assert_bytes(ProtobufCBinaryData bytes, const char *want)
{
	assert_hex(stoa_str_of_bytes(bytes.data, bytes.len), want);
}

static struct stoa_arena arena;

static int
set_up(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)64 * 1024);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

static void
test_mint_has_token_splitter_listing(void **state)
{
	Stoa__Chain__Result r;
	struct sample s[3];

	(void)state;
	SAMPLE(&s[0], TRANSFER);
	SAMPLE(&s[1], APPROVED);
	SAMPLE(&s[2], LISTED);
	assert_int_equal(result_of(s, 3, &arena, &r), STOA_OK);
	assert_bytes(r.token, WORD("21"));
	assert_bytes(r.splitter, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_bytes(r.listing,
	    "000000000000000000000000000000000000000000000000000000000000000"
	    "7");
	assert_string_equal(r.listing_refused, "");
	assert_int_equal(r.paid_wei.len, 0);
	samples_drop(s, 3);
}

static void
test_mint_says_why_the_market_refused(void **state)
{
	Stoa__Chain__Result r;
	struct sample s[2];

	(void)state;
	SAMPLE(&s[0], APPROVED);
	SAMPLE(&s[1], LISTING_REFUSED);
	assert_int_equal(result_of(s, 2, &arena, &r), STOA_OK);
	assert_string_equal(r.listing_refused, "PriceTooLarge(5)");
	assert_int_equal(r.listing.len, 0);
	assert_bytes(r.token, WORD("21"));
	samples_drop(s, 2);
}

static void
test_deals_have_times_and_prices(void **state)
{
	Stoa__Chain__Result r;
	struct sample s;

	(void)state;
	SAMPLE(&s, NEW_LISTING);
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_int_equal(r.listing.data[31], 8);
	samples_drop(&s, 1);
	SAMPLE(&s, NEW_SALE);
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_bytes(r.paid_wei,
	    "000000000000000000000000000000000000000000000000000002ba7def300"
	    "0");
	samples_drop(&s, 1);
	SAMPLE(&s, LEASED);
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_int_equal(r.starts_s, 1800000000);
	assert_int_equal(r.ends_s, 1800000060);
	assert_bytes(r.paid_wei,
	    "0000000000000000000000000000000000000000000000000000082f79cd900"
	    "0");
	samples_drop(&s, 1);
	SAMPLE(&s, ENDED);
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_int_equal(r.starts_s, 1800000000);
	assert_int_equal(r.ends_s, 1800000030);
	samples_drop(&s, 1);
}

static void
test_strangers_logs_do_not_count(void **state)
{
	Stoa__Chain__Result r;
	struct sample s;

	(void)state;
	SAMPLE(&s, APPROVED);
	s.log.address.bytes[0] = 9; /* a stranger's contract */
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_int_equal(r.token.len, 0);
	memset(s.log.address.bytes, CHAIN_MARKET + 1, EVM_ADDRESS_SIZE);
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_OK);
	assert_int_equal(r.token.len, 0); /* no market says that */
	samples_drop(&s, 1);
	assert_int_equal(result_of(NULL, 0, &arena, &r), STOA_OK);
	assert_int_equal(r.token.len, 0);
}

static void
test_lies_are_refused(void **state)
{
	Stoa__Chain__Result r = {.starts_s = 5};
	struct sample s;

	(void)state;
	SAMPLE(&s, LEASED);
	s.log.topic_count = 3;
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_INVALID);
	s.log.topic_count = 4;
	s.log.data.len -= 1;
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_INVALID);
	s.log.data.len += 1;
	s.data.data[0] = 1; /* a lease that begins after all time */
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_INVALID);
	assert_int_equal(r.starts_s, 5);
	samples_drop(&s, 1);
	SAMPLE(&s, LISTING_REFUSED);
	s.data.data[62] = 1; /* words that begin beyond the data */
	assert_int_equal(result_of(&s, 1, &arena, &r), STOA_INVALID);
	samples_drop(&s, 1);
}

static void
test_too_much_is_refused(void **state)
{
	static struct evm_log logs[CHAIN_LOGS_MAX + 1];
	struct chain_manifest m = contracts_made_up();
	Stoa__Chain__Result r;
	struct stoa_arena small;

	(void)state;
	assert_int_equal(
	    chain_result_read(&m, logs, STOA_COUNT(logs), &arena, &r),
	    STOA_TOO_LARGE);
	assert_int_equal(
	    chain_result_read(&m, logs, CHAIN_LOGS_MAX, &arena, &r), STOA_OK);
	stoa_arena_init(&small, NULL, 0, 256);
	assert_int_equal(
	    chain_result_read(&m, logs, 1, &small, &r), STOA_NO_MEMORY);
	stoa_arena_fini(&small);
}

static void
test_reverts_have_words(void **state)
{
	static const struct {
		const char *data, *want;
	} cases[] = {
	    {REVERT_LIMIT, "OverDailyLimit(1001, 1000)"},
	    {"", "no reason given"},
	    {"01", "unknown error 0x01"},
	    {"deadbeef", "unknown error 0xdeadbeef"},
	    {"08c379a0"
	     "000000000000000000000000000000000000000000000000000000000000002"
	     "0" WORD("00"),
		"no reason given"},
	    {"4e487b71" WORD("00"), "panic 0x00: a generic bug"},
	};
	struct stoa_buf data, words;

	(void)state;
	stoa_buf_init(&data, 1024);
	stoa_buf_init(&words, 1024);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		stoa_buf_clear(&words);
		chain_revert_print(unhex(&data, cases[i].data), &words);
		assert_string_equal(words.data, cases[i].want);
	}
	stoa_buf_fini(&data);
	stoa_buf_fini(&words);
}

/* The word of every error is found by its selector. */
static void
test_every_error_is_found(void **state)
{
	struct stoa_buf words;

	(void)state;
	stoa_buf_init(&words, 65536);
	for (size_t i = 0; i < abi_error_count; i++) {
		uint8_t data[4 + 32 * 16] = {0};
		uint32_t selector = abi_errors[i].selector;
		const char *open = strchr(abi_errors[i].signature, '(');
		size_t len = (size_t)(open - abi_errors[i].signature);

		if (strpbrk(open, "[") != NULL ||
		    strstr(open, "string") != NULL ||
		    strstr(open, "bytes)") != NULL) {
			continue; /* zeros are no such values */
		}
		for (int k = 0; k < 4; k++) {
			data[k] = (uint8_t)(selector >> (24 - 8 * k));
		}
		stoa_buf_clear(&words);
		chain_revert_print(
		    stoa_str_of_bytes(data, sizeof(data)), &words);
		if (strncmp(words.data, abi_errors[i].signature, len) != 0) {
			fail_msg("%s: %s", abi_errors[i].signature, words.data);
		}
	}
	stoa_buf_fini(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_mint_has_token_splitter_listing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_mint_says_why_the_market_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_deals_have_times_and_prices, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_strangers_logs_do_not_count, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_lies_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_too_much_is_refused, set_up, tear_down),
	    cmocka_unit_test(test_reverts_have_words),
	    cmocka_unit_test(test_every_error_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
