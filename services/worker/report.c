/* report.c - the trainer's words in the contract's. */
#include "worker/report.h"

#include "base/json.h"

/* ---- failures ------------------------------------------------------------ */

Stoa__Training__EndReason
worker_report_reason(enum worker_reason reason)
{
	switch (reason) {
	case WORKER_BAD_CSV:
	case WORKER_RAGGED_ROW:
	case WORKER_NO_COLUMN:
	case WORKER_EMPTY_TEXT:
	case WORKER_EMPTY_LABEL:
	case WORKER_TEXT_TOO_LONG:
	case WORKER_LABEL_TOO_LONG:
	case WORKER_EMPTY_DATASET:
	case WORKER_TOO_FEW_ROWS:
	case WORKER_ONE_LABEL:
	case WORKER_TOO_MANY_LABELS:
	case WORKER_UNKNOWN_LABEL:
	case WORKER_DATASET_TOO_LARGE:
	case WORKER_DATASET_UNREADABLE:
	case WORKER_NO_FEATURES:
		return STOA__TRAINING__END_REASON__dataset_unusable;
	case WORKER_TIME_LIMIT:
		return STOA__TRAINING__END_REASON__budget_spent;
	case WORKER_CANCELLED:
	case WORKER_DISK:
	case WORKER_CRASHED:
		return STOA__TRAINING__END_REASON__worker_lost;
	case WORKER_NONE:
	case WORKER_BAD_PARAMETER:
	case WORKER_UNKNOWN_PARAMETER:
	case WORKER_MODEL_TOO_LARGE:
	case WORKER_DIVERGED:
	case WORKER_OUT_OF_MEMORY:
	case WORKER_BAD_JOB:
	case WORKER_BAD_MODEL:
	case WORKER_BAD_PROVENANCE:
		break;
	}
	return STOA__TRAINING__END_REASON__training_failed;
}

void
worker_report_failure(struct worker_failure *f,
    Stoa__Training__EndReason reason, const char *detail)
{
	struct stoa_str rest = stoa_str_of(detail);
	size_t len = 0, step;

	f->reason = reason;
	while ((step = stoa_str_utf8_len(rest)) > 0 &&
	       len + step <= WORKER_TOLD_MAX) {
		memcpy(f->detail + len, rest.data, step);
		if (step == 1 && (uint8_t)f->detail[len] < 0x20) {
			f->detail[len] = ' ';
		}
		len += step;
		rest = stoa_str_from(rest, step);
	}
	f->detail[len] = '\0';
}

/* ---- the loss curve ------------------------------------------------------ */

void
worker_curve_add(struct worker_curve *curve, const struct worker_step *step)
{
	size_t stride =
	    (step->epochs + WORKER_LOSSES_MAX - 1) / WORKER_LOSSES_MAX;

	if (step->validation_accuracy < 0) {
		return;
	}
	curve->validation_accuracy = step->validation_accuracy;
	if (stride == 0 || curve->count == WORKER_LOSSES_MAX ||
	    (step->epoch % stride != 0 && step->epoch != step->epochs)) {
		return;
	}
	curve->losses[curve->count++] = step->loss;
}

/* ---- progress ------------------------------------------------------------ */

/* Shares of the bar: fetching and storing are short beside training. */
#define FETCHED 0.02
#define TRAINED 0.98

void
worker_report_fill(const struct worker_report *report,
    struct worker_curve *curve, Stoa__Worker__Progress *out)
{
	static char *const names[] = {
	    [WORKER_FETCHING] = "fetching",
	    [WORKER_TRAINING] = "training",
	    [WORKER_STORING] = "storing",
	};
	const struct worker_step *s = &report->step;
	double done = s->steps == 0 ? 0 : (double)s->step / (double)s->steps;

	out->stage = names[report->stage];
	out->epoch = (uint32_t)s->epoch;
	out->epoch_count = (uint32_t)s->epochs;
	out->fraction = report->stage == WORKER_FETCHING ? 0
			: report->stage == WORKER_STORING
			    ? TRAINED
			    : FETCHED + done * (TRAINED - FETCHED);
	out->losses = curve->losses;
	out->n_losses = curve->count;
	out->validation_accuracy = curve->validation_accuracy;
	out->elapsed_us = report->elapsed_us;
	if (report->stage == WORKER_TRAINING && s->step > 0) {
		out->remaining_us =
		    (int64_t)((double)report->training_us * (1 - done) / done);
	}
}

/* ---- figures ------------------------------------------------------------- */

static bool
metric_take(struct stoa_json_member *member, struct stoa_arena *arena,
    Stoa__Training__Metric *out)
{
	struct stoa_str name;

	stoa__training__metric__init(out);
	if (!stoa_json_to_str(member->name, arena, &name) ||
	    !stoa_json_to_double(member->value, &out->value)) {
		return false;
	}
	out->name = stoa_arena_str(arena, name);
	return out->name != NULL;
}

bool
worker_report_metrics(struct stoa_str json, struct stoa_arena *arena,
    Stoa__Training__CompleteJobRequest *out)
{
	Stoa__Training__Metric *metrics = stoa_arena_alloc_array(
	    arena, WORKER_METRICS_MAX, sizeof(metrics[0]));
	Stoa__Training__Metric **list =
	    stoa_arena_alloc_array(arena, WORKER_METRICS_MAX, sizeof(list[0]));
	struct stoa_json_member member;
	struct stoa_json_iter it;
	struct stoa_json root;
	size_t count = 0;

	if (metrics == NULL || list == NULL ||
	    !stoa_json_parse(json, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return false;
	}
	it = stoa_json_iter(root);
	while (count < WORKER_METRICS_MAX && stoa_json_next(&it, &member)) {
		if (!metric_take(&member, arena, &metrics[count])) {
			return false;
		}
		list[count] = &metrics[count];
		count++;
	}
	out->metrics = list;
	out->n_metrics = count;
	return true;
}
