/* shard.c - the rules of one gateway connection. */
#include "gateway/shard.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>

enum gateway_op {
	OP_DISPATCH = 0,
	OP_HEARTBEAT = 1,
	OP_IDENTIFY = 2,
	OP_RESUME = 6,
	OP_RECONNECT = 7,
	OP_INVALID_SESSION = 9,
	OP_HELLO = 10,
	OP_HEARTBEAT_ACK = 11,
};

/* Any but 1000 and 1001 leaves the session as it is. */
#define CLOSE_RESUMABLE 4000
#define CLOSE_FOR_GOOD	1000

/* An identify without effect; then the connection is given up. */
#define QUEUE_US (120 * STOA_US_PER_S)

/* Room for the longest READY's few members that are read. */
#define READ_ARENA_MAX ((size_t)16 * 1024)

static int64_t
random_below(struct shard *s, int64_t bound)
{
	return bound <= 0 ? 0
			  : (int64_t)stoa_rng_below(&s->rng, (uint64_t)bound);
}

static bool
has_session(const struct shard *s)
{
	return s->session.id[0] != '\0';
}

static void
session_drop(struct shard *s)
{
	s->session = (struct shard_session){0};
	s->is_host_bypassed = false;
	s->host_failures = 0;
}

static bool
is_connected(const struct shard *s)
{
	return s->state >= SHARD_GREETING && s->state <= SHARD_READY;
}

/* ---- sending ---- */

static bool
is_in_budget(struct shard *s, unsigned limit, int64_t now_us)
{
	if (now_us - s->minute_us >= 60 * STOA_US_PER_S) {
		s->minute_us = now_us;
		s->sent = 0;
	}
	return s->sent < limit;
}

static void
payload_send(struct shard *s, struct stoa_buf *payload, int64_t now_us)
{
	(void)is_in_budget(s, 0, now_us);
	stoa_assert(!payload->is_overflown);
	s->sent++;
	s->ports->send(s->owner, stoa_buf_str(payload));
}

static void
heartbeat(struct shard *s, int64_t now_us)
{
	struct stoa_buf b;

	stoa_buf_init(&b, GATEWAY_SEND_MAX);
	if (has_session(s)) {
		stoa_buf_printf(
		    &b, "{\"op\":1,\"d\":%" PRIu64 "}", s->session.seq);
	} else {
		stoa_buf_add_text(&b, "{\"op\":1,\"d\":null}");
	}
	s->beat_sent_us = now_us;
	s->beats_open++;
	payload_send(s, &b, now_us);
	stoa_buf_fini(&b);
}

static void
identify(struct shard *s, int64_t now_us)
{
	struct stoa_buf b;

	stoa_buf_init(&b, GATEWAY_SEND_MAX);
	stoa_buf_add_text(&b, "{\"op\":2,\"d\":{\"token\":");
	stoa_buf_add_json(&b, stoa_str_of(s->o.token));
	stoa_buf_printf(&b,
	    ",\"properties\":{\"os\":\"linux\",\"browser\":\"stoa\","
	    "\"device\":\"stoa\"},\"large_threshold\":50,\"shard\":[%u,%u],"
	    "\"intents\":%" PRIu32 "}}",
	    s->o.id, s->o.count, s->o.intents);
	s->counts.identifies++;
	payload_send(s, &b, now_us);
	explicit_bzero(b.data, b.len);
	stoa_buf_fini(&b);
}

static void
resume(struct shard *s, int64_t now_us)
{
	struct stoa_buf b;

	stoa_buf_init(&b, GATEWAY_SEND_MAX);
	stoa_buf_add_text(&b, "{\"op\":6,\"d\":{\"token\":");
	stoa_buf_add_json(&b, stoa_str_of(s->o.token));
	stoa_buf_add_text(&b, ",\"session_id\":");
	stoa_buf_add_json(&b, stoa_str_of(s->session.id));
	stoa_buf_printf(&b, ",\"seq\":%" PRIu64 "}}", s->session.seq);
	s->counts.resumes++;
	payload_send(s, &b, now_us);
	explicit_bzero(b.data, b.len);
	stoa_buf_fini(&b);
}

bool
shard_send(struct shard *s, struct stoa_str text, int64_t now_us)
{
	if (s->state != SHARD_READY || text.len > GATEWAY_SEND_MAX ||
	    !is_in_budget(
		s, GATEWAY_SENDS_PER_MINUTE - GATEWAY_SENDS_RESERVED, now_us)) {
		s->counts.refused_sends++;
		return false;
	}
	s->sent++;
	s->ports->send(s->owner, text);
	return true;
}

