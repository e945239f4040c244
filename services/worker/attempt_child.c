/* attempt_child.c - the process that trains, seen from the loop: lines of
 * progress from its pipe, its end from a pidfd. */
#include "worker/attempt_parts.h"

#include "base/check.h"
#include "edge/log.h"
#include "port/clock.h"
#include "worker/item.h"
#include "worker/pack.h"
#include "worker/progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Pieces read before the loop looks at others again. */
#define PIECES_MAX 16

/* ---- lines --------------------------------------------------------------- */

/* The child is not trusted: what is no line of progress ends it. */
static void
babble(struct worker_attempt *a)
{
	if (a->problem.reason == WORKER_NONE) {
		(void)worker_refuse(&a->problem, WORKER_CRASHED,
		    "training said something that is no progress");
	}
	worker_child_kill(&a->child);
}

static void
line_take(struct worker_attempt *a, struct stoa_str line)
{
	struct worker_progress p;

	if (!worker_progress_parse(line, &p)) {
		babble(a);
		return;
	}
	switch (p.kind) {
	case WORKER_PROGRESS_STEP:
		a->report.step = p.step;
		a->report.training_us = attempt_now() - a->trains_us;
		worker_curve_add(&a->curve, &p.step);
		a->is_untold = true;
		break;
	case WORKER_PROGRESS_DONE:
		stoa_buf_clear(&a->metrics);
		stoa_buf_add_str(&a->metrics, p.metrics);
		break;
	case WORKER_PROGRESS_FAILED:
		a->problem = p.problem;
		break;
	}
}

static void
lines_take(struct worker_attempt *a)
{
	char *stop;

	while (a->line.len > 0 &&
	       (stop = memchr(a->line.data, '\n', a->line.len)) != NULL) {
		size_t len = (size_t)(stop - a->line.data);

		line_take(a, stoa_str_of_bytes(a->line.data, len));
		stoa_buf_consume(&a->line, len + 1);
	}
	if (a->line.len > WORKER_LINE_SIZE_MAX) {
		babble(a);
		stoa_buf_clear(&a->line);
	}
}

static void
line_reader_end(struct worker_attempt *a)
{
	stoa_reader_free(a->line_reader);
	a->line_reader = NULL;
}

/* False: there is no more for now, or at all. */
static bool
piece_read(struct worker_attempt *a)
{
	char piece[4096];
	ssize_t n = read(a->child.progress_fd, piece, sizeof(piece));

	if (n > 0) {
		stoa_buf_add(&a->line, piece, (size_t)n);
		lines_take(a);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		line_reader_end(a);
	}
	return false;
}

static void
on_lines(void *arg)
{
	struct worker_attempt *a = arg;

	for (int i = 0; i < PIECES_MAX && piece_read(a); i++) {
	}
	attempt_tell(a);
}

/* ---- the end ------------------------------------------------------------- */

static int64_t
time_us(struct timeval t)
{
	return (int64_t)t.tv_sec * STOA_US_PER_S + t.tv_usec;
}

static void
child_end(struct worker_attempt *a)
{
	stoa_reader_free(a->pid_reader);
	a->pid_reader = NULL;
	line_reader_end(a);
	(void)close(a->pid_fd);
	(void)close(a->child.progress_fd);
	a->pid_fd = -1;
	a->has_child = false;
	a->finished = stoa_clock_wall(NULL);
}

/* What it said counts for more than how it ended. */
static void
outcome_judge(struct worker_attempt *a, int wait_status)
{
	struct worker_problem *p = &a->problem;
	struct worker_problem ended = {0};
	bool is_well = worker_child_explain(wait_status, &ended);

	if (p->reason == WORKER_NONE && !is_well) {
		*p = ended;
	} else if (p->reason == WORKER_NONE && a->metrics.len == 0) {
		(void)worker_refuse(p, WORKER_CRASHED,
		    "training ended without saying how it went");
	}
	if (p->reason == WORKER_NONE) {
		attempt_go(a, ATTEMPT_STORING);
	} else {
		attempt_fail(a, worker_report_reason(p->reason), p->detail);
	}
}

static void
on_exit_ready(void *arg)
{
	struct worker_attempt *a = arg;
	struct rusage usage;
	int status = 0;
	pid_t pid = wait4(a->child.pid, &status, WNOHANG, &usage);

	if (pid == 0 || (pid < 0 && errno == EINTR)) {
		return;
	}
	stoa_assert(pid == a->child.pid);
	a->cpu_us = time_us(usage.ru_utime) + time_us(usage.ru_stime);
	a->o->totals->cpu_us += a->cpu_us;
	/* It had no children and is gone: the pipe comes to its end. */
	while (a->line_reader != NULL && piece_read(a)) {
	}
	child_end(a);
	if (!attempt_halted(a)) {
		outcome_judge(a, status);
	}
}

/* ---- start and stop ------------------------------------------------------ */

static bool
start_failed(struct worker_attempt *a, const char *why)
{
	worker_report_failure(
	    &a->failure, STOA__TRAINING__END_REASON__worker_lost, why);
	return false;
}

bool
attempt_child_start(struct worker_attempt *a)
{
	struct worker_child_options options = {
	    .job_path = a->path,
	    .cpu_s_max = worker_item_cpu_s(a->item),
	    .memory_max = a->o->memory_max,
	    .file_size_max = WORKER_MODEL_SIZE_MAX,
	};
	struct worker_problem problem;

	if (!worker_child_spawn(&options, &a->child, &problem)) {
		return start_failed(a, problem.detail);
	}
	a->pid_fd = pidfd_open(a->child.pid, 0);
	if (a->pid_fd < 0) {
		worker_child_kill(&a->child);
		(void)worker_child_wait(&a->child, &problem);
		return start_failed(a, "the worker has no descriptor left");
	}
	a->has_child = true;
	a->stopped_us = 0;
	a->problem = (struct worker_problem){0};
	a->line_reader =
	    stoa_reader_new(a->o->loop, a->child.progress_fd, on_lines, a);
	a->pid_reader =
	    stoa_reader_new(a->o->loop, a->pid_fd, on_exit_ready, a);
	a->o->totals->started++;
	stoa_log(STOA_LOG_INFO, "job_trains", "%s is process %d", a->name,
	    (int)a->child.pid);
	return true;
}

void
attempt_child_stop(struct worker_attempt *a)
{
	stoa_assert(a->has_child);
	if (a->stopped_us == 0) {
		a->stopped_us = attempt_now();
		worker_child_stop(&a->child);
	}
}

void
attempt_child_tick(struct worker_attempt *a)
{
	if (a->has_child && a->stopped_us > 0 &&
	    attempt_now() - a->stopped_us > WORKER_STOP_US) {
		worker_child_kill(&a->child);
	}
}
