/* Models as tokens: what chain is asked for, and every way it may answer. */
#include "stall.h"

#include "base/hash.h"

#define STATE(NAME) STOA__MARKETPLACE__DEAL_STATE__##NAME
#define MODEL(NAME) STOA__MARKETPLACE__MODEL_STATE__##NAME
#define ENDED(NAME) STOA__MARKETPLACE__END_REASON__##NAME
#define SECOND	    STOA_US_PER_S
#define COMMUNITY   "c_aaaaaaaaaa"

static enum marketplace_effect
effect(struct play *p, const struct stoa_id *deal)
{
	return marketplace_deal_effect(
	    marketplace_deal(p->state, stoa_id_str(deal)));
}

/* A purchase whose money is there. */
static struct stoa_id
bought(struct play *p, char *member, char *model, int64_t price_micro)
{
	struct stoa_id sale;

	assert_true(stall_buy(p, member, model, price_micro));
	sale = stall_deal(p, member);
	assert_true(stall_held(p, &sale));
	return sale;
}

/* A lease that the chain has begun a minute from now, for that long. */
static struct stoa_id
leased(struct play *p, char *member, char *model, int64_t seconds,
    int64_t total_micro)
{
	struct stoa_id lease;
	int64_t start_s = p->now_us / SECOND + 60;

	assert_true(
	    stall_lease(p, member, model, seconds * SECOND, total_micro));
	lease = stall_deal(p, member);
	assert_true(stall_held(p, &lease));
	assert_int_equal(effect(p, &lease), MARKETPLACE_TRADE);
	assert_true(stall_traded(p, &lease, start_s, start_s + seconds, NULL));
	p->now_us = start_s * SECOND;
	return lease;
}

static void
test_an_approved_model_is_minted_before_it_is_listed(void **state)
{
	struct play p;
	char *m = stall_model('a');
	struct marketplace_step step;
	const Stoa__Chain__Mint *mint;
	struct stoa_hash hash;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_claimed(&p, m, 1000);
	assert_int_equal(stall_listing(&p, m).state, MODEL(MINTING));
	assert_int_equal(stall_listing(&p, m).listed_us, 0);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_MINT);
	assert_false(stall_buy(&p, bob, m, 1000));
	assert_refused(&p, "being_minted", m);
	assert_false(stall_offer_terms(&p, ann, m, 5, 0, 0));
	assert_refused(&p, "being_minted", m);

	step = stall_step(&p, m);
	assert_string_equal(step.key, "mint:c_aaaaaaaaaa:m_aaaaaaaaaa:0");
	mint = step.action->mint;
	/* Whoever has the model can say what the token is of. */
	hash = stoa_sha256(
	    STOA_STR("stoa model v1\nc_aaaaaaaaaa\nm_aaaaaaaaaa\nbafy"));
	assert_int_equal(mint->model_hash.len, sizeof(hash.bytes));
	assert_memory_equal(mint->model_hash.data, hash.bytes, 32);
	assert_string_equal(mint->cid, "bafyprovenance");
	assert_string_equal(mint->creator->member, ann);
	assert_int_equal(mint->n_payees, 3);
	assert_string_equal(mint->payees[0]->party->member, ann);
	assert_int_equal(mint->payees[0]->bp, 9500);
	assert_int_equal(mint->payees[1]->bp + mint->payees[2]->bp, 500);
	assert_int_equal(mint->royalty_bp, 750);
	assert_int_equal(mint->price_micro, 1000);

	assert_true(stall_minted(&p, m, 0, NULL));
	assert_int_equal(p.events, 2);
	assert_int_equal(stall_listing(&p, m).state, MODEL(ANNOUNCING));
	assert_int_equal(stall_listing(&p, m).price_micro, 1000);
	assert_int_equal(stall_listing(&p, m).token.len, 32);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_ANNOUNCE);
	play_end(&p);
}

