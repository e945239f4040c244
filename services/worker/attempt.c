/* attempt.c - what comes after what. */
#include "worker/attempt_parts.h"

#include "base/check.h"
#include "base/core.h"
#include "edge/log.h"
#include "port/clock.h"
#include "worker/item.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int64_t
attempt_now(void)
{
	return stoa_clock_mono(NULL).us;
}

/* ---- life ---------------------------------------------------------------- */

static bool
names_make(struct worker_attempt *a)
{
	int len = snprintf(a->name, sizeof(a->name), "%s-%" PRIu32,
	    a->item->job, a->item->attempt);

	if (len >= (int)sizeof(a->name)) {
		return false;
	}
	len = snprintf(a->path, sizeof(a->path), "%s/jobs/%s",
	    a->o->identity->path, a->name);
	return len < (int)sizeof(a->path);
}

struct worker_attempt *
worker_attempt_new(const struct worker_attempt_options *options,
    struct stoa_str bytes, const char **ret_why)
{
	struct worker_attempt *a = calloc(1, sizeof(*a));

	stoa_assert(a != NULL);
	a->o = options;
	a->pid_fd = -1;
	stoa_arena_init(&a->arena, NULL, 0, 4 * WORKER_ITEM_SIZE_MAX);
	stoa_buf_init(&a->line, 2 * WORKER_LINE_SIZE_MAX);
	stoa_buf_init(&a->metrics, WORKER_LINE_SIZE_MAX);
	*ret_why = "not a work item, or a larger one than 64 KiB";
	if (bytes.len <= WORKER_ITEM_SIZE_MAX) {
		a->item = stoa_unpack(
		    &a->arena, &stoa__worker__work_item__descriptor, bytes);
	}
	if (a->item == NULL || !worker_item_check(a->item, ret_why) ||
	    !names_make(a)) {
		worker_attempt_free(a);
		return NULL;
	}
	return a;
}

void
worker_attempt_free(struct worker_attempt *a)
{
	stoa_assert(a->state == ATTEMPT_NEW || a->state == ATTEMPT_OVER);
	stoa_assert(!a->has_child);
	stoa_buf_fini(&a->line);
	stoa_buf_fini(&a->metrics);
	stoa_arena_fini(&a->arena);
	free(a);
}

const Stoa__Worker__WorkItem *
worker_attempt_item(const struct worker_attempt *a)
{
	return a->item;
}

const char *
worker_attempt_name(const struct worker_attempt *a)
{
	return a->name;
}

bool
worker_attempt_is_over(const struct worker_attempt *a)
{
	return a->state == ATTEMPT_OVER && !a->is_beating;
}

/* ---- steps --------------------------------------------------------------- */

/* Storage may have moved: a new attempt comes with its new address. */
static bool
is_out_of_patience(const struct worker_attempt *a)
{
	return attempt_now() - a->step_us >
	       (a->state == ATTEMPT_FETCHING ? WORKER_PATIENCE_US
					     : WORKER_PATIENCE_TRAINED_US);
}

static void
work_done(void *arg)
{
	struct worker_attempt *a = arg;

	a->is_working = false;
	if (a->state == ATTEMPT_CLEANING) {
		attempt_go(a, ATTEMPT_OVER);
		return;
	}
	if (attempt_halted(a)) {
		return;
	}
	switch (a->result) {
	case RESULT_OK:
		attempt_go(a, a->state == ATTEMPT_FETCHING
				  ? ATTEMPT_TRAINING
				  : ATTEMPT_COMPLETING);
		break;
	case RESULT_AGAIN:
		if (!a->is_draining && !is_out_of_patience(a)) {
			stoa_log(STOA_LOG_WARN, "job_waits", "%s: %s", a->name,
			    a->result_failure.detail);
			attempt_again(a);
			break;
		}
		attempt_fail(a, STOA__TRAINING__END_REASON__worker_lost,
		    a->result_failure.detail);
		break;
	case RESULT_FAILED:
		attempt_fail(
		    a, a->result_failure.reason, a->result_failure.detail);
		break;
	}
}

static void
work_start(struct worker_attempt *a, stoa_loop_fn step)
{
	a->is_working = true;
	a->result = RESULT_OK;
	stoa_loop_work(a->o->loop, step, work_done, a);
}

static void
train_start(struct worker_attempt *a)
{
	if (!attempt_child_start(a)) {
		attempt_fail(a, a->failure.reason, a->failure.detail);
	}
}

static bool
is_busy(const struct worker_attempt *a)
{
	return a->is_working || a->is_calling || a->has_child;
}

/* Takes the step of the present state, unless it is under way. */
static void
act(struct worker_attempt *a)
{
	if (is_busy(a) || attempt_now() < a->try_us) {
		return;
	}
	switch (a->state) {
	case ATTEMPT_FETCHING:
		work_start(a, attempt_fetch);
		break;
	case ATTEMPT_TRAINING:
		train_start(a);
		break;
	case ATTEMPT_STORING:
		work_start(a, attempt_store);
		break;
	case ATTEMPT_COMPLETING:
		attempt_complete(a);
		break;
	case ATTEMPT_FAILING:
		attempt_report_failure(a);
		break;
	case ATTEMPT_CLEANING:
		work_start(a, attempt_clean);
		break;
	case ATTEMPT_NEW:
	case ATTEMPT_ASKING:
	case ATTEMPT_OVER:
		break;
	}
}

