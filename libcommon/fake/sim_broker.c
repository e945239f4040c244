/* sim_broker.c - one JetStream stream and its connections, modelled.
 *
 * Like the real one: per-subject expected sequence, a reused sequence after a
 * lost tail, requests of one connection in order, answers in order, and
 * nothing said about a request whose connection was cut. */
#include "base/check.h"
#include "fake/sim.h"

#include <stdlib.h>

struct message {
	char *community;
	char *bytes;
	size_t len;
};

struct sim_broker {
	struct sim *sim;
	struct message *messages; /* sequence 1 first */
	size_t count;
	size_t size;
	struct stoa_stream *streams;
	uint64_t starts; /* what was sent to an earlier one is gone */
};

enum kind {
	PUBLISH,
	GET_LAST,
	GET_AT
};

/* A request under way, and then its answer. */
struct request {
	struct request *next; /* of its connection */
	struct stoa_stream *stream;
	uint64_t connection; /* 0: it is gone, nobody hears the answer */
	enum kind kind;
	uint64_t token;
	uint64_t expected; /* or the sequence to get */
	char *community;
	char *bytes;
	size_t len;
	uint64_t start;
	enum stoa_status status;
	uint64_t sequence;
};

struct stoa_stream {
	struct stoa_stream *next;
	struct sim_broker *broker;
	const struct stoa_stream_events *events;
	void *owner;
	uint64_t connection; /* 0: down; requests of older ones are void */
	uint64_t next_connection;
	struct request *open;
	uint64_t follow_at;
	uint64_t follow_until;
	bool is_following;
	bool follow_is_due;
	bool is_freed;
	int64_t request_at; /* keeps requests in order */
	int64_t answer_at;
	uint64_t pending; /* events in the heap that name this */
};

static int64_t
travel(struct sim *s, int64_t *last)
{
	int64_t at = sim_now(s) + (int64_t)stoa_rng_below(sim_rng(s),
				      sim_faults(s)->delay_us_max + 1);

	*last = at > *last ? at : *last;
	return *last - sim_now(s);
}

static void
stream_release(struct stoa_stream *s)
{
	stoa_assert(s->pending > 0);
	if (--s->pending == 0 && s->is_freed) {
		free(s);
	}
}

static void
stream_later(
    struct stoa_stream *s, int64_t delay, void (*fn)(void *), void *arg)
{
	s->pending++;
	sim_at(s->broker->sim, delay, fn, arg);
}

/* ---- messages ------------------------------------------------------------ */

struct sim_broker *
sim_broker_new(struct sim *sim)
{
	struct sim_broker *b = calloc(1, sizeof(*b));

	stoa_assert(b != NULL);
	b->sim = sim;
	return b;
}

static void
message_drop(struct sim_broker *b)
{
	struct message *m = &b->messages[--b->count];

	free(m->community);
	free(m->bytes);
}

void
sim_broker_free(struct sim_broker *b)
{
	while (b->count > 0) {
		message_drop(b);
	}
	free(b->messages);
	free(b);
}

uint64_t
sim_broker_last(const struct sim_broker *b)
{
	return b->count;
}

struct stoa_str
sim_broker_at(const struct sim_broker *b, uint64_t sequence)
{
	stoa_assert(sequence >= 1 && sequence <= b->count);
	return stoa_str_of_bytes(
	    b->messages[sequence - 1].bytes, b->messages[sequence - 1].len);
}

static uint64_t
last_of(const struct sim_broker *b, const char *community)
{
	for (size_t at = b->count; at > 0; at--) {
		if (strcmp(b->messages[at - 1].community, community) == 0) {
			return at;
		}
	}
	return 0;
}