static void
test_a_mint_that_is_refused_waits_for_an_admin(void **state)
{
	struct play p;
	char *m = stall_model('b');
	Stoa__Marketplace__RetryRequest retry =
	    STOA__MARKETPLACE__RETRY_REQUEST__INIT;
	Stoa__Marketplace__SagaQuery query =
	    STOA__MARKETPLACE__SAGA_QUERY__INIT;
	Stoa__Marketplace__SagaReply saga = STOA__MARKETPLACE__SAGA_REPLY__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_claimed(&p, m, 1000);
	retry.model = m;
	assert_false(play(&p, ann, "Retry", &retry.base));
	assert_refused(&p, "nothing_to_retry", m);
	assert_true(stall_minted(&p, m, 0, "BadTerms()"));
	assert_true(stall_minted(&p, m, 0, "BadTerms()")); /* again */
	assert_int_equal(p.events, 0);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);

	query.model = m;
	assert_int_equal(
	    marketplace_query_saga(p.state, &query, &p.arena, &saga), STOA_OK);
	assert_int_equal(saga.n_steps, 5);
	assert_string_equal(saga.steps[3]->name, "minted");
	assert_string_equal(saga.steps[3]->why, "BadTerms()");
	assert_string_equal(saga.steps[3]->waits_for, "admin");
	assert_int_equal(saga.steps[3]->us, 0);

	assert_true(play(&p, ann, "Retry", &retry.base));
	assert_string_equal(
	    stall_step(&p, m).key, "mint:c_aaaaaaaaaa:m_aaaaaaaaab:1");
	/* What comes late of the first attempt is about the first. */
	assert_true(stall_minted(&p, m, 0, "late"));
	assert_int_equal(p.events, 0);
	saga =
	    (Stoa__Marketplace__SagaReply)STOA__MARKETPLACE__SAGA_REPLY__INIT;
	assert_int_equal(
	    marketplace_query_saga(p.state, &query, &p.arena, &saga), STOA_OK);
	assert_string_equal(saga.steps[3]->waits_for, "chain");
	assert_string_equal(
	    saga.steps[3]->intent, stall_step(&p, m).intent.text);
	assert_true(stall_minted(&p, m, 1, NULL));
	assert_int_equal(stall_listing(&p, m).price_micro, 1000);
	play_end(&p);
}

static void
test_a_market_that_refuses_leaves_a_token_that_is_not_listed(void **state)
{
	struct play p;
	char *m = stall_model('c');
	Stoa__Marketplace__RecordMintedRequest in =
	    STOA__MARKETPLACE__RECORD_MINTED_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_claimed(&p, m, 1000);
	in.model = m;
	in.mint = stall_step(&p, m).action->mint;
	result.token = stall_word('c', 0);
	result.splitter = stall_address('s');
	result.listing_refused = TEXT("paused");
	in.result = &result;
	assert_true(play(&p, "@marketplace", "RecordMinted", &in.base));
	assert_int_equal(stall_listing(&p, m).listed_us, 0);
	assert_int_equal(stall_listing(&p, m).token.len, 32);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_ANNOUNCE);
	play_end(&p);
}

static void
test_a_sale_waits_for_the_chain(void **state)
{
	struct play p;
	char *m = stall_model('d');
	struct stoa_id sale;
	struct marketplace_step step;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	sale = bought(&p, bob, m, 1000);
	assert_int_equal(stall_view(&p, sale.text).state, STATE(TRADING));
	assert_string_equal(stall_listing(&p, m).owner, ann);
	assert_false(stall_access(&p, bob, m).is_allowed);
	assert_int_equal(effect(&p, &sale), MARKETPLACE_TRADE);
	step = stall_deal_step(&p, &sale);
	assert_string_equal(step.action->buy->buyer->member, bob);
	assert_int_equal(step.action->buy->price_micro, 1000);
	assert_memory_equal(
	    step.action->buy->listing.data, stall_word('d', 1).data, 32);
	/* Nobody else, and no other price, before it is known. */
	assert_false(stall_buy(&p, cyd, m, 1000));
	assert_refused(&p, "being_sold", m);
	assert_false(stall_offer_terms(&p, ann, m, 5000, 0, 0));
	assert_refused(&p, "being_sold", m);

	assert_true(stall_traded(&p, &sale, 0, 0, NULL));
	assert_true(stall_traded(&p, &sale, 0, 0, NULL)); /* again */
	assert_int_equal(p.events, 0);
	assert_true(stall_traded(&p, &sale, 0, 0, "late"));
	assert_int_equal(p.events, 0);
	assert_string_equal(stall_listing(&p, m).owner, bob);
	seen = stall_view(&p, sale.text);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 900);
	assert_int_equal(effect(&p, &sale), MARKETPLACE_SETTLE);
	assert_true(stall_settled(&p, &sale));
	assert_int_equal(stall_earnings(&p, ann).sales_micro, 900);
	/* What the chain paid is fetched: it is the pool's. */
	step = stall_step(&p, m);
	assert_string_equal(step.key, "collect:c_aaaaaaaaaa:m_aaaaaaaaad:1");
	assert_int_equal(step.action->collect->n_parties, 4);

	/* Bob's own account lists it from now on. */
	assert_true(stall_offer_terms(&p, bob, m, 2000, 0, 0));
	step = stall_step(&p, m);
	assert_false(step.action->list->is_first);
	assert_string_equal(step.action->list->owner->member, bob);
	play_end(&p);
}

