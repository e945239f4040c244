/* test_sights.c - accounts at addresses, what final blocks say, deposits. */
#include "purse.h"

#define MANY UINT64_C(1000000000)

static Stoa__Chain__Party alice = {
    .base = PROTOBUF_C_MESSAGE_INIT(&stoa__chain__party__descriptor),
    .community = (char *)(uintptr_t) "c_1",
    .member = (char *)(uintptr_t) "m_alice",
};
static Stoa__Chain__Party bob = {
    .base = PROTOBUF_C_MESSAGE_INIT(&stoa__chain__party__descriptor),
    .community = (char *)(uintptr_t) "c_1",
    .member = (char *)(uintptr_t) "m_bob",
};

static bool
account_open(struct play *p, Stoa__Chain__Party *party, uint64_t address)
{
	Stoa__Chain__OpenAccountRequest in =
	    STOA__CHAIN__OPEN_ACCOUNT_REQUEST__INIT;

	in.party = party;
	in.address = bytes_of(made_of(p, address), CHAIN_ADDRESS_SIZE);
	return play(p, "@bot", "OpenAccount", &in.base);
}

/* A block with a deposit for the party; NULL: with nothing. */
static bool
block_see(struct play *p, uint64_t block, Stoa__Chain__Party *party)
{
	Stoa__Chain__RecordSightedRequest in =
	    STOA__CHAIN__RECORD_SIGHTED_REQUEST__INIT;
	Stoa__Chain__Sighting sighting = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__Sighting *list[] = {&sighting};
	Stoa__Chain__Deposited deposited = STOA__CHAIN__DEPOSITED__INIT;

	deposited.party = party;
	deposited.from = bytes_of(made_of(p, 99), CHAIN_ADDRESS_SIZE);
	deposited.wei = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	sighting.block = block;
	sighting.transaction = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	sighting.kind_case = STOA__CHAIN__SIGHTING__KIND_DEPOSITED;
	sighting.deposited = &deposited;
	in.block = block;
	in.block_hash = bytes_of(made_of(p, block), STOA_HASH_SIZE);
	in.sightings = list;
	in.n_sightings = party == NULL ? 0 : 1;
	return play(p, "@chain", "RecordSighted", &in.base);
}

static bool
credit(struct play *p, uint64_t number)
{
	Stoa__Chain__RecordCreditedRequest in =
	    STOA__CHAIN__RECORD_CREDITED_REQUEST__INIT;

	in.number = number;
	return play(p, "@chain", "RecordCredited", &in.base);
}

static bool
sweep(struct play *p, Stoa__Chain__Party *party)
{
	Stoa__Chain__SubmitRequest in = purse_request(p);
	Stoa__Chain__Action action = STOA__CHAIN__ACTION__INIT;
	Stoa__Chain__Sweep wanted = STOA__CHAIN__SWEEP__INIT;

	wanted.party = party;
	action.kind_case = STOA__CHAIN__ACTION__KIND_SWEEP;
	action.sweep = &wanted;
	in.action = &action;
	in.to.len = 0;
	return play(p, "@chain", "Submit", &in.base);
}

