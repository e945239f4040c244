/* What each command asks of the suite and what its card says. */
#include "../unit.h"

#include "world.h"

#include "base/core.h"
#include "bot/limits.h"

#include "proto/marketplace.pb-c.h"
#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

#define JOB "j_jobaaaaaaa"
#define CID "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

/* A borrowed text where a message wants one of its own. */
#define TEXT(text) ((char *)(uintptr_t)(text))

static int
setup(void **state)
{
	*state = world_new(1);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- money ---- */

static void
moved_answer(struct world *w, struct world_call *call)
{
	Stoa__Accounts__Event event = STOA__ACCOUNTS__EVENT__INIT;
	Stoa__Accounts__Moved moved = STOA__ACCOUNTS__MOVED__INIT;

	moved.id = TEXT("t_movedaaaaa");
	moved.from = TEXT(MEMBER);
	moved.to = TEXT("u_memberbbbb");
	moved.amount_micro = 1500000;
	event.kind_case = STOA__ACCOUNTS__EVENT__KIND_MOVED;
	event.moved = &moved;
	world_accept(w, call, 42, &event.base);
}

static void
test_transfer_gives_a_receipt(void **state)
{
	struct world *w = *state;
	const Stoa__Accounts__TransferRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1",
	    "/transfer to:u_memberbbbb amount:1.5 memo:\"for you\"");
	world_meet(w);
	call = world_expect(w, "Accounts", "Transfer");
	in = call->request;
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->command_id, "x1");
	assert_string_equal(in->to, "u_memberbbbb");
	assert_int_equal(in->amount_micro, 1500000);
	assert_int_equal(in->asset, STOA__ACCOUNTS__ASSET__JOY);
	assert_string_equal(in->memo, "for you");
	moved_answer(w, call);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__SUCCESS);
	assert_int_equal(w->final->index, 42);
	/* What the member does next sees it. */
	(void)world_say(w, ADA, "x2", "/balance");
	call = world_expect(w, "Accounts", "Balance");
	assert_int_equal(call->index_min, 42);
	world_fail(w, call, STOA_TIMEOUT);
}

static void
test_transfer_finds_a_platforms_user(void **state)
{
	struct world *w = *state;
	Stoa__Accounts__ResolveReply ids = STOA__ACCOUNTS__RESOLVE_REPLY__INIT;
	const Stoa__Accounts__ResolveQuery *given, *mentioned;
	const Stoa__Accounts__TransferRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/transfer to:" GRACE " amount:1");
	world_meet(w);
	call = world_expect(w, "Accounts", "Resolve");
	given = call->request;
	ids.member = TEXT("u_memberbbbb");
	world_reply(w, call, &ids.base);
	call = world_expect(w, "Accounts", "Transfer");
	in = call->request;
	assert_string_equal(in->to, "u_memberbbbb");
	moved_answer(w, call);
	(void)world_say(w, ADA, "x2", "/transfer to:<@!" GRACE "> amount:1");
	call = world_expect(w, "Accounts", "Resolve");
	mentioned = call->request;
	assert_memory_equal(given->user_key.data, mentioned->user_key.data, 32);
	ids.member = TEXT("");
	world_reply(w, call, &ids.base);
	assert_string_equal(w->final->problem->code, "no_such_member");
	assert_string_equal(w->final->problem->field, "to");
}

static void
test_transfer_refusal_is_put_into_words(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1", "/transfer to:u_memberbbbb amount:1");
	world_meet(w);
	world_refuse(w, world_expect(w, "Accounts", "Transfer"),
	    "no_such_member", "u_memberbbbb");
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__REFUSED);
	assert_string_equal(w->final->problem->code, "no_such_member");
	assert_string_equal(w->final->text, "there is no member u_memberbbbb.");
}

/* ---- training ---- */

static void
job_accept(struct world *w, struct world_call *call)
{
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobSubmitted job = STOA__TRAINING__JOB_SUBMITTED__INIT;

	job.job = TEXT(JOB);
	job.name = TEXT("intents");
	job.recipe = TEXT("text-classifier");
	job.dataset = TEXT(CID);
	job.member = TEXT(MEMBER);
	job.max_spend_micro = 2500000;
	event.kind_case = TRAINING_EVENT(JOB_SUBMITTED);
	event.job_submitted = &job;
	world_accept(w, call, 7, &event.base);
}