static void
test_a_sale_that_the_chain_refuses_gives_everything_back(void **state)
{
	struct play p;
	char *m = stall_model('e');
	struct stoa_id sale;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	sale = bought(&p, bob, m, 1000);
	assert_true(stall_traded(&p, &sale, 0, 0, "BadListing(1)"));
	seen = stall_view(&p, sale.text);
	assert_int_equal(seen.reason, ENDED(not_traded));
	assert_int_equal(seen.refund_micro, 1000);
	assert_int_equal(seen.n_parts, 0);
	assert_string_equal(seen.why, "BadListing(1)");
	assert_string_equal(stall_listing(&p, m).owner, ann);
	assert_true(stall_traded(&p, &sale, 0, 0, NULL)); /* late */
	assert_int_equal(p.events, 0);
	assert_true(stall_settled(&p, &sale));
	assert_int_equal(stall_view(&p, sale.text).state, STATE(CLOSED));
	assert_int_equal(stall_earnings(&p, ann).sales_micro, 0);
	/* And it can be bought again. */
	sale = bought(&p, cyd, m, 1000);
	assert_true(stall_traded(&p, &sale, 0, 0, NULL));
	assert_string_equal(stall_listing(&p, m).owner, cyd);
	play_end(&p);
}

static void
test_a_price_is_told_to_the_chain_first(void **state)
{
	struct play p;
	char *m = stall_model('f');
	struct marketplace_step step;
	struct stoa_id sale;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);
	assert_true(stall_offer_terms(&p, ann, m, 2000, 3600, 0));
	assert_true(stall_listing(&p, m).is_being_listed);
	step = stall_step(&p, m);
	assert_string_equal(step.key, "list:c_aaaaaaaaaa:m_aaaaaaaaaf:0");
	assert_true(step.action->list->is_first);
	assert_int_equal(step.action->list->price_micro, 2000);
	assert_int_equal(step.action->list->rent_micro, 3600);
	assert_memory_equal(
	    step.action->list->listing.data, stall_word('f', 1).data, 32);
	assert_false(stall_buy(&p, bob, m, 2000));
	assert_refused(&p, "being_listed", m);
	assert_false(stall_lease(&p, bob, m, SECOND, 1));
	assert_refused(&p, "being_listed", m);
	assert_false(stall_offer_terms(&p, ann, m, 3000, 0, 0));
	assert_refused(&p, "being_listed", m);
	assert_true(stall_relisted(&p, m, 2, NULL));
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);
	sale = bought(&p, bob, m, 2000);
	assert_memory_equal(
	    stall_deal_step(&p, &sale).action->buy->listing.data,
	    stall_word('f', 2).data, 32);
	assert_true(stall_traded(&p, &sale, 0, 0, "no"));

	/* What is the ledger's alone needs no transaction. */
	assert_true(stall_offer_terms(&p, ann, m, 2000, 3600, 5));
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);

	/* A refused price is nobody's price. */
	assert_true(stall_offer_terms(&p, ann, m, 9000, 0, 0));
	assert_string_equal(
	    stall_step(&p, m).key, "list:c_aaaaaaaaaa:m_aaaaaaaaaf:1");
	assert_true(stall_relisted(&p, m, 3, "out of gas"));
	assert_int_equal(stall_listing(&p, m).listed_us, 0);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);
	assert_false(stall_buy(&p, bob, m, 9000));
	assert_refused(&p, "not_listed", "m_aaaaaaaaaf sale");
	assert_true(stall_offer_terms(&p, ann, m, 9000, 0, 0));
	assert_string_equal(
	    stall_step(&p, m).key, "list:c_aaaaaaaaaa:m_aaaaaaaaaf:2");
	play_end(&p);
}

