/* calibrate.c - a line search over one number, a quantile for the other. */
#include "worker/calibrate.h"

#include "worker/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More rows would not move one number; their logits are held in memory. */
#define ROW_COUNT_MAX 10000

/* Sharper than 1/20 or flatter than 20 means that nothing was learned. */
#define LOG_TEMPERATURE_MIN (-3.0)
#define LOG_TEMPERATURE_MAX 3.0

/* Narrows the range by 0.618 a step: to 1e-7 of it. */
#define SEARCH_STEPS 34

#define PROBABILITY_MIN 1e-12

struct sample {
	float *logits; /* [count][width] */
	float *row;    /* scratch, [width] */
	float *scores; /* out of scope, [count] */
	int32_t *labels;
	size_t count;
};

static void
sample_fini(struct sample *s)
{
	free(s->logits);
	free(s->row);
	free(s->scores);
	free(s->labels);
}

static size_t
in_scope_count(const struct worker_corpus *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		count += c->labels[i] >= 0;
	}
	return count;
}

static bool
sample_alloc(struct sample *s, const struct worker_model *m, size_t count)
{
	size_t row_bytes = m->width * sizeof(float);

	*s = (struct sample){0};
	s->logits =
	    aligned_alloc(WORKER_LANES * sizeof(float), count * row_bytes);
	s->row = aligned_alloc(WORKER_LANES * sizeof(float), row_bytes);
	s->scores = malloc(count * sizeof(*s->scores));
	s->labels = malloc(count * sizeof(*s->labels));
	return s->logits != NULL && s->row != NULL && s->scores != NULL &&
	       s->labels != NULL;
}

static bool
sample_init(struct sample *s, const struct worker_model *m,
    const struct worker_corpus *c)
{
	size_t in_scope = in_scope_count(c);
	size_t every = (in_scope + ROW_COUNT_MAX - 1) / ROW_COUNT_MAX;
	size_t seen = 0;

	stoa_assert(in_scope > 0);
	if (!sample_alloc(s, m, (in_scope + every - 1) / every)) {
		sample_fini(s);
		return false;
	}
	for (size_t i = 0; i < c->count; i++) {
		size_t start = c->starts[i], count = c->starts[i + 1] - start;
		float *logits = s->logits + s->count * m->width;

		if (c->labels[i] < 0 || seen++ % every != 0) {
			continue;
		}
		worker_model_score(
		    m, c->rows + start, c->values + start, count, logits);
		s->scores[s->count] =
		    worker_model_out_of_scope(m, logits, count);
		s->labels[s->count++] = c->labels[i];
	}
	return true;
}

static const float *
probabilities(const struct sample *s, const struct worker_model *m, size_t i,
    double temperature)
{
	memcpy(s->row, s->logits + i * m->width, m->width * sizeof(float));
	worker_kernel_softmax(
	    s->row, m->label_count, m->width, 1.0f / (float)temperature);
	return s->row;
}

static double
log_loss(
    const struct sample *s, const struct worker_model *m, double temperature)
{
	double sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		double p = probabilities(s, m, i, temperature)[s->labels[i]];

		sum -= log(p > PROBABILITY_MIN ? p : PROBABILITY_MIN);
	}
	return sum / (double)s->count;
}

/* Golden-section search over ln T: the loss has one minimum there. The
 * result is rounded, so that a last bit in log() cannot change a model. */
static float
temperature_find(const struct sample *s, const struct worker_model *m)
{
	const double ratio = 0.6180339887498949;
	double low = LOG_TEMPERATURE_MIN, high = LOG_TEMPERATURE_MAX;
	double a = high - ratio * (high - low), b = low + ratio * (high - low);
	double loss_a = log_loss(s, m, exp(a)), loss_b = log_loss(s, m, exp(b));

	for (int i = 0; i < SEARCH_STEPS; i++) {
		if (loss_a <= loss_b) {
			high = b;
			b = a;
			loss_b = loss_a;
			a = high - ratio * (high - low);
			loss_a = log_loss(s, m, exp(a));
		} else {
			low = a;
			a = b;
			loss_a = loss_b;
			b = low + ratio * (high - low);
			loss_b = log_loss(s, m, exp(b));
		}
	}
	return (float)(round(exp((low + high) / 2) * 1000) / 1000);
}

static int
float_order(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* The score at the share `keep` of the rows: those with a higher one would
 * be turned away. Sorts the scores. */
static float
threshold_find(struct sample *s, double keep)
{
	double kept = ceil(keep * (double)s->count);
	size_t at = kept < 1 ? 0 : (size_t)kept - 1;

	qsort(s->scores, s->count, sizeof(*s->scores), float_order);
	return s->scores[at < s->count ? at : s->count - 1];
}

bool
worker_calibrate(struct worker_model *m, const struct worker_corpus *validation)
{
	struct sample sample;

	if (!sample_init(&sample, m, validation)) {
		return false;
	}
	m->temperature = temperature_find(&sample, m);
	m->threshold = threshold_find(&sample, m->params.keep);
	sample_fini(&sample);
	return true;
}
