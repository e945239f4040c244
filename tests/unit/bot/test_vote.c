/* What the commands of a vote ask of governance and what their cards say. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"

#include "proto/governance.pb-c.h"

#define PROPOSAL "p_aaaaaaaaaa"
#define MODEL	 "m_7f2w5k3cqz"
#define OTHER	 "u_memberbbbb"

#define TEXT(text)   ((char *)(uintptr_t)(text))
#define FORM(NAME)   STOA__GOVERNANCE__FORM__##NAME
#define ACTION(KIND) STOA__GOVERNANCE__ACTION__KIND_##KIND
#define STATE(NAME)  STOA__GOVERNANCE__STATE__##NAME

static char *binary[] = {TEXT("for"), TEXT("against")};
static Stoa__Governance__Rule rule;
static Stoa__Governance__Proposal proposal;
static Stoa__Governance__ProposalReply proposal_reply;

static int
setup(void **state)
{
	stoa__governance__rule__init(&rule);
	stoa__governance__proposal__init(&proposal);
	stoa__governance__proposal_reply__init(&proposal_reply);
	rule.type = TEXT("MODEL_APPROVAL");
	rule.form = FORM(SINGLE);
	proposal.id = TEXT(PROPOSAL);
	proposal.number = 12;
	proposal.title = TEXT("Use intents");
	proposal.options = binary;
	proposal.n_options = 2;
	proposal.reject = 1;
	proposal.state = STATE(ACTIVE);
	proposal.rule = &rule;
	proposal.ends_us = INT64_C(1767268800000000) + 3600000000;
	proposal_reply.proposal = &proposal;
	*state = world_new(1);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void
rules_answer(struct world *w)
{
	Stoa__Governance__RulesReply in = STOA__GOVERNANCE__RULES_REPLY__INIT;
	Stoa__Governance__Rule *list[] = {&rule};

	in.rules = list;
	in.n_rules = 1;
	world_reply(w, world_expect(w, "Governance", "Rules"), &in.base);
}

static void
proposal_answer(struct world *w)
{
	world_reply(
	    w, world_expect(w, "Governance", "Proposal"), &proposal_reply.base);
}

static void
drafted_answer(struct world *w, struct world_call *call)
{
	Stoa__Governance__Event event = STOA__GOVERNANCE__EVENT__INIT;
	Stoa__Governance__ProposalDrafted e =
	    STOA__GOVERNANCE__PROPOSAL_DRAFTED__INIT;

	e.proposal = TEXT(PROPOSAL);
	event.kind_case = STOA__GOVERNANCE__EVENT__KIND_PROPOSAL_DRAFTED;
	event.proposal_drafted = &e;
	world_accept(w, call, 7, &event.base);
}

static void
ballot_answer(struct world *w, uint32_t credits_left)
{
	Stoa__Governance__BallotReply own =
	    STOA__GOVERNANCE__BALLOT_REPLY__INIT;

	own.is_eligible = true;
	own.credits_left = credits_left;
	world_reply(w, world_expect(w, "Governance", "Ballot"), &own.base);
}

/* ---- proposing ---- */

static void
test_propose_takes_the_line_everybody_types(void **state)
{
	struct world *w = *state;
	const Stoa__Governance__ProposeRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1",
	    "/propose title:\"New Feature\" description:\"...\" "
	    "type:FEATURE_REQUEST");
	world_resolve(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__MEMBER);
	call = world_expect(w, "Governance", "Propose");
	in = call->request;
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->command_id, "x1");
	assert_string_equal(in->type, "FEATURE_REQUEST");
	assert_string_equal(in->title, "New Feature");
	assert_string_equal(in->description, "...");
	assert_string_equal(in->reply, "console|" ADA "|x1");
	assert_int_equal(in->n_options, 0);
	assert_int_equal(in->n_actions, 0);
	drafted_answer(w, call);
	call = world_expect(w, "Governance", "Proposal");
	assert_int_equal(call->index_min, 7);
	world_reply(w, call, &proposal_reply.base);
	assert_int_equal(w->final->index, 7);
	assert_string_equal(w->final->title, "#12 Use intents: open for votes");
	assert_int_equal(w->final->n_buttons, 3);
	assert_string_equal(
	    w->final->buttons[0]->command, "/vote id:#12 choice:for");
}