/* ---- connecting ---- */

static void
wait_until(struct shard *s, int64_t due_us)
{
	s->state = SHARD_WAITING;
	s->due_us = due_us;
}

/* The connection is ours to end. */
static void
reconnect(struct shard *s, int64_t after_us, int64_t now_us)
{
	if (s->lost_us == 0) {
		s->lost_us = now_us;
	}
	s->ports->close(s->owner, CLOSE_RESUMABLE);
	wait_until(s, now_us + after_us);
}

static void
attempt(struct shard *s, int64_t now_us)
{
	bool is_own_host =
	    has_session(s) && s->session.url[0] != '\0' && !s->is_host_bypassed;

	s->state = SHARD_CONNECTING;
	s->due_us = now_us + GATEWAY_READY_US;
	s->ports->connect(
	    s->owner, is_own_host ? s->session.url : s->o.gateway_url);
}

/* The session's host does not answer, or the common one that stood in for it
 * did not either. The session itself is kept: only Discord ends it. */
static void
host_failed(struct shard *s, int64_t now_us)
{
	if (!has_session(s)) {
		return;
	}
	if (s->is_host_bypassed) {
		s->is_host_bypassed = false;
		s->host_failures = 0;
		return;
	}
	if (s->host_failures++ == 0) {
		s->host_failed_us = now_us;
	}
	if (s->host_failures >= GATEWAY_HOST_FAILURES &&
	    now_us - s->host_failed_us >= s->o.host_patience_us) {
		s->is_host_bypassed = true;
	}
}

static int64_t
backoff_us(struct shard *s)
{
	int64_t ceiling_us = GATEWAY_RETRY_US_MIN;

	for (unsigned i = 1;
	     i < s->attempts && ceiling_us < GATEWAY_RETRY_US_MAX; i++) {
		ceiling_us *= 2;
	}
	if (ceiling_us > GATEWAY_RETRY_US_MAX) {
		ceiling_us = GATEWAY_RETRY_US_MAX;
	}
	return random_below(s, ceiling_us);
}

static void
stop_for(struct shard *s, enum shard_fatal why)
{
	s->state = SHARD_STOPPED;
	s->fatal = why;
}

static enum shard_fatal
fatal_of(unsigned code)
{
	switch (code) {
	case 4004:
		return SHARD_FATAL_TOKEN;
	case 4010:
		return SHARD_FATAL_SHARD;
	case 4011:
		return SHARD_FATAL_COUNT;
	case 4012:
		return SHARD_FATAL_VERSION;
	case 4013:
		return SHARD_FATAL_INTENTS;
	case 4014:
		return SHARD_FATAL_ALLOWED;
	default:
		return SHARD_FATAL_NONE;
	}
}

/* Discord's table of close codes, those that end no bot. */
static void
closed_with(struct shard *s, unsigned code, int64_t now_us)
{
	switch (code) {
	case 4001:
	case 4002:
	case 4005:
		s->counts.our_faults++;
		break;
	case 4003:
	case 4007:
	case 4009:
		s->counts.invalid++;
		session_drop(s);
		break;
	case 4008:
		s->counts.our_faults++;
		wait_until(s, now_us + GATEWAY_INVALID_US_MAX +
				  random_below(s, GATEWAY_INVALID_US_MAX));
		return;
	default:
		break;
	}
	s->attempts++;
	wait_until(s, now_us + (s->attempts == 1 ? 0 : backoff_us(s)));
}

void
shard_closed(struct shard *s, unsigned code, bool is_open, int64_t now_us)
{
	enum shard_fatal fatal = fatal_of(code);

	if (s->state == SHARD_IDLE || s->state == SHARD_STOPPED ||
	    s->state == SHARD_WAITING) {
		return;
	}
	if (s->lost_us == 0) {
		s->lost_us = now_us;
	}
	if (fatal != SHARD_FATAL_NONE) {
		stop_for(s, fatal);
		return;
	}
	if (!is_open) {
		host_failed(s, now_us);
	}
	closed_with(s, code, now_us);
}

/* ---- life ---- */

void
shard_init(struct shard *s, const struct shard_options *options,
    const struct shard_ports *ports, void *owner, uint64_t seed)
{
	stoa_assert(options->id < options->count);
	*s = (struct shard){.o = *options, .ports = ports, .owner = owner};
	stoa_rng_init(&s->rng, seed);
}

void
shard_start(
    struct shard *s, const struct shard_session *session, int64_t now_us)
{
	stoa_assert(s->state == SHARD_IDLE);
	s->session = *session;
	s->attempts = 0;
	s->lost_us = now_us;
	attempt(s, now_us);
}