static void *
bytes_dup(const void *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	stoa_assert(copy != NULL);
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static uint64_t
message_add(struct sim_broker *b, const struct request *q)
{
	if (b->count == b->size) {
		b->size = b->size == 0 ? 64 : 2 * b->size;
		b->messages =
		    realloc(b->messages, b->size * sizeof(b->messages[0]));
		stoa_assert(b->messages != NULL);
	}
	b->messages[b->count++] =
	    (struct message){bytes_dup(q->community, strlen(q->community)),
		bytes_dup(q->bytes, q->len), q->len};
	return b->count;
}

/* ---- following ------------------------------------------------------------
 */

static void follow_step(void *arg);

static void
follow_wake(struct stoa_stream *s)
{
	if (s->is_following && !s->follow_is_due && s->connection != 0) {
		s->follow_is_due = true;
		stream_later(
		    s, travel(s->broker->sim, &s->answer_at), follow_step, s);
	}
}

static void
follow_step(void *arg)
{
	struct stoa_stream *s = arg;
	struct sim_broker *b = s->broker;

	s->follow_is_due = false;
	if (!s->is_freed && s->connection != 0 && s->is_following) {
		if (s->follow_at <= b->count) {
			uint64_t sequence = s->follow_at++;

			sim_trace(b->sim, STOA_STR("follow"), sequence);
			s->events->followed(s->owner, sequence,
			    stoa_str_of(b->messages[sequence - 1].community),
			    sim_broker_at(b, sequence));
		}
		if (s->connection != 0 && s->follow_at > s->follow_until &&
		    s->follow_until != UINT64_MAX) {
			s->follow_until = UINT64_MAX;
			s->events->caught_up(s->owner);
		}
		if (s->follow_at <= b->count) {
			follow_wake(s);
		}
	}
	stream_release(s);
}

void
stoa_stream_follow(struct stoa_stream *s, uint64_t sequence)
{
	s->is_following = true;
	s->follow_at = sequence;
	s->follow_until = s->broker->count;
	follow_wake(s);
}

/* ---- requests -------------------------------------------------------------
 */

static void
request_free(struct request *q)
{
	free(q->community);
	free(q->bytes);
	free(q);
}

static bool
request_unlink(struct request *q)
{
	struct request **at = &q->stream->open;

	while (*at != NULL && *at != q) {
		at = &(*at)->next;
	}
	if (*at == NULL) {
		return false;
	}
	*at = q->next;
	return true;
}

static void
answer_arrive(void *arg)
{
	struct request *q = arg;
	struct stoa_stream *s = q->stream;

	if (q->connection != 0) {
		stoa_assert(request_unlink(q));
		sim_trace(s->broker->sim, STOA_STR("answer"), q->token);
		if (q->kind == PUBLISH) {
			s->events->published(
			    s->owner, q->token, q->status, q->sequence);
		} else {
			s->events->got(s->owner, q->token, q->status,
			    q->sequence, stoa_str_of_bytes(q->bytes, q->len));
		}
	}
	request_free(q);
	stream_release(s);
}

static void
serve_get(struct sim_broker *b, struct request *q)
{
	q->sequence =
	    q->kind == GET_LAST ? last_of(b, q->community) : q->expected;
	if (q->sequence == 0 || q->sequence > b->count) {
		q->status = STOA_NOT_FOUND;
		return;
	}
	q->status = STOA_OK;
	q->len = b->messages[q->sequence - 1].len;
	q->bytes = bytes_dup(b->messages[q->sequence - 1].bytes, q->len);
}

static void
serve_publish(struct sim_broker *b, struct request *q)
{
	if (last_of(b, q->community) != q->expected) {
		q->status = STOA_CONFLICT;
		return;
	}
	q->status = STOA_OK;
	q->sequence = message_add(b, q);
	sim_trace(b->sim, STOA_STR("stored"), q->sequence);
	for (struct stoa_stream *s = b->streams; s != NULL; s = s->next) {
		follow_wake(s);
	}
}

/* Arrived at the broker: even if the connection was cut meanwhile, but not
 * if the broker itself was started anew. */
static void
request_arrive(void *arg)
{
	struct request *q = arg;
	struct stoa_stream *s = q->stream;
	struct sim *sim = s->broker->sim;

	if (q->start != s->broker->starts) {
		stoa_assert(q->connection == 0);
	} else if (q->kind == PUBLISH) {
		serve_publish(s->broker, q);
	} else {
		serve_get(s->broker, q);
	}
	if (q->connection == 0) {
		request_free(q);
	} else if (!stoa_rng_chance(
		       sim_rng(sim), sim_faults(sim)->lose_answer)) {
		stream_later(s, travel(sim, &s->answer_at), answer_arrive, q);
	} else {
		(void)request_unlink(q);
		request_free(q);
	}
	stream_release(s);
}

static struct request *
request_new(struct stoa_stream *s, enum kind kind, uint64_t token,
    struct stoa_str community)
{
	struct request *q = calloc(1, sizeof(*q));

	stoa_assert(q != NULL);
	q->stream = s;
	q->connection = s->connection;
	q->kind = kind;
	q->start = s->broker->starts;
	q->token = token;
	q->community =
	    bytes_dup(community.len == 0 ? "" : community.data, community.len);
	return q;
}

static void
request_send(struct request *q)
{
	struct stoa_stream *s = q->stream;
	struct sim *sim = s->broker->sim;

	if (s->connection == 0 ||
	    stoa_rng_chance(sim_rng(sim), sim_faults(sim)->lose_request)) {
		request_free(q);
		return;
	}
	q->next = s->open;
	s->open = q;
	stream_later(s, travel(sim, &s->request_at), request_arrive, q);
}

/* The same publish once more, as a client that retries would. */
static struct request *
request_repeat(const struct request *q)
{
	struct request *again = request_new(
	    q->stream, q->kind, q->token, stoa_str_of(q->community));

	again->expected = q->expected;
	again->bytes = bytes_dup(q->bytes, q->len);
	again->len = q->len;
	return again;
}

void
stoa_stream_publish(struct stoa_stream *s, uint64_t token,
    struct stoa_str community, uint64_t expected, struct stoa_str record)
{
	struct request *q = request_new(s, PUBLISH, token, community);
	struct sim *sim = s->broker->sim;
	struct request *again = NULL;

	q->expected = expected;
	q->bytes = bytes_dup(record.data, record.len);
	q->len = record.len;
	if (stoa_rng_chance(sim_rng(sim), sim_faults(sim)->repeat_request)) {
		again = request_repeat(q);
	}
	request_send(q);
	if (again != NULL) {
		request_send(again);
	}
}

void
stoa_stream_get_last(
    struct stoa_stream *s, uint64_t token, struct stoa_str community)
{
	request_send(request_new(s, GET_LAST, token, community));
}

void
stoa_stream_get_at(struct stoa_stream *s, uint64_t token, uint64_t sequence)
{
	struct request *q =
	    request_new(s, GET_AT, token, (struct stoa_str){"", 0});

	q->expected = sequence;
	request_send(q);
}

/* ---- connections ----------------------------------------------------------
 */

static void
connect(void *arg)
{
	struct stoa_stream *s = arg;

	if (!s->is_freed && s->connection == 0) {
		s->connection = ++s->next_connection;
		sim_trace(s->broker->sim, STOA_STR("up"), s->connection);
		s->events->up(s->owner, s->broker->count);
	}
	stream_release(s);
}

struct stoa_stream *
sim_stream_new(struct sim_broker *b)
{
	struct stoa_stream *s = calloc(1, sizeof(*s));

	stoa_assert(s != NULL);
	s->broker = b;
	s->next = b->streams;
	b->streams = s;
	return s;
}

void
stoa_stream_bind(
    struct stoa_stream *s, const struct stoa_stream_events *events, void *owner)
{
	s->events = events;
	s->owner = owner;
	stream_later(s, 1, connect, s);
}

/* Whatever is under way may still arrive; nobody hears the answer. */
static void
requests_void(struct stoa_stream *s, bool tell)
{
	struct request *list = s->open;

	s->open = NULL;
	s->connection = 0;
	s->is_following = false;
	while (list != NULL) {
		struct request *q = list;

		list = q->next;
		q->connection = 0;
		if (tell && q->kind == PUBLISH) {
			s->events->published(
			    s->owner, q->token, STOA_CLOSED, 0);
		} else if (tell) {
			s->events->got(s->owner, q->token, STOA_CLOSED, 0,
			    (struct stoa_str){NULL, 0});
		}
	}
}

void
sim_stream_cut(struct stoa_stream *s)
{
	if (s->connection == 0) {
		return;
	}
	requests_void(s, true);
	s->events->down(s->owner);
	stream_later(s,
	    (int64_t)stoa_rng_below(
		sim_rng(s->broker->sim), 200 * STOA_US_PER_MS),
	    connect, s);
}

void
sim_stream_free(struct stoa_stream *s)
{
	struct stoa_stream **at = &s->broker->streams;

	while (*at != s) {
		at = &(*at)->next;
	}
	*at = s->next;
	requests_void(s, false);
	s->is_freed = true;
	if (s->pending == 0) {
		free(s);
	}
}

void
sim_broker_restart(struct sim_broker *b, uint64_t count)
{
	for (; count > 0 && b->count > 0; count--) {
		message_drop(b);
	}
	b->starts++;
	sim_trace(b->sim, STOA_STR("restart"), b->count);
	for (struct stoa_stream *s = b->streams; s != NULL; s = s->next) {
		sim_stream_cut(s);
	}
}
