/* sgd.h - softmax regression by stochastic gradient descent.
 *
 * Rows are shuffled anew each epoch. The gradients of a batch are taken at
 * the same weights and then added up (not averaged: rows are of length 1 and
 * share few features, so the step per row does not depend on the batch).
 * The learning rate falls linearly to zero. The target of a row is its label
 * with a share spread evenly (label smoothing); of a row out of scope it is
 * even over all labels. One thread, one order: deterministic. Layer 2,
 * pure. */
#ifndef WORKER_SGD_H
#define WORKER_SGD_H

#include "base/check.h"
#include "base/rng.h"
#include "worker/corpus.h"
#include "worker/model.h"

struct worker_sgd {
	size_t epoch; /* under way or just ended, from 1 */
	size_t batch; /* batches done in this epoch */
	size_t batches_per_epoch;
	double loss_sum; /* over the in-scope rows of this epoch */
	size_t loss_count;

	/* Private. */
	struct worker_model *model;
	const struct worker_corpus *corpus;
	struct stoa_rng rng;
	uint32_t *order;
	float *errors;
};

/* Borrows both. False: out of memory. */
STOA_MUST_USE bool worker_sgd_init(struct worker_sgd *s,
    struct worker_model *model, const struct worker_corpus *corpus);
void worker_sgd_fini(struct worker_sgd *s);

/* Starts the next epoch. */
void worker_sgd_epoch_begin(struct worker_sgd *s);

/* One batch. False when the epoch is over (and its weight decay applied). */
bool worker_sgd_batch(struct worker_sgd *s);

#endif
