/* pack.c - rows lose their padding on the way out and get it back. */
#include "worker/pack.h"

#include "base/arena.h"
#include "worker/config.h"
#include "worker/safetensors.h"

#include <stdlib.h>

enum {
	BUCKETS,
	IDF,
	WEIGHTS,
	BIAS,
	TENSOR_COUNT,
};

static void
tensors_name(struct worker_tensor t[TENSOR_COUNT])
{
	t[BUCKETS] = (struct worker_tensor){
	    .name = "buckets", .dtype = WORKER_U32, .rank = 1};
	t[IDF] = (struct worker_tensor){
	    .name = "idf", .dtype = WORKER_F32, .rank = 1};
	t[WEIGHTS] = (struct worker_tensor){
	    .name = "weights", .dtype = WORKER_F32, .rank = 2};
	t[BIAS] = (struct worker_tensor){
	    .name = "bias", .dtype = WORKER_F32, .rank = 1};
}

void
worker_model_pack(const struct worker_model *m, struct stoa_buf *out)
{
	struct worker_tensor t[TENSOR_COUNT];
	size_t rows = m->vocabulary.count, labels = m->label_count;

	tensors_name(t);
	t[BUCKETS].shape[0] = rows;
	t[IDF].shape[0] = rows;
	t[WEIGHTS].shape[0] = rows;
	t[WEIGHTS].shape[1] = labels;
	t[BIAS].shape[0] = labels;
	worker_safetensors_header(
	    out, t, TENSOR_COUNT, "{\"format\":\"stoa\"}");
	stoa_buf_add(out, m->vocabulary.buckets, rows * sizeof(uint32_t));
	stoa_buf_add(out, m->vocabulary.idf, rows * sizeof(float));
	for (size_t i = 0; i < rows; i++) {
		stoa_buf_add(out, worker_model_row(m, (uint32_t)i),
		    labels * sizeof(float));
	}
	stoa_buf_add(out, m->bias, labels * sizeof(float));
}

static bool
refuse(struct worker_problem *problem, const char *what)
{
	return worker_refuse(
	    problem, WORKER_BAD_MODEL, WORKER_MODEL_FILE ": %s", what);
}

static bool
shapes_check(const struct worker_tensor t[TENSOR_COUNT],
    const struct worker_config *c, struct worker_problem *problem)
{
	size_t rows = t[BUCKETS].shape[0];

	if (rows > (size_t)1 << c->params.buckets || t[IDF].shape[0] != rows ||
	    t[WEIGHTS].shape[0] != rows) {
		return refuse(problem, "the tensors differ in their rows");
	}
	if (t[WEIGHTS].shape[1] != c->label_count ||
	    t[BIAS].shape[0] != c->label_count) {
		return refuse(
		    problem, "the tensors do not fit the labels of the config");
	}
	return true;
}

/* The views in the file need not be aligned: copied before use. */
static bool
vocabulary_take(struct worker_vocabulary *v,
    const struct worker_tensor t[TENSOR_COUNT], const struct worker_config *c,
    struct worker_problem *problem)
{
	uint32_t *buckets = malloc(t[BUCKETS].data.len);
	float *idf = malloc(t[IDF].data.len);

	if (buckets == NULL || idf == NULL) {
		free(buckets);
		free(idf);
		return worker_refuse(problem, WORKER_OUT_OF_MEMORY,
		    "the model does not fit into memory");
	}
	memcpy(buckets, t[BUCKETS].data.data, t[BUCKETS].data.len);
	memcpy(idf, t[IDF].data.data, t[IDF].data.len);
	if (!worker_vocabulary_take(v, buckets, idf, t[BUCKETS].shape[0],
		(size_t)1 << c->params.buckets)) {
		return refuse(
		    problem, "buckets are out of order or idf is out of range");
	}
	return true;
}

static bool
weights_copy(struct worker_model *m, const struct worker_tensor t[TENSOR_COUNT],
    struct worker_problem *problem)
{
	size_t bytes = m->label_count * sizeof(float);

	for (size_t i = 0; i < m->vocabulary.count; i++) {
		memcpy(worker_model_row(m, (uint32_t)i),
		    t[WEIGHTS].data.data + i * bytes, bytes);
	}
	memcpy(m->bias, t[BIAS].data.data, bytes);
	if (!worker_model_is_sane(m)) {
		return refuse(problem, "a weight is no number, or a huge one");
	}
	return true;
}

static bool
unpack(const struct worker_config *c, struct stoa_str file,
    struct worker_model *m, struct worker_problem *problem)
{
	struct worker_tensor t[TENSOR_COUNT];
	struct worker_vocabulary v;

	tensors_name(t);
	if (!worker_safetensors_parse(file, t, TENSOR_COUNT, problem) ||
	    !shapes_check(t, c, problem) ||
	    !vocabulary_take(&v, t, c, problem) ||
	    !worker_model_init(
		m, &c->params, &v, c->labels, c->label_count, problem)) {
		return false;
	}
	m->temperature = c->temperature;
	m->threshold = c->threshold;
	if (!weights_copy(m, t, problem)) {
		worker_model_fini(m);
		return false;
	}
	return true;
}

bool
worker_model_unpack(struct stoa_str config, struct stoa_str tensors,
    struct worker_model *ret_model, struct worker_problem *problem)
{
	struct stoa_arena arena;
	struct worker_config c;
	struct worker_model m;
	bool ok;

	stoa_arena_init(&arena, NULL, 0, 4 * WORKER_CONFIG_SIZE_MAX);
	ok = worker_config_parse(config, &arena, &c, problem) &&
	     unpack(&c, tensors, &m, problem);
	stoa_arena_fini(&arena);
	if (ok) {
		*ret_model = m;
	}
	return ok;
}
