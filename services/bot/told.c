/* told.c - from the contract's messages to views. */
#include "bot/told.h"

#include "bot/parameters.h"
#include "bot/refusal.h"

const char *
bot_told_end(Stoa__Training__EndReason reason)
{
	switch (reason) {
	case STOA__TRAINING__END_REASON__completed:
		return "completed";
	case STOA__TRAINING__END_REASON__cancelled_by_member:
		return "it was cancelled";
	case STOA__TRAINING__END_REASON__budget_refused:
		return "its budget could not be set aside; see /balance";
	case STOA__TRAINING__END_REASON__dataset_missing:
		return "its dataset is not in storage; /upload it again";
	case STOA__TRAINING__END_REASON__dataset_unusable:
		return "its dataset cannot be trained on";
	case STOA__TRAINING__END_REASON__worker_lost:
		return "its workers were lost too often; start it again";
	case STOA__TRAINING__END_REASON__training_failed:
		return "training failed";
	case STOA__TRAINING__END_REASON__deadline_passed:
		return "its deadline has passed";
	case STOA__TRAINING__END_REASON__budget_spent:
		return "its budget was spent before it was done; raise "
		       "max_spend";
	case STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED:
	case _STOA__TRAINING__END_REASON_IS_INT_SIZE:
		break;
	}
	return "";
}

static enum bot_job_state
job_state(Stoa__Training__JobState state)
{
	switch (state) {
	case STOA__TRAINING__JOB_STATE__QUEUED:
		return BOT_JOB_QUEUED;
	case STOA__TRAINING__JOB_STATE__RUNNING:
		return BOT_JOB_RUNNING;
	case STOA__TRAINING__JOB_STATE__SETTLING:
		return BOT_JOB_SETTLING;
	case STOA__TRAINING__JOB_STATE__SUCCEEDED:
		return BOT_JOB_SUCCEEDED;
	case STOA__TRAINING__JOB_STATE__FAILED:
		return BOT_JOB_FAILED;
	case STOA__TRAINING__JOB_STATE__CANCELLED:
		return BOT_JOB_CANCELLED;
	case STOA__TRAINING__JOB_STATE__ESCROW:
	case STOA__TRAINING__JOB_STATE__JOB_STATE_UNSPECIFIED:
	case _STOA__TRAINING__JOB_STATE_IS_INT_SIZE:
		break;
	}
	return BOT_JOB_ESCROW;
}

struct bot_job_view
bot_told_job(struct stoa_arena *arena, const Stoa__Training__Job *job)
{
	return (struct bot_job_view){
	    .id = job->id,
	    .name = job->name,
	    .recipe = job->recipe,
	    .dataset = job->dataset,
	    .member = job->member,
	    .parameters =
		bot_parameters_text(arena, job->parameters, job->n_parameters),
	    .state = job_state(job->state),
	    .reason = bot_told_end(job->reason),
	    .detail = bot_refusal_explain_text(arena, job->detail),
	    .model = job->model,
	    .worker = job->worker,
	    .attempt = job->attempt,
	    .step = "",
	    .spent_micro = job->spent_micro,
	    .budget_micro = job->max_spend_micro,
	    .submitted_us = job->submitted_us,
	    .started_us = job->started_us,
	    .ended_us = job->ended_us,
	};
}

struct bot_job_view
bot_told_submitted(
    struct stoa_arena *arena, const Stoa__Training__JobSubmitted *event)
{
	return (struct bot_job_view){
	    .id = event->job,
	    .name = event->name,
	    .recipe = event->recipe,
	    .dataset = event->dataset,
	    .member = event->member,
	    .parameters = bot_parameters_text(
		arena, event->parameters, event->n_parameters),
	    .state = BOT_JOB_ESCROW,
	    .reason = "",
	    .detail = "",
	    .model = "",
	    .worker = "",
	    .step = "",
	    .budget_micro = event->max_spend_micro,
	};
}

static struct bot_metric_view *
metrics(
    struct stoa_arena *arena, Stoa__Training__Metric *const *list, size_t count)
{
	struct bot_metric_view *views =
	    stoa_arena_alloc_array(arena, count, sizeof(views[0]));

	for (size_t i = 0; i < count && views != NULL; i++) {
		views[i] =
		    (struct bot_metric_view){list[i]->name, list[i]->value};
	}
	return views;
}

struct bot_model_view
bot_told_model(struct stoa_arena *arena, const Stoa__Training__Model *model)
{
	struct bot_metric_view *views =
	    metrics(arena, model->metrics, model->n_metrics);

	return (struct bot_model_view){
	    .id = model->id,
	    .name = model->name,
	    .recipe = model->recipe,
	    .dataset = model->dataset,
	    .job = model->job,
	    .member = model->member,
	    .cid = model->cid,
	    .provenance_cid = model->provenance_cid,
	    .parameters = "",
	    .metrics = views,
	    .metric_count = views == NULL ? 0 : model->n_metrics,
	    .losses = model->losses,
	    .loss_count = model->n_losses,
	    .size = model->size,
	    .created_us = model->created_us,
	};
}

struct bot_dataset_view
bot_told_dataset(const Stoa__Training__Dataset *dataset)
{
	return (struct bot_dataset_view){
	    .cid = dataset->cid,
	    .name = dataset->name,
	    .member = dataset->member,
	    .size = dataset->size,
	    .is_private = dataset->is_private,
	    .added_us = dataset->added_us,
	};
}

const char *
bot_told_role(Stoa__Accounts__Role role)
{
	return role == STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED
		   ? ""
		   : bot_permission_name(bot_told_permission(role));
}

enum bot_permission
bot_told_permission(Stoa__Accounts__Role role)
{
	switch (role) {
	case STOA__ACCOUNTS__ROLE__MEMBER:
		return BOT_MEMBER;
	case STOA__ACCOUNTS__ROLE__TRAINER:
		return BOT_TRAINER;
	case STOA__ACCOUNTS__ROLE__ADMIN:
		return BOT_ADMIN;
	case STOA__ACCOUNTS__ROLE__OWNER:
		return BOT_OWNER;
	case STOA__ACCOUNTS__ROLE__ROLE_UNSPECIFIED:
	case _STOA__ACCOUNTS__ROLE_IS_INT_SIZE:
		break;
	}
	return BOT_ANYBODY;
}
