/* chart_vote.c - bars with their names, and a gauge with its mark. */
#include "discord/chart.h"

#include "base/check.h"
#include "discord/canvas.h"
#include "discord/limits.h"
#include "discord/text.h"

#include <math.h>
#include <stdio.h>

/* Logical pixels. */
#define MARGIN	     14.0
#define NUMBER_WIDTH 22.0
#define TRACK_HEIGHT 10.0
#define BASELINE     13.0 /* of a name, from its line's top */
#define TRACK_TOP    19.0
#define VALUE_GAP    12.0

#define ELLIPSIS "\u2026"

static const struct discord_colour blue = {0.353, 0.690, 0.925};
static const struct discord_colour green = {0.400, 0.820, 0.620};
static const struct discord_colour amber = {0.961, 0.659, 0.208};

struct picture {
	cairo_t *cr;
	struct stoa_arena arena;
	char room[4096];
};

/* ---- text ---- */

static void
weight_set(struct picture *p, cairo_font_weight_t weight)
{
	cairo_select_font_face(
	    p->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, weight);
}

static const char *
bare(struct picture *p, const char *text, size_t units_max)
{
	return discord_text_bare(&p->arena, stoa_str_of(text), units_max, NULL);
}

/* The longest beginning that is no wider, with an ellipsis if it is not all. */
static const char *
fit(struct picture *p, const char *text, double width)
{
	struct stoa_str whole = stoa_str_of(text);
	const char *cut = text;

	while (whole.len > 0 && discord_text_width(p->cr, cut) > width) {
		do {
			whole.len--;
		} while (
		    whole.len > 0 && (whole.data[whole.len] & 0xc0) == 0x80);
		cut = stoa_arena_printf(
		    &p->arena, "%.*s" ELLIPSIS, STOA_STR_ARG(whole));
		if (cut == NULL) {
			return "";
		}
	}
	return cut;
}

/* ---- parts ---- */

static void
box_draw(struct picture *p, double x, double y, double width,
    struct discord_colour colour)
{
	discord_ink_set(p->cr, colour);
	cairo_rectangle(p->cr, x, y, width, TRACK_HEIGHT);
	cairo_fill(p->cr);
}

/* The comparisons also turn what is no number into 0. */
static double
fraction(double x)
{
	return x > 0 ? (x < 1 ? x : 1) : 0;
}

static void
track_draw(
    struct picture *p, double y, double share, struct discord_colour colour)
{
	double width = DISCORD_CHART_WIDTH - 2 * MARGIN;

	box_draw(p, MARGIN, y, width, discord_grid);
	box_draw(p, MARGIN, y, width * fraction(share), colour);
}

/* A tick of two strokes: not every font has one. Ends at x. */
static void
tick_draw(struct picture *p, double x, double y)
{
	discord_ink_set(p->cr, green);
	cairo_set_line_width(p->cr, 2);
	cairo_move_to(p->cr, x - 10, y - 4);
	cairo_line_to(p->cr, x - 7, y - 1);
	cairo_line_to(p->cr, x, y - 9);
	cairo_stroke(p->cr);
}

