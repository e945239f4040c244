/* trades.c - sales and leases by time that the chain does: asked for when the
 * money is set aside, and told of when the transaction is final. */
#include "base/check.h"
#include "marketplace/state.h"

/* ---- what may begin ---- */

static bool
lease_is_free(
    const struct model *m, struct stoa_wall now, struct stoa_decision *d)
{
	int64_t until_us = m->token.leased_until_us;

	if (m->tenant != NULL) {
		until_us =
		    m->tenant->ends_us != 0
			? m->tenant->ends_us
			: m->tenant->asked_us + m->tenant->said->duration_us;
	} else if (until_us <= now.us) {
		return true;
	}
	REFUSE(d, leased_until, m->id.data, stoa_decide_number(d, until_us));
	return false;
}

/* The chain counts seconds. */
static void
seconds_round(Stoa__Marketplace__DealBegun *e)
{
	int64_t rest = e->duration_us % STOA_US_PER_S;

	if (rest > 0 && e->duration_us <= MARKETPLACE_LEASE_US_MAX) {
		e->duration_us += STOA_US_PER_S - rest;
	}
}

bool
trade_terms(const struct model *m, struct stoa_wall now,
    Stoa__Marketplace__DealBegun *e, struct stoa_decision *d)
{
	if (e->kind == KIND(OFFER)) {
		REFUSE(d, not_on_chain, m->id.data, "offers");
		return false;
	}
	if (e->kind == KIND(METER) || !m->is_listed) {
		return true; /* the ledger's own, or nothing to begin with */
	}
	if (token_is_being_listed(m)) {
		REFUSE(d, being_listed, m->id.data);
		return false;
	}
	if (e->kind == KIND(SALE)) {
		if (m->price_micro != 0 && !m->token.has_listing) {
			REFUSE(d, not_listed, m->id.data, "sale");
			return false;
		}
		return true;
	}
	seconds_round(e);
	return m->rent_micro == 0 || lease_is_free(m, now, d);
}

const char *
trade_obstacle(const struct deal *deal)
{
	const struct model *m = deal->model;
	bool is_same = deal->said->kind == KIND(SALE)
			   ? m->price_micro == deal->said->total_micro &&
				 m->token.has_listing
			   : m->rent_micro == deal->said->rate_micro;

	if (is_outside(m->owner)) {
		return "it was sold outside in the meantime";
	}
	return is_same && !token_is_being_listed(m)
		   ? NULL
		   : "what it costs changed in the meantime";
}

/* ---- what the chain did ---- */

static const struct deal *
deal_in(const struct marketplace *s, const char *id, deal_state state,
    struct stoa_decision *d)
{
	const struct deal *deal = deal_get(s, id);

	if (deal == NULL) {
		REFUSE(d, no_such_deal, id);
		return NULL;
	}
	return deal->state == state ? deal : NULL;
}

static const char *
why_or(const char *why)
{
	return why[0] == '\0' ? "refused" : why;
}

void
trades_decide_traded(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordTradedRequest *in =
	    (const Stoa__Marketplace__RecordTradedRequest *)c->request;
	const struct deal *deal = deal_in(s, in->deal, DEAL(TRADING), d);
	Stoa__Marketplace__DealTraded e = STOA__MARKETPLACE__DEAL_TRADED__INIT;

	if (deal == NULL) {
		return; /* done already */
	}
	if (strlen(in->why) > MARKETPLACE_WHY_MAX) {
		REFUSE(d, too_many, "bytes of a reason",
		    stoa_decide_number(d, MARKETPLACE_WHY_MAX));
		return;
	}
	if (in->result == NULL) {
		event_deal_ending(d, deal,
		    &(struct ending){
			.reason = ENDED(not_traded), .why = why_or(in->why)});
		return;
	}
	e.deal = in->deal;
	e.begun_us = c->now.us;
	if (deal->said->kind == KIND(SALE)) {
		TOKEN_EVENT(d, DEAL_TRADED, deal_traded, &e);
		/* Whoever is said to own it now: the listing was theirs. */
		event_deal_ending(d, deal,
		    &(struct ending){.reason = ENDED(completed),
			.earned_micro = deal->said->total_micro,
			.owner = deal->seller});
		event_sold(d, deal);
		return;
	}
	e.begun_us = in->result->starts_s * STOA_US_PER_S;
	e.ends_us = in->result->ends_s * STOA_US_PER_S;
	if (e.begun_us <= 0 || e.ends_us <= e.begun_us ||
	    e.ends_us - e.begun_us > 2 * MARKETPLACE_LEASE_US_MAX) {
		REFUSE(d, not_permitted, "the times of a lease");
		return;
	}
	TOKEN_EVENT(d, DEAL_TRADED, deal_traded, &e);
}

void
trades_decide_returned(const struct marketplace *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordReturnedRequest *in =
	    (const Stoa__Marketplace__RecordReturnedRequest *)c->request;
	const struct deal *deal = deal_in(s, in->deal, DEAL(RETURNING), d);
	Stoa__Marketplace__ReturnFailed e =
	    STOA__MARKETPLACE__RETURN_FAILED__INIT;

	if (deal == NULL) {
		return; /* done already */
	}
	if (strlen(in->why) > MARKETPLACE_WHY_MAX) {
		REFUSE(d, too_many, "bytes of a reason",
		    stoa_decide_number(d, MARKETPLACE_WHY_MAX));
		return;
	}
	if (in->result != NULL && in->result->ends_s > 0) {
		int64_t us = in->result->ends_s * STOA_US_PER_S;

		event_deal_ended(
		    d, deal, ENDED(returned), deal_earned(deal, us));
		return;
	}
	if (c->now.us >= deal->ends_us) {
		event_deal_ended(
		    d, deal, ENDED(completed), deal_earned(deal, c->now.us));
		return;
	}
	e.deal = in->deal;
	e.why = (char *)(uintptr_t)why_or(in->why);
	TOKEN_EVENT(d, RETURN_FAILED, return_failed, &e);
}

/* ---- apply ---- */

void
trade_apply_traded(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__DealTraded *e)
{
	struct deal *deal = deal_must(s, e->deal);

	deal->state = DEAL(OPEN);
	deal->traded_us = fact->time.us;
	deal->begun_us = e->begun_us;
	deal->ends_us = e->ends_us;
	if (deal_is_lease(deal)) {
		deal->model->lease_count++;
		deal->model->token.leased_until_us = e->ends_us;
		deal_due_set(s, deal, deal_due(deal));
	}
	deal_refresh(s, deal);
}

void
trade_apply_return_asked(struct marketplace *s, const struct stoa_fact *fact,
    const Stoa__Marketplace__ReturnAsked *e)
{
	struct deal *deal = deal_must(s, e->deal);

	deal->state = DEAL(RETURNING);
	deal->returning_us = fact->time.us;
	deal_due_set(s, deal, deal_due(deal));
	deal_refresh(s, deal);
}

void
trade_apply_return_failed(
    struct marketplace *s, const Stoa__Marketplace__ReturnFailed *e)
{
	struct deal *deal = deal_must(s, e->deal);

	stoa_text_set(&deal->return_why, e->why);
	deal->return_number++;
	deal->state = DEAL(OPEN);
	deal_due_set(s, deal, deal_due(deal));
	deal_refresh(s, deal);
}
