/* What members type that cannot be: each is refused by name, with what is
 * allowed, and changes nothing. The same is asked of a model of the ledger and
 * of one that is a token. */
#include "stall.h"

#define SECOND STOA_US_PER_S
#define CID    "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

/* Refused with exactly this, and nothing is recorded of it. */
static void
refused(struct play *p, const struct stoa_hash *before, const char *reason,
    const char *args)
{
	struct stoa_hash after = play_digest(p, p->state);

	assert_string_equal(p->refusal, reason);
	if (args != NULL) {
		assert_string_equal(p->args, args);
	}
	assert_int_equal(p->events, 0);
	assert_true(stoa_hash_is_equal(before, &after));
}

#define REFUSED(command, reason, args)                              \
	do {                                                        \
		struct stoa_hash before = play_digest(&p, p.state); \
                                                                    \
		assert_false(command);                              \
		refused(&p, &before, (reason), (args));             \
	} while (0)

static void
market_open(struct play *p, char *m, bool is_on_chain)
{
	play_begin(p, &marketplace_core, "c_aaaaaaaaaa");
	if (is_on_chain) {
		stall_mint(p, m, 1000);
	} else {
		stall_list(p, m, 1000);
	}
	assert_true(stall_offer_terms(p, ann, m, 1000, 3600, 10));
	if (is_on_chain) {
		assert_true(stall_relisted(p, m, 2, NULL));
	}
}

static void
test_prices_that_are_none(void **state)
{
	static const int64_t bad[] = {
	    -1, INT64_MIN, MARKETPLACE_PRICE_MAX + 1, INT64_MAX};
	struct play p;
	char *m = stall_model('a'), *n = stall_model('b');

	(void)state;
	for (int is_on_chain = 0; is_on_chain < 2; is_on_chain++) {
		market_open(&p, m, is_on_chain != 0);
		REFUSED(stall_offer_terms(&p, ann, m, 0, 0, 0),
		    "price_not_valid", "price_micro 1 1000000000000000");
		for (size_t i = 0; i < STOA_COUNT(bad); i++) {
			REFUSED(stall_offer_terms(&p, ann, m, bad[i], 0, 0),
			    "price_not_valid",
			    "price_micro 1 1000000000000000");
			REFUSED(stall_offer_terms(&p, ann, m, 0, bad[i], 0),
			    "price_not_valid", "rent_micro 1 1000000000000000");
			REFUSED(stall_offer_terms(&p, ann, m, 0, 0, bad[i]),
			    "price_not_valid",
			    "question_micro 1 1000000000000000");
			REFUSED(stall_approve(&p, n, bad[i]), "price_not_valid",
			    "price_micro 1 1000000000000000");
			REFUSED(
			    stall_buy(&p, bob, m, bad[i]), "stale_price", NULL);
		}
		REFUSED(stall_buy(&p, bob, m, 0), "stale_price",
		    "m_aaaaaaaaaa 1000 0");
		play_end(&p);
	}
	market_open(&p, m, false);
	REFUSED(stall_bid(&p, bob, m, 0, 0), "price_not_valid",
	    "price_micro 1 1000000000000000");
	REFUSED(stall_bid(&p, bob, m, INT64_MAX, 0), "price_not_valid",
	    "price_micro 1 1000000000000000");
	play_end(&p);
}

/* The longest lease of the dearest model is beyond what can be moved. */
static void
test_sums_that_are_too_large(void **state)
{
	struct play p;
	char *m = stall_model('a');

	(void)state;
	for (int is_on_chain = 0; is_on_chain < 2; is_on_chain++) {
		market_open(&p, m, is_on_chain != 0);
		assert_true(stall_offer_terms(&p, ann, m, 0,
		    MARKETPLACE_PRICE_MAX, MARKETPLACE_PRICE_MAX));
		if (is_on_chain) {
			assert_true(stall_relisted(&p, m, 3, NULL));
		}
		REFUSED(stall_lease(&p, bob, m, MARKETPLACE_LEASE_US_MAX, 1),
		    "price_not_valid", "total_micro 1 1000000000000000");
		REFUSED(stall_meter(&p, bob, m, 2, 1), "price_not_valid",
		    "total_micro 1 1000000000000000");
		REFUSED(stall_meter(&p, bob, m, UINT32_MAX, 1), "too_many",
		    "questions 1000000");
		play_end(&p);
	}
}