static void
test_a_takedown_is_told_to_the_chain(void **state)
{
	struct play p;
	char *m = stall_model('g');
	struct stoa_id sale;
	Stoa__Marketplace__TakedownRequest in =
	    STOA__MARKETPLACE__TAKEDOWN_REQUEST__INIT;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 2000, 0, 0));
	in.model = m;
	/* The other price is on its way, and nobody knows what came of it. */
	assert_true(play(&p, "@governance", "Takedown", &in.base));
	assert_int_equal(stall_step(&p, m).action->list->price_micro, 0);
	assert_string_equal(
	    stall_step(&p, m).key, "list:c_aaaaaaaaaa:m_aaaaaaaaag:0");
	{
		Stoa__Marketplace__RecordRelistedRequest late =
		    STOA__MARKETPLACE__RECORD_RELISTED_REQUEST__INIT;
		Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;
		Stoa__Chain__List list = STOA__CHAIN__LIST__INIT;

		late.model = m;
		late.list = &list;
		list.price_micro = 2000; /* what was asked for first */
		result.listing = stall_word('g', 2);
		late.result = &result;
		assert_true(
		    play(&p, "@marketplace", "RecordRelisted", &late.base));
		assert_true(
		    play(&p, "@marketplace", "RecordRelisted", &late.base));
		assert_int_equal(p.events, 0);
	}
	/* So the chain offers it again, and is told once more. */
	assert_string_equal(
	    stall_step(&p, m).key, "list:c_aaaaaaaaaa:m_aaaaaaaaag:1");
	assert_memory_equal(stall_step(&p, m).action->list->listing.data,
	    stall_word('g', 2).data, 32);
	assert_true(stall_relisted(&p, m, 0, NULL));
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);

	/* A sale under way when the vote was: the money goes back. */
	m = stall_model('h');
	stall_mint(&p, m, 1000);
	assert_true(stall_buy(&p, bob, m, 1000));
	sale = stall_deal(&p, bob);
	in.model = m;
	assert_true(play(&p, "@governance", "Takedown", &in.base));
	assert_true(stall_held(&p, &sale));
	seen = stall_view(&p, sale.text);
	assert_int_equal(seen.reason, ENDED(taken_down));
	assert_int_equal(seen.refund_micro, 1000);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_RELIST);
	play_end(&p);
}

static void
test_a_lease_runs_for_the_chains_own_time(void **state)
{
	struct play p;
	char *m = stall_model('i');
	struct stoa_id lease, other;
	Stoa__Marketplace__Deal seen;
	int64_t start_us;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600000, 10));
	assert_true(stall_relisted(&p, m, 2, NULL));
	/* The chain counts whole seconds. */
	assert_true(stall_lease(&p, cyd, m, 10 * SECOND - 1, 10000));
	other = stall_deal(&p, cyd);
	assert_true(stall_broke(&p, &other));
	lease = leased(&p, bob, m, 10, 10000);
	start_us = p.now_us;
	seen = stall_view(&p, lease.text);
	assert_int_equal(seen.begun_us, start_us);
	assert_int_equal(seen.ends_us, start_us + 10 * SECOND);
	assert_true(stall_access(&p, bob, m).is_allowed);
	/* One at a time; by question as many as like. */
	assert_false(stall_lease(&p, cyd, m, SECOND, 1000));
	assert_refused(&p, "leased_until",
	    stoa_arena_printf(
		&p.arena, "%s %lld", m, (long long)(start_us + 10 * SECOND)));
	assert_true(stall_meter(&p, cyd, m, 3, 30));
	stall_wait(&p, 10 * SECOND);
	seen = stall_view(&p, lease.text);
	assert_int_equal(seen.reason, ENDED(completed));
	assert_int_equal(stall_paid(&seen, ann, NULL), 9500);
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_COLLECT);
	assert_true(stall_lease(&p, dan, m, SECOND, 1000));
	other = stall_deal(&p, dan);
	assert_true(stall_held(&p, &other));
	assert_true(stall_traded(&p, &other, 0, 0, "AlreadyLeased"));
	assert_int_equal(stall_view(&p, other.text).reason, ENDED(not_traded));
	assert_true(stall_lease(&p, dan, m, SECOND, 1000));
	play_end(&p);
}

