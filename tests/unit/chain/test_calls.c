/* test_calls.c - actions as calls of the vault: the bytes that ethers makes of
 * the contracts' ABIs (vectors.h), and what is refused by name. */
#include "chain/calls.h"

#include "base/check.h"

#include "contracts.h"
#include "hex.h"
#include "vectors.h"

#include <limits.h>

#define ACTION(KIND, field, value)                                         \
	{                                                                  \
		PROTOBUF_C_MESSAGE_INIT(&stoa__chain__action__descriptor), \
		    STOA__CHAIN__ACTION__KIND_##KIND,                      \
		{                                                          \
			.field = (value)                                   \
		}                                                          \
	}

static uint8_t words[256][32]; /* words[n] is the byte n again and again */
static char community[] = "c_abcdefghij";
static Stoa__Chain__Party m1, m2, m3, treasury;

/* Messages that are good; each test changes its copy. */
static Stoa__Chain__Payee payees[9];
static Stoa__Chain__Payee *payee_list[9];
static Stoa__Chain__Party *party_list[11];
static Stoa__Chain__Mint mint;
static Stoa__Chain__List list;
static Stoa__Chain__Buy buy;
static Stoa__Chain__Lease lease;
static Stoa__Chain__EndLease end_lease;
static Stoa__Chain__Collect collect;
static Stoa__Chain__Send send;
static Stoa__Chain__Give give;
static Stoa__Chain__Sweep sweep;
static Stoa__Chain__Anchor anchor;

static ProtobufCBinaryData
word(unsigned n)
{
	return (ProtobufCBinaryData){32, words[n]};
}

static ProtobufCBinaryData
address(unsigned n)
{
	return (ProtobufCBinaryData){20, words[n]};
}

static void
party_set(Stoa__Chain__Party *party, char *member)
{
	stoa__chain__party__init(party);
	party->community = community;
	party->member = member;
}

static void
models_set(void)
{
	static const uint32_t shares[] = {7000, 2000, 1000};
	Stoa__Chain__Party *parties[] = {&m1, &m2, &treasury};

	for (size_t i = 0; i < STOA_COUNT(payees); i++) {
		stoa__chain__payee__init(&payees[i]);
		payees[i].party = parties[i % 3];
		payees[i].bp = shares[i % 3];
		payee_list[i] = &payees[i];
	}
	stoa__chain__mint__init(&mint);
	mint.model_hash = word(0x11);
	mint.cid = "bafy";
	mint.creator = &m1;
	mint.payees = payee_list;
	mint.n_payees = 3;
	mint.royalty_bp = 500;
	mint.price_micro = 12500000;
	mint.rent_micro = 1;
	stoa__chain__list__init(&list);
	list.owner = &m2;
	list.token = word(0x21);
	list.price_micro = 3;
	list.rent_micro = 4;
}

static void
deals_set(void)
{
	stoa__chain__buy__init(&buy);
	buy.buyer = &m2;
	buy.token = word(0x21);
	buy.listing = word(0x31);
	buy.price_micro = 3;
	stoa__chain__lease__init(&lease);
	lease.lessee = &m3;
	lease.token = word(0x21);
	lease.seconds = 86400;
	lease.deposit_micro_max = 9;
	stoa__chain__end_lease__init(&end_lease);
	end_lease.lessee = &m3;
	end_lease.token = word(0x21);
	stoa__chain__collect__init(&collect);
	for (size_t i = 0; i < STOA_COUNT(party_list); i++) {
		party_list[i] = i % 2 == 0 ? &m1 : &treasury;
	}
	collect.token = word(0x21);
	collect.model_hash = word(0x11);
	collect.splitter = address(0xaa);
	collect.parties = party_list;
	collect.n_parties = 2;
}

