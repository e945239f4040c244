/* ops.h - /livez, /readyz and /metrics over HTTP/1.1, on the loop.
 *
 * /livez: 200 while the loop turns. /readyz: 200 or 503. /metrics:
 * Prometheus text format 0.0.4. GET and HEAD only; one request per
 * connection; a request is at most 4 KiB and five seconds. */
#ifndef STOA_EDGE_OPS_H
#define STOA_EDGE_OPS_H

#include "base/buf.h"
#include "edge/loop.h"

#include "base/status.h"

struct stoa_ops;

/* `listen`: "127.0.0.1:9101" or "unix:/path". INVALID: neither of these.
 * BUSY: the address is in use. */
STOA_MUST_USE enum stoa_status stoa_ops_open(struct stoa_loop *loop,
    const char *listen, bool (*is_ready)(void *owner),
    void (*metrics)(void *owner, struct stoa_buf *out), void *owner,
    struct stoa_ops **ret_ops);
void stoa_ops_close(struct stoa_ops *ops);

#endif
