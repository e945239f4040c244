/* test_hands.c - what becomes of a wish when the chain, its nodes and this
 * process do what they like: it happens once, or not at all, and the ledger
 * says which. */
#include "chain/limits.h"

#include "base/check.h"

#include "world.h"

#include <stdlib.h>

#define STATE(name) STOA__CHAIN__STATE__##name
#define SECOND	    STOA_US_PER_S

#define WORD_1001 \
	"00000000000000000000000000000000000000000000000000000000000003e9"
#define WORD_1000 \
	"00000000000000000000000000000000000000000000000000000000000003e8"
#define OVER_LIMIT   "53c4a74c" WORD_1001 WORD_1000 /* OverDailyLimit */
#define ALREADY_DONE "792f660f" WORD_1000

static struct world w;

static int
set_up(void **state)
{
	(void)state;
	world_begin(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* It is done, once, and no command was refused on the way. */
static void
assert_done(const struct stoa_id *intent)
{
	world_assert_state(&w, intent, DONE);
	assert_int_equal(world_effects(&w, intent), 1);
	assert_int_equal(w.refusals, 0);
	assert_int_equal(world_wallet(&w).in_flight, 0);
}

/* Sent, and not mined. */
static struct stoa_id
begin_sent(void)
{
	struct stoa_id i = world_wish(&w, "wish");

	world_until(&w, &i, STATE(SENT), 10 * SECOND);
	assert_int_equal(w.tx_count, 1);
	return i;
}

/* ---- the straight way ---------------------------------------------------- */

static void
test_a_wish_is_done_once(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");
	Stoa__Chain__IntentReply r;

	(void)state;
	world_assert_state(&w, &i, WAITING);
	w.is_mining = true;
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	world_until(&w, &i, STATE(DONE), 30 * SECOND);
	assert_done(&i);
	r = world_intent(&w, &i);
	assert_int_equal(r.nonce, WORLD_NONCE);
	assert_int_equal(r.attempts, 1);
	assert_memory_equal(r.hash.data, w.txs[0].hash.bytes, STOA_HASH_SIZE);
	/* max = 2 * base + tip */
	assert_int_equal(w.txs[0].fee_wei, 21 * WORLD_GWEI);
	assert_int_equal(w.txs[0].tip_wei, WORLD_GWEI);
	assert_int_equal(w.txs[0].sent, 1);
	assert_int_equal(w.alarms, 0);
	/* Nothing is asked about what has ended. */
	w.asked = 0;
	world_pass(&w, 10 * SECOND);
	assert_int_equal(w.asked, 0);
}

static void
test_a_block_is_not_final_before_it_is(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	world_mine(&w);
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	w.final = w.head - 1;
	world_pass(&w, 20 * SECOND);
	world_assert_state(&w, &i, MINED);
	w.final = w.head;
	world_until(&w, &i, STATE(DONE), 10 * SECOND);
	assert_done(&i);
}

static void
test_many_wishes_are_done_in_order(void **state)
{
	struct stoa_id all[24];

	(void)state;
	w.is_mining = true;
	for (unsigned k = 0; k < STOA_COUNT(all); k++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "wish-%u", k);
		all[k] = world_wish(&w, id);
	}
	for (unsigned k = 0; k < STOA_COUNT(all); k++) {
		world_until(&w, &all[k], STATE(DONE), 120 * SECOND);
		assert_int_equal(world_effects(&w, &all[k]), 1);
	}
	if (w.refusals != 0) {
		fail_msg("%u refused: %s", w.refusals, w.refusal);
	}
	assert_int_equal(w.tx_count, STOA_COUNT(all));
}

/* ---- what the chain would refuse ----------------------------------------- */

static void
test_what_would_revert_is_refused_and_costs_nothing(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");

	(void)state;
	w.trial_data = OVER_LIMIT;
	w.is_mining = true;
	world_until(&w, &i, STATE(REFUSED), 10 * SECOND);
	world_pass(&w, 10 * SECOND);
	world_assert_state(&w, &i, REFUSED);
	assert_string_equal(
	    world_intent(&w, &i).why, "OverDailyLimit(1001, 1000)");
	assert_int_equal(w.tx_count, 0);
	assert_int_equal(world_wallet(&w).next_nonce, WORLD_NONCE);
	assert_int_equal(world_wallet(&w).spent_today_gwei, 0);
}

static void
test_what_the_vault_has_done_is_never_refused(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");

	(void)state;
	w.trial_data = ALREADY_DONE;
	world_pass(&w, 60 * SECOND);
	world_assert_state(&w, &i, WAITING);
	assert_true(w.alarms > 0);
	assert_non_null(strstr(w.alarm, "has acted for it already"));
	assert_int_equal(w.tx_count, 0);
}

static void
test_what_reverts_in_a_block_says_why(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.is_reverting = true;
	w.call_data = OVER_LIMIT;
	w.is_mining = true;
	world_until(&w, &i, STATE(REVERTED), 30 * SECOND);
	assert_string_equal(
	    world_intent(&w, &i).why, "OverDailyLimit(1001, 1000)");
	assert_int_equal(world_effects(&w, &i), 0);
	assert_int_equal(w.refusals, 0);
}

/* ---- prices -------------------------------------------------------------- */

static void
test_gas_above_the_cap_waits(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");

	(void)state;
	w.base_wei = 2001 * WORLD_GWEI;
	w.is_mining = true;
	world_pass(&w, 60 * SECOND);
	world_assert_state(&w, &i, WAITING);
	assert_non_null(strstr(w.alarm, "gas costs 2001 gwei"));
	w.base_wei = 1500 * WORLD_GWEI;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_done(&i);
	assert_int_equal(w.txs[0].fee_wei, 2000 * WORLD_GWEI);
}

static void
caps_set(uint64_t intent_gwei, uint64_t day_gwei)
{
	Stoa__Chain__OpenRequest in = STOA__CHAIN__OPEN_REQUEST__INIT;
	Stoa__Chain__Caps caps = STOA__CHAIN__CAPS__INIT;
	Stoa__Chain__WalletReply wallet = world_wallet(&w);
	static unsigned number;
	char id[32];

	(void)snprintf(id, sizeof(id), "caps-%u", ++number);
	caps.intent_gwei = intent_gwei;
	caps.day_gwei = day_gwei;
	in.chain_id = wallet.chain_id;
	in.address = wallet.address;
	in.vault = wallet.vault;
	in.next_nonce = wallet.next_nonce;
	in.caps = &caps;
	world_say(&w, "@chain", id, "Open", &in.base);
	assert_int_equal(w.refusals, 0);
}

/* 87500 gas at 21 gwei cost 1,837,500. */
static void
test_what_is_over_a_cap_waits_without_records(void **state)
{
	static const struct {
		uint64_t before_gwei, cap_gwei;
		const char *says;
	} cases[] = {
	    {1837499, 2000000, "intent-cap-gwei"},
	    {2000000, 1000000000, "day-cap-gwei"},
	};

	(void)state;
	w.is_mining = true;
	for (size_t k = 0; k < STOA_COUNT(cases); k++) {
		struct stoa_id i;
		uint64_t records;

		caps_set(cases[k].before_gwei, cases[k].before_gwei);
		i = world_wish(&w, cases[k].says);
		records = world_records(&w);
		w.alarms = 0;
		world_pass(&w, 60 * SECOND);
		world_assert_state(&w, &i, WAITING);
		assert_int_equal(world_records(&w), records);
		assert_true(w.alarms > 0);
		assert_non_null(strstr(w.alarm, cases[k].says));
		caps_set(cases[k].cap_gwei, cases[k].cap_gwei);
		world_until(&w, &i, STATE(DONE), 60 * SECOND);
		assert_done(&i);
	}
}

/* What is under way may not be made dearer than the caps allow either. */
static void
test_what_is_stuck_at_a_cap_waits_without_records(void **state)
{
	struct stoa_id i = begin_sent();
	uint64_t records;

	(void)state;
	caps_set(world_intent(&w, &i).cost_gwei, 1000000000);
	records = world_records(&w);
	world_pass(&w, 200 * SECOND);
	assert_int_equal(world_records(&w), records);
	assert_non_null(strstr(w.alarm, "intent-cap-gwei"));
	world_mine(&w);
	w.final = w.head;
	world_until(&w, &i, STATE(DONE), 20 * SECOND);
	assert_done(&i);
}

static void
test_what_is_stuck_is_made_dearer(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	world_pass(&w, 58 * SECOND);
	assert_int_equal(w.tx_count, 1);
	world_pass(&w, 10 * SECOND);
	assert_int_equal(w.tx_count, 2);
	assert_int_equal(w.txs[1].nonce, w.txs[0].nonce);
	assert_true(w.txs[1].fee_wei * 10 >= w.txs[0].fee_wei * 11);
	assert_true(w.txs[1].tip_wei * 10 >= w.txs[0].tip_wei * 11);
	assert_memory_equal(
	    w.txs[1].op.bytes, w.txs[0].op.bytes, STOA_HASH_SIZE);
	/* And the market's price, if that is more. */
	w.base_wei = 50 * WORLD_GWEI;
	world_pass(&w, 64 * SECOND);
	assert_int_equal(w.tx_count, 3);
	assert_int_equal(w.txs[2].fee_wei, 101 * WORLD_GWEI);
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_done(&i);
}

static void
test_an_older_attempt_may_be_the_one_in_a_block(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	world_pass(&w, 70 * SECOND);
	assert_int_equal(w.tx_count, 2);
	w.txs[1].is_dropped = true;
	world_mine(&w);
	w.final = w.head;
	world_until(&w, &i, STATE(DONE), 20 * SECOND);
	assert_done(&i);
	assert_memory_equal(world_intent(&w, &i).hash.data, w.txs[0].hash.bytes,
	    STOA_HASH_SIZE);
}

/* ---- lost, beaten, gone -------------------------------------------------- */

static void
test_what_was_dropped_is_sent_again(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.txs[0].is_dropped = true;
	world_pass(&w, 20 * SECOND);
	assert_int_equal(w.txs[0].sent, 2);
	assert_int_equal(w.tx_count, 1);
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_done(&i);
}

static void
test_a_nonce_of_somebody_else_is_given_up(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	world_foreign(&w, WORLD_NONCE);
	w.final = w.head - 1;
	world_pass(&w, 20 * SECOND);
	world_assert_state(&w, &i, SENT); /* it is not final */
	w.counts = 0;
	w.final = w.head;
	world_until(&w, &i, STATE(WAITING), 20 * SECOND);
	assert_true(w.counts >= CHAIN_GONE_LOOKS);
	assert_non_null(strstr(w.alarm, "somebody else"));
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_done(&i);
	assert_int_equal(world_intent(&w, &i).nonce, WORLD_NONCE + 1);
}

static void
test_a_block_that_goes_away_is_undone(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.final = w.head;
	world_mine(&w);
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	world_reorganise(&w, 1);
	w.txs[0].is_dropped = true;
	world_until(&w, &i, STATE(SENT), 20 * SECOND);
	assert_int_equal(world_effects(&w, &i), 0);
	assert_int_equal(w.txs[0].sent, 2); /* it was given to nodes again */
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_done(&i);
	assert_int_equal(w.tx_count, 1);
}

static void
test_another_block_than_before_is_seen(void **state)
{
	struct stoa_id i = begin_sent();
	uint64_t block;

	(void)state;
	w.final = w.head;
	world_mine(&w);
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	block = world_intent(&w, &i).block;
	world_reorganise(&w, 1);
	world_mine(&w); /* the same height, another hash */
	w.final = w.head;
	world_until(&w, &i, STATE(DONE), 30 * SECOND);
	assert_done(&i);
	assert_int_equal(world_intent(&w, &i).block, block);
}

/* In the new block it fails: that is what counts. */
static void
test_what_reverts_in_another_block_is_reverted(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.final = w.head;
	world_mine(&w);
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	world_reorganise(&w, 1);
	w.is_reverting = true;
	world_mine(&w);
	w.final = w.head;
	world_until(&w, &i, STATE(REVERTED), 30 * SECOND);
	assert_int_equal(world_effects(&w, &i), 0);
}

static void
test_a_wish_can_be_revoked_until_it_is_mined(void **state)
{
	struct stoa_id i = begin_sent();
	Stoa__Chain__CancelRequest in = STOA__CHAIN__CANCEL_REQUEST__INIT;

	(void)state;
	in.intent = i.text;
	world_say(&w, "@marketplace", "cancel", "Cancel", &in.base);
	world_pass(&w, 5 * SECOND);
	assert_int_equal(w.tx_count, 2);
	assert_int_equal(w.txs[1].nonce, w.txs[0].nonce);
	w.is_mining = true;
	world_until(&w, &i, STATE(CANCELLED), 60 * SECOND);
	assert_int_equal(world_effects(&w, &i), 0);
	assert_int_equal(w.refusals, 0);
}

/* ---- nodes that lie ------------------------------------------------------ */

static bool
is_receipt(const struct world_asked *asked)
{
	return strcmp(asked->method, "eth_getTransactionReceipt") == 0;
}

#define MADE_UP                                                               \
	"\"blockHash\":\"0x"                                                  \
	"abababababababababababababababababababababababababababababababab\"," \
	"\"blockNumber\":\"0x60\",\"gasUsed\":\"0x5208\","

/* As the node would say it of the transaction that it was asked about. */
static const char *
receipt_lie(struct world *world, const struct world_asked *asked,
    const char *status, const char *logs)
{
	return stoa_arena_printf(&world->arena,
	    "{\"transactionHash\":%.*s," MADE_UP
	    "\"status\":\"%s\",\"logs\":%s}",
	    (int)strlen(asked->params) - 2, asked->params + 1, status, logs);
}

static const char *
lie_another(struct world *world, const struct world_asked *asked)
{
	(void)world;
	return is_receipt(asked) ? "{\"transactionHash\":\"0x"
				   "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc"
				   "dcdcdcdcdcdcdcd"
				   "cdcdcd\"," MADE_UP
				   "\"status\":\"0x1\",\"logs\":[]}"
				 : NULL;
}

static const char *
lie_no_logs(struct world *world, const struct world_asked *asked)
{
	return is_receipt(asked) ? receipt_lie(world, asked, "0x1", "[7]")
				 : NULL;
}

/* NewSale of the market, without its data. */
static const char *
lie_no_data(struct world *world, const struct world_asked *asked)
{
#define TOPIC                                                                  \
	"\"0x000000000000000000000000e72ac41ead5efe98d12a3db12425ca552672a2aa" \
	"\""
	return is_receipt(asked)
		   ? receipt_lie(world, asked, "0x1",
			 "[{\"address\":\"0x0404040404040404040404040404040404"
			 "040404\",\"topics\":[\"0xf6e03f1c408cfd2d118397c912a4"
			 "b576683c43b41b015e3d7c212bac0cd0e7c7\"," TOPIC
			 "," TOPIC "," TOPIC
			 "],\"data\":\"0x00\",\"blockNumber\":\"0x60\","
			 "\"blockHash\":\"0xabababababababababababababababababa"
			 "bababababababababababababab\",\"transactionHash\":"
			 "\"0xabababababababababababababababababababababababab"
			 "ababababababab\",\"transactionIndex\":\"0x0\","
			 "\"logIndex\":\"0x0\",\"removed\":false}]")
		   : NULL;
}

static const char *
lie_reverted(struct world *world, const struct world_asked *asked)
{
	return is_receipt(asked) ? receipt_lie(world, asked, "0x0", "[]")
				 : NULL;
}

static const char *
lie_done(struct world *world, const struct world_asked *asked)
{
	return is_receipt(asked) ? receipt_lie(world, asked, "0x1", "[]")
				 : NULL;
}

/* Whatever it says about a transaction in the pool: the wish stays where it is,
 * and is done once when the node says the truth. */
static void
test_a_node_that_lies_is_not_believed(void **state)
{
	static const struct {
		const char *(*lie)(
		    struct world *world, const struct world_asked *asked);
		bool is_blamed; /* one can see from the answer alone */
	} cases[] = {
	    {lie_another, true},
	    {lie_no_logs, true},
	    {lie_no_data, true},
	    {lie_reverted, false},
	    {lie_done, false},
	};

	(void)state;
	for (size_t k = 0; k < STOA_COUNT(cases); k++) {
		char id[16];
		struct stoa_id i;

		(void)snprintf(id, sizeof(id), "wish-%zu", k);
		i = world_wish(&w, id);
		world_until(&w, &i, STATE(SENT), 10 * SECOND);
		w.lie = cases[k].lie;
		w.blamed = 0;
		world_pass(&w, 10 * SECOND);
		if (world_intent(&w, &i).state != STATE(SENT) ||
		    (w.blamed > 0) != cases[k].is_blamed) {
			fail_msg("lie %zu: state %d, blamed %u times", k,
			    (int)world_intent(&w, &i).state, w.blamed);
		}
		w.lie = NULL;
		world_mine(&w);
		w.final = w.head;
		world_until(&w, &i, STATE(DONE), 20 * SECOND);
		assert_done(&i);
	}
}

/* Of what is mined. */
static void
test_a_lie_about_a_mined_one_is_not_believed(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.final = w.head;
	world_mine(&w);
	world_until(&w, &i, STATE(MINED), 10 * SECOND);
	w.lie = lie_another;
	w.final = w.head;
	world_pass(&w, 20 * SECOND);
	world_assert_state(&w, &i, MINED);
	w.lie = NULL;
	world_until(&w, &i, STATE(DONE), 20 * SECOND);
	assert_done(&i);
}

static const char *
lie_none(struct world *world, const struct world_asked *asked)
{
	(void)world;
	return is_receipt(asked) ? "null" : NULL;
}

/* One node has forgotten our receipt, and the nonce is used: by ourselves. */
static void
test_one_node_alone_does_not_make_a_nonce_somebody_elses(void **state)
{
	struct stoa_id i = begin_sent();

	(void)state;
	w.lie = lie_none;
	world_mine(&w);
	w.final = w.head;
	world_pass(&w, 40 * SECOND);
	world_assert_state(&w, &i, SENT);
	assert_int_equal(w.tx_count, 1);
	w.lie = NULL;
	world_until(&w, &i, STATE(DONE), 20 * SECOND);
	assert_done(&i);
}

/* ---- dying --------------------------------------------------------------- */

/* A life in which the process dies at event `at`; false: it had fewer. */
static bool
dies_at(unsigned at, bool after)
{
	struct stoa_id i;
	bool was_killed;

	world_begin(&w);
	w.kill_at = at;
	w.kills_after = after;
	w.is_mining = true;
	i = world_wish(&w, "wish");
	world_until(&w, &i, STATE(DONE), 120 * SECOND);
	assert_int_equal(world_effects(&w, &i), 1);
	assert_int_equal(w.tx_count, 1);
	assert_int_equal(world_wallet(&w).in_flight, 0);
	assert_int_equal(world_wallet(&w).next_nonce, WORLD_NONCE + 1);
	was_killed = w.events >= at;
	world_end(&w);
	return was_killed;
}

static void
test_a_process_may_die_anywhere(void **state)
{
	unsigned deaths = 0;

	(void)state;
	for (int after = 0; after < 2; after++) {
		for (unsigned at = 1; dies_at(at, after == 1); at++) {
			deaths++;
		}
	}
	/* Trial, market, advice, reserved, signed, sending, sent, looking,
	 * mined, looking, final: each before and after. */
	assert_true(deaths >= 22);
}

/* ---- deposits ------------------------------------------------------------ */

/* 7 Joy from outside, in block 90. */
static void
deposit(void)
{
	Stoa__Chain__RecordSightedRequest in =
	    STOA__CHAIN__RECORD_SIGHTED_REQUEST__INIT;
	Stoa__Chain__Sighting said = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__Sighting *all[] = {&said};
	Stoa__Chain__Deposited deposited = STOA__CHAIN__DEPOSITED__INIT;
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;
	static char community[] = "c_aaaaaaaaaa", member[] = "u_bbbbbbbbbb";
	uint8_t hash[32], from[20], wei[32] = {0};

	memset(hash, 0x31, sizeof(hash));
	memset(from, 0x32, sizeof(from));
	/* 7 * 10^18 and half a micro-Joy: 0x6124FEE993BC0000 and 0x746A528800
	 */
	memcpy(wei + 24, "\x61\x24\xff\x5d\xfe\x0e\x88\x00", 8);
	party.community = community;
	party.member = member;
	deposited.party = &party;
	deposited.from = (ProtobufCBinaryData){sizeof(from), from};
	deposited.wei = (ProtobufCBinaryData){sizeof(wei), wei};
	said.block = 90;
	said.log_index = 3;
	said.transaction = (ProtobufCBinaryData){sizeof(hash), hash};
	said.kind_case = STOA__CHAIN__SIGHTING__KIND_DEPOSITED;
	said.deposited = &deposited;
	in.block = 95;
	in.block_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.sightings = all;
	in.n_sightings = 1;
	world_say(&w, "@chain", "sighted", "RecordSighted", &in.base);
	assert_int_equal(w.refusals, 0);
}

#define PLACE                                                              \
	"deposit:31313131313131313131313131313131313131313131313131313131" \
	"31313131:3"

static size_t
deposits(void)
{
	struct chain_wallet_view view;
	const struct chain_wallet *s =
	    stoa_replica_peek(w.lone.replica, STOA_STR("w_vault"));

	assert_non_null(s);
	chain_wallet_view(s, &view);
	return view.deposits;
}

static void
test_a_deposit_is_credited_and_swept_once(void **state)
{
	(void)state;
	w.is_mining = true;
	deposit();
	world_pass(&w, 10 * SECOND);
	assert_int_equal(w.credit_count, 1);
	assert_string_equal(w.credits[0].id, PLACE);
	assert_int_equal(w.credits[0].amount_micro, 7000000);
	assert_int_equal(w.tx_count, 0); /* first the member has it */
	world_credit(&w, 0, NULL);
	world_pass(&w, 60 * SECOND);
	assert_int_equal(w.credit_count, 1);
	assert_int_equal(w.tx_count, 1); /* the sweep */
	assert_int_equal(world_wallet(&w).ended, 1);
	assert_int_equal(deposits(), 0);
	assert_int_equal(w.alarms, 0);
	assert_int_equal(w.refusals, 0);
}

static void
test_a_deposit_is_asked_for_again_under_its_place(void **state)
{
	(void)state;
	w.is_mining = true;
	deposit();
	world_pass(&w, 3 * SECOND);
	assert_int_equal(w.credit_count, 1);
	world_restart(&w);
	world_pass(&w, 3 * SECOND);
	assert_int_equal(w.credit_count, 1);
	assert_string_equal(w.credits[0].id, PLACE);
	world_credit(&w, 0, NULL);
	world_pass(&w, 30 * SECOND);
	assert_int_equal(w.tx_count, 1);
	assert_int_equal(deposits(), 0);
}

static void
test_a_deposit_that_accounts_refuses_is_told(void **state)
{
	(void)state;
	w.is_mining = true;
	deposit();
	world_pass(&w, SECOND);
	world_credit(&w, 0, "no_such_member");
	world_pass(&w, 10 * SECOND);
	assert_non_null(strstr(w.alarm, "accounts refuses it"));
	assert_int_equal(w.credit_count, 2); /* it is tried again */
	assert_int_equal(w.tx_count, 0);
	world_credit(&w, 1, NULL);
	world_pass(&w, 30 * SECOND);
	assert_int_equal(w.tx_count, 1);
	assert_int_equal(deposits(), 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_a_wish_is_done_once),
	    T(test_a_block_is_not_final_before_it_is),
	    T(test_many_wishes_are_done_in_order),
	    T(test_what_would_revert_is_refused_and_costs_nothing),
	    T(test_what_the_vault_has_done_is_never_refused),
	    T(test_what_reverts_in_a_block_says_why),
	    T(test_gas_above_the_cap_waits),
	    T(test_what_is_over_a_cap_waits_without_records),
	    T(test_what_is_stuck_at_a_cap_waits_without_records),
	    T(test_what_is_stuck_is_made_dearer),
	    T(test_an_older_attempt_may_be_the_one_in_a_block),
	    T(test_what_was_dropped_is_sent_again),
	    T(test_a_nonce_of_somebody_else_is_given_up),
	    T(test_a_block_that_goes_away_is_undone),
	    T(test_another_block_than_before_is_seen),
	    T(test_what_reverts_in_another_block_is_reverted),
	    T(test_a_wish_can_be_revoked_until_it_is_mined),
	    T(test_a_node_that_lies_is_not_believed),
	    T(test_a_lie_about_a_mined_one_is_not_believed),
	    T(test_one_node_alone_does_not_make_a_nonce_somebody_elses),
	    cmocka_unit_test(test_a_process_may_die_anywhere),
	    T(test_a_deposit_is_credited_and_swept_once),
	    T(test_a_deposit_is_asked_for_again_under_its_place),
	    T(test_a_deposit_that_accounts_refuses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
