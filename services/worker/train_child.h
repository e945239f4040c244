/* train_child.h - the process that trains: reads a data set, writes a model,
 * says how far it is. Layer 4, and a program mode of the daemon:
 * `stoa-worker --train-child JOBDIR`. */
#ifndef WORKER_TRAIN_CHILD_H
#define WORKER_TRAIN_CHILD_H

#include "worker/card.h"
#include "worker/recipe.h"

/* The argument that makes the daemon a training child. */
#define WORKER_TRAIN_CHILD_FLAG "--train-child"

/* Where the child finds the pipe for its progress. */
#define WORKER_PROGRESS_FD 3

struct worker_train_options {
	const char *dataset_path; /* a CSV file or a directory */
	const char *model_path;	  /* is made; must not exist */
	int progress_fd;
	struct worker_params params;
	struct worker_card card;
};

/* Trains and writes the model; lines of progress.h go to progress_fd, the
 * last one says how it ended. SIGTERM ends it in an orderly way (CANCELLED);
 * so does a reader that goes away. Returns the exit code: 0 when the model
 * stands and is synced. Takes over SIGTERM and SIGPIPE. */
int worker_train_child(const struct worker_train_options *options);

/* The whole child. JOBDIR holds
 *   job.json   {"name", "dataset" (CID), "dataset_name", "license",
 *              "language": texts; "parameters": object}, all but name and
 *              dataset may be missing
 *   dataset.csv, or dataset/ with train.csv, validation.csv, test.csv
 * and receives model/. Enters the sandbox before it reads the data. */
int worker_train_child_main(const char *job_path);

#endif
