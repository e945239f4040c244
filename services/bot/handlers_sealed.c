/* handlers_sealed.c - secret ballots: handed in, and opened by hand.
 *
 * A ballot is kept before it is committed to: what governance has a commitment
 * of can always be opened. What was kept and never arrived does no harm. */
#include "bot/parts.h"

#include "base/core.h"
#include "bot/choice.h"
#include "bot/limits.h"
#include "bot/sealed.h"
#include "bot/view_vote.h"
#include "port/kv.h"

#define GOVERNANCE (&stoa__governance__governance__descriptor)

/* Kept in the run's arena. */
struct sealing {
	const Stoa__Governance__Proposal *proposal;
	const Stoa__Governance__Ballot *ballot; /* that was given */
	struct stoa_str committed;		/* what counts until now */
	uint32_t credits_left;
	const char *key;
	Stoa__Chat__SealedBallots *kept;
	struct bot_unsealed sealed;
};

static struct bot_sealer
sealer_of(const struct bot_run *r, const struct sealing *s)
{
	return (struct bot_sealer){
	    .secret = r->bot->o.link_key,
	    .community = stoa_id_str(&r->who.community),
	    .proposal = stoa_str_of(s->proposal->id),
	    .member = stoa_id_str(&r->who.member),
	};
}

static struct sealing *
sealing_new(struct bot_run *r, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__BallotReply *own)
{
	struct sealing *s = stoa_arena_alloc(&r->arena, sizeof(*s));
	struct bot_sealer sealer;

	if (s != NULL) {
		*s = (struct sealing){
		    .proposal = p,
		    .committed = stoa_str_of_bytes(
			own->commitment.data, own->commitment.len),
		    .credits_left = own->credits_left,
		};
		sealer = sealer_of(r, s);
		s->key = bot_sealed_key(&r->arena, &sealer);
		r->work = s;
	}
	return s;
}

/* Sets what is kept; false: the run has ended. */
static bool
kept_read(struct bot_run *r, enum stoa_status status, struct stoa_str value)
{
	struct sealing *s = r->work;

	if (status == STOA_OK) {
		s->kept = stoa_unpack(
		    &r->arena, &stoa__chat__sealed_ballots__descriptor, value);
	} else if (status == STOA_NOT_FOUND) {
		s->kept = stoa_arena_alloc(&r->arena, sizeof(*s->kept));
		if (s->kept != NULL) {
			stoa__chat__sealed_ballots__init(s->kept);
		}
	} else {
		bot_run_again(r);
		return false;
	}
	if (s->kept == NULL) {
		bot_run_finish(r, NULL);
	}
	return s->kept != NULL;
}

/* ---- handing in ---- */

static void
committed(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const struct sealing *s = r->work;

	bot_run_finish(
	    r, bot_view_cast(&r->arena, &(struct bot_cast_view){
					    .proposal = s->proposal,
					    .ballot = s->ballot,
					    .reason = "",
					    .credits_left = s->credits_left,
					    .index = outcome->index,
					    .position = outcome->position,
					}));
}

static void
commit(struct bot_run *r)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	struct sealing *s = r->work;

	in.proposal = s->proposal->id;
	in.commitment.data = s->sealed.commitment.bytes;
	in.commitment.len = sizeof(s->sealed.commitment.bytes);
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Vote",
		.command_id = r->to.id,
		.next = committed,
	    },
	    &in.base);
}

static void
on_kept(void *owner, enum stoa_status status, uint64_t revision)
{
	struct bot_run *r = owner;

	(void)revision;
	if (r->bot->is_abandoned) {
		return;
	}
	if (status != STOA_OK) {
		/* Another bot was faster, or it is not known: look again. */
		bot_run_again(r);
		return;
	}
	commit(r);
}

