#include "training/training.h"

#include "base/id.h"

#include "../play.h"

#include <math.h>

static char ann[] = "u_aaaaaaaaaa";
static char cid[] =
    "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";

static void
begin(struct play *p)
{
	Stoa__Training__AddDatasetRequest add =
	    STOA__TRAINING__ADD_DATASET_REQUEST__INIT;

	play_begin(p, &training_core, "c_aaaaaaaaaa");
	add.cid = cid;
	add.name = (char *)(uintptr_t) "sample";
	assert_true(play(p, ann, "AddDataset", &add.base));
}

static Stoa__Training__SubmitJobRequest
request(void)
{
	Stoa__Training__SubmitJobRequest in =
	    STOA__TRAINING__SUBMIT_JOB_REQUEST__INIT;

	in.dataset = cid;
	in.recipe = (char *)(uintptr_t) "text-classifier";
	in.max_spend_micro = 1000000;
	return in;
}

static bool
submit_with(struct play *p, const char *name, double number)
{
	Stoa__Training__SubmitJobRequest in = request();
	Stoa__Training__Parameter parameter = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter *list[] = {&parameter};

	parameter.name = (char *)(uintptr_t)name;
	parameter.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	parameter.number = number;
	in.parameters = list;
	in.n_parameters = 1;
	return play(p, ann, "SubmitJob", &in.base);
}

static struct stoa_id
last_job(const struct play *p)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)p->next_id);
	return stoa_id_derive('j', stoa_str_of(p->community), stoa_str_of(ann),
	    stoa_str_of(id), 0);
}

static Stoa__Training__Job
view(struct play *p, const struct stoa_id *job)
{
	Stoa__Training__Job out;

	assert_true(training_job_view(
	    training_job_get(p->state, stoa_id_str(job)), &p->arena, &out));
	return out;
}

static enum training_effect
effect(struct play *p, const struct stoa_id *job)
{
	return training_job_effect(
	    training_job_get(p->state, stoa_id_str(job)));
}

static bool
escrow(struct play *p, struct stoa_id *job, const char *hold)
{
	Stoa__Training__RecordEscrowRequest in =
	    STOA__TRAINING__RECORD_ESCROW_REQUEST__INIT;

	in.job = job->text;
	in.hold = (char *)(uintptr_t)hold;
	return play(p, "@training", "RecordEscrow", &in.base);
}

static bool
claim(struct play *p, struct stoa_id *job, uint32_t attempt, const char *who)
{
	Stoa__Training__ClaimJobRequest in =
	    STOA__TRAINING__CLAIM_JOB_REQUEST__INIT;

	in.job = job->text;
	in.attempt = attempt;
	in.worker = (char *)(uintptr_t)who;
	return play(p, "@worker", "ClaimJob", &in.base);
}

static bool
complete(struct play *p, struct stoa_id *job, uint32_t attempt, const char *who,
    int64_t cpu_us)
{
	Stoa__Training__CompleteJobRequest in =
	    STOA__TRAINING__COMPLETE_JOB_REQUEST__INIT;

	in.job = job->text;
	in.attempt = attempt;
	in.worker = (char *)(uintptr_t)who;
	in.model_cid = cid;
	in.provenance_cid = cid;
	in.cpu_us = cpu_us;
	return play(p, "@worker", "CompleteJob", &in.base);
}

static void
settle(struct play *p, struct stoa_id *job, int64_t spent)
{
	Stoa__Training__RecordSettledRequest settled =
	    STOA__TRAINING__RECORD_SETTLED_REQUEST__INIT;
	Stoa__Training__RecordNotifiedRequest notified =
	    STOA__TRAINING__RECORD_NOTIFIED_REQUEST__INIT;

	settled.job = job->text;
	settled.spent_micro = spent;
	assert_int_equal(effect(p, job), TRAINING_SETTLE);
	assert_true(play(p, "@training", "RecordSettled", &settled.base));
	assert_int_equal(effect(p, job), TRAINING_NOTIFY);
	notified.job = job->text;
	assert_true(play(p, "@training", "RecordNotified", &notified.base));
	assert_int_equal(effect(p, job), TRAINING_NOTHING);
}

