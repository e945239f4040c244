/* vote_recount.c - counts again what the journal of governance says was
 * commanded, in a plain model that shares nothing with it (tests/prop/model.h).
 *
 * Of each command the model says whether it had to be taken, and which events
 * had to come of it; everything else that stands there is wrong. */
#include "tests/sim/vote_recount.h"

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX (8u << 20)

void
recount_wrong(struct recount *k, const char *what)
{
	world_fail(k->run, what, k->entry->command_id);
}

/* The next event of the entry, which must be of this kind. */
const Stoa__Governance__Event *
recount_take(struct recount *k, Stoa__Governance__Event__KindCase kind)
{
	static const Stoa__Governance__Event none =
	    STOA__GOVERNANCE__EVENT__INIT;

	if (k->at == k->event_count || k->events[k->at]->kind_case != kind) {
		recount_wrong(k, "an event is missing");
		return &none;
	}
	return k->events[k->at++];
}

struct motion *
recount_motion(struct recount *k, const char *id)
{
	for (unsigned i = 0; i < k->m->motion_count; i++) {
		if (strcmp(k->m->motions[i].id, id) == 0) {
			return &k->m->motions[i];
		}
	}
	return NULL;
}

struct vote_matter *
recount_matter(struct recount *k, const struct motion *p)
{
	return &k->matters[p - k->m->motions];
}

static unsigned
type_of(const char *name)
{
	unsigned type = TYPES;

	while (type > 0 && strcmp(vote_types[type], name) != 0) {
		type--;
	}
	return type;
}

static int
person_of(const char *id)
{
	int i = 0;

	while (i < VOTE_PEOPLE && strcmp(vote_people[i], id) != 0) {
		i++;
	}
	return i;
}

/* ---- rules and the electorate ---- */

void
recount_rule(struct recount *k, const Stoa__Governance__Rule *r)
{
	unsigned type = type_of(r->type);

	k->rules[type] = (struct model_rule){
	    .form = (enum form)r->form,
	    .is_by_token = r->power == STOA__GOVERNANCE__POWER__PER_TOKEN,
	    .quorum_bp = r->quorum_bp,
	    .threshold_bp = r->threshold_bp,
	    .objection_bp = r->objection_bp,
	    .voting_us = r->voting_us,
	    .extension_us = r->extension_us,
	    .timelock_us = r->timelock_us,
	    .reveal_us = r->reveal_us,
	    .age_us = r->voters == NULL ? 0 : r->voters->age_us,
	    .stake = r->voters == NULL ? 0 : r->voters->stake,
	    .sponsors = r->sponsors,
	    .has_deposit = r->deposit_micro > 0,
	};
	k->deposits[type] = r->deposit_micro;
}

static void
found(struct recount *k, const Stoa__Governance__Founded *e)
{
	k->round_us = e->charter->round_us;
	k->draft_us = e->charter->draft_us;
	k->credits = e->charter->credits;
	for (size_t i = 0; i < e->n_rules; i++) {
		recount_rule(k, e->rules[i]);
	}
}

static void
electors_note(struct recount *k, const Stoa__Governance__ElectorsRecorded *e)
{
	for (size_t i = 0; i < e->n_electors; i++) {
		const Stoa__Accounts__Elector *said = e->electors[i];

		k->m->recorded[person_of(said->member)] = (struct roll){
		    .is_member = said->role >= STOA__ACCOUNTS__ROLE__MEMBER,
		    .joined_us = said->joined_us,
		    .stake = said->stake,
		};
	}
}

static void
power_take(struct recount *k, struct motion *p)
{
	p->eligible = 0;
	for (unsigned i = 0; i < MEMBERS; i++) {
		const struct roll *r = &k->m->recorded[i];
		bool is_in = r->is_member &&
			     k->m->now_us - r->joined_us >= p->rule.age_us &&
			     r->stake >= p->rule.stake;

		p->power[i] = !is_in		    ? 0
			      : p->rule.is_by_token ? (uint64_t)r->stake
						    : 1;
		p->eligible += p->power[i];
	}
}

/* ---- before the vote ---- */

static void
submitted(struct recount *k, struct motion *p)
{
	(void)recount_take(k, KIND(PROPOSAL_SUBMITTED));
	p->stage = OPENING;
	recount_matter(k, p)->deposit_micro = k->deposits[p->type];
}

