/* ws_lws.c - the only file that includes libwebsockets.h.
 *
 * The library lives on the loop's libuv loop. Names are resolved on the
 * worker pool before it is asked to connect, since it would block on them; it
 * then gets the address, and the name for the Host header, SNI and the
 * certificate. */
#include "port/ws.h"

#include "base/buf.h"
#include "base/check.h"
#include "edge/limits.h"
#include "edge/loop.h"

#include <libwebsockets.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

struct stoa_ws_client {
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct stoa_loop *loop;
};

#define HOST_SIZE 256
#define PATH_SIZE 512

struct stoa_ws {
	struct stoa_ws_client *client;
	const struct stoa_ws_events *events;
	void *owner; /* told of nothing when is_left */
	struct stoa_timer *later;
	char address[64]; /* resolved; empty: not known */
	struct lws *wsi;
	struct stoa_buf queue; /* frames: LWS_PRE bytes, length, text */
	size_t sent;	       /* of the queue */
	enum stoa_ws_end end;
	unsigned code; /* to send, or received */
	char detail[160];
	char host[HOST_SIZE];
	char path[PATH_SIZE];
	int port;
	bool is_secure;
	bool is_open;
	bool is_closing;    /* by us */
	bool is_said;	    /* our close frame is the library's to send */
	bool is_left;	    /* the owner has closed it */
	bool is_resolving;  /* the pool holds us */
	bool is_connecting; /* inside the library's connect */
	bool is_over;	    /* `end` stands */
};

/* ---- ends: made and told from a turn of the loop of their own ---- */

static void
ws_free(struct stoa_ws *ws)
{
	stoa_timer_free(ws->later);
	stoa_buf_fini(&ws->queue);
	free(ws);
}

static void
tell_end(struct stoa_ws *ws)
{
	if (!ws->is_left) {
		ws->is_left = true;
		ws->events->closed(ws->owner, ws->end, ws->code, ws->detail);
	}
	ws_free(ws);
}

static void
over(struct stoa_ws *ws, enum stoa_ws_end end, const char *detail)
{
	if (ws->is_over) {
		return;
	}
	ws->is_over = true;
	ws->is_open = false;
	ws->end = end;
	if (ws->wsi != NULL) {
		/* It speaks of its own end later than we are told. */
		lws_set_wsi_user(ws->wsi, NULL);
		ws->wsi = NULL;
	}
	(void)snprintf(ws->detail, sizeof(ws->detail), "%s", detail);
	stoa_timer_start(ws->later, 0, 0);
}

/* The library acts on LWS_TO_KILL_ASYNC only when something else wakes it. And
 * a callback that asks it to end a connection has it end twice where it was
 * built for debugging, as Debian's is, which loses the close frame. So it is
 * asked here, outside of its callbacks, and at once. */
static void
connection_end(struct stoa_ws *ws)
{
	if (ws->is_open && ws->code != 0 && !ws->is_said) {
		ws->is_said = true;
		lws_close_reason(
		    ws->wsi, (enum lws_close_status)ws->code, NULL, 0);
		stoa_timer_start(
		    ws->later, EDGE_WS_CLOSE_SECONDS * STOA_US_PER_S, 0);
	}
	lws_set_timeout(ws->wsi, 1, LWS_TO_KILL_SYNC);
}

static void
on_later(void *arg)
{
	struct stoa_ws *ws = arg;

	if (ws->is_over) {
		tell_end(ws);
	} else if (ws->wsi != NULL) {
		connection_end(ws);
	} else {
		over(ws, STOA_WS_DROPPED, "");
	}
}

/* ---- what the library calls ---- */

/* Sends the first queued frame; true: another one waits. */
static bool
frame_write(struct stoa_ws *ws)
{
	struct stoa_str all = stoa_buf_str(&ws->queue);
	char *at;
	uint32_t len;

	if (ws->sent >= all.len) {
		return false;
	}
	at = (char *)(uintptr_t)all.data + ws->sent;
	memcpy(&len, at, sizeof(len));
	at += sizeof(len) + LWS_PRE;
	ws->sent += sizeof(len) + LWS_PRE + len;
	(void)lws_write(ws->wsi, (unsigned char *)at, len, LWS_WRITE_TEXT);
	if (ws->sent < all.len) {
		return true;
	}
	ws->sent = 0;
	stoa_buf_clear(&ws->queue);
	return false;
}

