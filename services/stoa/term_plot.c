/* term_plot.c - curves in braille, and the bar of a job's progress.
 *
 * A braille character is two dots wide and four high (U+2800 and a bit per
 * dot), which gives a small chart eight times the resolution of characters.
 * Series share the axes; a cell has the colour of the last one drawn. */
#include "stoa/term_text.h"

#include "base/check.h"
#include "base/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS	    8
#define COLUMNS_MAX 60
#define DOTS_X	    2
#define DOTS_Y	    4
#define LABEL_SIZE  16

struct canvas {
	size_t columns;
	uint8_t dots[ROWS][COLUMNS_MAX];
	uint8_t style[ROWS][COLUMNS_MAX];
};

struct range {
	double min, max;
};

static const enum term_style series_styles[] = {
    TERM_CYAN, TERM_MAGENTA, TERM_YELLOW, TERM_GREEN};

/* Bits of a braille cell, by row and column of the dot (Unicode 2800). */
static const uint8_t dot_bits[DOTS_Y][DOTS_X] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static void
dot_set(struct canvas *c, int x, int y, enum term_style style)
{
	size_t column = (size_t)x / DOTS_X, row = (size_t)y / DOTS_Y;

	stoa_assert(x >= 0 && column < c->columns);
	stoa_assert(y >= 0 && row < ROWS);
	c->dots[row][column] |= dot_bits[y % DOTS_Y][x % DOTS_X];
	c->style[row][column] = (uint8_t)style;
}

/* Bresenham's line. */
static void
line_draw(
    struct canvas *c, int x0, int y0, int x1, int y1, enum term_style style)
{
	int dx = abs(x1 - x0), dy = -abs(y1 - y0);
	int step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1;
	int error = dx + dy;

	for (;;) {
		int twice = 2 * error;

		dot_set(c, x0, y0, style);
		if (x0 == x1 && y0 == y1) {
			return;
		}
		if (twice >= dy) {
			error += dy;
			x0 += step_x;
		}
		if (twice <= dx) {
			error += dx;
			y0 += step_y;
		}
	}
}

static double
x_at(const Stoa__Chat__Series *s, size_t i)
{
	return i < s->n_xs ? s->xs[i] : (double)(i + 1);
}

static void
range_add(struct range *r, double value)
{
	r->min = value < r->min ? value : r->min;
	r->max = value > r->max ? value : r->max;
}

/* False when there is nothing finite to draw. */
static bool
ranges_of(Stoa__Chat__Series *const *series, size_t count, struct range *x,
    struct range *y)
{
	*x = (struct range){INFINITY, -INFINITY};
	*y = *x;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < series[i]->n_ys; j++) {
			if (isfinite(series[i]->ys[j]) &&
			    isfinite(x_at(series[i], j))) {
				range_add(x, x_at(series[i], j));
				range_add(y, series[i]->ys[j]);
			}
		}
	}
	return x->min <= x->max;
}

/* Where `value` lies on 0 .. `last`; the middle when all are equal. */
static int
scale(double value, struct range r, int last)
{
	double span = r.max - r.min;

	if (!(span > 0) || !isfinite(span)) {
		return last / 2;
	}
	return (int)((value - r.min) / span * last + 0.5);
}

static void
series_draw(struct canvas *c, const Stoa__Chat__Series *s, struct range x,
    struct range y, enum term_style style)
{
	int last_x = (int)c->columns * DOTS_X - 1, last_y = ROWS * DOTS_Y - 1;
	int from_x = -1, from_y = -1;

	for (size_t j = 0; j < s->n_ys; j++) {
		int to_x, to_y;

		if (!isfinite(s->ys[j]) || !isfinite(x_at(s, j))) {
			continue;
		}
		to_x = scale(x_at(s, j), x, last_x);
		to_y = last_y - scale(s->ys[j], y, last_y);
		if (from_x < 0) {
			from_x = to_x;
			from_y = to_y;
		}
		line_draw(c, from_x, from_y, to_x, to_y, style);
		from_x = to_x;
		from_y = to_y;
	}
}

static void
cell_print(
    struct term_out *o, const struct canvas *c, size_t row, size_t column)
{
	uint8_t dots = c->dots[row][column];
	enum term_style style = (enum term_style)c->style[row][column];