static struct world_delivery *
train(struct world *w)
{
	struct world_delivery *d = world_say(w, ADA, "x1",
	    "/train dataset:" CID " parameters:{\"epochs\": 10} "
	    "max_spend:2.5 name:intents");

	world_meet(w);
	return d;
}

static void
test_train_submits_and_leaves_the_final_card_open(void **state)
{
	struct world *w = *state;
	struct world_delivery *d = train(w);
	struct world_call *call = world_expect(w, "Training", "SubmitJob");
	const Stoa__Training__SubmitJobRequest *in = call->request;

	assert_string_equal(call->command_id, "x1");
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(in->dataset, CID);
	assert_string_equal(in->recipe, "text-classifier");
	assert_string_equal(in->reply, "console|" ADA "|x1");
	assert_int_equal(in->max_spend_micro, 2500000);
	assert_int_equal(in->n_parameters, 1);
	assert_true(in->parameters[0]->number == 10.0);
	job_accept(w, call);
	assert_int_equal(d->end, WORLD_ACKED);
	assert_int_equal(w->final_count, 0);
	assert_int_equal(w->live_count, 1);
	assert_int_equal(w->live->revision, 1);
	assert_string_equal(w->live->id, "x1");
	assert_string_equal(w->subject, "stoa.progress.card.console." ADA);
}

static void
test_train_has_a_budget_of_its_own(void **state)
{
	struct world *w = *state;
	const Stoa__Training__SubmitJobRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/train dataset:" CID);
	world_meet(w);
	call = world_expect(w, "Training", "SubmitJob");
	in = call->request;
	assert_int_equal(in->max_spend_micro, 1000000);
	assert_int_equal(in->n_parameters, 0);
	world_refuse(w, call, "dataset_not_valid", CID);
	assert_string_equal(w->final->problem->field, "dataset");
}

static void
test_train_names_a_parameter_that_is_no_value(void **state)
{
	struct world *w = *state;

	(void)world_say(w, ADA, "x1",
	    "/train dataset:" CID " parameters:{\"epochs\": [10]}");
	world_meet(w);
	world_expect_silence(w);
	assert_string_equal(w->final->problem->field, "epochs");
}

static void
progress_tell(struct world *w, unsigned epoch)
{
	Stoa__Worker__Progress p = STOA__WORKER__PROGRESS__INIT;
	double losses[] = {2.0, 1.0, 0.5};

	p.stage = TEXT("training");
	p.epoch = epoch;
	p.epoch_count = 3;
	p.fraction = epoch / 3.0;
	p.losses = losses;
	p.n_losses = epoch;
	p.validation_accuracy = 0.5;
	world_progress(w, JOB, stoa_pack(&w->arena, &p.base));
}

static void
test_train_progress_edits_the_card(void **state)
{
	struct world *w = *state;
	uint32_t revision;

	(void)train(w);
	job_accept(w, world_expect(w, "Training", "SubmitJob"));
	world_pass(w, STOA_US_PER_S);
	progress_tell(w, 1);
	assert_int_equal(w->live_count, 2);
	revision = w->live->revision;
	assert_true(revision > 1);
	assert_string_equal(
	    w->live->progress->text, "epoch 1 of 3, accuracy 50.0 %");
	assert_int_equal(w->live->series[0]->n_ys, 1);
	/* More than eyes need waits for its turn; the newest is shown. */
	progress_tell(w, 2);
	progress_tell(w, 3);
	assert_int_equal(w->live_count, 2);
	world_pass(w, BOT_EDIT_US);
	assert_int_equal(w->live_count, 3);
	assert_true(w->live->revision > revision);
	assert_int_equal(w->live->series[0]->n_ys, 3);
	world_pass(w, BOT_EDIT_US);
	assert_int_equal(w->live_count, 3);
}

