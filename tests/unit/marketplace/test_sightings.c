/* What strangers do on the chain with models of the community. */
#include "stall.h"

#define STATE(NAME) STOA__MARKETPLACE__DEAL_STATE__##NAME
#define ENDED(NAME) STOA__MARKETPLACE__END_REASON__##NAME
#define KIND(NAME)  STOA__MARKETPLACE__DEAL_KIND__##NAME
#define SECOND	    STOA_US_PER_S
#define COMMUNITY   "c_aaaaaaaaaa"
#define STRANGER    "0x7878787878787878787878787878787878787878" /* 'x' */

/* In state.h, as the core's own. */
int64_t wei_to_micro(struct stoa_str wei);

static bool
moves(struct play *p, char letter, const char *to_member, char to)
{
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__TokenMoved moved = STOA__CHAIN__TOKEN_MOVED__INIT;
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;

	moved.token = stall_word(letter, 0);
	moved.from = stall_address('f');
	moved.to = stall_address(to);
	if (to_member != NULL) {
		party.community = TEXT(COMMUNITY);
		party.member = TEXT(to_member);
		moved.to_party = &party;
	}
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED;
	at.token_moved = &moved;
	return stall_sighted(p, &at);
}

/* By a splitter ('s'), a member's account, or a stranger. */
static bool
sells(struct play *p, char letter, char seller, const char *member,
    uint64_t micro)
{
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__TokenSold sold = STOA__CHAIN__TOKEN_SOLD__INIT;
	Stoa__Chain__Party party = STOA__CHAIN__PARTY__INIT;

	sold.token = stall_word(letter, 0);
	sold.listing = stall_word(letter, 1);
	sold.seller = stall_address(seller);
	sold.buyer = stall_address('x');
	sold.price_wei = stall_wei(micro);
	if (member != NULL) {
		party.community = TEXT(COMMUNITY);
		party.member = TEXT(member);
		sold.seller_party = &party;
	}
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_SOLD;
	at.token_sold = &sold;
	return stall_sighted(p, &at);
}

static Stoa__Marketplace__Deal
newest(struct play *p)
{
	Stoa__Marketplace__DealsQuery in = STOA__MARKETPLACE__DEALS_QUERY__INIT;
	Stoa__Marketplace__DealsReply out =
	    STOA__MARKETPLACE__DEALS_REPLY__INIT;

	in.limit = 1;
	assert_int_equal(
	    marketplace_query_deals(p->state, &in, &p->arena, &out), STOA_OK);
	assert_int_equal(out.n_deals, 1);
	return *out.deals[0];
}

