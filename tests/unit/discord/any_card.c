#include "any_card.h"

#include "base/buf.h"
#include "base/check.h"
#include "discord/render.h"

#include "check.h"

#include <math.h>

#define TEXT_MAX ((size_t)24 * 1024)

struct source {
	struct stoa_arena *arena;
	const uint8_t *at, *end;
};

static const char *const fragments[] = {"a", "word ", "_", "*", "**", "`",
    "```", "\n", "\n```\n", "@everyone", "@here", "<@123456789>", "<#1>",
    "[a](https://evil.example)", "https://evil.example/x", "# ", "-# ", "> ",
    ">>> ", "- ", "1. ", "12) ", "||", "~~", "\\", "\xff", "\x1b[2J", "\u202e",
    "\u200b", "\u00e9", "\u65e5\u672c", "\U0001f600", "\t", "  ", "<t:1:R>",
    ":", "discord.gg/x", "\"", "{}", "e\u0301", "\u3000", "</a:1>", "\xf0\x9f",
    "``", "*a*", "+ "};

static unsigned
byte(struct source *s)
{
	return s->at < s->end ? *s->at++ : 0;
}

/* About 3 in 4 are within `usual`, the rest up to 4 times that. */
static size_t
count_of(struct source *s, size_t usual)
{
	unsigned b = byte(s);

	return b < 192 ? b % (usual + 1) : (b - 191) * usual / 16;
}

