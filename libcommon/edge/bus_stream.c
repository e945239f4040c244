/* bus_stream.c - durable messages: store with an id, consume with acks.
 *
 * Speaks the JetStream API directly (nats-io ADR-13 for pull requests): the
 * library's own fetch of several messages is unsafe in the packaged version.
 */
#include "base/check.h"
#include "base/json.h"
#include "edge/bus_private.h"
#include "edge/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- store ------------------------------------------------------------------
 */

struct store {
	struct stoa_bus *bus;
	stoa_bus_stored done;
	void *owner;
};

#define ERR_SUBJECT_IS_FULL                              \
	10077 /* "maximum messages per subject exceeded" \
	       */
#define STORE_TIMEOUT_US (5 * STOA_US_PER_S)

static void
store_answered(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	struct store *store = owner;
	struct stoa_json root, error;
	int64_t code = 0;

	(void)detail;
	/* {"stream":"work","seq":7}: what has no error needs no reading. */
	if (status == STOA_OK && reply.len > 0 && reply.data[0] == '{' &&
	    memmem(reply.data, reply.len, "\"error\"", 7) == NULL) {
		status = STOA_OK;
	} else if (status == STOA_OK &&
		   stoa_json_parse(reply, 0, &root, NULL)) {
		error = stoa_json_get(root, STOA_STR("error"));
		if (stoa_json_to_i64(
			stoa_json_get(error, STOA_STR("err_code")), &code)) {
			status = code == ERR_SUBJECT_IS_FULL ? STOA_EXISTS
							     : STOA_UNAVAILABLE;
		}
	} else if (status == STOA_OK) {
		status = STOA_INTERNAL;
	}
	store->done(store->owner, status);
	free(store);
}

void
stoa_bus_store(struct stoa_bus *b, const char *subject, const char *id,
    struct stoa_str data, stoa_bus_stored done, void *owner)
{
	struct store *store = calloc(1, sizeof(*store));
	struct stoa_header header = {"Nats-Msg-Id", id};
	struct ask *a = ask_new(b, subject, &header, id == NULL ? 0 : 1, data);

	stoa_assert(store != NULL);
	*store = (struct store){b, done, owner};
	a->deadline.us = bus_now() + STORE_TIMEOUT_US;
	/* Without an id a repetition could be stored twice. */
	a->repeat_us = id == NULL ? 0 : EDGE_CALL_REPEAT_US;
	a->done = store_answered;
	a->owner = store;
	ask_send(b, a);
}

/* ---- consume ----------------------------------------------------------------
 */

struct stoa_consumer {
	struct stoa_consumer *next;
	struct stoa_bus *bus;
	char stream[64];
	char durable[64];
	char inbox[SUBJECT_MAX]; /* and below it the number of each request */
	char request[SUBJECT_MAX + 24]; /* where the newest one is answered */
	uint64_t request_count;
	unsigned window;
	int64_t life_us; /* of a pull request */
	unsigned open;	 /* delivered and not ended */
	unsigned asked;	 /* of the pull request under way */
	struct stoa_mono asked_until;
	bool is_stopped;
	bool is_proven; /* the consumer has answered on this connection */
	stoa_consume_fn fn;
	void *owner;
	struct stoa_nats_sub *sub;
};

struct held {
	struct stoa_delivery delivery; /* first: it is what callers see */
	struct stoa_consumer *consumer;
	char reply[SUBJECT_MAX];
	char subject[SUBJECT_MAX];
	char data[];
};

/* A pull request lives this long at the broker, then it is renewed, unless
 * its consumer says otherwise. */
#define PULL_US (10 * STOA_US_PER_S)

/* The broker does not answer at all for a consumer that is not there yet: the
 * first requests of a connection are short, until one has been answered. */
#define PULL_PROBE_US (200 * STOA_US_PER_MS)

static void
pull(struct stoa_consumer *c)
{
	char subject[SUBJECT_MAX], body[96];
	unsigned want = c->window > c->open ? c->window - c->open : 0;
	int64_t life_us = c->is_proven ? c->life_us : PULL_PROBE_US;

	if (c->is_stopped || want == 0 || c->asked > 0 ||
	    !stoa_nats_is_up(c->bus->nats)) {
		return;
	}
	(void)snprintf(subject, sizeof(subject),
	    "$JS.API.CONSUMER.MSG.NEXT.%s.%s", c->stream, c->durable);
	(void)snprintf(body, sizeof(body),
	    "{\"batch\":%u,\"expires\":%" PRId64 "}", want, life_us * 1000);
	c->asked = want;
	c->asked_until.us =
	    bus_now() + life_us + (c->is_proven ? STOA_US_PER_S : 0);
	(void)snprintf(c->request, sizeof(c->request), "%s.%" PRIu64, c->inbox,
	    ++c->request_count);
	(void)stoa_nats_publish(
	    c->bus->nats, subject, c->request, NULL, 0, stoa_str_of(body));
}

/* "$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>...." */
static uint64_t
delivered_of(const char *reply)
{
	struct stoa_str rest = stoa_str_of(reply);
	int64_t delivered = 1;

	for (int i = 0; i < 4; i++) {
		(void)stoa_str_cut(&rest, '.');
	}
	if (!stoa_str_to_i64(stoa_str_cut(&rest, '.'), &delivered)) {
		return 1;
	}
	return (uint64_t)delivered;
}

