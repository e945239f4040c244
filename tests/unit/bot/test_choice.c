/* Ballots as typed, for each form. */
#include "bot/choice.h"

#include "bot/limits.h"

#include "../unit.h"

#define FORM(NAME) STOA__GOVERNANCE__FORM__##NAME

static struct stoa_arena arena;
static struct bot_problem problem;

static Stoa__Governance__Proposal *
proposal(Stoa__Governance__Form form, char **options, size_t count)
{
	static Stoa__Governance__Proposal p;
	static Stoa__Governance__Rule rule;

	stoa__governance__proposal__init(&p);
	stoa__governance__rule__init(&rule);
	rule.form = form;
	p.rule = &rule;
	p.options = options;
	p.n_options = count;
	return &p;
}

static char *binary[] = {
    (char *)(uintptr_t) "for", (char *)(uintptr_t) "against"};
static char *three[] = {(char *)(uintptr_t) "red apples",
    (char *)(uintptr_t) "plan 9", (char *)(uintptr_t) "c, or d"};

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
test_choice_is_read_and_told(void **state)
{
	static const struct {
		Stoa__Governance__Form form;
		bool is_binary;
		const char *typed, *words;
		uint64_t cost;
	} rows[] = {
	    {FORM(SINGLE), true, "for", "for", 0},
	    {FORM(SINGLE), true, " AGAINST ", "against", 0},
	    {FORM(SINGLE), true, "2", "against", 0},
	    {FORM(SINGLE), true, "Abstain", "abstain", 0},
	    {FORM(SINGLE), false, "red apples", "red apples", 0},
	    {FORM(SINGLE), false, "#2", "plan 9", 0},
	    {FORM(SINGLE), false, "c, or d", "c, or d", 0},
	    {FORM(APPROVAL), false, "red apples, 2", "red apples, plan 9", 0},
	    {FORM(APPROVAL), false, "c, or d", "c, or d", 0},
	    {FORM(APPROVAL), false, "#3, #1", "c, or d, red apples", 0},
	    {FORM(RANKED), false, "#3 > #2", "c, or d > plan 9", 0},
	    {FORM(RANKED), false, "plan 9 > red apples > 3",
		"plan 9 > red apples > c, or d", 0},
	    {FORM(RANKED), false, "2,1", "plan 9 > red apples", 0},
	    {FORM(SPLIT), false, "red apples 60 plan 9 40",
		"red apples 60 %, plan 9 40 %", 0},
	    {FORM(SPLIT), false, "1 33.34%, 2 33.33%, 3 33.33%",
		"red apples 33.34 %, plan 9 33.33 %, c, or d 33.33 %", 0},
	    {FORM(QUADRATIC), false, "red apples 7 plan 9 3",
		"red apples with 7 votes, plan 9 with 3 votes", 58},
	    {FORM(QUADRATIC), true, "for 1", "for with 1 vote", 1},
	    {FORM(QUADRATIC), true, "abstain", "abstain", 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		Stoa__Governance__Proposal *p =
		    proposal(rows[i].form, rows[i].is_binary ? binary : three,
			rows[i].is_binary ? 2 : 3);
		Stoa__Governance__Ballot *b;

		if (!bot_choice_read(
			stoa_str_of(rows[i].typed), p, &arena, &b, &problem)) {
			fail_msg("%s: %s", rows[i].typed, problem.text);
		}
		assert_string_equal(
		    bot_choice_words(&arena, p, b), rows[i].words);
		assert_int_equal(bot_choice_cost(p, b), rows[i].cost);
	}
}

static void
test_choice_hint_is_itself_a_choice(void **state)
{
	static char *plain[] = {
	    (char *)(uintptr_t) "a", (char *)(uintptr_t) "b"};
	static char *parted[] = {
	    (char *)(uintptr_t) "a, or b", (char *)(uintptr_t) "c > d"};
	static const Stoa__Governance__Form forms[] = {
	    FORM(APPROVAL), FORM(RANKED), FORM(SPLIT), FORM(QUADRATIC)};

	(void)state;
	for (size_t i = 0; i < 2 * STOA_COUNT(forms); i++) {
		Stoa__Governance__Proposal *p =
		    proposal(forms[i / 2], i % 2 == 0 ? plain : parted, 2);
		Stoa__Governance__Ballot *b, *again;

		assert_true(
		    bot_choice_read(stoa_str_of(bot_choice_hint(&arena, p)), p,
			&arena, &b, &problem));
		assert_int_equal(b->n_options, 2);
		if (b->n_amounts > 0) {
			continue;
		}
		assert_true(
		    bot_choice_read(stoa_str_of(bot_choice_typed(&arena, p, b)),
			p, &arena, &again, &problem));
		assert_memory_equal(again->options, b->options,
		    b->n_options * sizeof(b->options[0]));
	}
}

static void
test_choice_bad_input_says_what_is_meant(void **state)
{
	static const struct {
		Stoa__Governance__Form form;
		const char *typed, *text;
	} rows[] = {
	    {FORM(SINGLE), "blue", "there is no option blue"},
	    {FORM(SINGLE), "", "there is no option "},
	    {FORM(SINGLE), "4", "there is no option 4"},
	    {FORM(SINGLE), "0", "there is no option 0"},
	    {FORM(APPROVAL), "1, blue", "there is no option blue"},
	    {FORM(APPROVAL), "1,1", "the option 1 stands there twice"},
	    {FORM(RANKED), "1 > 2 > plan 9",
		"the option plan 9 stands there twice"},
	    {FORM(SPLIT), "1 60 2 30", "the shares do not make up 100 %"},
	    {FORM(SPLIT), "1 sixty", "1 sixty has no option and amount"},
	    {FORM(SPLIT), "1 -5 2 105", "1 -5 2 105 has no option and amount"},
	    {FORM(QUADRATIC), "1", "1 has no option and amount"},
	    {FORM(QUADRATIC), "1 0", "1 0 has no option and amount"},
	    {FORM(QUADRATIC), "1 1001", "1 1001 has no option and amount"},
	    {FORM(QUADRATIC), "1 3 1 2", "the option 1 stands there twice"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		Stoa__Governance__Proposal *p =
		    proposal(rows[i].form, three, 3);
		Stoa__Governance__Ballot *b;

		if (bot_choice_read(
			stoa_str_of(rows[i].typed), p, &arena, &b, &problem)) {
			fail_msg("%s was taken", rows[i].typed);
		}
		assert_string_equal(problem.text, rows[i].text);
		assert_string_equal(problem.field, "choice");
		assert_string_not_equal(problem.limit, "");
		assert_string_not_equal(problem.fix, "");
	}
}

/* What a list gives back is a number, whatever options are called. */
static void
test_option_by_number_goes_before_names(void **state)
{
	static char *names[] = {
	    (char *)(uintptr_t) "#2", (char *)(uintptr_t) "1"};
	static const struct {
		const char *text;
		uint32_t option;
	} rows[] = {{"#1", 0}, {"#2", 1}, {"1", 1}, {"2", 1}};
	const Stoa__Governance__Proposal *p =
	    proposal(FORM(SINGLE), names, STOA_COUNT(names));
	uint32_t option;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_true(
		    bot_choice_option(p, stoa_str_of(rows[i].text), &option));
		assert_int_equal(option, rows[i].option);
	}
	assert_false(bot_choice_option(p, STOA_STR("#3"), &option));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_choice_is_read_and_told),
	    cmocka_unit_test(test_option_by_number_goes_before_names),
	    cmocka_unit_test(test_choice_hint_is_itself_a_choice),
	    cmocka_unit_test(test_choice_bad_input_says_what_is_meant),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
