/* bus.c - a bus's life, its plain subscriptions and its own requests. */
#include "edge/bus.h"

#include "base/check.h"
#include "base/id.h"
#include "edge/bus_private.h"
#include "edge/limits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK_US (20 * STOA_US_PER_MS)

int64_t
bus_now(void)
{
	return stoa_clock_mono(NULL).us;
}

struct stoa_str
stoa_bus_service_token(const ProtobufCServiceDescriptor *service)
{
	struct stoa_str rest = stoa_str_of(service->name);

	(void)stoa_str_cut(&rest, '.');
	return stoa_str_cut(&rest, '.');
}

/* ---- asking ----------------------------------------------------------------
 */

struct ask *
ask_new(struct stoa_bus *b, const char *subject,
    const struct stoa_header *headers, size_t header_count,
    struct stoa_str data)
{
	size_t size = strlen(subject) + 1 + data.len;
	struct ask *a;
	char *to;

	stoa_assert(header_count <= HEADERS_MAX);
	for (size_t i = 0; i < header_count; i++) {
		size += strlen(headers[i].value) + 1;
	}
	a = malloc(sizeof(*a) + size);
	stoa_assert(a != NULL);
	*a = (struct ask){.header_count = header_count};
	(void)snprintf(a->key, sizeof(a->key), "%" PRIu64, ++b->next_number);
	to = a->bytes;
	a->subject = to;
	to = stpcpy(to, subject) + 1;
	for (size_t i = 0; i < header_count; i++) {
		a->headers[i] = (struct stoa_header){headers[i].name, to};
		to = stpcpy(to, headers[i].value) + 1;
	}
	a->data = stoa_str_of_bytes(to, data.len);
	if (data.len > 0) {
		memcpy(to, data.data, data.len);
	}
	return a;
}

static void
ask_publish(struct stoa_bus *b, struct ask *a)
{
	char reply[SUBJECT_MAX];

	(void)snprintf(
	    reply, sizeof(reply), "%s.%s", stoa_nats_inbox(b->nats), a->key);
	a->repeat_at = (struct stoa_mono){bus_now() + a->repeat_us};
	/* Not sent is like lost: it is repeated. */
	if (stoa_nats_publish(b->nats, a->subject, reply, a->headers,
		a->header_count, a->data) != STOA_OK) {
		a->repeat_at.us = bus_now() + EDGE_CALL_ABSENT_US;
	}
}

static void
ask_end(struct stoa_bus *b, struct ask *a, enum stoa_status status,
    struct stoa_str reply, const char *detail)
{
	(void)stoa_map_remove(&b->asks, stoa_str_of(a->key));
	a->done(a->owner, status, reply, detail);
	free(a);
}

void
ask_send(struct stoa_bus *b, struct ask *a)
{
	struct stoa_str none = {NULL, 0};

	if (b->asks.count >= EDGE_CALLS_MAX) {
		ask_end(b, a, STOA_BUSY, none, "too many calls wait");
		return;
	}
	(void)stoa_map_put(&b->asks, stoa_str_of(a->key), a);
	ask_publish(b, a);
}

void
ask_tick(struct stoa_bus *b)
{
	int64_t now = bus_now();
	struct stoa_str none = {NULL, 0};

	STOA_MAP_EACH(&b->asks, entry)
	{
		struct ask *a = entry->value;

		if (a->deadline.us <= now) {
			ask_end(b, a, STOA_TIMEOUT, none, "no answer in time");
		} else if (a->repeat_us > 0 && a->repeat_at.us <= now) {
			ask_publish(b, a);
		}
	}
}

void
ask_fail_all(struct stoa_bus *b)
{
	struct stoa_str none = {NULL, 0};

	STOA_MAP_EACH(&b->asks, entry)
	{
		ask_end(b, entry->value, STOA_CLOSED, none, "closing");
	}
}

/* True: what the answer says is worth another try before the deadline. */
static bool
is_worth_repeating(
    struct ask *a, const struct stoa_nats_msg *m, enum stoa_status status)
{
	if (a->repeat_us == 0) {
		return false;
	}
	return stoa_nats_is_no_responders(m) ||
	       (a->wants_status &&
		   (status == STOA_STALE || status == STOA_CLOSED));
}

