/* vote_course.c - the recount, from the end of a vote on: tallies, ends without
 * one, what is carried out, deposits. */
#include "tests/sim/vote_recount.h"

#include <stdio.h>

/* ---- the end of the vote ---- */

static void
tally_check(struct recount *k, const struct motion *p,
    const struct model_tally *t, const Stoa__Governance__Tally *said)
{
	if (said->n_points != p->options) {
		recount_wrong(k, "a tally of other options");
		return;
	}
	for (unsigned o = 0; o < p->options; o++) {
		if (said->points[o] != t->points[o]) {
			recount_wrong(k, "the tally is not the count");
		}
	}
	if (said->abstained != t->abstained || said->voted != t->voted ||
	    said->helping != t->helping || said->basis != t->basis ||
	    said->winner != t->winner || said->ballots != t->ballots ||
	    said->delegated != t->delegated) {
		recount_wrong(k, "the tally is not the count");
	}
}

void
recount_closed(struct recount *k, const Stoa__Governance__VotingClosed *e)
{
	struct motion *p = recount_motion(k, e->proposal);
	struct model_tally tally;
	int verdict;

	if (p == NULL || k->m->now_us < p->ends_us ||
	    p->stage != (p->rule.reveal_us > 0 ? REVEAL : VOTING)) {
		recount_wrong(k, "closed before its time");
		return;
	}
	model_count(k->m, p, &tally);
	verdict = model_verdict(p, &tally);
	tally_check(k, p, &tally, e->tally);
	if ((int)e->verdict != verdict) {
		recount_wrong(k, "another verdict");
	}
	for (unsigned i = 0; i < MEMBERS; i++) {
		p->charged[i] = tally.charges[i];
	}
	p->is_counted = true;
	p->stage = OVER;
	k->run->closed++;
	if (verdict == 1 || verdict == 8) {
		recount_matter(k, p)->decided = verdict == 8 ? 0 : tally.winner;
	}
	if ((verdict == 1 || verdict == 8) && p->has_action) {
		p->stage = WAITING;
		p->ends_us = k->m->now_us + p->rule.timelock_us;
	}
}

void
recount_reveal_started(
    struct recount *k, const Stoa__Governance__RevealStarted *e)
{
	struct motion *p = recount_motion(k, e->proposal);

	if (p == NULL || p->stage != VOTING || p->rule.reveal_us == 0 ||
	    k->m->now_us < p->ends_us) {
		recount_wrong(k, "opens ballots before their time");
		return;
	}
	p->stage = REVEAL;
	p->ends_us = k->m->now_us + p->rule.reveal_us;
}

/* Ended without a vote, or in spite of it. */
static void
over(struct recount *k, struct motion *p, Stoa__Governance__State state)
{
	const Stoa__Governance__Event *e =
	    recount_take(k, KIND(PROPOSAL_ENDED));

	p->stage = OVER;
	p->is_refunded = !p->is_counted;
	p->is_vetoed = state == STATE(VETOED);
	p->is_cancelled = state == STATE(CANCELLED);
	if (e->proposal_ended == NULL || e->proposal_ended->state != state) {
		recount_wrong(k, "ended otherwise");
	}
}

