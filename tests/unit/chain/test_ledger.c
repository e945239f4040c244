/* test_ledger.c - an intent's way, step by step, and what is refused. */
#include "purse.h"

#define STATE(NAME) STOA__CHAIN__STATE__##NAME
#define MANY	    UINT64_C(1000000000)

static enum chain_effect
effect_of(struct play *p, const char *intent)
{
	return chain_effect_of(chain_intent_get(p->state, stoa_str_of(intent)));
}

static void
test_ledger_one_intent_from_its_wish_to_its_end(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_int_equal(effect_of(&p, i.text), CHAIN_PRICE);
	assert_true(purse_reserve(&p, i.text, 50000, 30 * GWEI));
	assert_int_equal(purse_look(&p, i.text).nonce, 7);
	assert_int_equal(purse_look(&p, i.text).cost_gwei, 50000 * 30);
	assert_int_equal(effect_of(&p, i.text), CHAIN_SIGN);
	assert_true(purse_sign(&p, i.text, 1, 30 * GWEI, 100, false));
	assert_int_equal(effect_of(&p, i.text), CHAIN_SEND);
	assert_int_equal(
	    chain_intent_raw(chain_intent_get(p.state, stoa_str_of(i.text)))
		.len,
	    STOA_HASH_SIZE);
	assert_true(purse_sent(&p, i.text, 1));
	assert_int_equal(effect_of(&p, i.text), CHAIN_WATCH);
	assert_true(purse_mined(&p, i.text, 100, 5000, false));
	assert_int_equal(purse_look(&p, i.text).state, STATE(MINED));
	assert_true(purse_final(&p, i.text, 5000));
	assert_int_equal(purse_look(&p, i.text).state, STATE(DONE));
	assert_int_equal(effect_of(&p, i.text), CHAIN_NOTHING);
	assert_int_equal(purse_wallet(&p).next_nonce, 8);
	assert_int_equal(purse_wallet(&p).ended, 1);
	assert_int_equal(purse_wallet(&p).spent_today_gwei, 50000 * 30);
	play_end(&p);
}

static void
test_ledger_a_reverted_one_ends_as_that(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_true(purse_reserve(&p, i.text, 50000, GWEI));
	assert_true(purse_sign(&p, i.text, 1, GWEI, 100, false));
	/* Sent, and nobody could write that down any more. */
	assert_true(purse_mined(&p, i.text, 100, 1, true));
	assert_true(purse_final(&p, i.text, 1));
	assert_int_equal(purse_look(&p, i.text).state, STATE(REVERTED));
	play_end(&p);
}

static void
test_ledger_a_stuck_one_gets_dearer(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_true(purse_reserve(&p, i.text, 50000, 100 * GWEI));
	assert_false(purse_sign(&p, i.text, 1, 99 * GWEI, 100, false));
	assert_refused(&p, "fee_too_low", "99000000000 100000000000");
	assert_true(purse_sign(&p, i.text, 1, 100 * GWEI, 100, false));
	assert_true(purse_sent(&p, i.text, 1));
	assert_false(purse_sign(&p, i.text, 2, 110 * GWEI - 2, 101, false));
	assert_refused(&p, "fee_too_low", "109999999998 110000000000");
	assert_true(purse_sign(&p, i.text, 2, 110 * GWEI, 101, false));
	assert_int_equal(purse_wallet(&p).spent_today_gwei, 50000 * 110);
	assert_false(purse_sent(&p, i.text, 1));
	assert_refused(&p, "stale", "attempt 2 1");
	assert_true(purse_sent(&p, i.text, 2));
	/* The first one was mined after all: that is the same intent. */
	assert_true(purse_mined(&p, i.text, 100, 9, false));
	assert_true(purse_final(&p, i.text, 9));
	assert_int_equal(purse_look(&p, i.text).state, STATE(DONE));
	assert_memory_equal(
	    purse_look(&p, i.text).hash.data, made_of(&p, 100), 32);
	play_end(&p);
}

