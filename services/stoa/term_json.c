/* term_json.c - a card for scripts. The names are for ever. */
#include "stoa/term.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>

/* Writes ,"name": with a comma unless it comes first in its object. */
static void
name_add(struct stoa_buf *b, const char *name)
{
	if (b->len > 0 && b->data[b->len - 1] != '{') {
		stoa_buf_add_byte(b, ',');
	}
	stoa_buf_printf(b, "\"%s\":", name);
}

static void
text_add(struct stoa_buf *b, const char *name, const char *text)
{
	if (text[0] != '\0') {
		name_add(b, name);
		stoa_buf_add_json(b, stoa_str_of(text));
	}
}

static void
number_add(struct stoa_buf *b, double number)
{
	if (isfinite(number)) {
		stoa_buf_printf(b, "%.17g", number);
	} else {
		stoa_buf_add_text(b, "null"); /* JSON has no such number */
	}
}

static void
numbers_add(
    struct stoa_buf *b, const char *name, const double *numbers, size_t count)
{
	name_add(b, name);
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			stoa_buf_add_byte(b, ',');
		}
		number_add(b, numbers[i]);
	}
	stoa_buf_add_byte(b, ']');
}

/* The enum's name in lower case; nothing when this build does not know it. */
static void
enum_add(struct stoa_buf *b, const char *name,
    const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *row =
	    protobuf_c_enum_descriptor_get_value(type, value);

	if (row == NULL) {
		return;
	}
	name_add(b, name);
	stoa_buf_add_byte(b, '"');
	for (const char *p = row->name; *p != '\0'; p++) {
		stoa_buf_add_byte(b, (uint8_t)tolower((unsigned char)*p));
	}
	stoa_buf_add_byte(b, '"');
}

static void
fields_add(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	name_add(b, "fields");
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < card->n_fields; i++) {
		stoa_buf_add_text(b, i == 0 ? "{" : ",{");
		text_add(b, "name", card->fields[i]->name);
		text_add(b, "value", card->fields[i]->value);
		stoa_buf_add_byte(b, '}');
	}
	stoa_buf_add_byte(b, ']');
}

static void
row_add(struct stoa_buf *b, const Stoa__Chat__Row *row)
{
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < row->n_cells; i++) {
		if (i > 0) {
			stoa_buf_add_byte(b, ',');
		}
		stoa_buf_add_json(b, stoa_str_of(row->cells[i]));
	}
	stoa_buf_add_byte(b, ']');
}

static void
table_add(struct stoa_buf *b, const Stoa__Chat__Table *table)
{
	name_add(b, "table");
	stoa_buf_add_text(b, "{\"columns\":[");
	for (size_t i = 0; i < table->n_columns; i++) {
		if (i > 0) {
			stoa_buf_add_byte(b, ',');
		}
		stoa_buf_add_json(b, stoa_str_of(table->columns[i]->name));
	}
	stoa_buf_add_text(b, "],\"rows\":[");
	for (size_t i = 0; i < table->n_rows; i++) {
		if (i > 0) {
			stoa_buf_add_byte(b, ',');
		}
		row_add(b, table->rows[i]);
	}
	stoa_buf_add_byte(b, ']');
	text_add(b, "next", table->next);
	stoa_buf_add_byte(b, '}');
}

static void
progress_add(struct stoa_buf *b, const Stoa__Chat__Progress *progress)
{
	name_add(b, "progress");
	stoa_buf_add_text(b, "{\"done\":");
	number_add(b, progress->done);
	text_add(b, "text", progress->text);
	stoa_buf_printf(b,
	    ",\"started_us\":%" PRId64 ",\"updated_us\":%" PRId64 "}",
	    progress->started_us, progress->updated_us);
}

static void
series_add(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	name_add(b, "series");
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < card->n_series; i++) {
		const Stoa__Chat__Series *s = card->series[i];

		stoa_buf_add_text(b, i == 0 ? "{" : ",{");
		text_add(b, "name", s->name);
		text_add(b, "x_unit", s->x_unit);
		text_add(b, "y_unit", s->y_unit);
		numbers_add(b, "xs", s->xs, s->n_xs);
		numbers_add(b, "ys", s->ys, s->n_ys);
		stoa_buf_add_byte(b, '}');
	}
	stoa_buf_add_byte(b, ']');
}