static void
stage_set(struct worker_attempt *a, enum worker_stage stage)
{
	a->report.stage = stage;
	a->is_untold = true;
	attempt_tell(a);
}

void
attempt_go(struct worker_attempt *a, enum attempt_state state)
{
	stoa_assert(!is_busy(a));
	a->state = state;
	a->step_us = attempt_now();
	a->try_us = 0;
	a->wait_us = 0;
	if (state == ATTEMPT_FETCHING) {
		stage_set(a, WORKER_FETCHING);
	} else if (state == ATTEMPT_TRAINING) {
		a->trains_us = attempt_now();
		stage_set(a, WORKER_TRAINING);
	} else if (state == ATTEMPT_STORING) {
		stage_set(a, WORKER_STORING);
	} else if (state == ATTEMPT_OVER) {
		a->o->ended(a->o->owner);
	}
	act(a);
}

void
attempt_again(struct worker_attempt *a)
{
	a->wait_us = a->wait_us == 0 ? WORKER_RETRY_US_MIN : 2 * a->wait_us;
	if (a->wait_us > WORKER_RETRY_US_MAX) {
		a->wait_us = WORKER_RETRY_US_MAX;
	}
	a->try_us = attempt_now() + a->wait_us;
}

void
attempt_fail(struct worker_attempt *a, Stoa__Training__EndReason reason,
    const char *detail)
{
	struct worker_failure failure;

	/* By way of a copy: `detail` may be the failure's own. */
	worker_report_failure(&failure, reason, detail);
	a->failure = failure;
	attempt_go(a, ATTEMPT_FAILING);
}

/* ---- halting ------------------------------------------------------------- */

bool
attempt_halted(struct worker_attempt *a)
{
	switch (a->halt) {
	case HALT_NONE:
		return false;
	case HALT_FAIL:
		attempt_fail(a, a->failure.reason, a->failure.detail);
		return true;
	case HALT_ABANDON:
		a->o->totals->stopped++;
		stoa_log(STOA_LOG_INFO, "job_stopped", "%s is no longer wanted",
		    a->name);
		attempt_go(a, ATTEMPT_CLEANING);
		return true;
	}
	return false;
}

void
attempt_halt(struct worker_attempt *a, enum attempt_halt halt)
{
	if (a->state >= ATTEMPT_COMPLETING || halt <= a->halt) {
		return; /* its report is on the way, or it is being halted */
	}
	a->halt = halt;
	atomic_store(&a->is_cancelled, true);
	if (a->has_child) {
		attempt_child_stop(a);
	} else if (!a->is_working) {
		(void)attempt_halted(a);
	}
}

void
worker_attempt_drain(struct worker_attempt *a)
{
	if (a->is_draining) {
		return;
	}
	a->is_draining = true;
	a->drained_us = attempt_now();
	if (a->state < ATTEMPT_STORING && a->halt == HALT_NONE) {
		worker_report_failure(&a->failure,
		    STOA__TRAINING__END_REASON__worker_lost,
		    "the worker was shut down");
		attempt_halt(a, HALT_FAIL);
	}
}

/* ---- time ---------------------------------------------------------------- */

void
worker_attempt_begin(struct worker_attempt *a)
{
	stoa_assert(a->state == ATTEMPT_NEW);
	a->began_us = attempt_now();
	a->started = stoa_clock_wall(NULL);
	a->state = ATTEMPT_ASKING;
	attempt_beat(a);
}

static bool
is_past_deadline(const struct worker_attempt *a)
{
	return a->item->deadline_us > 0 &&
	       stoa_clock_wall(NULL).us >= a->item->deadline_us;
}

/* Before its report is on the way. */
static void
halts_look(struct worker_attempt *a, int64_t now)
{
	if (is_past_deadline(a)) {
		/* Training ends the job by itself. */
		attempt_halt(a, HALT_ABANDON);
	}
	if (a->is_draining && a->state == ATTEMPT_STORING &&
	    now - a->drained_us > WORKER_DRAIN_STORE_US) {
		worker_report_failure(&a->failure,
		    STOA__TRAINING__END_REASON__worker_lost,
		    "the worker was shut down before the model was stored");
		attempt_halt(a, HALT_FAIL);
	}
}

void
worker_attempt_tick(struct worker_attempt *a)
{
	int64_t now = attempt_now();

	if (a->state == ATTEMPT_NEW || a->state == ATTEMPT_OVER) {
		return;
	}
	if (a->state < ATTEMPT_COMPLETING) {
		halts_look(a, now);
	}
	if (a->state < ATTEMPT_CLEANING && !a->is_beating &&
	    now >= a->beat_us) {
		attempt_beat(a);
	}
	attempt_child_tick(a);
	attempt_tell(a);
	act(a);
}
