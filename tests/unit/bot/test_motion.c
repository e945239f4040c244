/* What a proposal is to do, as typed, and the words for it. */
#include "bot/motion.h"

#include "bot/limits.h"

#include "../unit.h"

#define CID  "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
#define HOUR (3600 * STOA_US_PER_S)
#define DAY  STOA_US_PER_DAY

#define ACTION(KIND)  STOA__GOVERNANCE__ACTION__KIND_##KIND
#define SETTING(KIND) STOA__ACCOUNTS__SETTING__KIND_##KIND

static struct stoa_arena arena;
static struct bot_problem problem;

static Stoa__Governance__RulesReply *
rules(void)
{
	static Stoa__Governance__RulesReply reply;
	static Stoa__Governance__Rule approval;
	static Stoa__Governance__Rule *list[] = {&approval};
	static Stoa__Governance__Charter charter;

	stoa__governance__rules_reply__init(&reply);
	stoa__governance__rule__init(&approval);
	stoa__governance__charter__init(&charter);
	approval.type = (char *)(uintptr_t) "MODEL_APPROVAL";
	approval.form = STOA__GOVERNANCE__FORM__SINGLE;
	approval.power = STOA__GOVERNANCE__POWER__PER_MEMBER;
	approval.quorum_bp = 1000;
	approval.threshold_bp = 5000;
	approval.voting_us = 3 * DAY;
	charter.credits = 100;
	charter.round_us = 30 * DAY;
	charter.draft_us = 14 * DAY;
	reply.rules = list;
	reply.n_rules = 1;
	reply.charter = &charter;
	return &reply;
}

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

static Stoa__Governance__Action **
read_all(const char *text, size_t want)
{
	Stoa__Governance__Action **actions = NULL;
	size_t count = 0;

	if (!bot_motion_read(stoa_str_of(text), rules(), &arena, &actions,
		&count, &problem)) {
		fail_msg("%s: %s", text, problem.text);
	}
	assert_int_equal(count, want);
	return actions;
}

static const Stoa__Governance__Action *
read_one(const char *text)
{
	return read_all(text, 1)[0];
}

static void
test_motion_each_verb_is_read_and_told(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
	    {"approve m_7f2w5k3cqz", "approve the model m_7f2w5k3cqz"},
	    {"APPROVE m_7f2w5k3cqz", "approve the model m_7f2w5k3cqz"},
	    {"takedown m_7f2w5k3cqz",
		"take the model m_7f2w5k3cqz off the market"},
	    {"restore m_7f2w5k3cqz",
		"let the model m_7f2w5k3cqz onto the market again"},
	    {"approve m_7f2w5k3cqz price 2.5",
		"approve the model m_7f2w5k3cqz and list it for 2.5 Joy"},
	    {"pay @ada 12.5", "pay 12.5 Joy from the treasury to @ada"},
	    {"pay @ada 10 for the labels",
		"pay 10 Joy from the treasury to @ada: for the labels"},
	    {"pay @ada 10 \"for; the labels\"",
		"pay 10 Joy from the treasury to @ada: for; the labels"},
	    {"role u_9x4h2t6rbe TRAINER", "make u_9x4h2t6rbe trainer"},
	    {"role u_9x4h2t6rbe admin", "make u_9x4h2t6rbe admin"},
	    {"train " CID " epochs=10 budget 5",
		"train a model on " CID
		" with epochs 10 for at most 5 Joy of the treasury"},
	    {"train " CID " budget=0.5 name=intents",
		"train a model on " CID " for at most 0.5 Joy of the treasury"},
	    {"set welcome_grant 50",
		"greet each new member with 50 Joy of credit"},
	    {"set name \"Model makers\"", "call the community Model makers"},
	    {"set announce_channel <#290926798626357999>",
		"tell news in the channel 290926798626357999"},
	    {"command faq text \"Read it; then ask.\"",
		"the command faq answers: Read it; then ask."},
	    {"command sort-2 model m_7f2w5k3cqz",
		"the command sort-2 asks the model m_7f2w5k3cqz"},
	    {"retire-command faq", "take the command faq away"},
	    {"retire-rule model-approval",
		"nothing of the type MODEL_APPROVAL can be proposed any more"},
	    {"charter reminder 12h last_reminder 30m",
		"charter: 100 voice credits each 30 d 0 h, drafts live 14 d 0 "
		"h, reminders 12 h 0 min and 30 min 0 s before the end, owners "
		"may not veto"},
	    {"charter credits 150 round 14d",
		"charter: 150 voice credits each 14 d 0 h, drafts live 14 d 0 "
		"h, owners may not veto"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_string_equal(
		    bot_motion_words(&arena, read_one(rows[i].line)),
		    rows[i].words);
	}
}