static void
test_a_lease_is_returned_by_the_chain(void **state)
{
	struct play p;
	char *m = stall_model('j');
	struct stoa_id lease, sale;
	Stoa__Marketplace__Deal seen;
	int64_t start_s;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600007, 0));
	assert_true(stall_relisted(&p, m, 2, NULL));
	lease = leased(&p, bob, m, 10, 10001);
	start_s = p.now_us / SECOND;
	p.now_us += 3 * SECOND;
	assert_true(stall_return(&p, bob, lease.text));
	assert_int_equal(effect(&p, &lease), MARKETPLACE_RETURN);
	assert_string_equal(
	    stall_deal_step(&p, &lease).action->end_lease->lessee->member, bob);
	assert_true(stall_return(&p, bob, lease.text)); /* again */
	assert_int_equal(p.events, 0);
	assert_false(stall_access(&p, bob, m).is_allowed);
	/* Refused: it runs on, and may be returned again under another key. */
	assert_true(stall_ended(&p, &lease, 0, "gas"));
	assert_true(stall_access(&p, bob, m).is_allowed);
	assert_string_equal(stall_view(&p, lease.text).why, "gas");
	assert_true(stall_return(&p, bob, lease.text));
	assert_int_equal(stall_deal_step(&p, &lease).number, 1);
	/* Sold in the meantime, and its time comes: the chain's word counts. */
	p.now_us += SECOND;
	sale = bought(&p, cyd, m, 1000);
	assert_true(stall_traded(&p, &sale, 0, 0, NULL));
	stall_wait(&p, 20 * SECOND);
	assert_int_equal(stall_view(&p, lease.text).state, STATE(RETURNING));
	/* It ended before the sale, whenever that was heard of: the seller is
	 * owed all of it, and the rest comes back. */
	assert_true(stall_ended(&p, &lease, start_s + 3, NULL));
	seen = stall_view(&p, lease.text);
	assert_int_equal(seen.reason, ENDED(returned));
	assert_int_equal(stall_paid(&seen, cyd, "owner"), 0);
	assert_int_equal(seen.refund_micro, 10001 - 3001);
	assert_true(stall_ended(&p, &lease, start_s + 3, NULL));
	assert_int_equal(p.events, 0);
	play_end(&p);
}

static void
test_offers_for_tokens_are_refused_by_name(void **state)
{
	struct play p;
	char *m = stall_model('k'), *n = stall_model('l');
	struct stoa_id bid;
	Stoa__Marketplace__TokenizeRequest in =
	    STOA__MARKETPLACE__TOKENIZE_REQUEST__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	assert_false(stall_bid(&p, bob, m, 500, 0));
	assert_refused(&p, "not_on_chain", "m_aaaaaaaaak offers");
	/* One that was made before it was a token. */
	stall_list(&p, n, 1000);
	assert_true(stall_bid(&p, bob, n, 500, 0));
	bid = stall_deal(&p, bob);
	assert_true(stall_held(&p, &bid));
	in.model = n;
	in.is_on_chain = true;
	assert_true(play(&p, ann, "Tokenize", &in.base));
	assert_true(stall_minted(&p, n, 0, NULL));
	assert_false(stall_answer(&p, ann, bid.text, true));
	assert_refused(&p, "not_on_chain", "m_aaaaaaaaal offers");
	assert_true(stall_answer(&p, bob, bid.text, false));
	assert_int_equal(stall_view(&p, bid.text).refund_micro, 500);
	play_end(&p);
}