static void
test_times_that_are_none(void **state)
{
	static const int64_t bad[] = {1, SECOND - 1, -SECOND, INT64_MIN,
	    MARKETPLACE_LEASE_US_MAX + 1, 36525 * STOA_US_PER_DAY, INT64_MAX};
	struct play p;
	char *m = stall_model('a');

	(void)state;
	for (int is_on_chain = 0; is_on_chain < 2; is_on_chain++) {
		market_open(&p, m, is_on_chain != 0);
		REFUSED(stall_lease(&p, bob, m, 0, 1), "duration_not_valid",
		    "1000000 31622400000000");
		for (size_t i = 0; i < STOA_COUNT(bad); i++) {
			/* What is almost a second is one on a chain. */
			if (is_on_chain && bad[i] > 0 && bad[i] < SECOND) {
				continue;
			}
			REFUSED(stall_lease(&p, bob, m, bad[i], 1),
			    "duration_not_valid", "1000000 31622400000000");
		}
		/* One second is a lease. */
		assert_true(stall_lease(&p, bob, m, SECOND, 1));
		play_end(&p);
	}
}

static void
test_ids_that_are_something_else(void **state)
{
	struct play p;
	char *m = stall_model('a');
	struct stoa_id sale;
	static const char *const ids[] = {"", "m_", "m_zzzzzzzzzz",
	    "j_aaaaaaaaaa", "d_aaaaaaaaaa", "u_aaaaaaaaaa", CID, "M_AAAAAAAAAA",
	    "m_aaaaaaaaaa ", "m_aaaaaaaaaa/../x", "intents"};

	(void)state;
	for (int is_on_chain = 0; is_on_chain < 2; is_on_chain++) {
		market_open(&p, m, is_on_chain != 0);
		for (size_t i = 0; i < STOA_COUNT(ids); i++) {
			char *id = TEXT(ids[i]);

			REFUSED(
			    stall_buy(&p, bob, id, 1000), "not_approved", id);
			REFUSED(stall_lease(&p, bob, id, SECOND, 1),
			    "not_approved", id);
			REFUSED(stall_offer_terms(&p, ann, id, 1, 0, 0),
			    "not_approved", id);
			REFUSED(stall_use(&p, ann, id), "not_approved", id);
			REFUSED(stall_answer(&p, ann, id, true), "no_such_deal",
			    id);
			REFUSED(stall_return(&p, bob, id), "no_such_deal", id);
		}
		/* A deal for a model, a model for a deal. */
		assert_true(stall_buy(&p, bob, m, 1000));
		sale = stall_deal(&p, bob);
		REFUSED(stall_buy(&p, cyd, sale.text, 1000), "not_approved",
		    sale.text);
		REFUSED(stall_return(&p, bob, m), "no_such_deal", m);
		/* One that has not begun, and one that is no lease. */
		REFUSED(stall_return(&p, bob, sale.text), "not_permitted",
		    "a deal that has begun");
		play_end(&p);
	}
}

/* The same model id of another community is no model here. */
static void
test_another_communitys_model_is_none(void **state)
{
	struct play p;
	char *m = stall_model('a');

	(void)state;
	play_begin(&p, &marketplace_core, "c_bbbbbbbbbb");
	REFUSED(stall_buy(&p, bob, m, 1000), "not_approved", m);
	REFUSED(stall_offer_terms(&p, ann, m, 5, 0, 0), "not_approved", m);
	play_end(&p);
}

