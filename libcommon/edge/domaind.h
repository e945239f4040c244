/* domaind.h - what all domain daemons share: a replica behind the bus.
 *
 * A domain's main.c gives its core and its queries; here requests become
 * commands or reads, outcomes become replies, deadlines of the core become
 * commands, and reactions hear what has become durable. */
#ifndef STOA_EDGE_DOMAIND_H
#define STOA_EDGE_DOMAIND_H

#include "base/core.h"
#include "domain/replica.h"
#include "edge/svc.h"

struct stoa_domaind;

/* Answers one query; `state` may be NULL. `out` is an initialised output
 * message; what it borrows may be in the arena or in the state. */
typedef enum stoa_status (*stoa_query_fn)(
    const void *state, const void *in, void *out, struct stoa_arena *arena);

struct stoa_query {
	const char *method;
	stoa_query_fn fn;
};

struct stoa_domain_spec {
	const struct stoa_core *core;
	const struct stoa_query *queries; /* all other methods are commands */
	size_t query_count;
	/* The method that the runtime calls when the core's next_due has
	 * come, with an empty request. NULL: none. */
	const char *due_method;
	/* May be NULL. `owner` stands below. */
	void (*committed)(void *owner, const struct stoa_commit *commit);
	/* A method that is neither: handled by the daemon itself; returns
	 * false when it is not its. */
	bool (*handle)(void *owner, struct stoa_request *request);
	void *owner;
};

/* The options that every domain daemon has besides the common ones. */
extern const struct stoa_conf_group stoa_domain_settings;

/* For stoa_svc_spec.instead: writes a snapshot if the settings say so. */
int stoa_domaind_instead(struct stoa_svc *svc, const struct stoa_core *core);

/* Adds itself to the daemon. NULL: the log says why. */
struct stoa_domaind *stoa_domaind_start(
    struct stoa_svc *svc, const struct stoa_domain_spec *spec);

struct stoa_replica *stoa_domaind_replica(struct stoa_domaind *d);

/* True while this replica serves the community: only then it acts. */
bool stoa_domaind_is_mine(
    const struct stoa_domaind *d, struct stoa_str community);

/* Goes on with a request that `handle` has taken: as it came, but with this
 * body. It is answered when it is decided. */
void stoa_domaind_submit(
    struct stoa_domaind *d, struct stoa_request *request, struct stoa_str body);

/* A command of the daemon itself, actor "@<service>". Fire and forget: what
 * must happen stands in the state and is tried again. */
void stoa_domaind_command(struct stoa_domaind *d, struct stoa_str community,
    struct stoa_str id, const char *method, const ProtobufCMessage *request);

#endif
