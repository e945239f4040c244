#include "bot/card.h"

#include "bot/limits.h"
#include "bot/words.h"

#include "../golden.h"
#include "samples.h"

static struct stoa_arena arena;

static int
setup(void **state)
{
	(void)state;
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

static void
test_every_view_has_its_plain_text(void **state)
{
	struct stoa_buf all;

	(void)state;
	stoa_buf_init(&all, GOLDEN_LEN_MAX);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		Stoa__Chat__Card *card = sample_card(&arena, i);

		assert_non_null(card);
		stoa_buf_printf(
		    &all, "=== %s\n%s", sample_name(i), card->plain);
		stoa_arena_reset(&arena);
	}
	golden_check("tests/golden/cards-plain.txt", stoa_buf_str(&all));
	stoa_buf_fini(&all);
}

static void
test_every_view_survives_packing(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		Stoa__Chat__Card *card = sample_card(&arena, i), *again;
		size_t size = stoa__chat__card__get_packed_size(card);
		uint8_t *bytes = malloc(size);

		assert_non_null(bytes);
		assert_in_range(size, 1, 32 * 1024);
		assert_int_equal(stoa__chat__card__pack(card, bytes), size);
		again = stoa__chat__card__unpack(NULL, size, bytes);
		assert_non_null(again);
		assert_string_equal(again->plain, card->plain);
		stoa__chat__card__free_unpacked(again, NULL);
		free(bytes);
		stoa_arena_reset(&arena);
	}
}

static void
test_every_view_gives_nothing_when_memory_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		bool is_whole = false;

		for (size_t size = 0; size < 131072; size += 480) {
			struct stoa_arena small;
			char *block = malloc(size + 1);
			Stoa__Chat__Card *card;

			assert_non_null(block);
			stoa_arena_init(&small, block, size, 0);
			card = sample_card(&small, i);
			assert_int_equal(card == NULL, small.is_overflown);
			/* Once it fits, more room changes nothing. */
			assert_true(!is_whole || card != NULL);
			is_whole = card != NULL;
			stoa_arena_fini(&small);
			free(block);
		}
		assert_true(is_whole);
	}
}

static void
test_job_is_final_once_it_has_ended(void **state)
{
	Stoa__Chat__Card *running = sample_card(&arena, 7);
	Stoa__Chat__Card *done = sample_card(&arena, 8);
	Stoa__Chat__Card *failed = sample_card(&arena, 9);

	(void)state;
	assert_false(running->is_final);
	assert_non_null(running->progress);
	assert_true(done->is_final);
	assert_null(done->progress);
	assert_int_equal(done->severity, STOA__CHAT__SEVERITY__SUCCESS);
	assert_int_equal(failed->severity, STOA__CHAT__SEVERITY__FAILED);
	assert_int_equal(failed->series[0]->n_ys, 7);
	assert_null(strchr(failed->text, '\x1b'));
}

static void
test_problem_is_there_for_programs(void **state)
{
	Stoa__Chat__Card *json = sample_card(&arena, 2);
	Stoa__Chat__Card *limited = sample_card(&arena, 6);

	(void)state;
	assert_string_equal(json->problem->code, "malformed_json");
	assert_string_equal(json->problem->field, "parameters");
	assert_int_equal(json->problem->len, 1);
	assert_string_equal(limited->problem->code, "RATE_LIMITED");
	assert_true(limited->problem->is_retryable);
	assert_int_equal(limited->problem->retry_after_us, 83000000);
}

static void
test_curve_leaves_out_what_is_no_number_and_thins(void **state)
{
	static double ys[5000];
	struct bot_card b =
	    bot_card_begin(&arena, "t", STOA__CHAT__SEVERITY__INFO);
	double zero = 0;
	const double odd[] = {1, zero / zero, 1 / zero, 4};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(ys); i++) {
		ys[i] = (double)i;
	}
	bot_card_curve(&b, "odd", odd, STOA_COUNT(odd), "epoch");
	bot_card_curve(&b, "long", ys, STOA_COUNT(ys), "epoch");
	bot_card_curve(&b, "none", &odd[1], 1, "epoch");
	assert_non_null(bot_card_finish(&b, true));
	assert_int_equal(b.card->n_series, 2);
	assert_int_equal(b.card->series[0]->n_ys, 2);
	assert_true(b.card->series[0]->xs[1] >= 4);
	assert_int_equal(b.card->series[1]->n_ys, BOT_POINTS_MAX);
	assert_true(b.card->series[1]->ys[BOT_POINTS_MAX - 1] >= 4999);
}

static void
test_excerpt_cuts_between_characters(void **state)
{
	static const struct {
		struct stoa_str text;
		size_t len_max;
		const char *want;
	} rows[] = {
	    {{"", 0}, 4, ""},
	    {{"abcd", 4}, 4, "abcd"},
	    {{"abcde", 5}, 4, "a..."},
	    {{"ab\xc3\xa9\xc3\xa9", 6}, 5, "ab..."},
	    {{"ab\xc3\xa9\xc3\xa9", 6}, 6, "ab\xc3\xa9\xc3\xa9"},
	    {{"a\nb\x1b[2J", 7}, 20, "a b [2J"},
	    {{"a\xffz", 3}, 20, "a\xef\xbf\xbdz"},
	    {{"\xff\xff\xff", 3}, 8, "\xef\xbf\xbd..."},
	    {{"a\0b", 3}, 8, "a b"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_string_equal(
		    bot_words_excerpt(&arena, rows[i].text, rows[i].len_max),
		    rows[i].want);
	}
}

static void
test_words_say_quantities(void **state)
{
	(void)state;
	assert_string_equal(bot_words_joy(&arena, -1500000), "-1.5 Joy");
	assert_string_equal(bot_words_size(&arena, 999), "999 B");
	assert_string_equal(bot_words_size(&arena, 1000), "1.0 kB");
	assert_string_equal(bot_words_size(&arena, 999999), "999.9 kB");
	assert_string_equal(bot_words_size(&arena, UINT64_MAX), "18.4 EB");
	assert_string_equal(bot_words_duration(&arena, -1), "0 ms");
	assert_string_equal(bot_words_duration(&arena, 999999), "999 ms");
	assert_string_equal(bot_words_duration(&arena, 61000000), "1 min 1 s");
	assert_string_equal(
	    bot_words_duration(&arena, INT64_C(90061000000)), "1 d 1 h");
	assert_string_equal(bot_words_time(&arena, INT64_C(1767268800000000)),
	    "2026-01-01 12:00 UTC");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_view_has_its_plain_text),
	    cmocka_unit_test(test_every_view_survives_packing),
	    cmocka_unit_test(test_every_view_gives_nothing_when_memory_ends),
	    cmocka_unit_test(test_job_is_final_once_it_has_ended),
	    cmocka_unit_test(test_problem_is_there_for_programs),
	    cmocka_unit_test(test_curve_leaves_out_what_is_no_number_and_thins),
	    cmocka_unit_test(test_excerpt_cuts_between_characters),
	    cmocka_unit_test(test_words_say_quantities),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
