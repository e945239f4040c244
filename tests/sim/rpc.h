/* rpc.h - calls between simulated daemons: lost, late, twice, and repeated by
 * their caller with the same ids until they are answered. */
#ifndef STOA_TESTS_SIM_RPC_H
#define STOA_TESTS_SIM_RPC_H

#include "port/bus.h"
#include "tests/sim/node.h"

struct rpc_world;

struct rpc_world *rpc_world_new(struct sim *s);
void rpc_world_free(struct rpc_world *w);

/* A service ("accounts") and the replicas that serve it; borrowed. */
struct rpc_service {
	const char *name;
	struct node *nodes;
	uint32_t count;
	/* Answers a call without an id; NULL: nobody asks. */
	enum stoa_status (*query)(const ProtobufCMethodDescriptor *method,
	    const void *state, struct stoa_str request,
	    struct stoa_arena *arena, struct stoa_str *ret_reply);
	/* Takes a command to its replica; NULL: as it came. */
	void (*submit)(
	    struct node *n, const struct stoa_submit *submit, void *call);
};

void rpc_serve(struct rpc_world *w, const struct rpc_service *service);

/* What node's callbacks are given goes here. */
void rpc_answered(void *call, enum stoa_status status, struct stoa_str outcome);
void rpc_read(void *call, enum stoa_status status, const void *state);

struct rpc_call {
	const char *service;
	const ProtobufCMethodDescriptor *method;
	const char *community;
	const char *actor;
	const char *id; /* empty: a query */
	int64_t timeout_us;
	const bool *is_dead; /* of the caller: then nobody is called back */
};

void rpc_send(struct rpc_world *w, const struct rpc_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner);

#endif
