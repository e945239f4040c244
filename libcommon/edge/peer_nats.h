/* peer_nats.h - replicas of a domain on the bus; see port/peer.h.
 * Subject: stoa.peer.<domain>.<replica>.{beat,heads}. */
#ifndef STOA_EDGE_PEER_NATS_H
#define STOA_EDGE_PEER_NATS_H

#include "edge/bus.h"
#include "port/peer.h"

struct stoa_peer *stoa_peer_new(
    struct stoa_bus *bus, const char *domain, uint32_t replica);

#endif
