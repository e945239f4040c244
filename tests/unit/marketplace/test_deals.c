#include "stall.h"

#include "base/rng.h"

#define STATE(NAME) STOA__MARKETPLACE__DEAL_STATE__##NAME
#define SECOND	    STOA_US_PER_S

static enum marketplace_effect
effect(struct play *p, const struct stoa_id *deal)
{
	return marketplace_deal_effect(
	    marketplace_deal(p->state, stoa_id_str(deal)));
}

static void
test_a_sale_moves_the_model_and_is_paid_once(void **state)
{
	struct play p;
	char *m = stall_model('a');
	struct stoa_id sale;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_false(stall_buy(&p, ann, m, 1000));
	assert_refused(&p, "own_model", m);
	assert_false(stall_buy(&p, bob, m, 999));
	assert_refused(&p, "stale_price", "m_aaaaaaaaaa 1000 999");
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	assert_int_equal(effect(&p, &sale), MARKETPLACE_HOLD);
	/* It is bob's to pay for, and nobody else's meanwhile. */
	assert_false(stall_buy(&p, cyd, m, 1000));
	assert_refused(&p, "being_sold", m);
	assert_false(stall_offer_terms(&p, ann, m, 5000, 0, 0));
	assert_refused(&p, "being_sold", m);
	assert_true(stall_held(&p, &sale));
	assert_int_equal(p.events, 3);
	assert_true(stall_held(&p, &sale)); /* again */
	assert_int_equal(p.events, 0);
	seen = stall_view(&p, sale.text);
	assert_string_equal(stall_listing(&p, m).owner, bob);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 900);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 50);
	assert_int_equal(stall_paid(&seen, dan, "data"), 25);
	assert_int_equal(stall_paid(&seen, "@treasury", "community"), 25);
	assert_int_equal(effect(&p, &sale), MARKETPLACE_SETTLE);
	assert_int_equal(stall_earnings(&p, ann).sales_micro, 0);
	assert_true(stall_settled(&p, &sale));
	assert_true(stall_settled(&p, &sale));
	assert_int_equal(stall_earnings(&p, ann).sales_micro, 900);
	assert_int_equal(stall_earnings(&p, ann).creator_micro, 50);
	assert_int_equal(effect(&p, &sale), MARKETPLACE_NOTHING);
	/* The old price was the seller's word. */
	assert_false(stall_buy(&p, ann, m, 1000));
	assert_refused(&p, "not_listed", "m_aaaaaaaaaa sale");
	play_end(&p);
}

static void
test_who_cannot_pay_leaves_the_listing(void **state)
{
	struct play p;
	char *m = stall_model('b');
	struct stoa_id sale;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	assert_true(stall_broke(&p, &sale));
	assert_int_equal(stall_view(&p, sale.text).state, STATE(REFUSED));
	assert_string_equal(
	    stall_view(&p, sale.text).refusal->reason, "insufficient_funds");
	assert_string_equal(stall_listing(&p, m).owner, ann);
	assert_true(stall_buy(&p, cyd, m, 1000));
	play_end(&p);
}

static void
test_a_lease_gives_access_for_its_time(void **state)
{
	struct play p;
	char *m = stall_model('c');
	struct stoa_id lease;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_false(stall_lease(&p, bob, m, SECOND, 1));
	assert_refused(&p, "not_listed", "m_aaaaaaaaac lease");
	assert_true(stall_offer_terms(&p, ann, m, 0, 3600000, 0));
	assert_false(stall_lease(&p, bob, m, SECOND - 1, 1000));
	assert_refused(&p, "duration_not_valid", "1000000 31622400000000");
	assert_false(stall_lease(&p, bob, m, 36525 * STOA_US_PER_DAY, 1000));
	assert_string_equal(p.refusal, "duration_not_valid");
	assert_false(stall_lease(&p, bob, m, -SECOND, 1000));
	assert_string_equal(p.refusal, "duration_not_valid");
	assert_false(stall_lease(&p, bob, m, 10 * SECOND, 9999));
	assert_refused(&p, "stale_price", "m_aaaaaaaaac 10000 9999");
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10000));
	lease = stall_deal(&p, bob);
	assert_false(stall_access(&p, bob, m).is_allowed);
	assert_true(stall_held(&p, &lease));
	assert_true(stall_access(&p, bob, m).is_allowed);
	assert_int_equal(
	    stall_access(&p, bob, m).until_us, p.now_us + 10 * SECOND);
	assert_false(stall_access(&p, cyd, m).is_allowed);
	assert_false(stall_lease(&p, bob, m, 10 * SECOND, 10000));
	assert_string_equal(p.refusal, "already_leased");
	/* What the owner does now changes nothing for bob. */
	assert_true(stall_offer_terms(&p, ann, m, 0, 1, 0));
	assert_false(stall_return(&p, ann, lease.text));
	assert_refused(&p, "not_your_deal",
	    stoa_arena_printf(&p.arena, "%s %s", lease.text, bob));
	p.now_us += 10 * SECOND - 1;
	assert_true(stall_use(&p, bob, m));
	p.now_us += 1;
	/* Over, though nobody has recorded it yet. */
	assert_false(stall_use(&p, bob, m));
	assert_refused(&p, "no_access", "m_aaaaaaaaac u_aaaaaaaaaa 1 0 0");
	assert_false(stall_access(&p, bob, m).is_allowed);
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 1));
	stall_wait(&p, 0);
	seen = stall_view(&p, lease.text);
	assert_int_equal(seen.state, STATE(SETTLING));
	assert_int_equal(seen.refund_micro, 0);
	assert_int_equal(stall_paid(&seen, ann, NULL), 9500);
	assert_int_equal(seen.used, 1);
	play_end(&p);
}

