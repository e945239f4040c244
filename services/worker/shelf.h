/* shelf.h - folders of models on the disk, and how one is got into memory:
 * from there when it is whole, else from storage. Blocks: worker pool, or
 * before the loop runs. Layer 4. */
#ifndef WORKER_SHELF_H
#define WORKER_SHELF_H

#include "base/cid.h"
#include "worker/model.h"

#include <limits.h>

/* One load: what is wanted, then what came of it. Zero is a valid start. */
struct worker_shelf_load {
	char path[PATH_MAX]; /* of the model's folder */
	struct stoa_cid cid;
	char *url;	  /* owned */
	char *capability; /* owned */
	/* Out: */
	enum stoa_status status;
	char why[WORKER_DETAIL_SIZE];
	uint64_t size; /* on the disk; 0 when it is not there */
};

/* Copies what fetching needs, in place of what was there. */
void worker_shelf_load_set(struct worker_shelf_load *load,
    const struct stoa_cid *cid, const char *url, const char *capability);
void worker_shelf_load_path(
    struct worker_shelf_load *load, const char *shelf, const char *name);
void worker_shelf_load_fini(struct worker_shelf_load *load);

/* *ret_model is the caller's when load->status is OK. Refusals: those of
 * worker_transfer_receive; CORRUPT (not a model of ours); NO_MEMORY. */
void worker_shelf_load(
    struct worker_shelf_load *load, struct worker_model *ret_model);

/* Makes the folder when it is not there; calls `found` with each folder in it
 * and what it takes. Other things in it are removed. */
typedef void worker_shelf_fn(void *owner, const char *name, uint64_t size);
STOA_MUST_USE enum stoa_status worker_shelf_scan(
    const char *path, worker_shelf_fn *found, void *owner);

#endif