static int
set_up(void **state)
{
	(void)state;
	for (int n = 0; n < 256; n++) {
		memset(words[n], n, sizeof(words[n]));
	}
	party_set(&m1, "m1");
	party_set(&m2, "m2");
	party_set(&m3, "m3");
	party_set(&treasury, "@treasury");
	models_set();
	deals_set();
	stoa__chain__send__init(&send);
	send.to = address(0xbb);
	send.amount_micro = 7;
	stoa__chain__give__init(&give);
	give.owner = &m2;
	give.token = word(0x21);
	give.to = address(0xbb);
	stoa__chain__sweep__init(&sweep);
	sweep.party = &m2;
	stoa__chain__anchor__init(&anchor);
	anchor.root = word(0x41);
	return 0;
}

static enum stoa_status
build(const Stoa__Chain__Action *action, struct stoa_arena *arena,
    struct chain_call *call, struct chain_call_fault *fault)
{
	struct chain_manifest m = contracts_made_up();
	struct chain_call_terms terms = {
	    .manifest = &m,
	    .op = chain_call_op(STOA_STR("i_abcdefghij")),
	    .now = {INT64_C(1800000000) * STOA_US_PER_S},
	    .arena = arena,
	};

	return chain_call_build(&terms, action, call, fault);
}

static void
assert_call(
    const Stoa__Chain__Action *action, const char *kind, const char *want)
{
	struct chain_call_fault fault = {"?", "?"};
	struct chain_call call;
	struct stoa_arena arena;
	enum stoa_status status;

	stoa_arena_init(&arena, NULL, 0, (size_t)1 << 20);
	status = build(action, &arena, &call, &fault);
	if (status != STOA_OK) {
		fail_msg("%s: %s %s", kind, fault.field, fault.limit);
	}
	assert_string_equal(call.kind, kind);
	assert_int_equal(call.to.bytes[0], CHAIN_VAULT + 1);
	assert_true(call.gas_max >= 21000 && call.gas_max <= 30000000);
	assert_hex(call.data, want);
	stoa_arena_fini(&arena);
}

static void
test_build_makes_what_ethers_makes(void **state)
{
	Stoa__Chain__Action actions[] = {
	    ACTION(MINT, mint, &mint),
	    ACTION(LIST, list, &list),
	    ACTION(BUY, buy, &buy),
	    ACTION(LEASE, lease, &lease),
	    ACTION(END_LEASE, end_lease, &end_lease),
	    ACTION(COLLECT, collect, &collect),
	    ACTION(SEND, send, &send),
	    ACTION(GIVE, give, &give),
	    ACTION(SWEEP, sweep, &sweep),
	    ACTION(ANCHOR, anchor, &anchor),
	};

	(void)state;
	assert_call(&actions[0], "Mint", CALL_MINT);
	assert_call(&actions[1], "List", CALL_LIST);
	assert_call(&actions[2], "Buy", CALL_BUY);
	assert_call(&actions[3], "Lease", CALL_LEASE);
	assert_call(&actions[4], "EndLease", CALL_END_LEASE);
	assert_call(&actions[5], "Collect", CALL_COLLECT);
	assert_call(&actions[6], "Send", CALL_SEND);
	assert_call(&actions[7], "Give", CALL_GIVE);
	assert_call(&actions[8], "Sweep", CALL_SWEEP);
	assert_call(&actions[9], "Anchor", CALL_ANCHOR);
}

static void
test_list_is_by_who_owns_it_and_what_stands(void **state)
{
	Stoa__Chain__List l = list;
	Stoa__Chain__Action action = ACTION(LIST, list, &l);

	(void)state;
	l.listing = word(0x31);
	l.rent_micro = 0;
	assert_call(&action, "List", CALL_LIST_AGAIN);
	l.price_micro = 0;
	assert_call(&action, "List", CALL_UNLIST);
	l = (Stoa__Chain__List)STOA__CHAIN__LIST__INIT;
	l.is_first = 1;
	l.model_hash = word(0x11);
	l.rent_micro = 5;
	assert_call(&action, "List", CALL_RELIST);
}

static void
assert_refused(
    const Stoa__Chain__Action *action, const char *field, const char *limit)
{
	struct chain_call_fault fault = {"none", "none"};
	struct chain_call call = {.kind = "before"};
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, (size_t)1 << 20);
	assert_int_equal(build(action, &arena, &call, &fault), STOA_INVALID);
	assert_string_equal(fault.field, field);
	assert_non_null(strstr(fault.limit, limit));
	assert_string_equal(call.kind, "before");
	stoa_arena_fini(&arena);
}

