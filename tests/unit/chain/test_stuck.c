/* test_stuck.c - transactions that nothing can be done about any more but to
 * wait: nothing of what happens to them meanwhile is missed. */
#include "world.h"

#define STATE(name) STOA__CHAIN__STATE__##name
#define SECOND	    STOA_US_PER_S

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

/* Sent at the highest price there may be: it cannot be made dearer. */
static struct stoa_id
begin_dearest(void)
{
	struct stoa_id i;

	w.base_wei = 1500 * WORLD_GWEI;
	i = world_wish(&w, "wish");
	world_until(&w, &i, STATE(SENT), 10 * SECOND);
	assert_int_equal(w.txs[0].fee_wei, 2000 * WORLD_GWEI);
	return i;
}

static void
test_the_dearest_is_sent_again_when_it_was_dropped(void **state)
{
	struct stoa_id i = begin_dearest();
	unsigned before;

	(void)state;
	world_pass(&w, 120 * SECOND);
	w.txs[0].is_dropped = true;
	before = w.txs[0].sent;
	world_pass(&w, 40 * SECOND);
	assert_int_equal(w.tx_count, 1);
	assert_true(w.txs[0].sent > before);
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_int_equal(world_effects(&w, &i), 1);
}

static void
test_what_cannot_be_revoked_is_watched(void **state)
{
	struct stoa_id i = begin_dearest();
	Stoa__Chain__CancelRequest in = STOA__CHAIN__CANCEL_REQUEST__INIT;

	(void)state;
	in.intent = i.text;
	world_say(&w, "@marketplace", "cancel", "Cancel", &in.base);
	world_pass(&w, 20 * SECOND);
	assert_int_equal(w.tx_count, 1);
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_int_equal(world_effects(&w, &i), 1);
	assert_int_equal(w.refusals, 0);
}

/* It is in a block before the revocation is signed: none is needed. */
static void
test_what_is_mined_is_not_revoked(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");
	Stoa__Chain__CancelRequest in = STOA__CHAIN__CANCEL_REQUEST__INIT;

	(void)state;
	world_until(&w, &i, STATE(SENT), 10 * SECOND);
	in.intent = i.text;
	world_say(&w, "@marketplace", "cancel", "Cancel", &in.base);
	world_mine(&w);
	w.final = w.head;
	world_until(&w, &i, STATE(DONE), 20 * SECOND);
	assert_int_equal(w.tx_count, 1);
	assert_int_equal(world_effects(&w, &i), 1);
}

/* Between its signature and the nodes the market has gone up. */
static void
test_what_no_pool_takes_is_made_dearer(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");

	(void)state;
	w.pool_wei = 50 * WORLD_GWEI;
	world_until(&w, &i, STATE(SIGNED), 10 * SECOND);
	w.base_wei = 40 * WORLD_GWEI;
	world_pass(&w, 50 * SECOND);
	assert_int_equal(w.tx_count, 1);
	assert_non_null(strstr(w.alarm, "is not taken"));
	w.is_mining = true;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_int_equal(w.tx_count, 2);
	assert_int_equal(w.txs[1].fee_wei, 81 * WORLD_GWEI);
	assert_int_equal(world_effects(&w, &i), 1);
}

/* However much else there is to tell. */
static void
test_a_stolen_key_is_told(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");
	bool is_told = false;

	(void)state;
	world_until(&w, &i, STATE(SENT), 10 * SECOND);
	w.trial_data = "792f660f"
		       "000000000000000000000000000000000000000000000000000000"
		       "00000003e8"; /* AlreadyDone: told all the time */
	(void)world_wish(&w, "other");
	world_pass(&w, SECOND);
	world_foreign(&w, WORLD_NONCE);
	w.final = w.head;
	for (int step = 0; step < 300 && !is_told; step++) {
		world_pass(&w, SECOND / 10);
		is_told = strstr(w.alarm, "somebody else") != NULL;
	}
	assert_true(is_told);
	world_pass(&w, SECOND);
}

/* A refusal is final: one node is not enough for it. */
static void
test_one_node_alone_refuses_nothing(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");

	(void)state;
	w.trial_data = "53c4a74c";
	w.is_trial_a_lie = true;
	w.is_mining = true;
	world_pass(&w, 20 * SECOND);
	world_assert_state(&w, &i, WAITING);
	assert_non_null(strstr(w.alarm, "cannot be tried out"));
	w.trial_data = NULL;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
	assert_int_equal(world_effects(&w, &i), 1);
}

static const char *
lie_no_gas(struct world *world, const struct world_asked *asked)
{
	(void)world;
	return strcmp(asked->method, "eth_estimateGas") == 0 ? "\"0x1\"" : NULL;
}

/* Nor is anything recorded of what cannot be. */
static void
test_an_estimate_of_nothing_is_not_recorded(void **state)
{
	struct stoa_id i = world_wish(&w, "wish");
	uint64_t records = world_records(&w);

	(void)state;
	w.lie = lie_no_gas;
	w.is_mining = true;
	world_pass(&w, 20 * SECOND);
	world_assert_state(&w, &i, WAITING);
	assert_int_equal(world_records(&w), records);
	w.lie = NULL;
	world_until(&w, &i, STATE(DONE), 60 * SECOND);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(test_the_dearest_is_sent_again_when_it_was_dropped),
	    T(test_what_cannot_be_revoked_is_watched),
	    T(test_what_is_mined_is_not_revoked),
	    T(test_what_no_pool_takes_is_made_dearer),
	    T(test_a_stolen_key_is_told),
	    T(test_one_node_alone_refuses_nothing),
	    T(test_an_estimate_of_nothing_is_not_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