static void
test_a_model_of_before_becomes_a_token(void **state)
{
	struct play p;
	char *m = stall_model('m');
	struct stoa_id lease;
	Stoa__Marketplace__TokenizeRequest in =
	    STOA__MARKETPLACE__TOKENIZE_REQUEST__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_list(&p, m, 1000);
	in.model = m;
	assert_false(play(&p, ann, "Tokenize", &in.base));
	assert_refused(&p, "no_chain", m);
	in.is_on_chain = true;
	assert_false(play(&p, bob, "Tokenize", &in.base));
	assert_refused(&p, "not_your_model", "m_aaaaaaaaam u_aaaaaaaaaa");
	in.model = TEXT("m_zzzzzzzzzz");
	assert_false(play(&p, ann, "Tokenize", &in.base));
	assert_refused(&p, "not_approved", "m_zzzzzzzzzz");
	in.model = m;
	assert_true(stall_offer_terms(&p, ann, m, 1000, 3600, 0));
	assert_true(stall_lease(&p, bob, m, 10 * SECOND, 10));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	assert_false(play(&p, ann, "Tokenize", &in.base));
	assert_string_equal(p.refusal, "leased_until");
	stall_wait(&p, 10 * SECOND);
	assert_true(play(&p, ann, "Tokenize", &in.base));
	assert_int_equal(stall_step(&p, m).action->mint->rent_micro, 3600);
	assert_true(stall_minted(&p, m, 0, NULL));
	/* It has been announced, and goes on as it was. */
	assert_int_equal(stall_listing(&p, m).state, MODEL(ACTIVE));
	assert_int_equal(stall_model_effect(&p, m), MARKETPLACE_NOTHING);
	assert_false(play(&p, ann, "Tokenize", &in.base));
	assert_refused(&p, "token_already", m);
	play_end(&p);
}

static void
test_accounts_keep_the_names_they_had(void **state)
{
	struct play p;
	char *m = stall_model('n');
	struct stoa_id sale;
	Stoa__Marketplace__UniteRequest in =
	    STOA__MARKETPLACE__UNITE_REQUEST__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, COMMUNITY);
	stall_mint(&p, m, 1000);
	sale = bought(&p, bob, m, 1000);
	in.member = cyd;
	in.former = bob;
	assert_true(play(&p, "@bot", "Unite", &in.base));
	/* What was asked for under that key was for bob's account. */
	assert_string_equal(
	    stall_deal_step(&p, &sale).action->buy->buyer->member, bob);
	assert_true(stall_traded(&p, &sale, 0, 0, NULL));
	assert_string_equal(stall_listing(&p, m).owner, cyd);
	assert_true(stall_offer_terms(&p, cyd, m, 50, 0, 0));
	assert_string_equal(stall_step(&p, m).action->list->owner->member, bob);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_an_approved_model_is_minted_before_it_is_listed),
	    cmocka_unit_test(test_a_mint_that_is_refused_waits_for_an_admin),
	    cmocka_unit_test(
		test_a_market_that_refuses_leaves_a_token_that_is_not_listed),
	    cmocka_unit_test(test_a_sale_waits_for_the_chain),
	    cmocka_unit_test(
		test_a_sale_that_the_chain_refuses_gives_everything_back),
	    cmocka_unit_test(test_a_price_is_told_to_the_chain_first),
	    cmocka_unit_test(test_a_takedown_is_told_to_the_chain),
	    cmocka_unit_test(test_a_lease_runs_for_the_chains_own_time),
	    cmocka_unit_test(test_a_lease_is_returned_by_the_chain),
	    cmocka_unit_test(test_offers_for_tokens_are_refused_by_name),
	    cmocka_unit_test(test_a_model_of_before_becomes_a_token),
	    cmocka_unit_test(test_accounts_keep_the_names_they_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