static void
test_propose_finds_the_members_that_actions_name(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	const Stoa__Governance__ProposeRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1",
	    "/propose type:treasury title:t description:d "
	    "options:\"a | b | None of these\" "
	    "action:\"2: pay @" GRACE " 10; role " OTHER " trainer\"");
	world_meet(w);
	rules_answer(w);
	ids.member = TEXT("u_grace22222");
	world_reply(w, world_expect(w, "Accounts", "Resolve"), &ids.base);
	call = world_expect(w, "Governance", "Propose");
	in = call->request;
	assert_string_equal(in->type, "TREASURY");
	assert_int_equal(in->n_options, 3);
	assert_string_equal(in->options[1], "b");
	assert_true(in->has_none);
	assert_int_equal(in->n_actions, 2);
	assert_int_equal(in->actions[0]->option, 1);
	assert_string_equal(in->actions[0]->transfer->to, "u_grace22222");
	assert_string_equal(in->actions[1]->role->member, OTHER);
	world_refuse(w, call, "no_such_type", "TREASURY");
	assert_string_equal(w->final->problem->code, "no_such_type");
}

static void
test_propose_names_what_is_wrong_with_an_action(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1",
	    "/propose type:TREASURY title:t description:d action:\"pay\"");
	world_meet(w);
	rules_answer(w);
	world_expect_silence(w);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
	assert_string_equal(w->final->problem->code, "action_not_valid");
	assert_string_equal(w->final->problem->field, "action");
}

/* ---- voting ---- */

static void
test_vote_gives_a_receipt(void **state)
{
	struct world *w = *state;
	const Stoa__Governance__ProposalQuery *asked;
	const Stoa__Governance__VoteRequest *in;
	struct world_call *call;

	(void)world_say(
	    w, ADA, "x1", "/vote id:12 choice:against reason:\"too slow\"");
	world_meet(w);
	call = world_expect(w, "Governance", "Proposal");
	asked = call->request;
	assert_string_equal(asked->proposal, "#12");
	world_reply(w, call, &proposal_reply.base);
	ballot_answer(w, 0);
	call = world_expect(w, "Governance", "Vote");
	in = call->request;
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->command_id, "x1");
	assert_string_equal(in->proposal, PROPOSAL);
	assert_string_equal(in->reason, "too slow");
	assert_int_equal(in->ballot->n_options, 1);
	assert_int_equal(in->ballot->options[0], 1);
	world_accept(w, call, 42, NULL);
	assert_int_equal(w->final->index, 42);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_non_null(strstr(w->final->plain, "Receipt: record 42, entry 0"));
	assert_non_null(strstr(w->final->plain,
	    "stoa verify proposal " PROPOSAL " --receipt=42.0"));
}

static void
test_vote_tells_what_votes_cost(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	rule.form = FORM(QUADRATIC);
	(void)world_say(
	    w, ADA, "x1", "/vote id:#12 choice:\"for 7 against 3\"");
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 100);
	call = world_expect(w, "Governance", "Vote");
	world_accept(w, call, 42, NULL);
	assert_non_null(strstr(w->final->plain, "Cost: 58 voice credits"));
	assert_non_null(strstr(w->final->plain, "Credits before: 100"));
	assert_non_null(strstr(w->final->plain, "Credits left: 42"));
}

static void
test_vote_without_a_choice_asks_for_one(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	const Stoa__Chat__Form *form;

	rule.form = FORM(QUADRATIC);
	c.id = TEXT("x1");
	c.raw = TEXT("/vote #12");
	c.can_form = true;
	(void)world_deliver(w, ADA, &c, 1);
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 42);
	form = w->final->form;
	assert_non_null(form);
	assert_string_equal(form->command, "/vote id:#12");
	assert_string_equal(form->inputs[0]->option, "choice");
	assert_string_equal(
	    form->inputs[0]->label, "Votes (cost n times n; 42 credits)");
	world_expect_silence(w);
}

