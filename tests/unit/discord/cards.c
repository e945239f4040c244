#include "cards.h"

#include "base/check.h"
#include "bot/card.h"

#include <stdio.h>

#define TOKEN "v1.k3v9a2m4xq7f2w5k9cqz0000000000000000000000000000000000000000"
#define CID   "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

/* Text that nobody writes to. */
static char *
text(const char *s)
{
	union {
		const char *in;
		char *out;
	} u = {.in = s};

	return u.out;
}

static Stoa__Chat__Button *
press(struct stoa_arena *arena, const char *label, const char *token)
{
	Stoa__Chat__Button *b = stoa_arena_alloc(arena, sizeof(*b));

	stoa_assert(b != NULL);
	stoa__chat__button__init(b);
	b->label = text(label);
	b->does_case = STOA__CHAT__BUTTON__DOES_TOKEN;
	b->token = text(token);
	return b;
}

static Stoa__Chat__Button *
link_to(struct stoa_arena *arena, const char *label, const char *url)
{
	Stoa__Chat__Button *b = press(arena, label, "");

	b->does_case = STOA__CHAT__BUTTON__DOES_URL;
	b->url = text(url);
	return b;
}

static Stoa__Chat__Choice *
choice(struct stoa_arena *arena, const char *label, const char *value)
{
	Stoa__Chat__Choice *c = stoa_arena_alloc(arena, sizeof(*c));

	stoa_assert(c != NULL);
	stoa__chat__choice__init(c);
	c->label = text(label);
	c->value = text(value);
	return c;
}

static Stoa__Chat__Select *
select_of(struct stoa_arena *arena)
{
	Stoa__Chat__Select *s = stoa_arena_alloc(arena, sizeof(*s));

	stoa_assert(s != NULL);
	stoa__chat__select__init(s);
	s->label = text("Which model?");
	s->command = text("/ask");
	s->option = text("model");
	s->token = text(TOKEN "s");
	s->choices = stoa_arena_alloc_array(arena, 3, sizeof(*s->choices));
	s->choices[0] = choice(arena, "intents", "m_7f2w5k9cqz");
	s->choices[1] = choice(arena, "reviews", "m_aaaaaaaaaa");
	s->choices[1]->text = text("93 % right, made yesterday");
	s->choices[2] = choice(arena, "again", "m_aaaaaaaaaa");
	s->n_choices = 3;
	return s;
}

static Stoa__Chat__Card *
buttons(struct stoa_arena *arena)
{
	struct bot_card b =
	    bot_card_begin(arena, "What now?", STOA__CHAT__SEVERITY__WARNING);
	Stoa__Chat__Card *card;

	bot_card_text(&b, "Choose **one** of these; `/help` tells more.");
	bot_card_button(&b, "Cancel", STOA__CHAT__BUTTON_STYLE__DANGER,
	    "/cancel job:j_k3v9a2m4xq");
	card = bot_card_finish(&b, false);
	if (card == NULL) {
		return NULL;
	}
	card->buttons[1] = press(arena, "Show it", TOKEN "1");
	card->buttons[1]->style = STOA__CHAT__BUTTON_STYLE__PRIMARY;
	card->buttons[2] = press(arena, "Delete it", TOKEN "2");
	card->buttons[2]->style = STOA__CHAT__BUTTON_STYLE__DANGER;
	card->buttons[3] = press(arena, "The same twice", TOKEN "2");
	card->buttons[4] =
	    link_to(arena, "Page", "https://stoa.example/jobs?id=1#top");
	card->buttons[5] = link_to(arena, "No link", "javascript:alert(1)");
	card->buttons[6] = press(arena, "4", TOKEN "4");
	card->buttons[7] = press(arena, "5", TOKEN "5");
	card->buttons[8] = press(arena, "6", TOKEN "6");
	card->n_buttons = 9;
	card->select = select_of(arena);
	card->image = stoa_arena_alloc(arena, sizeof(*card->image));
	stoa__chat__image__init(card->image);
	card->image->cid = text(CID);
	card->image->alt = text("A confusion matrix, mostly diagonal");
	return card;
}

/* The channel has an id that is none of Discord's: it cannot be shown as
 * chosen. The last one has no token. */