	if (dots == 0) {
		stoa_buf_add_byte(o->b, ' ');
		return;
	}
	term_style_begin(o, style);
	stoa_buf_add_byte(o->b, 0xe2);
	stoa_buf_add_byte(o->b, (uint8_t)(0xa0 | dots >> 6));
	stoa_buf_add_byte(o->b, (uint8_t)(0x80 | (dots & 0x3f)));
	term_style_end(o, style);
}

static void
canvas_print(struct term_out *o, const struct canvas *c, struct range y,
    size_t label_width)
{
	char label[LABEL_SIZE];

	for (size_t row = 0; row < ROWS; row++) {
		bool has_label = row == 0 || row + 1 == ROWS;
		size_t last = 0;

		(void)snprintf(
		    label, sizeof(label), "%.4g", row == 0 ? y.max : y.min);
		stoa_buf_printf(o->b, "%*s ", (int)(TERM_INDENT + label_width),
		    has_label ? label : "");
		stoa_buf_add_text(o->b, has_label ? "\u2524" : "\u2502");
		for (size_t i = 0; i < c->columns; i++) {
			last = c->dots[row][i] != 0 ? i + 1 : last;
		}
		for (size_t i = 0; i < last; i++) {
			cell_print(o, c, row, i);
		}
		stoa_buf_add_byte(o->b, '\n');
	}
}

static void
x_axis_print(struct term_out *o, const struct canvas *c, struct range x,
    const char *unit, size_t label_width)
{
	char first[LABEL_SIZE], last[LABEL_SIZE];
	size_t ends, unit_columns = term_columns(stoa_str_of(unit));
	size_t left, right;

	(void)snprintf(first, sizeof(first), "%.4g", x.min);
	(void)snprintf(last, sizeof(last), "%.4g", x.max);
	term_spaces(o, TERM_INDENT + label_width + 1);
	stoa_buf_add_text(o->b, "\u2514");
	for (size_t i = 0; i < c->columns; i++) {
		stoa_buf_add_text(o->b, "\u2500");
	}
	stoa_buf_add_byte(o->b, '\n');
	term_spaces(o, TERM_INDENT + label_width + 2);
	ends = strlen(first) + strlen(last);
	left = c->columns > ends + unit_columns
		   ? (c->columns - ends - unit_columns) / 2
		   : 1;
	right = c->columns > ends + unit_columns + left
		    ? c->columns - ends - unit_columns - left
		    : 1;
	stoa_buf_add_text(o->b, first);
	term_spaces(o, left);
	term_styled(o, TERM_DIM, unit);
	term_spaces(o, right);
	stoa_buf_printf(o->b, "%s\n", last);
}

static size_t
label_width_of(struct range y)
{
	char label[LABEL_SIZE];
	int low = snprintf(label, sizeof(label), "%.4g", y.min);
	int high = snprintf(label, sizeof(label), "%.4g", y.max);

	return (size_t)(low > high ? low : high);
}

static void
legend_print(
    struct term_out *o, Stoa__Chat__Series *const *series, size_t count)
{
	term_spaces(o, TERM_INDENT);
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			term_spaces(o, 3);
		}
		term_styled(o, series_styles[i], series[i]->name);
	}
	stoa_buf_add_byte(o->b, '\n');
}

void
term_plot(struct term_out *o, Stoa__Chat__Series *const *series, size_t count)
{
	struct canvas c = {0};
	struct range x, y;
	size_t label_width, margin;

	count = count < STOA_COUNT(series_styles) ? count
						  : STOA_COUNT(series_styles);
	if (count == 0 || !ranges_of(series, count, &x, &y)) {
		return;
	}
	label_width = label_width_of(y);
	margin = TERM_INDENT + label_width + 3;
	c.columns = o->width > margin + 4 ? o->width - margin : 4;
	c.columns = c.columns > COLUMNS_MAX ? COLUMNS_MAX : c.columns;
	for (size_t i = 0; i < count; i++) {
		series_draw(&c, series[i], x, y, series_styles[i]);
	}
	legend_print(o, series, count);
	canvas_print(o, &c, y, label_width);
	x_axis_print(o, &c, x, series[0]->x_unit, label_width);
}