static void
test_a_lease_that_is_returned_is_split_to_the_micro(void **state)
{
	struct play p;
	char *m = stall_model('d');
	struct stoa_id lease;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 0, 3600007, 0));
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10001));
	lease = stall_deal(&p, bob);
	assert_false(stall_return(&p, bob, lease.text));
	assert_refused(&p, "not_permitted", "a deal that has begun");
	assert_true(stall_held(&p, &lease));
	p.now_us += 3333333;
	assert_int_equal(stall_earnings(&p, ann).pending_micro, 3334);
	assert_true(stall_return(&p, bob, lease.text));
	seen = stall_view(&p, lease.text);
	/* 3333.3398 rounded up is the owner's side. */
	assert_int_equal(seen.refund_micro, 10001 - 3334);
	assert_int_equal(stall_paid(&seen, ann, NULL) +
			     stall_paid(&seen, dan, NULL) +
			     stall_paid(&seen, "@treasury", NULL),
	    3334);
	assert_false(stall_access(&p, bob, m).is_allowed);
	assert_false(stall_return(&p, bob, lease.text));
	assert_refused(&p, "deal_ended",
	    stoa_arena_printf(&p.arena, "%s returned", lease.text));
	play_end(&p);
}

static void
test_a_lease_goes_on_under_a_new_owner(void **state)
{
	struct play p;
	char *m = stall_model('e');
	struct stoa_id lease, sale;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600000, 0));
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10000));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	p.now_us += 4 * SECOND;
	assert_true(stall_buy(&p, cyd, m, 1000));
	sale = stall_deal(&p, cyd);
	assert_true(stall_held(&p, &sale));
	assert_true(stall_access(&p, bob, m).is_allowed);
	assert_false(stall_access(&p, ann, m).is_allowed);
	assert_int_equal(stall_earnings(&p, ann).pending_micro, 4000);
	stall_wait(&p, 6 * SECOND);
	seen = stall_view(&p, lease.text);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 3600);
	assert_int_equal(stall_paid(&seen, cyd, "owner"), 5400);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 500);
	assert_true(stall_settled(&p, &lease));
	assert_int_equal(stall_earnings(&p, cyd).leases_micro, 5400);
	play_end(&p);
}

static void
test_a_meter_counts_questions_up_to_its_cap(void **state)
{
	struct play p;
	char *m = stall_model('f');
	struct stoa_id meter;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_true(
	    stall_offer_terms(&p, ann, m, 0, 0, MARKETPLACE_PRICE_MAX / 2));
	assert_false(stall_meter(&p, bob, m, 3, 1));
	assert_refused(&p, "price_not_valid", "total_micro 1 1000000000000000");
	assert_true(stall_offer_terms(&p, ann, m, 0, 0, 100));
	assert_false(stall_meter(&p, bob, m, MARKETPLACE_QUESTIONS_MAX + 1, 1));
	assert_refused(&p, "too_many", "questions 1000000");
	assert_true(stall_meter(&p, bob, m, 3, 300));
	meter = stall_deal(&p, bob);
	assert_true(stall_held(&p, &meter));
	assert_int_equal(stall_access(&p, bob, m).questions_left, 3);
	assert_true(stall_use(&p, bob, m));
	assert_true(stall_use(&p, bob, m));
	assert_int_equal(stall_access(&p, bob, m).questions_left, 1);
	assert_true(stall_return(&p, bob, meter.text));
	seen = stall_view(&p, meter.text);
	assert_int_equal(seen.refund_micro, 100);
	assert_int_equal(stall_paid(&seen, ann, NULL), 190);

	assert_true(stall_meter(&p, bob, m, 1, 100));
	meter = stall_deal(&p, bob);
	assert_true(stall_held(&p, &meter));
	assert_true(stall_use(&p, bob, m));
	/* The last one ends it. */
	assert_int_equal(stall_view(&p, meter.text).state, STATE(SETTLING));
	assert_false(stall_use(&p, bob, m));
	assert_string_equal(p.refusal, "no_access");
	assert_true(stall_meter(&p, bob, m, 2, 200));
	meter = stall_deal(&p, bob);
	assert_true(stall_held(&p, &meter));
	stall_wait(&p, MARKETPLACE_METER_US);
	assert_int_equal(stall_view(&p, meter.text).refund_micro, 200);
	play_end(&p);
}

