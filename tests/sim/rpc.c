/* rpc.c - each attempt travels by itself; the first answer counts. */
#include "tests/sim/rpc.h"

#include "base/check.h"
#include "base/id.h"

#include <stdio.h>
#include <stdlib.h>

#define SERVICES_MAX	4
#define REPEAT_US	(300 * STOA_US_PER_MS)
#define QUERY_ARENA_MAX (1u << 20)

struct rpc {
	struct rpc *next; /* all of them, freed with the world */
	struct rpc_world *world;
	const struct rpc_service *service;
	const ProtobufCMethodDescriptor *method;
	const bool *is_dead;
	char community[32];
	char actor[32];
	char id[128];
	uint8_t *request;
	size_t request_len;
	int64_t deadline_us;
	bool is_done;
	stoa_bus_done done;
	void *owner;
};

/* One journey there, then one back. */
struct attempt {
	struct rpc *rpc;
	enum stoa_status status;
	uint8_t *reply;
	size_t reply_len;
};

struct rpc_world {
	struct sim *sim;
	struct rpc_service services[SERVICES_MAX];
	size_t service_count;
	struct rpc *rpcs;
};

struct rpc_world *
rpc_world_new(struct sim *s)
{
	struct rpc_world *w = calloc(1, sizeof(*w));

	stoa_assert(w != NULL);
	w->sim = s;
	return w;
}

void
rpc_world_free(struct rpc_world *w)
{
	while (w->rpcs != NULL) {
		struct rpc *r = w->rpcs;

		w->rpcs = r->next;
		free(r->request);
		free(r);
	}
	free(w);
}

void
rpc_serve(struct rpc_world *w, const struct rpc_service *service)
{
	stoa_assert(w->service_count < SERVICES_MAX);
	w->services[w->service_count++] = *service;
}

static int64_t
travel(struct rpc_world *w)
{
	return (int64_t)stoa_rng_below(
	    sim_rng(w->sim), sim_faults(w->sim)->delay_us_max + 1);
}

static void
rpc_end(struct rpc *r, enum stoa_status status, struct stoa_str reply)
{
	if (r->is_done) {
		return;
	}
	r->is_done = true;
	if (r->is_dead == NULL || !*r->is_dead) {
		r->done(r->owner, status, reply, NULL);
	}
}

static void
came_back(void *arg)
{
	struct attempt *a = arg;

	/* Closed, stale, busy: the caller asks again. */
	if (a->status == STOA_OK || a->status == STOA_EXISTS ||
	    a->status == STOA_INVALID || a->status == STOA_TOO_LARGE ||
	    a->status == STOA_NOT_FOUND) {
		rpc_end(a->rpc, a->status,
		    stoa_str_of_bytes(a->reply, a->reply_len));
	}
	free(a->reply);
	free(a);
}

void
rpc_answered(void *call, enum stoa_status status, struct stoa_str outcome)
{
	struct attempt *a = call;
	struct rpc_world *w = a->rpc->world;

	if (stoa_rng_chance(sim_rng(w->sim), sim_faults(w->sim)->lose_answer)) {
		free(a);
		return;
	}
	a->status = status;
	a->reply = malloc(outcome.len + 1);
	stoa_assert(a->reply != NULL);
	if (outcome.len > 0) {
		memcpy(a->reply, outcome.data, outcome.len);
	}
	a->reply_len = outcome.len;
	sim_at(w->sim, travel(w), came_back, a);
}

void
rpc_read(void *call, enum stoa_status status, const void *state)
{
	struct attempt *a = call;
	struct rpc *r = a->rpc;
	struct stoa_str reply = {NULL, 0};
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, QUERY_ARENA_MAX);
	if (status == STOA_OK) {
		status = r->service->query(r->method, state,
		    stoa_str_of_bytes(r->request, r->request_len), &arena,
		    &reply);
	}
	rpc_answered(a, status, reply);
	stoa_arena_fini(&arena);
}

/* Any of them, should several think that it is theirs. */
static struct node *
node_serving(struct rpc_world *w, const struct rpc_service *s, uint8_t slot)
{
	struct node *serving = NULL;
	uint64_t count = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		if (s->nodes[i].replica != NULL && s->nodes[i].mine[slot] &&
		    (++count == 1 || stoa_rng_chance(sim_rng(w->sim), count))) {
			serving = &s->nodes[i];
		}
	}
	return serving;
}

static void
arrive(void *arg)
{
	struct attempt *a = arg;
	struct rpc *r = a->rpc;
	struct node *n = node_serving(
	    r->world, r->service, stoa_slot_of(stoa_str_of(r->community)));
	struct stoa_submit submit = {
	    .community = stoa_str_of(r->community),
	    .actor = stoa_str_of(r->actor),
	    .id = stoa_str_of(r->id),
	    .method = r->method,
	    .request = stoa_str_of_bytes(r->request, r->request_len),
	    .deadline = {r->deadline_us},
	};

	if (n == NULL) {
		free(a);
	} else if (r->id[0] == '\0') {
		stoa_replica_read(n->replica, submit.community, 0, a);
	} else if (r->service->submit != NULL) {
		r->service->submit(n, &submit, a);
	} else {
		stoa_replica_submit(n->replica, &submit, a);
	}
}

static void
attempt_send(struct rpc *r)
{
	struct rpc_world *w = r->world;
	uint64_t copies =
	    stoa_rng_chance(sim_rng(w->sim), sim_faults(w->sim)->repeat_request)
		? 2
		: 1;

	for (; copies > 0; copies--) {
		struct attempt *a;

		if (stoa_rng_chance(
			sim_rng(w->sim), sim_faults(w->sim)->lose_request)) {
			continue;
		}
		a = calloc(1, sizeof(*a));
		stoa_assert(a != NULL);
		a->rpc = r;
		sim_at(w->sim, travel(w), arrive, a);
	}
}

static void
repeat(void *arg)
{
	struct rpc *r = arg;

	if (r->is_done || (r->is_dead != NULL && *r->is_dead)) {
		return;
	}
	if (sim_now(r->world->sim) >= r->deadline_us) {
		rpc_end(r, STOA_TIMEOUT, (struct stoa_str){NULL, 0});
		return;
	}
	attempt_send(r);
	sim_at(r->world->sim, REPEAT_US, repeat, r);
}

void
rpc_send(struct rpc_world *w, const struct rpc_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct rpc *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->world = w;
	r->next = w->rpcs;
	w->rpcs = r;
	for (size_t i = 0; i < w->service_count; i++) {
		if (strcmp(w->services[i].name, call->service) == 0) {
			r->service = &w->services[i];
		}
	}
	stoa_assert(r->service != NULL);
	r->method = call->method;
	r->is_dead = call->is_dead;
	(void)snprintf(
	    r->community, sizeof(r->community), "%s", call->community);
	(void)snprintf(r->actor, sizeof(r->actor), "%s", call->actor);
	(void)snprintf(r->id, sizeof(r->id), "%s", call->id);
	r->request_len = protobuf_c_message_get_packed_size(request);
	r->request = malloc(r->request_len + 1);
	stoa_assert(r->request != NULL);
	protobuf_c_message_pack(request, r->request);
	r->deadline_us = sim_now(w->sim) + call->timeout_us;
	r->done = done;
	r->owner = owner;
	repeat(r);
}