/* Changes one field of a copy and wants it refused. */
#define REFUSED(KIND, name, change, field, limit)                      \
	do {                                                           \
		__typeof__(name) it = name;                            \
		Stoa__Chain__Action action_ = ACTION(KIND, name, &it); \
                                                                       \
		it.change;                                             \
		assert_refused(&action_, field, limit);                \
	} while (0)

static void
test_mint_refuses(void **state)
{
	Stoa__Chain__Mint good = mint;
	Stoa__Chain__Action action = ACTION(MINT, mint, &good);
	char cid[130];

	(void)state;
	memset(cid, 'a', sizeof(cid));
	cid[129] = '\0';
	REFUSED(MINT, mint, model_hash.len = 31, "mint.model_hash", "32 bytes");
	REFUSED(
	    MINT, mint, model_hash = word(0), "mint.model_hash", "not zero");
	REFUSED(MINT, mint, creator = NULL, "mint.creator", "community");
	REFUSED(MINT, mint, n_payees = 0, "mint.payees", "1 to 8");
	REFUSED(MINT, mint, n_payees = 9, "mint.payees", "1 to 8");
	REFUSED(MINT, mint, n_payees = 2, "mint.payees.bp", "10000 together");
	REFUSED(MINT, mint, price_micro = -1, "mint.price_micro", "0 to");
	REFUSED(MINT, mint, price_micro = 79228162514264338, "mint.price_micro",
	    "79228162514264337");
	REFUSED(MINT, mint, rent_micro = INT64_MIN, "mint.rent_micro", "0 to");
	REFUSED(MINT, mint, cid = "", "mint.cid", "1 to 128");
	REFUSED(MINT, mint, cid = cid, "mint.cid", "1 to 128");
	REFUSED(MINT, mint, royalty_bp = 5001, "mint.royalty_bp", "0 to 5000");
	payees[1].bp = 0;
	assert_refused(&action, "mint.payees.bp", "1 to 10000");
	payees[1].bp = UINT32_MAX;
	assert_refused(&action, "mint.payees.bp", "10000 together");
	payees[1].bp = 2000;
	payees[1].party = NULL;
	assert_refused(&action, "mint.payees.party", "community");
	payees[1].party = &m2;
}

static void
test_list_refuses(void **state)
{
	(void)state;
	REFUSED(LIST, list, price_micro = -1, "list.price_micro", "0 to");
	REFUSED(LIST, list, rent_micro = INT64_MAX, "list.rent_micro", "0 to");
	REFUSED(LIST, list, owner = NULL, "list.owner", "community");
	REFUSED(LIST, list, token = address(1), "list.token", "32 bytes");
	REFUSED(LIST, list, listing = address(1), "list.listing", "32 bytes");
	REFUSED(LIST, list, is_first = 1, "list.model_hash", "32 bytes");
}

static void
test_deals_refuse(void **state)
{
	(void)state;
	REFUSED(BUY, buy, buyer = NULL, "buy.buyer", "community");
	REFUSED(BUY, buy, token = word(0), "buy.token", "not zero");
	REFUSED(BUY, buy, listing.len = 0, "buy.listing", "32 bytes");
	REFUSED(BUY, buy, price_micro = 0, "buy.price_micro", "1 to");
	REFUSED(BUY, buy, price_micro = INT64_MAX, "buy.price_micro", "1 to");
	REFUSED(LEASE, lease, lessee = NULL, "lease.lessee", "community");
	REFUSED(LEASE, lease, token.len = 33, "lease.token", "32 bytes");
	REFUSED(LEASE, lease, seconds = 0, "lease.seconds", "1 to 31622400");
	REFUSED(LEASE, lease, seconds = 31622401, "lease.seconds", "31622400");
	REFUSED(LEASE, lease, deposit_micro_max = 0, "lease.deposit_micro_max",
	    "1 to");
	REFUSED(END_LEASE, end_lease, lessee = NULL, "end_lease.lessee",
	    "community");
	REFUSED(END_LEASE, end_lease, token = word(0), "end_lease.token",
	    "not zero");
	REFUSED(COLLECT, collect, token.len = 0, "collect.token", "32 bytes");
	REFUSED(COLLECT, collect, splitter = word(9), "collect.splitter",
	    "20 bytes");
	REFUSED(COLLECT, collect, n_parties = 0, "collect.parties", "1 to 10");
	REFUSED(COLLECT, collect, n_parties = 11, "collect.parties", "1 to 10");
}

