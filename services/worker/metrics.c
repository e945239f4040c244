/* metrics.c - the figures as JSON. */
#include "worker/metrics.h"

#include <stdlib.h>

void
worker_metrics_fini(struct worker_metrics *m)
{
	free(m->epochs);
	free(m->labels);
	*m = (struct worker_metrics){0};
}

static void
count(struct stoa_buf *out, const char *name, size_t value)
{
	stoa_buf_printf(out, "\"%s\": %zu, ", name, value);
}

static void
real(struct stoa_buf *out, const char *name, double value, const char *after)
{
	stoa_buf_printf(out, "\"%s\": %.6f%s", name, value, after);
}

void
worker_metrics_print(const struct worker_metrics *m, struct stoa_buf *out)
{
	bool has_oos = m->out_of_scope_rows > 0;

	stoa_buf_add_text(out, "{");
	count(out, "train_rows", m->train_rows);
	count(out, "validation_rows", m->validation_rows);
	count(out, "test_rows", m->test_rows);
	count(out, "out_of_scope_rows", m->out_of_scope_rows);
	count(out, "labels", m->label_count);
	count(out, "features", m->feature_count);
	real(out, "accuracy", m->accuracy, ", ");
	real(out, "macro_f1", m->macro_f1, ", ");
	real(out, "log_loss", m->log_loss, ", ");
	real(out, "calibration_error", m->calibration_error, ", ");
	real(out, "kept", m->kept, ", ");
	real(out, "kept_accuracy", m->kept_accuracy, has_oos ? ", " : "}");
	if (has_oos) {
		real(out, "out_of_scope_recall", m->out_of_scope_recall, ", ");
		real(out, "out_of_scope_auroc", m->out_of_scope_auroc, "}");
	}
}
