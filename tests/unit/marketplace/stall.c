#include "stall.h"

char ann[] = "u_aaaaaaaaaa", bob[] = "u_bbbbbbbbbb", cyd[] = "u_cccccccccc",
     dan[] = "u_dddddddddd";

char *
stall_model(char letter)
{
	static char ids[26][STOA_ID_SIZE];
	char *id = ids[letter - 'a'];

	(void)snprintf(id, STOA_ID_SIZE, "m_aaaaaaaaa%c", letter);
	return id;
}

bool
stall_approve(struct play *p, char *model, int64_t price_micro)
{
	Stoa__Marketplace__ApproveRequest in =
	    STOA__MARKETPLACE__APPROVE_REQUEST__INIT;
	Stoa__Marketplace__ModelFacts facts =
	    STOA__MARKETPLACE__MODEL_FACTS__INIT;

	facts.model = model;
	facts.name = TEXT("intents");
	facts.creator = ann;
	facts.data_owner = dan;
	facts.cid = TEXT("bafy");
	facts.recipe = TEXT("text-classifier");
	facts.accuracy_bp = 9000;
	in.model = model;
	in.proposal = TEXT("p_aaaaaaaaaa");
	in.price_micro = price_micro;
	in.facts = &facts;
	return play(p, "@governance", "Approve", &in.base);
}

void
stall_list(struct play *p, char *model, int64_t price_micro)
{
	Stoa__Marketplace__RecordPinnedRequest pinned =
	    STOA__MARKETPLACE__RECORD_PINNED_REQUEST__INIT;
	Stoa__Marketplace__RecordClaimRequest claim =
	    STOA__MARKETPLACE__RECORD_CLAIM_REQUEST__INIT;
	Stoa__Marketplace__RecordAnnouncedRequest announced =
	    STOA__MARKETPLACE__RECORD_ANNOUNCED_REQUEST__INIT;
	static uint8_t bytes[] = "{}";

	assert_true(stall_approve(p, model, price_micro));
	pinned.model = model;
	assert_true(play(p, "@marketplace", "RecordPinned", &pinned.base));
	claim.model = model;
	claim.claim.data = bytes;
	claim.claim.len = 2;
	assert_true(play(p, "@marketplace", "RecordClaim", &claim.base));
	announced.model = model;
	assert_true(
	    play(p, "@marketplace", "RecordAnnounced", &announced.base));
}

bool
stall_offer_terms(struct play *p, char *member, char *model,
    int64_t price_micro, int64_t rent_micro, int64_t question_micro)
{
	Stoa__Marketplace__ListRequest in =
	    STOA__MARKETPLACE__LIST_REQUEST__INIT;

	in.model = model;
	in.price_micro = price_micro;
	in.rent_micro = rent_micro;
	in.question_micro = question_micro;
	return play(p, member, "List", &in.base);
}

bool
stall_buy(struct play *p, char *member, char *model, int64_t price_micro)
{
	Stoa__Marketplace__BuyRequest in = STOA__MARKETPLACE__BUY_REQUEST__INIT;

	in.model = model;
	in.price_micro = price_micro;
	return play(p, member, "Buy", &in.base);
}

bool
stall_lease(struct play *p, char *member, char *model, int64_t duration_us,
    int64_t total_micro)
{
	Stoa__Marketplace__LeaseRequest in =
	    STOA__MARKETPLACE__LEASE_REQUEST__INIT;

	in.model = model;
	in.duration_us = duration_us;
	in.total_micro = total_micro;
	return play(p, member, "Lease", &in.base);
}

bool
stall_meter(struct play *p, char *member, char *model, uint32_t questions,
    int64_t total_micro)
{
	Stoa__Marketplace__LeaseRequest in =
	    STOA__MARKETPLACE__LEASE_REQUEST__INIT;

	in.model = model;
	in.questions = questions;
	in.total_micro = total_micro;
	return play(p, member, "Lease", &in.base);
}

bool
stall_bid(struct play *p, char *member, char *model, int64_t price_micro,
    int64_t duration_us)
{
	Stoa__Marketplace__OfferRequest in =
	    STOA__MARKETPLACE__OFFER_REQUEST__INIT;

	in.model = model;
	in.price_micro = price_micro;
	in.duration_us = duration_us;
	in.reply = TEXT("somewhere");
	return play(p, member, "Offer", &in.base);
}

bool
stall_answer(struct play *p, char *member, char *deal, bool is_accepted)
{
	Stoa__Marketplace__AnswerRequest in =
	    STOA__MARKETPLACE__ANSWER_REQUEST__INIT;

	in.deal = deal;
	in.is_accepted = is_accepted;
	return play(p, member, "Answer", &in.base);
}

