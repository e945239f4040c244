/* delegates.c - who votes for whom, for all types or for one. It does not go
 * on from delegate to delegate: everybody knows whose ballot counts. */
#include "base/id.h"
#include "governance/state.h"

#include <stdlib.h>

static const struct delegation *
delegation_get(const struct elector *e, const char *type)
{
	for (uint32_t i = 0; i < e->delegation_count; i++) {
		if (strcmp(e->delegations[i].type, type) == 0) {
			return &e->delegations[i];
		}
	}
	return NULL;
}

struct elector *
delegate_of(const struct elector *e, const char *type)
{
	const struct delegation *d;

	if (e->delegation_count == 0) {
		return NULL;
	}
	d = delegation_get(e, type);
	if (d == NULL) {
		d = delegation_get(e, "");
	}
	return d == NULL ? NULL : d->to;
}

bool
delegator_relies(const struct delegator *d, const char *type)
{
	return strcmp(d->type, type) == 0 ||
	       (d->type[0] == '\0' && delegation_get(d->elector, type) == NULL);
}

/* ---- decide ---- */

static void
event_delegated(struct stoa_decision *d, const char *to, const char *type)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__Delegated e = STOA__GOVERNANCE__DELEGATED__INIT;

	e.to = (char *)(uintptr_t)to;
	e.type = (char *)(uintptr_t)type;
	event.kind_case = EVENT_KIND(DELEGATED);
	event.delegated = &e;
	stoa_decide_event(d, &event.base);
}

void
delegates_decide_delegate(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Governance__DelegateRequest *in =
	    (const Stoa__Governance__DelegateRequest *)c->request;
	const struct elector *e = elector_get(s, c->actor);
	struct stoa_str to = actor_now(s, stoa_str_of(in->to));
	const struct delegation *now;

	if (in->facts == NULL ||
	    in->facts->role < STOA__ACCOUNTS__ROLE__MEMBER) {
		REFUSE(d, not_permitted, "MEMBER");
		return;
	}
	if (stoa_str_is_equal(actor_now(s, c->actor), to)) {
		REFUSE(d, delegate_not_valid, in->to, "that is you");
		return;
	}
	if (!stoa_id_is_valid('u', stoa_str_of(in->to)) ||
	    in->to_facts == NULL ||
	    in->to_facts->role < STOA__ACCOUNTS__ROLE__MEMBER) {
		REFUSE(d, delegate_not_valid, in->to, "not a member");
		return;
	}
	if (in->type[0] != '\0' && rule_get(s, in->type) == NULL) {
		refuse_no_type(s, in->type, d);
		return;
	}
	now = e == NULL ? NULL : delegation_get(e, in->type);
	if (now != NULL && stoa_str_is_equal(now->to->id, to)) {
		return; /* done already */
	}
	if (now == NULL && e != NULL &&
	    e->delegation_count >= GOVERNANCE_DELEGATIONS_MAX) {
		REFUSE(d, too_many, "delegations",
		    stoa_decide_number(d, GOVERNANCE_DELEGATIONS_MAX));
		return;
	}
	if (s->elector_count + 2 > GOVERNANCE_ELECTORS_MAX) {
		REFUSE(d, too_many, "electors",
		    stoa_decide_number(d, GOVERNANCE_ELECTORS_MAX));
		return;
	}
	event_delegated(d, in->to, in->type);
}

void
delegates_decide_undelegate(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Governance__UndelegateRequest *in =
	    (const Stoa__Governance__UndelegateRequest *)c->request;
	const struct elector *e = elector_get(s, c->actor);

	if (e == NULL || delegation_get(e, in->type) == NULL) {
		REFUSE(d, not_delegated, in->type);
		return;
	}
	event_delegated(d, "", in->type);
}

/* ---- apply ---- */

static void
delegator_add(struct elector *to, struct elector *e, const char *type)
{
	if (to->delegator_count == to->delegator_size) {
		to->delegator_size =
		    to->delegator_size == 0 ? 4 : 2 * to->delegator_size;
		to->delegators = realloc(to->delegators,
		    to->delegator_size * sizeof(to->delegators[0]));
		stoa_assert(to->delegators != NULL);
	}
	to->delegators[to->delegator_count++] = (struct delegator){e, type};
}

static void
delegator_remove(struct elector *to, const char *type)
{
	uint32_t i = 0;

	while (i < to->delegator_count && to->delegators[i].type != type) {
		i++;
	}
	stoa_assert(i < to->delegator_count);
	/* Their order says nothing. */
	to->delegators[i] = to->delegators[--to->delegator_count];
}

void
delegation_set(struct elector *e, const char *type, struct elector *to)
{
	struct delegation *now =
	    (struct delegation *)(uintptr_t)delegation_get(e, type);

	if (now != NULL) {
		delegator_remove(now->to, now->type);
	}
	if (to == NULL) {
		stoa_assert(now != NULL);
		free(now->type);
		e->delegation_count--;
		memmove(now, now + 1,
		    (size_t)((e->delegations + e->delegation_count) - now) *
			sizeof(*now));
		return;
	}
	if (now == NULL) {
		e->delegations = realloc(e->delegations,
		    (e->delegation_count + 1) * sizeof(e->delegations[0]));
		stoa_assert(e->delegations != NULL);
		now = &e->delegations[e->delegation_count++];
		now->type = stoa_text_dup(type);
	}
	now->to = to;
	delegator_add(to, e, now->type);
}

void
delegations_unite(struct elector *to, struct elector *from)
{
	while (from->delegation_count > 0) {
		char *type = stoa_text_dup(from->delegations[0].type);
		struct elector *given = from->delegations[0].to;

		delegation_set(from, type, NULL);
		if (given != to && delegation_get(to, type) == NULL &&
		    to->delegation_count < GOVERNANCE_DELEGATIONS_MAX) {
			delegation_set(to, type, given);
		}
		free(type);
	}
	while (from->delegator_count > 0) {
		struct elector *e = from->delegators[0].elector;
		char *type = stoa_text_dup(from->delegators[0].type);

		delegation_set(e, type, e == to ? NULL : to);
		free(type);
	}
}

void
delegates_apply(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__Delegated *said)
{
	struct elector *e = elector_now(elector_touch(s, fact->actor));
	struct elector *to =
	    said->to[0] == '\0'
		? NULL
		: elector_now(elector_touch(s, stoa_str_of(said->to)));
	struct elector *before[GOVERNANCE_OPEN_MAX];
	size_t i = 0;

	STOA_MAP_EACH(&s->open, entry)
	{
		const struct proposal *p = entry->value;

		before[i++] = delegate_of(e, p->said->type);
	}
	delegation_set(e, said->type, to);
	i = 0;
	STOA_MAP_EACH(&s->open, entry)
	{
		struct proposal *p = entry->value;
		struct elector *was = before[i++];
		struct elector *is = delegate_of(e, p->said->type);

		if (was != is && p->rule != NULL && p->closed == NULL &&
		    box_get(&p->ballots, e->ordinal) == NULL) {
			p->helping =
			    (uint64_t)((int64_t)p->helping +
				       help_change_delegate(p, e, was, is));
		}
	}
}
