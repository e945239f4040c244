#include "stoa/term_complete.h"

#include "bot/limits.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"

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
known_values(void *owner, enum bot_source source, struct stoa_str word,
    struct term_completion *c)
{
	(void)owner;
	(void)word;
	if (source == BOT_SOURCE_JOBS) {
		term_offer(c, "j_aaa", "intents, training");
		term_offer(c, "j_abb", "spam, done");
		term_offer(c, "with space", "cannot be typed bare");
	} else if (source == BOT_SOURCE_MODELS) {
		term_offer(c, "m_one", "");
	} else if (source == BOT_SOURCE_FILES) {
		term_offer_files(c);
	}
}

/* "from:text|text|..." of the line, whose end is the cursor. */
static const char *
completed(const char *line)
{
	struct term_completion c;
	struct stoa_buf b;
	const char *text;

	term_complete(
	    stoa_str_of(line), strlen(line), known_values, NULL, &arena, &c);
	stoa_buf_init(&b, 65536);
	stoa_buf_printf(&b, "%zu:", c.from);
	for (size_t i = 0; i < c.count; i++) {
		stoa_buf_printf(
		    &b, "%s%s", i == 0 ? "" : "|", c.candidates[i].text);
	}
	text = stoa_arena_str(&arena, stoa_buf_str(&b));
	stoa_buf_fini(&b);
	assert_non_null(text);
	return text;
}

static void
test_complete_offers_what_fits_the_place(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
	    {"/tr", "0:/train |/transfer "},
	    {"  /stat", "2:/status"},
	    {"/zzz", "0:"},
	    {"hello", "0:"},
	    {"/nonsense x", "10:"},
	    {"/train ", "7:dataset:|parameters:|recipe:|max_spend:|name:"},
	    {"/train dataset:b ", "17:parameters:|recipe:|max_spend:|name:"},
	    {"/train bafy p", "12:parameters:"},
	    {"/train recipe:", "14:text-classifier"},
	    {"/train recipe:x", "14:"},
	    {"/train --re", "7:--recipe="},
	    {"/train --recipe=t", "16:text-classifier"},
	    {"/train parameters:{\"a\": 1} na", "27:name:"},
	    {"/train parameters:{\"a\": ", "18:"},
	    {"/train name:\"x y\" d", "18:dataset:"},
	    {"/upload f private:", "18:true|false"},
	    {"/upload f private:t", "18:true"},
	    {"/job ", "5:j_aaa|j_abb|id:"},
	    {"/job j_a", "5:j_aaa|j_abb"},
	    {"/job id:j_ab", "8:j_abb"},
	    {"/job j_aaa ", "11:"},
	    {"/job --id ", "10:j_aaa|j_abb"},
	    {"/job --id j_ab", "10:j_abb"},
	    {"/upload f --private ", "20:name:"},
	    {"/ask ", "5:model:|question:"},
	    {"/ask model:", "11:m_one"},
	    {"/help command:da", "14:datasets"},
	    {"/status ", "8:"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_string_equal(completed(rows[i].line), rows[i].want);
	}
}

static void
test_complete_looks_only_before_the_cursor(void **state)
{
	struct term_completion c;

	(void)state;
	term_complete(
	    STOA_STR("/tra dataset:x"), 4, known_values, NULL, &arena, &c);
	assert_int_equal(c.count, 2);
	assert_str(term_common(&c), "/tra");
	term_complete(STOA_STR(""), 0, NULL, NULL, &arena, &c);
	assert_int_equal(c.count, BOT_VERB_COUNT);
	assert_str(term_common(&c), "/");
	term_complete(STOA_STR("/job "), 5, NULL, NULL, &arena, &c);
	assert_int_equal(c.count, 1);
	assert_str(term_common(&c), "id:");
}

static void
test_complete_is_bounded(void **state)
{
	struct term_completion c = {.arena = &arena};

	(void)state;
	for (unsigned i = 0; i < TERM_CANDIDATES_MAX + 1; i++) {
		char value[16];

		(void)snprintf(value, sizeof(value), "v%u", i);
		assert_false(c.is_cut);
		term_offer(&c, value, "");
	}
	assert_int_equal(c.count, TERM_CANDIDATES_MAX);
	assert_true(c.is_cut);
}

static void
test_common_cuts_between_characters(void **state)
{
	struct term_completion c = {.arena = &arena};

	(void)state;
	assert_str(term_common(&c), "");
	term_offer(&c, "caf\xc3\xa9", "");
	assert_str(term_common(&c), "caf\xc3\xa9");
	term_offer(&c, "caf\xc3\xa8", "");
	assert_str(term_common(&c), "caf");
}

static void
test_hint_names_what_is_missing(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
	    {"/train", " dataset:<a CID>"},
	    {"/train bafy", ""},
	    {"/ask model:m", " question:<text>"},
	    {"/transfer", " to:<a member> amount:<an amount of Joy>"},
	    {"/transfer --to u amount:1", ""},
	    {"/status", ""},
	    {"/nonsense", ""},
	    {"hello", ""},
	    {"", ""},
	};
	struct stoa_buf b;

	(void)state;
	stoa_buf_init(&b, 4096);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		stoa_buf_clear(&b);
		term_hint(&b, stoa_str_of(rows[i].line));
		assert_str(stoa_buf_str(&b), rows[i].want);
	}
	stoa_buf_fini(&b);
}

static void
test_files_are_offered_with_their_folder(void **state)
{
	char dir[] = "/tmp/stoa-files-XXXXXX", line[128], want[128];
	char path[64], hidden[64], sub[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/data.csv", dir);
	(void)snprintf(hidden, sizeof(hidden), "%s/.data", dir);
	(void)snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(mkdir(hidden, 0700), 0);
	(void)snprintf(line, sizeof(line), "/upload file:%s/da", dir);
	(void)snprintf(want, sizeof(want), "13:%s", path);
	assert_string_equal(completed(line), want);
	(void)snprintf(line, sizeof(line), "/upload %s/s", dir);
	(void)snprintf(want, sizeof(want), "8:%s/", sub);
	assert_string_equal(completed(line), want);
	(void)snprintf(line, sizeof(line), "/upload %s/none/x", dir);
	assert_string_equal(completed(line), "8:");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(hidden), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_complete_offers_what_fits_the_place),
	    cmocka_unit_test(test_complete_looks_only_before_the_cursor),
	    cmocka_unit_test(test_complete_is_bounded),
	    cmocka_unit_test(test_common_cuts_between_characters),
	    cmocka_unit_test(test_hint_names_what_is_missing),
	    cmocka_unit_test(test_files_are_offered_with_their_folder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
