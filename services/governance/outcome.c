/* outcome.c - a vote opens, closes, and means something. */
#include "governance/state.h"

#include <stdlib.h>

void
event_ended(struct stoa_decision *d, const struct proposal *p,
    Stoa__Governance__State state, const char *reason)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalEnded e =
	    STOA__GOVERNANCE__PROPOSAL_ENDED__INIT;

	e.proposal = (char *)(uintptr_t)p->id.data;
	e.state = state;
	e.reason = (char *)(uintptr_t)reason;
	event.kind_case = EVENT_KIND(PROPOSAL_ENDED);
	event.proposal_ended = &e;
	stoa_decide_event(d, &event.base);
}

static bool
is_daemon(const struct stoa_command *c, struct stoa_decision *d)
{
	if (!stoa_actor_is(c, "governance")) {
		REFUSE(d, not_permitted, "governance itself");
		return false;
	}
	return true;
}

/* ---- the deposit ---- */

void
outcome_decide_deposit(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__RecordDepositRequest *in =
	    (const Stoa__Governance__RecordDepositRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__DepositRecorded e =
	    STOA__GOVERNANCE__DEPOSIT_RECORDED__INIT;

	if (p == NULL || !is_daemon(c, d)) {
		return;
	}
	if (p->is_deposit_known) {
		return; /* done already */
	}
	if (!proposal_awaits_deposit(p)) {
		refuse_state(p, "OPENING", d);
		return;
	}
	if (in->hold[0] == '\0' && p->state == STATE(OPENING)) {
		event_ended(d, p, STATE(CANCELLED),
		    in->refusal == NULL ? "the deposit was refused"
					: in->refusal->reason);
		return;
	}
	e.proposal = in->proposal;
	e.hold = in->hold;
	event.kind_case = EVENT_KIND(DEPOSIT_RECORDED);
	event.deposit_recorded = &e;
	stoa_decide_event(d, &event.base);
}

void
outcome_apply_deposit(
    struct governance *s, const Stoa__Governance__DepositRecorded *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	p->is_deposit_known = true;
	if (e->hold[0] != '\0') {
		stoa_text_set(&p->hold, e->hold);
	}
	proposal_state_set(s, p, p->state);
}

void
outcome_decide_deposit_settled(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Governance__RecordDepositSettledRequest *in =
	    (const Stoa__Governance__RecordDepositSettledRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__DepositSettled e =
	    STOA__GOVERNANCE__DEPOSIT_SETTLED__INIT;

	if (p == NULL || !is_daemon(c, d) || p->is_deposit_settled) {
		return;
	}
	if (p->hold == NULL || !proposal_is_over(p)) {
		refuse_state(p, "over, with a deposit", d);
		return;
	}
	e.proposal = in->proposal;
	event.kind_case = EVENT_KIND(DEPOSIT_SETTLED);
	event.deposit_settled = &e;
	stoa_decide_event(d, &event.base);
}

void
outcome_apply_deposit_settled(
    struct governance *s, const Stoa__Governance__DepositSettled *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	p->is_deposit_settled = true;
	proposal_state_set(s, p, p->state);
}

/* ---- opening ---- */

uint64_t
round_at(const struct governance *s, struct stoa_wall now)
{
	uint64_t number = (uint64_t)(now.us / s->charter->round_us);

	return s->charter_count << 32 | (number & UINT32_MAX);
}

static void
eligible_count(const struct governance *s, const Stoa__Governance__Rule *rule,
    uint64_t version, struct stoa_wall now, Stoa__Governance__VotingOpened *e)
{
	for (uint32_t i = 0; i < s->elector_count; i++) {
		uint64_t power = elector_power(
		    s->by_ordinal[i], rule, version, now.us, NULL);

		e->eligible_count += power > 0;
		e->eligible_power += power;
	}
}

void
outcome_decide_open(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__OpenRequest *in =
	    (const Stoa__Governance__OpenRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VotingOpened e =
	    STOA__GOVERNANCE__VOTING_OPENED__INIT;
	const Stoa__Governance__Rule *rule;

	if (p == NULL || !is_daemon(c, d)) {
		return;
	}
	if (p->state != STATE(OPENING) || !p->is_deposit_known) {
		refuse_state(p, "OPENING", d);
		return;
	}
	rule = rule_get(s, p->said->type);
	if (rule == NULL) {
		event_ended(d, p, STATE(CANCELLED), "its type was retired");
		return;
	}
	if (in->version != s->version) {
		REFUSE(d, stale, "electorate",
		    stoa_decide_number(d, (int64_t)s->version),
		    stoa_decide_number(d, (int64_t)in->version));
		return;
	}
	e.proposal = in->proposal;
	e.rule = (Stoa__Governance__Rule *)(uintptr_t)rule;
	e.version = in->version;
	e.ends_us = c->now.us + rule->voting_us;
	e.round = round_at(s, c->now);
	e.credits = s->charter->credits;
	eligible_count(s, rule, in->version, c->now, &e);
	event.kind_case = EVENT_KIND(VOTING_OPENED);
	event.voting_opened = &e;
	stoa_decide_event(d, &event.base);
}

void
outcome_apply_opened(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__VotingOpened *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	stoa_assert(p->rule == NULL);
	p->rule = stoa_keep(&e->rule->base);
	p->version = e->version;
	p->eligible_count = e->eligible_count;
	p->eligible_power = e->eligible_power;
	p->opened_us = fact->time.us;
	p->ends_us = e->ends_us;
	p->round = e->round;
	p->credits = e->credits;
	p->reminder_us = s->charter->reminder_us > 0 ? s->charter->reminder_us
						     : GOVERNANCE_REMINDER_US;
	p->last_reminder_us = s->charter->last_reminder_us > 0
				  ? s->charter->last_reminder_us
				  : GOVERNANCE_LAST_REMINDER_US;
	proposal_state_set(s, p, STATE(ACTIVE));
}

/* ---- closing ---- */

static void
event_closed(const struct governance *s, const struct proposal *p,
    struct stoa_wall now, struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__VotingClosed e =
	    STOA__GOVERNANCE__VOTING_CLOSED__INIT;
	Stoa__Governance__Tally tally;
	struct counted *counted = stoa_arena_alloc(d->arena, sizeof(*counted));

	stoa_assert(counted != NULL);
	count_ballots(s, p, NULL, NULL, counted);
	(void)count_view(p, counted, d->arena, &tally);
	e.proposal = (char *)(uintptr_t)p->id.data;
	e.tally = &tally;
	e.verdict = count_verdict(p, counted);
	if ((e.verdict == STOA__GOVERNANCE__VERDICT__passed ||
		e.verdict == STOA__GOVERNANCE__VERDICT__unopposed) &&
	    p->said->n_actions > 0) {
		e.executes_us = now.us + p->rule->timelock_us;
	}
	event.kind_case = EVENT_KIND(VOTING_CLOSED);
	event.voting_closed = &e;
	stoa_decide_event(d, &event.base);
}

static void
charge(void *owner, struct elector *e, uint64_t round, uint32_t credits)
{
	(void)owner;
	elector_spend(e, round, credits);
}

void
outcome_apply_closed(
    struct governance *s, const Stoa__Governance__VotingClosed *e)
{
	struct proposal *p = proposal_must(s, e->proposal);
	bool is_accepted = e->verdict == STOA__GOVERNANCE__VERDICT__passed ||
			   e->verdict == STOA__GOVERNANCE__VERDICT__unopposed;

	/* Ballots that count for delegators are paid now. */
	if (p->rule->form == STOA__GOVERNANCE__FORM__QUADRATIC) {
		struct counted *counted = malloc(sizeof(*counted));

		stoa_assert(counted != NULL);
		count_ballots(s, p, charge, NULL, counted);
		free(counted);
	}
	p->closed = stoa_keep(&e->base);
	p->ends_us = e->executes_us;
	proposal_state_set(s, p,
	    !is_accepted	  ? STATE(DEFEATED)
	    : e->executes_us == 0 ? STATE(SUCCEEDED)
				  : STATE(QUEUED));
}

static void
event_reveal(
    const struct proposal *p, struct stoa_wall now, struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__RevealStarted e =
	    STOA__GOVERNANCE__REVEAL_STARTED__INIT;

	e.proposal = (char *)(uintptr_t)p->id.data;
	e.ends_us = now.us + p->rule->reveal_us;
	event.kind_case = EVENT_KIND(REVEAL_STARTED);
	event.reveal_started = &e;
	stoa_decide_event(d, &event.base);
}

void
outcome_apply_reveal(
    struct governance *s, const Stoa__Governance__RevealStarted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	p->ends_us = e->ends_us;
	proposal_state_set(s, p, STATE(REVEAL));
}

/* ---- time passes ---- */

static bool
advance_one(const struct governance *s, const struct proposal *p,
    struct stoa_wall now, struct stoa_decision *d)
{
	if (p->state == STATE(DRAFT) && draft_due_us(s, p) <= now.us) {
		drafts_decide_due(s, p, now, d);
		return true;
	}
	if (p->state == STATE(QUEUED) && p->ends_us <= now.us) {
		execute_decide_start(p, d);
		return true;
	}
	if ((p->state != STATE(ACTIVE) && p->state != STATE(REVEAL)) ||
	    p->ends_us > now.us) {
		return false;
	}
	if (p->state == STATE(ACTIVE) && p->rule->reveal_us > 0) {
		event_reveal(p, now, d);
	} else {
		event_closed(s, p, now, d);
	}
	return true;
}

/* Some at once, so that a record stays small. A quadratic vote that closes
 * charges those who rely on others, and the next one is to see that. */
void
outcome_decide_advance(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	unsigned count = 0;

	STOA_MAP_EACH(&s->open, entry)
	{
		const struct proposal *p = entry->value;

		if (!advance_one(s, p, c->now, d)) {
			continue;
		}
		if (++count == GOVERNANCE_ADVANCE_MAX ||
		    (p->rule != NULL &&
			p->rule->form == STOA__GOVERNANCE__FORM__QUADRATIC)) {
			return;
		}
	}
}

/* ---- ended otherwise ---- */

void
outcome_decide_veto(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__VetoRequest *in =
	    (const Stoa__Governance__VetoRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);

	if (p == NULL) {
		return;
	}
	if (in->facts == NULL ||
	    in->facts->role < STOA__ACCOUNTS__ROLE__OWNER) {
		REFUSE(d, not_permitted, "OWNER");
		return;
	}
	if (c->now.us >= s->charter->guardian_until_us) {
		REFUSE(d, guardian_gone,
		    stoa_decide_number(d, s->charter->guardian_until_us));
		return;
	}
	if (!stoa_text_has_lines(in->reason, GOVERNANCE_REASON_MAX) ||
	    in->reason[0] == '\0') {
		REFUSE(d, text_not_valid, "reason",
		    stoa_decide_number(d, GOVERNANCE_REASON_MAX));
		return;
	}
	/* What is being executed has partly happened. */
	if (proposal_is_over(p) || p->state == STATE(EXECUTING)) {
		refuse_state(p, "before execution", d);
		return;
	}
	event_ended(d, p, STATE(VETOED), in->reason);
}

void
outcome_apply_ended(
    struct governance *s, const Stoa__Governance__ProposalEnded *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	stoa_text_set(&p->reason, e->reason);
	/* An open quadratic vote gives back what it cost. */
	for (uint32_t i = 0; i < p->ballots.size && p->closed == NULL; i++) {
		const struct cast *cast = p->ballots.values[i];

		if (cast != NULL) {
			ballot_refund(
			    p, s->by_ordinal[p->ballots.keys[i] - 1], cast);
		}
	}
	proposal_state_set(s, p, e->state);
}

/* ---- telling ---- */

void
outcome_decide_told(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__RecordToldRequest *in =
	    (const Stoa__Governance__RecordToldRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__Told e = STOA__GOVERNANCE__TOLD__INIT;

	if (p == NULL || !is_daemon(c, d)) {
		return;
	}
	if (in->reminder == 0 ? p->told == in->state
	    : in->reminder == GOVERNANCE_EXTENDED
		? p->is_extension_told
		: p->reminded >= in->reminder) {
		return; /* done already */
	}
	if (in->reminder == 0 && p->state != in->state) {
		return; /* it has moved on; that will be told */
	}
	e.proposal = in->proposal;
	e.state = in->state;
	e.reminder = in->reminder;
	event.kind_case = EVENT_KIND(TOLD);
	event.told = &e;
	stoa_decide_event(d, &event.base);
}

void
outcome_apply_told(struct governance *s, const Stoa__Governance__Told *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	if (e->reminder == GOVERNANCE_EXTENDED) {
		p->is_extension_told = true;
	} else if (e->reminder > 0) {
		p->reminded = e->reminder;
	} else {
		p->told = e->state;
	}
	proposal_state_set(s, p, p->state);
}
