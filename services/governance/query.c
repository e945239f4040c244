/* query.c - what may be asked of the state. */
#include "base/hash.h"
#include "governance/state.h"

#include <stdlib.h>

#define PAGE_MAX 25u

static char *
borrowed(const char *text)
{
	return (char *)(uintptr_t)(text == NULL ? "" : text);
}

/* ---- for reactions ---- */

struct stoa_str
governance_id(const struct proposal *p)
{
	return p->id;
}

const char *
governance_proposer(const struct proposal *p)
{
	return p->member;
}

const char *
governance_hold(const struct proposal *p)
{
	return p->hold == NULL ? "" : p->hold;
}

/* A deposit comes back, however the vote went: losing is no offence. Only who
 * was vetoed loses it. */
bool
governance_keeps_deposit(const struct proposal *p)
{
	return p->state == STATE(VETOED);
}

int64_t
governance_deposit(const struct proposal *p)
{
	return p->deposit_micro;
}

const char *
governance_reply(const struct proposal *p)
{
	return p->said->reply;
}

uint32_t
governance_attempt(const struct proposal *p)
{
	return p->attempt;
}

int64_t
governance_proposed_us(const struct proposal *p)
{
	return p->proposed_us;
}

Stoa__Governance__State
governance_state(const struct proposal *p)
{
	return p->state;
}

size_t
governance_silent(const struct governance *s, const struct proposal *p,
    const char **ret_members, size_t max)
{
	size_t count = 0;

	for (uint32_t i = 0; i < s->elector_count && count < max; i++) {
		const struct elector *e = s->by_ordinal[i];
		const struct elector *to = delegate_of(e, p->said->type);

		if (p->rule != NULL && voter_power(e, p) > 0 &&
		    box_get(&p->ballots, i) == NULL &&
		    box_get(&p->commitments, i) == NULL &&
		    (to == NULL || box_get(&p->ballots, to->ordinal) == NULL)) {
			ret_members[count++] = e->id.data;
		}
	}
	return count;
}

const Stoa__Governance__Action *
governance_action(const struct proposal *p, uint32_t action)
{
	return p->said->actions[action];
}

uint64_t
governance_version(const struct governance *s)
{
	return s == NULL ? 0 : s->version;
}

bool
governance_is_founded(const struct governance *s)
{
	return s != NULL && s->is_founded;
}

/* ---- proposals ---- */

static bool
done_view(const struct proposal *p, struct stoa_arena *arena,
    Stoa__Governance__Proposal *out)
{
	out->done = stoa_arena_alloc_array(
	    arena, p->said->n_actions, sizeof(out->done[0]));
	for (size_t i = 0; i < p->said->n_actions && out->done != NULL; i++) {
		Stoa__Governance__ActionState *a =
		    stoa_arena_alloc(arena, sizeof(*a));

		if (a == NULL) {
			return false;
		}
		stoa__governance__action_state__init(a);
		a->action = (uint32_t)i;
		a->is_done = p->done[i].is_done;
		a->refusal = p->done[i].refusal;
		a->result = borrowed(p->done[i].result);
		out->done[i] = a;
		out->n_done = i + 1;
	}
	return !arena->is_overflown;
}

/* Secret ballots show nothing before they are opened. */
static bool
tally_view(const struct governance *s, const struct proposal *p,
    struct stoa_arena *arena, Stoa__Governance__Proposal *out)
{
	struct counted *counted;

	if (p->closed != NULL) {
		out->tally = p->closed->tally;
		out->verdict = p->closed->verdict;
		return true;
	}
	if (p->rule == NULL || proposal_is_over(p) ||
	    (p->rule->reveal_us > 0 && p->state == STATE(ACTIVE))) {
		return true;
	}
	counted = stoa_arena_alloc(arena, sizeof(*counted));
	out->tally = stoa_arena_alloc(arena, sizeof(*out->tally));
	if (counted == NULL || out->tally == NULL) {
		return false;
	}
	count_ballots(s, p, NULL, NULL, counted);
	return count_view(p, counted, arena, out->tally);
}

bool
governance_view(const struct governance *s, const struct proposal *p,
    struct stoa_arena *arena, Stoa__Governance__Proposal *out)
{
	stoa__governance__proposal__init(out);
	out->id = borrowed(p->id.data);
	out->number = p->number;
	out->member = p->member;
	out->type = p->said->type;
	out->title = p->said->title;
	out->description = p->said->description;
	out->options = p->said->options;
	out->n_options = p->said->n_options;
	out->reject = p->said->reject;
	out->actions = p->said->actions;
	out->n_actions = p->said->n_actions;
	out->reply = p->said->reply;
	out->link = borrowed(p->link);
	out->state = p->state;
	out->rule = (Stoa__Governance__Rule *)(uintptr_t)rule_of(s, p);
	out->sponsors = p->sponsor_count;
	out->proposed_us = p->proposed_us;
	out->opened_us = p->opened_us;
	out->ends_us =
	    p->state == STATE(DRAFT) ? draft_due_us(s, p) : p->ends_us;
	out->is_extended = p->is_extended;
	out->eligible_count = p->eligible_count;
	out->eligible_power = p->eligible_power;
	out->reason = borrowed(p->reason);
	out->attempt = p->attempt;
	out->hold = borrowed(p->hold);
	out->committed = p->commitments.count - p->commitments.gone;
	return tally_view(s, p, arena, out) && done_view(p, arena, out);
}

