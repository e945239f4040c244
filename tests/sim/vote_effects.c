/* vote_effects.c - what was decided has happened at its owner, once, and
 * nothing has happened that was not decided. */
#include "accounts/state.h"
#include "tests/sim/vote.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX    (8u << 20)
#define KIND(NAME)   STOA__ACCOUNTS__EVENT__KIND_##NAME
#define ACTION(NAME) STOA__GOVERNANCE__ACTION__KIND_##NAME

/* How often an owner did what one proposal asked. */
struct deeds {
	int actions[VOTE_ACTIONS_MAX];
	char results[VOTE_ACTIONS_MAX][16];
	int held, kept, returned;
	int64_t held_micro, kept_micro;
	char hold[16];
};

struct effects {
	struct vote_run *run;
	const struct model *m;
	const struct vote_matter *matters;
	struct deeds deeds[VOTE_PROPOSALS_MAX];
	int64_t paid_micro;
	const char *channel; /* as last voted; NULL: never */
	int64_t grant_micro; /* -1: never */
	struct stoa_arena arena;
};

/* "act:<proposal>:<action>:...": which motion, and which action. */
static struct deeds *
deeds_of(struct effects *f, const char *id, unsigned *ret_motion,
    unsigned *ret_action)
{
	char verb[16], proposal[16];

	if (sscanf(id, "%15[a-z]:%15[a-z0-9_]:%u", verb, proposal,
		ret_action) != 3) {
		return NULL;
	}
	for (unsigned i = 0; i < f->m->motion_count; i++) {
		if (strcmp(f->m->motions[i].id, proposal) == 0) {
			*ret_motion = i;
			return &f->deeds[i];
		}
	}
	return NULL;
}

/* ---- in the journal of accounts ---- */

static void
action_note(struct effects *f, const struct vote_matter *v, struct deeds *d,
    unsigned action, const Stoa__Journal__Entry *entry,
    const Stoa__Accounts__Event *e)
{
	const Stoa__Governance__Action *a;

	if (action >= v->said->n_actions) {
		world_fail(f->run, "an action of nobody", entry->command_id);
		return;
	}
	a = v->said->actions[action];
	d->actions[action]++;
	if (a->kind_case == ACTION(TRANSFER)) {
		if (e == NULL || e->kind_case != KIND(MOVED) ||
		    strcmp(e->moved->from, "@treasury") != 0 ||
		    strcmp(e->moved->to, a->transfer->to) != 0 ||
		    e->moved->amount_micro != a->transfer->amount_micro) {
			world_fail(f->run, "paid otherwise", entry->command_id);
			return;
		}
		f->paid_micro += e->moved->amount_micro;
		(void)snprintf(d->results[action], sizeof(d->results[action]),
		    "%s", e->moved->id);
	} else if (a->kind_case != ACTION(PARAMETER)) {
		world_fail(f->run, "not of accounts", entry->command_id);
	} else if (a->parameter->kind_case ==
		   STOA__ACCOUNTS__SETTING__KIND_ANNOUNCE_CHANNEL) {
		f->channel = a->parameter->announce_channel;
	} else {
		f->grant_micro = a->parameter->welcome_grant_micro;
	}
}

static void
deposit_note(struct effects *f, struct deeds *d,
    const Stoa__Journal__Entry *entry, const Stoa__Accounts__Event *e)
{
	switch ((int)(e == NULL ? 0 : e->kind_case)) {
	case KIND(HOLD_PLACED):
		d->held++;
		d->held_micro =
		    e->hold_placed->joy_micro + e->hold_placed->credit_micro;
		(void)snprintf(
		    d->hold, sizeof(d->hold), "%s", e->hold_placed->id);
		return;
	case KIND(HOLD_POSTED):
		d->kept++;
		d->kept_micro =
		    e->hold_posted->joy_micro + e->hold_posted->credit_micro;
		return;
	case KIND(HOLD_VOIDED):
		d->returned++;
		return;
	}
	world_fail(f->run, "neither held nor settled", entry->command_id);
}

static void
entry_note(struct effects *f, const Stoa__Journal__Entry *entry)
{
	const Stoa__Accounts__Event *e = NULL;
	unsigned motion = 0, action = 0;
	struct deeds *d;

	if (strcmp(entry->actor, "@governance") != 0 ||
	    entry->refusal != NULL) {
		return;
	}
	d = deeds_of(f, entry->command_id, &motion, &action);
	if (d == NULL) {
		world_fail(f->run, "nobody decided that", entry->command_id);
		return;
	}
	if (entry->n_events > 0) {
		e = stoa_unpack(&f->arena, &stoa__accounts__event__descriptor,
		    stoa_str_of_bytes(
			entry->events[0].data, entry->events[0].len));
	}
	if (strncmp(entry->command_id, "act:", 4) == 0) {
		action_note(f, &f->matters[motion], d, action, entry, e);
	} else {
		deposit_note(f, d, entry, e);
	}
}

static void
journal_read(struct effects *f)
{
	struct sim_broker *journal = f->run->accounts->broker;

	for (uint64_t at = 1; at <= sim_broker_last(journal); at++) {
		const Stoa__Journal__Batch *batch =
		    stoa_unpack(&f->arena, &stoa__journal__batch__descriptor,
			sim_broker_at(journal, at));

		stoa_assert(batch != NULL);
		for (size_t i = 0; i < batch->n_entries; i++) {
			entry_note(f, batch->entries[i]);
		}
		stoa_arena_reset(&f->arena);
	}
}

