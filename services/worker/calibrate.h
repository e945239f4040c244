/* calibrate.h - honest probabilities, and a threshold for "none of these".
 *
 * Temperature scaling (Guo et al., 2017): the one number that minimises the
 * log loss of the in-scope validation rows. The threshold is the
 * out-of-scope score below which the share `keep` of those rows stays.
 * Layer 2, pure. */
#ifndef WORKER_CALIBRATE_H
#define WORKER_CALIBRATE_H

#include "base/check.h"
#include "worker/corpus.h"
#include "worker/model.h"

/* Sets m->temperature and m->threshold from at most 10,000 rows, evenly
 * taken. `validation` needs a row in scope. False: out of memory. */
STOA_MUST_USE bool worker_calibrate(
    struct worker_model *m, const struct worker_corpus *validation);

#endif
