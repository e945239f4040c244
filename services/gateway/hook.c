/* hook.c - requests of Discord over HTTP, from the server's threads to the
 * loop and back.
 *
 * A request is held by its thread, which must answer in time, and while it is
 * being stored by the loop, which may take longer; the last one frees it. */
#include "gateway/hook.h"

#include "base/check.h"
#include "base/core.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/metric.h"
#include "gateway/hook_event.h"
#include "gateway/hook_seen.h"
#include "gateway/limits.h"
#include "gateway/parts.h"
#include "gateway/signature.h"
#include "port/clock.h"
#include "port/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define EVENT_SUBJECT "stoa.event.discord.hook.-"

/* Half of a hash is enough to tell two bodies from each other. */
#define EVENT_ID_BYTES 16
#define EVENT_ID_SIZE  (sizeof("hook-") + 2 * EVENT_ID_BYTES)

enum outcome {
	OUTCOME_NONE,
	OUTCOME_STORED,
	OUTCOME_TOO_LARGE,
	OUTCOME_FAILED, /* the broker says no, or it was too late to ask */
};

struct hook_counts {
	uint64_t requests;
	uint64_t refused;  /* 401 for the signature */
	uint64_t repeated; /* 401 for the id */
	uint64_t unreadable;
	uint64_t pings;
	uint64_t interactions; /* stored */
	uint64_t events;       /* stored */
	uint64_t late;	       /* 503 */
};

struct hook {
	struct hook_options o;
	struct signature_key *key;
	struct stoa_http_server *server;
	pthread_mutex_t lock; /* of all below, and of what a request says */
	struct hook_seen seen;
	struct hook_counts counts;
	unsigned requests; /* that exist */
	size_t bytes;	   /* of their bodies */
};

struct request {
	struct hook *hook;
	bool is_event;
	bool is_refused; /* by its headers: the body is not kept */
	int64_t due_us;	 /* monotonic */
	int64_t now_us;	 /* wall */
	struct stoa_buf body;
	struct stoa_arena arena;
	struct interaction interaction;
	struct stoa_str event;	       /* packed */
	char event_id[EVENT_ID_SIZE];  /* of the message */
	char seen_id[GATEWAY_ID_SIZE]; /* taken note of; empty: none */

	/* Under the hook's lock. */
	pthread_cond_t told;
	unsigned holders;
	bool is_given_up; /* nobody waits any more */
	enum outcome outcome;
	char memory[8192];
};

/* ---- life of a request ---- */

