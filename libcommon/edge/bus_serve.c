/* bus_serve.c - requests in: parse, check the caller, hand over, answer. */
#include "base/check.h"
#include "base/id.h"
#include "edge/bus_private.h"
#include "edge/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct held {
	struct stoa_request request; /* first: it is what callers see */
	char caller[64];
	char community[80];
	char actor[80];
	char command_id[160];
	char reply[SUBJECT_MAX];
	int64_t arrived_us;
	char body[];
};

static void
answer(struct stoa_bus *b, const char *reply, enum stoa_status status,
    struct stoa_str body, const char *detail)
{
	char code[16], http[16];
	struct stoa_header headers[] = {
	    {"Stoa-Status", code},
	    {"Nats-Service-Error-Code", http},
	    {"Nats-Service-Error", stoa_status_text(status)},
	    {"Stoa-Detail", detail},
	};

	if (status == STOA_OK && stoa_nats_publish(b->nats, reply, NULL, NULL,
				     0, body) != STOA_TOO_LARGE) {
		return;
	}
	status = status == STOA_OK ? STOA_TOO_LARGE : status;
	b->stats.errors++;
	(void)snprintf(b->stats.last_error, sizeof(b->stats.last_error), "%s",
	    stoa_status_text(status));
	(void)snprintf(code, sizeof(code), "%u", (unsigned)status);
	(void)snprintf(http, sizeof(http), "%u", stoa_status_http(status));
	(void)stoa_nats_publish(b->nats, reply, NULL, headers,
	    detail == NULL ? 3 : 4, (struct stoa_str){NULL, 0});
}

void
stoa_bus_answer(struct stoa_bus *b, struct stoa_request *request,
    enum stoa_status status, struct stoa_str reply, const char *detail)
{
	struct held *h = (struct held *)request;

	answer(b, h->reply, status, reply, detail);
	b->stats.busy_us += bus_now() - h->arrived_us;
	free(h);
}

/* Only these have authenticated a person; everyone else speaks for itself. */
static bool
caller_may_name_actor(const char *caller)
{
	return strcmp(caller, "bot") == 0 || strcmp(caller, "api") == 0;
}

static bool
copy_header(
    const struct stoa_nats_msg *m, const char *name, char *to, size_t size)
{
	const char *value = stoa_nats_header(m, name);

	if (value == NULL) {
		to[0] = '\0';
		return true;
	}
	return snprintf(to, size, "%s", value) < (int)size;
}

/* stoa.rpc.<service>.<caller>.<slot>.<method> */
static bool
subject_parse(struct held *h, struct stoa_str subject,
    struct stoa_str *ret_slot, struct stoa_str *ret_method)
{
	struct stoa_str caller;

	for (int i = 0; i < 3; i++) {
		(void)stoa_str_cut(&subject, '.');
	}
	caller = stoa_str_cut(&subject, '.');
	*ret_slot = stoa_str_cut(&subject, '.');
	*ret_method = subject;
	return caller.len > 0 &&
	       snprintf(h->caller, sizeof(h->caller), "%.*s",
		   STOA_STR_ARG(caller)) < (int)sizeof(h->caller);
}

static int64_t
header_number(const struct stoa_nats_msg *m, const char *name, int64_t absent)
{
	const char *value = stoa_nats_header(m, name);
	int64_t number;

	if (value == NULL || !stoa_str_to_i64(stoa_str_of(value), &number)) {
		return absent;
	}
	return number;
}

static enum stoa_status
headers_parse(
    struct held *h, const struct stoa_nats_msg *m, struct stoa_str slot)
{
	struct stoa_request *q = &h->request;
	int64_t wall = stoa_clock_wall(NULL).us;
	int64_t deadline =
	    header_number(m, "Stoa-Deadline", wall + EDGE_CALL_TIMEOUT_US);
	char want[8] = "-";

	if (!copy_header(
		m, "Stoa-Community", h->community, sizeof(h->community)) ||
	    !copy_header(m, "Stoa-Actor", h->actor, sizeof(h->actor)) ||
	    !copy_header(
		m, "Stoa-Command", h->command_id, sizeof(h->command_id))) {
		return STOA_TOO_LARGE;
	}
	/* A person: no daemon speaks for another one. */
	if (h->actor[0] == '\0' || h->actor[0] == '@' ||
	    !caller_may_name_actor(h->caller)) {
		(void)snprintf(h->actor, sizeof(h->actor), "@%s", h->caller);
	}
	q->community = stoa_str_of(h->community);
	q->actor = stoa_str_of(h->actor);
	q->command_id = stoa_str_of(h->command_id);
	q->index_min = (uint64_t)header_number(m, "Stoa-Index-Min", 0);
	q->deadline.us = bus_now() + deadline - wall;
	if (q->community.len > 0) {
		(void)snprintf(want, sizeof(want), "%u",
		    (unsigned)stoa_slot_of(q->community));
	}
	return stoa_str_is_equal(slot, stoa_str_of(want)) ? STOA_OK
							  : STOA_INVALID;
}

