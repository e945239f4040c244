/* handlers_propose.c - /propose: the rules, the members that are named, the
 * proposal, its card. */
#include "bot/parts.h"

#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/parse.h"
#include "bot/view.h"
#include "bot/view_vote.h"
#include "port/clock.h"

#include "proto/governance.pb-c.h"

#include <strings.h>

#define GOVERNANCE (&stoa__governance__governance__descriptor)

#define ACTION(KIND) STOA__GOVERNANCE__ACTION__KIND_##KIND

/* Kept in the run's arena. */
struct proposing {
	Stoa__Governance__Action **actions;
	size_t count;
	size_t at; /* whose member is being found */
	uint64_t index;
};

/* ---- options ---- */

static bool
is_none(struct stoa_str text)
{
	static const struct stoa_str none = {"none of these", 13};

	return text.len == none.len &&
	       strncasecmp(text.data, none.data, none.len) == 0;
}

/* "a | b | none of these" */
static bool
options_read(struct bot_run *r, Stoa__Governance__ProposeRequest *in)
{
	struct stoa_str rest = stoa_str_of(bot_run_text(r, "options"));

	if (rest.len == 0) {
		return true;
	}
	in->options = stoa_arena_alloc_array(
	    &r->arena, TALLY_OPTIONS_MAX, sizeof(in->options[0]));
	while (rest.len > 0 && in->options != NULL) {
		struct stoa_str option =
		    stoa_str_trim(stoa_str_cut(&rest, '|'));

		if (in->n_options == TALLY_OPTIONS_MAX) {
			return bot_problem_fill(&r->problem, &r->arena,
			    &(struct bot_problem){
				.code = "options_not_valid",
				.field = "options",
				.given = bot_problem_excerpt(&r->arena, option),
				.limit = "2 to 20 options",
				.fix = "leave some out, or propose in steps",
			    },
			    "those are too many options");
		}
		in->options[in->n_options++] =
		    stoa_arena_str(&r->arena, option);
		in->has_none = is_none(option);
	}
	return true;
}
STOA_STATIC_ASSERT(TALLY_OPTIONS_MAX == 20, "the limit's text says so");

/* ---- where it is told ---- */

/* An address of ours, and where it was said, if the platform tells. */
static char *
reply_of(struct bot_run *r, const char *id)
{
	struct bot_notice_address to = {.to = r->to};

	if (id == NULL || !bot_address_set_id(&to.to, stoa_str_of(id))) {
		return stoa_arena_str(&r->arena, STOA_STR(""));
	}
	if (!bot_notice_address_set_channel(
		&to, stoa_str_of(r->command->channel))) {
		to.channel[0] = '\0';
	}
	return (char *)(uintptr_t)bot_notice_address_print(&to, &r->arena);
}

/* ---- the proposal ---- */

static void
shown(struct bot_run *r, const void *reply)
{
	const Stoa__Governance__ProposalReply *in = reply;
	const struct proposing *g = r->work;
	Stoa__Chat__Card *card = NULL;

	if (in->proposal != NULL) {
		card = bot_view_proposal(&r->arena, in->proposal,
		    stoa_clock_wall(r->bot->o.clock).us);
	}
	if (card != NULL) {
		card->index = g->index;
	}
	bot_run_finish(r, card);
}

static void
proposed(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const Stoa__Governance__Event *event =
	    bot_run_event(r, outcome, &stoa__governance__event__descriptor, 0);
	struct proposing *g = r->work;

	if (event == NULL ||
	    event->kind_case !=
		STOA__GOVERNANCE__EVENT__KIND_PROPOSAL_DRAFTED) {
		bot_run_fail(r, STOA_INTERNAL, GOVERNANCE->short_name);
		return;
	}
	g->index = outcome->index;
	bot_handle_proposal_ask(r, event->proposal_drafted->proposal, shown);
}

static void
propose(struct bot_run *r)
{
	Stoa__Governance__ProposeRequest in =
	    STOA__GOVERNANCE__PROPOSE_REQUEST__INIT;
	const struct proposing *g = r->work;

	if (!options_read(r, &in)) {
		r->bot->counts.problems++;
		bot_run_refuse(r, &r->problem);
		return;
	}
	in.type = (char *)(uintptr_t)bot_handle_type(r);
	in.title = (char *)(uintptr_t)bot_run_text(r, "title");
	in.description = (char *)(uintptr_t)bot_run_text(r, "description");
	in.link = (char *)(uintptr_t)bot_run_text(r, "link");
	in.reply = reply_of(r, r->to.id);
	in.is_draft = bot_run_flag(r, "draft");
	in.actions = g->actions;
	in.n_actions = g->count;
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Propose",
		.command_id = r->to.id,
		.next = proposed,
	    },
	    &in.base);
}

/* ---- members that actions name ---- */

static char **
member_of(Stoa__Governance__Action *a)
{
	if (a->kind_case == ACTION(TRANSFER)) {
		return &a->transfer->to;
	}
	return a->kind_case == ACTION(ROLE) ? &a->role->member : NULL;
}

static void members_find(struct bot_run *r);

static void
member_found(struct bot_run *r, const char *member)
{
	struct proposing *g = r->work;

	*member_of(g->actions[g->at]) = (char *)(uintptr_t)member;
	g->at++;
	members_find(r);
}

static void
members_find(struct bot_run *r)
{
	struct proposing *g = r->work;

	for (; g->at < g->count; g->at++) {
		Stoa__Governance__Action *a = g->actions[g->at];

		if (member_of(a) != NULL) {
			bot_handle_member(
			    r, "action", *member_of(a), member_found);
			return;
		}
		if (a->kind_case == ACTION(FINE_TUNE)) {
			/* Told as a job of its own, beside the vote. */
			a->fine_tune->reply =
			    reply_of(r, stoa_arena_printf(&r->arena, "%s-%zu",
					    r->to.id, g->at));
		}
	}
	propose(r);
}

/* ---- the rules it starts from ---- */

static void
rules_found(struct bot_run *r, const void *reply)
{
	struct proposing *g = stoa_arena_alloc(&r->arena, sizeof(*g));

	if (g == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	r->work = g;
	if (!bot_motion_read(stoa_str_of(bot_run_text(r, "action")), reply,
		&r->arena, &g->actions, &g->count, &r->problem)) {
		r->bot->counts.problems++;
		bot_run_refuse(r, &r->problem);
		return;
	}
	members_find(r);
}

void
bot_handle_propose(struct bot_run *r)
{
	Stoa__Governance__RulesQuery in = STOA__GOVERNANCE__RULES_QUERY__INIT;
	const Stoa__Governance__RulesReply none =
	    STOA__GOVERNANCE__RULES_REPLY__INIT;

	if (bot_run_text(r, "action")[0] == '\0') {
		rules_found(r, &none);
		return;
	}
	bot_run_call(r,
	    &(struct bot_call){
		.service = GOVERNANCE,
		.method = "Rules",
		.next = rules_found,
	    },
	    &in.base);
}
