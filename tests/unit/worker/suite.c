#include "suite.h"

#include "../unit.h"

#include "base/core.h"
#include "edge/log.h"
#include "port/clock.h"
#include "storage/capability.h"
#include "storage/http.h"
#include "storage/profile.h"

#define SECRET "a secret of at least thirty-two bytes"

struct suite *suite;

static struct storage_store *store;
static struct storage_hashers *hashers;
static struct storage_http *http;
static stoa_consume_fn consume_fn;
static void *consume_owner;
static stoa_serve_fn serve_fn;
static void *serve_owner;

/* ---- storage ------------------------------------------------------------- */

static const char *
token(enum storage_operation operation, const struct stoa_cid *cid)
{
	static struct stoa_buf ring[4];
	static int at;
	struct storage_capability c = {
	    .operation = operation,
	    .expires = {INT64_MAX},
	    .community = "c_0123456789",
	};

	if (cid != NULL) {
		c.cid = *cid;
	}
	at = (at + 1) % 4;
	stoa_buf_fini(&ring[at]);
	stoa_buf_init(&ring[at], STORAGE_CAPABILITY_TEXT_MAX);
	storage_capability_sign(&c, STOA_STR(SECRET), &ring[at]);
	return ring[at].data;
}

const char *
suite_store(const char *path)
{
	static char ring[4][STOA_CID_TEXT_SIZE];
	static int at;
	struct storage_call call = {.capability = token(STORAGE_WRITE, NULL)};
	struct storage_sent sent;

	assert_int_equal(
	    storage_client_send(suite->client, &call, path, "x", &sent),
	    STOA_OK);
	at = (at + 1) % 4;
	return stoa_cid_print(&sent.cid, ring[at]);
}

const char *
suite_read_token(const char *text)
{
	struct stoa_cid cid;

	assert_int_equal(stoa_cid_parse(stoa_str_of(text), &cid), STOA_OK);
	return token(STORAGE_READ, &cid);
}

const char *
suite_write_token(void)
{
	return token(STORAGE_WRITE, NULL);
}

const char *
suite_url(void)
{
	return storage_http_url(http);
}

/* ---- calls --------------------------------------------------------------- */

struct reply {
	stoa_bus_done done;
	void *owner;
	enum stoa_status status;
	struct stoa_arena arena;
	struct stoa_str bytes;
};

static void
reply_send(void *arg)
{
	struct reply *r = arg;

	r->done(r->owner, r->status, r->bytes, NULL);
	stoa_arena_fini(&r->arena);
	free(r);
}

static void
outcome_fill(struct reply *r, bool is_refused)
{
	Stoa__Journal__Outcome outcome = STOA__JOURNAL__OUTCOME__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Refusal refusal = STOA__JOURNAL__REFUSAL__INIT;

	refusal.reason = (char *)(uintptr_t) "stale_attempt";
	entry.refusal = is_refused ? &refusal : NULL;
	outcome.entry = &entry;
	r->bytes = stoa_pack(&r->arena, &outcome.base);
}

static void
beat_fill(struct reply *r)
{
	Stoa__Training__HeartbeatReply reply =
	    STOA__TRAINING__HEARTBEAT_REPLY__INIT;

	reply.is_wanted = suite->beats_wanted > 0;
	suite->beats_wanted -= suite->beats_wanted > 0;
	r->bytes = stoa_pack(&r->arena, &reply.base);
}

static void
script_follow(struct reply *r, const char *method)
{
	if (strcmp(method, "Heartbeat") == 0) {
		beat_fill(r);
	} else if (strcmp(method, "ClaimJob") == 0) {
		r->status = suite->claim_status;
		outcome_fill(r, suite->is_claim_refused);
	} else if (strcmp(method, "CompleteJob") == 0 && suite->timeouts > 0) {
		suite->timeouts--;
		r->status = STOA_TIMEOUT;
	} else {
		outcome_fill(r, false);
	}
}

