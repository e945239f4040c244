/* model_dir.h - a model on the disk: model.safetensors, config.json and
 * README.md, each written once and synced. provenance.json is added by who
 * holds the worker's key (provenance.h), not by who trains.
 * Layer 4: touches the disk. */
#ifndef WORKER_MODEL_DIR_H
#define WORKER_MODEL_DIR_H

#include "worker/card.h"
#include "worker/model.h"

/* Makes the directory (whose parent must exist) and the three files in it.
 * Equal models give equal files. Refuses DISK, also if it exists. */
bool worker_model_dir_write(const char *path, const struct worker_model *m,
    const struct worker_metrics *metrics, const struct worker_card *card,
    struct worker_problem *problem);

/* Refuses BAD_MODEL and OUT_OF_MEMORY. */
bool worker_model_dir_read(const char *path, struct worker_model *ret_model,
    struct worker_problem *problem);

#endif
