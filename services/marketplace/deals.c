/* deals.c - how sales, leases and offers begin. */
#include "base/id.h"
#include "marketplace/state.h"

/* ---- terms ------------------------------------------------------------------
 */

static bool
refuse_price(struct stoa_decision *d, const char *field)
{
	REFUSE(d, price_not_valid, field, "1",
	    stoa_decide_number(d, MARKETPLACE_PRICE_MAX));
	return false;
}

static bool
refuse_listing(struct stoa_decision *d, const struct model *m, const char *what)
{
	REFUSE(d, not_listed, m->id.data, what);
	return false;
}

/* A duration that was not given is the default; 0: there is none. */
static bool
duration_set(Stoa__Marketplace__DealBegun *e, struct stoa_decision *d,
    int64_t standard_us, int64_t us_min, int64_t us_max)
{
	if (e->duration_us == 0) {
		e->duration_us = standard_us;
	}
	if (e->duration_us < us_min || e->duration_us > us_max) {
		REFUSE(d, duration_not_valid, stoa_decide_number(d, us_min),
		    stoa_decide_number(d, us_max));
		return false;
	}
	return true;
}

static bool
sale_terms(const struct model *m, Stoa__Marketplace__DealBegun *e,
    struct stoa_decision *d)
{
	if (!m->is_listed || m->price_micro == 0) {
		return refuse_listing(d, m, "sale");
	}
	if (m->sale != NULL) {
		REFUSE(d, being_sold, m->id.data);
		return false;
	}
	e->total_micro = m->price_micro;
	return true;
}

static bool
lease_terms(const struct model *m, Stoa__Marketplace__DealBegun *e,
    struct stoa_decision *d)
{
	if (!m->is_listed || m->rent_micro == 0) {
		return refuse_listing(d, m, "lease");
	}
	if (!duration_set(
		e, d, 0, MARKETPLACE_LEASE_US_MIN, MARKETPLACE_LEASE_US_MAX)) {
		return false;
	}
	e->rate_micro = m->rent_micro;
	if (!split_rent(m->rent_micro, e->duration_us, &e->total_micro)) {
		return refuse_price(d, "total_micro");
	}
	return true;
}

static bool
meter_terms(const struct model *m, Stoa__Marketplace__DealBegun *e,
    struct stoa_decision *d)
{
	if (!m->is_listed || m->question_micro == 0) {
		return refuse_listing(d, m, "questions");
	}
	if (e->questions == 0 || e->questions > MARKETPLACE_QUESTIONS_MAX) {
		REFUSE(d, too_many, "questions",
		    stoa_decide_number(d, MARKETPLACE_QUESTIONS_MAX));
		return false;
	}
	if (!duration_set(e, d, MARKETPLACE_METER_US, MARKETPLACE_LEASE_US_MIN,
		MARKETPLACE_LEASE_US_MAX)) {
		return false;
	}
	e->rate_micro = m->question_micro;
	if (__builtin_mul_overflow(
		m->question_micro, (int64_t)e->questions, &e->total_micro) ||
	    e->total_micro > MARKETPLACE_PRICE_MAX) {
		return refuse_price(d, "total_micro");
	}
	return true;
}

static bool
offer_terms(Stoa__Marketplace__DealBegun *e, struct stoa_decision *d)
{
	if (e->total_micro <= 0 || e->total_micro > MARKETPLACE_PRICE_MAX) {
		return refuse_price(d, "price_micro");
	}
	return duration_set(e, d, MARKETPLACE_OFFER_US,
	    MARKETPLACE_OFFER_US_MIN, MARKETPLACE_OFFER_US_MAX);
}

