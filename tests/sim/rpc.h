/* rpc.h - calls between simulated daemons: lost, late, twice, and repeated by
 * their caller with the same ids until they are answered. */
#ifndef STOA_TESTS_SIM_RPC_H
#define STOA_TESTS_SIM_RPC_H

#include "port/bus.h"
#include "tests/sim/node.h"

struct rpc_world;

struct rpc_world *rpc_world_new(struct sim *s);
void rpc_world_free(struct rpc_world *w);

/* The replicas that serve a service ("accounts"). */
void rpc_serve(struct rpc_world *w, const char *service, struct node *nodes,
    uint32_t count);

/* What node's answer callback is given goes here. */
void rpc_answered(void *call, enum stoa_status status, struct stoa_str outcome);

struct rpc_call {
	const char *service;
	const ProtobufCMethodDescriptor *method;
	const char *community;
	const char *actor;
	const char *id;
	int64_t timeout_us;
	const bool *is_dead; /* of the caller: then nobody is called back */
};

void rpc_send(struct rpc_world *w, const struct rpc_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner);

#endif
