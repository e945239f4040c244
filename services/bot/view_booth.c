/* view_booth.c - voting itself: how, the receipt, delegates, rules. */
#include "bot/view_vote.h"

#include "bot/card.h"
#include "bot/choice.h"
#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/ranking.h"
#include "bot/tallied.h"
#include "bot/words.h"

#include <inttypes.h>

#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME
#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME

/* Limits of chat.Form and chat.Input. */
#define FORM_TITLE_MAX 45
#define INPUT_TEXT_MAX 100

static Stoa__Chat__Input *
input_new(struct stoa_arena *arena, const char *option, const char *label,
    const char *text, bool is_required)
{
	Stoa__Chat__Input *in = stoa_arena_alloc(arena, sizeof(*in));

	if (in != NULL) {
		stoa__chat__input__init(in);
		in->option = (char *)(uintptr_t)option;
		in->label = (char *)(uintptr_t)bot_words_excerpt(
		    arena, stoa_str_of(label), FORM_TITLE_MAX);
		in->text = (char *)(uintptr_t)bot_words_excerpt(
		    arena, stoa_str_of(text), INPUT_TEXT_MAX);
		in->is_required = is_required;
	}
	return in;
}

/* What the ballot box knows of this member. */
static const char *
own_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__BallotReply *own)
{
	if (!own->is_eligible) {
		return bot_words_print(arena,
		    "You may not vote on this: that needs %s.",
		    own->needs[0] == '\0' ? "to be eligible" : own->needs);
	}
	if (own->ballot == NULL && own->is_committed) {
		return "You have handed in a sealed ballot. A new one replaces "
		       "it.";
	}
	if (own->ballot == NULL) {
		return own->delegate[0] == '\0'
			   ? "You have not voted yet."
			   : bot_words_print(arena,
				 "%s may vote for you; your own ballot goes "
				 "first.",
				 own->delegate);
	}
	return bot_words_print(arena, "%s: %s. A new ballot replaces %s.",
	    own->delegate[0] == '\0'
		? "You have voted"
		: bot_words_print(arena, "%s voted for you", own->delegate),
	    bot_choice_words(arena, p, own->ballot),
	    own->delegate[0] == '\0' ? "it" : "it for you");
}

static Stoa__Chat__Form *
form_new(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__BallotReply *own)
{
	Stoa__Chat__Form *form = stoa_arena_alloc(arena, sizeof(*form));
	const char *hint = bot_choice_hint(arena, p);

	if (form == NULL) {
		return NULL;
	}
	stoa__chat__form__init(form);
	form->title = (char *)(uintptr_t)bot_words_print(
	    arena, "Vote on #%" PRIu64, p->number);
	form->command = (char *)(uintptr_t)bot_words_print(
	    arena, "/vote id:#%" PRIu64, p->number);
	form->inputs =
	    stoa_arena_alloc_array(arena, 2, sizeof(form->inputs[0]));
	if (form->inputs == NULL) {
		return NULL;
	}
	form->inputs[0] = input_new(arena, "choice",
	    p->rule->form == FORM(QUADRATIC)
		? bot_words_print(arena,
		      "Votes (cost n times n; %" PRIu32 " credits)",
		      own->credits_left)
	    : p->rule->form == FORM(SPLIT)  ? "Shares in percent, 100 together"
	    : p->rule->form == FORM(RANKED) ? "Your choice, the best first"
					    : "Your choice",
	    hint, true);
	form->inputs[1] = input_new(
	    arena, "reason", "Why (everybody can read it)", "", false);
	if (form->inputs[0] == NULL || form->inputs[1] == NULL) {
		return NULL;
	}
	if (own->ballot != NULL && own->delegate[0] == '\0' &&
	    own->ballot->n_amounts == 0) {
		form->inputs[0]->value =
		    (char *)(uintptr_t)bot_choice_typed(arena, p, own->ballot);
	}
	form->n_inputs = bot_tallied_is_secret(p) ? 1 : 2;
	return form;
}

static void
options_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	for (size_t i = 0; i < p->n_options; i++) {
		bot_card_text(b, "%zu. %s", i + 1, p->options[i]);
	}
}

/* ---- lists to choose from ---- */

