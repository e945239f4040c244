/* bench_trainer.c - the recipe text-classifier beside Debian's fasttext.
 *
 *	bench_trainer DATASET SCRATCH
 *
 * Both train on the same in-scope rows of train.csv and are tested on the
 * in-scope rows of test.csv; ours reads the CSV files and also calibrates,
 * evaluates and writes a model, all of which counts. Processor time (user
 * and system, all threads) and memory come from wait4. fasttext runs with
 * its default threads. Exits 1 when a promise is broken: accuracy of 92 %,
 * 0.4 times the processor time. */
#include "base/json.h"
#include "worker/dataset_read.h"
#include "worker/limits.h"
#include "worker/model_dir.h"
#include "worker/progress.h"
#include "worker/train_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ACCURACY_MIN  0.92
#define CPU_RATIO_MAX 0.4

/* Enough for a steady mean, still well under a second. */
#define ASK_ROUNDS 3

struct result {
	double accuracy;
	double cpu_s;
	double wall_s;
	double rss_mb;
	double file_mb;
};

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "bench_trainer: %s: %s\n", what, why);
	exit(2);
}

static double
now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static void
reap(pid_t pid, const char *what, double since, struct result *r)
{
	struct rusage usage;
	int status;

	if (wait4(pid, &status, 0, &usage) != pid || status != 0) {
		die(what, "failed");
	}
	r->wall_s = now_s() - since;
	r->cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	r->rss_mb = (double)usage.ru_maxrss / 1024;
}

static const char *
in_scratch(const char *scratch, const char *name)
{
	static char ring[4][512];
	static int at;

	at = (at + 1) % 4;
	(void)snprintf(ring[at], sizeof(ring[at]), "%s/%s", scratch, name);
	return ring[at];
}

static double
file_mb(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		die(path, strerror(errno));
	}
	return (double)st.st_size / 1e6;
}

/* ---- fasttext ---- */

static void
export_rows(
    const struct worker_dataset *d, enum worker_split split, const char *path)
{
	const struct worker_rows *rows = &d->splits[split];
	FILE *file = fopen(path, "w");

	if (file == NULL) {
		die(path, strerror(errno));
	}
	for (size_t i = 0; i < rows->count; i++) {
		int32_t label = rows->rows[i].label;

		if (label >= 0) {
			fprintf(file, "__label__%.*s %.*s\n",
			    STOA_STR_ARG(d->labels[label]),
			    STOA_STR_ARG(rows->rows[i].text));
		}
	}
	if (fclose(file) != 0) {
		die(path, strerror(errno));
	}
}

/* Runs fasttext; what it prints goes to `output`. */
static pid_t
fasttext_start(char *const argv[], const char *output)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0) {
		return pid;
	}
	fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)execvp(argv[0], argv);
	_exit(127);
}

/* The number after "P@1" in what `fasttext test` printed. */
static double
precision_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];
	double value = -1;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "P@1", 3) == 0) {
			value = strtod(line + 3, NULL);
		}
	}
	if (file == NULL || fclose(file) != 0 || value < 0) {
		die(path, "no P@1 in it");
	}
	return value;
}

static void
fasttext_bench(
    const struct worker_dataset *d, const char *scratch, struct result *r)
{
	char train[512], test[512], model[512], binary[520], log[512];
	char *learn[] = {"fasttext", "supervised", "-input", train, "-output",
	    model, "-epoch", "25", "-lr", "1", "-wordNgrams", "2", "-dim",
	    "100", NULL};
	char *measure[] = {"fasttext", "test", binary, test, NULL};
	struct result ignored;
	double since;

	(void)snprintf(train, sizeof(train), "%s/train.txt", scratch);
	(void)snprintf(test, sizeof(test), "%s/test.txt", scratch);
	(void)snprintf(model, sizeof(model), "%s/fasttext", scratch);
	(void)snprintf(binary, sizeof(binary), "%s.bin", model);
	(void)snprintf(log, sizeof(log), "%s/fasttext.log", scratch);
	export_rows(d, WORKER_TRAIN, train);
	export_rows(d, WORKER_TEST, test);
	since = now_s();
	reap(fasttext_start(learn, log), "fasttext supervised (installed?)",
	    since, r);
	r->file_mb = file_mb(binary);
	reap(fasttext_start(measure, log), "fasttext test", since, &ignored);
	r->accuracy = precision_read(log);
}

