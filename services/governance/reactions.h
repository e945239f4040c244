/* reactions.h - does what the state says is still to be done: deposits, the
 * electorate, execution, notices. Layer 3: ports only. */
#ifndef GOVERNANCE_REACTIONS_H
#define GOVERNANCE_REACTIONS_H

#include "domain/errand.h"
#include "port/bus.h"
#include "port/clock.h"
#include "port/part.h"

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
void reactions_free(struct reactions *r); /* nothing calls back any more */

/* Its tick looks at every open proposal of the communities that are ours. Its
 * memory is left to the end of the process: the bus is going to call back. */
extern const struct stoa_part reactions_part;

#endif
