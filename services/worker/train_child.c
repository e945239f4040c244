/* train_child.c - from a job's directory to a model's directory. */
#include "worker/train_child.h"

#include "base/json.h"
#include "worker/dataset_read.h"
#include "worker/file.h"
#include "worker/limits.h"
#include "worker/model_dir.h"
#include "worker/progress.h"
#include "worker/sandbox.h"
#include "worker/train.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Set by the handler; a process trains one model. */
static volatile sig_atomic_t is_stopped;

static void
stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

static void
signals_take(void)
{
	struct sigaction action = {.sa_handler = stop};

	is_stopped = 0;
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

/* False when the reader is gone: nobody waits for the model. */
static bool
line_send(int fd, struct stoa_buf *line)
{
	struct stoa_str rest = stoa_buf_str(line);

	stoa_assert(!line->is_overflown);
	while (rest.len > 0) {
		ssize_t n = write(fd, rest.data, rest.len);

		if (n < 0 && errno != EINTR) {
			break;
		}
		rest = stoa_str_from(rest, n < 0 ? 0 : (size_t)n);
	}
	stoa_buf_fini(line);
	return rest.len == 0;
}

static bool
on_step(void *context, const struct worker_step *step)
{
	const int *fd = context;
	struct stoa_buf line;

	stoa_buf_init(&line, WORKER_LINE_SIZE_MAX);
	worker_progress_step(step, &line);
	return line_send(*fd, &line) && !is_stopped;
}

static bool
train(const struct worker_train_options *o, struct worker_dataset *d,
    struct worker_problem *problem)
{
	int fd = o->progress_fd;
	struct worker_metrics metrics;
	struct worker_model model;
	struct stoa_buf line;
	bool ok;

	if (!worker_dataset_read(
		d, o->dataset_path, (uint64_t)o->params.seed, problem) ||
	    !worker_train(
		d, &o->params, on_step, &fd, &model, &metrics, problem)) {
		return false;
	}
	ok = worker_model_dir_write(
	    o->model_path, &model, &metrics, &o->card, problem);
	if (ok) {
		stoa_buf_init(&line, WORKER_LINE_SIZE_MAX);
		worker_progress_done(&metrics, &line);
		(void)line_send(fd, &line);
	}
	worker_metrics_fini(&metrics);
	worker_model_fini(&model);
	return ok;
}

static int
fail(int fd, const struct worker_problem *problem)
{
	struct stoa_buf line;

	stoa_buf_init(&line, WORKER_LINE_SIZE_MAX);
	worker_progress_failed(problem, &line);
	(void)line_send(fd, &line);
	return EXIT_FAILURE;
}

int
worker_train_child(const struct worker_train_options *options)
{
	struct worker_problem problem = {0};
	struct worker_dataset dataset = {0};
	bool ok;

	signals_take();
	ok = train(options, &dataset, &problem);
	worker_dataset_fini(&dataset);
	return ok ? EXIT_SUCCESS : fail(options->progress_fd, &problem);
}

/* A text member; `or_else` when it is missing. */
static bool
text_get(struct stoa_json root, const char *name, const char *or_else,
    struct stoa_arena *arena, struct stoa_str *ret_text,
    struct worker_problem *problem)
{
	struct stoa_json json = stoa_json_get(root, stoa_str_of(name));

	if (stoa_json_is_absent(json) && or_else != NULL) {
		*ret_text = stoa_str_of(or_else);
		return true;
	}
	if (!stoa_json_to_str(json, arena, ret_text)) {
		return worker_refuse(problem, WORKER_BAD_JOB,
		    "job.json: \"%s\" must be a text", name);
	}
	return true;
}

static bool
job_parse(struct stoa_str text, struct stoa_arena *arena,
    struct worker_train_options *o, struct worker_problem *problem)
{
	struct worker_card *c = &o->card;
	struct stoa_json root;

	if (!stoa_json_parse(text, STOA_JSON_UNIQUE_NAMES, &root, NULL) ||
	    stoa_json_type(root) != STOA_JSON_OBJECT) {
		return worker_refuse(
		    problem, WORKER_BAD_JOB, "job.json is not a JSON object");
	}
	return text_get(root, "name", NULL, arena, &c->name, problem) &&
	       text_get(
		   root, "dataset", NULL, arena, &c->dataset_cid, problem) &&
	       text_get(root, "dataset_name", "unnamed", arena,
		   &c->dataset_name, problem) &&
	       text_get(root, "license", "", arena, &c->license, problem) &&
	       text_get(root, "language", "", arena, &c->language, problem) &&
	       worker_params_parse(
		   stoa_json_get(root, STOA_STR("parameters")).text, &o->params,
		   problem);
}

static bool
job_read(const char *job_path, struct stoa_arena *arena,
    struct worker_train_options *o, struct worker_problem *problem)
{
	int dir = open(job_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stoa_str file = {0}, text;
	bool has_csv;

	if (dir < 0) {
		return worker_refuse(problem, WORKER_BAD_JOB,
		    "cannot open the job's directory: %s", strerror(errno));
	}
	has_csv = faccessat(dir, "dataset.csv", R_OK, 0) == 0;
	o->dataset_path = stoa_arena_printf(
	    arena, "%s/dataset%s", job_path, has_csv ? ".csv" : "");
	o->model_path = stoa_arena_printf(arena, "%s/model", job_path);
	stoa_assert(o->dataset_path != NULL);
	stoa_assert(o->model_path != NULL);
	if (!worker_file_read(dir, "job.json", WORKER_JOB_SIZE_MAX,
		WORKER_BAD_JOB, &file, problem)) {
		(void)close(dir);
		return false;
	}
	(void)close(dir);
	text.data = stoa_arena_str(arena, file);
	text.len = file.len;
	free((void *)(uintptr_t)file.data);
	stoa_assert(text.data != NULL);
	return job_parse(text, arena, o, problem);
}

int
worker_train_child_main(const char *job_path)
{
	struct worker_train_options options = {
	    .progress_fd = WORKER_PROGRESS_FD,
	};
	struct worker_problem problem = {0};
	struct stoa_arena arena;
	int code;

	stoa_arena_init(&arena, NULL, 0, 4 * WORKER_JOB_SIZE_MAX);
	if (job_read(job_path, &arena, &options, &problem) &&
	    worker_sandbox_enter(&problem)) {
		code = worker_train_child(&options);
	} else {
		code = fail(options.progress_fd, &problem);
	}
	stoa_arena_fini(&arena);
	return code;
}
