/* votes.c - votes as they come in: who may, what is well-formed, what it
 * costs, and how it replaces what stood before. */
#include "base/hash.h"
#include "governance/commitment.h"
#include "governance/state.h"

#include <stdlib.h>

enum ballot_form
form_of(const Stoa__Governance__Rule *rule)
{
	switch (rule->form) {
	case STOA__GOVERNANCE__FORM__APPROVAL:
		return BALLOT_APPROVAL;
	case STOA__GOVERNANCE__FORM__RANKED:
		return BALLOT_RANKED;
	case STOA__GOVERNANCE__FORM__SPLIT:
		return BALLOT_SPLIT;
	case STOA__GOVERNANCE__FORM__QUADRATIC:
		return BALLOT_QUADRATIC;
	case STOA__GOVERNANCE__FORM__SINGLE:
	case STOA__GOVERNANCE__FORM__FORM_UNSPECIFIED:
	case _STOA__GOVERNANCE__FORM_IS_INT_SIZE:
		break;
	}
	return BALLOT_SINGLE;
}

/* ---- kept ---- */

struct ballot
cast_view(const struct cast *b, struct ballot_room *room)
{
	for (unsigned i = 0; i < b->count; i++) {
		room->options[i] = b->cells[i];
		room->amounts[i] = b->has_amounts ? b->cells[b->count + i] : 0;
	}
	return (struct ballot){
	    .is_abstain = b->is_abstention,
	    .options = room->options,
	    .option_count = b->count,
	    .amounts = room->amounts,
	    .amount_count = b->has_amounts ? b->count : 0,
	};
}

static struct ballot
said_view(const Stoa__Governance__Ballot *b)
{
	return (struct ballot){
	    .is_abstain = b->is_abstention,
	    .options = b->options,
	    .option_count = b->n_options,
	    .amounts = b->amounts,
	    .amount_count = b->n_amounts,
	};
}

static struct cast *
cast_new(const struct ballot *b)
{
	size_t cells = b->option_count + b->amount_count;
	struct cast *c = malloc(sizeof(*c) + cells * sizeof(c->cells[0]));

	stoa_assert(c != NULL);
	c->count = (uint8_t)b->option_count;
	c->has_amounts = b->amount_count > 0;
	c->is_abstention = b->is_abstain;
	c->is_shared = false;
	for (size_t i = 0; i < b->option_count; i++) {
		c->cells[i] = (uint16_t)b->options[i];
	}
	for (size_t i = 0; i < b->amount_count; i++) {
		c->cells[b->option_count + i] = (uint16_t)b->amounts[i];
	}
	return c;
}

/* Most ballots name one option or none: one object serves all of them. */
struct cast *
cast_keep(struct proposal *p, const struct ballot *b)
{
	size_t at = b->is_abstain ? TALLY_OPTIONS_MAX : b->options[0];

	if (b->option_count > 1 || b->amount_count > 0) {
		return cast_new(b);
	}
	if (p->shared[at] == NULL) {
		p->shared[at] = cast_new(b);
		p->shared[at]->is_shared = true;
	}
	return p->shared[at];
}

void
cast_free(struct cast *c)
{
	if (c != NULL && !c->is_shared) {
		free(c);
	}
}

void
ballots_free(struct proposal *p)
{
	for (uint32_t i = 0; i < p->ballots.size; i++) {
		cast_free(p->ballots.values[i]);
	}
	for (uint32_t i = 0; i < p->commitments.size; i++) {
		free(p->commitments.values[i]);
	}
	for (size_t i = 0; i < STOA_COUNT(p->shared); i++) {
		free(p->shared[i]);
		p->shared[i] = NULL;
	}
	free(p->ballots.keys);
	free(p->ballots.values);
	free(p->commitments.keys);
	free(p->commitments.values);
	p->ballots = p->commitments = (struct box){0};
}

/* ---- the quorum, as it grows ---- */

static uint64_t
help_of(const struct proposal *p, const struct elector *e, const struct cast *b)
{
	struct ballot_room room;
	struct ballot view;

	if (b == NULL) {
		return 0;
	}
	view = cast_view(b, &room);
	return tally_helps(form_of(p->rule), (uint32_t)p->said->reject, &view)
		   ? voter_power(e, p)
		   : 0;
}

