/* handlers_job.c - /train, /jobs, /job and /cancel. */
#include "bot/parts.h"

#include "base/money.h"
#include "bot/limits.h"
#include "bot/parameters.h"
#include "bot/parse.h"
#include "bot/told.h"
#include "bot/view.h"

#define TRAINING (&stoa__training__training__descriptor)

/* ---- /train ---- */

static void
submitted(struct bot_run *r, const void *reply)
{
	const Stoa__Journal__Outcome *outcome = reply;
	const Stoa__Training__Event *event =
	    bot_run_event(r, outcome, &stoa__training__event__descriptor, 0);

	if (event == NULL ||
	    event->kind_case != STOA__TRAINING__EVENT__KIND_JOB_SUBMITTED) {
		bot_run_fail(r, STOA_INTERNAL, TRAINING->short_name);
		return;
	}
	/* From here on training owes the final card. */
	bot_live_begin(r, event->job_submitted, outcome->entry->time_us);
	bot_run_leave(r);
}

static const char *
standard_of(const struct bot_run *r, const char *option)
{
	return bot_option_find(r->row, stoa_str_of(option))->standard;
}

static const char *
recipe_of(const struct bot_run *r)
{
	const char *given = bot_run_text(r, "recipe");

	return given[0] != '\0' ? given : standard_of(r, "recipe");
}

static int64_t
budget_of(const struct bot_run *r)
{
	const Stoa__Chat__Option *given = bot_argument(r->command, "max_spend");
	struct stoa_money standard = {0};

	if (given != NULL) {
		return given->amount_micro;
	}
	stoa_assert(stoa_money_parse(
	    stoa_str_of(standard_of(r, "max_spend")), &standard));
	return standard.micro;
}

void
bot_handle_train(struct bot_run *r)
{
	Stoa__Training__SubmitJobRequest in =
	    STOA__TRAINING__SUBMIT_JOB_REQUEST__INIT;
	char address[BOT_ADDRESS_TEXT_SIZE];

	if (!bot_parameters_read(stoa_str_of(bot_run_text(r, "parameters")),
		&r->arena, &in.parameters, &in.n_parameters, &r->problem)) {
		r->bot->counts.problems++;
		bot_run_finish(
		    r, bot_view_problem(&r->arena, &r->problem, STOA_STR("")));
		return;
	}
	bot_address_print(&r->to, address);
	in.dataset = (char *)(uintptr_t)bot_run_text(r, "dataset");
	in.recipe = (char *)(uintptr_t)recipe_of(r);
	in.max_spend_micro = budget_of(r);
	in.name = (char *)(uintptr_t)bot_run_text(r, "name");
	in.reply = address;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "SubmitJob",
		.command_id = r->to.id,
		.next = submitted,
	    },
	    &in.base);
}

/* ---- /jobs ---- */

static void
jobs_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Training__JobsReply *in = reply;
	size_t count = in->n_jobs < BOT_ROWS_MAX ? in->n_jobs : BOT_ROWS_MAX;
	struct bot_job_view *views =
	    stoa_arena_alloc_array(&r->arena, count, sizeof(views[0]));

	if (views == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		views[i] = bot_told_job(&r->arena, in->jobs[i]);
		bot_live_decorate(r->bot, &r->arena, &views[i]);
	}
	bot_run_finish(r, bot_view_jobs(&r->arena, views, count, in->next));
}

void
bot_handle_jobs(struct bot_run *r)
{
	Stoa__Training__JobsQuery in = STOA__TRAINING__JOBS_QUERY__INIT;

	if (bot_run_flag(r, "mine")) {
		in.member = r->who.member.text;
	}
	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Jobs",
		.next = jobs_shown,
	    },
	    &in.base);
}

/* ---- /job and /cancel ---- */

static void
job_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Training__JobReply *in = reply;
	struct bot_job_view view;

	if (in->job == NULL) {
		bot_run_fail(r, STOA_INTERNAL, TRAINING->short_name);
		return;
	}
	view = bot_told_job(&r->arena, in->job);
	bot_live_decorate(r->bot, &r->arena, &view);
	bot_run_finish(r, bot_view_job(&r->arena, &view));
}

static const char *
job_named(const struct bot_run *r)
{
	return bot_run_text(r, r->row->verb == BOT_VERB_JOB ? "id" : "job");
}

static void
job_missing(struct bot_run *r)
{
	const char *given =
	    bot_problem_excerpt(&r->arena, stoa_str_of(job_named(r)));

	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "no_such_job",
		.field = r->row->verb == BOT_VERB_JOB ? "id" : "job",
		.given = given,
		.limit = "a job's id, such as j_k3v9a2m4xq",
		.fix = "see /jobs",
	    },
	    "there is no job %s", given);
	bot_run_refuse(r, &r->problem);
}

static void
job_ask(struct bot_run *r)
{
	Stoa__Training__JobQuery in = STOA__TRAINING__JOB_QUERY__INIT;

	in.job = (char *)(uintptr_t)job_named(r);
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Job",
		.next = job_shown,
		.missing = job_missing,
	    },
	    &in.base);
}

void
bot_handle_job(struct bot_run *r)
{
	job_ask(r);
}

static void
cancelled(struct bot_run *r, const void *reply)
{
	(void)reply;
	job_ask(r);
}

void
bot_handle_cancel(struct bot_run *r)
{
	Stoa__Training__CancelJobRequest in =
	    STOA__TRAINING__CANCEL_JOB_REQUEST__INIT;

	in.job = (char *)(uintptr_t)job_named(r);
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "CancelJob",
		.command_id = r->to.id,
		.next = cancelled,
	    },
	    &in.base);
}
