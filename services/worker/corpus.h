/* corpus.h - the rows of a split as sparse vectors, one after the other.
 * Layer 2, pure. */
#ifndef WORKER_CORPUS_H
#define WORKER_CORPUS_H

#include "worker/dataset.h"
#include "worker/vocabulary.h"

struct worker_corpus {
	uint32_t *rows; /* of the vocabulary */
	float *values;
	size_t *starts; /* of text i; starts[count] is the end */
	int32_t *labels;
	size_t count;

	/* Private. */
	size_t feature_size;
};

/* Builds the vocabulary from the training rows and their vectors with it.
 * Rows out of scope do not count towards the vocabulary. Refuses
 * NO_FEATURES, DATASET_TOO_LARGE, OUT_OF_MEMORY; then both are empty. */
bool worker_corpus_train(struct worker_corpus *c, struct worker_vocabulary *v,
    const struct worker_params *params, const struct worker_rows *rows,
    struct worker_problem *problem);

/* Vectors with a vocabulary that stands. */
bool worker_corpus_init(struct worker_corpus *c,
    const struct worker_vocabulary *v, const struct worker_params *params,
    const struct worker_rows *rows, struct worker_problem *problem);

void worker_corpus_fini(struct worker_corpus *c);

#endif
