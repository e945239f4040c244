/* access.c - who may ask a model, and that each answer is counted once. */
#include "marketplace/state.h"

bool
lease_runs(const struct deal *deal, struct stoa_wall now)
{
	return deal->state == DEAL(OPEN) && deal->begun_us <= now.us &&
	       now.us < deal->ends_us;
}

/* What costs nothing comes first: nobody pays for what is theirs. */
enum access
access_of(const struct marketplace *s, const struct model *m,
    struct stoa_str member, struct stoa_wall now, struct deal **ret_lease)
{
	struct deal *lease = lease_find(s, member, m);

	*ret_lease = NULL;
	if (m->state == MODEL(WITHDRAWN)) {
		return ACCESS_WITHDRAWN;
	}
	if (stoa_str_is_equal(member, stoa_str_of(m->owner))) {
		return ACCESS_OWNER;
	}
	if (m->audience == STOA__MARKETPLACE__AUDIENCE__EVERYBODY) {
		return ACCESS_EVERYBODY;
	}
	if (lease == NULL || !lease_runs(lease, now)) {
		return ACCESS_NONE;
	}
	*ret_lease = lease;
	if (lease->said->kind == KIND(METER) &&
	    lease->used >= lease->said->questions) {
		return ACCESS_USED_UP;
	}
	return ACCESS_LEASE;
}

static void
refuse_access(struct stoa_decision *d, const struct model *m,
    enum access access, const struct deal *lease)
{
	if (access == ACCESS_WITHDRAWN) {
		REFUSE(d, withdrawn_model, m->id.data, "by a vote");
	} else if (access == ACCESS_USED_UP) {
		REFUSE(d, questions_used, lease->id.data,
		    stoa_decide_number(d, lease->said->questions));
	} else {
		REFUSE(d, no_access, m->id.data, m->owner,
		    stoa_decide_number(d, m->rent_micro),
		    stoa_decide_number(d, m->question_micro),
		    stoa_decide_number(d, m->price_micro));
	}
}

void
access_decide_use(const struct marketplace *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Marketplace__UseRequest *in =
	    (const Stoa__Marketplace__UseRequest *)c->request;
	const struct model *m = model_get(s, in->model);
	Stoa__Marketplace__Event event = STOA__MARKETPLACE__EVENT__INIT;
	Stoa__Marketplace__Used e = STOA__MARKETPLACE__USED__INIT;
	struct deal *lease = NULL;
	enum access access;

	if (m == NULL) {
		REFUSE(d, not_approved, in->model);
		return;
	}
	access = access_of(s, m, holder_now(s, c->actor), c->now, &lease);
	if (access != ACCESS_OWNER && access != ACCESS_EVERYBODY &&
	    access != ACCESS_LEASE) {
		refuse_access(d, m, access, lease);
		return;
	}
	e.model = in->model;
	if (lease != NULL) {
		e.deal = (char *)(uintptr_t)lease->id.data;
	}
	event.kind_case = EVENT_KIND(USED);
	event.used = &e;
	stoa_decide_event(d, &event.base);
	if (lease != NULL && lease->said->kind == KIND(METER) &&
	    lease->used + 1 == lease->said->questions) {
		event_deal_ended(d, lease, ENDED(completed),
		    lease->said->rate_micro * (lease->used + 1));
	}
}

static void
allowed_fill(const struct deal *lease, Stoa__Marketplace__AccessReply *out)
{
	out->is_allowed = true;
	if (lease == NULL) {
		return;
	}
	out->deal = (char *)(uintptr_t)lease->id.data;
	out->until_us = lease->ends_us;
	if (lease->said->kind == KIND(METER)) {
		out->questions_left = lease->said->questions - lease->used;
	}
}

enum stoa_status
marketplace_query_access(const struct marketplace *s,
    const Stoa__Marketplace__AccessQuery *in, struct stoa_arena *arena,
    Stoa__Marketplace__AccessReply *out)
{
	struct stoa_decision d = {
	    .arena = arena, .reasons = marketplace_core.reasons};
	const struct model *m = s == NULL ? NULL : model_get(s, in->model);
	struct deal *lease;
	enum access access;

	if (m == NULL) {
		out->is_allowed = true; /* no market, no gate */
		return STOA_OK;
	}
	out->is_known = true;
	access = access_of(s, m, holder_now(s, stoa_str_of(in->member)),
	    (struct stoa_wall){in->now_us}, &lease);
	switch (access) {
	case ACCESS_OWNER:
	case ACCESS_EVERYBODY:
	case ACCESS_LEASE:
		allowed_fill(lease, out);
		break;
	case ACCESS_NONE:
	case ACCESS_USED_UP:
	case ACCESS_WITHDRAWN:
		refuse_access(&d, m, access, lease);
		out->refusal = d.refusal;
		break;
	}
	return STOA_OK;
}
