/* ready.h - asks a daemon's ops endpoint over its unix socket. */
#ifndef STOA_READY_H
#define STOA_READY_H

#include "base/buf.h"

#include <stdbool.h>

/* GET /readyz is 200. Waits at most 200 ms. */
bool ready_ask(const char *socket_path);

/* GET `path`; false unless 200. */
bool ready_fetch(
    const char *socket_path, const char *path, struct stoa_buf *out);

#endif
