/* stream_nats.c - publish, get and follow over the JetStream API.
 *
 * Written against the API itself (nats-io ADR-1, ADR-8, ADR-31; push consumer
 * with flow control and idle heartbeats): every answer is matched by its
 * token, contiguity is checked by the consumer's own sequence, and nothing is
 * sent that was meant for an earlier connection. */
#include "edge/stream_nats.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/id.h"
#include "base/json.h"
#include "edge/limits.h"
#include "edge/nats.h"
#include "port/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SUBJECT_MAX  256
#define HEARTBEAT_US (2 * STOA_US_PER_S)
#define SILENCE_US   (5 * STOA_US_PER_S)
#define ERR_SEQUENCE 10071 /* "wrong last sequence" */
#define RETRY_US     (100 * STOA_US_PER_MS)

struct stoa_stream {
	struct stoa_stream_options o;
	const struct stoa_stream_events *events;
	void *owner;
	struct stoa_nats *nats;
	struct stoa_nats_sub *answers;
	struct stoa_nats_sub *follower;
	struct stoa_timer *tick;
	char name[64]; /* of the stream */
	bool is_ready; /* the owner knows that we are up */
	bool is_following;
	bool is_catching_up;
	uint64_t follow_next;  /* stream sequence wanted next */
	uint64_t consumer_seq; /* of the follower's last delivery */
	uint64_t follow_count; /* names the follower's inbox */
	int64_t heard_us;
	int64_t asked_us; /* info or consumer; 0: nothing is asked */
};

static int64_t
now_us(void)
{
	return stoa_clock_mono(NULL).us;
}

static void
subject_of(const struct stoa_stream *s, struct stoa_str community,
    char subject[static SUBJECT_MAX])
{
	(void)snprintf(subject, SUBJECT_MAX, "stoa.journal.%s.%u.%.*s",
	    s->o.domain, (unsigned)stoa_slot_of(community),
	    STOA_STR_ARG(community));
}

static void
send(struct stoa_stream *s, const char *subject, const char *kind,
    uint64_t token, const struct stoa_header *header, struct stoa_str data)
{
	char reply[SUBJECT_MAX];

	(void)snprintf(reply, sizeof(reply), "%s.%s.%" PRIu64,
	    stoa_nats_inbox(s->nats), kind, token);
	(void)stoa_nats_publish(
	    s->nats, subject, reply, header, header == NULL ? 0 : 1, data);
}

/* ---- requests
 * ---------------------------------------------------------------- */

void
stoa_stream_publish(struct stoa_stream *s, uint64_t token,
    struct stoa_str community, uint64_t expected, struct stoa_str record)
{
	char subject[SUBJECT_MAX], value[32];
	struct stoa_header header = {
	    "Nats-Expected-Last-Subject-Sequence", value};

	subject_of(s, community, subject);
	(void)snprintf(value, sizeof(value), "%" PRIu64, expected);
	send(s, subject, "p", token, &header, record);
}

static void
get(struct stoa_stream *s, uint64_t token, const char *body)
{
	char subject[SUBJECT_MAX];

	(void)snprintf(
	    subject, sizeof(subject), "$JS.API.DIRECT.GET.%s", s->name);
	send(s, subject, "g", token, NULL, stoa_str_of(body));
}

void
stoa_stream_get_last(
    struct stoa_stream *s, uint64_t token, struct stoa_str community)
{
	char subject[SUBJECT_MAX], body[SUBJECT_MAX + 32];

	subject_of(s, community, subject);
	(void)snprintf(
	    body, sizeof(body), "{\"last_by_subj\":\"%s\"}", subject);
	get(s, token, body);
}

void
stoa_stream_get_at(struct stoa_stream *s, uint64_t token, uint64_t sequence)
{
	char body[64];

	(void)snprintf(body, sizeof(body), "{\"seq\":%" PRIu64 "}", sequence);
	get(s, token, body);
}