static void
test_wei_is_rounded_down_to_micro_joy(void **state)
{
	static const struct {
		uint64_t high, low; /* the last two words of eight bytes */
		int64_t want;
	} table[] = {
	    {0, 0, 0},
	    {0, 999999999999, 0},
	    {0, 1000000000000, 1},
	    {0, 1999999999999, 1},
	    {0, UINT64_MAX, 18446744},
	    {1, 0, 18446744},
	    {54, 3875820019684212736u, 1000000000}, /* 1000 Joy */
	    {54210108u, 11507485374912167936u, 999999988571847},
	    {54210109u, 0, MARKETPLACE_PRICE_MAX}, /* beyond 10^15 */
	    {UINT64_MAX, UINT64_MAX, MARKETPLACE_PRICE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(table); i++) {
		uint8_t bytes[32] = {0};
		int64_t got;

		for (int k = 0; k < 8; k++) {
			bytes[16 + k] =
			    (uint8_t)(table[i].high >> (56 - 8 * k));
			bytes[24 + k] = (uint8_t)(table[i].low >> (56 - 8 * k));
		}
		got = wei_to_micro(stoa_str_of_bytes(bytes, sizeof(bytes)));
		if (table[i].high <= 54 ||
		    table[i].want == MARKETPLACE_PRICE_MAX) {
			assert_int_equal(got, table[i].want);
		} else {
			unsigned __int128 wei = (unsigned __int128)table[i].high
						    << 64 |
						table[i].low;

			assert_int_equal(got, (int64_t)(wei / 1000000000000u));
		}
	}
	{
		uint8_t bytes[32];

		memset(bytes, 0xff, sizeof(bytes));
		assert_int_equal(
		    wei_to_micro(stoa_str_of_bytes(bytes, sizeof(bytes))),
		    MARKETPLACE_PRICE_MAX);
	}
}

static void
test_a_stranger_who_buys_owns_it_and_is_paid_for(void **state)
{
	struct play p;
	char *m = stall_model('a');
	struct stoa_id sale, credit;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	/* Bob was about to. */
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	assert_true(stall_held(&p, &sale));
	assert_true(moves(&p, 'a', NULL, 'x'));
	assert_true(sells(&p, 'a', 's', NULL, 1000));
	assert_string_equal(stall_listing(&p, m).owner, STRANGER);
	assert_int_equal(stall_listing(&p, m).listed_us, 0);
	assert_int_equal(stall_listing(&p, m).token_listing.len, 0);
	assert_false(stall_access(&p, ann, m).is_allowed);
	seen = newest(&p);
	assert_string_equal(seen.member, STRANGER);
	assert_int_equal(seen.state, STATE(SETTLING));
	assert_int_equal(stall_paid(&seen, ann, "owner"), 900);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 50);
	assert_int_equal(stall_paid(&seen, "@treasury", "community"), 25);
	(void)snprintf(credit.text, sizeof(credit.text), "%s", seen.id);
	assert_int_equal(marketplace_deal_effect(
			     marketplace_deal(p.state, stoa_id_str(&credit))),
	    MARKETPLACE_CREDIT);
	assert_true(stall_settled(&p, &credit));
	assert_int_equal(stall_earnings(&p, ann).sales_micro, 900);
	/* Bob gets his money back. */
	assert_true(stall_traded(&p, &sale, 0, 0, "ListingGone"));
	assert_int_equal(stall_view(&p, sale.text).refund_micro, 1000);
	assert_string_equal(stall_listing(&p, m).owner, STRANGER);
	assert_false(stall_buy(&p, bob, m, 1000));
	assert_refused(&p, "not_listed", "m_aaaaaaaaaa sale");
	assert_false(stall_offer_terms(&p, ann, m, 5, 0, 0));
	assert_string_equal(p.refusal, "not_your_model");
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_COLLECT);
	play_end(&p);
}

static void
test_strangers_among_themselves_pay_royalties(void **state)
{
	struct play p;
	char *m = stall_model('b');
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(moves(&p, 'b', NULL, 'x'));
	assert_true(moves(&p, 'b', NULL, 'y'));
	assert_true(sells(&p, 'b', 'x', NULL, 2000));
	seen = newest(&p);
	assert_int_equal(seen.total_micro, 150);
	assert_int_equal(seen.n_parts, 2);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 100);
	assert_int_equal(stall_paid(&seen, dan, "data"), 50);
	assert_int_equal(seen.refund_micro, 0);
	/* A gift to a member's account is the member's. */
	assert_true(moves(&p, 'b', cyd, 'c'));
	assert_string_equal(stall_listing(&p, m).owner, cyd);
	assert_true(stall_offer_terms(&p, cyd, m, 7, 0, 0));
	assert_string_equal(stall_step(&p, m).action->list->owner->member, cyd);
	play_end(&p);
}

static void
test_a_member_sells_to_a_stranger(void **state)
{
	struct play p;
	char *m = stall_model('c');
	struct stoa_id sale;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	assert_true(stall_held(&p, &sale));
	assert_true(stall_traded(&p, &sale, 0, 0, NULL));
	assert_true(stall_offer_terms(&p, bob, m, 4000, 0, 0));
	assert_true(stall_relisted(&p, m, 2, NULL));
	assert_true(moves(&p, 'c', NULL, 'x'));
	assert_true(sells(&p, 'c', 'b', bob, 4000));
	seen = newest(&p);
	assert_int_equal(stall_paid(&seen, bob, "owner"), 3600);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 200);
	play_end(&p);
}

