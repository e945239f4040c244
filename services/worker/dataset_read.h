/* dataset_read.h - a data set from the disk.
 * Either one CSV file, then the splits are cut from it; or a directory with
 * train.csv, validation.csv and test.csv, of which the latter two may be
 * missing. Reads in pieces of 64 KiB. Layer 4: touches files. */
#ifndef WORKER_DATASET_READ_H
#define WORKER_DATASET_READ_H

#include "worker/dataset.h"

/* Initialises *d; worker_dataset_fini is the caller's, also after a refusal
 * (DATASET_UNREADABLE and all that import.h and dataset.h name). */
bool worker_dataset_read(struct worker_dataset *d, const char *path,
    uint64_t seed, struct worker_problem *problem);

#endif
