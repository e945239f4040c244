/* peer_nats.c - beats and heads as plain messages. */
#include "edge/peer_nats.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct stoa_peer {
	struct stoa_bus *bus;
	char domain[32];
	uint32_t replica;
	stoa_peer_heard heard;
	void *owner;
};

static const char *const verbs[] = {
    [STOA_PEER_BEAT] = "beat",
    [STOA_PEER_HEADS] = "heads",
};

static void
on_heard(void *owner, struct stoa_str subject, struct stoa_str data)
{
	struct stoa_peer *p = owner;

	for (int i = 0; i < 4; i++) {
		(void)stoa_str_cut(&subject, '.');
	}
	for (size_t i = 0; i < STOA_COUNT(verbs); i++) {
		if (p->heard != NULL &&
		    stoa_str_is_equal(subject, stoa_str_of(verbs[i]))) {
			p->heard(p->owner, (enum stoa_peer_verb)i, data);
		}
	}
}

struct stoa_peer *
stoa_peer_new(struct stoa_bus *bus, const char *domain, uint32_t replica)
{
	struct stoa_peer *p = calloc(1, sizeof(*p));
	char subject[96];

	stoa_assert(p != NULL);
	p->bus = bus;
	p->replica = replica;
	(void)snprintf(p->domain, sizeof(p->domain), "%s", domain);
	(void)snprintf(subject, sizeof(subject), "stoa.peer.%s.*.*", domain);
	stoa_bus_hear(bus, subject, on_heard, p);
	return p;
}

void
stoa_peer_bind(struct stoa_peer *p, stoa_peer_heard heard, void *owner)
{
	p->heard = heard;
	p->owner = owner;
}

void
stoa_peer_send(
    struct stoa_peer *p, enum stoa_peer_verb verb, struct stoa_str bytes)
{
	char subject[96];

	(void)snprintf(subject, sizeof(subject), "stoa.peer.%s.%" PRIu32 ".%s",
	    p->domain, p->replica, verbs[verb]);
	stoa_bus_tell(p->bus, subject, bytes);
}
