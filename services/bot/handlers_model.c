/* handlers_model.c - /models, /model and /ask. */
#include "bot/parts.h"

#include "bot/limits.h"
#include "bot/refusal.h"
#include "bot/told.h"
#include "bot/view.h"

#include "proto/marketplace.pb-c.h"
#include "proto/storage.pb-c.h"
#include "proto/worker.pb-c.h"

#define TRAINING (&stoa__training__training__descriptor)
#define MARKET	 (&stoa__marketplace__marketplace__descriptor)

/* ---- /models ---- */

static void
models_shown(struct bot_run *r, const void *reply)
{
	const Stoa__Training__ModelsReply *in = reply;
	size_t count =
	    in->n_models < BOT_ROWS_MAX ? in->n_models : BOT_ROWS_MAX;
	struct bot_model_view *views =
	    stoa_arena_alloc_array(&r->arena, count, sizeof(views[0]));

	if (views == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		views[i] = bot_told_model(&r->arena, in->models[i]);
	}
	bot_run_finish(r, bot_view_models(&r->arena, views, count, in->next));
}

void
bot_handle_models(struct bot_run *r)
{
	Stoa__Training__ModelsQuery in = STOA__TRAINING__MODELS_QUERY__INIT;

	in.after = (char *)(uintptr_t)bot_run_text(r, "after");
	in.limit = BOT_PAGE_ROWS;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Models",
		.next = models_shown,
	    },
	    &in.base);
}

/* ---- one model ---- */

static const char *
model_option(const struct bot_run *r)
{
	return r->row->verb == BOT_VERB_MODEL ? "id" : "model";
}

static void
model_missing(struct bot_run *r)
{
	const char *given = bot_problem_excerpt(
	    &r->arena, stoa_str_of(bot_run_text(r, model_option(r))));

	(void)bot_problem_fill(&r->problem, &r->arena,
	    &(struct bot_problem){
		.code = "no_such_model",
		.field = model_option(r),
		.given = given,
		.limit = "a model's id or name, such as m_7f2w5k9cqz",
		.fix = "see /models",
	    },
	    "there is no model %s", given);
	bot_run_refuse(r, &r->problem);
}

static void
model_ask(struct bot_run *r, bot_step next)
{
	Stoa__Training__ModelQuery in = STOA__TRAINING__MODEL_QUERY__INIT;

	in.model = (char *)(uintptr_t)bot_run_text(r, model_option(r));
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Model",
		.next = next,
		.missing = model_missing,
	    },
	    &in.base);
}

/* The model with what its job was set to, if that could be found. */
static void
model_show(struct bot_run *r, const Stoa__Training__Job *job)
{
	struct bot_model_view view = bot_told_model(&r->arena, r->work);

	view.is_own = strcmp(view.member, r->who.member.text) == 0;
	if (job != NULL) {
		view.parameters = bot_told_job(&r->arena, job).parameters;
	}
	bot_run_finish(r, bot_view_model(&r->arena, &view));
}

static void
model_job_found(struct bot_run *r, const void *reply)
{
	const Stoa__Training__JobReply *in = reply;

	model_show(r, in->job);
}

static void
model_job_missing(struct bot_run *r)
{
	model_show(r, NULL);
}

static void
model_found(struct bot_run *r, const void *reply)
{
	const Stoa__Training__ModelReply *found = reply;
	Stoa__Training__JobQuery in = STOA__TRAINING__JOB_QUERY__INIT;

	if (found->model == NULL) {
		model_missing(r);
		return;
	}
	r->work = found->model;
	in.job = found->model->job;
	bot_run_call(r,
	    &(struct bot_call){
		.service = TRAINING,
		.method = "Job",
		.next = model_job_found,
		.missing = model_job_missing,
	    },
	    &in.base);
}

void
bot_handle_model(struct bot_run *r)
{
	model_ask(r, model_found);
}

/* ---- /ask: the model, whether one may, the right to read it, the answer ----
 */

/* Kept in the run's arena. */
struct asking {
	const Stoa__Training__Model *model;
	const Stoa__Worker__PredictReply *answer;
	bool is_counted; /* the market knows the model */
};