static void
test_a_sighting_counts_once_and_in_order(void **state)
{
	struct play p;
	char *m = stall_model('d');
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__TokenMoved moved = STOA__CHAIN__TOKEN_MOVED__INIT;
	Stoa__Marketplace__RecordSightedRequest in =
	    STOA__MARKETPLACE__RECORD_SIGHTED_REQUEST__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	assert_false(marketplace_has_tokens(p.state));
	stall_mint(&p, m, 1000);
	assert_true(marketplace_has_tokens(p.state));
	moved.token = stall_word('d', 0);
	moved.to = stall_address('x');
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED;
	at.token_moved = &moved;
	at.number = 7;
	assert_true(marketplace_is_concerned(p.state, &at));
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(marketplace_sighted(p.state), 7);
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(p.events, 0);
	at.number = 6;
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(p.events, 0);
	/* Under a number that is not its own it is refused. */
	in.number = 9;
	in.sighting = &at;
	assert_false(play(&p, "@marketplace", "RecordSighted", &in.base));
	assert_string_equal(p.refusal, "not_permitted");
	assert_false(play(&p, ann, "RecordSighted", &in.base));
	assert_refused(&p, "not_permitted", "marketplace");
	/* Of another's token, of an intent of ours: only its number. */
	moved.token = stall_word('z', 0);
	assert_false(marketplace_is_concerned(p.state, &at));
	at.number = 8;
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(p.events, 1);
	moved.token = stall_word('d', 0);
	moved.to = stall_address('y');
	at.act = TEXT("0xab");
	at.number = 9;
	assert_false(marketplace_is_concerned(p.state, &at));
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(p.events, 1);
	assert_string_equal(stall_listing(&p, m).owner, STRANGER);
	play_end(&p);
}

static void
test_a_stranger_leases_and_pays_its_owner(void **state)
{
	struct play p;
	char *m = stall_model('e');
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__TokenLeased leased = STOA__CHAIN__TOKEN_LEASED__INIT;
	Stoa__Chain__Sighting back = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__LeaseReturned returned = STOA__CHAIN__LEASE_RETURNED__INIT;
	Stoa__Marketplace__Deal seen;
	int64_t start_s;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 0, 3600000, 0));
	assert_true(stall_relisted(&p, m, 0, NULL));
	start_s = p.now_us / SECOND;
	leased.token = stall_word('e', 0);
	leased.lessee = stall_address('x');
	leased.starts_s = start_s;
	leased.ends_s = start_s + 100;
	leased.deposit_wei = stall_wei(100000);
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_LEASED;
	at.token_leased = &leased;
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(
	    stall_listing(&p, m).leased_until_us, (start_s + 100) * SECOND);
	assert_false(stall_lease(&p, bob, m, SECOND, 1000));
	assert_string_equal(p.refusal, "leased_until");
	assert_int_equal(stall_listing(&p, m).lease_count, 1);
	p.now_us += 40 * SECOND;
	returned.token = stall_word('e', 0);
	returned.lessee = stall_address('x');
	returned.refund_wei = stall_wei(60000);
	back.kind_case = STOA__CHAIN__SIGHTING__KIND_LEASE_RETURNED;
	back.lease_returned = &returned;
	assert_true(stall_sighted(&p, &back));
	seen = newest(&p);
	assert_int_equal(seen.reason, ENDED(returned));
	assert_int_equal(seen.refund_micro, 60000);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 36000);
	assert_true(stall_lease(&p, bob, m, SECOND, 1000));

	/* The next one runs its time. */
	m = stall_model('f');
	stall_mint(&p, m, 1000);
	leased.token = stall_word('f', 0);
	leased.starts_s = p.now_us / SECOND;
	leased.ends_s = leased.starts_s + 50;
	at.number = 0;
	assert_true(stall_sighted(&p, &at));
	stall_wait(&p, 50 * SECOND);
	seen = newest(&p);
	assert_int_equal(seen.reason, ENDED(completed));
	assert_int_equal(stall_paid(&seen, ann, "owner"), 90000);
	play_end(&p);
}

