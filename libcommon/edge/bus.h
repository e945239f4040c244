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
	bool is_client; /* a person's tool: not listed by discovery */
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

/* ---- asking the broker ------------------------------------------------------
 */

/* A raw request to the broker's own API ($JS.API...), answered once. */
void stoa_bus_ask(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t timeout_us, stoa_bus_done done, void *owner);

#endif
