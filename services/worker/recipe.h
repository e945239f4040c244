/* recipe.h - the recipe text-classifier: its name, version and parameters.
 *
 * Softmax regression over hashed word and character n-grams, weighted by
 * tf-idf, with calibrated probabilities and an out-of-scope threshold. The
 * same data, parameters and seed give the same model, byte for byte.
 *
 * recipe.tbl is the single description of the parameters; whoever takes them
 * from a member (training does) validates with these functions. Layer 2,
 * pure; needs libbase and problem.c alone. */
#ifndef WORKER_RECIPE_H
#define WORKER_RECIPE_H

#include "base/buf.h"
#include "base/str.h"
#include "worker/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_RECIPE_NAME    "text-classifier"
#define WORKER_RECIPE_VERSION 1

struct worker_params {
#define WORKER_INT(name, min, max, def, help)  int64_t name;
#define WORKER_REAL(name, min, max, def, help) double name;
#include "worker/recipe.tbl"
#undef WORKER_INT
#undef WORKER_REAL
};

struct worker_param_info {
	const char *name;
	const char *help;
	double min, max, def; /* exact for whole numbers too */
	bool is_int;
};

/* The rows of the table in order; NULL past the end. For help texts. */
const struct worker_param_info *worker_param_info(size_t index);

void worker_params_default(struct worker_params *params);

/* Sets one parameter from its text ("0.5", "10"). Refuses an unknown name
 * (with a suggestion), what is not a finite number, and what is out of
 * range. On refusal nothing changed. */
bool worker_params_set(struct worker_params *params, struct stoa_str name,
    struct stoa_str value, struct worker_problem *problem);

/* Defaults overlaid with a JSON object: {"epochs": 10, "batch_size": 32}.
 * Empty text means no parameters. Refuses malformed JSON, a name given
 * twice, and all that worker_params_set and worker_params_check refuse. */
bool worker_params_parse(struct stoa_str json, struct worker_params *ret_params,
    struct worker_problem *problem);

/* What one parameter alone cannot show: char_ngram_min over char_ngram_max.
 * worker_params_parse calls it; call it after worker_params_set. */
bool worker_params_check(
    const struct worker_params *params, struct worker_problem *problem);

/* Every parameter as a JSON object, in the order of the table; what it
 * prints parses to the same parameters. */
void worker_params_print(
    const struct worker_params *params, struct stoa_buf *out);

/* True for the labels that mean "fits no label": oos, out_of_scope,
 * out-of-scope, in any case of letters. Such rows never are a class. In the
 * training split they teach the model to be unsure, in the others they
 * measure how often it says so. */
bool worker_label_is_out_of_scope(struct stoa_str label);

#endif