static void
on_writable(struct stoa_ws *ws)
{
	if (frame_write(ws)) {
		(void)lws_callback_on_writable(ws->wsi);
	} else if (ws->is_closing && !ws->is_said) {
		stoa_timer_start(ws->later, 0, 0);
	}
}

static void
on_peer_close(struct stoa_ws *ws, const unsigned char *in, size_t len)
{
	ws->code = len >= 2 ? (unsigned)in[0] << 8 | in[1] : 0;
	if (len > 2) {
		(void)snprintf(ws->detail, sizeof(ws->detail), "%.*s",
		    (int)(len - 2), (const char *)in + 2);
	}
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
    void *in, size_t len)
{
	struct stoa_ws *ws = user;
	char text[160];

	if (ws == NULL || ws->is_over) {
		return 0;
	}
	/* Not every reason is ours to hear. */
	switch ((int)reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		ws->wsi = wsi;
		ws->is_open = true;
		if (ws->is_left) {
			return -1;
		}
		ws->events->opened(ws->owner);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		if (!ws->is_left) {
			ws->events->received(ws->owner,
			    stoa_str_of_bytes(in, len),
			    lws_is_final_fragment(wsi) != 0 &&
				lws_remaining_packet_payload(wsi) == 0);
		}
		return ws->is_left && ws->code == 0 ? -1 : 0;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		on_writable(ws);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		on_peer_close(ws, in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		ws->wsi = wsi;
		(void)snprintf(text, sizeof(text), "%s",
		    in == NULL ? "no connection" : (const char *)in);
		over(ws, STOA_WS_UNREACHABLE, text);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		(void)snprintf(text, sizeof(text), "%s", ws->detail);
		over(ws,
		    ws->code != 0 && !ws->is_left ? STOA_WS_CLOSED
						  : STOA_WS_DROPPED,
		    text);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		/* Reset in the middle of the upgrade: nothing else is said. */
		over(ws, ws->is_open ? STOA_WS_DROPPED : STOA_WS_UNREACHABLE,
		    "the connection broke");
		return 0;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
    {.name = "stoa-ws",
	.callback = on_event,
	.rx_buffer_size = EDGE_WS_PIECE_MAX},
    {.name = NULL},
};

/* ---- life ---- */

struct stoa_ws_client *
stoa_ws_client_open(struct stoa_loop *loop, const char *ca_file)
{
	struct stoa_ws_client *c = calloc(1, sizeof(*c));
	void *loops[1] = {stoa_loop_uv(loop)};
	struct lws_context_creation_info info = {
	    .port = CONTEXT_PORT_NO_LISTEN,
	    .protocols = protocols,
	    .gid = -1,
	    .uid = -1,
	    .options =
		LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	    .foreign_loops = loops,
	    .pt_serv_buf_size = EDGE_WS_PIECE_MAX,
	    .connect_timeout_secs = EDGE_WS_OPEN_SECONDS,
	    .timeout_secs = EDGE_WS_OPEN_SECONDS,
	    .client_ssl_ca_filepath = ca_file,
	};

	stoa_assert(c != NULL);
	lws_set_log_level(0, NULL);
	c->loop = loop;
	c->context = lws_create_context(&info);
	if (c->context == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
stoa_ws_client_close(struct stoa_ws_client *c)
{
	if (c != NULL) {
		/* The library takes itself off the loop over its next turns,
		 * then comes a second call: the process ends sooner. */
		lws_context_destroy(c->context);
		free(c);
	}
}

static void
connect_to(struct stoa_ws *ws, const char *address)
{
	struct lws_client_connect_info info = {
	    .context = ws->client->context,
	    .address = address,
	    .port = ws->port,
	    .path = ws->path,
	    .host = ws->host,
	    .origin = NULL,
	    .protocol = NULL,
	    .local_protocol_name = "stoa-ws",
	    .ssl_connection = ws->is_secure ? LCCSCF_USE_SSL : 0,
	    .alpn = "http/1.1",
	    .userdata = ws,
	    .pwsi = &ws->wsi,
	};

	if (lws_client_connect_via_info(&info) == NULL) {
		over(ws, STOA_WS_UNREACHABLE, "no connection");
	}
}

/* On the pool; nothing else touches the address meanwhile. */
static void
resolve(void *arg)
{
	struct stoa_ws *ws = arg;
	static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	if (getaddrinfo(ws->host, NULL, &hints, &found) == 0 &&
	    getnameinfo(found->ai_addr, found->ai_addrlen, ws->address,
		sizeof(ws->address), NULL, 0, NI_NUMERICHOST) != 0) {
		ws->address[0] = '\0';
	}
	if (found != NULL) {
		freeaddrinfo(found);
	}
}

static void
on_resolved(void *arg)
{
	struct stoa_ws *ws = arg;

	ws->is_resolving = false;
	if (ws->is_left) {
		ws_free(ws);
	} else if (ws->address[0] == '\0') {
		over(ws, STOA_WS_UNREACHABLE, "the name is not known");
	} else {
		connect_to(ws, ws->address);
	}
}

/* scheme://host[:port]/path */
static bool
url_take(struct stoa_ws *ws, const char *url)
{
	struct stoa_str rest = stoa_str_of(url), host;
	int64_t port;
	int len;

	ws->is_secure = stoa_str_has_prefix(rest, STOA_STR("wss://"));
	if (!ws->is_secure && !stoa_str_has_prefix(rest, STOA_STR("ws://"))) {
		return false;
	}
	rest = stoa_str_from(rest, ws->is_secure ? 6 : 5);
	host = stoa_str_cut(&rest, '/');
	len = snprintf(ws->path, sizeof(ws->path), "/%.*s", STOA_STR_ARG(rest));
	if (len < 0 || (size_t)len >= sizeof(ws->path)) {
		return false;
	}
	rest = host;
	host = stoa_str_cut(&rest, ':');
	port = ws->is_secure ? 443 : 80;
	if ((rest.len > 0 && !stoa_str_to_i64(rest, &port)) || port < 1 ||
	    port > 65535 || host.len == 0 || host.len >= sizeof(ws->host)) {
		return false;
	}
	ws->port = (int)port;
	(void)snprintf(ws->host, sizeof(ws->host), "%.*s", STOA_STR_ARG(host));
	return true;
}

enum stoa_status
stoa_ws_open(struct stoa_ws_client *c, const char *url,
    const struct stoa_ws_events *events, void *owner, struct stoa_ws **ret_ws)
{
	struct stoa_ws *ws = calloc(1, sizeof(*ws));

	if (ws == NULL) {
		return STOA_NO_MEMORY;
	}
	*ws = (struct stoa_ws){.client = c, .events = events, .owner = owner};
	if (!url_take(ws, url)) {
		free(ws);
		return STOA_INVALID;
	}
	stoa_buf_init(&ws->queue, EDGE_WS_QUEUE_MAX);
	ws->later = stoa_timer_new(c->loop, on_later, ws);
	ws->is_resolving = true;
	*ret_ws = ws;
	stoa_loop_work(c->loop, resolve, on_resolved, ws);
	return STOA_OK;
}

enum stoa_status
stoa_ws_send(struct stoa_ws *ws, struct stoa_str text)
{
	static const char pre[LWS_PRE];
	uint32_t len = (uint32_t)text.len;

	if (!ws->is_open || ws->is_closing) {
		return STOA_CLOSED;
	}
	if (text.len > EDGE_WS_QUEUE_MAX || stoa_buf_str(&ws->queue).len +
						    sizeof(len) + sizeof(pre) +
						    text.len >
						EDGE_WS_QUEUE_MAX) {
		return STOA_BUSY;
	}
	stoa_buf_add(&ws->queue, &len, sizeof(len));
	stoa_buf_add(&ws->queue, pre, sizeof(pre));
	stoa_buf_add(&ws->queue, text.data, text.len);
	(void)lws_callback_on_writable(ws->wsi);
	return STOA_OK;
}

void
stoa_ws_close(struct stoa_ws *ws, unsigned code)
{
	if (ws == NULL || ws->is_left) {
		return;
	}
	ws->is_left = true;
	ws->is_closing = true;
	ws->code = code;
	if (ws->is_over || ws->is_resolving) {
		return; /* ends by itself */
	}
	if (ws->wsi == NULL) {
		over(ws, STOA_WS_DROPPED, "");
	} else if (ws->is_open && code != 0) {
		(void)lws_rx_flow_control(ws->wsi, 1);
		(void)lws_callback_on_writable(ws->wsi);
		stoa_timer_start(
		    ws->later, EDGE_WS_CLOSE_SECONDS * STOA_US_PER_S, 0);
	} else {
		stoa_timer_start(ws->later, 0, 0);
	}
}

void
stoa_ws_pause(struct stoa_ws *ws, bool is_paused)
{
	if (ws->is_open) {
		(void)lws_rx_flow_control(ws->wsi, is_paused ? 0 : 1);
	}
}
