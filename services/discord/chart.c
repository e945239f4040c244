/* chart.c - axes, curves and a legend, drawn with cairo. */
#include "discord/chart.h"

#include "base/check.h"
#include "discord/axis.h"
#include "discord/canvas.h"
#include "discord/limits.h"
#include "discord/text.h"

#include <math.h>

/* Logical pixels around the plot. */
#define MARGIN	     12.0
#define LEGEND_H     26.0
#define LABEL_H	     18.0
#define LINE_WIDTH   2.0
#define POINT_RADIUS 2.6

/* Fewer points than this are marked one by one. */
#define MARKED_MAX 40

#define TICKS_X 8
#define TICKS_Y 6

#define NAME_UNITS_MAX 24

static const struct discord_colour colours[DISCORD_SERIES_MAX] = {
    {0.353, 0.690, 0.925}, /* blue */
    {0.961, 0.659, 0.208}, /* orange */
    {0.400, 0.820, 0.620}, /* green */
    {0.925, 0.537, 0.745}, /* pink */
};

static const struct {
	double lengths[4];
	int count;
} dashes[DISCORD_SERIES_MAX] = {
    {{0}, 0},
    {{7, 3}, 2},
    {{2, 3}, 2},
    {{8, 3, 2, 3}, 4},
};

struct chart {
	cairo_t *cr;
	Stoa__Chat__Series *const *series;
	size_t count;
	struct discord_axis x, y;
	double left, top, width, height; /* of the plot */
	struct stoa_arena arena;
	char room[2048];
};

static size_t
points_of(const Stoa__Chat__Series *s)
{
	return s->n_ys < DISCORD_POINTS_MAX ? s->n_ys : DISCORD_POINTS_MAX;
}

/* The i-th point; false when it cannot be drawn. */
static bool
point_get(const Stoa__Chat__Series *s, size_t i, double *ret_x, double *ret_y)
{
	*ret_x = i < s->n_xs ? s->xs[i] : (double)(i + 1);
	*ret_y = s->ys[i];
	/* False for what is no number, too. */
	return fabs(*ret_x) <= DISCORD_AXIS_MAX &&
	       fabs(*ret_y) <= DISCORD_AXIS_MAX;
}

/* ---- axes ---- */

struct extent {
	double min_x, max_x, min_y, max_y;
	bool is_whole; /* every x is a whole number */
	bool is_empty;
};

static struct extent
extent_of(const struct chart *c)
{
	struct extent e = {
	    INFINITY, -INFINITY, INFINITY, -INFINITY, true, true};

	for (size_t i = 0; i < c->count; i++) {
		for (size_t j = 0; j < points_of(c->series[i]); j++) {
			double x, y;

			if (!point_get(c->series[i], j, &x, &y)) {
				continue;
			}
			e.min_x = fmin(e.min_x, x);
			e.max_x = fmax(e.max_x, x);
			e.min_y = fmin(e.min_y, y);
			e.max_y = fmax(e.max_y, y);
			e.is_whole = e.is_whole && !(floor(x) < x);
			e.is_empty = false;
		}
	}
	return e;
}

static const char *
bare(struct chart *c, const char *text)
{
	return discord_text_bare(
	    &c->arena, stoa_str_of(text), NAME_UNITS_MAX, NULL);
}

/* The unit that all series share; "" when they differ. */
static const char *
shared_unit(struct chart *c, bool is_y)
{
	const char *unit = is_y ? c->series[0]->y_unit : c->series[0]->x_unit;

	for (size_t i = 1; i < c->count; i++) {
		const char *other =
		    is_y ? c->series[i]->y_unit : c->series[i]->x_unit;

		if (strcmp(unit, other) != 0) {
			return "";
		}
	}
	return bare(c, unit);
}

/* The plot takes what labels and legend leave. */
static void
layout(struct chart *c)
{
	char label[DISCORD_AXIS_LABEL_SIZE];
	double widest = 0;

	for (size_t i = 0; i < c->y.count; i++) {
		discord_axis_label(&c->y, i, label);
		widest = fmax(widest, discord_text_width(c->cr, label));
	}
	c->left = MARGIN + widest + 8;
	c->top = MARGIN + LEGEND_H;
	c->width = DISCORD_CHART_WIDTH - c->left - 2 * MARGIN;
	c->height = DISCORD_CHART_HEIGHT - c->top - 2 * LABEL_H - MARGIN / 2;
}

static double
at_x(const struct chart *c, double x)
{
	return c->left + discord_axis_place(&c->x, x) * c->width;
}

static double
at_y(const struct chart *c, double y)
{
	return c->top + (1 - discord_axis_place(&c->y, y)) * c->height;
}

static void
line_draw(struct chart *c, double x0, double y0, double x1, double y1)
{
	cairo_move_to(c->cr, x0, y0);
	cairo_line_to(c->cr, x1, y1);
	cairo_stroke(c->cr);
}

static void
y_axis_draw(struct chart *c)
{
	char label[DISCORD_AXIS_LABEL_SIZE];

	for (size_t i = 0; i < c->y.count; i++) {
		double y = at_y(c, discord_axis_tick(&c->y, i));

		discord_ink_set(c->cr, discord_grid);
		line_draw(c, c->left, y, c->left + c->width, y);
		discord_ink_set(c->cr, discord_faint);
		discord_axis_label(&c->y, i, label);
		discord_text_draw(
		    c->cr, c->left - 8, y + DISCORD_FONT_SIZE / 3, 1, label);
	}
}

