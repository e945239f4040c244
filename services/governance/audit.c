/* audit.c - see audit.h. */
#include "governance/audit.h"

#include "governance/state.h"

/* A command told from what it came to. */
struct told {
	const char *method; /* NULL: not told */
	union {
		ProtobufCMessage base;
		Stoa__Governance__FoundRequest found;
		Stoa__Governance__ProposeRequest propose;
		Stoa__Governance__EditRequest edit;
		Stoa__Governance__SponsorRequest sponsor;
		Stoa__Governance__CancelRequest cancel;
		Stoa__Governance__VoteRequest vote;
		Stoa__Governance__RevealRequest reveal;
		Stoa__Governance__DelegateRequest delegate;
		Stoa__Governance__UndelegateRequest undelegate;
		Stoa__Governance__VetoRequest veto;
		Stoa__Governance__RetryRequest retry;
		Stoa__Governance__DiscussRequest discuss;
		Stoa__Governance__RecordDepositRequest deposit;
		Stoa__Governance__RecordElectorsRequest electors;
		Stoa__Governance__OpenRequest open;
		Stoa__Governance__AdvanceRequest advance;
		Stoa__Governance__RecordExecutedRequest executed;
		Stoa__Governance__RecordDepositSettledRequest settled;
		Stoa__Governance__RecordToldRequest told;
	} request;
	Stoa__Governance__ActorFacts facts;
};

/* Options that were filled in are left out again. */
static bool
is_binary(char **options, size_t count, int32_t reject)
{
	return count == 2 && reject == 1 && strcmp(options[0], "for") == 0 &&
	       strcmp(options[1], "against") == 0;
}

static void
tell_draft(struct told *t, const Stoa__Governance__ProposalDrafted *e)
{
	Stoa__Governance__ProposeRequest *r = &t->request.propose;

	t->method = "Propose";
	stoa__governance__propose_request__init(r);
	r->type = e->type;
	r->title = e->title;
	r->description = e->description;
	if (!is_binary(e->options, e->n_options, e->reject)) {
		r->options = e->options;
		r->n_options = e->n_options;
		r->has_none = e->reject >= 0;
	}
	r->actions = e->actions;
	r->n_actions = e->n_actions;
	r->reply = e->reply;
	r->link = e->link;
	r->is_draft = e->is_draft;
	r->facts = &t->facts;
}

static void
tell_edit(struct told *t, const Stoa__Governance__ProposalEdited *e)
{
	Stoa__Governance__EditRequest *r = &t->request.edit;

	t->method = "Edit";
	stoa__governance__edit_request__init(r);
	r->proposal = e->proposal;
	r->title = e->title;
	r->description = e->description;
	if (!is_binary(e->options, e->n_options, e->reject)) {
		r->options = e->options;
		r->n_options = e->n_options;
		r->has_none = e->reject >= 0;
	}
	r->actions = e->actions;
	r->n_actions = e->n_actions;
	r->is_draft = e->is_draft;
}

static void
tell_ballot(struct told *t, const Stoa__Governance__Event *e)
{
	Stoa__Governance__VoteRequest *v = &t->request.vote;
	Stoa__Governance__RevealRequest *r = &t->request.reveal;

	if (e->kind_case == EVENT_KIND(BALLOT_REVEALED)) {
		t->method = "Reveal";
		stoa__governance__reveal_request__init(r);
		r->proposal = e->ballot_revealed->proposal;
		r->ballot = e->ballot_revealed->ballot;
		r->salt = e->ballot_revealed->salt;
		return;
	}
	t->method = "Vote";
	stoa__governance__vote_request__init(v);
	if (e->kind_case == EVENT_KIND(VOTE_CAST)) {
		v->proposal = e->vote_cast->proposal;
		v->ballot = e->vote_cast->ballot;
		v->reason = e->vote_cast->reason;
	} else {
		v->proposal = e->ballot_committed->proposal;
		v->commitment = e->ballot_committed->commitment;
	}
}

static void
tell_delegation(struct told *t, const Stoa__Governance__Delegated *e)
{
	if (e->to[0] == '\0') {
		t->method = "Undelegate";
		stoa__governance__undelegate_request__init(
		    &t->request.undelegate);
		t->request.undelegate.type = e->type;
		return;
	}
	t->method = "Delegate";
	stoa__governance__delegate_request__init(&t->request.delegate);
	t->request.delegate.to = e->to;
	t->request.delegate.type = e->type;
	t->request.delegate.facts = &t->facts;
	t->request.delegate.to_facts = &t->facts;
}

