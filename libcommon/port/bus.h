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

/* "accounts" of "stoa.accounts.Accounts": the token in subjects. */
struct stoa_str stoa_bus_service_token(
    const ProtobufCServiceDescriptor *service);

#endif
