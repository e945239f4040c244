/* view_vote.c - a proposal, lists of them, and how to vote. */
#include "bot/view_vote.h"

#include "bot/card.h"
#include "bot/choice.h"
#include "bot/limits.h"
#include "bot/motion.h"
#include "bot/refusal.h"
#include "bot/tallied.h"
#include "bot/words.h"

#include <inttypes.h>

#define STATE(NAME) STOA__GOVERNANCE__STATE__##NAME
#define FORM(NAME)  STOA__GOVERNANCE__FORM__##NAME

#define PRIMARY	  STOA__CHAT__BUTTON_STYLE__PRIMARY
#define SECONDARY STOA__CHAT__BUTTON_STYLE__SECONDARY
#define DANGER	  STOA__CHAT__BUTTON_STYLE__DANGER

/* A number and a title, as everywhere. */
static const char *
heading(struct stoa_arena *arena, const Stoa__Governance__Proposal *p)
{
	return bot_words_print(arena, "#%" PRIu64 " %s: %s", p->number,
	    bot_words_excerpt(arena, stoa_str_of(p->title), 150),
	    bot_tallied_state(p->state));
}

static Stoa__Chat__Severity
severity_of(const Stoa__Governance__Proposal *p)
{
	switch (p->state) {
	case STATE(SUCCEEDED):
	case STATE(EXECUTED):
	case STATE(QUEUED):
	case STATE(EXECUTING):
		return STOA__CHAT__SEVERITY__SUCCESS;
	case STATE(FAILED):
		return STOA__CHAT__SEVERITY__FAILED;
	case STATE(DEFEATED):
	case STATE(EXPIRED):
	case STATE(CANCELLED):
	case STATE(VETOED):
		return STOA__CHAT__SEVERITY__WARNING;
	case STATE(DRAFT):
	case STATE(OPENING):
	case STATE(ACTIVE):
	case STATE(REVEAL):
	case STATE(STATE_UNSPECIFIED):
	case _STOA__GOVERNANCE__STATE_IS_INT_SIZE:
		break;
	}
	return STOA__CHAT__SEVERITY__INFO;
}

static const char *
when_words(struct stoa_arena *arena, int64_t us, int64_t now_us)
{
	return us > now_us ? bot_words_print(arena, "%s (in %s)",
				 bot_words_time(arena, us),
				 bot_words_duration(arena, us - now_us))
			   : bot_words_time(arena, us);
}

/* ---- what it is about ---- */

static void
actions_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	struct stoa_buf all;
	const char *text;

	stoa_buf_init(&all, BOT_CARD_TEXT_MAX);
	for (size_t i = 0; i < p->n_actions; i++) {
		const Stoa__Governance__Action *a = p->actions[i];

		if (i > 0) {
			stoa_buf_add_text(&all, "; ");
		}
		if (p->n_options > 2 || a->option != 0) {
			stoa_buf_printf(
			    &all, "if %s: ", bot_tallied_option(p, a->option));
		}
		stoa_buf_add_text(&all, bot_motion_words(b->arena, a));
	}
	text =
	    bot_words_excerpt(b->arena, stoa_buf_str(&all), BOT_FIELD_TEXT_MAX);
	stoa_buf_fini(&all);
	bot_card_field(b, "If it passes", text, false);
}

static void
time_field(
    struct bot_card *b, const Stoa__Governance__Proposal *p, int64_t now_us)
{
	const char *name = p->state == STATE(DRAFT)    ? "A draft until"
			   : p->state == STATE(QUEUED) ? "Carried out"
			   : p->is_extended	       ? "Ends (extended)"
						       : "Ends";

	if (p->ends_us > 0 && !bot_tallied_is_over(p) &&
	    p->state != STATE(EXECUTING) && p->state != STATE(FAILED)) {
		bot_card_field(
		    b, name, when_words(b->arena, p->ends_us, now_us), true);
	}
}