static char *
text_of(struct source *s, size_t usual)
{
	static char none[] = "";
	struct stoa_buf b;
	size_t want = count_of(s, usual > 64 ? 64 : usual) * (usual / 64 + 1);
	unsigned pieces = byte(s) % 6 + 1;
	char *copy;

	want = want > TEXT_MAX ? TEXT_MAX : want;
	stoa_buf_init(&b, TEXT_MAX + 64);
	for (unsigned i = 0; i < pieces; i++) {
		const char *f = fragments[byte(s) % STOA_COUNT(fragments)];
		size_t stop = want * (i + 1) / pieces;

		while (b.len < stop) {
			stoa_buf_add_text(&b, f);
		}
	}
	copy = stoa_arena_str(s->arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	return copy == NULL ? none : copy;
}

static double
number_of(struct source *s)
{
	static const double odd[] = {0, 1, -1, 0.5, 1e300, -1e300, 1e-300, NAN,
	    INFINITY, -INFINITY, 0.999, 2};

	return odd[byte(s) % STOA_COUNT(odd)] * (byte(s) % 7 + 1);
}

static int64_t
time_of(struct source *s)
{
	static const int64_t odd[] = {
	    0, 1767268800000000, 1767268872000000, INT64_MAX, INT64_MIN, -1, 1};

	return odd[byte(s) % STOA_COUNT(odd)];
}

/* `count` things of that type, each made by `make`. */
#define FILL(s, owner, field, count, type, make)                              \
	do {                                                                  \
		size_t count_ = (count);                                      \
		(owner)->field = stoa_arena_alloc_array(                      \
		    (s)->arena, count_ + 1, sizeof(*(owner)->field));         \
		for (size_t i_ = 0; (owner)->field != NULL && i_ < count_;    \
		     i_++) {                                                  \
			type *item_ =                                         \
			    stoa_arena_alloc((s)->arena, sizeof(*item_));     \
			if (item_ != NULL) {                                  \
				make(s, item_);                               \
				(owner)->field[(owner)->n_##field++] = item_; \
			}                                                     \
		}                                                             \
	} while (0)

static void
field_make(struct source *s, Stoa__Chat__Field *f)
{
	stoa__chat__field__init(f);
	f->name = text_of(s, 100);
	f->value = text_of(s, 1000);
	f->is_short = byte(s) % 2 == 0;
}

static void
column_make(struct source *s, Stoa__Chat__Column *c)
{
	stoa__chat__column__init(c);
	c->name = text_of(s, 40);
	c->align = byte(s) % 2 == 0 ? STOA__CHAT__ALIGN__LEFT
				    : STOA__CHAT__ALIGN__RIGHT;
}

static void
row_make(struct source *s, Stoa__Chat__Row *r)
{
	size_t count = count_of(s, 8);

	stoa__chat__row__init(r);
	r->cells = stoa_arena_alloc_array(s->arena, count + 1, sizeof(char *));
	while (r->cells != NULL && r->n_cells < count) {
		r->cells[r->n_cells++] = text_of(s, 100);
	}
}

static void
series_make(struct source *s, Stoa__Chat__Series *e)
{
	size_t count = count_of(s, 30);

	stoa__chat__series__init(e);
	e->name = text_of(s, 40);
	e->x_unit = text_of(s, 40);
	e->y_unit = text_of(s, 40);
	e->ys = stoa_arena_alloc_array(s->arena, count + 1, sizeof(double));
	while (e->ys != NULL && e->n_ys < count) {
		e->ys[e->n_ys++] = number_of(s);
	}
}

static void
bar_make(struct source *s, Stoa__Chat__Bar *b)
{
	stoa__chat__bar__init(b);
	b->label = text_of(s, 80);
	b->share = number_of(s);
	b->value = text_of(s, 40);
	b->is_winner = byte(s) % 2 == 0;
}

static char *
token_of(struct source *s)
{
	static char one[] = "v1.abcdefghijklmnopqrstuvwxyz", none[] = "";

	switch (byte(s) % 4) {
	case 0:
		return one;
	case 1:
		return none;
	default:
		return text_of(s, 64);
	}
}

static void
button_make(struct source *s, Stoa__Chat__Button *b)
{
	static char url[] = "https://stoa.example/jobs?a=b#c";

	stoa__chat__button__init(b);
	b->label = text_of(s, 75);
	b->style = (Stoa__Chat__ButtonStyle)(byte(s) % 4);
	switch (byte(s) % 5) {
	case 0:
		b->does_case = STOA__CHAT__BUTTON__DOES_TOKEN;
		b->token = token_of(s);
		break;
	case 1:
		b->does_case = STOA__CHAT__BUTTON__DOES_URL;
		b->url = url;
		break;
	case 2:
		b->does_case = STOA__CHAT__BUTTON__DOES_URL;
		b->url = text_of(s, 500);
		break;
	case 3:
		b->does_case = STOA__CHAT__BUTTON__DOES_COMMAND;
		b->command = text_of(s, 1000);
		break;
	default:
		break;
	}
}

static void
choice_make(struct source *s, Stoa__Chat__Choice *c)
{
	stoa__chat__choice__init(c);
	c->label = text_of(s, 75);
	c->value = text_of(s, 100);
	c->text = text_of(s, 75);
}

static void
input_make(struct source *s, Stoa__Chat__Input *i)
{
	stoa__chat__input__init(i);
	i->option = text_of(s, 32);
	i->label = text_of(s, 45);
	i->text = text_of(s, 100);
	i->value = text_of(s, 4000);
	i->is_required = byte(s) % 2 == 0;
	i->is_long = byte(s) % 2 == 0;
}

/* ---- the parts that a card has once ---- */

static void *
part_new(struct source *s, size_t size)
{
	return byte(s) % 2 == 0 ? NULL : stoa_arena_alloc(s->arena, size);
}

static void
table_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Table *t = part_new(s, sizeof(*t));

	if (t != NULL) {
		stoa__chat__table__init(t);
		FILL(s, t, columns, count_of(s, 8), Stoa__Chat__Column,
		    column_make);
		FILL(s, t, rows, count_of(s, 50), Stoa__Chat__Row, row_make);
		t->next = text_of(s, 100);
		card->table = t;
	}
}

static void
progress_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Progress *p = part_new(s, sizeof(*p));

	if (p != NULL) {
		stoa__chat__progress__init(p);
		p->done = number_of(s);
		p->text = text_of(s, 100);
		p->started_us = time_of(s);
		p->updated_us = time_of(s);
		card->progress = p;
	}
}

static void
gauge_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Gauge *g = part_new(s, sizeof(*g));

	if (g != NULL) {
		stoa__chat__gauge__init(g);
		g->label = text_of(s, 40);
		g->value = text_of(s, 60);
		g->mark_text = text_of(s, 60);
		card->gauge = g;
	}
}

static void
image_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Image *image = part_new(s, sizeof(*image));

	if (image != NULL) {
		stoa__chat__image__init(image);
		image->cid = text_of(s, 59);
		image->alt = text_of(s, 200);
		card->image = image;
	}
}

