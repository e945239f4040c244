/* attempt_calls.c - what training is asked and told. */
#include "worker/attempt_parts.h"

#include "base/check.h"
#include "base/core.h"
#include "edge/log.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>

/* Room for a job's reply, or a result with all its losses and figures. */
#define REPLY_SIZE_MAX ((size_t)65536)

#define COMMAND_ID_SIZE 160

static struct stoa_bus_call
call_of(const struct worker_attempt *a, const char *method)
{
	return (struct stoa_bus_call){
	    .service = &stoa__training__training__descriptor,
	    .method = method,
	    .community = stoa_str_of(a->item->community),
	};
}

static char *
worker_id(const struct worker_attempt *a)
{
	return (char *)(uintptr_t)a->o->identity->id;
}

/* ---- heartbeats ---------------------------------------------------------- */

static void
beat_judge(struct worker_attempt *a, bool is_wanted)
{
	if (is_wanted) {
		a->unwanted_count = 0;
		if (a->state == ATTEMPT_ASKING) {
			attempt_go(a, ATTEMPT_FETCHING);
		}
	} else if (++a->unwanted_count >= WORKER_UNWANTED_MAX) {
		attempt_halt(a, HALT_ABANDON);
	} else {
		a->beat_us = 0; /* ask again at once */
	}
}

static void
beat_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct worker_attempt *a = owner;
	const Stoa__Training__HeartbeatReply *answer;
	struct stoa_arena arena;

	(void)detail;
	a->is_beating = false;
	if (status != STOA_OK || a->halt != HALT_NONE ||
	    a->state >= ATTEMPT_COMPLETING) {
		return; /* no answer says nothing; the next beat asks again */
	}
	stoa_arena_init(&arena, NULL, 0, REPLY_SIZE_MAX);
	answer = stoa_unpack(
	    &arena, &stoa__training__heartbeat_reply__descriptor, reply);
	if (answer != NULL) {
		beat_judge(a, answer->is_wanted);
	}
	stoa_arena_fini(&arena);
}

void
attempt_beat(struct worker_attempt *a)
{
	Stoa__Training__HeartbeatQuery query =
	    STOA__TRAINING__HEARTBEAT_QUERY__INIT;
	struct stoa_bus_call call = call_of(a, "Heartbeat");

	query.job = a->item->job;
	query.attempt = a->item->attempt;
	query.worker = worker_id(a);
	call.timeout_us = WORKER_HEARTBEAT_US;
	a->is_beating = true;
	a->beat_us = attempt_now() + WORKER_HEARTBEAT_US;
	stoa_bus_call(a->o->bus, &call, &query.base, beat_answered, a);
}

/* ---- the end of an attempt ----------------------------------------------- */

static void
recorded(struct worker_attempt *a)
{
	if (a->state == ATTEMPT_COMPLETING) {
		a->o->totals->succeeded++;
		stoa_log(STOA_LOG_INFO, "job_done",
		    "%s took %" PRId64 " ms of processor time", a->name,
		    a->cpu_us / 1000);
	} else {
		a->o->totals->failed++;
		stoa_log(STOA_LOG_INFO, "job_failed", "%s: %s", a->name,
		    a->failure.detail);
	}
}

/* The journal has spoken: recorded, or refused, which ends it here too. */
static void
outcome_read(struct worker_attempt *a, struct stoa_str reply)
{
	const Stoa__Journal__Outcome *outcome;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, REPLY_SIZE_MAX);
	outcome =
	    stoa_unpack(&arena, &stoa__journal__outcome__descriptor, reply);
	if (outcome != NULL && outcome->entry != NULL &&
	    outcome->entry->refusal == NULL) {
		recorded(a);
	} else {
		a->o->totals->stopped++;
		stoa_log(STOA_LOG_WARN, "report_refused", "%s: %s", a->name,
		    outcome == NULL || outcome->entry == NULL
			? "not an outcome"
			: outcome->entry->refusal->reason);
	}
	stoa_arena_fini(&arena);
}

