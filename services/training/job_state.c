/* job_state.c - how events move a job, and what is then to be done. */
#include "training/limits.h"
#include "training/state.h"

#include <stdlib.h>

struct training_job *
job_find(const struct training *s, const char *id)
{
	return stoa_map_get(&s->jobs, stoa_str_of(id));
}

void
job_free(struct training_job *job)
{
	stoa_keep_free(job->said);
	free(job->detail);
	free(job->hold);
	free(job->worker);
	free(job->model);
	free(job);
}

bool
job_has_ended(const struct training_job *job)
{
	return job->reason !=
	       STOA__TRAINING__END_REASON__END_REASON_UNSPECIFIED;
}

/* ---- what is to be done ---------------------------------------------------
 */

enum training_effect
training_job_effect(const struct training_job *job)
{
	if (!job->is_escrow_known) {
		return TRAINING_HOLD_BUDGET;
	}
	switch (job->state) {
	case STOA__TRAINING__JOB_STATE__QUEUED:
		return TRAINING_QUEUE_WORK;
	case STOA__TRAINING__JOB_STATE__RUNNING:
		return TRAINING_WATCH_WORKER;
	case STOA__TRAINING__JOB_STATE__SETTLING:
		return TRAINING_SETTLE;
	case STOA__TRAINING__JOB_STATE__SUCCEEDED:
	case STOA__TRAINING__JOB_STATE__FAILED:
	case STOA__TRAINING__JOB_STATE__CANCELLED:
		return job->is_notified ? TRAINING_NOTHING : TRAINING_NOTIFY;
	case STOA__TRAINING__JOB_STATE__JOB_STATE_UNSPECIFIED:
	case STOA__TRAINING__JOB_STATE__ESCROW:
	case _STOA__TRAINING__JOB_STATE_IS_INT_SIZE:
		break;
	}
	return TRAINING_NOTHING;
}

const struct training_job *
training_next_open(const struct training *s, size_t *cursor)
{
	struct stoa_map_entry *entry = stoa_map_next(&s->open, cursor);

	return entry == NULL ? NULL : entry->value;
}

const struct training_job *
training_job_get(const struct training *s, struct stoa_str id)
{
	return stoa_map_get(&s->jobs, id);
}

const char *
training_job_hold(const struct training_job *job)
{
	return job->hold == NULL ? "" : job->hold;
}

/* The members' own machines earn for the community. */
const char *
training_job_payee(const struct training_job *job)
{
	(void)job;
	return "@treasury";
}

int64_t
training_job_cost(const struct training_job *job)
{
	return job->cost_micro;
}

const char *
training_job_reply(const struct training_job *job)
{
	return job->said->reply;
}

int64_t
training_job_deadline(const struct training_job *job)
{
	return job->said->deadline_us;
}

/* ---- apply ----------------------------------------------------------------
 */

void
jobs_due_refresh(struct training *s)
{
	s->due_us = INT64_MAX;
	STOA_MAP_EACH(&s->active, entry)
	{
		const struct training_job *job = entry->value;

		if (job->said->deadline_us < s->due_us) {
			s->due_us = job->said->deadline_us;
		}
	}
}

static struct training_job *
job_must(struct training *s, const char *id)
{
	struct training_job *job = job_find(s, id);

	stoa_assert(job != NULL);
	return job;
}

struct training_job *
job_add(struct training *s, Stoa__Training__JobSubmitted *said)
{
	struct training_job *job = calloc(1, sizeof(*job));

	stoa_assert(job != NULL);
	job->said = said;
	stoa_assert(
	    stoa_map_put(&s->jobs, stoa_str_of(said->job), job) == NULL);
	job->id = s->jobs.entries[s->jobs.entry_count - 1].key;
	(void)stoa_map_put(&s->open, job->id, job);
	(void)stoa_map_put(&s->active, job->id, job);
	return job;
}

void
job_apply_submitted(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobSubmitted *e)
{
	struct training_job *job = job_add(s, stoa_keep(&e->base));

	job->state = STOA__TRAINING__JOB_STATE__ESCROW;
	job->submitted_us = fact->time.us;
	if (job->said->deadline_us < s->due_us) {
		s->due_us = job->said->deadline_us;
	}
}

void
job_apply_funded(struct training *s, const Stoa__Training__JobFunded *e)
{
	struct training_job *job = job_must(s, e->job);

	job->is_escrow_known = true;
	stoa_text_set(&job->hold, e->hold);
	if (job->state == STOA__TRAINING__JOB_STATE__ESCROW) {
		job->state = STOA__TRAINING__JOB_STATE__QUEUED;
		job->attempt = 1;
	}
}

void
job_apply_started(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobStarted *e)
{
	struct training_job *job = job_must(s, e->job);

	stoa_assert(job->state == STOA__TRAINING__JOB_STATE__QUEUED);
	job->state = STOA__TRAINING__JOB_STATE__RUNNING;
	job->started_us = fact->time.us;
	stoa_text_set(&job->worker, e->worker);
}

void
job_apply_requeued(struct training *s, const Stoa__Training__JobRequeued *e)
{
	struct training_job *job = job_must(s, e->job);

	job->state = STOA__TRAINING__JOB_STATE__QUEUED;
	job->attempt = e->attempt;
}

void
job_apply_ended(struct training *s, const struct stoa_fact *fact,
    const Stoa__Training__JobEnded *e)
{
	struct training_job *job = job_must(s, e->job);

	stoa_assert(!job_has_ended(job));
	job->reason = e->reason;
	stoa_text_set(&job->detail, e->detail);
	stoa_text_set(&job->model, e->model);
	job->cost_micro = e->cost_micro;
	job->ended_us = fact->time.us;
	job->state = STOA__TRAINING__JOB_STATE__SETTLING;
	(void)stoa_map_remove(&s->active, job->id);
	if (job->said->deadline_us <= s->due_us) {
		jobs_due_refresh(s);
	}
	/* A budget that was refused is no budget to be settled. */
	if (e->reason == STOA__TRAINING__END_REASON__budget_refused) {
		job->is_escrow_known = true;
		job->state = STOA__TRAINING__JOB_STATE__FAILED;
	}
}

void
job_apply_settled(struct training *s, const Stoa__Training__JobSettled *e)
{
	struct training_job *job = job_must(s, e->job);

	job->spent_micro = e->spent_micro;
	if (job->reason == STOA__TRAINING__END_REASON__completed) {
		job->state = STOA__TRAINING__JOB_STATE__SUCCEEDED;
	} else if (job->reason ==
		   STOA__TRAINING__END_REASON__cancelled_by_member) {
		job->state = STOA__TRAINING__JOB_STATE__CANCELLED;
	} else {
		job->state = STOA__TRAINING__JOB_STATE__FAILED;
	}
}

void
job_apply_notified(struct training *s, const Stoa__Training__JobNotified *e)
{
	struct training_job *job = job_must(s, e->job);

	job->is_notified = true;
	(void)stoa_map_remove(&s->open, job->id);
}
