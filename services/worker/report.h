/* report.h - what training and the members are told of an attempt: progress,
 * the loss curve, figures, and why it failed. Layer 2, pure. */
#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

#include "base/arena.h"
#include "worker/limits.h"
#include "worker/problem.h"
#include "worker/train.h"

#include "proto/worker.pb-c.h"

/* Why an attempt failed here. */
struct worker_failure {
	Stoa__Training__EndReason reason;
	char detail[WORKER_TOLD_MAX + 1]; /* UTF-8, for the member */
};

/* What training is told for a problem of the child. Those that another
 * machine might not have are worker_lost: then the job is queued again. */
Stoa__Training__EndReason worker_report_reason(enum worker_reason reason);

/* `detail` is cut at a character's end, and made printable. */
void worker_report_failure(struct worker_failure *f,
    Stoa__Training__EndReason reason, const char *detail);

/* ---- the loss curve ---- */

/* One loss an epoch; of more than WORKER_LOSSES_MAX epochs every n-th and
 * the last. */
struct worker_curve {
	double losses[WORKER_LOSSES_MAX];
	size_t count;
	double validation_accuracy; /* of the last epoch; 0 before */
};

/* Only the end of an epoch adds to it. */
void worker_curve_add(
    struct worker_curve *curve, const struct worker_step *step);

/* ---- progress ---- */

enum worker_stage {
	WORKER_FETCHING,
	WORKER_TRAINING,
	WORKER_STORING,
};

struct worker_report {
	enum worker_stage stage;
	struct worker_step step; /* of the training; zeros before */
	int64_t elapsed_us;	 /* of the whole attempt */
	int64_t training_us;	 /* of the training so far */
};

/* Fills in all but community, job and attempt; borrows the curve. */
void worker_report_fill(const struct worker_report *report,
    struct worker_curve *curve, Stoa__Worker__Progress *out);

/* ---- figures ---- */

/* The numbers of a JSON object as metrics, at most WORKER_METRICS_MAX, in the
 * arena. False: not an object of numbers, or the arena is full. */
STOA_MUST_USE bool worker_report_metrics(struct stoa_str json,
    struct stoa_arena *arena, Stoa__Training__CompleteJobRequest *out);

#endif
