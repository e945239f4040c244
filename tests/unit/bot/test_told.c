#include "../unit.h"

#include "bot/limits.h"
#include "bot/told.h"

static void
test_told_end_every_reason_has_words(void **state)
{
	const ProtobufCEnumDescriptor *reasons =
	    &stoa__training__end_reason__descriptor;

	(void)state;
	for (unsigned i = 0; i < reasons->n_values; i++) {
		int value = reasons->values[i].value;
		const char *text =
		    bot_told_end((Stoa__Training__EndReason)value);

		assert_int_equal(text[0] == '\0', value == 0);
	}
}

static void
test_told_job_keeps_every_state(void **state)
{
	static const struct {
		Stoa__Training__JobState told;
		enum bot_job_state want;
	} rows[] = {
	    {STOA__TRAINING__JOB_STATE__ESCROW, BOT_JOB_ESCROW},
	    {STOA__TRAINING__JOB_STATE__QUEUED, BOT_JOB_QUEUED},
	    {STOA__TRAINING__JOB_STATE__RUNNING, BOT_JOB_RUNNING},
	    {STOA__TRAINING__JOB_STATE__SETTLING, BOT_JOB_SETTLING},
	    {STOA__TRAINING__JOB_STATE__SUCCEEDED, BOT_JOB_SUCCEEDED},
	    {STOA__TRAINING__JOB_STATE__FAILED, BOT_JOB_FAILED},
	    {STOA__TRAINING__JOB_STATE__CANCELLED, BOT_JOB_CANCELLED},
	};
	struct bot_job_view view;
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;

		job.state = rows[i].told;
		view = bot_told_job(&arena, &job);
		assert_int_equal(view.state, rows[i].want);
		/* What a domain left out must not end a view. */
		assert_non_null(bot_view_job(&arena, &view));
	}
	stoa_arena_fini(&arena);
}

static void
test_told_permission_grows_with_the_role(void **state)
{
	(void)state;
	assert_int_equal(
	    bot_told_permission(STOA__ACCOUNTS__ROLE__MEMBER), BOT_MEMBER);
	assert_int_equal(
	    bot_told_permission(STOA__ACCOUNTS__ROLE__TRAINER), BOT_TRAINER);
	assert_int_equal(
	    bot_told_permission(STOA__ACCOUNTS__ROLE__ADMIN), BOT_ADMIN);
	assert_int_equal(
	    bot_told_permission(STOA__ACCOUNTS__ROLE__OWNER), BOT_OWNER);
	assert_int_equal(
	    bot_told_permission((Stoa__Accounts__Role)77), BOT_ANYBODY);
}

static void
test_told_model_and_dataset_reach_their_cards(void **state)
{
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;
	Stoa__Training__Metric accuracy = STOA__TRAINING__METRIC__INIT;
	Stoa__Training__Metric *metrics[] = {&accuracy};
	Stoa__Training__Dataset dataset = STOA__TRAINING__DATASET__INIT;
	struct bot_model_view view;
	struct bot_dataset_view row;
	struct stoa_arena arena;

	(void)state;
	stoa_arena_init(&arena, NULL, 0, BOT_ARENA_MAX);
	accuracy.name = (char *)(uintptr_t) "accuracy";
	accuracy.value = 0.9312;
	model.id = (char *)(uintptr_t) "m_7f2w5k9cqz";
	model.metrics = metrics;
	model.n_metrics = 1;
	view = bot_told_model(&arena, &model);
	assert_int_equal(view.metric_count, 1);
	assert_non_null(strstr(bot_view_model(&arena, &view)->plain, "93.1 %"));
	dataset.name = (char *)(uintptr_t) "intents";
	dataset.size = 2048;
	row = bot_told_dataset(&dataset);
	assert_non_null(
	    strstr(bot_view_dataset(&arena, &row)->plain, "intents"));
	stoa_arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_told_end_every_reason_has_words),
	    cmocka_unit_test(test_told_job_keeps_every_state),
	    cmocka_unit_test(test_told_permission_grows_with_the_role),
	    cmocka_unit_test(test_told_model_and_dataset_reach_their_cards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