static void
test_offers_are_answered_or_end(void **state)
{
	struct play p;
	char *m = stall_model('g');
	struct stoa_id first, second, third, late;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_false(stall_bid(&p, bob, m, 0, 0));
	assert_string_equal(p.refusal, "price_not_valid");
	assert_true(stall_bid(&p, bob, m, 400, 0));
	first = stall_deal(&p, bob);
	assert_true(stall_held(&p, &first));
	assert_int_equal(effect(&p, &first), MARKETPLACE_TELL);
	assert_true(stall_bid(&p, cyd, m, 500, 0));
	second = stall_deal(&p, cyd);
	assert_true(stall_held(&p, &second));
	assert_true(stall_bid(&p, bob, m, 600, 5 * SECOND));
	late = stall_deal(&p, bob);
	assert_true(stall_held(&p, &late));
	assert_true(stall_bid(&p, dan, m, 1, 0));
	third = stall_deal(&p, dan);
	assert_true(stall_held(&p, &third));

	assert_false(stall_answer(&p, cyd, first.text, true));
	assert_string_equal(p.refusal, "not_your_deal");
	assert_false(stall_answer(&p, bob, first.text, true));
	assert_string_equal(p.refusal, "not_your_deal");
	assert_true(stall_answer(&p, ann, third.text, false));
	assert_int_equal(stall_view(&p, third.text).refund_micro, 1);
	p.now_us += 5 * SECOND;
	assert_false(stall_answer(&p, ann, late.text, true));
	assert_string_equal(p.refusal, "offer_expired");
	stall_wait(&p, 0);
	assert_int_equal(stall_view(&p, late.text).reason,
	    STOA__MARKETPLACE__END_REASON__expired);
	assert_true(stall_answer(&p, ann, first.text, true));
	seen = stall_view(&p, first.text);
	assert_string_equal(stall_listing(&p, m).owner, bob);
	assert_int_equal(stall_paid(&seen, ann, NULL), 380);
	/* The other offer is to the new owner now. */
	assert_false(stall_answer(&p, ann, second.text, true));
	assert_string_equal(p.refusal, "not_your_deal");
	assert_true(stall_answer(&p, cyd, second.text, false));
	assert_int_equal(stall_view(&p, second.text).reason,
	    STOA__MARKETPLACE__END_REASON__withdrawn);
	play_end(&p);
}

static void
test_who_buys_takes_their_own_offers_back(void **state)
{
	struct play p;
	char *m = stall_model('h');
	struct stoa_id bid, sale;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 1000);
	assert_true(stall_bid(&p, bob, m, 400, 0));
	bid = stall_deal(&p, bob);
	assert_true(stall_held(&p, &bid));
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	assert_true(stall_held(&p, &sale));
	stall_wait(&p, 0);
	assert_int_equal(stall_view(&p, bid.text).reason,
	    STOA__MARKETPLACE__END_REASON__owner_changed);
	assert_int_equal(stall_view(&p, bid.text).refund_micro, 400);
	play_end(&p);
}

/* ---- anything, in any order: no money comes or goes
 * --------------------------- */

#define DEALS_MAX 4000

struct fair {
	struct play p;
	struct stoa_rng rng;
	struct stoa_id deals[DEALS_MAX];
	size_t count;
};

static char *
anybody(struct fair *f)
{
	char *const all[] = {ann, bob, cyd, dan};

	return all[stoa_rng_below(&f->rng, STOA_COUNT(all))];
}

static char *
any_model(struct fair *f)
{
	return stall_model((char)('a' + stoa_rng_below(&f->rng, 4)));
}

static void
fair_begin_deal(struct fair *f)
{
	char *who = anybody(f), *m = any_model(f);
	Stoa__Marketplace__Listing seen = stall_listing(&f->p, m);
	int64_t seconds = 1 + (int64_t)stoa_rng_below(&f->rng, 100);
	uint32_t questions = 1 + (uint32_t)stoa_rng_below(&f->rng, 3);
	bool ok = false;

	switch (stoa_rng_below(&f->rng, 4)) {
	case 0:
		ok = stall_buy(&f->p, who, m, seen.price_micro);
		break;
	case 1:
		ok = stall_lease(&f->p, who, m, seconds * SECOND,
		    (seen.rent_micro * seconds + 3599) / 3600);
		break;
	case 2:
		ok = stall_meter(
		    &f->p, who, m, questions, questions * seen.question_micro);
		break;
	case 3:
		ok = stall_bid(&f->p, who, m, 1 + seconds, seconds * SECOND);
		break;
	}
	if (ok && f->count < DEALS_MAX) {
		f->deals[f->count++] = stall_deal(&f->p, who);
	}
}

