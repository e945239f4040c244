/* A vote as a picture: what stands where, pixel by pixel. */
#include "discord/chart.h"

#include "discord/limits.h"

#include "../unit.h"

#include <cairo/cairo.h>
#include <math.h>

/* fontconfig keeps one table for ever, however often it is asked. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

#define TEXT(text) ((char *)(uintptr_t)(text))

/* As chart_vote.c lays it out, in logical pixels. */
#define LEFT	     14
#define WIDTH	     (DISCORD_CHART_WIDTH - 2 * LEFT)
#define BAR_Y(i)     (LEFT + DISCORD_BAR_HEIGHT * (int)(i) + 24)
#define GAUGE_TOP(n) (LEFT + DISCORD_BAR_HEIGHT * (int)(n))
#define GAUGE_Y(n)   (GAUGE_TOP(n) + 39)
#define MARK_Y(n)    (GAUGE_TOP(n) + 31)

enum {
	BLUE = 0x5ab0ec,
	GREEN = 0x66d19e,
	AMBER = 0xf5a835,
	INK = 0xdbdee1,
};

struct picture {
	cairo_surface_t *surface;
	const unsigned char *rows;
	int width, height, stride;
};

struct reader {
	const struct stoa_buf *png;
	size_t at;
};

static cairo_status_t
png_read(void *closure, unsigned char *data, unsigned len)
{
	struct reader *r = closure;

	if (len > r->png->len - r->at) {
		return CAIRO_STATUS_READ_ERROR;
	}
	memcpy(data, r->png->data + r->at, len);
	r->at += len;
	return CAIRO_STATUS_SUCCESS;
}

/* Written to files too when CHART_WRITE names a folder, to look at. */
static void
picture_keep(const struct stoa_buf *png, const char *name)
{
	const char *folder = getenv("CHART_WRITE");
	char path[256];
	FILE *file;

	if (folder == NULL) {
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s.png", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(png->data, 1, png->len, file), png->len);
	assert_int_equal(fclose(file), 0);
}

static struct picture
draw(Stoa__Chat__Bar *const *bars, size_t count, const Stoa__Chat__Gauge *gauge,
    const char *name)
{
	struct stoa_buf png;
	struct reader r = {&png, 0};
	struct picture p;

	stoa_buf_init(&png, DISCORD_CHART_BYTES_MAX);
	assert_int_equal(
	    discord_chart_vote(bars, count, gauge, 1, &png), STOA_OK);
	picture_keep(&png, name);
	p.surface = cairo_image_surface_create_from_png_stream(png_read, &r);
	assert_int_equal(cairo_surface_status(p.surface), CAIRO_STATUS_SUCCESS);
	p.rows = cairo_image_surface_get_data(p.surface);
	p.width = cairo_image_surface_get_width(p.surface);
	p.height = cairo_image_surface_get_height(p.surface);
	p.stride = cairo_image_surface_get_stride(p.surface);
	stoa_buf_fini(&png);
	return p;
}

static bool
is_like(const struct picture *p, int x, int y, unsigned want)
{
	uint32_t have;
	int off = 0;

	assert_true(x >= 0 && x < p->width && y >= 0 && y < p->height);
	memcpy(&have, p->rows + y * p->stride + x * 4, 4);
	for (int i = 0; i < 24; i += 8) {
		off += abs((int)(have >> i & 0xff) - (int)(want >> i & 0xff));
	}
	return off < 24;
}

/* How many pixels of a row have that colour. */
static int
run_of(const struct picture *p, int y, unsigned want)
{
	int count = 0;

	for (int x = 0; x < p->width; x++) {
		count += is_like(p, x, y, want);
	}
	return count;
}

static void
assert_near(int have, double want)
{
	if (fabs(have - want) > 5) { /* the mark is as wide */
		fail_msg("%d pixels where %.0f are due", have, want);
	}
}

static Stoa__Chat__Bar
bar_of(const char *label, double share, bool is_winner)
{
	Stoa__Chat__Bar bar = STOA__CHAT__BAR__INIT;

	bar.label = TEXT(label);
	bar.share = share;
	bar.value = TEXT("60 %, 12 votes");
	bar.is_winner = is_winner;
	return bar;
}

static Stoa__Chat__Gauge
gauge_of(double share, double mark)
{
	Stoa__Chat__Gauge gauge = STOA__CHAT__GAUGE__INIT;

	gauge.label = TEXT("Turnout");
	gauge.share = share;
	gauge.value = TEXT("8 of 20 votes");
	gauge.mark = mark;
	gauge.mark_text = TEXT(mark > 0 ? "quorum: 5" : "");
	return gauge;
}

static void
test_bars_are_as_long_as_their_shares(void **state)
{
	Stoa__Chat__Bar a = bar_of("for", 0.6, true);
	Stoa__Chat__Bar b = bar_of("against", 0.25, false);
	Stoa__Chat__Bar c = bar_of("none of these", 0, false);
	Stoa__Chat__Bar *bars[] = {&a, &b, &c};
	Stoa__Chat__Gauge gauge = gauge_of(0.4, 0.25);
	struct picture p = draw(bars, 3, &gauge, "vote");

	(void)state;
	assert_int_equal(p.width, DISCORD_CHART_WIDTH);
	assert_int_equal(p.height, GAUGE_TOP(3) + DISCORD_GAUGE_HEIGHT);
	/* The winner has a colour of its own. */
	assert_near(run_of(&p, BAR_Y(0), GREEN), 0.6 * WIDTH);
	assert_int_equal(run_of(&p, BAR_Y(0), BLUE), 0);
	assert_near(run_of(&p, BAR_Y(1), BLUE), 0.25 * WIDTH);
	assert_int_equal(run_of(&p, BAR_Y(2), BLUE), 0);
	assert_true(is_like(&p, LEFT + 2, BAR_Y(0), GREEN));
	cairo_surface_destroy(p.surface);
}

static void
test_gauge_shows_how_far_it_is_to_the_mark(void **state)
{
	Stoa__Chat__Bar a = bar_of("for", 1, false);
	Stoa__Chat__Bar *bars[] = {&a};
	static const struct {
		double share, mark;
		unsigned colour;
	} rows[] = {
	    {0.2, 0.5, AMBER},
	    {0.5, 0.5, GREEN},
	    {0.9, 0.25, GREEN},
	    {0.3, 0, GREEN},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		Stoa__Chat__Gauge gauge = gauge_of(rows[i].share, rows[i].mark);
		struct picture p = draw(bars, 1, &gauge, "gauge");
		int mark = LEFT + (int)(rows[i].mark * WIDTH);

		assert_near(run_of(&p, GAUGE_Y(1), rows[i].colour),
		    rows[i].share * WIDTH);
		/* Seen above the track as well. */
		assert_int_equal(
		    is_like(&p, mark, MARK_Y(1), INK), rows[i].mark > 0);
		cairo_surface_destroy(p.surface);
	}
}

static bool
is_same(const struct picture *a, const struct picture *b, int from, int to)
{
	for (int y = 0; y < a->height; y++) {
		if (memcmp(a->rows + y * a->stride + from * 4,
			b->rows + y * b->stride + from * 4,
			(size_t)(to - from) * 4) != 0) {
			return false;
		}
	}
	return true;
}

/* What cannot be drawn as it is leaves its number alone: nothing is turned
 * round, joined, laid over another line or shown as an empty box. */
static void
test_names_that_cannot_be_drawn_are_left_to_the_text(void **state)
{
	static const char *const names[] = {
	    "\u05e9\u05dc\u05d5\u05dd",		/* Hebrew */
	    "\u0646\u0639\u0645",		/* Arabic */
	    "\u202efor",			/* turned round */
	    "\U0001f680 go",			/* emoji */
	    "z\u0300\u0301\u0302\u0303\u0304a", /* marks upon marks */
	    "\u4e00\u4e8c",
	    "\xff\xfe",
	    "a\u200bb",
	    "line\nbreak",
	};
	Stoa__Chat__Bar none = bar_of("", 0.5, false);
	Stoa__Chat__Bar *bars[] = {&none};
	struct picture empty = draw(bars, 1, NULL, "empty");

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		Stoa__Chat__Bar bar = bar_of(names[i], 0.5, false);
		Stoa__Chat__Bar *one[] = {&bar};
		struct picture p = draw(one, 1, NULL, "undrawable");

		assert_true(is_same(&empty, &p, 0, p.width));
		cairo_surface_destroy(p.surface);
	}
	cairo_surface_destroy(empty.surface);
}

