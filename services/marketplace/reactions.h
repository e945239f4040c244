/* reactions.h - does what the state says is still to be done.
 *
 * A model is pinned, its ownership signed, the community told; a deal's money
 * is set aside, paid out or given back, and who asked is told. Each carries an
 * id that derives from the noun, so that doing it twice does it once; its
 * result is recorded as a command. Layer 3: ports only. */
#ifndef MARKETPLACE_REACTIONS_H
#define MARKETPLACE_REACTIONS_H

#include "base/core.h"
#include "base/ed25519.h"
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
	uint8_t sign_key[STOA_ED25519_SIZE]; /* claims are signed with it */
};

struct reactions *reactions_new(const struct reactions_options *options);
void reactions_free(struct reactions *r); /* nothing calls back any more */

/* Its tick looks at all that is to be done in the communities that are ours;
 * drained it takes nothing more up. */
extern const struct stoa_part reactions_part;

#endif