/* Values are numbers: they are joined by commas, which a name may hold. */
static const char *
number_of(struct stoa_arena *arena, size_t i)
{
	return bot_words_print(arena, "#%zu", i + 1);
}

void
bot_view_approvals_add(struct bot_card *b, const Stoa__Governance__Proposal *p,
    const Stoa__Governance__Ballot *own)
{
	const char *(*choices)[2] = stoa_arena_alloc_array(
	    b->arena, p->n_options + 1, sizeof(choices[0]));
	const char **values = stoa_arena_alloc_array(
	    b->arena, TALLY_OPTIONS_MAX + 1, sizeof(values[0]));

	if (choices == NULL || values == NULL) {
		return;
	}
	for (size_t i = 0; i < p->n_options; i++) {
		choices[i][0] = p->options[i];
		choices[i][1] = number_of(b->arena, i);
	}
	for (size_t i = 0; own != NULL && i < own->n_options; i++) {
		values[i] = number_of(b->arena, own->options[i]);
	}
	bot_card_select(b,
	    &(struct bot_select){.kind = STOA__CHAT__SELECT_KIND__CHOICES,
		.label = "Approve of as many as you like",
		.command =
		    bot_words_print(b->arena, "/vote id:#%" PRIu64, p->number),
		.option = "choice",
		.value = "",
		.choices = (const char *const(*)[2])choices,
		.count_max = (uint32_t)p->n_options,
		.values = values,
		.none = "abstain"});
}

static void
rank_add(struct bot_card *b, const Stoa__Governance__Proposal *p,
    const struct bot_ranking *r, size_t rank)
{
	static const char *const labels[BOT_RANKS_MAX] = {
	    "Best", "Second", "Third", "Fourth"};
	const char *(*choices)[2] = stoa_arena_alloc_array(
	    b->arena, p->n_options + 1, sizeof(choices[0]));
	const char *draft = bot_ranking_draft(b->arena, r), *now = "";

	if (choices == NULL) {
		return;
	}
	for (size_t i = 0; i < p->n_options; i++) {
		choices[i][0] = p->options[i];
		choices[i][1] =
		    bot_words_print(b->arena, "%zu #%zu", rank + 1, i + 1);
		if (r->places[rank] == i + 1) {
			now = choices[i][1];
		}
	}
	bot_card_select(
	    b, &(struct bot_select){.kind = STOA__CHAT__SELECT_KIND__CHOICES,
		   .label = labels[rank],
		   .command = bot_words_print(b->arena,
		       draft[0] == '\0' ? "/vote id:#%" PRIu64 "%s"
					: "/vote id:#%" PRIu64 " choice:\"%s\"",
		       p->number, draft),
		   .option = "rank",
		   .value = now,
		   .choices = (const char *const(*)[2])choices});
}

/* One list for each rank, and a button that hands it in. */
static void
ranks_add(struct bot_card *b, const Stoa__Governance__Proposal *p,
    const struct bot_ranking *r)
{
	const char *choice = bot_ranking_choice(b->arena, r);

	for (size_t i = 0; i < p->n_options; i++) {
		rank_add(b, p, r, i);
	}
	if (choice[0] != '\0') {
		bot_card_button(b, "Cast this vote",
		    STOA__CHAT__BUTTON_STYLE__PRIMARY,
		    bot_words_print(b->arena,
			"/vote id:#%" PRIu64 " choice:\"%s\"", p->number,
			choice));
	}
}

/* What has been put together and not handed in. */
static const char *
draft_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    const struct bot_ranking *r)
{
	const char *text = "";

	for (size_t i = 0; i < BOT_RANKS_MAX; i++) {
		if (r->places[i] > 0) {
			text = bot_words_print(arena, "%s%s%s", text,
			    text[0] == '\0' ? "" : " > ",
			    p->options[r->places[i] - 1]);
		}
	}
	return text;
}

/* ---- the booth ---- */

static bool
is_by_list(const Stoa__Governance__Proposal *p)
{
	return p->rule->form == FORM(APPROVAL) || bot_ranking_is_for(p);
}

