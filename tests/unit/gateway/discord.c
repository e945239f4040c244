/* discord.c - the other end of a shard. */
#include "discord.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>

static void
on_connect(void *owner, const char *url)
{
	struct discord *d = owner;

	stoa_assert(!d->is_connected);
	(void)snprintf(d->url, sizeof(d->url), "%s", url);
	d->connects++;
}

static void
on_send(void *owner, struct stoa_str text)
{
	struct discord *d = owner;

	stoa_assert(d->is_connected);
	(void)snprintf(d->sent[d->sent_count % SENT_MAX], sizeof(d->sent[0]),
	    "%.*s", STOA_STR_ARG(text));
	d->sent_count++;
}

static void
on_close(void *owner, unsigned code)
{
	struct discord *d = owner;

	/* Either of these would end the session. */
	stoa_assert(d->is_left || (code != 1000 && code != 1001));
	d->is_connected = false;
	d->close_code = code;
	d->closes++;
}

static bool
on_dispatch(void *owner, const struct gateway_frame *frame)
{
	struct discord *d = owner;

	if (d->is_unreadable) {
		return false;
	}
	d->taken[d->taken_count % STOA_COUNT(d->taken)] = frame->seq;
	d->taken_count++;
	return true;
}

static void
on_session(void *owner)
{
	struct discord *d = owner;

	d->sessions++;
}

static void
on_queue(void *owner)
{
	struct discord *d = owner;

	d->queued++;
}

static const struct shard_ports ports = {
    .connect = on_connect,
    .send = on_send,
    .close = on_close,
    .dispatch = on_dispatch,
    .session = on_session,
    .queue = on_queue,
};

void
discord_begin(struct discord *d)
{
	*d = (struct discord){.now_us = 1000 * STOA_US_PER_S};
	shard_init(&d->shard,
	    &(struct shard_options){
		.id = 3,
		.count = 8,
		.intents = 4609,
		.token = TOKEN,
		.gateway_url = COMMON,
		.host_patience_us = 60 * STOA_US_PER_S,
	    },
	    &ports, d, 7);
}

void
discord_start(struct discord *d, const char *session, uint64_t seq)
{
	struct shard_session s = {.seq = seq};

	(void)snprintf(s.id, sizeof(s.id), "%s", session);
	if (session[0] != '\0') {
		(void)snprintf(s.url, sizeof(s.url), "%s", RESUME);
	}
	shard_start(&d->shard, &s, d->now_us);
}

void
discord_open(struct discord *d)
{
	d->is_connected = true;
	shard_opened(&d->shard, d->now_us);
}

void
discord_say(struct discord *d, const char *payload)
{
	struct gateway_frame frame;

	if (gateway_frame_scan(stoa_str_of(payload), &frame)) {
		shard_frame(&d->shard, &frame, d->now_us);
	} else {
		shard_bad_payload(&d->shard, d->now_us);
	}
}

void
discord_sayf(struct discord *d, const char *format, ...)
{
	char payload[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(payload, sizeof(payload), format, args);
	va_end(args);
	discord_say(d, payload);
}

void
discord_wait(struct discord *d, int64_t us)
{
	for (int64_t end_us = d->now_us + us; d->now_us < end_us;) {
		d->now_us += GATEWAY_TICK_US;
		shard_tick(&d->shard, d->now_us);
	}
}

bool
discord_wait_connect(struct discord *d, int64_t us)
{
	unsigned before = d->connects;

	for (int64_t end_us = d->now_us + us;
	     d->now_us < end_us && d->connects == before;) {
		discord_wait(d, GATEWAY_TICK_US);
	}
	return d->connects > before;
}

void
discord_ready(struct discord *d)
{
	discord_start(d, "", 0);
	discord_open(d);
	discord_say(d, "{\"t\":null,\"s\":null,\"op\":10,\"d\":"
		       "{\"heartbeat_interval\":41250}}");
	shard_grant(&d->shard, d->now_us);
	discord_say(d,
	    "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"v\":10,"
	    "\"session_id\":\"" SESSION "\",\"resume_gateway_url\":\"" RESUME
	    "\",\"user\":{\"id\":\"1\"},\"application\":{\"id\":\"2\"}}}");
}

void
discord_dispatch(struct discord *d, uint64_t seq)
{
	discord_sayf(d, "{\"t\":\"TYPING_START\",\"s\":%llu,\"op\":0,\"d\":{}}",
	    (unsigned long long)seq);
}

void
discord_close(struct discord *d, unsigned code)
{
	bool was_open = d->is_connected;

	d->is_connected = false;
	shard_closed(&d->shard, code, was_open, d->now_us);
}

bool
discord_was_sent(const struct discord *d, const char *text)
{
	return d->sent_count > 0 &&
	       strstr(d->sent[(d->sent_count - 1) % SENT_MAX], text) != NULL;
}