static void
call_keep(const struct stoa_bus_call *call, const ProtobufCMessage *request)
{
	struct suite_call *c;
	size_t len = protobuf_c_message_get_packed_size(request);
	uint8_t *body;

	if (strcmp(call->method, "Heartbeat") == 0) {
		return; /* too many to keep */
	}
	assert_true(suite->call_count < SUITE_CALLS_MAX);
	c = &suite->calls[suite->call_count++];
	body = malloc(len + 1);
	assert_non_null(body);
	protobuf_c_message_pack(request, body);
	c->method = call->method;
	c->body = stoa_str_of_bytes(body, len);
	(void)snprintf(
	    c->id, sizeof(c->id), "%.*s", STOA_STR_ARG(call->command_id));
	if (strcmp(call->method, "FailJob") == 0) {
		const Stoa__Training__FailJobRequest *in =
		    (const Stoa__Training__FailJobRequest *)request;

		c->reason = in->reason;
		(void)snprintf(c->detail, sizeof(c->detail), "%s", in->detail);
	}
}

void
stoa_bus_call(struct stoa_bus *b, const struct stoa_bus_call *call,
    const ProtobufCMessage *request, stoa_bus_done done, void *owner)
{
	struct reply *r = calloc(1, sizeof(*r));

	(void)b;
	assert_non_null(r);
	call_keep(call, request);
	*r = (struct reply){.done = done, .owner = owner};
	stoa_arena_init(&r->arena, NULL, 0, 65536);
	script_follow(r, call->method);
	stoa_loop_post(suite->loop, reply_send, r);
}

const struct suite_call *
suite_find(const char *method)
{
	for (size_t i = suite->call_count; i > 0; i--) {
		if (strcmp(suite->calls[i - 1].method, method) == 0) {
			return &suite->calls[i - 1];
		}
	}
	return NULL;
}

size_t
suite_count(const char *method)
{
	size_t count = 0;

	for (size_t i = 0; i < suite->call_count; i++) {
		count += strcmp(suite->calls[i].method, method) == 0;
	}
	return count;
}

void
stoa_bus_tell(struct stoa_bus *b, const char *subject, struct stoa_str data)
{
	Stoa__Worker__Progress *p;

	(void)b;
	assert_true(strncmp(subject, "stoa.progress.job.c_", 20) == 0);
	p = stoa__worker__progress__unpack(
	    NULL, data.len, (const uint8_t *)data.data);
	assert_non_null(p);
	suite->told_count++;
	suite->fraction = p->fraction;
	stoa__worker__progress__free_unpacked(p, NULL);
}

/* ---- deliveries ---------------------------------------------------------- */

struct stoa_consumer *
stoa_bus_consume(struct stoa_bus *b, const char *stream, const char *durable,
    unsigned window, stoa_consume_fn fn, void *owner)
{
	(void)b;
	assert_string_equal(stream, "work");
	assert_string_equal(durable, "worker");
	suite->window = window;
	consume_fn = fn;
	consume_owner = owner;
	return (struct stoa_consumer *)suite;
}

void
stoa_consumer_stop(struct stoa_consumer *c)
{
	(void)c;
	suite->window = 0;
}

void
stoa_consumer_set_window(struct stoa_consumer *c, unsigned window)
{
	(void)c;
	suite->window = window;
}

static void
verdict(struct stoa_delivery *d, enum suite_verdict v)
{
	suite->verdict = v;
	free((void *)(uintptr_t)d->data.data);
	free(d);
}

void
stoa_delivery_ack(struct stoa_delivery *d)
{
	verdict(d, SUITE_ACKED);
}

void
stoa_delivery_retry(struct stoa_delivery *d, int64_t after_us)
{
	(void)after_us;
	verdict(d, SUITE_RETRIED);
}

void
stoa_delivery_drop(struct stoa_delivery *d)
{
	verdict(d, SUITE_DROPPED);
}

void
suite_deliver_bytes(struct stoa_str bytes)
{
	struct stoa_delivery *d = calloc(1, sizeof(*d));
	char *copy = malloc(bytes.len + 1);

	assert_non_null(d);
	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.len);
	d->subject = STOA_STR("stoa.work.text-classifier");
	d->data = stoa_str_of_bytes(copy, bytes.len);
	d->delivered = 1;
	suite->verdict = SUITE_OPEN;
	consume_fn(consume_owner, d);
}

void
suite_deliver(const Stoa__Worker__WorkItem *item)
{
	struct stoa_arena arena;

	stoa_arena_init(&arena, NULL, 0, 65536);
	suite_deliver_bytes(stoa_pack(&arena, &item->base));
	stoa_arena_fini(&arena);
}