static void
info_ask(struct stoa_stream *s)
{
	char subject[SUBJECT_MAX];

	(void)snprintf(
	    subject, sizeof(subject), "$JS.API.STREAM.INFO.%s", s->name);
	s->asked_us = now_us();
	send(s, subject, "i", 0, NULL, (struct stoa_str){NULL, 0});
}

/* ---- answers
 * ------------------------------------------------------------------ */

static void
published(struct stoa_stream *s, uint64_t token, const struct stoa_nats_msg *m)
{
	struct stoa_json root;
	int64_t sequence = 0, code = 0;

	if (stoa_nats_is_no_responders(m) ||
	    !stoa_json_parse(stoa_nats_data(m), 0, &root, NULL)) {
		s->events->published(s->owner, token, STOA_UNAVAILABLE, 0);
		return;
	}
	if (stoa_json_to_i64(
		stoa_json_get(stoa_json_get(root, STOA_STR("error")),
		    STOA_STR("err_code")),
		&code)) {
		s->events->published(s->owner, token,
		    code == ERR_SEQUENCE ? STOA_CONFLICT : STOA_UNAVAILABLE, 0);
		return;
	}
	if (!stoa_json_to_i64(
		stoa_json_get(root, STOA_STR("seq")), &sequence)) {
		s->events->published(s->owner, token, STOA_INTERNAL, 0);
		return;
	}
	s->events->published(s->owner, token, STOA_OK, (uint64_t)sequence);
}

static void
got(struct stoa_stream *s, uint64_t token, const struct stoa_nats_msg *m)
{
	const char *status = stoa_nats_header(m, "Status");
	const char *text = stoa_nats_header(m, "Nats-Sequence");
	int64_t sequence = 0;

	if (status != NULL || text == NULL ||
	    !stoa_str_to_i64(stoa_str_of(text), &sequence)) {
		s->events->got(s->owner, token,
		    status != NULL && strcmp(status, "404") == 0
			? STOA_NOT_FOUND
			: STOA_UNAVAILABLE,
		    0, (struct stoa_str){NULL, 0});
		return;
	}
	s->events->got(
	    s->owner, token, STOA_OK, (uint64_t)sequence, stoa_nats_data(m));
}

/* The stream exists: the owner may look and follow. */
static void
informed(struct stoa_stream *s, const struct stoa_nats_msg *m)
{
	struct stoa_json root;
	int64_t last = 0;

	if (s->is_ready || stoa_nats_is_no_responders(m) ||
	    !stoa_json_parse(stoa_nats_data(m), 0, &root, NULL) ||
	    !stoa_json_to_i64(
		stoa_json_get(stoa_json_get(root, STOA_STR("state")),
		    STOA_STR("last_seq")),
		&last)) {
		return; /* not provisioned yet: asked again by the tick */
	}
	s->asked_us = 0;
	s->is_ready = true;
	s->events->up(s->owner, (uint64_t)last);
}

static void follow_begin(struct stoa_stream *s);

static void
consumer_made(
    struct stoa_stream *s, uint64_t token, const struct stoa_nats_msg *m)
{
	struct stoa_json root;
	int64_t pending = 0;

	if (token != s->follow_count || !s->is_following) {
		return; /* of an earlier follower */
	}
	if (stoa_nats_is_no_responders(m) ||
	    !stoa_json_parse(stoa_nats_data(m), 0, &root, NULL) ||
	    !stoa_json_to_i64(
		stoa_json_get(root, STOA_STR("num_pending")), &pending)) {
		return; /* asked again by the tick */
	}
	s->asked_us = 0;
	s->heard_us = now_us();
	if (pending == 0 && s->is_catching_up && s->consumer_seq == 0) {
		s->is_catching_up = false;
		s->events->caught_up(s->owner);
	}
}