static const ProtobufCMethodDescriptor *
method_find(struct stoa_bus *b, struct stoa_str name)
{
	for (unsigned i = 0; i < b->service->n_methods; i++) {
		if (stoa_str_is_equal(
			stoa_str_of(b->service->methods[i].name), name)) {
			return &b->service->methods[i];
		}
	}
	return NULL;
}

static enum stoa_status
request_parse(struct stoa_bus *b, struct held *h, const struct stoa_nats_msg *m,
    const char **ret_detail)
{
	struct stoa_str slot, method;
	enum stoa_status status;

	if (!subject_parse(h, stoa_nats_subject(m), &slot, &method)) {
		*ret_detail = "the subject is not "
			      "stoa.rpc.<service>.<caller>.<slot>.<method>";
		return STOA_INVALID;
	}
	h->request.caller = h->caller;
	h->request.method = method_find(b, method);
	if (h->request.method == NULL) {
		*ret_detail = "there is no such method";
		return STOA_UNSUPPORTED;
	}
	status = headers_parse(h, m, slot);
	if (status != STOA_OK) {
		*ret_detail = status == STOA_INVALID
				  ? "the slot is not the community's"
				  : "a header is too long";
	}
	return status;
}

static void
on_request(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_bus *b = owner;
	struct stoa_str data = stoa_nats_data(m);
	const char *reply = stoa_nats_reply(m);
	const char *detail = NULL;
	struct held *h;
	enum stoa_status status;

	if (reply == NULL) {
		return; /* nobody to answer */
	}
	b->stats.requests++;
	h = calloc(1, sizeof(*h) + data.len);
	stoa_assert(h != NULL);
	h->arrived_us = bus_now();
	if (snprintf(h->reply, sizeof(h->reply), "%s", reply) >=
	    (int)sizeof(h->reply)) {
		free(h);
		return;
	}
	status = request_parse(b, h, m, &detail);
	if (status != STOA_OK) {
		answer(b, h->reply, status, (struct stoa_str){NULL, 0}, detail);
		free(h);
		return;
	}
	/* Its caller has given up: do not start what nobody waits for. */
	if (h->request.deadline.us <= bus_now()) {
		free(h);
		return;
	}
	if (data.len > 0) {
		memcpy(h->body, data.data, data.len);
	}
	h->request.body = stoa_str_of_bytes(h->body, data.len);
	b->serve(b->serve_owner, &h->request);
}

static void
slot_subscribe(struct stoa_bus *b, unsigned slot)
{
	struct stoa_str service = stoa_bus_service_token(b->service);
	char subject[SUBJECT_MAX], queue[64], token[8] = "-";

	if (slot < 256) {
		(void)snprintf(token, sizeof(token), "%u", slot);
	}
	(void)snprintf(subject, sizeof(subject), "stoa.rpc.%.*s.*.%s.*",
	    STOA_STR_ARG(service), token);
	(void)snprintf(queue, sizeof(queue), "%.*s", STOA_STR_ARG(service));
	(void)!stoa_nats_subscribe(
	    b->nats, subject, queue, on_request, b, &b->slots[slot]);
}

void
serve_subscribe(struct stoa_bus *b)
{
	for (unsigned slot = 0; slot < 257; slot++) {
		stoa_nats_unsubscribe(b->slots[slot]);
		b->slots[slot] = NULL;
	}
	if (!b->is_serving) {
		return;
	}
	slot_subscribe(b, 256);
	for (unsigned slot = 0; slot < 256; slot++) {
		if (b->mine[slot]) {
			slot_subscribe(b, slot);
		}
	}
}

void
stoa_bus_serve(struct stoa_bus *b, const ProtobufCServiceDescriptor *service,
    stoa_serve_fn fn, void *owner)
{
	b->service = service;
	b->serve = fn;
	b->serve_owner = owner;
}

void
stoa_bus_serve_slots(struct stoa_bus *b, const bool mine[256])
{
	bool had_none = !b->is_serving;

	b->is_serving = true;
	for (unsigned slot = 0; slot < 256; slot++) {
		bool want = mine == NULL || mine[slot];

		if (!stoa_nats_is_up(b->nats) || want == b->mine[slot]) {
			b->mine[slot] = want;
			continue;
		}
		b->mine[slot] = want;
		if (want) {
			slot_subscribe(b, slot);
		} else {
			stoa_nats_unsubscribe(b->slots[slot]);
			b->slots[slot] = NULL;
		}
	}
	if (had_none && stoa_nats_is_up(b->nats)) {
		slot_subscribe(b, 256);
	}
}
