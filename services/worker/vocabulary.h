/* vocabulary.h - the buckets that a model knows, and their idf.
 *
 * Each known bucket has a row of weights; rows are in order of buckets, so
 * that equal training rows give equal files. idf = 1 + ln((1 + N)/(1 + df)).
 * Layer 2, pure. */
#ifndef WORKER_VOCABULARY_H
#define WORKER_VOCABULARY_H

#include "base/check.h"
#include "worker/features.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker_vocabulary {
	uint32_t *buckets; /* of each row, strictly ascending */
	float *idf;	   /* of each row */
	uint32_t *rows;	   /* of each bucket: row + 1, 0 when unknown */
	size_t count;
	size_t bucket_count;
};

/* Keeps the buckets that occur in at least `min_count` of `text_count` texts;
 * `counts` has one entry a bucket. False: out of memory. */
STOA_MUST_USE bool worker_vocabulary_build(struct worker_vocabulary *v,
    const uint32_t *counts, size_t bucket_count, size_t text_count,
    size_t min_count);

/* From a file: takes both arrays (malloc'd, freed also on failure). False
 * when the buckets are not strictly ascending and below bucket_count, when
 * an idf is out of its range, or when memory is out. */
STOA_MUST_USE bool worker_vocabulary_take(struct worker_vocabulary *v,
    uint32_t *buckets, float *idf, size_t count, size_t bucket_count);

void worker_vocabulary_fini(struct worker_vocabulary *v);

/* Turns features into a sparse vector of length 1: rows and values of the
 * known ones, in place in the two arrays (room for f->count each). Returns
 * how many; 0 when none is known. */
size_t worker_vocabulary_vector(const struct worker_vocabulary *v,
    const struct worker_features *f, uint32_t *rows, float *values);

#endif