static void
x_axis_draw(struct chart *c)
{
	char label[DISCORD_AXIS_LABEL_SIZE];
	double bottom = c->top + c->height, free_from = 0;

	for (size_t i = 0; i < c->x.count; i++) {
		double x = at_x(c, discord_axis_tick(&c->x, i)), half;

		discord_axis_label(&c->x, i, label);
		half = discord_text_width(c->cr, label) / 2;
		discord_ink_set(c->cr, discord_faint);
		line_draw(c, x, bottom, x, bottom + 4);
		/* A label that would touch the one before is left out. */
		if (x - half > free_from) {
			discord_text_draw(
			    c->cr, x, bottom + LABEL_H, 0.5, label);
			free_from = x + half + 8;
		}
	}
	discord_ink_set(c->cr, discord_faint);
	line_draw(c, c->left, bottom, c->left + c->width, bottom);
	discord_text_draw(c->cr, c->left + c->width / 2,
	    bottom + 2 * LABEL_H - 2, 0.5, shared_unit(c, false));
}

/* ---- curves ---- */

static void
style_set(struct chart *c, size_t i)
{
	discord_ink_set(c->cr, colours[i]);
	cairo_set_line_width(c->cr, LINE_WIDTH);
	cairo_set_dash(c->cr, dashes[i].lengths, dashes[i].count, 0);
}

static void
points_draw(struct chart *c, const Stoa__Chat__Series *s)
{
	cairo_set_dash(c->cr, NULL, 0, 0);
	for (size_t j = 0; j < points_of(s); j++) {
		double x, y;

		if (point_get(s, j, &x, &y)) {
			cairo_arc(c->cr, at_x(c, x), at_y(c, y), POINT_RADIUS,
			    0, 2 * M_PI);
			cairo_fill(c->cr);
		}
	}
}

static void
curve_draw(struct chart *c, size_t i)
{
	const Stoa__Chat__Series *s = c->series[i];
	bool is_down = false; /* the pen */

	style_set(c, i);
	for (size_t j = 0; j < points_of(s); j++) {
		double x, y;

		if (!point_get(s, j, &x, &y)) {
			is_down = false; /* a gap */
			continue;
		}
		if (is_down) {
			cairo_line_to(c->cr, at_x(c, x), at_y(c, y));
		} else {
			cairo_move_to(c->cr, at_x(c, x), at_y(c, y));
		}
		is_down = true;
	}
	cairo_stroke(c->cr);
	if (points_of(s) <= MARKED_MAX) {
		points_draw(c, s);
	}
}

static void
legend_draw(struct chart *c)
{
	const char *unit = shared_unit(c, true);
	double x = MARGIN, y = MARGIN + DISCORD_FONT_SIZE;

	for (size_t i = 0; i < c->count; i++) {
		const char *name = bare(c, c->series[i]->name);

		style_set(c, i);
		line_draw(c, x, y - DISCORD_FONT_SIZE / 3, x + 22,
		    y - DISCORD_FONT_SIZE / 3);
		cairo_set_dash(c->cr, NULL, 0, 0);
		discord_ink_set(c->cr, discord_ink);
		discord_text_draw(c->cr, x + 28, y, 0, name);
		x += 28 + discord_text_width(c->cr, name);
		if (unit[0] == '\0' && c->series[i]->y_unit[0] != '\0') {
			const char *own = bare(c, c->series[i]->y_unit);

			discord_ink_set(c->cr, discord_faint);
			discord_text_draw(c->cr, x + 5, y, 0, own);
			x += 5 + discord_text_width(c->cr, own);
		}
		x += 18;
	}
	/* The legend may need the whole line: the unit stands last. */
	discord_ink_set(c->cr, discord_faint);
	if (x + discord_text_width(c->cr, unit) <
	    DISCORD_CHART_WIDTH - MARGIN) {
		discord_text_draw(
		    c->cr, DISCORD_CHART_WIDTH - MARGIN, y, 1, unit);
	}
}

static void
chart_draw(struct chart *c)
{
	discord_ink_set(c->cr, discord_background);
	cairo_paint(c->cr);
	cairo_select_font_face(c->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
	    CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(c->cr, DISCORD_FONT_SIZE);
	cairo_set_line_width(c->cr, 1);
	cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
	layout(c);
	y_axis_draw(c);
	x_axis_draw(c);
	for (size_t i = 0; i < c->count; i++) {
		curve_draw(c, i);
	}
	legend_draw(c);
}

enum stoa_status
discord_chart_draw(Stoa__Chat__Series *const *series, size_t count,
    unsigned scale, struct stoa_buf *to)
{
	struct chart c = {.series = series,
	    .count = count < DISCORD_SERIES_MAX ? count : DISCORD_SERIES_MAX};
	struct extent e = extent_of(&c);
	enum stoa_status status = STOA_NO_MEMORY;
	cairo_surface_t *surface;

	stoa_assert(scale >= 1 && scale <= DISCORD_CHART_SCALE_MAX);
	stoa_assert(!to->is_overflown);
	if (e.is_empty) {
		return STOA_NOT_FOUND;
	}
	c.x = discord_axis_of(e.min_x, e.max_x, TICKS_X, false, e.is_whole);
	c.y = discord_axis_of(e.min_y, e.max_y, TICKS_Y, true, false);
	stoa_arena_init(&c.arena, c.room, sizeof(c.room), 0);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
	    (int)(DISCORD_CHART_WIDTH * scale),
	    (int)(DISCORD_CHART_HEIGHT * scale));
	c.cr = cairo_create(surface);
	cairo_scale(c.cr, scale, scale);
	chart_draw(&c);
	if (cairo_status(c.cr) == CAIRO_STATUS_SUCCESS) {
		cairo_surface_flush(surface);
		status = discord_surface_save(surface, to);
	}
	cairo_destroy(c.cr);
	cairo_surface_destroy(surface);
	stoa_arena_fini(&c.arena);
	return status;
}