/* ---- progress ---- */

#define BAR_COLUMNS 30

static void
bar_print(
    struct term_out *o, double done, unsigned columns, enum term_style style)
{
	/* U+258F is an eighth of a block, U+2588 a whole one. */
	unsigned eighths = (unsigned)(done * columns * 8);

	term_style_begin(o, style);
	for (unsigned i = 0; i < columns; i++) {
		unsigned part = eighths > i * 8 ? eighths - i * 8 : 0;

		if (part == 0) {
			stoa_buf_add_text(o->b, "\u2591");
			continue;
		}
		part = part > 8 ? 8 : part;
		stoa_buf_add_text(o->b, "\xe2\x96");
		stoa_buf_add_byte(o->b, (uint8_t)(0x90 - part));
	}
	term_style_end(o, style);
}

/* Time left if it goes on as it went. */
static void
left_print(struct term_out *o, const Stoa__Chat__Progress *p)
{
	int64_t gone_s = (p->updated_us - p->started_us) / STOA_US_PER_S;
	int64_t left_s;

	if (p->started_us == 0 || gone_s <= 0 || p->done < 0.01) {
		return; /* too early to tell */
	}
	left_s = (int64_t)((double)gone_s * (1 - p->done) / p->done);
	if (left_s >= 3600) {
		stoa_buf_printf(o->b, ", %" PRId64 " h %02" PRId64 " min left",
		    left_s / 3600, left_s % 3600 / 60);
	} else if (left_s >= 60) {
		stoa_buf_printf(o->b, ", %" PRId64 " min %02" PRId64 " s left",
		    left_s / 60, left_s % 60);
	} else {
		stoa_buf_printf(o->b, ", %" PRId64 " s left", left_s);
	}
}

void
term_progress(struct term_out *o, const Stoa__Chat__Progress *progress)
{
	double done = progress->done > 0 ? fmin(progress->done, 1) : 0;

	term_spaces(o, TERM_INDENT);
	bar_print(o, done, BAR_COLUMNS, TERM_GREEN);
	stoa_buf_printf(o->b, " %3d %%", (int)(done * 100));
	if (progress->text[0] != '\0') {
		stoa_buf_add_text(o->b, "  ");
		term_text_add(o, stoa_str_of(progress->text));
	}
	left_print(o, progress);
	stoa_buf_add_byte(o->b, '\n');
}

/* ---- bars ---- */

/* A label above its bar where both do not fit one line. */
#define LABEL_COLUMNS_MAX 24
#define BARS_COLUMNS	  20
#define BAR_VALUE_COLUMNS 20

static size_t
label_columns(Stoa__Chat__Bar *const *bars, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++) {
		size_t columns = term_columns(stoa_str_of(bars[i]->label));

		widest = columns > widest ? columns : widest;
	}
	return widest;
}

void
term_bars(struct term_out *o, Stoa__Chat__Bar *const *bars, size_t count)
{
	size_t widest = label_columns(bars, count);
	bool is_narrow =
	    widest > LABEL_COLUMNS_MAX ||
	    TERM_INDENT + widest + 2 + BARS_COLUMNS + 1 + BAR_VALUE_COLUMNS >
		o->width;

	for (size_t i = 0; i < count; i++) {
		const Stoa__Chat__Bar *bar = bars[i];
		double share = bar->share > 0 ? fmin(bar->share, 1) : 0;

		term_spaces(o, TERM_INDENT);
		if (is_narrow) {
			term_wrap(o, stoa_str_of(bar->label), TERM_INDENT);
			term_spaces(o, TERM_INDENT);
		} else {
			term_text_add(o, stoa_str_of(bar->label));
			term_spaces(o,
			    2 + widest - term_columns(stoa_str_of(bar->label)));
		}
		bar_print(o, share, BARS_COLUMNS,
		    bar->is_winner ? TERM_GREEN : TERM_BLUE);
		stoa_buf_add_byte(o->b, ' ');
		term_text_add(o, stoa_str_of(bar->value));
		if (bar->is_winner) {
			term_styled(o, TERM_GREEN, " \u2714");
		}
		stoa_buf_add_byte(o->b, '\n');
	}
}