/* A bot that took the command has died. */
static void
test_train_progress_of_an_earlier_bots_job_is_shown(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;
	struct world_call *call;

	world_pass(w, STOA_US_PER_S);
	progress_tell(w, 1);
	progress_tell(w, 2);
	call = world_expect(w, "Training", "Job");
	assert_string_equal(call->community, COMMUNITY);
	world_expect_silence(w); /* asked once */
	job.id = TEXT(JOB);
	job.name = TEXT("intents");
	job.state = STOA__TRAINING__JOB_STATE__RUNNING;
	job.reply = TEXT("console|" ADA "|x1");
	reply.job = &job;
	world_reply(w, call, &reply.base);
	assert_int_equal(w->live_count, 0);
	world_pass(w, BOT_EDIT_US);
	assert_int_equal(w->live_count, 1);
	assert_string_equal(w->subject, "stoa.progress.card.console." ADA);
	assert_string_equal(w->live->id, "x1");
	assert_int_equal(w->live->series[0]->n_ys, 2);
}

static void
test_train_progress_of_no_job_is_ignored(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;

	world_progress(w, "no id", STOA_STR("x"));
	world_expect_silence(w);
	progress_tell(w, 1);
	world_fail(w, world_expect(w, "Training", "Job"), STOA_NOT_FOUND);
	/* One that has ended, and one that nobody asked for in a chat. */
	job.id = TEXT(JOB);
	job.state = STOA__TRAINING__JOB_STATE__SUCCEEDED;
	job.reply = TEXT("console|" ADA "|x1");
	reply.job = &job;
	progress_tell(w, 1);
	world_reply(w, world_expect(w, "Training", "Job"), &reply.base);
	job.state = STOA__TRAINING__JOB_STATE__RUNNING;
	job.reply = TEXT("");
	progress_tell(w, 1);
	world_reply(w, world_expect(w, "Training", "Job"), &reply.base);
	world_pass(w, STOA_US_PER_S);
	assert_int_equal(w->live_count, 0);
}

static void
test_train_recalls_are_bounded(void **state)
{
	struct world *w = *state;
	char job[16];

	for (int i = 0; i < BOT_RECALLS_MAX + 5; i++) {
		(void)snprintf(job, sizeof(job), "j_aaaaaaaa%c%c", 'a' + i % 26,
		    'a' + i / 26);
		world_progress(w, job, STOA_STR("x"));
	}
	for (int i = 0; i < BOT_RECALLS_MAX; i++) {
		world_fail(
		    w, world_expect(w, "Training", "Job"), STOA_NOT_FOUND);
	}
	world_expect_silence(w);
}

static void
test_train_progress_that_is_garbage_shows_nothing(void **state)
{
	struct world *w = *state;

	(void)train(w);
	job_accept(w, world_expect(w, "Training", "SubmitJob"));
	world_pass(w, STOA_US_PER_S);
	world_progress(w, JOB, STOA_STR("\xff\xff"));
	assert_int_equal(w->live_count, 1);
}

static struct world_delivery *
notice_send(struct world *w, const char *reply)
{
	Stoa__Training__Notice notice = STOA__TRAINING__NOTICE__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;
	Stoa__Training__Metric metric = STOA__TRAINING__METRIC__INIT;
	Stoa__Training__Metric *metrics[] = {&metric};

	metric.name = TEXT("accuracy");
	metric.value = 0.931;
	model.id = TEXT("m_modelaaaaa");
	model.metrics = metrics;
	model.n_metrics = 1;
	job.id = TEXT(JOB);
	job.model = model.id;
	job.state = STOA__TRAINING__JOB_STATE__SUCCEEDED;
	notice.reply = TEXT(reply);
	notice.job = &job;
	notice.model = &model;
	return world_notice(w, &notice);
}

