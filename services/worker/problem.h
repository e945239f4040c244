/* problem.h - why a job, a data set or a model was refused: a named reason
 * for programs, one sentence for people that names what, where and the fix.
 * Layer 2, pure. */
#ifndef WORKER_PROBLEM_H
#define WORKER_PROBLEM_H

#include "base/check.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for a sentence with two quoted names; longer text is cut. */
#define WORKER_DETAIL_SIZE 512

enum worker_reason {
#define WORKER_REASON(name, text, is_fault_of_input) WORKER_##name,
#include "worker/reasons.tbl"
#undef WORKER_REASON
};

struct worker_problem {
	enum worker_reason reason;
	char detail[WORKER_DETAIL_SIZE]; /* UTF-8 */
};

/* Always false, so that refusing is one line: return worker_refuse(...). */
bool worker_refuse(struct worker_problem *problem, enum worker_reason reason,
    const char *format, ...) STOA_PRINTF(3, 4);

const char *worker_reason_name(enum worker_reason reason); /* "ragged_row" */

/* False for a name that this build does not know. */
bool worker_reason_of_name(
    struct stoa_str name, enum worker_reason *ret_reason);

/* Whether the same input would fail anywhere, so that a retry is waste. */
bool worker_reason_is_final(enum worker_reason reason);

#endif