bool
recount_veto(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__VetoRequest *in =
	    (const Stoa__Governance__VetoRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	bool is_right = p != NULL && c->person == 0 && p->stage != OVER &&
			p->stage != RUNNING;

	if (is_taken && is_right) {
		over(k, p, STATE(VETOED));
	}
	return is_right;
}

bool
recount_cancel(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__CancelRequest *in =
	    (const Stoa__Governance__CancelRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	bool has_votes = false, is_right;

	for (unsigned i = 0; p != NULL && i < MEMBERS; i++) {
		has_votes |= p->own[i].is_there || p->sealed[i].is_there;
	}
	is_right = p != NULL && p->by == (unsigned)c->person &&
		   (p->stage == DRAFT || p->stage == STUCK ||
		       (p->stage == VOTING && !has_votes));
	if (is_taken && is_right) {
		over(k, p, STATE(CANCELLED));
	}
	return is_right;
}

/* By the daemon: a deposit that was refused, a draft nobody wanted. */
void
recount_ended(struct recount *k, const Stoa__Governance__ProposalEnded *e)
{
	struct motion *p = recount_motion(k, e->proposal);
	struct vote_matter *v = p == NULL ? NULL : recount_matter(k, p);

	if (p != NULL && p->stage == DRAFT && e->state == STATE(EXPIRED) &&
	    k->m->now_us >= v->proposed_us + k->draft_us) {
		v->is_expired = true;
		over(k, p, STATE(EXPIRED));
	} else if (p != NULL && p->stage == OPENING && v->deposit_micro > 0 &&
		   !v->is_hold_known) {
		v->is_hold_known = true;
		over(k, p, STATE(CANCELLED));
	} else {
		recount_wrong(k, "ended for no reason");
		k->at++;
	}
}

/* ---- carrying out ---- */

static bool
is_left(struct recount *k, const struct motion *p, size_t i)
{
	const struct vote_matter *v = recount_matter(k, p);

	return !v->is_done[i] && (int)v->said->actions[i]->option == v->decided;
}

/* One action is done, by its owner or, in the same entry, by governance. */
static void
action_done(struct recount *k, const struct motion *p, size_t i,
    const Stoa__Governance__ActionExecuted *e)
{
	struct vote_matter *v = recount_matter(k, p);

	if (e == NULL || e->action != i || e->attempt != p->attempt ||
	    v->is_done[i]) {
		recount_wrong(k, "another action than the next one");
		return;
	}
	v->is_done[i] = true;
	(void)snprintf(v->result[i], sizeof(v->result[i]), "%s", e->result);
	k->run->executed++;
}

/* Governance's own, up to the first that is another's. */
static void
go_on(struct recount *k, struct motion *p)
{
	const struct vote_matter *v = recount_matter(k, p);

	for (size_t i = 0; i < v->said->n_actions; i++) {
		const Stoa__Governance__Action *a = v->said->actions[i];

		if (!is_left(k, p, i)) {
			continue;
		}
		if (a->kind_case != STOA__GOVERNANCE__ACTION__KIND_RULE) {
			return;
		}
		if (recount_take(k, KIND(RULE_SET))->kind_case ==
		    KIND(RULE_SET)) {
			recount_rule(k, a->rule);
		}
		action_done(k, p, i,
		    recount_take(k, KIND(ACTION_EXECUTED))->action_executed);
	}
	(void)recount_take(k, KIND(PROPOSAL_EXECUTED));
	p->stage = OVER;
	p->is_executed = true;
}

static void
execution_begin(struct recount *k, struct motion *p)
{
	const Stoa__Governance__Event *e =
	    recount_take(k, KIND(EXECUTION_STARTED));

	p->stage = RUNNING;
	p->attempt++;
	if (e->execution_started == NULL ||
	    e->execution_started->attempt != p->attempt) {
		recount_wrong(k, "another attempt");
	}
	go_on(k, p);
}

void
recount_execution_started(
    struct recount *k, const Stoa__Governance__ExecutionStarted *e)
{
	struct motion *p = recount_motion(k, e->proposal);

	if (p == NULL || p->stage != WAITING || k->m->now_us < p->ends_us) {
		recount_wrong(k, "carried out before its time");
		k->at++;
		return;
	}
	execution_begin(k, p);
}

bool
recount_retry(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__RetryRequest *in =
	    (const Stoa__Governance__RetryRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	bool is_right =
	    p != NULL && c->person < VOTE_PEOPLE && p->stage == STUCK;

	if (is_taken && is_right) {
		execution_begin(k, p);
	}
	return is_right;
}

void
recount_action_executed(
    struct recount *k, const Stoa__Governance__ActionExecuted *e)
{
	struct motion *p = recount_motion(k, e->proposal);
	const Stoa__Governance__Event *failed;
	size_t next = 0;

	while (p != NULL && next < recount_matter(k, p)->said->n_actions &&
	       !is_left(k, p, next)) {
		next++;
	}
	if (p == NULL || p->stage != RUNNING || e->action != next) {
		recount_wrong(k, "an action done twice, or for nothing");
		return;
	}
	if (e->refusal == NULL) {
		action_done(k, p, next, e);
		go_on(k, p);
		return;
	}
	failed = recount_take(k, KIND(PROPOSAL_EXECUTED));
	if (failed->proposal_executed == NULL ||
	    !failed->proposal_executed->is_failed) {
		recount_wrong(k, "refused, and carried out");
	}
	p->stage = STUCK;
}

/* ---- deposits and notices ---- */

void
recount_deposit_recorded(
    struct recount *k, const Stoa__Governance__DepositRecorded *e)
{
	struct motion *p = recount_motion(k, e->proposal);
	struct vote_matter *v = p == NULL ? NULL : recount_matter(k, p);

	/* Vetoed meanwhile, it is kept all the same. */
	if (p == NULL || v->deposit_micro == 0 || v->is_hold_known ||
	    !(p->stage == OPENING || p->is_vetoed)) {
		recount_wrong(k, "a deposit of nothing");
		return;
	}
	v->is_hold_known = true;
	(void)snprintf(v->hold, sizeof(v->hold), "%s", e->hold);
}

void
recount_deposit_settled(
    struct recount *k, const Stoa__Governance__DepositSettled *e)
{
	struct motion *p = recount_motion(k, e->proposal);

	if (p == NULL || p->stage != OVER ||
	    recount_matter(k, p)->hold[0] == '\0' ||
	    recount_matter(k, p)->is_settled) {
		recount_wrong(k, "a deposit settled twice, or before its time");
		return;
	}
	recount_matter(k, p)->is_settled = true;
}
