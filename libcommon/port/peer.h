/* port/peer.h - how replicas of one domain hear each other.
 * Lossy: what is sent may be lost, repeated or late. */
#ifndef STOA_PORT_PEER_H
#define STOA_PORT_PEER_H

#include "base/str.h"

struct stoa_peer;

enum stoa_peer_verb {
	STOA_PEER_BEAT,	 /* journal.Beat */
	STOA_PEER_HEADS, /* journal.Heads */
};

typedef void (*stoa_peer_heard)(
    void *owner, enum stoa_peer_verb verb, struct stoa_str bytes);

void stoa_peer_bind(struct stoa_peer *p, stoa_peer_heard heard, void *owner);

/* To all other replicas. */
void stoa_peer_send(
    struct stoa_peer *p, enum stoa_peer_verb verb, struct stoa_str bytes);

#endif
