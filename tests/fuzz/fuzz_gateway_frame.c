/* fuzz_gateway_frame.c - any conversation with one gateway connection.
 *
 * Each line of the input is a payload that comes in, or something else that
 * happens: "o" it opens, "c4004" it closes, "x" it breaks, "g" the shard may
 * identify, "w9" time passes, "r" another process goes on with the session,
 * "d" reading stops or goes on, "u" data cannot be read, "s" we send.
 * Whatever is said: the shard never ends the session itself, identifies only
 * when granted and only without a session, speaks only while connected, and
 * no dispatch comes twice except one that was missing. */
#include "base/check.h"
#include "base/json.h"
#include "gateway/shard.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct shard shard;
	int64_t now_us;
	bool is_dialled;   /* the shard wants a connection */
	bool is_connected; /* it stands */
	bool is_granting;
	bool is_deaf, is_unreadable;
} t;

static void
on_connect(void *owner, const char *url)
{
	(void)owner;
	stoa_assert(!t.is_dialled && url[0] != '\0');
	t.is_dialled = true;
}

static void
on_send(void *owner, struct stoa_str text)
{
	struct stoa_json root;

	(void)owner;
	stoa_assert(t.is_dialled && t.is_connected);
	stoa_assert(text.len <= GATEWAY_SEND_MAX);
	stoa_assert(stoa_json_parse(text, 0, &root, NULL));
	if (stoa_str_has_prefix(text, STOA_STR("{\"op\":2,"))) {
		stoa_assert(t.is_granting);
		stoa_assert(t.shard.session.id[0] == '\0');
	}
	if (stoa_str_has_prefix(text, STOA_STR("{\"op\":6,"))) {
		stoa_assert(t.shard.session.id[0] != '\0');
	}
}

static void
on_close(void *owner, unsigned code)
{
	(void)owner;
	stoa_assert(code != 1000 && code != 1001);
	stoa_assert(t.is_dialled);
	t.is_dialled = false;
	t.is_connected = false;
}

static bool
on_dispatch(void *owner, const struct gateway_frame *frame)
{
	(void)owner;
	stoa_assert(t.is_connected);
	stoa_assert(frame->has_seq && frame->seq > 0 && frame->type.len > 0);
	stoa_assert(frame->seq <= t.shard.session.seq);
	stoa_assert(
	    frame->seq == t.shard.session.seq ||
	    (frame->seq >= t.shard.gap_from && frame->seq <= t.shard.gap_to));
	return !t.is_unreadable;
}

static void
on_session(void *owner)
{
	(void)owner;
	stoa_assert(t.shard.session.id[0] != '\0');
	stoa_assert(t.shard.session.url[0] != '\0');
}

static void
on_queue(void *owner)
{
	(void)owner;
	stoa_assert(t.shard.session.id[0] == '\0');
}

static const struct shard_ports ports = {
    .connect = on_connect,
    .send = on_send,
    .close = on_close,
    .dispatch = on_dispatch,
    .session = on_session,
    .queue = on_queue,
};

static void
shard_new(const struct shard_session *session)
{
	shard_init(&t.shard,
	    &(struct shard_options){
		.id = 3,
		.count = 8,
		.intents = 1,
		.token = "secret",
		.gateway_url = "wss://gateway.discord.gg",
		.host_patience_us = 60 * STOA_US_PER_S,
	    },
	    &ports, NULL, 7);
	shard_start(&t.shard, session, t.now_us);
}

static void
pass_on(void)
{
	struct shard_session session = t.shard.session;

	if (t.shard.state == SHARD_STOPPED) {
		return;
	}
	shard_stop(&t.shard);
	stoa_assert(!t.is_dialled);
	shard_new(&session);
}

static void
close_with(struct stoa_str digits)
{
	int64_t code = 0;
	bool was_open = t.is_connected;

	if (!t.is_dialled) {
		return;
	}
	if (!stoa_str_to_i64(digits, &code) || code < 0 || code > 4999) {
		code = 0;
	}
	t.is_dialled = false;
	t.is_connected = false;
	shard_closed(&t.shard, (unsigned)code, was_open, t.now_us);
}

static void
wait_for(struct stoa_str digits)
{
	int64_t seconds = 1;

	if (!stoa_str_to_i64(digits, &seconds) || seconds < 0 ||
	    seconds > 100) {
		seconds = 1;
	}
	for (int64_t i = 0; i <= seconds; i++) {
		t.now_us += i == 0 ? GATEWAY_TICK_US : STOA_US_PER_S;
		shard_tick(&t.shard, t.now_us);
	}
}

static bool
is_within(struct stoa_str part, struct stoa_str whole)
{
	return part.len == 0 ||
	       (part.data >= whole.data &&
		   part.data + part.len <= whole.data + whole.len) ||
	       stoa_str_is_equal(part, STOA_STR("null"));
}

static void
hear(struct stoa_str payload)
{
	struct gateway_frame frame;
	bool is_frame = gateway_frame_scan(payload, &frame);

	if (is_frame) {
		stoa_assert(is_within(frame.type, payload));
		stoa_assert(is_within(frame.data, payload));
		stoa_assert(frame.data.len > 0);
	}
	if (!t.is_connected) {
		return;
	}
	if (is_frame) {
		shard_frame(&t.shard, &frame, t.now_us);
	} else {
		shard_bad_payload(&t.shard, t.now_us);
	}
}

static void
line_do(struct stoa_str line)
{
	struct stoa_str rest = stoa_str_from(line, 1);

	switch (line.len == 0 ? '\0' : line.data[0]) {
	case 'o':
		t.is_connected = t.is_dialled;
		if (t.is_connected) {
			shard_opened(&t.shard, t.now_us);
		}
		break;
	case 'c':
		close_with(rest);
		break;
	case 'x':
		close_with(STOA_STR("0"));
		break;
	case 'g':
		t.is_granting = true;
		shard_grant(&t.shard, t.now_us);
		t.is_granting = false;
		break;
	case 'w':
		wait_for(rest);
		break;
	case 'r':
		pass_on();
		break;
	case 'd':
		t.is_deaf = !t.is_deaf;
		shard_set_deaf(&t.shard, t.is_deaf, t.now_us);
		break;
	case 'u':
		t.is_unreadable = !t.is_unreadable;
		break;
	case 's':
		(void)shard_send(&t.shard, STOA_STR("{\"op\":3}"), t.now_us);
		break;
	default:
		hear(line);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct shard_session none;
	struct stoa_str rest = stoa_str_of_bytes(data, size);

	memset(&t, 0, sizeof(t));
	t.now_us = 1000 * STOA_US_PER_S;
	shard_new(&none);
	while (rest.len > 0) {
		line_do(stoa_str_cut(&rest, '\n'));
		stoa_assert(shard_state_name(t.shard.state) != NULL);
		stoa_assert((t.shard.fatal != SHARD_FATAL_NONE) ==
			    (t.shard.state == SHARD_STOPPED));
	}
	return 0;
}
