/* bus.c - see bus.h. */
#include "tests/sim/bus.h"

#include "base/check.h"
#include "base/id.h"

#include <stdio.h>
#include <stdlib.h>

#define COMMAND_BYTES_MAX 4096

struct asked {
	struct asked *next;
	struct stoa_bus *bus;
	stoa_bus_done done;
	void *owner;
};

/* ---- life ---- */

struct stoa_bus *
bus_new(struct world *w, struct node *n, const struct bus_outside *outside)
{
	struct stoa_bus *b = calloc(1, sizeof(*b));

	stoa_assert(b != NULL);
	b->world = w;
	b->node = n;
	b->outside = outside;
	b->next = w->buses;
	w->buses = b;
	return b;
}

static void
bus_turn(void *arg)
{
	struct stoa_bus *b = arg;

	if (b->is_dead || b->world->is_over) {
		return;
	}
	b->part->tick(b->reactions);
	sim_at(b->world->sim, b->part->tick_us, bus_turn, b);
}

void
bus_start(struct stoa_bus *b, struct reactions *reactions,
    const struct stoa_part *part)
{
	b->reactions = reactions;
	b->part = part;
	sim_at(b->world->sim, 1, bus_turn, b);
}

void
bus_stop(struct world *w, const struct node *n)
{
	for (struct stoa_bus *b = w->buses; b != NULL; b = b->next) {
		if (b->node == n && !b->is_dead) {
			b->is_dead = true;
		}
	}
}

static void
asked_free(struct stoa_bus *b)
{
	while (b->asked != NULL) {
		struct asked *a = b->asked;

		b->asked = a->next;
		free(a);
	}
}

void
bus_free_all(struct world *w)
{
	while (w->buses != NULL) {
		struct stoa_bus *b = w->buses;

		w->buses = b->next;
		b->outside->reactions_free(b->reactions);
		asked_free(b);
		free(b);
	}
}

struct stoa_bus *
bus_serving(const struct world *w, struct stoa_str community)
{
	for (struct stoa_bus *b = w->buses; b != NULL; b = b->next) {
		if (!b->is_dead && b->node->mine[stoa_slot_of(community)]) {
			return b;
		}
	}
	return NULL;
}

/* ---- calls ---- */

static void
answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct asked *a = owner;
	struct world *w = a->bus->world;

	if (world_crash_point(w, a->bus->node, CRASH_ANSWERED)) {
		return;
	}
	a->done(a->owner, status, reply, detail);
	(void)world_crash_point(w, a->bus->node, CRASH_HEARD);
}

/* With the places where a daemon with reactions may be killed. */
static void *
asked_new(struct stoa_bus *b, stoa_bus_done done, void *owner)
{
	struct asked *a = malloc(sizeof(*a));

	stoa_assert(a != NULL);
	*a = (struct asked){b->asked, b, done, owner};
	b->asked = a;
	return a;
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	char id[128], where[32], actor[32];
	struct rpc_call c = {
	    .service = "accounts",
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		call->service, call->method),
	    .community = where,
	    .actor = actor,
	    .id = id,
	    .timeout_us = 5 * STOA_US_PER_S,
	    .is_dead = &b->is_dead,
	};

	if (b->reactions != NULL) {
		owner = asked_new(b, done, owner);
		done = answered;
		(void)world_crash_point(b->world, b->node, CRASH_ASKED);
	}
	if (b->outside->call(b, call, request, done, owner)) {
		return;
	}
	(void)snprintf(id, sizeof(id), "%.*s", STOA_STR_ARG(call->command_id));
	(void)snprintf(
	    where, sizeof(where), "%.*s", STOA_STR_ARG(call->community));
	(void)snprintf(actor, sizeof(actor), "@%s", b->node->core->name);
	rpc_send(b->world->rpc, &c, request, done, owner);
}

void
stoa_bus_tell(struct stoa_bus *b, const char *subject, struct stoa_str data)
{
	(void)b;
	(void)subject;
	(void)data;
}

struct stored {
	struct stoa_bus *bus;
	stoa_bus_stored done;
	void *owner;
	enum stoa_status status;
};

static void
store_answered(void *arg)
{
	struct stored *s = arg;

	if (!s->bus->is_dead) {
		s->done(s->owner, s->status);
	}
	free(s);
}

/* Stored, or not, and the answer may be lost: then it is done again. */
void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	struct world *w = b->world;
	struct stored *s = malloc(sizeof(*s));
	bool is_stored = w->is_healed || !stoa_rng_chance(sim_rng(w->sim), 5);
	bool is_heard = w->is_healed || !stoa_rng_chance(sim_rng(w->sim), 5);

	(void)id;
	stoa_assert(s != NULL);
	if (is_stored) {
		b->outside->stored(w, subject, data);
	}
	*s = (struct stored){
	    b, done, owner, is_stored && is_heard ? STOA_OK : STOA_TIMEOUT};
	sim_at(w->sim, (int64_t)world_roll(w, 5000), store_answered, s);
	(void)world_crash_point(w, b->node, CRASH_STORED);
}

/* ---- what reactions ask for ---- */

bool
bus_is_mine(void *owner, struct stoa_str community)
{
	struct stoa_bus *b = owner;

	return b->node->mine[stoa_slot_of(community)];
}

void
bus_command(void *owner, struct stoa_str where, struct stoa_str id,
    const char *method, const ProtobufCMessage *request)
{
	struct stoa_bus *b = owner;
	char actor[32];
	uint8_t bytes[COMMAND_BYTES_MAX];
	struct stoa_submit submit = {
	    .community = where,
	    .id = id,
	    .method = protobuf_c_service_descriptor_get_method_by_name(
		b->node->core->service, method),
	    .deadline = STOA_MONO_NEVER,
	};

	(void)snprintf(actor, sizeof(actor), "@%s", b->node->core->name);
	submit.actor = stoa_str_of(actor);
	stoa_assert(
	    protobuf_c_message_get_packed_size(request) <= sizeof(bytes));
	submit.request =
	    stoa_str_of_bytes(bytes, protobuf_c_message_pack(request, bytes));
	stoa_replica_submit(b->node->replica, &submit, NULL);
	(void)world_crash_point(b->world, b->node, CRASH_COMMANDED);
}
