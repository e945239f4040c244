/* view_help.c - /help, and every way of saying no. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "bot/value.h"
#include "bot/words.h"

#define PLACE_WIDTH 72

/* "/train dataset: [parameters:] ..." */
static const char *
usage(struct stoa_arena *arena, const struct bot_command *command)
{
	struct stoa_buf b;
	const char *text;

	stoa_buf_init(&b, BOT_COMMAND_TEXT_MAX);
	stoa_buf_printf(&b, "/%s", command->name);
	for (const struct bot_option *o = command->options; o->name != NULL;
	     o++) {
		stoa_buf_printf(
		    &b, o->is_required ? " %s:" : " [%s:]", o->name);
	}
	text = stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return text == NULL ? "" : text;
}

Stoa__Chat__Card *
bot_view_help(struct stoa_arena *arena, enum bot_permission permission)
{
	static const struct bot_column columns[] = {
	    {"Command", false}, {"What it does", false}};
	struct bot_card b = bot_card_begin(
	    arena, "What you can do", STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b,
	    "Options are written name:value; put text with spaces in quotes.");
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < BOT_VERB_COUNT; i++) {
		const struct bot_command *c = bot_command_get((enum bot_verb)i);
		const char *cells[] = {usage(arena, c), c->text};

		if (c->permission <= permission) {
			bot_card_row(&b, cells);
		}
	}
	bot_card_button(&b, "How one command works",
	    STOA__CHAT__BUTTON_STYLE__SECONDARY, "/help command:train");
	return bot_card_finish(&b, true);
}

static void
option_row(struct bot_card *b, const struct bot_option *o)
{
	const char *limit = bot_value_limit(o, b->arena);
	const char *note = o->is_required ? "required" : "optional";
	const char *cells[] = {o->name, note, limit, o->text};

	if (o->standard != NULL) {
		cells[1] = stoa_arena_printf(b->arena, "else %s", o->standard);
	}
	cells[1] = cells[1] == NULL ? note : cells[1];
	bot_card_row(b, cells);
}

Stoa__Chat__Card *
bot_view_command(struct stoa_arena *arena, const struct bot_command *command)
{
	static const struct bot_column columns[] = {{"Option", false},
	    {"", false}, {"Takes", false}, {"What it is", false}};
	const char *title = usage(arena, command);
	struct bot_card b =
	    bot_card_begin(arena, title, STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b, "%s.", command->text);
	bot_card_text(&b, "%s", command->help);
	if (command->options[0].name != NULL) {
		bot_card_table(&b, columns, STOA_COUNT(columns));
	}
	for (const struct bot_option *o = command->options; o->name != NULL;
	     o++) {
		option_row(&b, o);
	}
	for (size_t i = 0; command->examples[i] != NULL; i++) {
		bot_card_field(&b, "Example", command->examples[i], false);
	}
	bot_card_field(
	    &b, "For", bot_permission_name(command->permission), true);
	return bot_card_finish(&b, true);
}

/* ---- no ---- */

static void
problem_set(struct bot_card *b, const struct bot_problem *problem)
{
	Stoa__Chat__Problem *p;

	if (b->card == NULL) {
		return;
	}
	p = stoa_arena_alloc(b->arena, sizeof(*p));
	if (p == NULL) {
		return;
	}
	stoa__chat__problem__init(p);
	p->code = stoa_arena_str(b->arena, stoa_str_of(problem->code));
	p->field = stoa_arena_str(b->arena, stoa_str_of(problem->field));
	p->given = stoa_arena_str(b->arena, stoa_str_of(problem->given));
	p->limit = stoa_arena_str(b->arena, stoa_str_of(problem->limit));
	p->fix = stoa_arena_str(b->arena, stoa_str_of(problem->fix));
	p->offset = (uint32_t)problem->offset;
	p->len = (uint32_t)problem->len;
	b->card->problem = p;
}

static struct bot_card
no_begin(struct stoa_arena *arena, const char *title,
    Stoa__Chat__Severity severity, const struct bot_problem *problem)
{
	struct bot_card b = bot_card_begin(arena, title, severity);
	size_t len = strlen(problem->text);
	bool is_ended =
	    len > 0 && strchr(".?!", problem->text[len - 1]) != NULL;

	bot_card_text(&b, "%s%s", problem->text, is_ended ? "" : ".");
	problem_set(&b, problem);
	return b;
}

static void
problem_fields(struct bot_card *b, const struct bot_problem *problem)
{
	if (problem->field[0] != '\0') {
		bot_card_field(b, "Field", problem->field, true);
	}
	if (problem->limit[0] != '\0') {
		bot_card_field(b, "Allowed", problem->limit, true);
	}
	if (problem->fix[0] != '\0') {
		bot_card_field(b, "Fix", problem->fix, false);
	}
}

Stoa__Chat__Card *
bot_view_problem(struct stoa_arena *arena, const struct bot_problem *problem,
    struct stoa_str line)
{
	struct bot_card b = no_begin(arena, "That is not quite a command",
	    STOA__CHAT__SEVERITY__REFUSED, problem);
	struct stoa_buf place;

