/* port/bus.h - what handlers and reactions may ask of the bus.
 *
 * Calls go through the protobuf service descriptors of proto/; a call is
 * repeated with the same ids until its deadline, which is safe because every
 * command carries an id. Callbacks run on the loop thread. */
#ifndef STOA_PORT_BUS_H
#define STOA_PORT_BUS_H

#include "base/status.h"
#include "base/str.h"

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct stoa_bus;

struct stoa_bus_call {
	const ProtobufCServiceDescriptor *service;
	const char *method;
	struct stoa_str community;  /* empty: none is meant */
	struct stoa_str actor;	    /* honoured from authenticating callers */
	struct stoa_str command_id; /* empty: a query */
	uint64_t index_min;	    /* a read not older than this */
	int64_t timeout_us;	    /* 0: the default */
};

/* OK: `reply` is the packed output message. Otherwise `detail` may say more.
 * Both are valid during the callback. */
typedef void (*stoa_bus_done)(void *owner, enum stoa_status status,
    struct stoa_str reply, const char *detail);

void stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner);

/* Fire and forget; nobody may be listening. */
void stoa_bus_tell(
    struct stoa_bus *b, const char *subject, struct stoa_str data);

/* Stores a message in the stream that listens on `subject`. OK also when the
 * same id was stored before. EXISTS: the subject holds its one message
 * already. Repeated until the deadline of 5 s. */
typedef void (*stoa_bus_stored)(void *owner, enum stoa_status status);
void stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner);

/* Asks everybody who listens on `subject`: `heard` is called with OK for each
 * answer that comes within `wait_us`, then once with TIMEOUT (or CLOSED). */
void stoa_bus_gather(struct stoa_bus *b, const char *subject,
    struct stoa_str data, int64_t wait_us, stoa_bus_done heard, void *owner);

/* ---- listening -------------------------------------------------------------
 */

/* Messages of a durable pull consumer (made by provisioning); at most `window`
 * unacknowledged at once. */
struct stoa_delivery {
	struct stoa_str subject;
	struct stoa_str data;
	uint64_t delivered; /* how often, from 1 */
};

typedef void (*stoa_consume_fn)(void *owner, struct stoa_delivery *delivery);

struct stoa_consumer;
struct stoa_consumer *stoa_bus_consume(struct stoa_bus *b, const char *stream,
    const char *durable, unsigned window, stoa_consume_fn fn, void *owner);
void stoa_consumer_stop(struct stoa_consumer *c); /* takes no more */

/* At most `window` open from now on; 0: asks for none until it is raised.
 * What was asked for already may still come. */
void stoa_consumer_set_window(struct stoa_consumer *c, unsigned window);

/* How long a request for more stands at the broker before it is renewed: so
 * long a process that hangs still gets what others could handle. */
void stoa_consumer_set_life(struct stoa_consumer *c, int64_t life_us);

/* Each ends the delivery and frees it. */
void stoa_delivery_ack(struct stoa_delivery *d);
void stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us);
void stoa_delivery_drop(struct stoa_delivery *d); /* never again */

/* Tells the broker nothing: a later delivery of the same message is held. An
 * ack of either would take the message away while nothing is done yet. */
void stoa_delivery_forget(struct stoa_delivery *d);

/* Tells the broker that work on it goes on. */
void stoa_delivery_progress(struct stoa_delivery *d);

/* Plain subscription, lossy. Kept over reconnects. */
typedef void (*stoa_hear_fn)(
    void *owner, struct stoa_str subject, struct stoa_str data);
void stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner);

/* "accounts" of "stoa.accounts.Accounts": the token in subjects. */
struct stoa_str stoa_bus_service_token(
    const ProtobufCServiceDescriptor *service);

#endif
