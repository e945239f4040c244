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

static bool
approve(struct play *p, char *model, int64_t price_micro, bool is_on_chain)
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
	in.is_on_chain = is_on_chain;
	facts.provenance_cid = TEXT("bafyprovenance");
	return play(p, "@governance", "Approve", &in.base);
}

bool
stall_approve(struct play *p, char *model, int64_t price_micro)
{
	return approve(p, model, price_micro, false);
}

static void
claim_steps(struct play *p, char *model)
{
	Stoa__Marketplace__RecordPinnedRequest pinned =
	    STOA__MARKETPLACE__RECORD_PINNED_REQUEST__INIT;
	Stoa__Marketplace__RecordClaimRequest claim =
	    STOA__MARKETPLACE__RECORD_CLAIM_REQUEST__INIT;
	static uint8_t bytes[] = "{}";

	pinned.model = model;
	assert_true(play(p, "@marketplace", "RecordPinned", &pinned.base));
	claim.model = model;
	claim.claim.data = bytes;
	claim.claim.len = 2;
	assert_true(play(p, "@marketplace", "RecordClaim", &claim.base));
}

static void
announce(struct play *p, char *model)
{
	Stoa__Marketplace__RecordAnnouncedRequest announced =
	    STOA__MARKETPLACE__RECORD_ANNOUNCED_REQUEST__INIT;

	announced.model = model;
	assert_true(
	    play(p, "@marketplace", "RecordAnnounced", &announced.base));
}

void
stall_list(struct play *p, char *model, int64_t price_micro)
{
	assert_true(stall_approve(p, model, price_micro));
	claim_steps(p, model);
	announce(p, model);
}

/* ---- on a chain ---- */

void
stall_claimed(struct play *p, char *model, int64_t price_micro)
{
	assert_true(approve(p, model, price_micro, true));
	claim_steps(p, model);
}

void
stall_mint(struct play *p, char *model, int64_t price_micro)
{
	stall_claimed(p, model, price_micro);
	assert_true(stall_minted(p, model, 0, NULL));
	announce(p, model);
}

ProtobufCBinaryData
stall_word(char letter, uint8_t number)
{
	static uint8_t words[64][MARKETPLACE_TOKEN_SIZE];
	static unsigned next;
	uint8_t *word = words[next++ % STOA_COUNT(words)];

	memset(word, 0, MARKETPLACE_TOKEN_SIZE);
	word[30] = (uint8_t)letter;
	word[31] = number;
	return (ProtobufCBinaryData){MARKETPLACE_TOKEN_SIZE, word};
}

ProtobufCBinaryData
stall_wei(uint64_t micro)
{
	ProtobufCBinaryData word = stall_word(0, 0);
	unsigned __int128 wei = (unsigned __int128)micro * 1000000000000u;

	for (int i = 31; i >= 0; i--) {
		word.data[i] = (uint8_t)wei;
		wei >>= 8;
	}
	return word;
}

ProtobufCBinaryData
stall_address(char letter)
{
	ProtobufCBinaryData word = stall_word(letter, 7);

	word.len = MARKETPLACE_ADDRESS_SIZE;
	memset(word.data, letter, word.len);
	return word;
}

enum marketplace_effect
stall_model_effect(struct play *p, const char *model)
{
	return marketplace_model_effect(
	    marketplace_model(p->state, stoa_str_of(model)));
}

struct marketplace_step
stall_step(struct play *p, const char *model)
{
	struct marketplace_step step;
	const struct model *m = marketplace_model(p->state, stoa_str_of(model));

	assert_true(marketplace_model_step(
	    p->state, m, marketplace_model_effect(m), &p->arena, &step));
	return step;
}

struct marketplace_step
stall_deal_step(struct play *p, const struct stoa_id *deal)
{
	struct marketplace_step step;
	const struct deal *d = marketplace_deal(p->state, stoa_id_str(deal));

	assert_true(marketplace_deal_step(
	    p->state, d, marketplace_deal_effect(d), &p->arena, &step));
	return step;
}

bool
stall_minted(struct play *p, char *model, uint32_t attempt, const char *why)
{
	Stoa__Marketplace__RecordMintedRequest in =
	    STOA__MARKETPLACE__RECORD_MINTED_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;
	struct marketplace_step step;

	in.model = model;
	in.attempt = attempt;
	in.why = TEXT(why == NULL ? "" : why);
	if (why == NULL) {
		step = stall_step(p, model);
		in.mint = step.action->mint;
		result.token = stall_word(model[11], 0);
		if (in.mint->price_micro != 0) {
			result.listing = stall_word(model[11], 1);
		}
		result.splitter = stall_address('s');
		in.result = &result;
	}
	return play(p, "@marketplace", "RecordMinted", &in.base);
}

bool
stall_relisted(struct play *p, char *model, uint8_t listing, const char *why)
{
	Stoa__Marketplace__RecordRelistedRequest in =
	    STOA__MARKETPLACE__RECORD_RELISTED_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;
	struct marketplace_step step = stall_step(p, model);

	in.model = model;
	in.number = step.number;
	in.why = TEXT(why == NULL ? "" : why);
	if (why == NULL) {
		in.list = step.action->list;
		if (in.list->price_micro != 0) {
			result.listing = stall_word(model[11], listing);
		}
		in.result = &result;
	}
	return play(p, "@marketplace", "RecordRelisted", &in.base);
}

bool
stall_traded(struct play *p, struct stoa_id *deal, int64_t starts_s,
    int64_t ends_s, const char *why)
{
	Stoa__Marketplace__RecordTradedRequest in =
	    STOA__MARKETPLACE__RECORD_TRADED_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;

	in.deal = deal->text;
	result.starts_s = starts_s;
	result.ends_s = ends_s;
	in.result = why == NULL ? &result : NULL;
	in.why = TEXT(why == NULL ? "" : why);
	return play(p, "@marketplace", "RecordTraded", &in.base);
}

bool
stall_ended(
    struct play *p, struct stoa_id *deal, int64_t ends_s, const char *why)
{
	Stoa__Marketplace__RecordReturnedRequest in =
	    STOA__MARKETPLACE__RECORD_RETURNED_REQUEST__INIT;
	Stoa__Chain__Result result = STOA__CHAIN__RESULT__INIT;

	in.deal = deal->text;
	result.ends_s = ends_s;
	in.result = why == NULL ? &result : NULL;
	in.why = TEXT(why == NULL ? "" : why);
	return play(p, "@marketplace", "RecordReturned", &in.base);
}

bool
stall_sighted(struct play *p, Stoa__Chain__Sighting *sighting)
{
	Stoa__Marketplace__RecordSightedRequest in =
	    STOA__MARKETPLACE__RECORD_SIGHTED_REQUEST__INIT;

	if (sighting->number == 0) {
		sighting->number = marketplace_sighted(p->state) + 1;
	}
	sighting->transaction = stall_word('t', (uint8_t)sighting->number);
	in.number = sighting->number;
	in.sighting = sighting;
	return play(p, "@marketplace", "RecordSighted", &in.base);
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
