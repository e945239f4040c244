/* draft_rows.c - action rows: buttons, selects, the form's opener. */
#include "discord/draft.h"

#include "base/check.h"

/* Discord's styles of buttons. */
#define STYLE_PRIMARY	1
#define STYLE_SECONDARY 2
#define STYLE_DANGER	4
#define STYLE_LINK	5

#define TYPE_ROW    1
#define TYPE_BUTTON 2

/* Discord's types of selects, and of channels where texts are written. */
#define TYPE_SELECT	    3
#define TYPE_SELECT_PERSON  5
#define TYPE_SELECT_ROLE    6
#define TYPE_SELECT_CHANNEL 8
#define CHANNEL_TEXT	    0
#define CHANNEL_NEWS	    5

/* Prefixes are two characters long. */
#define TOKEN_UNITS_MAX (DISCORD_ID_MAX - 2)

bool
draft_is_token(const char *token)
{
	return discord_is_exact(stoa_str_of(token), TOKEN_UNITS_MAX);
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_alnum(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9');
}

/* Names joined by dots, the last one beginning with a letter: no addresses,
 * which have many spellings. */
static bool
is_host(struct stoa_str host)
{
	struct stoa_str last = {0};

	if (host.len == 0) {
		return false;
	}
	while (host.len > 0) {
		last = stoa_str_cut(&host, '.');
		if (last.len == 0 || !is_alnum(last.data[0])) {
			return false;
		}
		for (size_t i = 0; i < last.len; i++) {
			if (!is_alnum(last.data[i]) && last.data[i] != '-') {
				return false;
			}
		}
		if (stoa_str_has_prefix(last, STOA_STR("xn--"))) {
			return false; /* could look like another name */
		}
	}
	return is_alpha(last.data[0]) && last.data[last.len] != '.';
}

bool
draft_is_link(const char *url)
{
	struct stoa_str rest = stoa_str_of(url), host;
	int64_t port = 0;

	if (rest.len > DISCORD_URL_MAX ||
	    !stoa_str_has_prefix(rest, STOA_STR("https://"))) {
		return false;
	}
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.data[i] <= ' ' || rest.data[i] > '~' ||
		    strchr("\"<>\\^`{|}", rest.data[i]) != NULL) {
			return false;
		}
	}
	rest = stoa_str_from(rest, 8);
	rest.len = strcspn(rest.data, "/?#");
	host = stoa_str_cut(&rest, ':');
	if (rest.len > 0 &&
	    (!stoa_str_to_i64(rest, &port) || port < 1 || port > 65535)) {
		return false;
	}
	return is_host(host);
}

/* ---- ids already in the message ---- */

struct ids {
	const char *tokens[DISCORD_BUTTONS_MAX + DISCORD_SELECTS_MAX];
	size_t count;
};

static bool
ids_add(struct ids *ids, const char *token)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (strcmp(ids->tokens[i], token) == 0) {
			return false;
		}
	}
	stoa_assert(ids->count < STOA_COUNT(ids->tokens));
	ids->tokens[ids->count++] = token;
	return true;
}

static const char *
id_print(struct draft *d, const char *prefix, const char *token)
{
	char *id = stoa_arena_printf(d->arena, "%s%s", prefix, token);

	return id == NULL ? "" : id;
}

/* ---- buttons ---- */

static const char *
label_of(struct draft *d, const char *label, size_t units_max)
{
	bool is_cut = false;
	const char *bare =
	    discord_text_bare(d->arena, stoa_str_of(label), units_max, &is_cut);

	if (is_cut) {
		draft_note(d, "buttons", "a label is shortened");
	}
	return discord_is_blank(stoa_str_of(bare)) ? "\u2026" : bare;
}

static int
style_of(Stoa__Chat__ButtonStyle style)
{
	switch (style) {
	case STOA__CHAT__BUTTON_STYLE__PRIMARY:
		return STYLE_PRIMARY;
	case STOA__CHAT__BUTTON_STYLE__DANGER:
		return STYLE_DANGER;
	case STOA__CHAT__BUTTON_STYLE__SECONDARY:
	case _STOA__CHAT__BUTTON_STYLE_IS_INT_SIZE:
		break;
	}
	return STYLE_SECONDARY;
}