static void
answer_show(struct bot_run *r)
{
	const struct asking *a = r->work;
	const Stoa__Worker__PredictReply *in = a->answer;
	size_t count =
	    in->n_labels < BOT_GUESSES_MAX ? in->n_labels : BOT_GUESSES_MAX;
	struct bot_guess_view guesses[BOT_GUESSES_MAX];

	for (size_t i = 0; i < count; i++) {
		guesses[i] = (struct bot_guess_view){
		    in->labels[i]->name, in->labels[i]->probability};
	}
	bot_run_finish(r, bot_view_answer(&r->arena,
			      &(struct bot_answer_view){
				  .model = a->model->id,
				  .model_name = a->model->name,
				  .question = bot_run_text(r, "question"),
				  .guesses = guesses,
				  .guess_count = count,
				  .is_out_of_scope = in->is_out_of_scope,
				  .out_of_scope = in->out_of_scope,
			      }));
}

static void
counted(struct bot_run *r, const void *reply)
{
	(void)reply;
	answer_show(r);
}

/* Counted before it is shown, under the id of this command: an answer that is
 * never shown costs nothing, and one that is asked for again is not counted
 * again. */
static void
answered(struct bot_run *r, const void *reply)
{
	Stoa__Marketplace__UseRequest in = STOA__MARKETPLACE__USE_REQUEST__INIT;
	struct asking *a = r->work;

	a->answer = reply;
	if (a->answer->n_labels == 0) {
		bot_run_fail(r, STOA_INTERNAL, "Worker");
		return;
	}
	if (!a->is_counted) {
		answer_show(r);
		return;
	}
	in.model = a->model->id;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Use",
		.command_id = r->to.id,
		.next = counted,
	    },
	    &in.base);
}

static void
granted(struct bot_run *r, const void *reply)
{
	const Stoa__Storage__GrantReply *grant = reply;
	const Stoa__Training__Model *model =
	    ((const struct asking *)r->work)->model;
	Stoa__Worker__PredictQuery in = STOA__WORKER__PREDICT_QUERY__INIT;

	in.model_cid = model->cid;
	in.recipe = model->recipe;
	in.text = (char *)(uintptr_t)bot_run_text(r, "question");
	in.top = BOT_GUESSES_MAX;
	in.storage_url = grant->url;
	in.read_capability = grant->capability;
	bot_run_call(r,
	    &(struct bot_call){
		.service = &stoa__worker__worker__descriptor,
		.method = "Predict",
		.next = answered,
	    },
	    &in.base);
}

static void
access_answered(struct bot_run *r, const void *reply)
{
	const Stoa__Marketplace__AccessReply *access = reply;
	Stoa__Storage__GrantRequest in = STOA__STORAGE__GRANT_REQUEST__INIT;
	struct asking *a = r->work;

	if (!access->is_allowed) {
		r->bot->counts.refusals++;
		if (access->refusal == NULL) {
			bot_run_fail(r, STOA_INTERNAL, MARKET->short_name);
			return;
		}
		bot_refusal_explain(access->refusal, &r->arena, &r->problem);
		bot_run_refuse(r, &r->problem);
		return;
	}
	a->is_counted = access->is_known;
	in.operation = STOA__STORAGE__OPERATION__READ;
	in.cid = a->model->cid;
	bot_run_call(r,
	    &(struct bot_call){
		.service = &stoa__storage__storage__descriptor,
		.method = "Grant",
		.next = granted,
	    },
	    &in.base);
}

/* A model that was never approved is none of the market's, which then says
 * yes. */
static void
ask_model_found(struct bot_run *r, const void *reply)
{
	const Stoa__Training__ModelReply *found = reply;
	Stoa__Marketplace__AccessQuery in =
	    STOA__MARKETPLACE__ACCESS_QUERY__INIT;
	struct asking *a = stoa_arena_alloc(&r->arena, sizeof(*a));

	if (found->model == NULL) {
		model_missing(r);
		return;
	}
	if (a == NULL) {
		bot_run_finish(r, NULL);
		return;
	}
	a->model = found->model;
	r->work = a;
	in.model = found->model->id;
	in.member = r->who.member.text;
	bot_run_call(r,
	    &(struct bot_call){
		.service = MARKET,
		.method = "Access",
		.next = access_answered,
	    },
	    &in.base);
}

void
bot_handle_ask(struct bot_run *r)
{
	model_ask(r, ask_model_found);
}
