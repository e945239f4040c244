/* supervise.h - runs the suite's processes as children.
 *
 * A child that ends is started again, unless it says that it must not be, at
 * once the first time, then after a wait that doubles up to five seconds; it
 * falls back when a child has lived for ten. Stopping asks with SIGTERM and
 * insists after nine seconds. Each child's output goes to its own file. */
#ifndef STOA_SUPERVISE_H
#define STOA_SUPERVISE_H

#include "edge/loop.h"

#include <stdbool.h>
#include <sys/types.h>

struct supervisor;
struct child;

struct supervisor *supervisor_new(struct stoa_loop *loop);
void supervisor_free(struct supervisor *s);

/* `arguments` (NULL-terminated, [0] is the program) and `log` are copied. */
struct child *supervisor_start(struct supervisor *s, const char *name,
    const char *const *arguments, const char *log);

/* Stops all, newest first; then done(owner). */
void supervisor_stop(
    struct supervisor *s, void (*done)(void *owner), void *owner);

size_t supervisor_count(const struct supervisor *s);
const struct child *supervisor_child(const struct supervisor *s, size_t i);
const char *child_name(const struct child *c);
pid_t child_pid(const struct child *c); /* 0: not running now */
unsigned child_restarts(const struct child *c);

/* It has said (exit status 78) that its settings must be mended first. */
bool child_is_halted(const struct child *c);

#endif
