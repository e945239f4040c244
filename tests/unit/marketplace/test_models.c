#include "stall.h"

static Stoa__Marketplace__SagaReply
saga(struct play *p, char *model)
{
	Stoa__Marketplace__SagaQuery in = STOA__MARKETPLACE__SAGA_QUERY__INIT;
	Stoa__Marketplace__SagaReply out = STOA__MARKETPLACE__SAGA_REPLY__INIT;

	in.model = model;
	assert_int_equal(
	    marketplace_query_saga(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

static bool
withdraw(struct play *p, const char *method, char *model)
{
	Stoa__Marketplace__TakedownRequest down =
	    STOA__MARKETPLACE__TAKEDOWN_REQUEST__INIT;
	Stoa__Marketplace__RestoreRequest up =
	    STOA__MARKETPLACE__RESTORE_REQUEST__INIT;

	down.model = up.model = model;
	return play(p, "@governance", method,
	    strcmp(method, "Restore") == 0 ? &up.base : &down.base);
}

static void
test_approval_goes_step_by_step_to_a_listing(void **state)
{
	struct play p;
	char *m = stall_model('a');
	Stoa__Marketplace__RecordClaimRequest claim =
	    STOA__MARKETPLACE__RECORD_CLAIM_REQUEST__INIT;
	Stoa__Marketplace__RecordPinnedRequest pinned =
	    STOA__MARKETPLACE__RECORD_PINNED_REQUEST__INIT;
	uint8_t bytes[] = "{}";

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	assert_true(stall_approve(&p, m, 0));
	assert_string_equal(saga(&p, m).waits_for, "storage");
	/* Again, and a later step too early: nothing happens. */
	assert_true(stall_approve(&p, m, 5));
	assert_int_equal(p.events, 0);
	claim.model = m;
	claim.claim.data = bytes;
	claim.claim.len = 2;
	assert_true(play(&p, "@marketplace", "RecordClaim", &claim.base));
	assert_int_equal(p.events, 0);
	assert_false(stall_buy(&p, bob, m, MARKETPLACE_PRICE_DEFAULT));
	assert_refused(&p, "not_listed", "m_aaaaaaaaaa sale");

	pinned.model = m;
	assert_true(play(&p, "@marketplace", "RecordPinned", &pinned.base));
	assert_string_equal(saga(&p, m).waits_for, "marketplace");
	assert_true(play(&p, "@marketplace", "RecordClaim", &claim.base));
	assert_int_equal(p.events, 2); /* and listed */
	assert_string_equal(saga(&p, m).waits_for, "bot");
	assert_int_equal(
	    stall_listing(&p, m).price_micro, MARKETPLACE_PRICE_DEFAULT);
	assert_string_equal(stall_listing(&p, m).owner, ann);
	play_end(&p);
}

static void
test_who_may_not_is_told_why(void **state)
{
	struct play p;
	char *m = stall_model('b');
	Stoa__Marketplace__ApproveRequest in =
	    STOA__MARKETPLACE__APPROVE_REQUEST__INIT;
	Stoa__Marketplace__UnlistRequest unlist =
	    STOA__MARKETPLACE__UNLIST_REQUEST__INIT;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	in.model = m;
	assert_false(play(&p, ann, "Approve", &in.base));
	assert_refused(&p, "not_permitted", "governance");
	assert_false(play(&p, "@governance", "Approve", &in.base));
	assert_refused(&p, "no_such_model", m); /* training knows none */
	assert_false(stall_approve(&p, m, -1));
	assert_string_equal(p.refusal, "price_not_valid");
	assert_false(stall_approve(&p, m, MARKETPLACE_PRICE_MAX + 1));
	assert_string_equal(p.refusal, "price_not_valid");
	assert_false(stall_offer_terms(&p, ann, m, 100, 0, 0));
	assert_refused(&p, "not_approved", m);
	assert_false(stall_buy(&p, bob, TEXT("j_aaaaaaaaaa"), 100));
	assert_refused(&p, "not_approved", "j_aaaaaaaaaa");

	stall_list(&p, m, 100);
	assert_false(stall_offer_terms(&p, bob, m, 100, 0, 0));
	assert_refused(&p, "not_your_model", "m_aaaaaaaaab u_aaaaaaaaaa");
	assert_false(stall_offer_terms(&p, ann, m, 0, 0, 0));
	assert_refused(&p, "price_not_valid", "price_micro 1 1000000000000000");
	assert_false(stall_offer_terms(&p, ann, m, -5, 0, 0));
	assert_string_equal(p.refusal, "price_not_valid");
	assert_false(stall_offer_terms(&p, ann, m, 1, INT64_MAX, 0));
	assert_refused(&p, "price_not_valid", "rent_micro 1 1000000000000000");
	unlist.model = m;
	assert_true(play(&p, ann, "Unlist", &unlist.base));
	assert_false(play(&p, ann, "Unlist", &unlist.base));
	assert_refused(&p, "not_listed", "m_aaaaaaaaab sale");
	play_end(&p);
}

static void
test_a_withdrawn_model_gives_everything_back(void **state)
{
	struct play p;
	char *m = stall_model('c');
	struct stoa_id lease, bid, sale;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 100);
	assert_true(stall_offer_terms(&p, ann, m, 100, 3600, 0));
	assert_true(stall_lease(&p, bob, m, 10 * STOA_US_PER_S, 10));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	assert_true(stall_bid(&p, cyd, m, 70, 0));
	bid = stall_deal(&p, cyd);
	assert_true(stall_held(&p, &bid));
	assert_true(stall_buy(&p, dan, m, 100));
	sale = stall_deal(&p, dan);

	p.now_us += 4 * STOA_US_PER_S;
	assert_true(withdraw(&p, "Takedown", m));
	assert_false(stall_access(&p, bob, m).is_allowed);
	assert_false(stall_access(&p, ann, m).is_allowed);
	assert_string_equal(
	    stall_access(&p, bob, m).refusal->reason, "withdrawn_model");
	assert_false(stall_use(&p, bob, m));
	assert_string_equal(p.refusal, "withdrawn_model");
	assert_false(stall_buy(&p, cyd, m, 100));
	assert_string_equal(p.refusal, "withdrawn_model");
	/* The time in which nobody could ask costs nothing. */
	stall_wait(&p, 2 * STOA_US_PER_S);
	seen = stall_view(&p, lease.text);
	assert_int_equal(
	    seen.reason, STOA__MARKETPLACE__END_REASON__taken_down);
	assert_int_equal(seen.refund_micro, 6);
	assert_int_equal(stall_paid(&seen, ann, "owner"), 4);
	assert_int_equal(stall_view(&p, bid.text).refund_micro, 70);
	assert_true(stall_held(&p, &sale));
	seen = stall_view(&p, sale.text);
	assert_int_equal(seen.refund_micro, 100);
	assert_string_equal(stall_listing(&p, m).owner, ann);

	assert_true(withdraw(&p, "Restore", m));
	assert_true(stall_access(&p, ann, m).is_allowed);
	assert_false(stall_buy(&p, bob, m, 100));
	assert_string_equal(p.refusal, "not_listed");
	assert_true(stall_offer_terms(&p, ann, m, 50, 0, 0));
	assert_true(stall_buy(&p, bob, m, 50));
	play_end(&p);
}

static void
test_restored_at_once_goes_on(void **state)
{
	struct play p;
	char *m = stall_model('d');
	struct stoa_id lease;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 100);
	assert_true(stall_offer_terms(&p, ann, m, 0, 3600, 0));
	assert_true(stall_lease(&p, bob, m, 10 * STOA_US_PER_S, 10));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	assert_true(withdraw(&p, "Takedown", m));
	assert_int_equal(p.core->next_due(p.state).us, 0);
	assert_true(withdraw(&p, "Restore", m));
	stall_wait(&p, 0);
	assert_true(stall_access(&p, bob, m).is_allowed);
	stall_wait(&p, 10 * STOA_US_PER_S);
	assert_int_equal(stall_view(&p, lease.text).refund_micro, 0);
	play_end(&p);
}

static void
test_two_members_become_one(void **state)
{
	struct play p;
	char *m = stall_model('e');
	struct stoa_id lease;
	Stoa__Marketplace__UniteRequest in =
	    STOA__MARKETPLACE__UNITE_REQUEST__INIT;
	Stoa__Marketplace__Deal seen;

	(void)state;
	play_begin(&p, &marketplace_core, "c_aaaaaaaaaa");
	stall_list(&p, m, 100);
	assert_true(stall_offer_terms(&p, ann, m, 100, 3600000, 0));
	assert_true(stall_lease(&p, bob, m, 10 * STOA_US_PER_S, 10000));
	lease = stall_deal(&p, bob);
	assert_true(stall_held(&p, &lease));
	in.member = cyd;
	in.former = bob;
	assert_true(play(&p, "@bot", "Unite", &in.base));
	in.former = ann;
	assert_true(play(&p, "@bot", "Unite", &in.base));
	assert_string_equal(stall_listing(&p, m).owner, cyd);
	assert_true(stall_access(&p, bob, m).is_allowed);
	assert_false(stall_buy(&p, ann, m, 100));
	assert_string_equal(p.refusal, "own_model");
	stall_wait(&p, 10 * STOA_US_PER_S);
	assert_true(stall_settled(&p, &lease));
	seen = stall_view(&p, lease.text);
	assert_int_equal(stall_paid(&seen, cyd, "owner"), 9000);
	assert_int_equal(stall_paid(&seen, cyd, "creator"), 500);
	assert_int_equal(stall_earnings(&p, ann).leases_micro, 9000);
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_approval_goes_step_by_step_to_a_listing),
	    cmocka_unit_test(test_who_may_not_is_told_why),
	    cmocka_unit_test(test_a_withdrawn_model_gives_everything_back),
	    cmocka_unit_test(test_restored_at_once_goes_on),
	    cmocka_unit_test(test_two_members_become_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