static void
test_train_notice_is_the_one_final_card(void **state)
{
	struct world *w = *state;

	(void)train(w);
	job_accept(w, world_expect(w, "Training", "SubmitJob"));
	assert_int_equal(
	    notice_send(w, "console|" ADA "|x1")->end, WORLD_ACKED);
	assert_int_equal(w->final_count, 1);
	assert_string_equal(w->subject, "stoa.chat.out.console." ADA ".x1");
	assert_string_equal(w->id, "console|" ADA "|x1");
	assert_non_null(strstr(w->final->plain, "m_modelaaaaa"));
	assert_non_null(strstr(w->final->plain, "93.1 %"));
	/* What a worker tells after the end moves no card. */
	progress_tell(w, 3);
	world_fail(w, world_expect(w, "Training", "Job"), STOA_NOT_FOUND);
	world_pass(w, STOA_US_PER_S);
	assert_int_equal(w->live_count, 1);
}

static void
test_train_notice_needs_no_memory_of_the_job(void **state)
{
	struct world *w = *state;
	struct world_delivery *d;

	w->store_status = STOA_TIMEOUT;
	d = notice_send(w, "console|" ADA "|x1");
	assert_int_equal(d->end, WORLD_RETRIED);
	w->store_status = STOA_EXISTS;
	d = notice_send(w, "console|" ADA "|x1");
	assert_int_equal(d->end, WORLD_ACKED);
	d = notice_send(w, "nobody's reply");
	assert_int_equal(d->end, WORLD_DROPPED);
	assert_int_equal(w->warn_count, 1);
}

static void
test_job_of_a_running_job_is_final_for_its_command(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;

	(void)world_say(w, ADA, "x1", "/job j_jobaaaaaaa");
	world_meet(w);
	job.id = TEXT(JOB);
	job.state = STOA__TRAINING__JOB_STATE__RUNNING;
	reply.job = &job;
	world_reply(w, world_expect(w, "Training", "Job"), &reply.base);
	assert_int_equal(w->final_count, 1);
	(void)world_say(w, ADA, "x2", "/job j_nosuchjobb");
	world_fail(w, world_expect(w, "Training", "Job"), STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_job");
}

static void
test_job_shows_the_progress_that_was_heard(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;

	(void)train(w);
	job_accept(w, world_expect(w, "Training", "SubmitJob"));
	world_pass(w, STOA_US_PER_S);
	progress_tell(w, 2);
	(void)world_say(w, ADA, "x2", "/job " JOB);
	job.id = TEXT(JOB);
	job.state = STOA__TRAINING__JOB_STATE__RUNNING;
	reply.job = &job;
	world_reply(w, world_expect(w, "Training", "Job"), &reply.base);
	assert_string_equal(
	    w->final->progress->text, "epoch 2 of 3, accuracy 50.0 %");
	assert_int_equal(w->final->series[0]->n_ys, 2);
}

static void
test_cancel_shows_the_job_after_it(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/cancel job:j_jobaaaaaaa");
	world_meet(w);
	call = world_expect(w, "Training", "CancelJob");
	assert_string_equal(call->command_id, "x1");
	world_accept(w, call, 9, NULL);
	call = world_expect(w, "Training", "Job");
	assert_int_equal(call->index_min, 9);
	job.id = TEXT(JOB);
	job.state = STOA__TRAINING__JOB_STATE__CANCELLED;
	reply.job = &job;
	world_reply(w, call, &reply.base);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__WARNING);
}

static void
test_jobs_can_be_ones_own_and_have_pages(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobsReply reply = STOA__TRAINING__JOBS_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;
	Stoa__Training__Job *jobs[] = {&job};
	const Stoa__Training__JobsQuery *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/jobs mine:true after:j_before00");
	world_meet(w);
	call = world_expect(w, "Training", "Jobs");
	in = call->request;
	assert_string_equal(in->member, MEMBER);
	assert_string_equal(in->after, "j_before00");
	job.id = TEXT(JOB);
	reply.jobs = jobs;
	reply.n_jobs = 1;
	reply.next = job.id;
	world_reply(w, call, &reply.base);
	assert_string_equal(w->final->table->next, "/jobs after:j_jobaaaaaaa");
}

/* ---- data ---- */