static bool
propose(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__ProposeRequest *in =
	    (const Stoa__Governance__ProposeRequest *)c->request;
	struct motion *p = &k->m->motions[k->m->motion_count];
	const Stoa__Governance__Event *e;

	if (!is_taken) {
		return c->person < VOTE_PEOPLE;
	}
	stoa_assert(k->m->motion_count < VOTE_PROPOSALS_MAX);
	e = recount_take(k, KIND(PROPOSAL_DRAFTED));
	*p = (struct motion){
	    .type = type_of(in->type),
	    .by = (unsigned)c->person,
	    .options = in->n_options == 0 ? 2 : (unsigned)in->n_options,
	    .reject = in->n_options == 0 ? 1
		      : in->has_none	 ? (int)in->n_options - 1
					 : -1,
	    .has_action = in->n_actions > 0,
	    .stage = DRAFT,
	};
	(void)snprintf(p->id, sizeof(p->id), "%s",
	    e->proposal_drafted == NULL ? "" : e->proposal_drafted->proposal);
	k->matters[k->m->motion_count++] = (struct vote_matter){
	    .said = in, .proposed_us = k->m->now_us, .decided = -1};
	if (k->rules[p->type].sponsors == 0) {
		submitted(k, p);
	}
	return c->person < VOTE_PEOPLE;
}

