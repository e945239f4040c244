/* governance.h - proposals, ballots, delegation and what a vote decides.
 *
 * A proposal is a state machine:
 *   draft -> opening -> active -> (reveal) -> succeeded | defeated
 *                                       '-> queued -> executing -> executed
 *                                                         ^'-> failed
 *   and expired, cancelled, vetoed before it is executed.
 * Who may vote is what accounts said when voting opened, recorded here; the
 * rule in force at that moment decides. What is still to be done about a
 * proposal (deposit, opening, execution, notices) is a query on the state, so
 * that nothing is forgotten by a restart.
 * Layer 2, pure. */
#ifndef GOVERNANCE_H
#define GOVERNANCE_H

#include "base/core.h"
#include "base/status.h"

#include "proto/governance.pb-c.h"

extern const struct stoa_core governance_core;

struct governance; /* the state */
struct proposal;   /* borrowed from it */

/* ---- what is still to be done ---- */

enum governance_effect {
	GOVERNANCE_NOTHING,
	GOVERNANCE_HOLD_DEPOSIT,   /* ask accounts; RecordDeposit */
	GOVERNANCE_OPEN,	   /* fetch the electorate; Open */
	GOVERNANCE_EXECUTE,	   /* one action; RecordExecuted */
	GOVERNANCE_SETTLE_DEPOSIT, /* give back or keep; RecordDepositSettled */
	GOVERNANCE_TELL,	   /* the community; RecordTold */
};

/* Walks the proposals about which something is, or will be, to be done. */
const struct proposal *governance_next_open(
    const struct governance *s, size_t *cursor);
const struct proposal *governance_get(
    const struct governance *s, struct stoa_str id);
enum governance_effect governance_effect_of(
    const struct proposal *p, struct stoa_wall now);

/* The action that an execution has come to. False: none is left. */
bool governance_next_action(const struct proposal *p, uint32_t *ret_action);

/* For reactions; all borrowed. */
struct stoa_str governance_id(const struct proposal *p);
const char *governance_proposer(const struct proposal *p);
const char *governance_hold(const struct proposal *p);
bool governance_keeps_deposit(const struct proposal *p); /* for the treasury */
int64_t governance_deposit(const struct proposal *p);
const char *governance_reply(const struct proposal *p); /* where it was made */
uint32_t governance_attempt(const struct proposal *p);
int64_t governance_proposed_us(const struct proposal *p);
Stoa__Governance__State governance_state(const struct proposal *p);
/* 0: a state is to be told; else which reminder, or that the end has moved. */
#define GOVERNANCE_EXTENDED 3u
uint32_t governance_reminder(const struct proposal *p, struct stoa_wall now);
/* Identities that may vote, have not, and for whom nobody has; at most `max`
 * of them. */
size_t governance_silent(const struct governance *s, const struct proposal *p,
    const char **ret_members, size_t max);
const Stoa__Governance__Action *governance_action(
    const struct proposal *p, uint32_t action);

/* Version of the recorded electorate. */
uint64_t governance_version(const struct governance *s);
bool governance_is_founded(const struct governance *s);

/* ---- queries; `s` NULL means a community without any record ---- */

STOA_MUST_USE enum stoa_status governance_query_proposal(
    const struct governance *s, const Stoa__Governance__ProposalQuery *in,
    struct stoa_arena *arena, Stoa__Governance__ProposalReply *out);
STOA_MUST_USE enum stoa_status governance_query_proposals(
    const struct governance *s, const Stoa__Governance__ProposalsQuery *in,
    struct stoa_arena *arena, Stoa__Governance__ProposalsReply *out);
STOA_MUST_USE enum stoa_status governance_query_ballot(
    const struct governance *s, const Stoa__Governance__BallotQuery *in,
    struct stoa_arena *arena, Stoa__Governance__BallotReply *out);
STOA_MUST_USE enum stoa_status governance_query_standing(
    const struct governance *s, const Stoa__Governance__StandingQuery *in,
    struct stoa_arena *arena, Stoa__Governance__StandingReply *out);
STOA_MUST_USE enum stoa_status governance_query_sealed(
    const struct governance *s, const Stoa__Governance__SealedQuery *in,
    struct stoa_arena *arena, Stoa__Governance__SealedReply *out);
STOA_MUST_USE enum stoa_status governance_query_rules(
    const struct governance *s, const Stoa__Governance__RulesQuery *in,
    struct stoa_arena *arena, Stoa__Governance__RulesReply *out);

/* A proposal as queries show it. False: the arena is full. */
bool governance_view(const struct governance *s, const struct proposal *p,
    struct stoa_arena *arena, Stoa__Governance__Proposal *out);

/* What a community begins with unless its operator says otherwise. */
void governance_defaults(
    struct stoa_arena *arena, Stoa__Governance__FoundRequest *out);

#endif
