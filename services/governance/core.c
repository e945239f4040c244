/* core.c - governance as the runtime sees it: which command is decided where,
 * which event is applied where, what the state's digest covers. */
#include "base/hasher.h"
#include "governance/state.h"

#include <stdlib.h>

/* ---- life ---------------------------------------------------------------- */

static void *
state_new(struct stoa_str community, uint64_t seed)
{
	struct governance *s = calloc(1, sizeof(*s));

	(void)community;
	stoa_assert(s != NULL);
	stoa_map_init(&s->rules, seed);
	stoa_map_init(&s->electors, seed);
	stoa_map_init(&s->proposals, seed);
	stoa_map_init(&s->open, seed);
	s->due_us = INT64_MAX;
	return s;
}

static void
state_free(void *state)
{
	struct governance *s = state;

	STOA_MAP_EACH(&s->proposals, entry)
	{
		proposal_free(entry->value);
	}
	STOA_MAP_EACH(&s->electors, entry)
	{
		elector_free(entry->value);
	}
	STOA_MAP_EACH(&s->rules, entry)
	{
		stoa_keep_free(entry->value);
	}
	stoa_map_fini(&s->rules);
	stoa_map_fini(&s->electors);
	stoa_map_fini(&s->proposals);
	stoa_map_fini(&s->open);
	stoa_keep_free(s->charter);
	free(s->by_ordinal);
	free(s);
}

/* ---- decide -------------------------------------------------------------- */

static const struct {
	const char *method;
	void (*decide)(const struct governance *s, const struct stoa_command *c,
	    struct stoa_decision *d);
	bool before_founding;
} decisions[] = {
    {"Found", rules_decide_found, true},
    {"RecordElectors", electors_decide_record, true},
    {"Propose", drafts_decide_propose, false},
    {"Edit", drafts_decide_edit, false},
    {"Sponsor", drafts_decide_sponsor, false},
    {"Cancel", drafts_decide_cancel, false},
    {"Discuss", drafts_decide_discuss, false},
    {"Vote", votes_decide_vote, false},
    {"Reveal", votes_decide_reveal, false},
    {"Delegate", delegates_decide_delegate, false},
    {"Undelegate", delegates_decide_undelegate, false},
    {"Unite", unite_decide, false},
    {"Veto", outcome_decide_veto, false},
    {"Retry", execute_decide_retry, false},
    {"RecordDeposit", outcome_decide_deposit, false},
    {"Open", outcome_decide_open, false},
    {"Advance", outcome_decide_advance, false},
    {"RecordExecuted", execute_decide_recorded, false},
    {"RecordDepositSettled", outcome_decide_deposit_settled, false},
    {"RecordTold", outcome_decide_told, false},
};

static void
decide(const void *state, const struct stoa_command *c, struct stoa_decision *d)
{
	const struct governance *s = state;

	for (size_t i = 0; i < STOA_COUNT(decisions); i++) {
		if (strcmp(decisions[i].method, c->method->name) != 0) {
			continue;
		}
		if (!s->is_founded && !decisions[i].before_founding) {
			STOA_REFUSE(d,
			    STOA__GOVERNANCE__REFUSAL_REASON__not_founded, "");
			return;
		}
		decisions[i].decide(s, c, d);
		return;
	}
	REFUSE(d, not_permitted, "a command of governance");
}

/* ---- apply --------------------------------------------------------------- */

