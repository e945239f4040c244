/* reactions.h - sends Joy that is to leave: asks chain for the transaction and
 * records what became of it. A withdrawal's transaction carries an id made of
 * its own, so that asking twice sends once. Layer 3: ports only. */
#ifndef ACCOUNTS_REACTIONS_H
#define ACCOUNTS_REACTIONS_H

#include "base/core.h"
#include "domain/errand.h"
#include "domain/replica.h"
#include "port/bus.h"
#include "port/clock.h"
#include "port/part.h"

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
void reactions_free(struct reactions *r);

extern const struct stoa_part reactions_part;

#endif
