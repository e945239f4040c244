/* vote.h - a community that decides, under faults: what the parts of
 * sim_governance share.
 *
 * Members' commands are made beforehand, from the seed; what became of them is
 * read from the journals afterwards and counted again from nothing. */
#ifndef STOA_TESTS_SIM_VOTE_H
#define STOA_TESTS_SIM_VOTE_H

#include "accounts/accounts.h"
#include "governance/governance.h"
#include "tests/prop/model.h"
#include "tests/sim/bus.h"

#define VOTE_PEOPLE	   6 /* who join; one more stays outside */
#define VOTE_PROPOSALS_MAX 10
#define VOTE_ACTIONS_MAX   3
#define VOTE_COMMANDS_MAX  300
#define VOTE_DEEDS_MAX	   128
#define VOTE_TRANSFERS	   8
#define VOTE_JOB	   "j_aaaaaaaaaa" /* what training says it made */
#define VOTE_GRANTED_MICRO                                 \
	INT64_C(40000000) /* what the treasury begins with \
			   */

extern const char vote_community[];
extern char vote_people[VOTE_PEOPLE + 1][16];
extern const char *const vote_types[TYPES + 1]; /* as in model.h, from 1 */

struct vote_run;

/* A member's command: sent until it is answered, and at times once more. */
struct vote_command {
	struct vote_run *run;
	char id[16];
	int person;
	const ProtobufCMethodDescriptor *method;
	const ProtobufCMessage *request; /* in the run's arena */
	struct stoa_hash outcome;
	bool is_answered;
};

/* Between members: the electorate changes while votes are opened. */
struct vote_transfer {
	struct vote_run *run;
	char id[16];
	int from, to;
	int64_t amount_micro;
};

/* What an owner outside was asked to do: done once, however often asked. */
struct vote_deed {
	char id[96];
	struct stoa_hash request;
	bool is_refused;
	int count;
};

/* What the recount finds of one proposal, beside its motion in the model. */
struct vote_matter {
	const Stoa__Governance__ProposeRequest *said;
	int64_t proposed_us, deposit_micro;
	char hold[16]; /* "": none */
	bool is_hold_known, is_settled;
	unsigned sponsors; /* a bit for each person */
	bool is_expired;
	int decided; /* the option that won; -1: none */
	bool is_done[VOTE_ACTIONS_MAX];
	char result[VOTE_ACTIONS_MAX][16];
	struct stoa_hash sealed[MEMBERS];
};

struct vote_run {
	struct world world;
	struct world_domain *accounts, *governance;
	struct stoa_bus desks[WORLD_NODES_MAX]; /* ask for facts, never die */
	struct stoa_arena arena;
	int steps; /* of the opening that are done */
	Stoa__Governance__FoundRequest *founding;
	const char *proposals[VOTE_PROPOSALS_MAX]; /* as they will be called */
	int proposal_count;
	struct vote_command commands[VOTE_COMMANDS_MAX];
	int64_t command_at_us[VOTE_COMMANDS_MAX];
	int command_count, answered_count;
	struct vote_transfer transfers[VOTE_TRANSFERS];
	bool is_owner_away;
	struct vote_deed deeds[VOTE_DEEDS_MAX];
	int deed_count;
	uint64_t notices[VOTE_PROPOSALS_MAX]; /* a bit for each state told */
	uint64_t crashes, tails, jumps, votes, closed, executed;
};

/* vote_people.c: what is founded, and what members are going to do. */
void vote_founding_make(struct vote_run *r);
void vote_commands_make(struct vote_run *r);
struct stoa_hash vote_commitment(const char *proposal, const char *member,
    const Stoa__Governance__Ballot *ballot, struct stoa_arena *arena);
extern const uint8_t vote_salt[STOA_HASH_SIZE];

/* vote_owner.c: training and the marketplace, which may be away. */
extern const struct bus_outside vote_outside;

/* vote_recount.c: counts again from the journal of governance. Then the model
 * and the matters (as many as it has motions) say what must be. */
void vote_recount(struct vote_run *r, struct model *ret_model,
    struct vote_matter *ret_matters);

/* vote_effects.c: what was decided has happened, once, and nothing else. */
void vote_effects(struct vote_run *r, const struct model *m,
    const struct vote_matter *matters);

#endif
