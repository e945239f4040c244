/* train.h - the recipe from rows to a model with its figures.
 * Deterministic: equal rows and parameters give equal models, byte for byte,
 * whatever the machine. Layer 2, pure. */
#ifndef WORKER_TRAIN_H
#define WORKER_TRAIN_H

#include "worker/dataset.h"
#include "worker/metrics.h"
#include "worker/model.h"

struct worker_step {
	size_t epoch; /* from 1 */
	size_t epochs;
	size_t step; /* batches done, over all epochs */
	size_t steps;
	double loss;		    /* mean over this epoch so far */
	double validation_accuracy; /* at the end of an epoch, else negative */
};

/* False asks to stop; the training is refused with CANCELLED. */
typedef bool worker_step_function(
    void *context, const struct worker_step *step);

/* `on_step` (may be NULL) is called about ten times an epoch and at its end.
 * The results are the caller's to finish; on refusal they are untouched.
 * Refuses NO_FEATURES, MODEL_TOO_LARGE, DATASET_TOO_LARGE, DIVERGED,
 * CANCELLED, OUT_OF_MEMORY. */
bool worker_train(const struct worker_dataset *dataset,
    const struct worker_params *params, worker_step_function *on_step,
    void *context, struct worker_model *ret_model,
    struct worker_metrics *ret_metrics, struct worker_problem *problem);

#endif