/* What the owners outside have done. */
static void
deeds_read(struct effects *f)
{
	for (int i = 0; i < f->run->deed_count; i++) {
		const struct vote_deed *deed = &f->run->deeds[i];
		unsigned motion = 0, action = 0;
		struct deeds *d = deeds_of(f, deed->id, &motion, &action);

		if (d == NULL || action >= f->matters[motion].said->n_actions) {
			world_fail(f->run, "nobody decided that", deed->id);
		} else if (!deed->is_refused) {
			d->actions[action]++;
			(void)snprintf(d->results[action],
			    sizeof(d->results[action]), "%s",
			    f->m->motions[motion].type == 5 ? VOTE_JOB : "");
		}
	}
}

/* ---- against what was decided ---- */

static void
deposit_check(struct effects *f, const struct motion *p,
    const struct vote_matter *v, const struct deeds *d)
{
	/* What failed may be tried again: it is not over. */
	int settled = p->stage == OVER ? d->held : 0;

	if (d->held > 1 || d->kept + d->returned > 1) {
		world_fail(f->run, "a deposit more than once", p->id);
	}
	if (d->kept + d->returned < settled) {
		world_fail(f->run, "a deposit was forgotten", p->id);
	}
	if (d->kept + d->returned > settled) {
		world_fail(f->run, "a deposit settled too soon", p->id);
	}
	if (d->held == 1 && (strcmp(d->hold, v->hold) != 0 ||
				d->held_micro != v->deposit_micro)) {
		world_fail(f->run, "another deposit than it should be", p->id);
	}
	if (d->held == 0 && v->hold[0] != '\0') {
		world_fail(f->run, "a deposit that nobody holds", p->id);
	}
	if (settled == 1 && (d->kept == 1) != p->is_vetoed) {
		world_fail(f->run, "a deposit went the wrong way", p->id);
	}
	if (d->kept == 1 && d->kept_micro != v->deposit_micro) {
		world_fail(f->run, "a part of a deposit was kept", p->id);
	}
}

static void
actions_check(struct effects *f, const struct motion *p,
    const struct vote_matter *v, const struct deeds *d)
{
	for (size_t i = 0; i < v->said->n_actions; i++) {
		bool is_own = v->said->actions[i]->kind_case == ACTION(RULE);
		int done = is_own ? v->is_done[i] : d->actions[i];

		if (done != (int)v->is_done[i]) {
			world_fail(f->run,
			    done > 1	? "an action was carried out twice"
			    : done == 1 ? "carried out, and not recorded"
					: "recorded, and never carried out",
			    p->id);
		} else if (strcmp(d->results[i], v->result[i]) != 0) {
			world_fail(f->run, "another result", p->id);
		}
	}
}

static void
told_check(
    struct effects *f, const struct governance *s, const struct motion *p)
{
	const struct proposal *live = governance_get(s, stoa_str_of(p->id));

	for (int i = 0; i < f->run->proposal_count; i++) {
		if (strcmp(f->run->proposals[i], p->id) == 0 &&
		    (f->run->notices[i] >> governance_state(live) & 1) == 0) {
			world_fail(f->run, "nobody was told", p->id);
		}
	}
}

static void
accounts_check(struct effects *f)
{
	const struct accounts *s = stoa_replica_peek(
	    f->run->accounts->nodes[0].replica, stoa_str_of(vote_community));
	Stoa__Accounts__AuditQuery query = STOA__ACCOUNTS__AUDIT_QUERY__INIT;
	Stoa__Accounts__AuditReply audit = STOA__ACCOUNTS__AUDIT_REPLY__INIT;
	Stoa__Accounts__CommunityQuery in =
	    STOA__ACCOUNTS__COMMUNITY_QUERY__INIT;
	Stoa__Accounts__CommunityReply set =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;
	int64_t treasury = VOTE_GRANTED_MICRO - f->paid_micro;
	uint64_t held = 0;

	if (accounts_audit(s, &query, &audit) != STOA_OK ||
	    accounts_community(s, &in, &f->arena, &set) != STOA_OK) {
		world_fail(f->run, "no accounts", "");
		return;
	}
	if (audit.joy_sum_micro != 0 || audit.credit_sum_micro != 0) {
		world_fail(f->run, "money is not conserved", "");
	}
	for (unsigned i = 0; i < f->m->motion_count; i++) {
		treasury += f->deeds[i].kept_micro;
		held += f->m->motions[i].stage == STUCK
			    ? (uint64_t)f->deeds[i].held
			    : 0;
	}
	if (audit.open_hold_count != held) {
		world_fail(f->run, "a hold was forgotten", "");
	}
	if (s->treasury.available[0] != treasury || s->treasury.held[0] != 0) {
		world_fail(f->run, "the treasury has another sum", "");
	}
	if ((f->channel != NULL &&
		strcmp(set.announce_channel, f->channel) != 0) ||
	    (f->grant_micro >= 0 &&
		set.welcome_grant_micro != f->grant_micro)) {
		world_fail(f->run, "not set as it was voted", "");
	}
}

void
vote_effects(struct vote_run *r, const struct model *m,
    const struct vote_matter *matters)
{
	const struct governance *s = stoa_replica_peek(
	    r->governance->nodes[0].replica, stoa_str_of(vote_community));
	struct effects f = {
	    .run = r, .m = m, .matters = matters, .grant_micro = -1};

	stoa_arena_init(&f.arena, NULL, 0, ARENA_MAX);
	journal_read(&f);
	deeds_read(&f);
	for (unsigned i = 0; i < m->motion_count && !r->world.is_failed; i++) {
		deposit_check(&f, &m->motions[i], &matters[i], &f.deeds[i]);
		actions_check(&f, &m->motions[i], &matters[i], &f.deeds[i]);
		told_check(&f, s, &m->motions[i]);
	}
	if (!r->world.is_failed) {
		accounts_check(&f);
	}
	stoa_arena_fini(&f.arena);
}
