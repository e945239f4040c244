/* config.h - config.json: all of a model but its tensors.
 * Layer 2, pure. */
#ifndef WORKER_CONFIG_H
#define WORKER_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "worker/model.h"

struct worker_config {
	struct worker_params params;
	float temperature;
	float threshold;
	struct stoa_str *labels; /* in the arena or the text */
	size_t label_count;
};

void worker_config_print(const struct worker_model *m, struct stoa_buf *out);

/* Refuses (BAD_MODEL) another recipe or version, parameters out of range,
 * and labels that are not 2 to 1000 different ones in byte order. */
bool worker_config_parse(struct stoa_str text, struct stoa_arena *arena,
    struct worker_config *ret_config, struct worker_problem *problem);

#endif