static void
stop_with(struct shard *s, unsigned code)
{
	if (is_connected(s) || s->state == SHARD_CONNECTING) {
		s->ports->close(s->owner, code);
	}
	if (s->state != SHARD_STOPPED) {
		s->state = SHARD_IDLE;
	}
}

void
shard_stop(struct shard *s)
{
	stop_with(s, CLOSE_RESUMABLE);
}

void
shard_leave(struct shard *s)
{
	stop_with(s, CLOSE_FOR_GOOD);
	session_drop(s);
}

void
shard_opened(struct shard *s, int64_t now_us)
{
	if (s->state == SHARD_CONNECTING) {
		s->state = SHARD_GREETING;
		s->due_us = now_us + GATEWAY_HELLO_US;
		s->host_failures = 0;
		s->is_beat_acked = true;
		s->beat_us = 0;
		s->beats_open = 0;
		s->catch_up_acks = 0;
		s->minute_us = now_us;
		s->sent = 0;
	}
}

/* ---- what comes in ---- */

void
shard_bad_payload(struct shard *s, int64_t now_us)
{
	if (!is_connected(s)) {
		return;
	}
	/* A new connection begins a new stream; the session repeats what was
	 * not understood. Should it be the payload itself, the wait grows. */
	s->counts.bad_payloads++;
	s->attempts++;
	reconnect(s, s->attempts == 1 ? 0 : backoff_us(s), now_us);
}

static void
on_hello(struct shard *s, struct stoa_json data, int64_t now_us)
{
	int64_t interval_ms;

	if (s->state != SHARD_GREETING) {
		return;
	}
	if (!stoa_json_to_i64(
		stoa_json_get(data, STOA_STR("heartbeat_interval")),
		&interval_ms) ||
	    interval_ms > GATEWAY_BEAT_US_MAX / STOA_US_PER_MS ||
	    interval_ms < GATEWAY_BEAT_US_MIN / STOA_US_PER_MS) {
		shard_bad_payload(s, now_us);
		return;
	}
	s->beat_every_us = interval_ms * STOA_US_PER_MS;
	/* Jitter: shards that connect together must not beat together. */
	s->beat_us = now_us + random_below(s, s->beat_every_us);
	if (has_session(s)) {
		s->state = SHARD_RESUMING;
		s->due_us = now_us + GATEWAY_READY_US;
		resume(s, now_us);
	} else {
		s->state = SHARD_QUEUEING;
		s->due_us = now_us + QUEUE_US;
		s->ports->queue(s->owner);
	}
}

static void
on_invalid_session(struct shard *s, struct stoa_json data, int64_t now_us)
{
	bool is_resumable = false;
	int64_t span_us = GATEWAY_INVALID_US_MAX - GATEWAY_INVALID_US_MIN;

	(void)!stoa_json_to_bool(data, &is_resumable);
	s->counts.invalid++;
	if (!is_resumable) {
		session_drop(s);
	}
	reconnect(s, GATEWAY_INVALID_US_MIN + random_below(s, span_us), now_us);
}

static void
is_ready_now(struct shard *s, int64_t now_us)
{
	s->state = SHARD_READY;
	s->is_host_bypassed = false;
	s->ready_us = now_us;
	s->resume_took_us = s->lost_us == 0 ? 0 : now_us - s->lost_us;
	s->lost_us = 0;
}

static bool
text_copy(struct stoa_json value, char *to, size_t size)
{
	char memory[512];
	struct stoa_arena arena;
	struct stoa_str text;
	bool is_fit;

	stoa_arena_init(&arena, memory, sizeof(memory), READ_ARENA_MAX);
	is_fit = stoa_json_to_str(value, &arena, &text) && text.len > 0 &&
		 text.len < size && memchr(text.data, 0, text.len) == NULL;
	if (is_fit) {
		memcpy(to, text.data, text.len);
		to[text.len] = '\0';
	}
	stoa_arena_fini(&arena);
	return is_fit;
}

/* It becomes part of message ids and keys. */
static bool
is_token(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return strspn(text, good) == strlen(text);
}

static bool
ready_take(struct shard *s, const struct gateway_frame *frame, int64_t now_us)
{
	struct shard_session session = {.seq = frame->seq};
	struct stoa_json data;

	if (s->state != SHARD_IDENTIFYING ||
	    !stoa_json_parse(frame->data, 0, &data, NULL) ||
	    !text_copy(stoa_json_get(data, STOA_STR("session_id")), session.id,
		sizeof(session.id)) ||
	    !text_copy(stoa_json_get(data, STOA_STR("resume_gateway_url")),
		session.url, sizeof(session.url)) ||
	    !is_token(session.id)) {
		shard_bad_payload(s, now_us);
		return false;
	}
	s->session = session;
	s->gap_from = 1;
	s->gap_to = 0;
	is_ready_now(s, now_us);
	s->ports->session(s->owner);
	return true;
}

