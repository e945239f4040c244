/* bus_private.h - the parts of a bus, shared by its files only. */
#ifndef STOA_EDGE_BUS_PRIVATE_H
#define STOA_EDGE_BUS_PRIVATE_H

#include "base/buf.h"
#include "base/map.h"
#include "edge/bus.h"
#include "edge/nats.h"
#include "port/clock.h"

#define SUBJECT_MAX 256
#define HEADERS_MAX 5

/* A request of ours that waits for its answer. */
struct ask {
	char key[24]; /* its number: the last token of the reply subject */
	const char *subject;
	struct stoa_str data;
	struct stoa_header headers[HEADERS_MAX];
	size_t header_count;
	struct stoa_mono deadline;
	struct stoa_mono repeat_at;
	int64_t repeat_us;	   /* 0: never repeated */
	bool wants_status;	   /* an RPC: status in headers */
	bool wants_all;		   /* every answer until the deadline */
	const char *detail_header; /* of the answer, handed over as detail */
	stoa_bus_done done;
	void *owner;
	char bytes[]; /* the texts above */
};

struct listener {
	struct listener *next;
	char subject[SUBJECT_MAX];
	stoa_hear_fn fn;
	void *owner;
	struct stoa_nats_sub *sub;
};

struct stats {
	uint64_t requests;
	uint64_t errors;
	int64_t busy_us;
	char last_error[96];
};

struct stoa_bus {
	struct stoa_bus_options o;
	struct stoa_nats *nats;
	struct stoa_timer *tick;
	struct stoa_nats_sub *inbox;
	struct stoa_map asks; /* number -> struct ask * */
	uint64_t next_number;
	struct listener *listeners;
	struct stoa_consumer *consumers;

	const ProtobufCServiceDescriptor *service;
	stoa_serve_fn serve;
	void *serve_owner;
	bool is_serving;
	bool mine[256];
	struct stoa_nats_sub *slots[257]; /* the last: no community */
	struct stoa_nats_sub *discovery[9];
	struct stats stats;
	char id[24];
	char started[32];
};

int64_t bus_now(void);

/* Copies all but the headers' names. */
struct ask *ask_new(struct stoa_bus *b, const char *subject,
    const struct stoa_header *headers, size_t header_count,
    struct stoa_str data);
void ask_send(struct stoa_bus *b, struct ask *a);
void ask_tick(struct stoa_bus *b);
void ask_heard(void *owner, const struct stoa_nats_msg *m);
void ask_fail_all(struct stoa_bus *b);

void serve_subscribe(struct stoa_bus *b);
void discovery_subscribe(struct stoa_bus *b);
void consumers_start(struct stoa_bus *b, bool is_fresh);
void consumers_tick(struct stoa_bus *b);

#endif