/* Its name could never be used if the bot had one of that name. */
static void
test_motion_command_takes_names_that_are_free(void **state)
{
	static const struct {
		const char *line, *field;
	} rows[] = {
	    {"command", "lacks a name"},
	    {"command balance text x", "the name cannot be balance"},
	    {"command FAQ text x", "the name cannot be FAQ"},
	    {"command a_b text x", "the name cannot be a_b"},
	    {"command abcdefghijklmnopqrstuvwxyz0123456 text x", "the name"},
	    {"command faq", "lacks text or model"},
	    {"command faq text", "lacks what it answers with"},
	    {"command faq text \"\"", "lacks the text"},
	    {"command faq text two words", "the end of the action"},
	    {"command faq model intents", "the model cannot be intents"},
	    {"command faq link x", "what it is cannot be link"},
	    {"retire-command", "lacks a name"},
	    {"retire-command a b", "the end of the action"},
	};
	Stoa__Governance__Action **actions;
	size_t count;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		if (bot_motion_read(stoa_str_of(rows[i].line), rules(), &arena,
			&actions, &count, &problem) ||
		    strstr(problem.text, rows[i].field) == NULL) {
			fail_msg("%s: %s", rows[i].line, problem.text);
		}
	}
}

static void
test_motion_training_has_its_settings(void **state)
{
	const Stoa__Training__SubmitJobRequest *job =
	    read_one("train " CID
		     " epochs=10 learning_rate=0.05 budget 5 name \"my model\"")
		->fine_tune;

	(void)state;
	assert_string_equal(job->dataset, CID);
	assert_string_equal(job->recipe, "text-classifier");
	assert_string_equal(job->name, "my model");
	assert_int_equal(job->max_spend_micro, 5000000);
	assert_int_equal(job->n_parameters, 2);
	assert_string_equal(job->parameters[1]->name, "learning_rate");
	assert_int_equal((int)job->parameters[0]->number, 10);
}

static void
test_motion_rule_starts_from_the_one_in_force(void **state)
{
	const Stoa__Governance__Rule *rule =
	    read_one("rule model_approval quorum 20% voting 1d12h threshold "
		     "66.67% timelock 12h form quadratic sponsors 2 deposit 5 "
		     "voters trainer age 7d stake 10 invited yes "
		     "text \"what it is for\" actions approve")
		->rule;

	(void)state;
	assert_string_equal(rule->type, "MODEL_APPROVAL");
	assert_int_equal(rule->quorum_bp, 2000);
	assert_int_equal(rule->threshold_bp, 6667);
	assert_int_equal(rule->voting_us, DAY + 12 * HOUR);
	assert_int_equal(rule->timelock_us, 12 * HOUR);
	assert_int_equal(rule->form, STOA__GOVERNANCE__FORM__QUADRATIC);
	assert_int_equal(rule->power, STOA__GOVERNANCE__POWER__PER_MEMBER);
	assert_int_equal(rule->sponsors, 2);
	assert_int_equal(rule->deposit_micro, 5000000);
	assert_int_equal(rule->voters->role, STOA__ACCOUNTS__ROLE__TRAINER);
	assert_int_equal(rule->voters->age_us, 7 * DAY);
	assert_int_equal(rule->voters->stake, 10);
	assert_true(rule->voters->is_invited);
	assert_string_equal(rule->text, "what it is for");
	assert_int_equal(rule->n_actions, 1);
	assert_string_equal(rule->actions[0], "approve_model");
	/* What is not named stays, and the one in force is untouched. */
	rule = read_one("rule MODEL_APPROVAL quorum=5%")->rule;
	assert_int_equal(rule->voting_us, 3 * DAY);
	assert_int_equal(rules()->rules[0]->quorum_bp, 1000);
	/* A new type has what is needed. */
	rule = read_one("rule NEW_KIND")->rule;
	assert_string_equal(rule->type, "NEW_KIND");
	assert_true(rule->voting_us > 0);
}

