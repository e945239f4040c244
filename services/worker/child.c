/* child.c - between fork and exec only async-signal-safe calls: the daemon
 * has other threads. */
#include "worker/child.h"

#include "worker/train_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Standard streams, the pipe, a file and a directory, and some air. */
#define DESCRIPTOR_MAX 32

/* Between the warning (SIGXCPU, fatal here) and SIGKILL. */
#define CPU_GRACE_S 5

static void
limit(int resource, uint64_t soft, uint64_t hard)
{
	struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};

	if (setrlimit((__rlimit_resource_t)resource, &limit) != 0) {
		_exit(126);
	}
}

static void
limits_set(const struct worker_child_options *o)
{
	limit(RLIMIT_CPU, o->cpu_s_max, o->cpu_s_max + CPU_GRACE_S);
	limit(RLIMIT_FSIZE, o->file_size_max, o->file_size_max);
	limit(RLIMIT_NOFILE, DESCRIPTOR_MAX, DESCRIPTOR_MAX);
	limit(RLIMIT_CORE, 0, 0);
	if (o->memory_max > 0) {
		limit(RLIMIT_AS, o->memory_max, o->memory_max);
	}
}

/* Streams: nothing in, nothing out, errors as they are, progress on 3. */
static void
descriptors_set(int progress)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0) {
		_exit(126);
	}
	/* dup2 onto itself would keep close-on-exec. */
	if (progress == WORKER_PROGRESS_FD
		? fcntl(progress, F_SETFD, 0) < 0
		: dup2(progress, WORKER_PROGRESS_FD) < 0) {
		_exit(126);
	}
	(void)close_range(WORKER_PROGRESS_FD + 1, ~0U, 0);
}

static void
signals_reset(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int s = 1; s < NSIG; s++) {
		(void)sigaction(s, &action, NULL);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void
become(const struct worker_child_options *o, int progress, pid_t parent)
{
	static char flag[] = WORKER_TRAIN_CHILD_FLAG;
	static char name[] = "stoa-worker";
	char *argv[] = {name, flag, (char *)(uintptr_t)o->job_path, NULL};
	char *env[] = {NULL};

	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		_exit(126);
	}
	signals_reset();
	descriptors_set(progress);
	limits_set(o);
	(void)execve(
	    o->program == NULL ? "/proc/self/exe" : o->program, argv, env);
	_exit(127);
}

bool
worker_child_spawn(const struct worker_child_options *options,
    struct worker_child *ret_child, struct worker_problem *problem)
{
	int ends[2];
	pid_t parent = getpid(), pid;

	stoa_assert(options->cpu_s_max > 0);
	stoa_assert(options->file_size_max > 0);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return worker_refuse(problem, WORKER_CRASHED,
		    "cannot make a pipe for training: %s", strerror(errno));
	}
	pid = fork();
	if (pid == 0) {
		become(options, ends[1], parent);
	}
	(void)close(ends[1]);
	if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		(void)close(ends[0]);
		return worker_refuse(problem, WORKER_CRASHED,
		    "cannot start a process for training: %s", strerror(errno));
	}
	/* Here too: stop may come before the child has run. */
	(void)setpgid(pid, pid);
	*ret_child = (struct worker_child){.pid = pid, .progress_fd = ends[0]};
	return true;
}

void
worker_child_stop(const struct worker_child *child)
{
	stoa_assert(child->pid > 1);
	(void)kill(-child->pid, SIGTERM);
}

void
worker_child_kill(const struct worker_child *child)
{
	stoa_assert(child->pid > 1);
	(void)kill(-child->pid, SIGKILL);
}

static bool
explain_signal(int signal, struct worker_problem *problem)
{
	switch (signal) {
	case SIGXCPU:
		return worker_refuse(problem, WORKER_TIME_LIMIT,
		    "training took more processor time than allowed; use "
		    "fewer epochs or rows");
	case SIGXFSZ:
		return worker_refuse(problem, WORKER_MODEL_TOO_LARGE,
		    "the model's file is larger than allowed; lower buckets "
		    "or raise min_count");
	case SIGTERM:
		return worker_refuse(
		    problem, WORKER_CANCELLED, "stopped before it began");
	case SIGKILL:
		return worker_refuse(problem, WORKER_CRASHED,
		    "training was killed, perhaps for lack of memory");
	default:
		return worker_refuse(problem, WORKER_CRASHED,
		    "training died of signal %d (%s)", signal,
		    sigabbrev_np(signal));
	}
}

bool
worker_child_explain(int wait_status, struct worker_problem *problem)
{
	if (WIFSIGNALED(wait_status)) {
		return explain_signal(WTERMSIG(wait_status), problem);
	}
	if (WEXITSTATUS(wait_status) != 0) {
		return worker_refuse(problem, WORKER_CRASHED,
		    "training ended with exit code %d",
		    WEXITSTATUS(wait_status));
	}
	return true;
}

bool
worker_child_wait(struct worker_child *child, struct worker_problem *problem)
{
	int status = 0;
	pid_t pid;

	do {
		pid = waitpid(child->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	(void)close(child->progress_fd);
	child->progress_fd = -1;
	if (pid < 0) {
		return worker_refuse(problem, WORKER_CRASHED,
		    "cannot wait for training: %s", strerror(errno));
	}
	return worker_child_explain(status, problem);
}
