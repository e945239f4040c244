/* reactions.h - does what the state says is still to be done.
 *
 * Each effect carries an id that derives from the job, so that doing it twice
 * does it once; its result is recorded as a command. What fails is tried
 * again with back-off; what was under way when the process ended is found
 * again in the state. Layer 3: ports only, so that it runs in simulation. */
#ifndef TRAINING_REACTIONS_H
#define TRAINING_REACTIONS_H

#include "base/core.h"
#include "domain/replica.h"
#include "port/bus.h"
#include "port/clock.h"
#include "port/part.h"

#include "proto/training.pb-c.h"

struct reactions;

struct reactions_options {
	struct stoa_replica *replica;
	struct stoa_bus *bus;
	struct stoa_clock *clock;
	/* Only who serves a community acts for it. */
	bool (*is_mine)(void *owner, struct stoa_str community);
	/* A command of the daemon itself. */
	void (*command)(void *owner, struct stoa_str community,
	    struct stoa_str id, const char *method,
	    const ProtobufCMessage *request);
	void *owner;
};

struct reactions *reactions_new(const struct reactions_options *options);
void reactions_free(struct reactions *r); /* nothing calls back any more */

/* Its tick looks at every open job of the communities that are ours; drained
 * it takes no more effects up. Its memory is left to the end of the process,
 * since the bus is going to call back. */
extern const struct stoa_part reactions_part;

/* A worker says that it is at it. False: the attempt is over, stop. */
bool reactions_heartbeat(struct reactions *r, struct stoa_str community,
    const Stoa__Training__HeartbeatQuery *in);

#endif
