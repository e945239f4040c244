/* corpus.c - texts to vectors, hashing each text once. */
#include "worker/corpus.h"

#include "worker/limits.h"

#include <stdlib.h>

static bool
refuse_memory(struct worker_problem *problem)
{
	return worker_refuse(problem, WORKER_OUT_OF_MEMORY,
	    "the features do not fit into memory; lower char_ngram_max or "
	    "use fewer rows");
}

static bool
corpus_alloc(struct worker_corpus *c, const struct worker_rows *rows)
{
	*c = (struct worker_corpus){.count = rows->count};
	c->starts = calloc(rows->count + 1, sizeof(*c->starts));
	c->labels = calloc(rows->count + 1, sizeof(*c->labels));
	if (c->starts == NULL || c->labels == NULL) {
		return false;
	}
	for (size_t i = 0; i < rows->count; i++) {
		c->labels[i] = rows->rows[i].label;
	}
	return true;
}

/* Room for `more` features after the first `used`. */
static bool
corpus_grow(struct worker_corpus *c, size_t used, size_t more,
    struct worker_problem *problem)
{
	size_t size = c->feature_size == 0 ? 1u << 16 : c->feature_size;
	uint32_t *rows;
	float *values;

	if (used + more > WORKER_FEATURE_COUNT_MAX) {
		return worker_refuse(problem, WORKER_DATASET_TOO_LARGE,
		    "the texts have more than %u features; lower "
		    "char_ngram_max or use fewer rows",
		    WORKER_FEATURE_COUNT_MAX);
	}
	while (size < used + more) {
		size *= 2;
	}
	if (size == c->feature_size) {
		return true;
	}
	rows = realloc(c->rows, size * sizeof(*rows));
	c->rows = rows != NULL ? rows : c->rows;
	values = realloc(c->values, size * sizeof(*values));
	c->values = values != NULL ? values : c->values;
	if (rows == NULL || values == NULL) {
		return refuse_memory(problem);
	}
	c->feature_size = size;
	return true;
}

/* First pass: buckets and term weights as they are, and in how many texts in
 * scope each bucket occurs. */
static bool
texts_hash(struct worker_corpus *c, const struct worker_params *params,
    const struct worker_rows *rows, struct worker_features *f, uint32_t *counts,
    struct worker_problem *problem)
{
	for (size_t i = 0; i < rows->count; i++) {
		size_t at = c->starts[i];

		worker_features_extract(f, params, rows->rows[i].text);
		if (!corpus_grow(c, at, f->count, problem)) {
			return false;
		}
		for (size_t k = 0; k < f->count; k++) {
			c->rows[at + k] = f->items[k].bucket;
			c->values[at + k] = f->items[k].value;
			counts[f->items[k].bucket] += c->labels[i] >= 0;
		}
		c->starts[i + 1] = at + f->count;
	}
	return true;
}

/* Second pass: what was kept as bucket and term weight becomes a vector, in
 * place; features of `f` serve as the view that vocabulary expects. */
static void
texts_weigh(struct worker_corpus *c, const struct worker_vocabulary *v,
    struct worker_features *f)
{
	size_t to = 0, from = 0;

	for (size_t i = 0; i < c->count; i++) {
		size_t end = c->starts[i + 1];

		f->count = end - from;
		for (size_t k = 0; k < f->count; k++) {
			f->items[k] = (struct worker_feature){
			    c->rows[from + k], c->values[from + k]};
		}
		to += worker_vocabulary_vector(
		    v, f, c->rows + to, c->values + to);
		from = end;
		c->starts[i + 1] = to;
	}
}

static bool
train(struct worker_corpus *c, struct worker_vocabulary *v,
    const struct worker_params *params, const struct worker_rows *rows,
    struct worker_features *f, uint32_t *counts, struct worker_problem *problem)
{
	size_t bucket_count = (size_t)1 << params->buckets;

	if (!texts_hash(c, params, rows, f, counts, problem)) {
		return false;
	}
	if (!worker_vocabulary_build(v, counts, bucket_count,
		worker_rows_count(rows, true), (size_t)params->min_count)) {
		return refuse_memory(problem);
	}
	if (v->count == 0) {
		return worker_refuse(problem, WORKER_NO_FEATURES,
		    "no word or run of characters occurs in %lld training "
		    "texts; lower min_count",
		    (long long)params->min_count);
	}
	texts_weigh(c, v, f);
	return true;
}

bool
worker_corpus_train(struct worker_corpus *c, struct worker_vocabulary *v,
    const struct worker_params *params, const struct worker_rows *rows,
    struct worker_problem *problem)
{
	uint32_t *counts =
	    calloc((size_t)1 << params->buckets, sizeof(*counts));
	struct worker_features f = {0};
	bool ok = true;

	*v = (struct worker_vocabulary){0};
	if (!corpus_alloc(c, rows) || counts == NULL ||
	    !worker_features_init(&f, params)) {
		ok = refuse_memory(problem);
	}
	ok = ok && train(c, v, params, rows, &f, counts, problem);
	worker_features_fini(&f);
	free(counts);
	if (!ok) {
		worker_corpus_fini(c);
		worker_vocabulary_fini(v);
	}
	return ok;
}

static bool
texts_vector(struct worker_corpus *c, const struct worker_vocabulary *v,
    const struct worker_params *params, const struct worker_rows *rows,
    struct worker_problem *problem)
{
	struct worker_features f;
	bool ok = true;

	if (!worker_features_init(&f, params)) {
		return refuse_memory(problem);
	}
	for (size_t i = 0; i < rows->count && ok; i++) {
		size_t at = c->starts[i];

		worker_features_extract(&f, params, rows->rows[i].text);
		ok = corpus_grow(c, at, f.count, problem);
		if (ok) {
			c->starts[i + 1] =
			    at + worker_vocabulary_vector(
				     v, &f, c->rows + at, c->values + at);
		}
	}
	worker_features_fini(&f);
	return ok;
}

bool
worker_corpus_init(struct worker_corpus *c, const struct worker_vocabulary *v,
    const struct worker_params *params, const struct worker_rows *rows,
    struct worker_problem *problem)
{
	bool ok = corpus_alloc(c, rows);

	if (!ok) {
		(void)refuse_memory(problem);
	}
	ok = ok && texts_vector(c, v, params, rows, problem);
	if (!ok) {
		worker_corpus_fini(c);
	}
	return ok;
}

void
worker_corpus_fini(struct worker_corpus *c)
{
	free(c->rows);
	free(c->values);
	free(c->starts);
	free(c->labels);
	*c = (struct worker_corpus){0};
}
