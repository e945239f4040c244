/* view_form.c - asks for what a command still lacks. */
#include "bot/view.h"

#include "bot/card.h"
#include "bot/limits.h"
#include "bot/parse.h"
#include "bot/words.h"

/* Limits of chat.Form and chat.Input. */
#define INPUTS_MAX    5
#define TITLE_LEN_MAX 45
#define LABEL_LEN_MAX 45
#define TEXT_LEN_MAX  100
#define LONG_LEN_MIN  200 /* what people write in several lines */

static Stoa__Chat__Input *
input_new(struct stoa_arena *arena, const struct bot_option *option)
{
	Stoa__Chat__Input *in = stoa_arena_alloc(arena, sizeof(*in));

	if (in == NULL) {
		return NULL;
	}
	stoa__chat__input__init(in);
	in->option = (char *)(uintptr_t)option->name;
	in->label = (char *)(uintptr_t)bot_words_excerpt(
	    arena, stoa_str_of(option->name), LABEL_LEN_MAX);
	in->text = (char *)(uintptr_t)bot_words_excerpt(
	    arena, stoa_str_of(option->text), TEXT_LEN_MAX);
	in->is_required = true;
	in->is_long = option->type == BOT_JSON ||
		      (option->type == BOT_TEXT && option->max > LONG_LEN_MIN);
	return in;
}

/* The command as far as it goes, as one would type it. */
static const char *
line_print(struct stoa_arena *arena, const Stoa__Chat__Command *given)
{
	struct stoa_buf b;
	const char *line;

	stoa_buf_init(&b, BOT_LINE_LEN_MAX);
	bot_print(&b, given);
	line = b.is_overflown ? NULL : stoa_arena_str(arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return line;
}

static bool
inputs_add(struct stoa_arena *arena, const struct bot_command *command,
    const Stoa__Chat__Command *given, Stoa__Chat__Form *form)
{
	form->inputs =
	    stoa_arena_alloc_array(arena, INPUTS_MAX, sizeof(*form->inputs));
	if (form->inputs == NULL) {
		return false;
	}
	for (const struct bot_option *o = command->options;
	     o->name != NULL && o->is_required; o++) {
		if (bot_argument(given, o->name) != NULL ||
		    form->n_inputs == INPUTS_MAX) {
			continue;
		}
		form->inputs[form->n_inputs] = input_new(arena, o);
		if (form->inputs[form->n_inputs] == NULL) {
			return false;
		}
		form->n_inputs++;
	}
	return form->n_inputs > 0;
}

Stoa__Chat__Card *
bot_view_form(struct stoa_arena *arena, const struct bot_command *command,
    const Stoa__Chat__Command *given)
{
	struct bot_card b =
	    bot_card_begin(arena, command->text, STOA__CHAT__SEVERITY__INFO);
	Stoa__Chat__Form *form = stoa_arena_alloc(arena, sizeof(*form));
	Stoa__Chat__Card *card;

	if (form == NULL) {
		return NULL;
	}
	stoa__chat__form__init(form);
	form->title = (char *)(uintptr_t)bot_words_excerpt(
	    arena, stoa_str_of(command->text), TITLE_LEN_MAX);
	form->command = (char *)(uintptr_t)line_print(arena, given);
	if (form->command == NULL || !inputs_add(arena, command, given, form)) {
		return NULL;
	}
	for (size_t i = 0; i < form->n_inputs; i++) {
		bot_card_text(&b, "%s: %s.", form->inputs[i]->option,
		    form->inputs[i]->text);
	}
	card = bot_card_finish(&b, true);
	if (card != NULL) {
		card->form = form;
		card->visibility = STOA__CHAT__VISIBILITY__ASKER;
	}
	return card;
}