static void
on_answer(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_stream *s = owner;
	struct stoa_str subject = stoa_nats_subject(m);
	struct stoa_str rest = subject;
	struct stoa_str kind;
	int64_t token = 0;

	/* <inbox>.<kind>.<token>; the inbox itself has one dot. */
	(void)stoa_str_cut(&rest, '.');
	(void)stoa_str_cut(&rest, '.');
	kind = stoa_str_cut(&rest, '.');
	if (kind.len != 1 || !stoa_str_to_i64(rest, &token)) {
		return;
	}
	if (kind.data[0] == 'i') {
		informed(s, m);
	} else if (!s->is_ready) {
		return;
	} else if (kind.data[0] == 'p') {
		published(s, (uint64_t)token, m);
	} else if (kind.data[0] == 'g') {
		got(s, (uint64_t)token, m);
	} else if (kind.data[0] == 'c') {
		consumer_made(s, (uint64_t)token, m);
	}
}

/* ---- following
 * ---------------------------------------------------------------- */

/* $JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer sequence>.
 * <time>.<pending> */
static bool
reply_parse(const char *reply, uint64_t *ret_sequence,
    uint64_t *ret_consumer_seq, uint64_t *ret_pending)
{
	struct stoa_str rest = stoa_str_of(reply);
	int64_t numbers[9] = {0};

	for (int i = 0; i < 9; i++) {
		struct stoa_str token = stoa_str_cut(&rest, '.');

		if (i >= 5 && !stoa_str_to_i64(token, &numbers[i])) {
			return false;
		}
	}
	*ret_sequence = (uint64_t)numbers[5];
	*ret_consumer_seq = (uint64_t)numbers[6];
	*ret_pending = (uint64_t)numbers[8];
	return true;
}

/* stoa.journal.<domain>.<slot>.<community> */
static struct stoa_str
community_of(struct stoa_str subject)
{
	for (int i = 0; i < 4; i++) {
		(void)stoa_str_cut(&subject, '.');
	}
	return subject;
}

/* Flow control and heartbeats: the broker wants to know that we keep up. */
static void
control_heard(struct stoa_stream *s, const struct stoa_nats_msg *m)
{
	const char *answer = stoa_nats_reply(m);

	if (answer == NULL || answer[0] == '\0') {
		answer = stoa_nats_header(m, "Nats-Consumer-Stalled");
	}
	if (answer != NULL) {
		(void)stoa_nats_publish(
		    s->nats, answer, NULL, NULL, 0, (struct stoa_str){NULL, 0});
	}
}

static void
on_followed(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_stream *s = owner;
	const char *reply = stoa_nats_reply(m);
	uint64_t sequence, consumer_seq, pending;

	s->heard_us = now_us();
	if (stoa_nats_header(m, "Status") != NULL) {
		control_heard(s, m);
		return;
	}
	if (!s->is_ready || !s->is_following || reply == NULL ||
	    !reply_parse(reply, &sequence, &consumer_seq, &pending)) {
		return;
	}
	if (consumer_seq != s->consumer_seq + 1) {
		follow_begin(s); /* something was lost on the way */
		return;
	}
	s->consumer_seq = consumer_seq;
	s->follow_next = sequence + 1;
	s->events->followed(s->owner, sequence,
	    community_of(stoa_nats_subject(m)), stoa_nats_data(m));
	if (pending == 0 && s->is_catching_up && s->is_ready) {
		s->is_catching_up = false;
		s->events->caught_up(s->owner);
	}
}

static void
follow_begin(struct stoa_stream *s)
{
	char subject[SUBJECT_MAX], inbox[SUBJECT_MAX];
	char body[1024];

	s->follow_count++;
	s->consumer_seq = 0;
	s->asked_us = now_us();
	s->heard_us = s->asked_us;
	stoa_nats_unsubscribe(s->follower);
	s->follower = NULL;
	/* Not under the answers' wildcard: that one takes two more tokens. */
	(void)snprintf(inbox, sizeof(inbox), "%s.f.%" PRIu64 ".d",
	    stoa_nats_inbox(s->nats), s->follow_count);
	if (stoa_nats_subscribe(s->nats, inbox, NULL, on_followed, s,
		&s->follower) != STOA_OK) {
		return;
	}
	(void)snprintf(body, sizeof(body),
	    "{\"stream_name\":\"%s\",\"config\":{"
	    "\"deliver_policy\":\"by_start_sequence\","
	    "\"opt_start_seq\":%" PRIu64 ",\"ack_policy\":\"none\","
	    "\"replay_policy\":\"instant\",\"deliver_subject\":\"%s\","
	    "\"flow_control\":true,\"idle_heartbeat\":%" PRId64 ","
	    "\"inactive_threshold\":%" PRId64 ",\"mem_storage\":true}}",
	    s->name, s->follow_next, inbox, HEARTBEAT_US * 1000,
	    INT64_C(30) * STOA_US_PER_S * 1000);
	(void)snprintf(
	    subject, sizeof(subject), "$JS.API.CONSUMER.CREATE.%s", s->name);
	send(s, subject, "c", s->follow_count, NULL, stoa_str_of(body));
}

