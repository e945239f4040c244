/* draft_fields.c - fields as lines, and what can only be typed. */
#include "discord/draft.h"

#include "base/check.h"
#include "bot/words.h"

#define ELLIPSIS "\u2026"

/* How much of each value is kept when there is not enough room for all. */
static const size_t value_units[] = {1000, 400, 160, 64};

/* Room for the line that says how many are missing. */
#define TAIL_WEIGHT ((size_t)40 * DISCORD_WEIGHT_ONE)

bool
draft_value(struct stoa_buf *to, const char *value, size_t weight_max)
{
	size_t kept = discord_weight(STOA_STR(ELLIPSIS));
	struct discord_pen pen;

	stoa_assert(weight_max > kept);
	pen = discord_pen(to, weight_max - kept);
	discord_pen_escape(&pen, stoa_str_of(value), DISCORD_LINES);
	if (pen.is_cut) {
		stoa_buf_add_text(to, ELLIPSIS);
	}
	return !pen.is_cut;
}

/* Whether it is worth a line: nothing blank has one. */
static bool
is_field(const Stoa__Chat__Field *f)
{
	return !discord_is_blank(stoa_str_of(f->value));
}

static bool
field_write(struct draft *d, struct stoa_buf *to, const Stoa__Chat__Field *f,
    size_t weight_max)
{
	const char *name = discord_text_bare(
	    d->arena, stoa_str_of(f->name), DISCORD_NAME_MAX, NULL);
	struct discord_pen pen = discord_pen(to, DISCORD_WEIGHT_NO_LIMIT);

	if (!discord_is_blank(stoa_str_of(name))) {
		(void)discord_pen_text(&pen, "**");
		discord_pen_escape(&pen, stoa_str_of(name), DISCORD_LINE_REST);
		(void)discord_pen_text(
		    &pen, strchr(f->value, '\n') == NULL ? "**  " : "**\n");
	}
	return draft_value(to, f->value, weight_max);
}

/* What parts a field from the one before: short ones share a line. */
static const char *
joint(const Stoa__Chat__Field *f, size_t *abreast)
{
	bool is_short = f->is_short && strchr(f->value, '\n') == NULL;

	if (is_short && *abreast > 0 && *abreast < DISCORD_FIELDS_ABREAST) {
		*abreast += 1;
		return " \u2003";
	}
	*abreast = is_short ? 1 : 0;
	return "\n";
}

struct fields_tally {
	size_t all, shown, shortened;
};

static struct fields_tally
fields_write(
    struct draft *d, struct stoa_buf *to, size_t weight_max, size_t value_max)
{
	struct fields_tally tally = {0};
	struct discord_pen pen = discord_pen(to, weight_max);
	struct stoa_buf one;
	size_t abreast = 0;

	stoa_buf_init(&one, DISCORD_BODY_MAX);
	for (size_t i = 0; i < d->card->n_fields; i++) {
		const Stoa__Chat__Field *f = d->card->fields[i];
		const char *between;

		if (!is_field(f)) {
			continue;
		}
		between = joint(f, &abreast);
		stoa_buf_clear(&one);
		stoa_buf_add_text(&one, tally.all++ > 0 ? between : "");
		if (!field_write(d, &one, f, value_max)) {
			tally.shortened++;
		}
		tally.shown +=
		    discord_pen_add(&pen, stoa_buf_str(&one)) ? 1 : 0;
	}
	stoa_buf_fini(&one);
	return tally;
}

void
draft_fields(struct draft *d, struct stoa_buf *to, size_t weight_max)
{
	size_t start = to->len;
	struct fields_tally tally = {0};

	if (weight_max < TAIL_WEIGHT) {
		draft_note(d, "fields", "left out: no room");
		return;
	}
	for (size_t i = 0; i < STOA_COUNT(value_units); i++) {
		to->len = start;
		tally = fields_write(d, to, weight_max - TAIL_WEIGHT,
		    weight_max == DISCORD_WEIGHT_NO_LIMIT
			? weight_max
			: value_units[i] * DISCORD_WEIGHT_ONE);
		if (tally.shown == tally.all) {
			break;
		}
	}
	if (tally.shortened > 0) {
		draft_note(d, "fields", "%zu of %zu values are shortened",
		    tally.shortened, tally.all);
	}
	if (tally.shown < tally.all) {
		stoa_buf_printf(
		    to, "\n-# " ELLIPSIS " %zu more", tally.all - tally.shown);
		draft_note(d, "fields", "%zu of %zu are left out",
		    tally.all - tally.shown, tally.all);
	}
}

