/* secret.h - secrets come from files that only their owner can read. */
#ifndef STOA_EDGE_SECRET_H
#define STOA_EDGE_SECRET_H

#include "base/status.h"

#include <stddef.h>

/* Reads a file's text without its trailing white space. DENIED: group or
 * others may read it. TOO_LARGE: more than size - 1 bytes. NOT_FOUND. */
STOA_MUST_USE enum stoa_status stoa_secret_read(
    const char *path, char *ret_text, size_t size);

/* Creates the file (mode 0600, must not exist) with `text` and a newline,
 * synced. EXISTS when it does. */
STOA_MUST_USE enum stoa_status stoa_secret_write(
    const char *path, const char *text);

#endif
