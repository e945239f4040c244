/* vote_recount.h - what the two halves of the recount share. */
#ifndef STOA_TESTS_SIM_VOTE_RECOUNT_H
#define STOA_TESTS_SIM_VOTE_RECOUNT_H

#include "tests/sim/vote.h"

#define ENTRY_EVENTS_MAX 64

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define KIND(NAME)  STOA__GOVERNANCE__EVENT__KIND_##NAME

struct recount {
	struct vote_run *run;
	struct model *m;
	struct vote_matter *matters;
	struct model_rule rules[TYPES + 1];
	int64_t deposits[TYPES + 1];
	int64_t round_us, draft_us;
	uint32_t credits;
	bool is_seen[VOTE_COMMANDS_MAX];
	const Stoa__Journal__Entry *entry;
	const Stoa__Governance__Event *events[ENTRY_EVENTS_MAX];
	size_t event_count, at;
	struct stoa_arena arena;
};

void recount_wrong(struct recount *k, const char *what);

/* The next event of the entry, which must be of this kind; an empty one after
 * it was found wrong. */
const Stoa__Governance__Event *recount_take(
    struct recount *k, Stoa__Governance__Event__KindCase kind);

struct motion *recount_motion(struct recount *k, const char *id);
struct vote_matter *recount_matter(struct recount *k, const struct motion *p);
void recount_rule(struct recount *k, const Stoa__Governance__Rule *r);

/* Commands: whether it had to be taken; what came of it is noted. */
bool recount_veto(
    struct recount *k, const struct vote_command *c, bool is_taken);
bool recount_cancel(
    struct recount *k, const struct vote_command *c, bool is_taken);
bool recount_retry(
    struct recount *k, const struct vote_command *c, bool is_taken);

/* Events of the daemon's own commands. These two take theirs themselves. */
void recount_ended(struct recount *k, const Stoa__Governance__ProposalEnded *e);
void recount_execution_started(
    struct recount *k, const Stoa__Governance__ExecutionStarted *e);
void recount_closed(struct recount *k, const Stoa__Governance__VotingClosed *e);
void recount_reveal_started(
    struct recount *k, const Stoa__Governance__RevealStarted *e);
void recount_action_executed(
    struct recount *k, const Stoa__Governance__ActionExecuted *e);
void recount_deposit_recorded(
    struct recount *k, const Stoa__Governance__DepositRecorded *e);
void recount_deposit_settled(
    struct recount *k, const Stoa__Governance__DepositSettled *e);

#endif
