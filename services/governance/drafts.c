/* drafts.c - proposals before the vote: made, edited, sponsored, submitted. */
#include "base/id.h"
#include "governance/state.h"

#include <stdlib.h>

/* What is checked alike when a proposal is made and when it is edited. */
struct content {
	char *title;
	char *description;
	char **options;
	size_t option_count;
	bool has_none;
	Stoa__Governance__Action **actions;
	size_t action_count;
	int32_t reject; /* filled in */
};

/* ---- checks ---- */

static bool
options_fill(struct content *in, struct stoa_decision *d)
{
	static char *binary[] = {
	    (char *)(uintptr_t) "for", (char *)(uintptr_t) "against"};

	if (in->option_count == 0) {
		in->options = binary;
		in->option_count = 2;
		in->reject = 1;
		return true;
	}
	in->reject = in->has_none ? (int32_t)in->option_count - 1 : -1;
	if (in->option_count < 2 || in->option_count > TALLY_OPTIONS_MAX) {
		REFUSE(d, options_not_valid, "2 or more options are needed",
		    stoa_decide_number(d, TALLY_OPTIONS_MAX));
		return false;
	}
	for (size_t i = 0; i < in->option_count; i++) {
		if (!stoa_text_is_line(
			in->options[i], 1, GOVERNANCE_OPTION_MAX)) {
			REFUSE(d, options_not_valid, "an option's length",
			    stoa_decide_number(d, GOVERNANCE_OPTION_MAX));
			return false;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(in->options[i], in->options[k]) == 0) {
				REFUSE(d, options_not_valid,
				    "an option stands there twice",
				    in->options[i]);
				return false;
			}
		}
	}
	return true;
}

static bool
content_check(const struct governance *s, const Stoa__Governance__Rule *rule,
    struct content *in, struct stoa_decision *d)
{
	if (!stoa_text_is_line(in->title, 1, GOVERNANCE_TITLE_MAX)) {
		REFUSE(d, text_not_valid, "title",
		    stoa_decide_number(d, GOVERNANCE_TITLE_MAX));
		return false;
	}
	if (!stoa_text_has_lines(in->description, GOVERNANCE_DESCRIPTION_MAX)) {
		REFUSE(d, text_not_valid, "description",
		    stoa_decide_number(d, GOVERNANCE_DESCRIPTION_MAX));
		return false;
	}
	/* Only one who may say no can object. */
	if (rule->objection_bp != 0 && in->option_count != 0) {
		REFUSE(d, options_not_valid,
		    "an optimistic proposal has none of its own", "0");
		return false;
	}
	if (!options_fill(in, d)) {
		return false;
	}
	if (in->action_count > GOVERNANCE_ACTIONS_MAX) {
		REFUSE(d, too_many, "actions",
		    stoa_decide_number(d, GOVERNANCE_ACTIONS_MAX));
		return false;
	}
	for (size_t i = 0; i < in->action_count; i++) {
		if (!action_check(s, in->actions[i], in->option_count,
			in->reject, rule, d)) {
			return false;
		}
	}
	return true;
}

/* ---- submitting ---- */

static bool
is_ready(const Stoa__Governance__Rule *rule, unsigned sponsor_count,
    int64_t proposed_us, bool is_draft, struct stoa_wall now)
{
	return !is_draft && rule != NULL && sponsor_count >= rule->sponsors &&
	       now.us >= proposed_us + rule->review_us;
}

static void
event_submitted(struct stoa_decision *d, const char *id)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalSubmitted submitted =
	    STOA__GOVERNANCE__PROPOSAL_SUBMITTED__INIT;

	submitted.proposal = (char *)(uintptr_t)id;
	event.kind_case = EVENT_KIND(PROPOSAL_SUBMITTED);
	event.proposal_submitted = &submitted;
	stoa_decide_event(d, &event.base);
}

int64_t
draft_due_us(const struct governance *s, const struct proposal *p)
{
	const Stoa__Governance__Rule *rule = rule_of(s, p);
	int64_t ends_us = p->proposed_us + s->charter->draft_us;

	if (!p->said->is_draft && rule != NULL &&
	    p->sponsor_count >= rule->sponsors &&
	    p->proposed_us + rule->review_us < ends_us) {
		return p->proposed_us + rule->review_us;
	}
	return ends_us;
}

void
drafts_decide_due(const struct governance *s, const struct proposal *p,
    struct stoa_wall now, struct stoa_decision *d)
{
	if (is_ready(rule_of(s, p), p->sponsor_count, p->proposed_us,
		p->said->is_draft, now)) {
		event_submitted(d, p->id.data);
	} else {
		event_ended(
		    d, p, STATE(EXPIRED), "it was not brought to a vote");
	}
}

/* ---- decide ---- */

static bool
may_propose(const Stoa__Governance__Rule *rule,
    const Stoa__Governance__ActorFacts *facts, struct stoa_decision *d)
{
	Stoa__Accounts__Role least =
	    rule->propose_role < STOA__ACCOUNTS__ROLE__MEMBER
		? STOA__ACCOUNTS__ROLE__MEMBER
		: rule->propose_role;
	const ProtobufCEnumValue *name = protobuf_c_enum_descriptor_get_value(
	    &stoa__accounts__role__descriptor, (int)least);

	if (facts == NULL || facts->role < least) {
		REFUSE(d, not_permitted, name->name);
		return false;
	}
	return true;
}

