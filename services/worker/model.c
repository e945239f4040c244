/* model.c - weights, and answers from them. */
#include "worker/model.h"

#include "worker/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows ahead to ask the memory for while one is being added. */
#define PREFETCH_AHEAD 2

#define LANE_BYTES (WORKER_LANES * sizeof(float))

static float *
floats_alloc(size_t count)
{
	float *floats;

	stoa_assert(count % WORKER_LANES == 0);
	floats = aligned_alloc(LANE_BYTES, count * sizeof(*floats));
	if (floats != NULL) {
		memset(floats, 0, count * sizeof(*floats));
	}
	return floats;
}

static bool
labels_copy(struct worker_model *m, const struct stoa_str *labels, size_t count)
{
	m->labels = calloc(count + 1, sizeof(*m->labels));
	if (m->labels == NULL) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		char *copy = strndup(labels[i].data, labels[i].len);

		if (copy == NULL) {
			return false;
		}
		m->labels[i] = (struct stoa_str){copy, labels[i].len};
		m->label_count++;
	}
	return true;
}

static bool
model_alloc(struct worker_model *m, const struct stoa_str *labels,
    size_t label_count, struct worker_problem *problem)
{
	size_t weight_count = m->vocabulary.count * m->width;

	if (weight_count > WORKER_WEIGHT_COUNT_MAX) {
		return worker_refuse(problem, WORKER_MODEL_TOO_LARGE,
		    "%zu features for %zu labels need %zu weights, the limit "
		    "is %u; lower buckets or raise min_count",
		    m->vocabulary.count, label_count, weight_count,
		    WORKER_WEIGHT_COUNT_MAX);
	}
	m->weights = floats_alloc(weight_count);
	m->bias = floats_alloc(m->width);
	if (m->weights == NULL || m->bias == NULL ||
	    !labels_copy(m, labels, label_count)) {
		return worker_refuse(problem, WORKER_OUT_OF_MEMORY,
		    "the model's %zu weights do not fit into memory",
		    weight_count);
	}
	return true;
}

bool
worker_model_init(struct worker_model *m, const struct worker_params *params,
    struct worker_vocabulary *vocabulary, const struct stoa_str *labels,
    size_t label_count, struct worker_problem *problem)
{
	stoa_assert(label_count <= WORKER_LABEL_COUNT_MAX);
	stoa_assert(label_count >= WORKER_LABEL_COUNT_MIN);
	*m = (struct worker_model){
	    .params = *params,
	    .vocabulary = *vocabulary,
	    .width = worker_lanes(label_count),
	    .temperature = 1,
	    .threshold = 1,
	};
	*vocabulary = (struct worker_vocabulary){0};
	if (!model_alloc(m, labels, label_count, problem)) {
		worker_model_fini(m);
		return false;
	}
	return true;
}

void
worker_model_fini(struct worker_model *m)
{
	for (size_t i = 0; i < m->label_count; i++) {
		free((void *)(uintptr_t)m->labels[i].data);
	}
	free(m->labels);
	free(m->weights);
	free(m->bias);
	worker_vocabulary_fini(&m->vocabulary);
	*m = (struct worker_model){0};
}

void
worker_model_score(const struct worker_model *m, const uint32_t *rows,
    const float *values, size_t count, float *logits)
{
	memcpy(logits, m->bias, m->width * sizeof(*logits));
	for (size_t i = 0; i < count; i++) {
		if (i + PREFETCH_AHEAD < count) {
			worker_kernel_prefetch(
			    worker_model_row(m, rows[i + PREFETCH_AHEAD]),
			    m->width);
		}
		worker_kernel_axpy(
		    logits, worker_model_row(m, rows[i]), values[i], m->width);
	}
}

float
worker_model_out_of_scope(
    const struct worker_model *m, const float *logits, size_t feature_count)
{
	if (feature_count == 0) {
		return 1.0f;
	}
	return 1.0f - worker_kernel_peak(logits, m->label_count);
}

/* Written so that NaN fails the comparison. */
static bool
are_sane(const float *weights, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!(fabsf(weights[i]) <= WORKER_WEIGHT_ABS_MAX)) {
			return false;
		}
	}
	return true;
}

bool
worker_model_is_sane(const struct worker_model *m)
{
	return are_sane(m->weights, m->vocabulary.count * m->width) &&
	       are_sane(m->bias, m->width);
}

bool
worker_scratch_init(struct worker_scratch *s, const struct worker_model *m)
{
	*s = (struct worker_scratch){0};
	if (!worker_features_init(&s->features, &m->params)) {
		return false;
	}
	s->rows = malloc(s->features.hash_size * sizeof(*s->rows));
	s->values = malloc(s->features.hash_size * sizeof(*s->values));
	s->logits = floats_alloc(m->width);
	if (s->rows == NULL || s->values == NULL || s->logits == NULL) {
		worker_scratch_fini(s);
		return false;
	}
	return true;
}

void
worker_scratch_fini(struct worker_scratch *s)
{
	worker_features_fini(&s->features);
	free(s->rows);
	free(s->values);
	free(s->logits);
	*s = (struct worker_scratch){0};
}

/* Takes the best label out `count` times; labels are few. */
static void
top_take(const struct worker_model *m, float *probabilities, size_t count,
    struct worker_answer *answer)
{
	for (size_t i = 0; i < count; i++) {
		size_t best = worker_kernel_top(probabilities, m->label_count);

		answer->top[i].label = m->labels[best];
		answer->top[i].probability = probabilities[best];
		probabilities[best] = -1;
	}
	answer->top_count = count;
}

void
worker_model_predict(const struct worker_model *m, struct worker_scratch *s,
    struct stoa_str text, size_t top_count, struct worker_answer *ret_answer)
{
	size_t count;

	top_count = top_count < WORKER_TOP_MAX ? top_count : WORKER_TOP_MAX;
	top_count = top_count < m->label_count ? top_count : m->label_count;
	worker_features_extract(&s->features, &m->params, text);
	count = worker_vocabulary_vector(
	    &m->vocabulary, &s->features, s->rows, s->values);
	worker_model_score(m, s->rows, s->values, count, s->logits);
	ret_answer->out_of_scope_score =
	    worker_model_out_of_scope(m, s->logits, count);
	ret_answer->is_out_of_scope =
	    count == 0 || ret_answer->out_of_scope_score > m->threshold;
	worker_kernel_softmax(
	    s->logits, m->label_count, m->width, 1.0f / m->temperature);
	top_take(m, s->logits, top_count, ret_answer);
}