static bool
sponsor(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__SponsorRequest *in =
	    (const Stoa__Governance__SponsorRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	bool is_right = p != NULL && p->stage == DRAFT &&
			c->person < VOTE_PEOPLE &&
			p->by != (unsigned)c->person &&
			(recount_matter(k, p)->sponsors >> c->person & 1) == 0;

	if (!is_taken || !is_right) {
		return is_right;
	}
	(void)recount_take(k, KIND(PROPOSAL_SPONSORED));
	recount_matter(k, p)->sponsors |= 1u << c->person;
	if (++p->sponsors >= k->rules[p->type].sponsors) {
		submitted(k, p);
	}
	return true;
}

static void
opened(struct recount *k, const Stoa__Governance__VotingOpened *e)
{
	struct motion *p = recount_motion(k, e->proposal);

	if (p == NULL || p->stage != OPENING ||
	    (recount_matter(k, p)->deposit_micro > 0 &&
		!recount_matter(k, p)->is_hold_known)) {
		recount_wrong(k, "opened before its time");
		return;
	}
	p->rule = k->rules[p->type];
	p->stage = VOTING;
	p->opened_us = k->m->now_us;
	p->ends_us = k->m->now_us + p->rule.voting_us;
	p->round = (uint64_t)(k->m->now_us / k->round_us);
	p->credits = k->credits;
	power_take(k, p);
	if (e->ends_us != p->ends_us || e->eligible_power != p->eligible ||
	    e->rule->quorum_bp != p->rule.quorum_bp) {
		recount_wrong(k, "opened by another rule");
	}
}

/* ---- ballots ---- */

static struct choice
choice_of(const Stoa__Governance__Ballot *b)
{
	struct choice c = {
	    .is_there = true,
	    .is_abstention = b->is_abstention,
	    .count = (unsigned)b->n_options,
	};

	stoa_assert(b->n_options <= OPTIONS);
	for (size_t i = 0; i < b->n_options; i++) {
		c.options[i] = b->options[i];
		c.amounts[i] = i < b->n_amounts ? b->amounts[i] : 0;
	}
	return c;
}

/* A quorum reached in the last moments moves the end, once. */
static void
cast(struct recount *k, struct motion *p, int person, struct choice c)
{
	const Stoa__Governance__Event *e;
	struct model_tally before, after;

	model_count(k->m, p, &before);
	p->own[person] = c;
	k->run->votes++;
	model_count(k->m, p, &after);
	if (p->stage != VOTING || p->is_extended ||
	    k->m->now_us <= p->ends_us - p->rule.extension_us ||
	    model_has_quorum(p, before.helping_live) ||
	    !model_has_quorum(p, after.helping_live)) {
		return;
	}
	p->is_extended = true;
	p->ends_us = k->m->now_us + p->rule.extension_us;
	e = recount_take(k, KIND(VOTING_EXTENDED));
	if (e->voting_extended == NULL ||
	    e->voting_extended->ends_us != p->ends_us) {
		recount_wrong(k, "extended wrongly");
	}
}

static bool
vote(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__VoteRequest *in =
	    (const Stoa__Governance__VoteRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	bool is_right = p != NULL && p->stage == VOTING;
	struct choice choice;

	if (is_right && p->rule.reveal_us > 0) {
		is_right = k->m->now_us < p->ends_us && p->power[c->person] > 0;
		if (is_taken && is_right) {
			(void)recount_take(k, KIND(BALLOT_COMMITTED));
			p->sealed[c->person].is_there = true;
			memcpy(recount_matter(k, p)->sealed[c->person].bytes,
			    in->commitment.data, STOA_HASH_SIZE);
		}
		return is_right;
	}
	if (!is_right) {
		return false;
	}
	choice = choice_of(in->ballot);
	is_right = model_takes(k->m, p, (unsigned)c->person, &choice);
	if (is_taken && is_right) {
		(void)recount_take(k, KIND(VOTE_CAST));
		cast(k, p, c->person, choice);
	}
	return is_right;
}

static bool
reveal(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__RevealRequest *in =
	    (const Stoa__Governance__RevealRequest *)c->request;
	struct motion *p = recount_motion(k, in->proposal);
	struct choice choice = choice_of(in->ballot);
	struct stoa_hash hash = vote_commitment(
	    in->proposal, vote_people[c->person], in->ballot, &k->arena);
	bool is_right = p != NULL && p->stage == REVEAL &&
			p->sealed[c->person].is_there &&
			stoa_hash_is_equal(
			    &hash, &recount_matter(k, p)->sealed[c->person]) &&
			model_takes(k->m, p, (unsigned)c->person, &choice);

	if (is_taken && is_right) {
		(void)recount_take(k, KIND(BALLOT_REVEALED));
		cast(k, p, c->person, choice);
	}
	return is_right;
}

static bool
delegate(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__DelegateRequest *in =
	    (const Stoa__Governance__DelegateRequest *)c->request;
	int to = person_of(in->to);
	int *now = &k->m->delegate[c->person][type_of(in->type)];
	bool is_right =
	    c->person < VOTE_PEOPLE && to < VOTE_PEOPLE && to != c->person;

	if (is_taken && is_right && *now != to) {
		(void)recount_take(k, KIND(DELEGATED));
		*now = to;
	}
	return is_right;
}

static bool
undelegate(struct recount *k, const struct vote_command *c, bool is_taken)
{
	const Stoa__Governance__UndelegateRequest *in =
	    (const Stoa__Governance__UndelegateRequest *)c->request;
	int *now = &k->m->delegate[c->person][type_of(in->type)];
	bool is_right = *now != NOBODY;

	if (is_taken && is_right) {
		(void)recount_take(k, KIND(DELEGATED));
		*now = NOBODY;
	}
	return is_right;
}

/* ---- entries ---- */

static void
command_entry(struct recount *k)
{
	static const struct {
		const char *method;
		/* Whether it had to be taken; what came of it is noted. */
		bool (*count)(struct recount *k, const struct vote_command *c,
		    bool is_taken);
	} counts[] = {{"Propose", propose}, {"Sponsor", sponsor},
	    {"Cancel", recount_cancel}, {"Veto", recount_veto},
	    {"Retry", recount_retry}, {"Vote", vote}, {"Reveal", reveal},
	    {"Delegate", delegate}, {"Undelegate", undelegate}};
	long number = strtol(k->entry->command_id + strlen("say-"), NULL, 10);
	const struct vote_command *c = &k->run->commands[number];
	bool is_taken = k->entry->refusal == NULL;

	stoa_assert(number >= 0 && number < k->run->command_count);
	if (strcmp(k->entry->command_id, c->id) != 0 ||
	    strcmp(k->entry->actor, vote_people[c->person]) != 0) {
		recount_wrong(k, "nobody said so");
	}
	if (k->is_seen[number]) {
		recount_wrong(k, "counted twice");
	}
	k->is_seen[number] = true;
	for (size_t i = 0; i < STOA_COUNT(counts); i++) {
		if (strcmp(counts[i].method, c->method->name) == 0 &&
		    counts[i].count(k, c, is_taken) != is_taken) {
			recount_wrong(k, is_taken
					     ? "taken, and should not have been"
					     : k->entry->refusal->reason);
		}
	}
}

static void
daemon_event(struct recount *k)
{
	const Stoa__Governance__Event *e = k->events[k->at];

	switch ((int)e->kind_case) {
	case KIND(PROPOSAL_ENDED):
		recount_ended(k, e->proposal_ended);
		return;
	case KIND(EXECUTION_STARTED):
		recount_execution_started(k, e->execution_started);
		return;
	}
	k->at++;
	switch ((int)e->kind_case) {
	case KIND(FOUNDED):
		found(k, e->founded);
		return;
	case KIND(ELECTORS_RECORDED):
		electors_note(k, e->electors_recorded);
		return;
	case KIND(DEPOSIT_RECORDED):
		recount_deposit_recorded(k, e->deposit_recorded);
		return;
	case KIND(DEPOSIT_SETTLED):
		recount_deposit_settled(k, e->deposit_settled);
		return;
	case KIND(VOTING_OPENED):
		opened(k, e->voting_opened);
		return;
	case KIND(REVEAL_STARTED):
		recount_reveal_started(k, e->reveal_started);
		return;
	case KIND(VOTING_CLOSED):
		recount_closed(k, e->voting_closed);
		return;
	case KIND(ACTION_EXECUTED):
		recount_action_executed(k, e->action_executed);
		return;
	case KIND(TOLD):
		return; /* what was stored is looked at */
	}
	recount_wrong(k, "an event that nobody expects");
}

static void
entry_count(struct recount *k)
{
	if (k->entry->time_us < k->m->now_us) {
		recount_wrong(k, "time goes backwards");
	}
	k->m->now_us = k->entry->time_us;
	stoa_assert(k->entry->n_events <= ENTRY_EVENTS_MAX);
	k->event_count = k->entry->n_events;
	k->at = 0;
	for (size_t i = 0; i < k->event_count; i++) {
		k->events[i] =
		    stoa_unpack(&k->arena, &stoa__governance__event__descriptor,
			stoa_str_of_bytes(
			    k->entry->events[i].data, k->entry->events[i].len));
		stoa_assert(k->events[i] != NULL);
	}
	if (k->entry->actor[0] != '@') {
		command_entry(k);
	} else {
		while (k->at < k->event_count && !k->run->world.is_failed) {
			daemon_event(k);
		}
	}
	if (k->at != k->event_count) {
		recount_wrong(k, "more came of it than should have");
	}
}

/* ---- the state that all of it led to ---- */

static Stoa__Governance__State
state_of(const struct motion *p, const struct vote_matter *v)
{
	if (p->stage == STUCK) {
		return STATE(FAILED);
	}
	return p->stage != OVER	 ? STATE(STATE_UNSPECIFIED)
	       : p->is_vetoed	 ? STATE(VETOED)
	       : p->is_cancelled ? STATE(CANCELLED)
	       : v->is_expired	 ? STATE(EXPIRED)
	       : p->is_executed	 ? STATE(EXECUTED)
	       : v->decided >= 0 ? STATE(SUCCEEDED)
				 : STATE(DEFEATED);
}

/* What a person has spent in the round of a motion. */
static void
credits_check(struct recount *k, const struct governance *s,
    const struct motion *p, unsigned person)
{
	Stoa__Governance__StandingQuery in =
	    STOA__GOVERNANCE__STANDING_QUERY__INIT;
	Stoa__Governance__StandingReply out =
	    STOA__GOVERNANCE__STANDING_REPLY__INIT;
	uint64_t own = p->is_refunded ? 0
				      : model_cost(p, &p->own[person]) +
					    p->charged[person];
	int64_t spent =
	    (int64_t)p->credits - model_left(k->m, p, person) + (int64_t)own;

	in.member = vote_people[person];
	in.now_us = p->opened_us;
	stoa_assert(
	    governance_query_standing(s, &in, &k->arena, &out) == STOA_OK);
	if ((int64_t)out.spent != spent) {
		world_fail(k->run, "credits are not what was spent", p->id);
	}
}

static void
motion_check(
    struct recount *k, const struct governance *s, const struct motion *p)
{
	const struct vote_matter *v = recount_matter(k, p);
	const struct proposal *live = governance_get(s, stoa_str_of(p->id));

	if (live == NULL || governance_state(live) != state_of(p, v)) {
		world_fail(k->run, "it stands elsewhere", p->id);
		return;
	}
	for (unsigned i = 0; i < VOTE_PEOPLE && p->rule.form == QUADRATIC;
	     i++) {
		credits_check(k, s, p, i);
	}
	sim_trace(k->run->world.sim, stoa_str_of(p->id),
	    (uint64_t)governance_state(live));
}

void
vote_recount(struct vote_run *r, struct model *m, struct vote_matter *matters)
{
	struct sim_broker *journal = r->governance->broker;
	const struct governance *s = stoa_replica_peek(
	    r->governance->nodes[0].replica, stoa_str_of(vote_community));
	struct recount k = {.run = r, .m = m, .matters = matters};

	m->now_us = 0;
	m->motion_count = 0;
	memset(m->recorded, 0, sizeof(m->recorded));
	for (unsigned i = 0; i < MEMBERS; i++) {
		for (unsigned t = 0; t <= TYPES; t++) {
			m->delegate[i][t] = NOBODY;
		}
	}
	stoa_arena_init(&k.arena, NULL, 0, ARENA_MAX);
	for (uint64_t at = 1; at <= sim_broker_last(journal); at++) {
		const Stoa__Journal__Batch *batch =
		    stoa_unpack(&k.arena, &stoa__journal__batch__descriptor,
			sim_broker_at(journal, at));

		stoa_assert(batch != NULL);
		for (size_t i = 0; i < batch->n_entries && !r->world.is_failed;
		     i++) {
			k.entry = batch->entries[i];
			entry_count(&k);
		}
		stoa_arena_reset(&k.arena);
	}
	for (int i = 0; i < r->command_count && !r->world.is_failed; i++) {
		if (!k.is_seen[i]) {
			world_fail(r, "answered and lost", r->commands[i].id);
		}
	}
	for (unsigned i = 0; i < m->motion_count && !r->world.is_failed; i++) {
		motion_check(&k, s, &m->motions[i]);
	}
	stoa_arena_fini(&k.arena);
}