static void
on_delivery(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_consumer *c = owner;
	const char *reply = stoa_nats_reply(m);
	struct stoa_str data = stoa_nats_data(m);
	struct stoa_str subject = stoa_nats_subject(m);
	struct held *h;

	c->is_proven = !stoa_nats_is_no_responders(m);
	if (reply == NULL || stoa_nats_header(m, "Status") != NULL) {
		/* A request has ended: expired, or the broker says why. Of an
		 * earlier one it says nothing about the newest. */
		if (!stoa_str_is_equal(subject, stoa_str_of(c->request))) {
			return;
		}
		c->asked = 0;
		c->asked_until.us = bus_now() + EDGE_CALL_ABSENT_US;
		return;
	}
	h = calloc(1, sizeof(*h) + data.len);
	stoa_assert(h != NULL);
	h->consumer = c;
	(void)snprintf(h->reply, sizeof(h->reply), "%s", reply);
	(void)snprintf(
	    h->subject, sizeof(h->subject), "%.*s", STOA_STR_ARG(subject));
	if (data.len > 0) {
		memcpy(h->data, data.data, data.len);
	}
	h->delivery.subject = stoa_str_of(h->subject);
	h->delivery.data = stoa_str_of_bytes(h->data, data.len);
	h->delivery.delivered = delivered_of(reply);
	c->open++;
	if (c->asked > 0 && --c->asked == 0) {
		pull(c);
	}
	c->fn(c->owner, &h->delivery);
}

void
stoa_delivery_forget(struct stoa_delivery *d)
{
	struct held *h = (struct held *)d;
	struct stoa_consumer *c = h->consumer;

	stoa_assert(c->open > 0);
	c->open--;
	free(h);
	pull(c);
}

static void
delivery_end(struct stoa_delivery *d, const char *verdict)
{
	struct held *h = (struct held *)d;

	(void)stoa_nats_publish(h->consumer->bus->nats, h->reply, NULL, NULL, 0,
	    stoa_str_of(verdict));
	stoa_delivery_forget(d);
}

void
stoa_delivery_ack(struct stoa_delivery *d)
{
	delivery_end(d, "+ACK");
}

void
stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us)
{
	char verdict[64];

	(void)snprintf(verdict, sizeof(verdict),
	    "-NAK {\"delay\": %" PRId64 "}", after_us * 1000);
	delivery_end(d, verdict);
}

void
stoa_delivery_drop(struct stoa_delivery *d)
{
	delivery_end(d, "+TERM");
}

void
stoa_delivery_progress(struct stoa_delivery *d)
{
	struct held *h = (struct held *)d;

	(void)stoa_nats_publish(
	    h->consumer->bus->nats, h->reply, NULL, NULL, 0, STOA_STR("+WPI"));
}

static void
consumer_subscribe(struct stoa_consumer *c)
{
	char all[SUBJECT_MAX + 2];

	stoa_nats_unsubscribe(c->sub);
	c->sub = NULL;
	/* Durable names are unique within a stream only. */
	(void)snprintf(c->inbox, sizeof(c->inbox), "%s.c.%s.%s",
	    stoa_nats_inbox(c->bus->nats), c->stream, c->durable);
	(void)snprintf(all, sizeof(all), "%s.*", c->inbox);
	(void)!stoa_nats_subscribe(
	    c->bus->nats, all, NULL, on_delivery, c, &c->sub);
}

struct stoa_consumer *
stoa_bus_consume(struct stoa_bus *b, const char *stream, const char *durable,
    unsigned window, stoa_consume_fn fn, void *owner)
{
	struct stoa_consumer *c = calloc(1, sizeof(*c));

	stoa_assert(c != NULL);
	stoa_assert(window > 0);
	*c = (struct stoa_consumer){
	    .next = b->consumers,
	    .bus = b,
	    .window = window,
	    .life_us = PULL_US,
	    .fn = fn,
	    .owner = owner,
	};
	(void)snprintf(c->stream, sizeof(c->stream), "%s", stream);
	(void)snprintf(c->durable, sizeof(c->durable), "%s", durable);
	b->consumers = c;
	if (stoa_nats_is_up(b->nats)) {
		consumer_subscribe(c);
		pull(c);
	}
	return c;
}

void
stoa_consumer_stop(struct stoa_consumer *c)
{
	if (c != NULL) {
		c->is_stopped = true;
	}
}

void
stoa_consumer_set_window(struct stoa_consumer *c, unsigned window)
{
	c->window = window;
	pull(c);
}

void
stoa_consumer_set_life(struct stoa_consumer *c, int64_t life_us)
{
	stoa_assert(life_us > 0);
	c->life_us = life_us;
}

void
consumers_start(struct stoa_bus *b, bool is_fresh)
{
	for (struct stoa_consumer *c = b->consumers; c != NULL; c = c->next) {
		if (is_fresh) {
			consumer_subscribe(c);
		}
		/* A pull request does not survive the connection. */
		c->asked = 0;
		c->is_proven = false;
		pull(c);
	}
}

void
consumers_tick(struct stoa_bus *b)
{
	int64_t now = bus_now();

	for (struct stoa_consumer *c = b->consumers; c != NULL; c = c->next) {
		if (c->asked_until.us <= now) {
			c->asked = 0;
			pull(c);
		}
	}
}