static void
lists_add(struct bot_card *b, const struct bot_booth_view *v)
{
	const Stoa__Governance__Proposal *p = v->proposal;
	const Stoa__Governance__Ballot *own =
	    v->own->delegate[0] == '\0' ? v->own->ballot : NULL;
	struct bot_ranking r =
	    v->draft != NULL ? *v->draft : bot_ranking_of(own);

	if (p->rule->form == FORM(APPROVAL)) {
		bot_view_approvals_add(b, p, own);
	} else if (bot_ranking_is_for(p)) {
		if (v->can_form || v->draft != NULL) {
			ranks_add(b, p, &r);
		}
	} else {
		return;
	}
	bot_card_button(b, "Abstain", STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    bot_words_print(
		b->arena, "/vote id:#%" PRIu64 " choice:abstain", p->number));
}

static void
booth_add(struct bot_card *b, const struct bot_booth_view *v)
{
	const Stoa__Governance__Proposal *p = v->proposal;
	const Stoa__Governance__BallotReply *own = v->own;
	uint64_t cost;

	bot_card_text(b, "%s", own_words(b->arena, p, own));
	bot_card_text(b, "How: %s%s.", bot_motion_form(p->rule->form),
	    bot_tallied_is_secret(p)
		? "; in secret: your ballot is sealed, and opens by itself "
		  "when voting has ended"
		: "");
	options_add(b, p);
	if (v->draft != NULL) {
		bot_card_field(b, "Not cast yet",
		    draft_words(b->arena, p, v->draft), false);
	}
	if (p->rule->form == FORM(QUADRATIC)) {
		bot_card_field(b, "Credits left",
		    bot_words_print(b->arena, "%" PRIu32, own->credits_left),
		    true);
		cost = own->ballot == NULL || own->delegate[0] != '\0'
			   ? 0
			   : bot_choice_cost(p, own->ballot);
		if (cost > 0) {
			bot_card_field(b, "Of which your ballot takes",
			    bot_words_print(b->arena, "%" PRIu64, cost), true);
		}
	}
	bot_card_field(b, "Type",
	    bot_words_print(b->arena, "/vote id:#%" PRIu64 " choice:\"%s\"",
		p->number,
		p->rule->form == FORM(SINGLE) ? p->options[0]
					      : bot_choice_hint(b->arena, p)),
	    false);
}

Stoa__Chat__Card *
bot_view_booth(struct stoa_arena *arena, const struct bot_booth_view *v)
{
	const Stoa__Governance__Proposal *p = v->proposal;
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "Vote on #%" PRIu64 " %s", p->number,
		bot_words_excerpt(arena, stoa_str_of(p->title), 150)),
	    STOA__CHAT__SEVERITY__INFO);
	Stoa__Chat__Form *form = NULL;
	Stoa__Chat__Card *card;

	if (p->rule == NULL) {
		bot_card_text(&b, "Voting is not open yet.");
		return bot_card_finish(&b, true);
	}
	booth_add(&b, v);
	if (v->own->is_eligible && p->state == STATE(ACTIVE)) {
		lists_add(&b, v);
		form = v->can_form && !is_by_list(p)
			   ? form_new(arena, p, v->own)
			   : NULL;
	}
	card = bot_card_finish(&b, true);
	if (card != NULL) {
		card->form = form;
		card->is_update = v->draft != NULL;
	}
	return card;
}

/* ---- the receipt ---- */

static const char *
number_and_title(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	return bot_words_print(arena, "#%" PRIu64 " %s", p->number,
	    bot_words_excerpt(arena, stoa_str_of(p->title), 140));
}

static void
standing_button(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	bot_card_button(b, "How it stands", STOA__CHAT__BUTTON_STYLE__SECONDARY,
	    bot_words_print(b->arena, "/proposal id:#%" PRIu64, p->number));
}

/* The card is kept for a week: a sealed ballot is not repeated in it, nor what
 * it costs, which tells much of it. */
static void
sealed_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	bot_card_text(b,
	    "Your ballot is sealed. It opens by itself when voting has ended; "
	    "until then not even what you chose is repeated here.");
	if (p->rule->form == FORM(QUADRATIC)) {
		bot_card_text(b,
		    "It is paid for when it is opened: keep the voice credits "
		    "it needs.");
	}
}