static Stoa__Chat__Card *
lists(struct stoa_arena *arena)
{
	static const char *const grants[][2] = {
	    {"Nothing", "0"}, {"100 Joy", "100"}, {NULL, NULL}};
	static const struct bot_select all[] = {
	    {STOA__CHAT__SELECT_KIND__CHOICES, "How much", "/setup", "grant",
		"100", grants, 0, NULL, NULL},
	    {STOA__CHAT__SELECT_KIND__CHANNEL, "Where", "/setup", "channel",
		"C024BE91L", NULL, 0, NULL, NULL},
	    {STOA__CHAT__SELECT_KIND__ROLE, "Admins", "/setup", "admins",
		"41771983423143936", NULL, 0, NULL, NULL},
	    {STOA__CHAT__SELECT_KIND__PERSON, "Who", "/transfer amount:1", "to",
		"53908232506183680", NULL, 0, NULL, NULL},
	};
	struct bot_card b =
	    bot_card_begin(arena, "Choose", STOA__CHAT__SEVERITY__INFO);
	Stoa__Chat__Card *card;

	for (size_t i = 0; i < STOA_COUNT(all); i++) {
		bot_card_select(&b, &all[i]);
	}
	card = bot_card_finish(&b, true);
	if (card == NULL) {
		return NULL;
	}
	card->selects[0]->token = text(TOKEN "0");
	card->selects[1]->token = text(TOKEN "1");
	card->selects[2]->token = text(TOKEN "2");
	return card;
}

static Stoa__Chat__Input *
input(struct stoa_arena *arena, const char *option, const char *label)
{
	Stoa__Chat__Input *i = stoa_arena_alloc(arena, sizeof(*i));

	stoa_assert(i != NULL);
	stoa__chat__input__init(i);
	i->option = text(option);
	i->label = text(label);
	i->is_required = true;
	return i;
}

static Stoa__Chat__Card *
form(struct stoa_arena *arena)
{
	struct bot_card b = bot_card_begin(
	    arena, "What is the question?", STOA__CHAT__SEVERITY__INFO);
	Stoa__Chat__Card *card = bot_card_finish(&b, false);
	Stoa__Chat__Form *f = stoa_arena_alloc(arena, sizeof(*f));

	if (card == NULL || f == NULL) {
		return NULL;
	}
	stoa__chat__form__init(f);
	f->title = text("Ask intents");
	f->command = text("/ask model:intents");
	f->token = text(TOKEN);
	f->inputs = stoa_arena_alloc_array(arena, 2, sizeof(*f->inputs));
	f->inputs[0] = input(arena, "question", "Question");
	f->inputs[0]->text = text("What you want to know");
	f->inputs[0]->is_long = true;
	f->inputs[1] = input(arena, "model", "Model");
	f->inputs[1]->value = text("intents");
	f->inputs[1]->is_required = false;
	f->n_inputs = 2;
	card->form = f;
	return card;
}

static Stoa__Chat__Card *
hostile(struct stoa_arena *arena)
{
	struct bot_card b = bot_card_begin(arena,
	    "@everyone <@123> **free** [Joy](https://evil.example)",
	    STOA__CHAT__SEVERITY__SUCCESS);

	bot_card_text(&b, "# Not a heading\n> not a quote\n- not a list\n"
			  "1. neither\n**bold** and `code` and <@&1> _no_\n"
			  "https://evil.example/?q=`|| ||`");
	bot_card_verbatim(&b, STOA_STR("a ``` fence @here\n"));
	bot_card_field(&b, "Memo `x`", "||spoiler|| ~~gone~~ <t:1:R>", true);
	bot_card_field(&b, "Name", "\u202egnp.exe", true);
	bot_card_table(&b, (const struct bot_column[]){{"Na`me", false}}, 1);
	bot_card_row(&b, (const char *const[]){"``` @everyone"});
	return bot_card_finish(&b, true);
}