static void
test_ledger_a_block_may_go_away(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_true(purse_reserve(&p, i.text, 50000, GWEI));
	assert_true(purse_sign(&p, i.text, 1, GWEI, 100, false));
	assert_true(purse_sent(&p, i.text, 1));
	assert_true(purse_mined(&p, i.text, 100, 5, true));
	assert_false(purse_reorged(&p, i.text, 6));
	assert_string_equal(p.refusal, "stale");
	assert_true(purse_reorged(&p, i.text, 5));
	assert_int_equal(effect_of(&p, i.text), CHAIN_SEND);
	assert_false(purse_final(&p, i.text, 5));
	assert_string_equal(p.refusal, "wrong_state");
	/* In the other branch the contract says yes. */
	assert_true(purse_mined(&p, i.text, 100, 6, false));
	assert_true(purse_final(&p, i.text, 6));
	assert_int_equal(purse_look(&p, i.text).state, STATE(DONE));
	play_end(&p);
}

static void
test_ledger_what_was_never_signed_is_cancelled_at_once(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_false(purse_cancel(&p, "@governance", i.text));
	assert_refused(&p, "not_permitted", "@marketplace");
	assert_true(purse_cancel(&p, "@marketplace", i.text));
	assert_int_equal(purse_look(&p, i.text).state, STATE(CANCELLED));
	assert_int_equal(purse_wallet(&p).next_nonce, 7);
	play_end(&p);
}

static void
test_ledger_what_was_signed_is_revoked_by_its_nonce(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_true(purse_reserve(&p, i.text, 50000, 10 * GWEI));
	assert_true(purse_sign(&p, i.text, 1, 10 * GWEI, 100, false));
	assert_true(purse_sent(&p, i.text, 1));
	assert_true(purse_cancel(&p, "@marketplace", i.text));
	assert_int_equal(effect_of(&p, i.text), CHAIN_REVOKE);
	assert_true(purse_sign(&p, i.text, 2, 11 * GWEI, 101, true));
	assert_true(purse_sent(&p, i.text, 2));
	assert_int_equal(effect_of(&p, i.text), CHAIN_WATCH);
	/* From now on only dearer revocations. */
	assert_false(purse_sign(&p, i.text, 3, 20 * GWEI, 102, false));
	assert_refused(&p, "field_not_valid", "is_cancellation true");
	assert_true(purse_mined(&p, i.text, 101, 5, false));
	assert_true(purse_final(&p, i.text, 5));
	assert_int_equal(purse_look(&p, i.text).state, STATE(CANCELLED));
	play_end(&p);
}

static void
test_ledger_a_nonce_used_elsewhere_lets_it_begin_anew(void **state)
{
	struct play p;
	struct stoa_id i;

	(void)state;
	purse_open(&p, MANY, MANY);
	i = purse_submit(&p);
	assert_true(purse_reserve(&p, i.text, 50000, GWEI));
	assert_true(purse_sign(&p, i.text, 1, GWEI, 100, false));
	assert_true(purse_sent(&p, i.text, 1));
	assert_false(purse_taken(&p, i.text, 8));
	assert_refused(&p, "stale", "nonce 7 8");
	assert_true(purse_taken(&p, i.text, 7));
	assert_int_equal(effect_of(&p, i.text), CHAIN_PRICE);
	assert_false(purse_mined(&p, i.text, 100, 5, false));
	assert_true(purse_reserve(&p, i.text, 50000, GWEI));
	assert_int_equal(purse_look(&p, i.text).nonce, 8);
	assert_true(purse_sign(&p, i.text, 1, GWEI, 200, false));
	assert_false(purse_mined(&p, i.text, 100, 5, false));
	assert_string_equal(p.refusal, "unknown_transaction");
	play_end(&p);
}

