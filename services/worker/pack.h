/* pack.h - a model as the bytes of model.safetensors and config.json, and
 * back. Tensors: buckets U32 [rows], idf F32 [rows], weights F32
 * [rows, labels], bias F32 [labels]. Layer 2, pure; the reader trusts
 * nothing it is given. */
#ifndef WORKER_PACK_H
#define WORKER_PACK_H

#include "base/buf.h"
#include "worker/model.h"

#define WORKER_MODEL_FILE  "model.safetensors"
#define WORKER_CONFIG_FILE "config.json"

/* Most that a model's file can need. */
#define WORKER_MODEL_SIZE_MAX                                       \
	((size_t)WORKER_TENSOR_HEADER_SIZE_MAX + 8 +                \
	    4 * ((size_t)WORKER_WEIGHT_COUNT_MAX + 2 * (1u << 22) + \
		    WORKER_LABEL_COUNT_MAX))

/* Appends the file; `out` must allow WORKER_MODEL_SIZE_MAX. */
void worker_model_pack(const struct worker_model *m, struct stoa_buf *out);

/* Refuses (BAD_MODEL) what config.h and safetensors.h refuse, tensors that
 * do not fit each other or the config, and values out of range. */
bool worker_model_unpack(struct stoa_str config, struct stoa_str tensors,
    struct worker_model *ret_model, struct worker_problem *problem);

#endif
