/* sample.h - a small data set for tests: three labels told apart by words,
 * plus rows out of scope. */
#ifndef TESTS_WORKER_SAMPLE_H
#define TESTS_WORKER_SAMPLE_H

#include "worker/dataset.h"

/* 3 x `per_label` rows in scope and a tenth as many out of scope, finished
 * with seed 1. Asserts on failure. */
void sample_dataset(struct worker_dataset *d, int per_label);

#endif
