/* modal.c - a card's form as a dialogue of its own. */
#include "discord/draft.h"

#include "base/check.h"
#include "bot/catalogue.h"

#define TYPE_INPUT 4
#define TYPE_LABEL 18

#define STYLE_SHORT 1
#define STYLE_LONG  2

static const char *
cut(struct draft *d, const char *text, size_t units_max, const char *what)
{
	bool is_cut = false;
	const char *bare =
	    discord_text_bare(d->arena, stoa_str_of(text), units_max, &is_cut);

	if (is_cut) {
		draft_note(d, "form", "%s is shortened", what);
	}
	return bare;
}

/* Characters that the option of that name takes at most: a character has at
 * least one byte, so the catalogue's bytes never refuse what fits. */
static size_t
len_max_of(const Stoa__Chat__Form *form, const char *name)
{
	struct stoa_str path = stoa_str_of(form->command);
	struct stoa_str verb = stoa_str_cut(&path, ' ');
	const struct bot_command *command;
	const struct bot_option *option = NULL;

	if (stoa_str_has_prefix(verb, STOA_STR("/"))) {
		verb = stoa_str_from(verb, 1);
	}
	command = bot_command_find(verb);
	if (command != NULL) {
		option = bot_option_find(command, stoa_str_of(name));
	}
	if (option == NULL ||
	    (option->type != BOT_TEXT && option->type != BOT_JSON &&
		option->type != BOT_CID) ||
	    option->max > DISCORD_INPUT_VALUE_MAX) {
		return DISCORD_INPUT_VALUE_MAX;
	}
	return (size_t)option->max;
}

/* What was filled in beforehand, with its line breaks; longer than may be
 * typed it could not be sent. */
static void
value_write(struct draft *d, struct discord_writer *w, const char *value,
    size_t len_max)
{
	struct stoa_str rest = stoa_str_of(value);
	size_t units = 0, len = 0;

	while (len < rest.len) {
		struct stoa_str at = stoa_str_from(rest, len);
		size_t step = stoa_str_utf8_len(at);

		step = step == 0 ? 1 : step;
		units += discord_units((struct stoa_str){at.data, step});
		if (units > len_max) {
			draft_note(d, "form", "a value is shortened");
			break;
		}
		len += step;
	}
	discord_str(w, "value", (struct stoa_str){value, len});
}

static void
input_write(struct draft *d, struct discord_writer *w,
    const Stoa__Chat__Form *form, const Stoa__Chat__Input *input)
{
	const char *label = discord_is_blank(stoa_str_of(input->label))
				? input->option
				: input->label;
	size_t len_max = len_max_of(form, input->option);

	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_LABEL);
	discord_text(
	    w, "label", cut(d, label, DISCORD_INPUT_LABEL_MAX, "a label"));
	if (!discord_is_blank(stoa_str_of(input->text))) {
		discord_text(w, "description",
		    cut(d, input->text, DISCORD_INPUT_TEXT_MAX,
			"a description"));
	}
	discord_open(w, "component", '{');
	discord_number(w, "type", TYPE_INPUT);
	discord_text(w, "custom_id", input->option);
	discord_number(w, "style", input->is_long ? STYLE_LONG : STYLE_SHORT);
	discord_flag(w, "required", input->is_required);
	discord_number(w, "max_length", (int64_t)len_max);
	if (input->value[0] != '\0') {
		value_write(d, w, input->value, len_max);
	}
	discord_close(w, '}');
	discord_close(w, '}');
}

static bool
is_input(const Stoa__Chat__Form *form, size_t i)
{
	struct stoa_str id = stoa_str_of(form->inputs[i]->option);

	if (!discord_is_exact(id, DISCORD_ID_MAX)) {
		return false;
	}
	for (size_t j = 0; j < i; j++) {
		if (strcmp(form->inputs[j]->option, id.data) == 0) {
			return false;
		}
	}
	return true;
}

static size_t
inputs_seen(const Stoa__Chat__Form *form)
{
	return form->n_inputs < DISCORD_MODAL_INPUTS_SEEN
		   ? form->n_inputs
		   : DISCORD_MODAL_INPUTS_SEEN;
}

bool
draft_is_form(const Stoa__Chat__Form *form)
{
	for (size_t i = 0; i < inputs_seen(form); i++) {
		if (is_input(form, i)) {
			return draft_is_token(form->token);
		}
	}
	return false;
}

static void
inputs_write(
    struct draft *d, struct discord_writer *w, const Stoa__Chat__Form *form)
{
	size_t count = 0, i;

	discord_open(w, "components", '[');
	for (i = 0; i < inputs_seen(form) && count < DISCORD_MODAL_INPUTS_MAX;
	     i++) {
		if (is_input(form, i)) {
			input_write(d, w, form, form->inputs[i]);
			count++;
		}
	}
	discord_close(w, ']');
	if (count < form->n_inputs) {
		draft_note(d, "form", "%zu of %zu inputs are left out",
		    form->n_inputs - count, form->n_inputs);
	}
}

bool
discord_render_form(struct stoa_arena *arena, const Stoa__Chat__Form *form,
    struct discord_rendered *ret_rendered)
{
	struct draft d = {.arena = arena, .out = ret_rendered};
	struct stoa_buf b;
	struct discord_writer w = {.to = &b};
	const char *title;

	memset(ret_rendered, 0, sizeof(*ret_rendered));
	ret_rendered->json = STOA_STR("");
	if (!draft_is_form(form)) {
		draft_note(&d, "form", "it has no token, or asks for nothing");
		return !arena->is_overflown;
	}
	title = cut(&d, form->title, DISCORD_MODAL_TITLE_MAX, "its title");
	stoa_buf_init(&b, DISCORD_BODY_MAX);
	discord_open(&w, NULL, '{');
	discord_text(&w, "custom_id", form->token);
	discord_text(&w, "title",
	    discord_is_blank(stoa_str_of(title)) ? "\u2026" : title);
	inputs_write(&d, &w, form);
	discord_close(&w, '}');
	ret_rendered->json = draft_keep(&d, &b);
	stoa_buf_fini(&b);
	if (arena->is_overflown) {
		ret_rendered->json = STOA_STR("");
	}
	return !arena->is_overflown;
}