static void
facts_add(
    struct bot_card *b, const Stoa__Governance__Proposal *p, int64_t now_us)
{
	bot_card_field(b, "Type", p->type, true);
	bot_card_field(b, "By", bot_words_member(p->member), true);
	time_field(b, p, now_us);
	if (p->state == STATE(DRAFT) && p->rule != NULL &&
	    p->rule->sponsors > 0) {
		bot_card_field(b, "Sponsors",
		    bot_words_print(b->arena, "%" PRIu32 " of %" PRIu32,
			p->sponsors, p->rule->sponsors),
		    true);
	}
	if (p->committed > 0) {
		bot_card_field(b, "Sealed ballots",
		    bot_words_print(b->arena, "%" PRIu64, p->committed), true);
	}
	bot_card_field(b, "Id", p->id, true);
	actions_add(b, p);
	if (p->rule != NULL) {
		bot_card_field(
		    b, "Rule", bot_motion_rule_words(b->arena, p->rule), false);
	}
}

/* ---- how it stands ---- */

static bool
is_plain(const Stoa__Governance__Proposal *p)
{
	return p->n_options == 2 && p->reject == 1 &&
	       strcmp(p->options[0], "for") == 0;
}

/* What is chosen cannot be told yet; who has chosen can. */
static bool
is_sealed(const Stoa__Governance__Proposal *p)
{
	return p->tally == NULL && p->state == STATE(ACTIVE) &&
	       bot_tallied_is_secret(p);
}

static void
bars_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	/* Before it opens, for and against are nothing new. */
	if (p->tally == NULL && is_plain(p) && !is_sealed(p)) {
		return;
	}
	for (size_t i = 0; i < p->n_options && i < BOT_BARS_MAX; i++) {
		double share = bot_tallied_share(p, i);
		const char *value = is_sealed(p) ? "sealed" : "";

		if (p->tally != NULL) {
			value = bot_words_print(b->arena, "%d %%, %s",
			    (int)(share * 100),
			    bot_tallied_points(b->arena, p, i));
		}
		bot_card_bar(b, p->options[i], share, value,
		    p->verdict !=
			    STOA__GOVERNANCE__VERDICT__VERDICT_UNSPECIFIED &&
			p->tally != NULL && p->tally->winner == (int32_t)i);
	}
}

static double
share_of(const Stoa__Governance__Proposal *p, uint64_t power)
{
	return p->eligible_power == 0
		   ? 0
		   : (double)power / (double)p->eligible_power;
}

/* How far it is to the quorum, or to being stopped; else who took part. */
static void
gauge_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	bool is_optimistic = p->rule != NULL && p->rule->objection_bp > 0;
	struct bot_gauge gauge = {.label = "Turnout", .mark_text = ""};
	uint64_t needed, have;

	if (p->tally == NULL || p->rule == NULL) {
		return;
	}
	needed = bot_tallied_needed(
	    p, is_optimistic ? p->rule->objection_bp : p->rule->quorum_bp);
	have = is_optimistic ? bot_tallied_against(p)
	       : needed > 0  ? p->tally->helping
			     : p->tally->voted;
	gauge.share = share_of(p, have);
	gauge.value = bot_words_print(b->arena, "%" PRIu64 " of %s", have,
	    bot_tallied_power(b->arena, p, p->eligible_power));
	if (needed > 0) {
		const char *name = is_optimistic ? "objections" : "quorum";

		gauge.label =
		    is_optimistic ? "Objections" : "Towards the quorum";
		gauge.mark = share_of(p, needed);
		gauge.mark_text =
		    bot_words_print(b->arena, "%s: %" PRIu64, name, needed);
		bot_card_progress(b, (double)have / (double)needed,
		    bot_words_print(b->arena, "%s: %" PRIu64 " of %s", name,
			have, bot_tallied_power(b->arena, p, needed)),
		    0, 0);
	}
	bot_card_gauge(b, &gauge);
}

static void
sealed_gauge_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	if (is_sealed(p) && p->eligible_count > 0) {
		bot_card_gauge(b, &(struct bot_gauge){.label = "Sealed ballots",
				      .share = (double)p->committed /
					       (double)p->eligible_count,
				      .value = bot_words_print(b->arena,
					  "%" PRIu64 " of %" PRIu64 " members",
					  p->committed, p->eligible_count),
				      .mark_text = ""});
	}
}

/* How it stands: bars, and how far it has come. */
static void
standing_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	bars_add(b, p);
	gauge_add(b, p);
	sealed_gauge_add(b, p);
}

/* ---- what can be done ---- */