/* False: not to be taken. */
static bool
sequence_take(
    struct shard *s, const struct gateway_frame *frame, int64_t now_us)
{
	uint64_t next = s->session.seq + 1;

	if (frame->seq >= s->gap_from && frame->seq <= s->gap_to) {
		return true; /* late; the broker folds it if it came before */
	}
	if (frame->seq < next) {
		s->counts.duplicates++;
		return false;
	}
	if (frame->seq == next) {
		s->session.seq = frame->seq;
		return true;
	}
	s->counts.gaps++;
	if (s->gap_us == 0 || now_us - s->gap_us >= GATEWAY_GAP_US) {
		/* The session repeats what is missing, in order. */
		s->gap_us = now_us;
		reconnect(s, 0, now_us);
		return false;
	}
	s->gap_from = next;
	s->gap_to = frame->seq - 1;
	s->session.seq = frame->seq;
	return true;
}

static void
on_dispatch(struct shard *s, const struct gateway_frame *frame, int64_t now_us)
{
	/* Numbers begin at 1; 0 would be before every place. */
	if (!frame->has_seq || frame->seq == 0 || frame->type.len == 0) {
		shard_bad_payload(s, now_us);
		return;
	}
	/* A session that was stored before anything in it was taken repeats
	 * its READY: then it is a dispatch like others. */
	if (s->state != SHARD_RESUMING &&
	    stoa_str_is_equal(frame->type, STOA_STR("READY"))) {
		if (!ready_take(s, frame, now_us)) {
			return;
		}
	} else if (!has_session(s) || !sequence_take(s, frame, now_us)) {
		return;
	} else if (s->state == SHARD_RESUMING) {
		s->due_us = now_us + GATEWAY_READY_US;
		if (stoa_str_is_equal(frame->type, STOA_STR("RESUMED"))) {
			s->counts.resumed++;
			is_ready_now(s, now_us);
		}
	}
	if (stoa_str_is_equal(frame->type, STOA_STR("RATE_LIMITED"))) {
		s->counts.rate_limited++;
	}
	s->counts.dispatches++;
	if (!s->ports->dispatch(s->owner, frame) &&
	    frame->seq == s->session.seq && s->bad_seq != frame->seq) {
		/* The session may repeat it whole; twice the same is what
		 * Discord means, and it is left out. So is what had been
		 * given up before: the session is far beyond it. */
		s->bad_seq = frame->seq;
		s->session.seq = frame->seq - 1;
		if (s->gap_to > s->session.seq) {
			s->gap_to = s->session.seq; /* it comes in order */
		}
		shard_bad_payload(s, now_us);
	}
}

static void
on_beat_acked(struct shard *s, int64_t now_us)
{
	s->is_beat_acked = true;
	s->latency_us = now_us - s->beat_sent_us;
	s->beats_open -= s->beats_open > 0;
	if (s->catch_up_acks > 0) {
		s->catch_up_acks--;
		s->is_caught_up = s->catch_up_acks == 0;
	}
}

void
shard_frame(struct shard *s, const struct gateway_frame *frame, int64_t now_us)
{
	struct stoa_json data = {0};

	if (!is_connected(s)) {
		return;
	}
	if (frame->op == OP_DISPATCH) {
		on_dispatch(s, frame, now_us);
		return;
	}
	if (!stoa_json_parse(frame->data, 0, &data, NULL)) {
		shard_bad_payload(s, now_us);
		return;
	}
	switch (frame->op) {
	case OP_HELLO:
		on_hello(s, data, now_us);
		break;
	case OP_HEARTBEAT:
		heartbeat(s, now_us);
		break;
	case OP_HEARTBEAT_ACK:
		on_beat_acked(s, now_us);
		break;
	case OP_RECONNECT:
		reconnect(s, 0, now_us);
		break;
	case OP_INVALID_SESSION:
		on_invalid_session(s, data, now_us);
		break;
	default:
		break; /* new ones may come; none needs an answer yet */
	}
}

void
shard_grant(struct shard *s, int64_t now_us)
{
	if (s->state == SHARD_QUEUEING) {
		s->state = SHARD_IDENTIFYING;
		s->due_us = now_us + GATEWAY_READY_US;
		identify(s, now_us);
	}
}