static void
fair_step(struct fair *f)
{
	struct stoa_id *deal =
	    f->count == 0 ? NULL : &f->deals[stoa_rng_below(&f->rng, f->count)];
	char *m = any_model(f);

	switch (stoa_rng_below(&f->rng, 8)) {
	case 0:
	case 1:
		fair_begin_deal(f);
		break;
	case 2:
		(void)stall_offer_terms(&f->p, anybody(f), m,
		    (int64_t)stoa_rng_below(&f->rng, 1000),
		    (int64_t)stoa_rng_below(&f->rng, 100000),
		    (int64_t)stoa_rng_below(&f->rng, 50));
		break;
	case 3:
		(void)stall_use(&f->p, anybody(f), m);
		break;
	case 4:
		stall_wait(&f->p,
		    (int64_t)stoa_rng_below(&f->rng, 20 * (uint64_t)SECOND));
		break;
	case 5:
		if (deal != NULL && stoa_rng_chance(&f->rng, 2)) {
			(void)stall_return(&f->p, anybody(f), deal->text);
		} else if (deal != NULL) {
			(void)stall_answer(&f->p, anybody(f), deal->text,
			    stoa_rng_chance(&f->rng, 2));
		}
		break;
	default:
		for (size_t i = 0; i < f->count; i++) {
			enum marketplace_effect e = effect(&f->p, &f->deals[i]);

			if (e == MARKETPLACE_HOLD) {
				(void)(stoa_rng_chance(&f->rng, 8)
					   ? stall_broke(&f->p, &f->deals[i])
					   : stall_held(&f->p, &f->deals[i]));
			} else if (e == MARKETPLACE_SETTLE) {
				(void)stall_settled(&f->p, &f->deals[i]);
			}
		}
		break;
	}
}

/* What was held is paid or went back; what was paid is what was earned. */
static void
fair_count(struct fair *f)
{
	int64_t paid = 0, earned = 0;
	const char *all[] = {ann, bob, cyd, dan, "@treasury"};

	for (size_t i = 0; i < f->count; i++) {
		Stoa__Marketplace__Deal seen =
		    stall_view(&f->p, f->deals[i].text);
		int64_t sum = seen.refund_micro;

		for (size_t k = 0; k < seen.n_parts; k++) {
			sum += seen.parts[k]->amount_micro;
			paid += seen.state == STATE(CLOSED)
				    ? seen.parts[k]->amount_micro
				    : 0;
		}
		if (seen.ended_us != 0 && seen.state != STATE(REFUSED)) {
			assert_int_equal(sum, seen.total_micro);
		}
	}
	for (size_t i = 0; i < STOA_COUNT(all); i++) {
		Stoa__Marketplace__EarningsReply e =
		    stall_earnings(&f->p, all[i]);

		earned += e.sales_micro + e.leases_micro + e.creator_micro +
			  e.data_micro + e.community_micro;
	}
	assert_int_equal(earned, paid);
}

static void
test_money_is_conserved_whatever_happens(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct fair f = {.count = 0};

		play_begin(&f.p, &marketplace_core, "c_aaaaaaaaaa");
		f.p.digest_one_in = 7;
		f.p.is_replaced = true;
		stoa_rng_init(&f.rng, seed);
		for (char letter = 'a'; letter < 'e'; letter++) {
			stall_list(&f.p, stall_model(letter), 100);
		}
		for (int i = 0; i < 1500; i++) {
			fair_step(&f);
			stoa_arena_reset(&f.p.arena);
		}
		fair_count(&f);
		assert_true(f.count > 50);
		play_end(&f.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_sale_moves_the_model_and_is_paid_once),
	    cmocka_unit_test(test_who_cannot_pay_leaves_the_listing),
	    cmocka_unit_test(test_a_lease_gives_access_for_its_time),
	    cmocka_unit_test(
		test_a_lease_that_is_returned_is_split_to_the_micro),
	    cmocka_unit_test(test_a_lease_goes_on_under_a_new_owner),
	    cmocka_unit_test(test_a_meter_counts_questions_up_to_its_cap),
	    cmocka_unit_test(test_offers_are_answered_or_end),
	    cmocka_unit_test(test_who_buys_takes_their_own_offers_back),
	    cmocka_unit_test(test_money_is_conserved_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