static const char *
line_of(struct stoa_arena *arena, const char *command,
    const Stoa__Governance__Proposal *p, const char *rest)
{
	return bot_words_print(
	    arena, "/%s id:#%" PRIu64 "%s", command, p->number, rest);
}

static void
choices_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	const char *(*choices)[2] = stoa_arena_alloc_array(
	    b->arena, p->n_options + 1, sizeof(choices[0]));

	if (choices == NULL) {
		return;
	}
	for (size_t i = 0; i < p->n_options; i++) {
		choices[i][0] = p->options[i];
		/* What begins like a number would be taken for one. */
		choices[i][1] = p->options[i][0] == '#'
				    ? bot_words_print(b->arena, "#%zu", i + 1)
				    : p->options[i];
	}
	bot_card_select(
	    b, &(struct bot_select){.kind = STOA__CHAT__SELECT_KIND__CHOICES,
		   .label = "Vote for",
		   .command = line_of(b->arena, "vote", p, ""),
		   .option = "choice",
		   .value = "",
		   .choices = (const char *const(*)[2])choices});
}

static void
vote_buttons(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	if (p->rule != NULL && p->rule->form == FORM(APPROVAL)) {
		bot_view_approvals_add(b, p, NULL);
	} else if (p->rule == NULL || p->rule->form != FORM(SINGLE)) {
		bot_card_button(
		    b, "Vote", PRIMARY, line_of(b->arena, "vote", p, ""));
	} else if (is_plain(p)) {
		bot_card_button(b, "Vote for", PRIMARY,
		    line_of(b->arena, "vote", p, " choice:for"));
		bot_card_button(b, "Vote against", SECONDARY,
		    line_of(b->arena, "vote", p, " choice:against"));
	} else {
		choices_add(b, p);
	}
	bot_card_button(b, "Abstain", SECONDARY,
	    line_of(b->arena, "vote", p, " choice:abstain"));
}

static void
buttons_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	if (p->state == STATE(ACTIVE)) {
		vote_buttons(b, p);
	} else if (p->state == STATE(DRAFT)) {
		bot_card_button(
		    b, "Sponsor", PRIMARY, line_of(b->arena, "sponsor", p, ""));
	} else if (p->state != STATE(OPENING) && p->state != STATE(REVEAL)) {
		bot_card_button(
		    b, "Why", SECONDARY, line_of(b->arena, "why", p, ""));
	}
	if (p->state == STATE(FAILED)) {
		bot_card_button(
		    b, "Retry", PRIMARY, line_of(b->arena, "retry", p, ""));
	}
	bot_card_link(b, "Discussion", p->link);
}

Stoa__Chat__Card *
bot_view_proposal(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    int64_t now_us)
{
	struct bot_card b =
	    bot_card_begin(arena, heading(arena, p), severity_of(p));
	const char *verdict = bot_tallied_verdict(arena, p);

	if (p->description[0] != '\0') {
		bot_card_text(&b, "%s", p->description);
	}
	if (verdict[0] != '\0') {
		bot_card_text(&b, "%s", verdict);
	}
	if (p->reason[0] != '\0') {
		bot_card_text(&b, "Reason: %s", p->reason);
	}
	facts_add(&b, p, now_us);
	standing_add(&b, p);
	buttons_add(&b, p);
	return bot_card_finish(&b, true);
}

/* ---- lists ---- */

static const char *
standing_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    int64_t now_us)
{
	const char *state = bot_tallied_state(p->state);

	if (p->state == STATE(ACTIVE) && p->ends_us > now_us) {
		return bot_words_print(arena, "%s, %s left", state,
		    bot_words_duration(arena, p->ends_us - now_us));
	}
	return state;
}