static void
test_a_job_goes_from_escrow_to_model(void **state)
{
	struct play p;
	struct stoa_id job;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	assert_int_equal(effect(&p, &job), TRAINING_HOLD_BUDGET);
	assert_true(escrow(&p, &job, "h_aaaaaaaaaa"));
	assert_int_equal(effect(&p, &job), TRAINING_QUEUE_WORK);
	assert_true(claim(&p, &job, 1, "w_1"));
	assert_int_equal(effect(&p, &job), TRAINING_WATCH_WORKER);
	assert_true(complete(&p, &job, 1, "w_1", 2500000));
	assert_int_equal(
	    training_job_cost(training_job_get(p.state, stoa_id_str(&job))),
	    25000);
	settle(&p, &job, 25000);
	assert_int_equal(
	    view(&p, &job).state, STOA__TRAINING__JOB_STATE__SUCCEEDED);
	assert_int_equal(view(&p, &job).spent_micro, 25000);
	assert_int_equal(view(&p, &job).model[0], 'm');
	play_end(&p);
}

static void
test_submit_refuses_by_field(void **state)
{
	struct play p;
	Stoa__Training__SubmitJobRequest in;

	(void)state;
	begin(&p);
	assert_false(submit_with(&p, "epochs", -1));
	assert_string_equal(p.refusal, "parameter_not_valid");
	assert_non_null(strstr(p.args, "epochs"));
	assert_false(submit_with(&p, "epochs", 1e9));
	assert_string_equal(p.refusal, "parameter_not_valid");
	assert_non_null(strstr(p.args, "1000"));
	assert_false(submit_with(&p, "learning_rate", NAN));
	assert_string_equal(p.refusal, "parameter_not_valid");
	assert_false(submit_with(&p, "epohcs", 3));
	assert_string_equal(p.refusal, "parameter_unknown");
	assert_non_null(strstr(p.args, "epochs"));
	in = request();
	in.max_spend_micro = 1;
	assert_false(play(&p, ann, "SubmitJob", &in.base));
	assert_refused(&p, "budget_too_small", "1 10000");
	in = request();
	in.recipe = (char *)(uintptr_t) "text-clasifier";
	assert_false(play(&p, ann, "SubmitJob", &in.base));
	assert_refused(&p, "recipe_unknown", "text-clasifier text-classifier");
	in = request();
	in.dataset = (char *)(uintptr_t) "bafkreiunknown";
	assert_false(play(&p, ann, "SubmitJob", &in.base));
	assert_string_equal(p.refusal, "dataset_not_valid");
	in = request();
	assert_false(play(&p, "@worker", "SubmitJob", &in.base));
	assert_refused(&p, "not_permitted", "a member");
	play_end(&p);
}

static void
test_submit_is_for_members_and_votes(void **state)
{
	Stoa__Training__SubmitJobRequest in = request();
	struct stoa_id job;
	struct play p;
	char id[32];

	(void)state;
	begin(&p);
	assert_false(play(&p, "@worker", "SubmitJob", &in.base));
	assert_false(play(&p, "@accounts", "SubmitJob", &in.base));
	assert_true(play(&p, "@governance", "SubmitJob", &in.base));
	(void)snprintf(id, sizeof(id), "id-%u", (unsigned)p.next_id);
	job = stoa_id_derive('j', stoa_str_of(p.community),
	    STOA_STR("@governance"), stoa_str_of(id), 0);
	assert_string_equal(view(&p, &job).member, "@governance");
	play_end(&p);
}