static void
test_people_who_may_not(void **state)
{
	struct play p;
	char *m = stall_model('a');
	Stoa__Marketplace__TakedownRequest down =
	    STOA__MARKETPLACE__TAKEDOWN_REQUEST__INIT;
	Stoa__Marketplace__RecordTradedRequest traded =
	    STOA__MARKETPLACE__RECORD_TRADED_REQUEST__INIT;

	(void)state;
	for (int is_on_chain = 0; is_on_chain < 2; is_on_chain++) {
		market_open(&p, m, is_on_chain != 0);
		REFUSED(stall_buy(&p, ann, m, 1000), "own_model", m);
		REFUSED(stall_lease(&p, ann, m, SECOND, 1), "own_model", m);
		REFUSED(stall_buy(&p, bob, m, 999), "stale_price",
		    "m_aaaaaaaaaa 1000 999");
		REFUSED(stall_offer_terms(&p, bob, m, 1, 0, 0),
		    "not_your_model", "m_aaaaaaaaaa u_aaaaaaaaaa");
		REFUSED(stall_use(&p, bob, m), "no_access",
		    "m_aaaaaaaaaa u_aaaaaaaaaa 3600 10 1000");
		/* What only the daemon itself may say. */
		REFUSED(play(&p, bob, "RecordTraded", &traded.base),
		    "not_permitted", "marketplace");
		REFUSED(play(&p, "@bot", "RecordTraded", &traded.base),
		    "not_permitted", "marketplace");
		REFUSED(play(&p, "@marketplace", "Buy", &traded.base),
		    "not_permitted", "a member");
		down.model = m;
		REFUSED(play(&p, ann, "Takedown", &down.base), "not_permitted",
		    "governance");
		assert_true(play(&p, "@governance", "Takedown", &down.base));
		REFUSED(stall_use(&p, ann, m), "withdrawn_model", NULL);
		REFUSED(stall_buy(&p, bob, m, 1000), "withdrawn_model", NULL);
		REFUSED(stall_offer_terms(&p, ann, m, 5, 0, 0),
		    "withdrawn_model", NULL);
		play_end(&p);
	}
}

static void
test_offers_that_are_over(void **state)
{
	struct play p;
	char *m = stall_model('a');
	struct stoa_id bid;
	char args[96];

	(void)state;
	market_open(&p, m, false);
	REFUSED(stall_bid(&p, bob, m, 5, SECOND - 1), "duration_not_valid",
	    "1000000 7776000000000");
	REFUSED(stall_bid(&p, bob, m, 5, 91 * STOA_US_PER_DAY),
	    "duration_not_valid", "1000000 7776000000000");
	assert_true(stall_bid(&p, bob, m, 5, SECOND));
	bid = stall_deal(&p, bob);
	REFUSED(stall_answer(&p, ann, bid.text, true), "not_permitted",
	    "a deal that has begun");
	assert_true(stall_held(&p, &bid));
	(void)snprintf(args, sizeof(args), "%s %s", bid.text, ann);
	REFUSED(stall_answer(&p, cyd, bid.text, true), "not_your_deal", args);
	REFUSED(stall_answer(&p, bob, bid.text, true), "not_your_deal", args);
	p.now_us += SECOND;
	(void)snprintf(
	    args, sizeof(args), "%s %lld", bid.text, (long long)p.now_us);
	REFUSED(stall_answer(&p, ann, bid.text, true), "offer_expired", args);
	stall_wait(&p, 0);
	(void)snprintf(args, sizeof(args), "%s expired", bid.text);
	REFUSED(stall_answer(&p, ann, bid.text, true), "deal_ended", args);
	assert_int_equal(stall_view(&p, bid.text).refund_micro, 5);
	play_end(&p);
}

/* Nobody crowds out the others. */
static void
test_too_many_deals_of_one_member(void **state)
{
	struct play p;
	char *m = stall_model('a');

	(void)state;
	market_open(&p, m, false);
	for (unsigned i = 0; i < MARKETPLACE_OPEN_MEMBER_MAX; i++) {
		assert_true(stall_bid(&p, bob, m, 1, 0));
	}
	REFUSED(stall_bid(&p, bob, m, 1, 0), "too_many",
	    "deals under way of one member 100");
	assert_true(stall_bid(&p, cyd, m, 1, 0));
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prices_that_are_none),
	    cmocka_unit_test(test_sums_that_are_too_large),
	    cmocka_unit_test(test_times_that_are_none),
	    cmocka_unit_test(test_ids_that_are_something_else),
	    cmocka_unit_test(test_another_communitys_model_is_none),
	    cmocka_unit_test(test_people_who_may_not),
	    cmocka_unit_test(test_offers_that_are_over),
	    cmocka_unit_test(test_too_many_deals_of_one_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
