/* test_witness.c - what logs mean for models and accounts. */
#include "chain/witness.h"

#include "base/check.h"
#include "chain/evm_keccak.h"
#include "chain/limits.h"

#include "contracts.h"

#include "../unit.h"

/* Addresses of people: twenty times the same byte. */
enum {
	ALICE = 0xa1, /* an account */
	BOB = 0xb0,   /* an account */
	STRANGER = 0x5a,
	SPLITTER = 0x59,
};

#define WEI_PER_MICRO UINT64_C(1000000000000)

static struct chain_manifest manifest;
static struct stoa_arena arena;
static uint8_t words[4096];
static size_t word_count;

static Stoa__Chain__Party parties[] = {
    {.base = PROTOBUF_C_MESSAGE_INIT(&stoa__chain__party__descriptor),
	.community = (char *)(uintptr_t) "c_1",
	.member = (char *)(uintptr_t) "u_alice"},
    {.base = PROTOBUF_C_MESSAGE_INIT(&stoa__chain__party__descriptor),
	.community = (char *)(uintptr_t) "c_1",
	.member = (char *)(uintptr_t) "u_bob"},
};

static const Stoa__Chain__Party *
party(void *owner, struct stoa_str address)
{
	(void)owner;
	return (uint8_t)address.data[0] == ALICE ? &parties[0]
	       : (uint8_t)address.data[0] == BOB ? &parties[1]
						 : NULL;
}

static bool
is_splitter(void *owner, struct stoa_str address)
{
	(void)owner;
	return (uint8_t)address.data[0] == SPLITTER;
}

/* ---- logs ---- */

static struct stoa_hash
word_number(uint64_t number)
{
	struct stoa_hash word = {{0}};

	for (int i = 0; i < 8; i++) {
		word.bytes[31 - i] = (uint8_t)(number >> (8 * i));
	}
	return word;
}

static struct stoa_hash
word_who(int byte)
{
	struct stoa_hash word = {{0}};

	memset(word.bytes + 12, byte, EVM_ADDRESS_SIZE);
	return word;
}

static struct stoa_hash
word_contract(enum chain_contract contract)
{
	struct stoa_hash word = {{0}};

	memcpy(word.bytes + 12, chain_manifest_at(&manifest, contract)->bytes,
	    EVM_ADDRESS_SIZE);
	return word;
}

#define WORDS(...)                               \
	(const struct stoa_hash[]){__VA_ARGS__}, \
	    STOA_COUNT(((const struct stoa_hash[]){__VA_ARGS__}))

static struct evm_log
log_make(enum chain_contract contract, const char *event,
    const struct stoa_hash *topics, size_t topic_count)
{
	struct evm_log log = {
	    .address = *chain_manifest_at(&manifest, contract),
	    .topic_count = (uint32_t)topic_count + 1,
	    .block = 77,
	    .index = (uint32_t)word_count,
	    .transaction = word_number(4711),
	};

	log.topics[0] = evm_keccak256(stoa_str_of(event));
	for (size_t i = 0; i < topic_count; i++) {
		log.topics[i + 1] = topics[i];
	}
	log.data = stoa_str_of_bytes(words, 0);
	return log;
}

static void
log_data(struct evm_log *log, const struct stoa_hash *data, size_t count)
{
	uint8_t *at = words + word_count * STOA_HASH_SIZE;

	memcpy(at, data, count * STOA_HASH_SIZE);
	log->data = stoa_str_of_bytes(at, count * STOA_HASH_SIZE);
	word_count += count;
}

static struct evm_log
joy(int from, int to, uint64_t wei)
{
	struct evm_log log =
	    log_make(CHAIN_JOY, "Transfer(address,address,uint256)",
		WORDS(word_who(from), word_who(to)));

	log_data(&log, WORDS(word_number(wei)));
	return log;
}

static struct evm_log
token(int from, int to, uint64_t id)
{
	return log_make(CHAIN_NFT, "Transfer(address,address,uint256)",
	    WORDS(word_who(from), word_who(to), word_number(id)));
}

static struct evm_log
ran(uint64_t act)
{
	struct evm_log log =
	    log_make(CHAIN_VAULT, "Ran(bytes32,bytes32,address,uint256)",
		WORDS(word_number(act), word_number(1), word_who(ALICE)));

	log_data(&log, WORDS(word_number(5)));
	return log;
}

static struct evm_log
sale(enum chain_contract asset, int seller, int buyer)
{
	struct evm_log log = log_make(CHAIN_MARKET,
	    "NewSale(address,uint256,address,uint256,address,uint256,uint256)",
	    WORDS(word_who(seller), word_number(8), word_contract(asset)));

	log_data(&log, WORDS(word_number(21), word_who(buyer), word_number(1),
			   word_number(900)));
	return log;
}

/* ---- reading ---- */

static Stoa__Chain__Sighting *found[16];

static size_t
read_logs(const struct evm_log *logs, size_t count)
{
	static const struct chain_witness_book book = {
	    party, is_splitter, NULL};
	struct chain_witness *w = chain_witness_new(&manifest);
	size_t n = 0;

	assert_int_equal(
	    chain_witness_read(w, &book, logs, count, &arena, found, &n),
	    STOA_OK);
	chain_witness_free(w);
	return n;
}

