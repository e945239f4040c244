/* sandbox.h - what a process that reads strangers' data may still do.
 * Layer 4 (libseccomp). */
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

#include "worker/problem.h"

/* From here on only the system calls that reading, computing and writing
 * files need; all others fail with EPERM: no socket, no exec, no new
 * process or thread, no ptrace, no mount. Cannot be undone. Refuses CRASHED
 * when the kernel has no seccomp. */
bool worker_sandbox_enter(struct worker_problem *problem);

#endif