static void
cast_add(struct bot_card *b, const struct bot_cast_view *cast)
{
	const Stoa__Governance__Proposal *p = cast->proposal;
	uint64_t cost = bot_choice_cost(p, cast->ballot);

	bot_card_field(
	    b, "Cast", bot_choice_words(b->arena, p, cast->ballot), false);
	bot_card_field(b, "Reason", cast->reason, false);
	if (p->rule == NULL || p->rule->form != FORM(QUADRATIC)) {
		return;
	}
	bot_card_field(b, "Cost",
	    bot_words_print(b->arena, "%" PRIu64 " voice credits", cost), true);
	bot_card_field(b, "Credits before",
	    bot_words_print(b->arena, "%" PRIu32, cast->credits_left), true);
	bot_card_field(b, "Credits left",
	    bot_words_print(b->arena, "%" PRIu32,
		cost > cast->credits_left
		    ? 0
		    : cast->credits_left - (uint32_t)cost),
	    true);
}

Stoa__Chat__Card *
bot_view_cast(struct stoa_arena *arena, const struct bot_cast_view *cast)
{
	const Stoa__Governance__Proposal *p = cast->proposal;
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(
		arena, "Your vote on %s", number_and_title(arena, p)),
	    STOA__CHAT__SEVERITY__SUCCESS);
	Stoa__Chat__Card *card;

	if (bot_tallied_is_secret(p)) {
		sealed_add(&b, p);
	} else {
		cast_add(&b, cast);
	}
	bot_card_field(&b, "Receipt",
	    bot_words_print(arena, "record %" PRIu64 ", entry %" PRIu32,
		cast->index, cast->position),
	    true);
	bot_card_text(&b,
	    "It stands in the journal. To prove that it was counted: `stoa "
	    "verify proposal %s --receipt=%" PRIu64 ".%" PRIu32 "`",
	    p->id, cast->index, cast->position);
	standing_button(&b, p);
	card = bot_card_finish(&b, true);
	if (card != NULL) {
		card->index = cast->index;
	}
	return card;
}

/* ---- sealed ballots, opened ---- */

Stoa__Chat__Card *
bot_view_opened(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(
		arena, "Your ballot on %s is open", number_and_title(arena, p)),
	    STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b, "It counts. What it says stands in the journal now.");
	standing_button(&b, p);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_not_opened(struct stoa_arena *arena,
    const Stoa__Governance__Proposal *p, const struct bot_problem *why)
{
	struct bot_card b = bot_card_begin(arena,
	    bot_words_print(arena, "Your ballot on %s could not be opened",
		number_and_title(arena, p)),
	    STOA__CHAT__SEVERITY__WARNING);

	bot_card_text(
	    &b, "It does not count: %s. What to do: %s.", why->text, why->fix);
	bot_card_text(&b,
	    "While ballots are being opened you can try it again yourself.");
	bot_card_button(&b, "Open it", STOA__CHAT__BUTTON_STYLE__PRIMARY,
	    bot_words_print(arena, "/reveal id:#%" PRIu64, p->number));
	standing_button(&b, p);
	return bot_card_finish(&b, true);
}

/* ---- delegates and credits ---- */