#define READ(...)                                        \
	read_logs((const struct evm_log[]){__VA_ARGS__}, \
	    STOA_COUNT(((const struct evm_log[]){__VA_ARGS__})))

static int
set_up(void **state)
{
	(void)state;
	manifest = contracts_made_up();
	word_count = 0;
	stoa_arena_init(&arena, NULL, 0, (size_t)1 << 20);
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
test_joy_from_outside_is_a_deposit(void **state)
{
	uint64_t least = (uint64_t)CHAIN_DEPOSIT_MICRO_MIN * WEI_PER_MICRO;

	(void)state;
	assert_int_equal(READ(joy(STRANGER, ALICE, least)), 1);
	assert_int_equal(
	    found[0]->kind_case, STOA__CHAIN__SIGHTING__KIND_DEPOSITED);
	assert_string_equal(found[0]->deposited->party->member, "u_alice");
	assert_int_equal(found[0]->deposited->from.data[0], STRANGER);
	assert_int_equal(found[0]->block, 77);
	assert_string_equal(found[0]->act, "");
	assert_memory_equal(found[0]->deposited->wei.data,
	    word_number(least).bytes, STOA_HASH_SIZE);
	/* Dust is not worth a record; others' money is others'. */
	assert_int_equal(READ(joy(STRANGER, ALICE, least - 1)), 0);
	assert_int_equal(READ(joy(ALICE, STRANGER, least)), 0);
	assert_int_equal(READ(joy(STRANGER, STRANGER, least)), 0);
}

static void
test_joy_that_was_ours_is_no_deposit(void **state)
{
	const uint64_t wei = WEI_PER_MICRO * 1000000;
	struct evm_log from_vault = joy(0, ALICE, wei);

	(void)state;
	from_vault.topics[1] = word_contract(CHAIN_VAULT);
	assert_int_equal(READ(from_vault), 0);
	from_vault.topics[1] = word_contract(CHAIN_ESCROW);
	assert_int_equal(READ(from_vault), 0);
	assert_int_equal(READ(joy(BOB, ALICE, wei)), 0);
	assert_int_equal(READ(joy(SPLITTER, ALICE, wei)), 0);
	/* In an act of the vault, and where something was paid for. */
	assert_int_equal(READ(joy(STRANGER, ALICE, wei), ran(9)), 0);
	assert_int_equal(
	    READ(joy(STRANGER, ALICE, wei), sale(CHAIN_NFT, ALICE, STRANGER)),
	    1);
	assert_int_equal(
	    found[0]->kind_case, STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD);
}

/* From one community to another: out of the pool, and into it again. */
static void
test_what_is_withdrawn_to_an_account_is_a_deposit(void **state)
{
	struct evm_log paid =
	    log_make(CHAIN_VAULT, "Paid(bytes32,address,uint256)",
		WORDS(word_number(9), word_who(BOB)));
	struct evm_log out =
	    log_make(CHAIN_JOY, "Transfer(address,address,uint256)",
		WORDS(word_contract(CHAIN_VAULT), word_who(BOB)));
	struct evm_log away =
	    log_make(CHAIN_JOY, "Transfer(address,address,uint256)",
		WORDS(word_contract(CHAIN_VAULT), word_who(STRANGER)));

	(void)state;
	log_data(&paid, WORDS(word_number(70000 * WEI_PER_MICRO)));
	log_data(&out, WORDS(word_number(70000 * WEI_PER_MICRO)));
	log_data(&away, WORDS(word_number(70000 * WEI_PER_MICRO)));
	assert_int_equal(READ(out, paid), 1);
	assert_int_equal(
	    found[0]->kind_case, STOA__CHAIN__SIGHTING__KIND_DEPOSITED);
	assert_string_equal(found[0]->deposited->party->member, "u_bob");
	/* What an account is given to spend is not. */
	assert_int_equal(READ(ran(3), out), 0);
	assert_int_equal(READ(away, paid), 0);
}

static void
test_tokens_move_by_us_and_by_strangers(void **state)
{
	(void)state;
	assert_int_equal(READ(token(SPLITTER, BOB, 21), ran(0x1234)), 1);
	assert_int_equal(
	    found[0]->kind_case, STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED);
	assert_string_equal(found[0]->token_moved->to_party->member, "u_bob");
	assert_null(found[0]->token_moved->from_party);
	assert_int_equal(found[0]->token_moved->token.data[31], 21);
	assert_string_equal(found[0]->act,
	    "0x000000000000000000000000000000000000000000000000000000000000"
	    "1234");
	assert_int_equal(READ(token(BOB, STRANGER, 21)), 1);
	assert_string_equal(found[0]->act, "");
	assert_string_equal(found[0]->token_moved->from_party->member, "u_bob");
}

static void
test_sales_are_of_our_tokens(void **state)
{
	(void)state;
	assert_int_equal(READ(sale(CHAIN_NFT, SPLITTER, STRANGER)), 1);
	assert_int_equal(found[0]->token_sold->listing.data[31], 8);
	assert_int_equal(found[0]->token_sold->token.data[31], 21);
	assert_int_equal(found[0]->token_sold->buyer.data[0], STRANGER);
	assert_int_equal(found[0]->token_sold->price_wei.data[30], 900 >> 8);
	assert_null(found[0]->token_sold->seller_party);
	assert_int_equal(READ(sale(CHAIN_JOY, SPLITTER, STRANGER)), 0);
}

static struct evm_log
divided(uint64_t royalty)
{
	struct evm_log log = log_make(CHAIN_MARKET,
	    "SaleDivided(uint256,uint256,address,uint256)",
	    WORDS(word_number(8)));

	log_data(&log,
	    WORDS(word_number(22), word_who(SPLITTER), word_number(royalty)));
	return log;
}

static bool
is_in_joy(size_t at)
{
	assert_int_equal(
	    found[at]->kind_case, STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD);
	return found[at]->token_sold->price_wei.data[30] == 900 >> 8;
}

/* Coins that somebody has made are no Joy, whatever they are sold for. */
static void
test_a_stranger_sells_for_joy_or_for_nothing(void **state)
{
	struct evm_log sold = sale(CHAIN_NFT, STRANGER, 0xcc);
	struct evm_log terms = divided(45), paid = joy(0xcc, SPLITTER, 45);

	(void)state;
	assert_int_equal(READ(terms, paid, sold), 1);
	assert_true(is_in_joy(0));
	assert_int_equal(READ(terms, sold), 1);
	assert_false(is_in_joy(0));
	assert_int_equal(READ(sold), 1);
	assert_false(is_in_joy(0));
	assert_int_equal(READ(terms, joy(0xcc, SPLITTER, 44), sold), 1);
	assert_false(is_in_joy(0));
	assert_int_equal(READ(terms, joy(0xcc, STRANGER, 45), sold), 1);
	assert_false(is_in_joy(0));
	/* Nor is one payment that for two sales, or one that came before. */
	assert_int_equal(READ(terms, paid, sold, terms, sold), 2);
	assert_true(is_in_joy(0));
	assert_false(is_in_joy(1));
	assert_int_equal(READ(paid, terms, sold), 1);
	assert_false(is_in_joy(0));
	assert_int_equal(READ(divided(0), paid, sold), 1);
	assert_false(is_in_joy(0));
}

static void
test_leases_have_their_times(void **state)
{
	struct evm_log leased = log_make(CHAIN_ESCROW,
	    "Leased(address,uint256,address,uint256,uint256,address,uint256)",
	    WORDS(word_contract(CHAIN_NFT), word_number(21), word_who(BOB)));
	struct evm_log ended = log_make(CHAIN_ESCROW,
	    "Ended(address,uint256,address,uint256,uint256,uint256)",
	    WORDS(word_contract(CHAIN_NFT), word_number(21), word_who(BOB)));

	(void)state;
	log_data(&leased, WORDS(word_number(1000), word_number(4600),
			      word_contract(CHAIN_JOY), word_number(5)));
	log_data(&ended,
	    WORDS(word_number(1000), word_number(2000), word_number(3)));
	assert_int_equal(READ(leased, ended), 2);
	assert_int_equal(found[0]->token_leased->starts_s, 1000);
	assert_int_equal(found[0]->token_leased->ends_s, 4600);
	assert_string_equal(
	    found[0]->token_leased->lessee_party->member, "u_bob");
	assert_int_equal(found[1]->lease_returned->refund_wei.data[31], 3);
	assert_int_equal(found[0]->token_leased->deposit_wei.data[31], 5);
	/* For a coin that the lessor has made. */
	log_data(&leased, WORDS(word_number(1000), word_number(4600),
			      word_who(STRANGER), word_number(5)));
	assert_int_equal(READ(leased), 1);
	assert_int_equal(found[0]->token_leased->ends_s, 4600);
	assert_int_equal(found[0]->token_leased->deposit_wei.data[31], 0);
}

static void
test_only_our_contracts_are_believed(void **state)
{
	struct chain_witness *w = chain_witness_new(&manifest);
	static const struct chain_witness_book book = {
	    party, is_splitter, NULL};
	struct evm_log log = token(BOB, STRANGER, 21);
	size_t n = 7;

	(void)state;
	log.address.bytes[0] ^= 1;
	assert_int_equal(READ(log), 0);
	/* An event of ours with fields that it does not have. */
	log = joy(STRANGER, ALICE, 5);
	log.data.len = 31;
	assert_int_equal(
	    chain_witness_read(w, &book, &log, 1, &arena, found, &n),
	    STOA_INVALID);
	assert_int_equal(n, 7);
	chain_witness_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_joy_from_outside_is_a_deposit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_joy_that_was_ours_is_no_deposit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_what_is_withdrawn_to_an_account_is_a_deposit, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		test_tokens_move_by_us_and_by_strangers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_sales_are_of_our_tokens, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_a_stranger_sells_for_joy_or_for_nothing, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		test_leases_have_their_times, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_only_our_contracts_are_believed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
