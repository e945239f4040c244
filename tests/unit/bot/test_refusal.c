#include "../unit.h"

#include "bot/limits.h"
#include "bot/refusal.h"

#include "proto/accounts.pb-c.h"
#include "proto/governance.pb-c.h"
#include "proto/marketplace.pb-c.h"
#include "proto/training.pb-c.h"

static struct bot_problem
explain(struct stoa_arena *arena, const char *reason, char **args, size_t count)
{
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	struct bot_problem problem;

	refusal.reason = (char *)(uintptr_t)reason;
	refusal.args = args;
	refusal.n_args = count;
	bot_refusal_explain(&refusal, arena, &problem);
	return problem;
}

/* Every reason of a domain has words, and no place stays unfilled. */
static void
all_have_words(const ProtobufCEnumDescriptor *reasons)
{
	char *args[] = {"j_aaaaaaaaaa", "1500000", "2500000", "x"};
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	for (unsigned i = 0; i < reasons->n_values; i++) {
		const ProtobufCEnumValue *value = &reasons->values[i];
		struct bot_problem p;

		if (value->value == 0) {
			continue; /* unspecified */
		}
		if (!bot_refusal_is_known(value->name)) {
			fail_msg("no words for %s", value->name);
		}
		p = explain(&arena, value->name, args, STOA_COUNT(args));
		assert_string_equal(p.code, value->name);
		assert_string_not_equal(p.text, "");
		assert_string_not_equal(p.fix, "");
		assert_null(strpbrk(p.text, "{}"));
		assert_null(strpbrk(p.limit, "{}"));
		assert_null(strpbrk(p.fix, "{}"));
		assert_null(strpbrk(p.field, "{}"));
	}
	stoa_arena_fini(&arena);
}

static void
test_refusal_every_reason_of_accounts_has_words(void **state)
{
	(void)state;
	all_have_words(&stoa__accounts__refusal_reason__descriptor);
}

static void
test_refusal_every_reason_of_training_has_words(void **state)
{
	(void)state;
	all_have_words(&stoa__training__refusal_reason__descriptor);
}

static void
test_refusal_every_reason_of_governance_has_words(void **state)
{
	(void)state;
	all_have_words(&stoa__governance__refusal_reason__descriptor);
}

static void
test_refusal_every_reason_of_the_market_has_words(void **state)
{
	(void)state;
	all_have_words(&stoa__marketplace__refusal_reason__descriptor);
}

static void
test_refusal_of_governance_reads_well(void **state)
{
	static const struct {
		const char *reason, *args[3], *text, *limit;
	} rows[] = {
	    {"wrong_state", {"p_aaaaaaaaaa", "QUEUED", "DRAFT"},
		"p_aaaaaaaaaa is accepted and waiting, and that needs a draft",
		"a draft"},
	    {"voting_over", {"p_aaaaaaaaaa", "1767268800000000", ""},
		"voting on p_aaaaaaaaaa ended 2026-01-01 12:00 UTC", ""},
	    {"rule_not_valid", {"voting_us", "86400000000", ""},
		"a rule cannot have that voting_us", "at most 1 d 0 h"},
	    {"rule_not_valid", {"quorum_bp", "10000", ""},
		"a rule cannot have that quorum_bp", "at most 100.00 %"},
	    {"action_not_allowed", {"transfer", "ETHICS", ""},
		"ETHICS proposals may not pay", ""},
	    {"credits_exceeded", {"58", "40", ""},
		"that costs 58 voice credits and you have 40",
		"40 voice credits; n votes cost n times n"},
	};
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct bot_problem p = explain(&arena, rows[i].reason,
		    (char **)(uintptr_t)rows[i].args, 3);

		assert_string_equal(p.text, rows[i].text);
		assert_string_equal(p.limit, rows[i].limit);
	}
	stoa_arena_fini(&arena);
}