Stoa__Chat__Card *
bot_view_delegated(struct stoa_arena *arena, const char *to, const char *type)
{
	const char *what = type[0] == '\0'
			       ? "all proposals"
			       : bot_words_print(arena, "%s proposals", type);
	struct bot_card b = bot_card_begin(arena,
	    to[0] == '\0' ? "You vote for yourself again"
			  : "Somebody may vote for you",
	    STOA__CHAT__SEVERITY__SUCCESS);

	if (to[0] == '\0') {
		bot_card_text(&b, "Nobody votes for you on %s any more.", what);
	} else {
		bot_card_text(&b,
		    "%s votes for you on %s, those open now included. It does "
		    "not go on from there to others, and your own ballot "
		    "always goes first.",
		    to, what);
	}
	bot_card_button(&b, "Where I stand",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/credits");
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_standing(
    struct stoa_arena *arena, const Stoa__Governance__StandingReply *in)
{
	static const struct bot_column columns[] = {
	    {"Who votes for you", false}, {"On", false}};
	struct bot_card b = bot_card_begin(
	    arena, "Your standing in votes", STOA__CHAT__SEVERITY__INFO);

	if (in == NULL) {
		bot_card_text(&b,
		    "Nothing has been proposed here yet; credits are given "
		    "with the first round.");
		return bot_card_finish(&b, true);
	}
	bot_card_field(&b, "Voice credits",
	    bot_words_print(arena, "%" PRIu32 " of %" PRIu32,
		in->spent > in->credits ? 0 : in->credits - in->spent,
		in->credits),
	    true);
	if (in->round_ends_us > 0) {
		bot_card_field(&b, "New ones",
		    bot_words_time(arena, in->round_ends_us), true);
	}
	bot_card_field(&b, "Rely on you",
	    bot_words_print(arena, "%" PRIu64, in->delegators), true);
	if (in->n_delegations > 0) {
		bot_card_table(&b, columns, STOA_COUNT(columns));
	}
	for (size_t i = 0; i < in->n_delegations && i < BOT_ROWS_MAX; i++) {
		const char *type = in->delegations[i]->type;
		const char *cells[] = {in->delegations[i]->to,
		    type[0] == '\0' ? "everything else" : type};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

/* ---- rules ---- */

static void
rule_add(struct bot_card *b, const Stoa__Governance__Rule *rule)
{
	struct stoa_buf actions;

	bot_card_text(b, "**%s**: %s", rule->type, rule->text);
	bot_card_field(b, "Rule", bot_motion_rule_words(b->arena, rule), false);
	stoa_buf_init(&actions, BOT_FIELD_TEXT_MAX);
	for (size_t i = 0; i < rule->n_actions; i++) {
		stoa_buf_printf(
		    &actions, "%s%s", i == 0 ? "" : ", ", rule->actions[i]);
	}
	bot_card_field(b, "It may",
	    bot_words_excerpt(b->arena, stoa_buf_str(&actions), 300), false);
	stoa_buf_fini(&actions);
	bot_card_button(b, "Propose one", STOA__CHAT__BUTTON_STYLE__PRIMARY,
	    bot_words_print(b->arena, "/propose type:%s", rule->type));
}

static void
charter_add(struct bot_card *b, const Stoa__Governance__Charter *c)
{
	if (c == NULL) {
		return;
	}
	bot_card_field(b, "Voice credits",
	    bot_words_print(b->arena, "%" PRIu32 " to each member every %s",
		c->credits, bot_words_duration(b->arena, c->round_us)),
	    true);
	bot_card_field(
	    b, "Drafts live", bot_words_duration(b->arena, c->draft_us), true);
	if (c->guardian_until_us > 0) {
		bot_card_field(b, "Owners may veto until",
		    bot_words_time(b->arena, c->guardian_until_us), true);
	}
}

Stoa__Chat__Card *
bot_view_rules(struct stoa_arena *arena, const Stoa__Governance__RulesReply *in,
    const char *type)
{
	static const struct bot_column columns[] = {{"Type", false},
	    {"Form", false}, {"Quorum", true}, {"Needs more than", true},
	    {"Voting", true}, {"Then after", true}};
	struct bot_card b = bot_card_begin(
	    arena, "Rules of proposals", STOA__CHAT__SEVERITY__INFO);

	if (type[0] != '\0') {
		rule_add(&b, bot_motion_rule(in, type));
		return bot_card_finish(&b, true);
	}
	charter_add(&b, in->charter);
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < in->n_rules && i < BOT_ROWS_MAX; i++) {
		const Stoa__Governance__Rule *r = in->rules[i];
		const ProtobufCEnumValue *form =
		    protobuf_c_enum_descriptor_get_value(
			&stoa__governance__form__descriptor, (int)r->form);
		const char *cells[] = {r->type, form == NULL ? "" : form->name,
		    bot_motion_share(arena, r->quorum_bp),
		    r->objection_bp > 0
			? bot_words_print(arena, "unless %s object",
			      bot_motion_share(arena, r->objection_bp))
			: bot_motion_share(arena, r->threshold_bp),
		    bot_words_duration(arena, r->voting_us),
		    bot_words_duration(arena, r->timelock_us)};

		bot_card_row(&b, cells);
	}
	bot_card_button(&b, "How to change them",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/help command:propose");
	return bot_card_finish(&b, true);
}