enum stoa_status
governance_query_proposal(const struct governance *s,
    const Stoa__Governance__ProposalQuery *in, struct stoa_arena *arena,
    Stoa__Governance__ProposalReply *out)
{
	const struct proposal *p =
	    s == NULL ? NULL : proposal_find(s, in->proposal, NULL);

	if (p == NULL) {
		return STOA_NOT_FOUND;
	}
	out->proposal = stoa_arena_alloc(arena, sizeof(*out->proposal));
	return out->proposal != NULL &&
		       governance_view(s, p, arena, out->proposal)
		   ? STOA_OK
		   : STOA_TOO_LARGE;
}

static bool
is_wanted(const struct proposal *p, const Stoa__Governance__ProposalsQuery *in)
{
	return (in->type[0] == '\0' || strcmp(in->type, p->said->type) == 0) &&
	       (!in->is_open || !proposal_is_over(p));
}

enum stoa_status
governance_query_proposals(const struct governance *s,
    const Stoa__Governance__ProposalsQuery *in, struct stoa_arena *arena,
    Stoa__Governance__ProposalsReply *out)
{
	size_t limit =
	    in->limit == 0 || in->limit > PAGE_MAX ? PAGE_MAX : in->limit;
	size_t at = s == NULL ? 0 : s->proposals.entry_count;

	if (s != NULL && in->after[0] != '\0') {
		const struct proposal *p = proposal_find(s, in->after, NULL);

		if (p == NULL) {
			return STOA_NOT_FOUND;
		}
		at = (size_t)p->number - 1;
	}
	out->proposals =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->proposals[0]));
	for (; at > 0 && out->proposals != NULL; at--) {
		const struct proposal *p = s->proposals.entries[at - 1].value;
		Stoa__Governance__Proposal *view;

		if (!is_wanted(p, in)) {
			continue;
		}
		if (out->n_proposals == limit) {
			out->next = out->proposals[limit - 1]->id;
			break;
		}
		view = stoa_arena_alloc(arena, sizeof(*view));
		if (view == NULL || !governance_view(s, p, arena, view)) {
			return STOA_TOO_LARGE;
		}
		view->description = borrowed(NULL);
		out->proposals[out->n_proposals++] = view;
	}
	return arena->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}

/* ---- one member ---- */

static bool
ballot_view(const struct cast *b, struct stoa_arena *arena,
    Stoa__Governance__BallotReply *out)
{
	struct ballot_room room;
	struct ballot view = cast_view(b, &room);

	out->ballot = stoa_arena_alloc(arena, sizeof(*out->ballot));
	if (out->ballot == NULL) {
		return false;
	}
	stoa__governance__ballot__init(out->ballot);
	out->ballot->is_abstention = view.is_abstain;
	out->ballot->n_options = view.option_count;
	out->ballot->options = stoa_arena_dup(
	    arena, room.options, view.option_count * sizeof(uint32_t));
	out->ballot->n_amounts = view.amount_count;
	out->ballot->amounts = stoa_arena_dup(
	    arena, room.amounts, view.amount_count * sizeof(uint32_t));
	return !arena->is_overflown;
}

static ProtobufCBinaryData
commitment_view(const struct stoa_hash *hash)
{
	return (ProtobufCBinaryData){
	    STOA_HASH_SIZE, (uint8_t *)(uintptr_t)hash->bytes};
}

enum stoa_status
governance_query_ballot(const struct governance *s,
    const Stoa__Governance__BallotQuery *in, struct stoa_arena *arena,
    Stoa__Governance__BallotReply *out)
{
	const struct proposal *p =
	    s == NULL ? NULL : proposal_find(s, in->proposal, NULL);
	const struct elector *e, *to = NULL;
	const struct stoa_hash *committed;
	const struct cast *cast = NULL;
	const char *needs = NULL;

	if (p == NULL) {
		return STOA_NOT_FOUND;
	}
	e = elector_get(s, stoa_str_of(in->member));
	if (p->rule == NULL) {
		out->needs = borrowed("the vote to be open");
		return STOA_OK;
	}
	out->power =
	    elector_power(e, p->rule, p->version, p->opened_us, &needs);
	out->is_eligible = out->power > 0;
	out->needs = borrowed(needs);
	if (e == NULL) {
		return STOA_OK;
	}
	cast = box_get(&p->ballots, e->ordinal);
	committed = box_get(&p->commitments, e->ordinal);
	if (committed != NULL) {
		out->is_committed = true;
		out->commitment = commitment_view(committed);
	}
	if (p->rule->form == STOA__GOVERNANCE__FORM__QUADRATIC) {
		out->credits_left = (uint32_t)credits_left(e, p, cast);
	}
	to = delegate_of(e, p->said->type);
	if (cast == NULL && to != NULL) {
		out->delegate = borrowed(to->id.data);
		cast = box_get(&p->ballots, to->ordinal);
	}
	return cast == NULL || ballot_view(cast, arena, out) ? STOA_OK
							     : STOA_TOO_LARGE;
}