static void
bar_draw(struct picture *p, const Stoa__Chat__Bar *bar, size_t i, double top)
{
	double right = DISCORD_CHART_WIDTH - MARGIN, y = top + BASELINE;
	const char *value = bare(p, bar->value, DISCORD_BAR_VALUE_MAX);
	const char *name;
	char number[16];

	(void)snprintf(number, sizeof(number), "%zu", i + 1);
	weight_set(p,
	    bar->is_winner ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	discord_ink_set(p->cr, discord_faint);
	discord_text_draw(p->cr, MARGIN, y, 0, number);
	discord_ink_set(p->cr, discord_ink);
	discord_text_draw(p->cr, right, y, 1, value);
	right -= discord_text_width(p->cr, value) + VALUE_GAP;
	if (bar->is_winner) {
		tick_draw(p, right, y);
		right -= 2 * VALUE_GAP;
	}
	if (discord_is_drawable(stoa_str_of(bar->label))) {
		name = fit(p, bare(p, bar->label, DISCORD_BAR_NAME_MAX),
		    right - MARGIN - NUMBER_WIDTH);
		discord_ink_set(p->cr, discord_ink);
		discord_text_draw(p->cr, MARGIN + NUMBER_WIDTH, y, 0, name);
	}
	track_draw(
	    p, top + TRACK_TOP, bar->share, bar->is_winner ? green : blue);
}

/* The mark stands over the track's edges: it is seen on any colour. */
static void
mark_draw(struct picture *p, double top, double mark)
{
	double x = MARGIN + (DISCORD_CHART_WIDTH - 2 * MARGIN) * mark;

	discord_ink_set(p->cr, discord_ink);
	cairo_set_line_width(p->cr, 2);
	cairo_move_to(p->cr, x, top - 4);
	cairo_line_to(p->cr, x, top + TRACK_HEIGHT + 4);
	cairo_stroke(p->cr);
}

static void
gauge_draw(struct picture *p, const Stoa__Chat__Gauge *g, double top)
{
	double mark = fraction(g->mark), share = fraction(g->share);
	double right = DISCORD_CHART_WIDTH - MARGIN;
	bool is_reached = share >= mark;

	discord_ink_set(p->cr, discord_grid);
	cairo_set_line_width(p->cr, 1);
	cairo_move_to(p->cr, MARGIN, top + 3.5);
	cairo_line_to(p->cr, right, top + 3.5);
	cairo_stroke(p->cr);
	weight_set(p, CAIRO_FONT_WEIGHT_NORMAL);
	discord_ink_set(p->cr, discord_faint);
	discord_text_draw(p->cr, MARGIN, top + 22, 0,
	    bare(p, g->label, DISCORD_BAR_NAME_MAX));
	discord_text_draw(p->cr, DISCORD_CHART_WIDTH / 2.0, top + 22, 0.5,
	    bare(p, g->mark_text, DISCORD_BAR_NAME_MAX));
	discord_ink_set(p->cr, discord_ink);
	discord_text_draw(
	    p->cr, right, top + 22, 1, bare(p, g->value, DISCORD_BAR_NAME_MAX));
	track_draw(p, top + 34, share, is_reached ? green : amber);
	if (mark > 0) {
		mark_draw(p, top + 34, mark);
	}
}

/* ---- all ---- */

static void
picture_draw(struct picture *p, Stoa__Chat__Bar *const *bars, size_t count,
    const Stoa__Chat__Gauge *gauge)
{
	double top = MARGIN;

	discord_ink_set(p->cr, discord_background);
	cairo_paint(p->cr);
	cairo_set_font_size(p->cr, DISCORD_FONT_SIZE);
	cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
	for (size_t i = 0; i < count; i++) {
		stoa_arena_reset(&p->arena);
		bar_draw(p, bars[i], i, top);
		top += DISCORD_BAR_HEIGHT;
	}
	if (gauge != NULL) {
		stoa_arena_reset(&p->arena);
		gauge_draw(p, gauge, top);
	}
}

enum stoa_status
discord_chart_vote(Stoa__Chat__Bar *const *bars, size_t count,
    const Stoa__Chat__Gauge *gauge, unsigned scale, struct stoa_buf *to)
{
	struct picture p = {0};
	enum stoa_status status = STOA_NO_MEMORY;
	cairo_surface_t *surface;
	double height;

	stoa_assert(scale >= 1 && scale <= DISCORD_CHART_SCALE_MAX);
	stoa_assert(!to->is_overflown);
	if (count == 0) {
		return STOA_NOT_FOUND;
	}
	count = count < DISCORD_BARS_MAX ? count : DISCORD_BARS_MAX;
	height = 2 * MARGIN + (double)count * DISCORD_BAR_HEIGHT +
		 (gauge == NULL ? 0 : DISCORD_GAUGE_HEIGHT - MARGIN);
	stoa_arena_init(&p.arena, p.room, sizeof(p.room), 0);
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
	    (int)(DISCORD_CHART_WIDTH * scale), (int)(height * scale));
	p.cr = cairo_create(surface);
	cairo_scale(p.cr, scale, scale);
	picture_draw(&p, bars, count, gauge);
	if (cairo_status(p.cr) == CAIRO_STATUS_SUCCESS) {
		cairo_surface_flush(surface);
		status = discord_surface_save(surface, to);
	}
	cairo_destroy(p.cr);
	cairo_surface_destroy(surface);
	stoa_arena_fini(&p.arena);
	return status;
}