static void
test_ledger_caps_hold(void **state)
{
	struct play p;
	struct stoa_id i, k;

	(void)state;
	purse_open(&p, 2000, 3000);
	i = purse_submit(&p);
	k = purse_submit(&p);
	assert_false(purse_reserve(&p, i.text, 21000, GWEI / 10));
	assert_refused(&p, "over_intent_cap", "2100 2000");
	/* 21,000 gas at 0.0952380952 gwei is 1,999.9999992: rounded up. */
	assert_true(purse_reserve(&p, i.text, 21000, 95238095));
	assert_int_equal(purse_look(&p, i.text).cost_gwei, 2000);
	assert_false(purse_reserve(&p, k.text, 21000, 50000000));
	assert_refused(&p, "over_day_cap", "3050 3000");
	/* Nor by way of a dearer attempt. */
	assert_true(purse_reserve(&p, k.text, 21000, 47000000));
	assert_true(purse_sign(&p, k.text, 1, 47000000, 1, false));
	assert_false(purse_sign(&p, k.text, 2, 60000000, 2, false));
	assert_refused(&p, "over_day_cap", "3260 3000");
	p.now_us += STOA_US_PER_DAY;
	assert_true(purse_sign(&p, k.text, 2, 60000000, 2, false));
	assert_int_equal(purse_wallet(&p).spent_today_gwei, 1260 - 987);
	assert_true(purse_caps(&p, 5000, 5000));
	assert_true(purse_caps(&p, 5000, 5000));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

static void
test_ledger_refuses_by_name(void **state)
{
	static uint8_t large[CHAIN_DATA_MAX + 1];
	struct play p;
	Stoa__Chain__SubmitRequest in;
	struct stoa_id i;

	(void)state;
	play_begin(&p, &chain_core, "w_aaaaaaaaaa");
	in = purse_request(&p);
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_string_equal(p.refusal, "not_open");
	play_end(&p);
	purse_open(&p, MANY, MANY);
	in = purse_request(&p);
	assert_false(play(&p, "u_aaaaaaaaaa", "Submit", &in.base));
	assert_refused(&p, "not_permitted", "a daemon");
	in = purse_request(&p);
	in.kind = (char *)(uintptr_t) "";
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_refused(&p, "field_not_valid", "kind 32");
	in = purse_request(&p);
	in.to.len = 19;
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_refused(&p, "field_not_valid", "to 20");
	in = purse_request(&p);
	in.data = bytes_of(large, sizeof(large));
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_refused(&p, "field_not_valid", "data 65536");
	in = purse_request(&p);
	in.gas_max = 20999;
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_refused(&p, "field_not_valid", "gas_max 30000000");
	in = purse_request(&p);
	in.value_gwei = UINT64_MAX;
	assert_false(play(&p, "@marketplace", "Submit", &in.base));
	assert_string_equal(p.refusal, "field_not_valid");
	i = purse_submit(&p);
	assert_false(purse_reserve(&p, "i_zzzzzzzzzz", 50000, GWEI));
	assert_refused(&p, "no_such_intent", "i_zzzzzzzzzz");
	assert_false(purse_reserve(&p, i.text, 100001, GWEI));
	assert_refused(&p, "field_not_valid", "gas 100000");
	assert_false(purse_reserve(&p, i.text, 50000, 0));
	assert_false(purse_reserve(&p, i.text, 50000, UINT64_MAX));
	assert_false(purse_sign(&p, i.text, 1, GWEI, 1, false));
	assert_string_equal(p.refusal, "wrong_state");
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ledger_one_intent_from_its_wish_to_its_end),
	    cmocka_unit_test(test_ledger_a_reverted_one_ends_as_that),
	    cmocka_unit_test(test_ledger_a_stuck_one_gets_dearer),
	    cmocka_unit_test(test_ledger_a_block_may_go_away),
	    cmocka_unit_test(
		test_ledger_what_was_never_signed_is_cancelled_at_once),
	    cmocka_unit_test(
		test_ledger_what_was_signed_is_revoked_by_its_nonce),
	    cmocka_unit_test(
		test_ledger_a_nonce_used_elsewhere_lets_it_begin_anew),
	    cmocka_unit_test(test_ledger_caps_hold),
	    cmocka_unit_test(test_ledger_refuses_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
