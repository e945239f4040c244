/* child.h - starts and limits the process that trains (the parent's side).
 *
 * The child runs a program of ours with --train-child JOBDIR, in a process
 * group of its own, with an empty environment, no descriptor but its
 * progress pipe and standard error, resource limits and no_new_privs; it
 * enters a seccomp sandbox by itself. It dies with the thread that started
 * it: call from a thread that lives as long as the daemon.
 *
 * Layer 4. spawn does not block; read the pipe on the loop, line by line,
 * through worker_progress_parse; at its end wait for the process. */
#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

#include "base/check.h"
#include "worker/problem.h"

#include <stdint.h>
#include <sys/types.h>

struct worker_child_options {
	const char *program;	/* NULL: the running one */
	const char *job_path;	/* see train_child.h */
	uint64_t cpu_s_max;	/* user and system time; > 0 */
	uint64_t memory_max;	/* bytes of address space; 0: no limit */
	uint64_t file_size_max; /* bytes of any one file; > 0 */
};

struct worker_child {
	pid_t pid;
	int progress_fd; /* owned; non-blocking, close-on-exec */
};

/* Refuses CRASHED (no process or no descriptor to be had). */
bool worker_child_spawn(const struct worker_child_options *options,
    struct worker_child *ret_child, struct worker_problem *problem);

/* Asks it to stop (SIGTERM); the group, should it have children. */
void worker_child_stop(const struct worker_child *child);

/* Ends it at once (SIGKILL). */
void worker_child_kill(const struct worker_child *child);

/* What a wait status means. True for exit code 0. A child that failed in an
 * orderly way has said why in its last line, which counts more than this. */
bool worker_child_explain(int wait_status, struct worker_problem *problem);

/* Waits (blocking), closes the pipe, explains. */
bool worker_child_wait(
    struct worker_child *child, struct worker_problem *problem);

#endif
