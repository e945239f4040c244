/* deal_end.c - how deals end, and what is paid for them. */
#include "marketplace/state.h"

/* ---- what has been earned
 * ----------------------------------------------------
 */

int64_t
deal_earned(const struct deal *deal, int64_t now_us)
{
	int64_t end = deal->ends_us < now_us ? deal->ends_us : now_us;
	int64_t rent = 0;

	if (deal->begun_us == 0) {
		return 0;
	}
	if (deal->said->kind == KIND(METER)) {
		return deal->said->rate_micro * deal->used;
	}
	if (deal->said->kind != KIND(LEASE)) {
		return 0;
	}
	/* Nothing is due for time in which nobody could ask; a stranger has
	 * paid on the chain, which knows of no vote. */
	if (!deal->is_outside && deal->model->withdrawn_us != 0 &&
	    deal->model->withdrawn_us < end) {
		end = deal->model->withdrawn_us;
	}
	if (end <= deal->begun_us) {
		return 0;
	}
	if (!split_rent(deal->said->rate_micro, end - deal->begun_us, &rent) ||
	    rent > deal->said->total_micro) {
		rent = deal->said->total_micro;
	}
	return rent;
}

void
event_deal_ended(struct stoa_decision *d, const struct deal *deal,
    end_reason reason, int64_t earned_micro)
{
	event_deal_ending(d, deal,
	    &(struct ending){.reason = reason, .earned_micro = earned_micro});
}

int64_t
deal_owed(const struct deal *deal, int64_t earned_micro,
    int64_t ret_micro[static MARKETPLACE_ACCRUALS_MAX])
{
	int64_t sum = 0;

	for (size_t i = 0; i < deal->accrual_count; i++) {
		const struct accrual *a = &deal->accruals[i];
		int64_t micro = deal->said->kind == KIND(METER)
				    ? a->micro
				    : deal_earned(deal, a->until_us) - sum;

		/* A lease may have ended before it was sold, and neither have
		 * been heard of then. */
		micro = micro < 0 ? 0 : micro;
		ret_micro[i] =
		    micro < earned_micro - sum ? micro : earned_micro - sum;
		sum += ret_micro[i];
	}
	return sum;
}

/* How much is owed to whom, before shares. */
static size_t
owed_fill(const struct deal *deal, const struct ending *ending,
    struct split_owed owed[static MARKETPLACE_ACCRUALS_MAX + 1])
{
	int64_t micro[MARKETPLACE_ACCRUALS_MAX];
	int64_t sum = deal_owed(deal, ending->earned_micro, micro);
	size_t count = 0;

	for (; count < deal->accrual_count; count++) {
		owed[count] = (struct split_owed){
		    deal->accruals[count].owner, micro[count]};
	}
	owed[count++] = (struct split_owed){
	    ending->owner == NULL ? deal->model->owner : ending->owner,
	    ending->earned_micro - sum};
	return count;
}

void
event_parts_ended(struct stoa_decision *d, Stoa__Marketplace__DealEnded *e,
    const struct split_part *split, size_t count)
{
	Stoa__Marketplace__Part parts[MARKETPLACE_PARTS_MAX];
	Stoa__Marketplace__Part *list[MARKETPLACE_PARTS_MAX];

	stoa_assert(count <= MARKETPLACE_PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		stoa__marketplace__part__init(&parts[i]);
		parts[i].to = (char *)(uintptr_t)split[i].to;
		parts[i].why = (char *)(uintptr_t)split[i].why;
		parts[i].amount_micro = split[i].micro;
		list[i] = &parts[i];
	}
	e->parts = list;
	e->n_parts = count;
	TOKEN_EVENT(d, DEAL_ENDED, deal_ended, e);
}

