/* The program is its own training child, and its own sandbox probe: main
 * looks at its arguments before the tests run. */
#include "worker/child.h"

#include "base/rng.h"
#include "worker/limits.h"
#include "worker/model_dir.h"
#include "worker/progress.h"
#include "worker/sandbox.h"
#include "worker/train_child.h"

#include "../unit.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a test waits for a child before it fails. */
#define DEADLINE_MS 60000

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static const char *const subjects[3] = {"rain", "song", "money"};
static const char *const labels[3] = {"weather", "music", "bank"};

/* A job with `rows` rows and these parameters. */
static void
job_make(struct folder *f, int rows, const char *params)
{
	char job[512];
	FILE *csv;

	folder_make(f);
	(void)snprintf(job, sizeof(job),
	    "{\"name\":\"probe\",\"dataset\":\"bafyx\",\"parameters\":%s}",
	    params);
	folder_write(f, "job.json", job);
	csv = fopen(folder_path(f, "dataset.csv"), "w");
	assert_non_null(csv);
	assert_true(fputs("text,label\n", csv) >= 0);
	for (int i = 0; i < rows; i++) {
		assert_true(fprintf(csv, "tell me about %s number %d,%s\n",
				subjects[i % 3], i, labels[i % 3]) > 0);
	}
	assert_int_equal(fclose(csv), 0);
}

static struct worker_child_options
options_of(const struct folder *f)
{
	return (struct worker_child_options){
	    .job_path = f->path,
	    .cpu_s_max = 60,
	    .memory_max = IS_SANITIZED ? 0 : 1u << 30,
	    .file_size_max = 64u << 20,
	};
}

struct told {
	struct worker_progress last;
	struct stoa_buf text;
	size_t steps;
};

/* Takes whole lines off the text. */
static void
lines_take(struct told *t)
{
	char *end;

	while (t->text.len > 0 &&
	       (end = memchr(t->text.data, '\n', t->text.len)) != NULL) {
		size_t len = (size_t)(end - t->text.data);

		assert_true(worker_progress_parse(
		    stoa_str_of_bytes(t->text.data, len), &t->last));
		t->steps += t->last.kind == WORKER_PROGRESS_STEP;
		stoa_buf_consume(&t->text, len + 1);
	}
}

/* Reads until the end, or until `steps_max` steps have been told. */
static void
listen_to(const struct worker_child *child, struct told *t, size_t steps_max)
{
	struct pollfd fd = {.fd = child->progress_fd, .events = POLLIN};

	while (t->steps < steps_max) {
		char piece[512];
		ssize_t n;

		assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
		n = read(child->progress_fd, piece, sizeof(piece));
		assert_true(n >= 0);
		if (n == 0) {
			return;
		}
		stoa_buf_add(&t->text, piece, (size_t)n);
		lines_take(t);
	}
}

static void
told_init(struct told *t)
{
	*t = (struct told){0};
	stoa_buf_init(&t->text, 2 * WORKER_LINE_SIZE_MAX);
}

static void
test_spawn_trains_and_leaves_a_model(void **state)
{
	struct worker_problem problem = {0};
	struct worker_child_options options;
	struct worker_child child;
	struct worker_model model;
	struct folder f;
	struct told told;

	(void)state;
	job_make(&f, 300, "{\"epochs\": 4}");
	options = options_of(&f);
	told_init(&told);
	assert_true(worker_child_spawn(&options, &child, &problem));
	listen_to(&child, &told, SIZE_MAX);
	if (!worker_child_wait(&child, &problem)) {
		fail_msg("%s; %s", problem.detail, told.last.problem.detail);
	}
	assert_int_equal(told.last.kind, WORKER_PROGRESS_DONE);
	assert_true(told.steps >= 4);
	assert_true(
	    worker_model_dir_read(folder_path(&f, "model"), &model, &problem));
	assert_int_equal(model.label_count, 3);
	worker_model_fini(&model);
	stoa_buf_fini(&told.text);
	folder_remove(&f);
}

