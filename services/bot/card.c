/* card.c - the parts of a card, put together in an arena. */
#include "bot/card.h"

#include "base/check.h"
#include "bot/limits.h"
#include "bot/words.h"

#include <stdarg.h>
#include <stdio.h>

#define TITLE_LEN_MAX	   200
#define NAME_LEN_MAX	   100
#define COLUMN_LEN_MAX	   40
#define LABEL_LEN_MAX	   75
#define SERIES_MAX	   4
#define BAR_LABEL_LEN_MAX  80
#define GAUGE_TEXT_LEN_MAX 60

static char *
text_dup(struct bot_card *b, const char *text, size_t len_max)
{
	return (char *)bot_words_excerpt(b->arena, stoa_str_of(text), len_max);
}

/* Adds `item` to a repeated field that grows to at most `max`. */
static void
item_add(
    struct bot_card *b, void ***items, size_t *count, size_t max, void *item)
{
	stoa_assert(*count < max);
	if (*items == NULL) {
		*items = stoa_arena_alloc_array(b->arena, max, sizeof(item));
	}
	if (*items != NULL && item != NULL) {
		(*items)[(*count)++] = item;
	}
}

#define ITEM_ADD(b, array, max, item)                                     \
	item_add((b), (void ***)&(b)->card->array, &(b)->card->n_##array, \
	    (max), (item))

struct bot_card
bot_card_begin(
    struct stoa_arena *arena, const char *title, Stoa__Chat__Severity severity)
{
	struct bot_card b = {
	    .arena = arena,
	    .card = stoa_arena_alloc(arena, sizeof(*b.card)),
	};

	if (b.card != NULL) {
		stoa__chat__card__init(b.card);
		b.card->title = text_dup(&b, title, TITLE_LEN_MAX);
		b.card->severity = severity;
	}
	return b;
}

static void
paragraph_add(struct bot_card *b, struct stoa_str text)
{
	struct stoa_buf all;

	stoa_buf_init(&all, BOT_CARD_TEXT_MAX);
	stoa_buf_add_text(&all, b->card->text);
	if (all.len > 0) {
		stoa_buf_add_byte(&all, '\n');
	}
	stoa_buf_add_str(&all, text);
	if (!all.is_overflown) { /* else the rest of a long text stays out */
		char *copy = stoa_arena_str(b->arena, stoa_buf_str(&all));

		b->card->text = copy == NULL ? b->card->text : copy;
	}
	stoa_buf_fini(&all);
}

void
bot_card_text(struct bot_card *b, const char *format, ...)
{
	char text[BOT_CARD_TEXT_MAX];
	va_list args;

	if (b->card == NULL) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	paragraph_add(b, stoa_str_of(text));
}

void
bot_card_verbatim(struct bot_card *b, struct stoa_str lines)
{
	bot_card_text(b, "```\n%.*s```", STOA_STR_ARG(lines));
}

void
bot_card_field(
    struct bot_card *b, const char *name, const char *value, bool is_short)
{
	Stoa__Chat__Field *field;

	if (b->card == NULL || value[0] == '\0') {
		return;
	}
	field = stoa_arena_alloc(b->arena, sizeof(*field));
	if (field != NULL) {
		stoa__chat__field__init(field);
		field->name = text_dup(b, name, NAME_LEN_MAX);
		field->value = text_dup(b, value, BOT_FIELD_TEXT_MAX);
		field->is_short = is_short;
	}
	ITEM_ADD(b, fields, BOT_FIELDS_MAX, field);
}

/* ---- the table ---- */

static Stoa__Chat__Column *
column_new(struct bot_card *b, const struct bot_column *like)
{
	Stoa__Chat__Column *column =
	    stoa_arena_alloc(b->arena, sizeof(*column));

	if (column != NULL) {
		stoa__chat__column__init(column);
		column->name = text_dup(b, like->name, COLUMN_LEN_MAX);
		column->align = like->is_right ? STOA__CHAT__ALIGN__RIGHT
					       : STOA__CHAT__ALIGN__LEFT;
	}
	return column;
}

void
bot_card_table(
    struct bot_card *b, const struct bot_column *columns, size_t count)
{
	Stoa__Chat__Table *table;

	stoa_assert(count >= 1 && count <= BOT_COLUMNS_MAX);
	if (b->card == NULL) {
		return;
	}
	stoa_assert(b->card->table == NULL);
	table = stoa_arena_alloc(b->arena, sizeof(*table));
	if (table == NULL) {
		return;
	}
	stoa__chat__table__init(table);
	for (size_t i = 0; i < count; i++) {
		item_add(b, (void ***)&table->columns, &table->n_columns,
		    BOT_COLUMNS_MAX, column_new(b, &columns[i]));
	}
	b->card->table = table;
}