void
event_deal_ending(struct stoa_decision *d, const struct deal *deal,
    const struct ending *ending)
{
	Stoa__Marketplace__DealEnded e = STOA__MARKETPLACE__DEAL_ENDED__INIT;
	struct split_owed owed[MARKETPLACE_ACCRUALS_MAX + 1];
	struct split_part split[MARKETPLACE_PARTS_MAX];
	struct split_share shares[MARKETPLACE_SHARES_MAX];

	stoa_assert(ending->earned_micro >= 0 &&
		    ending->earned_micro <= deal->said->total_micro);
	e.deal = (char *)(uintptr_t)deal->id.data;
	e.reason = ending->reason;
	e.refund_micro = deal->said->total_micro - ending->earned_micro;
	if (ending->why != NULL) {
		e.why = (char *)(uintptr_t)ending->why;
	}
	event_parts_ended(d, &e, split,
	    split_parts(shares, model_shares(deal->model, shares), owed,
		owed_fill(deal, ending, owed), split));
}

void
event_sold(struct stoa_decision *d, const struct deal *deal)
{
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Sold e = STOA__MARKETPLACE__SOLD__INIT;

	e.model = (char *)(uintptr_t)deal->model->id.data;
	e.deal = (char *)(uintptr_t)deal->id.data;
	e.from = deal->model->owner;
	e.to = deal->said->member;
	if (deal->party != NULL) {
		e.party = deal->party;
	}
	event.kind_case = EVENT_KIND(SOLD);
	event.sold = &e;
	stoa_decide_event(d, &event.base);
}

bool
model_may_be_sold(
    const struct marketplace *s, const struct model *m, struct stoa_decision *d)
{
	const struct stoa_order_entry *e =
	    m->lease_count == 0 ? NULL : stoa_order_first(&s->due);

	for (; e != NULL; e = stoa_order_next(e)) {
		const struct deal *lease = e->value;

		if (lease->model == m &&
		    lease->accrual_count == MARKETPLACE_LEASE_OWNERS_MAX) {
			REFUSE(d, too_many, "owners during one lease",
			    stoa_decide_number(
				d, MARKETPLACE_LEASE_OWNERS_MAX));
			return false;
		}
	}
	return true;
}

/* ---- by members
 * ----------------------------------------------------------------
 */

static const struct deal *
deal_find(const struct marketplace *s, const char *id, struct stoa_decision *d)
{
	const struct deal *deal = deal_get(s, id);

	if (deal == NULL) {
		REFUSE(d, no_such_deal, id);
		return NULL;
	}
	if (deal->state == DEAL(HOLDING) || deal->state == DEAL(TRADING)) {
		REFUSE(d, not_permitted, "a deal that has begun");
		return NULL;
	}
	if (deal->state == DEAL(RETURNING)) {
		return deal; /* only a return comes here: done already */
	}
	if (deal->state != DEAL(OPEN)) {
		REFUSE(d, deal_ended, id,
		    protobuf_c_enum_descriptor_get_value(
			&stoa__marketplace__end_reason__descriptor,
			(int)deal->reason)
			->name);
		return NULL;
	}
	return deal;
}

static bool
is_actor(const struct marketplace *s, const struct stoa_command *c,
    const char *member)
{
	return stoa_str_is_equal(holder_now(s, c->actor), stoa_str_of(member));
}

void
deals_decide_return(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__EndLeaseRequest *in =
	    (const Stoa__Marketplace__EndLeaseRequest *)c->request;
	const struct deal *deal = deal_find(s, in->deal, d);
	end_reason due;

	if (deal == NULL) {
		return;
	}
	if (!deal_is_lease(deal)) {
		REFUSE(d, no_such_deal, in->deal);
		return;
	}
	if (!is_actor(s, c, deal->said->member)) {
		REFUSE(d, not_your_deal, in->deal, deal->said->member);
		return;
	}
	if (deal->state == DEAL(RETURNING)) {
		return; /* done already */
	}
	due = deal_end_due(deal, c->now.us);
	if (deal->is_traded && due == ENDED(END_REASON_UNSPECIFIED)) {
		Stoa__Marketplace__ReturnAsked e =
		    STOA__MARKETPLACE__RETURN_ASKED__INIT;

		e.deal = in->deal;
		TOKEN_EVENT(d, RETURN_ASKED, return_asked, &e);
		return;
	}
	event_deal_ended(d, deal,
	    due == ENDED(END_REASON_UNSPECIFIED) ? ENDED(returned) : due,
	    deal_earned(deal, c->now.us));
}

static void
offer_accept(const struct marketplace *s, const struct deal *deal,
    struct stoa_decision *d)
{
	const struct model *m = model_find(s, deal->model->id.data, d);

