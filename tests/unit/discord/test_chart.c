#include "discord/chart.h"

#include "bot/card.h"
#include "discord/limits.h"

#include "../bot/samples.h"
#include "../unit.h"

#include <cairo/cairo.h>
#include <math.h>
#include <pthread.h>

/* fontconfig keeps one table for ever, however often it is asked. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	stoa_arena_init(&arena, NULL, 0, (size_t)4 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	cairo_debug_reset_static_data();
	return 0;
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

/* Decodes what was drawn; how many pixels of the plot's inside have a colour
 * near to `want` (0xrrggbb). */
static size_t
pixels_of(const struct stoa_buf *png, unsigned scale, unsigned want)
{
	struct reader r = {png, 0};
	cairo_surface_t *s =
	    cairo_image_surface_create_from_png_stream(png_read, &r);
	const unsigned char *rows = cairo_image_surface_get_data(s);
	int width = cairo_image_surface_get_width(s);
	int height = cairo_image_surface_get_height(s);
	int stride = cairo_image_surface_get_stride(s);
	size_t count = 0;

	assert_int_equal(cairo_surface_status(s), CAIRO_STATUS_SUCCESS);
	assert_int_equal(width, DISCORD_CHART_WIDTH * scale);
	assert_int_equal(height, DISCORD_CHART_HEIGHT * scale);
	/* Below the legend, which has the colours as well. */
	for (int y = (int)(40 * scale); y < height; y++) {
		for (int x = 0; x < width; x++) {
			uint32_t p;
			int off = 0;

			memcpy(&p, rows + y * stride + x * 4, 4);
			for (int i = 0; i < 24; i += 8) {
				off += abs((int)(p >> i & 0xff) -
					   (int)(want >> i & 0xff));
			}
			count += off < 24 ? 1 : 0;
		}
	}
	cairo_surface_destroy(s);
	return count;
}

static const unsigned curve_colours[DISCORD_SERIES_MAX] = {
    0x5ab0ec, 0xf5a835, 0x66d19e, 0xec89be};

static void
draw_check(Stoa__Chat__Card *card, unsigned scale, const char *name)
{
	struct stoa_buf png;

	stoa_buf_init(&png, DISCORD_CHART_BYTES_MAX);
	assert_int_equal(
	    discord_chart_draw(card->series, card->n_series, scale, &png),
	    STOA_OK);
	assert_memory_equal(png.data, "\x89PNG\r\n\x1a\n", 8);
	for (size_t i = 0; i < card->n_series; i++) {
		assert_true(pixels_of(&png, scale, curve_colours[i]) > 20);
	}
	picture_keep(&png, name);
	stoa_buf_fini(&png);
}

static struct bot_card
card_new(void)
{
	return bot_card_begin(&arena, "t", STOA__CHAT__SEVERITY__INFO);
}

static void
test_draw_shows_a_loss_curve(void **state)
{
	Stoa__Chat__Card *card = sample_card(&arena, 7);

	(void)state;
	draw_check(card, 1, "loss");
	draw_check(card, DISCORD_CHART_SCALE, "loss-2x");
	draw_check(card, DISCORD_CHART_SCALE_MAX, "loss-4x");
}

static void
test_draw_shows_four_series(void **state)
{
	static double ys[4][300];
	static char loss[] = "loss", joy[] = "Joy";
	static const char *const names[] = {
	    "training", "validation, a rather long name", "\u691c\u8a3c", "d"};
	struct bot_card b = card_new();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t count = i == 3 ? 10 : 300;

		for (size_t j = 0; j < count; j++) {
			ys[i][j] = exp(-(double)j / (40 + 30 * (double)i)) +
				   0.2 * (double)i;
		}
		bot_card_curve(&b, names[i], ys[i], count, "step");
	}
	assert_non_null(bot_card_finish(&b, true));
	b.card->series[0]->y_unit = loss;
	draw_check(b.card, 2, "four");
	for (size_t i = 0; i < 4; i++) {
		b.card->series[i]->y_unit = i == 0 ? joy : loss;
	}
	draw_check(b.card, 2, "four-units");
}

static void
test_draw_shows_points_and_extremes(void **state)
{
	static const struct {
		const char *name;
		double ys[4];
		size_t count;
	} rows[] = {
	    {"one", {42}, 1},
	    {"flat", {3, 3, 3}, 3},
	    {"huge", {-1e300, 1e300, 0}, 3},
	    {"tiny", {1e-300, 2e-300}, 2},
	    {"large", {1234567, 7654321, 3e6}, 3},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct bot_card b = card_new();

		bot_card_curve(&b, rows[i].name, rows[i].ys, rows[i].count, "");
		assert_non_null(bot_card_finish(&b, true));
		if (i == 0) { /* a single point is a dot of a few pixels */
			draw_check(b.card, 4, rows[i].name);
		} else {
			draw_check(b.card, 2, rows[i].name);
		}
	}
}

static void
test_draw_refuses_what_has_no_points(void **state)
{
	double odd[] = {NAN, INFINITY, 1e301};
	Stoa__Chat__Series none = STOA__CHAT__SERIES__INIT;
	Stoa__Chat__Series *series[] = {&none};
	struct stoa_buf png;

	(void)state;
	stoa_buf_init(&png, DISCORD_CHART_BYTES_MAX);
	assert_int_equal(discord_chart_draw(NULL, 0, 1, &png), STOA_NOT_FOUND);
	assert_int_equal(
	    discord_chart_draw(series, 1, 1, &png), STOA_NOT_FOUND);
	none.ys = odd;
	none.n_ys = STOA_COUNT(odd);
	assert_int_equal(
	    discord_chart_draw(series, 1, 1, &png), STOA_NOT_FOUND);
	assert_int_equal(png.len, 0);
	stoa_buf_fini(&png);
}

static void
test_draw_leaves_a_full_buffer_as_it_was(void **state)
{
	Stoa__Chat__Card *card = sample_card(&arena, 7);
	struct stoa_buf png;

	(void)state;
	stoa_buf_init(&png, 1000);
	stoa_buf_add_text(&png, "before");
	assert_int_equal(
	    discord_chart_draw(card->series, 1, 1, &png), STOA_TOO_LARGE);
	assert_str(stoa_buf_str(&png), "before");
	assert_false(png.is_overflown);
	stoa_buf_fini(&png);
}

static void *
draw_often(void *argument)
{
	Stoa__Chat__Card *card = argument;

	for (int i = 0; i < 5; i++) {
		struct stoa_buf png;

		stoa_buf_init(&png, DISCORD_CHART_BYTES_MAX);
		if (discord_chart_draw(card->series, 1, 1, &png) != STOA_OK) {
			stoa_buf_fini(&png);
			return NULL;
		}
		stoa_buf_fini(&png);
	}
	return argument;
}

static void
test_draw_works_on_several_threads(void **state)
{
	Stoa__Chat__Card *card = sample_card(&arena, 7);
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(threads); i++) {
		assert_int_equal(
		    pthread_create(&threads[i], NULL, draw_often, card), 0);
	}
	for (size_t i = 0; i < STOA_COUNT(threads); i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, card);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_draw_shows_a_loss_curve),
	    cmocka_unit_test(test_draw_shows_four_series),
	    cmocka_unit_test(test_draw_shows_points_and_extremes),
	    cmocka_unit_test(test_draw_refuses_what_has_no_points),
	    cmocka_unit_test(test_draw_leaves_a_full_buffer_as_it_was),
	    cmocka_unit_test(test_draw_works_on_several_threads),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
