/* test_complete.c - wishes in other daemons' words: who is concerned and where
 * their accounts are, the same each time, or the field that is wrong. */
#include "chain/complete.h"

#include "base/check.h"
#include "base/core.h"
#include "chain/account.h"
#include "chain/limits.h"

#include "contracts.h"

#include "../unit.h"

#define PAYEES 8u

static struct stoa_arena arena;
static struct chain_manifest manifest;
static uint8_t hash[32], to[20];
static char community[] = "c_abcdefghij", other[] = "c_otherother";
static Stoa__Chain__Party parties[10]; /* m0, m1... */
static Stoa__Chain__Party *party_list[10];
static Stoa__Chain__Payee payees[PAYEES];
static Stoa__Chain__Payee *payee_list[PAYEES];
static Stoa__Chain__Action action;

static ProtobufCBinaryData
word(void)
{
	return (ProtobufCBinaryData){sizeof(hash), hash};
}

static int
set_up(void **state)
{
	static char names[10][16];

	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)4 << 20);
	manifest = contracts_made_up();
	memset(hash, 0x21, sizeof(hash));
	memset(to, 0x77, sizeof(to));
	for (size_t i = 0; i < STOA_COUNT(parties); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "m%zu", i);
		stoa__chain__party__init(&parties[i]);
		parties[i].community = community;
		parties[i].member = names[i];
		party_list[i] = &parties[i];
	}
	for (size_t i = 0; i < PAYEES; i++) {
		stoa__chain__payee__init(&payees[i]);
		payees[i].party = &parties[i];
		payees[i].bp = 1250;
		payee_list[i] = &payees[i];
	}
	stoa__chain__action__init(&action);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

/* ---- one of each kind ---------------------------------------------------- */

static void
mint_set(size_t payee_count)
{
	static Stoa__Chain__Mint m;

	stoa__chain__mint__init(&m);
	m.model_hash = word();
	m.cid = (char *)(uintptr_t) "bafy";
	m.creator = &parties[0];
	m.payees = payee_list;
	m.n_payees = payee_count;
	m.price_micro = 5;
	action.kind_case = STOA__CHAIN__ACTION__KIND_MINT;
	action.mint = &m;
}

static void
list_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__List m;

	stoa__chain__list__init(&m);
	m.owner = party;
	m.token = word();
	m.price_micro = 3;
	action.kind_case = STOA__CHAIN__ACTION__KIND_LIST;
	action.list = &m;
}

static void
buy_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__Buy m;

	stoa__chain__buy__init(&m);
	m.buyer = party;
	m.token = m.listing = word();
	m.price_micro = 3;
	action.kind_case = STOA__CHAIN__ACTION__KIND_BUY;
	action.buy = &m;
}

static void
lease_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__Lease m;

	stoa__chain__lease__init(&m);
	m.lessee = party;
	m.token = word();
	m.seconds = 60;
	m.deposit_micro_max = 9;
	action.kind_case = STOA__CHAIN__ACTION__KIND_LEASE;
	action.lease = &m;
}

static void
end_lease_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__EndLease m;

	stoa__chain__end_lease__init(&m);
	m.lessee = party;
	m.token = word();
	action.kind_case = STOA__CHAIN__ACTION__KIND_END_LEASE;
	action.end_lease = &m;
}

static void
give_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__Give m;

	stoa__chain__give__init(&m);
	m.owner = party;
	m.token = word();
	m.to = (ProtobufCBinaryData){sizeof(to), to};
	action.kind_case = STOA__CHAIN__ACTION__KIND_GIVE;
	action.give = &m;
}

static void
sweep_set(Stoa__Chain__Party *party)
{
	static Stoa__Chain__Sweep m;

	stoa__chain__sweep__init(&m);
	m.party = party;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SWEEP;
	action.sweep = &m;
}

static void
collect_set(size_t count)
{
	static Stoa__Chain__Collect m;

	stoa__chain__collect__init(&m);
	m.token = m.model_hash = word();
	m.splitter = (ProtobufCBinaryData){sizeof(to), to};
	m.parties = party_list;
	m.n_parties = count;
	action.kind_case = STOA__CHAIN__ACTION__KIND_COLLECT;
	action.collect = &m;
}

