/* term_card.c - a card from top to bottom. */
#include "stoa/term_text.h"

#include "base/check.h"

/* Names of fields are lined up to at most this. */
#define NAME_COLUMNS_MAX 20

struct mark {
	const char *sign; /* one column */
	enum term_style style;
};

static struct mark
mark_of(Stoa__Chat__Severity severity)
{
	switch (severity) {
	case STOA__CHAT__SEVERITY__SUCCESS:
		return (struct mark){"\u2714", TERM_GREEN};
	case STOA__CHAT__SEVERITY__WARNING:
		return (struct mark){"!", TERM_YELLOW};
	case STOA__CHAT__SEVERITY__REFUSED:
		return (struct mark){"\u2718", TERM_YELLOW};
	case STOA__CHAT__SEVERITY__FAILED:
		return (struct mark){"\u2718", TERM_RED};
	case STOA__CHAT__SEVERITY__SEVERITY_UNSPECIFIED:
	case STOA__CHAT__SEVERITY__INFO:
	case _STOA__CHAT__SEVERITY_IS_INT_SIZE:
		break;
	}
	return (struct mark){"\u2022", TERM_BLUE};
}

static void
title_print(struct term_out *o, const Stoa__Chat__Card *card)
{
	struct mark mark = mark_of(card->severity);

	term_styled(o, mark.style, mark.sign);
	stoa_buf_add_byte(o->b, ' ');
	term_style_begin(o, TERM_BOLD);
	term_text_add(o, stoa_str_of(card->title));
	term_style_end(o, TERM_BOLD);
	stoa_buf_add_byte(o->b, '\n');
}

/* ---- text with its little markup ---- */

/* Without ** and `: on a terminal the words speak for themselves. */
static void
markup_drop(struct stoa_buf *to, struct stoa_str line)
{
	while (line.len > 0) {
		if (stoa_str_has_prefix(line, STOA_STR("**"))) {
			line = stoa_str_from(line, 2);
			continue;
		}
		if (line.data[0] != '`') {
			stoa_buf_add_byte(to, (uint8_t)line.data[0]);
		}
		line = stoa_str_from(line, 1);
	}
}

static void
text_print(struct term_out *o, struct stoa_str text)
{
	struct stoa_buf bare;
	bool is_verbatim = false;

	stoa_buf_init(&bare, TERM_CARD_LEN_MAX);
	while (text.len > 0) {
		struct stoa_str line = stoa_str_cut(&text, '\n');

		if (stoa_str_has_prefix(line, STOA_STR("```"))) {
			is_verbatim = !is_verbatim;
			continue;
		}
		term_spaces(o, TERM_INDENT);
		if (is_verbatim) {
			term_text_add(o, line);
			stoa_buf_add_byte(o->b, '\n');
			continue;
		}
		stoa_buf_clear(&bare);
		markup_drop(&bare, line);
		term_wrap(o, stoa_buf_str(&bare), TERM_INDENT);
	}
	stoa_buf_fini(&bare);
}

/* ---- the other parts ---- */

static void
fields_print(struct term_out *o, const Stoa__Chat__Card *card)
{
	size_t name_columns = 0;

	for (size_t i = 0; i < card->n_fields; i++) {
		size_t columns =
		    term_columns(stoa_str_of(card->fields[i]->name));

		name_columns = columns > name_columns ? columns : name_columns;
	}
	name_columns =
	    name_columns > NAME_COLUMNS_MAX ? NAME_COLUMNS_MAX : name_columns;
	for (size_t i = 0; i < card->n_fields; i++) {
		const Stoa__Chat__Field *field = card->fields[i];
		size_t columns = term_columns(stoa_str_of(field->name));

		term_spaces(o, TERM_INDENT);
		term_styled(o, TERM_DIM, field->name);
		term_spaces(
		    o, columns < name_columns ? name_columns - columns + 2 : 2);
		term_wrap(o, stoa_str_of(field->value),
		    TERM_INDENT + name_columns + 2);
	}
}

static void
hint_print(struct term_out *o, const char *label, const char *what)
{
	term_spaces(o, TERM_INDENT);
	term_styled(o, TERM_DIM, "\u2192 ");
	term_text_add(o, stoa_str_of(label));
	stoa_buf_add_text(o->b, ": ");
	term_styled(o, TERM_CYAN, what);
	stoa_buf_add_byte(o->b, '\n');
}

static void
buttons_print(struct term_out *o, const Stoa__Chat__Card *card)
{
	for (size_t i = 0; i < card->n_buttons; i++) {
		const Stoa__Chat__Button *button = card->buttons[i];

		if (button->does_case == STOA__CHAT__BUTTON__DOES_COMMAND) {
			hint_print(o, button->label, button->command);
		} else if (button->does_case == STOA__CHAT__BUTTON__DOES_URL) {
			hint_print(o, button->label, button->url);
		}
		/* A token has to be pressed: nothing for a terminal. */
	}
}

static void
select_print(struct term_out *o, const Stoa__Chat__Select *select)
{
	struct stoa_buf command;

	stoa_buf_init(&command, TERM_CARD_LEN_MAX);
	if (select->kind != STOA__CHAT__SELECT_KIND__CHOICES) {
		stoa_buf_printf(
		    &command, "%s %s:...", select->command, select->option);
		hint_print(o, select->label, command.data);
	}
	for (size_t i = 0; i < select->n_choices; i++) {
		const char *value = select->choices[i]->value;
		const char *quote = strchr(value, ' ') == NULL ? "" : "\"";

		stoa_buf_clear(&command);
		stoa_buf_printf(&command, "%s %s:%s%s%s", select->command,
		    select->option, quote, value, quote);
		hint_print(o, select->choices[i]->label, command.data);
	}
	stoa_buf_fini(&command);
}

static void
form_print(struct term_out *o, const Stoa__Chat__Form *form)
{
	struct stoa_buf command;

	stoa_buf_init(&command, TERM_CARD_LEN_MAX);
	stoa_buf_add_text(&command, form->command);
	for (size_t i = 0; i < form->n_inputs; i++) {
		const Stoa__Chat__Input *input = form->inputs[i];

		stoa_buf_printf(&command,
		    input->is_required ? " %s:\"%s\"" : " [%s:\"%s\"]",
		    input->option,
		    input->value[0] == '\0' ? "..." : input->value);
	}
	hint_print(o, form->title, command.data);
	stoa_buf_fini(&command);
}

void
term_card_render(struct stoa_buf *b, const Stoa__Chat__Card *card,
    const struct term_options *options)
{
	struct term_out o = {b, options->width, options->has_colour};

	stoa_assert(options->width >= TERM_WIDTH_MIN);
	title_print(&o, card);
	text_print(&o, stoa_str_of(card->text));
	fields_print(&o, card);
	if (card->table != NULL) {
		term_table(&o, card->table);
	}
	term_bars(&o, card->bars, card->n_bars);
	if (card->progress != NULL) {
		term_progress(&o, card->progress);
	}
	term_plot(&o, card->series, card->n_series);
	if (card->image != NULL) {
		hint_print(&o, card->image->alt, card->image->cid);
	}
	buttons_print(&o, card);
	if (card->select != NULL) {
		select_print(&o, card->select);
	}
	for (size_t i = 0; i < card->n_selects; i++) {
		select_print(&o, card->selects[i]);
	}
	if (card->form != NULL) {
		form_print(&o, card->form);
	}
}
