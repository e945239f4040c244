/* handlers_vote.c - what is proposed: shown, voted on, sponsored, stopped. */
#include "bot/parts.h"

#include "bot/choice.h"
#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/parse.h"
#include "bot/refusal.h"
#include "bot/tallied.h"
#include "bot/view_vote.h"
#include "port/clock.h"

#include "proto/governance.pb-c.h"

#define GOVERNANCE (&stoa__governance__governance__descriptor)

static int64_t
wall_us(const struct bot_run *r)
{
	return stoa_clock_wall(r->bot->o.clock).us;
}

/* ---- one proposal ---- */

/* "12" is "#12"; what else was given stays. */
const char *
bot_handle_proposal_id(struct bot_run *r)
{
	const char *given = bot_run_text(r, "id");
	int64_t number;
	const char *id = given;

	if (stoa_str_to_i64(stoa_str_of(given), &number)) {
		id = stoa_arena_printf(&r->arena, "#%s", given);
	}
	return id == NULL ? "" : id;
}

void
bot_handle_refuse(struct bot_run *r, const char *reason, const char *first,
    const char *second)
{
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {(char *)(uintptr_t)first, (char *)(uintptr_t)second};

	refusal.reason = (char *)(uintptr_t)reason;
	refusal.args = args;
	refusal.n_args = STOA_COUNT(args);
	bot_refusal_explain(&refusal, &r->arena, &r->problem);
	r->bot->counts.refusals++;
	bot_run_refuse(r, &r->problem);
}

static void
proposal_missing(struct bot_run *r)
{
	bot_handle_refuse(r, "no_such_proposal", bot_run_text(r, "id"), "");
}

void
bot_handle_proposal_ask(struct bot_run *r, const char *id, bot_step next)
{
	Stoa__Governance__ProposalQuery in =
	    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;

	in.proposal = (char *)(uintptr_t)id;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Proposal",
		.next = next,
		.missing = proposal_missing,
	    },
	    &in.base);
}

static void
proposal_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__ProposalReply *in = reply;

	if (in->proposal == NULL) {
		proposal_missing(r);
	} else if (r->row->verb == BOT_VERB_WHY) {
		bot_run_finish(
		    r, bot_view_why(&r->arena, in->proposal, wall_us(r)));
	} else {
		bot_run_finish(
		    r, bot_view_proposal(&r->arena, in->proposal, wall_us(r)));
	}
}

void
bot_handle_proposal(struct bot_run *r)
{
	bot_handle_proposal_ask(r, bot_handle_proposal_id(r), proposal_shown);
}

/* ---- all of them ---- */

const char *
bot_handle_type(struct bot_run *r)
{
	char *type =
	    stoa_arena_str(&r->arena, stoa_str_of(bot_run_text(r, "type")));

	for (char *c = type; c != NULL && *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z') {
			*c = (char)(*c - 'a' + 'A');
		} else if (*c == ' ' || *c == '-') {
			*c = '_';
		}
	}
	return type == NULL ? "" : type;
}

static void
proposals_shown(struct bot_run *r, const void *reply)
{
	const char *type = bot_handle_type(r);
	const char *line = stoa_arena_printf(&r->arena, "proposals%s%s%s",
	    type[0] == '\0' ? "" : " type:", type,
	    bot_run_flag(r, "open") ? " open:true" : "");

	bot_run_finish(r, line == NULL ? NULL
				       : bot_view_proposals(&r->arena, reply,
					     line, wall_us(r)));
}

static void
proposals_missing(struct bot_run *r)
{
	const Stoa__Governance__ProposalsReply none =
	    STOA__GOVERNANCE__PROPOSALS_REPLY__INIT;

	if (bot_run_text(r, "after")[0] != '\0') {
		bot_handle_refuse(
		    r, "no_such_proposal", bot_run_text(r, "after"), "");
	} else {
		proposals_shown(r, &none);
	}
}

