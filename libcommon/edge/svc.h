/* svc.h - the skeleton of a daemon: settings, log, loop, bus, drain.
 *
 * stoa_svc_main parses the settings (--check-config, --print-config, --help,
 * --version included), opens loop and bus, calls `start`, runs until SIGTERM,
 * then `drain` until `is_idle` or eight seconds have passed. */
#ifndef STOA_EDGE_SVC_H
#define STOA_EDGE_SVC_H

#include "edge/bus.h"
#include "edge/conf.h"
#include "edge/loop.h"

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
	/* False: says why in the log; the process ends with status 1. */
	bool (*start)(struct stoa_svc *svc);
	bool (*is_ready)(struct stoa_svc *svc); /* NULL: the bus is up */
	void (*drain)(struct stoa_svc *svc);	/* take no more; may be NULL */
	bool (*is_idle)(struct stoa_svc *svc);	/* NULL: always */
	void (*stop)(struct stoa_svc *svc);	/* may be NULL */
	/* Adds lines of Prometheus text; may be NULL. */
	void (*metrics)(struct stoa_svc *svc, struct stoa_buf *out);
	void (*up)(struct stoa_svc *svc); /* the bus; may be NULL */
};

int stoa_svc_main(const struct stoa_svc_spec *spec, int argc, char **argv);

struct stoa_loop *stoa_svc_loop(struct stoa_svc *svc);
struct stoa_bus *stoa_svc_bus(struct stoa_svc *svc);
const struct stoa_conf *stoa_svc_conf(struct stoa_svc *svc);
const char *stoa_svc_key_file(struct stoa_svc *svc); /* or NULL */
bool stoa_svc_is_draining(const struct stoa_svc *svc);

/* $STOA_HOME/<name>, made with mode 0700 when `is_folder`; borrowed until
 * the next call. */
const char *stoa_svc_path(
    struct stoa_svc *svc, const char *name, bool is_folder);

void *stoa_svc_data(struct stoa_svc *svc);
void stoa_svc_set_data(struct stoa_svc *svc, void *data);

#endif
