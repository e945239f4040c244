/* nats_watch.h - the loop watches a broker connection's socket for nats.c.
 *
 * nats.c can leave reading and writing to a foreign event loop: it names the
 * socket when it is connected, and wants to be called when the socket can be
 * read or written. So messages arrive on the loop thread itself, without a
 * thread of the library in between, and all that a turn of the loop publishes
 * leaves in one write at its end.
 *
 * The library connects, reconnects and pings on threads of its own, with its
 * lock held: what they ask for is noted under a lock of ours, which is never
 * held while anything else is called. */
#ifndef STOA_EDGE_NATS_WATCH_H
#define STOA_EDGE_NATS_WATCH_H

#include "edge/loop.h"

#include <nats/nats.h>

struct nats_watch;

/* There is something to read: natsConnection_ProcessReadEvent reads it. */
typedef void (*nats_watch_fn)(void *arg, natsConnection *connection);

/* One for each connection, on the loop; used before the connection is made. */
struct nats_watch *nats_watch_new(
    struct stoa_loop *l, nats_watch_fn readable, void *arg);
natsStatus nats_watch_use(struct nats_watch *w, natsOptions *o);

/* Writes what the library has gathered, as far as the socket takes it; the
 * rest follows by itself. */
void nats_watch_flush(struct nats_watch *w);

/* The same, waiting up to `ms` until all of it is written. */
void nats_watch_flush_all(struct nats_watch *w, int ms);

/* On the loop: nothing is called any more. Freed when the library has let go
 * of it, too. To be called before the connection is destroyed. */
void nats_watch_end(struct nats_watch *w);

#endif