static void
test_spawn_gives_equal_files_for_equal_jobs(void **state)
{
	static const char *const names[] = {
	    "model/model.safetensors", "model/config.json", "model/README.md"};
	struct folder f[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct worker_problem problem = {0};
		struct worker_child_options options;
		struct worker_child child;
		struct told told;

		job_make(&f[i], 120, "{\"epochs\": 2, \"seed\": 5}");
		options = options_of(&f[i]);
		told_init(&told);
		assert_true(worker_child_spawn(&options, &child, &problem));
		listen_to(&child, &told, SIZE_MAX);
		assert_true(worker_child_wait(&child, &problem));
		stoa_buf_fini(&told.text);
	}
	for (size_t i = 0; i < STOA_COUNT(names); i++) {
		size_t len[2];
		char *a = folder_read(&f[0], names[i], &len[0]);
		char *b = folder_read(&f[1], names[i], &len[1]);

		assert_int_equal(len[0], len[1]);
		assert_memory_equal(a, b, len[0]);
		free(a);
		free(b);
	}
	folder_remove(&f[0]);
	folder_remove(&f[1]);
}

static void
test_spawn_reports_why_it_failed(void **state)
{
	static const struct {
		const char *csv;
		enum worker_reason reason;
	} rows[] = {
	    {"text,label\na,b\nx,y,z\n", WORKER_RAGGED_ROW},
	    {"text,label\n", WORKER_EMPTY_DATASET},
	    {"text,label\na,b\nc,b\n", WORKER_ONE_LABEL},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct worker_problem problem = {0};
		struct worker_child_options options;
		struct worker_child child;
		struct folder f;
		struct told told;

		job_make(&f, 0, "{}");
		folder_write(&f, "dataset.csv", rows[i].csv);
		options = options_of(&f);
		told_init(&told);
		assert_true(worker_child_spawn(&options, &child, &problem));
		listen_to(&child, &told, SIZE_MAX);
		assert_false(worker_child_wait(&child, &problem));
		assert_int_equal(told.last.kind, WORKER_PROGRESS_FAILED);
		assert_int_equal(told.last.problem.reason, rows[i].reason);
		assert_int_equal(access(folder_path(&f, "model"), F_OK), -1);
		stoa_buf_fini(&told.text);
		folder_remove(&f);
	}
}

static void
test_stop_ends_it_in_an_orderly_way(void **state)
{
	struct worker_problem problem = {0};
	struct worker_child_options options;
	struct worker_child child;
	struct folder f;
	struct told told;

	(void)state;
	job_make(&f, 3000, "{\"epochs\": 1000}");
	options = options_of(&f);
	told_init(&told);
	assert_true(worker_child_spawn(&options, &child, &problem));
	listen_to(&child, &told, 1);
	assert_int_equal(told.last.kind, WORKER_PROGRESS_STEP);
	worker_child_stop(&child);
	listen_to(&child, &told, SIZE_MAX);
	assert_false(worker_child_wait(&child, &problem));
	assert_int_equal(told.last.kind, WORKER_PROGRESS_FAILED);
	assert_int_equal(told.last.problem.reason, WORKER_CANCELLED);
	assert_int_equal(access(folder_path(&f, "model"), F_OK), -1);
	stoa_buf_fini(&told.text);
	folder_remove(&f);
}

/* Starts a job under changed limits and says how it ended. */
static enum worker_reason
end_under(
    struct worker_child_options options, struct told *told, bool is_killed)
{
	struct worker_problem problem = {0};
	struct worker_child child;

	told_init(told);
	assert_true(worker_child_spawn(&options, &child, &problem));
	if (is_killed) {
		listen_to(&child, told, 1);
		worker_child_kill(&child);
	}
	listen_to(&child, told, SIZE_MAX);
	assert_false(worker_child_wait(&child, &problem));
	stoa_buf_fini(&told->text);
	return problem.reason;
}

static void
test_limits_end_it_with_a_named_reason(void **state)
{
	struct worker_child_options options;
	struct folder f;
	struct told told;

	(void)state;
	job_make(&f, 3000, "{\"epochs\": 1000}");
	options = options_of(&f);
	options.cpu_s_max = 1;
	assert_int_equal(end_under(options, &told, false), WORKER_TIME_LIMIT);
	options = options_of(&f);
	assert_int_equal(end_under(options, &told, true), WORKER_CRASHED);
	folder_remove(&f);
	job_make(&f, 300, "{\"epochs\": 1}");
	options = options_of(&f);
	options.file_size_max = 4096;
	assert_int_equal(
	    end_under(options, &told, false), WORKER_MODEL_TOO_LARGE);
	folder_remove(&f);
}