static void
test_upload_gives_a_place_for_the_bytes(void **state)
{
	struct world *w = *state;
	Stoa__Storage__GrantReply grant = STOA__STORAGE__GRANT_REPLY__INIT;
	const Stoa__Storage__GrantRequest *in;
	struct world_call *call;

	(void)world_say(w, ADA, "x1", "/upload file:a.csv private:true");
	world_meet(w);
	call = world_expect(w, "Storage", "Grant");
	in = call->request;
	assert_int_equal(in->operation, STOA__STORAGE__OPERATION__WRITE);
	assert_true(in->is_private);
	assert_string_equal(call->actor, MEMBER);
	assert_string_equal(call->community, COMMUNITY);
	grant.url = TEXT("http://127.0.0.1:4502");
	grant.capability = TEXT("secret");
	grant.size_max = 1000;
	world_reply(w, call, &grant.base);
	assert_string_equal(w->final->upload->url, grant.url);
	assert_string_equal(w->final->upload->capability, "secret");
	assert_true(w->final->upload->is_private);
	assert_int_equal(w->final->visibility, STOA__CHAT__VISIBILITY__ASKER);
	assert_null(strstr(w->final->plain, "secret"));
}

static void
upload_cid(struct world *w, const char *id, const char *cid)
{
	Stoa__Chat__Command command = STOA__CHAT__COMMAND__INIT;
	Stoa__Chat__Option option = STOA__CHAT__OPTION__INIT;
	Stoa__Chat__Attachment file = STOA__CHAT__ATTACHMENT__INIT;
	Stoa__Chat__Option *options[] = {&option};

	file.name = TEXT("reviews.csv");
	file.cid = TEXT(cid);
	option.name = TEXT("file");
	option.value_case = STOA__CHAT__OPTION__VALUE_FILE;
	option.file = &file;
	command.id = TEXT(id);
	command.path = TEXT("upload");
	command.options = options;
	command.n_options = 1;
	(void)world_deliver(w, ADA, &command, 1);
}

static void
test_upload_of_stored_content_makes_a_dataset(void **state)
{
	struct world *w = *state;
	Stoa__Storage__StatReply stat = STOA__STORAGE__STAT_REPLY__INIT;
	const Stoa__Training__AddDatasetRequest *in;
	struct world_call *call;

	upload_cid(w, "x1", CID);
	world_meet(w);
	stat.size = 12345;
	stat.is_private = true;
	world_reply(w, world_expect(w, "Storage", "Stat"), &stat.base);
	call = world_expect(w, "Training", "AddDataset");
	in = call->request;
	assert_string_equal(in->cid, CID);
	assert_string_equal(in->name, "reviews.csv");
	assert_int_equal(in->size, 12345);
	assert_true(in->is_private);
	assert_string_equal(call->command_id, "x1");
	world_accept(w, call, 3, NULL);
	assert_string_equal(w->final->title, "Dataset stored");
	assert_int_equal(w->final->index, 3);
}