static bool
kind_terms(const struct model *m, Stoa__Marketplace__DealBegun *e,
    struct stoa_decision *d)
{
	switch (e->kind) {
	case STOA__MARKETPLACE__DEAL_KIND__SALE:
		return sale_terms(m, e, d);
	case STOA__MARKETPLACE__DEAL_KIND__LEASE:
		return lease_terms(m, e, d);
	case STOA__MARKETPLACE__DEAL_KIND__METER:
		return meter_terms(m, e, d);
	case STOA__MARKETPLACE__DEAL_KIND__OFFER:
		return offer_terms(e, d);
	case STOA__MARKETPLACE__DEAL_KIND__DEAL_KIND_UNSPECIFIED:
	case _STOA__MARKETPLACE__DEAL_KIND_IS_INT_SIZE:
		break;
	}
	REFUSE(d, not_permitted, "a kind of deal");
	return false;
}

static bool
has_room(const struct marketplace *s, struct stoa_str member,
    struct stoa_decision *d)
{
	if (open_count(s, member) >= MARKETPLACE_OPEN_MEMBER_MAX) {
		REFUSE(d, too_many, "deals under way of one member",
		    stoa_decide_number(d, MARKETPLACE_OPEN_MEMBER_MAX));
		return false;
	}
	if (s->open_count >= MARKETPLACE_OPEN_MAX) {
		REFUSE(d, too_many, "deals under way",
		    stoa_decide_number(d, MARKETPLACE_OPEN_MAX));
		return false;
	}
	return true;
}

bool
deal_terms(const struct marketplace *s, const struct model *m,
    struct stoa_str member, struct stoa_wall now,
    Stoa__Marketplace__DealBegun *e, struct stoa_decision *d)
{
	bool is_lease = e->kind == KIND(LEASE) || e->kind == KIND(METER);
	const struct deal *lease = is_lease ? lease_find(s, member, m) : NULL;

	if (m->state == MODEL(MINTING)) {
		REFUSE(d, being_minted, m->id.data);
		return false;
	}
	if (!model_is_on_market(m)) {
		return refuse_listing(d, m, "sale");
	}
	if (stoa_str_is_equal(member, stoa_str_of(m->owner))) {
		REFUSE(d, own_model, m->id.data);
		return false;
	}
	if (lease != NULL &&
	    (lease->state == DEAL(HOLDING) || lease_runs(lease, now))) {
		REFUSE(d, already_leased, m->id.data, lease->id.data);
		return false;
	}
	return (!m->is_on_chain || trade_terms(m, now, e, d)) &&
	       kind_terms(m, e, d) && has_room(s, member, d);
}

/* ---- commands of members ----------------------------------------------------
 */

static void
event_begun(struct stoa_decision *d, const struct stoa_command *c,
    Stoa__Marketplace__DealBegun *e)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	struct stoa_id id =
	    stoa_id_derive('d', c->community, c->actor, c->id, 0);

	e->deal = id.text;
	event.kind_case = EVENT_KIND(DEAL_BEGUN);
	event.deal_begun = e;
	stoa_decide_event(d, &event.base);
}

/* Begins a deal of that kind on these terms, if it costs what was shown. */
static void
deal_begin(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d, Stoa__Marketplace__DealBegun *e,
    int64_t shown_micro)
{
	const struct model *m = model_find(s, e->model, d);
	struct stoa_str member = holder_now(s, c->actor);

	e->member = stoa_arena_str(d->arena, member);
	if (m == NULL || e->member == NULL) {
		return;
	}
	if (strlen(e->reply) > MARKETPLACE_REPLY_MAX) {
		REFUSE(d, too_many, "bytes of a reply",
		    stoa_decide_number(d, MARKETPLACE_REPLY_MAX));
		return;
	}
	if (!deal_terms(s, m, member, c->now, e, d)) {
		return;
	}
	if (e->total_micro != shown_micro) {
		REFUSE(d, stale_price, m->id.data,
		    stoa_decide_number(d, e->total_micro),
		    stoa_decide_number(d, shown_micro));
		return;
	}
	if (e->kind == KIND(SALE) && !model_may_be_sold(s, m, d)) {
		return;
	}
	event_begun(d, c, e);
}

