/* due.h - deadlines of a core become commands of its daemon.
 *
 * Their id tells the deadline and the record that it was seen in, so that two
 * replicas that both think it is time make one, and what is still due after it
 * makes another. Layer 3: ports only, so that it runs in simulation. */
#ifndef STOA_DOMAIN_DUE_H
#define STOA_DOMAIN_DUE_H

#include "domain/replica.h"

struct stoa_due {
	struct stoa_replica *replica;
	const struct stoa_core *core;
	const struct stoa_clock *clock;
	const char *method; /* takes an empty request */
	/* Only who serves a community acts for it. */
	bool (*is_mine)(void *owner, struct stoa_str community);
	void (*command)(void *owner, struct stoa_str community,
	    struct stoa_str id, const char *method,
	    const ProtobufCMessage *request);
	void *owner;
};

/* Looks at all communities that are ours. */
void stoa_due_check(const struct stoa_due *due);

#endif