static char *colours[] = {TEXT("red"), TEXT("a, b"), TEXT("blue")};

/* Says it on Discord; gives the card. */
static const Stoa__Chat__Card *
say_on_discord(struct world *w, const char *id, const char *line,
    const char *token, const char *const *chosen)
{
	Stoa__Chat__Command c = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option options[4], *list[4];

	c.id = TEXT(id);
	c.raw = TEXT(line);
	c.token = TEXT(token);
	c.workspace = TEXT("290926798626357999");
	c.can_form = true;
	c.options = list;
	for (; chosen != NULL && chosen[c.n_options] != NULL; c.n_options++) {
		stoa__chat__option__init(&options[c.n_options]);
		options[c.n_options].name = TEXT("value");
		options[c.n_options].value_case =
		    STOA__CHAT__OPTION__VALUE_TEXT;
		options[c.n_options].text = TEXT(chosen[c.n_options]);
		list[c.n_options] = &options[c.n_options];
	}
	(void)world_deliver_discord(w, "100000000000000001", &c);
	return w->final;
}

static void
test_approval_is_chosen_from_a_list(void **state)
{
	static const char *const chosen[] = {"#3", "#2", NULL};
	struct world *w = *state;
	const Stoa__Governance__VoteRequest *in;
	const Stoa__Chat__Select *list;
	struct world_call *call;

	rule.form = FORM(APPROVAL);
	proposal.options = colours;
	proposal.n_options = 3;
	proposal.reject = -1;
	(void)say_on_discord(w, "x1", "/proposal 12", "", NULL);
	world_meet(w);
	proposal_answer(w);
	assert_int_equal(w->final->n_selects, 1);
	list = w->final->selects[0];
	assert_int_equal(list->count_max, 3);
	assert_string_equal(list->choices[1]->label, "a, b");
	assert_string_equal(list->choices[1]->value, "#2");
	(void)say_on_discord(w, "x2", "", list->token, chosen);
	proposal_answer(w);
	ballot_answer(w, 0);
	call = world_expect(w, "Governance", "Vote");
	in = call->request;
	assert_int_equal(in->ballot->n_options, 2);
	assert_int_equal(in->ballot->options[0], 2);
	assert_int_equal(in->ballot->options[1], 1);
	world_accept(w, call, 9, NULL);
	/* Nothing at all is to abstain. */
	(void)say_on_discord(w, "x3", "", list->token, NULL);
	proposal_answer(w);
	ballot_answer(w, 0);
	call = world_expect(w, "Governance", "Vote");
	in = call->request;
	assert_true(in->ballot->is_abstention);
	world_accept(w, call, 10, NULL);
}

static void
test_ranking_is_put_together_and_then_cast(void **state)
{
	static const char *const first[] = {"1 #3", NULL};
	static const char *const second[] = {"2 #1", NULL};
	struct world *w = *state;
	const Stoa__Governance__VoteRequest *in;
	struct world_call *call;

	rule.form = FORM(RANKED);
	proposal.options = colours;
	proposal.n_options = 3;
	(void)say_on_discord(w, "x1", "/vote 12", "", NULL);
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 0);
	assert_null(w->final->form);
	assert_false(w->final->is_update);
	assert_int_equal(w->final->n_selects, 3);
	assert_int_equal(w->final->n_buttons, 1); /* abstain */
	(void)say_on_discord(w, "x2", "", w->final->selects[0]->token, first);
	proposal_answer(w);
	ballot_answer(w, 0);
	world_expect_silence(w);
	assert_true(w->final->is_update);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_string_equal(w->final->selects[0]->value, "1 #3");
	assert_non_null(strstr(w->final->plain, "Not cast yet: blue"));
	(void)say_on_discord(w, "x3", "", w->final->selects[1]->token, second);
	proposal_answer(w);
	ballot_answer(w, 0);
	assert_non_null(strstr(w->final->plain, "Not cast yet: blue > red"));
	assert_string_equal(w->final->buttons[0]->label, "Cast this vote");
	(void)say_on_discord(w, "x4", "", w->final->buttons[0]->token, NULL);
	proposal_answer(w);
	ballot_answer(w, 0);
	call = world_expect(w, "Governance", "Vote");
	in = call->request;
	assert_int_equal(in->ballot->n_options, 2);
	assert_int_equal(in->ballot->options[0], 2);
	assert_int_equal(in->ballot->options[1], 0);
	world_accept(w, call, 9, NULL);
	/* Where it can only be typed, one line tells how. */
	(void)world_say(w, ADA, "x5", "/vote 12");
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 0);
	assert_int_equal(w->final->n_selects, 0);
	assert_non_null(strstr(w->final->plain, "choice:\"#2 > red\""));
}