void
deals_decide_buy(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__BuyRequest *in =
	    (const Stoa__Marketplace__BuyRequest *)c->request;
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;

	e.kind = KIND(SALE);
	e.model = in->model;
	e.reply = in->reply;
	deal_begin(s, c, d, &e, in->price_micro);
}

void
deals_decide_lease(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__LeaseRequest *in =
	    (const Stoa__Marketplace__LeaseRequest *)c->request;
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;

	e.kind = in->questions == 0 ? KIND(LEASE) : KIND(METER);
	e.model = in->model;
	e.duration_us = in->duration_us;
	e.questions = in->questions;
	e.reply = in->reply;
	deal_begin(s, c, d, &e, in->total_micro);
}

void
deals_decide_offer(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__OfferRequest *in =
	    (const Stoa__Marketplace__OfferRequest *)c->request;
	Stoa__Marketplace__DealBegun e = STOA__MARKETPLACE__DEAL_BEGUN__INIT;

	e.kind = KIND(OFFER);
	e.model = in->model;
	e.total_micro = in->price_micro;
	e.duration_us = in->duration_us;
	e.reply = in->reply;
	deal_begin(s, c, d, &e, in->price_micro);
}

/* ---- the money is set aside, or not
 * -------------------------------------------
 */

static void
event_refused(struct stoa_decision *d, const struct deal *deal,
    Stoa__Journal__Refusal *refusal)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__DealRefused e =
	    STOA__MARKETPLACE__DEAL_REFUSED__INIT;

	e.deal = (char *)(uintptr_t)deal->id.data;
	e.refusal = refusal;
	event.kind_case = EVENT_KIND(DEAL_REFUSED);
	event.deal_refused = &e;
	stoa_decide_event(d, &event.base);
}

static void
event_held(struct stoa_decision *d, const struct stoa_command *c,
    const struct deal *deal, char *hold)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__DealHeld e = STOA__MARKETPLACE__DEAL_HELD__INIT;

	e.deal = (char *)(uintptr_t)deal->id.data;
	e.hold = hold;
	/* On the chain a lease runs when that says so. */
	e.ends_us = deal->said->kind == KIND(SALE) || deal->is_traded
			? 0
			: c->now.us + deal->said->duration_us;
	event.kind_case = EVENT_KIND(DEAL_HELD);
	event.deal_held = &e;
	stoa_decide_event(d, &event.base);
}

/* The chain is asked only for what it can still do. */
static void
trade_or_give_back(struct stoa_decision *d, const struct deal *deal)
{
	const char *why = trade_obstacle(deal);

	if (deal->model->state == MODEL(WITHDRAWN)) {
		event_deal_ended(d, deal, ENDED(taken_down), 0);
	} else if (why != NULL) {
		event_deal_ending(d, deal,
		    &(struct ending){.reason = ENDED(not_traded), .why = why});
	}
}

void
deals_decide_held(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordHeldRequest *in =
	    (const Stoa__Marketplace__RecordHeldRequest *)c->request;
	const struct deal *deal = deal_get(s, in->deal);

	if (deal == NULL) {
		REFUSE(d, no_such_deal, in->deal);
		return;
	}
	if (deal->state != DEAL(HOLDING)) {
		return; /* done already */
	}
	if (in->refusal != NULL) {
		event_refused(d, deal, in->refusal);
		return;
	}
	if (in->hold[0] == '\0') {
		REFUSE(d, not_permitted, "a hold");
		return;
	}
	event_held(d, c, deal, in->hold);
	if (deal->is_traded) {
		trade_or_give_back(d, deal);
		return;
	}
	if (deal->said->kind != KIND(SALE)) {
		return;
	}
	/* The price is out of the buyer's reach, so it is as good as paid. */
	if (deal->model->state == MODEL(WITHDRAWN)) {
		event_deal_ended(d, deal, ENDED(taken_down), 0);
		return;
	}
	event_deal_ended(d, deal, ENDED(completed), deal->said->total_micro);
	event_sold(d, deal);
}
