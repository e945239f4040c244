/* gateway.h - Discord in: shards as `main.c` sees them.
 *
 * Several replicas share the shards of one bot by leases in the broker. What
 * arrives is published before a session's place advances, so that whatever
 * ends this process, the next one goes on where the broker stands: nothing is
 * lost, and what comes twice has the same message ids. One thread: the
 * loop's. */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "gateway/unpack.h"
#include "port/bus.h"
#include "port/part.h"
#include "port/ws.h"

#include <stdbool.h>
#include <stdint.h>

struct gateway;

struct gateway_options {
	struct stoa_bus *bus;
	struct stoa_ws_client *ws;
	const char *token;	 /* borrowed; a secret */
	const char *replica;	 /* borrowed; unique among the replicas */
	const char *incarnation; /* borrowed; unique among all processes */
	const char *gateway_url; /* borrowed; empty: what Discord says */
	const char *events;	 /* borrowed; types to publish, "A,B" or "*" */
	uint32_t intents;
	bool connects;	 /* false: only what comes over HTTP is published */
	unsigned shards; /* 0: as many as Discord recommends */
	unsigned identify_reserve;
	int64_t host_patience_us;
	enum unpack_kind compression;
	uint64_t seed;
	void (*log)(bool is_warning, const char *event, const char *text);
	/* Nothing can be done before a person has mended it. */
	void (*fatal)(const char *text);
	/* Only a new process may go on. */
	void (*stale)(const char *text);
};

/* Copies the options. */
struct gateway *gateway_new(const struct gateway_options *options);
void gateway_start(struct gateway *g);

/* Ready when all shards run somewhere, and ours are connected. Drained it
 * takes nothing more, stores what it has and hands its shards back. */
extern const struct stoa_part gateway_part;

#endif
