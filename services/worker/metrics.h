/* metrics.h - how good a model is, and how it got there.
 * Layer 2, pure. */
#ifndef WORKER_METRICS_H
#define WORKER_METRICS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One epoch of the loss curve. */
struct worker_epoch {
	double loss; /* mean over the in-scope training rows */
	double validation_accuracy;
};

struct worker_label_score {
	double precision;
	double recall;
	double f1;
	size_t row_count; /* of the test rows */
};

struct worker_metrics {
	size_t train_rows; /* in scope, like the next two */
	size_t validation_rows;
	size_t test_rows;
	size_t out_of_scope_rows; /* of the test split */
	size_t label_count;
	size_t feature_count;

	/* Over the in-scope test rows, whatever the threshold says. */
	double accuracy;
	double macro_f1;
	double log_loss;
	double calibration_error; /* expected, 15 bins of equal width */

	/* At the threshold. */
	double kept;		    /* in-scope test rows let through */
	double kept_accuracy;	    /* let through and right, of all */
	double out_of_scope_recall; /* of the rows out of scope; if any */
	double out_of_scope_auroc;  /* over all thresholds; if any */

	struct worker_epoch *epochs; /* owned */
	size_t epoch_count;
	struct worker_label_score *labels; /* owned, label_count */
};

void worker_metrics_fini(struct worker_metrics *m);

/* The scalars as a JSON object, numbers rounded to six places; the
 * out-of-scope ones only when there were such rows. */
void worker_metrics_print(const struct worker_metrics *m, struct stoa_buf *out);

#endif
