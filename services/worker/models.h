/* models.h - models ready to answer: on the disk under their CID, in memory
 * while they are asked; of both those least recently used go first.
 *
 * A model is kept for the community whose capability fetched it and is never
 * used for another one: what is in the cache needs no capability any more.
 * Fetched files are verified against the CID; those found on the disk later
 * against the hashes of their signed provenance, or they are fetched again.
 * Loading runs on the worker pool. Layer 4; owned by the loop thread. */
#ifndef WORKER_MODELS_H
#define WORKER_MODELS_H

#include "base/buf.h"
#include "base/cid.h"
#include "base/status.h"
#include "edge/loop.h"
#include "worker/model.h"

struct worker_models;

/* One model in memory, held by whoever was given it. */
struct worker_held;

/* Reads what an earlier process left in `path`. NULL: it cannot be made. */
struct worker_models *worker_models_open(
    struct stoa_loop *loop, const char *path);

/* Nothing may be held or awaited. */
void worker_models_close(struct worker_models *models);

struct worker_wanted {
	struct stoa_str community; /* a token (item.h) */
	const struct stoa_cid *cid;
	const char *url; /* of storage, if it must be fetched */
	const char *capability;
};

/* `held` when OK, until worker_held_release; else `detail` says why. Called
 * at once when the model is in memory. */
typedef void worker_models_fn(void *owner, enum stoa_status status,
    struct worker_held *held, const char *detail);
void worker_models_get(struct worker_models *models,
    const struct worker_wanted *wanted, worker_models_fn *fn, void *owner);

const struct worker_model *worker_held_model(const struct worker_held *held);
void worker_held_release(struct worker_held *held);

void worker_models_metrics(
    const struct worker_models *models, struct stoa_buf *out);

#endif
