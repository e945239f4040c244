/* file.h - whole files in a directory, durable when written.
 * Layer 4: touches the disk. */
#ifndef WORKER_FILE_H
#define WORKER_FILE_H

#include "base/buf.h"
#include "base/str.h"
#include "worker/problem.h"

/* Creates `name` in the directory, writes and syncs it. Refuses (DISK) one
 * that exists: a model is written once. */
bool worker_file_write(int dir, const char *name, struct stoa_str bytes,
    struct worker_problem *problem);

/* The whole file; *ret_data is malloc'd, the caller frees it. Refuses with
 * `reason` what is not a regular file, is larger than `size_max`, or cannot
 * be read. */
bool worker_file_read(int dir, const char *name, size_t size_max,
    enum worker_reason reason, struct stoa_str *ret_data,
    struct worker_problem *problem);

#endif