static void
test_vote_refusal_is_put_into_words(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/vote id:#12 choice:for");
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 0);
	world_refuse(w, world_expect(w, "Governance", "Vote"), "not_eligible",
	    "more Joy");
	assert_string_equal(
	    w->final->text, "you may not vote on this: that needs more Joy.");
}

static void
test_unknown_proposal_is_named(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/why #99");
	world_meet(w);
	world_fail(
	    w, world_expect(w, "Governance", "Proposal"), STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_proposal");
	assert_string_equal(w->final->problem->given, "#99");
}

/* ---- the others ---- */

static void
test_delegate_names_who_and_where(void **state)
{
	struct world *w = *state;
	const Stoa__Governance__DelegateRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/delegate to:" OTHER " type:fine-tune");
	world_meet(w);
	call = world_expect(w, "Governance", "Delegate");
	in = call->request;
	assert_string_equal(in->to, OTHER);
	assert_string_equal(in->type, "FINE_TUNE");
	world_accept(w, call, 3, NULL);
	assert_non_null(
	    strstr(w->final->plain, "for you on FINE_TUNE proposals"));
	(void)world_say(w, ADA, "x2", "/undelegate");
	world_accept(w, world_expect(w, "Governance", "Undelegate"), 4, NULL);
	assert_non_null(strstr(w->final->plain, "on all proposals any more"));
}

static void
test_changes_show_what_became_of_it(void **state)
{
	static const struct {
		const char *line, *method;
	} rows[] = {
	    {"/sponsor 12", "Sponsor"},
	    {"/withdraw_proposal 12", "Cancel"},
	    {"/retry #12", "Retry"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct world_call *call;
		char id[8];

		(void)snprintf(id, sizeof(id), "x%zu", i);
		(void)world_say(w, ADA, id, rows[i].line);
		if (i == 0) {
			world_meet(w);
		}
		call = world_expect(w, "Governance", rows[i].method);
		assert_string_equal(call->command_id, id);
		world_accept(w, call, i + 1, NULL);
		proposal_answer(w);
		assert_string_equal(
		    w->final->title, "#12 Use intents: open for votes");
	}
}

static void
test_veto_is_for_owners(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__MembersReply none = STOA__ACCOUNTS__MEMBERS_REPLY__INIT;

	(void)world_say(w, ADA, "x1", "/veto id:12 reason:\"it leaks\"");
	world_meet(w);
	world_balance(w, STOA__ACCOUNTS__ROLE__ADMIN);
	world_reply(w, world_expect(w, "Accounts", "Members"), &none.base);
	assert_string_equal(w->final->problem->code, "not_permitted");
	assert_string_equal(w->final->problem->limit, "the role owner");
	(void)world_say(w, ADA, "x2", "/veto id:12 reason:\"it leaks\"");
	world_balance(w, STOA__ACCOUNTS__ROLE__OWNER);
	world_accept(w, world_expect(w, "Governance", "Veto"), 2, NULL);
	proposal_answer(w);
}

static void
test_lists_and_rules_are_there_before_anything_is_proposed(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/proposals");
	world_meet(w);
	world_fail(
	    w, world_expect(w, "Governance", "Proposals"), STOA_NOT_FOUND);
	assert_non_null(strstr(w->final->plain, "There are none."));
	(void)world_say(w, ADA, "x2", "/credits");
	world_fail(
	    w, world_expect(w, "Governance", "Standing"), STOA_NOT_FOUND);
	assert_non_null(strstr(w->final->plain, "Nothing has been proposed"));
	(void)world_say(w, ADA, "x3", "/rules type:model_approval");
	rules_answer(w);
	assert_non_null(strstr(w->final->plain, "MODEL_APPROVAL"));
	(void)world_say(w, ADA, "x4", "/rules type:dancing");
	rules_answer(w);
	assert_string_equal(w->final->problem->code, "no_such_type");
}

/* Everybody presses the buttons of a proposal for themselves. */
static void
test_vote_buttons_are_for_all(void **state)
{
	struct world *w = *state;
	Stoa__Chat__Command shown = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Command pressed = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Command *c = &shown;

	c->id = TEXT("x1");
	c->raw = TEXT("/proposal #12");
	c->workspace = TEXT("290926798626357999");
	(void)world_deliver_discord(w, "100000000000000001", c);
	world_meet(w);
	proposal_answer(w);
	pressed.id = TEXT("x2");
	pressed.workspace = c->workspace;
	pressed.token = w->final->buttons[0]->token;
	assert_string_not_equal(pressed.token, "");
	(void)world_deliver_discord(w, "100000000000000002", &pressed);
	world_meet(w);
	proposal_answer(w);
	ballot_answer(w, 0);
	world_accept(w, world_expect(w, "Governance", "Vote"), 9, NULL);
	assert_non_null(strstr(w->final->plain, "Cast: for"));
}

/* ---- notices ---- */

static struct world_delivery *
tell(struct world *w, const char *reply, uint32_t reminder)
{
	static char *silent[] = {TEXT(OTHER)};
	Stoa__Governance__Notice notice = STOA__GOVERNANCE__NOTICE__INIT;

	proposal.reply = TEXT(reply);
	notice.community = TEXT(COMMUNITY);
	notice.proposal = &proposal;
	notice.reminder = reminder;
	notice.silent = silent;
	notice.n_silent = reminder > 0 ? 1 : 0;
	return world_vote_notice(w, &notice.base);
}

static void
channel_answer(struct world *w, const char *channel)
{
	Stoa__Accounts__CommunityReply in =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;
	struct world_call *call = world_expect(w, "Accounts", "Community");

	assert_string_equal(call->community, COMMUNITY);
	in.announce_channel = TEXT(channel);
	world_reply(w, call, &in.base);
}

static void
name_answer(struct world *w, const char *member, const char *name)
{
	Stoa__Accounts__BalanceReply in = STOA__ACCOUNTS__BALANCE_REPLY__INIT;
	struct world_call *call = world_expect(w, "Accounts", "Balance");
	const Stoa__Accounts__BalanceQuery *asked = call->request;

	assert_string_equal(call->community, COMMUNITY);
	assert_string_equal(asked->member, member);
	in.display_name = TEXT(name);
	world_reply(w, call, &in.base);
}

/* Where it goes, and by whom it was proposed. */
static void
community_answer(struct world *w, const char *channel)
{
	channel_answer(w, channel);
	name_answer(w, "", "");
}

static void
test_notice_goes_to_where_it_was_proposed(void **state)
{
	struct world *w = *state;
	struct world_delivery *d =
	    tell(w, "discord|100000000000000001|777 290926798626357999", 0);

	community_answer(w, "");
	assert_int_equal(d->end, WORLD_ACKED);
	assert_string_equal(w->subject,
	    "stoa.chat.out.discord.100000000000000001." PROPOSAL "-ACTIVE-0");
	assert_string_equal(w->final->id, PROPOSAL "-ACTIVE-0");
	assert_string_equal(w->final->channel, "290926798626357999");
	assert_string_equal(w->final->title, "#12 Use intents: open for votes");
	assert_int_equal(w->final->n_buttons, 3);
	assert_string_not_equal(w->final->buttons[0]->token, "");
}

static void
test_notice_prefers_the_announce_channel(void **state)
{
	struct world *w = *state;

	proposal.state = STATE(DEFEATED);
	(void)tell(w, "discord|100000000000000001|777 290926798626357999", 0);
	community_answer(w, "1100000000000000001");
	assert_string_equal(w->final->channel, "1100000000000000001");
	assert_string_equal(w->final->id, PROPOSAL "-DEFEATED-0");
}

static void
test_notice_reminds_by_name(void **state)
{
	struct world *w = *state;

	proposal.member = TEXT(MEMBER);
	(void)tell(w, "console|" ADA "|x1", 2);
	channel_answer(w, "");
	name_answer(w, MEMBER, "Ada");
	assert_int_equal(w->final_count, 0);
	name_answer(w, OTHER, "Grace *");
	assert_string_equal(w->final->id, PROPOSAL "-reminder-2");
	assert_non_null(strstr(w->final->plain, "Have not voted: Grace *"));
	/* Who calls themselves like one of ours is called by id; so is who
	 * cannot be asked for. */
	(void)tell(w, "console|" ADA "|x1", 1);
	channel_answer(w, "");
	world_fail(w, world_expect(w, "Accounts", "Balance"), STOA_TIMEOUT);
	name_answer(w, OTHER, "@treasury");
	assert_non_null(strstr(w->final->plain, "Have not voted: " OTHER));
}

static void
test_notice_tells_that_there_is_more_time(void **state)
{
	struct world *w = *state;

	proposal.is_extended = true;
	(void)tell(w, "console|" ADA "|x1", 3);
	channel_answer(w, "");
	name_answer(w, "", "");
	name_answer(w, OTHER, "");
	assert_string_equal(w->final->id, PROPOSAL "-extended");
	assert_non_null(strstr(w->final->title, " more to vote"));
	assert_non_null(strstr(w->final->plain, "Ends (extended)"));
}

static void
test_notice_of_a_draft_is_for_a_channel_of_news(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	proposal.state = STATE(DRAFT);
	d = tell(w, "console|" ADA "|x1", 0);
	channel_answer(w, "");
	assert_int_equal(d->end, WORLD_ACKED);
	assert_int_equal(w->final_count, 0);
	d = tell(w, "console|" ADA "|x1", 0);
	community_answer(w, "1100000000000000001");
	assert_int_equal(w->final_count, 1);
}

static void
test_notice_waits_for_accounts_and_ends_without_an_address(void **state)
{
	struct world *w = *state;
	struct world_delivery *d = tell(w, "console|" ADA "|x1", 0);

	world_fail(w, world_expect(w, "Accounts", "Community"), STOA_TIMEOUT);
	assert_int_equal(d->end, WORLD_RETRIED);
	d = tell(w, "", 0);
	world_expect_silence(w);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_int_equal(w->final_count, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_propose_takes_the_line_everybody_types),
	    TEST(test_propose_names_what_is_wrong_with_an_action),
	    TEST(test_propose_finds_the_members_that_actions_name),
	    TEST(test_vote_gives_a_receipt),
	    TEST(test_vote_tells_what_votes_cost),
	    TEST(test_vote_without_a_choice_asks_for_one),
	    TEST(test_approval_is_chosen_from_a_list),
	    TEST(test_ranking_is_put_together_and_then_cast),
	    TEST(test_vote_refusal_is_put_into_words),
	    TEST(test_unknown_proposal_is_named),
	    TEST(test_delegate_names_who_and_where),
	    TEST(test_changes_show_what_became_of_it),
	    TEST(test_veto_is_for_owners),
	    TEST(test_lists_and_rules_are_there_before_anything_is_proposed),
	    TEST(test_vote_buttons_are_for_all),
	    TEST(test_notice_goes_to_where_it_was_proposed),
	    TEST(test_notice_prefers_the_announce_channel),
	    TEST(test_notice_reminds_by_name),
	    TEST(test_notice_tells_that_there_is_more_time),
	    TEST(test_notice_of_a_draft_is_for_a_channel_of_news),
	    TEST(test_notice_waits_for_accounts_and_ends_without_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
