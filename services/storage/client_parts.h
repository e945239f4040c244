/* client_parts.h - the inside of client.c, client_send.c, client_receive.c. */
#ifndef STORAGE_CLIENT_PARTS_H
#define STORAGE_CLIENT_PARTS_H

#include "storage/client.h"

#include "base/buf.h"
#include "port/fetch.h"

struct storage_client {
	struct stoa_fetch *fetch;
	struct stoa_buf url; /* of the service */
	struct stoa_buf problem;
};

/* A request of this call; the caller adds the rest. */
struct stoa_fetch_request storage_client_request(
    const struct storage_call *call, const char *method, const char *url);

/* After a start: OK when the HTTP status is `want`; else reads the problem
 * and gives its status. */
STOA_MUST_USE enum stoa_status storage_client_check(
    struct storage_client *client, unsigned want);

/* Reads the rest of an answer, at most `size_max` bytes. */
STOA_MUST_USE enum stoa_status storage_client_read_all(
    struct storage_client *client, struct stoa_buf *out);

/* Says what went wrong with a path of this machine; gives `status`. */
STOA_MUST_USE enum stoa_status storage_client_blame(
    struct storage_client *client, enum stoa_status status, const char *path);

/* "a/b c" as "a/b%20c" (RFC 3986). */
void storage_client_add_path(struct stoa_buf *url, struct stoa_str path);

#endif