/* Whether it can be pressed; a note when what it does is lost or told in
 * words. Notes are made once however often this is asked. */
static bool
is_pressable(struct draft *d, const Stoa__Chat__Button *b)
{
	switch (b->does_case) {
	case STOA__CHAT__BUTTON__DOES_TOKEN:
		if (draft_is_token(b->token)) {
			return true;
		}
		draft_note(d, "buttons", "a token cannot be carried");
		return false;
	case STOA__CHAT__BUTTON__DOES_URL:
		if (draft_is_link(b->url)) {
			return true;
		}
		draft_note(d, "buttons", "an address is told in words");
		return false;
	case STOA__CHAT__BUTTON__DOES_COMMAND:
		draft_note(d, "buttons", "a command is told in words");
		return false;
	case STOA__CHAT__BUTTON__DOES__NOT_SET:
	case _STOA__CHAT__BUTTON__DOES__CASE_IS_INT_SIZE:
		break;
	}
	draft_note(d, "buttons", "one does nothing");
	return false;
}

static void
button_write(
    struct draft *d, struct discord_writer *w, const Stoa__Chat__Button *b)
{
	bool is_link = b->does_case == STOA__CHAT__BUTTON__DOES_URL;

	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_BUTTON);
	discord_number(w, "style", is_link ? STYLE_LINK : style_of(b->style));
	discord_text(w, "label", label_of(d, b->label, DISCORD_LABEL_MAX));
	if (is_link) {
		discord_text(w, "url", b->url);
	} else {
		discord_text(
		    w, "custom_id", id_print(d, DISCORD_ID_TOKEN, b->token));
	}
	discord_close(w, '}');
}

static void
row_open(struct discord_writer *w)
{
	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_ROW);
	discord_open(w, "components", '[');
}

static void
row_close(struct discord_writer *w)
{
	discord_close(w, ']');
	discord_close(w, '}');
}

/* The buttons that can be pressed, at most DISCORD_BUTTONS_MAX. */
static size_t
buttons_pick(struct draft *d, struct ids *ids,
    const Stoa__Chat__Button *picked[static DISCORD_BUTTONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < d->card->n_buttons; i++) {
		const Stoa__Chat__Button *b = d->card->buttons[i];

		if (!is_pressable(d, b)) {
			continue;
		}
		if (count == DISCORD_BUTTONS_MAX) {
			draft_note(d, "buttons", "only %d are shown",
			    DISCORD_BUTTONS_MAX);
			break;
		}
		if (b->does_case == STOA__CHAT__BUTTON__DOES_TOKEN &&
		    !ids_add(ids, b->token)) {
			draft_note(d, "buttons", "two have the same token");
			continue;
		}
		picked[count++] = b;
	}
	return count;
}

static void
buttons_write(struct draft *d, struct discord_writer *w, struct ids *ids)
{
	const Stoa__Chat__Button *picked[DISCORD_BUTTONS_MAX];
	size_t count = buttons_pick(d, ids, picked);

	for (size_t i = 0; i < count; i++) {
		if (i % DISCORD_ROW_MAX == 0) {
			row_open(w);
		}
		button_write(d, w, picked[i]);
		if ((i + 1) % DISCORD_ROW_MAX == 0 || i + 1 == count) {
			row_close(w);
		}
	}
}

/* ---- selects ---- */

/* What a list is made of that Discord fills itself. */
static const struct kind {
	int type;
	const char *name; /* of an id that is chosen already */
} kinds[] = {
    [STOA__CHAT__SELECT_KIND__CHOICES] = {TYPE_SELECT, ""},
    [STOA__CHAT__SELECT_KIND__CHANNEL] = {TYPE_SELECT_CHANNEL, "channel"},
    [STOA__CHAT__SELECT_KIND__ROLE] = {TYPE_SELECT_ROLE, "role"},
    [STOA__CHAT__SELECT_KIND__PERSON] = {TYPE_SELECT_PERSON, "user"},
};

