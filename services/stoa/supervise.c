/* supervise.c - children on libuv. */
#include "stoa/supervise.h"

#include "base/check.h"
#include "base/time.h"
#include "edge/log.h"
#include "edge/svc.h"
#include "port/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define CHILDREN_MAX  32
#define ARGUMENTS_MAX 32
#define WAIT_US_MAX   (5 * STOA_US_PER_S)
#define LIVED_US      (10 * STOA_US_PER_S)
#define INSIST_US     (9 * STOA_US_PER_S)

struct child {
	struct supervisor *supervisor;
	char name[48];
	char log[1100];
	char *arguments[ARGUMENTS_MAX + 1];
	uv_process_t process;
	struct stoa_timer *timer;
	bool is_running;
	bool is_halted; /* a person must mend its settings first */
	unsigned restarts;
	int64_t started_us;
	int64_t wait_us;
};

struct supervisor {
	struct stoa_loop *loop;
	struct child *children[CHILDREN_MAX];
	size_t count;
	bool is_stopping;
	size_t stop_at; /* children below this one are still to be asked */
	struct stoa_timer *insist;
	void (*done)(void *owner);
	void *owner;
};

static void child_spawn(void *arg);
static void stop_next(struct supervisor *s);

static void
child_ended(uv_process_t *process, int64_t status, int number)
{
	struct child *c = process->data;
	int64_t now = stoa_clock_mono(NULL).us;

	c->is_running = false;
	uv_close((uv_handle_t *)process, NULL);
	if (c->supervisor->is_stopping) {
		stop_next(c->supervisor);
		return;
	}
	if (status == STOA_EXIT_CONFIG) {
		c->is_halted = true;
		stoa_log(STOA_LOG_ERROR, "child_halted",
		    "%s cannot run with its settings and is not started "
		    "again; see %s",
		    c->name, c->log);
		return;
	}
	stoa_log(STOA_LOG_WARN, "child_ended",
	    "%s ended with status %" PRId64 ", signal %d; see %s", c->name,
	    status, number, c->log);
	c->restarts++;
	if (now - c->started_us >= LIVED_US) {
		c->wait_us = 0;
	}
	stoa_timer_start(c->timer, c->wait_us, 0);
	c->wait_us = c->wait_us == 0 ? 100 * STOA_US_PER_MS : 2 * c->wait_us;
	c->wait_us = c->wait_us > WAIT_US_MAX ? WAIT_US_MAX : c->wait_us;
}

static void
child_spawn(void *arg)
{
	struct child *c = arg;
	int fd;
	uv_stdio_container_t stdio[3];
	uv_process_options_t options = {
	    .exit_cb = child_ended,
	    .file = c->arguments[0],
	    .args = c->arguments,
	    .stdio_count = 3,
	    .stdio = stdio,
	};
	int failed;

	if (c->supervisor->is_stopping) {
		return;
	}
	fd = open(c->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	stdio[0].flags = UV_IGNORE;
	stdio[1].flags = fd < 0 ? UV_IGNORE : UV_INHERIT_FD;
	stdio[1].data.fd = fd;
	stdio[2] = stdio[1];
	c->process.data = c;
	c->started_us = stoa_clock_mono(NULL).us;
	failed =
	    uv_spawn(stoa_loop_uv(c->supervisor->loop), &c->process, &options);
	if (fd >= 0) {
		(void)close(fd);
	}
	if (failed != 0) {
		uv_close((uv_handle_t *)&c->process, NULL);
		stoa_log(STOA_LOG_ERROR, "child_not_started", "%s: %s",
		    c->arguments[0], uv_strerror(failed));
		stoa_timer_start(c->timer, WAIT_US_MAX, 0);
		return;
	}
	c->is_running = true;
}

struct supervisor *
supervisor_new(struct stoa_loop *loop)
{
	struct supervisor *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->loop = loop;
	return s;
}

void
supervisor_free(struct supervisor *s)
{
	if (s == NULL) {
		return;
	}
	for (size_t i = 0; i < s->count; i++) {
		stoa_timer_free(s->children[i]->timer);
		for (char **a = s->children[i]->arguments; *a != NULL; a++) {
			free(*a);
		}
		free(s->children[i]);
	}
	stoa_timer_free(s->insist);
	free(s);
}

struct child *
supervisor_start(struct supervisor *s, const char *name,
    const char *const *arguments, const char *log)
{
	struct child *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	stoa_assert(s->count < CHILDREN_MAX);
	c->supervisor = s;
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->log, sizeof(c->log), "%s", log);
	for (size_t i = 0; arguments[i] != NULL; i++) {
		stoa_assert(i < ARGUMENTS_MAX);
		c->arguments[i] = strdup(arguments[i]);
		stoa_assert(c->arguments[i] != NULL);
	}
	c->timer = stoa_timer_new(s->loop, child_spawn, c);
	s->children[s->count++] = c;
	child_spawn(c);
	return c;
}

/* ---- stopping
 * ------------------------------------------------------------------- */

static void
insist(void *arg)
{
	struct supervisor *s = arg;
	struct child *c = s->children[s->stop_at];

	if (c->is_running) {
		stoa_log(STOA_LOG_WARN, "child_killed",
		    "%s did not stop when asked", c->name);
		(void)uv_process_kill(&c->process, SIGKILL);
	}
}

/* One after the other, newest first: daemons before the broker. */
static void
stop_next(struct supervisor *s)
{
	while (s->stop_at > 0) {
		struct child *c = s->children[--s->stop_at];

		stoa_timer_stop(c->timer);
		if (c->is_running) {
			stoa_timer_start(s->insist, INSIST_US, 0);
			(void)uv_process_kill(&c->process, SIGTERM);
			return;
		}
	}
	stoa_timer_stop(s->insist);
	s->done(s->owner);
}

void
supervisor_stop(struct supervisor *s, void (*done)(void *owner), void *owner)
{
	if (s->is_stopping) {
		return;
	}
	s->is_stopping = true;
	s->done = done;
	s->owner = owner;
	s->stop_at = s->count;
	s->insist = stoa_timer_new(s->loop, insist, s);
	stop_next(s);
}

size_t
supervisor_count(const struct supervisor *s)
{
	return s->count;
}

const struct child *
supervisor_child(const struct supervisor *s, size_t i)
{
	stoa_assert(i < s->count);
	return s->children[i];
}

const char *
child_name(const struct child *c)
{
	return c->name;
}

pid_t
child_pid(const struct child *c)
{
	return c->is_running ? c->process.pid : 0;
}

unsigned
child_restarts(const struct child *c)
{
	return c->restarts;
}

bool
child_is_halted(const struct child *c)
{
	return c->is_halted;
}
