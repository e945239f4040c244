/* client.h - a storage service seen from another process: send files and
 * folders, receive them verified.
 *
 * What is received is checked block by block against the CID that was asked
 * for, so the service need not be trusted; a connection that breaks is taken
 * up again at the last verified byte; a file has its name only when it is
 * whole (PATH.part before). Calls block: worker pool or program, never a loop.
 * Not thread safe. Layer 3. */
#ifndef STORAGE_CLIENT_H
#define STORAGE_CLIENT_H

#include "base/cid.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct storage_client;

/* What bounds a call; zeros mean the defaults. */
struct storage_call {
	const char *capability;
	int64_t timeout_us; /* of each request; 0: none */
	uint64_t size_max;  /* of what is received; 0: no bound */
	bool (*is_cancelled)(void *context); /* may be NULL */
	void *cancel_context;
};

struct storage_sent {
	struct stoa_cid cid;
	uint64_t size;
	uint64_t stored_size;
};

/* `url` as a grant gives it: "http://127.0.0.1:4502". */
STOA_MUST_USE enum stoa_status storage_client_open(
    const char *url, struct storage_client **ret_client);
void storage_client_close(struct storage_client *client);

/* Sends a file, or a folder with what is in it (names that begin with a dot
 * are left out; anything but files, folders and symbolic links is refused).
 * `name` may be NULL. The CID is durable when this returns. */
STOA_MUST_USE enum stoa_status storage_client_send(
    struct storage_client *client, const struct storage_call *call,
    const char *path, const char *name, struct storage_sent *ret_sent);

/* Receives a file or a folder into `path`, which must not be there yet.
 * Refuses: NOT_FOUND, DENIED, EXPIRED, CORRUPT (the service sent other bytes),
 * UNSUPPORTED (a symbolic link: it could lead anywhere), TOO_LARGE, EXISTS. */
STOA_MUST_USE enum stoa_status storage_client_receive(
    struct storage_client *client, const struct storage_call *call,
    const struct stoa_cid *cid, const char *path);

/* A private file, opened by the service, which is trusted here. */
STOA_MUST_USE enum stoa_status storage_client_receive_private(
    struct storage_client *client, const struct storage_call *call,
    const struct stoa_cid *cid, const char *path);

/* Why the last call was refused, as the service or the system said; "" when
 * there is nothing to add. Borrowed until the next call. */
const char *storage_client_problem(const struct storage_client *client);

#endif