static void
bars_add(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	name_add(b, "bars");
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < card->n_bars; i++) {
		const Stoa__Chat__Bar *bar = card->bars[i];

		stoa_buf_add_text(b, i == 0 ? "{" : ",{");
		text_add(b, "label", bar->label);
		name_add(b, "share");
		number_add(b, bar->share);
		text_add(b, "value", bar->value);
		name_add(b, "is_winner");
		stoa_buf_add_text(b, bar->is_winner ? "true}" : "false}");
	}
	stoa_buf_add_byte(b, ']');
}

static void
buttons_add(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	name_add(b, "buttons");
	stoa_buf_add_byte(b, '[');
	for (size_t i = 0; i < card->n_buttons; i++) {
		const Stoa__Chat__Button *button = card->buttons[i];

		stoa_buf_add_text(b, i == 0 ? "{" : ",{");
		text_add(b, "label", button->label);
		if (button->does_case == STOA__CHAT__BUTTON__DOES_COMMAND) {
			text_add(b, "command", button->command);
		} else if (button->does_case == STOA__CHAT__BUTTON__DOES_URL) {
			text_add(b, "url", button->url);
		}
		stoa_buf_add_byte(b, '}');
	}
	stoa_buf_add_byte(b, ']');
}

static void
problem_add(struct stoa_buf *b, const Stoa__Chat__Problem *problem)
{
	name_add(b, "problem");
	stoa_buf_add_byte(b, '{');
	text_add(b, "code", problem->code);
	text_add(b, "field", problem->field);
	text_add(b, "given", problem->given);
	text_add(b, "limit", problem->limit);
	text_add(b, "fix", problem->fix);
	if (problem->len > 0) {
		name_add(b, "offset");
		stoa_buf_printf(b, "%" PRIu32, problem->offset);
		name_add(b, "len");
		stoa_buf_printf(b, "%" PRIu32, problem->len);
	}
	name_add(b, "is_retryable");
	stoa_buf_add_text(b, problem->is_retryable ? "true" : "false");
	if (problem->retry_after_us > 0) {
		name_add(b, "retry_after_us");
		stoa_buf_printf(b, "%" PRId64, problem->retry_after_us);
	}
	stoa_buf_add_byte(b, '}');
}

static void
parts_add(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	if (card->n_fields > 0) {
		fields_add(b, card);
	}
	if (card->table != NULL) {
		table_add(b, card->table);
	}
	if (card->n_bars > 0) {
		bars_add(b, card);
	}
	if (card->progress != NULL) {
		progress_add(b, card->progress);
	}
	if (card->n_series > 0) {
		series_add(b, card);
	}
	if (card->image != NULL) {
		name_add(b, "image");
		stoa_buf_add_byte(b, '{');
		text_add(b, "cid", card->image->cid);
		text_add(b, "alt", card->image->alt);
		stoa_buf_add_byte(b, '}');
	}
	if (card->n_buttons > 0) {
		buttons_add(b, card);
	}
	if (card->problem != NULL) {
		problem_add(b, card->problem);
	}
}

void
term_card_json(struct stoa_buf *b, const Stoa__Chat__Card *card)
{
	stoa_buf_add_byte(b, '{');
	text_add(b, "id", card->id);
	name_add(b, "revision");
	stoa_buf_printf(b, "%" PRIu32, card->revision);
	name_add(b, "is_final");
	stoa_buf_add_text(b, card->is_final ? "true" : "false");
	enum_add(b, "severity", &stoa__chat__severity__descriptor,
	    (int)card->severity);
	text_add(b, "title", card->title);
	text_add(b, "text", card->text);
	parts_add(b, card);
	if (card->index > 0) {
		name_add(b, "index");
		stoa_buf_printf(b, "%" PRIu64, card->index);
	}
	stoa_buf_add_byte(b, '}');
}