bool
stall_return(struct play *p, char *member, char *deal)
{
	Stoa__Marketplace__EndLeaseRequest in =
	    STOA__MARKETPLACE__END_LEASE_REQUEST__INIT;

	in.deal = deal;
	return play(p, member, "EndLease", &in.base);
}

bool
stall_use(struct play *p, char *member, char *model)
{
	Stoa__Marketplace__UseRequest in = STOA__MARKETPLACE__USE_REQUEST__INIT;

	in.model = model;
	return play(p, member, "Use", &in.base);
}

struct stoa_id
stall_deal(const struct play *p, const char *member)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)p->next_id);
	return stoa_id_derive('d', stoa_str_of(p->community),
	    stoa_str_of(member), stoa_str_of(id), 0);
}

bool
stall_held(struct play *p, struct stoa_id *deal)
{
	Stoa__Marketplace__RecordHeldRequest in =
	    STOA__MARKETPLACE__RECORD_HELD_REQUEST__INIT;

	in.deal = deal->text;
	in.hold = TEXT("h_aaaaaaaaaa");
	return play(p, "@marketplace", "RecordHeld", &in.base);
}

bool
stall_broke(struct play *p, struct stoa_id *deal)
{
	Stoa__Marketplace__RecordHeldRequest in =
	    STOA__MARKETPLACE__RECORD_HELD_REQUEST__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;

	refusal.reason = TEXT("insufficient_funds");
	in.deal = deal->text;
	in.refusal = &refusal;
	return play(p, "@marketplace", "RecordHeld", &in.base);
}

bool
stall_settled(struct play *p, struct stoa_id *deal)
{
	Stoa__Marketplace__RecordSettledRequest in =
	    STOA__MARKETPLACE__RECORD_SETTLED_REQUEST__INIT;

	in.deal = deal->text;
	return play(p, "@marketplace", "RecordSettled", &in.base);
}

void
stall_wait(struct play *p, int64_t us)
{
	Stoa__Marketplace__AdvanceRequest in =
	    STOA__MARKETPLACE__ADVANCE_REQUEST__INIT;

	p->now_us += us;
	while (p->core->next_due(p->state).us <= p->now_us) {
		assert_true(play(p, "@marketplace", "Advance", &in.base));
		assert_true(p->events > 0);
	}
}

Stoa__Marketplace__Deal
stall_view(struct play *p, const char *deal)
{
	Stoa__Marketplace__Deal out;
	const struct deal *found =
	    marketplace_deal(p->state, stoa_str_of(deal));

	assert_non_null(found);
	marketplace_deal_view(found, &out);
	return out;
}

Stoa__Marketplace__Listing
stall_listing(struct play *p, const char *model)
{
	Stoa__Marketplace__Listing out;
	const struct model *found =
	    marketplace_model(p->state, stoa_str_of(model));

	assert_non_null(found);
	marketplace_listing_view(found, &out);
	return out;
}

Stoa__Marketplace__AccessReply
stall_access(struct play *p, const char *member, const char *model)
{
	Stoa__Marketplace__AccessQuery in =
	    STOA__MARKETPLACE__ACCESS_QUERY__INIT;
	Stoa__Marketplace__AccessReply out =
	    STOA__MARKETPLACE__ACCESS_REPLY__INIT;

	in.member = TEXT(member);
	in.model = TEXT(model);
	in.now_us = p->now_us;
	assert_int_equal(
	    marketplace_query_access(p->state, &in, &p->arena, &out), STOA_OK);
	return out;
}

Stoa__Marketplace__EarningsReply
stall_earnings(struct play *p, const char *member)
{
	Stoa__Marketplace__EarningsQuery in =
	    STOA__MARKETPLACE__EARNINGS_QUERY__INIT;
	Stoa__Marketplace__EarningsReply out =
	    STOA__MARKETPLACE__EARNINGS_REPLY__INIT;

	in.member = TEXT(member);
	in.now_us = p->now_us;
	assert_int_equal(
	    marketplace_query_earnings(p->state, &in, &p->arena, &out),
	    STOA_OK);
	return out;
}

int64_t
stall_paid(const Stoa__Marketplace__Deal *deal, const char *to, const char *why)
{
	int64_t sum = 0;

	for (size_t i = 0; i < deal->n_parts; i++) {
		const Stoa__Marketplace__Part *part = deal->parts[i];

		if (strcmp(part->to, to) == 0 &&
		    (why == NULL || strcmp(part->why, why) == 0)) {
			sum += part->amount_micro;
		}
	}
	return sum;
}
