/* predict.h - serves worker.Worker: which labels a text most likely has.
 * Refuses by status and a sentence that names the field, the limit and the
 * fix: INVALID, TOO_LARGE, UNSUPPORTED (another recipe), NOT_FOUND (storage
 * does not have the model), DENIED, CORRUPT (not a model), BUSY.
 * Layer 4; owned by the loop thread. */
#ifndef WORKER_PREDICT_H
#define WORKER_PREDICT_H

#include "edge/bus.h"
#include "port/part.h"

struct worker_predict;

/* Models are kept in the folder `path`. NULL: it cannot be made. */
struct worker_predict *worker_predict_open(
    struct stoa_loop *loop, struct stoa_bus *bus, const char *path);

extern const struct stoa_part worker_predict_part;

#endif