static void
test_upload_refuses_what_storage_does_not_hold(void **state)
{
	struct world *w = *state;

	upload_cid(w, "x1", "nonsense");
	world_meet(w);
	assert_string_equal(w->final->problem->field, "file");
	upload_cid(w, "x2", CID);
	world_fail(w, world_expect(w, "Storage", "Stat"), STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_content");
}

/* ---- models ---- */

static void
model_answer(struct world *w)
{
	Stoa__Training__ModelReply reply = STOA__TRAINING__MODEL_REPLY__INIT;
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;

	model.id = TEXT("m_modelaaaaa");
	model.name = TEXT("intents");
	model.recipe = TEXT("text-classifier");
	model.cid = TEXT(CID);
	model.job = TEXT(JOB);
	reply.model = &model;
	world_reply(w, world_expect(w, "Training", "Model"), &reply.base);
}

/* What the market says: that it is none of its models, or one of them. */
static void
access_answer(struct world *w, bool is_known)
{
	Stoa__Marketplace__AccessReply reply =
	    STOA__MARKETPLACE__ACCESS_REPLY__INIT;
	struct world_call *call = world_expect(w, "Marketplace", "Access");
	const Stoa__Marketplace__AccessQuery *in = call->request;

	assert_string_equal(in->model, "m_modelaaaaa");
	assert_string_equal(in->member, MEMBER);
	reply.is_known = is_known;
	reply.is_allowed = true;
	world_reply(w, call, &reply.base);
}

static void
ask(struct world *w, const char *id)
{
	(void)world_say(w, ADA, id,
	    "/ask model:intents question:\"how do I freeze my card?\"");
}

static void
test_ask_lets_the_worker_read_the_model(void **state)
{
	struct world *w = *state;
	Stoa__Storage__GrantReply grant = STOA__STORAGE__GRANT_REPLY__INIT;
	Stoa__Worker__PredictReply answer = STOA__WORKER__PREDICT_REPLY__INIT;
	Stoa__Worker__Label label = STOA__WORKER__LABEL__INIT;
	Stoa__Worker__Label *labels[] = {&label};
	const Stoa__Storage__GrantRequest *right;
	const Stoa__Worker__PredictQuery *in;
	struct world_call *call;

	ask(w, "x1");
	world_meet(w);
	model_answer(w);
	access_answer(w, false);
	call = world_expect(w, "Storage", "Grant");
	right = call->request;
	assert_int_equal(right->operation, STOA__STORAGE__OPERATION__READ);
	assert_string_equal(right->cid, CID);
	grant.url = TEXT("http://127.0.0.1:4502");
	grant.capability = TEXT("secret");
	world_reply(w, call, &grant.base);
	call = world_expect(w, "Worker", "Predict");
	in = call->request;
	assert_string_equal(in->text, "how do I freeze my card?");
	assert_string_equal(in->read_capability, "secret");
	assert_string_equal(in->model_cid, CID);
	label.name = TEXT("freeze_account");
	label.probability = 0.97;
	answer.labels = labels;
	answer.n_labels = 1;
	world_reply(w, call, &answer.base);
	assert_string_equal(w->final->title, "freeze_account");
	assert_non_null(strstr(w->final->plain, "97.0 %"));
}

/* ---- commands of the community's own ---- */

static void
own_commands(struct world *w)
{
	Stoa__Accounts__CommunityReply out =
	    STOA__ACCOUNTS__COMMUNITY_REPLY__INIT;
	Stoa__Accounts__CommunityCommand faq =
	    STOA__ACCOUNTS__COMMUNITY_COMMAND__INIT;
	Stoa__Accounts__CommunityCommand sort =
	    STOA__ACCOUNTS__COMMUNITY_COMMAND__INIT;
	Stoa__Accounts__CommunityCommand *list[] = {&faq, &sort};

	faq.name = TEXT("faq");
	faq.text = TEXT("Read the pinned post.");
	sort.name = TEXT("sort");
	sort.model = TEXT("m_aaaaaaaaaa");
	out.commands = list;
	out.n_commands = 2;
	world_reply(w, world_expect(w, "Accounts", "Community"), &out.base);
}

static void
test_run_answers_with_a_text_or_asks_a_model(void **state)
{
	const Stoa__Training__ModelQuery *in;
	struct world *w = *state;
	struct world_call *call;

	(void)world_say(w, ADA, "1", "/run");
	world_meet(w);
	own_commands(w);
	assert_string_equal(w->final->table->rows[0]->cells[0], "faq");
	assert_string_equal(
	    w->final->table->rows[1]->cells[1], "asks m_aaaaaaaaaa");
	(void)world_say(w, ADA, "2", "/run name:faq");
	own_commands(w);
	assert_string_equal(w->final->title, "faq");
	assert_string_equal(w->final->text, "Read the pinned post.");
	(void)world_say(w, ADA, "3", "/run name:sort");
	own_commands(w);
	assert_string_equal(w->final->problem->field, "question");
	(void)world_say(w, ADA, "4", "/run name:sort question:\"which one\"");
	own_commands(w);
	call = world_expect(w, "Training", "Model");
	in = call->request;
	assert_string_equal(in->model, "m_aaaaaaaaaa");
	world_fail(w, call, STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_model");
	(void)world_say(w, ADA, "5", "/run name:other");
	own_commands(w);
	assert_string_equal(w->final->problem->code, "no_such_command");
}

static void
test_ask_says_who_does_not_answer(void **state)
{
	struct world *w = *state;
	Stoa__Storage__GrantReply grant = STOA__STORAGE__GRANT_REPLY__INIT;

	ask(w, "x1");
	world_meet(w);
	world_fail(w, world_expect(w, "Training", "Model"), STOA_NOT_FOUND);
	assert_string_equal(w->final->problem->code, "no_such_model");
	assert_string_equal(w->final->problem->field, "model");
	ask(w, "x2");
	model_answer(w);
	access_answer(w, false);
	world_reply(w, world_expect(w, "Storage", "Grant"), &grant.base);
	world_fail(w, world_expect(w, "Worker", "Predict"), STOA_UNAVAILABLE);
	assert_string_equal(w->final->title, "worker does not answer now");
}

static void
answer_come(struct world *w)
{
	Stoa__Storage__GrantReply grant = STOA__STORAGE__GRANT_REPLY__INIT;
	Stoa__Worker__PredictReply answer = STOA__WORKER__PREDICT_REPLY__INIT;
	Stoa__Worker__Label label = STOA__WORKER__LABEL__INIT;
	Stoa__Worker__Label *labels[] = {&label};

	label.name = TEXT("freeze_account");
	label.probability = 0.97;
	answer.labels = labels;
	answer.n_labels = 1;
	world_reply(w, world_expect(w, "Storage", "Grant"), &grant.base);
	world_reply(w, world_expect(w, "Worker", "Predict"), &answer.base);
}

static void
test_ask_is_counted_before_the_answer_is_shown(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	ask(w, "x1");
	world_meet(w);
	model_answer(w);
	access_answer(w, true);
	answer_come(w);
	assert_null(w->final);
	call = world_expect(w, "Marketplace", "Use");
	assert_string_equal(call->command_id, "x1");
	assert_string_equal(call->actor, MEMBER);
	world_accept(w, call, 9, NULL);
	assert_string_equal(w->final->title, "freeze_account");
	/* Used up meanwhile: nothing is shown. */
	ask(w, "x2");
	model_answer(w);
	access_answer(w, true);
	answer_come(w);
	world_refuse(w, world_expect(w, "Marketplace", "Use"), "questions_used",
	    "d_aaaaaaaaaa");
	assert_string_equal(w->final->problem->code, "questions_used");
	assert_null(strstr(w->final->plain, "freeze_account"));
}

static void
test_ask_is_refused_with_what_it_would_cost(void **state)
{
	struct world *w = *state;
	Stoa__Marketplace__AccessReply reply =
	    STOA__MARKETPLACE__ACCESS_REPLY__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;
	char *args[] = {TEXT("m_aaaaaaaaaa"), TEXT("u_bbbbbbbbbb"),
	    TEXT("3600000"), TEXT("0"), TEXT("0")};

	ask(w, "x1");
	world_meet(w);
	model_answer(w);
	refusal.reason = TEXT("no_access");
	refusal.args = args;
	refusal.n_args = STOA_COUNT(args);
	reply.is_known = true;
	reply.refusal = &refusal;
	world_reply(w, world_expect(w, "Marketplace", "Access"), &reply.base);
	assert_string_equal(w->final->problem->code, "no_access");
	assert_non_null(strstr(w->final->plain, "u_bbbbbbbbbb"));
	assert_non_null(strstr(w->final->plain, "an hour costs 3.6 Joy"));
	assert_non_null(strstr(w->final->plain, "a question (not offered)"));
}

static void
test_ask_without_any_label_is_an_error_of_the_worker(void **state)
{
	struct world *w = *state;
	Stoa__Storage__GrantReply grant = STOA__STORAGE__GRANT_REPLY__INIT;
	Stoa__Worker__PredictReply answer = STOA__WORKER__PREDICT_REPLY__INIT;

	ask(w, "x1");
	world_meet(w);
	model_answer(w);
	access_answer(w, false);
	world_reply(w, world_expect(w, "Storage", "Grant"), &grant.base);
	world_reply(w, world_expect(w, "Worker", "Predict"), &answer.base);
	assert_int_equal(w->final->severity, STOA__CHAT__SEVERITY__FAILED);
}

static void
test_model_is_shown_with_what_its_job_was_set_to(void **state)
{
	struct world *w = *state;
	Stoa__Training__JobReply reply = STOA__TRAINING__JOB_REPLY__INIT;
	Stoa__Training__Job job = STOA__TRAINING__JOB__INIT;
	Stoa__Training__Parameter epochs = STOA__TRAINING__PARAMETER__INIT;
	Stoa__Training__Parameter *parameters[] = {&epochs};

	(void)world_say(w, ADA, "x1", "/model intents");
	world_meet(w);
	model_answer(w);
	epochs.name = TEXT("epochs");
	epochs.value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
	epochs.number = 10;
	job.parameters = parameters;
	job.n_parameters = 1;
	reply.job = &job;
	world_reply(w, world_expect(w, "Training", "Job"), &reply.base);
	assert_non_null(strstr(w->final->plain, "epochs 10"));
	(void)world_say(w, ADA, "x2", "/model intents");
	model_answer(w);
	world_fail(w, world_expect(w, "Training", "Job"), STOA_NOT_FOUND);
	assert_string_equal(w->final->title, "intents");
}

static void
test_lists_of_models_and_datasets_are_shown(void **state)
{
	struct world *w = *state;
	Stoa__Training__ModelsReply models = STOA__TRAINING__MODELS_REPLY__INIT;
	Stoa__Training__Model model = STOA__TRAINING__MODEL__INIT;
	Stoa__Training__Model *all[] = {&model};
	Stoa__Training__DatasetsReply datasets =
	    STOA__TRAINING__DATASETS_REPLY__INIT;

	(void)world_say(w, ADA, "x1", "/models");
	world_meet(w);
	model.id = TEXT("m_modelaaaaa");
	models.models = all;
	models.n_models = 1;
	world_reply(w, world_expect(w, "Training", "Models"), &models.base);
	assert_string_equal(w->final->table->rows[0]->cells[0], "m_modelaaaaa");
	(void)world_say(w, ADA, "x2", "/datasets");
	world_reply(w, world_expect(w, "Training", "Datasets"), &datasets.base);
	assert_string_equal(w->final->title, "Datasets");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_transfer_gives_a_receipt),
	    TEST(test_transfer_finds_a_platforms_user),
	    TEST(test_transfer_refusal_is_put_into_words),
	    TEST(test_train_submits_and_leaves_the_final_card_open),
	    TEST(test_train_has_a_budget_of_its_own),
	    TEST(test_train_names_a_parameter_that_is_no_value),
	    TEST(test_train_progress_edits_the_card),
	    TEST(test_train_progress_of_an_earlier_bots_job_is_shown),
	    TEST(test_train_progress_of_no_job_is_ignored),
	    TEST(test_train_recalls_are_bounded),
	    TEST(test_train_progress_that_is_garbage_shows_nothing),
	    TEST(test_train_notice_is_the_one_final_card),
	    TEST(test_train_notice_needs_no_memory_of_the_job),
	    TEST(test_job_of_a_running_job_is_final_for_its_command),
	    TEST(test_job_shows_the_progress_that_was_heard),
	    TEST(test_cancel_shows_the_job_after_it),
	    TEST(test_jobs_can_be_ones_own_and_have_pages),
	    TEST(test_upload_gives_a_place_for_the_bytes),
	    TEST(test_upload_of_stored_content_makes_a_dataset),
	    TEST(test_upload_refuses_what_storage_does_not_hold),
	    TEST(test_ask_lets_the_worker_read_the_model),
	    TEST(test_run_answers_with_a_text_or_asks_a_model),
	    TEST(test_ask_says_who_does_not_answer),
	    TEST(test_ask_is_counted_before_the_answer_is_shown),
	    TEST(test_ask_is_refused_with_what_it_would_cost),
	    TEST(test_ask_without_any_label_is_an_error_of_the_worker),
	    TEST(test_model_is_shown_with_what_its_job_was_set_to),
	    TEST(test_lists_of_models_and_datasets_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
