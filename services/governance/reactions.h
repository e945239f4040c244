/* reactions.h - does what the state says is still to be done: deposits, the
 * electorate, execution, notices. Layer 3: ports only. */
#ifndef GOVERNANCE_REACTIONS_H
#define GOVERNANCE_REACTIONS_H

#include "domain/errand.h"
#include "port/bus.h"
#include "port/clock.h"

struct reactions;

struct reactions_options {
	struct stoa_replica *replica;
	struct stoa_bus *bus;
	struct stoa_clock *clock;
	bool (*is_mine)(void *owner, struct stoa_str community);
	void (*command)(void *owner, struct stoa_str community,
	    struct stoa_str id, const char *method,
	    const ProtobufCMessage *request);
	void *owner;
};

struct reactions *reactions_new(const struct reactions_options *options);
void reactions_free(struct reactions *r);
void reactions_tick(struct reactions *r);
void reactions_drain(struct reactions *r);
bool reactions_is_idle(const struct reactions *r);

#endif
