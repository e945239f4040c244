/* execute.c - what was accepted is carried out, action by action, once.
 *
 * Governance does its own actions in the record that begins the execution;
 * each of the others is a command of the daemon that owns the matter. The
 * first that is refused ends the attempt; a retry goes on from there. */
#include "governance/state.h"

#include <stdlib.h>

static bool
is_left(const struct proposal *p, size_t i)
{
	return action_applies(p, i) && !p->done[i].is_done;
}

bool
governance_next_action(const struct proposal *p, uint32_t *ret_action)
{
	for (size_t i = 0; i < p->said->n_actions; i++) {
		if (is_left(p, i)) {
			*ret_action = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static void
event_action(struct stoa_decision *d, const struct proposal *p, uint32_t action,
    uint32_t attempt, Stoa__Journal__Refusal *refusal, const char *result)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ActionExecuted e =
	    STOA__GOVERNANCE__ACTION_EXECUTED__INIT;

	e.proposal = (char *)(uintptr_t)p->id.data;
	e.action = action;
	e.attempt = attempt;
	e.refusal = refusal;
	e.result = (char *)(uintptr_t)result;
	event.kind_case = EVENT_KIND(ACTION_EXECUTED);
	event.action_executed = &e;
	stoa_decide_event(d, &event.base);
}

static void
event_executed(
    struct stoa_decision *d, const struct proposal *p, bool is_failed)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalExecuted e =
	    STOA__GOVERNANCE__PROPOSAL_EXECUTED__INIT;

	e.proposal = (char *)(uintptr_t)p->id.data;
	e.is_failed = is_failed;
	event.kind_case = EVENT_KIND(PROPOSAL_EXECUTED);
	event.proposal_executed = &e;
	stoa_decide_event(d, &event.base);
}

/* Our own actions, up to the first that is another's. */
static void
go_on(const struct proposal *p, size_t from, uint32_t attempt,
    struct stoa_decision *d)
{
	for (size_t i = from; i < p->said->n_actions; i++) {
		if (!is_left(p, i)) {
			continue;
		}
		if (!action_is_own(p->said->actions[i])) {
			return;
		}
		action_decide_own(p->said->actions[i], d);
		event_action(d, p, (uint32_t)i, attempt, NULL, "");
	}
	event_executed(d, p, false);
}

void
execute_decide_start(const struct proposal *p, struct stoa_decision *d)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ExecutionStarted e =
	    STOA__GOVERNANCE__EXECUTION_STARTED__INIT;

	e.proposal = (char *)(uintptr_t)p->id.data;
	e.attempt = p->attempt + 1;
	event.kind_case = EVENT_KIND(EXECUTION_STARTED);
	event.execution_started = &e;
	stoa_decide_event(d, &event.base);
	go_on(p, 0, e.attempt, d);
}

void
execute_decide_recorded(const struct governance *s,
    const struct stoa_command *c, struct stoa_decision *d)
{
	const Stoa__Governance__RecordExecutedRequest *in =
	    (const Stoa__Governance__RecordExecutedRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	uint32_t next;

	if (p == NULL) {
		return;
	}
	if (!stoa_actor_is(c, "governance")) {
		REFUSE(d, not_permitted, "governance itself");
		return;
	}
	if (p->state != STATE(EXECUTING) || in->attempt != p->attempt ||
	    !governance_next_action(p, &next) || next != in->action) {
		REFUSE(d, stale, "execution", stoa_decide_number(d, p->attempt),
		    stoa_decide_number(d, in->attempt));
		return;
	}
	event_action(d, p, in->action, in->attempt, in->refusal, in->result);
	if (in->refusal != NULL) {
		event_executed(d, p, true);
	} else {
		go_on(p, in->action + 1, in->attempt, d);
	}
}

void
execute_decide_retry(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__RetryRequest *in =
	    (const Stoa__Governance__RetryRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);

	if (p == NULL) {
		return;
	}
	if (in->facts == NULL ||
	    in->facts->role < STOA__ACCOUNTS__ROLE__MEMBER) {
		REFUSE(d, not_permitted, "MEMBER");
		return;
	}
	if (p->state != STATE(FAILED)) {
		REFUSE(d, nothing_to_retry, p->id.data);
		return;
	}
	execute_decide_start(p, d);
}

/* ---- apply ---- */

void
execute_apply_started(
    struct governance *s, const Stoa__Governance__ExecutionStarted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	p->attempt = e->attempt;
	/* Each attempt may fail anew, which is news each time. */
	p->told = STATE(EXECUTING);
	proposal_state_set(s, p, STATE(EXECUTING));
}

void
execute_apply_action(
    struct governance *s, const Stoa__Governance__ActionExecuted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);
	struct action_state *a;

	stoa_assert(e->action < GOVERNANCE_ACTIONS_MAX);
	a = &p->done[e->action];
	stoa_assert(!a->is_done);
	stoa_keep_free(a->refusal);
	a->refusal = e->refusal == NULL ? NULL : stoa_keep(&e->refusal->base);
	a->is_done = e->refusal == NULL;
	stoa_text_set(&a->result, e->result);
}

void
execute_apply_executed(
    struct governance *s, const Stoa__Governance__ProposalExecuted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	proposal_state_set(
	    s, p, e->is_failed ? STATE(FAILED) : STATE(EXECUTED));
}