/* Bob's lease goes on under a stranger, whom the chain pays: that part leaves
 * the ledger whole. */
static void
test_rent_after_a_sale_to_a_stranger_leaves_the_ledger(void **state)
{
	struct play p;
	char *m = stall_model('g');
	struct stoa_id lease;
	int64_t start_s;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600000, 0));
	assert_true(stall_relisted(&p, m, 2, NULL));
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10000));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	start_s = p.now_us / SECOND;
	assert_true(stall_traded(&p, &lease, start_s, start_s + 10, NULL));
	p.now_us += 4 * SECOND;
	assert_true(moves(&p, 'g', NULL, 'x'));
	p.now_us += SECOND;
	assert_true(moves(&p, 'g', NULL, 'y'));
	assert_true(stall_access(&p, bob, m).is_allowed);
	stall_wait(&p, 5 * SECOND);
	seen = stall_view(&p, lease.text);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 3600);
	assert_int_equal(stall_paid(&seen, ann, "creator"), 200);
	assert_int_equal(stall_paid(&seen, STRANGER, "owner") +
			     stall_paid(&seen,
				 "0x79797979797979797979797979797979797979"
				 "79",
				 "owner"),
	    6000);
	assert_int_equal(seen.refund_micro, 0);
	play_end(&p);
}

/* The lease had begun on the chain, the model was sold there a second later,
 * and that is what is heard of first. */
static void
test_a_seller_is_paid_for_the_time_before_the_sale(void **state)
{
	struct play p;
	char *m = stall_model('i');
	struct stoa_id lease;
	int64_t start_s;
	Stoa__Marketplace__Deal seen;
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__TokenMoved moved = STOA__CHAIN__TOKEN_MOVED__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600000, 0));
	assert_true(stall_relisted(&p, m, 2, NULL));
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10000));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	start_s = p.now_us / SECOND;
	p.now_us += 5 * SECOND;
	moved.token = stall_word('i', 0);
	moved.to = stall_address('x');
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_TOKEN_MOVED;
	at.token_moved = &moved;
	at.time_s = start_s + 1;
	assert_true(stall_sighted(&p, &at));
	assert_true(stall_traded(&p, &lease, start_s, start_s + 10, NULL));
	stall_wait(&p, 5 * SECOND);
	seen = stall_view(&p, lease.text);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 900);
	assert_int_equal(stall_paid(&seen, STRANGER, "owner"), 9000);
	play_end(&p);
}

static void
test_a_listing_that_ends_outside_is_off_the_market(void **state)
{
	struct play p;
	char *m = stall_model('h');
	Stoa__Chain__Sighting at = STOA__CHAIN__SIGHTING__INIT;
	Stoa__Chain__ListingEnded ended = STOA__CHAIN__LISTING_ENDED__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	ended.listing = stall_word('h', 9);
	at.kind_case = STOA__CHAIN__SIGHTING__KIND_LISTING_ENDED;
	at.listing_ended = &ended;
	assert_false(marketplace_is_concerned(p.state, &at));
	ended.listing = stall_word('h', 1);
	assert_true(marketplace_is_concerned(p.state, &at));
	assert_true(stall_sighted(&p, &at));
	assert_int_equal(stall_listing(&p, m).listed_us, 0);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 0, 0));
	assert_int_equal(stall_step(&p, m).action->list->listing.len, 0);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wei_is_rounded_down_to_micro_joy),
	    cmocka_unit_test(test_a_stranger_who_buys_owns_it_and_is_paid_for),
	    cmocka_unit_test(test_strangers_among_themselves_pay_royalties),
	    cmocka_unit_test(test_a_member_sells_to_a_stranger),
	    cmocka_unit_test(test_a_sighting_counts_once_and_in_order),
	    cmocka_unit_test(test_a_stranger_leases_and_pays_its_owner),
	    cmocka_unit_test(
		test_rent_after_a_sale_to_a_stranger_leaves_the_ledger),
	    cmocka_unit_test(
		test_a_seller_is_paid_for_the_time_before_the_sale),
	    cmocka_unit_test(
		test_a_listing_that_ends_outside_is_off_the_market),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
