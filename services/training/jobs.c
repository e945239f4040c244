/* jobs.c - what may happen to a job, and when it may not. */
#include "base/id.h"
#include "training/limits.h"
#include "training/state.h"
#include "worker/recipe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- events ---------------------------------------------------------------
 */

static void
event_ended(struct stoa_decision *d, const struct training_job *job,
    Stoa__Training__EndReason reason, const char *detail,
    Stoa__Training__JobEnded *ended)
{
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobEnded plain = STOA__TRAINING__JOB_ENDED__INIT;

	if (ended == NULL) {
		ended = &plain;
	}
	ended->job = (char *)(uintptr_t)job->id.data;
	ended->reason = reason;
	ended->detail = (char *)(uintptr_t)detail;
	ended->reply = job->said->reply;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_ENDED;
	event.job_ended = ended;
	stoa_decide_event(d, &event.base);
}

static void
event_requeued(
    struct stoa_decision *d, const struct training_job *job, const char *why)
{
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobRequeued requeued =
	    STOA__TRAINING__JOB_REQUEUED__INIT;

	requeued.job = (char *)(uintptr_t)job->id.data;
	requeued.attempt = job->attempt + 1;
	requeued.why = (char *)(uintptr_t)why;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_REQUEUED;
	event.job_requeued = &requeued;
	stoa_decide_event(d, &event.base);
}

/* ---- submit ---------------------------------------------------------------
 */

/* A parameter's value as the recipe reads it. */
static const char *
value_text(struct stoa_decision *d, const Stoa__Training__Parameter *p)
{
	switch (p->value_case) {
	case STOA__TRAINING__PARAMETER__VALUE_NUMBER:
		if (isfinite(p->number) && p->number == floor(p->number) &&
		    fabs(p->number) < 9e15) {
			return stoa_decide_number(d, (int64_t)p->number);
		}
		return stoa_arena_printf(d->arena, "%.17g", p->number);
	case STOA__TRAINING__PARAMETER__VALUE_TEXT:
		return p->text;
	case STOA__TRAINING__PARAMETER__VALUE_FLAG:
		return p->flag ? "true" : "false";
	case STOA__TRAINING__PARAMETER__VALUE__NOT_SET:
	case _STOA__TRAINING__PARAMETER__VALUE__CASE_IS_INT_SIZE:
		break;
	}
	return "";
}

