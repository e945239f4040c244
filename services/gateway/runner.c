/* runner.c - one shard that is ours: its connection and its session. */
#include "gateway/parts.h"

#include "base/check.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *
compress_name(enum unpack_kind kind)
{
	switch (kind) {
	case UNPACK_NONE:
		return "";
	case UNPACK_ZLIB:
		return "&compress=zlib-stream";
	case UNPACK_ZSTD:
		return "&compress=zstd-stream";
	}
	return "";
}

/* ---- what the connection tells ---- */

static void
stopped_check(struct runner *r)
{
	const char *text = shard_fatal_text(r->shard.fatal);

	if (r->shard.state == SHARD_STOPPED && text != NULL &&
	    !plan_bears_refusal(r)) {
		r->gateway->o.fatal(text);
	}
}

static void
connection_forget(struct runner *r)
{
	r->ws = NULL;
	r->is_open = false;
	r->is_paused = false;
	unpack_free(r->unpack);
	r->unpack = NULL;
}

static void
on_opened(void *owner)
{
	struct runner *r = owner;

	r->is_open = true;
	shard_opened(&r->shard, r->gateway->now_us);
}

static void
payload_take(struct runner *r, struct stoa_str payload)
{
	struct gateway_frame frame;

	if (gateway_frame_scan(payload, &frame)) {
		shard_frame(&r->shard, &frame, r->gateway->now_us);
	} else {
		shard_bad_payload(&r->shard, r->gateway->now_us);
	}
}

static void
on_received(void *owner, struct stoa_str piece, bool is_end)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;
	struct stoa_str payload;

	gateway_check_stale(g);
	switch (
	    unpack_piece(r->unpack, piece, is_end, &g->unpacked, &payload)) {
	case UNPACK_MORE:
		return;
	case UNPACK_BAD:
		gateway_log(g, true, "payload_unreadable",
		    "shard %u/%u: a payload could not be unpacked", r->id,
		    r->fleet->count);
		shard_bad_payload(&r->shard, g->now_us);
		break;
	case UNPACK_DONE:
		payload_take(r, payload);
		break;
	}
	unpack_trim(&g->unpacked);
	stopped_check(r);
}

static void
on_closed(void *owner, enum stoa_ws_end end, unsigned code, const char *detail)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;
	bool was_open = r->is_open;

	connection_forget(r);
	gateway_log(g, end != STOA_WS_CLOSED, "shard_closed",
	    "shard %u/%u: code %u, %s", r->id, r->fleet->count, code,
	    detail[0] == '\0' ? "the connection broke" : detail);
	shard_closed(
	    &r->shard, end == STOA_WS_CLOSED ? code : 0, was_open, g->now_us);
	stopped_check(r);
}

static const struct stoa_ws_events ws_events = {
    .opened = on_opened,
    .received = on_received,
    .closed = on_closed,
};

/* ---- what the shard asks for ---- */

static void
port_connect(void *owner, const char *url)
{
	struct runner *r = owner;
	struct gateway *g = r->gateway;
	char whole[GATEWAY_URL_SIZE + 64];
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/') {
		len--;
	}
	(void)snprintf(whole, sizeof(whole), "%.*s/?v=10&encoding=json%s",
	    (int)len, url, compress_name(g->o.compression));
	stoa_assert(r->ws == NULL);
	r->unpack = unpack_new(g->o.compression);
	if (len == 0 || r->unpack == NULL ||
	    stoa_ws_open(g->o.ws, whole, &ws_events, r, &r->ws) != STOA_OK) {
		connection_forget(r);
		/* Told on the next tick: the shard waits for an answer. */
		r->shard.due_us = 0;
	}
}

static void
port_send(void *owner, struct stoa_str text)
{
	struct runner *r = owner;

	/* Closed meanwhile: the end is being told. */
	if (r->ws != NULL) {
		(void)!stoa_ws_send(r->ws, text);
	}
}

