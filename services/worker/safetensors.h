/* safetensors.h - the container of the weights.
 *
 * Format of huggingface/safetensors: eight bytes little-endian with the size
 * of a JSON header, the header (padded with spaces to a multiple of eight),
 * the tensors one after the other without holes. Here: at most two
 * dimensions, types F32 and U32, little-endian hosts only.
 * Layer 2, pure: works on memory. */
#ifndef WORKER_SAFETENSORS_H
#define WORKER_SAFETENSORS_H

#include "base/buf.h"
#include "base/str.h"
#include "worker/problem.h"

#include <stdbool.h>
#include <stddef.h>

#define WORKER_TENSOR_COUNT_MAX 8
#define WORKER_TENSOR_RANK_MAX	2

enum worker_dtype {
	WORKER_F32,
	WORKER_U32,
};

struct worker_tensor {
	const char *name;
	enum worker_dtype dtype;
	size_t rank; /* 1 or 2 */
	size_t shape[WORKER_TENSOR_RANK_MAX];
	struct stoa_str data; /* after reading: a view of the file */
};

/* Bytes of a tensor; both types take four an element. */
size_t worker_tensor_size(const struct worker_tensor *t);

/* The size field and the header of a file that holds these tensors in this
 * order; `metadata` is a JSON object with string values, or NULL. */
void worker_safetensors_header(struct stoa_buf *out,
    const struct worker_tensor *tensors, size_t count, const char *metadata);

/* Fills in shape and data of the tensors, whose name, type and rank say what
 * is wanted. Refuses (BAD_MODEL) anything else than exactly these tensors,
 * each in its place: a missing, further or repeated one, another type or
 * rank, a dimension of zero, offsets that leave the file, overlap, or leave
 * a hole. Nothing is read before it is known to be there. */
bool worker_safetensors_parse(struct stoa_str file,
    struct worker_tensor *tensors, size_t count,
    struct worker_problem *problem);

#endif