void
stoa_stream_follow(struct stoa_stream *s, uint64_t sequence)
{
	s->is_following = true;
	s->is_catching_up = true;
	s->follow_next = sequence;
	follow_begin(s);
}

/* ---- life
 * --------------------------------------------------------------------- */

static void
on_up(void *owner, bool is_fresh)
{
	struct stoa_stream *s = owner;
	char subject[SUBJECT_MAX];

	stoa_assert(is_fresh);
	(void)snprintf(
	    subject, sizeof(subject), "%s.*.*", stoa_nats_inbox(s->nats));
	if (stoa_nats_subscribe(
		s->nats, subject, NULL, on_answer, s, &s->answers) == STOA_OK) {
		info_ask(s);
	}
}

static void
on_down(void *owner)
{
	struct stoa_stream *s = owner;

	stoa_nats_unsubscribe(s->answers);
	stoa_nats_unsubscribe(s->follower);
	s->answers = NULL;
	s->follower = NULL;
	s->is_following = false;
	if (s->is_ready) {
		s->is_ready = false;
		s->events->down(s->owner);
	}
}

static void
on_error(void *owner, const char *text)
{
	struct stoa_stream *s = owner;

	if (s->o.error != NULL) {
		s->o.error(s->o.owner, text);
	}
}

static void
on_tick(void *arg)
{
	struct stoa_stream *s = arg;
	int64_t now = now_us();

	if (!stoa_nats_is_up(s->nats)) {
		return;
	}
	if (!s->is_ready) {
		if (now - s->asked_us >= RETRY_US) {
			info_ask(s);
		}
		return;
	}
	if (s->is_following &&
	    ((s->asked_us != 0 && now - s->asked_us >= STOA_US_PER_S) ||
		now - s->heard_us >= SILENCE_US)) {
		follow_begin(s);
	}
}

enum stoa_status
stoa_stream_open(
    const struct stoa_stream_options *options, struct stoa_stream **ret_stream)
{
	struct stoa_stream *s = calloc(1, sizeof(*s));
	char name[64], inbox[64];
	struct stoa_nats_options nats = {
	    .loop = options->loop,
	    .url = options->url,
	    .name = name,
	    .key_file = options->key_file,
	    .inbox = inbox,
	    .is_lasting = false,
	    .up = on_up,
	    .down = on_down,
	    .error = on_error,
	    .owner = s,
	};
	enum stoa_status status;

	stoa_assert(s != NULL);
	s->o = *options;
	(void)snprintf(name, sizeof(name), "%s-journal", options->service);
	(void)snprintf(inbox, sizeof(inbox), "_INBOX_%s", options->service);
	(void)snprintf(s->name, sizeof(s->name), "journal-%s", options->domain);
	status = stoa_nats_open(&nats, &s->nats);
	if (status != STOA_OK) {
		free(s);
		return status;
	}
	s->tick = stoa_timer_new(options->loop, on_tick, s);
	stoa_timer_start(s->tick, RETRY_US, RETRY_US);
	*ret_stream = s;
	return STOA_OK;
}

void
stoa_stream_bind(
    struct stoa_stream *s, const struct stoa_stream_events *events, void *owner)
{
	s->events = events;
	s->owner = owner;
}

void
stoa_stream_close(struct stoa_stream *s)
{
	if (s == NULL) {
		return;
	}
	stoa_timer_free(s->tick);
	stoa_nats_close(s->nats);
}