static void
tell_end(
    struct told *t, const Stoa__Governance__ProposalEnded *e, bool is_daemon)
{
	if (e->state == STATE(VETOED)) {
		t->method = "Veto";
		stoa__governance__veto_request__init(&t->request.veto);
		t->request.veto.proposal = e->proposal;
		t->request.veto.reason = e->reason;
		t->request.veto.facts = &t->facts;
	} else if (e->state == STATE(EXPIRED)) {
		t->method = "Advance";
		stoa__governance__advance_request__init(&t->request.advance);
	} else if (!is_daemon) {
		t->method = "Cancel";
		stoa__governance__cancel_request__init(&t->request.cancel);
		t->request.cancel.proposal = e->proposal;
	}
}

static void
tell_execution(struct told *t, const Stoa__Governance__ActionExecuted *e)
{
	Stoa__Governance__RecordExecutedRequest *r = &t->request.executed;

	t->method = "RecordExecuted";
	stoa__governance__record_executed_request__init(r);
	r->proposal = e->proposal;
	r->action = e->action;
	r->attempt = e->attempt;
	r->refusal = e->refusal;
	r->result = e->result;
}

static void
tell_start(struct told *t, const char *proposal, bool is_daemon)
{
	if (is_daemon) {
		t->method = "Advance";
		stoa__governance__advance_request__init(&t->request.advance);
		return;
	}
	t->method = "Retry";
	stoa__governance__retry_request__init(&t->request.retry);
	t->request.retry.proposal = (char *)(uintptr_t)proposal;
	t->request.retry.facts = &t->facts;
}

static void
tell_daemon(struct told *t, const Stoa__Governance__Event *e)
{
	switch ((int)e->kind_case) {
	case EVENT_KIND(DEPOSIT_RECORDED):
		t->method = "RecordDeposit";
		stoa__governance__record_deposit_request__init(
		    &t->request.deposit);
		t->request.deposit.proposal = e->deposit_recorded->proposal;
		t->request.deposit.hold = e->deposit_recorded->hold;
		break;
	case EVENT_KIND(DEPOSIT_SETTLED):
		t->method = "RecordDepositSettled";
		stoa__governance__record_deposit_settled_request__init(
		    &t->request.settled);
		t->request.settled.proposal = e->deposit_settled->proposal;
		break;
	case EVENT_KIND(ELECTORS_RECORDED):
		t->method = "RecordElectors";
		stoa__governance__record_electors_request__init(
		    &t->request.electors);
		t->request.electors.from = e->electors_recorded->from;
		t->request.electors.to = e->electors_recorded->to;
		t->request.electors.electors = e->electors_recorded->electors;
		t->request.electors.n_electors =
		    e->electors_recorded->n_electors;
		break;
	case EVENT_KIND(VOTING_OPENED):
		t->method = "Open";
		stoa__governance__open_request__init(&t->request.open);
		t->request.open.proposal = e->voting_opened->proposal;
		t->request.open.version = e->voting_opened->version;
		break;
	case EVENT_KIND(TOLD):
		t->method = "RecordTold";
		stoa__governance__record_told_request__init(&t->request.told);
		t->request.told.proposal = e->told->proposal;
		t->request.told.state = e->told->state;
		t->request.told.reminder = e->told->reminder;
		break;
	case EVENT_KIND(PROPOSAL_SUBMITTED):
	case EVENT_KIND(REVEAL_STARTED):
	case EVENT_KIND(VOTING_CLOSED):
		t->method = "Advance";
		stoa__governance__advance_request__init(&t->request.advance);
		break;
	}
}