static void
select_fill(struct source *s, Stoa__Chat__Select *e)
{
	static char id[] = "41771983423143936";

	stoa__chat__select__init(e);
	e->label = text_of(s, 75);
	e->command = text_of(s, 50);
	e->option = text_of(s, 32);
	e->token = token_of(s);
	e->kind = (Stoa__Chat__SelectKind)(byte(s) % 5); /* one unknown */
	e->value = byte(s) % 2 == 0 ? id : text_of(s, 30);
	e->count_max = byte(s) % 30;
	e->none = byte(s) % 2 == 0 ? e->value : text_of(s, 30);
	FILL(s, e, choices, count_of(s, 25), Stoa__Chat__Choice, choice_make);
	e->values = part_new(s, 25 * sizeof(e->values[0]));
	for (size_t i = 0; e->values != NULL && i < e->n_choices && i < 25;
	     i += 1 + byte(s) % 3) {
		e->values[e->n_values++] = e->choices[i]->value;
	}
}

static void
select_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Select *e = part_new(s, sizeof(*e));

	if (e != NULL) {
		select_fill(s, e);
		card->select = e;
	}
}

static void
form_make(struct source *s, Stoa__Chat__Card *card)
{
	Stoa__Chat__Form *f = part_new(s, sizeof(*f));
	static char ask[] = "/ask model:intents";

	if (f != NULL) {
		stoa__chat__form__init(f);
		f->title = text_of(s, 45);
		f->command = byte(s) % 2 == 0 ? ask : text_of(s, 50);
		f->token = token_of(s);
		FILL(s, f, inputs, count_of(s, 5), Stoa__Chat__Input,
		    input_make);
		card->form = f;
	}
}

Stoa__Chat__Card *
any_card(struct stoa_arena *arena, const uint8_t *bytes, size_t len)
{
	struct source source = {arena, bytes, bytes + len}, *s = &source;
	Stoa__Chat__Card *card = stoa_arena_alloc(arena, sizeof(*card));

	if (card == NULL) {
		return NULL;
	}
	stoa__chat__card__init(card);
	card->title = text_of(s, 200);
	card->severity = (Stoa__Chat__Severity)(byte(s) % 8);
	card->visibility = (Stoa__Chat__Visibility)(byte(s) % 4);
	card->text = text_of(s, 3500);
	table_make(s, card);
	progress_make(s, card);
	image_make(s, card);
	select_make(s, card);
	form_make(s, card);
	FILL(s, card, fields, count_of(s, 20), Stoa__Chat__Field, field_make);
	FILL(
	    s, card, buttons, count_of(s, 10), Stoa__Chat__Button, button_make);
	FILL(s, card, selects, count_of(s, 6), Stoa__Chat__Select, select_fill);
	FILL(s, card, series, count_of(s, 4), Stoa__Chat__Series, series_make);
	FILL(s, card, bars, count_of(s, 20), Stoa__Chat__Bar, bar_make);
	gauge_make(s, card);
	return arena->is_overflown ? NULL : card;
}

static void
form_check(struct stoa_arena *arena, const Stoa__Chat__Form *form)
{
	struct discord_rendered rendered;

	stoa_assert(discord_render_form(arena, form, &rendered));
	if (rendered.json.len > 0) {
		check_modal(rendered.json);
		check_callback(discord_answer_form(arena, &rendered));
	} else {
		stoa_assert(rendered.note_count > 0);
	}
}

void
any_card_check(const uint8_t *bytes, size_t len)
{
	struct stoa_arena arena;
	Stoa__Chat__Card *card;

	stoa_arena_init(&arena, NULL, 0, (size_t)64 * 1024 * 1024);
	card = any_card(&arena, bytes, len);
	for (unsigned i = 0; card != NULL && i < 2; i++) {
		/* The rest of what can be chosen, from the length. */
		struct discord_options options = {
		    .use_embeds = i == 1,
		    .is_first = (len & 1) != 0,
		    .has_no_files = (len & 2) != 0,
		    .now_us = (len & 4) != 0 ? 1767268880000000 : 0,
		};
		struct discord_rendered rendered;

		stoa_assert(discord_render(&arena, card, &options, &rendered));
		check_message(rendered.json);
		check_callback(discord_answer_message(&arena, &rendered));
	}
	if (card != NULL && card->form != NULL) {
		form_check(&arena, card->form);
	}
	stoa_arena_fini(&arena);
}
