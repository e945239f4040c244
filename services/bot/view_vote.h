/* view_vote.h - the cards of proposals, votes and rules.
 *
 * As view.h says: a finished card in the arena, NULL when that is full; the
 * caller adds id, revision, reply and visibility. Messages are borrowed. `now`
 * is the wall clock, for what is left of a vote. Layer 2, pure. */
#ifndef BOT_VIEW_VOTE_H
#define BOT_VIEW_VOTE_H

#include "base/arena.h"
#include "bot/card.h"
#include "bot/problem.h"
#include "bot/ranking.h"

#include "proto/chat.pb-c.h"
#include "proto/governance.pb-c.h"

Stoa__Chat__Card *bot_view_proposal(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, int64_t now_us);

/* `line` is the command that showed them, for the next page. */
Stoa__Chat__Card *bot_view_proposals(struct stoa_arena *arena,
    const Stoa__Governance__ProposalsReply *in, const char *line,
    int64_t now_us);

/* Why it passed, failed, or waits; what was done and what was not. */
Stoa__Chat__Card *bot_view_why(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, int64_t now_us);

/* How this member may vote on it: lists to choose from, or a form where one can
 * be shown. Where none can, a ranking is typed: its lists would be told as a
 * line for each place of each option. `draft` (may be NULL) is a ranking that
 * is not handed in yet. */
struct bot_booth_view {
	const Stoa__Governance__Proposal *proposal;
	const Stoa__Governance__BallotReply *own;
	const struct bot_ranking *draft;
	bool can_form;
};

Stoa__Chat__Card *bot_view_booth(
    struct stoa_arena *arena, const struct bot_booth_view *booth);

/* What approval ballots are chosen from; `own` (may be NULL) stands there. */
void bot_view_approvals_add(struct bot_card *b,
    const Stoa__Governance__Proposal *p, const Stoa__Governance__Ballot *own);

/* What was cast, what it cost, and where it stands in the journal. */
struct bot_cast_view {
	const Stoa__Governance__Proposal *proposal;
	const Stoa__Governance__Ballot *ballot;
	const char *reason;
	uint32_t credits_left;
	uint64_t index;	   /* of the journal's record */
	uint32_t position; /* of the entry in it */
};

Stoa__Chat__Card *bot_view_cast(
    struct stoa_arena *arena, const struct bot_cast_view *cast);

/* A member has opened their own secret ballot. */
Stoa__Chat__Card *bot_view_opened(
    struct stoa_arena *arena, const Stoa__Governance__Proposal *p);

/* A member's secret ballot could not be opened, and why. */
Stoa__Chat__Card *bot_view_not_opened(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, const struct bot_problem *why);

/* All rules, or the one of `type` if that is not "". */
Stoa__Chat__Card *bot_view_rules(struct stoa_arena *arena,
    const Stoa__Governance__RulesReply *in, const char *type);

/* Voice credits and delegations; NULL: nothing has been voted on yet. */
Stoa__Chat__Card *bot_view_standing(
    struct stoa_arena *arena, const Stoa__Governance__StandingReply *in);

/* `to` "" when a delegation has ended; `type` "" for all types. */
Stoa__Chat__Card *bot_view_delegated(
    struct stoa_arena *arena, const char *to, const char *type);

/* Notice.reminder: the end of a vote has moved. */
#define BOT_NOTICE_EXTENDED 3

/* What the community is told: a state, that there is more time, or who has not
 * voted. Members stand there as the notice has them, ids or names. */
Stoa__Chat__Card *bot_view_vote_notice(struct stoa_arena *arena,
    const Stoa__Governance__Notice *notice, int64_t now_us);

#endif