static bool
apply_course(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__Event *e)
{
	switch ((int)e->kind_case) {
	case EVENT_KIND(PROPOSAL_DRAFTED):
		drafts_apply_drafted(s, fact, e->proposal_drafted);
		return true;
	case EVENT_KIND(PROPOSAL_EDITED):
		drafts_apply_edited(s, e->proposal_edited);
		return true;
	case EVENT_KIND(PROPOSAL_SPONSORED):
		drafts_apply_sponsored(s, fact, e->proposal_sponsored);
		return true;
	case EVENT_KIND(PROPOSAL_SUBMITTED):
		drafts_apply_submitted(s, e->proposal_submitted);
		return true;
	case EVENT_KIND(DISCUSSED):
		drafts_apply_discussed(s, e->discussed);
		return true;
	case EVENT_KIND(DEPOSIT_RECORDED):
		outcome_apply_deposit(s, e->deposit_recorded);
		return true;
	case EVENT_KIND(DEPOSIT_SETTLED):
		outcome_apply_deposit_settled(s, e->deposit_settled);
		return true;
	case EVENT_KIND(VOTING_OPENED):
		outcome_apply_opened(s, fact, e->voting_opened);
		return true;
	case EVENT_KIND(REVEAL_STARTED):
		outcome_apply_reveal(s, e->reveal_started);
		return true;
	case EVENT_KIND(VOTING_CLOSED):
		outcome_apply_closed(s, e->voting_closed);
		return true;
	case EVENT_KIND(PROPOSAL_ENDED):
		outcome_apply_ended(s, e->proposal_ended);
		return true;
	case EVENT_KIND(EXECUTION_STARTED):
		execute_apply_started(s, e->execution_started);
		return true;
	case EVENT_KIND(ACTION_EXECUTED):
		execute_apply_action(s, e->action_executed);
		return true;
	case EVENT_KIND(PROPOSAL_EXECUTED):
		execute_apply_executed(s, e->proposal_executed);
		return true;
	case EVENT_KIND(TOLD):
		outcome_apply_told(s, e->told);
		return true;
	}
	return false;
}

static bool
apply(void *state, const struct stoa_fact *fact)
{
	struct governance *s = state;
	const Stoa__Governance__Event *e =
	    (const Stoa__Governance__Event *)fact->event;

	switch ((int)e->kind_case) {
	case EVENT_KIND(FOUNDED):
		rules_apply_founded(s, e->founded);
		return true;
	case EVENT_KIND(RULE_SET):
		rules_apply_set(s, e->rule_set);
		return true;
	case EVENT_KIND(RULE_RETIRED):
		rules_apply_retired(s, e->rule_retired);
		return true;
	case EVENT_KIND(CHARTER_SET):
		rules_apply_charter(s, e->charter_set);
		return true;
	case EVENT_KIND(ELECTORS_RECORDED):
		electors_apply_recorded(s, e->electors_recorded);
		return true;
	case EVENT_KIND(VOTE_CAST):
		votes_apply_cast(s, fact, e->vote_cast);
		return true;
	case EVENT_KIND(BALLOT_COMMITTED):
		votes_apply_committed(s, fact, e->ballot_committed);
		return true;
	case EVENT_KIND(BALLOT_REVEALED):
		votes_apply_revealed(s, fact, e->ballot_revealed);
		return true;
	case EVENT_KIND(VOTING_EXTENDED):
		votes_apply_extended(s, e->voting_extended);
		return true;
	case EVENT_KIND(DELEGATED):
		delegates_apply(s, fact, e->delegated);
		return true;
	case EVENT_KIND(MEMBERS_UNITED):
		unite_apply(s, e->members_united);
		return true;
	}
	return apply_course(s, fact, e);
}

/* ---- digest and deadlines ------------------------------------------------ */

static void
digest_ballots(
    const struct governance *s, const struct proposal *p, struct stoa_hasher *h)
{
	for (uint32_t i = 0; i < s->elector_count; i++) {
		const struct cast *b = box_get(&p->ballots, i);
		const struct stoa_hash *c = box_get(&p->commitments, i);

		if (b != NULL) {
			size_t cells =
			    (size_t)b->count * (b->has_amounts ? 2 : 1);

			stoa_hasher_number(h, i);
			stoa_hasher_number(h, b->is_abstention);
			stoa_hasher_text(h, stoa_str_of_bytes(b->cells,
						cells * sizeof(b->cells[0])));
		}
		if (c != NULL) {
			stoa_hasher_number(h, i);
			stoa_hasher_text(h, stoa_hash_str(c));
		}
	}
}