/* By ordinal from `first`; stops before the page is more than full. */
static bool
sealed_page(const struct governance *s, const struct proposal *p,
    uint32_t first, uint32_t limit, struct stoa_arena *arena,
    Stoa__Governance__SealedReply *out)
{
	for (uint32_t i = first; i < s->elector_count; i++) {
		const struct stoa_hash *hash = box_get(&p->commitments, i);
		Stoa__Governance__Sealed *sealed;

		if (hash == NULL || box_get(&p->ballots, i) != NULL) {
			continue;
		}
		if (out->n_ballots == limit) {
			out->next = out->ballots[limit - 1]->member;
			break;
		}
		sealed = stoa_arena_alloc(arena, sizeof(*sealed));
		if (sealed == NULL) {
			return false;
		}
		stoa__governance__sealed__init(sealed);
		sealed->member = borrowed(s->by_ordinal[i]->id.data);
		sealed->commitment = commitment_view(hash);
		out->ballots[out->n_ballots++] = sealed;
	}
	return true;
}

enum stoa_status
governance_query_sealed(const struct governance *s,
    const Stoa__Governance__SealedQuery *in, struct stoa_arena *arena,
    Stoa__Governance__SealedReply *out)
{
	const struct proposal *p =
	    s == NULL ? NULL : proposal_find(s, in->proposal, NULL);
	const struct elector *after =
	    p == NULL ? NULL : elector_get(s, stoa_str_of(in->after));
	uint32_t limit = in->limit > 0 && in->limit < GOVERNANCE_PAGE
			     ? in->limit
			     : GOVERNANCE_PAGE;

	if (p == NULL || (after == NULL && in->after[0] != '\0')) {
		return STOA_NOT_FOUND;
	}
	out->state = p->state;
	out->ballots =
	    stoa_arena_alloc_array(arena, limit, sizeof(out->ballots[0]));
	if (out->ballots == NULL ||
	    !sealed_page(s, p, after == NULL ? 0 : after->ordinal + 1, limit,
		arena, out)) {
		return STOA_TOO_LARGE;
	}
	return STOA_OK;
}

enum stoa_status
governance_query_standing(const struct governance *s,
    const Stoa__Governance__StandingQuery *in, struct stoa_arena *arena,
    Stoa__Governance__StandingReply *out)
{
	const struct elector *e =
	    s == NULL ? NULL : elector_get(s, stoa_str_of(in->member));

	if (s == NULL || !s->is_founded) {
		return STOA_NOT_FOUND;
	}
	out->credits = s->charter->credits;
	out->round_ends_us =
	    (in->now_us / s->charter->round_us + 1) * s->charter->round_us;
	if (e == NULL) {
		return STOA_OK;
	}
	out->delegators = e->delegator_count;
	out->delegations = stoa_arena_alloc_array(
	    arena, e->delegation_count, sizeof(out->delegations[0]));
	for (uint32_t i = 0;
	     i < e->delegation_count && out->delegations != NULL; i++) {
		Stoa__Governance__Delegation *d =
		    stoa_arena_alloc(arena, sizeof(*d));

		if (d == NULL) {
			return STOA_TOO_LARGE;
		}
		stoa__governance__delegation__init(d);
		d->to = borrowed(e->delegations[i].to->id.data);
		d->type = e->delegations[i].type;
		out->delegations[i] = d;
		out->n_delegations = i + 1;
	}
	out->spent =
	    elector_spent(e, round_at(s, (struct stoa_wall){in->now_us}));
	return arena->is_overflown ? STOA_TOO_LARGE : STOA_OK;
}

/* ---- rules ---- */

enum stoa_status
governance_query_rules(const struct governance *s,
    const Stoa__Governance__RulesQuery *in, struct stoa_arena *arena,
    Stoa__Governance__RulesReply *out)
{
	(void)in;
	if (s == NULL || !s->is_founded) {
		return STOA_NOT_FOUND;
	}
	out->charter = s->charter;
	out->rules = stoa_arena_alloc_array(
	    arena, s->rules.count, sizeof(out->rules[0]));
	if (out->rules == NULL) {
		return STOA_TOO_LARGE;
	}
	STOA_MAP_EACH(&s->rules, entry)
	{
		out->rules[out->n_rules++] = entry->value;
	}
	return STOA_OK;
}