int64_t
help_change(const struct proposal *p, const struct elector *voter,
    const struct cast *now)
{
	const struct cast *own = box_get(&p->ballots, voter->ordinal);
	const struct cast *before = own;
	const struct elector *to = delegate_of(voter, p->said->type);
	int64_t change;

	if (own == NULL && to != NULL) {
		before = box_get(&p->ballots, to->ordinal);
	}
	change = (int64_t)help_of(p, voter, now) -
		 (int64_t)help_of(p, voter, before);
	for (uint32_t i = 0; i < voter->delegator_count; i++) {
		const struct elector *e = voter->delegators[i].elector;

		if (!delegator_relies(&voter->delegators[i], p->said->type) ||
		    box_get(&p->ballots, e->ordinal) != NULL) {
			continue;
		}
		change +=
		    (int64_t)help_of(p, e, now) - (int64_t)help_of(p, e, own);
	}
	return change;
}

int64_t
help_change_delegate(const struct proposal *p, const struct elector *e,
    const struct elector *before, const struct elector *after)
{
	const struct cast *was =
	    before == NULL ? NULL : box_get(&p->ballots, before->ordinal);
	const struct cast *is =
	    after == NULL ? NULL : box_get(&p->ballots, after->ordinal);

	return (int64_t)help_of(p, e, is) - (int64_t)help_of(p, e, was);
}

uint64_t
help_sum(const struct governance *s, const struct proposal *p)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < p->ballots.size; i++) {
		const struct cast *cast = p->ballots.values[i];
		const struct elector *e;

		if (cast == NULL) {
			continue;
		}
		e = s->by_ordinal[p->ballots.keys[i] - 1];
		sum += help_of(p, e, cast);
		for (uint32_t k = 0; k < e->delegator_count; k++) {
			const struct delegator *d = &e->delegators[k];

			if (delegator_relies(d, p->said->type) &&
			    box_get(&p->ballots, d->elector->ordinal) == NULL) {
				sum += help_of(p, d->elector, cast);
			}
		}
	}
	return sum;
}

/* ---- checks ---- */

/* The voter, if this proposal takes votes of this kind from them now. */
static const struct elector *
voter_find(const struct governance *s, const struct proposal *p,
    Stoa__Governance__State needed, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const struct elector *e = elector_get(s, c->actor);
	const char *needs = NULL;

	if (p->state == STATE(DRAFT) || p->state == STATE(OPENING)) {
		REFUSE(d, voting_not_open, p->id.data, state_name(p->state));
		return NULL;
	}
	if (p->state != needed || c->now.us >= p->ends_us) {
		REFUSE(d, voting_over, p->id.data,
		    stoa_decide_number(d, p->ends_us));
		return NULL;
	}
	if (elector_power(e, p->rule, p->version, p->opened_us, &needs) == 0) {
		REFUSE(d, not_eligible, needs);
		return NULL;
	}
	return e;
}

static const char *
fault_text(enum ballot_fault fault)
{
	switch (fault) {
	case BALLOT_ABSTAINS_WITH:
		return "an abstention chooses nothing";
	case BALLOT_OPTIONS_FEW:
		return "an option is needed";
	case BALLOT_OPTIONS_MANY:
		return "too many options";
	case BALLOT_OPTION_UNKNOWN:
		return "there is no such option";
	case BALLOT_OPTION_REPEATED:
		return "an option stands there twice";
	case BALLOT_AMOUNTS_COUNT:
		return "every option needs an amount";
	case BALLOT_AMOUNT_SMALL:
		return "an amount is too small";
	case BALLOT_AMOUNT_LARGE:
		return "an amount is too large";
	case BALLOT_AMOUNTS_SUM:
		return "the shares do not make up the whole";
	case BALLOT_COST:
		break;
	}
	return "";
}

uint64_t
ballot_cost_of(const struct proposal *p, const struct cast *b)
{
	struct ballot_room room;
	struct ballot view;

	if (b == NULL || p->rule->form != STOA__GOVERNANCE__FORM__QUADRATIC) {
		return 0;
	}
	view = cast_view(b, &room);
	return ballot_cost(&view);
}

/* Two that became one may have spent more than one has. */
uint64_t
credits_left(
    const struct elector *e, const struct proposal *p, const struct cast *own)
{
	uint64_t has = p->credits + ballot_cost_of(p, own);
	uint64_t spent = elector_spent(e, p->round);

	return spent < has ? has - spent : 0;
}

