/* sgd.c - score, compare with the target, move the weights. */
#include "worker/sgd.h"

#include "worker/kernel.h"

#include <math.h>
#include <stdlib.h>

/* The bias is one feature that every row has: a tenth of the step keeps it
 * from following the last rows seen. */
#define BIAS_SHARE 0.1f

/* A probability that rounds to zero still has a finite loss. */
#define PROBABILITY_MIN 1e-12

bool
worker_sgd_init(struct worker_sgd *s, struct worker_model *model,
    const struct worker_corpus *corpus)
{
	size_t batch_size = (size_t)model->params.batch_size;

	*s = (struct worker_sgd){
	    .model = model,
	    .corpus = corpus,
	    .batches_per_epoch = (corpus->count + batch_size - 1) / batch_size,
	};
	stoa_rng_init(&s->rng, (uint64_t)model->params.seed);
	s->order = malloc((corpus->count + 1) * sizeof(*s->order));
	s->errors = aligned_alloc(WORKER_LANES * sizeof(float),
	    batch_size * model->width * sizeof(float));
	if (s->order == NULL || s->errors == NULL) {
		worker_sgd_fini(s);
		return false;
	}
	for (size_t i = 0; i < corpus->count; i++) {
		s->order[i] = (uint32_t)i;
	}
	return true;
}

void
worker_sgd_fini(struct worker_sgd *s)
{
	free(s->order);
	free(s->errors);
	*s = (struct worker_sgd){0};
}

void
worker_sgd_epoch_begin(struct worker_sgd *s)
{
	for (size_t i = s->corpus->count; i > 1; i--) {
		size_t j = stoa_rng_below(&s->rng, i);
		uint32_t other = s->order[j];

		s->order[j] = s->order[i - 1];
		s->order[i - 1] = other;
	}
	s->epoch++;
	s->batch = 0;
	s->loss_sum = 0;
	s->loss_count = 0;
}

/* Probabilities minus target, in place of the logits. */
static void
error_of(struct worker_sgd *s, int32_t label, float *row)
{
	size_t count = s->model->label_count;
	float smooth = (float)s->model->params.label_smoothing;
	float spread = (label < 0 ? 1.0f : smooth) / (float)count;

	worker_kernel_softmax(row, count, s->model->width, 1.0f);
	if (label >= 0) {
		double p = row[label];

		s->loss_sum -= log(p > PROBABILITY_MIN ? p : PROBABILITY_MIN);
		s->loss_count++;
		row[label] -= 1.0f - smooth;
	}
	for (size_t i = 0; i < count; i++) {
		row[i] -= spread;
	}
}

static void
weights_move(struct worker_sgd *s, size_t text, const float *error, float rate)
{
	const struct worker_corpus *c = s->corpus;
	struct worker_model *m = s->model;
	size_t end = c->starts[text + 1];

	for (size_t i = c->starts[text]; i < end; i++) {
		/* Two rows ahead: what the scoring of this batch fetched may
		 * have left the cache again. */
		if (i + 2 < end) {
			worker_kernel_prefetch(
			    worker_model_row(m, c->rows[i + 2]), m->width);
		}
		worker_kernel_axpy(worker_model_row(m, c->rows[i]), error,
		    -rate * c->values[i], m->width);
	}
	worker_kernel_axpy(m->bias, error, -rate * BIAS_SHARE, m->width);
}

static void
weights_shrink(struct worker_model *m)
{
	float keep = 1.0f - (float)m->params.l2;
	size_t count = m->vocabulary.count * m->width;

	if (m->params.l2 <= 0) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		m->weights[i] *= keep;
	}
}

static float
rate_now(const struct worker_sgd *s)
{
	double total =
	    (double)(s->batches_per_epoch * (size_t)s->model->params.epochs);
	double done =
	    (double)((s->epoch - 1) * s->batches_per_epoch + s->batch);

	return (float)(s->model->params.learning_rate * (1 - done / total));
}

bool
worker_sgd_batch(struct worker_sgd *s)
{
	size_t size = (size_t)s->model->params.batch_size;
	size_t first = s->batch * size;
	size_t width = s->model->width;
	const struct worker_corpus *c = s->corpus;
	float rate = rate_now(s);

	stoa_assert(s->epoch >= 1);
	if (s->batch == s->batches_per_epoch) {
		weights_shrink(s->model);
		return false;
	}
	size = size < c->count - first ? size : c->count - first;
	for (size_t i = 0; i < size; i++) {
		uint32_t text = s->order[first + i];
		size_t start = c->starts[text];

		worker_model_score(s->model, c->rows + start, c->values + start,
		    c->starts[text + 1] - start, s->errors + i * width);
		error_of(s, c->labels[text], s->errors + i * width);
	}
	for (size_t i = 0; i < size; i++) {
		weights_move(
		    s, s->order[first + i], s->errors + i * width, rate);
	}
	s->batch++;
	return true;
}
