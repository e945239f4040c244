/* transfer.h - data sets and models between storage and this disk.
 * What is received is verified against its CID. Blocks: worker pool only.
 * Layer 4. */
#ifndef WORKER_TRANSFER_H
#define WORKER_TRANSFER_H

#include "base/cid.h"
#include "storage/client.h"
#include "worker/problem.h"

struct worker_transfer {
	const char *url;
	struct storage_call call;
	char why[WORKER_DETAIL_SIZE]; /* out: of a refusal; may be "" */
};

/* A file or a folder to `path`; what an earlier try left there goes. A file
 * that was sealed for the community arrives opened. Refuses what
 * storage_client_receive refuses, and INVALID (no CID, no URL). */
STOA_MUST_USE enum stoa_status worker_transfer_receive(
    struct worker_transfer *transfer, const char *cid, const char *path);

/* Durable in storage when this returns; `name` is what it is pinned as. */
STOA_MUST_USE enum stoa_status worker_transfer_send(
    struct worker_transfer *transfer, const char *path, const char *name,
    struct storage_sent *ret_sent);

#endif
