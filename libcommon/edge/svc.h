/* svc.h - the skeleton of a daemon: settings, log, loop, bus, drain.
 *
 * stoa_svc_main parses the settings (--check-config, --print-config, --help,
 * --version included), opens loop and bus, calls `start`, runs until SIGTERM,
 * then drains its parts until all are idle or eight seconds have passed, and
 * frees them. */
#ifndef STOA_EDGE_SVC_H
#define STOA_EDGE_SVC_H

#include "edge/bus.h"
#include "edge/conf.h"
#include "edge/loop.h"
#include "port/part.h"

/* Exit status (sysexits.h, EX_CONFIG) of a daemon whose settings a person must
 * mend first: starting it again would end the same way, and might do harm
 * where somebody counts the attempts. `stoa up` leaves it alone. */
#define STOA_EXIT_CONFIG 78

struct stoa_svc;

struct stoa_svc_spec {
	const char *name;			/* "accounts" */
	const char *description;		/* one line */
	const struct stoa_conf_option *options; /* own ones */
	size_t option_count;
	const struct stoa_conf_group *shared[2]; /* with other daemons */
	/* Something else that the settings may ask for; without loop and bus.
	 * Gives the exit status, or -1: run as a daemon. NULL: nothing. */
	int (*instead)(struct stoa_svc *svc);
	/* Opens the parts and adds them. False: says why in the log; the
	 * process ends with status 1. */
	bool (*start)(struct stoa_svc *svc);
};

/* In `start`: the daemon is ready and idle when all its parts are. They are
 * drained and freed in the reverse order. At most EDGE_PARTS_MAX; `kind` is
 * borrowed for ever. */
void stoa_svc_add(
    struct stoa_svc *svc, const struct stoa_part *kind, void *part);

int stoa_svc_main(const struct stoa_svc_spec *spec, int argc, char **argv);

/* Overwrites a secret that has done its work (stoa_conf_wipe). */
void stoa_svc_wipe(struct stoa_svc *svc, const char *name);

struct stoa_loop *stoa_svc_loop(struct stoa_svc *svc);
struct stoa_bus *stoa_svc_bus(struct stoa_svc *svc);
const struct stoa_conf *stoa_svc_conf(struct stoa_svc *svc);
const char *stoa_svc_key_file(struct stoa_svc *svc); /* or NULL */
char **stoa_svc_arguments(struct stoa_svc *svc);     /* as main got them */

/* $STOA_HOME/<name>, made with mode 0700 when `is_folder`; borrowed until
 * the next call. */
const char *stoa_svc_path(
    struct stoa_svc *svc, const char *name, bool is_folder);

#endif