static void
send_set(void)
{
	static Stoa__Chain__Send m;

	stoa__chain__send__init(&m);
	m.to = (ProtobufCBinaryData){sizeof(to), to};
	m.amount_micro = 5;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SEND;
	action.send = &m;
}

static void
anchor_set(void)
{
	static Stoa__Chain__Anchor m;

	stoa__chain__anchor__init(&m);
	m.root = word();
	action.kind_case = STOA__CHAIN__ACTION__KIND_ANCHOR;
	action.anchor = &m;
}

/* Kinds of one party. */
static const struct {
	const char *kind, *field;
	void (*set)(Stoa__Chain__Party *party);
} ones[] = {
    {"List", "list.owner", list_set},
    {"Buy", "buy.buyer", buy_set},
    {"Lease", "lease.lessee", lease_set},
    {"EndLease", "end_lease.lessee", end_lease_set},
    {"Give", "give.owner", give_set},
    {"Sweep", "sweep.party", sweep_set},
};

/* ---- asking -------------------------------------------------------------- */

static Stoa__Chain__SubmitRequest
completed(void)
{
	Stoa__Chain__SubmitRequest r = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	struct chain_call_fault fault;

	r.action = &action;
	r.purpose = (char *)(uintptr_t) "for people";
	if (!chain_complete(&manifest, &arena, &r, &fault)) {
		fail_msg("%s: %s", fault.field, fault.limit);
	}
	assert_string_equal(r.purpose, "for people");
	assert_true(r.gas_max >= CHAIN_GAS_MIN && r.gas_max <= CHAIN_GAS_MAX);
	assert_int_equal(r.to.len, 0);
	assert_int_equal(r.data.len, 0);
	return r;
}

static void
assert_refused(const char *field)
{
	Stoa__Chain__SubmitRequest r = STOA__CHAIN__SUBMIT_REQUEST__INIT;
	struct chain_call_fault fault = {"", ""};

	r.action = &action;
	assert_false(chain_complete(&manifest, &arena, &r, &fault));
	assert_string_equal(fault.field, field);
	assert_true(fault.limit[0] != '\0');
	assert_int_equal(r.n_accounts, 0);
	assert_int_equal(r.gas_max, 0);
}

static void
assert_account(const Stoa__Chain__SubmitRequest *r, size_t at,
    const Stoa__Chain__Party *party)
{
	struct evm_address want = chain_account_of(&manifest, party);

	assert_true(at < r->n_accounts);
	assert_string_equal(r->accounts[at]->party->member, party->member);
	assert_string_equal(
	    r->accounts[at]->party->community, party->community);
	assert_int_equal(r->accounts[at]->address.len, EVM_ADDRESS_SIZE);
	assert_memory_equal(
	    r->accounts[at]->address.data, want.bytes, EVM_ADDRESS_SIZE);
}

/* ---- what it says -------------------------------------------------------- */

static void
test_one_party_has_its_account(void **state)
{
	(void)state;
	for (size_t k = 0; k < STOA_COUNT(ones); k++) {
		Stoa__Chain__SubmitRequest r;

		ones[k].set(&parties[k]);
		r = completed();
		assert_string_equal(r.kind, ones[k].kind);
		assert_int_equal(r.n_accounts, 1);
		assert_account(&r, 0, &parties[k]);
	}
}

static void
test_some_concern_nobody(void **state)
{
	Stoa__Chain__SubmitRequest r;

	(void)state;
	send_set();
	r = completed();
	assert_string_equal(r.kind, "Send");
	assert_int_equal(r.n_accounts, 0);
	anchor_set();
	r = completed();
	assert_string_equal(r.kind, "Anchor");
	assert_int_equal(r.n_accounts, 0);
}

/* The creator is a payee too. */
static void
test_nobody_is_there_twice(void **state)
{
	Stoa__Chain__SubmitRequest r;

	(void)state;
	mint_set(PAYEES);
	r = completed();
	assert_int_equal(r.n_accounts, PAYEES);
	for (size_t i = 0; i < PAYEES; i++) {
		assert_account(&r, i, &parties[i]);
	}
	/* And as many as there can be, where the creator is none. */
	action.mint->creator = &parties[9];
	r = completed();
	assert_int_equal(r.n_accounts, PAYEES + 1);
	assert_account(&r, 0, &parties[9]);
}