void
ask_heard(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_bus *b = owner;
	struct stoa_str subject = stoa_nats_subject(m);
	size_t at = subject.len;
	struct ask *a;
	const char *code;
	enum stoa_status status = STOA_OK;
	int64_t number;

	while (at > 0 && subject.data[at - 1] != '.') {
		at--;
	}
	a = stoa_map_get(&b->asks, stoa_str_from(subject, at));
	if (a == NULL) {
		return; /* answered or given up already */
	}
	code = a->wants_status ? stoa_nats_header(m, "Stoa-Status") : NULL;
	if (code != NULL && stoa_str_to_i64(stoa_str_of(code), &number)) {
		status = stoa_status_of_code((unsigned)number);
	}
	if (a->wants_all) {
		if (!stoa_nats_is_no_responders(m)) {
			a->done(a->owner, STOA_OK, stoa_nats_data(m), NULL);
		}
		return;
	}
	if (is_worth_repeating(a, m, status)) {
		a->repeat_at.us = bus_now() + EDGE_CALL_ABSENT_US;
		return;
	}
	if (stoa_nats_is_no_responders(m)) {
		status = STOA_UNAVAILABLE;
	}
	ask_end(b, a, status, stoa_nats_data(m),
	    a->detail_header == NULL ? NULL
				     : stoa_nats_header(m, a->detail_header));
}

void
stoa_bus_ask(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t timeout_us, stoa_bus_done done, void *owner)
{
	struct ask *a = ask_new(b, subject, NULL, 0, data);

	a->deadline.us = bus_now() + timeout_us;
	a->done = done;
	a->owner = owner;
	ask_send(b, a);
}

void
stoa_bus_gather(struct stoa_bus *b, const char *subject, struct stoa_str data,
    int64_t wait_us, stoa_bus_done heard, void *owner)
{
	struct ask *a = ask_new(b, subject, NULL, 0, data);

	a->deadline.us = bus_now() + wait_us;
	a->wants_all = true;
	a->done = heard;
	a->owner = owner;
	ask_send(b, a);
}

/* ---- calls ------------------------------------------------------------------
 */

/* The headers of a call, with their values. */
struct call_headers {
	struct stoa_header all[HEADERS_MAX];
	char texts[HEADERS_MAX][160];
	size_t count;
};

STOA_PRINTF(3, 4)
static void
header_add(struct call_headers *h, const char *name, const char *format, ...)
{
	va_list args;

	stoa_assert(h->count < HEADERS_MAX);
	va_start(args, format);
	(void)vsnprintf(h->texts[h->count], sizeof(h->texts[0]), format, args);
	va_end(args);
	h->all[h->count] = (struct stoa_header){name, h->texts[h->count]};
	h->count++;
}

static void
headers_fill(struct call_headers *h, const struct stoa_bus_call *call,
    struct stoa_mono deadline)
{
	h->count = 0;
	if (call->command_id.len > 0) {
		header_add(
		    h, "Stoa-Command", "%.*s", STOA_STR_ARG(call->command_id));
	}
	if (call->community.len > 0) {
		header_add(
		    h, "Stoa-Community", "%.*s", STOA_STR_ARG(call->community));
	}
	if (call->actor.len > 0) {
		header_add(h, "Stoa-Actor", "%.*s", STOA_STR_ARG(call->actor));
	}
	if (call->index_min > 0) {
		header_add(h, "Stoa-Index-Min", "%" PRIu64, call->index_min);
	}
	header_add(h, "Stoa-Deadline", "%" PRId64,
	    stoa_clock_wall(NULL).us + deadline.us - bus_now());
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct stoa_str service = stoa_bus_service_token(call->service);
	char subject[SUBJECT_MAX];
	char slot[8] = "-";
	struct call_headers headers;
	struct stoa_mono deadline;
	struct stoa_buf body;
	struct ask *a;
	size_t len = protobuf_c_message_get_packed_size(request);
	uint8_t *to;

	if (call->community.len > 0) {
		(void)snprintf(slot, sizeof(slot), "%u",
		    (unsigned)stoa_slot_of(call->community));
	}
	(void)snprintf(subject, sizeof(subject), "stoa.rpc.%.*s.%s.%s.%s",
	    STOA_STR_ARG(service), b->o.service, slot, call->method);
	stoa_buf_init(&body, EDGE_MESSAGE_MAX);
	to = stoa_buf_reserve(&body, len);
	if (to == NULL) {
		done(owner, STOA_TOO_LARGE, (struct stoa_str){NULL, 0},
		    "the request is larger than 256 KiB");
		stoa_buf_fini(&body);
		return;
	}
	protobuf_c_message_pack(request, to);
	stoa_buf_grow(&body, len);
	deadline.us = bus_now() + (call->timeout_us > 0 ? call->timeout_us
							: EDGE_CALL_TIMEOUT_US);
	headers_fill(&headers, call, deadline);
	a = ask_new(
	    b, subject, headers.all, headers.count, stoa_buf_str(&body));
	stoa_buf_fini(&body);
	a->wants_status = true;
	a->detail_header = "Stoa-Detail";
	a->repeat_us = EDGE_CALL_REPEAT_US;
	a->deadline = deadline;
	a->done = done;
	a->owner = owner;
	ask_send(b, a);
}