static void
test_memory_limit_is_out_of_memory(void **state)
{
	struct worker_child_options options;
	struct folder f;
	struct told told;

	(void)state;
	if (IS_SANITIZED) {
		skip(); /* shadow memory needs terabytes of address space */
	}
	job_make(&f, 300, "{\"epochs\": 1, \"buckets\": 22}");
	options = options_of(&f);
	options.memory_max = 28u << 20;
	assert_int_equal(end_under(options, &told, false), WORKER_CRASHED);
	assert_int_equal(told.last.kind, WORKER_PROGRESS_FAILED);
	assert_int_equal(told.last.problem.reason, WORKER_OUT_OF_MEMORY);
	folder_remove(&f);
}

/* In the child: exit code 0 when everything outside the list is refused. */
static int
probe(const char *path)
{
	static char arg[] = "/bin/true";
	char *argv[] = {arg, NULL};
	struct worker_problem problem;
	int fd;

	if (!worker_sandbox_enter(&problem)) {
		return 10;
	}
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) {
		return 11;
	}
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM) {
		return 12;
	}
	if (execve(arg, argv, argv + 1) >= 0 || errno != EPERM) {
		return 13;
	}
	if (fork() >= 0 || errno != EPERM) {
		return 14;
	}
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) >= 0 || errno != EPERM) {
		return 15;
	}
	if (unlink(path) >= 0 || errno != EPERM) {
		return 16;
	}
	if (kill(getppid(), 0) >= 0) {
		return 17;
	}
	fd = open(path, O_RDONLY);
	return fd >= 0 && close(fd) == 0 ? 0 : 18;
}

static void
test_sandbox_refuses_network_exec_and_processes(void **state)
{
	struct folder f;
	int status;
	pid_t pid;

	(void)state;
	folder_make(&f);
	folder_write(&f, "file", "x");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		_exit(probe(folder_path(&f, "file")));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	folder_remove(&f);
}

/* The child of spawn in this mode: what it was given. */
static int
inherited(void)
{
	struct rlimit core;
	int extra = 0;

	for (int fd = WORKER_PROGRESS_FD + 1; fd < 256; fd++) {
		extra += fcntl(fd, F_GETFD) >= 0;
	}
	if (extra > 0 || environ[0] != NULL || getpgrp() != getpid() ||
	    getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) {
		return 20;
	}
	return fcntl(STDIN_FILENO, F_GETFD) >= 0 ? 0 : 21;
}

static void
test_spawn_passes_on_nothing_but_the_pipe(void **state)
{
	struct worker_problem problem = {0};
	struct worker_child_options options = {
	    .job_path = "inherited",
	    .cpu_s_max = 10,
	    .file_size_max = 1,
	};
	struct worker_child child;
	struct told told;
	int leak = fcntl(STDIN_FILENO, F_DUPFD, 100); /* stays over exec */

	(void)state;
	assert_true(leak >= 100);
	told_init(&told);
	assert_true(worker_child_spawn(&options, &child, &problem));
	listen_to(&child, &told, SIZE_MAX);
	assert_true(worker_child_wait(&child, &problem));
	assert_int_equal(close(leak), 0);
	stoa_buf_fini(&told.text);
}

static void
test_spawn_of_a_missing_program_is_a_crash(void **state)
{
	struct worker_child_options options = {
	    .program = "/nonexistent/stoa-worker",
	    .job_path = "/",
	    .cpu_s_max = 10,
	    .file_size_max = 1,
	};
	struct told told;

	(void)state;
	assert_int_equal(end_under(options, &told, false), WORKER_CRASHED);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spawn_trains_and_leaves_a_model),
	    cmocka_unit_test(test_spawn_gives_equal_files_for_equal_jobs),
	    cmocka_unit_test(test_spawn_reports_why_it_failed),
	    cmocka_unit_test(test_stop_ends_it_in_an_orderly_way),
	    cmocka_unit_test(test_limits_end_it_with_a_named_reason),
	    cmocka_unit_test(test_memory_limit_is_out_of_memory),
	    cmocka_unit_test(test_sandbox_refuses_network_exec_and_processes),
	    cmocka_unit_test(test_spawn_passes_on_nothing_but_the_pipe),
	    cmocka_unit_test(test_spawn_of_a_missing_program_is_a_crash),
	};

	if (argc == 3 && strcmp(argv[1], WORKER_TRAIN_CHILD_FLAG) == 0) {
		/* _exit: a leak checker could not run in the sandbox. */
		_exit(strcmp(argv[2], "inherited") == 0
			  ? inherited()
			  : worker_train_child_main(argv[2]));
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