/* The same name in another community is somebody else. */
static void
test_a_name_alone_is_not_a_party(void **state)
{
	Stoa__Chain__SubmitRequest r;

	(void)state;
	collect_set(2);
	parties[1].member = parties[0].member;
	parties[1].community = other;
	r = completed();
	assert_int_equal(r.n_accounts, 2);
	assert_account(&r, 0, &parties[0]);
	assert_account(&r, 1, &parties[1]);
	assert_memory_not_equal(r.accounts[0]->address.data,
	    r.accounts[1]->address.data, EVM_ADDRESS_SIZE);
}

static void
test_all_who_collect_are_there(void **state)
{
	Stoa__Chain__SubmitRequest r;

	(void)state;
	collect_set(CHAIN_PARTIES_MAX);
	r = completed();
	assert_string_equal(r.kind, "Collect");
	assert_int_equal(r.n_accounts, CHAIN_PARTIES_MAX);
	for (size_t i = 0; i < CHAIN_PARTIES_MAX; i++) {
		assert_account(&r, i, &parties[i]);
	}
}

/* A wish that comes again must be the same wish: byte for byte, and whatever
 * was asked before. */
static void
test_it_says_the_same_each_time(void **state)
{
	Stoa__Chain__SubmitRequest r;
	struct stoa_str one, two;

	(void)state;
	mint_set(PAYEES);
	r = completed();
	one = stoa_pack(&arena, &r.base);
	(void)completed();
	r = completed();
	two = stoa_pack(&arena, &r.base);
	assert_true(one.len > 0);
	assert_true(stoa_str_is_equal(one, two));
}

/* Whoever asks cannot say where accounts are, nor what is called. */
static void
test_what_the_caller_filled_in_is_replaced(void **state)
{
	Stoa__Chain__SubmitRequest r, want;
	Stoa__Chain__AccountAt made_up = STOA__CHAIN__ACCOUNT_AT__INIT;
	Stoa__Chain__AccountAt *list[] = {&made_up, &made_up, &made_up};
	struct chain_call_fault fault;

	(void)state;
	buy_set(&parties[4]);
	want = completed();
	made_up.party = &parties[4];
	made_up.address = (ProtobufCBinaryData){sizeof(to), to};
	stoa__chain__submit_request__init(&r);
	r.action = &action;
	r.purpose = want.purpose;
	r.kind = (char *)(uintptr_t) "Send";
	r.to = (ProtobufCBinaryData){sizeof(to), to};
	r.data = word();
	r.value_gwei = 1;
	r.gas_max = 1;
	r.accounts = list;
	r.n_accounts = STOA_COUNT(list);
	assert_true(chain_complete(&manifest, &arena, &r, &fault));
	assert_true(stoa_str_is_equal(
	    stoa_pack(&arena, &r.base), stoa_pack(&arena, &want.base)));
}

/* ---- what it refuses ----------------------------------------------------- */

static void
test_a_missing_party_is_named(void **state)
{
	(void)state;
	for (size_t k = 0; k < STOA_COUNT(ones); k++) {
		ones[k].set(NULL);
		assert_refused(ones[k].field);
		parties[0].member = (char *)(uintptr_t) "";
		ones[k].set(&parties[0]);
		assert_refused(ones[k].field);
	}
}

static void
test_faults_name_the_field(void **state)
{
	(void)state;
	assert_refused("action"); /* of no kind */
	mint_set(PAYEES);
	action.mint->creator = NULL;
	assert_refused("mint.creator");
	mint_set(0);
	assert_refused("mint.payees");
	mint_set(PAYEES);
	payees[3].party = NULL;
	assert_refused("mint.payees.party");
	collect_set(0);
	assert_refused("collect.parties");
	buy_set(&parties[0]);
	action.buy->price_micro = 0;
	assert_refused("buy.price_micro");
	send_set();
	action.send->amount_micro = -1;
	assert_refused("send.amount_micro");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_one_party_has_its_account),
	    T(test_some_concern_nobody),
	    T(test_nobody_is_there_twice),
	    T(test_a_name_alone_is_not_a_party),
	    T(test_all_who_collect_are_there),
	    T(test_it_says_the_same_each_time),
	    T(test_what_the_caller_filled_in_is_replaced),
	    T(test_a_missing_party_is_named),
	    T(test_faults_name_the_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