void
bot_card_row(struct bot_card *b, const char *const *cells)
{
	Stoa__Chat__Table *table = b->card == NULL ? NULL : b->card->table;
	Stoa__Chat__Row *row;

	if (table == NULL) {
		return;
	}
	row = stoa_arena_alloc(b->arena, sizeof(*row));
	if (row == NULL) {
		return;
	}
	stoa__chat__row__init(row);
	for (size_t i = 0; i < table->n_columns; i++) {
		item_add(b, (void ***)&row->cells, &row->n_cells,
		    BOT_COLUMNS_MAX, text_dup(b, cells[i], BOT_CELL_LEN_MAX));
	}
	item_add(b, (void ***)&table->rows, &table->n_rows, BOT_ROWS_MAX, row);
}

void
bot_card_next(struct bot_card *b, const char *command, const char *after)
{
	if (b->card != NULL && b->card->table != NULL && after[0] != '\0') {
		b->card->table->next = (char *)bot_words_print(
		    b->arena, "/%s after:%s", command, after);
	}
}

/* ---- progress and curves ---- */

void
bot_card_progress(struct bot_card *b, double done, const char *text,
    int64_t started_us, int64_t updated_us)
{
	Stoa__Chat__Progress *progress;

	if (b->card == NULL) {
		return;
	}
	progress = stoa_arena_alloc(b->arena, sizeof(*progress));
	if (progress == NULL) {
		return;
	}
	stoa__chat__progress__init(progress);
	/* The comparison also turns what is no number into 0. */
	progress->done = done > 0 ? (done < 1 ? done : 1) : 0;
	progress->text = text_dup(b, text, NAME_LEN_MAX);
	progress->started_us = started_us;
	progress->updated_us = updated_us;
	b->card->progress = progress;
}

void
bot_card_bar(struct bot_card *b, const char *label, double share,
    const char *value, bool is_winner)
{
	Stoa__Chat__Bar *bar;

	if (b->card == NULL) {
		return;
	}
	bar = stoa_arena_alloc(b->arena, sizeof(*bar));
	if (bar != NULL) {
		stoa__chat__bar__init(bar);
		bar->label = text_dup(b, label, BAR_LABEL_LEN_MAX);
		bar->share = share > 0 ? (share < 1 ? share : 1) : 0;
		bar->value = text_dup(b, value, COLUMN_LEN_MAX);
		bar->is_winner = is_winner;
	}
	ITEM_ADD(b, bars, BOT_BARS_MAX, bar);
}

/* The comparisons also turn what is no number into 0. */
static double
fraction(double x)
{
	return x > 0 ? (x < 1 ? x : 1) : 0;
}

void
bot_card_gauge(struct bot_card *b, const struct bot_gauge *like)
{
	Stoa__Chat__Gauge *gauge;

	if (b->card == NULL) {
		return;
	}
	gauge = stoa_arena_alloc(b->arena, sizeof(*gauge));
	if (gauge != NULL) {
		stoa__chat__gauge__init(gauge);
		gauge->label = text_dup(b, like->label, COLUMN_LEN_MAX);
		gauge->share = fraction(like->share);
		gauge->value = text_dup(b, like->value, GAUGE_TEXT_LEN_MAX);
		gauge->mark = fraction(like->mark);
		gauge->mark_text =
		    text_dup(b, like->mark_text, GAUGE_TEXT_LEN_MAX);
		b->card->gauge = gauge;
	}
}

static bool
is_finite(double y)
{
	return y - y == 0;
}

/* The i-th of `kept` points out of `count`, ends included. */
static size_t
thinned_index(size_t i, size_t kept, size_t count)
{
	return kept <= 1 ? 0 : i * (count - 1) / (kept - 1);
}

void
bot_card_curve(struct bot_card *b, const char *name, const double *ys,
    size_t count, const char *x_unit)
{
	size_t kept = count < BOT_POINTS_MAX ? count : BOT_POINTS_MAX;
	Stoa__Chat__Series *series;

	if (b->card == NULL || count == 0) {
		return;
	}
	series = stoa_arena_alloc(b->arena, sizeof(*series));
	if (series == NULL) {
		return;
	}
	stoa__chat__series__init(series);
	series->name = text_dup(b, name, COLUMN_LEN_MAX);
	series->x_unit = text_dup(b, x_unit, COLUMN_LEN_MAX);
	series->ys =
	    stoa_arena_alloc_array(b->arena, kept, sizeof(series->ys[0]));
	series->xs =
	    stoa_arena_alloc_array(b->arena, kept, sizeof(series->xs[0]));
	if (series->ys == NULL || series->xs == NULL) {
		return;
	}
	for (size_t i = 0; i < kept; i++) {
		size_t at = thinned_index(i, kept, count);

		if (is_finite(ys[at])) {
			series->xs[series->n_xs++] = (double)(at + 1);
			series->ys[series->n_ys++] = ys[at];
		}
	}
	if (series->n_ys > 0) {
		ITEM_ADD(b, series, SERIES_MAX, series);
	}
}

