/* progress.h - what the training child tells its parent: JSON, one a line.
 *
 *   {"epoch":3,"epochs":10,"step":1407,"steps":4690,"loss":0.27,
 *    "validation_accuracy":0.92}        the latter at the end of an epoch
 *   {"metrics":{...}}                    the last line of a success
 *   {"error":{"reason":"ragged_row","detail":"..."}}     of a failure
 *
 * The parent does not trust the child: lines are bounded and checked.
 * Layer 2, pure. */
#ifndef WORKER_PROGRESS_H
#define WORKER_PROGRESS_H

#include "base/buf.h"
#include "base/check.h"
#include "worker/problem.h"
#include "worker/train.h"

enum worker_progress_kind {
	WORKER_PROGRESS_STEP,
	WORKER_PROGRESS_DONE,
	WORKER_PROGRESS_FAILED,
};

struct worker_progress {
	enum worker_progress_kind kind;
	struct worker_step step;
	struct stoa_str metrics; /* JSON object within the line */
	struct worker_problem problem;
};

/* Each appends one line with its end. */
void worker_progress_step(const struct worker_step *step, struct stoa_buf *out);
void worker_progress_done(
    const struct worker_metrics *metrics, struct stoa_buf *out);
void worker_progress_failed(
    const struct worker_problem *problem, struct stoa_buf *out);

/* A line without its end, at most WORKER_LINE_SIZE_MAX bytes. An unknown
 * reason becomes CRASHED. False when it is none of the three. */
STOA_MUST_USE bool worker_progress_parse(
    struct stoa_str line, struct worker_progress *ret_progress);

#endif
