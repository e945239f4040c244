/* copy_file.h - the own copy as a file on disk; see port/copy.h. */
#ifndef STOA_EDGE_COPY_FILE_H
#define STOA_EDGE_COPY_FILE_H

#include "edge/loop.h"
#include "port/copy.h"

/* Opens or creates `path`; its folder must exist. One process at a time:
 * BUSY while another holds it. `loop` NULL: for reading and scanning only. */
STOA_MUST_USE enum stoa_status stoa_copy_open(
    const char *path, struct stoa_loop *loop, struct stoa_copy **ret_copy);
void stoa_copy_close(struct stoa_copy *c);

/* In bytes, with what is appended and not written yet. */
uint64_t stoa_copy_size(const struct stoa_copy *c);

/* Blocks until all that any process has written to the file is durable. */
STOA_MUST_USE enum stoa_status stoa_copy_harden(struct stoa_copy *c);

#endif