static bool
parameter_is_known(const char *name)
{
	const struct worker_param_info *info;

	for (size_t i = 0; (info = worker_param_info(i)) != NULL; i++) {
		if (strcmp(info->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool
parameters_read(struct stoa_decision *d,
    const Stoa__Training__SubmitJobRequest *in, struct worker_params *params)
{
	struct worker_problem problem;

	worker_params_default(params);
	if (in->n_parameters > TRAINING_PARAMETERS_MAX) {
		REFUSE(d, too_many, "parameters",
		    stoa_decide_number(d, TRAINING_PARAMETERS_MAX));
		return false;
	}
	for (size_t i = 0; i < in->n_parameters; i++) {
		const Stoa__Training__Parameter *p = in->parameters[i];
		const char *text = value_text(d, p);

		if (text == NULL) {
			return false; /* the arena is full: too large */
		}
		if (worker_params_set(params, stoa_str_of(p->name),
			stoa_str_of(text), &problem)) {
			continue;
		}
		if (parameter_is_known(p->name)) {
			REFUSE(d, parameter_not_valid, p->name, problem.detail);
		} else {
			REFUSE(d, parameter_unknown, p->name, problem.detail);
		}
		return false;
	}
	if (!worker_params_check(params, &problem)) {
		REFUSE(d, parameter_not_valid, "parameters", problem.detail);
		return false;
	}
	return true;
}

static double
param_number(const struct worker_params *params, const char *name)
{
#define WORKER_INT(field, min, max, def, help) \
	if (strcmp(name, #field) == 0) {       \
		return (double)params->field;  \
	}
#define WORKER_REAL(field, min, max, def, help) \
	if (strcmp(name, #field) == 0) {        \
		return params->field;           \
	}
#include "worker/recipe.tbl"
#undef WORKER_INT
#undef WORKER_REAL
	return 0;
}

/* All parameters, defaults filled in: the record says what was run even when
 * defaults change later. */
static bool
parameters_fill(struct stoa_decision *d, const struct worker_params *params,
    Stoa__Training__JobSubmitted *out)
{
	const struct worker_param_info *info;

	out->parameters = stoa_arena_alloc_array(
	    d->arena, TRAINING_PARAMETERS_MAX, sizeof(out->parameters[0]));
	for (size_t i = 0; (info = worker_param_info(i)) != NULL; i++) {
		Stoa__Training__Parameter *p =
		    stoa_arena_alloc(d->arena, sizeof(*p));

		if (p == NULL) {
			return false;
		}
		stoa__training__parameter__init(p);
		p->name = (char *)(uintptr_t)info->name;
		p->value_case = STOA__TRAINING__PARAMETER__VALUE_NUMBER;
		p->number = param_number(params, info->name);
		out->parameters[out->n_parameters++] = p;
	}
	return true;
}

static bool
budget_is_valid(struct stoa_decision *d, int64_t micro)
{
	if (micro < TRAINING_BUDGET_MICRO_MIN) {
		REFUSE(d, budget_too_small, stoa_decide_number(d, micro),
		    stoa_decide_number(d, TRAINING_BUDGET_MICRO_MIN));
		return false;
	}
	if (micro > TRAINING_BUDGET_MICRO_MAX) {
		REFUSE(d, budget_too_large, stoa_decide_number(d, micro),
		    stoa_decide_number(d, TRAINING_BUDGET_MICRO_MAX));
		return false;
	}
	return true;
}

static bool
there_is_room(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	struct stoa_str owner = owner_now(s, c->actor);
	size_t own = 0;

	STOA_MAP_EACH(&s->active, entry)
	{
		const struct training_job *job = entry->value;

		own += stoa_str_is_equal(stoa_str_of(job->said->member), owner)
			   ? 1
			   : 0;
	}
	if (own >= TRAINING_ACTIVE_MEMBER_MAX) {
		REFUSE(d, too_many, "of your jobs have not ended",
		    stoa_decide_number(d, TRAINING_ACTIVE_MEMBER_MAX));
		return false;
	}
	if (s->active.count >= TRAINING_ACTIVE_COMMUNITY_MAX ||
	    s->jobs.count >= TRAINING_JOBS_MAX) {
		REFUSE(d, too_many, "jobs in this community",
		    stoa_decide_number(d, TRAINING_ACTIVE_COMMUNITY_MAX));
		return false;
	}
	return true;
}

static bool
submit_is_valid(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d, const Stoa__Training__SubmitJobRequest *in)
{
	static const char *const recipes[] = {WORKER_RECIPE_NAME};
	const char *close;

	if (strcmp(in->recipe, WORKER_RECIPE_NAME) != 0) {
		close = stoa_str_suggest(stoa_str_of(in->recipe), recipes, 1);
		REFUSE(d, recipe_unknown, in->recipe,
		    close == NULL ? WORKER_RECIPE_NAME : close);
		return false;
	}
	if (stoa_map_get(&s->datasets, stoa_str_of(in->dataset)) == NULL) {
		REFUSE(d, dataset_not_valid, in->dataset,
		    "this community has no such data set; /upload it first");
		return false;
	}
	if (!stoa_text_is_line(in->name, 0, TRAINING_NAME_MAX)) {
		REFUSE(d, name_not_valid, "name",
		    stoa_decide_number(d, TRAINING_NAME_MAX));
		return false;
	}
	if (strlen(in->reply) > TRAINING_REPLY_MAX) {
		REFUSE(d, name_not_valid, "reply",
		    stoa_decide_number(d, TRAINING_REPLY_MAX));
		return false;
	}
	return budget_is_valid(d, in->max_spend_micro) &&
	       there_is_room(s, c, d);
}

void
jobs_decide_submit(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__SubmitJobRequest *in =
	    (const Stoa__Training__SubmitJobRequest *)c->request;
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobSubmitted out = STOA__TRAINING__JOB_SUBMITTED__INIT;
	struct stoa_id id =
	    stoa_id_derive('j', c->community, c->actor, c->id, 0);
	struct worker_params params;

	if (!submit_is_valid(s, c, d, in) || !parameters_read(d, in, &params) ||
	    !parameters_fill(d, &params, &out)) {
		return;
	}
	out.job = id.text;
	out.member = stoa_arena_str(d->arena, owner_now(s, c->actor));
	out.dataset = in->dataset;
	out.recipe = in->recipe;
	out.max_spend_micro = in->max_spend_micro;
	out.name = in->name;
	out.reply = in->reply;
	out.seed = (uint64_t)params.seed;
	out.deadline_us = in->deadline_us > c->now.us
			      ? in->deadline_us
			      : stoa_wall_add(c->now, TRAINING_DEADLINE_US).us;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_SUBMITTED;
	event.job_submitted = &out;
	if (out.member != NULL) {
		stoa_decide_event(d, &event.base);
	}
}

/* ---- looking up -----------------------------------------------------------
 */

static const char *
job_suggest(const struct training *s, const char *id)
{
	/* The newest ones are what people mistype. */
	const char *names[64];
	size_t count = 0;

	for (size_t at = s->jobs.entry_count; at > 0 && count < 64; at--) {
		if (s->jobs.entries[at - 1].value != NULL) {
			names[count++] = s->jobs.entries[at - 1].key.data;
		}
	}
	return stoa_str_suggest(stoa_str_of(id), names, count);
}

static const struct training_job *
job_or_refuse(const struct training *s, struct stoa_decision *d, const char *id)
{
	const struct training_job *job = job_find(s, id);
	const char *close;

	if (job == NULL) {
		close = job_suggest(s, id);
		REFUSE(d, no_such_job, id, close == NULL ? "" : close);
	}
	return job;
}

static const char *
state_text(const struct training_job *job)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
	    &stoa__training__job_state__descriptor, (int)job->state);

	return value == NULL ? "" : value->name;
}

/* ---- members --------------------------------------------------------------
 */

void
jobs_decide_cancel(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__CancelJobRequest *in =
	    (const Stoa__Training__CancelJobRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);

	if (job == NULL) {
		return;
	}
	if (!stoa_str_is_equal(
		owner_now(s, c->actor), stoa_str_of(job->said->member))) {
		REFUSE(d, not_your_job, in->job, job->said->member);
		return;
	}
	if (job_has_ended(job)) {
		REFUSE(d, job_ended, in->job, state_text(job));
		return;
	}
	event_ended(d, job, STOA__TRAINING__END_REASON__cancelled_by_member,
	    "cancelled", NULL);
}

/* ---- workers --------------------------------------------------------------
 */

void
jobs_decide_claim(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__ClaimJobRequest *in =
	    (const Stoa__Training__ClaimJobRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobStarted started = STOA__TRAINING__JOB_STARTED__INIT;

	if (job == NULL) {
		return;
	}
	if (job->state != STOA__TRAINING__JOB_STATE__QUEUED ||
	    job->attempt != in->attempt) {
		REFUSE(d, stale_attempt, in->job,
		    stoa_decide_number(d, in->attempt));
		return;
	}
	if (in->worker[0] == '\0' ||
	    !stoa_text_is_line(in->worker, 0, TRAINING_NAME_MAX)) {
		REFUSE(d, name_not_valid, "worker",
		    stoa_decide_number(d, TRAINING_NAME_MAX));
		return;
	}
	started.job = in->job;
	started.attempt = in->attempt;
	started.worker = in->worker;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_STARTED;
	event.job_started = &started;
	stoa_decide_event(d, &event.base);
}

/* The attempt under way, by the worker that has it. */
static const struct training_job *
running_or_refuse(const struct training *s, struct stoa_decision *d,
    const char *id, uint32_t attempt, const char *worker)
{
	const struct training_job *job = job_or_refuse(s, d, id);

	if (job == NULL) {
		return NULL;
	}
	if (job->state != STOA__TRAINING__JOB_STATE__RUNNING ||
	    job->attempt != attempt) {
		REFUSE(d, stale_attempt, id, stoa_decide_number(d, attempt));
		return NULL;
	}
	if (strcmp(job->worker, worker) != 0) {
		REFUSE(d, wrong_worker, worker);
		return NULL;
	}
	return job;
}

static int64_t
cost_of(const struct training_job *job, int64_t cpu_us)
{
	int64_t micro;

	if (cpu_us < 0 || __builtin_mul_overflow(
			      cpu_us, TRAINING_MICRO_PER_CPU_SECOND, &micro)) {
		return job->said->max_spend_micro;
	}
	micro = (micro + STOA_US_PER_S - 1) / STOA_US_PER_S;
	if (micro < TRAINING_COST_MICRO_MIN) {
		micro = TRAINING_COST_MICRO_MIN;
	}
	return micro < job->said->max_spend_micro ? micro
						  : job->said->max_spend_micro;
}

static bool
result_is_valid(
    struct stoa_decision *d, const Stoa__Training__CompleteJobRequest *in)
{
	if (in->n_metrics > TRAINING_METRICS_MAX ||
	    in->n_losses > TRAINING_LOSSES_MAX) {
		REFUSE(d, too_many, "metrics or losses",
		    stoa_decide_number(d, TRAINING_LOSSES_MAX));
		return false;
	}
	if (strlen(in->model_cid) > TRAINING_CID_MAX ||
	    strlen(in->provenance_cid) > TRAINING_CID_MAX ||
	    in->model_cid[0] == '\0') {
		REFUSE(d, name_not_valid, "model_cid",
		    stoa_decide_number(d, TRAINING_CID_MAX));
		return false;
	}
	for (size_t i = 0; i < in->n_metrics; i++) {
		if (!isfinite(in->metrics[i]->value)) {
			REFUSE(d, name_not_valid, in->metrics[i]->name,
			    "a finite number");
			return false;
		}
	}
	return true;
}

static void
event_model(struct stoa_decision *d, const struct stoa_command *c,
    const struct training_job *job,
    const Stoa__Training__CompleteJobRequest *in, const char *model)
{
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__ModelCreated out = STOA__TRAINING__MODEL_CREATED__INIT;

	(void)c;
	out.model = (char *)(uintptr_t)model;
	out.job = in->job;
	out.member = job->said->member;
	out.name = job->said->name;
	out.recipe = job->said->recipe;
	out.dataset = job->said->dataset;
	out.cid = in->model_cid;
	out.provenance_cid = in->provenance_cid;
	out.metrics = in->metrics;
	out.n_metrics = in->n_metrics;
	out.losses = in->losses;
	out.n_losses = in->n_losses;
	out.size = in->size;
	event.kind_case = STOA__TRAINING__EVENT__KIND_MODEL_CREATED;
	event.model_created = &out;
	stoa_decide_event(d, &event.base);
}

void
jobs_decide_complete(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__CompleteJobRequest *in =
	    (const Stoa__Training__CompleteJobRequest *)c->request;
	const struct training_job *job =
	    running_or_refuse(s, d, in->job, in->attempt, in->worker);
	Stoa__Training__JobEnded ended = STOA__TRAINING__JOB_ENDED__INIT;
	struct stoa_id model;

	if (job == NULL || !result_is_valid(d, in)) {
		return;
	}
	if (s->models.count >= TRAINING_MODELS_MAX) {
		REFUSE(d, too_many, "models",
		    stoa_decide_number(d, TRAINING_MODELS_MAX));
		return;
	}
	/* One job has one model, whoever trained it. */
	model = stoa_id_derive(
	    'm', c->community, STOA_STR("@training"), job->id, 0);
	ended.cost_micro = cost_of(job, in->cpu_us);
	ended.worker = in->worker;
	ended.model = model.text;
	event_model(d, c, job, in, model.text);
	event_ended(d, job, STOA__TRAINING__END_REASON__completed, "", &ended);
}

static void
requeue_or_end(
    struct stoa_decision *d, const struct training_job *job, const char *why)
{
	if (job->attempt < TRAINING_ATTEMPTS_MAX) {
		event_requeued(d, job, why);
	} else {
		event_ended(
		    d, job, STOA__TRAINING__END_REASON__worker_lost, why, NULL);
	}
}

void
jobs_decide_fail(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__FailJobRequest *in =
	    (const Stoa__Training__FailJobRequest *)c->request;
	const struct training_job *job =
	    running_or_refuse(s, d, in->job, in->attempt, in->worker);

	if (job == NULL) {
		return;
	}
	if (!stoa_text_is_line(in->detail, 0, TRAINING_DETAIL_MAX)) {
		REFUSE(d, name_not_valid, "detail",
		    stoa_decide_number(d, TRAINING_DETAIL_MAX));
		return;
	}
	switch (in->reason) {
	case STOA__TRAINING__END_REASON__dataset_missing:
	case STOA__TRAINING__END_REASON__dataset_unusable:
	case STOA__TRAINING__END_REASON__training_failed:
	case STOA__TRAINING__END_REASON__budget_spent:
		/* The same input would fail anywhere. */
		event_ended(d, job, in->reason, in->detail, NULL);
		return;
	case STOA__TRAINING__END_REASON__worker_lost:
	case STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED:
	case STOA__TRAINING__END_REASON__completed:
	case STOA__TRAINING__END_REASON__cancelled_by_member:
	case STOA__TRAINING__END_REASON__budget_refused:
	case STOA__TRAINING__END_REASON__deadline_passed:
	case _STOA__TRAINING__END_REASON_IS_INT_SIZE:
		break;
	}
	requeue_or_end(d, job, in->detail);
}

/* ---- the daemon itself -----------------------------------------------------
 */

static const char *
refusal_text(struct stoa_decision *d, const Stoa__Journal__Refusal *r)
{
	const char *text = r == NULL ? "" : r->reason;

	for (size_t i = 0; r != NULL && i < r->n_args && text != NULL; i++) {
		text = stoa_arena_printf(
		    d->arena, "%s%s%s", text, i == 0 ? ": " : ", ", r->args[i]);
	}
	return text == NULL ? "" : text;
}

void
jobs_decide_escrow(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__RecordEscrowRequest *in =
	    (const Stoa__Training__RecordEscrowRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobFunded funded = STOA__TRAINING__JOB_FUNDED__INIT;

	if (job == NULL || job->is_escrow_known) {
		return;
	}
	/* A job that was cancelled meanwhile still has to give it back. */
	if (in->hold[0] != '\0' || job_has_ended(job)) {
		funded.job = in->job;
		funded.hold = in->hold;
		event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_FUNDED;
		event.job_funded = &funded;
		stoa_decide_event(d, &event.base);
		return;
	}
	event_ended(d, job, STOA__TRAINING__END_REASON__budget_refused,
	    refusal_text(d, in->refusal), NULL);
}

void
jobs_decide_settled(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__RecordSettledRequest *in =
	    (const Stoa__Training__RecordSettledRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobSettled settled = STOA__TRAINING__JOB_SETTLED__INIT;

	if (job == NULL || job->state != STOA__TRAINING__JOB_STATE__SETTLING) {
		return;
	}
	settled.job = in->job;
	settled.spent_micro = in->spent_micro;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_SETTLED;
	event.job_settled = &settled;
	stoa_decide_event(d, &event.base);
}

void
jobs_decide_lose(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__LoseWorkerRequest *in =
	    (const Stoa__Training__LoseWorkerRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);

	if (job == NULL) {
		return;
	}
	if (job->state != STOA__TRAINING__JOB_STATE__RUNNING ||
	    job->attempt != in->attempt) {
		REFUSE(d, stale_attempt, in->job,
		    stoa_decide_number(d, in->attempt));
		return;
	}
	requeue_or_end(d, job, "its worker was not heard of any more");
}

void
jobs_decide_deadline(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	STOA_MAP_EACH(&s->active, entry)
	{
		const struct training_job *job = entry->value;

		if (job->said->deadline_us <= c->now.us) {
			event_ended(d, job,
			    STOA__TRAINING__END_REASON__deadline_passed,
			    "nobody finished it in time", NULL);
		}
	}
}

void
jobs_decide_notified(const struct training *s, const struct stoa_command *c,
    struct stoa_decision *d)
{
	const Stoa__Training__RecordNotifiedRequest *in =
	    (const Stoa__Training__RecordNotifiedRequest *)c->request;
	const struct training_job *job = job_or_refuse(s, d, in->job);
	Stoa__Training__Event event = STOA__TRAINING__EVENT__INIT;
	Stoa__Training__JobNotified notified =
	    STOA__TRAINING__JOB_NOTIFIED__INIT;

	if (job == NULL || training_job_effect(job) != TRAINING_NOTIFY) {
		return;
	}
	notified.job = in->job;
	event.kind_case = STOA__TRAINING__EVENT__KIND_JOB_NOTIFIED;
	event.job_notified = &notified;
	stoa_decide_event(d, &event.base);
}