static void
test_motion_several_belong_to_options(void **state)
{
	Stoa__Governance__Action **all =
	    read_all("pay @a 1 \"x; y\"; 2: pay @b 2;set welcome_grant 0; ", 3);

	(void)state;
	assert_int_equal(all[0]->option, 0);
	assert_string_equal(all[0]->transfer->memo, "x; y");
	assert_int_equal(all[1]->option, 1);
	assert_string_equal(all[1]->transfer->to, "@b");
	assert_int_equal(all[2]->kind_case, ACTION(PARAMETER));
	assert_int_equal(
	    all[2]->parameter->kind_case, SETTING(WELCOME_GRANT_MICRO));
	(void)read_all("", 0);
	(void)read_all(" ; ", 0);
}

static void
test_motion_bad_input_names_field_limit_and_fix(void **state)
{
	static const struct {
		const char *line, *text;
		const char *fix; /* begins with */
	} rows[] = {
	    {"aprove m_7f2w5k3cqz", "what is to be done cannot be aprove",
		"did you mean approve?"},
	    {"approve", "the action lacks a model", "write it like: approve"},
	    {"approve intents", "the model cannot be intents", "write it"},
	    {"approve m_7f2w5k3cqz please",
		"the end of the action cannot be please", "write it"},
	    {"pay", "the action lacks a member", "write it like: pay"},
	    {"pay @ada", "the action lacks an amount", "write it like: pay"},
	    {"pay @ada much", "an amount cannot be much", "write it"},
	    {"pay @ada -1", "an amount cannot be -1", "write it"},
	    {"role @ada king", "the role cannot be king", "write it"},
	    {"train intents", "the dataset cannot be intents", "write it"},
	    {"train " CID " fast", "a setting cannot be fast", "write it"},
	    {"train " CID " budget lots", "a budget cannot be lots", "write"},
	    {"set welcome_grand 5", "the setting cannot be welcome_grand",
		"did you mean welcome_grant?"},
	    {"set welcome_grant", "the action lacks the welcome grant",
		"write"},
	    {"rule", "the action lacks a type", "write it like: rule"},
	    {"rule ETHICS quorom 20%", "a field cannot be quorom",
		"did you mean quorum?"},
	    {"rule ETHICS quorum", "the action lacks quorum", "give quorum a"},
	    {"rule ETHICS quorum 120%", "quorum cannot be 120%",
		"give quorum a percentage"},
	    {"rule ETHICS quorum 1.234%", "quorum cannot be 1.234%",
		"give quorum"},
	    {"rule ETHICS voting 3", "voting cannot be 3", "give voting a"},
	    {"rule ETHICS voting 366d", "voting cannot be 366d", "give voting"},
	    {"rule ETHICS form secret", "form cannot be secret",
		"give form single"},
	    {"rule ETHICS actions dance", "actions cannot be dance",
		"give actions approve"},
	    {"charter credits many", "credits cannot be many",
		"give credits 1"},
	    {"21: pay @a 1", "the option cannot be 21", "begin with"},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		Stoa__Governance__Action **actions;
		size_t count;

		if (bot_motion_read(stoa_str_of(rows[i].line), rules(), &arena,
			&actions, &count, &problem)) {
			fail_msg("%s was taken", rows[i].line);
		}
		assert_string_equal(problem.text, rows[i].text);
		assert_string_equal(problem.code, "action_not_valid");
		assert_string_equal(problem.field, "action");
		if (strncmp(problem.fix, rows[i].fix, strlen(rows[i].fix)) !=
		    0) {
			fail_msg("%s: fix is %s", rows[i].line, problem.fix);
		}
	}
}

static void
test_motion_eleven_are_too_many(void **state)
{
	Stoa__Governance__Action **actions;
	struct stoa_buf line;
	size_t count;

	(void)state;
	stoa_buf_init(&line, 4096);
	for (int i = 0; i < 11; i++) {
		stoa_buf_add_text(&line, "set welcome_grant 1;");
	}
	assert_false(bot_motion_read(
	    stoa_buf_str(&line), rules(), &arena, &actions, &count, &problem));
	assert_string_equal(problem.limit, "at most 10 actions");
	stoa_buf_fini(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_motion_each_verb_is_read_and_told),
	    cmocka_unit_test(test_motion_command_takes_names_that_are_free),
	    cmocka_unit_test(test_motion_training_has_its_settings),
	    cmocka_unit_test(test_motion_rule_starts_from_the_one_in_force),
	    cmocka_unit_test(test_motion_several_belong_to_options),
	    cmocka_unit_test(test_motion_bad_input_names_field_limit_and_fix),
	    cmocka_unit_test(test_motion_eleven_are_too_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