static void
test_lost_workers_requeue_then_end(void **state)
{
	struct play p;
	struct stoa_id job;
	Stoa__Training__LoseWorkerRequest lose =
	    STOA__TRAINING__LOSE_WORKER_REQUEST__INIT;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	assert_true(escrow(&p, &job, "h_aaaaaaaaaa"));
	lose.job = job.text;
	for (uint32_t attempt = 1; attempt <= 5; attempt++) {
		assert_true(claim(&p, &job, attempt, "w_1"));
		assert_false(claim(&p, &job, attempt, "w_2"));
		assert_string_equal(p.refusal, "stale_attempt");
		lose.attempt = attempt;
		assert_true(play(&p, "@training", "LoseWorker", &lose.base));
		assert_false(complete(&p, &job, attempt, "w_1", 1));
		assert_string_equal(p.refusal, "stale_attempt");
	}
	settle(&p, &job, 0);
	assert_int_equal(
	    view(&p, &job).state, STOA__TRAINING__JOB_STATE__FAILED);
	assert_int_equal(
	    view(&p, &job).reason, STOA__TRAINING__END_REASON__worker_lost);
	play_end(&p);
}

static void
test_cancel_while_the_budget_is_asked_gives_it_back(void **state)
{
	struct play p;
	struct stoa_id job;
	Stoa__Training__CancelJobRequest cancel =
	    STOA__TRAINING__CANCEL_JOB_REQUEST__INIT;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	cancel.job = job.text;
	assert_false(play(&p, "u_bbbbbbbbbb", "CancelJob", &cancel.base));
	assert_string_equal(p.refusal, "not_your_job");
	assert_true(play(&p, ann, "CancelJob", &cancel.base));
	/* Whether the hold was made is still to be learnt. */
	assert_int_equal(effect(&p, &job), TRAINING_HOLD_BUDGET);
	assert_true(escrow(&p, &job, "h_aaaaaaaaaa"));
	assert_string_equal(
	    training_job_hold(training_job_get(p.state, stoa_id_str(&job))),
	    "h_aaaaaaaaaa");
	settle(&p, &job, 0);
	assert_int_equal(
	    view(&p, &job).state, STOA__TRAINING__JOB_STATE__CANCELLED);
	assert_false(play(&p, ann, "CancelJob", &cancel.base));
	assert_string_equal(p.refusal, "job_ended");
	play_end(&p);
}

static void
test_a_refused_budget_ends_the_job_without_settlement(void **state)
{
	struct play p;
	struct stoa_id job;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	assert_true(escrow(&p, &job, ""));
	assert_int_equal(
	    view(&p, &job).reason, STOA__TRAINING__END_REASON__budget_refused);
	assert_int_equal(effect(&p, &job), TRAINING_NOTIFY);
	play_end(&p);
}

static void
test_cost_never_passes_the_budget(void **state)
{
	struct play p;
	struct stoa_id job;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	assert_true(escrow(&p, &job, "h_aaaaaaaaaa"));
	assert_true(claim(&p, &job, 1, "w_1"));
	assert_true(complete(&p, &job, 1, "w_1", INT64_MAX));
	assert_int_equal(
	    training_job_cost(training_job_get(p.state, stoa_id_str(&job))),
	    1000000);
	play_end(&p);
}

static void
test_deadlines_end_what_nobody_finished(void **state)
{
	struct play p;
	struct stoa_id job;
	Stoa__Training__PassDeadlineRequest pass =
	    STOA__TRAINING__PASS_DEADLINE_REQUEST__INIT;

	(void)state;
	begin(&p);
	assert_true(submit_with(&p, "epochs", 3));
	job = last_job(&p);
	assert_int_equal(training_core.next_due(p.state).us,
	    p.now_us + 24 * INT64_C(3600) * STOA_US_PER_S);
	p.now_us = training_core.next_due(p.state).us;
	assert_true(play(&p, "@training", "PassDeadline", &pass.base));
	assert_int_equal(
	    view(&p, &job).reason, STOA__TRAINING__END_REASON__deadline_passed);
	assert_int_equal(
	    training_core.next_due(p.state).us, STOA_WALL_NEVER.us);
	play_end(&p);
}

/* ---- one person ---- */

