/* evaluate.h - measures a model on rows it has not seen. Layer 2, pure. */
#ifndef WORKER_EVALUATE_H
#define WORKER_EVALUATE_H

#include "base/check.h"
#include "worker/corpus.h"
#include "worker/metrics.h"
#include "worker/model.h"

/* Share of the in-scope rows whose best label is theirs. `logits` is scratch
 * of m->width floats, lane-aligned. */
double worker_accuracy(
    const struct worker_model *m, const struct worker_corpus *c, float *logits);

/* Fills in what is measured on test rows, metrics->labels included. `test`
 * needs a row in scope. False: out of memory. */
STOA_MUST_USE bool worker_evaluate(const struct worker_model *m,
    const struct worker_corpus *test, struct worker_metrics *metrics);

#endif
