/* worker_train_tool.c - the trainer from the command line, for benches and
 * tests:
 *
 *	worker_train_tool train DATASET MODEL [name=value ...]
 *		trains; progress on standard error, figures on standard output
 *	worker_train_tool ask MODEL
 *		answers each line of standard input with three labels
 *	worker_train_tool sign MODEL
 *		writes provenance.json, signed with a key that anybody knows
 *	worker_train_tool verify MODEL
 *		checks provenance.json and prints what it claims
 */
#include "worker/dataset_read.h"
#include "worker/model_dir.h"
#include "worker/progress.h"
#include "worker/provenance.h"
#include "worker/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
fail(const struct worker_problem *problem)
{
	fprintf(stderr, "%s: %s\n", worker_reason_name(problem->reason),
	    problem->detail);
	return EXIT_FAILURE;
}

static bool
on_step(void *context, const struct worker_step *step)
{
	(void)context;
	if (step->validation_accuracy >= 0) {
		fprintf(stderr,
		    "epoch %zu/%zu  loss %.4f  validation %.2f %%\n",
		    step->epoch, step->epochs, step->loss,
		    step->validation_accuracy * 100);
	}
	return true;
}

static bool
params_read(struct worker_params *params, char **args, int count,
    struct worker_problem *problem)
{
	worker_params_default(params);
	for (int i = 0; i < count; i++) {
		struct stoa_str value = stoa_str_of(args[i]);
		struct stoa_str name = stoa_str_cut(&value, '=');

		if (!worker_params_set(params, name, value, problem)) {
			return false;
		}
	}
	return worker_params_check(params, problem);
}

static int
train(const char *dataset_path, const char *model_path, char **args, int count)
{
	struct worker_card card = {
	    .name = stoa_str_of(model_path),
	    .dataset_name = stoa_str_of(dataset_path),
	};
	struct worker_problem problem;
	struct worker_params params;
	struct worker_metrics metrics;
	struct worker_dataset dataset;
	struct worker_model model;
	struct stoa_buf out;

	if (!params_read(&params, args, count, &problem) ||
	    !worker_dataset_read(
		&dataset, dataset_path, (uint64_t)params.seed, &problem) ||
	    !worker_train(
		&dataset, &params, on_step, NULL, &model, &metrics, &problem) ||
	    !worker_model_dir_write(
		model_path, &model, &metrics, &card, &problem)) {
		return fail(&problem);
	}
	stoa_buf_init(&out, 1 << 16);
	worker_metrics_print(&metrics, &out);
	puts(out.data);
	stoa_buf_fini(&out);
	worker_metrics_fini(&metrics);
	worker_model_fini(&model);
	worker_dataset_fini(&dataset);
	return EXIT_SUCCESS;
}

static void
answer(const struct worker_model *m, struct worker_scratch *scratch,
    struct stoa_str text)
{
	struct worker_answer a;

	worker_model_predict(m, scratch, text, 3, &a);
	for (size_t i = 0; i < a.top_count; i++) {
		printf("%.*s %.3f\t", STOA_STR_ARG(a.top[i].label),
		    (double)a.top[i].probability);
	}
	printf("%s (%.3f)\n", a.is_out_of_scope ? "OUT OF SCOPE" : "in scope",
	    (double)a.out_of_scope_score);
}

static int
ask(const char *model_path)
{
	struct worker_problem problem;
	struct worker_scratch scratch;
	struct worker_model model;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!worker_model_dir_read(model_path, &model, &problem)) {
		return fail(&problem);
	}
	if (!worker_scratch_init(&scratch, &model)) {
		return EXIT_FAILURE;
	}
	while ((len = getline(&line, &size, stdin)) >= 0) {
		answer(&model, &scratch,
		    stoa_str_trim(stoa_str_of_bytes(line, (size_t)len)));
	}
	free(line);
	worker_scratch_fini(&scratch);
	worker_model_fini(&model);
	return EXIT_SUCCESS;
}

static int
sign(const char *model_path)
{
	static const uint8_t seed[WORKER_KEY_SIZE] = {1};
	struct worker_provenance p = {
	    .job_id = STOA_STR("local"),
	    .dataset_cid = STOA_STR("local"),
	    .metrics = STOA_STR("{}"),
	};
	struct worker_problem problem;
	struct worker_model model;

	/* The parameters are the model's own. */
	if (!worker_model_dir_read(model_path, &model, &problem)) {
		return fail(&problem);
	}
	p.params = model.params;
	p.started.us = (int64_t)time(NULL) * STOA_US_PER_S;
	p.finished = p.started;
	worker_model_fini(&model);
	if (!worker_provenance_write(model_path, &p, seed, &problem)) {
		return fail(&problem);
	}
	return EXIT_SUCCESS;
}

static int
verify(const char *model_path)
{
	struct worker_problem problem;
	struct worker_claim claim;
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 1 << 20);
	if (!worker_provenance_verify(
		model_path, NULL, &arena, &claim, &problem)) {
		stoa_arena_fini(&arena);
		return fail(&problem);
	}
	printf("worker   %.*s\njob      %.*s\ndataset  %.*s\nstarted  %.*s\n"
	       "finished %.*s\nmetrics  %.*s\n",
	    STOA_STR_ARG(claim.worker), STOA_STR_ARG(claim.job_id),
	    STOA_STR_ARG(claim.dataset_cid), STOA_STR_ARG(claim.started),
	    STOA_STR_ARG(claim.finished), STOA_STR_ARG(claim.metrics));
	stoa_arena_fini(&arena);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "train") == 0) {
		return train(argv[2], argv[3], argv + 4, argc - 4);
	}
	if (argc == 3 && strcmp(argv[1], "ask") == 0) {
		return ask(argv[2]);
	}
	if (argc == 3 && strcmp(argv[1], "sign") == 0) {
		return sign(argv[2]);
	}
	if (argc == 3 && strcmp(argv[1], "verify") == 0) {
		return verify(argv[2]);
	}
	fprintf(stderr,
	    "usage: worker_train_tool train DATASET MODEL [name=value ...]\n"
	    "       worker_train_tool ask|sign|verify MODEL\n");
	return 2;
}