/* ---- ours ---- */

static double
accuracy_read(const char *path)
{
	FILE *file = fopen(path, "r");
	struct worker_progress p = {0};
	char line[WORKER_LINE_SIZE_MAX + 1];
	double value = -1;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		struct stoa_str text = stoa_str_trim(stoa_str_of(line));

		if (worker_progress_parse(text, &p) &&
		    p.kind == WORKER_PROGRESS_DONE) {
			(void)!stoa_json_to_double(
			    stoa_json_get((struct stoa_json){p.metrics},
				STOA_STR("accuracy")),
			    &value);
			printf("%.*s\n", STOA_STR_ARG(p.metrics));
		}
	}
	if (file == NULL || fclose(file) != 0 || value < 0) {
		die(path, "no accuracy in it");
	}
	return value;
}

static void
ours_bench(const char *dataset, const char *scratch, struct result *r)
{
	struct worker_train_options options = {
	    .dataset_path = dataset,
	    .card = {.name = STOA_STR("bench"),
		.dataset_name = STOA_STR("bench")},
	};
	char log[512], model[512];
	double since = now_s();
	pid_t pid;

	(void)snprintf(log, sizeof(log), "%s/ours.log", scratch);
	(void)snprintf(model, sizeof(model), "%s/ours", scratch);
	worker_params_default(&options.params);
	options.model_path = model;
	pid = fork();
	if (pid == 0) {
		options.progress_fd =
		    open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		_exit(worker_train_child(&options));
	}
	reap(pid, "ours", since, r);
	r->file_mb = file_mb(in_scratch(scratch, "ours/model.safetensors"));
	r->accuracy = accuracy_read(log);
}

/* Mean microseconds of an answer, over the test rows. */
static double
ask_bench(const struct worker_dataset *d, const char *scratch)
{
	const struct worker_rows *rows = &d->splits[WORKER_TEST];
	struct worker_problem problem;
	struct worker_scratch room;
	struct worker_answer answer;
	struct worker_model m;
	double since;

	if (!worker_model_dir_read(in_scratch(scratch, "ours"), &m, &problem) ||
	    !worker_scratch_init(&room, &m)) {
		die("ours", problem.detail);
	}
	since = now_s();
	for (int k = 0; k < ASK_ROUNDS; k++) {
		for (size_t i = 0; i < rows->count; i++) {
			worker_model_predict(
			    &m, &room, rows->rows[i].text, 3, &answer);
		}
	}
	since = (now_s() - since) / (double)(ASK_ROUNDS * rows->count);
	worker_scratch_fini(&room);
	worker_model_fini(&m);
	return since * 1e6;
}

static void
row_print(const char *name, const struct result *r)
{
	printf("%-28s %7.2f %% %8.2f %8.2f %9.1f %9.1f\n", name,
	    r->accuracy * 100, r->cpu_s, r->wall_s, r->rss_mb, r->file_mb);
}

int
main(int argc, char **argv)
{
	struct worker_problem problem;
	struct worker_dataset d;
	struct result ours, theirs;
	double ratio;

	if (argc != 3) {
		die("usage", "bench_trainer DATASET SCRATCH");
	}
	if (!worker_dataset_read(&d, argv[1], 42, &problem)) {
		die(argv[1], problem.detail);
	}
	ours_bench(argv[1], argv[2], &ours);
	fasttext_bench(&d, argv[2], &theirs);
	ratio = ours.cpu_s / theirs.cpu_s;
	printf("%-28s %9s %8s %8s %9s %9s\n", "trainer", "accuracy", "cpu s",
	    "wall s", "RSS MB", "model MB");
	row_print("stoa text-classifier", &ours);
	row_print("fasttext 25 lr1 wn2 dim100", &theirs);
	printf("processor time %.2fx (at most %.1fx), accuracy %+.2f points "
	       "(at least %.0f %%), an answer %.1f us\n",
	    ratio, CPU_RATIO_MAX, (ours.accuracy - theirs.accuracy) * 100,
	    ACCURACY_MIN * 100, ask_bench(&d, argv[2]));
	worker_dataset_fini(&d);
	return ours.accuracy >= ACCURACY_MIN && ratio <= CPU_RATIO_MAX ? 0 : 1;
}