static void
test_refusal_amounts_are_said_in_joy(void **state)
{
	char *args[] = {"u_aaaaaaaaaa", "1500000", "2000000"};
	struct stoa_arena arena;
	struct bot_problem p;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	p = explain(&arena, "insufficient_funds", args, STOA_COUNT(args));
	assert_string_equal(
	    p.text, "u_aaaaaaaaaa has 1.5 Joy, which is less than 2 Joy");
	assert_string_equal(p.field, "amount");
	assert_string_equal(p.limit, "at most 1.5 Joy");
	stoa_arena_fini(&arena);
}

static void
test_refusal_passes_suggestions_on(void **state)
{
	char *near[] = {"j_aaaaaaaaab", "j_aaaaaaaaaa"}, *far[] = {"x", ""};
	struct stoa_arena arena;
	struct bot_problem p;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	p = explain(&arena, "no_such_job", near, STOA_COUNT(near));
	assert_string_equal(p.field, "job");
	assert_string_equal(p.fix, "did you mean j_aaaaaaaaaa?");
	p = explain(&arena, "no_such_job", far, STOA_COUNT(far));
	assert_string_equal(p.fix, "see /jobs");
	stoa_arena_fini(&arena);
}

static void
test_refusal_recipe_speaks_for_its_parameters(void **state)
{
	char *wrong[] = {"epochs", "epochs must be from 1 to 1000, not -1"};
	char *unknown[] = {
	    "epoch", "unknown parameter \"epoch\"; did you mean \"epochs\"?"};
	struct stoa_arena arena;
	struct bot_problem p;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	p = explain(&arena, "parameter_not_valid", wrong, STOA_COUNT(wrong));
	assert_string_equal(p.field, "epochs");
	assert_string_equal(p.text, wrong[1]);
	assert_string_equal(p.limit, "from 1 to 1000");
	assert_string_equal(p.given, "-1");
	assert_non_null(strstr(p.fix, "epochs"));
	p = explain(&arena, "parameter_unknown", unknown, STOA_COUNT(unknown));
	assert_string_equal(p.field, "epoch");
	assert_string_equal(p.text, "unknown parameter \"epoch\"");
	assert_string_equal(p.fix, "did you mean \"epochs\"?");
	stoa_arena_fini(&arena);
}

static void
test_refusal_quoted_by_another_domain_is_explained(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"insufficient_funds: u_a, 1500000, 2000000",
		"u_a has 1.5 Joy, which is less than 2 Joy"},
	    {"row 7 has 3 columns: ragged", "row 7 has 3 columns: ragged"},
	    {"", ""},
	    {"not_permitted", "that needs "},
	};
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_string_equal(
		    bot_refusal_explain_text(&arena, rows[i].text),
		    rows[i].want);
	}
	stoa_arena_fini(&arena);
}

static void
test_refusal_survives_missing_and_hostile_arguments(void **state)
{
	char *args[] = {"\x1b[31m{0}\xff"};
	struct stoa_arena arena;
	struct bot_problem p;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	p = explain(&arena, "no_such_job", args, STOA_COUNT(args));
	assert_null(strchr(p.text, '\x1b'));
	p = explain(&arena, "insufficient_funds", NULL, 0);
	assert_string_equal(p.text, " has , which is less than ");
	p = explain(&arena, "a_reason_to_come", args, STOA_COUNT(args));
	assert_string_equal(p.code, "a_reason_to_come");
	assert_non_null(strstr(p.text, "a_reason_to_come"));
	stoa_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refusal_every_reason_of_accounts_has_words),
	    cmocka_unit_test(test_refusal_every_reason_of_training_has_words),
	    cmocka_unit_test(test_refusal_every_reason_of_governance_has_words),
	    cmocka_unit_test(test_refusal_every_reason_of_the_market_has_words),
	    cmocka_unit_test(test_refusal_of_governance_reads_well),
	    cmocka_unit_test(test_refusal_amounts_are_said_in_joy),
	    cmocka_unit_test(test_refusal_passes_suggestions_on),
	    cmocka_unit_test(test_refusal_recipe_speaks_for_its_parameters),
	    cmocka_unit_test(
		test_refusal_quoted_by_another_domain_is_explained),
	    cmocka_unit_test(
		test_refusal_survives_missing_and_hostile_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
