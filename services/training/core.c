/* core.c - training as the runtime sees it. */
#include "base/hasher.h"
#include "training/limits.h"
#include "training/state.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- shared by the nouns ------------------------------------------------- */

/* ---- life ---------------------------------------------------------------- */

static void *
state_new(struct stoa_str community, uint64_t seed)
{
	struct training *s = calloc(1, sizeof(*s));

	(void)community;
	stoa_assert(s != NULL);
	stoa_map_init(&s->datasets, seed);
	stoa_map_init(&s->jobs, seed);
	stoa_map_init(&s->models, seed);
	stoa_map_init(&s->open, seed);
	stoa_map_init(&s->active, seed);
	stoa_map_init(&s->owners, seed);
	s->due_us = INT64_MAX;
	return s;
}

static void
state_free(void *state)
{
	struct training *s = state;

	STOA_MAP_EACH(&s->datasets, entry)
	{
		dataset_free(entry->value);
	}
	STOA_MAP_EACH(&s->jobs, entry)
	{
		job_free(entry->value);
	}
	STOA_MAP_EACH(&s->models, entry)
	{
		model_free(entry->value);
	}
	stoa_map_fini(&s->datasets);
	stoa_map_fini(&s->jobs);
	stoa_map_fini(&s->models);
	stoa_map_fini(&s->open);
	stoa_map_fini(&s->active);
	owners_free(s);
	free(s);
}

/* ---- decide -------------------------------------------------------------- */

typedef void (*decide_fn)(const struct training *s,
    const struct stoa_command *c, struct stoa_decision *d);

static const struct {
	const char *method;
	decide_fn decide;
	const char *actor; /* the service that may; NULL: a member */
	bool is_for_votes; /* governance may, beside members */
} decisions[] = {
    {"AddDataset", library_decide_dataset, NULL, false},
    {"SubmitJob", jobs_decide_submit, NULL, true},
    {"CancelJob", jobs_decide_cancel, NULL, false},
    {"ClaimJob", jobs_decide_claim, "worker", false},
    {"CompleteJob", jobs_decide_complete, "worker", false},
    {"FailJob", jobs_decide_fail, "worker", false},
    {"RecordEscrow", jobs_decide_escrow, "training", false},
    {"RecordSettled", jobs_decide_settled, "training", false},
    {"LoseWorker", jobs_decide_lose, "training", false},
    {"PassDeadline", jobs_decide_deadline, "training", false},
    {"RecordNotified", jobs_decide_notified, "training", false},
    {"Unite", owners_decide_unite, "bot", false},
};

static void
decide(const void *state, const struct stoa_command *c, struct stoa_decision *d)
{
	for (size_t i = 0; i < STOA_COUNT(decisions); i++) {
		const char *service = decisions[i].actor;

		if (strcmp(decisions[i].method, c->method->name) != 0) {
			continue;
		}
		if (service == NULL && c->actor.data[0] == '@' &&
		    !(decisions[i].is_for_votes &&
			stoa_actor_is(c, "governance"))) {
			REFUSE(d, not_permitted, "a member");
		} else if (service != NULL && !stoa_actor_is(c, service)) {
			REFUSE(d, not_permitted, service);
		} else {
			decisions[i].decide(state, c, d);
		}
		return;
	}
	REFUSE(d, not_permitted, "a command of training");
}

/* ---- apply --------------------------------------------------------------- */

static bool
apply(void *state, const struct stoa_fact *fact)
{
	struct training *s = state;
	const Stoa__Training__Event *e =
	    (const Stoa__Training__Event *)fact->event;

	switch (e->kind_case) {
	case STOA__TRAINING__EVENT__KIND_DATASET_ADDED:
		library_apply_dataset(s, fact, e->dataset_added);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_SUBMITTED:
		job_apply_submitted(s, fact, e->job_submitted);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_FUNDED:
		job_apply_funded(s, e->job_funded);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_STARTED:
		job_apply_started(s, fact, e->job_started);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_REQUEUED:
		job_apply_requeued(s, e->job_requeued);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_ENDED:
		job_apply_ended(s, fact, e->job_ended);
		return true;
	case STOA__TRAINING__EVENT__KIND_MODEL_CREATED:
		library_apply_model(s, fact, e->model_created);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_SETTLED:
		job_apply_settled(s, e->job_settled);
		return true;
	case STOA__TRAINING__EVENT__KIND_JOB_NOTIFIED:
		job_apply_notified(s, e->job_notified);
		return true;
	case STOA__TRAINING__EVENT__KIND_MEMBERS_UNITED:
		owners_apply_united(s, e->members_united);
		return true;
	case STOA__TRAINING__EVENT__KIND__NOT_SET:
	case _STOA__TRAINING__EVENT__KIND__CASE_IS_INT_SIZE:
		return false;
	}
	return false;
}

/* ---- digest and deadlines ------------------------------------------------ */

static void
digest_job(struct stoa_hasher *h, const struct training_job *j)
{
	stoa_digest_message(h, &j->said->base);
	stoa_hasher_number(h, (int64_t)j->state);
	stoa_hasher_number(h, (int64_t)j->reason);
	stoa_hasher_text(h, stoa_str_of(j->detail));
	stoa_hasher_text(h, stoa_str_of(j->hold));
	stoa_hasher_text(h, stoa_str_of(j->worker));
	stoa_hasher_text(h, stoa_str_of(j->model));
	stoa_hasher_number(h, j->is_escrow_known);
	stoa_hasher_number(h, j->is_notified);
	stoa_hasher_number(h, j->attempt);
	stoa_hasher_number(h, j->submitted_us);
	stoa_hasher_number(h, j->started_us);
	stoa_hasher_number(h, j->ended_us);
	stoa_hasher_number(h, j->cost_micro);
	stoa_hasher_number(h, j->spent_micro);
}

static void
digest(const void *state, struct stoa_hasher *h)
{
	const struct training *s = state;

	STOA_MAP_EACH(&s->datasets, entry)
	{
		const struct dataset *d = entry->value;

		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(d->name));
		stoa_hasher_text(h, stoa_str_of(d->member));
		stoa_hasher_number(h, (int64_t)d->size);
		stoa_hasher_number(h, d->is_private);
		stoa_hasher_number(h, d->added_us);
	}
	STOA_MAP_EACH(&s->jobs, entry)
	{
		digest_job(h, entry->value);
	}
	STOA_MAP_EACH(&s->models, entry)
	{
		const struct model *m = entry->value;

		stoa_digest_message(h, &m->said->base);
		stoa_hasher_number(h, m->created_us);
	}
	STOA_MAP_EACH(&s->owners, entry)
	{
		stoa_hasher_text(h, entry->key);
		stoa_hasher_text(h, stoa_str_of(entry->value));
	}
}

static struct stoa_wall
next_due(const void *state)
{
	const struct training *s = state;

	return (struct stoa_wall){s->due_us};
}

const struct stoa_core training_core = {
    .name = "training",
    .service = &stoa__training__training__descriptor,
    .event = &stoa__training__event__descriptor,
    .reasons = &stoa__training__refusal_reason__descriptor,
    .state_new = state_new,
    .state_free = state_free,
    .decide = decide,
    .apply = apply,
    .digest = digest,
    .next_due = next_due,
    .image_version = 1,
    .save = training_image_save,
    .load = training_image_load,
};