void
bot_handle_proposals(struct bot_run *r)
{
	Stoa__Governance__ProposalsQuery in =
	    STOA__GOVERNANCE__PROPOSALS_QUERY__INIT;

	in.type = (char *)(uintptr_t)bot_handle_type(r);
	in.is_open = bot_run_flag(r, "open");
	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Proposals",
		.next = proposals_shown,
		.missing = proposals_missing,
	    },
	    &in.base);
}

/* ---- /vote: the proposal, what the member has, the ballot ---- */

struct voting {
	const Stoa__Governance__Proposal *proposal;
	Stoa__Governance__Ballot *ballot; /* NULL: none was given */
	struct bot_ranking draft;	  /* if it is only being ranked */
	bool is_draft;
	uint32_t credits_left;
};

static void
cast(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const struct voting *v = r->work;

	bot_run_finish(
	    r, bot_view_cast(&r->arena, &(struct bot_cast_view){
					    .proposal = v->proposal,
					    .ballot = v->ballot,
					    .reason = bot_run_text(r, "reason"),
					    .credits_left = v->credits_left,
					    .index = outcome->index,
					    .position = outcome->position,
					}));
}

static void
ballot_found(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__BallotReply *own = reply;
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	struct voting *v = r->work;

	if (v->ballot == NULL) {
		bot_run_finish(
		    r, bot_view_booth(&r->arena,
			   &(struct bot_booth_view){
			       .proposal = v->proposal,
			       .own = own,
			       .draft = v->is_draft ? &v->draft : NULL,
			       .can_form = r->command->can_form,
			   }));
		return;
	}
	if (bot_tallied_is_secret(v->proposal)) {
		bot_handle_seal(r, v->proposal, v->ballot, own);
		return;
	}
	v->credits_left = own->credits_left;
	in.proposal = v->proposal->id;
	in.ballot = v->ballot;
	in.reason = (char *)(uintptr_t)bot_run_text(r, "reason");
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Vote",
		.command_id = r->to.id,
		.next = cast,
	    },
	    &in.base);
}

/* A ballot, or a ranking that is still being put together. */
static bool
choice_take(struct bot_run *r, struct voting *v)
{
	struct stoa_str choice = stoa_str_of(bot_run_text(r, "choice"));
	struct stoa_str placed = stoa_str_of(bot_run_text(r, "rank"));

	if (placed.len > 0) {
		v->is_draft = true;
		return bot_ranking_read(choice, placed, v->proposal, &r->arena,
		    &v->draft, &r->problem);
	}
	return choice.len == 0 || bot_choice_read(choice, v->proposal,
				      &r->arena, &v->ballot, &r->problem);
}

static void
vote_begin(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__ProposalReply *in = reply;
	Stoa__Governance__BallotQuery query =
	    STOA__GOVERNANCE__BALLOT_QUERY__INIT;
	struct voting *v = stoa_arena_alloc(&r->arena, sizeof(*v));

	if (v == NULL || in->proposal == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	*v = (struct voting){.proposal = in->proposal};
	r->work = v;
	if (!choice_take(r, v)) {
		r->bot->counts.problems++;
		bot_run_refuse(r, &r->problem);
		return;
	}
	query.proposal = in->proposal->id;
	query.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Ballot",
		.next = ballot_found,
		.missing = proposal_missing,
	    },
	    &query.base);
}

void
bot_handle_vote(struct bot_run *r)
{
	bot_handle_proposal_ask(r, bot_handle_proposal_id(r), vote_begin);
}

/* ---- /sponsor, /withdraw_proposal, /veto, /retry ---- */

static void
changed(struct bot_run *r, const void *reply)
{
	(void)reply;
	bot_handle_proposal_ask(r, bot_handle_proposal_id(r), proposal_shown);
}

static void
change(struct bot_run *r, const char *method, const ProtobufCMessage *in)
{
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = method,
		.command_id = r->to.id,
		.next = changed,
	    },
	    in);
}

