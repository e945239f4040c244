/* fuzz_model.c - links libworker-core, libworker-recipe, libbase. A model
 * from a stranger: two bytes say how long config.json is, the rest is
 * model.safetensors. What is accepted must answer and pack to the same. */
#include "worker/pack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct worker_model *m)
{
	struct worker_scratch scratch;
	struct worker_answer answer;

	if (!worker_scratch_init(&scratch, m)) {
		return;
	}
	worker_model_predict(m, &scratch, STOA_STR("ab ab"), 2, &answer);
	stoa_assert(answer.top_count == 2);
	stoa_assert(answer.out_of_scope_score >= 0);
	stoa_assert(answer.out_of_scope_score <= 1);
	worker_scratch_fini(&scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str text = {(const char *)data, size};
	struct worker_problem problem;
	struct worker_model m;
	struct stoa_str config;
	size_t len;

	if (size < 2) {
		return 0;
	}
	len = (size_t)data[0] | (size_t)data[1] << 8;
	config = stoa_str_from(text, 2);
	config.len = config.len < len ? config.len : len;
	text = stoa_str_from(text, 2 + config.len);
	if (worker_model_unpack(config, text, &m, &problem)) {
		struct stoa_buf out;

		ask(&m);
		stoa_buf_init(&out, WORKER_MODEL_SIZE_MAX);
		worker_model_pack(&m, &out);
		stoa_assert(!out.is_overflown);
		stoa_buf_fini(&out);
		worker_model_fini(&m);
	} else {
		stoa_assert(problem.reason != WORKER_NONE);
	}
	return 0;
}