/* ---- questions ----------------------------------------------------------- */

void
stoa_bus_serve(struct stoa_bus *b, const ProtobufCServiceDescriptor *service,
    stoa_serve_fn fn, void *owner)
{
	(void)b;
	assert_string_equal(service->name, "stoa.worker.Worker");
	serve_fn = fn;
	serve_owner = owner;
}

void
stoa_bus_serve_slots(struct stoa_bus *b, const bool mine[256])
{
	(void)b;
	assert_null(mine);
}

struct asked {
	struct stoa_request request;
	struct stoa_arena arena;
};

void
suite_ask(const Stoa__Worker__PredictQuery *query)
{
	struct asked *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	stoa_arena_init(&a->arena, NULL, 0, 65536);
	a->request.community = STOA_STR("c_0123456789");
	a->request.caller = "bot";
	a->request.deadline.us = stoa_clock_mono(NULL).us + 60 * STOA_US_PER_S;
	a->request.body = stoa_pack(&a->arena, &query->base);
	serve_fn(serve_owner, &a->request);
}

void
stoa_bus_answer(struct stoa_bus *b, struct stoa_request *request,
    enum stoa_status status, struct stoa_str reply, const char *detail)
{
	struct asked *a = (struct asked *)request;

	(void)b;
	suite->answer_status = status;
	(void)snprintf(suite->answer_detail, sizeof(suite->answer_detail), "%s",
	    detail == NULL ? "" : detail);
	if (suite->answer != NULL) {
		stoa__worker__predict_reply__free_unpacked(suite->answer, NULL);
		suite->answer = NULL;
	}
	if (status == STOA_OK) {
		suite->answer = stoa__worker__predict_reply__unpack(
		    NULL, reply.len, (const uint8_t *)reply.data);
		assert_non_null(suite->answer);
	}
	suite->answer_count++;
	stoa_arena_fini(&a->arena);
	free(a);
}

/* ---- turning ------------------------------------------------------------- */

struct wait {
	bool (*is_so)(void);
	int64_t until_us;
};

static void
look(void *arg)
{
	struct wait *w = arg;

	assert_true(stoa_clock_mono(NULL).us < w->until_us);
	if (w->is_so()) {
		stoa_loop_stop(suite->loop);
	}
}

void
suite_until(bool (*is_so)(void))
{
	struct wait w = {is_so, stoa_clock_mono(NULL).us + 60 * STOA_US_PER_S};
	struct stoa_timer *t = stoa_timer_new(suite->loop, look, &w);

	stoa_timer_start(t, 0, 2 * STOA_US_PER_MS);
	stoa_loop_run(suite->loop);
	stoa_timer_free(t);
	assert_true(is_so());
}

/* ---- life ---------------------------------------------------------------- */

void
suite_open(void)
{
	struct storage_http_options o = {
	    .listen = "127.0.0.1:0",
	    .secret = STOA_STR(SECRET),
	    .owner_secret = STOA_STR(SECRET),
	    .profile = storage_profile_default(),
	    .upload_bytes_max = 64 << 20,
	};

	stoa_log_open("test", STOA_LOG_ERROR);
	suite = calloc(1, sizeof(*suite));
	assert_non_null(suite);
	suite->beats_wanted = 1000;
	folder_make(&suite->folder);
	suite->loop = stoa_loop_open();
	assert_int_equal(
	    storage_store_open(
		folder_path(&suite->folder, "store"), NULL, &store),
	    STOA_OK);
	assert_int_equal(storage_hashers_open(&hashers), STOA_OK);
	o.store = store;
	o.hashers = hashers;
	assert_int_equal(storage_http_open(&o, &http), STOA_OK);
	assert_int_equal(
	    storage_client_open(storage_http_url(http), &suite->client),
	    STOA_OK);
}

void
suite_close(void)
{
	storage_client_close(suite->client);
	storage_http_close(http);
	storage_hashers_close(hashers);
	storage_store_close(store);
	stoa_loop_close(suite->loop);
	folder_remove(&suite->folder);
	for (size_t i = 0; i < suite->call_count; i++) {
		free((void *)(uintptr_t)suite->calls[i].body.data);
	}
	if (suite->answer != NULL) {
		stoa__worker__predict_reply__free_unpacked(suite->answer, NULL);
	}
	free(suite);
	suite = NULL;
}