static void
test_ways_out_refuse(void **state)
{
	Stoa__Chain__Action none = STOA__CHAIN__ACTION__INIT;

	(void)state;
	for (unsigned n = 0; n <= CHAIN_CONTRACTS; n++) {
		REFUSED(SEND, send, to = address(n), "send.to", "contracts");
		REFUSED(GIVE, give, to = address(n), "give.to", "contracts");
	}
	REFUSED(SEND, send, to.len = 19, "send.to", "20 bytes");
	REFUSED(SEND, send, amount_micro = 0, "send.amount_micro", "1 to");
	REFUSED(SEND, send, amount_micro = -7, "send.amount_micro", "1 to");
	REFUSED(GIVE, give, owner = NULL, "give.owner", "community");
	REFUSED(GIVE, give, token = word(0), "give.token", "not zero");
	REFUSED(SWEEP, sweep, party = NULL, "sweep.party", "community");
	REFUSED(ANCHOR, anchor, root.len = 20, "anchor.root", "32 bytes");
	assert_refused(&none, "action", "one of");
}

/* Eight payees and ten parties with the longest names still fit. */
static void
test_largest_fit(void **state)
{
	Stoa__Chain__Mint m = mint;
	Stoa__Chain__Collect c = collect;
	Stoa__Chain__Action actions[] = {
	    ACTION(MINT, mint, &m), ACTION(COLLECT, collect, &c)};
	char cid[129];

	(void)state;
	memset(cid, 'a', sizeof(cid));
	cid[128] = '\0';
	m.cid = cid;
	m.n_payees = 8;
	m.price_micro = 79228162514264337;
	m.rent_micro = 79228162514264337;
	for (size_t i = 0; i < 8; i++) {
		payees[i].bp = 1250;
	}
	c.n_parties = 10;
	for (size_t i = 0; i < 2; i++) {
		struct chain_call_fault fault;
		struct chain_call call;
		struct stoa_arena arena;

		stoa_arena_init(&arena, NULL, 0, (size_t)1 << 20);
		assert_int_equal(
		    build(&actions[i], &arena, &call, &fault), STOA_OK);
		stoa_arena_fini(&arena);
	}
	(void)set_up(NULL);
}

/* All of it or a status, whatever memory there is. */
static void
test_arena_that_is_full_is_told(void **state)
{
	Stoa__Chain__Action action = ACTION(MINT, mint, &mint);
	size_t full = 0;

	(void)state;
	for (size_t size = 256; size < 65536; size += 256) {
		struct chain_call_fault fault;
		struct chain_call call;
		struct stoa_arena arena;
		enum stoa_status status;

		stoa_arena_init(&arena, NULL, 0, size);
		status = build(&action, &arena, &call, &fault);
		if (status == STOA_OK) {
			assert_hex(call.data, CALL_MINT);
			full += 1;
		} else {
			assert_int_equal(status, STOA_NO_MEMORY);
			assert_int_equal(full, 0);
		}
		stoa_arena_fini(&arena);
	}
	assert_true(full > 0 && full < 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_build_makes_what_ethers_makes),
	    cmocka_unit_test(test_list_is_by_who_owns_it_and_what_stands),
	    cmocka_unit_test(test_mint_refuses),
	    cmocka_unit_test(test_list_refuses),
	    cmocka_unit_test(test_deals_refuse),
	    cmocka_unit_test(test_ways_out_refuse),
	    cmocka_unit_test(test_largest_fit),
	    cmocka_unit_test(test_arena_that_is_full_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
