/* A ranking, put together one choice at a time. */
#include "bot/ranking.h"

#include "../unit.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

static char *names[] = {
    TEXT("red"), TEXT("blue > green"), TEXT("#1"), TEXT("none"), TEXT("more")};

static void
test_read_places_one_after_the_other(void **state)
{
	static const struct {
		const char *draft, *placed, *want_draft, *want_choice;
	} rows[] = {
	    {"", "1 #2", "#2", "#2"},
	    {"#2", "3 #1", "#2 > - > #1", "#2 > #1"},
	    /* By name, too; "#1" is a number before it is a name. */
	    {"", "2 red", "- > #1", "#1"},
	    {"", "1 blue > green", "#2", "#2"},
	    {"", "1 #1", "#1", "#1"},
	    /* What is placed again leaves its earlier place. */
	    {"#2 > - > #1", "2 #1", "#2 > #1", "#2 > #1"},
	    {"#1 > #2", "1 #2", "#2", "#2"},
	    {"#1 > #2 > #3 > #4", "4 #3", "#1 > #2 > - > #3", "#1 > #2 > #3"},
	    /* And so does what stood there. */
	    {"#1", "1 #2", "#2", "#2"},
	    {"", "1 #9", NULL, NULL},
	    {"", "0 #1", NULL, NULL},
	    {"", "5 #1", NULL, NULL},
	    {"", "first #1", NULL, NULL},
	    {"", "1", NULL, NULL},
	    {"#9", "1 #1", NULL, NULL},
	    {"- > - > - > - > #1", "1 #2", NULL, NULL},
	};
	Stoa__Governance__Proposal p = STOA__GOVERNANCE__PROPOSAL__INIT;
	Stoa__Governance__Rule rule = STOA__GOVERNANCE__RULE__INIT;

	(void)state;
	p.rule = &rule;
	p.options = names;
	p.n_options = BOT_RANKS_MAX;
	rule.form = STOA__GOVERNANCE__FORM__RANKED;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct bot_ranking r;
		struct bot_problem problem;
		struct stoa_arena arena;
		bool ok;

		stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
		print_message("%s + %s\n", rows[i].draft, rows[i].placed);
		ok = bot_ranking_read(stoa_str_of(rows[i].draft),
		    stoa_str_of(rows[i].placed), &p, &arena, &r, &problem);
		assert_int_equal(ok, rows[i].want_draft != NULL);
		if (ok) {
			assert_string_equal(
			    bot_ranking_draft(&arena, &r), rows[i].want_draft);
			assert_string_equal(bot_ranking_choice(&arena, &r),
			    rows[i].want_choice);
		} else {
			assert_string_equal(problem.code, "choice_not_valid");
		}
		stoa_arena_fini(&arena);
	}
	assert_true(bot_ranking_is_for(&p));
	p.n_options = BOT_RANKS_MAX + 1;
	assert_false(bot_ranking_is_for(&p));
	p.n_options = 2;
	rule.form = STOA__GOVERNANCE__FORM__APPROVAL;
	assert_false(bot_ranking_is_for(&p));
}

static void
test_of_begins_with_what_was_cast(void **state)
{
	Stoa__Governance__Ballot ballot = STOA__GOVERNANCE__BALLOT__INIT;
	uint32_t options[] = {2, 0};
	struct bot_ranking r = bot_ranking_of(NULL);
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	assert_string_equal(bot_ranking_draft(&arena, &r), "");
	assert_string_equal(bot_ranking_choice(&arena, &r), "");
	ballot.options = options;
	ballot.n_options = 2;
	r = bot_ranking_of(&ballot);
	assert_string_equal(bot_ranking_draft(&arena, &r), "#3 > #1");
	stoa_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_places_one_after_the_other),
	    cmocka_unit_test(test_of_begins_with_what_was_cast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
