/* train.c - vectors, descent, calibration, measurement, in this order. */
#include "worker/train.h"

#include "worker/calibrate.h"
#include "worker/evaluate.h"
#include "worker/kernel.h"
#include "worker/sgd.h"

#include <stdlib.h>

struct run {
	const struct worker_dataset *dataset;
	const struct worker_params *params;
	worker_step_function *on_step;
	void *context;
	struct worker_problem *problem;
	struct worker_corpus corpora[WORKER_SPLIT_COUNT];
	struct worker_model model;
	struct worker_metrics metrics;
	struct worker_sgd sgd;
	float *logits;
};

static bool
refuse_memory(struct run *r)
{
	return worker_refuse(r->problem, WORKER_OUT_OF_MEMORY,
	    "training does not fit into memory; use fewer rows or a larger "
	    "machine");
}

static bool
prepare(struct run *r)
{
	struct worker_vocabulary vocabulary;
	const struct worker_dataset *d = r->dataset;

	if (!worker_corpus_train(&r->corpora[WORKER_TRAIN], &vocabulary,
		r->params, &d->splits[WORKER_TRAIN], r->problem) ||
	    !worker_model_init(&r->model, r->params, &vocabulary, d->labels,
		d->label_count, r->problem)) {
		return false;
	}
	for (int s = WORKER_VALIDATION; s <= WORKER_TEST; s++) {
		if (!worker_corpus_init(&r->corpora[s], &r->model.vocabulary,
			r->params, &d->splits[s], r->problem)) {
			return false;
		}
	}
	r->logits = aligned_alloc(
	    WORKER_LANES * sizeof(float), r->model.width * sizeof(float));
	r->metrics.epochs =
	    calloc((size_t)r->params->epochs, sizeof(*r->metrics.epochs));
	if (r->logits == NULL || r->metrics.epochs == NULL ||
	    !worker_sgd_init(&r->sgd, &r->model, &r->corpora[WORKER_TRAIN])) {
		return refuse_memory(r);
	}
	return true;
}

static bool
report(struct run *r, double validation_accuracy)
{
	const struct worker_sgd *s = &r->sgd;
	struct worker_step step = {
	    .epoch = s->epoch,
	    .epochs = (size_t)r->params->epochs,
	    .step = (s->epoch - 1) * s->batches_per_epoch + s->batch,
	    .steps = (size_t)r->params->epochs * s->batches_per_epoch,
	    .loss =
		s->loss_count == 0 ? 0 : s->loss_sum / (double)s->loss_count,
	    .validation_accuracy = validation_accuracy,
	};

	if (validation_accuracy >= 0) {
		r->metrics.epochs[r->metrics.epoch_count++] =
		    (struct worker_epoch){step.loss, validation_accuracy};
	}
	if (r->on_step != NULL && !r->on_step(r->context, &step)) {
		return worker_refuse(r->problem, WORKER_CANCELLED,
		    "stopped in epoch %zu of %zu", step.epoch, step.epochs);
	}
	return true;
}

static bool
epoch(struct run *r)
{
	size_t per_step = r->sgd.batches_per_epoch / WORKER_STEPS_PER_EPOCH + 1;

	worker_sgd_epoch_begin(&r->sgd);
	while (worker_sgd_batch(&r->sgd)) {
		if (r->sgd.batch % per_step == 0 && !report(r, -1)) {
			return false;
		}
	}
	if (!worker_model_is_sane(&r->model)) {
		return worker_refuse(r->problem, WORKER_DIVERGED,
		    "the weights ran away in epoch %zu; lower "
		    "learning_rate (now %g)",
		    r->sgd.epoch, r->params->learning_rate);
	}
	return report(r, worker_accuracy(&r->model,
			     &r->corpora[WORKER_VALIDATION], r->logits));
}

static bool
run(struct run *r)
{
	if (!prepare(r)) {
		return false;
	}
	for (int64_t i = 0; i < r->params->epochs; i++) {
		if (!epoch(r)) {
			return false;
		}
	}
	if (!worker_calibrate(&r->model, &r->corpora[WORKER_VALIDATION]) ||
	    !worker_evaluate(
		&r->model, &r->corpora[WORKER_TEST], &r->metrics)) {
		return refuse_memory(r);
	}
	r->metrics.train_rows =
	    worker_rows_count(&r->dataset->splits[WORKER_TRAIN], true);
	r->metrics.validation_rows =
	    worker_rows_count(&r->dataset->splits[WORKER_VALIDATION], true);
	return true;
}

bool
worker_train(const struct worker_dataset *dataset,
    const struct worker_params *params, worker_step_function *on_step,
    void *context, struct worker_model *ret_model,
    struct worker_metrics *ret_metrics, struct worker_problem *problem)
{
	struct run r = {
	    .dataset = dataset,
	    .params = params,
	    .on_step = on_step,
	    .context = context,
	    .problem = problem,
	};
	bool ok = run(&r);

	if (ok) {
		*ret_model = r.model;
		*ret_metrics = r.metrics;
	} else {
		worker_model_fini(&r.model);
		worker_metrics_fini(&r.metrics);
	}
	for (int s = 0; s < WORKER_SPLIT_COUNT; s++) {
		worker_corpus_fini(&r.corpora[s]);
	}
	worker_sgd_fini(&r.sgd);
	free(r.logits);
	return ok;
}