static Stoa__Chain__SightingsReply
sightings(struct play *p, uint64_t after, uint32_t limit)
{
	Stoa__Chain__SightingsQuery in = STOA__CHAIN__SIGHTINGS_QUERY__INIT;
	Stoa__Chain__SightingsReply out = STOA__CHAIN__SIGHTINGS_REPLY__INIT;

	in.after = after;
	in.limit = limit;
	assert_int_equal(
	    chain_query_sightings(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static size_t
waiting(struct play *p)
{
	struct chain_wallet_view view;

	chain_wallet_view(p->state, &view);
	return view.deposits;
}

static void
test_account_is_one_partys_for_ever(void **state)
{
	struct play p;
	const Stoa__Chain__Party *who;

	(void)state;
	purse_open(&p, MANY, MANY);
	assert_true(account_open(&p, &alice, 5));
	assert_true(account_open(&p, &alice, 5));
	assert_false(account_open(&p, &bob, 5));
	assert_refused(&p, "stale", "address m_alice m_bob");
	who = chain_party_at(
	    p.state, stoa_str_of_bytes(made_of(&p, 5), CHAIN_ADDRESS_SIZE));
	assert_non_null(who);
	assert_string_equal(who->member, "m_alice");
	assert_null(chain_party_at(
	    p.state, stoa_str_of_bytes(made_of(&p, 6), CHAIN_ADDRESS_SIZE)));
	play_end(&p);
}

static void
test_sighted_blocks_are_read_once_and_in_order(void **state)
{
	struct play p;
	Stoa__Chain__SightingsReply page;

	(void)state;
	purse_open(&p, MANY, MANY);
	assert_true(block_see(&p, 10, &alice));
	assert_true(block_see(&p, 11, NULL));
	assert_true(block_see(&p, 15, &bob));
	assert_false(block_see(&p, 15, &bob));
	assert_refused(&p, "stale", "block 15 15");
	assert_false(block_see(&p, 12, NULL));
	page = sightings(&p, 0, 1);
	assert_int_equal(page.n_sightings, 1);
	assert_int_equal(page.newest, 2);
	assert_int_equal(page.oldest, 1);
	assert_int_equal(page.sightings[0]->block, 10);
	page = sightings(&p, 1, 0);
	assert_int_equal(page.n_sightings, 1);
	assert_int_equal(page.sightings[0]->number, 2);
	assert_string_equal(
	    page.sightings[0]->deposited->party->member, "m_bob");
	assert_int_equal(sightings(&p, 2, 0).n_sightings, 0);
	play_end(&p);
}

static void
test_deposit_is_credited_once_and_swept(void **state)
{
	struct play p;

	(void)state;
	purse_open(&p, MANY, MANY);
	assert_true(block_see(&p, 10, &alice));
	assert_true(block_see(&p, 11, &alice));
	assert_true(block_see(&p, 12, &bob));
	assert_int_equal(waiting(&p), 3);
	assert_true(credit(&p, 1));
	assert_true(credit(&p, 1));
	assert_int_equal(waiting(&p), 3);
	/* One sweep takes all that has arrived at the account. */
	assert_true(sweep(&p, &alice));
	assert_int_equal(waiting(&p), 2);
	assert_true(credit(&p, 2));
	assert_int_equal(waiting(&p), 1);
	assert_true(credit(&p, 7));
	assert_true(sweep(&p, &bob));
	assert_int_equal(waiting(&p), 1);
	assert_true(credit(&p, 3));
	assert_int_equal(waiting(&p), 0);
	play_end(&p);
}

static void
test_sighted_refuses_by_name(void **state)
{
	struct play p;
	Stoa__Chain__Party nobody = bob;
	Stoa__Chain__RecordSightedRequest in =
	    STOA__CHAIN__RECORD_SIGHTED_REQUEST__INIT;

	(void)state;
	purse_open(&p, MANY, MANY);
	nobody.member = (char *)(uintptr_t) "";
	assert_false(block_see(&p, 10, &nobody));
	assert_refused(&p, "field_not_valid", "deposited.party 64");
	assert_false(play(&p, "@marketplace", "RecordSighted", &in.base));
	assert_string_equal(p.refusal, "not_permitted");
	in.block = 4;
	assert_false(play(&p, "@chain", "RecordSighted", &in.base));
	assert_refused(&p, "field_not_valid", "block_hash 32 bytes");
	in.block_hash = bytes_of(made_of(&p, 4), STOA_HASH_SIZE);
	in.n_sightings = CHAIN_SIGHTED_MAX + 1;
	in.sightings = calloc(in.n_sightings, sizeof(*in.sightings));
	for (size_t i = 0; i < in.n_sightings; i++) {
		static Stoa__Chain__Sighting empty =
		    STOA__CHAIN__SIGHTING__INIT;

		in.sightings[i] = &empty;
	}
	assert_false(play(&p, "@chain", "RecordSighted", &in.base));
	assert_refused(&p, "too_many", "sightings 256");
	in.n_sightings = 1;
	assert_false(play(&p, "@chain", "RecordSighted", &in.base));
	assert_string_equal(p.refusal, "stale");
	free(in.sightings);
	play_end(&p);
}

static void
test_oldest_sightings_are_forgotten(void **state)
{
	struct play p;
	uint64_t block = 1;

	(void)state;
	purse_open(&p, MANY, MANY);
	p.digest_one_in = 20000;
	for (; block <= CHAIN_SIGHTINGS_MAX + 3; block++) {
		assert_true(block_see(&p, block, &alice));
		assert_true(credit(&p, block));
		if (block % 1000 == 0) {
			assert_true(sweep(&p, &alice));
		}
		stoa_arena_reset(&p.arena);
	}
	assert_int_equal(sightings(&p, 0, 1).oldest, 4);
	assert_int_equal(sightings(&p, 0, 1).sightings[0]->number, 4);
	assert_int_equal(
	    sightings(&p, CHAIN_SIGHTINGS_MAX + 2, 0).n_sightings, 1);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_account_is_one_partys_for_ever),
	    cmocka_unit_test(test_sighted_blocks_are_read_once_and_in_order),
	    cmocka_unit_test(test_deposit_is_credited_once_and_swept),
	    cmocka_unit_test(test_sighted_refuses_by_name),
	    cmocka_unit_test(test_oldest_sightings_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