static void
report_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct worker_attempt *a = owner;

	a->is_calling = false;
	if (status == STOA_OK) {
		outcome_read(a, reply);
		attempt_go(a, ATTEMPT_CLEANING);
	} else if (stoa_status_retry(status) != STOA_RETRY_NEVER) {
		/* With the same id, so that it counts once. */
		attempt_again(a);
	} else {
		a->o->totals->stopped++;
		stoa_log(STOA_LOG_ERROR, "report_failed", "%s: %s: %s", a->name,
		    stoa_status_name(status), detail == NULL ? "" : detail);
		attempt_go(a, ATTEMPT_CLEANING);
	}
}

static void
report_send(struct worker_attempt *a, const char *method, const char *verb,
    const ProtobufCMessage *request)
{
	struct stoa_bus_call call = call_of(a, method);
	char id[COMMAND_ID_SIZE];

	(void)snprintf(id, sizeof(id), "%s:%s:%" PRIu32 ":%s", verb,
	    a->item->job, a->item->attempt, a->o->identity->id);
	call.command_id = stoa_str_of(id);
	a->is_calling = true;
	stoa_bus_call(a->o->bus, &call, request, report_answered, a);
}

void
attempt_complete(struct worker_attempt *a)
{
	Stoa__Training__CompleteJobRequest request =
	    STOA__TRAINING__COMPLETE_JOB_REQUEST__INIT;
	char model[STOA_CID_TEXT_SIZE], provenance[STOA_CID_TEXT_SIZE];
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, REPLY_SIZE_MAX);
	request.job = a->item->job;
	request.attempt = a->item->attempt;
	request.worker = worker_id(a);
	request.model_cid =
	    (char *)(uintptr_t)stoa_cid_print(&a->model_cid, model);
	request.provenance_cid =
	    (char *)(uintptr_t)stoa_cid_print(&a->provenance_cid, provenance);
	request.losses = a->curve.losses;
	request.n_losses = a->curve.count;
	request.cpu_us = a->cpu_us;
	request.size = a->size;
	if (worker_report_metrics(
		stoa_buf_str(&a->metrics), &arena, &request)) {
		report_send(a, "CompleteJob", "complete", &request.base);
	} else {
		attempt_fail(a, STOA__TRAINING__END_REASON__training_failed,
		    "training's figures are not numbers");
	}
	stoa_arena_fini(&arena);
}

void
attempt_report_failure(struct worker_attempt *a)
{
	Stoa__Training__FailJobRequest request =
	    STOA__TRAINING__FAIL_JOB_REQUEST__INIT;

	request.job = a->item->job;
	request.attempt = a->item->attempt;
	request.worker = worker_id(a);
	request.reason = a->failure.reason;
	request.detail = a->failure.detail;
	report_send(a, "FailJob", "fail", &request.base);
}

/* ---- progress ------------------------------------------------------------ */

void
attempt_tell(struct worker_attempt *a)
{
	Stoa__Worker__Progress progress = STOA__WORKER__PROGRESS__INIT;
	int64_t now = attempt_now();
	struct stoa_arena arena;
	struct stoa_str bytes;
	char subject[192];

	if (!a->is_untold || a->state >= ATTEMPT_COMPLETING ||
	    now - a->told_us < WORKER_TICK_US) {
		return;
	}
	a->is_untold = false;
	a->told_us = now;
	a->report.elapsed_us = now - a->began_us;
	progress.community = a->item->community;
	progress.job = a->item->job;
	progress.attempt = a->item->attempt;
	worker_report_fill(&a->report, &a->curve, &progress);
	stoa_arena_init(&arena, NULL, 0, REPLY_SIZE_MAX);
	bytes = stoa_pack(&arena, &progress.base);
	(void)snprintf(subject, sizeof(subject), "stoa.progress.job.%s.%s",
	    progress.community, progress.job);
	if (bytes.data != NULL) {
		stoa_bus_tell(a->o->bus, subject, bytes);
	}
	stoa_arena_fini(&arena);
}
