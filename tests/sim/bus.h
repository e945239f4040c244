/* bus.h - the bus of a simulated daemon that has reactions: port/bus.h over
 * rpc.h. It dies with its daemon, and nobody is called back any more. */
#ifndef STOA_TESTS_SIM_BUS_H
#define STOA_TESTS_SIM_BUS_H

#include "port/bus.h"
#include "port/part.h"
#include "tests/sim/world.h"

struct reactions;

/* What is not simulated as a domain. */
struct bus_outside {
	/* A call of such a service; false: it is none. */
	bool (*call)(struct stoa_bus *b, const struct stoa_bus_call *call,
	    const ProtobufCMessage *request, stoa_bus_done done, void *owner);
	/* What the broker keeps; perhaps again. */
	void (*stored)(
	    struct world *w, const char *subject, struct stoa_str data);
	void (*reactions_free)(struct reactions *r);
};

struct stoa_bus {
	struct stoa_bus *next;
	struct world *world;
	struct node *node;
	const struct bus_outside *outside;
	const struct stoa_part *part;
	struct reactions *reactions; /* NULL: it only asks */
	struct asked *asked;	     /* all of it, until the end */
	bool is_dead;
};

/* Of a daemon that has just started; lives as long as the world. */
struct stoa_bus *bus_new(
    struct world *w, struct node *n, const struct bus_outside *outside);

/* Begins to tick. */
void bus_start(struct stoa_bus *b, struct reactions *reactions,
    const struct stoa_part *part);
void bus_stop(struct world *w, const struct node *n);
void bus_free_all(struct world *w);

/* The live one that serves a community; NULL: none. */
struct stoa_bus *bus_serving(const struct world *w, struct stoa_str community);

/* As reactions ask for them; the owner is the bus. */
bool bus_is_mine(void *owner, struct stoa_str community);
void bus_command(void *owner, struct stoa_str where, struct stoa_str id,
    const char *method, const ProtobufCMessage *request);

#endif