/* ---- hints: what the member may type ---- */

static void
hint_add(struct discord_pen *pen, struct draft *d, const char *label,
    const char *what)
{
	struct stoa_buf line;
	struct discord_pen all;

	stoa_buf_init(&line, DISCORD_BODY_MAX);
	all = discord_pen(&line, DISCORD_WEIGHT_NO_LIMIT);
	(void)discord_pen_text(&all, "-# ");
	discord_pen_escape(&all,
	    stoa_str_of(discord_text_bare(
		d->arena, stoa_str_of(label), DISCORD_LABEL_MAX, NULL)),
	    DISCORD_LINE_REST);
	(void)discord_pen_text(&all, ": ");
	discord_pen_escape(&all, stoa_str_of(what), DISCORD_LINE_REST);
	(void)discord_pen_text(&all, "\n");
	(void)discord_pen_add(pen, stoa_buf_str(&line));
	stoa_buf_fini(&line);
}

static void
command_hint(struct discord_pen *pen, struct draft *d, const char *label,
    const char *command)
{
	struct stoa_buf what;

	stoa_buf_init(&what, DISCORD_BODY_MAX);
	stoa_buf_add_text(&what, command[0] == '/' ? "type " : "type /");
	stoa_buf_add_text(&what, command);
	hint_add(pen, d, label, stoa_buf_str(&what).data);
	stoa_buf_fini(&what);
}

static void
button_hint(
    struct discord_pen *pen, struct draft *d, const Stoa__Chat__Button *b)
{
	if (b->does_case == STOA__CHAT__BUTTON__DOES_COMMAND &&
	    !discord_is_blank(stoa_str_of(b->command))) {
		command_hint(pen, d, b->label, b->command);
	} else if (b->does_case == STOA__CHAT__BUTTON__DOES_URL &&
		   !draft_is_link(b->url) &&
		   !discord_is_blank(stoa_str_of(b->url))) {
		hint_add(pen, d, b->label, b->url); /* to be copied */
	}
}

static void
select_hint(
    struct discord_pen *pen, struct draft *d, const Stoa__Chat__Select *s)
{
	if (s->kind != STOA__CHAT__SELECT_KIND__CHOICES) {
		command_hint(pen, d, s->label,
		    bot_words_print(
			d->arena, "%s %s:...", s->command, s->option));
	}
	for (size_t i = 0; i < s->n_choices; i++) {
		command_hint(pen, d, s->choices[i]->label,
		    bot_words_print(d->arena, "%s %s:%s", s->command, s->option,
			s->choices[i]->value));
	}
}

static void
select_hints(struct discord_pen *pen, struct draft *d)
{
	for (size_t i = 0; i < draft_select_count(d); i++) {
		const Stoa__Chat__Select *s = draft_select_get(d, i);

		if (!draft_select_is_shown(d, i) && s->command[0] != '\0') {
			select_hint(pen, d, s);
		}
	}
}

static void
form_hint(struct discord_pen *pen, struct draft *d)
{
	const Stoa__Chat__Form *f = d->card->form;
	struct stoa_buf command;

	if (f == NULL || draft_is_form(f) || f->command[0] == '\0') {
		return;
	}
	stoa_buf_init(&command, DISCORD_BODY_MAX);
	stoa_buf_add_text(&command, f->command);
	for (size_t i = 0; i < f->n_inputs; i++) {
		stoa_buf_printf(&command, " %s:", f->inputs[i]->option);
	}
	command_hint(pen, d, f->title, stoa_buf_str(&command).data);
	stoa_buf_fini(&command);
}

void
draft_hints(struct draft *d, struct stoa_buf *to, size_t weight_max)
{
	struct discord_pen pen;

	if (weight_max < TAIL_WEIGHT) {
		draft_note(d, "hints", "left out: no room");
		return;
	}
	pen = discord_pen(to, weight_max - TAIL_WEIGHT);
	for (size_t i = 0; i < d->card->n_buttons; i++) {
		button_hint(&pen, d, d->card->buttons[i]);
	}
	select_hints(&pen, d);
	form_hint(&pen, d);
	if (pen.is_cut) {
		stoa_buf_add_text(to, "-# " ELLIPSIS " and more\n");
		draft_note(d, "hints", "not all commands are shown");
	}
}