size_t
draft_select_count(const struct draft *d)
{
	size_t count = (d->card->select != NULL) + d->card->n_selects;

	return count < DISCORD_SELECTS_MAX ? count : DISCORD_SELECTS_MAX;
}

const Stoa__Chat__Select *
draft_select_get(const struct draft *d, size_t i)
{
	stoa_assert(i < draft_select_count(d));
	if (d->card->select == NULL) {
		return d->card->selects[i];
	}
	return i == 0 ? d->card->select : d->card->selects[i - 1];
}

/* Without components v2 a message has five rows, the buttons' first. */
static size_t
selects_max(const struct draft *d)
{
	size_t buttons = d->card->n_buttons < DISCORD_BUTTONS_MAX
			     ? d->card->n_buttons
			     : DISCORD_BUTTONS_MAX;

	if (!d->options->use_embeds) {
		return DISCORD_SELECTS_MAX;
	}
	return DISCORD_ROWS_PLAIN_MAX -
	       (buttons + DISCORD_ROW_MAX - 1) / DISCORD_ROW_MAX -
	       (d->card->form != NULL);
}

bool
draft_select_is_shown(const struct draft *d, size_t i)
{
	const Stoa__Chat__Select *s = draft_select_get(d, i);

	return i < selects_max(d) && (size_t)s->kind < STOA_COUNT(kinds) &&
	       draft_is_token(s->token);
}

static bool
is_choice(const Stoa__Chat__Select *s, size_t i)
{
	struct stoa_str value = stoa_str_of(s->choices[i]->value);

	if (!discord_is_exact(value, DISCORD_CHOICE_MAX)) {
		return false;
	}
	for (size_t j = 0; j < i; j++) {
		if (strcmp(s->choices[j]->value, value.data) == 0) {
			return false;
		}
	}
	return true;
}

/* Choices looked at: any message of ours has fewer. */
static size_t
choices_pick(struct draft *d, const Stoa__Chat__Select *s,
    const Stoa__Chat__Choice *picked[static DISCORD_CHOICES_MAX])
{
	size_t seen = s->n_choices < (size_t)4 * DISCORD_CHOICES_MAX
			  ? s->n_choices
			  : (size_t)4 * DISCORD_CHOICES_MAX;
	size_t count = 0;

	for (size_t i = 0; i < seen && count < DISCORD_CHOICES_MAX; i++) {
		if (is_choice(s, i)) {
			picked[count++] = s->choices[i];
		}
	}
	if (count < s->n_choices) {
		draft_note(d, "select", "%zu of %zu choices are left out",
		    s->n_choices - count, s->n_choices);
	}
	return count;
}

static void
choice_write(struct draft *d, struct discord_writer *w,
    const Stoa__Chat__Choice *c, bool is_chosen)
{
	const char *label =
	    discord_is_blank(stoa_str_of(c->label)) ? c->value : c->label;

	discord_open(w, NULL, '{');
	discord_text(w, "label", label_of(d, label, DISCORD_CHOICE_MAX));
	discord_text(w, "value", c->value);
	if (!discord_is_blank(stoa_str_of(c->text))) {
		discord_text(
		    w, "description", label_of(d, c->text, DISCORD_CHOICE_MAX));
	}
	if (is_chosen) {
		discord_flag(w, "default", true);
	}
	discord_close(w, '}');
}

static bool
is_snowflake(const char *id)
{
	size_t len = strspn(id, "0123456789");

	return len > 0 && len <= DISCORD_SNOWFLAKE_MAX && id[len] == '\0';
}

/* The list that Discord fills itself. */
static void
known_list_write(struct discord_writer *w, const Stoa__Chat__Select *s)
{
	if (s->kind == STOA__CHAT__SELECT_KIND__CHANNEL) {
		discord_open(w, "channel_types", '[');
		discord_number(w, NULL, CHANNEL_TEXT);
		discord_number(w, NULL, CHANNEL_NEWS);
		discord_close(w, ']');
	}
	if (is_snowflake(s->value)) {
		discord_open(w, "default_values", '[');
		discord_open(w, NULL, '{');
		discord_text(w, "id", s->value);
		discord_text(w, "type", kinds[s->kind].name);
		discord_close(w, '}');
		discord_close(w, ']');
	}
}