static void
port_close(void *owner, unsigned code)
{
	struct runner *r = owner;

	if (r->ws != NULL) {
		const struct shard *s = &r->shard;

		gateway_log(r->gateway, false, "shard_left",
		    "shard %u/%u: closed by us (%u) while %s; so far %" PRIu64
		    " silent connections, %" PRIu64 " gaps, %" PRIu64
		    " payloads that could not be read",
		    r->id, r->fleet->count, code, shard_state_name(s->state),
		    s->counts.zombies, s->counts.gaps, s->counts.bad_payloads);
		stoa_ws_close(r->ws, code);
		connection_forget(r);
	}
	identify_forget(r);
}

static bool
port_dispatch(void *owner, const struct gateway_frame *frame)
{
	struct runner *r = owner;

	if (frame->type.len == 7 &&
	    memcmp(frame->type.data, "RESUMED", 7) == 0) {
		gateway_log(r->gateway, false, "shard_resumed",
		    "shard %u/%u: after %" PRId64 " ms", r->id, r->fleet->count,
		    r->shard.resume_took_us / 1000);
	}
	return publish_dispatch(r, frame);
}

static void
port_session(void *owner)
{
	struct runner *r = owner;

	/* Stored with the first place of it. */
	publish_forget(r);
	window_init(&r->window, r->gateway->o.seed);
	window_start(&r->window, r->shard.session.seq - 1);
	r->is_save_due = true;
	fleet_save(r, true);
	gateway_log(r->gateway, false, "shard_ready",
	    "shard %u/%u: new session", r->id, r->fleet->count);
}

static void
port_queue(void *owner)
{
	identify_queue(owner);
}

static const struct shard_ports ports = {
    .connect = port_connect,
    .send = port_send,
    .close = port_close,
    .dispatch = port_dispatch,
    .session = port_session,
    .queue = port_queue,
};

/* ---- life ---- */

void
runner_init(struct fleet *f, struct runner *r, unsigned id)
{
	*r = (struct runner){.gateway = f->gateway, .fleet = f, .id = id};
}

void
runner_start(struct runner *r, const struct shard_session *session)
{
	struct gateway *g = r->gateway;

	shard_init(&r->shard,
	    &(struct shard_options){
		.id = r->id,
		.count = r->fleet->count,
		.intents = g->o.intents,
		.token = g->o.token,
		.gateway_url = g->url,
		.host_patience_us = g->o.host_patience_us,
	    },
	    &ports, r, g->o.seed + r->id);
	window_init(&r->window, g->o.seed);
	window_start(&r->window, session->seq);
	r->saved_seq = session->seq;
	r->saved_us = g->now_us;
	r->guilds_due = 1; /* unknown, until READY tells */
	r->guild_us = g->now_us;
	shard_start(&r->shard, session, g->now_us);
}

void
runner_stop(struct runner *r)
{
	shard_stop(&r->shard);
	identify_forget(r);
	publish_forget(r);
}

void
runner_flow(struct runner *r)
{
	const struct fleet *f = r->fleet;
	size_t events_max =
	    f->role == FLEET_NEXT ? GATEWAY_KEPT_EVENTS : GATEWAY_WINDOW_EVENTS;
	bool is_full =
	    r->window.count >= events_max || f->bytes >= GATEWAY_WINDOW_BYTES;
	bool is_low = r->window.count <= events_max / 2 &&
		      f->bytes <= GATEWAY_WINDOW_BYTES / 2;

	if (r->ws == NULL || !(r->is_paused ? is_low : is_full)) {
		return;
	}
	r->is_paused = !r->is_paused;
	r->gateway->counts.pauses += r->is_paused;
	stoa_ws_pause(r->ws, r->is_paused);
	shard_set_deaf(&r->shard, r->is_paused, r->gateway->now_us);
}

void
runner_tick(struct runner *r)
{
	if (r->is_paused) {
		runner_flow(r); /* others may have made the room */
	}
	/* Who may have lost the lease does not connect: it would take the
	 * session from the one who has it. */
	if (r->shard.state == SHARD_WAITING &&
	    (r->lease != LEASE_OURS || !alive_is_healthy(r->gateway))) {
		return;
	}
	shard_tick(&r->shard, r->gateway->now_us);
	stopped_check(r);
}