Stoa__Chat__Card *
bot_view_proposals(struct stoa_arena *arena,
    const Stoa__Governance__ProposalsReply *in, const char *line,
    int64_t now_us)
{
	static const struct bot_column columns[] = {{"No.", true},
	    {"Title", false}, {"Type", false}, {"State", false},
	    {"Votes", true}};
	struct bot_card b =
	    bot_card_begin(arena, "Proposals", STOA__CHAT__SEVERITY__INFO);

	if (in->n_proposals == 0) {
		bot_card_text(&b, "There are none.");
		bot_card_button(
		    &b, "How to make one", PRIMARY, "/help command:propose");
		return bot_card_finish(&b, true);
	}
	bot_card_table(&b, columns, STOA_COUNT(columns));
	bot_card_next(&b, line, in->next);
	for (size_t i = 0; i < in->n_proposals && i < BOT_ROWS_MAX; i++) {
		const Stoa__Governance__Proposal *p = in->proposals[i];
		const char *cells[] = {
		    bot_words_print(arena, "#%" PRIu64, p->number), p->title,
		    p->type, standing_words(arena, p, now_us),
		    p->tally == NULL ? ""
				     : bot_words_print(arena, "%" PRIu64,
					   p->tally->ballots)};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

/* ---- why ---- */

/* Who is to do it: the daemon's name tells where to look. */
static const char *
owner_of(const Stoa__Governance__Action *a)
{
	switch ((int)a->kind_case) {
	case STOA__GOVERNANCE__ACTION__KIND_APPROVE_MODEL:
	case STOA__GOVERNANCE__ACTION__KIND_TAKEDOWN_MODEL:
	case STOA__GOVERNANCE__ACTION__KIND_RESTORE_MODEL:
		return "marketplace";
	case STOA__GOVERNANCE__ACTION__KIND_FINE_TUNE:
		return "training";
	case STOA__GOVERNANCE__ACTION__KIND_PARAMETER:
	case STOA__GOVERNANCE__ACTION__KIND_TRANSFER:
	case STOA__GOVERNANCE__ACTION__KIND_ROLE:
		return "accounts";
	default:
		return "governance";
	}
}

static bool
applies(const Stoa__Governance__Proposal *p, const Stoa__Governance__Action *a)
{
	if (p->verdict == STOA__GOVERNANCE__VERDICT__unopposed) {
		return a->option == 0;
	}
	return p->verdict == STOA__GOVERNANCE__VERDICT__passed &&
	       p->tally != NULL && p->tally->winner == (int32_t)a->option;
}

static const char *
done_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    size_t i, bool *is_first_left)
{
	const Stoa__Governance__ActionState *s =
	    i < p->n_done ? p->done[i] : NULL;
	struct bot_problem problem;

	if (s != NULL && s->is_done) {
		return s->result[0] == '\0'
			   ? "done"
			   : bot_words_print(arena, "done, %s", s->result);
	}
	if (s != NULL && s->refusal != NULL && p->state == STATE(FAILED)) {
		bot_refusal_explain(s->refusal, arena, &problem);
		return bot_words_print(arena, "refused by %s: %s",
		    owner_of(p->actions[i]), problem.text);
	}
	if (p->state == STATE(EXECUTING) && *is_first_left) {
		*is_first_left = false;
		return bot_words_print(arena,
		    "not done yet: waits for %s to answer",
		    owner_of(p->actions[i]));
	}
	return "not done yet";
}

static void
done_add(struct bot_card *b, const Stoa__Governance__Proposal *p)
{
	bool is_first_left = true;

	for (size_t i = 0; i < p->n_actions; i++) {
		const Stoa__Governance__Action *a = p->actions[i];

		if (applies(p, a)) {
			bot_card_text(b, "%zu. %s: %s.", i + 1,
			    bot_words_excerpt(b->arena,
				stoa_str_of(bot_motion_words(b->arena, a)),
				300),
			    done_words(b->arena, p, i, &is_first_left));
		}
	}
}

static const char *
course_words(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    int64_t now_us)
{
	switch (p->state) {
	case STATE(DRAFT):
		return "It is a draft: it waits for sponsors, for its time of "
		       "review, or for its author.";
	case STATE(OPENING):
		return "Voting is about to open.";
	case STATE(ACTIVE):
	case STATE(REVEAL):
		return bot_words_print(arena,
		    "It is not decided yet: until %s.",
		    when_words(arena, p->ends_us, now_us));
	case STATE(QUEUED):
		return bot_words_print(arena,
		    "It waits for its timelock until %s; until then owners may "
		    "veto it.",
		    when_words(arena, p->ends_us, now_us));
	case STATE(EXECUTING):
		return bot_words_print(arena,
		    "It is being carried out (attempt %" PRIu32 ").",
		    p->attempt);
	case STATE(EXECUTED):
		return "It was carried out.";
	case STATE(FAILED):
		return "Carrying it out failed; any member may have it tried "
		       "again, from what was refused on.";
	case STATE(EXPIRED):
	case STATE(CANCELLED):
	case STATE(VETOED):
		return bot_words_print(arena, "It was %s: %s",
		    bot_tallied_state(p->state),
		    p->reason[0] == '\0' ? "its author took it back."
					 : p->reason);
	case STATE(SUCCEEDED):
	case STATE(DEFEATED):
	case STATE(STATE_UNSPECIFIED):
	case _STOA__GOVERNANCE__STATE_IS_INT_SIZE:
		break;
	}
	return "";
}

static void
sentence_add(struct bot_card *b, const char *text)
{
	if (text[0] != '\0') {
		bot_card_text(b, "%s", text);
	}
}

Stoa__Chat__Card *
bot_view_why(struct stoa_arena *arena, const Stoa__Governance__Proposal *p,
    int64_t now_us)
{
	struct bot_card b =
	    bot_card_begin(arena, heading(arena, p), severity_of(p));
	const char *turnout = bot_tallied_turnout(arena, p);

	sentence_add(&b, bot_tallied_verdict(arena, p));
	if (turnout[0] != '\0') {
		bot_card_text(&b, "%s.", turnout);
	}
	for (size_t i = 0; p->tally != NULL && i < p->tally->n_rounds; i++) {
		bot_card_text(&b, "%s.", bot_tallied_round(arena, p, i));
	}
	sentence_add(&b, course_words(arena, p, now_us));
	done_add(&b, p);
	bot_card_field(&b, "Type", p->type, true);
	bot_card_field(&b, "Id", p->id, true);
	if (p->rule != NULL) {
		bot_card_field(
		    &b, "Rule", bot_motion_rule_words(arena, p->rule), false);
	}
	standing_add(&b, p);
	if (p->state == STATE(FAILED)) {
		bot_card_button(
		    &b, "Retry", PRIMARY, line_of(arena, "retry", p, ""));
	}
	bot_card_button(
	    &b, "The proposal", SECONDARY, line_of(arena, "proposal", p, ""));
	return bot_card_finish(&b, true);
}

/* ---- notices ---- */

static void
silent_add(struct bot_card *b, const Stoa__Governance__Notice *notice)
{
	struct stoa_buf names;

	stoa_buf_init(&names, BOT_CARD_TEXT_MAX);
	for (size_t i = 0; i < notice->n_silent; i++) {
		stoa_buf_printf(
		    &names, "%s%s", i == 0 ? "" : ", ", notice->silent[i]);
	}
	bot_card_field(b, "Have not voted",
	    bot_words_excerpt(
		b->arena, stoa_buf_str(&names), BOT_FIELD_TEXT_MAX),
	    false);
	stoa_buf_fini(&names);
}

Stoa__Chat__Card *
bot_view_vote_notice(struct stoa_arena *arena,
    const Stoa__Governance__Notice *notice, int64_t now_us)
{
	const Stoa__Governance__Proposal *p = notice->proposal;
	bool is_extended = notice->reminder == BOT_NOTICE_EXTENDED;
	bool is_why = p->state != STATE(DRAFT) && p->state != STATE(ACTIVE) &&
		      p->state != STATE(REVEAL);
	struct bot_card b;

	if (is_why) {
		return bot_view_why(arena, p, now_us);
	}
	if (notice->reminder == 0) {
		Stoa__Governance__Proposal shown = *p;

		/* What was open when that was written down says nothing. */
		if (p->state == STATE(REVEAL)) {
			shown.tally = NULL;
		}
		return bot_view_proposal(arena, &shown, now_us);
	}
	b = bot_card_begin(arena,
	    bot_words_print(arena, "#%" PRIu64 " %s: %s%s to vote", p->number,
		bot_words_excerpt(arena, stoa_str_of(p->title), 150),
		bot_words_duration(arena, p->ends_us - now_us),
		is_extended ? " more" : ""),
	    STOA__CHAT__SEVERITY__INFO);
	if (is_extended) {
		bot_card_text(&b,
		    "The quorum was reached only shortly before the end, so "
		    "that there is more time, this once.");
	}
	time_field(&b, p, now_us);
	silent_add(&b, notice);
	standing_add(&b, p);
	buttons_add(&b, p);
	return bot_card_finish(&b, true);
}