	if (m == NULL) {
		return;
	}
	if (m->is_on_chain) {
		REFUSE(d, not_on_chain, m->id.data, "offers");
		return;
	}
	if (m->sale != NULL) {
		REFUSE(d, being_sold, m->id.data);
		return;
	}
	if (model_may_be_sold(s, m, d)) {
		event_deal_ended(
		    d, deal, ENDED(completed), deal->said->total_micro);
		event_sold(d, deal);
	}
}

void
deals_decide_answer(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__AnswerRequest *in =
	    (const Stoa__Marketplace__AnswerRequest *)c->request;
	const struct deal *deal = deal_find(s, in->deal, d);
	bool is_owner, is_author;

	if (deal == NULL) {
		return;
	}
	if (deal->said->kind != KIND(OFFER)) {
		REFUSE(d, no_such_deal, in->deal);
		return;
	}
	is_owner = is_actor(s, c, deal->model->owner);
	is_author = is_actor(s, c, deal->said->member);
	if (deal->ends_us <= c->now.us) {
		REFUSE(d, offer_expired, in->deal,
		    stoa_decide_number(d, deal->ends_us));
	} else if (is_owner && in->is_accepted && !is_author) {
		offer_accept(s, deal, d);
	} else if (is_author && !in->is_accepted) {
		event_deal_ended(d, deal, ENDED(withdrawn), 0);
	} else if (is_owner && !in->is_accepted) {
		event_deal_ended(d, deal, ENDED(declined), 0);
	} else {
		REFUSE(d, not_your_deal, in->deal, deal->model->owner);
	}
}

/* ---- by time, and by what was done
 * -------------------------------------------- */

end_reason
deal_end_due(const struct deal *deal, int64_t now_us)
{
	bool is_offer = deal->said->kind == KIND(OFFER);

	if (deal->model->state == MODEL(WITHDRAWN) && !deal->is_outside) {
		return ENDED(taken_down);
	}
	if (is_offer && strcmp(deal->said->member, deal->model->owner) == 0) {
		return ENDED(owner_changed);
	}
	if (deal->ends_us > now_us) {
		return ENDED(END_REASON_UNSPECIFIED);
	}
	return is_offer ? ENDED(expired) : ENDED(completed);
}

void
deals_decide_advance(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const struct stoa_order_entry *e = stoa_order_first(&s->due);

	for (unsigned n = 0;
	     n < MARKETPLACE_ADVANCE_MAX && e != NULL && e->number <= c->now.us;
	     n++, e = stoa_order_next(e)) {
		const struct deal *deal = e->value;
		end_reason reason = deal_end_due(deal, c->now.us);

		stoa_assert(reason != ENDED(END_REASON_UNSPECIFIED));
		event_deal_ended(d, deal, reason, deal_earned(deal, c->now.us));
	}
}

void
deals_decide_settled(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordSettledRequest *in =
	    (const Stoa__Marketplace__RecordSettledRequest *)c->request;
	const struct deal *deal = deal_get(s, in->deal);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__DealSettled e =
	    STOA__MARKETPLACE__DEAL_SETTLED__INIT;

	if (deal == NULL) {
		REFUSE(d, no_such_deal, in->deal);
		return;
	}
	if (deal->state != DEAL(SETTLING)) {
		return; /* done already */
	}
	e.deal = in->deal;
	e.refusal = in->refusal;
	event.kind_case = EVENT_KIND(DEAL_SETTLED);
	event.deal_settled = &e;
	stoa_decide_event(d, &event.base);
}

void
deals_decide_told(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__RecordToldRequest *in =
	    (const Stoa__Marketplace__RecordToldRequest *)c->request;
	const struct deal *deal = deal_get(s, in->deal);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__DealTold e = STOA__MARKETPLACE__DEAL_TOLD__INIT;

	if (deal == NULL) {
		REFUSE(d, no_such_deal, in->deal);
		return;
	}
	if (deal->is_told) {
		return; /* done already */
	}
	e.deal = in->deal;
	event.kind_case = EVENT_KIND(DEAL_TOLD);
	event.deal_told = &e;
	stoa_decide_event(d, &event.base);
}