void
shard_set_deaf(struct shard *s, bool is_deaf, int64_t now_us)
{
	if (s->is_deaf && !is_deaf) {
		/* What waited in the socket counts from now on. */
		s->is_beat_acked = true;
		if (s->state == SHARD_RESUMING) {
			s->due_us = now_us + GATEWAY_READY_US;
		}
	}
	s->is_deaf = is_deaf;
}

/* ---- time ---- */

static void
beat(struct shard *s, int64_t now_us)
{
	s->is_beat_acked = s->is_deaf;
	s->beat_us = now_us + s->beat_every_us;
	heartbeat(s, now_us);
}

static void
beat_tick(struct shard *s, int64_t now_us)
{
	if (s->beat_us == 0 || s->beat_us > now_us) {
		return;
	}
	if (!s->is_beat_acked && !s->is_deaf) {
		s->counts.zombies++;
		s->attempts++;
		reconnect(s, s->attempts == 1 ? 0 : backoff_us(s), now_us);
		return;
	}
	beat(s, now_us);
}

bool
shard_catch_up(struct shard *s, int64_t now_us)
{
	if (s->state == SHARD_READY && !s->is_caught_up &&
	    s->catch_up_acks == 0) {
		beat(s, now_us);
		s->catch_up_acks = s->beats_open;
	}
	return s->is_caught_up;
}

void
shard_tick(struct shard *s, int64_t now_us)
{
	bool is_due = s->due_us <= now_us;

	switch (s->state) {
	case SHARD_IDLE:
	case SHARD_STOPPED:
		return;
	case SHARD_WAITING:
		if (is_due) {
			attempt(s, now_us);
		}
		return;
	case SHARD_CONNECTING:
		if (is_due) {
			s->ports->close(s->owner, 0);
			shard_closed(s, 0, false, now_us);
		}
		return;
	case SHARD_GREETING:
	case SHARD_QUEUEING:
	case SHARD_IDENTIFYING:
	case SHARD_RESUMING:
		if (is_due && !s->is_deaf) {
			s->attempts++;
			reconnect(s, backoff_us(s), now_us);
			return;
		}
		break;
	case SHARD_READY:
		if (now_us - s->ready_us >= GATEWAY_SETTLED_US) {
			s->attempts = 0;
		}
		break;
	}
	beat_tick(s, now_us);
}

void
shard_counts_add(struct shard_counts *to, const struct shard_counts *from)
{
	to->dispatches += from->dispatches;
	to->duplicates += from->duplicates;
	to->gaps += from->gaps;
	to->zombies += from->zombies;
	to->identifies += from->identifies;
	to->resumes += from->resumes;
	to->resumed += from->resumed;
	to->invalid += from->invalid;
	to->refused_sends += from->refused_sends;
	to->rate_limited += from->rate_limited;
	to->our_faults += from->our_faults;
	to->bad_payloads += from->bad_payloads;
}

const char *
shard_state_name(enum shard_state state)
{
	static const char *const names[] = {
	    [SHARD_IDLE] = "idle",
	    [SHARD_WAITING] = "waiting",
	    [SHARD_CONNECTING] = "connecting",
	    [SHARD_GREETING] = "greeting",
	    [SHARD_QUEUEING] = "queueing",
	    [SHARD_IDENTIFYING] = "identifying",
	    [SHARD_RESUMING] = "resuming",
	    [SHARD_READY] = "ready",
	    [SHARD_STOPPED] = "stopped",
	};

	return names[state];
}

const char *
shard_fatal_text(enum shard_fatal fatal)
{
	switch (fatal) {
	case SHARD_FATAL_NONE:
		return NULL;
	case SHARD_FATAL_TOKEN:
		return "Discord does not accept the bot's token (4004): make a "
		       "new one under Bot > Reset Token of the developer "
		       "portal "
		       "and put it into the token file";
	case SHARD_FATAL_SHARD:
		return "Discord does not accept this shard number (4010)";
	case SHARD_FATAL_COUNT:
		return "the bot is in too many guilds for so few shards "
		       "(4011): raise --shards or set it to 0";
	case SHARD_FATAL_VERSION:
		return "Discord no longer speaks version 10 of its gateway "
		       "(4012): a newer release is needed";
	case SHARD_FATAL_INTENTS:
		return "Discord knows no such intents (4013): see --intents";
	case SHARD_FATAL_ALLOWED:
		return "the bot asks for privileged intents that it has not "
		       "been given (4014): switch them on under Bot > "
		       "Privileged Gateway Intents of the developer portal, or "
		       "leave them out of --intents";
	}
	return NULL;
}