void
bot_handle_change(struct bot_run *r)
{
	Stoa__Governance__SponsorRequest sponsor =
	    STOA__GOVERNANCE__SPONSOR_REQUEST__INIT;
	Stoa__Governance__CancelRequest cancel =
	    STOA__GOVERNANCE__CANCEL_REQUEST__INIT;
	Stoa__Governance__VetoRequest veto =
	    STOA__GOVERNANCE__VETO_REQUEST__INIT;
	Stoa__Governance__RetryRequest retry =
	    STOA__GOVERNANCE__RETRY_REQUEST__INIT;
	char *id = (char *)(uintptr_t)bot_handle_proposal_id(r);

	switch ((int)r->row->verb) {
	case BOT_VERB_SPONSOR:
		sponsor.proposal = id;
		change(r, "Sponsor", &sponsor.base);
		break;
	case BOT_VERB_WITHDRAW_PROPOSAL:
		cancel.proposal = id;
		change(r, "Cancel", &cancel.base);
		break;
	case BOT_VERB_VETO:
		veto.proposal = id;
		veto.reason = (char *)(uintptr_t)bot_run_text(r, "reason");
		change(r, "Veto", &veto.base);
		break;
	default:
		retry.proposal = id;
		change(r, "Retry", &retry.base);
		break;
	}
}

/* ---- /delegate, /undelegate, /credits ---- */

struct delegating {
	const char *to, *type;
};

static void
delegated(struct bot_run *r, const void *reply)
{
	const struct delegating *d = r->work;

	(void)reply;
	bot_run_finish(r, bot_view_delegated(&r->arena, d->to, d->type));
}

static void
delegate(struct bot_run *r, const char *member)
{
	Stoa__Governance__DelegateRequest in =
	    STOA__GOVERNANCE__DELEGATE_REQUEST__INIT;
	Stoa__Governance__UndelegateRequest out =
	    STOA__GOVERNANCE__UNDELEGATE_REQUEST__INIT;
	struct delegating *d = stoa_arena_alloc(&r->arena, sizeof(*d));
	bool is_end = member[0] == '\0';

	if (d == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	*d = (struct delegating){member, bot_handle_type(r)};
	r->work = d;
	in.to = (char *)(uintptr_t)member;
	in.type = out.type = (char *)(uintptr_t)d->type;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = is_end ? "Undelegate" : "Delegate",
		.command_id = r->to.id,
		.next = delegated,
	    },
	    is_end ? &out.base : &in.base);
}

void
bot_handle_delegate(struct bot_run *r)
{
	bot_handle_member(r, "to", bot_run_text(r, "to"), delegate);
}

void
bot_handle_undelegate(struct bot_run *r)
{
	delegate(r, "");
}

static void
standing_shown(struct bot_run *r, const void *reply)
{
	bot_run_finish(r, bot_view_standing(&r->arena, reply));
}

static void
standing_missing(struct bot_run *r)
{
	standing_shown(r, NULL);
}

void
bot_handle_credits(struct bot_run *r)
{
	Stoa__Governance__StandingQuery in =
	    STOA__GOVERNANCE__STANDING_QUERY__INIT;

	in.now_us = wall_us(r);
	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Standing",
		.next = standing_shown,
		.missing = standing_missing,
	    },
	    &in.base);
}

/* ---- /rules ---- */

static void
rules_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__RulesReply *in = reply;
	const char *type = bot_handle_type(r);

	if (type[0] != '\0' && bot_motion_rule(in, type) == NULL) {
		bot_handle_refuse(r, "no_such_type", type, "");
		return;
	}
	bot_run_finish(r, bot_view_rules(&r->arena, in, type));
}

void
bot_handle_rules(struct bot_run *r)
{
	Stoa__Governance__RulesQuery in = STOA__GOVERNANCE__RULES_QUERY__INIT;

	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Rules",
		.next = rules_shown,
	    },
	    &in.base);
}