void
bot_card_button(struct bot_card *b, const char *label,
    Stoa__Chat__ButtonStyle style, const char *command)
{
	Stoa__Chat__Button *button;

	if (b->card == NULL) {
		return;
	}
	button = stoa_arena_alloc(b->arena, sizeof(*button));
	if (button != NULL) {
		stoa__chat__button__init(button);
		button->label = text_dup(b, label, LABEL_LEN_MAX);
		button->style = style;
		button->does_case = STOA__CHAT__BUTTON__DOES_COMMAND;
		button->command = text_dup(b, command, BOT_FIELD_TEXT_MAX);
	}
	ITEM_ADD(b, buttons, BOT_BUTTONS_MAX, button);
}

void
bot_card_link(struct bot_card *b, const char *label, const char *url)
{
	Stoa__Chat__Button *button;

	if (b->card == NULL ||
	    !stoa_str_has_prefix(stoa_str_of(url), STOA_STR("https://"))) {
		return;
	}
	button = stoa_arena_alloc(b->arena, sizeof(*button));
	if (button != NULL) {
		stoa__chat__button__init(button);
		button->label = text_dup(b, label, LABEL_LEN_MAX);
		button->does_case = STOA__CHAT__BUTTON__DOES_URL;
		button->url = text_dup(b, url, BOT_FIELD_TEXT_MAX);
	}
	ITEM_ADD(b, buttons, BOT_BUTTONS_MAX, button);
}

static Stoa__Chat__Choice *
choice_new(struct bot_card *b, const char *const choice[static 2])
{
	Stoa__Chat__Choice *c = stoa_arena_alloc(b->arena, sizeof(*c));

	if (c != NULL) {
		stoa__chat__choice__init(c);
		c->label = text_dup(b, choice[0], LABEL_LEN_MAX);
		c->value = text_dup(b, choice[1], NAME_LEN_MAX);
	}
	return c;
}

static void
several_set(
    struct bot_card *b, Stoa__Chat__Select *s, const struct bot_select *like)
{
	s->count_max = like->count_max;
	s->none =
	    text_dup(b, like->none == NULL ? "" : like->none, NAME_LEN_MAX);
	for (size_t i = 0; like->values != NULL && like->values[i] != NULL;
	     i++) {
		item_add(b, (void ***)&s->values, &s->n_values, BOT_CHOICES_MAX,
		    text_dup(b, like->values[i], NAME_LEN_MAX));
	}
}

void
bot_card_select(struct bot_card *b, const struct bot_select *like)
{
	Stoa__Chat__Select *s;

	if (b->card == NULL) {
		return;
	}
	s = stoa_arena_alloc(b->arena, sizeof(*s));
	if (s != NULL) {
		stoa__chat__select__init(s);
		s->kind = like->kind;
		s->label = text_dup(b, like->label, LABEL_LEN_MAX);
		s->command = text_dup(b, like->command, BOT_FIELD_TEXT_MAX);
		s->option = text_dup(b, like->option, NAME_LEN_MAX);
		s->value = text_dup(b, like->value, NAME_LEN_MAX);
		for (size_t i = 0;
		     like->choices != NULL && like->choices[i][0] != NULL;
		     i++) {
			item_add(b, (void ***)&s->choices, &s->n_choices,
			    BOT_CHOICES_MAX, choice_new(b, like->choices[i]));
		}
		several_set(b, s, like);
	}
	ITEM_ADD(b, selects, BOT_SELECTS_MAX, s);
}

Stoa__Chat__Card *
bot_card_finish(struct bot_card *b, bool is_final)
{
	struct stoa_buf plain;

	if (b->card == NULL || b->arena->is_overflown) {
		return NULL;
	}
	b->card->is_final = is_final;
	stoa_buf_init(&plain, BOT_CARD_PLAIN_MAX);
	bot_card_print_plain(&plain, b->card);
	b->card->plain = stoa_arena_str(b->arena, stoa_buf_str(&plain));
	stoa_buf_fini(&plain);
	return b->card->plain == NULL ? NULL : b->card;
}
