/* progress.c - lines out, lines in. */
#include "worker/progress.h"

#include "base/json.h"
#include "worker/limits.h"

#include <math.h>
#include <stdio.h>

void
worker_progress_step(const struct worker_step *step, struct stoa_buf *out)
{
	stoa_buf_printf(out,
	    "{\"epoch\":%zu,\"epochs\":%zu,\"step\":%zu,\"steps\":%zu,"
	    "\"loss\":%.6f",
	    step->epoch, step->epochs, step->step, step->steps,
	    isfinite(step->loss) ? step->loss : 0.0);
	if (step->validation_accuracy >= 0) {
		stoa_buf_printf(out, ",\"validation_accuracy\":%.6f",
		    step->validation_accuracy);
	}
	stoa_buf_add_text(out, "}\n");
}

void
worker_progress_done(const struct worker_metrics *metrics, struct stoa_buf *out)
{
	stoa_buf_add_text(out, "{\"metrics\":");
	worker_metrics_print(metrics, out);
	stoa_buf_add_text(out, "}\n");
}

void
worker_progress_failed(
    const struct worker_problem *problem, struct stoa_buf *out)
{
	stoa_buf_printf(out, "{\"error\":{\"reason\":\"%s\",\"detail\":",
	    worker_reason_name(problem->reason));
	stoa_buf_add_json(out, stoa_str_of(problem->detail));
	stoa_buf_add_text(out, "}}\n");
}

static bool
count_get(struct stoa_json object, const char *name, size_t *ret_value)
{
	int64_t value;

	if (!stoa_json_to_i64(
		stoa_json_get(object, stoa_str_of(name)), &value) ||
	    value < 0) {
		return false;
	}
	*ret_value = (size_t)value;
	return true;
}

static bool
step_parse(struct stoa_json root, struct worker_step *s)
{
	struct stoa_json accuracy =
	    stoa_json_get(root, STOA_STR("validation_accuracy"));

	s->validation_accuracy = -1;
	if (!count_get(root, "epoch", &s->epoch) ||
	    !count_get(root, "epochs", &s->epochs) ||
	    !count_get(root, "step", &s->step) ||
	    !count_get(root, "steps", &s->steps) ||
	    !stoa_json_to_double(
		stoa_json_get(root, STOA_STR("loss")), &s->loss)) {
		return false;
	}
	if (s->epoch > s->epochs || s->step > s->steps || s->steps == 0) {
		return false;
	}
	if (stoa_json_is_absent(accuracy)) {
		return true;
	}
	return stoa_json_to_double(accuracy, &s->validation_accuracy) &&
	       s->validation_accuracy >= 0 && s->validation_accuracy <= 1;
}

static bool
failed_parse(struct stoa_json error, struct worker_problem *problem)
{
	enum worker_reason reason = WORKER_CRASHED;
	struct stoa_arena arena;
	struct stoa_str name, detail;
	char room[2 * WORKER_LINE_SIZE_MAX];
	bool ok;

	stoa_arena_init(&arena, room, sizeof(room), 0);
	ok = stoa_json_to_str(
		 stoa_json_get(error, STOA_STR("reason")), &arena, &name) &&
	     stoa_json_to_str(
		 stoa_json_get(error, STOA_STR("detail")), &arena, &detail);
	if (ok) {
		if (!worker_reason_of_name(name, &reason) ||
		    reason == WORKER_NONE) {
			reason = WORKER_CRASHED;
		}
		(void)worker_refuse(
		    problem, reason, "%.*s", STOA_STR_ARG(detail));
	}
	stoa_arena_fini(&arena);
	return ok;
}

bool
worker_progress_parse(
    struct stoa_str line, struct worker_progress *ret_progress)
{
	struct worker_progress p = {0};
	struct stoa_json root, metrics, error;

	if (line.len > WORKER_LINE_SIZE_MAX ||
	    !stoa_json_parse(line, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return false;
	}
	metrics = stoa_json_get(root, STOA_STR("metrics"));
	error = stoa_json_get(root, STOA_STR("error"));
	if (!stoa_json_is_absent(error)) {
		p.kind = WORKER_PROGRESS_FAILED;
		if (!failed_parse(error, &p.problem)) {
			return false;
		}
	} else if (!stoa_json_is_absent(metrics)) {
		p.kind = WORKER_PROGRESS_DONE;
		p.metrics = metrics.text;
		if (stoa_json_type(metrics) != STOA_JSON_OBJECT) {
			return false;
		}
	} else if (!step_parse(root, &p.step)) {
		return false;
	}
	*ret_progress = p;
	return true;
}