static bool
unite(struct play *p, const char *actor, const char *member, const char *former)
{
	Stoa__Training__UniteRequest in = STOA__TRAINING__UNITE_REQUEST__INIT;

	in.member = (char *)(uintptr_t)member;
	in.former = (char *)(uintptr_t)former;
	return play(p, actor, "Unite", &in.base);
}

static size_t
jobs_of(struct play *p, const char *member)
{
	Stoa__Training__JobsQuery in = STOA__TRAINING__JOBS_QUERY__INIT;
	Stoa__Training__JobsReply out = STOA__TRAINING__JOBS_REPLY__INIT;

	in.member = (char *)(uintptr_t)member;
	assert_int_equal(
	    training_query_jobs(p->state, &in, &p->arena, &out), STOA_OK);
	return out.n_jobs;
}

static void
test_unite_gives_jobs_models_and_datasets_to_one(void **state)
{
	static const char bob[] = "u_bbbbbbbbbb";
	Stoa__Training__DatasetsQuery ask =
	    STOA__TRAINING__DATASETS_QUERY__INIT;
	Stoa__Training__DatasetsReply sets =
	    STOA__TRAINING__DATASETS_REPLY__INIT;
	Stoa__Training__ModelsQuery models_ask =
	    STOA__TRAINING__MODELS_QUERY__INIT;
	Stoa__Training__ModelsReply models = STOA__TRAINING__MODELS_REPLY__INIT;
	Stoa__Training__CancelJobRequest cancel =
	    STOA__TRAINING__CANCEL_JOB_REQUEST__INIT;
	Stoa__Training__SubmitJobRequest in = request();
	struct stoa_id done, open;
	struct play p;

	(void)state;
	begin(&p);
	assert_true(play(&p, ann, "SubmitJob", &in.base));
	done = last_job(&p);
	assert_true(escrow(&p, &done, "h_aaaaaaaaaa"));
	assert_true(claim(&p, &done, 1, "w"));
	assert_true(complete(&p, &done, 1, "w", 1000000));
	assert_true(play(&p, ann, "SubmitJob", &in.base));
	open = last_job(&p);
	assert_false(unite(&p, ann, bob, ann));
	assert_refused(&p, "not_permitted", "bot");
	assert_true(unite(&p, "@bot", bob, ann));
	assert_int_equal(jobs_of(&p, bob), 2);
	assert_int_equal(jobs_of(&p, ann), 0);
	assert_int_equal(
	    training_query_datasets(p.state, &ask, &p.arena, &sets), STOA_OK);
	assert_string_equal(sets.datasets[0]->member, bob);
	assert_int_equal(
	    training_query_models(p.state, &models_ask, &p.arena, &models),
	    STOA_OK);
	assert_string_equal(models.models[0]->member, bob);
	/* The old name still speaks for the same person. */
	assert_true(play(&p, ann, "SubmitJob", &in.base));
	assert_int_equal(jobs_of(&p, bob), 3);
	cancel.job = open.text;
	assert_true(play(&p, bob, "CancelJob", &cancel.base));
	/* Again is nothing, and nobody becomes who they were. */
	assert_true(unite(&p, "@bot", bob, ann));
	assert_int_equal(p.events, 0);
	assert_false(unite(&p, "@bot", ann, bob));
	assert_refused(&p, "not_permitted", "two members");
	assert_false(unite(&p, "@bot", "u_eeeeeeeeee", ann));
	assert_refused(&p, "not_permitted", "two members");
	play_end(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_job_goes_from_escrow_to_model),
	    cmocka_unit_test(test_submit_refuses_by_field),
	    cmocka_unit_test(test_submit_is_for_members_and_votes),
	    cmocka_unit_test(test_lost_workers_requeue_then_end),
	    cmocka_unit_test(
		test_cancel_while_the_budget_is_asked_gives_it_back),
	    cmocka_unit_test(
		test_a_refused_budget_ends_the_job_without_settlement),
	    cmocka_unit_test(test_cost_never_passes_the_budget),
	    cmocka_unit_test(test_deadlines_end_what_nobody_finished),
	    cmocka_unit_test(test_unite_gives_jobs_models_and_datasets_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
