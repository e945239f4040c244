/* vocabulary.c - buckets to rows, tf to tf-idf. */
#include "worker/vocabulary.h"

#include "worker/limits.h"

#include <math.h>
#include <stdlib.h>

static bool
rows_index(struct worker_vocabulary *v)
{
	v->rows = calloc(v->bucket_count, sizeof(*v->rows));
	if (v->rows == NULL) {
		return false;
	}
	for (size_t i = 0; i < v->count; i++) {
		v->rows[v->buckets[i]] = (uint32_t)i + 1;
	}
	return true;
}

bool
worker_vocabulary_build(struct worker_vocabulary *v, const uint32_t *counts,
    size_t bucket_count, size_t text_count, size_t min_count)
{
	size_t n = 0;

	*v = (struct worker_vocabulary){.bucket_count = bucket_count};
	for (size_t i = 0; i < bucket_count; i++) {
		v->count += counts[i] >= min_count;
	}
	v->buckets = malloc((v->count + 1) * sizeof(*v->buckets));
	v->idf = malloc((v->count + 1) * sizeof(*v->idf));
	if (v->buckets == NULL || v->idf == NULL) {
		worker_vocabulary_fini(v);
		return false;
	}
	for (size_t i = 0; i < bucket_count; i++) {
		if (counts[i] >= min_count) {
			v->buckets[n] = (uint32_t)i;
			v->idf[n++] =
			    (float)(1 + log((1.0 + (double)text_count) /
					    (1.0 + counts[i])));
		}
	}
	if (!rows_index(v)) {
		worker_vocabulary_fini(v);
		return false;
	}
	return true;
}

bool
worker_vocabulary_take(struct worker_vocabulary *v, uint32_t *buckets,
    float *idf, size_t count, size_t bucket_count)
{
	bool ok = true;

	*v = (struct worker_vocabulary){
	    .buckets = buckets,
	    .idf = idf,
	    .count = count,
	    .bucket_count = bucket_count,
	};
	for (size_t i = 0; i < count && ok; i++) {
		ok = buckets[i] < bucket_count &&
		     (i == 0 || buckets[i] > buckets[i - 1]) &&
		     idf[i] >= WORKER_IDF_MIN && idf[i] <= WORKER_IDF_MAX;
	}
	if (!ok || !rows_index(v)) {
		worker_vocabulary_fini(v);
		return false;
	}
	return true;
}

void
worker_vocabulary_fini(struct worker_vocabulary *v)
{
	free(v->buckets);
	free(v->idf);
	free(v->rows);
	*v = (struct worker_vocabulary){0};
}

size_t
worker_vocabulary_vector(const struct worker_vocabulary *v,
    const struct worker_features *f, uint32_t *rows, float *values)
{
	size_t n = 0;
	float squares = 0;

	for (size_t i = 0; i < f->count; i++) {
		uint32_t row = v->rows[f->items[i].bucket];

		if (row == 0) {
			continue;
		}
		rows[n] = row - 1;
		values[n] = f->items[i].value * v->idf[row - 1];
		squares += values[n] * values[n];
		n++;
	}
	if (n > 0) {
		float scale = 1.0f / sqrtf(squares);

		for (size_t i = 0; i < n; i++) {
			values[i] *= scale;
		}
	}
	return n;
}