void
stoa_bus_tell(struct stoa_bus *b, const char *subject, struct stoa_str data)
{
	(void)stoa_nats_publish(b->nats, subject, NULL, NULL, 0, data);
}

/* ---- plain subscriptions ----------------------------------------------------
 */

static void
listener_heard(void *owner, const struct stoa_nats_msg *m)
{
	struct listener *l = owner;

	l->fn(l->owner, stoa_nats_subject(m), stoa_nats_data(m));
}

static void
listener_subscribe(struct stoa_bus *b, struct listener *l)
{
	stoa_nats_unsubscribe(l->sub);
	l->sub = NULL;
	(void)!stoa_nats_subscribe(
	    b->nats, l->subject, NULL, listener_heard, l, &l->sub);
}

void
stoa_bus_hear(
    struct stoa_bus *b, const char *subject, stoa_hear_fn fn, void *owner)
{
	struct listener *l = calloc(1, sizeof(*l));

	stoa_assert(l != NULL);
	(void)snprintf(l->subject, sizeof(l->subject), "%s", subject);
	l->fn = fn;
	l->owner = owner;
	l->next = b->listeners;
	b->listeners = l;
	if (stoa_nats_is_up(b->nats)) {
		listener_subscribe(b, l);
	}
}

/* ---- life -------------------------------------------------------------------
 */

static void
on_up(void *owner, bool is_fresh)
{
	struct stoa_bus *b = owner;

	if (is_fresh) {
		char subject[SUBJECT_MAX];

		(void)snprintf(
		    subject, sizeof(subject), "%s.*", stoa_nats_inbox(b->nats));
		stoa_nats_unsubscribe(b->inbox);
		b->inbox = NULL;
		(void)!stoa_nats_subscribe(
		    b->nats, subject, NULL, ask_heard, b, &b->inbox);
		for (struct listener *l = b->listeners; l != NULL;
		     l = l->next) {
			listener_subscribe(b, l);
		}
		serve_subscribe(b);
		if (!b->o.is_client) {
			discovery_subscribe(b);
		}
	}
	consumers_start(b, is_fresh);
	if (b->o.up != NULL) {
		b->o.up(b->o.owner);
	}
}

static void
on_down(void *owner)
{
	struct stoa_bus *b = owner;

	if (b->o.down != NULL) {
		b->o.down(b->o.owner);
	}
}

static void
on_error(void *owner, const char *text)
{
	struct stoa_bus *b = owner;

	if (b->o.error != NULL) {
		b->o.error(b->o.owner, text);
	}
}

static void
on_tick(void *arg)
{
	ask_tick(arg);
	consumers_tick(arg);
}

enum stoa_status
stoa_bus_open(const struct stoa_bus_options *options, struct stoa_bus **ret_bus)
{
	struct stoa_bus *b = calloc(1, sizeof(*b));
	char inbox[64];
	struct stoa_nats_options nats = {
	    .loop = options->loop,
	    .url = options->url,
	    .name = options->service,
	    .key_file = options->key_file,
	    .inbox = inbox,
	    .is_lasting = true,
	    .up = on_up,
	    .down = on_down,
	    .error = on_error,
	    .owner = b,
	};
	enum stoa_status status;

	stoa_assert(b != NULL);
	b->o = *options;
	(void)snprintf(inbox, sizeof(inbox), "_INBOX_%s", options->service);
	stoa_map_init(&b->asks, 0);
	(void)stoa_wall_print(stoa_clock_wall(NULL), b->started);
	status = stoa_nats_open(&nats, &b->nats);
	if (status != STOA_OK) {
		free(b);
		return status;
	}
	/* The last 20 characters of the unique inbox name this instance. */
	(void)snprintf(b->id, sizeof(b->id), "%s",
	    strrchr(stoa_nats_inbox(b->nats), '.') + 1);
	b->tick = stoa_timer_new(options->loop, on_tick, b);
	stoa_timer_start(b->tick, TICK_US, TICK_US);
	*ret_bus = b;
	return STOA_OK;
}

void
stoa_bus_close(struct stoa_bus *b)
{
	if (b == NULL) {
		return;
	}
	ask_fail_all(b);
	stoa_timer_free(b->tick);
	stoa_nats_close(b->nats);
	stoa_map_fini(&b->asks);
}

bool
stoa_bus_is_up(const struct stoa_bus *b)
{
	return stoa_nats_is_up(b->nats);
}

struct stoa_nats *
stoa_bus_nats(struct stoa_bus *b)
{
	return b->nats;
}