static void
test_long_names_end_before_the_value(void **state)
{
	Stoa__Chat__Bar none = bar_of("", 0.5, true);
	Stoa__Chat__Bar many = bar_of(
	    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", 0.5,
	    true);
	Stoa__Chat__Bar *bars[] = {&none}, *longs[] = {&many};
	struct picture a = draw(bars, 1, NULL, "empty");
	struct picture b = draw(longs, 1, NULL, "long");
	int value = DISCORD_CHART_WIDTH - LEFT - 110;

	(void)state;
	assert_false(is_same(&a, &b, 0, value));
	assert_true(is_same(&a, &b, value, a.width));
	cairo_surface_destroy(a.surface);
	cairo_surface_destroy(b.surface);
}

static void
test_picture_ends_with_what_a_card_can_have(void **state)
{
	Stoa__Chat__Bar bar = bar_of("for", NAN, false);
	Stoa__Chat__Bar *bars[DISCORD_BARS_MAX + 5];
	Stoa__Chat__Gauge gauge = gauge_of(INFINITY, -3);
	struct stoa_buf png;
	struct picture p;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(bars); i++) {
		bars[i] = &bar;
	}
	p = draw(bars, STOA_COUNT(bars), &gauge, "many");
	assert_int_equal(
	    p.height, GAUGE_TOP(DISCORD_BARS_MAX) + DISCORD_GAUGE_HEIGHT);
	assert_int_equal(run_of(&p, BAR_Y(0), BLUE), 0);
	assert_near(run_of(&p, GAUGE_Y(DISCORD_BARS_MAX), GREEN), WIDTH);
	cairo_surface_destroy(p.surface);
	stoa_buf_init(&png, 300);
	assert_int_equal(
	    discord_chart_vote(NULL, 0, &gauge, 1, &png), STOA_NOT_FOUND);
	assert_int_equal(
	    discord_chart_vote(bars, 1, &gauge, 1, &png), STOA_TOO_LARGE);
	assert_int_equal(png.len, 0);
	stoa_buf_fini(&png);
	cairo_debug_reset_static_data();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bars_are_as_long_as_their_shares),
	    cmocka_unit_test(test_gauge_shows_how_far_it_is_to_the_mark),
	    cmocka_unit_test(
		test_names_that_cannot_be_drawn_are_left_to_the_text),
	    cmocka_unit_test(test_long_names_end_before_the_value),
	    cmocka_unit_test(test_picture_ends_with_what_a_card_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