	stoa_buf_init(&place, BOT_CARD_TEXT_MAX);
	bot_problem_print_place(&place, problem, line, PLACE_WIDTH);
	if (place.len > 0) {
		bot_card_verbatim(&b, stoa_buf_str(&place));
	}
	stoa_buf_fini(&place);
	problem_fields(&b, problem);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_refusal(struct stoa_arena *arena, const struct bot_problem *problem)
{
	struct bot_card b = no_begin(arena, "That is not possible",
	    STOA__CHAT__SEVERITY__REFUSED, problem);

	problem_fields(&b, problem);
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_failure(
    struct stoa_arena *arena, enum stoa_status status, const char *what)
{
	static const char *const fixes[] = {
	    [STOA_RETRY_NEVER] = "asking again will not help; see /status",
	    [STOA_RETRY_LATER] = "try again in a moment; see /status",
	    [STOA_RETRY_SAME_ID] = "it may have happened: look, then ask",
	};
	enum stoa_retry retry = stoa_status_retry(status);
	struct bot_problem problem = {
	    .code = stoa_status_name(status),
	    .field = "",
	    .given = "",
	    .limit = "",
	    .text = stoa_status_text(status),
	    .fix = fixes[retry],
	};
	struct bot_card b = bot_card_begin(
	    arena, "That did not work", STOA__CHAT__SEVERITY__FAILED);

	bot_card_text(&b, "Could not %s: %s.", what, problem.text);
	problem_set(&b, &problem);
	problem_fields(&b, &problem);
	if (b.card != NULL && b.card->problem != NULL) {
		b.card->problem->is_retryable = retry == STOA_RETRY_LATER;
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_silence(
    struct stoa_arena *arena, const char *service, bool is_uncertain)
{
	struct bot_problem problem = {
	    .code = stoa_status_name(STOA_TIMEOUT),
	    .field = "",
	    .given = service,
	    .limit = "",
	    .fix = is_uncertain ? "look whether it has happened, then ask again"
				: "try again in a moment; see /status",
	};
	struct bot_card b;

	problem.text =
	    bot_words_print(arena, "%s does not answer now", service);
	b = bot_card_begin(arena, problem.text, STOA__CHAT__SEVERITY__FAILED);
	bot_card_text(&b, "%s; %s.", problem.text,
	    is_uncertain ? "what you asked for may still happen"
			 : "nothing was lost, try again");
	problem_set(&b, &problem);
	problem_fields(&b, &problem);
	if (b.card != NULL && b.card->problem != NULL) {
		b.card->problem->is_retryable = !is_uncertain;
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_rate_limited(struct stoa_arena *arena,
    const struct bot_command *command, int64_t retry_after_us, bool is_shared)
{
	/* Whole seconds, and rounded up: who waits that long is let through. */
	int64_t whole_us = (retry_after_us + STOA_US_PER_S - 1) /
			   STOA_US_PER_S * STOA_US_PER_S;
	const char *wait = bot_words_duration(arena, whole_us);
	const char *fix = stoa_arena_printf(arena, "wait %s", wait);
	struct bot_problem problem = {
	    .code = stoa_status_name(STOA_RATE_LIMITED),
	    .field = "",
	    .given = "",
	    .limit = "",
	    .text = "you have asked too often",
	    .fix = fix == NULL ? "" : fix,
	};
	struct bot_card b =
	    bot_card_begin(arena, "One moment", STOA__CHAT__SEVERITY__REFUSED);

	if (command == NULL) {
		bot_card_text(&b, "Commands are taken again in %s.", wait);
	} else {
		bot_card_text(
		    &b, "/%s can be used again in %s.", command->name, wait);
	}
	if (!is_shared) {
		bot_card_field(&b, "Note",
		    "limits are counted by each bot alone at the moment",
		    false);
	}
	problem_set(&b, &problem);
	if (b.card != NULL && b.card->problem != NULL) {
		b.card->problem->is_retryable = true;
		b.card->problem->retry_after_us = retry_after_us;
	}
	return bot_card_finish(&b, true);
}

/* ---- commands of the community's own ---- */

Stoa__Chat__Card *
bot_view_own_commands(
    struct stoa_arena *arena, const struct bot_own_view *commands, size_t count)
{
	static const struct bot_column columns[] = {
	    {"Command", false}, {"What it does", false}};
	struct bot_card b = bot_card_begin(
	    arena, "Commands of this community", STOA__CHAT__SEVERITY__INFO);

	if (count == 0) {
		bot_card_text(&b,
		    "There are none yet. Propose one: /propose type:PARAMETER "
		    "action:\"command faq text ...\"");
		return bot_card_finish(&b, true);
	}
	bot_card_text(&b, "Send /run name: and which; see /help command:run.");
	bot_card_table(&b, columns, STOA_COUNT(columns));
	for (size_t i = 0; i < count; i++) {
		const char *cells[] = {commands[i].name,
		    commands[i].model[0] != '\0'
			? bot_words_print(arena, "asks %s", commands[i].model)
			: bot_words_excerpt(
			      arena, stoa_str_of(commands[i].text), 80)};

		bot_card_row(&b, cells);
	}
	return bot_card_finish(&b, true);
}

Stoa__Chat__Card *
bot_view_own(struct stoa_arena *arena, const struct bot_own_view *command)
{
	struct bot_card b =
	    bot_card_begin(arena, command->name, STOA__CHAT__SEVERITY__INFO);

	bot_card_text(&b, "%s", command->text);
	return bot_card_finish(&b, true);
}
