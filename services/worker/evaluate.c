/* evaluate.c - one pass over the test rows, then sums. */
#include "worker/evaluate.h"

#include "worker/kernel.h"

#include <math.h>
#include <stdlib.h>

#define BIN_COUNT	15
#define PROBABILITY_MIN 1e-12

struct bin {
	size_t count;
	size_t right;
	double confidence;
};

struct tally {
	float *logits;
	float *in_scores; /* out-of-scope scores of rows in scope */
	float *out_scores;
	size_t *predicted; /* per label */
	size_t *right;	   /* per label */
	size_t *rows;	   /* per label */
	struct bin bins[BIN_COUNT];
	size_t in_count;
	size_t out_count;
	size_t right_count;
	size_t kept_count;
	size_t kept_right_count;
	size_t caught_count;
	double loss;
};

static bool
tally_init(struct tally *t, const struct worker_model *m, size_t row_count)
{
	size_t labels = m->label_count;

	*t = (struct tally){0};
	t->logits = aligned_alloc(
	    WORKER_LANES * sizeof(float), m->width * sizeof(float));
	t->in_scores = malloc((row_count + 1) * sizeof(*t->in_scores));
	t->out_scores = malloc((row_count + 1) * sizeof(*t->out_scores));
	t->predicted = calloc(labels, sizeof(*t->predicted));
	t->right = calloc(labels, sizeof(*t->right));
	t->rows = calloc(labels, sizeof(*t->rows));
	return t->logits != NULL && t->in_scores != NULL &&
	       t->out_scores != NULL && t->predicted != NULL &&
	       t->right != NULL && t->rows != NULL;
}

static void
tally_fini(struct tally *t)
{
	free(t->logits);
	free(t->in_scores);
	free(t->out_scores);
	free(t->predicted);
	free(t->right);
	free(t->rows);
}

double
worker_accuracy(
    const struct worker_model *m, const struct worker_corpus *c, float *logits)
{
	size_t right = 0, count = 0;

	for (size_t i = 0; i < c->count; i++) {
		size_t start = c->starts[i];

		if (c->labels[i] < 0) {
			continue;
		}
		worker_model_score(m, c->rows + start, c->values + start,
		    c->starts[i + 1] - start, logits);
		count++;
		right += worker_kernel_top(logits, m->label_count) ==
			 (size_t)c->labels[i];
	}
	return count == 0 ? 0 : (double)right / (double)count;
}

static void
tally_in_scope(struct tally *t, size_t label, size_t best, bool is_kept)
{
	double confidence = t->logits[best];
	double p = t->logits[label];
	size_t at = (size_t)(confidence * BIN_COUNT);
	struct bin *bin = &t->bins[at < BIN_COUNT ? at : BIN_COUNT - 1];
	bool is_right = best == label;

	t->in_count++;
	t->rows[label]++;
	t->predicted[best]++;
	t->right[label] += is_right;
	t->right_count += is_right;
	t->kept_count += is_kept;
	t->kept_right_count += is_kept && is_right;
	t->loss -= log(p > PROBABILITY_MIN ? p : PROBABILITY_MIN);
	bin->count++;
	bin->right += is_right;
	bin->confidence += confidence;
}

static void
tally_row(struct tally *t, const struct worker_model *m,
    const struct worker_corpus *c, size_t i)
{
	size_t start = c->starts[i], count = c->starts[i + 1] - start;
	size_t best;
	float score;
	bool is_kept;

	worker_model_score(
	    m, c->rows + start, c->values + start, count, t->logits);
	score = worker_model_out_of_scope(m, t->logits, count);
	is_kept = count > 0 && score <= m->threshold;
	worker_kernel_softmax(
	    t->logits, m->label_count, m->width, 1.0f / m->temperature);
	best = worker_kernel_top(t->logits, m->label_count);
	if (c->labels[i] >= 0) {
		t->in_scores[t->in_count] = score;
		tally_in_scope(t, (size_t)c->labels[i], best, is_kept);
	} else {
		t->out_scores[t->out_count++] = score;
		t->caught_count += !is_kept;
	}
}

static double
ratio(size_t part, size_t whole)
{
	return whole == 0 ? 0 : (double)part / (double)whole;
}

static double
calibration_error(const struct tally *t)
{
	double error = 0;

	for (size_t i = 0; i < BIN_COUNT; i++) {
		error += fabs((double)t->bins[i].right - t->bins[i].confidence);
	}
	return error / (double)t->in_count;
}

static int
float_order(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* How often a row out of scope scores above one in scope, ties half: the
 * area under the ROC curve, by merging two sorted lists. */
static double
auroc(struct tally *t)
{
	size_t below = 0, upto = 0;
	double sum = 0;

	qsort(t->in_scores, t->in_count, sizeof(float), float_order);
	qsort(t->out_scores, t->out_count, sizeof(float), float_order);
	for (size_t i = 0; i < t->out_count; i++) {
		float score = t->out_scores[i];

		while (below < t->in_count && t->in_scores[below] < score) {
			below++;
		}
		while (upto < t->in_count && t->in_scores[upto] <= score) {
			upto++;
		}
		sum += (double)(below + upto) / 2;
	}
	return sum / ((double)t->in_count * (double)t->out_count);
}

/* Macro F1: the mean over labels that have test rows. */
static double
labels_fill(const struct tally *t, struct worker_label_score *labels,
    size_t label_count)
{
	double sum = 0;
	size_t counted = 0;

	for (size_t i = 0; i < label_count; i++) {
		labels[i] = (struct worker_label_score){
		    .precision = ratio(t->right[i], t->predicted[i]),
		    .recall = ratio(t->right[i], t->rows[i]),
		    .f1 = ratio(2 * t->right[i], t->predicted[i] + t->rows[i]),
		    .row_count = t->rows[i],
		};
		if (t->rows[i] > 0) {
			sum += labels[i].f1;
			counted++;
		}
	}
	return counted == 0 ? 0 : sum / (double)counted;
}

static void
metrics_fill(struct tally *t, const struct worker_model *m,
    struct worker_metrics *metrics)
{
	metrics->label_count = m->label_count;
	metrics->feature_count = m->vocabulary.count;
	metrics->test_rows = t->in_count;
	metrics->out_of_scope_rows = t->out_count;
	metrics->accuracy = ratio(t->right_count, t->in_count);
	metrics->macro_f1 = labels_fill(t, metrics->labels, m->label_count);
	metrics->log_loss = t->loss / (double)t->in_count;
	metrics->calibration_error = calibration_error(t);
	metrics->kept = ratio(t->kept_count, t->in_count);
	metrics->kept_accuracy = ratio(t->kept_right_count, t->in_count);
	if (t->out_count > 0) {
		metrics->out_of_scope_recall =
		    ratio(t->caught_count, t->out_count);
		metrics->out_of_scope_auroc = auroc(t);
	}
}

bool
worker_evaluate(const struct worker_model *m, const struct worker_corpus *test,
    struct worker_metrics *metrics)
{
	struct tally tally;
	bool ok = tally_init(&tally, m, test->count);

	metrics->labels = calloc(m->label_count, sizeof(*metrics->labels));
	ok = ok && metrics->labels != NULL;
	if (ok) {
		for (size_t i = 0; i < test->count; i++) {
			tally_row(&tally, m, test, i);
		}
		stoa_assert(tally.in_count > 0);
		metrics_fill(&tally, m, metrics);
	}
	tally_fini(&tally);
	return ok;
}