static void
event_drafted(struct stoa_decision *d, const struct stoa_command *c,
    const Stoa__Governance__ProposeRequest *in, const struct content *content,
    const char *id)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalDrafted e =
	    STOA__GOVERNANCE__PROPOSAL_DRAFTED__INIT;

	(void)c;
	e.proposal = (char *)(uintptr_t)id;
	e.type = in->type;
	e.title = in->title;
	e.description = in->description;
	e.options = content->options;
	e.n_options = content->option_count;
	e.reject = content->reject;
	e.actions = in->actions;
	e.n_actions = in->n_actions;
	e.reply = in->reply;
	e.link = in->link;
	e.is_draft = in->is_draft;
	event.kind_case = EVENT_KIND(PROPOSAL_DRAFTED);
	event.proposal_drafted = &e;
	stoa_decide_event(d, &event.base);
}

void
drafts_decide_propose(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__ProposeRequest *in =
	    (const Stoa__Governance__ProposeRequest *)c->request;
	const Stoa__Governance__Rule *rule = rule_get(s, in->type);
	struct content content = {in->title, in->description, in->options,
	    in->n_options, in->has_none, in->actions, in->n_actions, 0};
	struct stoa_id id =
	    stoa_id_derive('p', c->community, c->actor, c->id, 0);

	if (rule == NULL) {
		refuse_no_type(s, in->type, d);
		return;
	}
	if (!may_propose(rule, in->facts, d) ||
	    !content_check(s, rule, &content, d)) {
		return;
	}
	if (!stoa_text_is_line(in->link, 0, GOVERNANCE_LINK_MAX)) {
		REFUSE(d, text_not_valid, "link",
		    stoa_decide_number(d, GOVERNANCE_LINK_MAX));
		return;
	}
	if (strlen(in->reply) > GOVERNANCE_REPLY_MAX) {
		REFUSE(d, text_not_valid, "reply",
		    stoa_decide_number(d, GOVERNANCE_REPLY_MAX));
		return;
	}
	if (s->open.count >= GOVERNANCE_OPEN_MAX) {
		REFUSE(d, too_many, "proposals that are not over",
		    stoa_decide_number(d, GOVERNANCE_OPEN_MAX));
		return;
	}
	if (s->proposals.count >= GOVERNANCE_PROPOSALS_MAX) {
		REFUSE(d, too_many, "proposals",
		    stoa_decide_number(d, GOVERNANCE_PROPOSALS_MAX));
		return;
	}
	event_drafted(d, c, in, &content, id.text);
	if (is_ready(rule, 0, c->now.us, in->is_draft, c->now)) {
		event_submitted(d, id.text);
	}
}

/* An edit before the vote takes back what others signed: their support was
 * for another text. */
