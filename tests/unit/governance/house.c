/* house.c - see house.h. */
#include "house.h"

#include "governance/audit.h"

char *const house_members[HOUSE_MEMBERS] = {(char *)(uintptr_t) "u_aaaaaaaaaa",
    (char *)(uintptr_t) "u_bbbbbbbbbb", (char *)(uintptr_t) "u_cccccccccc",
    (char *)(uintptr_t) "u_dddddddddd", (char *)(uintptr_t) "u_eeeeeeeeee"};

static Stoa__Governance__ActorFacts facts[HOUSE_MEMBERS];

/* Function pointers of other types are not cast. */
static const char *
audit(const void *state, struct stoa_str community,
    const Stoa__Journal__Entry *entry, struct stoa_arena *arena)
{
	return governance_audit(state, community, entry, arena);
}

void
house_open(struct play *p, void (*change)(Stoa__Governance__FoundRequest *))
{
	Stoa__Governance__FoundRequest found;

	play_begin(p, &governance_core, "c_aaaaaaaaaa");
	p->audit = audit;
	governance_defaults(&p->arena, &found);
	found.charter->guardian_until_us = p->now_us + 365 * DAY_US;
	if (change != NULL) {
		change(&found);
	}
	assert_true(play(p, "@governance", "Found", &found.base));
	for (unsigned i = 0; i < HOUSE_MEMBERS; i++) {
		stoa__governance__actor_facts__init(&facts[i]);
		facts[i].role = i == 0 ? STOA__ACCOUNTS__ROLE__OWNER
				       : STOA__ACCOUNTS__ROLE__MEMBER;
	}
}

void
house_electors(struct play *p)
{
	Stoa__Governance__RecordElectorsRequest in =
	    STOA__GOVERNANCE__RECORD_ELECTORS_REQUEST__INIT;
	Stoa__Accounts__Elector all[HOUSE_MEMBERS];
	Stoa__Accounts__Elector *list[HOUSE_MEMBERS];

	for (unsigned i = 0; i < HOUSE_MEMBERS; i++) {
		stoa__accounts__elector__init(&all[i]);
		all[i].member = house_members[i];
		all[i].role = facts[i].role;
		all[i].joined_us = p->now_us - DAY_US;
		all[i].stake = 10 * (i + 1);
		list[i] = &all[i];
	}
	in.from = governance_version(p->state);
	in.to = in.from + HOUSE_MEMBERS;
	in.electors = list;
	in.n_electors = HOUSE_MEMBERS;
	assert_true(play(p, "@governance", "RecordElectors", &in.base));
}

static const char *
newest(struct play *p)
{
	Stoa__Governance__ProposalsQuery in =
	    STOA__GOVERNANCE__PROPOSALS_QUERY__INIT;
	Stoa__Governance__ProposalsReply out =
	    STOA__GOVERNANCE__PROPOSALS_REPLY__INIT;

	in.limit = 1;
	assert_int_equal(
	    governance_query_proposals(p->state, &in, &p->arena, &out),
	    STOA_OK);
	assert_int_equal(out.n_proposals, 1);
	return out.proposals[0]->id;
}

const char *
house_vote_open(struct play *p, const char *type, char **options,
    size_t option_count, Stoa__Governance__Action *action)
{
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	Stoa__Governance__SponsorRequest sponsor =
	    STOA__GOVERNANCE__SPONSOR_REQUEST__INIT;
	Stoa__Governance__OpenRequest open =
	    STOA__GOVERNANCE__OPEN_REQUEST__INIT;

	in.type = (char *)(uintptr_t)type;
	in.title = (char *)(uintptr_t) "A proposal";
	in.options = options;
	in.n_options = option_count;
	in.facts = &facts[0];
	if (action != NULL) {
		in.actions = &action;
		in.n_actions = 1;
	}
	assert_true(play(p, house_members[0], "Propose", &in.base));
	sponsor.proposal = open.proposal = (char *)(uintptr_t)newest(p);
	sponsor.facts = &facts[1];
	if (house_look(p, sponsor.proposal)->state ==
	    STOA__GOVERNANCE__STATE__DRAFT) {
		assert_true(
		    play(p, house_members[1], "Sponsor", &sponsor.base));
	}
	open.version = governance_version(p->state);
	assert_true(play(p, "@governance", "Open", &open.base));
	return open.proposal;
}

bool
house_cast(struct play *p, unsigned member, const char *proposal,
    const uint32_t *options, size_t option_count, const uint32_t *amounts)
{
	Stoa__Governance__VoteRequest in = STOA__GOVERNANCE__VOTE_REQUEST__INIT;
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;

	in.proposal = (char *)(uintptr_t)proposal;
	in.ballot = &ballot;
	ballot.options = (uint32_t *)(uintptr_t)options;
	ballot.n_options = option_count;
	ballot.amounts = (uint32_t *)(uintptr_t)amounts;
	ballot.n_amounts = amounts == NULL ? 0 : option_count;
	ballot.is_abstention = option_count == 0;
	return play(p, house_members[member], "Vote", &in.base);
}

bool
house_choose(
    struct play *p, unsigned member, const char *proposal, uint32_t option)
{
	return house_cast(p, member, proposal, &option, 1, NULL);
}

bool
house_delegate(struct play *p, unsigned from, unsigned to, const char *type)
{
	Stoa__Governance__DelegateRequest in =
	    STOA__GOVERNANCE__DELEGATE_REQUEST__INIT;

	in.to = house_members[to];
	in.type = (char *)(uintptr_t)type;
	in.facts = &facts[from];
	in.to_facts = &facts[to];
	return play(p, house_members[from], "Delegate", &in.base);
}

bool
house_advance(struct play *p, int64_t us)
{
	Stoa__Governance__AdvanceRequest in =
	    STOA__GOVERNANCE__ADVANCE_REQUEST__INIT;

	p->now_us += us;
	return play(p, "@governance", "Advance", &in.base);
}

bool
house_executed(struct play *p, const char *proposal, uint32_t action,
    uint32_t attempt, bool is_refused)
{
	Stoa__Governance__RecordExecutedRequest in =
	    STOA__GOVERNANCE__RECORD_EXECUTED_REQUEST__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;

	in.proposal = (char *)(uintptr_t)proposal;
	in.action = action;
	in.attempt = attempt;
	refusal.reason = (char *)(uintptr_t) "insufficient_funds";
	in.refusal = is_refused ? &refusal : NULL;
	in.result = (char *)(uintptr_t)(is_refused ? "" : "done");
	return play(p, "@governance", "RecordExecuted", &in.base);
}

Stoa__Governance__Proposal *
house_look(struct play *p, const char *proposal)
{
	Stoa__Governance__ProposalQuery in =
	    STOA__GOVERNANCE__PROPOSAL_QUERY__INIT;
	Stoa__Governance__ProposalReply out =
	    STOA__GOVERNANCE__PROPOSAL_REPLY__INIT;

	in.proposal = (char *)(uintptr_t)proposal;
	assert_int_equal(
	    governance_query_proposal(p->state, &in, &p->arena, &out), STOA_OK);
	return out.proposal;
}