static bool
is_chosen(const Stoa__Chat__Select *s, const char *value)
{
	if (s->count_max <= 1) {
		return strcmp(value, s->value) == 0;
	}
	for (size_t i = 0; i < s->n_values; i++) {
		if (strcmp(value, s->values[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* As many as may be chosen are chosen at most, and never more than there are:
 * Discord refuses both. */
static void
choices_write(struct draft *d, struct discord_writer *w,
    const Stoa__Chat__Select *s, const Stoa__Chat__Choice *const *picked,
    size_t count)
{
	size_t left = s->count_max > 1 ? s->count_max : 1;

	left = left < count ? left : count;
	if (s->count_max > 1 || s->none[0] != '\0') {
		discord_number(w, "min_values", s->none[0] != '\0' ? 0 : 1);
		discord_number(w, "max_values", (int64_t)left);
	}
	discord_open(w, "options", '[');
	for (size_t i = 0; i < count; i++) {
		bool is_default = left > 0 && is_chosen(s, picked[i]->value);

		left -= is_default;
		choice_write(d, w, picked[i], is_default);
	}
	discord_close(w, ']');
}

static void
select_write(
    struct draft *d, struct discord_writer *w, const Stoa__Chat__Select *s)
{
	const Stoa__Chat__Choice *picked[DISCORD_CHOICES_MAX];
	bool is_known = s->kind != STOA__CHAT__SELECT_KIND__CHOICES;
	size_t count = is_known ? 0 : choices_pick(d, s, picked);

	if (!is_known && count == 0) {
		draft_note(d, "select", "left out: it offers nothing");
		return;
	}
	row_open(w);
	discord_open(w, NULL, '{');
	discord_number(w, "type", kinds[s->kind].type);
	discord_text(w, "custom_id", id_print(d, DISCORD_ID_TOKEN, s->token));
	if (!discord_is_blank(stoa_str_of(s->label))) {
		discord_text(w, "placeholder",
		    label_of(d, s->label, DISCORD_HOLDER_MAX));
	}
	if (is_known) {
		known_list_write(w, s);
	} else {
		choices_write(d, w, s, picked, count);
	}
	discord_close(w, '}');
	row_close(w);
}

static void
selects_write(struct draft *d, struct discord_writer *w, struct ids *ids)
{
	for (size_t i = 0; i < draft_select_count(d); i++) {
		const Stoa__Chat__Select *s = draft_select_get(d, i);

		if (!draft_select_is_shown(d, i)) {
			draft_note(
			    d, "select", "its commands are told in words");
		} else if (!ids_add(ids, s->token)) {
			draft_note(d, "select", "two have the same token");
		} else {
			select_write(d, w, s);
		}
	}
	if ((d->card->select != NULL) + d->card->n_selects >
	    DISCORD_SELECTS_MAX) {
		draft_note(
		    d, "select", "only %d are shown", DISCORD_SELECTS_MAX);
	}
}

/* A form cannot be part of a message: a button opens it. */
static void
form_write(struct draft *d, struct discord_writer *w)
{
	const Stoa__Chat__Form *f = d->card->form;

	if (f == NULL) {
		return;
	}
	if (!draft_is_form(f)) {
		draft_note(d, "form", "its command is told in words");
		return;
	}
	row_open(w);
	discord_open(w, NULL, '{');
	discord_number(w, "type", TYPE_BUTTON);
	discord_number(w, "style", STYLE_PRIMARY);
	discord_text(w, "label", label_of(d, f->title, DISCORD_LABEL_MAX));
	discord_text(w, "custom_id", id_print(d, DISCORD_ID_FORM, f->token));
	discord_close(w, '}');
	row_close(w);
}

void
draft_rows(struct draft *d, struct discord_writer *w)
{
	struct ids ids = {0};

	buttons_write(d, w, &ids);
	selects_write(d, w, &ids);
	form_write(d, w);
}
