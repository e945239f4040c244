/* unite.c - two members turn out to be one person, whose votes are one.
 *
 *  1. In an open vote a ballot that the one who stays has cast stands, and the
 *     other one is withdrawn. Without one, the other's becomes theirs.
 *  2. Of a quadratic vote the other's ballot is always withdrawn, and so is
 *     each sealed one; who is left may vote anew while the vote is open.
 *  3. Who was on the roll of an open vote under either name may vote in it,
 *     once, with the greater power of both. The roll itself and with it the
 *     quorum stay as they were.
 *  4. What both have spent of a round's voice credits is spent by one.
 *  5. Whoever relied on the other relies on the one who stays. What the one
 *     who stays delegated stands; for other types the other's goes on.
 *  6. Proposals and sponsorships are theirs; no one sponsors twice, or what
 *     they proposed.
 *
 * So nobody can cast in any vote what the two could not have cast together
 * before: a vote is lost by it, never won. */
#include "base/id.h"
#include "governance/state.h"

#include <stdlib.h>

/* ---- decide ---- */

void
unite_decide(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__UniteRequest *in =
	    (const Stoa__Governance__UniteRequest *)c->request;
	struct stoa_str member = stoa_str_of(in->member);
	struct stoa_str former = stoa_str_of(in->former);
	const struct elector *to = elector_get(s, member);
	const struct elector *from = elector_raw(s, former);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__MembersUnited e =
	    STOA__GOVERNANCE__MEMBERS_UNITED__INIT;

	if (!stoa_actor_is(c, "bot")) {
		REFUSE(d, not_permitted, "an authenticated platform");
		return;
	}
	if (!stoa_id_is_valid('u', member) || !stoa_id_is_valid('u', former) ||
	    stoa_str_is_equal(member, former) ||
	    (to != NULL && stoa_str_is_equal(to->id, former))) {
		REFUSE(d, not_permitted, "two members");
		return;
	}
	if (from != NULL && from->into != NULL) {
		if (elector_get(s, former) != to) {
			REFUSE(d, not_permitted, "two members");
		}
		return; /* done already */
	}
	if ((to == NULL ? 0 : to->former_count) +
		(from == NULL ? 0 : from->former_count) >=
	    GOVERNANCE_FORMERS_MAX) {
		REFUSE(d, too_many, "former names",
		    stoa_decide_number(d, GOVERNANCE_FORMERS_MAX));
		return;
	}
	if (s->elector_count + 2 > GOVERNANCE_ELECTORS_MAX) {
		REFUSE(d, too_many, "electors",
		    stoa_decide_number(d, GOVERNANCE_ELECTORS_MAX));
		return;
	}
	e.member = in->member;
	e.former = in->former;
	event.kind_case = EVENT_KIND(MEMBERS_UNITED);
	event.members_united = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- apply ---- */

static bool
takes_votes(const struct proposal *p)
{
	return p->state == STATE(ACTIVE) || p->state == STATE(REVEAL);
}

static void
former_add(struct elector *to, struct elector *from)
{
	uint32_t count = to->former_count + from->former_count + 1;

	to->formers = realloc(to->formers, count * sizeof(to->formers[0]));
	stoa_assert(to->formers != NULL);
	for (uint32_t i = 0; i < from->former_count; i++) {
		to->formers[to->former_count++] = from->formers[i];
	}
	to->formers[to->former_count++] = from;
	from->into = to;
	free(from->formers);
	from->formers = NULL;
	from->former_count = 0;
}

static void
spendings_unite(struct elector *to, struct elector *from)
{
	for (uint32_t i = 0; i < from->spending_count; i++) {
		elector_spend(
		    to, from->spendings[i].round, from->spendings[i].credits);
	}
	from->spending_count = 0;
}

static void
sponsor_drop(struct proposal *p, unsigned i)
{
	free(p->sponsors[i]);
	p->sponsor_count--;
	memmove(&p->sponsors[i], &p->sponsors[i + 1],
	    (p->sponsor_count - i) * sizeof(p->sponsors[0]));
}

/* Once, and not of what is their own. */
static void
names_unite(struct proposal *p, struct stoa_str to, struct stoa_str from)
{
	bool is_theirs, has_sponsored = false;
	unsigned i = 0;

	if (stoa_str_is_equal(stoa_str_of(p->member), from)) {
		stoa_text_set(&p->member, to.data);
	}
	is_theirs = stoa_str_is_equal(stoa_str_of(p->member), to);
	while (i < p->sponsor_count) {
		struct stoa_str sponsor = stoa_str_of(p->sponsors[i]);

		if (!stoa_str_is_equal(sponsor, from) &&
		    !stoa_str_is_equal(sponsor, to)) {
			i++;
			continue;
		}
		if (is_theirs || has_sponsored) {
			sponsor_drop(p, i);
			continue;
		}
		stoa_text_set(&p->sponsors[i], to.data);
		has_sponsored = true;
		i++;
	}
}

void
unite_apply(struct governance *s, const Stoa__Governance__MembersUnited *e)
{
	struct elector *to =
	    elector_now(elector_touch(s, stoa_str_of(e->member)));
	struct elector *from = elector_touch(s, stoa_str_of(e->former));

	stoa_assert(to != from && from->into == NULL);
	STOA_MAP_EACH(&s->open, entry)
	{
		if (takes_votes(entry->value)) {
			ballots_unite(entry->value, to, from);
		}
	}
	delegations_unite(to, from);
	spendings_unite(to, from);
	former_add(to, from);
	STOA_MAP_EACH(&s->proposals, entry)
	{
		names_unite(entry->value, to->id, from->id);
	}
	STOA_MAP_EACH(&s->open, entry)
	{
		struct proposal *p = entry->value;

		if (takes_votes(p)) {
			p->helping = help_sum(s, p);
		}
	}
	due_refresh(s);
}