static bool
said_check(const struct proposal *p, const struct elector *e,
    const Stoa__Governance__Ballot *said, struct stoa_decision *d)
{
	enum ballot_form form = form_of(p->rule);
	struct ballot_problem problem;
	struct ballot view;
	uint64_t left;

	if (said == NULL) {
		REFUSE(d, ballot_not_valid, "there is none", "1");
		return false;
	}
	view = said_view(said);
	if (!ballot_check(
		form, (uint32_t)p->said->n_options, &view, &problem)) {
		REFUSE(d, ballot_not_valid, fault_text(problem.fault),
		    stoa_decide_number(d, (int64_t)problem.limit));
		return false;
	}
	if (form != BALLOT_QUADRATIC) {
		return true;
	}
	left = credits_left(e, p, box_get(&p->ballots, e->ordinal));
	if (!ballot_check_credits(&view, left, &problem)) {
		REFUSE(d, credits_exceeded,
		    stoa_decide_number(d, (int64_t)problem.found),
		    stoa_decide_number(d, (int64_t)left));
		return false;
	}
	return true;
}

/* ---- decide ---- */

/* A quorum that is reached late moves the end, so that nobody decides in the
 * last minute alone. */
static void
extension_decide(const struct proposal *p, const struct elector *e,
    const Stoa__Governance__Ballot *said, struct stoa_wall now,
    struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VotingExtended extended =
	    STOA__GOVERNANCE__VOTING_EXTENDED__INIT;
	struct ballot view = said_view(said);
	struct cast *cast;
	int64_t helping;

	if (p->is_extended || now.us <= p->ends_us - p->rule->extension_us ||
	    tally_is_quorum(
		p->helping, p->rule->quorum_bp, p->eligible_power)) {
		return;
	}
	cast = cast_new(&view);
	helping = (int64_t)p->helping + help_change(p, e, cast);
	free(cast);
	if (!tally_is_quorum(
		(uint64_t)helping, p->rule->quorum_bp, p->eligible_power)) {
		return;
	}
	extended.proposal = (char *)(uintptr_t)p->id.data;
	extended.ends_us = now.us + p->rule->extension_us;
	event.kind_case = EVENT_KIND(VOTING_EXTENDED);
	event.voting_extended = &extended;
	stoa_decide_event(d, &event.base);
}

static void
commit_decide(const struct proposal *p, const Stoa__Governance__VoteRequest *in,
    struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__BallotCommitted e =
	    STOA__GOVERNANCE__BALLOT_COMMITTED__INIT;

	if (in->commitment.len != STOA_HASH_SIZE || in->ballot != NULL ||
	    in->reason[0] != '\0') {
		REFUSE(d, secret_ballot, p->id.data);
		return;
	}
	e.proposal = (char *)(uintptr_t)p->id.data;
	e.commitment = in->commitment;
	event.kind_case = EVENT_KIND(BALLOT_COMMITTED);
	event.ballot_committed = &e;
	stoa_decide_event(d, &event.base);
}