static void
on_found(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	struct bot_run *r = owner;
	struct sealing *s = r->work;
	struct bot_sealer sealer;
	struct stoa_str packed;

	if (r->bot->is_abandoned || !kept_read(r, status, value)) {
		return;
	}
	sealer = sealer_of(r, s);
	if (!bot_sealed_add(&r->arena, &sealer, s->kept, r->to.id, s->ballot,
		s->committed, &s->sealed)) {
		bot_run_finish(r, NULL);
		return;
	}
	s->kept->platform = r->to.platform;
	s->kept->user = r->to.user;
	s->kept->workspace = r->command->workspace;
	packed = stoa_pack(&r->arena, &s->kept->base);
	if (packed.data == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	stoa_kv_put(
	    r->bot->o.bus, BOT_SEALED, s->key, packed, revision, on_kept, r);
}

static void
refuse(struct bot_run *r, const char *text, const char *fix)
{
	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "secret_ballot",
		.field = "reason",
		.limit = "no reason",
		.fix = fix,
	    },
	    "%s", text);
	r->bot->counts.problems++;
	bot_run_refuse(r, &r->problem);
}

void
bot_handle_seal(struct bot_run *r, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__Ballot *ballot,
    const Stoa__Governance__BallotReply *own)
{
	uint64_t cost = bot_choice_cost(p, ballot);
	struct sealing *s;

	if (bot_run_text(r, "reason")[0] != '\0') {
		refuse(r, "a reason that all can read would tell the ballot",
		    "leave the reason out");
		return;
	}
	/* Nobody looks into the ballot until it is opened, and then it would
	 * be too late to say so. */
	if (cost > own->credits_left) {
		bot_handle_refuse(r, "credits_exceeded",
		    stoa_arena_printf(
			&r->arena, "%llu", (unsigned long long)cost),
		    stoa_arena_printf(&r->arena, "%u", own->credits_left));
		return;
	}
	s = sealing_new(r, p, own);
	if (s == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	s->ballot = ballot;
	stoa_kv_get(r->bot->o.bus, BOT_SEALED, s->key, on_found, r);
}

/* ---- opening by hand ---- */

static void
opened_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__ProposalReply *in = reply;

	bot_run_finish(r, in->proposal == NULL
			      ? NULL
			      : bot_view_opened(&r->arena, in->proposal));
}

static void
opened(struct bot_run *r, const void *reply)
{
	const struct sealing *s = r->work;

	(void)reply;
	bot_handle_proposal_ask(r, s->proposal->id, opened_shown);
}

static void
on_found_for_opening(void *owner, enum stoa_status status,
    struct stoa_str value, uint64_t revision)
{
	struct bot_run *r = owner;
	struct sealing *s = r->work;
	Stoa__Governance__RevealRequest in =
	    STOA__GOVERNANCE__REVEAL_REQUEST__INIT;
	struct bot_sealer sealer;

	(void)revision;
	if (r->bot->is_abandoned || !kept_read(r, status, value)) {
		return;
	}
	sealer = sealer_of(r, s);
	if (!bot_sealed_find(
		&r->arena, &sealer, s->kept, s->committed, &s->sealed)) {
		r->bot->counts.refusals++;
		bot_run_refuse(r, &bot_sealed_lost);
		return;
	}
	in.proposal = s->proposal->id;
	in.ballot = (Stoa__Governance__Ballot *)(uintptr_t)s->sealed.ballot;
	in.salt.data = s->sealed.salt.bytes;
	in.salt.len = sizeof(s->sealed.salt.bytes);
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Reveal",
		.command_id = r->to.id,
		.next = opened,
	    },
	    &in.base);
}

static void
own_found(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__BallotReply *own = reply;
	const Stoa__Governance__Proposal *p = r->work;
	struct sealing *s;

	if (!own->is_committed) {
		bot_handle_refuse(r, "no_commitment", p->id, "");
		return;
	}
	s = sealing_new(r, p, own);
	if (s == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	stoa_kv_get(r->bot->o.bus, BOT_SEALED, s->key, on_found_for_opening, r);
}

static void
reveal_begin(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__ProposalReply *in = reply;
	Stoa__Governance__BallotQuery query =
	    STOA__GOVERNANCE__BALLOT_QUERY__INIT;

	if (in->proposal == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	if (in->proposal->rule == NULL || in->proposal->rule->reveal_us == 0) {
		bot_handle_refuse(r, "open_ballot", in->proposal->id, "");
		return;
	}
	r->work = in->proposal;
	query.proposal = in->proposal->id;
	query.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Ballot",
		.next = own_found,
	    },
	    &query.base);
}

void
bot_handle_reveal(struct bot_run *r)
{
	bot_handle_proposal_ask(r, bot_handle_proposal_id(r), reveal_begin);
}