/* Not the amount of the deposit: it follows from the rules, and what bundles
 * said of a state before it was kept stays true. */
static void
digest_proposal(
    const struct governance *s, const struct proposal *p, struct stoa_hasher *h)
{
	const int64_t numbers[] = {(int64_t)p->number, p->state, p->proposed_us,
	    p->opened_us, p->ends_us, p->sponsor_count, p->is_extended,
	    p->is_deposit_known, p->is_deposit_settled, (int64_t)p->version,
	    (int64_t)p->eligible_count, (int64_t)p->eligible_power,
	    (int64_t)p->round, p->credits, (int64_t)p->helping, p->attempt,
	    p->told, p->reminded, p->reminder_us, p->last_reminder_us,
	    p->is_extension_told};

	stoa_hasher_text(h, p->id);
	stoa_hasher_text(h, stoa_str_of(p->member));
	stoa_hasher_text(h, stoa_str_of(p->hold));
	stoa_hasher_text(h, stoa_str_of(p->link));
	stoa_hasher_text(h, stoa_str_of(p->reason));
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		stoa_hasher_number(h, numbers[i]);
	}
	for (unsigned i = 0; i < p->sponsor_count; i++) {
		stoa_hasher_text(h, stoa_str_of(p->sponsors[i]));
	}
	for (size_t i = 0; i < p->said->n_actions; i++) {
		stoa_hasher_number(h, p->done[i].is_done);
		stoa_digest_message(h, p->done[i].refusal);
		stoa_hasher_text(h, stoa_str_of(p->done[i].result));
	}
	stoa_digest_message(h, p->said);
	stoa_digest_message(h, p->rule);
	stoa_digest_message(h, p->closed);
	digest_ballots(s, p, h);
}

static void
digest_elector(const struct elector *e, struct stoa_hasher *h)
{
	stoa_hasher_text(h, e->id);
	for (uint32_t i = 0; i < e->checkpoint_count; i++) {
		stoa_hasher_number(h, (int64_t)e->checkpoints[i].version);
		stoa_digest_message(h, e->checkpoints[i].said);
	}
	for (uint32_t i = 0; i < e->spending_count; i++) {
		stoa_hasher_number(h, (int64_t)e->spendings[i].round);
		stoa_hasher_number(h, e->spendings[i].credits);
	}
	for (uint32_t i = 0; i < e->delegation_count; i++) {
		stoa_hasher_text(h, stoa_str_of(e->delegations[i].type));
		stoa_hasher_text(h, e->delegations[i].to->id);
	}
	for (uint32_t i = 0; i < e->former_count; i++) {
		stoa_hasher_text(h, e->formers[i]->id);
	}
}

static void
digest(const void *state, struct stoa_hasher *h)
{
	const struct governance *s = state;

	stoa_digest_message(h, s->charter);
	stoa_hasher_number(h, (int64_t)s->charter_count);
	stoa_hasher_number(h, (int64_t)s->version);
	STOA_MAP_EACH(&s->rules, entry)
	{
		stoa_digest_message(h, entry->value);
	}
	for (uint32_t i = 0; i < s->elector_count; i++) {
		digest_elector(s->by_ordinal[i], h);
	}
	STOA_MAP_EACH(&s->proposals, entry)
	{
		digest_proposal(s, entry->value, h);
	}
}

static struct stoa_wall
next_due(const void *state)
{
	const struct governance *s = state;

	return (struct stoa_wall){s->due_us};
}

const struct stoa_core governance_core = {
    .name = "governance",
    .service = &stoa__governance__governance__descriptor,
    .event = &stoa__governance__event__descriptor,
    .reasons = &stoa__governance__refusal_reason__descriptor,
    .state_new = state_new,
    .state_free = state_free,
    .decide = decide,
    .apply = apply,
    .digest = digest,
    .next_due = next_due,
    .image_version = 1,
    .save = governance_image_save,
    .load = governance_image_load,
};