void
votes_decide_vote(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__VoteRequest *in =
	    (const Stoa__Governance__VoteRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	const struct elector *e =
	    p == NULL ? NULL : voter_find(s, p, STATE(ACTIVE), c, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VoteCast cast = STOA__GOVERNANCE__VOTE_CAST__INIT;

	if (e == NULL) {
		return;
	}
	if (p->rule->reveal_us > 0) {
		commit_decide(p, in, d);
		return;
	}
	if (in->commitment.len > 0) {
		REFUSE(d, open_ballot, p->id.data);
		return;
	}
	if (!stoa_text_has_lines(in->reason, GOVERNANCE_REASON_MAX)) {
		REFUSE(d, text_not_valid, "reason",
		    stoa_decide_number(d, GOVERNANCE_REASON_MAX));
		return;
	}
	if (!said_check(p, e, in->ballot, d)) {
		return;
	}
	cast.proposal = (char *)(uintptr_t)p->id.data;
	cast.ballot = in->ballot;
	cast.reason = in->reason;
	event.kind_case = EVENT_KIND(VOTE_CAST);
	event.vote_cast = &cast;
	stoa_decide_event(d, &event.base);
	extension_decide(p, e, in->ballot, c->now, d);
}

void
votes_decide_reveal(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__RevealRequest *in =
	    (const Stoa__Governance__RevealRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	const struct elector *e =
	    p == NULL ? NULL : voter_find(s, p, STATE(REVEAL), c, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__BallotRevealed revealed =
	    STOA__GOVERNANCE__BALLOT_REVEALED__INIT;
	const struct stoa_hash *committed;
	struct stoa_hash hash;

	if (e == NULL) {
		return;
	}
	committed = box_get(&p->commitments, e->ordinal);
	if (committed == NULL) {
		REFUSE(d, no_commitment, p->id.data);
		return;
	}
	if (!said_check(p, e, in->ballot, d)) {
		return;
	}
	if (in->salt.len != STOA_HASH_SIZE) {
		REFUSE(d, commitment_differs, p->id.data);
		return;
	}
	hash = governance_commitment(d->arena, p->id, c->actor,
	    stoa_str_of_bytes(in->salt.data, in->salt.len), in->ballot);
	if (!stoa_hash_is_equal(&hash, committed)) {
		REFUSE(d, commitment_differs, p->id.data);
		return;
	}
	revealed.proposal = (char *)(uintptr_t)p->id.data;
	revealed.ballot = in->ballot;
	revealed.salt = in->salt;
	event.kind_case = EVENT_KIND(BALLOT_REVEALED);
	event.ballot_revealed = &revealed;
	stoa_decide_event(d, &event.base);
}

/* ---- apply ---- */

static void
cast_apply(struct governance *s, const struct stoa_fact *fact,
    const char *proposal, const Stoa__Governance__Ballot *said)
{
	struct proposal *p = proposal_must(s, proposal);
	struct elector *e = elector_get(s, fact->actor);
	struct ballot view = said_view(said);
	struct cast *cast, *before;
	int64_t cost;

	stoa_assert(e != NULL);
	cast = cast_keep(p, &view);
	p->helping = (uint64_t)((int64_t)p->helping + help_change(p, e, cast));
	before = box_put(&p->ballots, e->ordinal, cast);
	cost = (int64_t)ballot_cost_of(p, cast) -
	       (int64_t)ballot_cost_of(p, before);
	if (cost != 0) {
		elector_spend(e, p->round, cost);
	}
	cast_free(before);
}

void
votes_apply_cast(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__VoteCast *e)
{
	cast_apply(s, fact, e->proposal, e->ballot);
}

void
ballot_refund(const struct proposal *p, struct elector *e, const struct cast *b)
{
	uint64_t cost = ballot_cost_of(p, b);

	if (cost > 0) {
		elector_spend(e, p->round, -(int64_t)cost);
	}
}

void
commitment_put(struct proposal *p, uint32_t ordinal, const void *bytes)
{
	struct stoa_hash *hash = malloc(sizeof(*hash));

	stoa_assert(hash != NULL);
	memcpy(hash->bytes, bytes, STOA_HASH_SIZE);
	free(box_put(&p->commitments, ordinal, hash));
}

void
ballots_unite(struct proposal *p, struct elector *to, struct elector *from)
{
	struct cast *own = box_get(&p->ballots, to->ordinal);
	struct cast *other = box_take(&p->ballots, from->ordinal);

	/* A sealed ballot opens for the name it was sealed under alone. */
	free(box_take(&p->commitments, from->ordinal));
	if (other == NULL) {
		return;
	}
	ballot_refund(p, from, other);
	if (own != NULL || p->rule->form == STOA__GOVERNANCE__FORM__QUADRATIC) {
		cast_free(other);
	} else {
		(void)box_put(&p->ballots, to->ordinal, other);
	}
}

void
votes_apply_committed(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__BallotCommitted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);
	const struct elector *voter = elector_get(s, fact->actor);

	stoa_assert(voter != NULL && e->commitment.len == STOA_HASH_SIZE);
	commitment_put(p, voter->ordinal, e->commitment.data);
}

void
votes_apply_revealed(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__BallotRevealed *e)
{
	cast_apply(s, fact, e->proposal, e->ballot);
}

void
votes_apply_extended(
    struct governance *s, const Stoa__Governance__VotingExtended *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	p->is_extended = true;
	p->ends_us = e->ends_us;
	due_refresh(s);
}
