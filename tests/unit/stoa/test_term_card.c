#include "stoa/term.h"

#include "base/json.h"
#include "bot/card.h"
#include "bot/limits.h"
#include "stoa/term_text.h"

#include "../bot/samples.h"
#include "../golden.h"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
	term_locale_init();
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_arena_fini(&arena);
	return 0;
}

/* Every sample in one text. */
static void
render_all(struct stoa_buf *all, const struct term_options *options)
{
	stoa_buf_init(all, GOLDEN_LEN_MAX);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		Stoa__Chat__Card *card = sample_card(&arena, i);

		stoa_buf_printf(all, "=== %s\n", sample_name(i));
		term_card_render(all, card, options);
		stoa_arena_reset(&arena);
	}
	assert_false(all->is_overflown);
}

static void
test_render_at_80_columns_without_colour(void **state)
{
	const struct term_options options = {.width = 80};
	struct stoa_buf all;

	(void)state;
	render_all(&all, &options);
	assert_null(memchr(all.data, '\x1b', all.len));
	golden_check("tests/golden/cards-80.txt", stoa_buf_str(&all));
	stoa_buf_fini(&all);
}

static void
test_render_in_40_columns(void **state)
{
	const struct term_options options = {.width = 40};
	struct stoa_buf all;

	(void)state;
	render_all(&all, &options);
	golden_check("tests/golden/cards-40.txt", stoa_buf_str(&all));
	stoa_buf_fini(&all);
}

static void
test_colour_changes_nothing_but_colour(void **state)
{
	const struct term_options plain = {.width = 80};
	const struct term_options colour = {.width = 80, .has_colour = true};
	struct stoa_buf want, have, bare;

	(void)state;
	render_all(&want, &plain);
	render_all(&have, &colour);
	assert_true(have.len > want.len);
	stoa_buf_init(&bare, GOLDEN_LEN_MAX);
	for (size_t i = 0; i < have.len; i++) {
		if (have.data[i] != '\x1b') {
			stoa_buf_add_byte(&bare, (uint8_t)have.data[i]);
			continue;
		}
		i += strcspn(have.data + i, "m");
	}
	assert_string_equal(bare.data, want.data);
	stoa_buf_fini(&bare);
	stoa_buf_fini(&want);
	stoa_buf_fini(&have);
}

/* A card straight from the wire, which nobody has cleaned. */
static void
test_render_lets_nothing_control_the_terminal(void **state)
{
	static char evil[] = "a\x1b[2Jb\rc\x07\x7f\xc2\x9b"
			     "31m\xff\xe2\x80";
	const struct term_options options = {.width = 80};
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	Stoa__Chat__Field field = STOA__CHAT__FIELD__INIT;
	Stoa__Chat__Field *fields[] = {&field};
	Stoa__Chat__Column column = STOA__CHAT__COLUMN__INIT;
	Stoa__Chat__Column *columns[] = {&column, &column};
	Stoa__Chat__Row row = STOA__CHAT__ROW__INIT;
	Stoa__Chat__Row *rows[] = {&row};
	Stoa__Chat__Table table = STOA__CHAT__TABLE__INIT;
	char *cells[] = {evil};
	struct stoa_buf b;

	(void)state;
	card.title = card.text = field.name = field.value = evil;
	card.n_fields = 1;
	card.fields = fields;
	column.name = evil;
	row.n_cells = 1; /* one too few */
	row.cells = cells;
	table.n_columns = 2;
	table.columns = columns;
	table.n_rows = 1;
	table.rows = rows;
	table.next = evil;
	card.table = &table;
	stoa_buf_init(&b, GOLDEN_LEN_MAX);
	term_card_render(&b, &card, &options);
	for (size_t i = 0; i < b.len; i++) {
		unsigned char c = (unsigned char)b.data[i];

		assert_true(c == '\n' || (c >= 0x20 && c != 0x7f));
	}
	assert_true(stoa_str_is_utf8(stoa_buf_str(&b)));
	assert_null(strstr(b.data, "\xc2\x9b"));
	stoa_buf_fini(&b);
}

static void
test_plot_survives_odd_numbers(void **state)
{
	double zero = 0, huge = 1.7e308;
	double ys[] = {1, zero / zero, 1 / zero, -huge, huge, 3};
	const struct term_options options = {.width = 30};
	Stoa__Chat__Series series = STOA__CHAT__SERIES__INIT;
	Stoa__Chat__Series *all[] = {
	    &series, &series, &series, &series, &series};
	Stoa__Chat__Card card = STOA__CHAT__CARD__INIT;
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, GOLDEN_LEN_MAX);
	card.series = all;
	for (size_t n = 0; n <= STOA_COUNT(ys); n++) {
		series.n_ys = n;
		series.ys = ys;
		card.n_series = 5;
		term_card_render(&b, &card, &options);
	}
	series.n_ys = 1;
	ys[0] = zero / zero;
	term_card_render(&b, &card, &options);
	assert_false(b.is_overflown);
	stoa_buf_fini(&b);
}

static void
test_json_is_json_with_stable_names(void **state)
{
	struct stoa_buf all, one;

	(void)state;
	stoa_buf_init(&all, GOLDEN_LEN_MAX);
	stoa_buf_init(&one, TERM_CARD_LEN_MAX);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct stoa_json root;

		stoa_buf_clear(&one);
		term_card_json(&one, sample_card(&arena, i));
		assert_true(stoa_json_parse(
		    stoa_buf_str(&one), STOA_JSON_UNIQUE_NAMES, &root, NULL));
		stoa_buf_printf(&all, "%s\n", one.data);
		stoa_arena_reset(&arena);
	}
	golden_check("tests/golden/cards.jsonl", stoa_buf_str(&all));
	stoa_buf_fini(&one);
	stoa_buf_fini(&all);
}

static void
test_options_of_a_file_have_no_colour(void **state)
{
	FILE *file = tmpfile();
	struct term_options options;

	(void)state;
	assert_non_null(file);
	options = term_options_of(fileno(file));
	assert_false(options.has_colour);
	assert_int_equal(options.width, 80);
	assert_int_equal(fclose(file), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_render_at_80_columns_without_colour),
	    cmocka_unit_test(test_render_in_40_columns),
	    cmocka_unit_test(test_colour_changes_nothing_but_colour),
	    cmocka_unit_test(test_render_lets_nothing_control_the_terminal),
	    cmocka_unit_test(test_plot_survives_odd_numbers),
	    cmocka_unit_test(test_json_is_json_with_stable_names),
	    cmocka_unit_test(test_options_of_a_file_have_no_colour),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