static void
tell(struct told *t, const Stoa__Governance__Event *e, bool is_daemon)
{
	switch ((int)e->kind_case) {
	case EVENT_KIND(FOUNDED):
		t->method = "Found";
		stoa__governance__found_request__init(&t->request.found);
		t->request.found.charter = e->founded->charter;
		t->request.found.rules = e->founded->rules;
		t->request.found.n_rules = e->founded->n_rules;
		break;
	case EVENT_KIND(PROPOSAL_DRAFTED):
		tell_draft(t, e->proposal_drafted);
		break;
	case EVENT_KIND(PROPOSAL_EDITED):
		tell_edit(t, e->proposal_edited);
		break;
	case EVENT_KIND(PROPOSAL_SPONSORED):
		t->method = "Sponsor";
		stoa__governance__sponsor_request__init(&t->request.sponsor);
		t->request.sponsor.proposal = e->proposal_sponsored->proposal;
		t->request.sponsor.facts = &t->facts;
		break;
	case EVENT_KIND(DISCUSSED):
		t->method = "Discuss";
		stoa__governance__discuss_request__init(&t->request.discuss);
		t->request.discuss.proposal = e->discussed->proposal;
		t->request.discuss.link = e->discussed->link;
		break;
	case EVENT_KIND(VOTE_CAST):
	case EVENT_KIND(BALLOT_COMMITTED):
	case EVENT_KIND(BALLOT_REVEALED):
		tell_ballot(t, e);
		break;
	case EVENT_KIND(DELEGATED):
		tell_delegation(t, e->delegated);
		break;
	case EVENT_KIND(PROPOSAL_ENDED):
		tell_end(t, e->proposal_ended, is_daemon);
		break;
	case EVENT_KIND(EXECUTION_STARTED):
		tell_start(t, e->execution_started->proposal, is_daemon);
		break;
	case EVENT_KIND(ACTION_EXECUTED):
		tell_execution(t, e->action_executed);
		break;
	default:
		tell_daemon(t, e);
		break;
	}
}

/* ---- decided again ---- */

static bool
are_equal(const struct stoa_decision *d, const Stoa__Journal__Entry *entry)
{
	if (d->event_count != entry->n_events) {
		return false;
	}
	for (size_t i = 0; i < d->event_count; i++) {
		if (d->events[i].len != entry->events[i].len ||
		    memcmp(d->events[i].data, entry->events[i].data,
			d->events[i].len) != 0) {
			return false;
		}
	}
	return true;
}

/* The one entry that is not decided from a request alone: an end that another
 * daemon's answer brought about. */
static const char *
unexplained(const struct governance *s, const Stoa__Governance__Event *e,
    bool is_daemon)
{
	const struct proposal *p;

	if (e->kind_case != EVENT_KIND(PROPOSAL_ENDED) || !is_daemon) {
		return "an event that no command brings about";
	}
	p = governance_get(s, stoa_str_of(e->proposal_ended->proposal));
	return p != NULL && p->state == STATE(OPENING) &&
		       e->proposal_ended->state == STATE(CANCELLED)
		   ? NULL
		   : "a proposal that was ended without a reason";
}

const char *
governance_audit(const struct governance *s, struct stoa_str community,
    const Stoa__Journal__Entry *entry, struct stoa_arena *arena)
{
	struct stoa_decision d = {
	    .arena = arena, .reasons = governance_core.reasons};
	struct stoa_command c = {
	    .community = community,
	    .actor = stoa_str_of(entry->actor),
	    .id = stoa_str_of(entry->command_id),
	    .now = {entry->time_us},
	};
	const Stoa__Governance__Event *first;
	struct told t = {.method = NULL};
	bool is_daemon = strcmp(entry->actor, "@governance") == 0;

	if (entry->n_events == 0) {
		return NULL; /* refused, or done already: nothing changed */
	}
	first = stoa_unpack(arena, governance_core.event,
	    stoa_str_of_bytes(entry->events[0].data, entry->events[0].len));
	if (first == NULL || entry->refusal != NULL) {
		return "an entry that cannot be read";
	}
	stoa__governance__actor_facts__init(&t.facts);
	t.facts.role = STOA__ACCOUNTS__ROLE__OWNER;
	tell(&t, first, is_daemon);
	if (t.method == NULL) {
		return unexplained(s, first, is_daemon);
	}
	c.method = protobuf_c_service_descriptor_get_method_by_name(
	    governance_core.service, t.method);
	c.request = &t.request.base;
	governance_core.decide(s, &c, &d);
	if (d.refusal != NULL) {
		return "a command that was not allowed";
	}
	return are_equal(&d, entry) ? NULL
				    : "a command that came to something else";
}
