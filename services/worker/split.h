/* split.h - cuts validation and test rows from the training rows.
 * Stratified: of each label's rows, and of those out of scope, one in ten,
 * at least one if there are three. The choice depends on the rows' order and
 * the seed, on nothing else. Layer 2, pure. */
#ifndef WORKER_SPLIT_H
#define WORKER_SPLIT_H

#include "base/check.h"
#include "worker/dataset.h"

/* Fills the splits that are empty; those that have rows stay as they are.
 * False: out of memory. */
STOA_MUST_USE bool worker_split_cut(struct worker_dataset *d, uint64_t seed);

#endif
