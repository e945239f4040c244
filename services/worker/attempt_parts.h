/* attempt_parts.h - the inside of attempt.c (what comes after what),
 * attempt_files.c (steps on the pool), attempt_child.c (the process) and
 * attempt_calls.c (what training is asked and told). */
#ifndef WORKER_ATTEMPT_PARTS_H
#define WORKER_ATTEMPT_PARTS_H

#include "base/arena.h"
#include "base/cid.h"
#include "worker/attempt.h"
#include "worker/child.h"
#include "worker/limits.h"
#include "worker/recipe.h"
#include "worker/report.h"

#include <stdatomic.h>

enum attempt_state {
	ATTEMPT_NEW,
	ATTEMPT_ASKING, /* whether the claim still stands */
	ATTEMPT_FETCHING,
	ATTEMPT_TRAINING,
	ATTEMPT_STORING,
	ATTEMPT_COMPLETING,
	ATTEMPT_FAILING,
	ATTEMPT_CLEANING,
	ATTEMPT_OVER,
};

/* What happens once the step under way has ended. */
enum attempt_halt {
	HALT_NONE,
	HALT_FAIL, /* with `failure` */
	HALT_ABANDON,
};

/* What a step on the pool came to. */
enum attempt_result {
	RESULT_OK,
	RESULT_AGAIN,  /* for a passing reason: `failure` says which */
	RESULT_FAILED, /* with `failure` */
};

struct worker_attempt {
	const struct worker_attempt_options *o;
	struct stoa_arena arena;
	const Stoa__Worker__WorkItem *item; /* in the arena */
	char name[96];
	char path[PATH_MAX]; /* of the job's folder */
	enum attempt_state state;
	enum attempt_halt halt;
	bool is_draining;
	int64_t drained_us;
	struct worker_failure failure;

	/* The step on the pool: these are its, until it has ended. */
	atomic_bool is_cancelled;
	enum attempt_result result;
	struct worker_failure result_failure;
	struct worker_params params;
	struct stoa_cid model_cid;
	struct stoa_cid provenance_cid;
	uint64_t size;
	bool has_provenance;

	bool is_working;
	bool is_calling;
	int64_t step_us; /* when the present state began */
	int64_t try_us;	 /* not before */
	int64_t wait_us; /* the last back-off */

	bool is_beating;
	int64_t beat_us; /* the next one */
	unsigned unwanted_count;

	/* The child. */
	struct worker_child child;
	bool has_child;
	int pid_fd;
	struct stoa_reader *line_reader;
	struct stoa_reader *pid_reader;
	struct stoa_buf line;
	struct stoa_buf metrics; /* JSON; empty: has not said that it is done */
	struct worker_problem problem;
	int64_t stopped_us; /* 0: not asked to stop */
	int64_t cpu_us;

	/* What is told. */
	struct worker_report report;
	struct worker_curve curve;
	bool is_untold;
	int64_t told_us;
	int64_t began_us;
	int64_t trains_us; /* since when */
	struct stoa_wall started;
	struct stoa_wall finished;
};

/* ---- attempt.c ---- */

void attempt_go(struct worker_attempt *a, enum attempt_state state);
void attempt_fail(struct worker_attempt *a, Stoa__Training__EndReason reason,
    const char *detail);

/* Ends what is under way, then fails or abandons. */
void attempt_halt(struct worker_attempt *a, enum attempt_halt halt);

/* The step has ended; true when a halt has decided what comes next. */
bool attempt_halted(struct worker_attempt *a);

/* Tries the present state again, later each time. */
void attempt_again(struct worker_attempt *a);

int64_t attempt_now(void);

/* ---- attempt_files.c: for the worker pool ---- */

void attempt_fetch(void *attempt);
void attempt_store(void *attempt);
void attempt_clean(void *attempt);

/* ---- attempt_child.c ---- */

/* False: `failure` says why. */
bool attempt_child_start(struct worker_attempt *a);
void attempt_child_stop(struct worker_attempt *a);
void attempt_child_tick(struct worker_attempt *a);

/* ---- attempt_calls.c ---- */

void attempt_beat(struct worker_attempt *a);
void attempt_complete(struct worker_attempt *a);
void attempt_report_failure(struct worker_attempt *a);
void attempt_tell(struct worker_attempt *a);

#endif
