/* bus.h - RPC and durable messages over NATS, on the loop.
 *
 * Subject of a call: stoa.rpc.<service>.<caller>.<slot>.<method>. The caller's
 * name stands in the subject because NATS names no sender: the broker lets
 * each user publish under its own name only, so the name can be believed, and
 * nothing that stands in a header can (DESIGN, section 5).
 *
 * Every bus answers the micro discovery of ADR-32 ($SRV.PING, INFO, STATS). */
#ifndef STOA_EDGE_BUS_H
#define STOA_EDGE_BUS_H

#include "edge/loop.h"
#include "port/bus.h"

#include "base/time.h"

struct stoa_bus_options {
	struct stoa_loop *loop;
	const char *url;
	const char *service;	 /* "accounts": this daemon */
	const char *description; /* one line, for discovery */
	const char *key_file;
	void (*up)(void *owner);
	void (*down)(void *owner);
	void (*error)(void *owner, const char *text);
	void *owner;
};

STOA_MUST_USE enum stoa_status stoa_bus_open(
    const struct stoa_bus_options *options, struct stoa_bus **ret_bus);
void stoa_bus_close(struct stoa_bus *b);
bool stoa_bus_is_up(const struct stoa_bus *b);
struct stoa_nats *stoa_bus_nats(struct stoa_bus *b);

/* ---- serving --------------------------------------------------------------
 */

/* A request. Its texts live until it is answered; answer exactly once. */
struct stoa_request {
	const ProtobufCMethodDescriptor *method;
	const char *caller;
	struct stoa_str community;
	struct stoa_str actor; /* already checked against the caller */
	struct stoa_str command_id;
	uint64_t index_min;
	struct stoa_mono deadline;
	struct stoa_str body; /* packed input message */
};

typedef void (*stoa_serve_fn)(void *owner, struct stoa_request *request);

/* Serves `service`; with no slots yet. */
void stoa_bus_serve(struct stoa_bus *b,
    const ProtobufCServiceDescriptor *service, stoa_serve_fn fn, void *owner);

/* Serves calls without a community, and those of the slots given; NULL: of
 * all slots. May be called again whenever they change. */
void stoa_bus_serve_slots(struct stoa_bus *b, const bool mine[256]);

/* Answers and frees. `reply` is the packed output message when OK. */
void stoa_bus_answer(struct stoa_bus *b, struct stoa_request *request,
    enum stoa_status status, struct stoa_str reply, const char *detail);

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

/* Each ends the delivery and frees it. */
void stoa_delivery_ack(struct stoa_delivery *d);
void stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us);
void stoa_delivery_drop(struct stoa_delivery *d); /* never again */

/* Tells the broker that work on it goes on. */
void stoa_delivery_progress(struct stoa_delivery *d);

/* Plain subscription, lossy. Kept over reconnects. */
typedef void (*stoa_hear_fn)(
    void *owner, struct stoa_str subject, struct stoa_str data);
void stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner);

/* A raw request to the broker's own API ($JS.API...), answered once. */
void stoa_bus_ask(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t timeout_us, stoa_bus_done done, void *owner);

#endif