static void
condition_init(pthread_cond_t *c)
{
	pthread_condattr_t monotonic;

	stoa_assert(pthread_condattr_init(&monotonic) == 0);
	stoa_assert(
	    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	stoa_assert(pthread_cond_init(c, &monotonic) == 0);
	(void)pthread_condattr_destroy(&monotonic);
}

static struct request *
request_new(struct hook *h, bool is_event)
{
	struct request *r = calloc(1, sizeof(*r));

	stoa_assert(r != NULL);
	r->hook = h;
	r->is_event = is_event;
	r->due_us = stoa_clock_mono(NULL).us + GATEWAY_HOOK_ANSWER_US;
	r->now_us = stoa_clock_wall(NULL).us;
	r->holders = 1;
	stoa_buf_init(&r->body, GATEWAY_BODY_MAX);
	stoa_arena_init(
	    &r->arena, r->memory, sizeof(r->memory), GATEWAY_ARENA_MAX);
	condition_init(&r->told);
	pthread_mutex_lock(&h->lock);
	h->requests++;
	h->counts.requests++;
	pthread_mutex_unlock(&h->lock);
	return r;
}

static void
request_let_go(struct request *r, enum outcome outcome)
{
	struct hook *h = r->hook;
	bool is_last;

	pthread_mutex_lock(&h->lock);
	if (outcome != OUTCOME_NONE) {
		r->outcome = outcome;
		(void)pthread_cond_signal(&r->told);
	}
	is_last = --r->holders == 0;
	if (is_last) {
		h->bytes -= r->body.len;
		h->requests--;
	}
	pthread_mutex_unlock(&h->lock);
	if (is_last) {
		(void)pthread_cond_destroy(&r->told);
		stoa_arena_fini(&r->arena);
		stoa_buf_fini(&r->body);
		free(r);
	}
}

static void
count(struct hook *h, uint64_t *counter)
{
	pthread_mutex_lock(&h->lock);
	(*counter)++;
	pthread_mutex_unlock(&h->lock);
}

/* ---- answers ---- */

static void
refuse(struct stoa_http_request *http, enum stoa_status status,
    const char *field, const char *message)
{
	stoa_http_reply_problem(
	    http, &(struct stoa_http_problem){
		      .status = status, .field = field, .message = message});
}

static void
answer_unsigned(struct request *r, struct stoa_http_request *http,
    enum signature_verdict verdict)
{
	count(r->hook, &r->hook->counts.refused);
	refuse(http, STOA_UNAUTHENTIC,
	    verdict == SIGNATURE_STALE ? SIGNATURE_TIME_HEADER
				       : SIGNATURE_HEADER,
	    signature_verdict_text(verdict));
}

static void
answer_unreadable(
    struct request *r, struct stoa_http_request *http, const char *field)
{
	count(r->hook, &r->hook->counts.unreadable);
	refuse(http, STOA_INVALID, field,
	    r->is_event ? "this is not a webhook event of Discord"
			: "this is not an interaction of Discord");
}

static void
answer_stored(struct request *r, struct stoa_http_request *http)
{
	/* An empty body; Discord wants its type all the same. */
	stoa_http_reply(
	    http, r->is_event ? 204 : 202, "application/json", STOA_STR(""));
}

/* ---- on the loop ---- */

static void
on_interaction_stored(void *owner, bool is_stored)
{
	request_let_go(owner, is_stored ? OUTCOME_STORED : OUTCOME_FAILED);
}

static void
on_event_stored(void *owner, enum stoa_status status)
{
	request_let_go(owner, status == STOA_OK || status == STOA_EXISTS
				  ? OUTCOME_STORED
				  : OUTCOME_FAILED);
}

static void
on_loop(void *arg)
{
	struct request *r = arg;
	struct hook *h = r->hook;
	bool is_given_up;

	pthread_mutex_lock(&h->lock);
	is_given_up = r->is_given_up;
	pthread_mutex_unlock(&h->lock);
	if (is_given_up) {
		/* Discord has been told that nothing happened. */
		request_let_go(r, OUTCOME_FAILED);
	} else if (r->is_event) {
		stoa_bus_store(h->o.bus, EVENT_SUBJECT, r->event_id, r->event,
		    on_event_stored, r);
	} else if (!publish_interaction(h->o.gateway, &r->interaction,
		       on_interaction_stored, r)) {
		request_let_go(r, OUTCOME_TOO_LARGE);
	}
}

/* ---- on the server's threads ---- */

/* Hands over to the loop and waits for what comes of it. */
static enum outcome
outcome_wait(struct request *r)
{
	struct hook *h = r->hook;
	struct timespec due = {
	    .tv_sec = r->due_us / STOA_US_PER_S,
	    .tv_nsec = r->due_us % STOA_US_PER_S * 1000,
	};
	enum outcome outcome;
	int error = 0;

	pthread_mutex_lock(&h->lock);
	r->holders++;
	pthread_mutex_unlock(&h->lock);
	stoa_loop_post(h->o.loop, on_loop, r);
	pthread_mutex_lock(&h->lock);
	while (r->outcome == OUTCOME_NONE && error == 0) {
		error = pthread_cond_timedwait(&r->told, &h->lock, &due);
	}
	outcome = r->outcome;
	r->is_given_up = outcome == OUTCOME_NONE;
	pthread_mutex_unlock(&h->lock);
	return outcome;
}

static void
store(struct request *r, struct stoa_http_request *http)
{
	struct hook *h = r->hook;
	enum outcome outcome = outcome_wait(r);

	if (outcome == OUTCOME_STORED) {
		count(h,
		    r->is_event ? &h->counts.events : &h->counts.interactions);
		answer_stored(r, http);
		return;
	}
	pthread_mutex_lock(&h->lock);
	if (r->seen_id[0] != '\0') {
		hook_seen_remove(&h->seen, r->seen_id);
	}
	pthread_mutex_unlock(&h->lock);
	if (outcome == OUTCOME_TOO_LARGE) {
		refuse(http, STOA_TOO_LARGE, "body",
		    "the interaction is larger than the bus takes");
		return;
	}
	count(h, &h->counts.late);
	gateway_log(h->o.gateway, true, "hook_late",
	    "%s over HTTP: the broker has not taken it in time",
	    r->is_event ? "a webhook event" : "an interaction");
	refuse(http, STOA_UNAVAILABLE, NULL,
	    "it could not be stored in time; nothing was done");
}

static bool
is_id(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len < GATEWAY_ID_SIZE &&
	       strspn(id, "0123456789") == len;
}

/* False: it was here already, and has been answered so. */
static bool
is_first(struct request *r, struct stoa_http_request *http, const char *id)
{
	struct hook *h = r->hook;
	bool is_new;

	pthread_mutex_lock(&h->lock);
	is_new = hook_seen_add(&h->seen, id, stoa_clock_mono(NULL).us);
	h->counts.repeated += !is_new;
	pthread_mutex_unlock(&h->lock);
	if (is_new) {
		(void)snprintf(r->seen_id, sizeof(r->seen_id), "%s", id);
		return true;
	}
	refuse(http, STOA_UNAUTHENTIC, "id",
	    "this interaction has been delivered before");
	return false;
}

static void
interaction_take(
    struct request *r, struct stoa_json root, struct stoa_http_request *http)
{
	struct stoa_str text;
	const char *why = NULL, *id = NULL;

	if (!interaction_read(
		root, r->now_us, &r->arena, &r->interaction, &why)) {
		answer_unreadable(r, http, why);
		return;
	}
	if (stoa_json_to_str(
		stoa_json_get(root, STOA_STR("id")), &r->arena, &text)) {
		id = stoa_arena_str(&r->arena, text);
	}
	/* All but a PING have one: that has been checked. */
	if (id != NULL && is_id(id) && !is_first(r, http, id)) {
		return;
	}
	if (r->interaction.is_ping) {
		count(r->hook, &r->hook->counts.pings);
		stoa_http_reply(
		    http, 200, "application/json", STOA_STR("{\"type\":1}"));
		return;
	}
	store(r, http);
}

/* Of its body: Discord gives webhook events no id, and repeats them. */
static void
event_id_set(struct request *r)
{
	struct stoa_hash hash = stoa_sha256(stoa_buf_str(&r->body));
	struct stoa_buf hex;

	stoa_buf_init(&hex, sizeof(r->event_id));
	stoa_hex_encode(&hex, stoa_str_of_bytes(hash.bytes, EVENT_ID_BYTES));
	(void)snprintf(r->event_id, sizeof(r->event_id), "hook-%s",
	    stoa_buf_str(&hex).data);
	stoa_buf_fini(&hex);
}

static void
event_take(
    struct request *r, struct stoa_json root, struct stoa_http_request *http)
{
	struct hook_event e;
	const char *why = NULL;

	if (!hook_event_read(root, r->now_us, &r->arena, &e, &why)) {
		answer_unreadable(r, http, why);
		return;
	}
	if (e.is_ping) {
		count(r->hook, &r->hook->counts.pings);
		answer_stored(r, http);
		return;
	}
	r->event = stoa_pack(&r->arena, &e.event->base);
	if (r->event.data == NULL) {
		answer_unreadable(r, http, "memory");
		return;
	}
	event_id_set(r);
	store(r, http);
}

static struct signature_parts
parts_of(const struct request *r, const struct stoa_http_request *http)
{
	return (struct signature_parts){
	    .signature = stoa_http_header(http, SIGNATURE_HEADER),
	    .timestamp = stoa_http_header(http, SIGNATURE_TIME_HEADER),
	    .body = stoa_buf_str(&r->body),
	};
}

static bool
is_json_type(const char *type)
{
	static const char json[] = "application/json";
	size_t len = sizeof(json) - 1;

	return type != NULL && strncasecmp(type, json, len) == 0 &&
	       (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static void
on_end(void *state, struct stoa_http_request *http)
{
	struct request *r = state;
	struct signature_parts parts = parts_of(r, http);
	enum signature_verdict verdict =
	    signature_check(r->hook->key, &parts, r->now_us);
	struct stoa_json_error error;
	struct stoa_json root;

	if (verdict != SIGNATURE_GOOD) {
		answer_unsigned(r, http, verdict);
	} else if (!is_json_type(stoa_http_header(http, "Content-Type"))) {
		refuse(http, STOA_INVALID, "Content-Type",
		    "the body must be application/json");
	} else if (!stoa_json_parse(parts.body, 0, &root, &error)) {
		count(r->hook, &r->hook->counts.unreadable);
		refuse(http, STOA_INVALID, "body", error.text);
	} else if (r->is_event) {
		event_take(r, root, http);
	} else {
		interaction_take(r, root, http);
	}
}

static void
on_body(void *state, struct stoa_http_request *http, struct stoa_str bytes)
{
	struct request *r = state;
	struct hook *h = r->hook;
	bool is_full;

	if (r->is_refused) {
		struct signature_parts parts = parts_of(r, http);

		answer_unsigned(
		    r, http, signature_check_headers(&parts, r->now_us));
		return;
	}
	pthread_mutex_lock(&h->lock);
	is_full = h->bytes + bytes.len > GATEWAY_HOOK_BYTES_MAX;
	h->bytes += is_full ? 0 : bytes.len;
	pthread_mutex_unlock(&h->lock);
	if (is_full) {
		refuse(http, STOA_UNAVAILABLE, "body",
		    "too many requests are under way");
		return;
	}
	stoa_buf_add_str(&r->body, bytes);
	stoa_assert(!r->body.is_overflown); /* the server's bound is the same */
}

static void *
begin(struct hook *h, struct stoa_http_request *http, bool is_event)
{
	struct request *r = request_new(h, is_event);
	struct signature_parts parts = parts_of(r, http);

	/* An answer before the body could be lost: whoever sends does not
	 * read. So it is only remembered. */
	r->is_refused =
	    signature_check_headers(&parts, r->now_us) != SIGNATURE_GOOD;
	return r;
}

static void *
on_interaction(void *owner, struct stoa_http_request *http)
{
	return begin(owner, http, false);
}

static void *
on_event(void *owner, struct stoa_http_request *http)
{
	return begin(owner, http, true);
}

static void
on_done(void *state)
{
	request_let_go(state, OUTCOME_NONE);
}

static const struct stoa_http_route routes[] = {
    {.method = "POST",
	.path = "/interactions",
	.begin = on_interaction,
	.body = on_body,
	.end = on_end,
	.done = on_done},
    {.method = "POST",
	.path = "/events",
	.begin = on_event,
	.body = on_body,
	.end = on_end,
	.done = on_done},
};

/* ---- life ---- */

static void
end(void *part)
{
	struct hook *h = part;

	stoa_http_close(h->server);
	if (h->requests > 0) {
		return; /* the bus still calls back: the process ends */
	}
	signature_key_close(h->key);
	hook_seen_fini(&h->seen);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

enum stoa_status
hook_open(const struct hook_options *options, struct hook **ret_hook)
{
	struct hook *h = calloc(1, sizeof(*h));
	struct stoa_http_options o = {
	    .listen = options->listen,
	    .routes = routes,
	    .route_count = STOA_COUNT(routes),
	    .owner = h,
	    .connections_max = GATEWAY_HOOK_CONNECTIONS_MAX,
	    .connection_bytes_max = GATEWAY_HOOK_CONNECTION_BYTES_MAX,
	    .body_bytes_max = GATEWAY_BODY_MAX,
	    .idle_seconds_max = GATEWAY_HOOK_IDLE_SECONDS_MAX,
	};
	enum stoa_status status;

	stoa_assert(h != NULL);
	if (!signature_key_open(options->public_key, &h->key)) {
		free(h);
		return STOA_UNAUTHENTIC;
	}
	h->o = *options;
	stoa_assert(pthread_mutex_init(&h->lock, NULL) == 0);
	hook_seen_init(&h->seen, options->seed);
	status = stoa_http_open(&o, &h->server);
	if (status != STOA_OK) {
		end(h);
		return status;
	}
	*ret_hook = h;
	return STOA_OK;
}

static void
drain(void *part)
{
	struct hook *h = part;

	stoa_http_drain(h->server);
}

static bool
is_idle(void *part)
{
	struct hook *h = part;
	bool is_so;

	pthread_mutex_lock(&h->lock);
	is_so = h->requests == 0;
	pthread_mutex_unlock(&h->lock);
	return is_so;
}

const char *
hook_url(const struct hook *h)
{
	return stoa_http_url(h->server);
}

static struct hook_counts
counts_of(struct hook *h)
{
	struct hook_counts c;

	pthread_mutex_lock(&h->lock);
	c = h->counts;
	pthread_mutex_unlock(&h->lock);
	return c;
}

static void
metrics(void *part, struct stoa_buf *out)
{
	struct hook_counts c = counts_of(part);
	const struct stoa_metric all[] = {
	    {"stoa_gateway_hook_requests_total", "Requests over HTTP.",
		c.requests},
	    {"stoa_gateway_hook_refused_total",
		"Requests that Discord has not signed.", c.refused},
	    {"stoa_gateway_hook_repeated_total",
		"Interactions that came twice.", c.repeated},
	    {"stoa_gateway_hook_unreadable_total",
		"Signed requests of no known shape.", c.unreadable},
	    {"stoa_gateway_hook_pings_total",
		"Times that Discord looked for us.", c.pings},
	    {"stoa_gateway_hook_interactions_total", "Interactions over HTTP.",
		c.interactions},
	    {"stoa_gateway_hook_events_total", "Webhook events stored.",
		c.events},
	    {"stoa_gateway_hook_late_total",
		"Requests that could not be stored in time.", c.late},
	};

	stoa_metrics_print(out, all, STOA_COUNT(all));
}

const struct stoa_part hook_part = {
    .drain = drain,
    .is_idle = is_idle,
    .free = end,
    .metrics = metrics,
};