void
drafts_decide_edit(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__EditRequest *in =
	    (const Stoa__Governance__EditRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalEdited e =
	    STOA__GOVERNANCE__PROPOSAL_EDITED__INIT;
	struct content content = {in->title, in->description, in->options,
	    in->n_options, in->has_none, in->actions, in->n_actions, 0};
	const Stoa__Governance__Rule *rule;

	if (p == NULL) {
		return;
	}
	rule = rule_of(s, p);
	if (!is_actor(s, p, c)) {
		REFUSE(d, not_permitted, "to have proposed it");
		return;
	}
	if (p->state != STATE(DRAFT)) {
		refuse_state(p, "DRAFT", d);
		return;
	}
	if (rule == NULL) {
		refuse_no_type(s, p->said->type, d);
		return;
	}
	if (!content_check(s, rule, &content, d)) {
		return;
	}
	e.proposal = (char *)(uintptr_t)p->id.data;
	e.title = in->title;
	e.description = in->description;
	e.options = content.options;
	e.n_options = content.option_count;
	e.reject = content.reject;
	e.actions = in->actions;
	e.n_actions = in->n_actions;
	e.is_draft = in->is_draft;
	event.kind_case = EVENT_KIND(PROPOSAL_EDITED);
	event.proposal_edited = &e;
	stoa_decide_event(d, &event.base);
	if (is_ready(rule, 0, p->proposed_us, in->is_draft, c->now)) {
		event_submitted(d, p->id.data);
	}
}

void
drafts_decide_sponsor(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__SponsorRequest *in =
	    (const Stoa__Governance__SponsorRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalSponsored e =
	    STOA__GOVERNANCE__PROPOSAL_SPONSORED__INIT;

	if (p == NULL) {
		return;
	}
	if (p->state != STATE(DRAFT)) {
		refuse_state(p, "DRAFT", d);
		return;
	}
	if (is_actor(s, p, c)) {
		REFUSE(d, own_proposal, p->id.data);
		return;
	}
	if (in->facts == NULL ||
	    in->facts->role < STOA__ACCOUNTS__ROLE__MEMBER) {
		REFUSE(d, not_permitted, "MEMBER");
		return;
	}
	for (unsigned i = 0; i < p->sponsor_count; i++) {
		if (stoa_str_is_equal(
			actor_now(s, c->actor), stoa_str_of(p->sponsors[i]))) {
			REFUSE(d, already_sponsored, p->id.data);
			return;
		}
	}
	if (p->sponsor_count == GOVERNANCE_SPONSORS_MAX) {
		REFUSE(d, too_many, "sponsors",
		    stoa_decide_number(d, GOVERNANCE_SPONSORS_MAX));
		return;
	}
	e.proposal = (char *)(uintptr_t)p->id.data;
	event.kind_case = EVENT_KIND(PROPOSAL_SPONSORED);
	event.proposal_sponsored = &e;
	stoa_decide_event(d, &event.base);
	if (is_ready(rule_of(s, p), p->sponsor_count + 1, p->proposed_us,
		p->said->is_draft, c->now)) {
		event_submitted(d, p->id.data);
	}
}

void
drafts_decide_cancel(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__CancelRequest *in =
	    (const Stoa__Governance__CancelRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);

	if (p == NULL) {
		return;
	}
	if (!is_actor(s, p, c)) {
		REFUSE(d, not_permitted, "to have proposed it");
		return;
	}
	if (p->state != STATE(DRAFT) && p->state != STATE(ACTIVE) &&
	    p->state != STATE(FAILED)) {
		refuse_state(p, "DRAFT, ACTIVE or FAILED", d);
		return;
	}
	/* Who sees it failing may not take it back from under the others. */
	if (p->state == STATE(ACTIVE) &&
	    p->ballots.count + p->commitments.count > 0) {
		REFUSE(d, not_permitted, "that nobody has voted yet");
		return;
	}
	event_ended(d, p, STATE(CANCELLED), "by who proposed it");
}

void
drafts_decide_discuss(const struct governance *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Governance__DiscussRequest *in =
	    (const Stoa__Governance__DiscussRequest *)c->request;
	const struct proposal *p = proposal_find(s, in->proposal, d);
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__Discussed e = STOA__GOVERNANCE__DISCUSSED__INIT;

	if (p == NULL) {
		return;
	}
	if (!is_actor(s, p, c) && !stoa_actor_is(c, "bot")) {
		REFUSE(d, not_permitted, "to have proposed it");
		return;
	}
	if (!stoa_text_is_line(in->link, 1, GOVERNANCE_LINK_MAX)) {
		REFUSE(d, text_not_valid, "link",
		    stoa_decide_number(d, GOVERNANCE_LINK_MAX));
		return;
	}
	e.proposal = (char *)(uintptr_t)p->id.data;
	e.link = in->link;
	event.kind_case = EVENT_KIND(DISCUSSED);
	event.discussed = &e;
	stoa_decide_event(d, &event.base);
}

/* ---- apply ---- */

void
drafts_apply_drafted(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__ProposalDrafted *e)
{
	struct proposal *p =
	    proposal_add(s, stoa_str_of(e->proposal), stoa_keep(&e->base));

	p->member = stoa_text_of(actor_now(s, fact->actor));
	p->link = stoa_text_dup(e->link);
	p->proposed_us = fact->time.us;
	p->state = STATE(DRAFT);
	due_refresh(s);
}

void
drafts_apply_edited(
    struct governance *s, const Stoa__Governance__ProposalEdited *e)
{
	struct proposal *p = proposal_must(s, e->proposal);
	Stoa__Governance__ProposalDrafted said = *p->said;
	void *before = p->said;

	said.title = e->title;
	said.description = e->description;
	said.options = e->options;
	said.n_options = e->n_options;
	said.reject = e->reject;
	said.actions = e->actions;
	said.n_actions = e->n_actions;
	said.is_draft = e->is_draft;
	p->said = stoa_keep(&said.base);
	stoa_keep_free(before);
	while (p->sponsor_count > 0) {
		free(p->sponsors[--p->sponsor_count]);
	}
	due_refresh(s);
}

void
drafts_apply_sponsored(struct governance *s, const struct stoa_fact *fact,
    const Stoa__Governance__ProposalSponsored *e)
{
	struct proposal *p = proposal_must(s, e->proposal);

	stoa_assert(p->sponsor_count < GOVERNANCE_SPONSORS_MAX);
	p->sponsors[p->sponsor_count++] =
	    stoa_text_of(actor_now(s, fact->actor));
	due_refresh(s);
}

void
drafts_apply_submitted(
    struct governance *s, const Stoa__Governance__ProposalSubmitted *e)
{
	struct proposal *p = proposal_must(s, e->proposal);
	const Stoa__Governance__Rule *rule = rule_of(s, p);

	p->deposit_micro = rule == NULL ? 0 : rule->deposit_micro;
	p->is_deposit_known = p->deposit_micro == 0;
	proposal_state_set(s, p, STATE(OPENING));
}

void
drafts_apply_discussed(
    struct governance *s, const Stoa__Governance__Discussed *e)
{
	stoa_text_set(&proposal_must(s, e->proposal)->link, e->link);
}
