/* model.h - a trained classifier in memory, and what it says about a text.
 *
 * A logit is bias[l] + sum(value * weights[row][l]) over the text's vector;
 * probabilities are softmax(logit / temperature), calibrated on validation
 * rows. The out-of-scope score is one minus the largest softmax(logit): taken
 * before calibration, because a temperature below one pushes scores together
 * (on CLINC150 the area under the ROC curve falls from 0.964 to 0.956).
 * Beyond the threshold the text is out of scope. A model does not change once
 * trained or read: any number of threads may predict, each with its own
 * scratch. Layer 2, pure. */
#ifndef WORKER_MODEL_H
#define WORKER_MODEL_H

#include "base/check.h"
#include "base/str.h"
#include "worker/corpus.h"
#include "worker/limits.h"
#include "worker/recipe.h"
#include "worker/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker_model {
	struct worker_params params;
	struct worker_vocabulary vocabulary;
	struct stoa_str *labels; /* owned, terminated */
	size_t label_count;
	size_t width;	/* of a row of weights: labels in whole lanes */
	float *weights; /* [vocabulary.count][width], aligned to a lane */
	float *bias;	/* [width] */
	float temperature;
	float threshold;
};

/* Zeroed weights over a vocabulary, which it takes (also on failure); labels
 * are copied. Refuses MODEL_TOO_LARGE, OUT_OF_MEMORY. */
bool worker_model_init(struct worker_model *m,
    const struct worker_params *params, struct worker_vocabulary *vocabulary,
    const struct stoa_str *labels, size_t label_count,
    struct worker_problem *problem);
void worker_model_fini(struct worker_model *m);

static inline float *
worker_model_row(const struct worker_model *m, uint32_t row)
{
	return m->weights + (size_t)row * m->width;
}

/* Logits of a sparse vector into `logits` (width floats, lane-aligned). */
void worker_model_score(const struct worker_model *m, const uint32_t *rows,
    const float *values, size_t count, float *logits);

/* 0 to 1; 1 for a text without a single known feature. */
float worker_model_out_of_scope(
    const struct worker_model *m, const float *logits, size_t feature_count);

/* Every weight within WORKER_WEIGHT_ABS_MAX, and a number? */
bool worker_model_is_sane(const struct worker_model *m);

/* ---- prediction ---- */

struct worker_scratch {
	struct worker_features features;
	uint32_t *rows;
	float *values;
	float *logits;
};

struct worker_answer {
	struct {
		struct stoa_str label; /* the model's */
		float probability;
	} top[WORKER_TOP_MAX];
	size_t top_count;
	float out_of_scope_score; /* 0 to 1 */
	bool is_out_of_scope;
};

/* False: out of memory. */
STOA_MUST_USE bool worker_scratch_init(
    struct worker_scratch *s, const struct worker_model *m);
void worker_scratch_fini(struct worker_scratch *s);

/* The `top_count` best labels, at most WORKER_TOP_MAX and the labels there
 * are. A text without a single known feature is out of scope. Microseconds. */
void worker_model_predict(const struct worker_model *m,
    struct worker_scratch *s, struct stoa_str text, size_t top_count,
    struct worker_answer *ret_answer);

#endif