static Stoa__Chat__Card *
crowded(struct stoa_arena *arena)
{
	static const struct bot_column columns[] = {
	    {"Name", false}, {"Value", true}};
	static char words[901];
	struct bot_card b = bot_card_begin(
	    arena, "Everything at once", STOA__CHAT__SEVERITY__INFO);

	for (size_t i = 0; i + 1 < sizeof(words); i++) {
		words[i] = "lorem_ipsum "[i % 12];
	}
	for (int i = 0; i < 3; i++) {
		bot_card_text(&b, "%d: %s", i, words);
	}
	for (int i = 0; i < 20; i++) {
		bot_card_field(&b, "Field", words, i % 2 == 0);
	}
	bot_card_table(&b, columns, 2);
	for (int i = 0; i < 50; i++) {
		char value[16];

		(void)snprintf(value, sizeof(value), "%d", i * 1000);
		bot_card_row(&b, (const char *const[]){"a row", value});
	}
	bot_card_next(&b, "jobs", "j_aaaaaaaaaa");
	for (int i = 0; i < 20; i++) {
		bot_card_bar(&b, "an *option*", i / 19.0, "12 of 20", i == 3);
	}
	bot_card_progress(&b, 0.5, "half", 0, 0);
	for (int i = 0; i < 10; i++) {
		bot_card_button(&b, "Do", STOA__CHAT__BUTTON_STYLE__SECONDARY,
		    "/model id:m_7f2w5k9cqz");
	}
	return bot_card_finish(&b, true);
}

static Stoa__Chat__Card *
japanese(struct stoa_arena *arena)
{
	static const struct bot_column columns[] = {
	    {"\u540d\u524d", false}, {"Size", true}, {"State", false}};
	struct bot_card b = bot_card_begin(
	    arena, "\u30c7\u30fc\u30bf", STOA__CHAT__SEVERITY__INFO);

	bot_card_table(&b, columns, 3);
	bot_card_row(&b,
	    (const char *const[]){"\u6771\u4eac\u306e\u8a71", "12 kB", "ok"});
	bot_card_row(
	    &b, (const char *const[]){"cafe\u0301 \U0001f600", "999 B", "ok"});
	bot_card_row(&b, (const char *const[]){"plain", "1.0 MB", "ok"});
	return bot_card_finish(&b, true);
}

static Stoa__Chat__Card *
rows(struct stoa_arena *arena)
{
	static const struct bot_column columns[] = {
	    {"Name", false}, {"Content", false}, {"Provenance", false}};
	struct bot_card b = bot_card_begin(
	    arena, "Long identifiers", STOA__CHAT__SEVERITY__INFO);

	bot_card_table(&b, columns, 3);
	bot_card_row(&b, (const char *const[]){"intents", CID, CID});
	bot_card_row(&b, (const char *const[]){"reviews", CID, ""});
	return bot_card_finish(&b, true);
}

static Stoa__Chat__Card *
plain(struct stoa_arena *arena, const char *title)
{
	struct bot_card b =
	    bot_card_begin(arena, title, STOA__CHAT__SEVERITY__INFO);

	return bot_card_finish(&b, true);
}

const char *
card_name(enum card_name name)
{
	static const char *const names[CARD_COUNT] = {
	    [CARD_BUTTONS] = "buttons",
	    [CARD_FORM] = "form",
	    [CARD_PRIVATE] = "private",
	    [CARD_HOSTILE] = "hostile",
	    [CARD_CROWDED] = "crowded",
	    [CARD_JAPANESE] = "japanese",
	    [CARD_ROWS] = "rows",
	    [CARD_EMPTY] = "empty",
	    [CARD_LISTS] = "lists",
	};

	stoa_assert(name < CARD_COUNT);
	return names[name];
}

Stoa__Chat__Card *
card_get(struct stoa_arena *arena, enum card_name name)
{
	Stoa__Chat__Card *card = NULL;

	switch (name) {
	case CARD_BUTTONS:
		return buttons(arena);
	case CARD_FORM:
		return form(arena);
	case CARD_HOSTILE:
		return hostile(arena);
	case CARD_CROWDED:
		return crowded(arena);
	case CARD_JAPANESE:
		return japanese(arena);
	case CARD_ROWS:
		return rows(arena);
	case CARD_EMPTY:
		return plain(arena, " \u200b");
	case CARD_LISTS:
		return lists(arena);
	case CARD_PRIVATE:
		card = plain(arena, "For your eyes only");
		break;
	case CARD_COUNT:
		break;
	}
	if (card != NULL) {
		card->visibility = STOA__CHAT__VISIBILITY__ASKER;
	}
	return card;
}
